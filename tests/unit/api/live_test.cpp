// A line that stays: what one writes reaches the other without anybody asking.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

// A phone on a live line.
struct Phone {
  Phone(Core& core_in, Server& server_in, support::ManualClock& clock)
      : core(core_in), server(server_in), driver(core_in, clock), line(server_in.line()) {}
  Core& core;
  Server& server;
  SyncDriver driver;
  std::unique_ptr<Server::Line> line;
  SyncDriver::Connection connection = 0;
  std::uint32_t settled = 0;
  std::uint32_t received = 0;
  std::optional<SyncReport> ended;

  void start() {
    auto started = driver.start(server.address(), true);
    ASSERT_TRUE(started.ok());
    connection = *started;
    ASSERT_TRUE(driver.connected(connection, false).ok());
    carry();
  }
  // What it has to send, until it has nothing more.
  void carry() {
    while (auto out = driver.outgoing()) {
      auto reply = server.exchange(*line, out->message);
      ASSERT_TRUE(reply.ok());
      ASSERT_TRUE(driver.received(connection, *reply).ok());
    }
    hear();
  }
  bool take_push() {
    auto pushed = server.push(*line);
    EXPECT_TRUE(pushed.ok());
    if (!pushed.ok() || !*pushed) return false;
    EXPECT_TRUE(driver.received(connection, **pushed).ok());
    carry();
    return true;
  }
  void hear() {
    while (auto event = driver.next_event()) {
      if (const auto* told = std::get_if<SyncDriver::Settled>(&*event)) {
        ++settled;
        received = told->received;
      }
      if (auto* report = std::get_if<SyncReport>(&*event)) ended = std::move(*report);
    }
  }
};

struct Live : World {
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder("Ani", &card);
  std::unique_ptr<Core> tablet = open("tablet");

  void SetUp() override {
    ASSERT_TRUE(tablet->recover(card, server.address()).ok());
    ASSERT_EQ(sync(*tablet).code, Code::ok);
    ASSERT_EQ(sync(*ani).code, Code::ok);
  }
};

TEST_F(Live, WhatOneWritesIsOnTheOtherWithoutASyncOfItsOwn) {
  Phone one(*ani, server, clock);
  Phone two(*tablet, server, clock);
  one.start();
  two.start();
  ASSERT_EQ(one.settled, 1U);
  ASSERT_EQ(two.settled, 1U);
  EXPECT_TRUE(one.driver.settled());
  add(*ani, "ditulis di ponsel");
  one.driver.nudge();
  EXPECT_FALSE(one.driver.settled());
  one.carry();
  EXPECT_EQ(one.settled, 2U);
  EXPECT_EQ(pending(*ani), 0U) << "it is on the carrier, and shown so";
  ASSERT_TRUE(two.take_push());
  EXPECT_EQ(texts(*tablet), "ditulis di ponsel");
  EXPECT_GE(two.settled, 2U);
  EXPECT_GT(two.received, 0U);
  // And back.
  add(*tablet, "jawaban");
  two.driver.nudge();
  two.carry();
  ASSERT_TRUE(one.take_push());
  EXPECT_NE(texts(*ani).find("jawaban"), std::string::npos);
  EXPECT_FALSE(one.ended);
  EXPECT_EQ(status(*ani).carriers[0].last_error, Code::ok);
}

TEST_F(Live, APushMayComeWhileSomethingWaitsToBeSent) {
  Phone one(*ani, server, clock);
  Phone two(*tablet, server, clock);
  one.start();
  two.start();
  add(*ani, "satu");
  one.driver.nudge();
  one.carry();
  add(*tablet, "dua");
  two.driver.nudge();
  // It is composed and not fetched yet.
  ASSERT_TRUE(two.take_push());
  EXPECT_EQ(pending(*tablet), 0U);
  EXPECT_EQ(texts(*tablet).find("satu") == std::string::npos, false);
}

TEST_F(Live, ReadingDoesNotMakeTraffic) {
  Phone one(*ani, server, clock);
  one.start();
  const auto before = server.requests;
  for (int i = 0; i < 10; ++i) {
    status(*ani);
    one.driver.nudge();
    one.carry();
  }
  EXPECT_EQ(server.requests, before);
}

TEST_F(Live, WhatIsRefusedIsNotSentForEver) {
  add(*ani, "tidak muat");
  Phone one(*ani, server, clock);
  server.refuse_segments = Code::quota_exceeded;
  one.start();
  ASSERT_EQ(one.settled, 1U);
  EXPECT_GT(pending(*ani), 0U);
  for (int i = 0; i < 5; ++i) {
    one.driver.nudge();
    one.carry();
  }
  EXPECT_EQ(one.settled, 1U);
}

