// Keys of a space: who gets a box, what a box and a chain of epochs give, and what rubbish gives.
#include <gtest/gtest.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "person.h"
#include "sejawat/v1/membership.pb.h"
#include "space/membership.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;
using Keys = std::vector<const crypto::BoxKey*>;

class Epochs : public testing::Test {
 protected:
  Epochs() : space(space_id(admin.certificate.identity_key, SpaceKind::school, {})), membership(space) {
    put(write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::school, {}));
  }
  void put(base::ByteView record) { ASSERT_EQ(membership.add(record).code(), Code::ok); }
  InviteKeys offer(WireRole role, std::uint32_t uses = 1, std::int64_t expires_seconds = 1'000) {
    auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    put(write_invite(admin.author(), membership, keys, role, uses, expires_seconds, {}));
    return keys;
  }
  void join(const Person& person, const InviteKeys& keys) {
    put(write_join(person.author(), space, keys.sign, membership.invites().at(keys.sign.public_key()).record,
                   person.identity.box.public_key(), {}));
  }
  void add_member(const base::PublicBoxKey& box, WireRole role = WireRole::reader) {
    const Person person(random);
    put(write_member(admin.author(), membership, person.certificate.identity_key, box, role, {}));
  }
  base::Secret32 open_one() {
    auto key = base::Secret32::random(random);
    put(write_epoch(admin.author(), membership, key, {}, random));
    return key;
  }
  std::optional<base::Bytes> boxes(const base::Secret32& key, BoxesFor whom = BoxesFor::everyone) {
    return write_boxes(admin.author(), membership, epoch_id(space, key), key, random, whom);
  }
  bool opens(const base::Secret32& key, const crypto::BoxKey& own, bool fallen = false) const {
    return open_epochs(membership, {&own}, {}, fallen).count(epoch_id(space, key)) != 0;
  }
  // As somebody writes it who takes the recipient for a member.
  base::Bytes boxed_to(const base::Secret32& key, const base::PublicBoxKey& recipient) {
    return boxed_to(key, recipient, admin);
  }
  base::Bytes boxed_to(const base::Secret32& key, const base::PublicBoxKey& recipient, const Person& by) {
    const auto made = *write_boxes(by.author(), membership, epoch_id(space, key), key, random);
    return changed(
        made,
        [&](v1::MembershipBody& body) {
          body.mutable_boxes()->mutable_boxes(0)->set_recipient(
              std::string(base::as_text(recipient.view().first(8))));
        },
        by);
  }
  // A record, as `change` has it.
  template <class Change>
  base::Bytes changed(base::ByteView record, Change change) const {
    return changed(record, change, admin);
  }
  template <class Change>
  base::Bytes changed(base::ByteView record, Change change, const Person& by) const {
    v1::MembershipRecord message;
    message.ParseFromArray(record.data(), static_cast<int>(record.size()));
    v1::MembershipBody body;
    body.ParseFromString(message.body());
    change(body);
    message.set_body(body.SerializeAsString());
    const auto id = record_id(base::as_bytes(message.body()));
    message.set_signature(std::string(base::as_text(by.keys.sign.sign(id.view()).view())));
    return base::to_bytes(base::as_bytes(message.SerializeAsString()));
  }

  support::SeededRandom random{41};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  base::SpaceId space;
  Membership membership;
};

TEST_F(Epochs, ARevokedInviteIsGivenNoKeyAndTheOneItHasIsReplaced) {
  const auto leaked = offer(WireRole::reader);
  const auto key = open_one();
  put(*boxes(key));
  ASSERT_TRUE(opens(key, leaked.box));
  put(write_invite_revoked(admin.author(), membership, leaked.sign.public_key()));
  EXPECT_TRUE(membership.needs_rotation());
  const auto next = open_one();
  put(*boxes(next));
  EXPECT_FALSE(membership.needs_rotation());
  EXPECT_FALSE(opens(next, leaked.box)) << "whoever has the link and the records would go on reading";
  EXPECT_TRUE(opens(next, admin.keys.box));
}

