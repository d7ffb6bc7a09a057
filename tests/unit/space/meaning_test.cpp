// What a set of records means where two of them say different things of one log, invite or person, and which
// removals reach whom. In every order of delivery the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "log/segment.h"
#include "person.h"
#include "space/membership.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

class Meaning : public testing::Test {
 protected:
  Meaning() : space(space_id(admin.certificate.identity_key, SpaceKind::school, {})), all(space) {
    put(all, write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::school, {}));
  }
  static base::RecordId put(Membership& to, base::ByteView record) {
    const auto added = to.add(record);
    EXPECT_EQ(added.code(), Code::ok);
    return added.ok() ? *added : base::RecordId{};
  }
  struct Offer {
    InviteKeys keys;
    base::HeadTag record;
  };
  Offer offer(Membership& to, const Person& by, WireRole role, std::uint32_t uses = 9) {
    auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    const auto id = put(to, write_invite(by.author(), to, keys, role, uses, 0, {}));
    return {std::move(keys), base::prefix_of<base::HeadTag>(id)};
  }
  base::Bytes join_of(const Person& person, const Offer& invite, base::ByteView profile = {}) const {
    return write_join(person.author(), space, invite.keys.sign, invite.record,
                      person.identity.box.public_key(), profile);
  }
  void admit(const Person& person, WireRole role) { put(all, join_of(person, offer(all, admin, role))); }
  base::LogId log_of(const Person& person) const { return log::log_id(space, person.log.public_key()); }
  // Something that stands after all that `to` has, so that what follows lies deeper.
  void deepen(Membership& to, int times = 1) {
    for (int i = 0; i < times; ++i) offer(to, admin, WireRole::reader);
  }
  // All records of the replicas in many orders; `look` sees the same in each, and nothing else is returned.
  template <class Look>
  auto in_any_order(std::initializer_list<const Membership*> replicas, Look look) {
    std::vector<base::Bytes> records;
    Membership whole(space);
    for (const auto* replica : replicas) {
      for (const auto& [id, bytes] : replica->records()) {
        if (whole.add(bytes).ok()) records.push_back(bytes);
      }
    }
    const auto seen = look(whole);
    for (int order = 0; order < 12; ++order) {
      for (std::size_t i = records.size(); i > 1; --i)
        std::swap(records[i - 1], records[static_cast<std::size_t>(random.below(i))]);
      Membership other(space);
      for (std::size_t round = 0; round < records.size(); ++round) {
        for (const auto& bytes : records) static_cast<void>(other.add(bytes));
      }
      EXPECT_EQ(other.records().size(), records.size());
      EXPECT_EQ(look(other), seen) << "order " << order;
    }
    return seen;
  }

  support::SeededRandom random{51};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  Person wati{random};
  base::SpaceId space;
  Membership all;
};

// Whoever knows the key of a log may enrol it: it is whose enrolment stands nearest to the genesis.
TEST_F(Meaning, ALogThatTwoEnrolledIsTheirsWhoStandFirst) {
  admit(sari, WireRole::writer);
  admit(budi, WireRole::writer);
  Membership theirs = all;
  put(all, write_log(sari.author(), all, sari.log));
  deepen(theirs, 2);
  put(theirs, write_log(budi.author(), theirs, sari.log));
  const auto device =
      in_any_order({&all, &theirs}, [&](const Membership& of) { return of.logs().at(log_of(sari)).device; });
  EXPECT_EQ(device, sari.device());
  // At one depth the smaller record id decides, and after a removal the same does.
  Membership beside = all;
  put(all, write_log(sari.author(), all, budi.log));
  put(beside, write_log(budi.author(), beside, budi.log));
  in_any_order({&all, &beside}, [&](const Membership& of) { return of.logs().at(log_of(budi)).device; });
  put(all, write_invite_revoked(admin.author(), all, base::PublicSignKey{{1}}));
  in_any_order({&all, &beside}, [&](const Membership& of) { return of.logs().at(log_of(budi)).device; });
}

