#include "backup_service.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <thread>
#include <vector>

#include "platform_posix/files.h"
#include "platform_posix/streams.h"

namespace sejawat::server {
namespace {

constexpr std::string_view kPrefix = "backup-";
constexpr std::size_t kTokenSize = 32;
constexpr int kPollMs = 20;
constexpr int kUntilTakenMs = 10'000;
constexpr int kWithoutGrowthMs = 120'000;
constexpr std::int64_t kLeftAfterSeconds = 60;

// The token of one of our names; empty for anything else, whatever it tries.
std::string token_of(const std::string& name, std::string_view ending) {
  if (name.size() != kPrefix.size() + kTokenSize + ending.size() || name.rfind(kPrefix, 0) != 0 ||
      name.compare(name.size() - ending.size(), ending.size(), ending) != 0) {
    return {};
  }
  const std::string token = name.substr(kPrefix.size(), kTokenSize);
  for (const char c : token) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
  }
  return token;
}

std::string name_of(const std::string& data, const std::string& token, const char* ending) {
  return data + "/" + std::string(kPrefix) + token + ending;
}

base::Error system_error(const char* what) {
  return base::error(base::Code::storage_failed, std::string(what) + ": " + std::strerror(errno));
}

std::int64_t size_of(const std::string& path) {
  struct stat file {};
  return ::lstat(path.c_str(), &file) == 0 ? static_cast<std::int64_t>(file.st_size) : -1;
}

}  // namespace

struct BackupService::State {
  State(storage::Writer& writer_in, std::string data_in) : writer(writer_in), data(std::move(data_in)) {}
  ~State() {
    for (const int fd : {notify, stop}) {
      if (fd >= 0) ::close(fd);
    }
  }
  storage::Writer& writer;
  const std::string data;
  int notify = -1;
  int stop = -1;
  std::thread thread;

  void sweep(std::initializer_list<const char*> endings, std::int64_t older_than_seconds) {
    std::error_code code;
    std::filesystem::directory_iterator entry(data, code);
    const std::int64_t now = std::time(nullptr);
    for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
      const std::string name = entry->path().filename().string();
      for (const char* ending : endings) {
        if (token_of(name, ending).empty()) continue;
        struct stat file {};
        if (::lstat(entry->path().c_str(), &file) != 0) continue;
        if (older_than_seconds == 0 || now - file.st_mtime >= older_than_seconds)
          ::unlink(entry->path().c_str());
      }
    }
  }

  base::Status open() {
    sweep({".request", ".part", ".copy", ".failed"}, 0);
    notify = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    stop = ::eventfd(0, EFD_CLOEXEC);
    if (notify < 0 || stop < 0 || ::inotify_add_watch(notify, data.c_str(), IN_CREATE | IN_MOVED_TO) < 0)
      return system_error("inotify");
    return {};
  }

  void answer(const std::string& name) {
    const std::string token = token_of(name, ".request");
    if (token.empty()) return;
    ::unlink((data + "/" + name).c_str());
    // Of whoever was killed before they took theirs. Who takes one has it open at once, and keeps it so.
    sweep({".copy", ".failed"}, kLeftAfterSeconds);
    const std::string part = name_of(data, token, ".part");
    // The writer may still hold `done` when this object goes, so it holds names only.
    const auto done = [folder = data, token, part](const base::Status& outcome) {
      const std::string copy = name_of(folder, token, ".copy");
      if (outcome.ok() && ::rename(part.c_str(), copy.c_str()) == 0) return;
      ::unlink(part.c_str());
      const base::Code code = outcome.ok() ? base::Code::storage_failed : outcome.code();
      static_cast<void>(platform::write_new_private_file(name_of(folder, token, ".failed"),
                                                         base::as_bytes(base::code_name(code))));
    };
    // Seen at once by who waits: the request was taken.
    if (auto made = platform::write_new_private_file(part, {}); !made.ok()) return done(made);
    if (!writer.copy(part, done)) done(base::error(base::Code::store_locked, "another copy is being made"));
  }

  void run() {
    alignas(inotify_event) char events[8192];
    for (;;) {
      pollfd waiting[2] = {{notify, POLLIN, 0}, {stop, POLLIN, 0}};
      if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
      if (waiting[1].revents != 0) return;
      const ssize_t size = ::read(notify, events, sizeof(events));
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(events + at);
        if (event->len > 0) answer(event->name);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
  }
};

BackupService::BackupService(std::shared_ptr<State> state) : state_(std::move(state)) {
  state_->thread = std::thread([service = state_.get()] { service->run(); });
}

BackupService::~BackupService() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(state_->stop, &one, sizeof(one)));
  state_->thread.join();
}

base::Result<std::unique_ptr<BackupService>> BackupService::start(storage::Writer& writer,
                                                                  const std::string& data) {
  auto state = std::make_shared<State>(writer, data);
  SJ_TRY_STATUS(state->open());
  return std::unique_ptr<BackupService>(new BackupService(std::move(state)));
}

base::Result<std::string> ask_for_copy(const std::string& data, base::Random& random) {
  const std::string token = base::to_hex(random.id<base::Digest>().view());
  const std::string request = name_of(data, token, ".request");
  const std::string part = name_of(data, token, ".part");
  const std::string copy = name_of(data, token, ".copy");
  const std::string failed = name_of(data, token, ".failed");
  SJ_TRY_STATUS(platform::write_new_private_file(request, {}));
  bool taken = false;
  std::int64_t seen = -1;
  for (int waited = 0;; waited += kPollMs) {
    if (platform::file_exists(copy)) return copy;
    if (platform::file_exists(failed)) {
      auto why = platform::read_file(failed, 64);
      ::unlink(failed.c_str());
      if (!why.ok()) return std::move(why).error();
      base::Code code = base::Code::storage_failed;
      for (const auto known : {base::Code::disk_full, base::Code::store_locked, base::Code::interrupted}) {
        if (base::as_text(*why) == base::code_name(known)) code = known;
      }
      return base::error(code, "the server could not make the copy");
    }
    const std::int64_t size = size_of(part);
    if (size != seen) waited = 0;
    seen = size;
    taken = taken || size >= 0;
    if (waited > (taken ? kWithoutGrowthMs : kUntilTakenMs)) break;
    ::poll(nullptr, 0, kPollMs);
  }
  ::unlink(request.c_str());
  ::unlink(part.c_str());
  return base::error(base::Code::timed_out, "the server that uses this folder does not answer");
}

}  // namespace sejawat::server
