// What the files of this room share: the open store and the evaluated membership of every space.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "api/core.h"
#include "cycle/attachments.h"
#include "log/digest.h"
#include "log_seal/seal.h"
#include "member_roll.h"
#include "store/store.h"

namespace sejawat::api {

// Object types written by the core itself, beside the records of cycle/.
inline constexpr std::uint32_t kCommunityType = 2;  // field 1: name
inline constexpr std::uint32_t kProfileType = 3;    // field 1: name of the member

// What this program can read and how it folds. Raised with each new dictionary, op format or merge rule: what
// could not be read before is tried again then, and all rows are made anew.
inline constexpr std::uint64_t kReader = 3;

inline constexpr std::size_t kMaxNameBytes = 256;
// Settings of the store.
inline constexpr std::string_view kUnconfirmedCard = "card_seed";
inline constexpr std::string_view kLinkRequest =
    "link_request";  // the keys of a device that waits to be linked
inline constexpr std::string_view kDevicesSeen = "devices_seen";  // ids of own devices, one after another
base::Status check_name(std::string_view name);                   // of a person or community

using EpochKeys = std::map<base::EpochId, base::Secret32>;

// How far the erasures of a space are carried out here. A segment is looked at when an erasure that names it
// comes, when it comes itself, and when the last witness of an erasure that names it does: what is named and
// never comes costs nothing then.
struct ErasureProgress {
  std::size_t records_read = 0;                        // of the space, when its erasures were last read
  std::set<base::RecordId> known;                      // erasures in force as of then
  std::set<log::SegmentName> to_look;                  // segments whose turn it is
  std::set<log::SegmentName> open;                     // that are here with a body that may not go yet
  std::map<base::RecordId, log::SegmentName> lacking;  // erasures, by one witness that each of them waits for
};

struct SpaceState {
  explicit SpaceState(const base::SpaceId& id) : membership(id), digest(id) {}
  store::SpaceRow row;
  space::Membership membership;
  log::SpaceDigest digest;  // of what is held here
  EpochKeys epochs;
  std::map<base::LogId, store::BranchRow> branches;  // of logs that forked, by name
  std::uint64_t damaged = 0;  // stored records that do not check: kept in the store, left out here

  // By which erasures name it.
  log::SegmentName name_of(const store::StoredSegment& segment) const;
  // branches.cpp. A branch is the log itself, or what it goes by from a fork on.
  const base::LogId& log_of(const base::LogId& branch) const;
  // By whom a branch is written; null for one of which nothing is known. Stays valid until records are added.
  const space::EnrolledLog* enrolled(const base::LogId& branch) const;
  std::uint64_t first_no(const base::LogId& branch) const;
  bool ends_here(const base::LogId& branch) const;                     // no fork at its end
  std::vector<base::LogId> branches_of(const base::LogId& log) const;  // parents before what follows them
  // Where a position lies on the chain that ends in this branch.
  base::LogId branch_at(base::LogId branch, std::uint64_t position) const;
  // Calls `visit(branch, count)` for a branch and all before it: how much of each leads to its first `count`.
  template <class Visit>
  base::Status each_before(base::LogId branch, std::uint64_t count, Visit visit) const {
    for (;;) {
      SJ_TRY_STATUS(visit(branch, count));
      const auto found = branches.find(branch);
      if (found == branches.end()) return {};
      count = std::min(count, found->second.first_no);
      branch = found->second.parent;
    }
  }
  // Carriers that say that this person was removed; the record that says so does not come to whoever is out.
  // Decides nothing about what counts: only what is shown, and where the own space lives. Only the word of
  // the carrier that the space lives on is heeded.
  std::set<base::PublicBoxKey> shut_out;
  // The log one writes in, of which no record may be made yet: another copy continued the one before, and
  // its person only reads. What was not sealed stands in it.
  std::optional<space::EnrolledLog> next_log;
  std::size_t keys_settled_with = 0;  // how many were held when settle_membership last looked
  // Where the next look at what waits begins, by its state: more than is looked at in one go.
  std::map<store::SegmentState, std::pair<base::LogId, std::uint64_t>> waiting_from;
  // Why a segment waits, as of the last look: one thing that it lacks. While that is not here nothing of the
  // segment is read: how many there are, and of how many others each says that it stands on them, others
  // decide.
  struct Lacking {
    std::optional<log::Dependency> segment;
    std::optional<base::EpochId> key;
  };
  std::map<base::Hash32, Lacking> lacking;  // by the hash of the waiting segment; of kLackingKept at most
  ErasureProgress erasing;
  std::size_t chunk_erasures_seen = 0;  // of its erasures, those by which carriers' words were doubted
  std::map<base::PersonId, std::uint16_t> roles_read_with;  // as the rows of its records were made
};

// What permits a community that its carrier does not have yet. Goes to that carrier and to no other.
struct OperatorSecret {
  base::PublicBoxKey carrier;
  base::Bytes secret;
};

// A join that no carrier has taken yet.
struct PendingJoin {
  base::SpaceId space;
  base::PublicBoxKey carrier;
  base::Secret16 secret;
  base::Bytes record;
  base::Code last_refusal = base::Code::ok;
};

struct Core::State {
  State(base::Clock& clock_in, base::Random& random_in) : clock(clock_in), random(random_in), roll(spaces) {}

