// A restored backup or a copied store wrote on where another copy had written already: its own branch is
// taken out, so that it can be written anew in a log of its own.
#include "store_state.h"

namespace sejawat::store {

base::Result<std::vector<Store::OwnOp>> Store::ops_from(const base::SpaceId& space, const base::LogId& log,
                                                        std::uint64_t position) {
  std::vector<OwnOp> ops;
  auto query = state_->database->query(
      "SELECT object, position, bytes FROM op WHERE space = ? AND log = ? AND position >= ? ORDER BY "
      "position");
  query.bind(space).bind(log).bind(number(position));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return ops;
    ops.push_back({query.id<base::ObjectId>(0), {{log, query.u64(1)}, base::to_bytes(query.blob(2))}});
  }
}

base::Status Store::cut_own_log(const base::SpaceId& space, const base::LogId& log, const log::Head& head) {
  auto ops = state_->database->query("DELETE FROM op WHERE space = ? AND log = ? AND position >= ?");
  SJ_TRY_STATUS(ops.bind(space).bind(log).bind(number(head.next_op)).run());
  auto segments = state_->database->query("DELETE FROM segment WHERE space = ? AND log = ? AND no >= ?");
  SJ_TRY_STATUS(segments.bind(space).bind(log).bind(number(head.count)).run());
  auto own = state_->database->query("DELETE FROM own_log WHERE space = ? AND log = ?");
  SJ_TRY_STATUS(own.bind(space).bind(log).run());
  if (head.count == 0) {
    auto none = state_->database->query("DELETE FROM head WHERE space = ? AND log = ?");
    return none.bind(space).bind(log).run();
  }
  auto tip = state_->database->query("INSERT OR REPLACE INTO head VALUES(?, ?, ?, ?, ?)");
  tip.bind(space).bind(log).bind(number(head.count)).bind(number(head.next_op));
  return tip.bind(head.hash).run();
}

}  // namespace sejawat::store
