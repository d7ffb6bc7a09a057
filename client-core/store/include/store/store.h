// The client's encrypted database (SQLite3 Multiple Ciphers, ChaCha20-Poly1305): ops, sealed segments,
// membership records, keys, carriers and materialised rows. One owner at a time (file lock beside the
// database). Not thread-safe. Every call returns storage_failed or disk_full when SQLite says so; nothing is
// half-written outside a transaction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "log/op.h"
#include "log/segment.h"
#include "store/attachment_rows.h"
#include "store/journal_rows.h"
#include "store/record_rows.h"

namespace sejawat::store {

inline constexpr int kSchemaVersion = 4;

struct SpaceRow {
  base::SpaceId space;
  std::uint8_t kind = 0;     // space::SpaceKind
  std::string name;          // of a community, known to members only
  base::Bytes digest_state;  // log::SpaceDigest::state, empty at first
};
struct OwnLogRow {
  base::LogId log;
  base::Secret32 seed;  // of its signing key
};
struct StoredSegment {
  base::LogId log;
  std::uint64_t segment_no = 0;
  std::uint64_t first_op = 0;
  std::uint32_t op_count = 0;
  base::Hash32 hash;  // head hash after it
  base::Bytes bytes;  // sealed, as it travels
};
// A log that forked: what stands before the fork goes by the log's id, each chain from there on by the name
// that the fork gives it (docs/PROTOCOL.md, "Forks"). Everywhere in this interface such a name stands where a
// log does; its segments and positions go on counting.
struct BranchRow {
  base::LogId name;
  base::LogId log;
  base::LogId parent;  // the log itself, or another branch of it; ends where this one begins
  std::uint64_t first_no = 0;
  std::uint64_t first_op = 0;
};
enum class SegmentState : std::uint8_t {
  applied = 0,
  waiting_key = 1,
  waiting_deps = 2,
  unreadable = 3,
  quarantined = 4,  // beyond a fence: kept and carried, counts for nothing until an admin readmits it
};
struct StoredOp {
  log::Dot dot;
  base::Bytes bytes;  // log_seal::encode_op
};
struct CarrierRow {
  base::PublicBoxKey key;
  std::string url;
  std::optional<base::GenerationId> generation;
  std::vector<base::SpaceId> set;
  std::int64_t last_sync_wall_ms = 0;
  std::uint16_t last_error = 0;  // base::Code
};
struct CursorRow {
  std::uint64_t position = 0;
  base::Digest digest;
};

class Store {
 public:
  // Creates when missing. store_key_wrong, store_too_new (file untouched), store_locked (another process;
  // waits up to `wait_ms` first), storage_failed, disk_full. `path` ":memory:" opens a private in-memory
  // store.
  static base::Result<std::unique_ptr<Store>> open(const std::string& path, const base::Secret32& key,
                                                   int wait_ms);
  ~Store();

  // RAII: rolls back unless committed. Nested ones join the outer.
  class Transaction {
   public:
    explicit Transaction(Store& store);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    base::Status begin();
    base::Status commit();  // durable (synchronous=FULL) when it returns ok

   private:
    Store& store_;
    bool open_ = false;
  };

  // settings: small blobs by name ("device", "certificate", "name", "identity_box", ...)
  base::Status put_setting(std::string_view name, base::ByteView value);
  base::Result<std::optional<base::Bytes>> setting(std::string_view name);

