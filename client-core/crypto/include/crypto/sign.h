// Ed25519 (RFC 8032) as libsodium verifies it: small-order keys and non-canonical S are refused.
#pragma once

#include "base/ids.h"
#include "base/secret.h"

namespace sejawat::crypto {

class SigningKey {
 public:
  static SigningKey from_seed(const base::Secret32& seed);
  const base::PublicSignKey& public_key() const { return public_; }
  base::ByteView seed() const { return seed_.view(); }
  base::Signature sign(base::ByteView message) const;
  SigningKey clone() const { return from_seed(seed_); }

 private:
  SigningKey() = default;
  base::Secret32 seed_;
  base::Secret64 expanded_;
  base::PublicSignKey public_;
};

bool verify(const base::PublicSignKey& key, base::ByteView message, const base::Signature& signature);

}  // namespace sejawat::crypto
