#include "store/store.h"

#include <sys/stat.h>

#include "base/planted.h"
#include "schema.h"
#include "store_state.h"

namespace sejawat::store {

namespace {

base::Status prepare(Database& database) {
  int version = 0;
  {
    auto query = database.query("PRAGMA user_version");
    SJ_TRY(auto row, query.step());
    if (row) version = static_cast<int>(query.i64(0));
  }
  // Before any other pragma: a newer store is left exactly as it is.
  if (version > kSchemaVersion) return base::error(base::Code::store_too_new);
  database.found_fit();
  SJ_TRY_STATUS(
      database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                       "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON; PRAGMA cache_size=-8000"));
  if (SJ_PLANTED(store_not_synced)) SJ_TRY_STATUS(database.execute("PRAGMA synchronous=OFF"));
  if (version == kSchemaVersion) {
    // What a killed process left in the page cache is seen again now, but no sync has made it durable. A
    // checkpoint syncs the log before all else (so it may then find the disk full), and does nothing when the
    // log is empty, as after every orderly close.
    base::Status durable = database.execute("PRAGMA wal_checkpoint");
    if (durable.code() == base::Code::disk_full) return {};
    return durable;
  }
  SJ_TRY_STATUS(database.execute("BEGIN IMMEDIATE"));
  base::Status made = version < 1 ? database.execute(kSchema) : base::Status();
  if (made.ok() && version < 2) made = database.execute(kToVersion2);
  if (made.ok() && version < 3) made = database.execute(kToVersion3);
  if (made.ok() && version < 4) made = database.execute(kToVersion4);
  if (made.ok()) made = database.execute("COMMIT");
  if (!made.ok()) static_cast<void>(database.execute("ROLLBACK"));
  return made;
}

StoredSegment segment_of(const Query& query) {
  StoredSegment segment;
  segment.log = query.id<base::LogId>(0);
  segment.segment_no = query.u64(1);
  segment.first_op = query.u64(2);
  segment.op_count = static_cast<std::uint32_t>(query.i64(3));
  segment.hash = query.id<base::Hash32>(4);
  segment.bytes = base::to_bytes(query.blob(5));
  return segment;
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;
JournalRows& Store::journal() { return *state_->journal; }
RecordRows& Store::records_of_cycle() { return *state_->records; }
AttachmentRows& Store::attachments() { return *state_->attachments; }

base::Result<std::unique_ptr<Store>> Store::open(const std::string& path, const base::Secret32& key,
                                                 int wait_ms) {
  auto state = std::make_unique<State>();
  if (path != ":memory:") {
    SJ_TRY(auto lock, LockFile::take(path + ".lock", wait_ms));
    state->lock = std::move(lock);
    ::umask(077);
  }
  SJ_TRY(auto database, Database::open(path, key));
  SJ_TRY_STATUS(prepare(*database));
  state->database = std::move(database);
  state->journal = std::make_unique<JournalTable>(*state->database);
  state->records = std::make_unique<RecordTable>(*state->database);
  state->attachments = std::make_unique<AttachmentTable>(*state->database);
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Store::Transaction::Transaction(Store& store) : store_(store) {}
Store::Transaction::~Transaction() {
  if (!open_) return;
  Database& database = *store_.state_->database;
  if (--database.transaction_depth == 0) static_cast<void>(database.execute("ROLLBACK"));
}
base::Status Store::Transaction::begin() {
  Database& database = *store_.state_->database;
  if (database.transaction_depth == 0) SJ_TRY_STATUS(database.execute("BEGIN IMMEDIATE"));
  ++database.transaction_depth;
  open_ = true;
  return {};
}
base::Status Store::Transaction::commit() {
  Database& database = *store_.state_->database;
  SJ_CHECK(open_);
  if (database.transaction_depth == 1) SJ_TRY_STATUS(database.execute("COMMIT"));
  --database.transaction_depth;
  open_ = false;
  return {};
}

base::Status Store::put_setting(std::string_view name, base::ByteView value) {
  auto query = state_->database->query("INSERT OR REPLACE INTO setting VALUES(?, ?)");
  return query.bind(name).bind(value).run();
}
base::Result<std::optional<base::Bytes>> Store::setting(std::string_view name) {
  auto query = state_->database->query("SELECT value FROM setting WHERE name = ?");
  query.bind(name);
  SJ_TRY(auto row, query.step());
  if (!row) return std::optional<base::Bytes>();
  return std::optional<base::Bytes>(base::to_bytes(query.blob(0)));
}

base::Status Store::put_space(const SpaceRow& row) {
  auto query = state_->database->query(
      "INSERT INTO space(id, kind, name, digest) VALUES(?, ?, ?, ?)"
      " ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, name = excluded.name, digest = excluded.digest");
  query.bind(row.space).bind(std::int64_t{row.kind}).bind(std::string_view(row.name));
  return query.bind(base::ByteView(row.digest_state)).run();
}
base::Result<std::vector<SpaceRow>> Store::spaces() {
  std::vector<SpaceRow> rows;
  auto query = state_->database->query("SELECT id, kind, name, digest FROM space ORDER BY id");
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return rows;
    rows.push_back({query.id<base::SpaceId>(0), static_cast<std::uint8_t>(query.i64(1)), query.text(2),
                    base::to_bytes(query.blob(3))});
  }
}

base::Status Store::put_record(const base::SpaceId& space, const base::RecordId& id, base::ByteView record) {
  auto query = state_->database->query("INSERT OR IGNORE INTO record(space, id, bytes) VALUES(?, ?, ?)");
  return query.bind(space).bind(id).bind(record).run();
}
base::Result<std::vector<base::Bytes>> Store::records(const base::SpaceId& space) {
  std::vector<base::Bytes> records;
  auto query = state_->database->query("SELECT bytes FROM record WHERE space = ? ORDER BY seq");
  query.bind(space);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return records;
    records.push_back(base::to_bytes(query.blob(0)));
  }
}

base::Status Store::put_epoch(const base::SpaceId& space, const base::EpochId& id,
                              const base::Secret32& key) {
  auto query = state_->database->query("INSERT OR IGNORE INTO epoch VALUES(?, ?, ?)");
  return query.bind(space).bind(id).bind(key.view()).run();
}
base::Result<std::vector<std::pair<base::EpochId, base::Secret32>>> Store::epochs(
    const base::SpaceId& space) {
  std::vector<std::pair<base::EpochId, base::Secret32>> epochs;
  auto query = state_->database->query("SELECT id, key FROM epoch WHERE space = ?");
  query.bind(space);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return epochs;
    if (query.blob(1).size() != base::Secret32::kSize)
      return base::error(base::Code::store_key_wrong, "epoch key");
    epochs.emplace_back(query.id<base::EpochId>(0), base::Secret32(query.blob(1)));
  }
}

