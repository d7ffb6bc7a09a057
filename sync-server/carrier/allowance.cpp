#include "carrier/allowance.h"

#include <algorithm>

namespace sejawat::carrier {

bool Allowances::take(const Payer& payer, std::int64_t wall_seconds, const Rate& rate, std::uint32_t amount) {
  auto& bucket = buckets_.try_emplace(payer, Bucket{wall_seconds, rate.burst}).first->second;
  // A clock that was set back gives nothing and takes nothing.
  const std::int64_t passed = std::clamp<std::int64_t>(wall_seconds - bucket.at_seconds, 0, 86'400);
  const std::uint64_t gained = static_cast<std::uint64_t>(passed) * rate.per_second;
  bucket.left = std::min<std::uint64_t>(rate.burst, bucket.left + gained);
  bucket.at_seconds = wall_seconds;
  if (bucket.left < amount) return false;
  bucket.left -= amount;
  return true;
}

void Allowances::spend(const Payer& payer, std::uint32_t amount) {
  const auto found = buckets_.find(payer);
  if (found != buckets_.end()) found->second.left -= std::min<std::uint64_t>(found->second.left, amount);
}

void Allowances::give_back(const Payer& payer, const Rate& rate) {
  const auto found = buckets_.find(payer);
  if (found != buckets_.end() && found->second.left < rate.burst) ++found->second.left;
}

}  // namespace sejawat::carrier
