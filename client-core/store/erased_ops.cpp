// What becomes of ops and sealed bytes that are erased (docs/PROTOCOL.md, "Erasure").
#include "store_state.h"

namespace sejawat::store {
namespace {

// Something was deleted that the files still hold: also where a full disk kept them from being written anew.
constexpr std::string_view kForgetDue = "forget_due";  // words: the search index has them, too
constexpr std::string_view kWipeDue = "wipe_due";      // a secret, which only the log of the database has

}  // namespace

base::Status Store::replace_segment(const base::SpaceId& space, const base::LogId& log, std::uint64_t no,
                                    base::ByteView bytes) {
  auto query = state_->database->query("UPDATE segment SET bytes = ? WHERE space = ? AND log = ? AND no = ?");
  return query.bind(bytes).bind(space).bind(log).bind(number(no)).run();
}

base::Result<std::optional<SegmentState>> Store::segment_state(const base::SpaceId& space,
                                                               const base::LogId& log, std::uint64_t no) {
  auto query = state_->database->query("SELECT state FROM segment WHERE space = ? AND log = ? AND no = ?");
  query.bind(space).bind(log).bind(number(no));
  SJ_TRY(auto row, query.step());
  if (!row) return std::optional<SegmentState>();
  return std::optional<SegmentState>(static_cast<SegmentState>(query.i64(0)));
}

base::Result<std::optional<StoredSegment>> Store::segment_at(const base::SpaceId& space,
                                                             const base::LogId& log, std::uint64_t position) {
  std::uint64_t no = 0;
  {
    auto query = state_->database->query(
        "SELECT no FROM segment WHERE space = ?1 AND log = ?2 AND first_op <= ?3 AND first_op + op_count > ?3"
        " ORDER BY no DESC LIMIT 1");
    query.bind(space).bind(log).bind(number(position));
    SJ_TRY(auto row, query.step());
    if (!row) return std::optional<StoredSegment>();
    no = query.u64(0);
  }
  return segment(space, log, no);
}

base::Result<std::vector<Store::MovedOp>> Store::ops_between(const base::SpaceId& space,
                                                             const base::LogId& log,
                                                             std::uint64_t first_position,
                                                             std::uint64_t count) {
  std::vector<MovedOp> ops;
  auto query = state_->database->query(
      "SELECT object, position, bytes FROM op WHERE space = ? AND log = ? AND position >= ? AND position < ?"
      " ORDER BY position");
  query.bind(space).bind(log).bind(number(first_position)).bind(number(first_position + count));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return ops;
    ops.push_back({query.id<base::ObjectId>(0), {{log, query.u64(1)}, base::to_bytes(query.blob(2))}});
  }
}

base::Result<std::optional<base::ObjectId>> Store::erase_op(const base::SpaceId& space, const log::Dot& dot) {
  std::int64_t id = 0;
  base::ObjectId object;
  {
    auto query = state_->database->query(
        "SELECT id, object FROM op WHERE space = ? AND log = ? AND position = ? AND length(bytes) > 0");
    query.bind(space).bind(dot.branch).bind(number(dot.position));
    SJ_TRY(auto row, query.step());
    if (!row) return std::optional<base::ObjectId>();
    id = query.i64(0);
    object = query.id<base::ObjectId>(1);
  }
  SJ_TRY_STATUS(replace_op(id, {}));
  SJ_TRY_STATUS(put_setting(kForgetDue, {}));
  return std::optional<base::ObjectId>(object);
}

base::Status Store::replace_unsealed_op(const base::SpaceId& space, const StoredOp& op) {
  const base::ObjectId none;
  auto query = state_->database->query(
      "UPDATE op SET object = ?, bytes = ? WHERE space = ? AND log = ? AND position = ? AND sealed = 0");
  query.bind(none).bind(base::ByteView(op.bytes)).bind(space).bind(op.dot.branch);
  SJ_TRY_STATUS(query.bind(number(op.dot.position)).run());
  return put_setting(kForgetDue, {});
}

base::Status Store::wipe_setting(std::string_view name) {
  SJ_TRY_STATUS(put_setting(kWipeDue, {}));  // first, so that it is due whatever happens in between
  return put_setting(name, {});
}

// A search index without content only marks what is deleted; merging it leaves that out. Freed pages are
// overwritten (secure_delete), and the log of the database is written back and emptied.
base::Status Store::forget_if_due() {
  SJ_TRY(const auto words, setting(kForgetDue));
  SJ_TRY(const auto secrets, setting(kWipeDue));
  if (!words && !secrets) return {};
  Database& database = *state_->database;
  if (words) {
    SJ_TRY_STATUS(database.execute("INSERT INTO journal_words(journal_words) VALUES('optimize')"));
    SJ_TRY_STATUS(database.execute("INSERT INTO cycle_words(cycle_words) VALUES('optimize')"));
  }
  SJ_TRY_STATUS(database.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  auto query = database.query("DELETE FROM setting WHERE name IN (?, ?)");
  return query.bind(kForgetDue).bind(kWipeDue).run();
}

}  // namespace sejawat::store