TEST_F(Meaning, AnInviteThatWasOfferedTwiceIsTheOneThatStandsFirstWithAllWhoJoined) {
  Membership theirs = all;
  const auto secret = base::Secret16::random(random);
  const auto keys = InviteKeys::from_secret(secret);
  const auto near = put(all, write_invite(admin.author(), all, keys, WireRole::reader, 2, 0, {}));
  deepen(theirs, 2);
  const auto far = put(theirs, write_invite(admin.author(), theirs, keys, WireRole::admin, 7, 0, {}));
  put(all, join_of(sari, {InviteKeys::from_secret(secret), base::prefix_of<base::HeadTag>(near)}));
  put(theirs, join_of(budi, {InviteKeys::from_secret(secret), base::prefix_of<base::HeadTag>(far)}));
  const auto seen = in_any_order({&all, &theirs}, [&](const Membership& of) {
    const auto& invite = of.invites().at(keys.sign.public_key());
    return std::make_tuple(invite.uses, invite.record, invite.joined.size());
  });
  EXPECT_EQ(std::get<0>(seen), 2U);
  EXPECT_EQ(std::get<1>(seen), base::prefix_of<base::HeadTag>(near));
  EXPECT_EQ(std::get<2>(seen), 2U);
}

TEST_F(Meaning, OfTwoWaysInTheOneThatGivesMoreCountsWhateverCameFirst) {
  const auto reader = offer(all, admin, WireRole::reader);
  const auto writer = offer(all, admin, WireRole::writer);
  Membership one = all;
  Membership two = all;
  put(one, join_of(sari, reader, base::as_bytes("a")));
  put(two, join_of(sari, writer, base::as_bytes("b")));
  const auto seen = in_any_order({&one, &two}, [&](const Membership& of) {
    const auto& member = of.members().at(sari.id());
    return std::make_tuple(member.role, member.sealed_profile, member.card.box);
  });
  EXPECT_EQ(std::get<0>(seen), WireRole::writer);
  EXPECT_EQ(base::as_text(std::get<1>(seen)), "b");
  // Where nobody proves the box key of a card, what their own device said first counts, everywhere.
  Membership third = all;
  put(third, write_member(admin.author(), third, sari.certificate.identity_key, base::PublicBoxKey{},
                          WireRole::reader, {}));
  const auto box = in_any_order({&one, &two, &third},
                                [&](const Membership& of) { return of.members().at(sari.id()).card.box; });
  EXPECT_EQ(box, sari.identity.box.public_key());
  Membership fourth = all;
  put(fourth, write_member(admin.author(), fourth, wati.certificate.identity_key,
                           wati.identity.box.public_key(), WireRole::reader, {}));
  Membership fifth = all;
  deepen(fifth);
  put(fifth, write_member(admin.author(), fifth, wati.certificate.identity_key, base::PublicBoxKey{},
                          WireRole::reader, {}));
  const auto first = in_any_order({&fourth, &fifth},
                                  [&](const Membership& of) { return of.members().at(wati.id()).card.box; });
  EXPECT_EQ(first, wati.identity.box.public_key()) << "of member records the first";
}

// Whoever holds an unlocked phone and an older link may join as its owner, with a card of their own.
TEST_F(Meaning, ACardThatItsPersonProvesOutweighsWhateverWasSaidBeforeItOrBesideIt) {
  const auto older = offer(all, admin, WireRole::writer);
  deepen(all);
  const auto later = offer(all, admin, WireRole::writer);
  const auto trap = crypto::BoxKey::random(random).public_key();
  Membership thief = all;
  put(thief, write_join(sari.author(), space, older.keys.sign, older.record, trap, {}));
  Membership admins = all;
  put(admins,
      write_member(admin.author(), admins, sari.certificate.identity_key, trap, WireRole::reader, {}));
  const auto card_in = [&](std::initializer_list<const Membership*> replicas) {
    return in_any_order(replicas, [&](const Membership& of) { return of.members().at(sari.id()).card.box; });
  };
  EXPECT_EQ(card_in({&thief, &admins}), trap) << "nothing proven is known";
  const auto card = card_key(sari.identity);
  Membership owner = all;
  put(owner, write_join(sari.author(), space, later.keys.sign, later.record, card, {}));
  EXPECT_EQ(card_in({&thief, &admins, &owner}), card.box);
  // Whoever knows the proof passes it on: nobody needs to have been there themselves.
  Membership colleague = all;
  deepen(colleague);
  put(colleague,
      write_member(admin.author(), colleague, sari.certificate.identity_key, card, WireRole::reader, {}));
  EXPECT_EQ(card_in({&thief, &admins, &colleague}), card.box);
}