// One link for a whole class: whoever came by it knows its secret, and would open the key made because of
// their removal.
TEST_F(Epochs, ALinkThatSomebodyWhoIsOutCameByGetsNoFurtherKey) {
  const auto link = offer(WireRole::writer, 5);
  join(sari, link);
  join(budi, link);
  const auto key = open_one();
  put(*boxes(key));
  ASSERT_TRUE(opens(key, link.box));
  put(write_person_removed(admin.author(), membership, sari.id(), {}));
  const auto next = open_one();
  put(*boxes(next));
  EXPECT_FALSE(opens(next, link.box));
  EXPECT_TRUE(opens(next, budi.keys.box));
  EXPECT_FALSE(membership.needs_rotation());
}

// An admin who names a card of their own for a colleague would read on after being removed.
TEST_F(Epochs, NobodyNamesAnotherCardForSomebodyWhoJoined) {
  join(sari, offer(WireRole::writer));
  join(budi, offer(WireRole::admin));
  auto trap = crypto::BoxKey::random(random);
  while (!(trap.public_key() < sari.identity.box.public_key())) trap = crypto::BoxKey::random(random);
  put(write_member(budi.author(), membership, sari.certificate.identity_key, trap.public_key(),
                   WireRole::reader, {}));
  const auto again = offer(WireRole::writer);
  put(write_join(sari.author(), space, again.sign, membership.invites().at(again.sign.public_key()).record,
                 trap.public_key(), {}));
  put(write_person_removed(admin.author(), membership, budi.id(), {}));
  const auto next = open_one();
  put(*boxes(next));
  EXPECT_FALSE(opens(next, trap));
  EXPECT_TRUE(opens(next, sari.identity.box));
}

TEST_F(Epochs, AKeyThatNoRecordOpenedIsNobodys) {
  join(sari, offer(WireRole::reader));
  const auto made_up = base::Secret32::random(random);
  put(*write_boxes(sari.author(), membership, epoch_id(space, made_up), made_up, random));
  EXPECT_FALSE(opens(made_up, admin.keys.box));
  EXPECT_FALSE(opens(made_up, admin.keys.box, true));
}

TEST_F(Epochs, AnInviteThatExpiredIsGivenNoFurtherKey) {
  const auto fresh = offer(WireRole::reader, 1, admin.author().wall_seconds);
  const auto expired = offer(WireRole::reader, 1, admin.author().wall_seconds - 1);
  const auto key = open_one();
  put(*boxes(key));
  EXPECT_TRUE(opens(key, fresh.box));
  EXPECT_FALSE(opens(key, expired.box));
  EXPECT_FALSE(membership.needs_rotation()) << "what somebody else's clock said is no reason";
}

TEST_F(Epochs, WhoMayReadNoMoreHoldsNoKeyInUse) {
  const auto invite = offer(WireRole::writer);
  join(sari, invite);
  const auto key = open_one();
  put(*boxes(key));
  ASSERT_TRUE(opens(key, sari.keys.box));
  ASSERT_FALSE(membership.needs_rotation());
  put(write_role(admin.author(), membership, sari.id(), WireRole::carrier, {}, {}));
  EXPECT_TRUE(membership.needs_rotation());
  const auto next = open_one();
  put(*boxes(next));
  EXPECT_FALSE(membership.needs_rotation());
  EXPECT_FALSE(opens(next, sari.keys.box));
  EXPECT_FALSE(opens(next, sari.identity.box));
}

// Whoever boxes a key in ignorance, or on purpose, is not the last word.
TEST_F(Epochs, AKeyMadeOutToSomebodyWhoIsOutIsReplacedThoughItKnowsOfTheRemoval) {
  join(sari, offer(WireRole::writer));
  put(write_person_removed(admin.author(), membership, sari.id(), {}));
  auto key = open_one();
  ASSERT_FALSE(membership.needs_rotation());
  for (const auto& own : {sari.keys.box.public_key(), sari.identity.box.public_key()}) {
    put(boxed_to(key, own));
    EXPECT_TRUE(membership.needs_rotation());
    key = open_one();
    EXPECT_FALSE(membership.needs_rotation());
  }
}

