// What is on the carrier and what is not: never shown before it is true, taken back when it is not true any
// more.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Syncing : World {
  std::unique_ptr<Core> ani = founder();
  std::unique_ptr<Core> budi = member(*ani, "Budi");

  Delivery delivery(Core& core, const base::ObjectId& id) {
    auto delivery = core.delivery(id);
    EXPECT_TRUE(delivery.ok());
    return delivery.ok() ? *delivery : Delivery::saved_here;
  }
};

TEST_F(Syncing, PendingCountsWhatTheCarrierDoesNotHold) {
  EXPECT_EQ(pending(*budi), 0U);
  const auto first = add(*budi, "satu");
  EXPECT_EQ(pending(*budi), 1U);
  add(*budi, "dua");
  EXPECT_EQ(pending(*budi), 2U);
  EXPECT_EQ(*budi->pending(), 2U);
  EXPECT_EQ(personal(status(*budi)).unsealed_ops, 2U);
  EXPECT_EQ(delivery(*budi, first), Delivery::saved_here);
  server.cut_after = 0;  // it arrives, the answer does not: not yet true that it is there
  EXPECT_EQ(sync(*budi).code, Code::offline);
  EXPECT_EQ(pending(*budi), 1U);  // one sealed segment of both
  EXPECT_EQ(delivery(*budi, first), Delivery::saved_here);
  EXPECT_EQ(status(*budi).carriers[0].last_error, Code::offline);
  server.cut_after = -1;
  const auto report = sync(*budi);
  EXPECT_EQ(report.sent, 1U);
  EXPECT_EQ(report.pending, 0U);
  EXPECT_EQ(pending(*budi), 0U);
  EXPECT_EQ(delivery(*budi, first), Delivery::on_carrier);
  EXPECT_EQ(status(*budi).carriers[0].last_error, Code::ok);
  auto view = budi->journal().show(first);
  ASSERT_TRUE(view.ok());
  view->entry.subject = "IPAS";
  ASSERT_TRUE(budi->edit_entry(view->entry).ok());
  EXPECT_EQ(delivery(*budi, first), Delivery::saved_here);  // the edit is not there
  base::ObjectId unknown;
  unknown.bytes.fill(1);
  EXPECT_EQ(budi->delivery(unknown).code(), Code::not_found);
}

TEST_F(Syncing, NothingToDoIsOneSmallRoundTrip) {
  add(*budi, "satu");
  sync(*budi);
  const auto report = sync(*budi);
  EXPECT_EQ(report.round_trips, 1U);
  EXPECT_EQ(report.sent + report.received, 0U);
  EXPECT_LE(report.bytes_up + report.bytes_down, 230U);
}

TEST_F(Syncing, AStoreReopenedInTheMiddleGoesOn) {
  for (int i = 0; i < 400; ++i)
    add(*budi, "catatan nomor " + std::to_string(i) + std::string(300, static_cast<char>('a' + i % 26)));
  server.cut_after = 1;
  SyncReport report = sync(*budi);
  while (report.code == Code::offline) {
    const auto before = pending(*budi);
    budi.reset();
    budi = open("Budi");
    EXPECT_EQ(pending(*budi), before);
    server.cut_after = 1;
    report = sync(*budi);
  }
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(pending(*budi), 0U);
  EXPECT_EQ(status(*budi).entries, 400U);
}

TEST_F(Syncing, ANewGenerationTakesAcksBackAndIsRefilled) {
  const auto early = add(*budi, "sebelum cadangan");
  sync(*budi);
  server.back_up();
  const auto late = add(*budi, "sesudah cadangan");
  sync(*budi);
  ASSERT_EQ(delivery(*budi, late), Delivery::on_carrier);
  const auto old_generation = status(*budi).carriers[0].generation;
  server.restore(true);
  // Told by the very first answer; by the end of that sync everything is there again.
  bool was_taken_back = false;
  server.on_reply = [&](sync::ServerMessage&) {
    if (server.requests > 0) was_taken_back = was_taken_back || delivery(*budi, late) == Delivery::saved_here;
  };
  const auto report = sync(*budi);
  server.on_reply = nullptr;
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_TRUE(was_taken_back);
  EXPECT_FALSE(status(*budi).carriers[0].generation == old_generation);
  EXPECT_EQ(delivery(*budi, early), Delivery::on_carrier);
  EXPECT_EQ(delivery(*budi, late), Delivery::on_carrier);
  EXPECT_EQ(pending(*budi), 0U);
  EXPECT_EQ(sync(*budi).round_trips, 1U);
}

