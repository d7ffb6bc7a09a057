// Removal without consensus or clocks: what it means follows from the set of records, in every order of
// delivery.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "log/segment.h"
#include "person.h"
#include "space/membership.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

// Everything that the outside can see, as one string.
std::string seen(const Membership& of) {
  std::string out;
  for (const auto& [id, member] : of.members()) {
    out += "member " + id.hex() + " " + std::to_string(static_cast<int>(member.role)) + " " +
           base::to_hex(member.sealed_role) + "\n";
  }
  for (const auto& [id, held] : of.roles_held()) {
    auto roles = held.sealed_roles;
    std::sort(roles.begin(), roles.end());
    out += "was " + id.hex() + (held.admin ? " admin" : "");
    for (const auto& role : roles) out += " " + base::to_hex(role);
    out += "\n";
  }
  for (const auto& [id, join] : of.provisional()) out += "provisional " + id.hex() + " " + join.hex() + "\n";
  for (const auto& [id, device] : of.devices())
    out += "device " + id.hex() + " " + device.person.hex() + "\n";
  for (const auto& [id, device] : of.removed_devices()) out += "removed " + id.hex() + "\n";
  for (const auto& [id, log] : of.logs()) {
    out += "log " + id.hex() + " " + log.device.hex();
    if (log.fence) out += " fence " + std::to_string(log.fence->count) + " " + log.fence->head.hex();
    out += "\n";
  }
  for (const auto& [key, invite] : of.invites()) {
    out += "invite " + key.hex() + " " + std::to_string(invite.joined.size()) +
           (invite.revoked ? " revoked\n" : "\n");
  }
  for (const auto& head : of.frontier()) out += "head " + head.hex() + "\n";
  if (of.current_epoch()) out += "epoch " + of.current_epoch()->hex() + "\n";
  if (of.needs_rotation()) out += "rotate\n";
  return out;
}

class RemovalTest : public testing::Test {
 protected:
  // admin found it; the others joined in the order given, each with one enrolled log.
  void found(const std::vector<WireRole>& roles) {
    people.emplace_back(random);
    const Person& admin = people.front();
    space = space_id(admin.certificate.identity_key, SpaceKind::school, salt);
    all.emplace(space);
    put(*all, write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::school, salt));
    put(*all, write_log(admin.author(), *all, admin.log));
    for (const auto role : roles) {
      people.emplace_back(random);
      put(*all, join_of(people.back(), offer(*all, admin, role)));
      if (role >= WireRole::writer) put(*all, write_log(people.back().author(), *all, people.back().log));
    }
    key = base::Secret32::random(random);
    put(*all, write_epoch(admin.author(), *all, key, {}, random));
    // One head, so that what follows is concurrent only where a test wants it.
    put(*all, write_epoch(admin.author(), *all, base::Secret32::random(random),
                          {{*all->current_epoch(), &key}}, random));
  }
  static void put(Membership& to, base::ByteView record) { ASSERT_EQ(to.add(record).code(), Code::ok); }
  struct Offer {
    InviteKeys keys;
    base::HeadTag record;
  };
  Offer offer(Membership& to, const Person& by, WireRole role, std::uint32_t uses = 5) {
    auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    const auto added = to.add(write_invite(by.author(), to, keys, role, uses, 0, {}));
    EXPECT_EQ(added.code(), Code::ok);
    return {std::move(keys), base::prefix_of<base::HeadTag>(*added)};
  }
  base::Bytes join_of(const Person& person, const Offer& invite) const {
    return write_join(person.author(), space, invite.keys.sign, invite.record,
                      person.identity.box.public_key(), {});
  }
  base::LogId log_of(const Person& person) const { return log::log_id(space, person.log.public_key()); }
  base::Bytes removal(const Membership& at, const Person& by, const Person& whom,
                      std::vector<Fence> fences = {}) const {
    return write_person_removed(by.author(), at, whom.id(), std::move(fences));
  }

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random.below(bound)); }

  support::SeededRandom random{5};
  std::deque<Person> people;  // never moved
  std::array<std::uint8_t, 16> salt{7};
  base::SpaceId space;
  base::Secret32 key;
  std::optional<Membership> all;
};

void expect_order_independence(const Membership& before, const std::vector<base::Bytes>& acts,
                               std::size_t most_orders);