  base::Clock& clock;
  base::Random& random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<cycle::Journal> journal;
  fold::OpCodec codec;
  std::optional<space::DeviceKeys> device;
  std::optional<space::DeviceCertificate> certificate;
  space::CardKey card;
  std::string name;
  base::SpaceId personal;
  std::optional<space::Identity> identity;               // only during init and recovery
  std::optional<std::set<base::DeviceId>> devices_seen;  // of this person; none before the first sync
  std::map<base::SpaceId, std::unique_ptr<SpaceState>> spaces;
  MemberRoll roll;
  std::unique_ptr<cycle::Records> records;
  std::unique_ptr<cycle::Desk> desk;
  std::unique_ptr<cycle::Cycle> cycle;
  std::unique_ptr<cycle::Attachments> attachments;
  std::vector<store::CarrierRow> carriers;
  std::optional<PendingJoin> pending_join;
  bool says_whose = false;  // in each hello: somebody else calls this device theirs
  std::map<base::SpaceId, OperatorSecret> operator_secrets;  // for communities not yet on their carrier
  struct Refusal {
    base::Code code = base::Code::ok;  // the first one says why; what follows is its consequence
    bool elsewhere = false;            // the space lives on another carrier
    std::uint32_t count = 0;           // in the sync in progress
    friend bool operator==(const Refusal&, const Refusal&) = default;
  };
  std::map<std::pair<base::PublicBoxKey, base::SpaceId>, Refusal> refused;  // as of the last sync with each
  std::unique_ptr<sync::ClientShelf> shelf;                                 // of the sync in progress
  std::map<base::SpaceId, Refusal> refused_now;                             // by the carrier of this sync
  std::uint32_t forks_now = 0;                    // own logs that turned out to have forked, in this sync
  base::Code media_refused_now = base::Code::ok;  // why the carrier of this sync takes no more chunks
  Core::Changes changes;
  base::Status usable;  // an error: memory could not be loaded from the store after a failed change

  base::Status load();
  // After an upgrade: once, before anything else.
  base::Status read_anew();
  base::Result<std::int64_t> oldest_unsent_ms();  // unsent.cpp; 0: none
  // Memory as the store has it, after a change that failed half-way.
  void reload();
  // A store that could not be read for a moment is read again before anything is said or done.
  base::Status ensure_usable();
  base::Status load_space(store::SpaceRow row);
  base::Status load_settings();
  base::Status load_shut_out();
  base::Status save_refused();
  void note_entry(const base::ObjectId& entry);
  void note_record(const base::SpaceId& space, const base::ObjectId& id, std::uint32_t type);
  // The rows of all records of a space, after the roles in it changed.
  base::Status reread_records(const base::SpaceId& space);
  base::Status add_other_rows(const fold::Touched& item, std::uint32_t type,
                              std::vector<fold::Touched>& entries, std::vector<fold::Touched>& cycle_records,
                              std::vector<fold::Touched>& attached);
  bool has_all_keys() const;  // of every space of this person
  space::Author author();
  base::Result<SpaceState*> space(const base::SpaceId& id);  // creates an empty one for an id never seen
  store::CarrierRow* carrier(const base::PublicBoxKey& key);
  base::Result<store::CarrierRow*> ensure_carrier(const space::CarrierAddress& address);

