// What survives of a body that is gone, taken from where it was written once more (docs/PROTOCOL.md,
// "Erasure").
#include "core_state.h"

namespace sejawat::api {

// What stands in a witness, by the dots there. Also behind a fence: the erasure that names it counts, and
// with it what it says has survived; everything else there stays in quarantine.
base::Result<std::optional<Core::State::Dotted>> Core::State::ops_of_witness(
    SpaceState& space, const store::StoredSegment& witness, int depth) {
  const base::SpaceId& id = space.row.space;
  Dotted found;
  SJ_TRY(const auto state, store->segment_state(id, witness.log, witness.segment_no));
  if (state == store::SegmentState::applied) {
    SJ_TRY(const auto rows, store->ops_between(id, witness.log, witness.first_op, witness.op_count));
    for (const auto& row : rows) {
      if (row.op.bytes.empty() || !row.object.is_zero()) continue;
      SJ_TRY(auto op, codec.decode(row.op.bytes));
      found.emplace_back(row.op.dot, std::move(op));
    }
    return std::optional<Dotted>(std::move(found));
  }
  if (state != store::SegmentState::quarantined) return std::optional<Dotted>();
  SJ_TRY(const auto segment, log::decode_segment(witness.bytes));
  SJ_TRY(const auto header, log::decode_header(segment.header));
  const auto name = space.name_of(witness);
  if (segment.erased) {
    // Once for each: witnesses that name each other over and over are looked at no more often for that, and
    // one that leads back to itself is not here.
    const auto [known, fresh] = surviving.emplace(name, std::nullopt);
    if (!fresh) return known->second;
    SJ_TRY(auto ops, survivors_of(space, name, witness.log, header, depth + 1));
    surviving[name] = ops;
    return ops;
  }
  SJ_TRY(auto to, resolve_deps(space, witness.log, header));
  if (!to) return std::optional<Dotted>();
  SJ_TRY(const auto before, head_before(space, witness.log, witness.segment_no));
  SJ_TRY(auto read, read_ops(space, space.log_of(witness.log), before, segment, header, *to));
  if (read.state != store::SegmentState::applied) return std::optional<Dotted>();
  const auto erased = space.membership.erased_ops(name);
  for (std::uint64_t offset = 0; offset < read.ops.size(); ++offset) {
    if (!erased.has(offset))
      found.emplace_back(log::Dot{witness.log, header.first_op + offset},
                         std::move(read.ops[static_cast<std::size_t>(offset)]));
  }
  return std::optional<Dotted>(std::move(found));
}

// Of a segment without its body; nullopt while what survives of it is not here. Only what its eraser wrote
// once more counts.
base::Result<std::optional<Core::State::Dotted>> Core::State::survivors_of(SpaceState& space,
                                                                           const log::SegmentName& name,
                                                                           const base::LogId& branch,
                                                                           const log::SegmentHeader& header,
                                                                           int depth) {
  // Erasures that name each other's witnesses in a ring are nobody's honest work.
  constexpr int kDeepest = 4;
  if (depth > kDeepest) return std::optional<Dotted>();
  const auto erased = space.membership.erased_ops(name);
  for (const std::size_t place : space.membership.erasures_of(name)) {
    const auto& erasure = space.membership.erasures()[place];
    Dotted survivors;
    bool whole = !erasure.witnesses.empty();
    for (std::size_t i = 0; whole && i < erasure.witnesses.size(); ++i) {
      const auto& one = erasure.witnesses[i];
      SJ_TRY(const auto found, find_segment(space, one.log, one.segment_no, one.tag));
      const auto enrolled = space.membership.logs().find(one.log);
      whole = found && enrolled != space.membership.logs().end() && enrolled->second.person == erasure.author;
      if (!whole) break;
      SJ_TRY(auto ops, ops_of_witness(space, *found, depth));
      whole = ops.has_value();
      for (auto& [at, op] : whole ? *ops : Dotted{}) {
        auto original = log::original_of(std::move(op));
        if (!original || !(original->first.branch == branch)) continue;
        const std::uint64_t position = original->first.position;
        if (position < header.first_op || position - header.first_op >= header.op_count) continue;
        if (!erased.has(position - header.first_op)) survivors.push_back(std::move(*original));
      }
    }
    if (whole) return std::optional<Dotted>(std::move(survivors));
  }
  return std::optional<Dotted>();
}

// They count where no op stands yet: who holds the original keeps it. False while they are not here.
base::Result<bool> Core::State::restore_survivors(SpaceState& space, const log::SegmentName& name,
                                                  const base::LogId& branch, const log::SegmentHeader& header,
                                                  Opened& opened) {
  const base::SpaceId& id = space.row.space;
  if (space.membership.erased_ops(name).all(header.op_count)) return true;
  surviving.clear();
  SJ_TRY(const auto survivors, survivors_of(space, name, branch, header));
  surviving.clear();
  if (!survivors) return false;
  for (const auto& [dot, survivor] : *survivors) {
    const bool again = log::is_witness(survivor.kind);
    const base::ObjectId object = again ? base::ObjectId{} : survivor.object;
    SJ_TRY_STATUS(store->put_op(id, object, {dot, codec.encode(survivor)}, true));
    if (!again) opened.touched.push_back({id, object, survivor.type});
    constexpr std::uint64_t kMostAtOnce = std::uint64_t{1} << 24;  // as of any op: fold/apply.cpp
    opened.lamport = std::max(opened.lamport, std::min(survivor.lamport, opened.lamport + kMostAtOnce));
  }
  return true;
}

}  // namespace sejawat::api