TEST_F(RemovalTest, TakesThePersonTheirDevicesAndEndsTheirLogsAtTheFence) {
  found({WireRole::writer, WireRole::writer});
  const auto tag = random.id<base::HeadTag>();
  put(*all, removal(*all, people[0], people[1], {{log_of(people[1]), 4, tag}}));
  EXPECT_FALSE(all->role_of(people[1].id()));
  EXPECT_EQ(all->devices().count(people[1].device()), 0U);
  EXPECT_EQ(all->removed_devices().count(people[1].device()), 1U);
  EXPECT_EQ(all->logs().at(log_of(people[1])).fence, (Fence{log_of(people[1]), 4, tag}));
  EXPECT_FALSE(all->may_write(log_of(people[1])));
  EXPECT_TRUE(all->may_write(log_of(people[2])));
  EXPECT_TRUE(all->needs_rotation());
  put(*all, write_epoch(people[0].author(), *all, base::Secret32::random(random), {}, random));
  EXPECT_FALSE(all->needs_rotation());
}

TEST_F(RemovalTest, ALogThatIsNotListedEndsBeforeItsFirstSegment) {
  found({WireRole::writer});
  put(*all, removal(*all, people[0], people[1]));
  EXPECT_EQ(all->logs().at(log_of(people[1])).fence, (Fence{log_of(people[1]), 0, {}}));
}

TEST_F(RemovalTest, WhoWasRemovedIsRefusedAfterwardsByEverybodyWhoKnows) {
  found({WireRole::admin});
  put(*all, removal(*all, people[0], people[1]));
  const auto late =
      write_invite(people[1].author(), *all, InviteKeys::from_secret(base::Secret16::random(random)),
                   WireRole::admin, 1, 0, {});
  EXPECT_EQ(all->add(late).code(), Code::fenced);
}

TEST_F(RemovalTest, OnlyAdminsRemoveOthersAndEverybodyMayLeave) {
  found({WireRole::writer, WireRole::reader});
  EXPECT_EQ(all->add(removal(*all, people[1], people[2])).code(), Code::not_permitted);
  put(*all, removal(*all, people[2], people[2]));
  EXPECT_FALSE(all->role_of(people[2].id()));
}

TEST_F(RemovalTest, WhatTheRemovedDidConcurrentlyIsVoidAndWhatHangsOnItToo) {
  found({WireRole::admin, WireRole::writer});
  Membership theirs = *all;  // the removed admin, cut off from the removal
  const Person accomplice(random);
  const Offer back_door = offer(theirs, people[1], WireRole::admin);
  put(theirs, join_of(accomplice, back_door));
  put(theirs, write_log(accomplice.author(), theirs, accomplice.log));
  put(theirs, removal(theirs, accomplice, people[0]));
  put(theirs, removal(theirs, people[1], people[2]));
  put(theirs, write_epoch(people[1].author(), theirs, base::Secret32::random(random), {}, random));

  put(*all, removal(*all, people[0], people[1]));
  for (const auto& [id, bytes] : theirs.records()) {
    const auto added = all->add(bytes);
    EXPECT_TRUE(added.ok() || added.code() == Code::already_exists);
  }
  EXPECT_EQ(all->role_of(people[0].id()), WireRole::admin);
  EXPECT_EQ(all->role_of(people[2].id()), WireRole::writer);
  EXPECT_FALSE(all->role_of(people[1].id()));
  EXPECT_FALSE(all->role_of(accomplice.id()));
  EXPECT_EQ(all->provisional().count(accomplice.id()), 1U);
  EXPECT_TRUE(all->logs().at(log_of(accomplice)).fence.has_value());
  EXPECT_TRUE(all->invites().count(back_door.keys.sign.public_key()) == 0 ||
              all->invites().at(back_door.keys.sign.public_key()).revoked);
}

TEST_F(RemovalTest, OfTwoAdminsWhoRemoveEachOtherTheSeniorStays) {
  found({WireRole::admin});
  Membership theirs = *all;
  const auto mine = removal(*all, people[0], people[1]);
  const auto other = removal(theirs, people[1], people[0]);
  put(*all, mine);
  put(*all, other);
  put(theirs, other);
  EXPECT_EQ(theirs.role_of(people[1].id()), WireRole::admin);  // until it hears of the senior's
  put(theirs, mine);
  for (const auto* replica : {&*all, &theirs}) {
    EXPECT_EQ(replica->role_of(people[0].id()), WireRole::admin);
    EXPECT_FALSE(replica->role_of(people[1].id()));
  }
  EXPECT_EQ(seen(*all), seen(theirs));
}

