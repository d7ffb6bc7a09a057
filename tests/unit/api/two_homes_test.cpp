// A diary on one carrier and a school on another: whatever the first one says of the school, work reaches its
// own carrier, and nothing counts as sent before it is there.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct TwoHomes : World {
  Server district{random, clock};
  space::RecoveryCard card;
  space::RecoveryCard admins_card;
  std::unique_ptr<Core> sari;
  std::unique_ptr<Core> budi;
  base::SpaceId school;

  void SetUp() override {
    founder();  // whose diary is on a carrier needs somebody there who let them in
    sari = open("Sari");
    auto made_card = sari->init("Sari", {district.address()});
    ASSERT_TRUE(made_card.ok());
    admins_card = std::move(made_card).value();
    const auto secret = district.operator_secret();
    const auto made = sari->create_community("SDN 7", space::SpaceKind::school, district.address(), &secret);
    ASSERT_TRUE(made.ok());
    school = *made;
    ASSERT_EQ(sync(*sari, district).code, Code::ok);
    auto ani = open("Ani");
    budi = member(*ani, "Budi", &card);
    auto invite = sari->invite("teacher", 3600, 1);
    ASSERT_TRUE(invite.ok());
    ASSERT_EQ(sync(*sari, district).code, Code::ok);
    ASSERT_TRUE(budi->join(invite->link).ok());
    ASSERT_EQ(sync(*budi, district).code, Code::ok);
    ASSERT_EQ(sync(*sari, district).code, Code::ok);
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(sync(*budi, district).code, Code::ok);
      ASSERT_EQ(sync(*budi).code, Code::ok);
    }
    ASSERT_TRUE(budi->carrier_of(school).has_value());
    ASSERT_EQ(budi->carrier_of(school)->key, district.address().key);
  }
  // The carrier of the diary says that it serves the school as well.
  void server_names_the_school() {
    server.on_reply = [this](sync::ServerMessage& reply) { name_the_school(reply); };
  }
  void name_the_school(sync::ServerMessage& reply) const {
    if (!reply.set) return;
    const auto at = std::lower_bound(reply.set->begin(), reply.set->end(), school);
    const auto index = static_cast<std::uint32_t>(at - reply.set->begin()) + 1;
    reply.set->insert(at, school);
    for (auto& part : reply.spaces) {
      if (part.space.index >= index) ++part.space.index;
    }
  }
  // And that it took, or refuses, all that is brought to it.
  void server_judges(Code code) {
    server.on_reply = [this, code](sync::ServerMessage& reply) {
      name_the_school(reply);
      for (auto* exceptions : {&reply.record_exceptions, &reply.segment_exceptions}) {
        if (code == Code::ok) exceptions->clear();
        for (auto& one : *exceptions) one.code = code;
      }
    };
  }
  // Budi's, that knows nothing but its card and what both carriers brought.
  std::unique_ptr<Core> recovered() {
    server_names_the_school();
    auto phone = open("phone");
    EXPECT_TRUE(phone->recover(card, server.address()).ok());
    EXPECT_EQ(sync(*phone).code, Code::ok);
    EXPECT_EQ(sync(*phone, district).code, Code::ok);
    EXPECT_EQ(sync(*phone, district).code, Code::ok);
    EXPECT_TRUE(is_member(*phone));
    return phone;
  }
  // It lived on the carrier of the diary once, and is served there still.
  void server_serves_the_school() {
    server.permit(school);
    ASSERT_TRUE(sari->host_community(school, server.address(), server.last_operator_secret()).ok());
    for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*sari).code, Code::ok);
  }
  // A phone that came back by the card, from that carrier alone or from both.
  std::unique_ptr<Core> back_by(const space::RecoveryCard& of, const std::vector<Server*>& from) {
    auto phone = open("phone");
    EXPECT_TRUE(phone->recover(of, from.front()->address()).ok());
    for (int i = 0; i < 2; ++i) {
      for (auto* carrier : from) EXPECT_EQ(sync(*phone, *carrier).code, Code::ok);
    }
    EXPECT_TRUE(is_member(*phone));
    return phone;
  }
  bool is_member(Core& core) const {
    for (const auto& space : core.spaces()) {
      if (space.space == school) return space.member;
    }
    return false;
  }
  Delivery delivery(Core& core, const base::ObjectId& id) const {
    const auto delivery = core.delivery(school, id);
    EXPECT_TRUE(delivery.ok());
    return delivery.ok() ? *delivery : Delivery::saved_here;
  }
};

