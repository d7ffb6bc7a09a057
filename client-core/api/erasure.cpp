// Erasure on a device (docs/PROTOCOL.md, "Erasure"): values and sealed bodies go, chains stay.
#include <algorithm>
#include <utility>

#include "core_state.h"
#include "space/erasure_rule.h"

namespace sejawat::api {

base::Result<bool> Core::State::may_drop(const SpaceState& space, const log::SegmentName& name,
                                         std::uint64_t op_count) {
  return sejawat::space::body_may_go(
      space.membership, name, op_count, [&](const log::SegmentName& witness) -> base::Result<bool> {
        SJ_TRY(const auto found, find_segment(space, witness.log, witness.segment_no, witness.tag));
        return found.has_value();
      });
}

// Of an erasure whose witnesses are not all here: one of them. When that one comes the next is looked for, so
// that each is asked about once, however much comes meanwhile. With the last the bodies may go.
base::Status Core::State::look_for_witnesses(SpaceState& space, const sejawat::space::Erasure& erasure) {
  auto& erasing = space.erasing;
  const auto waits = erasing.lacking.find(erasure.record);
  // They are looked for in their order: what stands before the one that came is here.
  bool past = waits == erasing.lacking.end();
  for (const auto& witness : erasure.witnesses) {
    past = past || witness == waits->second;
    if (!past) continue;
    SJ_TRY(const auto found, find_segment(space, witness.log, witness.segment_no, witness.tag));
    if (found) continue;
    erasing.lacking.insert_or_assign(erasure.record, witness);
    return {};
  }
  erasing.lacking.erase(erasure.record);
  for (const auto& segment : erasure.segments) erasing.to_look.insert(segment.name);
  return {};
}

// What became of the erasures since: those in force now that were not, and the other way round.
base::Status Core::State::read_erasures(SpaceState& space) {
  auto& erasing = space.erasing;
  const auto& erasures = space.membership.erasures();
  const std::size_t records = space.membership.records().size();
  if (erasing.records_read == records) return {};
  erasing.records_read = records;
  std::set<base::RecordId> now;
  bool changed = erasures.size() != erasing.known.size();
  for (const auto& erasure : erasures) {
    now.insert(erasure.record);
    if (erasing.known.count(erasure.record) != 0) continue;
    changed = true;
    // Whatever it waits for: its ops are gone already, and other erasures may name the rest of a segment.
    for (const auto& segment : erasure.segments) erasing.to_look.insert(segment.name);
    SJ_TRY_STATUS(look_for_witnesses(space, erasure));
  }
  for (auto at = erasing.lacking.begin(); at != erasing.lacking.end();)
    at = now.count(at->first) == 0 ? erasing.lacking.erase(at) : std::next(at);
  erasing.known = std::move(now);
  return changed ? settle_chunks(space) : base::Status();
}

base::Status Core::State::note_for_erasures(SpaceState& space, const log::SegmentName& name) {
  auto& erasing = space.erasing;
  if (!space.membership.erasures_of(name).empty()) erasing.to_look.insert(name);
  for (const std::size_t place : space.membership.witnessed_by(name)) {
    const auto& erasure = space.membership.erasures()[place];
    const auto waits = erasing.lacking.find(erasure.record);
    if (waits == erasing.lacking.end() || !(waits->second == name)) continue;
    SJ_TRY_STATUS(look_for_witnesses(space, erasure));
  }
  return {};
}

base::Status Core::State::settle_erasures(SpaceState& space, std::vector<fold::Touched>& touched) {
  SJ_TRY_STATUS(read_erasures(space));
  auto& erasing = space.erasing;
  if (erasing.to_look.empty()) return {};
  // Most of what is named and not here lies behind the end of its log.
  SJ_TRY(const auto heads, store->heads(space.row.space));
  std::map<base::LogId, std::uint64_t> counts;
  for (const auto& [branch, head] : heads) {
    auto& count = counts[space.log_of(branch)];
    count = std::max(count, head.count);
  }
  for (const auto& name : std::exchange(erasing.to_look, {})) {
    const auto count = counts.find(name.log);
    if (count == counts.end() || name.segment_no >= count->second) continue;
    SJ_TRY(const bool kept, body_is_kept(space, name, touched));
    if (kept) {
      erasing.open.insert(name);
    } else {
      erasing.open.erase(name);
    }
  }
  return {};
}

// Lets the values go, and the body as soon as it may. What survives of one whose body is gone waits on its
// own (open_waiting).
base::Result<bool> Core::State::body_is_kept(SpaceState& space, const log::SegmentName& name,
                                             std::vector<fold::Touched>& touched) {
  const base::SpaceId& id = space.row.space;
  SJ_TRY(const auto stored, find_segment(space, name.log, name.segment_no, name.tag));
  if (!stored) return false;
  const auto erased = space.membership.erased_ops(name);
  SJ_TRY(const auto ops, store->ops_between(id, stored->log, stored->first_op, stored->op_count));
  for (const auto& op : ops) {
    if (op.op.bytes.empty() || !erased.has(op.op.dot.position - stored->first_op)) continue;
    SJ_TRY(const auto object, store->erase_op(id, op.op.dot));
    if (object) touched.push_back({id, *object, 0});
  }
  SJ_TRY(auto segment, log::decode_segment(stored->bytes));
  if (!segment.erased) {
    SJ_TRY(const bool drop, may_drop(space, name, stored->op_count));
    if (!drop) return true;
    SJ_TRY_STATUS(store->replace_segment(id, stored->log, stored->segment_no, log::without_body(segment)));
    space.lacking.erase(stored->hash);  // without a body it stands on nothing
  }
  SJ_TRY(const auto state, store->segment_state(id, stored->log, stored->segment_no));
  if (state == store::SegmentState::waiting_key || state == store::SegmentState::unreadable) {
    SJ_TRY_STATUS(
        store->set_segment_state(id, stored->log, stored->segment_no, store::SegmentState::waiting_deps));
  }
  return false;
}

// A body that came after its segment came without, and that is wanted still.
base::Status Core::State::fill_body(SpaceState& space, const base::LogId& branch, const log::Segment& segment,
                                    const log::SegmentHeader& header, const base::Bytes& bytes) {
  if (segment.erased) return {};
  const base::SpaceId& id = space.row.space;
  SJ_TRY(const auto held, store->segment(id, branch, header.segment_no));
  if (!held || held->bytes.size() >= bytes.size()) return {};
  SJ_TRY(const bool drop, may_drop(space, space.name_of(*held), header.op_count));
  if (drop) return {};
  SJ_TRY_STATUS(store->replace_segment(id, branch, header.segment_no, bytes));
  space.erasing.to_look.insert(space.name_of(*held));
  SJ_TRY(const auto state, store->segment_state(id, branch, header.segment_no));
  if (state != store::SegmentState::waiting_deps) return {};
  return store->set_segment_state(id, branch, header.segment_no, store::SegmentState::waiting_key);
}

}  // namespace sejawat::api
