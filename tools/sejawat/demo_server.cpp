#include "demo_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace sejawat::cli::demo {
namespace {

constexpr int kStartMs = 20000;
constexpr std::size_t kLongestLine = 64 * 1024;

std::string program_beside(const char* name) {
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof(path) - 1);
  if (size <= 0) return name;
  const std::string own(path, static_cast<std::size_t>(size));
  return own.substr(0, own.rfind('/') + 1) + name;
}

base::Error does_not_start() {
  return base::error(base::Code::offline, "the demo's own server does not start");
}

base::Result<std::string> first_line(int fd) {
  std::string text;
  while (text.find('\n') == std::string::npos && text.size() < kLongestLine) {
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kStartMs);
    if (ready < 0 && errno == EINTR) continue;
    char part[1024];
    const ssize_t size = ready > 0 ? ::read(fd, part, sizeof(part)) : 0;
    if (size <= 0) return does_not_start();
    text.append(part, static_cast<std::size_t>(size));
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

base::Status OwnServer::start(const std::string& data) {
  const std::string program = program_beside("sejawat-server");
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return does_not_start();
  const int log = ::open((data + ".log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) return does_not_start();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // it must not outlive us, however we end
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execl(program.c_str(), "sejawat-server", "serve", "--data", data.c_str(), "--listen", "127.0.0.1:0",
            "--json", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  ::close(log);
  output_ = ends[0];
  if (pid_ < 0) return does_not_start();
  SJ_TRY(auto line, first_line(output_));
  boost::system::error_code error;
  const auto told = boost::json::parse(line, error);
  if (error || !told.is_object()) return does_not_start();
  const auto text = [&](const char* key) {
    const auto* value = told.as_object().if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  address_ = text("address");
  operator_invite_ = text("operator_invite");
  if (address_.empty() || operator_invite_.empty()) return does_not_start();
  return {};
}

void OwnServer::end() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = -1;
  if (output_ >= 0) ::close(output_);
  output_ = -1;
}

}  // namespace sejawat::cli::demo
