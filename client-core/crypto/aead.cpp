#include "crypto/aead.h"

#include <sodium.h>

namespace sejawat::crypto {

base::Bytes seal(const base::Secret32& key, const Nonce& nonce, base::ByteView plain,
                 base::ByteView associated) {
  base::Bytes sealed(plain.size() + kTagSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(),
                                             associated.data(), associated.size(), nullptr,
                                             nonce.bytes.data(), key.view().data());
  return sealed;
}

base::Result<base::Bytes> open(const base::Secret32& key, const Nonce& nonce, base::ByteView sealed,
                               base::ByteView associated) {
  if (sealed.size() < kTagSize) return base::error(base::Code::cannot_decrypt, "shorter than its tag");
  base::Bytes plain(sealed.size() - kTagSize);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 associated.data(), associated.size(), nonce.bytes.data(),
                                                 key.view().data()) != 0) {
    return base::error(base::Code::cannot_decrypt);
  }
  return plain;
}

}  // namespace sejawat::crypto
