#include "log/chunk.h"

#include "crypto/hash.h"

namespace sejawat::log {

ChunkId chunk_id(base::ByteView sealed) {
  return crypto::Hasher(crypto::label::kChunk, ChunkId::kSize).raw(sealed).id<ChunkId>();
}

}  // namespace sejawat::log