TEST_F(Live, ASilentLineIsProbedAndADeadOneEnds) {
  Phone one(*ani, server, clock);
  one.start();
  const auto before = server.requests;
  clock.advance(kProbeMs - 1);
  one.driver.tick();
  one.carry();
  EXPECT_EQ(server.requests, before);
  clock.advance(1);
  one.driver.tick();
  one.carry();
  EXPECT_EQ(server.requests, before + 1);
  EXPECT_EQ(one.settled, 2U);
  clock.advance(kProbeMs);
  one.driver.tick();
  ASSERT_TRUE(one.driver.outgoing());
  clock.advance(kAnswerMs);
  one.driver.tick();
  one.hear();
  ASSERT_TRUE(one.ended);
  EXPECT_EQ(one.ended->code, Code::timed_out);
  EXPECT_EQ(status(*ani).carriers[0].last_error, Code::timed_out);
}

TEST_F(Live, HangingUpASettledLineIsNoTrouble) {
  Phone one(*ani, server, clock);
  one.start();
  ASSERT_TRUE(one.driver.cancel().ok());
  one.hear();
  ASSERT_TRUE(one.ended);
  EXPECT_EQ(one.ended->code, Code::interrupted);
  EXPECT_EQ(status(*ani).carriers[0].last_error, Code::ok);
  EXPECT_EQ(sync(*ani).code, Code::ok);
}

// It numbers the spaces that it names to a device, and has forgotten that it ever did.
TEST_F(Live, AServerThatWentBackToBeforeItKnewSomebodyIsToldEverythingOnTheSameLine) {
  const auto link = invite_by(*ani);
  server.back_up();
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_TRUE(budi->join_state().ok());
  server.restore(true);
  const auto id = add(*budi, "sesudah itu");
  Phone phone(*budi, server, clock);
  phone.start();
  ASSERT_FALSE(phone.ended);
  EXPECT_EQ(phone.settled, 1U);
  EXPECT_EQ(pending(*budi), 0U);
  EXPECT_EQ(*budi->delivery(id), Delivery::on_carrier);
  EXPECT_TRUE(status(*budi).carriers[0].refusals.empty());
  EXPECT_EQ(budi->refused_in_sync(), 0U);
}

// Not only words: who removes somebody or invites does not wait until the line is probed.
TEST_F(Live, WhatIsOnlyARecordLeavesAtOnceAndSoDoesAWish) {
  const auto note = add(*ani, "papan tulis penuh");
  const auto photo_id = ani->attach(note, photo(2'000), "");
  ASSERT_TRUE(photo_id.ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  Phone one(*ani, server, clock);
  Phone two(*tablet, server, clock);
  one.start();
  two.start();
  const auto said_after = [&](Phone& phone) {
    const auto before = server.requests;
    phone.driver.nudge();
    phone.carry();
    EXPECT_TRUE(phone.driver.settled());
    return server.requests - before;
  };
  ASSERT_EQ(said_after(one), 0U);
  ASSERT_TRUE(ani->invite("teacher", 3600, 1).ok());
  EXPECT_GT(said_after(one), 0U);
  EXPECT_EQ(said_after(one), 0U);
  two.take_push();
  EXPECT_EQ(said_after(two), 0U) << "what came by itself is no reason to write";
  ASSERT_TRUE(tablet->fetch_attachment(*photo_id).ok());
  EXPECT_GT(said_after(two), 0U);
  EXPECT_TRUE(tablet->read_attachment(*photo_id).ok());
  EXPECT_EQ(said_after(two), 0U);
  std::optional<base::DeviceId> lost;
  for (const auto& device : *ani->devices()) {
    if (!device.self) lost = device.device;
  }
  ASSERT_TRUE(lost);
  ASSERT_TRUE(ani->revoke_device(*lost).ok());
  EXPECT_GT(said_after(one), 0U);
  EXPECT_EQ(said_after(one), 0U);
}

TEST_F(Live, WhatIsWrittenWhileAnAnswerIsAwaitedLeavesAfterIt) {
  Phone one(*ani, server, clock);
  one.start();
  clock.advance(kProbeMs);
  one.driver.tick();
  ASSERT_FALSE(one.driver.settled());
  const auto id = add(*ani, "di antara");
  one.driver.nudge();
  auto out = one.driver.outgoing();
  ASSERT_TRUE(out);
  auto reply = server.exchange(*one.line, out->message);
  ASSERT_TRUE(reply.ok());
  ASSERT_TRUE(one.driver.received(one.connection, *reply).ok());
  one.carry();
  EXPECT_TRUE(one.driver.settled());
  EXPECT_EQ(*ani->delivery(id), Delivery::on_carrier);
}

TEST_F(Live, WithoutAChannelItIsAnOrdinarySync) {
  add(*ani, "lewat jalan biasa");
  SyncDriver driver(*ani, clock);
  auto started = driver.start(server.address(), true);
  ASSERT_TRUE(started.ok());
  ASSERT_TRUE(driver.connected(*started, true).ok());
  while (auto out = driver.outgoing()) {
    sync::CarrierSession session(server.key(), random);
    auto reply = server.exchange(session, out->message);
    ASSERT_TRUE(reply.ok());
    ASSERT_TRUE(driver.received(*started, *reply).ok());
  }
  EXPECT_FALSE(driver.running());
  EXPECT_EQ(pending(*ani), 0U);
}

}  // namespace
}  // namespace sejawat::api
#endif
