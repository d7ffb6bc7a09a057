// zstd with the shipped dictionary, in its barest frame: no magic, no sizes, no checksum (the AEAD has one).
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace sejawat::log {

inline constexpr std::uint32_t kDictionaryId = 1;
inline constexpr std::size_t kMaxBodyPlain = 1024 * 1024;

base::Bytes compress(base::ByteView plain);
// About what compress() would give, within a few percent on our prose, for a tenth of its price.
std::size_t compressed_size_guess(base::ByteView plain);
// malformed when it is no frame of ours, too_large beyond kMaxBodyPlain.
base::Result<base::Bytes> decompress(base::ByteView packed);

}  // namespace sejawat::log
