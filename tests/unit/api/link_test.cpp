// A further device by two codes, and the card until it is on paper.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "crypto/hash.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct DeviceLinking : World {
  // The new store, linked and not synced yet.
  std::unique_ptr<Core> link(Core& old, const std::string& name) {
    auto fresh = open(name);
    auto request = fresh->link_request();
    EXPECT_TRUE(request.ok());
    auto grant = old.grant_link(*request);
    EXPECT_TRUE(grant.ok());
    auto offer = fresh->read_link_grant(*grant);
    EXPECT_TRUE(offer.ok());
    EXPECT_EQ(offer->name, old.name());
    EXPECT_EQ(offer->check_code, space::link_check_code(*request, old.identity_key()));
    EXPECT_FALSE(fresh->has_person());
    EXPECT_TRUE(fresh->accept_link(*grant).ok());
    return fresh;
  }
};

TEST_F(DeviceLinking, TheNewDeviceReadsAllAndIsReadWithoutTheCard) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  add(*budi, "ditulis di telepon lama");
  ASSERT_EQ(sync(*budi).code, Code::ok);
  auto tablet = link(*budi, "tablet");
  EXPECT_EQ(tablet->name(), "Budi");
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_EQ(texts(*tablet), "ditulis di telepon lama");
  EXPECT_EQ(community(status(*tablet)).name, "SDN 30 Mataram");
  EXPECT_EQ(community(status(*tablet)).waiting_segments, 0U);
  add(*tablet, "ditulis di tablet");
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(texts(*budi), texts(*tablet));
  EXPECT_EQ(status(*tablet).entries, 2U);
}

TEST_F(DeviceLinking, ANewKeyReachesItThoughOnlyAPlainMemberIsThereToBoxIt) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  auto tablet = link(*budi, "tablet");
  // The key changes before anybody but Budi has heard of the tablet.
  for (const auto& space : status(*ani).spaces) {
    if (space.kind != space::SpaceKind::school) continue;
    ASSERT_TRUE(ani->rotate(space.space).ok());
  }
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ani.reset();
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_EQ(community(status(*tablet)).waiting_segments, 0U);
  ASSERT_TRUE(tablet->cycle().records().list({}).ok());
}

TEST_F(DeviceLinking, ItGoesOnAfterAKillBetweenTheTwoCodes) {
  auto ani = founder();
  auto fresh = open("tablet");
  const auto request = fresh->link_request();
  ASSERT_TRUE(request.ok());
  fresh.reset();
  fresh = open("tablet");
  const auto again = fresh->link_request();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->text(), request->text());
  const auto grant = ani->grant_link(*request);
  ASSERT_TRUE(grant.ok());
  ASSERT_TRUE(fresh->accept_link(*grant).ok());
  fresh.reset();
  fresh = open("tablet");
  EXPECT_TRUE(fresh->has_person());
  EXPECT_EQ(sync(*fresh).code, Code::ok);
  EXPECT_EQ(fresh->link_request().code(), Code::already_exists);
  EXPECT_EQ(fresh->accept_link(*grant).code(), Code::already_exists);
}

TEST_F(DeviceLinking, AGrantForAnotherDeviceChangesNothing) {
  auto ani = founder();
  auto one = open("one");
  auto two = open("two");
  EXPECT_EQ(two->accept_link("sejawat-grant:AQ").code(), Code::not_found);  // asked for nothing
  const auto first = one->link_request();
  const auto second = two->link_request();
  ASSERT_TRUE(first.ok() && second.ok());
  const auto grant = ani->grant_link(*first);
  ASSERT_TRUE(grant.ok());
  EXPECT_EQ(two->accept_link(*grant).code(), Code::cannot_decrypt);
  EXPECT_FALSE(two->has_person());
  EXPECT_TRUE(one->accept_link(*grant).ok());
}

