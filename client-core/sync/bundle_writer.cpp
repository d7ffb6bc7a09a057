#include <algorithm>

#include "bundle_format.h"

namespace sejawat::sync {
namespace {

base::Bytes item(std::uint8_t kind, std::size_t size) {
  base::Bytes bytes;
  bytes.reserve(size);
  bytes.push_back(kind);
  return bytes;
}
void append_u32(base::Bytes& to, std::size_t value) {
  base::Writer number;
  number.u32(static_cast<std::uint32_t>(value));
  base::append(to, number.bytes());
}

}  // namespace

base::Bytes BundleWriter::out(base::Bytes bytes) {
  if (!begun_) {
    begun_ = true;
    base::Bytes greeting = base::to_bytes(base::as_bytes(bundle::kMagic));
    greeting.push_back(bundle::kVersion);
    base::append(greeting, bytes);
    bytes = std::move(greeting);
  }
  hash_.raw(bytes);
  return bytes;
}

base::Bytes BundleWriter::begin_part(const BundleLocks& locks) {
  part_key_ = base::Secret32::random(random_);
  chunks_ = 0;
  const auto ephemeral = crypto::BoxKey::random(random_);
  std::vector<base::Bytes> sealed;
  for (const auto* epoch : locks.epochs) {
    if (sealed.size() == kMaxBundleLocks) break;
    const auto key = bundle::epoch_lock_key(*epoch, ephemeral.public_key());
    sealed.push_back(crypto::seal(key, {}, part_key_.view(), bundle::lock_context()));
  }
  for (const auto& to : locks.boxes) {
    if (sealed.size() == kMaxBundleLocks) break;
    auto box = crypto::box_seal(ephemeral, to, part_key_.view(), bundle::lock_context());
    if (box.ok()) sealed.push_back(std::move(box).value());  // nobody holds a key of small order
  }
  std::size_t count = bundle::kMinLocks;
  while (count < sealed.size()) count *= 2;
  while (sealed.size() < count) {
    base::Bytes nobody(bundle::kLockSize);
    random_.fill(nobody);
    sealed.push_back(std::move(nobody));
  }
  std::sort(sealed.begin(), sealed.end());  // their order says nothing either

  base::Bytes part = item(bundle::kPart, bundle::kPartHead + count * bundle::kLockSize);
  base::append(part, ephemeral.public_key().view());
  append_u32(part, count);
  for (const auto& lock : sealed) base::append(part, lock);
  return out(std::move(part));
}

base::Result<base::Bytes> BundleWriter::chunk(const ClientMessage& message, bool last) {
  base::Writer plain;
  plain.prefixed(encode(message));
  base::Bytes padded = plain.take();
  padded.resize((padded.size() + crypto::kTagSize + bundle::kPadding - 1) / bundle::kPadding *
                    bundle::kPadding -
                crypto::kTagSize);
  if (padded.size() > bundle::kMaxPlain) return base::error(base::Code::too_large, "bundle chunk");
  const auto key = bundle::chunk_key(part_key_, chunks_++, last);
  const base::Bytes sealed = crypto::seal(key, {}, padded, {});
  base::Bytes bytes = item(last ? bundle::kLastChunk : bundle::kChunk, bundle::kChunkHead + sealed.size());
  append_u32(bytes, sealed.size());
  base::append(bytes, sealed);
  return out(std::move(bytes));
}

base::Bytes BundleWriter::end() {
  base::Bytes bytes = out({bundle::kEnd});
  base::append(bytes, hash_.id<base::Hash32>().view());
  return bytes;
}

}  // namespace sejawat::sync
