// Chunks of attachments as a carrier sees them (docs/PROTOCOL.md, "Attachments"): sealed bytes under the
// address that they hash to. What is inside is log_seal/attachment.h.
#pragma once

#include "base/ids.h"

namespace sejawat::log {

using ChunkId = base::Hash32;

// Of a chunk as sealed. The last one of an attachment may be shorter; a carrier takes any size up to this.
inline constexpr std::size_t kChunkMax = 48 * 1024;

ChunkId chunk_id(base::ByteView sealed);  // H32(`sjw.chunk.1`; sealed bytes)

}  // namespace sejawat::log