// At two servers that had not met. Uses are a server's filter, so both stand, and whoever looks sees two of
// one.
TEST_F(Meaning, TwoWhoJoinedApartByALinkOfOneUseAreBothMembers) {
  const auto link = offer(all, admin, WireRole::writer, 1);
  Membership one = all;
  put(one, join_of(sari, link));
  Membership two = all;
  put(two, join_of(budi, link));
  const auto seen = in_any_order({&one, &two}, [&](const Membership& of) {
    const auto& invite = of.invites().at(link.keys.sign.public_key());
    return std::make_tuple(of.role_of(sari.id()), of.role_of(budi.id()), invite.joined.size(), invite.uses);
  });
  EXPECT_EQ(seen, std::make_tuple(std::optional(WireRole::writer), std::optional(WireRole::writer),
                                  std::size_t{2}, std::uint32_t{1}));
}

// Nobody is asked to possess the keys that an invite names, so that two may name the same.
TEST_F(Meaning, WhoJoinedByAKeyThatTwoInvitesNameCountsForWhicheverStands) {
  admit(budi, WireRole::admin);
  Membership base = all;
  auto keys = InviteKeys::from_secret(base::Secret16::random(random));
  Membership first = base;
  const auto offered = put(first, write_invite(budi.author(), first, keys, WireRole::writer, 9, 0, {}));
  put(first, write_join(sari.author(), space, keys.sign, base::prefix_of<base::HeadTag>(offered),
                        sari.identity.box.public_key(), {}));
  Membership second = base;
  deepen(second);
  put(second, write_invite(admin.author(), second, keys, WireRole::writer, 9, 0, {}));
  Membership removed = base;
  put(removed, write_person_removed(admin.author(), removed, budi.id(), {}));
  in_any_order({&first, &second, &removed}, [&](const Membership& of) {
    const auto& invite = of.invites().at(keys.sign.public_key());
    return std::make_tuple(invite.joined, invite.left, of.role_of(sari.id()).has_value());
  });
}

// Whoever leaves hundreds of records side by side would otherwise keep a colleague's join out of what any
// record can name.
TEST_F(Meaning, WhomARecordIsAboutIsInItsPastHoweverManyRecordsStandSideBySide) {
  std::vector<base::Bytes> beside;
  for (int i = 0; i < 200; ++i) {
    Membership apart = all;
    beside.push_back(write_invite(admin.author(), apart,
                                  InviteKeys::from_secret(base::Secret16::random(random)), WireRole::reader,
                                  1, 0, {}));
  }
  admit(sari, WireRole::writer);
  admit(budi, WireRole::writer);
  put(all, write_log(sari.author(), all, sari.log));
  for (const auto& record : beside) put(all, record);
  ASSERT_GT(all.frontier().size(), 150U);
  Membership others = all;
  put(others, write_device_removed(admin.author(), others, sari.device(), {}));
  put(all, write_role(admin.author(), all, budi.id(), WireRole::reader, {}, {}));
  put(all, write_person_removed(admin.author(), all, sari.id(), {}));
  EXPECT_FALSE(all.role_of(sari.id()));
}

