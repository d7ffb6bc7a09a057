#include "carrier/allowance.h"

#include <algorithm>

namespace sejawat::carrier {
namespace {

Rate own_part(const Rate& rate) {
  return {rate.burst / Allowances::kOwnPart,
          std::max<std::uint32_t>(rate.per_second / Allowances::kOwnPart, 1)};
}

}  // namespace

bool Allowances::Bucket::take(std::int64_t wall_seconds, const Rate& rate, std::uint32_t amount) {
  // A clock that was set back gives nothing and takes nothing.
  const std::int64_t passed = std::clamp<std::int64_t>(wall_seconds - at_seconds, 0, 86'400);
  const std::uint64_t gained = static_cast<std::uint64_t>(passed) * rate.per_second;
  left = std::min<std::uint64_t>(rate.burst, left + gained);
  at_seconds = wall_seconds;
  if (left < amount) return false;
  left -= amount;
  return true;
}

std::uint32_t Allowances::Bucket::spend(std::uint32_t amount) {
  const auto spent = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, amount));
  left -= spent;
  return spent;
}

Allowances::Bucket* Allowances::own_of(Account& account, const Payer& payer) {
  const auto found = std::find_if(account.own.begin(), account.own.end(),
                                  [&](const Own& one) { return one.device == payer.device; });
  return found == account.own.end() ? nullptr : &found->bucket;
}

// They are few, or a thousand devices were as many allowances: who comes first has one. A phone that was lost
// certifies further ones at will, so those go where one comes that no other certified.
Allowances::Bucket* Allowances::place_for(Account& account, const Payer& payer, std::int64_t wall_seconds,
                                          const Rate& own) {
  if (payer.device.empty() || own.burst == 0) return nullptr;
  if (auto* known = own_of(account, payer)) return known;
  const Own fresh{payer.device, payer.first_hand, {wall_seconds, own.burst}};
  if (account.own.size() < kOwnMost) return &account.own.emplace_back(fresh).bucket;
  const auto goes = std::find_if(account.own.begin(), account.own.end(), [&](const Own& one) {
    return wall_seconds - one.bucket.at_seconds > kGoneSeconds || (payer.first_hand && !one.first_hand);
  });
  if (goes == account.own.end()) return nullptr;
  *goes = fresh;
  return &goes->bucket;
}

bool Allowances::take(const Payer& payer, std::int64_t wall_seconds, const Rate& rate, std::uint32_t amount) {
  const Account full{{wall_seconds, rate.burst}, {}};
  Account& account = accounts_.try_emplace(payer.account, full).first->second;
  const Rate own = own_part(rate);
  Bucket* first = place_for(account, payer, wall_seconds, own);
  if (first != nullptr && first->take(wall_seconds, own, amount)) return true;
  return account.bucket.take(wall_seconds, rate, amount);
}

void Allowances::spend(const Payer& payer, std::uint32_t amount) {
  const auto found = accounts_.find(payer.account);
  if (found == accounts_.end()) return;
  if (auto* own = own_of(found->second, payer)) amount -= own->spend(amount);
  found->second.bucket.spend(amount);
}

void Allowances::give_back(const Payer& payer, const Rate& rate) {
  const auto found = accounts_.find(payer.account);
  if (found == accounts_.end()) return;
  auto* own = own_of(found->second, payer);
  if (own != nullptr && own->left < own_part(rate).burst) {
    ++own->left;
  } else if (found->second.bucket.left < rate.burst) {
    ++found->second.bucket.left;
  }
}

}  // namespace sejawat::carrier
