#include "record_table.h"

#include "match_words.h"

namespace sejawat::store {
namespace {

#define SJ_RECORD_COLUMNS \
  "space, object, type, state, ended, date, owner, trashed, conflicted, intents, lamport, wall_ms"

RecordRow row_of(const Query& query) {
  RecordRow row;
  row.space = query.id<base::SpaceId>(0);
  row.object = query.id<base::ObjectId>(1);
  row.type = static_cast<std::uint32_t>(query.i64(2));
  row.state = static_cast<std::uint8_t>(query.i64(3));
  row.ended = query.i64(4) != 0;
  row.date = query.text(5);
  row.owner = query.id<base::PersonId>(6);
  row.trashed = query.i64(7) != 0;
  row.conflicted = query.i64(8) != 0;
  row.open_intents = static_cast<std::uint32_t>(query.i64(9));
  row.lamport = query.u64(10);
  row.wall_ms = query.i64(11);
  return row;
}

void bind_row(Query& query, const RecordRow& row) {
  query.bind(row.space).bind(row.object).bind(std::int64_t{row.type}).bind(std::int64_t{row.state});
  query.bind(std::int64_t{row.ended}).bind(std::string_view(row.date)).bind(row.owner);
  query.bind(std::int64_t{row.trashed}).bind(std::int64_t{row.conflicted});
  query.bind(std::int64_t{row.open_intents}).bind(static_cast<std::int64_t>(row.lamport)).bind(row.wall_ms);
}

// Rows of one answer. A page of what names one record walks over all that does, so that few large pages are
// cheaper than many small ones by far.
constexpr std::size_t kMaxLimit = 20'000;

// One statement for every filter: what is not asked for is a test that always holds. SQLite evaluates the
// parameters once, before it walks.

void bind_optional(Query& query, bool asked, std::int64_t value) {
  query.bind(std::int64_t{asked}).bind(value);
}

void bind_filter(Query& query, const RecordFilter& filter) {
  static const base::SpaceId no_space;
  static const base::PersonId no_owner;
  query.bind(std::int64_t{filter.space.has_value()}).bind(filter.space ? *filter.space : no_space);
  query.bind(std::int64_t{filter.owner.has_value()}).bind(filter.owner ? *filter.owner : no_owner);
  bind_optional(query, filter.state.has_value(), filter.state.value_or(0));
  bind_optional(query, filter.ended.has_value(), filter.ended.value_or(false) ? 1 : 0);
  query.bind(std::string_view(filter.from));
  query.bind(std::int64_t{!filter.until.empty()}).bind(std::string_view(filter.until));
  query.bind(std::int64_t{filter.undecided});
}

void bind_place(Query& query, const std::optional<RecordKey>& key) {
  static const RecordKey start;
  const RecordKey& after = key ? *key : start;
  if (key) {
    query.bind(std::string_view(after.date));
  } else {
    query.bind(base::ByteView());  // a blob is greater than any text, so everything comes after it
  }
  query.bind(static_cast<std::int64_t>(after.lamport)).bind(after.object);
}

#define SJ_RECORD_TESTS                                                                                  \
  " AND (NOT ? OR space = ?) AND (NOT ? OR owner = ?) AND (NOT ? OR state = ?) AND (NOT ? OR ended = ?)" \
  " AND date >= ? AND (NOT ? OR date <= ?) AND (NOT ? OR conflicted = 1 OR intents > 0)"                 \
  " AND (date, lamport, object) < (?, ?, ?) ORDER BY date DESC, lamport DESC, object DESC LIMIT ?"

base::Result<std::vector<RecordRow>> rows_of(Query& query, const RecordFilter& filter) {
  bind_filter(query, filter);
  bind_place(query, filter.after);
  query.bind(static_cast<std::int64_t>(std::min(filter.limit, kMaxLimit)));
  std::vector<RecordRow> rows;
  for (;;) {
    SJ_TRY(auto row, query.step());
    if (!row) return rows;
    rows.push_back(row_of(query));
  }
}

}  // namespace

base::Result<std::int64_t> RecordTable::row_id(const base::ObjectId& object) {
  auto query = database_.query("SELECT id FROM cycle_record WHERE object = ?");
  query.bind(object);
  SJ_TRY(auto found, query.step());
  return found ? query.i64(0) : 0;
}

base::Status RecordTable::put_links(std::int64_t id, const RecordRow& row) {
  auto forget = database_.query("DELETE FROM cycle_link WHERE record = ?");
  SJ_TRY_STATUS(forget.bind(id).run());
  for (const auto& link : row.links) {
    auto insert = database_.query("INSERT OR IGNORE INTO cycle_link(record, field, target) VALUES(?, ?, ?)");
    SJ_TRY_STATUS(insert.bind(id).bind(std::int64_t{link.field}).bind(link.to).run());
  }
  return {};
}

// Plain INSERT and UPDATE of one row each, as in journal_rows.cpp.
base::Status RecordTable::put(const RecordRow& row) {
  SJ_TRY(auto id, row_id(row.object));
  if (id != 0) {
    auto update = database_.query(
        "UPDATE cycle_record SET space = ?, object = ?, type = ?, state = ?, ended = ?, date = ?, owner = ?,"
        " trashed = ?, conflicted = ?, intents = ?, lamport = ?, wall_ms = ? WHERE id = ?");
    bind_row(update, row);
    SJ_TRY_STATUS(update.bind(id).run());
    auto forget = database_.query("DELETE FROM cycle_words WHERE rowid = ?");
    SJ_TRY_STATUS(forget.bind(id).run());
  } else {
    auto insert = database_.query("INSERT INTO cycle_record(" SJ_RECORD_COLUMNS
                                  ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_row(insert, row);
    SJ_TRY_STATUS(insert.run());
    id = database_.last_row_id();
  }
  SJ_TRY_STATUS(put_links(id, row));
  if (row.text.empty()) return {};
  auto words = database_.query("INSERT INTO cycle_words(rowid, text) VALUES(?, ?)");
  return words.bind(id).bind(std::string_view(row.text)).run();
}

base::Status RecordTable::remove(const base::ObjectId& object) {
  SJ_TRY(auto id, row_id(object));
  if (id == 0) return {};
  for (auto* sql : {"DELETE FROM cycle_link WHERE record = ", "DELETE FROM cycle_words WHERE rowid = ",
                    "DELETE FROM cycle_record WHERE id = "}) {
    SJ_TRY_STATUS(database_.execute((sql + std::to_string(id)).c_str()));
  }
  return {};
}

base::Result<std::optional<RecordRow>> RecordTable::get(const base::ObjectId& object) {
  auto query = database_.query("SELECT " SJ_RECORD_COLUMNS " FROM cycle_record WHERE object = ?");
  query.bind(object);
  SJ_TRY(auto found, query.step());
  if (!found) return std::optional<RecordRow>();
  return std::optional<RecordRow>(row_of(query));
}

// "+trashed": not by the index that is in the order of the list, which would walk the whole of it to find the
// few that are asked for here.
base::Result<std::vector<RecordRow>> RecordTable::list(const RecordFilter& filter) {
  const std::int64_t trashed = filter.trashed ? 1 : 0;
  const std::int64_t type = filter.type;
  if (!filter.words.empty()) {
    const std::string match = match_of(filter.words);
    if (match.empty()) return std::vector<RecordRow>();
    auto query =
        database_.query("SELECT " SJ_RECORD_COLUMNS
                        " FROM cycle_record WHERE +trashed = ? AND (? = 0 OR type = ?) AND id IN"
                        " (SELECT rowid FROM cycle_words WHERE cycle_words MATCH ?)" SJ_RECORD_TESTS);
    query.bind(trashed).bind(type).bind(type).bind(std::string_view(match));
    return rows_of(query, filter);
  }
  if (filter.links_to) {
    auto query = database_.query(
        "SELECT " SJ_RECORD_COLUMNS
        " FROM cycle_record WHERE +trashed = ? AND (? = 0 OR type = ?) AND id IN"
        " (SELECT record FROM cycle_link WHERE target = ? AND (? = 0 OR field = ?))" SJ_RECORD_TESTS);
    query.bind(trashed).bind(type).bind(type).bind(*filter.links_to);
    query.bind(std::int64_t{filter.link_field}).bind(std::int64_t{filter.link_field});
    return rows_of(query, filter);
  }
  if (filter.undecided) {
    auto query = database_.query("SELECT " SJ_RECORD_COLUMNS
                                 " FROM cycle_record INDEXED BY cycle_record_undecided"
                                 " WHERE (conflicted = 1 OR intents > 0) AND +trashed = ?"
                                 " AND (? = 0 OR type = ?)" SJ_RECORD_TESTS);
    query.bind(trashed).bind(type).bind(type);
    return rows_of(query, filter);
  }
  if (type == 0) {
    auto query =
        database_.query("SELECT " SJ_RECORD_COLUMNS " FROM cycle_record WHERE trashed = ?" SJ_RECORD_TESTS);
    query.bind(trashed);
    return rows_of(query, filter);
  }
  auto query = database_.query("SELECT " SJ_RECORD_COLUMNS
                               " FROM cycle_record WHERE trashed = ? AND type = ?" SJ_RECORD_TESTS);
  query.bind(trashed).bind(type);
  return rows_of(query, filter);
}

}  // namespace sejawat::store
