#include "storage_sqlite/sqlite_store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/planted.h"
#include "sqlite_chunks.h"
#include "sqlite_connection.h"
#include "sqlite_copy.h"
#include "sqlite_schema.h"
#include "storage_sqlite/backup.h"

namespace sejawat::storage {

base::Code sqlite_code(sqlite3* database, int result) {
  // Where SQLite makes room ahead of writing, a full disk is an I/O error to it.
  const int system = sqlite3_system_errno(database);
  if ((result & 0xFF) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)) return base::Code::disk_full;
  switch (result & 0xFF) {
    case SQLITE_FULL: return base::Code::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return base::Code::store_locked;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return base::Code::store_key_wrong;  // "or is damaged"
    default: return base::Code::storage_failed;
  }
}

namespace {

class SqliteStore final : public carrier::CarrierStore, private SqliteConnection {
 public:
  // A file that no one changes, whatever lies beside it.
  base::Status open_artefact(const std::string& uri) {
    if (sqlite3_open_v2(uri.c_str(), &database_, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) !=
        SQLITE_OK) {
      return failure();
    }
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    SJ_TRY_STATUS(execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"));
    SJ_TRY(const int version, version_of_file());
    if (version > kSchemaVersion) return base::error(base::Code::store_too_new);
    if (version == 0) return base::error(base::Code::store_key_wrong, "no database of a server");
    if (version < kOldestArtefact) return base::error(base::Code::version_unsupported, "an older version's");
    chunks_.knows_bringers = version >= 8;
    counts_ = version >= 9;
    return {};
  }

  base::Status open(const std::string& path, base::Random* random) {
    const int create = random == nullptr ? 0 : SQLITE_OPEN_CREATE;
    path_ = path;
    if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | create, nullptr) != SQLITE_OK) {
      return failure();
    }
    // Until it is found fit, and all that its log holds to be durable, nothing is written to it, not even
    // when it is closed again: that would sync the same pages a second time, of which a disk then says that
    // they are safe.
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    SJ_TRY_STATUS(execute("PRAGMA locking_mode=EXCLUSIVE"));
    SJ_TRY(const int version, version_of_file());
    if (version > kSchemaVersion) return base::error(base::Code::store_too_new);
    if (random == nullptr) {
      if (version < kSchemaVersion) return base::error(base::Code::version_unsupported, "serve it once");
      return execute("BEGIN EXCLUSIVE; COMMIT; PRAGMA query_only=ON");  // store_locked while a server runs
    }
    SJ_TRY_STATUS(
        execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
                "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON"));
    if (SJ_PLANTED(carrier_store_not_synced)) SJ_TRY_STATUS(execute("PRAGMA synchronous=OFF"));
    SJ_TRY_STATUS(execute("BEGIN IMMEDIATE"));  // and is the only one from here on
    if (version == 0) {
      SJ_TRY_STATUS(execute(kSchema));
      SJ_TRY_STATUS(put_meta("generation", random->id<base::GenerationId>().view()));
    }
    if (version < 2) SJ_TRY_STATUS(execute(kToVersion2));
    if (version < 3) SJ_TRY_STATUS(execute(kToVersion3));
    if (version < 4) SJ_TRY_STATUS(execute(kToVersion4));
    if (version < 5) {
      SJ_TRY_STATUS(execute(kToVersion5));
      SJ_TRY_STATUS(hash_what_is_held());
    }
    if (version < 6) SJ_TRY_STATUS(execute(kToVersion6));
    if (version < 7) SJ_TRY_STATUS(execute(kToVersion7));
    if (version < 8) SJ_TRY_STATUS(execute(kToVersion8));
    if (version < 9) SJ_TRY_STATUS(execute(kToVersion9));
    SJ_TRY_STATUS(execute("COMMIT"));
    // What a killed process left in the page cache is seen again now, but no sync has made it durable, and it
    // would be acknowledged as known. A checkpoint syncs the log before all else (so it may then find the
    // disk full), and does nothing when the log is empty.
    // Emptied, because it may hold what was erased meanwhile.
    base::Status durable = execute("PRAGMA wal_checkpoint(TRUNCATE)");
    // Full or broken when the log was to be synced (a disk may say so that early): then nothing of it is.
    if (sqlite3_extended_errcode(database_) == SQLITE_IOERR_FSYNC) return durable;
    if (!durable.ok() && durable.code() != base::Code::disk_full) return durable;
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    if (durable.ok()) return {};
    replaced_ = true;  // and does so still
    return {};
  }

  base::Status begin() override { return execute("BEGIN IMMEDIATE"); }
  base::Status commit() override {
    SJ_TRY_STATUS(write_tips());
    SJ_TRY_STATUS(execute("COMMIT"));
    return replaced_ ? forget() : base::Status();
  }

  base::Result<base::GenerationId> generation() override {
    SJ_TRY(auto value, meta("generation"));
    const auto id = value ? base::GenerationId::from(*value) : std::nullopt;
    if (!id) return base::error(base::Code::storage_failed, "no generation");
    return *id;
  }
  base::Result<std::optional<base::Bytes>> meta(std::string_view name) override {
    auto query = prepare("SELECT value FROM meta WHERE name = ?");
    SJ_TRY(const bool row, query.bind_text(name).step());
    if (!row) return std::optional<base::Bytes>();
    return std::optional<base::Bytes>(base::to_bytes(query.blob(0)));
  }
  base::Status put_meta(std::string_view name, base::ByteView value) override {
    return prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)").bind_text(name).bind(value).run();
  }

  base::Result<std::vector<base::SpaceId>> spaces() override {
    SJ_TRY_STATUS(write_tips());
    auto query = prepare("SELECT id FROM space ORDER BY id");
    return ids_of<base::SpaceId>(query);
  }
  base::Result<std::vector<base::Bytes>> records(const base::SpaceId& space) override {
    std::vector<base::Bytes> records;
    auto query = prepare("SELECT bytes FROM arrival WHERE space = ? AND is_record = 1 ORDER BY position");
    query.bind(space.view());
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return records;
      records.push_back(base::to_bytes(query.blob(0)));
    }
  }
  base::Result<std::optional<carrier::SpaceTip>> tip(const base::SpaceId& space) override {
    SJ_TRY_STATUS(write_tips());
    auto query = prepare(
        "SELECT position, digest, segment_bytes, records, record_bytes, quarantined_bytes, media_bytes"
        " FROM space WHERE id = ?");
    SJ_TRY(const bool row, query.bind(space.view()).step());
    if (!row) return std::optional<carrier::SpaceTip>();
    const carrier::Usage usage{query.u64(2), query.u64(3), query.u64(4), query.u64(5), query.u64(6)};
    return std::optional<carrier::SpaceTip>(
        carrier::SpaceTip{query.u64(0), base::to_bytes(query.blob(1)), usage});
  }
  base::Result<std::optional<log::Head>> head(const base::SpaceId& space, const base::LogId& log) override {
    const auto pending = heads_.find({space, log});
    if (pending != heads_.end()) return std::optional<log::Head>(pending->second);
    auto query = prepare("SELECT count, next_op, hash FROM log WHERE space = ? AND log = ?");
    SJ_TRY(const bool row, query.bind(space.view()).bind(log.view()).step());
    if (!row) return std::optional<log::Head>();
    return std::optional<log::Head>(log::Head{query.u64(0), query.u64(1), query.id<base::Hash32>(2)});
  }
  base::Result<std::vector<std::pair<base::LogId, log::Head>>> heads(const base::SpaceId& space) override {
    SJ_TRY_STATUS(write_tips());
    std::vector<std::pair<base::LogId, log::Head>> heads;
    auto query = prepare("SELECT log, count, next_op, hash FROM log WHERE space = ? ORDER BY log");
    query.bind(space.view());
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return heads;
      heads.emplace_back(query.id<base::LogId>(0),
                         log::Head{query.u64(1), query.u64(2), query.id<base::Hash32>(3)});
    }
  }
  base::Result<std::optional<base::Bytes>> segment(const base::SpaceId& space, const base::LogId& log,
                                                   std::uint64_t no) override {
    auto query =
        prepare("SELECT bytes FROM arrival WHERE space = ? AND log = ? AND no = ? AND is_record = 0");
    SJ_TRY(const bool row, query.bind(space.view()).bind(log.view()).bind(number(no)).step());
    if (!row) return std::optional<base::Bytes>();
    return std::optional<base::Bytes>(base::to_bytes(query.blob(0)));
  }

  base::Result<std::optional<base::Hash32>> hash_of(const base::SpaceId& space, const base::LogId& log,
                                                    std::uint64_t no) override {
    auto query = prepare("SELECT hash FROM arrival WHERE space = ? AND log = ? AND no = ? AND is_record = 0");
    SJ_TRY(const bool row, query.bind(space.view()).bind(log.view()).bind(number(no)).step());
    if (!row) return std::optional<base::Hash32>();
    return base::Hash32::from(query.blob(0));
  }
  base::Result<std::uint64_t> bytes_from(const base::SpaceId& space, const base::LogId& log,
                                         std::uint64_t no) override {
    if (number(no) < 0) return std::uint64_t{0};  // no segment has such a number
    auto query = prepare(
        "SELECT ifnull(sum(length(bytes)), 0) FROM arrival WHERE space = ? AND log = ? AND no >= ?"
        " AND is_record = 0");
    SJ_TRY(const bool row, query.bind(space.view()).bind(log.view()).bind(number(no)).step());
    return row ? query.u64(0) : 0;
  }
  base::Result<std::optional<std::uint64_t>> position_of(const base::SpaceId& space, const base::LogId& log,
                                                         std::uint64_t no) override {
    auto query =
        prepare("SELECT position FROM arrival WHERE space = ? AND log = ? AND no = ? AND is_record = 0");
    SJ_TRY(const bool row, query.bind(space.view()).bind(log.view()).bind(number(no)).step());
    return row ? std::optional(query.u64(0)) : std::nullopt;
  }
  base::Result<std::vector<std::uint64_t>> record_positions(const base::SpaceId& space) override {
    std::vector<std::uint64_t> positions;
    auto query = prepare("SELECT position FROM arrival WHERE space = ? AND is_record = 1 ORDER BY position");
    query.bind(space.view());
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return positions;
      positions.push_back(query.u64(0));
    }
  }
  base::Result<std::vector<carrier::Branch>> branches(const base::SpaceId& space) override {
    std::vector<carrier::Branch> branches;
    auto query = prepare("SELECT name, log, parent, first_no FROM branch WHERE space = ? ORDER BY name");
    query.bind(space.view());
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return branches;
      branches.push_back(
          {query.id<base::LogId>(0), query.id<base::LogId>(1), query.id<base::LogId>(2), query.u64(3)});
    }
  }
  base::Status put_branch(const base::SpaceId& space, const carrier::Branch& branch) override {
    auto query = prepare("INSERT INTO branch VALUES(?, ?, ?, ?, ?)");
    query.bind(space.view()).bind(branch.name.view()).bind(branch.log.view()).bind(branch.parent.view());
    return query.bind(number(branch.first_no)).run();
  }

  base::Status append_record(const base::SpaceId& space, const carrier::SpaceTip& tip,
                             const base::Digest& digest, base::ByteView record) override {
    auto query = prepare(kInsertArrival);
    query.bind(space.view()).bind(number(tip.position)).bind(1).bind_null().bind_null();
    tips_[space] = tip;
    return query.bind(digest.view()).bind(record).bind_null().run();
  }
  base::Status append_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                              const base::Digest& digest, const base::LogId& log, const log::Head& head,
                              base::ByteView segment) override {
    auto query = prepare(kInsertArrival);
    query.bind(space.view()).bind(number(tip.position)).bind(0).bind(log.view()).bind(number(head.count - 1));
    tips_[space] = tip;
    heads_[{space, log}] = head;
    return query.bind(digest.view()).bind(segment).bind(head.hash.view()).run();
  }
  base::Status replace_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                               const base::LogId& log, std::uint64_t no, base::ByteView segment) override {
    std::int64_t freed = 0;
    std::int64_t position = 0;
    {
      auto query = prepare(
          "SELECT position, length(bytes) FROM arrival WHERE space = ? AND log = ? AND no = ? AND is_record "
          "= "
          "0");
      SJ_TRY(const bool row, query.bind(space.view()).bind(log.view()).bind(number(no)).step());
      if (!row) return base::error(base::Code::internal, "no segment to replace");
      position = query.i64(0);
      freed = query.i64(1) - static_cast<std::int64_t>(segment.size());
    }
    tips_[space] = tip;
    replaced_ = true;
    auto update = prepare("UPDATE arrival SET bytes = ? WHERE space = ? AND position = ?");
    SJ_TRY_STATUS(update.bind(segment).bind(space.view()).bind(position).run());
    for (int level = 0; level < kFreedLevels; ++level) {
      auto sum = prepare(
          "INSERT INTO freed VALUES(?, ?, ?, ?)"
          " ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes");
      sum.bind(space.view()).bind(level).bind(position >> (level * kFreedBits));
      SJ_TRY_STATUS(sum.bind(freed).run());
    }
    return {};
  }
  bool forgotten() const override { return !replaced_; }
  base::Result<std::optional<base::Digest>> digest_at(const base::SpaceId& space,
                                                      std::uint64_t position) override {
    if (position == 0) return std::optional<base::Digest>(base::Digest{});  // before anything arrived
    auto query = prepare("SELECT digest FROM arrival WHERE space = ? AND position = ?");
    SJ_TRY(const bool row, query.bind(space.view()).bind(number(position)).step());
    if (!row) return std::optional<base::Digest>();
    return std::optional<base::Digest>(query.id<base::Digest>(0));
  }
  base::Status arrivals_after(const base::SpaceId& space, std::uint64_t position, Taker& taker) override {
    auto query = prepare(
        "SELECT position, is_record, log, no, bytes FROM arrival WHERE space = ? AND position > ?"
        " ORDER BY position");
    query.bind(space.view()).bind(number(position));
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return {};
      carrier::Arrival arrival;
      arrival.position = query.u64(0);
      arrival.is_record = query.i64(1) != 0;
      arrival.log = query.id<base::LogId>(2);
      arrival.segment_no = query.u64(3);
      arrival.bytes = base::to_bytes(query.blob(4));
      if (!taker.take(std::move(arrival))) return {};
    }
  }
  base::Result<Rest> rest_after(const base::SpaceId& space, std::uint64_t position) override {
    auto last = prepare("SELECT position, total FROM arrival WHERE space = ? ORDER BY position DESC LIMIT 1");
    SJ_TRY(const bool any, last.bind(space.view()).step());
    if (!any || last.u64(0) <= position) return Rest{};
    std::uint64_t before = 0;
    if (position > 0) {
      auto query = prepare("SELECT total FROM arrival WHERE space = ? AND position = ?");
      SJ_TRY(const bool row, query.bind(space.view()).bind(number(position)).step());
      if (row) before = query.u64(0);
    }
    SJ_TRY(const std::int64_t freed, freed_after(space, position));
    const std::int64_t bytes = last.i64(1) - number(before) - freed;
    return Rest{static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)),
                static_cast<std::uint32_t>(last.u64(0) - position)};
  }
  bool keeps_counts() const override { return counts_; }
  Room room() const override {
    Room room;
    struct stat file {};
    struct statvfs disk {};
    if (::stat(path_.c_str(), &file) != 0 || ::statvfs(path_.c_str(), &disk) != 0) return room;
    room.free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    room.held = static_cast<std::uint64_t>(file.st_size);
    return room;
  }

  carrier::ChunkStore& chunks() override { return chunks_; }
  base::Result<std::unique_ptr<Copy>> copy_to(const std::string& path) override {
    return start_copy(database_, path);
  }

 private:
  static constexpr int kFreedLevels = 4;  // sums over 1, 256, 256^2 and 256^3 positions
  static constexpr int kFreedBits = 8;
  static constexpr char kInsertArrival[] =
      "INSERT INTO arrival(space, position, is_record, log, no, digest, bytes, hash, total)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, length(?7) +"
      " ifnull((SELECT total FROM arrival WHERE space = ?1 AND position = ?2 - 1), 0))";

  // Of what came after a position: in each level what is left of its block, in the last one all.
  base::Result<std::int64_t> freed_after(const base::SpaceId& space, std::uint64_t position) {
    std::int64_t freed = 0;
    for (int level = 0; counts_ && level < kFreedLevels; ++level) {
      const std::int64_t block = number(position) >> (level * kFreedBits);
      const bool last = level + 1 == kFreedLevels;
      auto query = prepare(
          "SELECT ifnull(sum(bytes), 0) FROM freed WHERE space = ? AND level = ? AND block > ? AND block <= "
          "?");
      query.bind(space.view()).bind(level).bind(block);
      query.bind(last ? std::int64_t{INT64_MAX} : block | ((std::int64_t{1} << kFreedBits) - 1));
      SJ_TRY(const bool row, query.step());
      if (row) freed += query.i64(0);
    }
    return freed;
  }

  // What was replaced stands in the log of the database until that is written back and emptied; free pages
  // are overwritten (secure_delete). A copy that is being made may be in the way: then after the next commit.
  base::Status forget() {
    auto query = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    auto row = query.step();
    if (row.code() == base::Code::disk_full || row.code() == base::Code::store_locked) return {};
    if (!row.ok()) return std::move(row).error();
    replaced_ = !(*row && query.i64(0) == 0);
    return {};
  }

  // The rows of spaces and logs say where their ends are: once a commit is enough, however many arrivals it
  // holds.
  base::Status write_tips() {
    for (const auto& [space, tip] : tips_) {
      auto query = prepare(
          "INSERT OR REPLACE INTO space(id, position, digest, segment_bytes, records, record_bytes,"
          " quarantined_bytes, media_bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
      query.bind(space.view()).bind(number(tip.position)).bind(base::ByteView(tip.digest_state));
      query.bind(number(tip.usage.segment_bytes)).bind(number(tip.usage.records));
      query.bind(number(tip.usage.record_bytes)).bind(number(tip.usage.quarantined_bytes));
      SJ_TRY_STATUS(query.bind(number(tip.usage.media_bytes)).run());
    }
    for (const auto& [id, head] : heads_) {
      auto query = prepare("INSERT OR REPLACE INTO log VALUES(?, ?, ?, ?, ?)");
      query.bind(id.first.view()).bind(id.second.view()).bind(number(head.count));
      SJ_TRY_STATUS(query.bind(number(head.next_op)).bind(head.hash.view()).run());
    }
    tips_.clear();
    heads_.clear();
    return {};
  }
  // Segments that came before hashes were kept; each log was one chain then. What does not parse stays
  // without: nothing can fork off there.
  base::Status hash_what_is_held() {
    base::Hash32 last;
    auto query =
        prepare("SELECT id, space, log, no, bytes FROM arrival WHERE is_record = 0 ORDER BY space, log, no");
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return {};
      if (query.u64(3) == 0) last = {};
      auto segment = log::decode_segment(query.blob(4));
      if (!segment.ok()) continue;
      last = log::segment_hash(query.id<base::SpaceId>(1), query.id<base::LogId>(2), last, segment->header,
                               log::body_hash(segment->body));
      auto update = prepare("UPDATE arrival SET hash = ? WHERE id = ?");
      SJ_TRY_STATUS(update.bind(last.view()).bind(query.i64(0)).run());
    }
  }
  base::Result<int> version_of_file() {
    auto query = prepare("PRAGMA user_version");
    SJ_TRY(const bool row, query.step());
    return row ? static_cast<int>(query.i64(0)) : 0;
  }
  std::string path_;
  bool counts_ = true;  // its sums of sizes are kept as today's program keeps them
  // Of the open transaction, not yet in their rows.
  std::map<base::SpaceId, carrier::SpaceTip> tips_;
  std::map<std::pair<base::SpaceId, base::LogId>, log::Head> heads_;
  SqliteChunks chunks_{*this, tips_};
};

}  // namespace

base::Result<std::unique_ptr<carrier::CarrierStore>> open_sqlite(const std::string& path,
                                                                 base::Random& random) {
  auto store = std::make_unique<SqliteStore>();
  SJ_TRY_STATUS(store->open(path, &random));
  return std::unique_ptr<carrier::CarrierStore>(std::move(store));
}

base::Result<std::unique_ptr<carrier::CarrierStore>> look_into_sqlite(const std::string& path) {
  auto store = std::make_unique<SqliteStore>();
  SJ_TRY_STATUS(store->open(path, nullptr));
  return std::unique_ptr<carrier::CarrierStore>(std::move(store));
}

base::Result<std::unique_ptr<carrier::CarrierStore>> look_into_artefact(const std::string& path) {
  auto store = std::make_unique<SqliteStore>();
  SJ_TRY_STATUS(store->open_artefact(artefact_uri(path)));
  return std::unique_ptr<carrier::CarrierStore>(std::move(store));
}

}  // namespace sejawat::storage
