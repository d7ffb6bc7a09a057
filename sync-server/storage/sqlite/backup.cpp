#include "storage_sqlite/backup.h"

#include <sqlite3.h>

#include <filesystem>

#include "sqlite_copy.h"

namespace sejawat::storage {
namespace {

constexpr int kPagesAtOnce = 64;  // 256 KiB between two groups of the writer

class Connection {
 public:
  ~Connection() { sqlite3_close(database_); }
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  // For writing, and not through a link of that name. On the way to it there may be some (a service's state
  // folder under systemd is one), and SQLite would refuse those as well.
  base::Status open_no_link(const std::string& path, int flags) {
    std::error_code code;
    const std::filesystem::path whole = std::filesystem::absolute(path, code);
    const auto folder =
        code ? std::filesystem::path() : std::filesystem::canonical(whole.parent_path(), code);
    if (code) return base::error(base::Code::storage_failed, code.message());
    return open((folder / whole.filename()).string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | flags);
  }
  base::Status open(const std::string& name, int flags) {
    if (sqlite3_open_v2(name.c_str(), &database_, flags, nullptr) != SQLITE_OK) return failure();
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON");
  }
  base::Status execute(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
    return {};
  }
  base::Error failure() const {
    if (database_ == nullptr) return base::error(base::Code::storage_failed, "out of memory");
    return base::error(sqlite_code(database_, sqlite3_errcode(database_)), sqlite3_errmsg(database_));
  }
  sqlite3* get() const { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

class Query {
 public:
  Query(Connection& on, const char* sql) : on_(on) {
    sqlite3_prepare_v2(on.get(), sql, -1, &statement_, nullptr);
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  base::Result<bool> step() {
    const int result = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return on_.failure();
  }
  std::string text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr ? std::string() : std::string(text);
  }
  base::Bytes blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? base::Bytes() : base::Bytes(data, data + size);
  }
  void bind(int place, std::string_view value) {
    sqlite3_bind_text64(statement_, place, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  void bind(int place, base::ByteView value) {
    sqlite3_bind_blob64(statement_, place, value.data(), value.size(), SQLITE_STATIC);
  }

 private:
  Connection& on_;
  sqlite3_stmt* statement_ = nullptr;
};

class SqliteCopy final : public carrier::CarrierStore::Copy {
 public:
  ~SqliteCopy() override {
    if (backup_ != nullptr) sqlite3_backup_finish(backup_);
  }
  base::Status start(sqlite3* source, const std::string& path) {
    SJ_TRY_STATUS(to_.open_no_link(path, SQLITE_OPEN_CREATE));
    // Whoever keeps it makes it durable. To do so here would hold up the writer, and with it every
    // acknowledgement, for as long as a disk takes to write the whole server.
    SJ_TRY_STATUS(to_.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"));
    backup_ = sqlite3_backup_init(to_.get(), "main", source, "main");
    return backup_ == nullptr ? base::Status(to_.failure()) : base::Status();
  }
  base::Result<bool> step() override {
    const int result = sqlite3_backup_step(backup_, kPagesAtOnce);
    if (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED) return false;
    const int ended = sqlite3_backup_finish(backup_);
    backup_ = nullptr;
    if (result != SQLITE_DONE || ended != SQLITE_OK) return to_.failure();
    // One file that needs no other.
    SJ_TRY_STATUS(to_.execute("PRAGMA journal_mode=DELETE"));
    return true;
  }

 private:
  Connection to_;
  sqlite3_backup* backup_ = nullptr;
};

// Everything the file declares; what is not on this list is not ours.
base::Status check_schema(Connection& on) {
  static const char* const ours[] = {"meta",
                                     "space",
                                     "log",
                                     "branch",
                                     "arrival",
                                     "segment",
                                     "freed",
                                     "record",
                                     "backup",
                                     "chunk",
                                     "chunk_begun",
                                     "chunk_mark",
                                     "sqlite_autoindex_arrival_1",
                                     "sqlite_autoindex_chunk_1",
                                     "sqlite_autoindex_chunk_begun_1",
                                     "sqlite_autoindex_chunk_mark_1"};
  Query query(on, "SELECT type, name FROM sqlite_schema");
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return {};
    const std::string type = query.text(0);
    const std::string name = query.text(1);
    bool known = false;
    for (const char* one : ours) known = known || name == one;
    if (!known || (type != "table" && type != "index"))
      return base::error(base::Code::store_key_wrong, "the file holds something that is not a server's");
  }
}

base::Status check_pages(Connection& on) {
  Query query(on, "PRAGMA integrity_check");
  SJ_TRY(const bool row, query.step());
  if (!row || query.text(0) != "ok")
    return base::error(base::Code::store_key_wrong, row ? query.text(0).substr(0, 200) : "integrity_check");
  return {};
}

}  // namespace

std::string artefact_uri(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '_' || c == '-';
    if (plain) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return uri + "?immutable=1";
}

std::string sqlite_version() { return sqlite3_libversion(); }

base::Result<std::unique_ptr<carrier::CarrierStore::Copy>> start_copy(sqlite3* source,
                                                                      const std::string& path) {
  auto copy = std::make_unique<SqliteCopy>();
  SJ_TRY_STATUS(copy->start(source, path));
  return std::unique_ptr<carrier::CarrierStore::Copy>(std::move(copy));
}

base::Status add_extras(const std::string& path, const BackupExtras& extras) {
  Connection on;
  SJ_TRY_STATUS(on.open_no_link(path, 0));
  SJ_TRY_STATUS(
      on.execute("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL; BEGIN IMMEDIATE;"
                 "CREATE TABLE backup(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"));
  for (const auto& [name, value] : extras) {
    Query query(on, "INSERT INTO backup VALUES(?, ?)");
    query.bind(1, std::string_view(name));
    query.bind(2, base::ByteView(value));
    SJ_TRY(const bool row, query.step());
    static_cast<void>(row);
  }
  return on.execute("COMMIT");
}

base::Result<BackupExtras> check_artefact(const std::string& path) {
  Connection on;
  SJ_TRY_STATUS(on.open(artefact_uri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI));
  SJ_TRY_STATUS(check_schema(on));
  SJ_TRY_STATUS(check_pages(on));
  BackupExtras extras;
  Query query(on, "SELECT name, value FROM backup WHERE length(value) <= 4096 LIMIT 64");
  for (;;) {
    auto row = query.step();
    if (!row.ok()) return base::error(base::Code::store_key_wrong, "no backup");
    if (!*row) return extras;
    extras[query.text(0)] = query.blob(1);
  }
}

base::Status make_servable(const std::string& path, const base::GenerationId& fresh) {
  Connection on;
  SJ_TRY_STATUS(on.open_no_link(path, 0));
  SJ_TRY_STATUS(
      on.execute("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                 "BEGIN IMMEDIATE; DROP TABLE IF EXISTS backup"));
  {
    Query query(on, "INSERT OR REPLACE INTO meta VALUES('generation', ?)");
    query.bind(1, fresh.view());
    SJ_TRY(const bool row, query.step());
    static_cast<void>(row);
  }
  return on.execute("COMMIT");
}

}  // namespace sejawat::storage