TEST_F(Meaning, ACardThatADeviceProvesOutweighsTheOnlyOneThatWasNamed) {
  const auto link = offer(all, admin, WireRole::writer);
  const auto trap = crypto::BoxKey::random(random).public_key();
  const auto card = card_key(sari.identity);
  put(all, write_join(sari.author(), space, link.keys.sign, link.record, trap, {}));
  const auto key = base::Secret32::random(random);
  put(all, write_epoch(admin.author(), all, key, {}, random));
  const auto boxes = write_boxes(admin.author(), all, *all.current_epoch(), key, random);
  ASSERT_TRUE(boxes);
  put(all, *boxes);
  EXPECT_FALSE(all.needs_rotation());
  Membership owner = all;
  put(owner, write_device(sari.author(), owner, sari.certificate, card));
  Membership thief = all;
  deepen(thief, 2);
  const auto later = offer(thief, admin, WireRole::writer);
  put(thief, write_join(sari.author(), space, later.keys.sign, later.record, trap, {}));
  const auto seen = in_any_order({&owner, &thief}, [&](const Membership& of) {
    const auto& member = of.members().at(sari.id());
    return std::make_pair(member.card.box, of.needs_rotation());
  });
  EXPECT_EQ(seen.first, card.box);
  EXPECT_TRUE(seen.second) << "the key in use was made out to the other card";
  // Also where the device that proved it is removed, by somebody who knew of nothing.
  Membership removed = all;
  put(removed, write_device_removed(admin.author(), removed, sari.device(), {}));
  EXPECT_EQ(in_any_order({&owner, &removed},
                         [&](const Membership& of) { return of.members().at(sari.id()).card.box; }),
            card.box);
}

// Whoever has two cards may certify one device by both. Else what is taken would depend on which came first.
TEST_F(Meaning, ADeviceOfTwoPersonsIsTheSameOnesEverywhere) {
  const auto both = certify(budi.identity.sign, sari.keys, 1);
  const Author as_budi{&sari.keys, &both, 200};
  const auto link = offer(all, admin, WireRole::writer);
  deepen(all);
  const auto later = offer(all, admin, WireRole::writer);
  Membership one = all;
  Membership two = all;
  put(one, join_of(sari, link));
  put(two, write_join(as_budi, space, later.keys.sign, later.record, budi.identity.box.public_key(), {}));
  for (const auto& [id, bytes] : one.records()) static_cast<void>(two.add(bytes));
  Membership three = two;
  put(three, write_person_removed(admin.author(), three, budi.id(), {}));
  put(three, write_log(sari.author(), three, sari.log));
  const auto seen = in_any_order({&one, &two, &three}, [&](const Membership& of) {
    return std::make_tuple(of.devices().at(sari.device()).person, of.records().size(),
                           of.logs().at(log_of(sari)).person, of.role_of(budi.id()).has_value());
  });
  EXPECT_EQ(std::get<0>(seen), sari.id());
  EXPECT_EQ(std::get<2>(seen), sari.id());
  EXPECT_FALSE(std::get<3>(seen));
}

TEST_F(Meaning, FencesAreListedByLogThenByLengthThenByHead) {
  const base::LogId one{{1}};
  const base::LogId two{{2}};
  const std::vector<Fence> listed = {{one, 2, base::HeadTag{{9}}},
                                     {one, 3, base::HeadTag{{1}}},
                                     {one, 3, base::HeadTag{{2}}},
                                     {two, 1, {{1}}}};
  auto fences = listed;
  do {
    auto sorted = fences;
    sort_fences(sorted);
    EXPECT_EQ(sorted, listed);
  } while (std::next_permutation(fences.begin(), fences.end(), [](const Fence& a, const Fence& b) {
    return std::tie(a.log.bytes, a.count, a.head.bytes) < std::tie(b.log.bytes, b.count, b.head.bytes);
  }));
}

TEST_F(Meaning, AFenceAtNothingMayBeSaidOrLeftOut) {
  admit(sari, WireRole::writer);
  put(all, write_log(sari.author(), all, sari.log));
  put(all, write_person_removed(admin.author(), all, sari.id(), {{log_of(sari), 0, {}}}));
  EXPECT_EQ(all.logs().at(log_of(sari)).fence, (Fence{log_of(sari), 0, {}}));
}

