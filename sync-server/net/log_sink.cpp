#include "net/log_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sejawat::net {
namespace {

// Of a pipe this means that PIPE_BUF bytes fit (POSIX, poll and write), of a file always.
bool takes_a_line(int descriptor) {
  pollfd asked{descriptor, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0 && (asked.revents & POLLERR) == 0;
}

}  // namespace

void LogSink::sink_it_(const spdlog::details::log_msg& line) {
  if (dropped_ > 0 && takes_a_line(descriptor_)) {
    const std::string missing = R"({"event":"log_lines_dropped","lines":)" + std::to_string(dropped_) + "}";
    dropped_ = 0;
    write({line.time, line.source, line.logger_name, spdlog::level::warn, missing});
  }
  write(line);
}

void LogSink::write(const spdlog::details::log_msg& line) {
  spdlog::memory_buf_t text;
  formatter_->format(line, text);
  if (!takes_a_line(descriptor_)) {
    ++dropped_;
    return;
  }
  ssize_t written = 0;
  do {
    written = ::write(descriptor_, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) ++dropped_;
}

}  // namespace sejawat::net
