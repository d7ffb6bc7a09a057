// A store that finds out that it is an old copy of itself (protocol 2, rule 5). What a lock cannot see, a
// restored backup or a cloned phone, wrote on in a log that another copy continued as well. Nobody has taken
// our branch yet, so nothing refers to it: its changes are written anew in a new log, and the other copy's
// branch is taken as it is.
#include "base/planted.h"
#include "core_state.h"

namespace sejawat::api {

bool Core::State::is_of_this_device(const SpaceState& space, const base::LogId& log) const {
  const auto enrolled = space.membership.logs().find(log);
  return certificate && enrolled != space.membership.logs().end() &&
         enrolled->second.device == certificate->device();
}

base::Result<log::Head> Core::State::head_before(const base::SpaceId& space, const base::LogId& log,
                                                 std::uint64_t segment_no) {
  if (segment_no == 0) return log::Head{};
  SJ_TRY(auto previous, store->segment(space, log, segment_no - 1));
  if (!previous) return base::error(base::Code::chain_gap, "an earlier segment is not here");
  return log::Head{segment_no, previous->first_op + previous->op_count, previous->hash};
}

base::Result<bool> Core::State::leave_own_branch(SpaceState& space, const space::EnrolledLog& enrolled,
                                                 const log::Segment& segment,
                                                 const log::SegmentHeader& header,
                                                 std::vector<fold::Touched>& touched) {
  const base::LogId log = enrolled.log;
  if (!is_of_this_device(space, log)) return false;
  SJ_TRY(auto held, store->head(space.row.space, log));
  const log::Head before = held.value_or(log::Head{});
  if (header.segment_no > before.count) return base::error(base::Code::chain_gap);
  // Only a copy of this very store can have signed it, after the same beginning.
  SJ_TRY(const auto common, head_before(space.row.space, log, header.segment_no));
  auto verified = log::verify_next(space.row.space, log, enrolled.key, common, segment);
  if (!verified.ok()) return std::move(verified).error();
  for (const auto& carrier : carriers) {
    // Two carriers hold one branch each: then both stay what they are, and this is for a person to see.
    SJ_TRY(auto acked, store->acked_segments(carrier.key, space.row.space, log));
    if (acked > common.count) return false;
  }
  SJ_TRY(auto ops, store->ops_from(space.row.space, log, common.next_op));
  SJ_TRY(auto current, store->own_log(space.row.space));
  if (ops.empty() && (!current || !(current->log == log))) return false;  // left before; only catching up
  SJ_TRY_STATUS(store->cut_own_log(space.row.space, log, common));
  space.digest.move_tip(before, common);
  SJ_TRY_STATUS(settle_membership(space));  // enrols a new log
  SJ_TRY(auto fresh, store->own_log(space.row.space));
  if (!fresh) return base::error(base::Code::internal, "no log to go on in");
  std::map<log::Dot, log::Dot> renamed;
  for (const auto& item : ops) {
    SJ_TRY(auto op, codec.decode(item.op.bytes));
    for (auto& dot : op.supersedes) {
      const auto found = renamed.find(dot);
      if (found != renamed.end()) dot = found->second;
    }
    const auto wall_ms = op.wall_ms;
    SJ_TRY(auto dot, fold::write_local(*store, codec, space.row.space, fresh->log, std::move(op), wall_ms));
    renamed[item.op.dot] = dot;
    touched.push_back({space.row.space, item.object});
  }
  if (SJ_PLANTED(client_loses_its_branch) && !renamed.empty()) {
    SJ_TRY_STATUS(store->remove_ops_from(space.row.space, fresh->log, renamed.rbegin()->second.position));
  }
  refused_now.erase(space.row.space);  // what was refused of the old branch is written anew
  return true;
}

}  // namespace sejawat::api
