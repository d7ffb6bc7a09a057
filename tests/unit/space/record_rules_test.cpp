// Records that are whole and rightly signed by somebody, and refused all the same: by what they say, or by
// what their author could have known.
#include <gtest/gtest.h>

#include <functional>

#include "person.h"
#include "sejawat/v1/membership.pb.h"
#include "space/membership.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;
using Body = v1::MembershipBody;

template <class Id>
std::string text(const Id& id) {
  return std::string(base::as_text(id.view()));
}

class RecordRules : public testing::Test {
 protected:
  RecordRules() : space(space_id(admin.certificate.identity_key, SpaceKind::group, salt)), membership(space) {
    genesis = write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::group, salt);
    put(genesis);
  }
  void put(base::ByteView record) { ASSERT_EQ(membership.add(record).code(), Code::ok); }
  base::HeadTag last() const { return base::prefix_of<base::HeadTag>(membership.records().back().first); }
  InviteKeys offer(WireRole role, std::uint32_t uses = 9) {
    auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    put(write_invite(admin.author(), membership, keys, role, uses, 0, {}));
    return keys;
  }
  base::Bytes join_of(const Person& person, const InviteKeys& keys) const {
    return write_join(person.author(), space, keys.sign,
                      membership.invites().at(keys.sign.public_key()).record,
                      person.identity.box.public_key(), {});
  }
  void admit(const Person& person, WireRole role) { put(join_of(person, offer(role))); }

  // The record with its body changed, signed anew.
  static base::Bytes changed(base::ByteView record, const crypto::SigningKey& key,
                             const std::function<void(Body&)>& change,
                             const crypto::SigningKey* invite = nullptr) {
    v1::MembershipRecord message;
    message.ParseFromArray(record.data(), static_cast<int>(record.size()));
    Body body;
    body.ParseFromString(message.body());
    change(body);
    message.set_body(body.SerializeAsString());
    const auto id = record_id(base::as_bytes(message.body()));
    message.set_signature(text(key.sign(id.view())));
    message.clear_invite_signature();
    if (invite != nullptr) message.set_invite_signature(text(invite->sign(id.view())));
    return base::to_bytes(base::as_bytes(message.SerializeAsString()));
  }
  Code code(base::ByteView record) { return membership.add(record).code(); }
  static void same(Body& /*body*/) {}
  static v1::DeviceCertificate certificate_of(const Person& person) {
    v1::DeviceCertificate message;
    message.ParseFromArray(person.certificate.bytes.data(),
                           static_cast<int>(person.certificate.bytes.size()));
    return message;
  }

  support::SeededRandom random{31};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  std::array<std::uint8_t, 16> salt{4};
  base::SpaceId space;
  Membership membership;
  base::Bytes genesis;
};

TEST_F(RecordRules, BeforeTheGenesisNothingIsKnownAndThereIsOnlyOne) {
  Membership empty(space);
  EXPECT_EQ(empty.add(write_log(admin.author(), membership, admin.log)).code(), Code::unknown_membership);
  EXPECT_EQ(code(genesis), Code::already_exists);
  const auto second = changed(genesis, admin.keys.sign, [](Body& b) { b.set_wall_seconds(9); });
  EXPECT_EQ(code(second), Code::not_permitted);
}

TEST_F(RecordRules, AGenesisIsByADeviceOfItsCreatorAndHasNothingBeforeIt) {
  const auto add = [&](const std::function<void(Body&)>& change, const crypto::SigningKey& key) {
    return Membership(space).add(changed(genesis, key, change)).code();
  };
  EXPECT_EQ(add(same, admin.keys.sign), Code::ok);
  EXPECT_EQ(add(same, admin.identity.sign), Code::bad_signature) << "the identity is not the device";
  EXPECT_EQ(add([&](Body& b) { b.add_parents(text(last())); }, admin.keys.sign), Code::malformed);
  EXPECT_EQ(add([&](Body& b) { b.set_author(text(sari.device())); }, admin.keys.sign), Code::not_permitted);
  EXPECT_EQ(add([](Body& b) { b.clear_author(); }, admin.keys.sign), Code::not_permitted);
  EXPECT_EQ(add(
                [&](Body& b) {
                  *b.mutable_genesis()->mutable_device() = certificate_of(sari);
                  b.set_author(text(sari.device()));
                },
                sari.keys.sign),
            Code::not_permitted)
      << "somebody else's device";
  EXPECT_EQ(add([](Body& b) { b.mutable_genesis()->mutable_device()->set_signature(std::string(64, 'x')); },
                admin.keys.sign),
            Code::bad_signature);
  EXPECT_EQ(add([](Body& b) { b.mutable_genesis()->clear_device(); }, admin.keys.sign), Code::malformed);
}

