// Becoming a member: with nobody else online, and every way in which it does not work.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Joining : World {};

TEST_F(Joining, NeedsNoAdminOnline) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  const auto community_id = link.space;
  ani.reset();  // gone home
  auto budi = person("Budi");
  EXPECT_EQ(budi->join_state().code(), Code::not_found);
  ASSERT_TRUE(budi->join(link).ok());
  EXPECT_EQ(budi->join_state().code(), Code::offline);
  EXPECT_EQ(budi->joining(), community_id);
  const auto report = sync(*budi);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(report.join, Code::ok);
  EXPECT_EQ(report.refused, 0U);
  EXPECT_TRUE(budi->join_state().ok());
  EXPECT_FALSE(budi->joining().has_value());
  EXPECT_EQ(joined, (std::vector<base::SpaceId>{community_id}));
  EXPECT_EQ(community(status(*budi)).name, "SDN 30 Mataram");  // sealed by somebody who is away
  EXPECT_FALSE(community(status(*budi)).admin);
  EXPECT_EQ(pending(*budi), 0U);
}

TEST_F(Joining, WhatIsPrivateStaysPrivate) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  add(*budi, "kalimat rahasia milik Budi");
  EXPECT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*ani), "");
  EXPECT_EQ(status(*ani).entries, 0U);
  for (const auto& space : status(*ani).spaces)
    EXPECT_EQ(space.waiting_segments, 0U);  // not even its ciphertext
  const std::string disk = server.disk();
  for (const char* word : {"rahasia", "kalimat", "Budi", "Ani", "Mataram", "2026-11-24"}) {
    EXPECT_EQ(disk.find(word), std::string::npos) << word;
  }
}

TEST_F(Joining, WithALinkThatSomebodyMadeUpIsRefusedWithoutAWordAboutWhy) {
  auto ani = founder();
  auto link = invite_by(*ani);
  link.secret = base::Secret16(base::Bytes(16, 9));
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  EXPECT_EQ(sync(*budi).join, Code::invite_invalid);
  EXPECT_EQ(budi->join_state().code(), Code::invite_invalid);
  link.space.bytes[0] ^= 1;  // and so is one for a space that is not there
  ASSERT_TRUE(budi->join(link).ok());
  EXPECT_EQ(sync(*budi).join, Code::invite_invalid);
}

TEST_F(Joining, AfterTheInviteExpiredIsRefused) {
  auto ani = founder();
  const auto link = invite_by(*ani, "teacher", 60);
  server.clock_ahead_seconds = 61;
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  EXPECT_EQ(sync(*budi).join, Code::invite_expired);
  EXPECT_EQ(budi->join_state().code(), Code::invite_expired);
  EXPECT_TRUE(joined.empty());
  // The carrier's clock was wrong: the same join goes through later.
  server.clock_ahead_seconds = 0;
  EXPECT_EQ(sync(*budi).join, Code::ok);
}

TEST_F(Joining, IsForAsManyAsTheInviteSays) {
  auto ani = founder();
  const auto link = invite_by(*ani, "teacher", 3600, 2);
  for (const char* name : {"Budi", "Citra", "Dewi"}) {
    auto somebody = person(name);
    ASSERT_TRUE(somebody->join(link).ok());
    EXPECT_EQ(sync(*somebody).join, std::string_view(name) == "Dewi" ? Code::invite_used : Code::ok) << name;
  }
}

TEST_F(Joining, ARefusedJoinIsRememberedAndAnotherLinkTakesItsPlace) {
  auto ani = founder();
  const auto used = invite_by(*ani);
  auto budi = person("Budi");
  auto citra = person("Citra");
  ASSERT_TRUE(citra->join(used).ok());
  ASSERT_EQ(sync(*citra).join, Code::ok);
  ASSERT_TRUE(budi->join(used).ok());
  ASSERT_EQ(sync(*budi).join, Code::invite_used);
  budi.reset();
  budi = open("Budi");
  EXPECT_EQ(budi->join_state().code(), Code::invite_used);
  ASSERT_TRUE(budi->join(invite_by(*ani)).ok());
  EXPECT_EQ(budi->join_state().code(), Code::offline);
  EXPECT_EQ(sync(*budi).join, Code::ok);
}

TEST_F(Joining, ACommunityOfWhichNothingCameYetIsNoDiary) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  server.on_reply = [](sync::ServerMessage& reply) { reply.spaces.clear(); };
  sync(*budi);
  auto status = budi->status();
  ASSERT_TRUE(status.ok());
  ASSERT_EQ(status->spaces.size(), 2U);
  for (const auto& space : status->spaces) {
    EXPECT_EQ(space.kind.has_value(), !(space.space == link.space));
    EXPECT_EQ(space.kind == space::SpaceKind::personal, space.space == budi->personal_space());
  }
}

