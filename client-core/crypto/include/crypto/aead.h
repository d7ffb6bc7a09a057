// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): 24-byte nonce, 16-byte tag appended to the ciphertext.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace sejawat::crypto {

inline constexpr std::size_t kNonceSize = 24;
inline constexpr std::size_t kTagSize = 16;
using Nonce = base::Id<struct NonceTag, kNonceSize>;

base::Bytes seal(const base::Secret32& key, const Nonce& nonce, base::ByteView plain,
                 base::ByteView associated);
// cannot_decrypt when the key is wrong or any byte was altered.
base::Result<base::Bytes> open(const base::Secret32& key, const Nonce& nonce, base::ByteView sealed,
                               base::ByteView associated);

}  // namespace sejawat::crypto