TEST_F(Meaning, WhatIsReadmittedAgainOrOfNoFencedLogChangesNothing) {
  admit(sari, WireRole::writer);
  put(all, write_log(sari.author(), all, sari.log));
  put(all, write_log(admin.author(), all, admin.log));
  put(all, write_person_removed(admin.author(), all, sari.id(), {{log_of(sari), 2, base::HeadTag{{2}}}}));
  const Fence further{log_of(sari), 5, base::HeadTag{{5}}};
  std::vector<Fence> fences = {further, {log_of(admin), 3, base::HeadTag{{3}}}, {base::LogId{{9}}, 1, {{1}}}};
  sort_fences(fences);
  put(all, write_readmitted(admin.author(), all, fences));
  put(all, write_readmitted(admin.author(), all, {further}));
  const auto& log = all.logs().at(log_of(sari));
  EXPECT_EQ(log.fence, further);
  EXPECT_EQ(log.fences().size(), 2U) << "the end before it, and this one once";
  EXPECT_TRUE(all.may_write(log_of(admin)));
  EXPECT_EQ(all.logs().count(base::LogId{{9}}), 0U);
}

TEST_F(Meaning, AReadmissionAndAConfirmationByWhoWasRemovedAreVoid) {
  admit(budi, WireRole::admin);
  admit(sari, WireRole::writer);
  put(all, write_log(sari.author(), all, sari.log));
  put(all, write_person_removed(admin.author(), all, sari.id(), {}));
  const auto invite = offer(all, admin, WireRole::writer);
  put(all, write_invite_revoked(admin.author(), all, invite.keys.sign.public_key()));
  const auto join = put(all, join_of(wati, invite));
  Membership theirs = all;
  put(theirs, write_readmitted(budi.author(), theirs, {{log_of(sari), 5, base::HeadTag{{5}}}}));
  put(theirs, write_join_confirmed(budi.author(), theirs, join));
  EXPECT_EQ(theirs.logs().at(log_of(sari)).fence->count, 5U);
  EXPECT_EQ(theirs.role_of(wati.id()), WireRole::writer);
  put(all, write_person_removed(admin.author(), all, budi.id(), {}));
  const auto seen = in_any_order({&all, &theirs}, [&](const Membership& of) {
    return std::make_tuple(of.logs().at(log_of(sari)).fence->count, of.role_of(wati.id()).has_value(),
                           of.provisional().count(wati.id()));
  });
  EXPECT_EQ(seen, std::make_tuple(std::uint64_t{0}, false, std::size_t{1}));
}

TEST_F(Meaning, AConfirmationIsOfOneJoinAlone) {
  const auto invite = offer(all, admin, WireRole::writer);
  put(all, write_invite_revoked(admin.author(), all, invite.keys.sign.public_key()));
  const auto join = put(all, join_of(sari, invite));
  put(all, join_of(budi, invite));
  put(all, write_join_confirmed(admin.author(), all, join));
  const auto seen = in_any_order({&all}, [&](const Membership& of) {
    return std::make_pair(of.role_of(sari.id()), of.role_of(budi.id()));
  });
  EXPECT_EQ(seen.first, WireRole::writer);
  EXPECT_FALSE(seen.second);
}

// Whoever may not be let in at all can be kept out for good.
TEST_F(Meaning, SomebodyWhoWaitsForAConfirmationMayBeRemoved) {
  const auto invite = offer(all, admin, WireRole::writer);
  put(all, write_invite_revoked(admin.author(), all, invite.keys.sign.public_key()));
  const auto join = put(all, join_of(sari, invite));
  put(all, write_person_removed(admin.author(), all, sari.id(), {}));
  EXPECT_EQ(all.removed_devices().count(sari.device()), 1U);
  EXPECT_EQ(all.devices().count(sari.device()), 0U);
  put(all, write_join_confirmed(admin.author(), all, join));
  EXPECT_FALSE(all.role_of(sari.id()));
}

