// What a carrier keeps, behind one interface: membership records, sealed segments, and for every space the
// order in which they arrived with the running digest at each place. Implementations: storage/sqlite. Used by
// one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "carrier/limits.h"
#include "log/chunk.h"
#include "log/digest.h"
#include "log/segment.h"

namespace sejawat::carrier {

struct Arrival {
  std::uint64_t position = 0;  // from 1, dense within a space
  bool is_record = false;
  base::LogId log;  // of a segment: the log, or the branch on which it stands here
  std::uint64_t segment_no = 0;
  base::Bytes bytes;  // the record, or the sealed segment
};
// What goes on elsewhere than the chain that was here first: another end of the same log (docs/PROTOCOL.md,
// "Forks"). Named as the fork names it; its first segment follows one of `parent`.
struct Branch {
  base::LogId name;
  base::LogId log;
  base::LogId parent;  // the log itself, or another branch of it
  std::uint64_t first_no = 0;
  friend bool operator==(const Branch&, const Branch&) = default;
};
struct SpaceTip {
  std::uint64_t position = 0;
  base::Bytes digest_state;  // log::SpaceDigest::state
  Usage usage;
};

// The beginning of a chunk that a device is bringing.
struct BegunChunk {
  std::uint32_t total = 0;
  base::Bytes bytes;
};
// Chunks of attachments, by space and address (docs/PROTOCOL.md, "Attachments").
class ChunkStore {
 public:
  virtual ~ChunkStore() = default;
  // What a space takes up goes into its tip.
  virtual base::Status put_usage(const base::SpaceId&, const SpaceTip& tip) = 0;
  virtual base::Result<std::uint32_t> chunk_size(const base::SpaceId&, const log::ChunkId&) = 0;  // 0: none
  virtual base::Result<base::Bytes> chunk(const base::SpaceId&, const log::ChunkId&, std::uint32_t offset,
                                          std::uint32_t most) = 0;  // empty: none, or nothing there
  // `by`: who brought it; nullopt where nobody can say.
  virtual base::Status put_chunk(const base::SpaceId&, const log::ChunkId&, base::ByteView bytes,
                                 const std::optional<base::PersonId>& by) = 0;
  virtual base::Result<std::optional<base::PersonId>> brought_by(const base::SpaceId&,
                                                                 const log::ChunkId&) = 0;
  virtual base::Result<std::vector<log::ChunkId>> chunk_ids(const base::SpaceId&) = 0;  // ascending
  virtual base::Result<std::uint64_t> chunk_count(const base::SpaceId&) = 0;
  // Of all that was taken up to some moment; a store that went back to before it does not have it. One
  // that was there before is the newest from then on.
  virtual base::Status put_chunk_mark(const base::ChunkMark&) = 0;
  virtual base::Result<bool> has_chunk_mark(const base::ChunkMark&) = 0;
  virtual base::Result<std::optional<base::ChunkMark>> last_chunk_mark() = 0;
  // Of erased attachments: whole and begun ones go, also from the store's files (`forgotten`). How many bytes
  // of whole ones that freed; the caller takes them off the usage.
  virtual base::Result<std::uint64_t> drop_chunks(const base::SpaceId&, const std::vector<log::ChunkId>&) = 0;
  virtual base::Result<std::optional<BegunChunk>> begun_chunk(const base::SpaceId&, const base::PublicBoxKey&,
                                                              const log::ChunkId&) = 0;
  // Of one device in one space the `keep` newest stay.
  virtual base::Status put_begun_chunk(const base::SpaceId&, const base::PublicBoxKey&, const log::ChunkId&,
                                       const BegunChunk&, std::size_t keep) = 0;
  virtual base::Status drop_begun_chunk(const base::SpaceId&, const base::PublicBoxKey&,
                                        const log::ChunkId&) = 0;
  virtual base::Result<std::vector<base::PublicBoxKey>> begun_by(const base::SpaceId&,
                                                                 const log::ChunkId&) = 0;  // ascending
  struct Begun {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    friend bool operator==(const Begun&, const Begun&) = default;
  };
  virtual base::Result<std::vector<std::pair<base::PublicBoxKey, Begun>>> begun(const base::SpaceId&) = 0;
  virtual base::Result<Begun> begun(const base::SpaceId&, const base::PublicBoxKey&) = 0;
  // All of a device, gone from the store's files as well.
  virtual base::Status forget_begun(const base::SpaceId&, const base::PublicBoxKey&) = 0;
  // Of an erased attachment: as drop_begun_chunk, and gone from the store's files as well.
  virtual base::Status forget_begun_chunk(const base::SpaceId&, const base::PublicBoxKey&,
                                          const log::ChunkId&) = 0;
};

class CarrierStore {
 public:
  virtual ~CarrierStore() = default;
  // There is no rollback: a store that failed is closed with its transaction open, which undoes it, and the
  // process ends, because what the carrier holds in memory may be ahead of it.
  virtual base::Status begin() = 0;
  virtual base::Status commit() = 0;  // durable when it returns ok