TEST_F(TwoHomes, ALinkedDeviceIsToldWhereASchoolLives) {
  auto tablet = open("tablet");
  const auto request = tablet->link_request();
  ASSERT_TRUE(request.ok());
  const auto grant = budi->grant_link(*request);
  ASSERT_TRUE(grant.ok());
  ASSERT_TRUE(tablet->accept_link(*grant).ok());
  server_names_the_school();
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  ASSERT_EQ(sync(*tablet, district).code, Code::ok);
  ASSERT_TRUE(tablet->carrier_of(school).has_value());
  EXPECT_EQ(tablet->carrier_of(school)->key, district.address().key);
  tablet.reset();
  tablet = open("tablet");
  EXPECT_EQ(tablet->carrier_of(school)->key, district.address().key);
}

TEST_F(TwoHomes, ALinkedDeviceIsNotToldWhatIsOnlyGuessed) {
  server_serves_the_school();
  auto phone = back_by(card, {&server});
  ASSERT_TRUE(phone->add_carrier(district.address()).ok());
  auto tablet = open("tablet");
  const auto request = tablet->link_request();
  ASSERT_TRUE(request.ok());
  const auto grant = phone->grant_link(*request);
  ASSERT_TRUE(grant.ok());
  ASSERT_TRUE(tablet->accept_link(*grant).ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(sync(*tablet).code, Code::ok);
    ASSERT_EQ(sync(*tablet, district).code, Code::ok);
  }
  const auto problem = begin_problem(*tablet, school, "ditulis di tablet");
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_EQ(delivery(*tablet, problem), Delivery::saved_here);
  ASSERT_EQ(sync(*tablet, district).code, Code::ok);
  EXPECT_EQ(delivery(*tablet, problem), Delivery::on_carrier);
}

TEST_F(TwoHomes, OneThatWasNeverMetMayBeTheHome) {
  server_serves_the_school();
  auto phone = back_by(card, {&server});
  ASSERT_TRUE(phone->add_carrier(district.address()).ok());
  const auto problem = begin_problem(*phone, school, "ditulis di telepon baru");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::saved_here);
  EXPECT_GT(pending(*phone), 0U);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*phone, district).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::on_carrier);
  EXPECT_EQ(pending(*phone), 0U);
}

TEST_F(TwoHomes, OneThatWasMetAndNeverNamedItKeepsNothingUnsent) {
  Server other{random, clock};
  auto phone = back_by(card, {&district});
  ASSERT_TRUE(phone->add_carrier(other.address()).ok());
  const auto problem = begin_problem(*phone, school, "ditulis di telepon baru");
  ASSERT_EQ(sync(*phone, district).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::saved_here);
  ASSERT_EQ(sync(*phone, other).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::on_carrier);
  EXPECT_EQ(pending(*phone), 0U);
}

// Nobody but its founder was ever told of a home of it.
TEST_F(TwoHomes, AGroupLivesOnAnyServerThatHasIt) {
  const auto group = budi->create_group("Kelas rendah", &school);
  ASSERT_TRUE(group.ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(sync(*budi, district).code, Code::ok);
    ASSERT_EQ(sync(*budi).code, Code::ok);
  }
  auto phone = back_by(card, {&server, &district});
  ASSERT_TRUE(phone->carrier_of(*group).has_value());
  Server other{random, clock};
  ASSERT_TRUE(phone->add_carrier(other.address()).ok());
  EXPECT_TRUE(phone->invite("expert", 3600, 1, &*group).ok());
  const auto problem = begin_problem(*phone, *group, "untuk kelas rendah");
  for (auto* carrier : {&server, &district}) ASSERT_EQ(sync(*phone, *carrier).code, Code::ok);
  const auto delivery = phone->delivery(*group, problem);
  ASSERT_TRUE(delivery.ok());
  EXPECT_EQ(*delivery, Delivery::on_carrier);
}

TEST_F(TwoHomes, OneThatForgotItMayStillBeTheHome) {
  server_serves_the_school();
  auto phone = back_by(card, {&server, &district});
  district.lose_disk();
  sync(*phone, district);
  const auto problem = begin_problem(*phone, school, "ditulis di telepon baru");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::saved_here);
  phone.reset();
  phone = open("phone");
  EXPECT_EQ(delivery(*phone, problem), Delivery::saved_here);
  const auto permit = district.operator_secret();
  ASSERT_TRUE(sari->host_community(school, district.address(), permit).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*sari, district).code, Code::ok);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*phone, district).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::on_carrier);
}

// A principal who has nothing but the card is still one.
TEST_F(TwoHomes, WhereTwoMayBeTheHomeOthersAreInvitedToOneThatServesIt) {
  server_serves_the_school();
  auto phone = back_by(admins_card, {&server, &district});
  EXPECT_TRUE(phone->invite("teacher", 3600, 1, &school).ok());
  EXPECT_TRUE(phone->create_group("Kelas rendah", &school).ok());
  const auto by_sari = sari->invite("teacher", 3600, 1, &school);
  ASSERT_TRUE(by_sari.ok()) << "she said where it lives";
  EXPECT_EQ(by_sari->link.carrier.key, server.address().key);
}

