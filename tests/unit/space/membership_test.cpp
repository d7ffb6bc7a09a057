#include "space/membership.h"
#include "space/record_outline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

struct Person {
  explicit Person(base::Random& random)
      : identity(Identity::from_seed(base::Secret32::random(random))),
        keys(DeviceKeys::random(random)),
        certificate(certify(identity.sign, keys, 100)) {}
  Author author() const { return {&keys, &certificate, 200}; }
  base::PersonId id() const { return certificate.person(); }
  Identity identity;
  DeviceKeys keys;
  DeviceCertificate certificate;
};

class MembershipTest : public testing::Test {
 protected:
  base::SpaceId found(SpaceKind kind = SpaceKind::group) {
    space = space_id(admin.certificate.identity_key, kind, salt);
    membership.emplace(space);
    put(write_genesis(admin.author(), admin.identity.box.public_key(), kind, salt));
    return space;
  }
  void put(base::ByteView record) { ASSERT_EQ(membership->add(record).code(), Code::ok); }
  InviteKeys offer(WireRole role, std::uint32_t uses = 1) {
    auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    put(write_invite(admin.author(), *membership, keys, role, uses, 1'000, {}));
    return keys;
  }
  base::HeadTag record_of(const InviteKeys& invite) const {
    const auto known = membership->invites().find(invite.sign.public_key());
    return known == membership->invites().end() ? base::HeadTag{} : known->second.record;
  }
  base::Bytes join_of(const Person& person, const InviteKeys& invite) const {
    return write_join(person.author(), space, invite.sign, record_of(invite),
                      person.identity.box.public_key(), {});
  }
  void admit(const Person& person, WireRole role) { put(join_of(person, offer(role))); }

  support::SeededRandom random{11};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  std::array<std::uint8_t, 16> salt{1, 2, 3};
  base::SpaceId space;
  std::optional<Membership> membership;
};

TEST_F(MembershipTest, PersonalGenesisIsTheSameFromTheSameCard) {
  const auto bytes = write_personal_genesis(sari.identity);
  EXPECT_EQ(bytes, write_personal_genesis(sari.identity));
  Membership personal(personal_space_id(sari.certificate.identity_key));
  ASSERT_TRUE(personal.add(bytes).ok());
  EXPECT_EQ(personal.kind(), SpaceKind::personal);
  EXPECT_EQ(personal.role_of(sari.id()), WireRole::admin);
  EXPECT_EQ(personal.add(bytes).code(), Code::already_exists);
  ASSERT_TRUE(personal.add(write_device(sari.author(), personal, sari.certificate)).ok());
  EXPECT_EQ(personal.devices().count(sari.certificate.device()), 1U);
  EXPECT_EQ(personal.add(write_device(budi.author(), personal, budi.certificate)).code(),
            Code::not_permitted);
}

TEST_F(MembershipTest, NobodyElseCanFoundTheSpace) {
  const auto mine = space_id(admin.certificate.identity_key, SpaceKind::group, salt);
  const auto theirs = write_genesis(sari.author(), sari.identity.box.public_key(), SpaceKind::group, salt);
  EXPECT_EQ(Membership(mine).add(theirs).code(), Code::malformed);
  const auto kind = write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::school, salt);
  EXPECT_EQ(Membership(mine).add(kind).code(), Code::malformed);
  // The space id in the record is a claim; only the hash counts.
  auto forged = theirs;
  const auto own = space_id(sari.certificate.identity_key, SpaceKind::group, salt);
  const auto at = std::search(forged.begin(), forged.end(), own.bytes.begin(), own.bytes.end());
  ASSERT_NE(at, forged.end());
  std::copy(mine.bytes.begin(), mine.bytes.end(), at);
  EXPECT_EQ(Membership(mine).add(forged).code(), Code::not_permitted);
}

TEST_F(MembershipTest, JoinTakesTheRoleOfTheInviteAndMovesTheHead) {
  found();
  const auto invite = offer(WireRole::writer, 2);
  const auto before = membership->frontier();
  put(join_of(sari, invite));
  EXPECT_EQ(membership->role_of(sari.id()), WireRole::writer);
  EXPECT_EQ(membership->frontier().size(), 1U);
  EXPECT_NE(membership->frontier(), before);
  EXPECT_EQ(membership->invites().at(invite.sign.public_key()).joined.size(), 1U);
  put(join_of(budi, invite));
  EXPECT_EQ(membership->frontier().size(), 2U);
  EXPECT_TRUE(membership->device_by_box_key(budi.keys.box.public_key()).has_value());
}

TEST_F(MembershipTest, JoinNeedsTheInvite) {
  found();
  const auto stranger = InviteKeys::from_secret(base::Secret16::random(random));
  EXPECT_EQ(membership->add(join_of(sari, stranger)).code(), Code::unknown_membership);
  const auto genesis = base::prefix_of<base::HeadTag>(membership->records().front().first);
  const auto misplaced =
      write_join(sari.author(), space, stranger.sign, genesis, sari.identity.box.public_key(), {});
  EXPECT_EQ(membership->add(misplaced).code(), Code::invite_invalid);
  auto tampered = join_of(sari, offer(WireRole::writer));
  tampered.back() ^= 1;  // the invite's signature stands last
  EXPECT_EQ(membership->add(tampered).code(), Code::invite_invalid);
  EXPECT_EQ(membership->members().size(), 1U);
}

TEST_F(MembershipTest, JoiningAgainAddsADeviceAndNeverTakesARoleAway) {
  found();
  admit(sari, WireRole::writer);
  const auto second = DeviceKeys::random(random);
  const auto certificate = certify(sari.identity.sign, second, 300);
  const auto invite = offer(WireRole::reader);
  put(write_join({&second, &certificate, 1}, space, invite.sign, record_of(invite),
                 sari.identity.box.public_key(), {}));
  EXPECT_EQ(membership->role_of(sari.id()), WireRole::writer);
  EXPECT_EQ(membership->devices().size(), 3U);
}

TEST_F(MembershipTest, OnlyAdminsInviteAndOpenEpochs) {
  found();
  admit(sari, WireRole::writer);
  const auto keys = InviteKeys::from_secret(base::Secret16::random(random));
  const auto invite = write_invite(sari.author(), *membership, keys, WireRole::admin, 1, 0, {});
  EXPECT_EQ(membership->add(invite).code(), Code::not_permitted);
  const auto key = base::Secret32::random(random);
  EXPECT_EQ(membership->add(write_epoch(sari.author(), *membership, key, {}, random)).code(),
            Code::not_permitted);
}

TEST_F(MembershipTest, OnlyWritersEnrolLogs) {
  found();
  admit(sari, WireRole::writer);
  admit(budi, WireRole::reader);
  const auto log = DeviceKeys::random(random).sign;
  EXPECT_EQ(membership->add(write_log(budi.author(), *membership, log)).code(), Code::not_permitted);
  put(write_log(sari.author(), *membership, log));
  ASSERT_EQ(membership->logs().size(), 1U);
  EXPECT_TRUE(membership->may_write(membership->logs().begin()->first));
  EXPECT_FALSE(membership->may_write(base::LogId{}));
}

TEST_F(MembershipTest, AnAdminAddsSomebodyWithTheirDevicesAndNobodyElseDoes) {
  found();
  admit(sari, WireRole::writer);
  const auto added = [&](const Person& by, const Person& whom) {
    return write_member(by.author(), *membership, whom.certificate.identity_key,
                        whom.identity.box.public_key(), WireRole::writer, base::as_bytes("sealed"));
  };
  EXPECT_EQ(membership->add(write_device(admin.author(), *membership, budi.certificate)).code(),
            Code::not_permitted)
      << "a device of nobody here";
  EXPECT_EQ(membership->add(added(sari, budi)).code(), Code::not_permitted);
  put(added(admin, budi));
  EXPECT_EQ(membership->role_of(budi.id()), WireRole::writer);
  EXPECT_EQ(membership->devices().count(budi.certificate.device()), 0U);
  EXPECT_EQ(membership->add(write_device(sari.author(), *membership, budi.certificate)).code(),
            Code::not_permitted);
  put(write_device(admin.author(), *membership, budi.certificate));
  EXPECT_EQ(membership->devices().at(budi.certificate.device()).certificate, budi.certificate.bytes);
  put(write_log(budi.author(), *membership, DeviceKeys::random(random).sign));
}

// A right that somebody got later does not reach back, in whichever order the records arrive.
TEST_F(MembershipTest, PermissionIsJudgedInTheCausalPast) {
  found();
  admit(sari, WireRole::writer);
  const auto keys = InviteKeys::from_secret(base::Secret16::random(random));
  const auto early = write_invite(sari.author(), *membership, keys, WireRole::admin, 1, 0, {});
  admit(sari, WireRole::admin);
  EXPECT_EQ(membership->role_of(sari.id()), WireRole::admin);
  EXPECT_EQ(membership->add(early).code(), Code::not_permitted);
  put(write_invite(sari.author(), *membership, keys, WireRole::admin, 1, 0, {}));
}

TEST_F(MembershipTest, ADeviceCannotBeClaimedByAnotherPerson) {
  found();
  admit(sari, WireRole::writer);
  admit(budi, WireRole::writer);
  // Without the device's own signature there is no certificate to show.
  const auto& keys = sari.keys;
  const auto half =
      certify_by_device(budi.certificate, budi.keys.sign, keys.sign.public_key(), keys.box.public_key(), 1);
  const DeviceCertificate claim{
      budi.certificate.identity_key, keys.sign.public_key(), keys.box.public_key(), half, {}};
  EXPECT_EQ(membership->add(write_device(budi.author(), *membership, claim)).code(), Code::bad_signature);
  EXPECT_EQ(membership->devices().at(sari.certificate.device()).person, sari.id());
}

TEST_F(MembershipTest, EveryFlippedBitIsRefused) {
  found();
  const auto log = DeviceKeys::random(random).sign;
  const auto good = write_log(admin.author(), *membership, log);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_FALSE(membership->add(bad).ok()) << bit;
  }
  auto longer = good;
  longer.insert(longer.end(), {0x7a, 0x01, 0x00});  // an unsigned field more
  EXPECT_EQ(membership->add(longer).code(), Code::malformed);
  EXPECT_EQ(membership->add(base::Bytes(kMaxRecordBytes + 1)).code(), Code::too_large);
  EXPECT_EQ(membership->records().size(), 1U);
}

