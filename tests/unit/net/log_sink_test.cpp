// A log that nobody reads, and one whose reader is gone.
#include "net/log_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace sejawat::net {
namespace {

class LogSinkTest : public testing::Test {
 protected:
  LogSinkTest() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    logger_ = std::make_unique<spdlog::logger>("test", std::make_shared<LogSink>(ends_[1]));
    logger_->set_pattern("%v");
  }
  ~LogSinkTest() override {
    close_reader();
    ::close(ends_[1]);
  }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  // What waits in the pipe.
  std::string read_all() {
    EXPECT_EQ(::fcntl(ends_[0], F_SETFL, O_NONBLOCK), 0);
    std::string all;
    std::array<char, 4096> part{};
    for (;;) {
      const auto got = ::read(ends_[0], part.data(), part.size());
      if (got <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(got));
    }
  }
  std::array<int, 2> ends_{-1, -1};
  std::unique_ptr<spdlog::logger> logger_;
};

TEST_F(LogSinkTest, ALineArrivesWhole) {
  logger_->info("one");
  logger_->info("two");
  EXPECT_EQ(read_all(), "one\ntwo\n");
}

TEST_F(LogSinkTest, AReaderThatStallsHoldsNobodyUpAndIsToldWhatItMissed) {
  constexpr int kLines = 20000;
  const std::string line(99, 'x');
  for (int i = 0; i < kLines; ++i) logger_->info(line);  // some two megabytes: a pipe has 64 KiB
  const std::string first = read_all();
  const auto kept = first.size() / (line.size() + 1);
  EXPECT_EQ(first.size() % (line.size() + 1), 0U) << "no line is torn";
  ASSERT_GT(kept, 0U);
  ASSERT_LT(kept, static_cast<std::size_t>(kLines));
  logger_->info("again");
  EXPECT_EQ(read_all(), R"({"event":"log_lines_dropped","lines":)" +
                            std::to_string(static_cast<std::size_t>(kLines) - kept) + "}\nagain\n");
  logger_->info("more");
  EXPECT_EQ(read_all(), "more\n");
}

TEST_F(LogSinkTest, AReaderThatIsGoneEndsNothing) {
  close_reader();
  for (int i = 0; i < 100; ++i) logger_->info("nobody reads this");
}

}  // namespace
}  // namespace sejawat::net
