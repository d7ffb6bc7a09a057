// Phone lost, card in hand.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Recovery : World {};

TEST_F(Recovery, TheCardAloneBringsBackAllThatTheCarrierHolds) {
  space::RecoveryCard card;
  auto ani = founder();
  auto budi = member(*ani, "Budi", &card);
  add(*budi, "sebelum hilang");
  const auto edited = add(*budi, "lama");
  auto view = budi->journal().show(edited);
  ASSERT_TRUE(view.ok());
  view->entry.events[0].happened = "baru";
  ASSERT_TRUE(budi->edit_entry(view->entry).ok());
  ASSERT_EQ(sync(*budi).code, Code::ok);
  const std::string before = texts(*budi);
  budi.reset();

  // What is on paper, typed into a new phone.
  auto parsed = space::RecoveryCard::parse(card.text("Budi"));
  ASSERT_TRUE(parsed.ok());
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(*parsed, parsed->carriers.front()).ok());
  EXPECT_TRUE(phone->recovering());
  EXPECT_EQ(texts(*phone), "");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(texts(*phone), before);
  EXPECT_EQ(community(status(*phone)).name, "SDN 30 Mataram");
  EXPECT_EQ(phone->name(), "Budi");
  EXPECT_FALSE(phone->recovering());  // the seed is needed no longer
  EXPECT_EQ(pending(*phone), 0U);

  // Both phones are devices of Budi now.
  add(*phone, "dari telepon baru");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  auto old = open("Budi");
  add(*old, "telepon lama ditemukan");
  ASSERT_EQ(sync(*old).code, Code::ok);
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(texts(*phone), texts(*old));
  EXPECT_EQ(status(*old).entries, 4U);
}

TEST_F(Recovery, GoesOnWithTheCardAfterTheAppWasKilledBeforeItsSync) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);  // the only admin: nobody else could box keys for her new phone
  add(*ani, "catatan");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ani.reset();
  {
    auto phone = open("phone");
    ASSERT_TRUE(phone->recover(card, server.address()).ok());
  }
  auto phone = open("phone");
  EXPECT_FALSE(phone->recovering());
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(texts(*phone), "catatan");  // the first personal key was kept
  EXPECT_EQ(community(status(*phone)).name, "");
  EXPECT_GT(community(status(*phone)).waiting_segments, 0U);
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  EXPECT_EQ(community(status(*phone)).name, "SDN 30 Mataram");
  EXPECT_EQ(community(status(*phone)).waiting_segments, 0U);
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_FALSE(phone->recovering());
}

// What was overwritten would stand in the log of the store, and then in its free pages, until something else
// does.
TEST_F(Recovery, TheSeedOfACardIsForgottenByTheFilesOnceTheCardIsConfirmed) {
  auto ani = person("Ani");
  add(*ani, "sebelum kartu dicatat");
  const auto log = folder.file("Ani") + "-wal";
  constexpr std::size_t kOnePage = 32 + 24 + 4096;
  ASSERT_GT(std::filesystem::file_size(log), kOnePage);
  ASSERT_TRUE(ani->confirm_card().ok());
  EXPECT_LE(std::filesystem::file_size(log), kOnePage) << "which says that it is done";
}

TEST_F(Recovery, IntoAnotherPersonsStoreIsRefused) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto budi = person("Budi");
  EXPECT_EQ(budi->recover(card, server.address()).code(), Code::already_exists);
  EXPECT_FALSE(budi->recovering());
  EXPECT_EQ(budi->name(), "Budi");
  EXPECT_EQ(budi->init("Budi", {}).code(), Code::already_exists);
}

TEST_F(Recovery, OfAPersonWhomTheCarrierDoesNotKnowSaysSo) {
  auto ani = founder();
  space::RecoveryCard card;
  card.seed = base::Secret32::random(random);
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  const auto report = sync(*phone);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_GT(report.refused, 0U);  // a stranger's diary is not stored
  EXPECT_EQ(personal(status(*phone)).refused, Code::not_permitted);
}

// Seed 208512529433802: a server that refused the diary had said nothing of what was in it, and yet the card
// was put away; a key that only the card could open never opened.
TEST_F(Recovery, KeepsTheCardUntilACarrierThatHoldsTheDiaryHasSpoken) {
  Server elsewhere{random, clock};
  const auto other = elsewhere.operator_secret();
  auto dewi = person("Dewi");
  ASSERT_TRUE(
      dewi->create_community("SDN 7 Bima", space::SpaceKind::school, elsewhere.address(), &other).ok());
  ASSERT_EQ(sync(*dewi, elsewhere).code, Code::ok);
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  add(*ani, "catatan");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const std::string before = texts(*ani);
  ani.reset();
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, elsewhere.address()).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*phone, elsewhere).code, Code::ok);
  EXPECT_TRUE(phone->recovering());
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(texts(*phone), before);
  EXPECT_FALSE(phone->recovering());
}

// Two devices that did not know of each other opened a key each, and of one only the record has come so far.
TEST_F(Recovery, KeepsTheCardWhileAKeyIsMissingThatSomebodySealsWith) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto tablet = open("tablet");
  ASSERT_TRUE(tablet->recover(card, server.address()).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*tablet).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_TRUE(tablet->rotate(tablet->personal_space()).ok());
  ASSERT_TRUE(ani->rotate(ani->personal_space()).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ani.reset();
  server.on_request = [&](sync::ClientMessage& message) {
    server.on_request = nullptr;
    for (auto& space : message.spaces) {
      if (!space.records.empty()) space.records.pop_back();  // who gets the key
    }
  };
  server.cut_after = 0;
  sync(*tablet);
  server.cut_after = -1;
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_TRUE(phone->recovering());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*tablet).code, Code::ok);
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_FALSE(phone->recovering());
}

TEST_F(Recovery, WithoutItsCarrierNothingIsLostHere) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  add(*phone, "ditulis sebelum tersambung");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*ani), "ditulis sebelum tersambung");
}

// Found by the simulator (216276697111780): the carrier took a new key's record and left its boxes for later.
TEST_F(Recovery, AKeyThatWasLostWithTheDeviceThatMadeItHoldsNobodyUp) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  ASSERT_EQ(sync(*phone).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto own = personal(status(*phone)).space;
  ASSERT_TRUE(phone->rotate(own).ok());
  server.on_request = [](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      if (space.records.size() > 1) space.records.resize(1);
      space.logs.clear();
    }
  };
  server.cut_after = 0;
  EXPECT_EQ(sync(*phone).code, Code::offline);
  phone.reset();
  server.on_request = nullptr;
  server.cut_after = -1;

  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_TRUE(personal(status(*ani)).current_key);
  add(*ani, "sesudah itu");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
  auto next = open("next");
  ASSERT_TRUE(next->recover(card, server.address()).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*next).code, Code::ok);
  EXPECT_EQ(texts(*next), "sesudah itu");
}

}  // namespace
}  // namespace sejawat::api
#endif