TEST_F(Joining, AMemberWhoseKeyHasNotComeIsToldSo) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  // The box for the invite comes after it; everything that stands before is left in place.
  bool invite_seen = false;
  server.on_reply = [&invite_seen](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      auto withhold = [&invite_seen](const base::Bytes& record) {
        invite_seen = invite_seen || kind_of(record) == kInvite;
        return invite_seen && kind_of(record) == kBoxes;
      };
      space.records.erase(std::remove_if(space.records.begin(), space.records.end(), withhold),
                          space.records.end());
    }
  };
  EXPECT_EQ(sync(*budi).join, Code::key_missing);
  EXPECT_EQ(budi->join_state().code(), Code::key_missing);
  EXPECT_GT(community(status(*budi)).waiting_segments, 0U);
  EXPECT_EQ(community(status(*budi)).name, "");
  EXPECT_TRUE(joined.empty());
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*budi).join, Code::ok);
  EXPECT_EQ(joined.size(), 1U);
  EXPECT_EQ(community(status(*budi)).waiting_segments, 0U);
  EXPECT_EQ(community(status(*budi)).name, "SDN 30 Mataram");
}

TEST_F(Joining, IsDeliveredAgainAfterTheAnswerWasLost) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  server.cut_after = 0;
  EXPECT_EQ(sync(*budi).code, Code::offline);
  EXPECT_EQ(budi->join_state().code(), Code::offline);
  budi.reset();
  budi = open("Budi");
  server.cut_after = -1;
  EXPECT_EQ(sync(*budi).join, Code::ok);  // and the invite for one was not used up by itself
}

TEST_F(Joining, OfAMemberOrByALinkOfAnotherKindIsRefusedAtOnce) {
  auto ani = founder();
  EXPECT_EQ(ani->join(invite_by(*ani)).code(), Code::already_exists);
  space::InviteLink link;
  link.kind = space::InviteKind::operator_token;
  link.carrier = server.address();
  EXPECT_EQ(ani->join(link).code(), Code::invite_invalid);
  auto nobody = open("nobody");
  EXPECT_EQ(nobody->join(invite_by(*ani)).code(), Code::not_found);
}

TEST_F(Joining, ToACarrierWithAnotherKeyIsNoticed) {
  auto ani = founder();
  auto link = invite_by(*ani);
  link.carrier.key = crypto::BoxKey::random(random).public_key();
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  // Whoever answers cannot read what was sealed to the key on the link.
  SyncDriver driver(*budi, clock);
  auto started = driver.start(link.carrier);
  ASSERT_TRUE(started.ok());
  ASSERT_TRUE(driver.connected(*started, true).ok());
  sync::CarrierSession session(server.key(), random);
  const auto message = driver.outgoing();
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(session.on_message(message->message).code(), Code::cannot_decrypt);
  ASSERT_TRUE(driver.received(*started, base::Bytes(200, 7)).ok());
  driver.next_event();  // connect
  driver.next_event();  // disconnect
  const auto event = driver.next_event();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(std::get<SyncReport>(*event).code, Code::wrong_server_key);
}

TEST_F(Joining, MembersReadEachOthersCommunityAndOnlyAdminsInvite) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  EXPECT_EQ(budi->invite("teacher", 3600, 1).code(), Code::not_permitted);
  const auto id = community(status(*ani)).space;
  const base::SpaceId other = personal(status(*ani)).space;
  EXPECT_TRUE(ani->invite("teacher", 3600, 1, &id).ok());
  EXPECT_EQ(ani->invite("teacher", 3600, 1, &other).code(), Code::not_found);
  EXPECT_EQ(ani->invite("headmaster", 3600, 1).code(), Code::invalid_argument);
  EXPECT_EQ(ani->invite("teacher", 0, 1).code(), Code::invalid_argument);
  EXPECT_EQ(ani->invite("teacher", INT64_MAX, 1).code(), Code::invalid_argument);
  EXPECT_EQ(ani->invite("teacher", 60, 0).code(), Code::invalid_argument);
  EXPECT_EQ(person("Eka")->invite("teacher", 60, 1).code(), Code::not_found);
  // An operator is an admin, too, and may invite as soon as the key is there.
  const auto link = invite_by(*ani, "operator");
  auto operatorin = person("Citra");
  ASSERT_TRUE(operatorin->join(link).ok());
  ASSERT_EQ(sync(*operatorin).join, Code::ok);
  EXPECT_TRUE(community(status(*operatorin)).admin);
  const auto second = invite_by(*operatorin);
  auto dewi = person("Dewi");
  ASSERT_TRUE(dewi->join(second).ok());
  EXPECT_EQ(sync(*dewi).join, Code::ok);
  EXPECT_EQ(community(status(*dewi)).name, "SDN 30 Mataram");
}

TEST_F(Joining, ACommunityNeedsANameAKindAndAPerson) {
  auto ani = person("Ani");
  const auto address = server.address();
  const auto create = [&](std::string_view name, space::SpaceKind kind) {
    return ani->create_community(name, kind, address, nullptr).code();
  };
  EXPECT_EQ(create("", space::SpaceKind::school), Code::invalid_argument);
  EXPECT_EQ(create(std::string(257, 'a'), space::SpaceKind::school), Code::invalid_argument);
  EXPECT_EQ(create("SDN 30", space::SpaceKind::personal), Code::invalid_argument);
  EXPECT_EQ(create(std::string(256, 'a'), space::SpaceKind::district), Code::ok);
  EXPECT_EQ(open("nobody")->create_community("SDN", space::SpaceKind::school, address, nullptr).code(),
            Code::not_found);
}

}  // namespace
}  // namespace sejawat::api
#endif
