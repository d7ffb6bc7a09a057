// What waits in quarantine, opened as far as this person's keys go: an admin judges what was read, and
// nobody's late work is out of reach.
#include "core_state.h"
#include "cycle/field_names.h"

namespace sejawat::api {

base::Result<QuarantinedWork> Core::quarantined_work(const base::LogId& log) {
  State& core = *state_;
  SJ_TRY(auto rows, quarantine());
  QuarantinedWork work;
  for (auto& row : rows) {
    if (row.log == log) work.log = std::move(row);
  }
  if (work.log.segments == 0) return base::error(base::Code::not_found, "nothing of this log waits");
  const base::SpaceId& id = work.log.space;
  SJ_TRY(auto* space, core.space(id));
  SJ_TRY(const auto places, core.store->places_in_state(id, store::SegmentState::quarantined));
  for (const auto& place : places) {
    if (!(place.log == log)) continue;
    SJ_TRY(auto waiting, core.store->segment(id, log, place.segment_no));
    if (!waiting) continue;
    auto& stored = *waiting;
    SJ_TRY(const auto before, core.head_before(*space, log, stored.segment_no));
    SJ_TRY(auto segment, log::decode_segment(stored.bytes));
    SJ_TRY(auto header, log::decode_header(segment.header));
    const auto key = space->epochs.find(header.epoch);
    base::Result<std::vector<log::Op>> ops = base::error(base::Code::key_missing);
    if (key != space->epochs.end())
      ops = log::open_segment(id, space->log_of(log), before, key->second, segment);
    if (!ops.ok()) ++work.unreadable;
    for (const auto& op : ops.ok() ? *ops : std::vector<log::Op>{}) {
      QuarantinedChange change;
      change.object = op.object;
      change.type = op.type;
      change.kind = op.kind;
      change.wall_ms = op.wall_ms;
      for (auto& one : cycle::named_values(op)) {
        change.fields.push_back({one.element, std::move(one.name), std::move(one.value)});
      }
      work.changes.push_back(std::move(change));
    }
    work.sealed.push_back(std::move(stored.bytes));
  }
  return work;
}

}  // namespace sejawat::api