// Else a member could have keys changed for ever: a device of theirs names the admin's key as its own, and is
// removed.
TEST_F(Epochs, AKeyOfSomebodyWhoReadsIsNotMeantByARemovedDeviceThatClaimsIt) {
  join(sari, offer(WireRole::writer));
  auto copied = admin.keys.serialise();
  const auto own = DeviceKeys::random(random).serialise();
  std::copy_n(own.begin(), 32, copied.begin());
  const auto parsed = DeviceKeys::parse(copied);
  const DeviceKeys& tablet = *parsed;
  ASSERT_EQ(tablet.box.public_key(), admin.keys.box.public_key());
  const auto certificate = certify(sari.identity.sign, tablet, 5);
  put(write_device({&tablet, &certificate, 6}, membership, certificate));
  put(write_device_removed(sari.author(), membership, certificate.device(), {}));
  const auto key = open_one();
  put(*boxes(key));
  EXPECT_FALSE(membership.needs_rotation());
}

TEST_F(Epochs, MoreBoxesThanARecordHoldsGoIntoTheNext) {
  constexpr int kMany = 230;
  for (int i = 0; i < kMany; ++i) add_member(crypto::BoxKey::random(random).public_key());
  const auto key = open_one();
  std::size_t made = 0;
  int records = 0;
  for (auto record = boxes(key); record; record = boxes(key), ++records) {
    put(*record);
    made += membership.key_boxes().back().boxes.size();
    EXPECT_LE(membership.key_boxes().back().boxes.size(), 200U);
  }
  EXPECT_EQ(records, 2);
  EXPECT_EQ(made, kMany + 2U) << "the admin's phone and card as well";
}

// Nobody holds it; and nobody else goes without theirs for it.
TEST_F(Epochs, AKeyThatIsNoPointGetsNoBoxAndHindersNobody) {
  const auto key = open_one();
  put(*boxes(key));
  EXPECT_FALSE(boxes(key).has_value());
  add_member(base::PublicBoxKey{});
  EXPECT_FALSE(boxes(key).has_value());
  add_member(sari.identity.box.public_key());
  put(*boxes(key));
  EXPECT_TRUE(opens(key, sari.identity.box));
}

TEST_F(Epochs, CarriersAndUsedUpInvitesGetNoKey) {
  const auto carrier_invite = offer(WireRole::carrier);
  const auto used = offer(WireRole::reader);
  const auto free = offer(WireRole::writer, 2);
  join(sari, carrier_invite);
  join(budi, used);
  const auto key = open_one();
  put(*boxes(key));
  EXPECT_FALSE(opens(key, sari.identity.box));
  EXPECT_FALSE(opens(key, sari.keys.box)) << "nor does the device of one that only carries";
  EXPECT_FALSE(opens(key, carrier_invite.box));
  EXPECT_FALSE(opens(key, used.box));
  EXPECT_TRUE(opens(key, free.box));
  EXPECT_TRUE(opens(key, budi.keys.box));
  EXPECT_TRUE(opens(key, budi.identity.box));
}

TEST_F(Epochs, BoxesForOneselfAndAdminsAreForThoseAlone) {
  join(sari, offer(WireRole::writer));
  const Person other(random);
  join(other, offer(WireRole::writer));
  const auto link = offer(WireRole::writer);
  const auto key = open_one();
  const auto boxes_of = [&](const Author& author) {
    return write_boxes(author, membership, epoch_id(space, key), key, random, BoxesFor::own_and_admins);
  };
  put(*boxes_of(sari.author()));
  for (const auto* own : {&admin.keys.box, &admin.identity.box, &sari.keys.box, &sari.identity.box}) {
    EXPECT_TRUE(opens(key, *own));
  }
  for (const auto* none : {&other.keys.box, &other.identity.box, &link.box}) {
    EXPECT_FALSE(opens(key, *none));
  }
  EXPECT_FALSE(boxes_of(sari.author()).has_value());
  EXPECT_FALSE(boxes_of(budi.author()).has_value()) << "who may not read has nobody to box to";
}

