// One execution of a prepared statement.
#pragma once

#include <sqlite3.h>

#include "base/ids.h"
#include "sqlite_copy.h"

namespace sejawat::storage {

// A null statement is one that could not be prepared: its step says why.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Statement() {
    if (statement_ == nullptr) return;  // one that a damaged schema does not allow
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& bind(std::int64_t value) {
    sqlite3_bind_int64(statement_, next_++, value);
    return *this;
  }
  Statement& bind(base::ByteView value) {
    sqlite3_bind_blob64(statement_, next_++, value.empty() ? "" : static_cast<const void*>(value.data()),
                        value.size(), SQLITE_STATIC);
    return *this;
  }
  Statement& bind_text(std::string_view value) {
    sqlite3_bind_text64(statement_, next_++, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  Statement& bind_null() {
    sqlite3_bind_null(statement_, next_++);
    return *this;
  }
  base::Result<bool> step() {
    const int result = statement_ == nullptr ? sqlite3_errcode(database_) : sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return base::error(sqlite_code(database_, result), sqlite3_errmsg(database_));
  }
  base::Status run() {
    SJ_TRY(const bool row, step());
    static_cast<void>(row);
    return {};
  }
  std::int64_t i64(int column) const { return sqlite3_column_int64(statement_, column); }
  std::uint64_t u64(int column) const { return static_cast<std::uint64_t>(i64(column)); }
  base::ByteView blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {data, data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  template <class AnyId>
  AnyId id(int column) const {
    return AnyId::from(blob(column)).value_or(AnyId{});
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

inline std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace sejawat::storage