base::Status Store::put_own_log(const base::SpaceId& space, const base::LogId& log,
                                const base::Secret32& seed) {
  auto query = state_->database->query("INSERT INTO own_log(space, log, seed) VALUES(?, ?, ?)");
  return query.bind(space).bind(log).bind(seed.view()).run();
}
base::Result<std::optional<OwnLogRow>> Store::own_log(const base::SpaceId& space) {
  auto query =
      state_->database->query("SELECT log, seed FROM own_log WHERE space = ? ORDER BY seq DESC LIMIT 1");
  query.bind(space);
  SJ_TRY(auto row, query.step());
  if (!row) return std::optional<OwnLogRow>();
  if (query.blob(1).size() != base::Secret32::kSize)
    return base::error(base::Code::store_key_wrong, "log seed");
  return std::optional<OwnLogRow>(OwnLogRow{query.id<base::LogId>(0), base::Secret32(query.blob(1))});
}

base::Status Store::put_segment(const base::SpaceId& space, const StoredSegment& segment,
                                SegmentState segment_state) {
  auto query = state_->database->query(
      "INSERT INTO segment(space, log, no, first_op, op_count, hash, state, bytes) VALUES(?, ?, ?, ?, ?, ?, "
      "?, ?)");
  query.bind(space).bind(segment.log).bind(number(segment.segment_no)).bind(number(segment.first_op));
  query.bind(std::int64_t{segment.op_count}).bind(segment.hash);
  query.bind(static_cast<std::int64_t>(segment_state)).bind(base::ByteView(segment.bytes));
  return query.run();
}
base::Status Store::put_head(const base::SpaceId& space, const base::LogId& log, const log::Head& head) {
  auto query = state_->database->query("INSERT OR REPLACE INTO head VALUES(?, ?, ?, ?, ?)");
  query.bind(space).bind(log).bind(number(head.count)).bind(number(head.next_op));
  return query.bind(head.hash).run();
}
base::Status Store::set_segment_state(const base::SpaceId& space, const base::LogId& log, std::uint64_t no,
                                      SegmentState segment_state) {
  auto query = state_->database->query("UPDATE segment SET state = ? WHERE space = ? AND log = ? AND no = ?");
  return query.bind(static_cast<std::int64_t>(segment_state)).bind(space).bind(log).bind(number(no)).run();
}