// Found by reading: nobody but the recipient can tell a box from rubbish, and any reader may write one.
TEST_F(Epochs, RubbishThatAReaderBoxesKeepsNobodyFromAKey) {
  join(sari, offer(WireRole::reader));
  join(budi, offer(WireRole::writer));
  const auto link = offer(WireRole::writer);
  const auto key = open_one();
  const auto lie = base::Secret32::random(random);
  put(*write_boxes(sari.author(), membership, epoch_id(space, key), lie, random));
  EXPECT_FALSE(opens(key, budi.keys.box));
  const auto mine =
      write_boxes(budi.author(), membership, epoch_id(space, key), key, random, BoxesFor::own_and_admins);
  ASSERT_TRUE(mine.has_value());
  put(*mine);
  EXPECT_TRUE(opens(key, budi.keys.box));
  EXPECT_TRUE(opens(key, admin.keys.box)) << "of whom nobody may hold it";
  put(*boxes(key));
  EXPECT_TRUE(opens(key, link.box));
  EXPECT_EQ(membership.key_boxes().back().boxes.size(), 3U)
      << "admin's two and the link's; the others have theirs";
  EXPECT_FALSE(boxes(key).has_value());
}

TEST_F(Epochs, WhoClaimsTheKeyOfAnothersDeviceKeepsItFromNoKey) {
  join(sari, offer(WireRole::reader));
  join(budi, offer(WireRole::writer));
  const auto claimed = DeviceKeys::random(random);
  const auto half = certify_by_device(sari.certificate, sari.keys.sign, claimed.sign.public_key(),
                                      budi.keys.box.public_key(), 1);
  put(write_device(sari.author(), membership, *take_possession(half, claimed)));
  const auto key = open_one();
  const auto lie = base::Secret32::random(random);
  put(*write_boxes(sari.author(), membership, epoch_id(space, key), lie, random));
  put(*boxes(key));
  EXPECT_TRUE(opens(key, budi.keys.box));
}

// Only the first 8 bytes of a key say for whom a box is, and nobody proves that they can open it.
TEST_F(Epochs, WhoHasAKeyMadeThatBeginsLikeAColleaguesKeepsItFromNoKey) {
  join(sari, offer(WireRole::reader));
  const auto like = [&](const base::PublicBoxKey& key) {
    auto twin = crypto::BoxKey::random(random).public_key();
    std::copy_n(key.view().begin(), 8, twin.bytes.begin());
    return twin;
  };
  add_member(like(sari.keys.box.public_key()));
  const auto key = open_one();
  put(*boxes(key));
  EXPECT_TRUE(opens(key, sari.keys.box));
  EXPECT_FALSE(boxes(key)) << "each has one";
  // Nor does one that comes later pass for having the box of the first.
  const Person late(random);
  put(write_member(admin.author(), membership, late.certificate.identity_key,
                   like(admin.keys.box.public_key()), WireRole::reader, {}));
  put(*boxes(key));
  EXPECT_FALSE(boxes(key));
  EXPECT_TRUE(opens(key, admin.keys.box));
  EXPECT_FALSE(membership.needs_rotation());
  // Of one person one is enough, or there would be no end of them.
  for (int i = 0; i < 3; ++i) {
    const auto keys = DeviceKeys::random(random);
    const auto half = certify_by_device(sari.certificate, sari.keys.sign, keys.sign.public_key(),
                                        like(admin.keys.box.public_key()), 1);
    put(write_device(sari.author(), membership, *take_possession(half, keys)));
  }
  const auto next = open_one();
  put(*boxes(next));
  EXPECT_TRUE(opens(next, admin.keys.box));
  const auto& last = membership.key_boxes().back();
  EXPECT_EQ(last.boxes.count(base::prefix_of<base::HeadTag>(admin.keys.box.public_key())), 3U);
}

TEST_F(Epochs, RubbishThatAReaderBoxesIsNoKeyThatWasGiven) {
  join(sari, offer(WireRole::reader));
  const auto first = open_one();
  put(*boxes(first));
  const auto lost = base::Secret32::random(random);
  put(write_epoch(admin.author(), membership, lost, {{epoch_id(space, first), &first}}, random));
  const auto lie = base::Secret32::random(random);
  put(*write_boxes(sari.author(), membership, epoch_id(space, lost), lie, random));
  EXPECT_FALSE(membership.current_key_given());
}

