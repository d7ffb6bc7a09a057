// What is held of a space, said to a carrier and by it: where a position and a digest cannot stand for it.
#include <algorithm>

#include "client_shelf.h"
#include "crypto/hash.h"

namespace sejawat::api {

base::Result<sync::Vector> StoreShelf::vector_of(const base::SpaceId& id) {
  sync::Vector vector;
  const auto found = core_.spaces.find(id);
  if (found == core_.spaces.end()) return vector;
  const SpaceState& space = *found->second;
  // A space of others, or one that was left, is as one that was never here.
  if (!core_.goes_to(space, carrier_)) return vector;
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

// What it does not name it does not hold, whatever it once acked; one too large for a message leaves things
// out, and those are offered once more.
base::Status StoreShelf::adopt_vector(SpaceState& space, const sync::Vector& vector) {
  const base::SpaceId& id = space.row.space;
  SJ_TRY_STATUS(core_.store->void_segment_acks(carrier_, id));
  for (auto at = offered_until_.lower_bound({id, {}}); at != offered_until_.end() && at->first.first == id;)
    at = offered_until_.erase(at);
  for (auto at = refused_logs_.lower_bound({id, {}}); at != refused_logs_.end() && at->first == id;)
    at = refused_logs_.erase(at);
  acked_now_.insert(id);
  for (const auto& entry : vector.entries) {
    if (entry.count == 0) continue;
    SJ_TRY(auto named, core_.find_segment(space, entry.log, entry.count - 1, entry.head));
    if (named) {
      SJ_TRY_STATUS(ack(space, named->log, entry.count));
      continue;
    }
    // It has more than is here, or another branch: what comes will tell. Until then the beginning of somebody
    // else's log is not offered; one's own is, because this store may be an old copy.
    SJ_TRY(auto head, core_.store->head(space.row.space, entry.log));
    if (!head || head->count >= entry.count || core_.is_of_this_device(space, entry.log)) continue;
    if (space.ends_here(entry.log)) presumed_[{space.row.space, entry.log}] = head->count;
  }
  for (const auto& [record, bytes] : space.membership.records()) {
    const bool named = std::binary_search(vector.records.begin(), vector.records.end(),
                                          base::prefix_of<base::HeadTag>(record));
    SJ_TRY_STATUS(named ? core_.store->ack_record(carrier_, record)
                        : core_.store->void_record_ack(carrier_, record));
  }
  return {};
}

std::string StoreShelf::own_logs_setting(const base::SpaceId& space) const {
  return "own_logs:" + carrier_.hex() + ":" + space.hex();
}

base::Status StoreShelf::note_taken(const base::SpaceId& space, const base::LogId& branch,
                                    std::uint64_t count) {
  const auto told = held_before_.find(space);
  if (told == held_before_.end()) return {};
  const auto before = told->second.find(branch);
  if (before != told->second.end() && count <= before->second) return {};
  return core_.store->put_setting(own_logs_setting(space), {});
}

// Of a space that the carrier serves this device no more. It may have gone back to before it took late work.
// What it says is heeded once: where another copy of this device wrote on, an end that is not known here
// would have everything offered again in each sync. Once it has taken more it is heeded anew.
base::Status StoreShelf::adopt_own_logs(const base::SpaceId& id, const sync::Vector& vector) {
  const auto found = core_.spaces.find(id);
  if (found == core_.spaces.end()) return {};
  SpaceState& space = *found->second;
  SJ_TRY(auto heads, core_.store->heads(id));
  auto& held_before = held_before_[id];
  for (const auto& [branch, head] : heads) {
    if (!core_.is_of_this_device(space, branch)) continue;
    // The most of this sync: it says so with every exchange, also after its acks were void.
    SJ_TRY(const auto acked, core_.store->acked_segments(carrier_, id, branch));
    held_before[branch] = std::max(held_before[branch], acked);
  }
  crypto::Hasher hasher(crypto::label::kOwnLogs, base::Digest::kSize);
  for (const auto& entry : vector.entries)
    hasher.raw(entry.log.view()).u64(entry.count).raw(entry.head.view());
  const auto said = hasher.id<base::Digest>();
  SJ_TRY(const auto heeded, core_.store->setting(own_logs_setting(id)));
  if (heeded && base::equal(*heeded, said.view())) return {};
  SJ_TRY_STATUS(core_.store->put_setting(own_logs_setting(id), said.view()));
  bool less = false;
  for (const auto& [branch, before] : held_before) {
    if (before == 0) continue;
    SJ_TRY_STATUS(core_.store->void_segment_acks(carrier_, id, branch));
    for (const auto& entry : vector.entries) {
      if (entry.count == 0 || !(entry.log == space.log_of(branch))) continue;
      SJ_TRY(auto named, core_.find_segment(space, entry.log, entry.count - 1, entry.head));
      if (named) SJ_TRY_STATUS(ack(space, named->log, entry.count));
    }
    SJ_TRY(const auto after, core_.store->acked_segments(carrier_, id, branch));
    if (after >= before) continue;
    less = true;
    offered_until_.erase({id, branch});
    refused_logs_.erase({id, branch});
  }
  // The records that enrolled them may have gone as well.
  if (!less) return {};
  for (const auto& [record, bytes] : space.membership.records()) {
    SJ_TRY_STATUS(core_.store->void_record_ack(carrier_, record));
  }
  return {};
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
