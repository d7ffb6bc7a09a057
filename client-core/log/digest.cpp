#include "log/digest.h"

#include "crypto/hash.h"

namespace sejawat::log {
namespace {

using Sum = std::array<std::uint8_t, 32>;  // little endian, mod 2^256

void add(Sum& sum, const base::Hash32& term) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    carry += static_cast<unsigned>(sum[i]) + term.bytes[i];
    sum[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
}

void subtract(Sum& sum, const base::Hash32& term) {
  int borrow = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const int difference = static_cast<int>(sum[i]) - term.bytes[i] - borrow;
    sum[i] = static_cast<std::uint8_t>(difference & 0xFF);
    borrow = difference < 0 ? 1 : 0;
  }
}

base::Hash32 tip(const base::SpaceId& space, const Head& head) {
  return crypto::Hasher(crypto::label::kBranchTip, 32)
      .raw(space.view())
      .raw(head.hash.view())
      .u64(head.next_op)
      .id<base::Hash32>();
}

}  // namespace

void SpaceDigest::move_tip(const Head& from, const Head& to) {
  if (from.count > 0) subtract(tips_, tip(space_, from));
  if (to.count > 0) add(tips_, tip(space_, to));
}

void SpaceDigest::add_record(const base::RecordId& record) {
  add(records_, crypto::Hasher(crypto::label::kSpaceDigest, 32)
                    .u8(1)
                    .raw(space_.view())
                    .raw(record.view())
                    .id<base::Hash32>());
}

base::Digest SpaceDigest::value() const {
  return crypto::Hasher(crypto::label::kSpaceDigest, 16).u8(0).raw(tips_).raw(records_).id<base::Digest>();
}

base::Bytes SpaceDigest::state() const {
  base::Bytes bytes(tips_.begin(), tips_.end());
  base::append(bytes, records_);
  return bytes;
}

base::Result<SpaceDigest> SpaceDigest::from_state(const base::SpaceId& space, base::ByteView state) {
  SpaceDigest digest(space);
  if (state.size() != digest.tips_.size() + digest.records_.size()) {
    return base::error(base::Code::malformed, "digest state");
  }
  std::memcpy(digest.tips_.data(), state.data(), digest.tips_.size());
  std::memcpy(digest.records_.data(), state.data() + digest.tips_.size(), digest.records_.size());
  return digest;
}

base::Digest account_digest(const std::vector<std::pair<base::SpaceId, base::Digest>>& spaces) {
  crypto::Hasher hasher(crypto::label::kAccountDigest, 16);
  for (const auto& [space, digest] : spaces) hasher.raw(space.view()).raw(digest.view());
  return hasher.id<base::Digest>();
}

base::SetTag set_tag(const std::vector<base::SpaceId>& ascending) {
  crypto::Hasher hasher(crypto::label::kSpaceSet, 16);
  for (const auto& space : ascending) hasher.raw(space.view());
  return base::prefix_of<base::SetTag>(hasher.id<base::Digest>());
}

}  // namespace sejawat::log
