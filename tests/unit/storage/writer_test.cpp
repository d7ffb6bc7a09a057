#include "storage/writer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"

namespace sejawat::storage {
namespace {

using base::Code;
using support::Community;
using support::message_of;
using support::Person;
using support::run_of;
using support::upload;
using support::Writing;

// The real store, watched: it notes the order of events, holds a commit back, or fails a call.
class Watched final : public carrier::CarrierStore {
 public:
  explicit Watched(std::unique_ptr<carrier::CarrierStore> inner) : inner_(std::move(inner)) {}

  base::Status begin() override {
    note("begin");
    if (fail_begin) return base::error(Code::storage_failed, "begin");
    return inner_->begin();
  }
  base::Status commit() override {
    {
      std::unique_lock<std::mutex> lock(mutex);
      released.wait(lock, [this] { return !hold; });
    }
    if (fail_commit) {
      note("commit failed");
      return base::error(Code::disk_full, "commit");
    }
    auto done = inner_->commit();
    note("commit");
    return done;
  }
  carrier::ChunkStore& chunks() override { return inner_->chunks(); }
  base::Result<base::GenerationId> generation() override { return inner_->generation(); }
  base::Result<std::optional<base::Bytes>> meta(std::string_view name) override { return inner_->meta(name); }
  base::Status put_meta(std::string_view name, base::ByteView value) override {
    return inner_->put_meta(name, value);
  }
  base::Result<std::vector<base::SpaceId>> spaces() override { return inner_->spaces(); }
  base::Result<std::vector<base::Bytes>> records(const base::SpaceId& space) override {
    return inner_->records(space);
  }
  base::Result<std::optional<carrier::SpaceTip>> tip(const base::SpaceId& space) override {
    return inner_->tip(space);
  }
  base::Result<std::optional<log::Head>> head(const base::SpaceId& space, const base::LogId& log) override {
    return inner_->head(space, log);
  }
  base::Result<std::vector<std::pair<base::LogId, log::Head>>> heads(const base::SpaceId& space) override {
    return inner_->heads(space);
  }
  base::Result<std::optional<base::Bytes>> segment(const base::SpaceId& space, const base::LogId& log,
                                                   std::uint64_t no) override {
    return inner_->segment(space, log, no);
  }
  base::Result<std::optional<base::Hash32>> hash_of(const base::SpaceId& space, const base::LogId& log,
                                                    std::uint64_t no) override {
    return inner_->hash_of(space, log, no);
  }
  base::Result<std::uint64_t> bytes_from(const base::SpaceId& space, const base::LogId& log,
                                         std::uint64_t no) override {
    return inner_->bytes_from(space, log, no);
  }
  base::Result<std::optional<std::uint64_t>> position_of(const base::SpaceId& space, const base::LogId& log,
                                                         std::uint64_t no) override {
    return inner_->position_of(space, log, no);
  }
  base::Result<std::vector<std::uint64_t>> record_positions(const base::SpaceId& space) override {
    return inner_->record_positions(space);
  }
  base::Result<std::vector<carrier::Branch>> branches(const base::SpaceId& space) override {
    return inner_->branches(space);
  }
  base::Status put_branch(const base::SpaceId& space, const carrier::Branch& branch) override {
    return inner_->put_branch(space, branch);
  }
  base::Status append_record(const base::SpaceId& space, const carrier::SpaceTip& tip,
                             const base::Digest& digest, base::ByteView record) override {
    return inner_->append_record(space, tip, digest, record);
  }
  base::Status append_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                              const base::Digest& digest, const base::LogId& log, const log::Head& head,
                              base::ByteView segment) override {
    if (fail_append_after-- == 0) return base::error(Code::storage_failed, "append");
    return inner_->append_segment(space, tip, digest, log, head, segment);
  }
  base::Status replace_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                               const base::LogId& log, std::uint64_t no, base::ByteView segment) override {
    return inner_->replace_segment(space, tip, log, no, segment);
  }
  bool forgotten() const override { return inner_->forgotten(); }
  base::Result<std::optional<base::Digest>> digest_at(const base::SpaceId& space, std::uint64_t at) override {
    return inner_->digest_at(space, at);
  }
  base::Status arrivals_after(const base::SpaceId& space, std::uint64_t at, Taker& taker) override {
    return inner_->arrivals_after(space, at, taker);
  }
  Room room() const override { return {free, 1'000}; }
  base::Result<Rest> rest_after(const base::SpaceId& space, std::uint64_t at) override {
    if (fail_rest) return base::error(Code::storage_failed, "rest");
    return inner_->rest_after(space, at);
  }

  base::Result<std::unique_ptr<Copy>> copy_to(const std::string& path) override {
    return inner_->copy_to(path);
  }

  void note(const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex);
    events.push_back(what);
  }
  void set_hold(bool value) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      hold = value;
    }
    released.notify_all();
  }
  std::vector<std::string> seen() {
    const std::lock_guard<std::mutex> lock(mutex);
    return events;
  }
  std::atomic<std::uint64_t> free{UINT64_MAX};
  std::atomic<bool> fail_rest{false};
  std::atomic<bool> fail_begin{false};
  std::atomic<bool> fail_commit{false};
  std::atomic<int> fail_append_after{-1};

 private:
  std::unique_ptr<carrier::CarrierStore> inner_;
  std::mutex mutex;
  std::condition_variable released;
  std::vector<std::string> events;
  bool hold = false;
};

