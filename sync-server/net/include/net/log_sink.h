// Where a server's log lines go: to a descriptor that may be a pipe whose reader stalls or is gone. A line
// that cannot be written at once is dropped and counted, so that no reader of the log holds up the loop that
// serves; the next line that can be written follows one that says how many are missing.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>

namespace sejawat::net {

// Whether a line can be written there without waiting: of a pipe, that PIPE_BUF bytes fit (POSIX, poll and
// write); of a file always; of a terminal only that it takes something, so one that is frozen in the middle
// of a line may hold up its writer, as may a pipe that another process fills in the same moment.
bool takes_a_line(int descriptor);

// Any thread. Lines of up to 4,096 bytes (PIPE_BUF) are written whole or not at all; ours have some hundred.
// The descriptor is the caller's and stays as it is: others may share it, so it is not made non-blocking. The
// process has to ignore SIGPIPE (run_server does).
class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LogSink(int descriptor) : descriptor_(descriptor) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override;
  void flush_() override {}

 private:
  bool write(const spdlog::details::log_msg& line);

  int descriptor_;
  std::uint64_t dropped_ = 0;
};

}  // namespace sejawat::net
