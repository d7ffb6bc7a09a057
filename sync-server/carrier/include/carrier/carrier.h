// What a server decides: who is served, what is taken, what is answered (docs/PROTOCOL.md, "What a carrier
// takes in"). It checks signatures, chains, roles and caps and never sees content. Sans-IO; used by the
// writer thread alone.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "carrier/allowance.h"
#include "carrier/limits.h"
#include "carrier/peer.h"
#include "carrier/store.h"
#include "crypto/box.h"
#include "crypto/sign.h"
#include "space/membership.h"
#include "space/record_outline.h"
#include "sync/frame.h"

namespace sejawat::carrier {

// What has happened since it was last asked: who may have to hear of it.
struct Changes {
  std::map<base::SpaceId, std::uint64_t> tips;  // spaces that grew, and how far
  std::set<base::PublicBoxKey> devices;         // devices that are served other spaces than before
  // Devices that lost a space: connections that were served it end.
  std::map<base::PublicBoxKey, std::set<base::SpaceId>> cut;
  bool empty() const { return tips.empty() && devices.empty() && cut.empty(); }
};

class Carrier {
 public:
  // Loads the membership of every space. `store` is borrowed.
  static base::Result<std::unique_ptr<Carrier>> open(CarrierStore& store, const Limits& limits = {});

  // With the key of its address it signs receipts of erasures; without, it gives none.
  void sign_receipts(const crypto::BoxKey& key);

  // The operator invite of this carrier, made at its first start; nullopt once a community used it.
  base::Result<std::optional<base::Secret16>> operator_secret(base::Random& random);

  struct Ingested {
    sync::ServerMessage reply;                              // verdicts so far
    std::set<std::pair<base::SpaceId, std::uint64_t>> own;  // arrivals that this very message made
    std::vector<std::optional<base::SpaceId>> spaces;       // what the message's spaces are called here
    std::uint32_t came_in = 0;                              // records by which its device may come in
    std::vector<std::optional<base::SpaceId>> wanted;       // and those of its wants
    std::int64_t wall_seconds = 0;
    Payer payer;  // whose allowances it takes from
  };
  // Inside a transaction of the store. An error is the store's and fatal: this object may then be ahead of
  // what is stored and must not be used any more. Refusals are verdicts.
  base::Result<Ingested> ingest(const Peer& peer, const sync::ClientMessage& message,
                                std::int64_t wall_seconds);
  // After the commit. timed_out: its person asks for more than is looked for at a time, and is to come again.
  base::Result<sync::ServerMessage> answer(Peer& peer, const sync::ClientMessage& message, Ingested ingested);
  // For one message that stands alone (one-shot).
  base::Result<Ingested> ingest(const base::PublicBoxKey& device, const sync::ClientMessage& message,
                                std::int64_t wall_seconds);
  base::Result<sync::ServerMessage> answer(const base::PublicBoxKey& device,
                                           const sync::ClientMessage& message, Ingested ingested);

  // For the operator: sizes and counts, nothing that names anybody.
  struct SpaceInfo {
    base::SpaceId space;
    space::SpaceKind kind = space::SpaceKind::personal;
    std::size_t members = 0;
    std::size_t devices = 0;
    std::size_t logs = 0;
    std::uint64_t arrivals = 0;
    Usage usage;
    std::uint64_t begun_bytes = 0;  // of chunks that are on their way
    std::uint64_t quota = 0;        // bytes of segments
  };
  std::vector<SpaceInfo> survey() const;
  const base::GenerationId& generation() const { return generation_; }
  // For who looks on; nullptr: not held. Good until the next ingest.
  const space::Membership* membership(const base::SpaceId& space) const;
  // The disk has less left than the reserve and these bytes: new bodies and chunks are refused, and whoever
  // wants to write beside the store had better not.
  bool runs_low(std::uint64_t besides = 0) const;

  // After a commit: whom to push to, and to each what is new for it. nullopt when there is nothing, or when
  // it is its turn to ask. Pushes to peers at the same place share one encoding.
  Changes take_changes();
  base::Result<std::optional<sync::ServerMessage>> push(Peer& peer);

