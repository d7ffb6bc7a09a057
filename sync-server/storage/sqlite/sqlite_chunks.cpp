#include "sqlite_chunks.h"

namespace sejawat::storage {

base::Status SqliteChunks::put_usage(const base::SpaceId& space, const carrier::SpaceTip& tip) {
  tips_[space] = tip;
  return {};
}

base::Result<std::uint32_t> SqliteChunks::chunk_size(const base::SpaceId& space, const log::ChunkId& chunk) {
  auto query = db_.prepare("SELECT length(bytes) FROM chunk WHERE space = ? AND id = ?");
  SJ_TRY(const bool row, query.bind(space.view()).bind(chunk.view()).step());
  return row ? static_cast<std::uint32_t>(query.u64(0)) : 0;
}

base::Result<base::Bytes> SqliteChunks::chunk(const base::SpaceId& space, const log::ChunkId& chunk,
                                              std::uint32_t offset, std::uint32_t most) {
  auto query = db_.prepare("SELECT substr(bytes, ?, ?) FROM chunk WHERE space = ? AND id = ?");
  query.bind(number(std::uint64_t{offset} + 1)).bind(number(most));
  SJ_TRY(const bool row, query.bind(space.view()).bind(chunk.view()).step());
  return row ? base::to_bytes(query.blob(0)) : base::Bytes();
}

base::Status SqliteChunks::put_chunk(const base::SpaceId& space, const log::ChunkId& chunk,
                                     base::ByteView bytes, const std::optional<base::PersonId>& by) {
  auto query = db_.prepare("INSERT OR IGNORE INTO chunk(space, id, bytes, person) VALUES(?, ?, ?, ?)");
  query.bind(space.view()).bind(chunk.view()).bind(bytes);
  return (by ? query.bind(by->view()) : query.bind_null()).run();
}

base::Result<std::optional<base::PersonId>> SqliteChunks::brought_by(const base::SpaceId& space,
                                                                     const log::ChunkId& chunk) {
  if (!knows_bringers) return std::optional<base::PersonId>();
  auto query = db_.prepare("SELECT person FROM chunk WHERE space = ? AND id = ?");
  SJ_TRY(const bool row, query.bind(space.view()).bind(chunk.view()).step());
  return row ? base::PersonId::from(query.blob(0)) : std::nullopt;
}

base::Status SqliteChunks::put_chunk_mark(const base::ChunkMark& mark) {
  return db_.prepare("INSERT OR REPLACE INTO chunk_mark(mark) VALUES(?)").bind(mark.view()).run();
}

base::Result<bool> SqliteChunks::has_chunk_mark(const base::ChunkMark& mark) {
  auto query = db_.prepare("SELECT 1 FROM chunk_mark WHERE mark = ?");
  return query.bind(mark.view()).step();
}

base::Result<std::optional<base::ChunkMark>> SqliteChunks::last_chunk_mark() {
  auto query = db_.prepare("SELECT mark FROM chunk_mark ORDER BY seq DESC LIMIT 1");
  SJ_TRY(const bool row, query.step());
  if (!row) return std::optional<base::ChunkMark>();
  return std::optional(query.id<base::ChunkMark>(0));
}

base::Result<std::vector<log::ChunkId>> SqliteChunks::chunk_ids(const base::SpaceId& space) {
  auto query = db_.prepare("SELECT id FROM chunk WHERE space = ? ORDER BY id");
  return SqliteConnection::ids_of<log::ChunkId>(query.bind(space.view()));
}

base::Result<std::uint64_t> SqliteChunks::chunk_count(const base::SpaceId& space) {
  auto query = db_.prepare("SELECT count(*) FROM chunk WHERE space = ?");
  SJ_TRY(const bool row, query.bind(space.view()).step());
  return row ? query.u64(0) : 0;
}

base::Result<std::uint64_t> SqliteChunks::drop_chunks(const base::SpaceId& space,
                                                      const std::vector<log::ChunkId>& ids) {
  std::uint64_t freed = 0;
  for (const auto& id : ids) {
    SJ_TRY(const auto size, chunk_size(space, id));
    freed += size;
    auto whole = db_.prepare("DELETE FROM chunk WHERE space = ? AND id = ?");
    SJ_TRY_STATUS(whole.bind(space.view()).bind(id.view()).run());
    db_.note_replaced();
    auto begun = db_.prepare("DELETE FROM chunk_begun WHERE space = ? AND id = ?");
    SJ_TRY_STATUS(begun.bind(space.view()).bind(id.view()).run());
    db_.note_replaced();
  }
  return freed;
}

base::Result<std::optional<carrier::BegunChunk>> SqliteChunks::begun_chunk(const base::SpaceId& space,
                                                                           const base::PublicBoxKey& device,
                                                                           const log::ChunkId& chunk) {
  auto query = db_.prepare("SELECT total, bytes FROM chunk_begun WHERE space = ? AND device = ? AND id = ?");
  SJ_TRY(const bool row, query.bind(space.view()).bind(device.view()).bind(chunk.view()).step());
  if (!row) return std::optional<carrier::BegunChunk>();
  return std::optional<carrier::BegunChunk>(
      carrier::BegunChunk{static_cast<std::uint32_t>(query.u64(0)), base::to_bytes(query.blob(1))});
}

base::Status SqliteChunks::put_begun_chunk(const base::SpaceId& space, const base::PublicBoxKey& device,
                                           const log::ChunkId& chunk, const carrier::BegunChunk& begun,
                                           std::size_t keep) {
  auto query = db_.prepare(
      "INSERT OR REPLACE INTO chunk_begun(space, id, device, total, bytes) VALUES(?, ?, ?, ?, ?)");
  query.bind(space.view()).bind(chunk.view()).bind(device.view()).bind(number(begun.total));
  SJ_TRY_STATUS(query.bind(base::ByteView(begun.bytes)).run());
  auto older = db_.prepare(
      "DELETE FROM chunk_begun WHERE space = ?1 AND device = ?2 AND seq NOT IN"
      " (SELECT seq FROM chunk_begun WHERE space = ?1 AND device = ?2 ORDER BY seq DESC LIMIT ?3)");
  return older.bind(space.view()).bind(device.view()).bind(number(keep)).run();
}

base::Status SqliteChunks::drop_begun_chunk(const base::SpaceId& space, const base::PublicBoxKey& device,
                                            const log::ChunkId& chunk) {
  auto query = db_.prepare("DELETE FROM chunk_begun WHERE space = ? AND device = ? AND id = ?");
  return query.bind(space.view()).bind(device.view()).bind(chunk.view()).run();
}

base::Result<std::vector<base::PublicBoxKey>> SqliteChunks::begun_by(const base::SpaceId& space,
                                                                     const log::ChunkId& chunk) {
  auto query = db_.prepare("SELECT device FROM chunk_begun WHERE space = ? AND id = ? ORDER BY device");
  return SqliteConnection::ids_of<base::PublicBoxKey>(query.bind(space.view()).bind(chunk.view()));
}

base::Result<std::vector<std::pair<base::PublicBoxKey, SqliteChunks::Begun>>> SqliteChunks::begun(
    const base::SpaceId& space) {
  std::vector<std::pair<base::PublicBoxKey, Begun>> all;
  auto query = db_.prepare(
      "SELECT device, count(*), sum(length(bytes)) FROM chunk_begun WHERE space = ? GROUP BY device"
      " ORDER BY device");
  query.bind(space.view());
  for (;;) {
    SJ_TRY(const bool row, query.step());
    if (!row) return all;
    all.emplace_back(query.id<base::PublicBoxKey>(0), Begun{query.u64(1), query.u64(2)});
  }
}

base::Result<SqliteChunks::Begun> SqliteChunks::begun(const base::SpaceId& space,
                                                      const base::PublicBoxKey& device) {
  auto query = db_.prepare(
      "SELECT count(*), ifnull(sum(length(bytes)), 0) FROM chunk_begun WHERE space = ? AND device = ?");
  SJ_TRY(const bool row, query.bind(space.view()).bind(device.view()).step());
  return row ? Begun{query.u64(0), query.u64(1)} : Begun{};
}

base::Status SqliteChunks::forget_begun(const base::SpaceId& space, const base::PublicBoxKey& device) {
  auto query = db_.prepare("DELETE FROM chunk_begun WHERE space = ? AND device = ?");
  SJ_TRY_STATUS(query.bind(space.view()).bind(device.view()).run());
  db_.note_replaced();
  return {};
}

base::Status SqliteChunks::forget_begun_chunk(const base::SpaceId& space, const base::PublicBoxKey& device,
                                              const log::ChunkId& chunk) {
  db_.forget_later();
  return drop_begun_chunk(space, device, chunk);
}

}  // namespace sejawat::storage