// It follows from the card alone, so there is one and no other.
TEST_F(RecordRules, APersonalGenesisHasOneForm) {
  const auto personal = write_personal_genesis(sari.identity);
  const auto add = [&](const std::function<void(Body&)>& change) {
    Body body;
    const auto record = changed(personal, sari.identity.sign, [&](Body& b) {
      change(b);
      body = b;
    });
    std::array<std::uint8_t, 16> salted{};
    std::copy(body.genesis().salt().begin(), body.genesis().salt().end(), salted.begin());
    return Membership(space_id(sari.certificate.identity_key, SpaceKind::personal, salted))
        .add(record)
        .code();
  };
  EXPECT_EQ(add(same), Code::ok);
  EXPECT_EQ(add([](Body& b) { b.set_wall_seconds(1); }), Code::malformed);
  EXPECT_EQ(add([&](Body& b) { b.set_author(text(sari.device())); }), Code::malformed);
  EXPECT_EQ(add([&](Body& b) { *b.mutable_genesis()->mutable_device() = certificate_of(sari); }),
            Code::malformed);
  const std::string other_salt(16, '\x01');
  std::array<std::uint8_t, 16> ones{};
  ones.fill(1);
  const auto salted = space_id(sari.certificate.identity_key, SpaceKind::personal, ones);
  EXPECT_EQ(add([&](Body& b) {
              b.mutable_genesis()->set_salt(other_salt);
              b.set_space(text(salted));
            }),
            Code::malformed);
  EXPECT_EQ(Membership(personal_space_id(sari.certificate.identity_key))
                .add(changed(personal, budi.identity.sign, same))
                .code(),
            Code::bad_signature);
}

TEST_F(RecordRules, AJoinIsByADeviceOfWhoJoinsAndNamesItsInvite) {
  const auto invite = offer(WireRole::writer);
  const auto other = offer(WireRole::admin);
  const auto join = join_of(sari, invite);
  const auto add = [&](const std::function<void(Body&)>& change, const crypto::SigningKey& key) {
    return code(changed(join, key, change, &invite.sign));
  };
  EXPECT_EQ(add([&](Body& b) { b.add_parents(b.parents(0)); }, sari.keys.sign), Code::malformed);
  EXPECT_EQ(code(changed(join, sari.keys.sign, same)), Code::malformed) << "without the invite's signature";
  EXPECT_EQ(code(changed(join, sari.keys.sign, same, &other.sign)), Code::invite_invalid);
  EXPECT_EQ(
      add([&](Body& b) { b.set_parents(0, text(membership.invites().at(other.sign.public_key()).record)); },
          sari.keys.sign),
      Code::invite_invalid)
      << "the key of one invite opens no other";
  EXPECT_EQ(add(same, sari.identity.sign), Code::bad_signature);
  EXPECT_EQ(add([&](Body& b) { b.set_author(text(budi.device())); }, sari.keys.sign), Code::not_permitted);
  EXPECT_EQ(add([](Body& b) { b.clear_author(); }, sari.keys.sign), Code::not_permitted);
  EXPECT_EQ(add([&](Body& b) { b.mutable_join()->set_identity_key(text(budi.certificate.identity_key)); },
                sari.keys.sign),
            Code::not_permitted);
  EXPECT_EQ(add([](Body& b) { b.mutable_join()->mutable_device()->set_signature(std::string(64, 'x')); },
                sari.keys.sign),
            Code::bad_signature);
  EXPECT_FALSE(membership.role_of(sari.id()));
  EXPECT_EQ(add(same, sari.keys.sign), Code::ok);
  // No other record carries an invite's signature.
  const auto log = write_log(admin.author(), membership, admin.log);
  EXPECT_EQ(code(changed(log, admin.keys.sign, same, &invite.sign)), Code::malformed);
}