 private:
  Carrier(CarrierStore& store, const Limits& limits) : store_(store), limits_(limits) {}
  // What a certificate says of the box key in it: whose device it is, and through which others.
  using Whose = std::optional<sync::PersonTag>;  // nullopt: of whomever certificates name
  struct Claim {
    base::PersonId person;
    base::DeviceId device;
    std::vector<base::DeviceId> issuers;
    bool rests_on(const std::set<base::DeviceId>& devices) const;  // is one of them, or chains through one
    bool is_of(const Whose& whose) const;
    friend bool operator<(const Claim& a, const Claim& b) {
      return std::tie(a.person, a.device, a.issuers) < std::tie(b.person, b.device, b.issuers);
    }
  };
  struct Space {
    explicit Space(const base::SpaceId& id) : membership(id), digest(id) {}
    space::Membership membership;
    log::SpaceDigest digest;
    std::uint64_t position = 0;
    Usage usage;
    std::map<base::LogId, Branch> branches;                // further ends of its logs, by name
    std::map<base::LogId, std::set<base::LogId>> ends_of;  // and their names, by log
    void add_branch(const Branch& branch) {
      branches.emplace(branch.name, branch);
      ends_of[branch.log].insert(branch.name);
    }
    const base::LogId& log_of(const base::LogId& branch) const {
      const auto found = branches.find(branch);
      return found == branches.end() ? branch : found->second.log;
    }
    // What of it is in the indexes over all spaces.
    std::set<std::pair<base::PublicBoxKey, Claim>> claims;
    std::set<base::DeviceId> removed;
    std::set<base::PublicBoxKey> removed_keys;  // that those name
    std::set<base::PersonId> members;
    std::map<base::LogId, std::vector<space::Fence>> fences;  // under which quarantine was counted
    // Of its membership, those looked at in their order, and whether each was by an admin then.
    using Erasures = std::vector<std::pair<base::RecordId, bool>>;
    Erasures erasures_done;
    std::uint64_t chunks = 0;                               // whole ones
    std::map<base::PublicBoxKey, ChunkStore::Begun> begun;  // of others the beginnings, by who brings them
    ChunkStore::Begun all_begun;                            // and their sum
    SpaceTip tip() const { return {position, digest.state(), usage}; }
  };
  // served.cpp
  bool known(const base::PublicBoxKey& device, const Whose& whose = {}) const;
  // The one person whom certificates name for this key; nullopt where there are none or several.
  Whose only_claimant(const base::PublicBoxKey& device) const;
  // In that space: its person belongs, and neither the device nor any it chains through was removed, there or
  // in the person's own space.
  bool counts(const Space& space, const Claim& claim) const;
  bool stands(const Claim& claim) const;                     // counts in some space here
  bool was_removed(const base::PublicBoxKey& device) const;  // from any space here
  // It would be served the space had it, or what certified it, not been removed.
  bool was_removed(const Space& space, const base::PublicBoxKey& device) const;
  bool is_member(const Space& space, const base::PublicBoxKey& device) const;
  bool is_admin(const Space& space, const base::PublicBoxKey& device) const;
  static int place_in_set(const Space& space, const base::PersonId& person);
  using Places = std::map<base::SpaceId, int>;
  Places places_of(const base::PublicBoxKey& device, const Whose& whose) const;
  // At most sync::kMaxSpaces, those first that matter most.
  static std::vector<base::SpaceId> by_place(const Places& places);
  // The same, ascending.
  std::vector<base::SpaceId> set_of(const base::PublicBoxKey& device, const Whose& whose) const;
  void index(Space& space);
  void index_claims(Space& space);
  void index_removed(Space& space);
  void cut_claims_by(const Space& space, const std::set<base::DeviceId>& removed);
  void cut_unless_member(const Space& space, const base::PublicBoxKey& device);
  void note_founder(const Space& space);
  // What is held of the logs of a removed device, where it was removed: nothing else tells it of a store that
  // went back. Of as many spaces as there is room for beside the set.
  base::Status tell_removed(const Peer& peer, const Ingested& by, std::size_t most,
                            sync::ServerMessage& reply);
  std::uint64_t quota_of(const Space& space) const;
  // Where the disk is all but full: whose word is worth what is left. Anybody is admin of groups of theirs.
  bool may_use_the_last(const Space& space, const base::PublicBoxKey& device) const;
  // What all groups take up together that the founder of this one founded; their records are among the
  // segment_bytes as well.
  Usage groups_beside(const Space& group) const;
  static std::uint64_t& used_by(Space& space, bool late);  // the counter of segments that lie there
  bool has_room_for_text(Space& space, std::size_t bytes, bool late) const;
  struct Owners {
    std::map<base::PersonId, bool> standing;  // and whether no other device certified it
    std::set<base::PersonId> removed;         // whose it was
  };
  Owners owners_of(const base::PublicBoxKey& device) const;
  Payer payer_of(const base::PublicBoxKey& device, const Whose& whose) const;
  bool within_rate(const Ingested& by);
  // Of what was here already. False: there was too much of that.
  bool took_nothing(const Ingested& by);
  // Of one uploaded record: who brings it, and when by this carrier's clock.
  struct Offered {
    base::SpaceId space;
    base::ByteView record;
    base::PublicBoxKey device;
    bool operator_valid = false;
    std::int64_t wall_seconds = 0;
  };
  // already_exists for one that is held.
  base::Result<base::Code> take_record(const Offered& offered, Ingested& ingested);
  bool is_stranger(const base::PublicBoxKey& device) const;
  bool within_record_rate(const Payer& payer, std::int64_t wall_seconds);
  bool stranger_may(const Offered& offered, const space::RecordOutline& record, Ingested& ingested);
  // What counts records of a space, each with what it has room for: the space, then all groups of a founder.
  struct RecordRoom {
    space::Membership::Volume used;
    space::Membership::Volume most;
  };
  std::vector<RecordRoom> record_rooms(const Space& space) const;
  bool has_room_for_record(const Space& space, const Offered& offered,
                           const space::RecordOutline& record) const;
  bool may_found_group(const Claim& founder) const;
  base::Result<base::Code> take_genesis(const Offered& offered, Ingested& ingested);
  base::Status take_records(const base::PublicBoxKey& device, const sync::ClientMessage& message,
                            const std::vector<std::optional<base::SpaceId>>& spaces,
                            std::int64_t wall_seconds, Ingested& ingested);
  base::Code told(const Offered& offered, base::Code code) const;
  base::Code judge_join(const Space& space, const space::RecordOutline& join,
                        std::int64_t wall_seconds) const;
  // branches.cpp: where a log's segments stand, when it has several ends.
  struct Place {
    base::LogId branch;
    base::LogId parent;  // of a branch that it opens
    log::Head before;
    log::Head after;
    bool held = false;
    bool opens = false;  // a further end of the log begins with it
  };
  static std::vector<base::LogId> ends_of(const Space& space, const base::LogId& log);
  base::Result<Place> place_of(const Space& space, const space::EnrolledLog& log,
                               const log::SegmentHeader& header, const log::Segment& segment,
                               base::ByteView bytes);
  base::Result<std::optional<log::Head>> head_at(const base::SpaceId& id, const base::LogId& branch,
                                                 std::uint64_t count);
  base::Result<std::optional<base::LogId>> branch_with(const Space& space, const base::LogId& log,
                                                       std::uint64_t count, const base::HeadTag& tag);
  // Up to where what leads to the first `count` segments of a branch stands on each branch.
  using Reach = std::map<base::LogId, std::uint64_t>;
  static void reach(const Space& space, base::LogId branch, std::uint64_t count, Reach& to);
  base::Result<Reach> held_by(const Space& space, const sync::Vector& vector);
  // Whether a fence of its log names just this segment, which is arriving.
  static bool is_end_of(const space::EnrolledLog& log, const Place& place, std::uint64_t segment_no);
  base::Result<std::uint64_t> late_from(const Space& space, const space::EnrolledLog& log,
                                        const base::LogId& branch);
  base::Result<bool> is_late(const Space& space, const space::EnrolledLog& log, const Place& place,
                             std::uint64_t segment_no);
  base::Status recount_quarantine(Space& space);
  base::Status settle_quarantine(Space& space);  // counts anew if a fence is another than when it last did
  base::Result<base::Code> take_segment(const base::PublicBoxKey& device, Space& space,
                                        base::ByteView log_ref, base::ByteView bytes, Ingested& ingested);
  // chunks.cpp
  base::Result<sync::ChunkState> take_chunk(const base::PublicBoxKey& device, Space& space,
                                            const sync::ChunkPiece& piece);
  base::Status mark_chunk(const base::SpaceId& space, const log::ChunkId& chunk);
  base::Status add_chunk_mark(const sync::ClientMessage& message, sync::ServerMessage& reply);
  // What chunks take up, whole and begun, and what is kept beside each.
  static std::uint64_t media_of(const Space& space);
  bool has_room_for(const Space& space, std::uint64_t more) const;
  base::Status count_chunks(Space& space);
  base::Status count_begun(Space& space, const base::PublicBoxKey& device);
  base::Status forget_beginnings();                                            // of those who left
  bool may_bring(const Space& space, const base::PublicBoxKey& device) const;  // of a member
  std::optional<base::PersonId> bringer(const Space& space, const base::PublicBoxKey& device) const;
  base::Status take_chunks(const base::PublicBoxKey& device, const sync::ClientMessage& message,
                           const std::vector<std::optional<base::SpaceId>>& spaces, Ingested& ingested);
  base::Status give_chunks(const Peer& peer, const sync::ClientMessage& message, const Ingested& ingested,
                           sync::ServerMessage& reply);
  base::Status store_record(Space& space, const base::RecordId& id, base::ByteView record,
                            Ingested& ingested);
  // erasure.cpp
  static Space::Erasures seen_erasures(const space::Membership& membership);
  base::Status settle_erasures(Space& space);
  base::Status settle_erasure(Space& space, const log::SegmentName& name);
  base::Status settle_chunks(Space& space, const space::Erasure& erasure);
  base::Result<bool> chunks_due(const Space& space);
  base::Status settle_what_was_not_understood();
  base::Status note_arrival(Space& space, const log::SegmentName& name);
  // ok also where it need not be kept.
  base::Result<base::Code> keep_body(Space& space, const Place& place, const log::SegmentHeader& header,
                                     const log::Segment& segment, base::ByteView bytes, bool late);
  base::Result<bool> may_drop(const Space& space, const log::SegmentName& name, std::uint64_t op_count);
  base::Status put_in_place(Space& space, const base::LogId& branch, std::uint64_t segment_no,
                            base::ByteView held, base::ByteView bytes, bool late);
  base::Result<std::optional<std::uint64_t>> bodies_gone(const Space& space, const space::Erasure& erasure);
  base::Status add_receipts(const Peer& peer, const sync::ClientMessage& message, std::int64_t wall_seconds,
                            sync::ServerMessage& reply);
  base::Result<bool> operator_valid(const sync::ClientMessage& message);
  base::Result<bool> base_known(const sync::Hello& hello, const std::vector<base::SpaceId>& set);
  base::Result<sync::Vector> vector_of(const base::SpaceId& id, std::size_t budget);
  base::Status answer_vectors(const std::vector<base::SpaceId>& set, sync::ServerMessage& reply);

