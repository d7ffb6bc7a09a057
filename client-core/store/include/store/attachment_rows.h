// Attachments and their chunks (docs/PROTOCOL.md, "Attachments"). Rows of attachments are derived: cycle
// rewrites them from ops. Chunks lie here sealed, as they travel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/chunk.h"

namespace sejawat::store {

struct AttachmentRow {
  base::SpaceId space;
  base::ObjectId object;
  base::ObjectId parent;  // what it is attached to
  base::PersonId owner;
  std::string caption;
  base::Bytes content;  // log_seal: encode_attachment
  bool removed = false;
  std::uint64_t lamport = 0;
  std::int64_t wall_ms = 0;
};

class AttachmentRows {
 public:
  virtual ~AttachmentRows() = default;
  virtual base::Status put(const AttachmentRow& row) = 0;  // insert or replace
  virtual base::Status forget(const base::ObjectId&) = 0;  // nothing of it counts any more (or yet)
  virtual base::Result<std::optional<AttachmentRow>> get(const base::ObjectId&) = 0;
  // Oldest first, removed ones left out. Of one thing, or of everything.
  virtual base::Result<std::vector<AttachmentRow>> list(const std::optional<base::ObjectId>& parent) = 0;

  // The same of one thing, removed ones too.
  virtual base::Result<std::vector<AttachmentRow>> all_of(const base::ObjectId& parent) = 0;

  // `fresh`: made here, and no carrier has been asked about it.
  virtual base::Status put_chunk(const base::SpaceId&, const log::ChunkId&, const base::ObjectId& attachment,
                                 const base::PersonId& owner, base::ByteView sealed, bool fresh) = 0;
  virtual base::Result<std::optional<base::Bytes>> chunk(const base::SpaceId&, const log::ChunkId&) = 0;
  virtual base::Result<bool> has_chunk(const base::SpaceId&, const log::ChunkId&) = 0;
  // Chunks that are here or wanted, with the owner of their attachment; none: not known.
  struct Owned {
    log::ChunkId chunk;
    std::optional<base::PersonId> owner;
  };
  virtual base::Result<std::vector<Owned>> chunks_of(const base::SpaceId&) = 0;
  // Erased: bytes, wish and what carriers are known to hold; that this device brought it stays known.
  virtual base::Status erase_chunk(const base::SpaceId&, const log::ChunkId&) = 0;
  // A carrier may have dropped it: all are asked again.
  virtual base::Status doubt_chunk(const base::SpaceId&, const log::ChunkId&) = 0;
  // Erased chunks that this device once brought to a carrier; and no more of that.
  virtual base::Result<std::vector<log::ChunkId>> brought_and_erased(const base::SpaceId&) = 0;
  virtual base::Status forget_brought(const base::SpaceId&, const log::ChunkId&) = 0;

  // What is to be fetched, in the order in which it was asked for.
  virtual base::Status want(const base::SpaceId&, const log::ChunkId&, const base::ObjectId& attachment) = 0;
  struct Wanted {
    base::SpaceId space;
    log::ChunkId chunk;
    base::ObjectId attachment;
    std::uint32_t held = 0;  // bytes that came so far
  };
  virtual base::Result<std::vector<Wanted>> wanted() = 0;
  // What is not wanted any more: of an attachment that was removed.
  virtual base::Status unwant(const base::ObjectId& attachment) = 0;
  virtual base::Result<std::optional<base::Bytes>> wanted_bytes(const base::SpaceId&,
                                                                const log::ChunkId&) = 0;
  virtual base::Status put_wanted_bytes(const base::SpaceId&, const log::ChunkId&, base::ByteView) = 0;
  virtual base::Status got(const base::SpaceId&, const log::ChunkId&) = 0;  // no longer wanted

  // What a carrier does not hold whole, oldest first; chunks of removed attachments stay here.
  struct Unsent {
    log::ChunkId chunk;
    std::uint32_t total = 0;
    std::optional<std::uint32_t> held;  // bytes that it has; nullopt: it was not asked yet
    bool fresh = false;
    base::ObjectId attachment;
  };
  virtual base::Result<std::vector<Unsent>> unsent(const base::PublicBoxKey& carrier, const base::SpaceId&,
                                                   std::size_t limit) = 0;
  virtual base::Result<std::uint64_t> unsent_bytes(const base::PublicBoxKey& carrier,
                                                   const base::SpaceId&) = 0;
  // `brought`: by this device, just now.
  virtual base::Status set_held(const base::PublicBoxKey& carrier, const base::SpaceId&, const log::ChunkId&,
                                std::uint32_t held, bool whole, bool brought) = 0;
  // Nothing is known of it any more, but what this device once brought there: it may be an older copy.
  virtual base::Status void_held(const base::PublicBoxKey& carrier) = 0;
  struct There {
    std::uint32_t held = 0;
    bool whole = false;
  };
  // What a carrier is known to hold of a chunk: nothing, if it was not asked.
  virtual base::Result<There> at(const base::PublicBoxKey& carrier, const base::SpaceId&,
                                 const log::ChunkId&) = 0;
};

}  // namespace sejawat::store
