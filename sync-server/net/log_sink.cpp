#include "net/log_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sejawat::net {

bool takes_a_line(int descriptor) {
  pollfd asked{descriptor, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0 && (asked.revents & POLLERR) == 0;
}

void LogSink::sink_it_(const spdlog::details::log_msg& line) {
  if (dropped_ > 0) {
    const std::string missing = R"({"event":"log_lines_dropped","lines":)" + std::to_string(dropped_) + "}";
    if (write({line.time, line.source, line.logger_name, spdlog::level::warn, missing})) dropped_ = 0;
  }
  if (!write(line)) ++dropped_;
}

bool LogSink::write(const spdlog::details::log_msg& line) {
  if (!takes_a_line(descriptor_)) return false;
  spdlog::memory_buf_t text;
  formatter_->format(line, text);
  ssize_t written = 0;
  do {
    written = ::write(descriptor_, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(text.size());
}

}  // namespace sejawat::net
