#include "crypto/box.h"

#include <sodium.h>

#include "crypto/aead.h"
#include "crypto/hash.h"

namespace sejawat::crypto {
namespace {

// One ECDH output seals one secret, so the key is unique and the nonce may be zero.
base::Result<base::Secret32> box_key(const BoxKey& own, const base::PublicBoxKey& other,
                                     const base::PublicBoxKey& ephemeral,
                                     const base::PublicBoxKey& recipient) {
  SJ_TRY(auto shared, own.agree(other));
  base::Bytes context = base::to_bytes(ephemeral.view());
  base::append(context, recipient.view());
  return derive(label::kBoxKey, shared.view(), context);
}

}  // namespace

BoxKey BoxKey::from_secret(base::Secret32 secret) {
  BoxKey key;
  key.secret_ = std::move(secret);
  SJ_CHECK(crypto_scalarmult_curve25519_base(key.public_.bytes.data(), key.secret_.view().data()) == 0);
  return key;
}

BoxKey BoxKey::random(base::Random& random) { return from_secret(base::Secret32::random(random)); }

base::Result<base::Secret32> BoxKey::agree(const base::PublicBoxKey& other) const {
  base::Secret32 shared;
  // libsodium refuses the points that would make the shared secret zero.
  if (crypto_scalarmult_curve25519(shared.writable().data(), secret_.view().data(), other.bytes.data()) !=
      0) {
    return base::error(base::Code::malformed, "public key of small order");
  }
  return shared;
}

base::Result<base::Bytes> box_seal(const BoxKey& ephemeral, const base::PublicBoxKey& to,
                                   base::ByteView secret, base::ByteView context) {
  SJ_CHECK(secret.size() == base::Secret32::kSize);
  SJ_TRY(auto key, box_key(ephemeral, to, ephemeral.public_key(), to));
  return seal(key, Nonce{}, secret, context);
}

base::Result<base::Secret32> box_open(const BoxKey& recipient, const base::PublicBoxKey& ephemeral,
                                      base::ByteView sealed, base::ByteView context) {
  if (sealed.size() != base::Secret32::kSize + kTagSize)
    return base::error(base::Code::malformed, "box size");
  SJ_TRY(auto key, box_key(recipient, ephemeral, ephemeral, recipient.public_key()));
  SJ_TRY(auto plain, open(key, Nonce{}, sealed, context));
  base::Secret32 secret(plain);
  base::wipe(plain.data(), plain.size());
  return secret;
}

}  // namespace sejawat::crypto
