#include "crypto/sign.h"

#include <sodium.h>

namespace sejawat::crypto {

SigningKey SigningKey::from_seed(const base::Secret32& seed) {
  SigningKey key;
  key.seed_ = seed.clone();
  SJ_CHECK(crypto_sign_ed25519_seed_keypair(key.public_.bytes.data(), key.expanded_.writable().data(),
                                            seed.view().data()) == 0);
  return key;
}

base::Signature SigningKey::sign(base::ByteView message) const {
  base::Signature signature;
  SJ_CHECK(crypto_sign_ed25519_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                                        expanded_.view().data()) == 0);
  return signature;
}

bool verify(const base::PublicSignKey& key, base::ByteView message, const base::Signature& signature) {
  return crypto_sign_ed25519_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                             key.bytes.data()) == 0;
}

}  // namespace sejawat::crypto