// Or any reader would have admins change the key for ever.
TEST_F(Epochs, RubbishMadeOutToSomebodyOutsideChangesNoKey) {
  join(sari, offer(WireRole::reader));
  join(budi, offer(WireRole::writer));
  put(write_person_removed(admin.author(), membership, budi.id(), {}));
  const auto key = open_one();
  put(boxed_to(key, budi.keys.box.public_key(), sari));
  EXPECT_FALSE(membership.needs_rotation());
  put(boxed_to(key, budi.keys.box.public_key(), admin));
  EXPECT_TRUE(membership.needs_rotation())
      << "an admin's program writes no such box unless it knew no better";
}

// Whoever reads could pass the key on anyway; that they do so again for each new one is no reason to make the
// next, or the records that a space has room for would be full of them.
TEST_F(Epochs, WhoBoxesToADeviceOfTheirsThatTheyKnowIsRemovedChangesNoKey) {
  join(sari, offer(WireRole::reader));
  const auto tablet = DeviceKeys::random(random);
  const auto certificate = certify(sari.identity.sign, tablet, 5);
  put(write_device({&tablet, &certificate, 6}, membership, certificate));
  open_one();
  Membership unaware = membership;
  put(write_device_removed(sari.author(), membership, certificate.device(), {}));
  EXPECT_TRUE(membership.needs_rotation());
  const auto key = open_one();
  put(boxed_to(key, tablet.box.public_key(), sari));
  EXPECT_FALSE(membership.needs_rotation());
  // Nor from a past in which there was no such key yet.
  const auto from_before = *write_boxes(sari.author(), unaware, epoch_id(space, key), key, random);
  put(changed(
      from_before,
      [&](v1::MembershipBody& body) {
        body.mutable_boxes()->mutable_boxes(0)->set_recipient(
            std::string(base::as_text(tablet.box.public_key().view().first(8))));
      },
      sari));
  EXPECT_FALSE(membership.needs_rotation());
}

TEST_F(Epochs, ABoxThatDoesNotOpenIsPassedOverForOneThatDoes) {
  const auto key = open_one();
  const auto good = *boxes(key);
  put(changed(good, [](v1::MembershipBody& body) {
    for (auto& box : *body.mutable_boxes()->mutable_boxes()) box.set_sealed(std::string(48, 'x'));
  }));
  EXPECT_FALSE(opens(key, admin.keys.box));
  put(good);
  put(changed(good, [](v1::MembershipBody& body) { body.set_wall_seconds(9); }));
  EXPECT_TRUE(opens(key, admin.keys.box));
  EXPECT_EQ(open_epochs(membership, {&admin.keys.box, &admin.identity.box}, {}).size(), 1U);
}

TEST_F(Epochs, NamesAtMostSixtyFourPredecessorsAndNeverItself) {
  const auto key = base::Secret32::random(random);
  std::vector<base::Secret32> old;
  std::vector<std::pair<base::EpochId, const base::Secret32*>> before = {{epoch_id(space, key), &key}};
  for (int i = 0; i < 70; ++i) old.push_back(base::Secret32::random(random));
  for (const auto& one : old) before.emplace_back(epoch_id(space, one), &one);
  put(write_epoch(admin.author(), membership, key, before, random));
  ASSERT_EQ(membership.epochs().size(), 1U);
  EXPECT_EQ(membership.epochs()[0].predecessors.size(), 64U);
  EXPECT_EQ(open_epochs(membership, {}, {{epoch_id(space, key), &key}}).size(), 65U);
}

// By an admin who means harm: keys are believed by what they make, not by what is said of them.
TEST_F(Epochs, APredecessorThatIsRubbishGivesNothing) {
  const auto key = base::Secret32::random(random);
  const auto old = base::Secret32::random(random);
  const auto lie = base::Secret32::random(random);
  const auto record = write_epoch(admin.author(), membership, key,
                                  {{epoch_id(space, old), &lie}, {epoch_id(space, lie), &lie}}, random);
  put(changed(record, [&](v1::MembershipBody& body) {
    auto* garbage = body.mutable_epoch()->add_predecessors();
    *garbage = body.epoch().predecessors(1);
    garbage->set_epoch(std::string(8, 'z'));
  }));
  const auto opened = open_epochs(membership, {}, {{epoch_id(space, key), &key}});
  EXPECT_EQ(opened.size(), 2U);
  EXPECT_EQ(opened.count(epoch_id(space, old)), 0U) << "another key was sealed as it";
  EXPECT_EQ(opened.count(epoch_id(space, lie)), 1U);
}

