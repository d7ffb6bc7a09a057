#include "attachment_table.h"

namespace sejawat::store {
namespace {

AttachmentRow row_of(const Query& query) {
  AttachmentRow row;
  row.space = query.id<base::SpaceId>(0);
  row.object = query.id<base::ObjectId>(1);
  row.parent = query.id<base::ObjectId>(2);
  row.owner = query.id<base::PersonId>(3);
  row.caption = query.text(4);
  row.content = base::to_bytes(query.blob(5));
  row.removed = query.i64(6) != 0;
  row.lamport = query.u64(7);
  row.wall_ms = query.i64(8);
  return row;
}

base::Result<std::vector<AttachmentRow>> rows_of(Query query) {
  std::vector<AttachmentRow> rows;
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return rows;
    rows.push_back(row_of(query));
  }
}

base::Result<std::optional<base::Bytes>> one_blob(Query query) {
  SJ_TRY(const bool row, query.step());
  if (!row) return std::optional<base::Bytes>();
  return std::optional<base::Bytes>(base::to_bytes(query.blob(0)));
}

}  // namespace

base::Status AttachmentTable::put(const AttachmentRow& row) {
  auto query = database_.query(
      "INSERT INTO attachment(space, object, parent, owner, caption, content, removed, lamport, wall_ms)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(object) DO UPDATE SET space = excluded.space,"
      " parent = excluded.parent, owner = excluded.owner, caption = excluded.caption,"
      " content = excluded.content, removed = excluded.removed, lamport = excluded.lamport,"
      " wall_ms = excluded.wall_ms");
  query.bind(row.space).bind(row.object).bind(row.parent).bind(row.owner);
  query.bind(std::string_view(row.caption)).bind(base::ByteView(row.content));
  query.bind(std::int64_t{row.removed ? 1 : 0}).bind(number(row.lamport));
  return query.bind(row.wall_ms).run();
}

base::Status AttachmentTable::forget(const base::ObjectId& object) {
  auto query = database_.query("DELETE FROM attachment WHERE object = ?");
  return query.bind(object).run();
}

base::Result<std::optional<AttachmentRow>> AttachmentTable::get(const base::ObjectId& object) {
  auto query = database_.query(
      "SELECT space, object, parent, owner, caption, content, removed, lamport, wall_ms FROM attachment"
      " WHERE object = ?");
  query.bind(object);
  SJ_TRY(const bool row, query.step());
  if (!row) return std::optional<AttachmentRow>();
  return std::optional<AttachmentRow>(row_of(query));
}

base::Result<std::vector<AttachmentRow>> AttachmentTable::list(const std::optional<base::ObjectId>& parent) {
  if (!parent) {
    return rows_of(database_.query(
        "SELECT space, object, parent, owner, caption, content, removed, lamport, wall_ms FROM attachment"
        " WHERE removed = 0 ORDER BY lamport, object"));
  }
  auto query = database_.query(
      "SELECT space, object, parent, owner, caption, content, removed, lamport, wall_ms FROM attachment"
      " WHERE parent = ? AND removed = 0 ORDER BY lamport, object");
  query.bind(*parent);
  return rows_of(std::move(query));
}

base::Result<std::vector<AttachmentRow>> AttachmentTable::all_of(const base::ObjectId& parent) {
  auto query = database_.query(
      "SELECT space, object, parent, owner, caption, content, removed, lamport, wall_ms FROM attachment"
      " WHERE parent = ? ORDER BY lamport, object");
  query.bind(parent);
  return rows_of(std::move(query));
}

base::Status AttachmentTable::put_chunk(const base::SpaceId& space, const log::ChunkId& chunk,
                                        const base::ObjectId& attachment, const base::PersonId& owner,
                                        base::ByteView sealed, bool fresh) {
  auto whose = database_.query("INSERT OR IGNORE INTO chunk_owner VALUES(?, ?, ?)");
  SJ_TRY_STATUS(whose.bind(space).bind(chunk).bind(owner).run());
  auto query =
      database_.query("INSERT OR IGNORE INTO chunk(space, id, object, fresh, bytes) VALUES(?, ?, ?, ?, ?)");
  query.bind(space).bind(chunk).bind(attachment).bind(std::int64_t{fresh ? 1 : 0});
  return query.bind(sealed).run();
}

base::Result<std::optional<base::Bytes>> AttachmentTable::chunk(const base::SpaceId& space,
                                                                const log::ChunkId& chunk) {
  auto query = database_.query("SELECT bytes FROM chunk WHERE space = ? AND id = ?");
  query.bind(space).bind(chunk);
  return one_blob(std::move(query));
}

