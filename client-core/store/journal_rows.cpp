#include "base/planted.h"
#include "journal_table.h"
#include "match_words.h"

namespace sejawat::store {
namespace {

JournalRow row_of(const Query& query) {
  JournalRow row;
  row.space = query.id<base::SpaceId>(0);
  row.object = query.id<base::ObjectId>(1);
  row.date = query.text(2);
  row.class_name = query.text(3);
  row.subject = query.text(4);
  row.trashed = query.i64(5) != 0;
  row.conflicted = query.i64(6) != 0;
  row.lamport = query.u64(7);
  row.wall_ms = query.i64(8);
  return row;
}

Query& bind_shown(Query& query, const JournalRow& row) {
  query.bind(std::string_view(row.date)).bind(std::string_view(row.class_name));
  query.bind(std::string_view(row.subject)).bind(std::int64_t{row.trashed});
  query.bind(std::int64_t{row.conflicted}).bind(static_cast<std::int64_t>(row.lamport));
  return query.bind(row.wall_ms);
}

base::Result<std::vector<JournalRow>> all(Query& query) {
  std::vector<JournalRow> rows;
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return rows;
    rows.push_back(row_of(query));
  }
}

}  // namespace

// Plain INSERT and UPDATE of one row each: REPLACE or RETURNING would open a statement savepoint, and at
// every one of those FTS5 writes out all it holds in memory, which made a segment of its index out of every
// entry.
base::Status JournalTable::put(const JournalRow& row) {
  std::int64_t id = 0;
  {
    auto old = database_.query("SELECT id FROM journal WHERE object = ?");
    old.bind(row.object);
    SJ_TRY(auto found, old.step());
    if (found) id = old.i64(0);
  }
  if (id != 0) {
    auto update = database_.query(
        "UPDATE journal SET date = ?, class = ?, subject = ?, trashed = ?, conflicted = ?, lamport = ?, "
        "wall_ms = ?"
        " WHERE id = ?");
    bind_shown(update, row).bind(id);
    SJ_TRY_STATUS(update.run());
    auto forget = database_.query("DELETE FROM journal_words WHERE rowid = ?");
    SJ_TRY_STATUS(forget.bind(id).run());
    if (SJ_PLANTED(store_forgets_words)) return {};
  } else {
    auto insert = database_.query(
        "INSERT INTO journal(date, class, subject, trashed, conflicted, lamport, wall_ms, space, object)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_shown(insert, row).bind(row.space).bind(row.object);
    SJ_TRY_STATUS(insert.run());
    id = database_.last_row_id();
  }
  auto words = database_.query("INSERT INTO journal_words(rowid, text) VALUES(?, ?)");
  return words.bind(id).bind(std::string_view(row.text)).run();
}

base::Status JournalTable::forget(const base::ObjectId& object) {
  auto words =
      database_.query("DELETE FROM journal_words WHERE rowid = (SELECT id FROM journal WHERE object = ?)");
  SJ_TRY_STATUS(words.bind(object).run());
  auto row = database_.query("DELETE FROM journal WHERE object = ?");
  return row.bind(object).run();
}

#define SJ_JOURNAL_COLUMNS "space, object, date, class, subject, trashed, conflicted, lamport, wall_ms"

base::Result<std::optional<JournalRow>> JournalTable::get(const base::ObjectId& object) {
  auto query = database_.query("SELECT " SJ_JOURNAL_COLUMNS " FROM journal WHERE object = ?");
  query.bind(object);
  SJ_TRY(auto found, query.step());
  if (!found) return std::optional<JournalRow>();
  return std::optional<JournalRow>(row_of(query));
}

base::Result<std::vector<JournalRow>> JournalTable::list(bool trashed, std::size_t offset,
                                                         std::size_t limit) {
  auto query = database_.query("SELECT " SJ_JOURNAL_COLUMNS
                               " FROM journal WHERE trashed = ?"
                               " ORDER BY date DESC, lamport DESC, object DESC LIMIT ? OFFSET ?");
  query.bind(std::int64_t{trashed})
      .bind(static_cast<std::int64_t>(limit))
      .bind(static_cast<std::int64_t>(offset));
  return all(query);
}

base::Result<std::vector<JournalRow>> JournalTable::search(std::string_view words, std::size_t limit) {
  return search_after(words, std::nullopt, limit);
}

namespace {

void bind_place(Query& query, const std::optional<JournalKey>& key) {
  static const JournalKey start;
  const JournalKey& after = key ? *key : start;
  if (key) {
    query.bind(std::string_view(after.date));
  } else {
    query.bind(base::ByteView());  // a blob is greater than any text, so everything comes after it
  }
  query.bind(static_cast<std::int64_t>(after.lamport)).bind(after.object);
}

}  // namespace

base::Result<std::vector<JournalRow>> JournalTable::list_after(bool trashed,
                                                               const std::optional<JournalKey>& key,
                                                               std::size_t limit) {
  auto query = database_.query("SELECT " SJ_JOURNAL_COLUMNS
                               " FROM journal WHERE trashed = ? AND (date, lamport, object) < (?, ?, ?)"
                               " ORDER BY date DESC, lamport DESC, object DESC LIMIT ?");
  query.bind(std::int64_t{trashed});
  bind_place(query, key);
  query.bind(static_cast<std::int64_t>(limit));
  return all(query);
}

base::Result<std::vector<JournalRow>> JournalTable::undecided_after(const std::optional<JournalKey>& key,
                                                                    std::size_t limit) {
  auto query = database_.query("SELECT " SJ_JOURNAL_COLUMNS
                               " FROM journal WHERE trashed = 0 AND conflicted = 1"
                               " AND (date, lamport, object) < (?, ?, ?)"
                               " ORDER BY date DESC, lamport DESC, object DESC LIMIT ?");
  bind_place(query, key);
  query.bind(static_cast<std::int64_t>(limit));
  return all(query);
}

base::Result<std::vector<JournalRow>> JournalTable::search_after(std::string_view words,
                                                                 const std::optional<JournalKey>& key,
                                                                 std::size_t limit) {
  const std::string match = match_of(words);
  if (match.empty()) return std::vector<JournalRow>();
  auto query =
      database_.query("SELECT " SJ_JOURNAL_COLUMNS
                      " FROM journal WHERE trashed = 0 AND (date, lamport, object) < (?, ?, ?) AND id IN"
                      " (SELECT rowid FROM journal_words WHERE journal_words MATCH ?)"
                      " ORDER BY date DESC, lamport DESC, object DESC LIMIT ?");
  bind_place(query, key);
  query.bind(std::string_view(match)).bind(static_cast<std::int64_t>(limit));
  return all(query);
}

base::Result<std::uint64_t> JournalTable::count() {
  auto query = database_.query("SELECT count(*) FROM journal WHERE trashed = 0");
  SJ_TRY(auto found, query.step());
  return found ? query.u64(0) : 0;
}

}  // namespace sejawat::store
