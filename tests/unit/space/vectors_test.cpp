// Golden vectors (tests/vectors/README.md): identity, card, records, invite, boxes and encrypted fields.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/hash.h"
#include "log/segment.h"
#include "space/membership.h"
#include "space/receipt.h"
#include "space/record_outline.h"

namespace sejawat::space {
namespace {

using support::hex_at;
using support::id_at;
using support::load_vectors;
using support::text_at;
using Json = boost::json::value;

base::Secret32 secret_at(const Json& of, std::string_view member) {
  return base::Secret32(hex_at(of, member));
}
bool same(base::ByteView a, base::ByteView b) { return base::equal(a, b); }

const Json& record_named(const Json& vector, std::string_view what) {
  for (const auto& one : vector.at("records").as_array()) {
    if (text_at(one, "what") == what) return one;
  }
  ADD_FAILURE() << what;
  return vector;
}

TEST(GoldenVectors, APersonFollowsFromTheSeed) {
  const auto vector = load_vectors("identity");
  const auto identity = Identity::from_seed(secret_at(vector, "seed"));
  const auto key = id_at<base::PublicSignKey>(vector, "identity_key");
  EXPECT_EQ(identity.sign.public_key(), key);
  EXPECT_EQ(identity.box.public_key(), id_at<base::PublicBoxKey>(vector, "identity_box"));
  EXPECT_TRUE(same(identity.first_personal_epoch.view(), hex_at(vector, "first_personal_epoch_key")));
  EXPECT_EQ(person_id(key), id_at<base::PersonId>(vector, "person"));
  EXPECT_EQ(personal_space_id(key), id_at<base::SpaceId>(vector, "personal_space"));
  EXPECT_EQ(write_personal_genesis(identity), hex_at(record_named(vector, "personal genesis"), "record"));
}

TEST(GoldenVectors, TheProofOfACardIsTheSignatureOfTheFirstRecordAndRecordsCarryIt) {
  const auto vector = load_vectors("card_key");
  const auto key = id_at<base::PublicSignKey>(vector, "identity_key");
  const CardKey card(id_at<base::PublicBoxKey>(vector, "identity_box"),
                     id_at<base::Signature>(vector, "proof"));
  EXPECT_TRUE(is_proven(key, card));
  const auto first = card_key_of(hex_at(vector, "personal_genesis"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->box, card.box);
  EXPECT_EQ(first->proof, card.proof);
  const auto outlined = outline_of(hex_at(record_named(vector, "genesis"), "record"));
  ASSERT_TRUE(outlined.ok());
  Membership membership(outlined->space);
  for (const auto& one : vector.at("records").as_array()) {
    const auto added = membership.add(hex_at(one, "record"));
    ASSERT_EQ(added.code(), base::Code::ok) << text_at(one, "what");
    EXPECT_EQ(*added, id_at<base::RecordId>(one, "id"));
  }
  ASSERT_EQ(membership.members().size(), 3U);
  for (const auto& [person, member] : membership.members())
    EXPECT_TRUE(is_proven(member.identity_key, member.card));
}

TEST(GoldenVectors, TheCardIsTheSameLetterForLetter) {
  const auto vector = load_vectors("identity");
  const auto& card = vector.at("card");
  const auto read = RecoveryCard::parse(text_at(card, "text"));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(same(read->seed.view(), hex_at(vector, "seed")));
  ASSERT_EQ(read->carriers.size(), 1U);
  EXPECT_EQ(read->carriers[0].url(), std::string_view(card.at("carriers").as_array()[0].as_string()));
  EXPECT_EQ(read->text(text_at(card, "name")), text_at(card, "text"));
}

TEST(GoldenVectors, TheCertificateIsTheDevices) {
  const auto vector = load_vectors("identity");
  const auto certificate = parse_certificate(hex_at(vector, "certificate"));
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(certificate->identity_key, id_at<base::PublicSignKey>(vector, "identity_key"));
  EXPECT_EQ(certificate->sign_key, id_at<base::PublicSignKey>(vector, "device_key"));
  EXPECT_EQ(certificate->box_key, id_at<base::PublicBoxKey>(vector, "device_box"));
  EXPECT_EQ(certificate->device(), id_at<base::DeviceId>(vector, "device"));
}

TEST(GoldenVectors, TheRecordsMakeTheGroup) {
  const auto vector = load_vectors("identity");
  const auto& group = vector.at("group");
  const auto space = id_at<base::SpaceId>(group, "space");
  Membership membership(space);
  for (const auto& one : vector.at("records").as_array()) {
    const auto record = hex_at(one, "record");
    EXPECT_EQ(*record_id_of(record), id_at<base::RecordId>(one, "id"));
    if (text_at(one, "what") == "personal genesis") continue;
    const auto id = membership.add(record);
    ASSERT_TRUE(id.ok()) << text_at(one, "what");
  }
  EXPECT_EQ(membership.members().size(), 2U);
  EXPECT_TRUE(membership.may_write(id_at<base::LogId>(group, "log")));
  EXPECT_EQ(membership.current_epoch(), id_at<base::EpochId>(group, "epoch"));

  const auto device = crypto::BoxKey::from_secret(secret_at(vector, "device_box_secret"));
  const auto invite = crypto::BoxKey::from_secret(secret_at(vector.at("invite"), "box_secret"));
  for (const auto* own : {&device, &invite}) {
    const auto keys = open_epochs(membership, {own}, {});
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_TRUE(same(keys.at(id_at<base::EpochId>(group, "epoch")).view(), hex_at(group, "epoch_key")));
    EXPECT_TRUE(
        same(keys.at(id_at<base::EpochId>(group, "old_epoch")).view(), hex_at(group, "old_epoch_key")));
    const auto& profile =
        std::find_if(membership.members().begin(), membership.members().end(), [](const auto& m) {
          return !m.second.sealed_profile.empty();
        })->second.sealed_profile;
    const auto& key = keys.at(id_at<base::EpochId>(group, "epoch"));
    EXPECT_EQ(*open_field({{id_at<base::EpochId>(group, "epoch"), &key}}, profile), hex_at(group, "profile"));
  }
}

TEST(GoldenVectors, TheInviteLinkNamesItsKeys) {
  const auto vector = load_vectors("identity");
  const auto& invite = vector.at("invite");
  const auto link = InviteLink::parse(text_at(invite, "url"));
  ASSERT_TRUE(link.ok());
  EXPECT_EQ(link->url(), text_at(invite, "url"));
  EXPECT_EQ(link->carrier.key, id_at<base::PublicBoxKey>(invite, "carrier_key"));
  EXPECT_EQ(link->space, id_at<base::SpaceId>(invite, "space"));
  EXPECT_TRUE(same(link->secret.view(), hex_at(invite, "secret")));
  EXPECT_EQ(link->record, id_at<base::HeadTag>(invite, "record"));
  const auto keys = InviteKeys::from_secret(link->secret);
  EXPECT_EQ(keys.sign.public_key(), id_at<base::PublicSignKey>(invite, "sign_key"));
  EXPECT_EQ(keys.box.public_key(), id_at<base::PublicBoxKey>(invite, "box_key"));
  EXPECT_TRUE(same(keys.box.secret(), hex_at(invite, "box_secret")));
}

TEST(GoldenVectors, ABoxAWrappedKeyAndAFieldOpen) {
  const auto vector = load_vectors("keys");
  const auto space = id_at<base::SpaceId>(vector, "space");
  const auto key = secret_at(vector, "epoch_key");
  const auto epoch = epoch_id(space, key);
  EXPECT_EQ(epoch, id_at<base::EpochId>(vector, "epoch"));

  const auto& box = vector.at("box");
  const auto ephemeral = crypto::BoxKey::from_secret(secret_at(box, "ephemeral_secret"));
  const auto recipient = crypto::BoxKey::from_secret(secret_at(box, "recipient_secret"));
  const auto associated = hex_at(box, "associated");
  EXPECT_EQ(*crypto::box_seal(ephemeral, recipient.public_key(), key.view(), associated),
            hex_at(box, "sealed"));
  const auto opened = crypto::box_open(recipient, ephemeral.public_key(), hex_at(box, "sealed"), associated);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(same(opened->view(), key.view()));

  const auto& wrap = vector.at("wrap");
  const auto predecessor = id_at<base::EpochId>(wrap, "predecessor");
  base::Bytes context = base::to_bytes(space.view());
  base::append(context, predecessor.view());
  const auto wrap_key = crypto::derive(crypto::label::kWrapKey, key.view(), context);
  EXPECT_TRUE(same(wrap_key.view(), hex_at(wrap, "wrap_key")));
  const auto old = crypto::open(wrap_key, id_at<crypto::Nonce>(wrap, "nonce"), hex_at(wrap, "sealed"), {});
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(*old, hex_at(wrap, "predecessor_key"));
  EXPECT_EQ(epoch_id(space, base::Secret32(*old)), predecessor);

  const auto& field = vector.at("field");
  EXPECT_EQ(*open_field({{epoch, &key}}, hex_at(field, "sealed")), hex_at(field, "plain"));
}

TEST(GoldenVectors, AnErasureNamesItsOpsAndItsWitness) {
  const auto vector = load_vectors("erasure");
  const auto space = id_at<base::SpaceId>(vector, "space");
  Membership membership(space);
  for (const auto& record : vector.at("records").as_array()) {
    base::Bytes bytes;
    ASSERT_TRUE(base::from_hex(std::string_view(record.as_string()), bytes));
    ASSERT_TRUE(membership.add(bytes).ok());
  }
  const auto added = membership.add(hex_at(vector, "erased"));
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(*added, id_at<base::RecordId>(vector, "erased_id"));
  const auto log = id_at<base::LogId>(vector, "log");
  const auto tag = [&](const char* of) {
    return base::prefix_of<base::HeadTag>(id_at<base::Hash32>(vector, of));
  };
  const auto erased = membership.erased_ops({log, 0, tag("segment_hash")});
  EXPECT_TRUE(erased.has(0));
  EXPECT_FALSE(erased.has(1));
  EXPECT_EQ(membership.witnessed_by({log, 1, tag("witness_hash")}).size(), 1U);
  ASSERT_EQ(membership.erasures().size(), 1U);
  EXPECT_EQ(membership.erasures()[0].reason, 1U);

  const auto whole = log::decode_segment(hex_at(vector, "segment"));
  const auto bare = log::decode_segment(hex_at(vector, "without_body"));
  ASSERT_TRUE(whole.ok() && bare.ok());
  EXPECT_EQ(log::without_body(*whole), hex_at(vector, "without_body"));
  EXPECT_TRUE(log::same_segment(hex_at(vector, "segment"), hex_at(vector, "without_body")));
  const auto key = id_at<base::PublicSignKey>(vector, "log_key");
  for (const auto* segment : {&*whole, &*bare}) {
    const auto verified = log::verify_next(space, log, key, {}, *segment);
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(verified->head.hash, id_at<base::Hash32>(vector, "segment_hash"));
  }
}

TEST(GoldenVectors, AReceiptIsTheCarriers) {
  const auto vector = load_vectors("erasure");
  const auto carrier = crypto::BoxKey::from_secret(secret_at(vector, "carrier_secret"));
  EXPECT_EQ(receipt_key(carrier).public_key(), id_at<base::PublicSignKey>(vector, "receipt_key"));
  const auto receipt = read_receipt(hex_at(vector, "receipt"));
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->record, id_at<base::RecordId>(vector, "erased_id"));
  EXPECT_EQ(receipt->carrier, id_at<base::PublicBoxKey>(vector, "carrier"));
  EXPECT_EQ(receipt->segments, 1U);
  EXPECT_EQ(write_receipt(receipt_key(carrier), *receipt), hex_at(vector, "receipt"));
}

}  // namespace
}  // namespace sejawat::space