  // membership.cpp
  // Checks, stores and evaluates one record; already_exists passes as ok.
  base::Result<base::RecordId> take_record(SpaceState& space, base::ByteView record);
  // After records of a space changed: opens keys, enrols this device and a log of its own, boxes keys for
  // whoever misses them.
  base::Status settle_membership(SpaceState& space);
  // A key may open by a segment that waits for it, long after the records came: what whoever holds it owes to
  // others is then due.
  base::Status settle_new_keys();
  // settle_membership, and what it means for what is held: fences, keys that opened. Where it is the own
  // space that changed, all others in which other devices of the person stand than there as well.
  base::Status membership_changed(SpaceState& space, std::vector<fold::Touched>& touched);
  base::Status follow_membership(SpaceState& space, std::vector<fold::Touched>& touched);
  bool follows_home(const SpaceState& space) const;
  std::set<base::EpochId> orphaned_epochs(const SpaceState& space) const;
  base::Status open_epoch(SpaceState& space);  // the next one, over all whose keys are here
  base::Status change_key(SpaceState& space);  // open_epoch and box_keys, in a change of its own
  // For a recovered device whose predecessors never reached a carrier: after a sync that brought no epoch of
  // the personal space it opens one; nothing could be sealed without. It follows the first, whose key the
  // card gives, but has a key of its own: where a carrier only hid a rotation, no removed device can read on.
  base::Status open_missing_epoch();
  base::Result<bool> change_old_keys(const base::PublicBoxKey& carrier);  // as in core.h
  base::Status box_keys(SpaceState& space);
  base::Status box_key(SpaceState& space, const base::EpochId& epoch);
  base::Status open_keys(SpaceState& space);
  // The key that a segment waits for, where only void records have it: their author was removed, and what was
  // sealed with it readmitted.
  base::Status open_fallen_key(SpaceState& space, const base::EpochId& epoch);
  // Devices of this person that left a space with them; for when the person belongs again.
  base::Status bring_own_devices(SpaceState& space);
  base::Status put_epoch_key(SpaceState& space, const base::Secret32& key);
  base::Status finish_join(SpaceState& space);
  base::Status save_pending_join();
  base::Status put_operator_secret(const base::SpaceId& space, const OperatorSecret& secret);
  base::Status drop_operator_secret(const base::SpaceId& space);
  // Where a community lives, as it was founded, joined or handed over to this device.
  base::Result<std::optional<base::PublicBoxKey>> known_home(const base::SpaceId& space) const;
  // That home; else where it is named, or once was (its carrier may have gone back to before it came), by
  // carriers that do not say that this person is out; else the home carrier; and whoever was never met.
  // Several, where nobody said: what all of them hold is on the carrier. The first is asked where only one
  // can be.
  base::Result<std::vector<base::PublicBoxKey>> carriers_of(const base::SpaceId& space) const;
  bool is_group(const base::SpaceId& id) const;
  // Before a carrier's set becomes this one.
  base::Status note_withdrawn(const store::CarrierRow& carrier, const std::vector<base::SpaceId>& now);
  base::Result<store::CarrierRow*> carrier_of(const base::SpaceId& space);
  // Where "on the carrier" is said of: of one's own space the home carrier, of a community its own.
  base::Result<store::CarrierRow*> home_of(const SpaceState& space);
  // As carriers_of; a key that nobody has where no carrier is known, for there nothing is acked.
  base::Result<std::vector<base::PublicBoxKey>> homes_of(const SpaceState& space) const;
  // Any carrier may take anything of a member; what one left goes to nobody but its own carrier.
  bool goes_to(const SpaceState& space, const base::PublicBoxKey& carrier);
  bool is_member(const SpaceState& space) const;
  // Anybody can found a space and name this person a member of it, a server too: nothing is written into it,
  // and it counts as no community, unless this person came into it by themselves or was added by somebody
  // with whom they share a space that is vouched for.
  bool vouched(const space::Membership& membership) const;
  // The one asked for, else the first community (no group) that this person belongs to, else the first.
  base::Result<SpaceState*> community(const base::SpaceId* wanted);
  // A person who left for a community of another carrier takes their own space along: that carrier is home.
  base::Status move_home();
  base::Status set_shut_out(SpaceState& space, const base::PublicBoxKey& carrier, bool out);
  bool is_shut_out(const SpaceState& space) const;
  // The own space, by a carrier that named it once and leaves it out since: this device was removed. What of
  // its logs lies there may be beyond a fence that nobody tells it of.
  base::Result<bool> is_put_out(const SpaceState& space, const base::PublicBoxKey& by);
  std::map<base::EpochId, const base::Secret32*> borrowed_keys(const SpaceState& space) const;
  bool is_admin(const SpaceState& space) const;
  // Whether that carrier holds all that is known here of an object, be it in quarantine.
  base::Result<bool> held_at(const base::PublicBoxKey& carrier, const base::SpaceId& space,
                             const base::ObjectId& object);
  base::Result<Delivery> delivery_of(const SpaceState& space, const base::ObjectId& object);
  // As that carrier said when it last named its set for us.
  bool is_served(const base::SpaceId& space, const base::PublicBoxKey& carrier) const;
  bool line_is_bad(const base::PublicBoxKey& carrier);  // it went away in the sync before