// Found by the simulator (13425994961279): a join stands one deeper than its invite, so by an old invite the
// removed became the senior of the removal that everybody had obeyed.
TEST_F(RemovalTest, NobodyBecomesTheSeniorOfARemovalByAnOlderInviteAfterwards) {
  found({});
  const Offer old = offer(*all, people[0], WireRole::admin);
  const Person& senior = people.emplace_back(random);
  const Person& junior = people.emplace_back(random);
  put(*all, join_of(senior, offer(*all, people[0], WireRole::admin)));
  put(*all, join_of(junior, offer(*all, people[0], WireRole::admin)));
  Membership theirs = *all;
  const auto obeyed = removal(*all, senior, junior);
  const auto junior_s = removal(theirs, junior, senior);
  put(*all, obeyed);
  put(*all, junior_s);
  ASSERT_EQ(all->role_of(senior.id()), WireRole::admin);
  const auto again = join_of(junior, old);
  put(*all, again);
  EXPECT_EQ(all->role_of(senior.id()), WireRole::admin);
  EXPECT_FALSE(all->role_of(junior.id()));
  put(theirs, again);
  put(theirs, junior_s);
  put(theirs, obeyed);
  EXPECT_EQ(seen(*all), seen(theirs));
}

// A device is the senior of another of its person by what introduced it before it wrote the removal.
TEST_F(RemovalTest, NoDeviceBecomesTheSeniorOfARemovalByJoiningAfterwards) {
  found({});
  const Offer old = offer(*all, people[0], WireRole::writer);
  const Person& owner = people.emplace_back(random);
  put(*all, join_of(owner, offer(*all, people[0], WireRole::writer)));
  const auto tablet = DeviceKeys::random(random);
  const auto certificate = certify(owner.identity.sign, tablet, 5);
  const Author at_tablet{&tablet, &certificate, 300};
  put(*all, write_device(at_tablet, *all, certificate));
  Membership theirs = *all;
  const auto obeyed = write_device_removed(owner.author(), *all, certificate.device(), {});
  const auto junior_s = write_device_removed(at_tablet, theirs, owner.device(), {});
  put(*all, obeyed);
  put(*all, junior_s);
  ASSERT_EQ(all->devices().count(owner.device()), 1U);
  put(*all, write_join(at_tablet, space, old.keys.sign, old.record, owner.identity.box.public_key(), {}));
  EXPECT_EQ(all->devices().count(owner.device()), 1U);
  EXPECT_EQ(all->devices().count(certificate.device()), 0U);
}

TEST_F(RemovalTest, AJuniorMayRemoveASeniorWhoDoesNotAnswer) {
  found({WireRole::admin});
  put(*all, removal(*all, people[1], people[0]));
  EXPECT_FALSE(all->role_of(people[0].id()));
  EXPECT_EQ(all->role_of(people[1].id()), WireRole::admin);
}

TEST_F(RemovalTest, TwoConcurrentRemovalsFenceAtTheLowerOfTheirFences) {
  found({WireRole::admin, WireRole::writer});
  Membership theirs = *all;
  const auto low = random.id<base::HeadTag>();
  const auto high = random.id<base::HeadTag>();
  const auto first = removal(*all, people[0], people[2], {{log_of(people[2]), 9, high}});
  const auto second = removal(theirs, people[1], people[2], {{log_of(people[2]), 3, low}});
  put(*all, first);
  put(*all, second);
  EXPECT_EQ(all->logs().at(log_of(people[2])).fence, (Fence{log_of(people[2]), 3, low}));
}

TEST_F(RemovalTest, AnAdminReadmitsLateWork) {
  found({WireRole::writer});
  put(*all, removal(*all, people[0], people[1], {{log_of(people[1]), 2, random.id<base::HeadTag>()}}));
  const Fence further{log_of(people[1]), 5, random.id<base::HeadTag>()};
  put(*all, write_readmitted(people[0].author(), *all, {further}));
  EXPECT_EQ(all->logs().at(log_of(people[1])).fence, further);
}