TEST_F(Syncing, ADiskRolledBackWithoutANewGenerationIsNoticedAndRefilled) {
  server.back_up();
  const auto late = add(*budi, "sesudah cadangan");
  sync(*budi);
  server.restore(false);
  EXPECT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(delivery(*budi, late), Delivery::on_carrier);
  EXPECT_EQ(sync(*budi).round_trips, 1U);
  // And it is really there: after the phone is lost, the copy comes from the carrier.
  EXPECT_EQ(sync(*ani).code, Code::ok);
}

// Acknowledged by a reply that proved nothing about the whole: the line was cut before the digest came, and
// the carrier went back to just where the client's cursor still stands. Its hello says nothing that differs.
TEST_F(Syncing, AnAckThatNoDigestConfirmedIsTakenBackWhenTheCarrierForgotIt) {
  sync(*ani);
  sync(*budi);
  server.back_up();
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& part : reply.spaces) part.digest.clear();
  };
  const auto late = add(*budi, "sesudah cadangan");
  EXPECT_EQ(sync(*budi).code, Code::ok);
  ASSERT_TRUE(ani->invite("teacher", 3600, 1).ok());  // records alone
  EXPECT_EQ(sync(*ani).code, Code::ok);
  std::map<base::SpaceId, base::Digest> held;
  for (Core* core : {ani.get(), budi.get()}) {
    for (const auto& space : status(*core).spaces) held[space.space] = server.digest(space.space);
  }
  server.on_reply = nullptr;
  server.restore(false);
  for (Core* core : {ani.get(), budi.get()}) {
    EXPECT_EQ(sync(*core).code, Code::ok);
    EXPECT_EQ(pending(*core), 0U);
    EXPECT_EQ(sync(*core).round_trips, 1U);
  }
  for (const auto& [space, digest] : held) EXPECT_EQ(server.digest(space), digest);
  EXPECT_EQ(delivery(*budi, late), Delivery::on_carrier);
}

// The same, found out by a digest that differs where the cursors agree: what a carrier's vector does not name
// it does not hold, whatever it once acknowledged.
TEST_F(Syncing, AVectorTakesBackWhatItDoesNotName) {
  sync(*ani);
  server.back_up();
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& part : reply.spaces) part.digest.clear();
  };
  ASSERT_TRUE(ani->invite("teacher", 3600, 1).ok());
  add(*ani, "sesudah cadangan");
  EXPECT_EQ(sync(*ani).code, Code::ok);
  server.on_reply = nullptr;
  server.restore(false);
  add(*ani, "sesudah pemulihan");  // its header names the invite among what its author knew
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
  EXPECT_EQ(sync(*ani).round_trips, 1U);
}