  base::Status put_space(const SpaceRow& row);   // insert or replace
  base::Result<std::vector<SpaceRow>> spaces();  // ascending by id
  base::Status put_record(const base::SpaceId&, const base::RecordId&, base::ByteView record);
  base::Result<std::vector<base::Bytes>> records(const base::SpaceId&);  // in order of put
  base::Status put_epoch(const base::SpaceId&, const base::EpochId&, const base::Secret32&);
  base::Result<std::vector<std::pair<base::EpochId, base::Secret32>>> epochs(const base::SpaceId&);
  base::Status put_own_log(const base::SpaceId&, const base::LogId&,
                           const base::Secret32& seed);                  // becomes current
  base::Result<std::optional<OwnLogRow>> own_log(const base::SpaceId&);  // the current one
  // The caller puts the log's head as well, once after all segments it puts in one transaction.
  base::Status put_segment(const base::SpaceId&, const StoredSegment&, SegmentState);
  base::Status put_head(const base::SpaceId&, const base::LogId&, const log::Head&);
  base::Status set_segment_state(const base::SpaceId&, const base::LogId&, std::uint64_t no, SegmentState);
  enum class SegmentBytes : std::uint8_t { read, left_out };
  base::Result<std::optional<StoredSegment>> segment(const base::SpaceId&, const base::LogId&,
                                                     std::uint64_t no,
                                                     SegmentBytes bytes = SegmentBytes::read);
  // Consecutive from `no`, at most `max_bytes` (at least one if there is one).
  base::Result<std::vector<StoredSegment>> segments_from(const base::SpaceId&, const base::LogId&,
                                                         std::uint64_t no, std::size_t max_bytes);
  // Of states in which segments wait for something: all but applied. Without their bytes, of which others
  // decide how many there are. Ascending by log and number.
  using SegmentPlace = std::pair<base::LogId, std::uint64_t>;
  struct WaitingLog {
    base::LogId log;
    std::uint64_t first_segment = 0;
    std::uint64_t segments = 0;
    std::uint64_t ops = 0;
    std::uint64_t bytes = 0;
  };
  struct WaitingPlace {
    base::LogId log;
    std::uint64_t segment_no = 0;
    base::Hash32 hash;
  };
  base::Result<std::vector<WaitingPlace>> places_in_state(const base::SpaceId&, SegmentState,
                                                          std::size_t limit = SIZE_MAX / 2,
                                                          const SegmentPlace& from = {});
  base::Result<std::vector<WaitingLog>> waiting_logs(const base::SpaceId&, SegmentState);
  // Of the segment that holds this op; nullopt when none does.
  base::Result<std::optional<SegmentState>> state_of_op(const base::SpaceId&, const base::LogId&,
                                                        std::uint64_t position);
  base::Result<std::optional<log::Head>> head(const base::SpaceId&, const base::LogId&);
  // Forks. `part_at` moves what a chain holds from `to.first_no` on, with its ops, acks and branches, to the
  // branch `to`; the caller renames the dots that other ops name (ops_naming, replace_op).
  base::Result<std::vector<BranchRow>> branches(const base::SpaceId&);
  base::Status put_branch(const base::SpaceId&, const BranchRow&);
  base::Status part_at(const base::SpaceId&, const BranchRow& to, const log::Head& before,
                       const log::Head& end);
  struct NamedOp {
    std::int64_t id = 0;
    base::ObjectId object;
    base::Bytes bytes;
  };
  base::Result<std::vector<NamedOp>> ops_naming(const base::SpaceId&, const base::LogId&);
  base::Status replace_op(std::int64_t id, base::ByteView bytes);
  base::Result<std::vector<std::pair<base::LogId, log::Head>>> heads(const base::SpaceId&);

