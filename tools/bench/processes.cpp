#include "processes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "base/check.h"

namespace sejawat::bench {
namespace {

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

struct Pipe {
  Pipe() { SJ_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  std::array<int, 2> ends{};
};

void close_end(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

// One read into `to`; false at the end.
bool drain(int descriptor, std::string& to) {
  std::array<char, 65536> block{};
  const ssize_t count = ::read(descriptor, block.data(), block.size());
  if (count > 0) to.append(block.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

// Peak of the program that runs there now. What the kernel gives at the end (ru_maxrss) counts this process's
// own pages as well, which the child shared until it became another program.
long peak_rss_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, 6, "VmHWM:") == 0) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

// Feeds and reads at once, so that neither side waits for the other's full pipe.
void converse(pid_t pid, int in, int out, int err, const std::string& input, Finished& finished) {
  constexpr int kSampleMs = 5;
  std::size_t written = 0;
  ::fcntl(in, F_SETFL, O_NONBLOCK);
  if (input.empty()) close_end(in);
  while (out >= 0 || err >= 0) {
    std::array<pollfd, 3> waits{pollfd{in, POLLOUT, 0}, pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), kSampleMs) < 0) continue;
    finished.max_rss_kib = std::max(finished.max_rss_kib, peak_rss_kib(pid));
    if (in >= 0 && waits[0].revents != 0) {
      const ssize_t count = ::write(in, input.data() + written, input.size() - written);
      if (count > 0) written += static_cast<std::size_t>(count);
      if (written == input.size() || (count < 0 && errno != EAGAIN && errno != EINTR)) close_end(in);
    }
    if (out >= 0 && waits[1].revents != 0 && !drain(out, finished.out)) close_end(out);
    if (err >= 0 && waits[2].revents != 0 && !drain(err, finished.err)) close_end(err);
  }
  close_end(in);
}

}  // namespace

double wall_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return seconds(now);
}

Finished run(const std::vector<std::string>& command, const std::string& input) {
  Finished finished;
  Pipe in;
  Pipe out;
  Pipe err;
  const double start = wall_seconds();
  const pid_t pid = ::fork();
  SJ_CHECK(pid >= 0);
  if (pid == 0) {
    ::dup2(in.ends[0], STDIN_FILENO);
    ::dup2(out.ends[1], STDOUT_FILENO);
    ::dup2(err.ends[1], STDERR_FILENO);
    become(command);
  }
  close_end(in.ends[0]);
  close_end(out.ends[1]);
  close_end(err.ends[1]);
  converse(pid, in.ends[1], out.ends[0], err.ends[0], input, finished);
  int status = 0;
  rusage usage{};
  while (::wait4(pid, &status, 0, &usage) < 0) SJ_CHECK(errno == EINTR);
  finished.wall_seconds = wall_seconds() - start;
  finished.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

Child::Child(const std::vector<std::string>& command, const std::string& log) {
  Pipe out;
  const int log_file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  SJ_CHECK(log_file >= 0);
  pid_ = ::fork();
  SJ_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    ::dup2(out.ends[1], STDOUT_FILENO);
    ::dup2(log_file, STDERR_FILENO);
    become(command);
  }
  ::close(log_file);
  close_end(out.ends[1]);
  output_ = out.ends[0];
  while (first_line_.find('\n') == std::string::npos && drain(output_, first_line_)) {
  }
  first_line_.resize(std::min(first_line_.size(), first_line_.find('\n')));
}

Child::~Child() { stop(); }

void Child::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  close_end(output_);
  pid_ = -1;
}

double Child::cpu_seconds() const {
  clockid_t clock{};
  timespec used{};
  SJ_CHECK(::clock_getcpuclockid(pid_, &clock) == 0 && ::clock_gettime(clock, &used) == 0);
  return seconds(used);
}

long Child::rss_kib() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  long size = 0;
  long resident = 0;
  file >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

}  // namespace sejawat::bench