#define SJ_SEGMENT_COLUMNS "log, no, first_op, op_count, hash, bytes"

base::Result<std::optional<StoredSegment>> Store::segment(const base::SpaceId& space, const base::LogId& log,
                                                          std::uint64_t no, SegmentBytes bytes) {
  auto query = bytes == SegmentBytes::read
                   ? state_->database->query("SELECT " SJ_SEGMENT_COLUMNS
                                             " FROM segment WHERE space = ? AND log = ? AND no = ?")
                   : state_->database->query(
                         "SELECT log, no, first_op, op_count, hash, x'' FROM segment"
                         " WHERE space = ? AND log = ? AND no = ?");
  query.bind(space).bind(log).bind(number(no));
  SJ_TRY(auto row, query.step());
  if (!row) return std::optional<StoredSegment>();
  return std::optional<StoredSegment>(segment_of(query));
}
base::Result<std::vector<StoredSegment>> Store::segments_from(const base::SpaceId& space,
                                                              const base::LogId& log, std::uint64_t no,
                                                              std::size_t max_bytes) {
  std::vector<StoredSegment> segments;
  std::size_t used = 0;
  auto query = state_->database->query("SELECT " SJ_SEGMENT_COLUMNS
                                       " FROM segment WHERE space = ? AND log = ? AND no >= ? ORDER BY no");
  query.bind(space).bind(log).bind(number(no));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return segments;
    auto segment = segment_of(query);
    used += segment.bytes.size();
    if (!segments.empty() && used > max_bytes) return segments;
    segments.push_back(std::move(segment));
  }
}
base::Result<std::optional<log::Head>> Store::head(const base::SpaceId& space, const base::LogId& log) {
  auto query = state_->database->query("SELECT count, next_op, hash FROM head WHERE space = ? AND log = ?");
  query.bind(space).bind(log);
  SJ_TRY(auto row, query.step());
  if (!row) return std::optional<log::Head>();
  return std::optional<log::Head>(log::Head{query.u64(0), query.u64(1), query.id<base::Hash32>(2)});
}
base::Result<std::vector<std::pair<base::LogId, log::Head>>> Store::heads(const base::SpaceId& space) {
  std::vector<std::pair<base::LogId, log::Head>> heads;
  auto query =
      state_->database->query("SELECT log, count, next_op, hash FROM head WHERE space = ? ORDER BY log");
  query.bind(space);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return heads;
    heads.emplace_back(query.id<base::LogId>(0),
                       log::Head{query.u64(1), query.u64(2), query.id<base::Hash32>(3)});
  }
}

