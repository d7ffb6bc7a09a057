// Photos and voice notes (docs/PROTOCOL.md, "Attachments"): content into sealed chunks and back, and what an
// op says about it. The key of an attachment is random and stands in that op only, so whoever reads the op
// can open the chunks, and nobody can tell from a chunk what file it is of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "log/chunk.h"

namespace sejawat::log {

inline constexpr std::size_t kChunkPlain = kChunkMax - 16;  // what a full chunk holds; the rest is the tag
inline constexpr std::size_t kMaxChunks = 32;               // of one attachment
inline constexpr std::size_t kMaxAttachmentBytes = 1024 * 1024;  // content anyone reads
inline constexpr std::size_t kMaxMediaType = 64;

struct Attachment {
  base::Secret32 key;
  base::Hash32 hash;  // of the content
  std::uint32_t size = 0;
  std::string media_type;
  std::vector<ChunkId> chunks;  // in order
};

// Content as it travels. too_large, invalid_argument (empty content or media type).
struct SealedAttachment {
  Attachment attachment;
  std::vector<base::Bytes> chunks;  // sealed, in the order of attachment.chunks
};
base::Result<SealedAttachment> seal_attachment(const base::SpaceId& space, base::ByteView content,
                                               std::string_view media_type, base::Random& random);
// `chunks` as the attachment names them. cannot_decrypt when they do not make up that content.
base::Result<base::Bytes> open_attachment(const base::SpaceId& space, const Attachment& attachment,
                                          const std::vector<base::Bytes>& chunks);
// Sealed sizes in order, as they follow from the size of the content.
std::vector<std::size_t> chunk_sizes(std::size_t content_size);

// The value of a cell. malformed, too_large.
base::Bytes encode_attachment(const Attachment& attachment);
base::Result<Attachment> decode_attachment(base::ByteView bytes);

}  // namespace sejawat::log
