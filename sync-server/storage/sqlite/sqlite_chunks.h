// Chunks of attachments in their tables: whole ones, those that were begun, and the marks of what was taken.
#pragma once

#include <map>

#include "carrier/store.h"
#include "sqlite_connection.h"

namespace sejawat::storage {

class SqliteChunks final : public carrier::ChunkStore {
 public:
  // Both borrowed. `tips`: of the open transaction, not yet in their rows.
  SqliteChunks(SqliteConnection& connection, std::map<base::SpaceId, carrier::SpaceTip>& tips)
      : db_(connection), tips_(tips) {}

  base::Status put_usage(const base::SpaceId& space, const carrier::SpaceTip& tip) override;
  base::Result<std::uint32_t> chunk_size(const base::SpaceId& space, const log::ChunkId& chunk) override;
  base::Result<base::Bytes> chunk(const base::SpaceId& space, const log::ChunkId& chunk, std::uint32_t offset,
                                  std::uint32_t most) override;
  base::Status put_chunk(const base::SpaceId& space, const log::ChunkId& chunk, base::ByteView bytes,
                         const std::optional<base::PersonId>& by) override;
  base::Result<std::optional<base::PersonId>> brought_by(const base::SpaceId& space,
                                                         const log::ChunkId& chunk) override;
  base::Status put_chunk_mark(const base::ChunkMark& mark) override;
  base::Result<bool> has_chunk_mark(const base::ChunkMark& mark) override;
  base::Result<std::optional<base::ChunkMark>> last_chunk_mark() override;
  base::Result<std::vector<log::ChunkId>> chunk_ids(const base::SpaceId& space) override;
  base::Result<std::uint64_t> chunk_count(const base::SpaceId& space) override;
  base::Result<std::uint64_t> drop_chunks(const base::SpaceId& space,
                                          const std::vector<log::ChunkId>& ids) override;
  base::Result<std::optional<carrier::BegunChunk>> begun_chunk(const base::SpaceId& space,
                                                               const base::PublicBoxKey& device,
                                                               const log::ChunkId& chunk) override;
  base::Status put_begun_chunk(const base::SpaceId& space, const base::PublicBoxKey& device,
                               const log::ChunkId& chunk, const carrier::BegunChunk& begun,
                               std::size_t keep) override;
  base::Status drop_begun_chunk(const base::SpaceId& space, const base::PublicBoxKey& device,
                                const log::ChunkId& chunk) override;
  base::Result<std::vector<base::PublicBoxKey>> begun_by(const base::SpaceId& space,
                                                         const log::ChunkId& chunk) override;
  base::Result<std::vector<std::pair<base::PublicBoxKey, Begun>>> begun(const base::SpaceId& space) override;
  base::Result<Begun> begun(const base::SpaceId& space, const base::PublicBoxKey& device) override;
  base::Status forget_begun(const base::SpaceId& space, const base::PublicBoxKey& device) override;
  base::Status forget_begun_chunk(const base::SpaceId& space, const base::PublicBoxKey& device,
                                  const log::ChunkId& chunk) override;

  bool knows_bringers = true;  // the file has a column for them

 private:
  SqliteConnection& db_;
  std::map<base::SpaceId, carrier::SpaceTip>& tips_;
};

}  // namespace sejawat::storage