  // ops; `sealed` false: written here and not yet in a segment (position is provisional until then)
  base::Status put_op(const base::SpaceId&, const base::ObjectId&, const StoredOp&,
                      bool sealed);  // ignores a known dot
  base::Result<std::vector<StoredOp>> ops_of(const base::SpaceId&, const base::ObjectId&);
  base::Result<std::vector<StoredOp>> unsealed_ops(const base::SpaceId&, const base::LogId&,
                                                   std::size_t limit);
  base::Status mark_sealed(const base::SpaceId&, const base::LogId&, std::uint64_t up_to_position);  // < this
  base::Result<std::uint64_t> next_position(const base::SpaceId&, const base::LogId&);
  base::Result<std::uint64_t> unsealed_count(const base::SpaceId&);
  base::Status set_segment_states_from(const base::SpaceId&, const base::LogId&, std::uint64_t no,
                                       SegmentState);
  // As places_in_state.
  base::Result<std::vector<base::LogId>> logs_in_state(const base::SpaceId&, SegmentState);
  // Quarantined segments below `no` wait to be opened (again).
  base::Status release_quarantined(const base::SpaceId&, const base::LogId&, std::uint64_t below);
  // Of a branch from this position on: which objects its ops touch, and taking the ops out of the fold.
  base::Result<std::vector<base::ObjectId>> objects_from(const base::SpaceId&, const base::LogId&,
                                                         std::uint64_t position);
  // The same with the first of those ops, and how many there are; `seq` orders them as they came to this
  // store.
  struct ObjectOps {
    base::ObjectId object;
    std::int64_t seq = 0;
    std::uint64_t count = 0;
    base::Bytes first;
  };
  base::Result<std::vector<ObjectOps>> ops_by_object_from(const base::SpaceId&, const base::LogId&,
                                                          std::uint64_t position);
  base::Result<std::vector<base::ObjectId>> objects(const base::SpaceId&);  // all that have ops
  base::Status retry_unreadable(const base::SpaceId&);                      // they wait to be opened again
  base::Status remove_ops_from(const base::SpaceId&, const base::LogId&, std::uint64_t position);
  // Unsealed ops of one log become ops of another one; `ops` in order, with their new dots.
  struct MovedOp {
    base::ObjectId object;
    StoredOp op;
  };
  base::Status replace_unsealed(const base::SpaceId&, const base::LogId& from,
                                const std::vector<MovedOp>& ops);
  base::Result<std::vector<MovedOp>> unsealed_with_objects(const base::SpaceId&, const base::LogId&);
  // Erasure (erased_ops.cpp). An op that is erased keeps its place and loses its bytes; ops_of and objects
  // leave it out. Another encoding of the same segment, without its body or with it again.
  base::Status replace_segment(const base::SpaceId&, const base::LogId&, std::uint64_t no,
                               base::ByteView bytes);
  base::Result<std::optional<SegmentState>> segment_state(const base::SpaceId&, const base::LogId&,
                                                          std::uint64_t no);
  base::Result<std::optional<StoredSegment>> segment_at(const base::SpaceId&, const base::LogId&,
                                                        std::uint64_t position);
  base::Result<std::vector<MovedOp>> ops_between(const base::SpaceId&, const base::LogId&,
                                                 std::uint64_t first_position, std::uint64_t count);
  // The object that lost an op by it; nullopt when there was nothing to lose.
  base::Result<std::optional<base::ObjectId>> erase_op(const base::SpaceId&, const log::Dot&);
  // An op that has not left this store becomes `op`, which is of no object.
  base::Status replace_unsealed_op(const base::SpaceId&, const StoredOp& op);
  // What was erased since leaves the search index and the files of this store as well; outside a transaction.
  base::Status forget_if_due();
  // As put_setting with nothing; due to be forgotten: a secret that is not needed any more.
  base::Status wipe_setting(std::string_view name);
  // Names of members, as they wrote them; rows derived from ops.
  base::Status put_profile(const base::SpaceId&, const base::PersonId&, std::string_view name);
  base::Result<std::vector<std::pair<base::PersonId, std::string>>> profiles(const base::SpaceId&);
  base::Status raise_lamport(const base::SpaceId&, std::uint64_t at_least);
  base::Result<std::uint64_t> lamport(const base::SpaceId&);

  base::Status put_carrier(const CarrierRow&);
  base::Result<std::vector<CarrierRow>> carriers();
  base::Status put_cursor(const base::PublicBoxKey&, const base::SpaceId&, const CursorRow&);
  base::Result<std::optional<CursorRow>> cursor(const base::PublicBoxKey&, const base::SpaceId&);
  base::Status ack_record(const base::PublicBoxKey&, const base::RecordId&);
  base::Result<bool> record_acked(const base::PublicBoxKey&, const base::RecordId&);
  base::Status ack_segments(const base::PublicBoxKey&, const base::SpaceId&, const base::LogId&,
                            std::uint64_t count);
  base::Result<std::uint64_t> acked_segments(const base::PublicBoxKey&, const base::SpaceId&,
                                             const base::LogId&);
  base::Status void_acks(const base::PublicBoxKey&);  // new generation: cursors and acks of this carrier go
  // What one carrier acked of one space's logs, or of one record, goes; the cursor stays.
  base::Status void_segment_acks(const base::PublicBoxKey&, const base::SpaceId&);
  base::Status void_segment_acks(const base::PublicBoxKey&, const base::SpaceId&, const base::LogId&);
  base::Status void_record_ack(const base::PublicBoxKey&, const base::RecordId&);

  JournalRows& journal();
  RecordRows& records_of_cycle();
  AttachmentRows& attachments();

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::store
