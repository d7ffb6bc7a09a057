// Logs with several ends (docs/PROTOCOL.md, "Forks"). What a lock cannot see, a restored
// backup or a cloned phone, wrote on in a log that another copy continued as well. Both ends are kept, under
// names that follow from what they hold alone, so that every replica gives the same ones whichever came
// first.
#include <algorithm>

#include "base/order.h"
#include "core_state.h"

namespace sejawat::api {

const base::LogId& SpaceState::log_of(const base::LogId& branch) const {
  const auto found = branches.find(branch);
  return found == branches.end() ? branch : found->second.log;
}

const space::EnrolledLog* SpaceState::enrolled(const base::LogId& branch) const {
  const auto& log = log_of(branch);
  const auto found = membership.logs().find(log);
  if (found != membership.logs().end()) return &found->second;
  return next_log && next_log->log == log ? &*next_log : nullptr;
}

std::uint64_t SpaceState::first_no(const base::LogId& branch) const {
  const auto found = branches.find(branch);
  return found == branches.end() ? 0 : found->second.first_no;
}

bool SpaceState::ends_here(const base::LogId& branch) const {
  return std::none_of(branches.begin(), branches.end(),
                      [&](const auto& row) { return row.second.parent == branch; });
}

std::vector<base::LogId> SpaceState::branches_of(const base::LogId& log) const {
  std::vector<base::LogId> all{log};
  for (const auto& [name, branch] : branches) {
    if (branch.log == log) all.push_back(name);
  }
  // The log itself begins at 0 and stays in front.
  base::sort_stably(all, [&](const auto& a, const auto& b) { return first_no(a) < first_no(b); });
  return all;
}

log::SegmentName SpaceState::name_of(const store::StoredSegment& segment) const {
  return {log_of(segment.log), segment.segment_no, base::prefix_of<base::HeadTag>(segment.hash)};
}

base::LogId SpaceState::branch_at(base::LogId branch, std::uint64_t position) const {
  for (;;) {
    const auto found = branches.find(branch);
    if (found == branches.end() || position >= found->second.first_op) return branch;
    branch = found->second.parent;
  }
}

base::Result<log::Head> Core::State::head_before(const SpaceState& space, const base::LogId& branch,
                                                 std::uint64_t segment_no) {
  if (segment_no == 0) return log::Head{};
  const auto row = space.branches.find(branch);
  const bool first = row != space.branches.end() && row->second.first_no == segment_no;
  SJ_TRY(auto previous, store->segment(space.row.space, first ? row->second.parent : branch, segment_no - 1,
                                       store::Store::SegmentBytes::left_out));
  if (!previous) return base::error(base::Code::chain_gap, "an earlier segment is not here");
  return log::Head{segment_no, previous->first_op + previous->op_count, previous->hash};
}

base::Result<std::optional<store::StoredSegment>> Core::State::find_segment(
    const SpaceState& space, const base::LogId& log, std::uint64_t segment_no, const base::HeadTag& tag,
    store::Store::SegmentBytes bytes) {
  for (const auto& branch : space.branches_of(log)) {
    if (segment_no < space.first_no(branch)) continue;
    SJ_TRY(auto held, store->segment(space.row.space, branch, segment_no, bytes));
    if (held && base::prefix_of<base::HeadTag>(held->hash) == tag) return held;
  }
  return std::optional<store::StoredSegment>();
}

bool Core::State::is_of_this_device(const SpaceState& space, const base::LogId& branch) const {
  const auto* enrolled = space.enrolled(branch);
  return certificate && enrolled != nullptr && enrolled->device == certificate->device();
}

base::Result<Core::State::Place> Core::State::place_of(const SpaceState& space, const space::EnrolledLog& log,
                                                       const log::SegmentHeader& header,
                                                       const log::Segment& segment,
                                                       const base::Bytes& bytes) {
  const base::SpaceId& id = space.row.space;
  const std::uint64_t no = header.segment_no;
  const auto branches = space.branches_of(log.log);
  base::Error why = base::error(base::Code::chain_gap);
  bool taken = false;  // something else stands at this number
  for (const auto& branch : branches) {
    if (no < space.first_no(branch)) continue;
    SJ_TRY(auto held, store->segment(id, branch, no));
    if (!held) continue;
    taken = true;
    if (!log::same_segment(held->bytes, bytes)) continue;
    Place place;
    place.branch = branch;
    place.held = true;
    return place;
  }
  for (const auto& branch : branches) {
    SJ_TRY(auto end, store->head(id, branch));
    const std::uint64_t count = end ? end->count : space.first_no(branch);
    // Its predecessor stands on this branch: not before it begins, not after it ends.
    if (no > count || (no == 0 ? !(branch == log.log) : no <= space.first_no(branch))) continue;
    Place place;
    place.branch = branch;
    if (no > 0) {
      SJ_TRY(auto previous, store->segment(id, branch, no - 1));
      if (!previous) continue;
      place.before = {no, previous->first_op + previous->op_count, previous->hash};
    }
    auto verified = log::verify_next(id, log.log, log.key, place.before, segment);
    if (!verified.ok()) {
      why = std::move(verified).error();
      continue;
    }
    place.after = std::move(verified).value();
    place.forks = count > no || !space.ends_here(branch);
    if (!place.forks) return place;
    // Two that one tag names could not be told apart by anybody who refers to them.
    SJ_TRY(auto twin,
           find_segment(space, log.log, no, base::prefix_of<base::HeadTag>(place.after.head.hash)));
    const auto ends = std::count_if(branches.begin(), branches.end(),
                                    [&](const auto& one) { return space.ends_here(one); });
    if (twin || static_cast<std::size_t>(ends) >= log::kMaxBranches)
      return base::error(base::Code::chain_fork, "too many ends of one log");
    return place;
  }
  if (taken) return base::error(base::Code::chain_fork);
  return why;
}

base::Status Core::State::fork_at(SpaceState& space, Place& place, TakenRun& taken,
                                  std::vector<fold::Touched>& touched) {
  const base::SpaceId& id = space.row.space;
  const base::LogId from = place.branch;
  const base::LogId log = space.log_of(from);
  const std::uint64_t no = place.before.count;
  const auto add = [&](const store::BranchRow& row) { space.branches[row.name] = row; };
  SJ_TRY(auto end, store->head(id, from));
  if (end && end->count > no) {
    SJ_TRY(auto rival, store->segment(id, from, no));
    if (!rival) return base::error(base::Code::internal, "a head without its segment");
    const store::BranchRow old{log::fork_name(log, no, rival->hash), log, from, no, rival->first_op};
    SJ_TRY_STATUS(store->part_at(id, old, place.before, *end));
    for (auto& [name, row] : space.branches) {
      if (row.parent == from) row.parent = old.name;
    }
    add(old);
    auto& held = taken.held[from];
    if (held > no) taken.held[old.name] = held;
    held = std::min(held, no);
    // Whoever referred to it had seen this end: no other was here.
    SJ_TRY(auto naming, store->ops_naming(id, from));
    for (auto& row : naming) {
      SJ_TRY(auto op, codec.decode(row.bytes));
      bool renamed = false;
      for (auto& dot : op.supersedes) {
        if (!(dot.branch == from) || dot.position < old.first_op) continue;
        dot.branch = old.name;
        renamed = true;
      }
      if (!renamed) continue;
      SJ_TRY_STATUS(store->replace_op(row.id, codec.encode(op)));
      touched.push_back({id, row.object});
    }
    SJ_TRY(auto objects, store->objects_from(id, old.name, 0));
    for (const auto& object : objects) touched.push_back({id, object});
  }
  const store::BranchRow fresh{log::fork_name(log, no, place.after.head.hash), log, from, no,
                               place.before.next_op};
  SJ_TRY_STATUS(store->put_branch(id, fresh));
  add(fresh);
  place.branch = fresh.name;
  if (is_of_this_device(space, log)) ++forks_now;
  return {};
}

}  // namespace sejawat::api
