#include "log_seal/attachment.h"

#include <algorithm>

#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "log_seal/seal.h"

namespace sejawat::log {
namespace {

constexpr std::uint8_t kVersion = 1;

base::Hash32 content_hash(base::ByteView content) {
  return crypto::Hasher(crypto::label::kFile, base::Hash32::kSize).raw(content).id<base::Hash32>();
}

// Each chunk has a key of its own, from which its place follows too; so its nonce is zero.
base::Secret32 chunk_key(const base::SpaceId& space, const base::Secret32& key, std::size_t index,
                         std::size_t count) {
  base::Writer context;
  context.raw(space.view());
  context.u32(static_cast<std::uint32_t>(index));
  context.u32(static_cast<std::uint32_t>(count));
  return crypto::derive(crypto::label::kChunkKey, key.view(), context.bytes());
}

// All chunks without their tags. A voice note of two seconds and one of five look the same.
std::size_t padded_content(std::size_t size) {
  constexpr std::size_t kLeast = 1024;
  return padded_size(std::max(size, kLeast));
}

std::size_t chunk_count(std::size_t size) { return (padded_content(size) + kChunkPlain - 1) / kChunkPlain; }

}  // namespace

std::vector<std::size_t> chunk_sizes(std::size_t content_size) {
  std::vector<std::size_t> sizes;
  for (std::size_t left = padded_content(content_size); left > 0;) {
    const std::size_t plain = std::min(left, kChunkPlain);
    sizes.push_back(plain + crypto::kTagSize);
    left -= plain;
  }
  return sizes;
}

base::Result<SealedAttachment> seal_attachment(const base::SpaceId& space, base::ByteView content,
                                               std::string_view media_type, base::Random& random) {
  if (content.empty()) return base::error(base::Code::invalid_argument, "an empty attachment");
  if (media_type.empty() || media_type.size() > kMaxMediaType)
    return base::error(base::Code::invalid_argument, "media type");
  if (content.size() > kMaxAttachmentBytes) return base::error(base::Code::too_large, "attachment");
  SealedAttachment sealed;
  sealed.attachment.key = base::Secret32::random(random);
  sealed.attachment.hash = content_hash(content);
  sealed.attachment.size = static_cast<std::uint32_t>(content.size());
  sealed.attachment.media_type = std::string(media_type);
  const auto sizes = chunk_sizes(content.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::size_t plain = sizes[i] - crypto::kTagSize;
    const std::size_t begin = std::min(at, content.size());
    base::Bytes padded = base::to_bytes(content.subspan(begin, std::min(plain, content.size() - begin)));
    padded.resize(plain);
    at += plain;
    auto chunk = crypto::seal(chunk_key(space, sealed.attachment.key, i, sizes.size()), {}, padded, {});
    base::wipe(padded.data(), padded.size());
    sealed.attachment.chunks.push_back(chunk_id(chunk));
    sealed.chunks.push_back(std::move(chunk));
  }
  return sealed;
}

base::Result<base::Bytes> open_attachment(const base::SpaceId& space, const Attachment& attachment,
                                          const std::vector<base::Bytes>& chunks) {
  const base::Error wrong = base::error(base::Code::cannot_decrypt, "chunks of another content");
  if (chunks.size() != attachment.chunks.size()) return wrong;
  base::Bytes content;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    SJ_TRY(auto plain, crypto::open(chunk_key(space, attachment.key, i, chunks.size()), {}, chunks[i], {}));
    base::append(content, plain);
  }
  if (content.size() < attachment.size) return wrong;
  content.resize(attachment.size);
  if (!(content_hash(content) == attachment.hash)) return wrong;
  return content;
}

base::Bytes encode_attachment(const Attachment& attachment) {
  base::Writer writer;
  writer.varint(kVersion);  // one byte, as long as it is below 128
  writer.raw(attachment.key.view());
  writer.raw(attachment.hash.view());
  writer.varint(attachment.size);
  writer.prefixed(base::as_bytes(attachment.media_type));
  writer.varint(attachment.chunks.size());
  for (const auto& chunk : attachment.chunks) writer.raw(chunk.view());
  return writer.take();
}

base::Result<Attachment> decode_attachment(base::ByteView bytes) {
  const base::Error malformed = base::error(base::Code::malformed, "attachment");
  base::Reader reader(bytes);
  Attachment attachment;
  std::uint8_t version = 0;
  std::uint64_t size = 0;
  std::uint64_t count = 0;
  base::ByteView key;
  base::ByteView type;
  if (!reader.u8(version)) return malformed;
  if (version != kVersion) return base::error(base::Code::version_unsupported, "attachment");
  if (!reader.raw(base::Secret32::kSize, key) || !reader.id(attachment.hash) || !reader.varint(size) ||
      !reader.prefixed(kMaxMediaType, type) || !reader.varint(count)) {
    return malformed;
  }
  if (size > kMaxAttachmentBytes || count > kMaxChunks)
    return base::error(base::Code::too_large, "attachment");
  if (size == 0 || type.empty() || count != chunk_count(static_cast<std::size_t>(size))) return malformed;
  attachment.key = base::Secret32(key);
  attachment.size = static_cast<std::uint32_t>(size);
  attachment.media_type = std::string(base::as_text(type));
  attachment.chunks.resize(static_cast<std::size_t>(count));
  for (auto& chunk : attachment.chunks) {
    if (!reader.id(chunk)) return malformed;
  }
  if (!reader.at_end()) return malformed;
  return attachment;
}

}  // namespace sejawat::log