  // fences.cpp
  bool is_own(const space::EnrolledLog& log) const;
  // Ends each of these logs at what is held of it here, all its branches.
  base::Result<std::vector<space::Fence>> fences_at_heads(const SpaceState& space,
                                                          std::vector<base::LogId> logs);
  std::vector<base::DeviceId> revoked_at_home(const SpaceState& space) const;
  base::Status remove_revoked_devices(SpaceState& space);
  base::Result<std::uint64_t> fenced_from(SpaceState& space, const space::EnrolledLog& log,
                                          const base::LogId& branch);
  base::Status quarantine_from(SpaceState& space, const base::LogId& log, std::uint64_t segment_no,
                               std::vector<fold::Touched>& touched);
  base::Status enforce_fences(SpaceState& space, std::vector<fold::Touched>& touched);
  // Own work that this carrier once kept in quarantine, after a sync with it.
  base::Status release_unfenced(const base::PublicBoxKey& carrier);
  base::Status enforce_fence(SpaceState& space, const space::EnrolledLog& log,
                             std::vector<fold::Touched>& touched);

  // own_log.cpp
  base::Status ensure_own_log(SpaceState& space);  // of somebody who may write
  // A fresh log of this device; what `instead_of` had not sealed moves into it.
  base::Status open_own_log(SpaceState& space, const std::optional<base::LogId>& instead_of);
  // Somebody else wrote in the log that this store writes in: it is an old copy of itself, or was copied. It
  // goes on in a new log. not_permitted when its person or it was removed.
  base::Status leave_own_log(SpaceState& space, const base::LogId& log);
  // As open_own_log but for the record, which ensure_own_log makes once the person may write again.
  base::Status make_next_log(SpaceState& space, const base::LogId& instead_of);
  base::Status load_next_log(SpaceState& space);
  base::Status enrol_next_log(SpaceState& space);
  base::Status move_unsealed(const base::SpaceId& space, const base::LogId& from, const base::LogId& to);

