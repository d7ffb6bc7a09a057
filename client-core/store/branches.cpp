// Logs that forked: a restored backup or a copied store wrote on where another copy had written already.
#include "store_state.h"

namespace sejawat::store {

base::Result<std::vector<BranchRow>> Store::branches(const base::SpaceId& space) {
  std::vector<BranchRow> rows;
  auto query = state_->database->query(
      "SELECT name, log, parent, first_no, first_op FROM branch WHERE space = ? ORDER BY name");
  query.bind(space);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return rows;
    rows.push_back({query.id<base::LogId>(0), query.id<base::LogId>(1), query.id<base::LogId>(2),
                    query.u64(3), query.u64(4)});
  }
}

base::Status Store::put_branch(const base::SpaceId& space, const BranchRow& row) {
  auto query = state_->database->query("INSERT OR REPLACE INTO branch VALUES(?, ?, ?, ?, ?, ?)");
  query.bind(space).bind(row.name).bind(row.log).bind(row.parent);
  return query.bind(number(row.first_no)).bind(number(row.first_op)).run();
}

base::Status Store::part_at(const base::SpaceId& space, const BranchRow& to, const log::Head& before,
                            const log::Head& end) {
  Database& database = *state_->database;
  // Whatever began where the chain ended begins where its new branch ends.
  auto children = database.query("UPDATE branch SET parent = ? WHERE space = ? AND parent = ?");
  SJ_TRY_STATUS(children.bind(to.name).bind(space).bind(to.parent).run());
  SJ_TRY_STATUS(put_branch(space, to));
  auto segments = database.query("UPDATE segment SET log = ? WHERE space = ? AND log = ? AND no >= ?");
  SJ_TRY_STATUS(segments.bind(to.name).bind(space).bind(to.parent).bind(number(to.first_no)).run());
  auto ops = database.query("UPDATE op SET log = ? WHERE space = ? AND log = ? AND position >= ?");
  SJ_TRY_STATUS(ops.bind(to.name).bind(space).bind(to.parent).bind(number(to.first_op)).run());
  auto acks = database.query(
      "INSERT INTO acked_log SELECT carrier, space, ?, count FROM acked_log"
      " WHERE space = ? AND log = ? AND count > ?");
  SJ_TRY_STATUS(acks.bind(to.name).bind(space).bind(to.parent).bind(number(to.first_no)).run());
  auto shorter =
      database.query("UPDATE acked_log SET count = ?1 WHERE space = ?2 AND log = ?3 AND count > ?1");
  SJ_TRY_STATUS(shorter.bind(number(to.first_no)).bind(space).bind(to.parent).run());
  SJ_TRY_STATUS(put_head(space, to.name, end));
  if (before.count > 0) return put_head(space, to.parent, before);
  auto none = database.query("DELETE FROM head WHERE space = ? AND log = ?");
  return none.bind(space).bind(to.parent).run();
}

base::Result<std::vector<Store::NamedOp>> Store::ops_naming(const base::SpaceId& space,
                                                            const base::LogId& log) {
  std::vector<NamedOp> ops;
  // Dots stand in an op with the whole name of their branch.
  auto query =
      state_->database->query("SELECT id, object, bytes FROM op WHERE space = ? AND instr(bytes, ?) > 0");
  query.bind(space).bind(log);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return ops;
    ops.push_back({query.i64(0), query.id<base::ObjectId>(1), base::to_bytes(query.blob(2))});
  }
}

base::Status Store::replace_op(std::int64_t id, base::ByteView bytes) {
  auto query = state_->database->query("UPDATE op SET bytes = ? WHERE id = ?");
  return query.bind(bytes).bind(id).run();
}

}  // namespace sejawat::store