class WriterTest : public testing::Test {
 protected:
  WriterTest() {
    auto opened = open_sqlite(":memory:", random);
    store = std::make_unique<Watched>(std::move(opened).value());
    carrier = std::move(carrier::Carrier::open(*store)).value();
    auto secret = carrier->operator_secret(random);
    auto founding = message_of({});
    founding.hello->operator_secret = base::to_bytes((*secret)->view());
    log.emplace(school, admin, random);
    founding.spaces.push_back(upload(school.id(), school.records()));
    EXPECT_TRUE(carrier->ingest(admin.device(), founding, 0).ok());
  }
  void start() {
    writer = std::make_unique<Writer>(*carrier, *store, [this](const base::Error& error) {
      ++fatal_calls;
      fatal_code = error.code;
      store->note("fatal");
    });
  }
  // Submits one segment; the answer is counted and noted.
  bool submit(const base::Bytes& segment) {
    Writer::Request request;
    request.device = admin.device();
    request.message = message_of({upload(school.id(), {}, {run_of(log->id, {segment})})});
    request.done = [this](base::Result<sync::ServerMessage> answer) {
      const bool taken = answer.ok() && answer->segment_exceptions.empty();
      store->note(taken ? "acked" : "refused");
      ++(taken ? acked : refused);
    };
    return writer->submit(std::move(request));
  }
  // Blocks the writer in its next commit, with one request inside.
  void block() {
    store->set_hold(true);
    ASSERT_TRUE(submit(log->write()));
    while (store->seen().empty() || store->seen().back() != "begin") std::this_thread::yield();
  }

  support::SeededRandom random{77};
  Person admin{random};
  Community school = support::found_school(admin);
  std::optional<Writing> log;
  std::unique_ptr<Watched> store;
  std::unique_ptr<carrier::Carrier> carrier;
  std::unique_ptr<Writer> writer;
  std::atomic<int> acked{0};
  std::atomic<int> refused{0};
  std::atomic<int> fatal_calls{0};
  std::atomic<Code> fatal_code{Code::ok};
};

TEST_F(WriterTest, WhatWaitsSharesOneCommit) {
  start();
  block();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit(log->write()));
  EXPECT_EQ(acked, 0);
  store->set_hold(false);
  writer->stop();
  EXPECT_EQ(acked, 51);
  EXPECT_EQ(writer->counters().requests, 51U);
  EXPECT_EQ(writer->counters().commits, 2U) << "one for the first, one for the fifty";
}