  // segments.cpp
  // Seals waiting ops of the own log of this space into segments while `budget` bytes have room for one like
  // the last; at least one when anything waits.
  std::size_t seal_most = log::kFreshSegmentMax;  // on the line of the sync that runs
  base::Status seal_pending(SpaceState& space, std::size_t budget);
  struct TakenRun {
    std::uint32_t fresh = 0;                    // segments that were new here
    std::map<base::LogId, std::uint64_t> held;  // of each branch up to the last one that was taken or known
    base::Code refused = base::Code::ok;        // why the rest was not: as log::verify_next, or unknown_log
  };
  // Verifies, stores and, with their key at hand, applies segments of one log, on whichever branch of it they
  // stand. Errors are the store's.
  base::Result<TakenRun> take_run(SpaceState& space, const base::LogId& log,
                                  const std::vector<base::Bytes>& segments,
                                  std::vector<fold::Touched>& touched);
  // branches.cpp
  base::Result<log::Head> head_before(const SpaceState& space, const base::LogId& branch,
                                      std::uint64_t segment_no);
  // `bytes` left out: where only its place matters.
  base::Result<std::optional<store::StoredSegment>> find_segment(
      const SpaceState& space, const base::LogId& log, std::uint64_t segment_no, const base::HeadTag& tag,
      store::Store::SegmentBytes bytes = store::Store::SegmentBytes::read);
  bool is_of_this_device(const SpaceState& space, const base::LogId& log) const;
  struct Place {
    base::LogId branch;
    log::Head before;
    log::Verified after;
    bool held = false;  // the very same segment is here
    bool forks = false;
  };
  // Where a segment stands among the branches of its log. chain_gap, chain_fork, bad_signature, malformed.
  base::Result<Place> place_of(const SpaceState& space, const space::EnrolledLog& log,
                               const log::SegmentHeader& header, const log::Segment& segment,
                               const base::Bytes& bytes);
  // Names both ends of a fork; what was held as the log's only end, or as that of one branch, moves to its
  // name. `place.branch` becomes that of the new one.
  base::Status fork_at(SpaceState& space, Place& place, TakenRun& taken, std::vector<fold::Touched>& touched);
  base::Status apply_waiting(SpaceState& space, std::vector<fold::Touched>& touched);
  // erasure.cpp, erased_chunks.cpp, survivors.cpp, erase_later.cpp
  base::Status settle_erasures(SpaceState& space, std::vector<fold::Touched>& touched);
  // A segment came, or its body did.
  base::Status note_for_erasures(SpaceState& space, const log::SegmentName& name);
  base::Status settle_chunks(SpaceState& space);
  // Whose attachments name a chunk, `except` left out: whoever can read one can copy its value into their
  // own.
  using ChunkOwners = std::map<log::ChunkId, std::set<base::PersonId>>;
  base::Result<ChunkOwners> chunk_owners(const SpaceState& space, const std::vector<base::ObjectId>& except);
  base::Status take_back_chunks(SpaceState& space);
  bool chunk_gone(const SpaceState& space, const log::ChunkId& chunk,
                  const std::optional<base::PersonId>& owner) const;
  base::Status write_lost_survivors();
  base::Status erase_leftovers(SpaceState& space, std::vector<fold::Touched>& touched);
  // Whether a body may go here: all of it is erased, or what survives is here elsewhere.
  base::Result<bool> may_drop(const SpaceState& space, const log::SegmentName& name, std::uint64_t op_count);
  base::Status refresh(const std::vector<fold::Touched>& touched);
  base::Result<base::Code> media_refused(const base::PublicBoxKey& carrier);
  base::Status set_media_refused(const base::PublicBoxKey& carrier, base::Code code);
  base::Status note_parent(const base::ObjectId& parent);
  base::Status refresh_attachments(const std::vector<fold::Touched>& touched);  // attachments.cpp
  base::Status refresh_name(const fold::Touched& item);                         // names.cpp; with its type
  base::Status name_anew(SpaceState& space);                                    // from all that is said there
  base::Result<std::uint32_t> type_of(const fold::Touched& item);
  base::Status save_digest(SpaceState& space);
  base::Result<log::SpaceDigest> carrier_digest(SpaceState& space, const base::PublicBoxKey& carrier);