TEST_F(RemovalTest, WhoIsInvitedAgainWritesANewLogAndTheOldOneStaysFenced) {
  found({WireRole::writer});
  put(*all, removal(*all, people[0], people[1]));
  put(*all, join_of(people[1], offer(*all, people[0], WireRole::writer)));
  EXPECT_EQ(all->role_of(people[1].id()), WireRole::writer);
  EXPECT_EQ(all->devices().count(people[1].device()), 1U);
  const auto fresh = DeviceKeys::random(random).sign;
  put(*all, write_log(people[1].author(), *all, fresh));
  EXPECT_TRUE(all->may_write(log::log_id(space, fresh.public_key())));
  EXPECT_FALSE(all->may_write(log_of(people[1])));
}

TEST_F(RemovalTest, ARemovedDeviceStaysOutAndTakesThoseItCertifiedAlong) {
  found({WireRole::writer});
  const Person& owner = people[1];
  const auto laptop = DeviceKeys::random(random);
  const auto half = certify_by_device(owner.certificate, owner.keys.sign, laptop.sign.public_key(),
                                      laptop.box.public_key(), 5);
  const auto certificate = take_possession(half, laptop);
  ASSERT_TRUE(certificate.ok());
  const Author at_laptop{&laptop, &*certificate, 300};
  put(*all, write_device(at_laptop, *all, *certificate));
  const auto laptop_log = DeviceKeys::random(random).sign;
  put(*all, write_log(at_laptop, *all, laptop_log));

  // From the card, with the first phone lost.
  const auto fresh = DeviceKeys::random(random);
  const auto from_card = certify(owner.identity.sign, fresh, 400);
  const Author at_fresh{&fresh, &from_card, 400};
  put(*all, write_device(at_fresh, *all, from_card));
  EXPECT_EQ(logs_of(*all, owner.device()).size(), 2U);
  put(*all, write_device_removed(at_fresh, *all, owner.device(), {}));
  EXPECT_EQ(all->role_of(owner.id()), WireRole::writer);
  EXPECT_EQ(all->devices().count(owner.device()), 0U);
  EXPECT_EQ(all->devices().count(certificate->device()), 0U);
  EXPECT_EQ(all->devices().count(from_card.device()), 1U);
  EXPECT_TRUE(all->logs().at(log_of(owner)).fence.has_value());
  EXPECT_TRUE(all->logs().at(log::log_id(space, laptop_log.public_key())).fence.has_value());
  EXPECT_EQ(all->add(write_log(at_laptop, *all, DeviceKeys::random(random).sign)).code(), Code::fenced);
  // Not even an invite brings that device back.
  put(*all, join_of(owner, offer(*all, people[0], WireRole::writer)));
  EXPECT_EQ(all->devices().count(owner.device()), 0U);
}

TEST_F(RemovalTest, ADemotedWriterIsFencedAndAJoinThatDidNotKnowDoesNotUndoIt) {
  found({WireRole::writer});
  const Offer earlier = offer(*all, people[0], WireRole::writer);
  put(*all, write_role(people[0].author(), *all, people[1].id(), WireRole::reader, {}, {}));
  EXPECT_EQ(all->role_of(people[1].id()), WireRole::reader);
  EXPECT_FALSE(all->may_write(log_of(people[1])));
  put(*all, join_of(people[1], earlier));
  EXPECT_EQ(all->role_of(people[1].id()), WireRole::reader);
  put(*all, write_role(people[0].author(), *all, people[1].id(), WireRole::admin, {}, {}));
  EXPECT_EQ(all->role_of(people[1].id()), WireRole::admin);
}

TEST_F(RemovalTest, AJoinThatARevocationDidNotKnowWaitsUntilAnAdminConfirms) {
  found({});
  const Offer invite = offer(*all, people[0], WireRole::writer);
  const Person early(random);
  const Person late(random);
  put(*all, join_of(early, invite));
  put(*all, write_invite_revoked(people[0].author(), *all, invite.keys.sign.public_key()));
  EXPECT_TRUE(all->needs_rotation());
  put(*all, join_of(late, invite));
  EXPECT_EQ(all->role_of(early.id()), WireRole::writer);
  EXPECT_FALSE(all->role_of(late.id()));
  EXPECT_EQ(all->devices().count(late.device()), 0U);
  const auto join = all->provisional().at(late.id());
  put(*all, write_join_confirmed(people[0].author(), *all, join));
  EXPECT_EQ(all->role_of(late.id()), WireRole::writer);
  EXPECT_EQ(all->devices().count(late.device()), 1U);
}