TEST_F(RecordRules, ADeviceSignsForItself) {
  admit(sari, WireRole::reader);
  const auto fresh = DeviceKeys::random(random);
  const auto certificate = certify(sari.identity.sign, fresh, 7);
  const auto record = write_device({&fresh, &certificate, 8}, membership, certificate);
  EXPECT_EQ(code(changed(record, sari.keys.sign, same)), Code::bad_signature);
  EXPECT_EQ(code(changed(record, fresh.sign, [](Body& b) { b.clear_author(); })), Code::malformed);
  EXPECT_EQ(code(record), Code::ok);
  // Of a person whom the record's author could not know.
  admit(budi, WireRole::writer);
  const auto other = DeviceKeys::random(random);
  const auto of_budi = certify(budi.identity.sign, other, 7);
  const auto early =
      changed(write_device({&other, &of_budi, 8}, membership, of_budi), other.sign, [&](Body& b) {
        b.clear_parents();
        b.add_parents(text(base::prefix_of<base::HeadTag>(membership.records().front().first)));
      });
  EXPECT_EQ(code(early), Code::not_permitted);
}

TEST_F(RecordRules, AnAuthorIsKnownByWhatStandsBeforeTheRecord) {
  admit(sari, WireRole::admin);
  const auto first = text(base::prefix_of<base::HeadTag>(membership.records().front().first));
  const auto at_genesis = [&](Body& b) {
    b.clear_parents();
    b.add_parents(first);
  };
  const auto by_sari = write_log(sari.author(), membership, sari.log);
  EXPECT_EQ(code(changed(by_sari, sari.keys.sign, at_genesis)), Code::not_permitted);
  EXPECT_EQ(code(changed(by_sari, sari.keys.sign, [](Body& b) { b.clear_author(); })), Code::malformed);
  EXPECT_EQ(code(changed(by_sari, sari.keys.sign, [](Body& b) { b.set_parents(0, "12345678"); })),
            Code::unknown_membership);
  EXPECT_EQ(code(changed(by_sari, budi.keys.sign, same)), Code::bad_signature);
  // Nor is anybody whose joining the author had not seen.
  const auto role = write_role(admin.author(), membership, sari.id(), WireRole::reader, {}, {});
  EXPECT_EQ(code(changed(role, admin.keys.sign, at_genesis)), Code::not_permitted);
  const auto removal = write_person_removed(admin.author(), membership, sari.id(), {});
  EXPECT_EQ(code(changed(removal, admin.keys.sign, at_genesis)), Code::not_permitted);
  const auto device = write_device_removed(admin.author(), membership, sari.device(), {});
  EXPECT_EQ(code(changed(device, admin.keys.sign, at_genesis)), Code::not_permitted);
  EXPECT_EQ(code(write_device_removed(admin.author(), membership, budi.device(), {})), Code::not_permitted);
  EXPECT_EQ(membership.role_of(sari.id()), WireRole::admin);
}

TEST_F(RecordRules, ALogIsProvenByItsOwnKey) {
  const auto record = write_log(admin.author(), membership, admin.log);
  EXPECT_EQ(code(changed(record, admin.keys.sign,
                         [&](Body& b) { b.mutable_log()->set_log_key(text(sari.log.public_key())); })),
            Code::bad_signature);
  EXPECT_EQ(code(record), Code::ok);
}

TEST_F(RecordRules, OnlyAnAdminGivesAndTakes) {
  admit(sari, WireRole::writer);
  admit(budi, WireRole::writer);
  const auto invite = offer(WireRole::reader);
  EXPECT_EQ(code(write_role(sari.author(), membership, budi.id(), WireRole::admin, {}, {})),
            Code::not_permitted);
  EXPECT_EQ(code(write_invite_revoked(sari.author(), membership, invite.sign.public_key())),
            Code::not_permitted);
  EXPECT_EQ(code(write_readmitted(sari.author(), membership, {{base::LogId{{1}}, 1, base::HeadTag{{1}}}})),
            Code::not_permitted);
  EXPECT_EQ(code(write_join_confirmed(sari.author(), membership, membership.records().back().first)),
            Code::not_permitted);
  EXPECT_EQ(code(write_device_removed(sari.author(), membership, budi.device(), {})), Code::not_permitted);
  EXPECT_EQ(membership.role_of(budi.id()), WireRole::writer);
}