base::Status Store::put_op(const base::SpaceId& space, const base::ObjectId& object, const StoredOp& op,
                           bool sealed) {
  auto query = state_->database->query(
      "INSERT OR IGNORE INTO op(space, object, log, position, sealed, bytes) VALUES(?, ?, ?, ?, ?, ?)");
  query.bind(space).bind(object).bind(op.dot.branch).bind(number(op.dot.position));
  return query.bind(std::int64_t{sealed}).bind(base::ByteView(op.bytes)).run();
}
base::Result<std::vector<StoredOp>> Store::ops_of(const base::SpaceId& space, const base::ObjectId& object) {
  std::vector<StoredOp> ops;
  auto query = state_->database->query(
      "SELECT log, position, bytes FROM op WHERE space = ? AND object = ? AND length(bytes) > 0");
  query.bind(space).bind(object);
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return ops;
    ops.push_back({{query.id<base::LogId>(0), query.u64(1)}, base::to_bytes(query.blob(2))});
  }
}
base::Result<std::vector<StoredOp>> Store::unsealed_ops(const base::SpaceId& space, const base::LogId& log,
                                                        std::size_t limit) {
  std::vector<StoredOp> ops;
  auto query = state_->database->query(
      "SELECT position, bytes FROM op WHERE space = ? AND log = ? AND sealed = 0 ORDER BY position LIMIT ?");
  query.bind(space).bind(log).bind(number(limit));
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return ops;
    ops.push_back({{log, query.u64(0)}, base::to_bytes(query.blob(1))});
  }
}
base::Status Store::mark_sealed(const base::SpaceId& space, const base::LogId& log,
                                std::uint64_t up_to_position) {
  auto query = state_->database->query(
      "UPDATE op SET sealed = 1 WHERE space = ? AND log = ? AND sealed = 0 AND position < ?");
  return query.bind(space).bind(log).bind(number(up_to_position)).run();
}
base::Result<std::uint64_t> Store::next_position(const base::SpaceId& space, const base::LogId& log) {
  auto query = state_->database->query(
      "SELECT max(ifnull((SELECT max(position) + 1 FROM op WHERE space = ?1 AND log = ?2), 0),"
      " ifnull((SELECT next_op FROM head WHERE space = ?1 AND log = ?2), 0))");
  query.bind(space).bind(log);
  SJ_TRY(auto row, query.step());
  return row ? query.u64(0) : 0;
}
base::Result<std::uint64_t> Store::unsealed_count(const base::SpaceId& space) {
  auto query = state_->database->query("SELECT count(*) FROM op WHERE space = ? AND sealed = 0");
  query.bind(space);
  SJ_TRY(auto row, query.step());
  return row ? query.u64(0) : 0;
}
base::Status Store::raise_lamport(const base::SpaceId& space, std::uint64_t at_least) {
  auto query = state_->database->query("UPDATE space SET lamport = max(lamport, ?) WHERE id = ?");
  return query.bind(number(at_least)).bind(space).run();
}
base::Result<std::uint64_t> Store::lamport(const base::SpaceId& space) {
  auto query = state_->database->query("SELECT lamport FROM space WHERE id = ?");
  query.bind(space);
  SJ_TRY(auto row, query.step());
  return row ? query.u64(0) : 0;
}