// Epochs that each follow the other: only rubbish does that, and every replica picks the same one.
TEST_F(Epochs, ARingOfEpochsHasOneThatEverybodyPicks) {
  const auto one = base::Secret32::random(random);
  const auto two = base::Secret32::random(random);
  const auto first = write_epoch(admin.author(), membership, one, {{epoch_id(space, two), &two}}, random);
  const auto second = write_epoch(admin.author(), membership, two, {{epoch_id(space, one), &one}}, random);
  Membership elsewhere = membership;
  put(first);
  put(second);
  ASSERT_TRUE(elsewhere.add(second).ok());
  ASSERT_TRUE(elsewhere.add(first).ok());
  ASSERT_TRUE(membership.current_epoch().has_value());
  EXPECT_EQ(membership.current_epoch(), elsewhere.current_epoch());
  EXPECT_EQ(open_epochs(membership, {}, {{epoch_id(space, one), &one}}).size(), 2U);
}

// What was sealed under a key that a removal took back may be readmitted, so it can still be opened on wish.
TEST_F(Epochs, KeysOfRecordsThatFellOpenOnlyWhenAskedFor) {
  join(sari, offer(WireRole::admin));
  const auto old = open_one();
  put(*boxes(old));
  Membership theirs = membership;
  const auto key = base::Secret32::random(random);
  const auto older = base::Secret32::random(random);
  const auto epoch = write_epoch(sari.author(), theirs, key, {{epoch_id(space, older), &older}}, random);
  ASSERT_TRUE(theirs.add(epoch).ok());
  const auto made_out = *write_boxes(sari.author(), theirs, epoch_id(space, key), key, random);
  ASSERT_TRUE(theirs.add(made_out).ok());
  put(write_person_removed(admin.author(), membership, sari.id(), {}));
  put(epoch);
  put(made_out);
  ASSERT_EQ(membership.fallen_epochs().size(), 1U);
  ASSERT_EQ(membership.fallen_boxes().size(), 1U);
  EXPECT_EQ(membership.current_epoch(), epoch_id(space, old));
  EXPECT_FALSE(opens(key, admin.keys.box));
  EXPECT_TRUE(opens(key, admin.keys.box, true));
  EXPECT_TRUE(opens(older, admin.keys.box, true)) << "and what it follows";
}

// In a space of one's own everybody is admin, makes as many more as they like, and somebody who is none.
TEST_F(Epochs, WhatARecordOfBoxesKeepsOfAdminsBeforeItIsABitEach) {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  constexpr std::size_t kMany = 512;
  join(sari, offer(WireRole::reader));
  for (std::size_t i = 0; i < kMany; ++i)
    add_member(crypto::BoxKey::random(random).public_key(), WireRole::admin);
  const auto key = open_one();
  const auto without_boxes = [&] {
    return changed(
        *write_boxes(sari.author(), membership, epoch_id(space, key), key, random, BoxesFor::own_and_admins),
        [](v1::MembershipBody& body) { body.mutable_boxes()->clear_boxes(); }, sari);
  };
  const auto allocated = [] {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  put(without_boxes());
  const std::size_t before = allocated();
  for (std::size_t i = 0; i < kMany / 4; ++i) put(without_boxes());
  EXPECT_LT((allocated() - before) / (kMany / 4), 8 * kMany) << "each was 16 bytes an admin";
#endif
}

TEST_F(Epochs, AFieldThatIsCutIsMalformedWhereverItWas) {
  const auto key = base::Secret32::random(random);
  const auto epoch = epoch_id(space, key);
  const auto sealed = seal_field(epoch, key, base::as_bytes("guru"), random);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const auto opened = open_field({{epoch, &key}}, base::ByteView(sealed).first(size));
    EXPECT_EQ(opened.code(), size < 1 + 8 + 24 ? Code::malformed : Code::cannot_decrypt) << size;
  }
  EXPECT_TRUE(open_field({{epoch, &key}}, sealed).ok());
}

}  // namespace
}  // namespace sejawat::space