TEST_F(MembershipTest, OrderOfArrivalDoesNotMatter) {
  found();
  const auto invite = offer(WireRole::writer, 5);
  put(join_of(sari, invite));
  put(join_of(budi, invite));
  put(write_log(sari.author(), *membership, DeviceKeys::random(random).sign));
  put(write_log(budi.author(), *membership, DeviceKeys::random(random).sign));
  put(write_epoch(admin.author(), *membership, base::Secret32::random(random), {}, random));
  admit(sari, WireRole::admin);

  for (int round = 0; round < 30; ++round) {
    auto waiting = membership->records();
    Membership other(space);
    while (!waiting.empty()) {
      const auto pick = waiting.begin() + static_cast<std::ptrdiff_t>(random.below(waiting.size()));
      const auto added = other.add(pick->second);
      if (added.ok()) {
        waiting.erase(pick);
      } else {
        ASSERT_EQ(added.code(), Code::unknown_membership);
      }
    }
    EXPECT_EQ(other.frontier(), membership->frontier());
    EXPECT_EQ(other.members().size(), membership->members().size());
    EXPECT_EQ(other.role_of(sari.id()), WireRole::admin);
    EXPECT_EQ(other.logs().size(), 2U);
    EXPECT_EQ(other.current_epoch(), membership->current_epoch());
  }
}

