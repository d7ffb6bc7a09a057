// The box key of a card, as its person proves it.
#include <gtest/gtest.h>

#include "person.h"
#include "sejawat/v1/membership.pb.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

class CardKeys : public testing::Test {
 protected:
  CardKeys() : space(space_id(admin.certificate.identity_key, SpaceKind::school, {})), membership(space) {}
  void found(const CardKey& card) {
    ASSERT_EQ(add(write_genesis(admin.author(), card, SpaceKind::school, {})), Code::ok);
    invite = InviteKeys::from_secret(base::Secret16::random(random));
    ASSERT_EQ(add(write_invite(admin.author(), membership, *invite, WireRole::writer, 9, 0, {})), Code::ok);
    offered = base::prefix_of<base::HeadTag>(membership.records().back().first);
  }
  Code add(base::ByteView record) { return membership.add(record).code(); }
  Code join(const Person& person, const CardKey& card) {
    return add(write_join(person.author(), space, invite->sign, offered, card, {}));
  }
  Code name(const Person& person, const CardKey& card) {
    return add(write_member(admin.author(), membership, person.certificate.identity_key, card,
                            WireRole::reader, {}));
  }

  support::SeededRandom random{52};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  base::SpaceId space;
  Membership membership;
  std::optional<InviteKeys> invite;
  base::HeadTag offered;
};

TEST_F(CardKeys, TheFirstRecordOfAPersonProvesTheirs) {
  Membership own(personal_space_id(sari.certificate.identity_key));
  const auto record = write_personal_genesis(sari.identity);
  ASSERT_TRUE(own.add(record).ok());
  const auto& card = own.members().at(sari.id()).card;
  EXPECT_EQ(card.box, sari.identity.box.public_key());
  EXPECT_TRUE(is_proven(sari.certificate.identity_key, card));
  EXPECT_EQ(card.proof, card_key(sari.identity).proof);
  const auto read = card_key_of(record);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->proof, card.proof);
}

TEST_F(CardKeys, TheFirstRecordSaysItOnce) {
  v1::MembershipRecord message;
  const auto record = write_personal_genesis(sari.identity);
  ASSERT_TRUE(message.ParseFromArray(record.data(), static_cast<int>(record.size())));
  v1::MembershipBody body;
  ASSERT_TRUE(body.ParseFromString(message.body()));
  body.mutable_genesis()->set_identity_proof(message.signature());
  message.set_body(body.SerializeAsString());
  const auto signature = sari.identity.sign.sign(record_id(base::as_bytes(message.body())).view());
  message.set_signature(std::string(base::as_text(signature.view())));
  Membership own(personal_space_id(sari.certificate.identity_key));
  EXPECT_EQ(own.add(base::as_bytes(message.SerializeAsString())).code(), Code::malformed);
}

TEST_F(CardKeys, OnlyAPersonalGenesisIsReadForOne) {
  EXPECT_EQ(card_key_of({}).code(), Code::malformed);
  const auto genesis = write_genesis(admin.author(), card_key(admin.identity), SpaceKind::school, {});
  EXPECT_EQ(card_key_of(genesis).code(), Code::malformed);
}

TEST_F(CardKeys, AProofOfAnotherKeyOrOfSomebodyElseIsRefused) {
  const auto theirs = card_key(sari.identity);
  const auto trap = crypto::BoxKey::random(random).public_key();
  const CardKey another(trap, *theirs.proof);
  const CardKey somebody_elses = card_key(budi.identity);
  EXPECT_EQ(add(write_genesis(admin.author(), CardKey(trap, *card_key(admin.identity).proof),
                              SpaceKind::school, {})),
            Code::bad_signature);
  found(card_key(admin.identity));
  for (const auto& card : {another, somebody_elses}) {
    EXPECT_EQ(join(sari, card), Code::bad_signature);
    EXPECT_EQ(name(sari, card), Code::bad_signature);
  }
  EXPECT_EQ(membership.members().count(sari.id()), 0U);
  EXPECT_EQ(join(sari, theirs), Code::ok);
  for (const auto& card : {another, somebody_elses})
    EXPECT_EQ(add(write_device(sari.author(), membership, sari.certificate, card)), Code::bad_signature);
  EXPECT_EQ(add(write_device(sari.author(), membership, sari.certificate, theirs)), Code::ok);
  EXPECT_EQ(name(budi, somebody_elses), Code::ok);
  for (const auto& [person, member] : membership.members())
    EXPECT_TRUE(is_proven(member.identity_key, member.card)) << person.hex();
}

TEST_F(CardKeys, RecordsFromBeforeTheProofAreTakenAsTheyAre) {
  found(admin.identity.box.public_key());
  EXPECT_EQ(join(sari, sari.identity.box.public_key()), Code::ok);
  EXPECT_EQ(name(budi, budi.identity.box.public_key()), Code::ok);
  for (const auto& [person, member] : membership.members()) EXPECT_FALSE(member.card.proof.has_value());
  EXPECT_FALSE(is_proven(sari.certificate.identity_key, sari.identity.box.public_key()));
}

}  // namespace
}  // namespace sejawat::space