 private:
  struct Named;  // names.cpp
  base::Result<std::map<base::PersonId, Named>> names_in(const SpaceState& space,
                                                         const base::ObjectId& object, std::uint32_t type);
  base::Result<std::optional<Named>> community_named_in(const SpaceState& space,
                                                        const base::ObjectId& object);
  base::Result<std::optional<base::ObjectId>> name_source(const base::SpaceId& space,
                                                          const std::optional<base::PersonId>& person);
  base::Status name_community(SpaceState& space, const base::ObjectId& object);
  base::Status name_people(SpaceState& space, const base::ObjectId& object);
  base::Status call_community(SpaceState& space, const std::string& text, const base::ObjectId& object);
  base::Status call_person(const SpaceState& space, const base::PersonId& person, const std::string& text,
                           const base::ObjectId& object);
  struct Opened : fold::AppliedRemote {
    std::optional<log::Dependency> missing;  // of the last segment that waits for another one
  };
  struct Reading;
  base::Result<bool> open_waiting(SpaceState& space, std::vector<fold::Touched>& touched);
  base::Status read_erasures(SpaceState& space);
  base::Status look_for_witnesses(SpaceState& space, const space::Erasure& erasure);
  base::Result<bool> body_is_kept(SpaceState& space, const log::SegmentName& name,
                                  std::vector<fold::Touched>& touched);
  class Survivors;  // survivors.cpp
  // Of segments without their bodies those become applied of which all that survives is here. Whether any do.
  base::Result<bool> restore_survivors(SpaceState& space, const std::vector<store::StoredSegment>& bodiless,
                                       Opened& opened);
  base::Status fill_body(SpaceState& space, const base::LogId& branch, const log::Segment& segment,
                         const log::SegmentHeader& header, const base::Bytes& bytes);
  base::Result<base::Code> take_next(Reading& reading, const base::Bytes& bytes);
  base::Status settle(Reading& reading);
  // What the ops of a segment refer to, by the names that branches have here.
  struct Referred {
    log::BranchNames names;
    std::map<base::LogId, std::uint64_t> seen;  // of each branch how far its author can have seen
    std::optional<log::Dependency> missing;     // the first that is not here; then nothing behind it is said
  };
  base::Result<bool> still_lacks(const SpaceState& space, const SpaceState::Lacking& lacking);
  base::Result<Referred> resolve_deps(const SpaceState& space, const base::LogId& branch,
                                      const log::SegmentHeader& header);
  struct ReadOps {
    store::SegmentState state = store::SegmentState::applied;
    std::vector<log::Op> ops;
  };
  base::Result<ReadOps> read_ops(SpaceState& space, const base::LogId& log, const log::Head& before,
                                 const log::Segment& segment, const log::SegmentHeader& header, Referred& to);
  base::Result<store::SegmentState> open_segment(SpaceState& space, const base::LogId& log,
                                                 const log::Head& before, const log::Segment& segment,
                                                 const log::SegmentHeader& header, Opened& opened);
};

// A change of store and memory together. Unless it is committed, the store rolls back and memory follows it;
// pointers to spaces and carriers are void then.
class Change {
 public:
  explicit Change(Core::State& core) : core_(core), transaction_(std::in_place, *core.store) {}
  ~Change() {
    if (committed_) return;
    transaction_.reset();
    core_.reload();
  }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  base::Status begin() {
    // Read again, everything has another place in memory than whoever begins this looked at: once more, then.
    const base::Status usable = core_.usable;
    if (!usable.ok()) {
      SJ_TRY_STATUS(core_.ensure_usable());
      return usable;
    }
    return transaction_->begin();
  }
  base::Status commit() {
    SJ_TRY_STATUS(transaction_->commit());
    committed_ = true;
    return {};
  }

 private:
  Core::State& core_;
  std::optional<store::Store::Transaction> transaction_;
  bool committed_ = false;
};

}  // namespace sejawat::api