  // questions.cpp: what it costs to look for what is asked.
  static const sync::Vector* vector_in(const sync::ClientMessage& message, const Ingested& ingested,
                                       const base::SpaceId& id);
  std::uint64_t looks_for(const Space& space, const sync::Vector* vector) const;
  std::uint64_t looks_for(const std::vector<base::SpaceId>& set, const sync::ClientMessage& message,
                          const Ingested& ingested) const;
  bool may_ask(const Ingested& by, std::uint64_t looks);

  // difference.cpp: what came to a space after a position.
  struct Part {
    sync::SpaceReply reply;  // without the name of the space
    std::size_t cost = 0;
    CarrierStore::Rest rest;
  };
  base::Result<Part> collect(const base::SpaceId& id, std::uint64_t from, std::size_t budget,
                             const Peer* peer, const sync::Vector* vector);
  base::Result<bool> greet(Peer& peer, const sync::Hello& hello, const std::vector<base::SpaceId>& set,
                           sync::ServerMessage& reply);
  base::Status bring_up(Peer& peer, const sync::ClientMessage& message, const Ingested& ingested,
                        sync::ServerMessage& reply);
  void forget_passed(Peer& peer) const;
  struct SharedNews {
    std::shared_ptr<const base::Bytes> encoded;
    std::uint64_t position = 0;
    std::size_t cost = 0;
    CarrierStore::Rest rest;
  };
  base::Result<const SharedNews*> news(const base::SpaceId& id, std::uint64_t from);

