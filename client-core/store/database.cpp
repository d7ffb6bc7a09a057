#include "database.h"

#include <sqlite3.h>

#include <cerrno>

#include "base/check.h"
#include "base/planted.h"

namespace sejawat::store {
namespace {

base::Code code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_FULL: return base::Code::disk_full;
    case SQLITE_NOTADB: return base::Code::store_key_wrong;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return base::Code::store_locked;
    default: return base::Code::storage_failed;
  }
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) {
  SJ_CHECK(statement_ == nullptr || sqlite3_bind_int64(statement_, next_, value) == SQLITE_OK);
  ++next_;
  return *this;
}
Query& Query::bind(base::ByteView value) {
  static const std::uint8_t empty = 0;
  const void* data = value.empty() ? &empty : value.data();
  SJ_CHECK(statement_ == nullptr ||
           sqlite3_bind_blob64(statement_, next_, data, value.size(), SQLITE_STATIC) == SQLITE_OK);
  ++next_;
  return *this;
}
Query& Query::bind(std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  SJ_CHECK(statement_ == nullptr || sqlite3_bind_text64(statement_, next_, data, value.size(), SQLITE_STATIC,
                                                        SQLITE_UTF8) == SQLITE_OK);
  ++next_;
  return *this;
}

base::Result<bool> Query::step() {
  if (statement_ == nullptr || database_.gave_up()) return database_.failure();
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return database_.failure();
}

base::Status Query::run() {
  for (;;) {
    auto row = step();
    if (!row.ok()) return std::move(row).error();
    if (!*row) return {};
  }
}

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Query::i64(int column) const { return sqlite3_column_int64(statement_, column); }
base::ByteView Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {data, data == nullptr ? 0 : size};
}
std::string Query::text(int column) const { return std::string(base::as_text(blob(column))); }

base::Result<std::unique_ptr<Database>> Database::open(const std::string& path, const base::Secret32& key) {
  std::unique_ptr<Database> database(new Database());
  if (sqlite3_open_v2(path.c_str(), &database->handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                      nullptr) != SQLITE_OK) {
    return database->failure();
  }
  sqlite3_extended_result_codes(database->handle_, 1);
  sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // What is bound never changes a plan. Otherwise SQLite plans each statement with a bound LIMIT, or beside a
  // partial index, anew each time that it is bound.
  sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  sqlite3_limit(database->handle_, SQLITE_LIMIT_ATTACHED, 0);
  if (path != ":memory:") {
    std::string raw = "raw:" + base::to_hex(key.view());
    if (SJ_PLANTED(store_in_the_clear)) raw.clear();
    const int keyed = sqlite3_key(database->handle_, raw.data(), static_cast<int>(raw.size()));
    base::wipe(raw.data(), raw.size());
    if (keyed != SQLITE_OK) return database->failure();
    // The first read decides whether the key opens the file, before anything could be written to it: not what
    // its log holds when it is closed again, nor an index of that log beside it (on a full disk there is no
    // room for one, and what is there can be read all the same).
    sqlite3_db_config(database->handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    SJ_TRY_STATUS(database->execute("PRAGMA locking_mode=EXCLUSIVE"));
    SJ_TRY_STATUS(database->execute("SELECT count(*) FROM sqlite_master"));
  }
  return database;
}

void Database::found_fit() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr); }

Database::~Database() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

bool Database::gave_up() const { return transaction_depth > 0 && sqlite3_get_autocommit(handle_) != 0; }

base::Status Database::execute(const char* sql) {
  if (gave_up()) return failure();
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return {};
}

base::Error Database::failure() const {
  if (handle_ == nullptr) return base::error(base::Code::storage_failed, "out of memory");
  base::Code code = code_of(sqlite3_extended_errcode(handle_));
  // Where SQLite makes room ahead of writing, a full disk is an I/O error to it.
  const int system = sqlite3_system_errno(handle_);
  if (code == base::Code::storage_failed && (system == ENOSPC || system == EDQUOT)) {
    code = base::Code::disk_full;
  }
  return base::error(code, sqlite3_errmsg(handle_));
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(handle_); }

sqlite3_stmt* Database::prepared(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return nullptr;
  statements_.emplace(sql, statement);
  return statement;
}

}  // namespace sejawat::store