  virtual base::Result<base::GenerationId> generation() = 0;
  virtual base::Result<std::optional<base::Bytes>> meta(std::string_view name) = 0;
  virtual base::Status put_meta(std::string_view name, base::ByteView value) = 0;

  virtual base::Result<std::vector<base::SpaceId>> spaces() = 0;
  virtual base::Result<std::vector<base::Bytes>> records(const base::SpaceId&) = 0;  // in order of arrival
  virtual base::Result<std::optional<SpaceTip>> tip(const base::SpaceId&) = 0;
  virtual base::Result<std::optional<log::Head>> head(const base::SpaceId&, const base::LogId&) = 0;
  virtual base::Result<std::vector<std::pair<base::LogId, log::Head>>> heads(const base::SpaceId&) = 0;
  virtual base::Result<std::optional<base::Bytes>> segment(const base::SpaceId&, const base::LogId&,
                                                           std::uint64_t no) = 0;
  virtual base::Result<std::optional<base::Hash32>> hash_of(const base::SpaceId&, const base::LogId&,
                                                            std::uint64_t no) = 0;
  // Of the segments from this number on, as they are held now.
  virtual base::Result<std::uint64_t> bytes_from(const base::SpaceId&, const base::LogId&,
                                                 std::uint64_t no) = 0;
  // Where it came in the order of arrival.
  virtual base::Result<std::optional<std::uint64_t>> position_of(const base::SpaceId&, const base::LogId&,
                                                                 std::uint64_t no) = 0;
  // Of the records, ascending: the order of `records`.
  virtual base::Result<std::vector<std::uint64_t>> record_positions(const base::SpaceId&) = 0;
  // In every call a branch stands where a log does.
  virtual base::Result<std::vector<Branch>> branches(const base::SpaceId&) = 0;
  virtual base::Status put_branch(const base::SpaceId&, const Branch&) = 0;
  // Both append an arrival at `tip.position` and store the digest after it; the first one creates the space.
  virtual base::Status append_record(const base::SpaceId&, const SpaceTip& tip, const base::Digest& digest,
                                     base::ByteView record) = 0;
  virtual base::Status append_segment(const base::SpaceId&, const SpaceTip& tip, const base::Digest& digest,
                                      const base::LogId&, const log::Head& head, base::ByteView segment) = 0;
  // Puts another encoding of the same segment in its place: without its body, or with it again. Digests,
  // heads and positions stay. `tip` as in append_segment.
  virtual base::Status replace_segment(const base::SpaceId&, const SpaceTip& tip, const base::LogId&,
                                       std::uint64_t no, base::ByteView segment) = 0;
  // Whether the bytes of all that was replaced so far are gone from the store's files as well.
  virtual bool forgotten() const = 0;
  // Digest at a position; nullopt when there is no such position.
  virtual base::Result<std::optional<base::Digest>> digest_at(const base::SpaceId&,
                                                              std::uint64_t position) = 0;
  // Calls `take` for each arrival after `position` in order until it returns false.
  struct Taker {
    virtual ~Taker() = default;
    virtual bool take(Arrival arrival) = 0;
  };
  virtual base::Status arrivals_after(const base::SpaceId&, std::uint64_t position, Taker& taker) = 0;
  struct Rest {
    std::uint64_t bytes = 0;
    std::uint32_t segments = 0;
  };
  virtual base::Result<Rest> rest_after(const base::SpaceId&, std::uint64_t position) = 0;
  // Whether its sums of sizes (Usage, Rest) are to be believed: those of an older version's backup are
  // counted anew when it is served.
  virtual bool keeps_counts() const { return true; }
  struct Room {
    std::uint64_t free = UINT64_MAX;  // bytes left on its disk; the default: it is on none
    std::uint64_t held = 0;           // bytes that it takes there
  };
  virtual Room room() const { return {}; }

  virtual ChunkStore& chunks() = 0;  // of the same store, in the same transactions

  // A copy of everything, as of the moment at which it is whole, made while the store goes on being used
  // (never inside a transaction). A copy that is dropped before leaves a torn file that nobody may use.
  struct Copy {
    virtual ~Copy() = default;
    virtual base::Result<bool> step() = 0;  // copies a little; true: whole; whoever asked makes it durable
  };
  // `path` is new, or an empty file. version_unsupported where the engine has backups of its own.
  virtual base::Result<std::unique_ptr<Copy>> copy_to(const std::string& path);
};

}  // namespace sejawat::carrier