TEST_F(Syncing, ACarrierThatLostItsDiskIsFilledAgainByAnOperator) {
  const auto kept = add(*budi, "satu-satunya salinan");
  sync(*budi);
  sync(*ani);
  const auto id = community(status(*ani)).space;
  server.lose_disk();
  EXPECT_EQ(sync(*budi).code, Code::unknown_membership);  // whoever this is
  EXPECT_EQ(delivery(*budi, kept), Delivery::saved_here);
  EXPECT_EQ(texts(*budi), "satu-satunya salinan");
  // Without the operator's permit the community is not taken.
  EXPECT_EQ(sync(*ani).code, Code::unknown_membership);
  const auto refused = sync(*ani);
  EXPECT_GT(refused.refused, 0U);
  EXPECT_EQ(community(status(*ani)).refused, Code::not_permitted);
  ASSERT_TRUE(ani->host_community(id, server.address(), server.operator_secret()).ok());
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(sync(*ani).refused, 0U);
  EXPECT_EQ(community(status(*ani)).refused, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
  EXPECT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(delivery(*budi, kept), Delivery::on_carrier);
  EXPECT_EQ(ani->host_community(personal(status(*ani)).space, server.address(), base::Secret16()).code(),
            Code::unknown_space);
}

TEST_F(Syncing, ACommunityIsOfferedAgainAtOnceToACarrierThatLostItsDisk) {
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server.lose_disk();
  const auto id = community(status(*ani)).space;
  ASSERT_TRUE(ani->host_community(id, server.address(), server.operator_secret()).ok());
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
}

TEST_F(Syncing, ARefusedSegmentReachesThePersonAndIsOfferedAgainLater) {
  const auto id = add(*budi, "terlalu banyak");
  server.refuse_segments = Code::quota_exceeded;
  const auto report = sync(*budi);
  EXPECT_EQ(report.code, Code::ok);  // the rest of the sync went through
  EXPECT_EQ(report.refused, 1U);
  EXPECT_EQ(report.pending, 1U);
  EXPECT_EQ(personal(status(*budi)).refused, Code::quota_exceeded);
  EXPECT_EQ(delivery(*budi, id), Delivery::saved_here);
  budi.reset();
  budi = open("Budi");
  EXPECT_EQ(personal(status(*budi)).refused, Code::quota_exceeded);  // also tomorrow
  for (const auto code : {Code::not_permitted, Code::chain_fork, Code::unknown_log}) {
    server.refuse_segments = code;
    sync(*budi);
    EXPECT_EQ(personal(status(*budi)).refused, code);
  }
  server.refuse_segments = Code::unknown_membership;  // "later" is no refusal, and not yet there either
  const auto later = sync(*budi);
  EXPECT_EQ(later.refused, 0U);
  EXPECT_EQ(later.pending, 1U);
  EXPECT_EQ(personal(status(*budi)).refused, Code::ok);
  server.refuse_segments.reset();
  EXPECT_EQ(sync(*budi).sent, 1U);
  EXPECT_EQ(personal(status(*budi)).refused, Code::ok);
  EXPECT_EQ(delivery(*budi, id), Delivery::on_carrier);
}

// The server holds it, beyond a fence: nothing is offered again, and nothing is shown as sent.
TEST_F(Syncing, LateWorkInQuarantineIsHeldAndNeverShownAsSent) {
  const auto id = add(*budi, "terlambat");
  server.refuse_segments = Code::fenced;
  EXPECT_EQ(sync(*budi).sent, 0U);
  EXPECT_EQ(status(*budi).quarantined, 1U);
  EXPECT_EQ(personal(status(*budi)).refused, Code::fenced);
  EXPECT_EQ(delivery(*budi, id), Delivery::saved_here);
  const auto waiting = budi->quarantine();
  ASSERT_TRUE(waiting.ok());
  ASSERT_EQ(waiting->size(), 1U);
  EXPECT_TRUE(waiting->front().own);
  EXPECT_EQ(waiting->front().ops, 1U);
}

// The other device joined something, so the carrier numbers this person's spaces anew.
TEST_F(Syncing, AChangedSetOfSpacesDelaysNothing) {
  space::RecoveryCard card;
  auto one = member(*ani, "Citra", &card);
  auto two = open("two");
  ASSERT_TRUE(two->recover(card, server.address()).ok());
  sync(*two);
  sync(*one);
  const auto another = [&] {
    const auto secret = server.last_operator_secret();
    auto made = ani->create_community("Gugus 3", space::SpaceKind::cluster, server.address(), &secret);
    EXPECT_TRUE(made.ok());
    server.permit(*made);
    EXPECT_EQ(sync(*ani).refused, 0U);
    auto invite = ani->invite("teacher", 3600, 1, &*made);
    EXPECT_TRUE(invite.ok());
    sync(*ani);
    return std::move(invite->link);
  }();
  ASSERT_TRUE(two->join(another).ok());
  ASSERT_EQ(sync(*two).join, Code::ok);
  add(*one, "sementara itu");
  const auto report = sync(*one);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(report.refused, 0U);
  EXPECT_EQ(personal(status(*one)).unsealed_ops, 0U);
  EXPECT_EQ(status(*one).carriers[0].unsent_segments, 0U);
  // Its name for the new community waits for the key, which an admin boxes for this device.
  EXPECT_EQ(report.pending, 1U);
  sync(*ani);
  EXPECT_EQ(sync(*one).pending, 0U);
}

TEST_F(Syncing, AnOperatorSecretGoesToItsCarrierUntilItServedAndToNoOther) {
  Server district(random, clock);
  auto dewi = person("Dewi");
  const auto secret = district.operator_secret();
  ASSERT_TRUE(dewi->create_community("Gugus 3", space::SpaceKind::cluster, district.address(), &secret).ok());
  std::size_t seen_by_other = 0;
  std::size_t seen_by_own = 0;
  server.on_request = [&](sync::ClientMessage& message) {
    seen_by_other += message.hello->operator_secret.size();
  };
  district.on_request = [&](sync::ClientMessage& message) {
    seen_by_own += message.hello->operator_secret.size();
  };
  sync(*dewi, server);
  EXPECT_EQ(seen_by_other, 0U);
  EXPECT_EQ(sync(*dewi, district).refused, 0U);
  EXPECT_GT(seen_by_own, 0U);
  dewi.reset();
  dewi = open("Dewi");
  seen_by_own = 0;
  EXPECT_EQ(sync(*dewi, district).code, Code::ok);
  EXPECT_EQ(seen_by_own, 0U);
  // The invite leads to the carrier where the community lives.
  auto invite = dewi->invite("coordinator", 3600, 1);
  ASSERT_TRUE(invite.ok());
  EXPECT_EQ(invite->link.carrier.key, district.address().key);
}

TEST_F(Syncing, ACommunityWithoutAPermitIsRefusedAndSaysSo) {
  auto dewi = person("Dewi");
  const base::Secret16 guessed(base::Bytes(16, 1));
  ASSERT_TRUE(dewi->create_community("SDN 1", space::SpaceKind::school, server.address(), &guessed).ok());
  const auto report = sync(*dewi);
  EXPECT_GT(report.refused, 0U);
  EXPECT_EQ(community(status(*dewi)).refused, Code::not_permitted);
  EXPECT_GT(pending(*dewi), 0U);
}

TEST_F(Syncing, TwoDevicesMeetOverTheCarrierAndConflictsReachBoth) {
  space::RecoveryCard card;
  auto one = member(*ani, "Citra", &card);
  const auto id = add(*one, "asal");
  sync(*one);
  auto two = open("two");
  ASSERT_TRUE(two->recover(card, server.address()).ok());
  sync(*two);
  for (auto* device : {one.get(), two.get()}) {
    auto view = device->journal().show(id);
    ASSERT_TRUE(view.ok());
    view->entry.events[0].happened = device == one.get() ? "kiri" : "kanan";
    ASSERT_TRUE(device->edit_entry(view->entry).ok());
  }
  sync(*one);
  sync(*two);
  sync(*one);
  for (auto* device : {one.get(), two.get()}) {
    auto view = device->journal().show(id);
    ASSERT_TRUE(view.ok());
    EXPECT_EQ(view->conflicts.size(), 1U);
  }
  EXPECT_EQ(texts(*one), texts(*two));
  auto changes = one->take_changes();
  EXPECT_FALSE(changes.entries.empty());
  EXPECT_EQ(changes.entries.back(), id);
  EXPECT_TRUE(one->take_changes().empty());
}

TEST_F(Syncing, ItEndsWithItsDeadlinesAndIsOneAtATime) {
  SyncDriver driver(*budi, clock);
  EXPECT_EQ(driver.cancel().code(), Code::not_found);
  EXPECT_FALSE(driver.deadline_ms().has_value());
  auto first = driver.start(server.address());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(driver.start(server.address()).code(), Code::already_exists);
  EXPECT_EQ(driver.connected(*first + 1, true).code(), Code::not_found);
  EXPECT_EQ(driver.received(*first, base::Bytes(10)).code(), Code::not_found);
  driver.tick();
  EXPECT_TRUE(driver.running());
  clock.set_wall(0);  // a person sets the clock: no deadline notices
  driver.tick();
  EXPECT_TRUE(driver.running());
  clock.advance(kConnectMs);
  driver.tick();
  EXPECT_FALSE(driver.running());
  const auto report_of_next = [&driver] {
    std::optional<SyncReport> report;
    while (auto event = driver.next_event()) {
      if (auto* ended = std::get_if<SyncReport>(&*event)) report = *ended;
    }
    return report.value_or(World::report_of(Code::internal));
  };
  EXPECT_EQ(report_of_next().code, Code::timed_out);
  auto second = driver.start(server.address());
  ASSERT_TRUE(second.ok());
  EXPECT_NE(*second, *first);
  EXPECT_EQ(driver.disconnected(*first, Code::offline).code(), Code::not_found);
  ASSERT_TRUE(driver.connected(*second, true).ok());
  ASSERT_TRUE(driver.outgoing().has_value());
  EXPECT_FALSE(driver.outgoing().has_value());
  clock.advance(kAnswerMs);
  driver.tick();
  EXPECT_EQ(report_of_next().code, Code::timed_out);
  auto third = driver.start(server.address());
  ASSERT_TRUE(third.ok());
  ASSERT_TRUE(driver.cancel().ok());
  EXPECT_EQ(report_of_next().code, Code::interrupted);
  auto fourth = driver.start(server.address());
  ASSERT_TRUE(fourth.ok());
  ASSERT_TRUE(driver.disconnected(*fourth, Code::ok).ok());
  EXPECT_EQ(report_of_next().code, Code::offline);
  EXPECT_EQ(status(*budi).carriers[0].last_error, Code::offline);
}

TEST_F(Syncing, WithoutAPersonIsRefused) {
  auto nobody = open("nobody");
  SyncDriver driver(*nobody, clock);
  EXPECT_EQ(driver.start(server.address()).code(), Code::not_found);
}

// Sealed once, the same for ever: also for a carrier that comes later, and after the key has changed.
TEST_F(Syncing, AnotherCarrierGetsTheVerySameBytes) {
  Server town(random, clock);
  std::vector<base::Bytes> first;
  std::vector<base::Bytes> second;
  const auto keep = [](std::vector<base::Bytes>& into) {
    return [&into](sync::ClientMessage& message) {
      for (const auto& upload : message.spaces) {
        for (const auto& run : upload.logs) into.insert(into.end(), run.segments.begin(), run.segments.end());
      }
    };
  };
  server.on_request = keep(first);
  for (int i = 0; i < 5; ++i) {
    add(*ani, "catatan " + std::to_string(i));
    ASSERT_EQ(sync(*ani).code, Code::ok);
  }
  ASSERT_EQ(first.size(), 5U);
  ASSERT_TRUE(ani->rotate(personal(status(*ani)).space).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto secret = town.operator_secret();
  ASSERT_TRUE(ani->host_community(community(status(*ani)).space, town.address(), secret).ok());
  ani.reset();
  ani = open("Ani");
  town.on_request = keep(second);
  ASSERT_EQ(sync(*ani, town).code, Code::ok);
  for (const auto& segment : first) {
    EXPECT_EQ(std::count(second.begin(), second.end(), segment), 1) << "byte for byte";
  }
  // And a third time, to a carrier that lost everything.
  second.clear();
  town.lose_disk();
  const auto again = town.operator_secret();
  ASSERT_TRUE(ani->host_community(community(status(*ani)).space, town.address(), again).ok());
  sync(*ani, town);
  sync(*ani, town);
  for (const auto& segment : first) EXPECT_GE(std::count(second.begin(), second.end(), segment), 1);
}

TEST_F(Syncing, AnotherAddressIsKeptOnlyOnceASyncThereWentThrough) {
  auto moved = server.address();
  moved.host = "elsewhere.example";
  for (const auto code : {Code::offline, Code::wrong_server_key}) {
    ASSERT_TRUE(ani->start_sync(moved, false).ok());
    ASSERT_TRUE(ani->finish_sync(moved, code).ok());
    EXPECT_EQ(ani->home_carrier()->host, server.address().host);
  }
  ASSERT_TRUE(ani->start_sync(moved, false).ok());
  ASSERT_TRUE(ani->finish_sync(moved, Code::ok).ok());
  EXPECT_EQ(ani->home_carrier()->host, "elsewhere.example");
  ani.reset();
  EXPECT_EQ(open("Ani")->home_carrier()->host, "elsewhere.example");
}

// Found by the simulator (256078525687996): no vector names a space that is not there, so nothing took back
// what had been acked of it.
TEST_F(Syncing, AServerThatWentBackToBeforeItHadTheOwnSpaceHoldsNothingOfIt) {
  space::RecoveryCard card;
  auto cici = person("Cici", &card);
  ASSERT_TRUE(cici->join(invite_by(*ani)).ok());
  const auto own = personal(status(*cici)).space;
  server.on_request = [&](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      if (!(space.space.id == own)) continue;
      space.records.clear();
      space.logs.clear();
    }
  };
  for (int i = 0; i < 4; ++i) sync(*cici);
  ASSERT_TRUE(cici->join_state().ok());
  sync(*ani);
  sync(*cici);
  server.on_request = nullptr;
  server.back_up();
  // No digest confirms it: the next sync asks for everything, and is not told that its base is unknown.
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& part : reply.spaces) part.digest.clear();
  };
  const auto id = add(*cici, "tidak boleh hilang");
  ASSERT_EQ(sync(*cici).code, Code::ok);
  ASSERT_EQ(sync(*cici).pending, 0U);
  server.restore(false);
  server.on_reply = nullptr;
  for (int i = 0; i < 3; ++i) sync(*cici);
  EXPECT_EQ(*cici->delivery(id), Delivery::on_carrier);
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  sync(*phone);
  EXPECT_EQ(texts(*phone), "tidak boleh hilang") << "what is shown as sent is on the carrier";
}

}  // namespace
}  // namespace sejawat::api
#endif
