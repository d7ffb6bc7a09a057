// X25519 (RFC 7748) keys and the sealed box: one ephemeral key, many recipients.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace sejawat::crypto {

class BoxKey {
 public:
  static BoxKey from_secret(base::Secret32 secret);
  static BoxKey random(base::Random& random);
  const base::PublicBoxKey& public_key() const { return public_; }
  base::ByteView secret() const { return secret_.view(); }
  BoxKey clone() const { return from_secret(base::Secret32(secret_.view())); }
  // bad_signature is never returned; malformed when `other` is of small order (the shared secret would be
  // zero).
  base::Result<base::Secret32> agree(const base::PublicBoxKey& other) const;

 private:
  BoxKey() = default;
  base::Secret32 secret_;
  base::PublicBoxKey public_;
};

// One secret of 32 bytes for one recipient: 48 bytes. The key is derived from the ECDH output, both public
// keys and `context`; it is used once, so the AEAD nonce is zero.
base::Result<base::Bytes> box_seal(const BoxKey& ephemeral, const base::PublicBoxKey& to,
                                   base::ByteView secret, base::ByteView context);
base::Result<base::Secret32> box_open(const BoxKey& recipient, const base::PublicBoxKey& ephemeral,
                                      base::ByteView sealed, base::ByteView context);

}  // namespace sejawat::crypto