TEST_F(Meaning, AnAdminRemovesOneDeviceOfSomebodyWhoStays) {
  admit(sari, WireRole::writer);
  const auto second = DeviceKeys::random(random);
  const auto certificate = certify(sari.identity.sign, second, 5);
  put(all, write_device({&second, &certificate, 6}, all, certificate));
  put(all, write_device_removed(admin.author(), all, sari.device(), {}));
  EXPECT_EQ(all.role_of(sari.id()), WireRole::writer);
  EXPECT_EQ(all.removed_devices().count(sari.device()), 1U);
  EXPECT_EQ(all.devices().count(certificate.device()), 1U);
  EXPECT_FALSE(all.may_return(sari.device()));
}

TEST_F(Meaning, ARemovalStandsThoughItsAuthorIsRemovedAfterwards) {
  admit(budi, WireRole::admin);
  admit(sari, WireRole::writer);
  put(all, write_person_removed(budi.author(), all, sari.id(), {}));
  put(all, write_person_removed(admin.author(), all, budi.id(), {}));
  const auto seen = in_any_order({&all}, [&](const Membership& of) {
    return std::make_pair(of.role_of(sari.id()).has_value(), of.role_of(budi.id()).has_value());
  });
  EXPECT_EQ(seen, std::make_pair(false, false));
}

// One phone that was copied: here its owner left, there they removed somebody. Neither outranks the other.
TEST_F(Meaning, OfTwoCopiesOfOneDeviceWhatBothDidStands) {
  admit(budi, WireRole::admin);
  admit(sari, WireRole::writer);
  Membership copy = all;
  put(all, write_person_removed(budi.author(), all, budi.id(), {}));
  put(copy, write_person_removed(budi.author(), copy, sari.id(), {}));
  const auto seen = in_any_order({&all, &copy}, [&](const Membership& of) {
    return std::make_pair(of.role_of(sari.id()).has_value(), of.role_of(budi.id()).has_value());
  });
  EXPECT_EQ(seen, std::make_pair(false, false));
}

// An admin who came back invites like anybody else; what they offered before their removal stays revoked.
TEST_F(Meaning, AnInviteOfAnAdminWhoCameBackIsGood) {
  admit(budi, WireRole::admin);
  const auto before = offer(all, budi, WireRole::writer);
  put(all, write_person_removed(admin.author(), all, budi.id(), {}));
  put(all, join_of(budi, offer(all, admin, WireRole::admin)));
  const auto after = offer(all, budi, WireRole::writer);
  put(all, join_of(sari, after));
  put(all, join_of(wati, before));
  const auto seen = in_any_order({&all}, [&](const Membership& of) {
    return std::make_tuple(of.invites().at(before.keys.sign.public_key()).revoked,
                           of.invites().at(after.keys.sign.public_key()).revoked, of.role_of(sari.id()),
                           of.role_of(wati.id()));
  });
  EXPECT_EQ(seen, std::make_tuple(true, false, std::optional(WireRole::writer), std::optional<WireRole>()));
}

// Whoever joined before the inviter was removed, as the removal knew, stays.
TEST_F(Meaning, WhoeverARemovalOfTheInviterKnewStays) {
  admit(budi, WireRole::admin);
  put(all, join_of(sari, offer(all, budi, WireRole::writer)));
  put(all, write_person_removed(admin.author(), all, budi.id(), {}));
  EXPECT_EQ(all.role_of(sari.id()), WireRole::writer);
  EXPECT_TRUE(all.provisional().empty());
}

// Members who only read write no log, whatever they were before.
TEST_F(Meaning, ALogOfAReaderIsNotWrittenTo) {
  admit(sari, WireRole::writer);
  put(all, write_log(sari.author(), all, sari.log));
  ASSERT_TRUE(all.may_write(log_of(sari)));
  const auto removed = write_person_removed(admin.author(), all, sari.id(), {});
  Membership theirs = all;
  put(all, removed);
  EXPECT_FALSE(all.may_write(log_of(sari)));
  put(theirs, write_role(admin.author(), theirs, sari.id(), WireRole::carrier, {}, {}));
  EXPECT_FALSE(theirs.may_write(log_of(sari)));
}

}  // namespace
}  // namespace sejawat::space
