// What both halves of the bundle codec share.
#pragma once

#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "sync/bundle.h"

namespace sejawat::sync::bundle {

inline constexpr std::string_view kMagic = "sejawat-bundle\n";
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kGreetingSize = kMagic.size() + 1;
enum Item : std::uint8_t { kEnd = 0, kPart = 1, kChunk = 2, kLastChunk = 3 };

inline constexpr std::size_t kLockSize = base::Secret32::kSize + crypto::kTagSize;
inline constexpr std::size_t kPartHead = 1 + base::PublicBoxKey::kSize + 4;
inline constexpr std::size_t kMinLocks = 8;
inline constexpr std::size_t kChunkHead = 1 + 4;
inline constexpr std::size_t kPadding = 256;
// A message of decode_client, its length before it, padded, and the tag.
inline constexpr std::size_t kMaxPlain = 66 * 1024;
inline constexpr std::size_t kMaxSealed = kMaxPlain + crypto::kTagSize;

// A lock seals the key of its part and nothing else, so like a box it needs no nonce. The ephemeral key of
// the part makes it another one in every part.
inline base::ByteView lock_context() { return base::as_bytes(crypto::label::kBundleLock); }
inline base::Secret32 epoch_lock_key(const base::Secret32& epoch, const base::PublicBoxKey& ephemeral) {
  return crypto::derive(crypto::label::kBundleLock, epoch.view(), ephemeral.view());
}
// Each chunk has a key of its own, from its place and whether it is the last: moved, left out or cut off, it
// does not open.
inline base::Secret32 chunk_key(const base::Secret32& part, std::uint64_t number, bool last) {
  base::Writer place;
  place.u64(number);
  place.u8(last ? 1 : 0);
  return crypto::derive(crypto::label::kBundlePart, part.view(), place.bytes());
}

}  // namespace sejawat::sync::bundle