TEST_F(WriterTest, ManyThreadsShareCommitsAndEachGetsItsOwnAnswer) {
  start();
  block();
  std::vector<base::Bytes> segments;
  for (int i = 0; i < 400; ++i) segments.push_back(log->write());
  store->set_hold(false);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (const auto& segment : segments) {
        while (!submit(segment)) std::this_thread::yield();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  writer->stop();
  EXPECT_EQ(acked + refused, 1601);
  EXPECT_EQ(writer->counters().requests, 1601U);
  EXPECT_LT(writer->counters().commits, 1601U);
  // Every segment was stored once, in whichever thread it came first; gaps were told to come again.
  EXPECT_GE(acked, 400);
  EXPECT_EQ(store->heads(school.id()).value().at(0).second.count, 401U);
}

TEST_F(WriterTest, NoAnswerLeavesBeforeItsCommit) {
  start();
  block();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(acked, 0);
  EXPECT_EQ(store->seen(), (std::vector<std::string>{"begin"}));
  store->set_hold(false);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(submit(log->write()));
  writer->stop();
  bool committed = false;
  for (const auto& event : store->seen()) {
    if (event == "begin") committed = false;
    if (event == "commit") committed = true;
    if (event == "acked") {
      EXPECT_TRUE(committed);
    }
  }
  EXPECT_EQ(acked, 21);
}

TEST_F(WriterTest, AFullQueueSaysSoAndForgetsNothingItTook) {
  start();
  block();
  const auto duplicate = log->write();
  int taken = 0;
  while (submit(duplicate)) ++taken;
  EXPECT_EQ(taken, 4096);
  store->set_hold(false);
  writer->stop();
  EXPECT_EQ(acked, taken + 1);
}

// Keys cost strangers nothing, and of each a message may wait.
TEST_F(WriterTest, WhatWaitsTakesSoMuchMemoryAndOfStrangersLessThanOfThoseWhoAreKnown) {
  start();
  ASSERT_TRUE(submit(log->write()));
  while (acked == 0) std::this_thread::yield();
  block();
  const auto fill = [&](const base::PublicBoxKey& by, const sync::ClientMessage& message) {
    std::size_t taken = 0;
    for (; taken < 1000; ++taken) {
      Writer::Request request;
      request.device = by;
      request.message = message;
      request.done = [](const base::Result<sync::ServerMessage>&) {};
      if (!writer->submit(std::move(request))) break;
    }
    return taken;
  };
  // Of 57 KB on the line, and several times that as they lie in memory.
  auto tiny_runs = message_of({upload(school.id())});
  for (int i = 0; i < 4096; ++i) tiny_runs.spaces[0].logs.push_back({base::Bytes(8, 3), {}});
  const Person stranger(random);
  const Person other(random);
  const std::size_t of_runs = fill(stranger.device(), tiny_runs);
  EXPECT_LT(of_runs * 4096 * (sizeof(sync::LogRun) + 8), Writer::kMaxHeld / Writer::kStrangersPart);
  EXPECT_GT(of_runs, 15U);
  const auto large = message_of({upload(school.id(), {}, {run_of(log->id, {base::Bytes(60'000, 1)})})});
  EXPECT_LT(fill(other.device(), large), 8U) << "all of them together";
  EXPECT_TRUE(submit(log->write())) << "who is known does not wait for them";
  const std::size_t of_members = fill(admin.device(), large);
  EXPECT_LT((of_members + 1) * 60'000 + of_runs * 4096 * sizeof(sync::LogRun), Writer::kMaxHeld);
  EXPECT_GT(of_members, 300U);
  EXPECT_FALSE(submit(base::Bytes(60'000, 1)));
  store->set_hold(false);
  while (acked < 3) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(acked, 3);
}

TEST_F(WriterTest, WhatWasAnsweredTakesNoMemoryAnyMore) {
  start();
  for (int i = 0; i < 800; ++i) {
    while (!submit(base::Bytes(60'000, 1))) std::this_thread::yield();
  }
  while (refused < 800) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(refused, 800);
}

TEST_F(WriterTest, StoppingFinishesWhatWaitsAndTakesNothingMore) {
  start();
  block();
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(submit(log->write()));  // more than one group
  std::thread stopping([this] { writer->stop(); });
  store->set_hold(false);
  stopping.join();
  EXPECT_EQ(acked, 601);
  EXPECT_FALSE(submit(log->write()));
  writer->stop();  // again: nothing
}

TEST_F(WriterTest, AFailedCommitIsFatalOnceAndNothingIsAcknowledgedAfterIt) {
  start();
  block();
  store->fail_commit = true;
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(submit(log->write()));
  store->set_hold(false);
  while (fatal_calls == 0) std::this_thread::yield();
  while (refused < 301) std::this_thread::yield();
  EXPECT_FALSE(submit(log->write()));
  writer->stop();
  EXPECT_EQ(fatal_calls, 1);
  EXPECT_EQ(fatal_code, Code::disk_full);
  EXPECT_EQ(acked, 0);
  EXPECT_EQ(refused, 301) << "everybody who waited hears of the failure";
  EXPECT_EQ(writer->counters().commits, 0U);
}

TEST_F(WriterTest, AFailureInsideTheTransactionIsFatalToo) {
  start();
  block();
  store->fail_append_after = 10;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(submit(log->write()));
  store->set_hold(false);
  while (fatal_calls == 0) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(fatal_calls, 1);
  EXPECT_EQ(acked, 1) << "the one whose commit was over, and none of the group that failed";
  EXPECT_EQ(fatal_code, Code::storage_failed);
}

TEST_F(WriterTest, ACopyIsMadeBetweenGroupsAndAFailedOneFailsAlone) {
  start();
  std::atomic<int> code{-1};
  const auto done = [&](const base::Status& status) { code = static_cast<int>(status.code()); };
  ASSERT_TRUE(writer->copy("/nonexistent/copy", done));
  while (code < 0) std::this_thread::yield();
  EXPECT_EQ(code, static_cast<int>(Code::storage_failed));
  ASSERT_TRUE(submit(log->write()));
  while (acked == 0) std::this_thread::yield();
  std::string path = "/tmp/sejawat-copy-XXXXXX";
  const int file = ::mkstemp(path.data());
  ASSERT_GE(file, 0);
  ::close(file);
  code = -1;
  ASSERT_TRUE(writer->copy(path, done));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit(log->write()));
  while (code < 0) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(code, 0);
  EXPECT_EQ(acked, 51);
  EXPECT_EQ(fatal_calls, 0);
  EXPECT_FALSE(writer->copy(path, done));
  ::unlink(path.c_str());
}

TEST_F(WriterTest, ACopyLeavesTheReserve) {
  carrier::Limits limits;
  limits.reserve_bytes = 5'000;
  carrier = std::move(carrier::Carrier::open(*store, limits)).value();
  store->free = 5'999;  // and a copy takes a thousand
  start();
  std::atomic<int> code{-1};
  const auto done = [&](const base::Status& status) { code = static_cast<int>(status.code()); };
  ASSERT_TRUE(writer->copy("/nonexistent/copy", done));
  while (code < 0) std::this_thread::yield();
  EXPECT_EQ(code, static_cast<int>(Code::disk_full));
  ASSERT_TRUE(submit(log->write()));
  while (acked == 0) std::this_thread::yield();
  EXPECT_FALSE(writer->counters().low);
  store->free = 4'999;
  ASSERT_TRUE(submit(log->write()));
  while (refused == 0) std::this_thread::yield();
  writer->stop();
  EXPECT_TRUE(writer->counters().low);
  EXPECT_EQ(fatal_calls, 0);
}

// What was committed is safe: whoever asked is told that it failed, as what it is, and others are served.
TEST_F(WriterTest, AnAnswerThatCannotBeReadFailsAloneAndSaysWhy) {
  std::vector<base::Bytes> segments;
  for (int i = 0; i < 40; ++i) segments.push_back(log->write(4000));
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(
      carrier->ingest(admin.device(), message_of({upload(school.id(), {}, {run_of(log->id, segments)})}), 0)
          .ok());
  ASSERT_TRUE(store->commit().ok());
  start();
  store->fail_rest = true;
  Writer::Request request;
  request.device = admin.device();
  request.message.hello.emplace();  // everything, of which a part fits
  std::atomic<int> code{-1};
  request.done = [&](const base::Result<sync::ServerMessage>& answer) {
    code = static_cast<int>(answer.code());
  };
  ASSERT_TRUE(writer->submit(std::move(request)));
  while (code < 0) std::this_thread::yield();
  EXPECT_EQ(code, static_cast<int>(Code::storage_failed));
  store->fail_rest = false;
  ASSERT_TRUE(submit(log->write()));
  while (acked == 0) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(fatal_calls, 0);
}

TEST_F(WriterTest, AStoreThatCannotBeginIsFatal) {
  store->fail_begin = true;
  start();
  ASSERT_TRUE(submit(log->write()));
  while (refused == 0) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(fatal_calls, 1);
  EXPECT_EQ(acked, 0);
}

}  // namespace
}  // namespace sejawat::storage
