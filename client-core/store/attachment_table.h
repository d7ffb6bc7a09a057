// AttachmentRows over SQLite.
#pragma once

#include "database.h"
#include "store/attachment_rows.h"

namespace sejawat::store {

class AttachmentTable final : public AttachmentRows {
 public:
  explicit AttachmentTable(Database& database) : database_(database) {}
  base::Status put(const AttachmentRow& row) override;
  base::Status forget(const base::ObjectId&) override;
  base::Result<std::optional<AttachmentRow>> get(const base::ObjectId&) override;
  base::Result<std::vector<AttachmentRow>> list(const std::optional<base::ObjectId>& parent) override;
  base::Result<std::vector<AttachmentRow>> all_of(const base::ObjectId& parent) override;
  base::Status put_chunk(const base::SpaceId&, const log::ChunkId&, const base::ObjectId& attachment,
                         const base::PersonId& owner, base::ByteView sealed, bool fresh) override;
  base::Result<std::optional<base::Bytes>> chunk(const base::SpaceId&, const log::ChunkId&) override;
  base::Result<bool> has_chunk(const base::SpaceId&, const log::ChunkId&) override;
  base::Result<std::vector<Owned>> chunks_of(const base::SpaceId&) override;
  base::Status erase_chunk(const base::SpaceId&, const log::ChunkId&) override;
  base::Status doubt_chunk(const base::SpaceId&, const log::ChunkId&) override;
  base::Result<std::vector<log::ChunkId>> brought_and_erased(const base::SpaceId&) override;
  base::Status forget_brought(const base::SpaceId&, const log::ChunkId&) override;
  base::Status want(const base::SpaceId&, const log::ChunkId&, const base::ObjectId& attachment) override;
  base::Result<std::vector<Wanted>> wanted() override;
  base::Status unwant(const base::ObjectId& attachment) override;
  base::Result<std::optional<base::Bytes>> wanted_bytes(const base::SpaceId&, const log::ChunkId&) override;
  base::Status put_wanted_bytes(const base::SpaceId&, const log::ChunkId&, base::ByteView) override;
  base::Status got(const base::SpaceId&, const log::ChunkId&) override;
  base::Result<std::vector<Unsent>> unsent(const base::PublicBoxKey& carrier, const base::SpaceId&,
                                           std::size_t limit) override;
  base::Result<std::uint64_t> unsent_bytes(const base::PublicBoxKey& carrier,
                                           const base::SpaceId& space) override;
  base::Status set_held(const base::PublicBoxKey& carrier, const base::SpaceId&, const log::ChunkId&,
                        std::uint32_t held, bool whole, bool brought) override;
  base::Status void_held(const base::PublicBoxKey& carrier) override;
  base::Result<There> at(const base::PublicBoxKey& carrier, const base::SpaceId&,
                         const log::ChunkId&) override;

 private:
  Database& database_;
};

}  // namespace sejawat::store
