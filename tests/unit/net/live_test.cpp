// Who hears of what was committed, and whose connection ends.
#include "live.h"

#include <gtest/gtest.h>

#include <future>

#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"

namespace sejawat::net {
namespace {

using support::message_of;
using support::Person;
using support::upload;

struct Line final : LivePeer, std::enable_shared_from_this<Line> {
  explicit Line(const Person& by) : of(std::make_shared<carrier::Peer>(by.device())) {}
  std::shared_ptr<LivePeer> hold() override { return shared_from_this(); }
  std::shared_ptr<carrier::Peer> peer() override { return of; }
  void news() override { ++told; }
  void cut() override { ++cuts; }
  void make_room() override { gone = true; }
  void push(std::optional<sync::ServerMessage>) override {}
  std::shared_ptr<carrier::Peer> of;
  int told = 0;
  int cuts = 0;
  bool gone = false;
};

class LiveHubTest : public testing::Test {
 protected:
  LiveHubTest() {
    hub.start();
    auto founding = message_of({upload(school.id(), school.records())});
    founding.hello->operator_secret = base::to_bytes((*carrier->operator_secret(random))->view());
    say(admin, std::move(founding));
    offer(admin, space::write_member(admin.author(), school.membership, sari.certificate.identity_key,
                                     sari.identity.box.public_key(), space::WireRole::writer, {}));
    offer(sari, space::write_device(sari.author(), school.membership, sari.certificate));
  }
  ~LiveHubTest() override {
    writer.stop();
    hub.stop();
  }
  void say(const Person& by, sync::ClientMessage message) {
    std::promise<base::Code> done;
    storage::Writer::Request request{by.device(), std::move(message), 1, [&](auto answer) {
                                       done.set_value(answer.ok() ? answer->error : answer.code());
                                     }};
    ASSERT_TRUE(writer.submit(std::move(request)));
    ASSERT_EQ(done.get_future().get(), base::Code::ok);
  }
  void offer(const Person& by, base::Bytes record) {
    say(by, message_of({upload(school.id(), {school.add(record)})}));
  }
  void something_happens() {
    const auto key = crypto::SigningKey::from_seed(base::Secret32::random(random));
    offer(admin, space::write_log(admin.author(), school.membership, key));
  }
  // What was committed has been told: the next group is answered after that.
  void hear() {
    say(admin, message_of({}));
    io.restart();
    io.poll();
  }
  Standing live_at(std::uint64_t position) const { return {true, true, {}, {school.id()}, {}, {position}}; }
  std::uint64_t tip() { return school.records().size(); }

