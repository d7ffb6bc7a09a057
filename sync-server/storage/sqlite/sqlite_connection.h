// An open database and its statements, each prepared once.
#pragma once

#include <unordered_map>

#include "sqlite_statement.h"

namespace sejawat::storage {

class SqliteConnection {
 public:
  SqliteConnection() = default;
  ~SqliteConnection() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  base::Error failure() const {
    if (database_ == nullptr) return base::error(base::Code::storage_failed, "out of memory");
    return base::error(sqlite_code(database_, sqlite3_errcode(database_)), sqlite3_errmsg(database_));
  }
  base::Status execute(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
    return {};
  }
  // SQL is a literal, so its address is its name.
  template <std::size_t N>
  Statement prepare(const char (&sql)[N]) {
    auto& statement = statements_[sql];
    if (statement == nullptr) {
      sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    }
    return Statement(database_, statement);
  }
  template <class AnyId>
  static base::Result<std::vector<AnyId>> ids_of(Statement& query) {
    std::vector<AnyId> ids;
    for (;;) {
      SJ_TRY(const bool row, query.step());
      if (!row) return ids;
      ids.push_back(query.id<AnyId>(0));
    }
  }
  // Of what the last statement took away the bytes may still be in a file.
  void note_replaced() { replaced_ = replaced_ || sqlite3_changes(database_) > 0; }
  void forget_later() { replaced_ = true; }

 protected:
  sqlite3* database_ = nullptr;
  bool replaced_ = false;  // something whose old bytes may still be in a file

 private:
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

}  // namespace sejawat::storage