TEST_F(TwoHomes, TheOnlyOneThatServesItIsWhereOthersAreInvited) {
  auto phone = back_by(admins_card, {&district});
  ASSERT_TRUE(phone->add_carrier(server.address()).ok());
  const auto invite = phone->invite("teacher", 3600, 1, &school);
  ASSERT_TRUE(invite.ok());
  EXPECT_EQ(invite->link.carrier.key, district.address().key);
  EXPECT_TRUE(phone->create_group("Kelas rendah", &school).ok());
}

TEST_F(TwoHomes, WhereNobodySaidNothingIsSentBeforeBothHaveIt) {
  server_serves_the_school();
  auto phone = back_by(card, {&server, &district});
  ASSERT_EQ(pending(*phone), 0U);
  const auto problem = begin_problem(*phone, school, "ditulis di telepon baru");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_GT(pending(*phone), 0U);
  EXPECT_FALSE(phone->unsent()->empty());
  EXPECT_EQ(delivery(*phone, problem), Delivery::saved_here) << "one of two has it";
  ASSERT_EQ(sync(*phone, district).code, Code::ok);
  EXPECT_EQ(delivery(*phone, problem), Delivery::on_carrier);
  EXPECT_EQ(pending(*phone), 0U);
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  EXPECT_TRUE(sari->cycle().records().show(problem).ok());
}

// Uses are each server's own count, so that nobody waits for the other one: both belong, whoever brings it
// together, and the admin sees two of one. From then on neither takes a third.
TEST_F(TwoHomes, ALinkOfOneUseThatEachTookOnceLetsBothInAndNobodyElse) {
  server_serves_the_school();
  auto invite = sari->invite("teacher", 3600, 1, &school);
  ASSERT_TRUE(invite.ok());
  const auto sync_sari = [&] {
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(sync(*sari, district).code, Code::ok);
      ASSERT_EQ(sync(*sari).code, Code::ok);
    }
  };
  sync_sari();
  std::map<std::string, std::unique_ptr<Core>> newcomers;
  const auto join = [&](const std::string& name, Server& at) {
    auto core = open(name);
    EXPECT_TRUE(core->init(name, {at.address()}).ok());
    invite->link.carrier = at.address();
    EXPECT_TRUE(core->join(invite->link).ok());
    EXPECT_EQ(sync(*core, at).code, Code::ok);
    const auto state = core->join_state().code();
    newcomers[name] = std::move(core);
    return state;
  };
  EXPECT_EQ(join("Citra", district), Code::ok);
  EXPECT_EQ(join("Dewi", server), Code::ok) << "which knows of no other yet";
  EXPECT_EQ(join("Eka", district), Code::invite_used);
  sync_sari();
  EXPECT_EQ(join("Fajar", server), Code::invite_used);
  sync_sari();
  for (const auto& [name, at] : {std::pair{"Citra", &district}, std::pair{"Dewi", &server}}) {
    ASSERT_EQ(sync(*newcomers[name], *at).code, Code::ok);
    EXPECT_EQ(newcomers[name]->join_state().code(), Code::ok) << name;
  }
  for (Core* one : {sari.get(), newcomers["Citra"].get(), newcomers["Dewi"].get()}) {
    const auto members = one->members(&school);
    ASSERT_TRUE(members.ok());
    EXPECT_EQ(members->size(), 4U) << "Sari, Budi, and the two";
  }
  const auto invites = sari->invites(&school);
  ASSERT_TRUE(invites.ok());
  const auto used =
      std::find_if(invites->begin(), invites->end(), [](const auto& one) { return one.joined > 1; });
  ASSERT_NE(used, invites->end());
  EXPECT_EQ(used->joined, 2U);
  EXPECT_EQ(used->uses, 1U);
}

TEST_F(TwoHomes, OneThatShutsAPersonOutKeepsNothingFromTheOther) {
  auto phone = recovered();
  const auto problem = begin_problem(*phone, school, "ditulis di telepon baru");
  server_judges(Code::fenced);
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_TRUE(is_member(*phone));
  phone.reset();
  phone = open("phone");
  EXPECT_TRUE(is_member(*phone)) << "also after the program was started again";
  ASSERT_EQ(sync(*phone, district).code, Code::ok);
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  EXPECT_TRUE(sari->cycle().records().show(problem).ok());
}

}  // namespace
}  // namespace sejawat::api
#endif