  CarrierStore& store_;
  Limits limits_;
  std::optional<crypto::SigningKey> receipt_key_;
  base::PublicBoxKey key_;
  base::GenerationId generation_;
  std::map<base::SpaceId, std::unique_ptr<Space>> spaces_;
  // Nobody proves to hold the box key that a certificate names, so several persons may claim one. Whoever
  // connects with it holds it and is served as each of them: a false claim takes nothing from its owner, nor
  // does the removal of the device that made it. Each with in how many spaces it is said.
  std::map<base::PublicBoxKey, std::map<Claim, int>> claims_;
  std::map<base::PersonId, std::set<base::SpaceId>> spaces_of_;
  // Groups by who founded them, whether or not they are still in them.
  std::map<base::PersonId, std::vector<const Space*>> groups_of_;
  std::map<base::PersonId, const Space*> personal_;  // of those whose personal space is here
  std::map<base::PublicBoxKey, std::set<base::SpaceId>> removed_from_;  // devices; asked with every hello
  Allowances allowances_;                                               // of segments and pieces of chunks
  Allowances repeat_allowances_;  // of those that are here already, and of receipts
  Allowances question_allowances_;
  Allowances record_allowances_;  // strangers share that of nobody
  std::set<std::pair<base::SpaceId, base::PublicBoxKey>>
      left_;                    // with beginnings there that nobody goes on with
  std::uint32_t verified_ = 0;  // signatures looked at for the segment that is being taken
  bool low_ = false;            // on disk, as of the message that is being taken
  bool scarce_ = false;         // and even of the reserve there is little left
  Changes changes_;
  std::map<std::pair<base::SpaceId, std::uint64_t>, SharedNews> news_;  // until the next change
};

}  // namespace sejawat::carrier
