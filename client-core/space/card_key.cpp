// A person's first record, and what its signature proves of their card.
#include "membership_codec.h"

namespace sejawat::space {
namespace {

base::Bytes personal_genesis_body(const base::PublicSignKey& identity_key, const base::PublicBoxKey& box) {
  codec::Genesis genesis;
  genesis.identity_key = identity_key;
  genesis.card = box;
  codec::Body body;
  body.space = personal_space_id(identity_key);
  body.content = std::move(genesis);
  return codec::encode_body(body);
}

}  // namespace

CardKey card_key(const Identity& identity) {
  const auto body = personal_genesis_body(identity.sign.public_key(), identity.box.public_key());
  return {identity.box.public_key(), identity.sign.sign(record_id(body).view())};
}

base::Bytes write_personal_genesis(const Identity& identity) {
  const auto card = card_key(identity);
  return codec::encode_record({personal_genesis_body(identity.sign.public_key(), card.box), *card.proof, {}});
}

bool is_proven(const base::PublicSignKey& identity_key, const CardKey& card) {
  if (!card.proof) return false;
  const auto id = record_id(personal_genesis_body(identity_key, card.box));
  return crypto::verify(identity_key, id.view(), *card.proof);
}

base::Result<CardKey> card_key_of(base::ByteView personal_genesis) {
  SJ_TRY(const auto record, codec::decode_record(personal_genesis));
  SJ_TRY(const auto body, codec::decode_body(record.body));
  const auto* genesis = std::get_if<codec::Genesis>(&body.content);
  if (genesis == nullptr || genesis->kind != SpaceKind::personal)
    return base::error(base::Code::malformed, "personal genesis");
  return CardKey{genesis->card.box, record.signature};
}

}  // namespace sejawat::space
