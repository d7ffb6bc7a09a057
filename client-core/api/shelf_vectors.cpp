// What is held of a space, said to a carrier: where a position and a digest cannot stand for it.
#include <algorithm>

#include "client_shelf.h"

namespace sejawat::api {

base::Result<sync::Vector> StoreShelf::vector_of(const base::SpaceId& id) {
  sync::Vector vector;
  const auto found = core_.spaces.find(id);
  if (found == core_.spaces.end()) return vector;
  const SpaceState& space = *found->second;
  SJ_TRY(auto heads, core_.store->heads(id));
  for (const auto& [branch, head] : heads) {
    if (!space.ends_here(branch)) continue;
    // The last that it is known to hold, where there is one: a tag that it does not know tells it nothing.
    SJ_TRY(auto acked, core_.store->acked_segments(carrier_, id, branch));
    log::Head at = head;
    if (acked > space.first_no(branch) && acked < head.count) {
      SJ_TRY(at, core_.head_before(space, branch, acked));
    }
    vector.entries.push_back({space.log_of(branch), at.count, base::prefix_of<base::HeadTag>(at.hash)});
    // Of a branch that it has nothing of it may yet hold what stands before.
    const auto row = space.branches.find(branch);
    if (row == space.branches.end() || acked > row->second.first_no || row->second.first_no == 0) continue;
    SJ_TRY(at, core_.head_before(space, branch, row->second.first_no));
    vector.entries.push_back({row->second.log, at.count, base::prefix_of<base::HeadTag>(at.hash)});
  }
  for (const auto& [record, bytes] : found->second->membership.records()) {
    vector.records.push_back(base::prefix_of<base::HeadTag>(record));
  }
  std::sort(vector.records.begin(), vector.records.end());
  return vector;
}

base::Result<bool> StoreShelf::ask_first(const base::SpaceId& id) {
  // Fewer are brought at once for about what two vectors cost.
  constexpr std::uint64_t kFew = 16;
  const auto* carrier = core_.carrier(carrier_);
  const auto found = core_.spaces.find(id);
  if (carrier == nullptr || carrier->generation || found == core_.spaces.end()) return false;
  // Who joins there, or brings a community there, knows that it has nothing of it.
  if (core_.pending_join && core_.pending_join->carrier == carrier_) return false;
  for (const auto& [space, secret] : core_.operator_secrets) {
    if (secret.carrier == carrier_) return false;
  }
  std::uint64_t held = found->second->membership.records().size();
  SJ_TRY(auto heads, core_.store->heads(id));
  for (const auto& [log, head] : heads) held += head.count - found->second->first_no(log);
  return held >= kFew;
}

}  // namespace sejawat::api
