// Who has the right to a removal where people removed each other unaware, joined meanwhile or confirm joins.
#include <gtest/gtest.h>

#include "removal.h"

namespace sejawat::space {
namespace {

using base::Code;

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
  ASSERT_NO_FATAL_FAILURE(expect_order_independence(before, {rightful, join, wrongful}));
}

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

}  // namespace
}  // namespace sejawat::space
