#include <algorithm>

#include "bundle_format.h"

namespace sejawat::sync {
namespace {

base::Error malformed(const char* what) { return base::error(base::Code::malformed, what); }

std::uint32_t u32_at(base::ByteView bytes, std::size_t at) {
  std::uint32_t value = 0;
  base::Reader(bytes.subspan(at)).u32(value);
  return value;
}

}  // namespace

void BundleReader::consume(std::size_t size) {
  hash_.raw(left().first(size));
  at_ += size;
}

base::Status BundleReader::feed(base::ByteView piece) {
  constexpr std::size_t kSlice = 64 * 1024;
  while (!piece.empty()) {
    if (ended_) return malformed("something stands behind the end");
    const auto slice = piece.first(std::min(piece.size(), kSlice));
    piece = piece.subspan(slice.size());
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    base::append(buffer_, slice);
    while (!ended_) {
      SJ_TRY(const Step step, this->step());
      if (step == Step::need_more) break;
    }
    if (ended_ && !left().empty()) return malformed("something stands behind the end");
  }
  return {};
}

base::Result<base::Hash32> BundleReader::finish() {
  if (!ended_) return malformed("the file is cut short");
  return *ended_;
}

base::Result<BundleReader::Step> BundleReader::step() {
  if (!greeted_) {
    const auto head = left();
    const std::size_t here = std::min(head.size(), bundle::kMagic.size());
    if (!base::equal(head.first(here), base::as_bytes(bundle::kMagic).first(here)))
      return malformed("no bundle");
    if (head.size() < bundle::kGreetingSize) return Step::need_more;
    if (head[bundle::kMagic.size()] != bundle::kVersion)
      return base::error(base::Code::version_unsupported, "bundle of another version");
    consume(bundle::kGreetingSize);
    greeted_ = true;
    return Step::went_on;
  }
  if (left().empty()) return Step::need_more;
  const std::uint8_t item = left()[0];
  if (in_part_) {
    if (item == bundle::kChunk || item == bundle::kLastChunk) return read_chunk();
    return malformed("a part does not end");
  }
  if (item == bundle::kPart) return read_part();
  if (item == bundle::kEnd) return read_end();
  return malformed("unknown item");
}

base::Result<BundleReader::Step> BundleReader::read_part() {
  const auto bytes = left();
  if (bytes.size() < bundle::kPartHead) return Step::need_more;
  const std::size_t count = u32_at(bytes, bundle::kPartHead - 4);
  if (count < bundle::kMinLocks || count > kMaxBundleLocks) return malformed("locks of a part");
  const std::size_t size = bundle::kPartHead + count * bundle::kLockSize;
  if (bytes.size() < size) return Step::need_more;
  locks_ += count;
  if (++parts_ > kMaxBundleParts || locks_ > kMaxBundleLocksInAll)
    return base::error(base::Code::too_large, "parts of a bundle");
  in_part_ = true;
  chunks_ = 0;
  space_.reset();
  open_part(*base::PublicBoxKey::from(bytes.subspan(1, base::PublicBoxKey::kSize)),
            bytes.subspan(bundle::kPartHead, count * bundle::kLockSize));
  consume(size);
  return Step::went_on;
}

bool BundleReader::try_key(const base::Secret32& lock_key, base::ByteView locks) {
  for (std::size_t at = 0; at < locks.size(); at += bundle::kLockSize) {
    auto opened = crypto::open(lock_key, {}, locks.subspan(at, bundle::kLockSize), bundle::lock_context());
    if (!opened.ok()) continue;
    part_key_.emplace(*opened);
    base::wipe(opened->data(), opened->size());
    return true;
  }
  return false;
}

void BundleReader::open_part(const base::PublicBoxKey& ephemeral, base::ByteView locks) {
  part_key_.reset();
  for (const auto* epoch : keys_.epochs) {
    if (try_key(bundle::epoch_lock_key(*epoch, ephemeral), locks)) return;
  }
  for (const auto* own : keys_.boxes) {
    for (std::size_t at = 0; at < locks.size(); at += bundle::kLockSize) {
      auto opened =
          crypto::box_open(*own, ephemeral, locks.subspan(at, bundle::kLockSize), bundle::lock_context());
      if (!opened.ok()) continue;
      part_key_ = std::move(opened).value();
      return;
    }
  }
}

base::Result<BundleReader::Step> BundleReader::read_chunk() {
  const auto bytes = left();
  if (bytes.size() < bundle::kChunkHead) return Step::need_more;
  const std::size_t size = u32_at(bytes, 1);
  if (size < crypto::kTagSize || size > bundle::kMaxSealed) return malformed("size of a chunk");
  if (bytes.size() < bundle::kChunkHead + size) return Step::need_more;
  const bool last = bytes[0] == bundle::kLastChunk;
  if (part_key_) {
    const auto key = bundle::chunk_key(*part_key_, chunks_, last);
    SJ_TRY(const auto plain, crypto::open(key, {}, bytes.subspan(bundle::kChunkHead, size), {}));
    base::Reader reader(plain);
    base::ByteView encoded;
    if (!reader.prefixed(plain.size(), encoded)) return malformed("chunk");
    SJ_TRY(auto message, decode_client(encoded));
    if (message.hello || message.spaces.size() != 1 || message.spaces[0].space.index != 0)
      return malformed("message of a bundle");
    const auto& id = message.spaces[0].space.id;
    if (space_ && !(*space_ == id)) return malformed("a part of two spaces");
    space_ = id;
    SJ_TRY_STATUS(sink_.message(std::move(message)));
  }
  ++chunks_;
  consume(bundle::kChunkHead + size);
  if (!last) return Step::went_on;
  in_part_ = false;
  SJ_TRY_STATUS(sink_.part_end(part_key_.has_value()));
  part_key_.reset();
  return Step::went_on;
}

base::Result<BundleReader::Step> BundleReader::read_end() {
  if (left().size() < 1 + base::Hash32::kSize) return Step::need_more;
  consume(1);
  const auto said = *base::Hash32::from(left().first(base::Hash32::kSize));
  at_ += base::Hash32::kSize;
  if (!(hash_.id<base::Hash32>() == said)) return malformed("the file was altered");
  ended_ = said;
  return Step::went_on;
}

}  // namespace sejawat::sync