// Else a removed admin's second card, or whoever found a leaked link, would let itself in for good.
TEST_F(RemovalTest, NobodyConfirmsTheirOwnJoin) {
  found({WireRole::admin});
  const Offer invite = offer(*all, people[1], WireRole::admin);
  const Person& helper = people.emplace_back(random);
  Membership theirs = *all;
  put(theirs, join_of(helper, invite));
  const auto join = theirs.records().back();
  put(theirs, write_join_confirmed(helper.author(), theirs, join.first));
  const auto confirmed = theirs.records().back().second;
  put(*all, removal(*all, people[0], people[1]));
  put(*all, join.second);
  put(*all, confirmed);
  EXPECT_FALSE(all->role_of(helper.id()));
  EXPECT_EQ(all->provisional().count(helper.id()), 1U);
  put(*all, write_join_confirmed(people[0].author(), *all, join.first));
  EXPECT_EQ(all->role_of(helper.id()), WireRole::admin) << "an admin who stands lets them in";
}

TEST_F(RemovalTest, TwoWhoseJoinsAreInDoubtDoNotConfirmEachOther) {
  found({WireRole::admin});
  const Offer invite = offer(*all, people[1], WireRole::admin);
  const Person& one = people.emplace_back(random);
  const Person& other = people.emplace_back(random);
  Membership theirs = *all;
  std::vector<std::pair<base::RecordId, base::Bytes>> joins;
  for (const auto* helper : {&one, &other}) {
    put(theirs, join_of(*helper, invite));
    joins.push_back(theirs.records().back());
  }
  put(theirs, write_join_confirmed(one.author(), theirs, joins[1].first));
  put(theirs, write_join_confirmed(other.author(), theirs, joins[0].first));
  // And one whom they let in confirms both.
  const Offer further = offer(theirs, one, WireRole::admin);
  const Person& third = people.emplace_back(random);
  put(theirs, join_of(third, further));
  put(theirs, write_join_confirmed(third.author(), theirs, joins[0].first));
  put(*all, removal(*all, people[0], people[1]));
  for (const auto& [id, bytes] : theirs.records()) {
    const auto added = all->add(bytes);
    ASSERT_TRUE(added.ok() || added.code() == Code::already_exists);
  }
  for (const auto* helper : {&one, &other, &third}) EXPECT_FALSE(all->role_of(helper->id()));
  put(*all, write_join_confirmed(people[0].author(), *all, joins[0].first));
  for (const auto* helper : {&one, &other, &third})
    EXPECT_EQ(all->role_of(helper->id()), WireRole::admin) << "the first brings what hangs on them";
}

// Whoever is let in by nobody must not take along the right of the very admin who removed their accomplice.
TEST_F(RemovalTest, WhoHasNoRightToARemovalUndoesNoOtherByIt) {
  found({WireRole::admin, WireRole::writer});
  const Person& founder = people[0];
  const Person& removed = people[1];
  const Person& promoted = people[2];
  const Offer back_door = offer(*all, removed, WireRole::admin);
  const Person& accomplice = people.emplace_back(random);
  Membership theirs = *all;
  put(theirs, join_of(accomplice, back_door));
  const auto join = theirs.records().back().second;
  put(*all, write_role(founder.author(), *all, promoted.id(), WireRole::admin, {}, {}));
  const Membership before = *all;
  const auto rightful = removal(*all, promoted, removed);
  // It voids what the founder did meanwhile, the promotion among it, and so the rightful one.
  const auto wrongful = removal(theirs, accomplice, founder);
  for (const auto& record : {rightful, join, wrongful}) put(*all, record);
  EXPECT_EQ(all->role_of(founder.id()), WireRole::admin);
  EXPECT_EQ(all->role_of(promoted.id()), WireRole::admin);
  EXPECT_FALSE(all->role_of(removed.id()));
  EXPECT_EQ(all->provisional().count(accomplice.id()), 1U);
  ASSERT_NO_FATAL_FAILURE(expect_order_independence(before, {rightful, join, wrongful}, 6));
}

