// The rare cases in which ops change place: a fence takes them out of the fold, a new log takes over what the
// old one had not sealed.
#include "store_state.h"

namespace sejawat::store {

base::Status Store::set_segment_states_from(const base::SpaceId& space, const base::LogId& log,
                                            std::uint64_t no, SegmentState segment_state) {
  auto query = state_->database->query(
      "UPDATE segment SET state = ?1 WHERE space = ?2 AND log = ?3 AND no >= ?4 AND state <> ?1");
  return query.bind(static_cast<std::int64_t>(segment_state)).bind(space).bind(log).bind(number(no)).run();
}

base::Result<std::vector<base::LogId>> Store::logs_in_state(const base::SpaceId& space,
                                                            SegmentState segment_state) {
  std::vector<base::LogId> logs;
  SJ_CHECK(segment_state != SegmentState::applied);
  auto query = state_->database->query(
      "SELECT DISTINCT log FROM segment INDEXED BY segment_waiting"
      " WHERE space = ? AND state = ? AND state IN (1, 2, 3, 4)");
  query.bind(space).bind(static_cast<std::int64_t>(segment_state));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return logs;
    logs.push_back(query.id<base::LogId>(0));
  }
}

base::Status Store::release_quarantined(const base::SpaceId& space, const base::LogId& log,
                                        std::uint64_t below) {
  auto query = state_->database->query(
      "UPDATE segment SET state = ? WHERE space = ? AND log = ? AND state = ? AND no < ?");
  query.bind(static_cast<std::int64_t>(SegmentState::waiting_key)).bind(space).bind(log);
  query.bind(static_cast<std::int64_t>(SegmentState::quarantined));
  return query.bind(below > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX : number(below)).run();
}

base::Result<std::vector<base::ObjectId>> Store::objects_from(const base::SpaceId& space,
                                                              const base::LogId& log,
                                                              std::uint64_t position) {
  std::vector<base::ObjectId> objects;
  auto query =
      state_->database->query("SELECT DISTINCT object FROM op WHERE space = ? AND log = ? AND position >= ?");
  query.bind(space).bind(log).bind(number(position));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return objects;
    objects.push_back(query.id<base::ObjectId>(0));
  }
}

// The bare column goes with the least id (SQLite, "Bare columns in an aggregate query").
base::Result<std::vector<Store::ObjectOps>> Store::ops_by_object_from(const base::SpaceId& space,
                                                                      const base::LogId& log,
                                                                      std::uint64_t position) {
  std::vector<ObjectOps> found;
  auto query = state_->database->query(
      "SELECT object, min(id), count(*), bytes FROM op"
      " WHERE space = ? AND log = ? AND position >= ? GROUP BY object");
  query.bind(space).bind(log).bind(number(position));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return found;
    const auto bytes = query.blob(3);
    found.push_back({query.id<base::ObjectId>(0), query.i64(1), query.u64(2), {bytes.begin(), bytes.end()}});
  }
}

base::Result<std::vector<base::ObjectId>> Store::objects(const base::SpaceId& space) {
  std::vector<base::ObjectId> objects;
  auto query =
      state_->database->query("SELECT DISTINCT object FROM op WHERE space = ? AND length(bytes) > 0");
  query.bind(space);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return objects;
    objects.push_back(query.id<base::ObjectId>(0));
  }
}

base::Status Store::retry_unreadable(const base::SpaceId& space) {
  auto query = state_->database->query("UPDATE segment SET state = ? WHERE space = ? AND state = ?");
  query.bind(static_cast<std::int64_t>(SegmentState::waiting_key)).bind(space);
  return query.bind(static_cast<std::int64_t>(SegmentState::unreadable)).run();
}

base::Status Store::remove_ops_from(const base::SpaceId& space, const base::LogId& log,
                                    std::uint64_t position) {
  auto query =
      state_->database->query("DELETE FROM op WHERE space = ? AND log = ? AND position >= ? AND sealed = 1");
  return query.bind(space).bind(log).bind(number(position)).run();
}

base::Result<std::vector<Store::MovedOp>> Store::unsealed_with_objects(const base::SpaceId& space,
                                                                       const base::LogId& log) {
  std::vector<MovedOp> ops;
  auto query = state_->database->query(
      "SELECT object, position, bytes FROM op WHERE space = ? AND log = ? AND sealed = 0 ORDER BY position");
  query.bind(space).bind(log);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return ops;
    ops.push_back({query.id<base::ObjectId>(0), {{log, query.u64(1)}, base::to_bytes(query.blob(2))}});
  }
}

base::Status Store::replace_unsealed(const base::SpaceId& space, const base::LogId& from,
                                     const std::vector<MovedOp>& ops) {
  auto remove = state_->database->query("DELETE FROM op WHERE space = ? AND log = ? AND sealed = 0");
  SJ_TRY_STATUS(remove.bind(space).bind(from).run());
  for (const auto& moved : ops) SJ_TRY_STATUS(put_op(space, moved.object, moved.op, false));
  return {};
}

base::Status Store::put_profile(const base::SpaceId& space, const base::PersonId& person,
                                std::string_view name) {
  auto query = state_->database->query("INSERT OR REPLACE INTO profile VALUES(?, ?, ?)");
  return query.bind(space).bind(person).bind(name).run();
}

base::Result<std::vector<std::pair<base::PersonId, std::string>>> Store::profiles(
    const base::SpaceId& space) {
  std::vector<std::pair<base::PersonId, std::string>> rows;
  auto query = state_->database->query("SELECT person, name FROM profile WHERE space = ? ORDER BY person");
  query.bind(space);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return rows;
    rows.emplace_back(query.id<base::PersonId>(0), query.text(1));
  }
}

}  // namespace sejawat::store