base::Status Store::put_carrier(const CarrierRow& row) {
  base::Bytes set;
  for (const auto& space : row.set) base::append(set, space.view());
  const base::Bytes generation = row.generation ? base::to_bytes(row.generation->view()) : base::Bytes{};
  auto query = state_->database->query(
      "INSERT INTO carrier(key, url, generation, spaces, last_sync, last_error) VALUES(?, ?, ?, ?, ?, ?)"
      " ON CONFLICT(key) DO UPDATE SET url = excluded.url, generation = excluded.generation,"
      " spaces = excluded.spaces, last_sync = excluded.last_sync, last_error = excluded.last_error");
  query.bind(row.key)
      .bind(std::string_view(row.url))
      .bind(base::ByteView(generation))
      .bind(base::ByteView(set));
  return query.bind(row.last_sync_wall_ms).bind(std::int64_t{row.last_error}).run();
}
base::Result<std::vector<CarrierRow>> Store::carriers() {
  std::vector<CarrierRow> rows;
  auto query = state_->database->query(
      "SELECT key, url, generation, spaces, last_sync, last_error FROM carrier ORDER BY seq");
  for (;;) {
    SJ_TRY(auto found, query.step());
    if (!found) return rows;
    CarrierRow row;
    row.key = query.id<base::PublicBoxKey>(0);
    row.url = query.text(1);
    row.generation = base::GenerationId::from(query.blob(2));
    const auto set = query.blob(3);
    for (std::size_t at = 0; at + base::SpaceId::kSize <= set.size(); at += base::SpaceId::kSize) {
      row.set.push_back(*base::SpaceId::from(set.subspan(at, base::SpaceId::kSize)));
    }
    row.last_sync_wall_ms = query.i64(4);
    row.last_error = static_cast<std::uint16_t>(query.i64(5));
    rows.push_back(std::move(row));
  }
}
base::Status Store::put_cursor(const base::PublicBoxKey& carrier, const base::SpaceId& space,
                               const CursorRow& row) {
  auto query = state_->database->query("INSERT OR REPLACE INTO cursor VALUES(?, ?, ?, ?)");
  return query.bind(carrier).bind(space).bind(number(row.position)).bind(row.digest).run();
}
base::Result<std::optional<CursorRow>> Store::cursor(const base::PublicBoxKey& carrier,
                                                     const base::SpaceId& space) {
  auto query = state_->database->query("SELECT position, digest FROM cursor WHERE carrier = ? AND space = ?");
  query.bind(carrier).bind(space);
  SJ_TRY(auto row, query.step());
  if (!row) return std::optional<CursorRow>();
  return std::optional<CursorRow>(CursorRow{query.u64(0), query.id<base::Digest>(1)});
}
base::Status Store::ack_record(const base::PublicBoxKey& carrier, const base::RecordId& id) {
  auto query = state_->database->query("INSERT OR IGNORE INTO acked_record VALUES(?, ?)");
  return query.bind(carrier).bind(id).run();
}
base::Result<bool> Store::record_acked(const base::PublicBoxKey& carrier, const base::RecordId& id) {
  auto query = state_->database->query("SELECT 1 FROM acked_record WHERE carrier = ? AND id = ?");
  query.bind(carrier).bind(id);
  return query.step();
}
base::Status Store::ack_segments(const base::PublicBoxKey& carrier, const base::SpaceId& space,
                                 const base::LogId& log, std::uint64_t count) {
  auto query = state_->database->query("INSERT OR REPLACE INTO acked_log VALUES(?, ?, ?, ?)");
  return query.bind(carrier).bind(space).bind(log).bind(number(count)).run();
}
base::Result<std::uint64_t> Store::acked_segments(const base::PublicBoxKey& carrier,
                                                  const base::SpaceId& space, const base::LogId& log) {
  auto query =
      state_->database->query("SELECT count FROM acked_log WHERE carrier = ? AND space = ? AND log = ?");
  query.bind(carrier).bind(space).bind(log);
  SJ_TRY(auto row, query.step());
  return row ? query.u64(0) : 0;
}
base::Status Store::void_acks(const base::PublicBoxKey& carrier) {
  auto cursors = state_->database->query("DELETE FROM cursor WHERE carrier = ?");
  SJ_TRY_STATUS(cursors.bind(carrier).run());
  auto records = state_->database->query("DELETE FROM acked_record WHERE carrier = ?");
  SJ_TRY_STATUS(records.bind(carrier).run());
  SJ_TRY_STATUS(attachments().void_held(carrier));
  if (SJ_PLANTED(client_keeps_void_acks)) return {};
  auto logs = state_->database->query("DELETE FROM acked_log WHERE carrier = ?");
  return logs.bind(carrier).run();
}
base::Status Store::void_segment_acks(const base::PublicBoxKey& carrier, const base::SpaceId& space) {
  if (SJ_PLANTED(client_keeps_void_acks)) return {};
  auto query = state_->database->query("DELETE FROM acked_log WHERE carrier = ? AND space = ?");
  return query.bind(carrier).bind(space).run();
}
base::Status Store::void_segment_acks(const base::PublicBoxKey& carrier, const base::SpaceId& space,
                                      const base::LogId& log) {
  auto query = state_->database->query("DELETE FROM acked_log WHERE carrier = ? AND space = ? AND log = ?");
  return query.bind(carrier).bind(space).bind(log).run();
}
base::Status Store::void_record_ack(const base::PublicBoxKey& carrier, const base::RecordId& id) {
  auto query = state_->database->query("DELETE FROM acked_record WHERE carrier = ? AND id = ?");
  return query.bind(carrier).bind(id).run();
}

}  // namespace sejawat::store