// Found by the simulator (8992198907135): the key in use was made out to somebody whom it took for a member.
TEST_F(RemovalTest, ARemovalThatAConfirmationBringsIntoForceAsksForANewKey) {
  found({WireRole::writer});
  const Offer invite = offer(*all, people[0], WireRole::admin);
  const Person helper(random);
  Membership theirs = *all;
  put(theirs, join_of(helper, invite));
  const auto join = theirs.records().back();
  put(theirs, removal(theirs, helper, people[1]));
  const auto removed = theirs.records().back();
  put(*all, write_invite_revoked(people[0].author(), *all, invite.keys.sign.public_key()));
  put(*all, join.second);
  put(*all, removed.second);
  ASSERT_TRUE(all->role_of(people[1].id())) << "who removed them may not be let in at all";
  put(*all, write_epoch(people[0].author(), *all, base::Secret32::random(random), {}, random));
  ASSERT_FALSE(all->needs_rotation());
  put(*all, write_join_confirmed(people[0].author(), *all, join.first));
  EXPECT_FALSE(all->role_of(people[1].id()));
  EXPECT_TRUE(all->needs_rotation()) << "the key that everybody writes with was made out to them";
  put(*all, write_epoch(people[0].author(), *all, base::Secret32::random(random), {}, random));
  EXPECT_FALSE(all->needs_rotation());
}

TEST_F(RemovalTest, TheEpochThatKnowsTheRemovalIsUsedEvenBesideOneThatDoesNot) {
  found({WireRole::admin, WireRole::writer});
  Membership theirs = *all;
  const auto unaware = base::Secret32::random(random);
  put(theirs, write_epoch(people[1].author(), theirs, unaware, {}, random));
  put(*all, removal(*all, people[0], people[2]));
  const auto aware = base::Secret32::random(random);
  put(*all, write_epoch(people[0].author(), *all, aware, {}, random));
  put(*all, theirs.records().back().second);
  EXPECT_EQ(all->current_epoch(), epoch_id(space, aware));
  EXPECT_FALSE(all->needs_rotation());
}

// Every order of delivery of `acts` (each with what it needs before it) gives the same to see.
void expect_order_independence(const Membership& before, const std::vector<base::Bytes>& acts,
                               std::size_t most_orders) {
  std::vector<std::size_t> order(acts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::string expected;
  std::size_t tried = 0;
  do {
    Membership replica = before;
    std::vector<std::size_t> waiting = order;
    for (std::size_t left = waiting.size() + 1; !waiting.empty() && left-- > 0;) {
      std::vector<std::size_t> later;
      for (const std::size_t act : waiting) {
        const auto added = replica.add(acts[act]);
        if (added.code() == Code::unknown_membership) {
          later.push_back(act);
        } else {
          ASSERT_EQ(added.code(), Code::ok);
        }
      }
      waiting = std::move(later);
    }
    ASSERT_TRUE(waiting.empty());
    if (expected.empty()) expected = seen(replica);
    ASSERT_EQ(seen(replica), expected);
  } while (std::next_permutation(order.begin(), order.end()) && ++tried < most_orders);
}

TEST_F(RemovalTest, ThreeOfFiveAdminsActAtOnceInEveryCombinationAndOrder) {
  found({WireRole::admin, WireRole::admin, WireRole::admin, WireRole::admin});
  // acts[i][j]: what admin i does about j: removes, demotes.
  std::vector<std::vector<base::Bytes>> acts(5);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      if (i == j) continue;
      Membership own = *all;
      acts[i].push_back(removal(own, people[i], people[j], {{log_of(people[j]), i + 1, base::HeadTag{{1}}}}));
      if ((i + j) % 2 == 0) {
        acts[i].push_back(write_role(people[i].author(), own, people[j].id(), WireRole::reader, {}, {}));
      }
    }
  }
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t b = a + 1; b < 5; ++b) {
      for (std::size_t c = b + 1; c < 5; ++c) {
        for (const auto& first : acts[a]) {
          for (const auto& second : acts[b]) {
            for (const auto& third : acts[c]) {
              ASSERT_NO_FATAL_FAILURE(expect_order_independence(*all, {first, second, third}, 6));
            }
          }
        }
      }
    }
  }
}

TEST_F(RemovalTest, FiveAdminsRemoveOneEachAndSomebodyIsAlwaysLeft) {
  found({WireRole::admin, WireRole::admin, WireRole::admin, WireRole::admin});
  std::vector<std::vector<base::Bytes>> acts(5);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      if (i != j) acts[i].push_back(removal(*all, people[i], people[j]));
    }
  }
  for (std::size_t which = 0; which < 1024; ++which) {
    std::vector<base::Bytes> chosen;
    for (std::size_t i = 0, rest = which; i < 5; ++i, rest /= 4) chosen.push_back(acts[i][rest % 4]);
    Membership replica = *all;
    for (const auto& act : chosen) put(replica, act);
    ASSERT_FALSE(replica.members().empty()) << which;
    if (which % 64 == 7) {
      ASSERT_NO_FATAL_FAILURE(expect_order_independence(*all, chosen, 120));
    }
  }
}