TEST_F(DeviceLinking, RevokingADeviceEndsThoseItLinked) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  auto tablet = link(*budi, "tablet");
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  auto third = link(*tablet, "third");
  ASSERT_EQ(sync(*third).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  const auto devices = tablet->devices();
  ASSERT_TRUE(devices.ok());
  const auto self =
      std::find_if(devices->begin(), devices->end(), [](const DeviceInfo& one) { return one.self; });
  ASSERT_NE(self, devices->end());
  ASSERT_TRUE(budi->revoke_device(self->device).ok());
  ASSERT_EQ(sync(*budi).code, Code::ok);
  add(*third, "dari perangkat yang dicabut");
  sync(*third);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(texts(*budi), "");
  const auto request = open("fourth")->link_request();
  ASSERT_TRUE(request.ok());
  const auto late = tablet->grant_link(*request);  // it has not heard of its end
  ASSERT_TRUE(late.ok());
  auto fourth = open("fourth");
  ASSERT_TRUE(fourth->accept_link(*late).ok());
  sync(*fourth);
  EXPECT_EQ(texts(*fourth), "");
}

TEST_F(DeviceLinking, TheChainOfDevicesEndsAtFourWithAReason) {
  auto ani = founder();
  std::vector<std::unique_ptr<Core>> chain;
  Core* last = ani.get();
  for (int i = 0; i < 3; ++i) {
    chain.push_back(link(*last, "device" + std::to_string(i)));
    last = chain.back().get();
    ASSERT_EQ(sync(*last).code, Code::ok) << i;
  }
  const auto request = open("one more")->link_request();
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(last->grant_link(*request).code(), Code::not_permitted);
  EXPECT_TRUE(ani->grant_link(*request).ok());
}

TEST_F(DeviceLinking, OtherDevicesAreToldUntilSomebodyLooked) {
  auto ani = founder();
  EXPECT_TRUE(status(*ani).new_devices.empty());
  auto tablet = link(*ani, "tablet");
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_TRUE(status(*tablet).new_devices.empty());  // the others were there before
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(status(*ani).new_devices.size(), 1U);
  ani.reset();
  ani = open("Ani");
  ASSERT_EQ(status(*ani).new_devices.size(), 1U);
  ASSERT_TRUE(ani->note_devices_seen().ok());
  EXPECT_TRUE(status(*ani).new_devices.empty());
  ani.reset();
  EXPECT_TRUE(status(*open("Ani")).new_devices.empty());
}

struct Card : World {};

TEST_F(Card, IsGivenAgainUntilItWasConfirmedAndThenNotOnTheDevice) {
  space::RecoveryCard card;
  auto ani = person("Ani", &card);
  ani.reset();  // killed before it was on paper
  ani = open("Ani");
  EXPECT_TRUE(status(*ani).card_unconfirmed);
  const auto again = ani->unconfirmed_card();
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(crypto::equal_secret(again->seed.view(), card.seed.view()));
  ASSERT_TRUE(ani->confirm_card().ok());
  EXPECT_FALSE(status(*ani).card_unconfirmed);
  EXPECT_EQ(ani->unconfirmed_card().code(), Code::not_found);
  ani.reset();
  ani = open("Ani");
  EXPECT_EQ(ani->unconfirmed_card().code(), Code::not_found);
}

TEST_F(Card, IsConfirmedByTwoOfItsWords) {
  space::RecoveryCard card;
  auto ani = person("Ani", &card);
  EXPECT_EQ(ani->confirm_card({{3, card.word(3)}}).code(), Code::invalid_argument);
  EXPECT_EQ(ani->confirm_card({{3, card.word(3)}, {3, card.word(3)}}).code(), Code::invalid_argument);
  EXPECT_EQ(ani->confirm_card({{3, card.word(3)}, {5, "babab"}}).code(), Code::card_invalid);
  EXPECT_EQ(ani->confirm_card({{3, card.word(3)}, {17, "babab"}}).code(), Code::invalid_argument);
  EXPECT_TRUE(status(*ani).card_unconfirmed);
  std::string upper = card.word(16);
  for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
  EXPECT_TRUE(ani->confirm_card({{3, card.word(3)}, {16, upper}}).ok());
  EXPECT_FALSE(status(*ani).card_unconfirmed);
}

TEST_F(Card, ARecoveredDeviceHoldsNone) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_FALSE(status(*phone).card_unconfirmed);
  EXPECT_TRUE(status(*phone).new_devices.empty());
}

}  // namespace
}  // namespace sejawat::api
#endif
