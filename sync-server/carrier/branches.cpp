// A log with several ends (docs/PROTOCOL.md, "Forks"): a store was copied, and both copies wrote on. Each end
// is kept and served. The chain that came first stands under the log's own id here, every other one under the
// name that the fork gives it; for digests, vectors and runs it makes no difference which came first.
#include <algorithm>

#include "carrier/carrier.h"

namespace sejawat::carrier {

std::vector<base::LogId> Carrier::ends_of(const Space& space, const base::LogId& log) {
  std::vector<base::LogId> ends{log};
  const auto further = space.ends_of.find(log);
  if (further != space.ends_of.end()) ends.insert(ends.end(), further->second.begin(), further->second.end());
  return ends;
}

// The head after the first `count` segments of a branch, those of its parents included; nullopt where that
// is not on the branch itself.
base::Result<std::optional<log::Head>> Carrier::head_at(const base::SpaceId& id, const base::LogId& branch,
                                                        std::uint64_t count) {
  SJ_TRY(auto end, store_.head(id, branch));
  if (!end || count == 0 || count > end->count) return std::optional<log::Head>();
  if (count == end->count) return end;
  SJ_TRY(auto bytes, store_.segment(id, branch, count - 1));
  SJ_TRY(auto hash, store_.hash_of(id, branch, count - 1));
  if (!bytes || !hash) return std::optional<log::Head>();
  auto segment = log::decode_segment(*bytes);
  if (!segment.ok()) return base::error(base::Code::storage_failed, "a stored segment does not parse");
  auto header = log::decode_header(segment->header);
  if (!header.ok()) return base::error(base::Code::storage_failed, "a stored segment does not parse");
  return std::optional<log::Head>(log::Head{count, header->first_op + header->op_count, *hash});
}

// chain_gap, chain_fork, bad_signature, malformed: why it stands nowhere.
base::Result<Carrier::Place> Carrier::place_of(const Space& space, const space::EnrolledLog& log,
                                               const log::SegmentHeader& header, const log::Segment& segment,
                                               base::ByteView bytes) {
  const auto& id = space.membership.space();
  const std::uint64_t no = header.segment_no;
  const auto ends = ends_of(space, log.log);
  base::Code why = base::Code::chain_gap;
  bool taken = false;  // something else stands at this number
  for (const auto& branch : ends) {
    SJ_TRY(auto end, store_.head(id, branch));
    if (!end || no >= end->count) continue;
    SJ_TRY(auto held, store_.segment(id, branch, no));
    if (!held) continue;
    taken = true;
    if (!log::same_segment(*held, bytes)) continue;
    Place place;
    place.branch = branch;
    place.held = true;
    return place;
  }
  for (const auto& branch : ends) {
    if (no == 0 && !(branch == log.log)) continue;
    SJ_TRY(auto before, head_at(id, branch, no));
    if (!before && no != 0) continue;
    Place place;
    place.branch = place.parent = branch;
    place.before = before.value_or(log::Head{});
    ++verified_;
    auto verified = log::verify_next(id, log.log, log.key, place.before, segment);
    if (!verified.ok()) {
      why = verified.code();  // what does not follow here may follow elsewhere
      continue;
    }
    place.after = verified->head;
    SJ_TRY(auto end, store_.head(id, branch));
    place.opens = end && end->count > no;
    if (!place.opens) return place;
    // Two that one tag names could not be told apart by anybody who refers to them.
    const auto tag = base::prefix_of<base::HeadTag>(place.after.hash);
    SJ_TRY(auto twin, branch_with(space, log.log, no + 1, tag));
    if (ends.size() >= log::kMaxBranches || twin) return base::error(base::Code::chain_fork);
    place.branch = log::fork_name(log.log, no, place.after.hash);
    return place;
  }
  return base::error(taken ? base::Code::chain_fork : why);
}

// Which branch has a segment as its number `count` - 1 that this tag names.
base::Result<std::optional<base::LogId>> Carrier::branch_with(const Space& space, const base::LogId& log,
                                                              std::uint64_t count, const base::HeadTag& tag) {
  if (count == 0) return std::optional<base::LogId>();
  for (const auto& branch : ends_of(space, log)) {
    SJ_TRY(auto hash, store_.hash_of(space.membership.space(), branch, count - 1));
    if (hash && base::prefix_of<base::HeadTag>(*hash) == tag) return std::optional<base::LogId>(branch);
  }
  return std::optional<base::LogId>();
}

void Carrier::reach(const Space& space, base::LogId branch, std::uint64_t count, Reach& to) {
  for (;;) {
    auto& upto = to[branch];
    upto = std::max(upto, count);
    const auto found = space.branches.find(branch);
    if (found == space.branches.end()) return;
    count = std::min(count, found->second.first_no);
    branch = found->second.parent;
  }
}

// What a vector says is held, branch by branch as they stand here. An entry whose tag is not known says
// nothing: what lies before it comes once more, which changes nothing.
base::Result<Carrier::Reach> Carrier::held_by(const Space& space, const sync::Vector& vector) {
  Reach held;
  for (const auto& entry : vector.entries) {
    SJ_TRY(auto branch, branch_with(space, entry.log, entry.count, entry.head));
    if (branch) reach(space, *branch, entry.count, held);
  }
  return held;
}

bool Carrier::is_end_of(const space::EnrolledLog& log, const Place& place, std::uint64_t segment_no) {
  const auto fences = log.fences();
  return !place.held && std::any_of(fences.begin(), fences.end(), [&](const space::Fence& fence) {
    return segment_no + 1 == fence.count && base::prefix_of<base::HeadTag>(place.after.hash) == fence.head;
  });
}

// From which number on a branch lies beyond the fence of its log: after what leads to the ends that the fence
// names. A named end that is not here yet is taken to be on this branch.
base::Result<std::uint64_t> Carrier::late_from(const Space& space, const space::EnrolledLog& log,
                                               const base::LogId& branch) {
  if (!log.fence) return UINT64_MAX;
  std::uint64_t from = 0;
  for (const auto& fence : log.fences()) {
    SJ_TRY(auto named, branch_with(space, log.log, fence.count, fence.head));
    Reach within;
    if (named) {
      reach(space, *named, fence.count, within);
    } else {
      within[branch] = fence.count;
    }
    const auto here = within.find(branch);
    if (here != within.end()) from = std::max(from, here->second);
  }
  return from;
}

base::Result<bool> Carrier::is_late(const Space& space, const space::EnrolledLog& log, const Place& place,
                                    std::uint64_t segment_no) {
  if (is_end_of(log, place, segment_no)) return false;
  SJ_TRY(const auto from, late_from(space, log, place.branch));
  return segment_no >= from;
}

// What is held beyond fences as they stand now, of what the two counters count together: a record moves
// fences both ways, and the end that a fence names, once it is here, leaves out the other branches.
base::Status Carrier::recount_quarantine(Space& space) {
  std::uint64_t late = 0;
  for (const auto& [id, log] : space.membership.logs()) {
    if (!log.fence) continue;
    for (const auto& branch : ends_of(space, id)) {
      SJ_TRY(const auto from, late_from(space, log, branch));
      SJ_TRY(const auto bytes, store_.bytes_from(space.membership.space(), branch, from));
      late += bytes;
    }
  }
  auto& usage = space.usage;
  const std::uint64_t all = usage.segment_bytes + usage.quarantined_bytes;
  usage.quarantined_bytes = std::min(late, all);
  usage.segment_bytes = all - usage.quarantined_bytes;
  return {};
}

base::Status Carrier::settle_quarantine(Space& space) {
  std::map<base::LogId, std::vector<space::Fence>> fences;
  for (const auto& [id, log] : space.membership.logs()) {
    if (log.fence) fences.emplace(id, log.fences());
  }
  if (fences == space.fences) return {};
  space.fences = std::move(fences);
  return recount_quarantine(space);
}

}  // namespace sejawat::carrier
