// The writer and its live peers: told after the answers, read for between the groups.
#include <gtest/gtest.h>

#include <future>

#include "storage/writer.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"

namespace sejawat::storage {
namespace {

using base::Code;

class LiveWriter : public testing::Test {
 protected:
  LiveWriter() {
    store = std::move(open_sqlite(":memory:", random)).value();
    carrier = std::move(carrier::Carrier::open(*store)).value();
    operator_secret = base::to_bytes((*carrier->operator_secret(random))->view());
    writer.emplace(*carrier, *store, [](const base::Error& error) { ADD_FAILURE() << error.detail(); });
  }
  sync::ServerMessage send(sync::ClientMessage message, std::shared_ptr<carrier::Peer> peer = nullptr) {
    std::promise<sync::ServerMessage> answered;
    const auto done = [&](base::Result<sync::ServerMessage> answer) {
      note("answer");
      answered.set_value(std::move(answer).value());
    };
    EXPECT_TRUE(writer->submit({admin.device(), std::move(message), 100, done, peer}));
    return answered.get_future().get();
  }
  std::vector<std::optional<sync::ServerMessage>> push(std::vector<std::shared_ptr<carrier::Peer>> peers) {
    std::promise<std::vector<std::optional<sync::ServerMessage>>> read;
    EXPECT_TRUE(
        writer->submit(Writer::Pushes{std::move(peers), [&](auto messages) { read.set_value(messages); }}));
    return read.get_future().get();
  }
  void note(const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex);
    events.push_back(what);
  }
  void found() {
    auto message = support::message_of({support::upload(school.id(), school.records())});
    message.hello->operator_secret = operator_secret;
    EXPECT_TRUE(send(message).record_exceptions.empty());
  }

  support::SeededRandom random{21};
  support::Person admin{random};
  support::Community school = support::found_school(admin);
  std::unique_ptr<carrier::CarrierStore> store;
  std::unique_ptr<carrier::Carrier> carrier;
  base::Bytes operator_secret;
  std::mutex mutex;
  std::vector<std::string> events;
  std::optional<Writer> writer;
};

TEST_F(LiveWriter, TellsOfAChangeOnceItsAnswerIsGiven) {
  std::promise<carrier::Changes> told;
  writer->watch([&](const carrier::Changes& changes) {
    note("changed");
    told.set_value(changes);
  });
  found();
  const auto changes = told.get_future().get();
  EXPECT_EQ(changes.tips.at(school.id()), school.records().size());
  EXPECT_EQ(events, (std::vector<std::string>{"answer", "changed"}));
  // Nothing new, nothing told; and after the end of the watch nothing at all.
  send(support::message_of({}));
  EXPECT_EQ(events.size(), 3U);
  writer->watch({});
  support::Writing log(school, admin, random);
  send(support::message_of({support::upload(school.id(), {log.enrolment})}));
  EXPECT_EQ(events.size(), 4U);
}

TEST_F(LiveWriter, ReadsForManyPeersInOneVisit) {
  found();
  support::Writing log(school, admin, random);
  send(support::message_of({support::upload(school.id(), {log.enrolment})}));
  std::vector<std::shared_ptr<carrier::Peer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(std::make_shared<carrier::Peer>(admin.device()));
    sync::ClientMessage hello;
    hello.hello.emplace();
    hello.hello->live = true;
    send(hello, peers.back());
    if (i < 2) send({}, peers.back());
  }
  send(support::message_of({support::upload(school.id(), {}, {support::run_of(log.id, {log.write()})})}));
  const auto messages = push(peers);
  ASSERT_EQ(messages.size(), 3U);
  ASSERT_TRUE(messages[0] && messages[1]);
  EXPECT_FALSE(messages[2].has_value()) << "its hello may be a replay";
  EXPECT_EQ(messages[0]->shared.at(0).encoded, messages[1]->shared.at(0).encoded);
  EXPECT_FALSE(push(peers)[0].has_value()) << "each hears of it once";
}

TEST_F(LiveWriter, CountsWhatWaitsAndHowLongCommitsTake) {
  found();
  const auto counters = writer->counters();
  EXPECT_EQ(counters.requests, 1U);
  EXPECT_EQ(counters.commits, 1U);
  EXPECT_GT(counters.commit_microseconds, 0U);
  EXPECT_EQ(counters.waiting, 0U);
}

TEST_F(LiveWriter, ReadsForNobodyOnceStopped) {
  writer->stop();
  EXPECT_FALSE(writer->submit(Writer::Pushes{{}, [](auto) {}}));
}

}  // namespace
}  // namespace sejawat::storage
