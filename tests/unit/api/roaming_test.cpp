// A server that was never met and has most of it already, because it came there another way.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Roaming : World {
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder("Ani", &card);
  Server district{random, clock};

  // So many devices of hers, a log each.
  void devices(int count) {
    for (int i = 0; i < count; ++i) {
      auto device = open("device-" + std::to_string(i));
      ASSERT_TRUE(device->recover(card, server.address()).ok());
      ASSERT_EQ(sync(*device).code, Code::ok);
      add(*device, "dari perangkat " + std::to_string(i) + std::string(200, static_cast<char>('a' + i % 26)));
      ASSERT_EQ(sync(*device).code, Code::ok);
    }
    ASSERT_EQ(sync(*ani).code, Code::ok);
    ASSERT_EQ(sync(*ani).code, Code::ok);
  }
  std::uint64_t unsent_at(const Server& where) {
    for (const auto& carrier : status(*ani).carriers) {
      if (carrier.address.key == where.address().key) return carrier.unsent_segments;
    }
    return UINT64_MAX;
  }
  base::SpaceId personal_space() {
    for (const auto& space : status(*ani).spaces) {
      if (space.kind == space::SpaceKind::personal) return space.space;
    }
    return {};
  }
};

TEST_F(Roaming, AHundredLogsAtAServerNeverMetAreTwoRoundTrips) {
  devices(100);
  district.hold_what(server);
  add(*ani, "ditulis di jalan");
  // And one that is there only.
  auto other = open("device-0");
  add(*other, "hanya di kabupaten");
  ASSERT_EQ(sync(*other, district).code, Code::ok);
  const auto report = sync(*ani, district);
  ASSERT_EQ(report.code, Code::ok);
  EXPECT_LE(report.round_trips, 2U);
  EXPECT_EQ(report.sent, 1U) << "what it had is not brought again";
  EXPECT_EQ(report.received, 1U) << "nor fetched";
  EXPECT_EQ(pending(*ani), 2U) << "the home carrier has neither by that";
  EXPECT_EQ(unsent_at(district), 0U);
  RecordProperty("bytes_up", static_cast<int>(report.bytes_up));
  RecordProperty("bytes_down", static_cast<int>(report.bytes_down));
  std::printf("roaming, 100 logs: %llu B up, %llu B down, %u round trips\n",
              static_cast<unsigned long long>(report.bytes_up),
              static_cast<unsigned long long>(report.bytes_down), report.round_trips);
  EXPECT_LE(report.bytes_up + report.bytes_down, 20'000U);
  EXPECT_EQ(sync(*ani, district).round_trips, 1U);
  EXPECT_EQ(sync(*ani, district).received, 0U);
}

TEST_F(Roaming, AServerThatKnowsNothingGetsEverything) {
  for (int i = 0; i < 30; ++i) {
    add(*ani, "catatan " + std::to_string(i));
    ASSERT_EQ(sync(*ani).code, Code::ok);
  }
  // It turns a stranger's diary away, as it did before anybody asked; nothing is taken for sent.
  const auto there = sync(*ani, district);
  EXPECT_EQ(there.code, Code::ok);
  EXPECT_EQ(there.refused, 0U) << "where a space does not live nothing of it is refused";
  EXPECT_LE(there.round_trips, 2U);
  EXPECT_EQ(there.sent, 0U);
  EXPECT_GT(unsent_at(district), 0U);
  const auto told_of = [this](const base::SpaceId& space) {
    const auto refusals = ani->refusals(district.address().key);
    return refusals.ok() && std::any_of(refusals->begin(), refusals->end(), [&](const Refusal& refusal) {
             return refusal.space == space && refusal.elsewhere;
           });
  };
  EXPECT_TRUE(told_of(personal_space())) << "and yet it is told, of that carrier";
  EXPECT_EQ(personal(status(*ani)).refused, Code::ok);
  // A journal is not sent again and again to where it is not wanted.
  const auto again = sync(*ani, district);
  EXPECT_EQ(again.code, Code::ok);
  EXPECT_LT(again.bytes_up, there.bytes_up - 4'000);
  EXPECT_EQ(again.round_trips, 1U);
  EXPECT_TRUE(told_of(personal_space())) << "also in a sync that offers nothing of it";
  const auto report = sync(*ani);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(report.round_trips, 1U);
}

// Found by the simulator (94674440127495): a carrier that does not know a device, and went back to before it
// took something of it, names no set to one that names none; so no digest said that what it had acked was
// gone, and a join could never be taken there, because the record of its invite was held to be there.
TEST_F(Roaming, AServerThatKnewNobodyAndWentBackIsBroughtEverythingAgain) {
  district.hold_what(server);
  district.back_up();
  auto cici = member(*ani, "Cici");
  const auto school = community(status(*cici)).space;
  // All that comes through is what stands before her join: the invite.
  int invites = 0;
  district.on_request = [&](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      space.logs.clear();
      const auto join = std::find_if(space.records.begin(), space.records.end(),
                                     [](const auto& record) { return kind_of(record) == kJoin; });
      space.records.erase(space.space.id == school ? join : space.records.begin(), space.records.end());
      for (const auto& record : space.records) invites += kind_of(record) == kInvite ? 1 : 0;
    }
  };
  for (int i = 0; i < 2; ++i) sync(*cici, district);
  ASSERT_GT(invites, 0);
  district.restore(false);
  district.on_request = nullptr;
  for (int i = 0; i < 3; ++i) sync(*cici, district);
  EXPECT_EQ(district.digest(school), server.digest(school));
}

// Whatever each side lacks, they end equal, in few round trips.
TEST_F(Roaming, WhateverDivergedTheDifferenceEndsEmpty) {
  devices(12);
  for (int round = 0; round < 6; ++round) {
    Server place(random, clock);
    place.hold_what(server);
    for (int i = 0; i < 12; ++i) {
      std::array<std::uint8_t, 1> dice{};
      random.fill(dice);
      if (dice[0] % 3 == 0) continue;
      auto device = open("device-" + std::to_string(i));
      add(*device, "putaran " + std::to_string(round) + " dari " + std::to_string(i));
      ASSERT_EQ(sync(*device, dice[0] % 3 == 1 ? place : server).code, Code::ok);
    }
    if (round % 2 == 0) add(*ani, "dari Ani " + std::to_string(round));
    ASSERT_EQ(sync(*ani).code, Code::ok);
    const auto there = sync(*ani, place);
    ASSERT_EQ(there.code, Code::ok);
    EXPECT_LE(there.round_trips, 3U);
    ASSERT_EQ(sync(*ani).code, Code::ok);
    EXPECT_EQ(unsent_at(place), 0U);
    EXPECT_EQ(unsent_at(server), 0U);
    EXPECT_EQ(place.digest(personal_space()), server.digest(personal_space())) << round;
    const auto quiet = sync(*ani, place);
    EXPECT_EQ(quiet.round_trips, 1U);
    EXPECT_EQ(quiet.sent + quiet.received, 0U);
  }
}

}  // namespace
}  // namespace sejawat::api
#endif