  support::SeededRandom random{30};
  Person admin{random};
  Person sari{random};
  support::Community school = support::found_school(admin);
  std::unique_ptr<carrier::CarrierStore> store = std::move(storage::open_sqlite(":memory:", random)).value();
  std::unique_ptr<carrier::Carrier> carrier = std::move(carrier::Carrier::open(*store)).value();
  boost::asio::io_context io;
  Counts counts;
  storage::Writer writer{*carrier, *store, [](const base::Error&) {}};
  static constexpr std::size_t kMost = 8;
  LiveHub hub{io, writer, counts, kMost};
};

TEST_F(LiveHubTest, WhoIsLiveHearsOfWhatCameAfterItsPlaceUntilItGoes) {
  hear();
  const auto line = std::make_shared<Line>(sari);
  hub.follow(*line, sari.device(), live_at(tip()));
  EXPECT_EQ(counts.live_peers, 1U);
  hear();
  EXPECT_EQ(line->told, 0);
  something_happens();
  hear();
  EXPECT_EQ(line->told, 1);
  hub.follow(*line, sari.device(), live_at(tip() + 1));
  something_happens();
  hear();
  EXPECT_EQ(line->told, 1) << "it has that already";
  hub.forget(*line);
  EXPECT_EQ(counts.live_peers, 0U);
  something_happens();
  hear();
  EXPECT_EQ(line->told, 1);
}

TEST_F(LiveHubTest, WhoNeverBecameLiveIsToldNothingAndCutAllTheSame) {
  hear();
  const auto quiet = std::make_shared<Line>(sari);
  const auto others = std::make_shared<Line>(admin);
  hub.follow(*quiet, sari.device(), {false, true, {}, {school.id()}, {}, {tip()}});
  hub.follow(*others, admin.device(), {false, true, {}, {school.id()}, {}, {tip()}});
  EXPECT_EQ(counts.live_peers, 0U);
  something_happens();
  hear();
  EXPECT_EQ(quiet->told, 0);
  offer(admin, space::write_person_removed(admin.author(), school.membership, sari.id(), {}));
  hear();
  EXPECT_EQ(quiet->cuts, 1);
  EXPECT_EQ(others->cuts, 0);
  hub.forget(*quiet);
}

TEST_F(LiveHubTest, OfOneDeviceTheNewestStayAndReplaysTakeNoPlaceFromIt) {
  hear();
  std::vector<std::shared_ptr<Line>> lines;
  const auto open = [&](const Person& by, bool known) {
    lines.push_back(std::make_shared<Line>(by));
    auto standing = live_at(tip());
    standing.known = standing.pushable = known;
    hub.follow(*lines.back(), by.device(), std::move(standing));
    return lines.back();
  };
  const auto others = open(admin, true);
  const auto first = open(sari, true);
  for (std::size_t i = 1; i < kMost; ++i) open(sari, true);
  EXPECT_EQ(counts.live_peers, 1 + kMost);
  const auto replay = open(sari, false);
  for (int i = 0; i < 50; ++i) open(sari, false);
  EXPECT_TRUE(replay->gone);
  EXPECT_FALSE(first->gone) << "whoever sends once more what was seen ends no line of hers";
  open(sari, true);
  EXPECT_TRUE(first->gone);
  EXPECT_FALSE(others->gone);
  EXPECT_EQ(counts.live_peers, 1 + kMost);
  something_happens();
  hear();
  EXPECT_EQ(first->told, 0);
  EXPECT_EQ(lines.back()->told, 1);
  for (const auto& line : lines) hub.forget(*line);
}

TEST_F(LiveHubTest, WhoIsLiveNoMoreIsStillCut) {
  hear();
  const auto line = std::make_shared<Line>(sari);
  hub.follow(*line, sari.device(), live_at(tip()));
  hub.follow(*line, sari.device(), {false, true, {}, {school.id()}, {}, {tip()}});
  EXPECT_EQ(counts.live_peers, 0U);
  offer(admin, space::write_person_removed(admin.author(), school.membership, sari.id(), {}));
  hear();
  EXPECT_EQ(line->told, 0);
  EXPECT_EQ(line->cuts, 1);
}

// Her last words and her removal came in one group: she was answered as somebody who is known no more, before
// anything could cut her line.
TEST_F(LiveHubTest, WhoWasRemovedWithTheGroupThatTookTheirLastWordsIsCut) {
  hear();
  const auto line = std::make_shared<Line>(sari);
  hub.follow(*line, sari.device(), live_at(tip()));
  hub.follow(*line, sari.device(), {true, false, {}, {}, {school.id()}, {}});
  offer(admin, space::write_person_removed(admin.author(), school.membership, sari.id(), {}));
  hear();
  EXPECT_EQ(line->cuts, 1);
}

// Whoever calls another's phone theirs in a space of their own, and takes that back, ends no line of it.
TEST_F(LiveHubTest, WhoWasNeverServedASpaceIsNotCutForIt) {
  hear();
  const auto line = std::make_shared<Line>(sari);
  hub.follow(*line, sari.device(), {true, true, {}, {random.id<base::SpaceId>()}, {}, {tip()}});
  offer(admin, space::write_person_removed(admin.author(), school.membership, sari.id(), {}));
  hear();
  EXPECT_EQ(line->cuts, 0);
  hub.forget(*line);
}

}  // namespace
}  // namespace sejawat::net