base::Result<bool> AttachmentTable::has_chunk(const base::SpaceId& space, const log::ChunkId& chunk) {
  auto query = database_.query("SELECT 1 FROM chunk WHERE space = ? AND id = ?");
  return query.bind(space).bind(chunk).step();
}

base::Result<std::vector<AttachmentRows::Owned>> AttachmentTable::chunks_of(const base::SpaceId& space) {
  std::vector<Owned> all;
  auto query = database_.query(
      "SELECT chunk.id, chunk_owner.owner FROM chunk LEFT JOIN chunk_owner"
      " ON chunk_owner.space = chunk.space AND chunk_owner.id = chunk.id WHERE chunk.space = ?1 UNION ALL"
      " SELECT chunk_wanted.id, attachment.owner FROM chunk_wanted"
      " LEFT JOIN attachment ON attachment.object = chunk_wanted.object WHERE chunk_wanted.space = ?1");
  query.bind(space);
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return all;
    Owned one{query.id<log::ChunkId>(0), std::nullopt};
    if (!query.is_null(1)) one.owner = query.id<base::PersonId>(1);
    all.push_back(one);
  }
}

base::Status AttachmentTable::erase_chunk(const base::SpaceId& space, const log::ChunkId& chunk) {
  auto bytes = database_.query("DELETE FROM chunk WHERE space = ? AND id = ?");
  SJ_TRY_STATUS(bytes.bind(space).bind(chunk).run());
  auto whose = database_.query("DELETE FROM chunk_owner WHERE space = ? AND id = ?");
  SJ_TRY_STATUS(whose.bind(space).bind(chunk).run());
  auto there = database_.query("DELETE FROM chunk_at WHERE space = ? AND id = ? AND brought = 0");
  SJ_TRY_STATUS(there.bind(space).bind(chunk).run());
  return got(space, chunk);
}

base::Status AttachmentTable::doubt_chunk(const base::SpaceId& space, const log::ChunkId& chunk) {
  auto query = database_.query("UPDATE chunk_at SET held = -1, whole = 0 WHERE space = ? AND id = ?");
  return query.bind(space).bind(chunk).run();
}

base::Result<std::vector<log::ChunkId>> AttachmentTable::brought_and_erased(const base::SpaceId& space) {
  std::vector<log::ChunkId> all;
  auto query = database_.query(
      "SELECT DISTINCT id FROM chunk_at WHERE space = ?1 AND brought = 1"
      " AND id NOT IN (SELECT id FROM chunk WHERE space = ?1) ORDER BY id");
  query.bind(space);
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return all;
    all.push_back(query.id<log::ChunkId>(0));
  }
}

base::Status AttachmentTable::forget_brought(const base::SpaceId& space, const log::ChunkId& chunk) {
  auto query = database_.query("DELETE FROM chunk_at WHERE space = ? AND id = ?");
  return query.bind(space).bind(chunk).run();
}

base::Status AttachmentTable::want(const base::SpaceId& space, const log::ChunkId& chunk,
                                   const base::ObjectId& attachment) {
  auto query =
      database_.query("INSERT OR IGNORE INTO chunk_wanted(space, id, object, bytes) VALUES(?, ?, ?, x'')");
  return query.bind(space).bind(chunk).bind(attachment).run();
}

base::Result<std::vector<AttachmentRows::Wanted>> AttachmentTable::wanted() {
  std::vector<Wanted> all;
  auto query = database_.query("SELECT space, id, object, length(bytes) FROM chunk_wanted ORDER BY seq");
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return all;
    all.push_back({query.id<base::SpaceId>(0), query.id<log::ChunkId>(1), query.id<base::ObjectId>(2),
                   static_cast<std::uint32_t>(query.i64(3))});
  }
}

base::Status AttachmentTable::unwant(const base::ObjectId& attachment) {
  auto query = database_.query("DELETE FROM chunk_wanted WHERE object = ?");
  return query.bind(attachment).run();
}

base::Result<std::optional<base::Bytes>> AttachmentTable::wanted_bytes(const base::SpaceId& space,
                                                                       const log::ChunkId& chunk) {
  auto query = database_.query("SELECT bytes FROM chunk_wanted WHERE space = ? AND id = ?");
  query.bind(space).bind(chunk);
  return one_blob(std::move(query));
}

