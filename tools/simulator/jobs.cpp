#include "jobs.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <new>

#include "base/check.h"

namespace sejawat::simulation {
namespace {

// In memory that all of them see.
struct Shared {
  std::atomic<std::uint64_t> next{0};  // the schedule that nobody plays yet
  std::atomic<bool> stop{false};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// What a process says of one schedule, followed by the words of the violation.
struct Line {
  std::uint64_t number = 0;
  std::uint64_t seed = 0;
  std::array<std::uint8_t, base::Hash32::kSize> trace{};
  Counts counts;
  Always property = Always::count_;
  bool violated = false;
  std::uint64_t detail = 0;  // bytes
};
static_assert(std::is_trivially_copyable_v<Line>);

bool write_all(int to, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(to, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool read_all(int from, void* data, std::size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::read(from, bytes, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool say(int to, std::uint64_t number, const ScheduleResult& result) {
  // One write below PIPE_BUF, so that lines of several processes never mix.
  constexpr std::size_t kMost = 4096;
  static_assert(sizeof(Line) < kMost / 2);
  Line line;
  line.number = number;
  line.seed = result.seed;
  line.trace = result.trace.bytes;
  line.counts = result.counts;
  std::string detail;
  if (result.violation) {
    line.violated = true;
    line.property = result.violation->property;
    detail = result.violation->detail.substr(0, kMost - sizeof(Line));
  }
  line.detail = detail.size();
  std::array<char, kMost> all{};
  std::memcpy(all.data(), &line, sizeof(line));
  std::memcpy(all.data() + sizeof(line), detail.data(), detail.size());
  return write_all(to, all.data(), sizeof(line) + detail.size());
}

std::optional<std::pair<std::uint64_t, ScheduleResult>> hear(int from) {
  Line line;
  if (!read_all(from, &line, sizeof(line))) return std::nullopt;
  std::string detail(line.detail, '\0');
  if (!read_all(from, detail.data(), detail.size())) return std::nullopt;
  ScheduleResult result;
  result.seed = line.seed;
  result.trace.bytes = line.trace;
  result.counts = line.counts;
  if (line.violated) result.violation = Violation{line.property, std::move(detail)};
  return std::make_pair(line.number, std::move(result));
}

void work(const RunOptions& options, Shared& shared, int to) {
  Playground playground;
  while (!shared.stop) {
    const std::uint64_t number = shared.next++;
    if (number >= options.schedules) return;
    if (!say(to, number, playground.play(nth_seed(options.seed, number), options.schedule))) return;
  }
}

pid_t begin_worker(const RunOptions& options, Shared& shared, const std::array<int, 2>& ends, pid_t parent) {
  const pid_t child = ::fork();
  SJ_CHECK(child >= 0);
  if (child != 0) return child;
  // Ctrl-C reaches all of them; only the first decides, and without it there is nobody to play for.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  ::close(ends[0]);
  work(options, shared, ends[1]);
  ::_exit(0);
}

// Whether one of those that have ended by now (with WNOHANG; else all of them) did so otherwise than by
// itself.
bool has_died(std::vector<pid_t>& workers, int how) {
  bool died = false;
  for (auto& worker : workers) {
    int status = 0;
    pid_t ended = 0;
    while (worker != 0 && (ended = ::waitpid(worker, &status, how)) < 0 && errno == EINTR) {
    }
    if (ended <= 0) continue;
    worker = 0;
    died = died || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  return died;
}

}  // namespace

RunReport run_in_processes(const RunOptions& options, unsigned jobs, bool& died) {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SJ_CHECK(memory != MAP_FAILED);
  auto& shared = *new (memory) Shared;
  shared.next = options.from;
  std::array<int, 2> ends{};
  SJ_CHECK(::pipe(ends.data()) == 0);
  const pid_t parent = ::getpid();
  std::vector<pid_t> workers;
  for (unsigned i = 0; i < jobs; ++i) workers.push_back(begin_worker(options, shared, ends, parent));
  ::close(ends[1]);

  RunTotals totals(options);
  std::map<std::uint64_t, ScheduleResult> early;  // before their turn
  died = false;
  while (auto line = hear(ends[0])) {
    early.insert(std::move(*line));
    for (auto first = early.begin();
         first != early.end() && first->first == totals.next() && totals.wants_more();
         first = early.begin()) {
      totals.take(std::move(early.extract(first).mapped()));
    }
    died = died || has_died(workers, WNOHANG);
    if (died || !totals.wants_more() || (options.stop && options.stop())) shared.stop = true;
  }
  ::close(ends[0]);
  died = has_died(workers, 0) || died;
  ::munmap(memory, sizeof(Shared));
  return totals.report();
}

}  // namespace sejawat::simulation
