#include "crypto/stretch.h"

#include <sodium.h>

#include "base/bytes.h"

namespace sejawat::crypto {

base::Result<base::Secret32> stretch(base::ByteView password, const StretchSalt& salt, StretchCost cost) {
  static_assert(crypto_pwhash_SALTBYTES == std::tuple_size_v<StretchSalt>);
  if (cost.memory_kib < kStretchLeast.memory_kib || cost.passes < kStretchLeast.passes ||
      cost.memory_kib > kStretchMost.memory_kib || cost.passes > kStretchMost.passes) {
    return base::error(base::Code::invalid_argument, "cost");
  }
  base::Secret32 key;
  const auto text = base::as_text(password);
  if (crypto_pwhash(key.writable().data(), base::Secret32::kSize, text.data(), text.size(), salt.data(),
                    cost.passes, static_cast<std::size_t>(cost.memory_kib) * 1024,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return base::error(base::Code::storage_failed, "no memory");
  }
  return key;
}

}  // namespace sejawat::crypto