base::Status AttachmentTable::put_wanted_bytes(const base::SpaceId& space, const log::ChunkId& chunk,
                                               base::ByteView bytes) {
  auto query = database_.query("UPDATE chunk_wanted SET bytes = ? WHERE space = ? AND id = ?");
  return query.bind(bytes).bind(space).bind(chunk).run();
}

base::Status AttachmentTable::got(const base::SpaceId& space, const log::ChunkId& chunk) {
  auto query = database_.query("DELETE FROM chunk_wanted WHERE space = ? AND id = ?");
  return query.bind(space).bind(chunk).run();
}

base::Result<std::vector<AttachmentRows::Unsent>> AttachmentTable::unsent(const base::PublicBoxKey& carrier,
                                                                          const base::SpaceId& space,
                                                                          std::size_t limit) {
  std::vector<Unsent> all;
  auto query = database_.query(
      "SELECT chunk.id, length(chunk.bytes), nullif(chunk_at.held, -1), chunk.fresh, chunk.object FROM chunk"
      " JOIN attachment ON attachment.object = chunk.object AND attachment.removed = 0"
      " LEFT JOIN chunk_at ON chunk_at.carrier = ? AND chunk_at.space = chunk.space AND chunk_at.id = "
      "chunk.id"
      " WHERE chunk.space = ? AND ifnull(chunk_at.whole, 0) = 0 ORDER BY chunk.seq LIMIT ?");
  query.bind(carrier).bind(space).bind(number(limit));
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return all;
    Unsent one{query.id<log::ChunkId>(0), static_cast<std::uint32_t>(query.i64(1)), std::nullopt,
               query.i64(3) != 0, query.id<base::ObjectId>(4)};
    if (!query.is_null(2)) one.held = static_cast<std::uint32_t>(query.i64(2));
    all.push_back(one);
  }
}

base::Result<std::uint64_t> AttachmentTable::unsent_bytes(const base::PublicBoxKey& carrier,
                                                          const base::SpaceId& space) {
  auto query = database_.query(
      "SELECT ifnull(sum(length(chunk.bytes) - max(ifnull(chunk_at.held, 0), 0)), 0) FROM chunk"
      " JOIN attachment ON attachment.object = chunk.object AND attachment.removed = 0"
      " LEFT JOIN chunk_at ON chunk_at.carrier = ? AND chunk_at.space = chunk.space AND chunk_at.id = "
      "chunk.id"
      " WHERE chunk.space = ? AND ifnull(chunk_at.whole, 0) = 0");
  query.bind(carrier).bind(space);
  SJ_TRY(const bool row, query.step());
  return row ? query.u64(0) : 0;
}

base::Status AttachmentTable::set_held(const base::PublicBoxKey& carrier, const base::SpaceId& space,
                                       const log::ChunkId& chunk, std::uint32_t held, bool whole,
                                       bool brought) {
  auto query = database_.query(
      "INSERT INTO chunk_at(carrier, space, id, held, whole, brought) VALUES(?, ?, ?, ?, ?, ?)"
      " ON CONFLICT DO UPDATE SET held = excluded.held, whole = excluded.whole,"
      " brought = max(brought, excluded.brought)");
  query.bind(carrier).bind(space).bind(chunk).bind(number(held)).bind(std::int64_t{whole ? 1 : 0});
  SJ_TRY_STATUS(query.bind(std::int64_t{brought ? 1 : 0}).run());
  auto seen = database_.query("UPDATE chunk SET fresh = 0 WHERE space = ? AND id = ? AND fresh = 1");
  return seen.bind(space).bind(chunk).run();
}

base::Status AttachmentTable::void_held(const base::PublicBoxKey& carrier) {
  auto query = database_.query("DELETE FROM chunk_at WHERE carrier = ? AND brought = 0");
  SJ_TRY_STATUS(query.bind(carrier).run());
  auto brought = database_.query("UPDATE chunk_at SET held = -1, whole = 0 WHERE carrier = ?");
  return brought.bind(carrier).run();
}

base::Result<AttachmentRows::There> AttachmentTable::at(const base::PublicBoxKey& carrier,
                                                        const base::SpaceId& space,
                                                        const log::ChunkId& chunk) {
  auto query =
      database_.query("SELECT max(held, 0), whole FROM chunk_at WHERE carrier = ? AND space = ? AND id = ?");
  query.bind(carrier).bind(space).bind(chunk);
  SJ_TRY(const bool row, query.step());
  if (!row) return There{};
  return There{static_cast<std::uint32_t>(query.i64(0)), query.i64(1) != 0};
}

}  // namespace sejawat::store
