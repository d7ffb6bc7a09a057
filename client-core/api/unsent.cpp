// What the home carrier of its space does not hold durably yet, thing by thing: every one of them can be
// opened, and none is only a number.
#include <algorithm>

#include "core_state.h"
#include "cycle/schema.h"

namespace sejawat::api {
namespace {

using Carriers = std::vector<base::PublicBoxKey>;

// Position of the first op that one of these carriers does not hold.
base::Result<std::uint64_t> held_until(Core::State& core, const SpaceState& space, const Carriers& carriers,
                                       const base::LogId& branch) {
  const auto& id = space.row.space;
  std::uint64_t least = UINT64_MAX;
  for (const auto& carrier : carriers) {
    SJ_TRY(auto acked, core.store->acked_segments(carrier, id, branch));
    least = std::min(least, acked);
  }
  const auto forked = space.branches.find(branch);
  const std::uint64_t first_op = forked == space.branches.end() ? 0 : forked->second.first_op;
  if (least <= space.first_no(branch)) return first_op;
  SJ_TRY(auto last, core.store->segment(id, branch, least - 1));
  return last ? last->first_op + last->op_count : first_op;
}

// Every log with something in it: sealed ones have a head, of a new one nothing is sealed yet.
base::Result<std::vector<base::LogId>> logs_here(Core::State& core, const SpaceState& space) {
  std::vector<base::LogId> logs;
  SJ_TRY(auto heads, core.store->heads(space.row.space));
  for (const auto& [log, head] : heads) logs.push_back(log);
  SJ_TRY(auto own, core.store->own_log(space.row.space));
  if (own && std::find(logs.begin(), logs.end(), own->log) == logs.end()) logs.push_back(own->log);
  return logs;
}

}  // namespace

base::Result<std::int64_t> Core::State::oldest_unsent_ms() {
  std::int64_t oldest = 0;
  for (auto& [id, space] : spaces) {
    SJ_TRY(const auto homes, homes_of(*space));
    SJ_TRY(const auto logs, logs_here(*this, *space));
    for (const auto& log : logs) {
      SJ_TRY(const auto from, held_until(*this, *space, homes, log));
      SJ_TRY(auto first, store->ops_between(id, log, from, 1));
      if (first.empty() || first.front().op.bytes.empty()) continue;
      SJ_TRY(const auto op, codec.decode(first.front().op.bytes));
      if (oldest == 0 || op.wall_ms < oldest) oldest = op.wall_ms;
    }
  }
  return oldest;
}

base::Result<std::vector<UnsentRecord>> Core::unsent() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  std::vector<std::pair<std::int64_t, UnsentRecord>> found;  // by their place in the order of writing
  for (auto& [id, space] : core.spaces) {
    SJ_TRY(const auto homes, core.homes_of(*space));
    base::Code refused = base::Code::ok;
    for (const auto& home : homes) {
      const auto refusal = core.refused.find({home, id});
      if (refusal == core.refused.end() || refusal->second.elsewhere) continue;
      if (refused == base::Code::ok) refused = refusal->second.code;
    }
    std::map<base::ObjectId, std::size_t> places;  // in `found`
    SJ_TRY(const auto logs, logs_here(core, *space));
    for (const auto& log : logs) {
      const auto enrolled = space->membership.logs().find(space->log_of(log));
      const bool own = enrolled == space->membership.logs().end() || core.is_own(enrolled->second);
      SJ_TRY(const auto from, held_until(core, *space, homes, log));
      SJ_TRY(auto objects, core.store->ops_by_object_from(id, log, from));
      for (const auto& one : objects) {
        if (one.first.empty()) continue;  // erased: nothing is left to show
        SJ_TRY(const auto op, core.codec.decode(one.first));
        const auto [at, fresh] = places.emplace(one.object, found.size());
        if (fresh) {
          UnsentRecord row;
          row.object = one.object;
          row.space = id;
          row.type = op.type;
          row.since_wall_ms = op.wall_ms;
          row.refused = refused;
          found.emplace_back(one.seq, std::move(row));
        }
        auto& [seq, row] = found[at->second];
        seq = std::min(seq, one.seq);
        row.since_wall_ms = std::min(row.since_wall_ms, op.wall_ms);
        row.changes += one.count;
        row.own = row.own || own;
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<UnsentRecord> rows;
  rows.reserve(found.size());
  for (auto& [seq, row] : found) rows.push_back(std::move(row));
  return rows;
}

base::Status Core::entitle(UnsentRecord& row) {
  if (row.type == cycle::kJournalEntryType) {
    auto view = journal().show(row.object);
    if (!view.ok()) return view.error().code == base::Code::not_found ? base::Status() : view.error();
    row.date = view->entry.date;
    if (!view->entry.events.empty()) row.title = view->entry.events.front().happened;
    return {};
  }
  const auto* entity = cycle::entity(row.type);
  if (entity == nullptr) return {};
  auto view = cycle().records().show(row.object);
  if (!view.ok()) return view.error().code == base::Code::not_found ? base::Status() : view.error();
  row.date = view->date;
  if (entity->title != nullptr) row.title = view->value(entity->title);
  return {};
}

}  // namespace sejawat::api