TEST_F(RecordRules, NobodyErasesWithoutBelongingNorWhatTheyCannotHaveSeen) {
  admit(sari, WireRole::writer);
  const auto before = membership.frontier();
  put(write_log(sari.author(), membership, sari.log));
  const log::SegmentName name{log::log_id(space, sari.log.public_key()), 0, {}};
  const std::vector<ErasedSegment> one = {{name, {{0, 1}}}};
  EXPECT_EQ(code(write_erased(budi.author(), membership, 0, one, {}, {})), Code::not_permitted);
  const auto early =
      changed(write_erased(sari.author(), membership, 0, one, {}, {}), sari.keys.sign, [&](Body& b) {
        b.clear_parents();
        for (const auto& head : before) b.add_parents(text(head));
      });
  EXPECT_EQ(code(early), Code::not_permitted) << "the log was not there yet";
  EXPECT_EQ(code(write_erased(sari.author(), membership, 0, one, {}, {})), Code::ok);
}

// Of a later version: kept and carried, and without a meaning; whoever was removed writes none.
TEST_F(RecordRules, ARecordOfAKindThatIsNotKnownIsKeptFromWhoBelongs) {
  admit(sari, WireRole::reader);
  const auto unknown = [&](const Person& by) {
    return changed(write_log(by.author(), membership, by.log), by.keys.sign, [](Body& b) { b.clear_log(); });
  };
  EXPECT_EQ(code(unknown(budi)), Code::not_permitted);
  EXPECT_EQ(code(unknown(sari)), Code::ok);
  const auto late = unknown(sari);
  put(write_person_removed(admin.author(), membership, sari.id(), {}));
  EXPECT_EQ(code(unknown(sari)), Code::fenced);
  EXPECT_EQ(code(late), Code::ok) << "written unaware of the removal: it is carried";
}

// Between devices of which none knows another's rights, the heads that hold the author's go first.
TEST_F(RecordRules, ARecordNamesAtMostSixteenHeadsWhoeverWritesIt) {
  const auto invite = offer(WireRole::writer, 100);
  for (int i = 0; i < 20; ++i) put(join_of(Person(random), invite));
  ASSERT_GT(membership.frontier().size(), 16U);
  const auto parents = [](base::ByteView record) {
    v1::MembershipRecord message;
    message.ParseFromArray(record.data(), static_cast<int>(record.size()));
    Body body;
    body.ParseFromString(message.body());
    return body.parents_size();
  };
  const auto by_stranger = write_log(sari.author(), membership, sari.log);
  EXPECT_EQ(parents(by_stranger), 16);
  EXPECT_EQ(code(by_stranger), Code::not_permitted);
  // Somebody who came in by many doors, each a head of its own.
  std::vector<InviteKeys> doors;
  for (int i = 0; i < 20; ++i) doors.push_back(offer(WireRole::reader));
  for (const auto& door : doors) put(join_of(budi, door));
  ASSERT_GT(membership.frontier().size(), 16U);
  const auto by_budi = write_device(budi.author(), membership, budi.certificate);
  EXPECT_EQ(parents(by_budi), 16);
  EXPECT_EQ(code(by_budi), Code::ok);
}

TEST_F(RecordRules, LogsAreListedByTheirPersonAndByTheirDevice) {
  admit(sari, WireRole::writer);
  put(write_log(sari.author(), membership, sari.log));
  put(write_log(admin.author(), membership, admin.log));
  EXPECT_EQ(logs_of(membership, sari.id()),
            std::vector<base::LogId>{log::log_id(space, sari.log.public_key())});
  EXPECT_TRUE(logs_of(membership, budi.id()).empty());
  EXPECT_TRUE(logs_of(membership, budi.device()).empty());
  EXPECT_FALSE(membership.certified_by(budi.device(), sari.device()));
  EXPECT_FALSE(membership.device_by_box_key(budi.keys.box.public_key()).has_value());
  EXPECT_FALSE(membership.has_record(base::RecordId{{9}}));
  auto neighbour = membership.records().front().first;
  neighbour.bytes[15] ^= 1;  // its prefix is known, it is not
  EXPECT_FALSE(membership.has_record(neighbour));
  EXPECT_EQ(record_id_of(base::Bytes{1}).code(), Code::malformed);
}

}  // namespace
}  // namespace sejawat::space