// Cut-off replicas act on what they know, meet, act again; every replica ends with the same to see.
TEST_F(RemovalTest, RandomHistoriesOfManyActorsMeanTheSameInRandomOrders) {
  found({WireRole::admin, WireRole::admin, WireRole::writer, WireRole::writer, WireRole::reader});
  for (int i = 0; i < 3; ++i) people.emplace_back(random);  // who may yet join
  const Membership start = *all;
  std::size_t removals = 0;
  std::size_t back = 0;
  for (int history = 0; history < 200; ++history) {
    std::vector<Membership> replicas(people.size(), start);
    std::vector<Offer> offers;
    for (int step = 0; step < 36; ++step) {
      const std::size_t who = below(people.size());
      Membership& at = replicas[who];
      const Person& by = people[who];
      const Person& whom = people[below(people.size())];
      base::Bytes record;
      switch (below(10)) {
        case 0: record = removal(at, by, whom); break;
        case 1:
          record = write_role(by.author(), at, whom.id(), static_cast<WireRole>(2 + below(3)), {},
                              random.id<base::HeadTag>().view());
          break;
        case 2: {
          auto keys = InviteKeys::from_secret(base::Secret16::random(random));
          record = write_invite(by.author(), at, keys, static_cast<WireRole>(2 + below(3)), 3, 0, {});
          const auto added = at.add(record);
          if (added.ok()) offers.push_back({std::move(keys), base::prefix_of<base::HeadTag>(*added)});
          continue;
        }
        case 3:
          if (offers.empty()) continue;
          record = join_of(whom, offers[below(offers.size())]);
          break;
        case 4:
          if (offers.empty()) continue;
          record = write_invite_revoked(by.author(), at, offers[below(offers.size())].keys.sign.public_key());
          break;
        case 5: record = write_epoch(by.author(), at, base::Secret32::random(random), {}, random); break;
        case 6:
          record =
              write_member(by.author(), at, whom.certificate.identity_key, whom.identity.box.public_key(),
                           static_cast<WireRole>(2 + below(3)), random.id<base::HeadTag>().view());
          break;
        case 7: record = write_device(by.author(), at, whom.certificate); break;
        case 8:
          if (at.provisional().empty()) continue;
          record = write_join_confirmed(by.author(), at, at.provisional().begin()->second);
          break;
        default: {  // two meet
          Membership& other = replicas[below(replicas.size())];
          const auto records = other.records();
          for (const auto& [id, bytes] : records) static_cast<void>(at.add(bytes));
          continue;
        }
      }
      static_cast<void>(at.add(record));  // refused ones are part of life
    }
    std::vector<base::Bytes> acts;
    Membership whole = start;
    for (const auto& replica : replicas) {
      for (const auto& [id, bytes] : replica.records()) {
        const auto added = whole.add(bytes);
        ASSERT_TRUE(added.ok() || added.code() == Code::already_exists);
        if (added.ok()) acts.push_back(bytes);
      }
    }
    removals += whole.removed_devices().size();
    back += whole.provisional().size();
    for (int order = 0; order < 6; ++order) {
      for (std::size_t i = acts.size(); i > 1; --i) std::swap(acts[i - 1], acts[below(i)]);
      Membership other = start;
      std::vector<base::Bytes> waiting = acts;
      for (std::size_t left = acts.size() + 1; !waiting.empty() && left-- > 0;) {
        std::vector<base::Bytes> later;
        for (auto& bytes : waiting) {
          const auto added = other.add(bytes);
          if (added.code() == Code::unknown_membership) {
            later.push_back(bytes);
          } else {
            ASSERT_TRUE(added.ok());
          }
        }
        waiting = std::move(later);
      }
      ASSERT_TRUE(waiting.empty());
      ASSERT_EQ(seen(other), seen(whole)) << "history " << history;
    }
  }
  EXPECT_GT(removals, 20U);
  EXPECT_GT(back, 3U);
}

}  // namespace
}  // namespace sejawat::space
