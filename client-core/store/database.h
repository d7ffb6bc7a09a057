// SQLite behind two classes: a connection, and a statement that is prepared once and reset by scope.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sejawat::store {

class Database;

// SQLite's integers are signed; positions stay far below the end of either.
inline std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// One execution of a prepared statement. Resets and unbinds when it goes.
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Query();
  Query(Query&& other) noexcept : database_(other.database_), statement_(other.statement_) {
    other.statement_ = nullptr;
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(std::int64_t value);
  Query& bind(base::ByteView value);    // a blob; must outlive the query
  Query& bind(std::string_view value);  // text; must outlive the query
  template <class Tag, std::size_t N>
  Query& bind(const base::Id<Tag, N>& id) {
    return bind(id.view());
  }

  base::Result<bool> step();  // true: a row
  base::Status run();         // to the end
  std::int64_t i64(int column) const;
  std::uint64_t u64(int column) const { return static_cast<std::uint64_t>(i64(column)); }
  bool is_null(int column) const;
  base::ByteView blob(int column) const;  // until the next step
  std::string text(int column) const;
  template <class AnyId>
  AnyId id(int column) const {
    return AnyId::from(blob(column)).value_or(AnyId{});
  }

 private:
  Database& database_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

class Database {
 public:
  static base::Result<std::unique_ptr<Database>> open(const std::string& path, const base::Secret32& key);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // SQL is a literal, so its address is its name in the cache of prepared statements.
  template <std::size_t N>
  Query query(const char (&sql)[N]) {
    return Query(*this, prepared(sql));
  }
  // The version was judged: from here on the file may be written to.
  void found_fit();
  base::Status execute(const char* sql);
  base::Error failure() const;  // of the last call
  // After an I/O error, of a read as well, SQLite rolls the whole transaction back by itself. What came next
  // would be committed statement by statement; so nothing more of that transaction is done.
  bool gave_up() const;
  std::int64_t last_row_id() const;
  int transaction_depth = 0;

 private:
  Database() = default;
  sqlite3_stmt* prepared(const char* sql);
  sqlite3* handle_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

}  // namespace sejawat::store