TEST_F(MembershipTest, ManyHeadsStillLeaveARecordItsRights) {
  found();
  const auto invite = offer(WireRole::writer, 100);
  const auto promotion = offer(WireRole::admin);
  for (int i = 0; i < 25; ++i) {
    const Person person(random);
    put(join_of(person, invite));
  }
  put(join_of(sari, promotion));
  EXPECT_GT(membership->frontier().size(), 16U);
  const auto keys = InviteKeys::from_secret(base::Secret16::random(random));
  put(write_invite(sari.author(), *membership, keys, WireRole::reader, 1, 1'000, {}));
}

TEST_F(MembershipTest, BoxesOpenForMembersAndTheInviteHolderOnly) {
  found();
  admit(sari, WireRole::writer);
  const auto invite = offer(WireRole::reader);
  const auto key = base::Secret32::random(random);
  const auto epoch = epoch_id(space, key);
  put(write_epoch(admin.author(), *membership, key, {}, random));
  EXPECT_EQ(membership->current_epoch(), epoch);
  const auto boxes = write_boxes(admin.author(), *membership, epoch, key, random);
  ASSERT_TRUE(boxes.has_value());
  put(*boxes);
  EXPECT_FALSE(write_boxes(admin.author(), *membership, epoch, key, random).has_value());
  EXPECT_FALSE(write_boxes(sari.author(), *membership, epoch, key, random).has_value());

  const std::vector<const crypto::BoxKey*> entitled{&admin.keys.box, &admin.identity.box, &sari.keys.box,
                                                    &sari.identity.box, &invite.box};
  for (const auto* own : entitled) {
    const auto opened = open_epochs(*membership, {own}, {});
    ASSERT_EQ(opened.count(epoch), 1U);
    EXPECT_TRUE(base::equal(opened.at(epoch).view(), key.view()));
  }
  EXPECT_TRUE(open_epochs(*membership, {&budi.keys.box, &budi.identity.box}, {}).empty());

  put(join_of(budi, invite));
  const auto more = write_boxes(sari.author(), *membership, epoch, key, random);  // any member may
  ASSERT_TRUE(more.has_value());
  put(*more);
  EXPECT_EQ(open_epochs(*membership, {&budi.keys.box}, {}).size(), 1U);
}

// Found by the simulator (216276697111780): the device that opened it was lost before its boxes were taken,
// and nobody could write any more, not even with the card.
TEST_F(MembershipTest, AnEpochThatNobodyWasGivenAKeyOfIsKnownForThat) {
  found();
  const auto first = base::Secret32::random(random);
  put(write_epoch(admin.author(), *membership, first, {}, random));
  put(*write_boxes(admin.author(), *membership, epoch_id(space, first), first, random));
  EXPECT_TRUE(membership->current_key_given());
  const auto lost = base::Secret32::random(random);
  put(write_epoch(admin.author(), *membership, lost, {{epoch_id(space, first), &first}}, random));
  EXPECT_FALSE(membership->current_key_given());
  const auto next = base::Secret32::random(random);
  put(write_epoch(admin.author(), *membership, next, {{epoch_id(space, first), &first}}, random));
  put(*write_boxes(admin.author(), *membership, epoch_id(space, next), next, random));
  EXPECT_EQ(membership->current_epoch(), epoch_id(space, next));
  EXPECT_TRUE(membership->current_key_given());
}

TEST_F(MembershipTest, ABoxWithAnotherKeyOpensNothing) {
  found();
  const auto key = base::Secret32::random(random);
  const auto lie = base::Secret32::random(random);
  put(write_epoch(admin.author(), *membership, key, {}, random));
  put(*write_boxes(admin.author(), *membership, epoch_id(space, key), lie, random));
  EXPECT_TRUE(open_epochs(*membership, {&admin.keys.box}, {}).empty());
}

TEST_F(MembershipTest, AnEpochGivesItsPredecessors) {
  found();
  std::vector<base::Secret32> keys;
  for (int i = 0; i < 4; ++i) {
    keys.push_back(base::Secret32::random(random));
    std::vector<std::pair<base::EpochId, const base::Secret32*>> before;
    if (i > 0) before.emplace_back(epoch_id(space, keys[i - 1]), &keys[i - 1]);
    put(write_epoch(admin.author(), *membership, keys.back(), before, random));
    EXPECT_EQ(membership->current_epoch(), epoch_id(space, keys.back()));
  }
  put(*write_boxes(admin.author(), *membership, epoch_id(space, keys[3]), keys[3], random));
  const auto opened = open_epochs(*membership, {&admin.keys.box}, {});
  ASSERT_EQ(opened.size(), 4U);
  for (const auto& key : keys) EXPECT_TRUE(base::equal(opened.at(epoch_id(space, key)).view(), key.view()));

  const auto middle = epoch_id(space, keys[1]);
  EXPECT_EQ(open_epochs(*membership, {}, {{middle, &keys[1]}}).size(), 2U);
}

TEST_F(MembershipTest, FieldsOpenWithTheirEpochOnly) {
  found();
  const auto key = base::Secret32::random(random);
  const auto epoch = epoch_id(space, key);
  const auto sealed = seal_field(epoch, key, base::as_bytes("guru"), random);
  const auto plain = open_field({{epoch, &key}}, sealed);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(base::as_text(*plain), "guru");
  EXPECT_EQ(open_field({}, sealed).code(), Code::key_missing);
  const auto other = base::Secret32::random(random);
  EXPECT_EQ(open_field({{epoch, &other}}, sealed).code(), Code::cannot_decrypt);
  EXPECT_EQ(open_field({{epoch, &key}}, base::ByteView(sealed).first(20)).code(), Code::malformed);
  EXPECT_EQ(open_field({{epoch, &key}}, base::Bytes{2}).code(), Code::version_unsupported);
}

TEST_F(MembershipTest, AnOutlineTellsWhoseDeviceItIs) {
  found();
  const auto invite = offer(WireRole::writer);
  const auto outline = outline_of(join_of(sari, invite));
  ASSERT_TRUE(outline.ok());
  EXPECT_EQ(outline->space, space);
  EXPECT_FALSE(outline->genesis);
  EXPECT_EQ(outline->join_invite, invite.sign.public_key());
  ASSERT_TRUE(outline->device.has_value());
  EXPECT_EQ(outline->device->id, sari.certificate.device());
  EXPECT_TRUE(outline_of(membership->records().front().second)->genesis);
  EXPECT_EQ(outline_of(base::as_bytes("x")).code(), Code::malformed);
}

}  // namespace
}  // namespace sejawat::space
