// Who belongs to a space, evaluated from its DAG of signed records (docs/PROTOCOL.md, "Removal"). A record is
// taken or refused by its causal past alone, and what the taken ones mean is a function of their set, so the
// order of arrival never matters; `add` says unknown_membership when parents have not come yet. Not
// thread-safe.
//
// Removal is strong: what the removed person (or device) wrote concurrently with it is void, whatever hangs
// on that as well, and their logs end at the fences of the removal. Of two admins who remove each other
// concurrently the senior one stands: seniority is the depth of one's first admin grant in the DAG, then its
// record id; between devices of one person that of the device. It is as the removal's own past says, so
// nobody becomes the senior of what is decided. docs/PROTOCOL.md, "Removal".
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "space/erasure.h"
#include "space/identity.h"
#include "space/invite.h"

namespace sejawat::space {

enum class SpaceKind : std::uint8_t { personal = 1, group = 2, school = 3, cluster = 4, district = 5 };
enum class WireRole : std::uint8_t { carrier = 1, reader = 2, writer = 3, admin = 4 };
inline constexpr std::size_t kMaxRecordBytes = 16 * 1024;

base::SpaceId space_id(const base::PublicSignKey& creator, SpaceKind kind,
                       const std::array<std::uint8_t, 16>& salt);
base::SpaceId personal_space_id(const base::PublicSignKey& identity);

struct Member {
  base::PersonId person;
  base::PublicSignKey identity_key;
  CardKey card;  // its proof, where there is one, holds
  WireRole role = WireRole::reader;
  base::Bytes sealed_profile;  // ciphertext for members
  base::Bytes sealed_role;     // domain role, ciphertext for members
};
struct Device {
  base::DeviceId device;
  base::PersonId person;
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
  base::Bytes certificate;
  std::vector<base::DeviceId> issuers;  // the devices its certificate chains through, nearest first
};
// Where a log ends for everybody: the first `count` segments count, the last of them with this hash prefix
// (zero with count 0). What lies beyond waits in quarantine; so does every other branch of the log from where
// it parts from this one, unless a fence of its own names it.
struct Fence {
  base::LogId log;
  std::uint64_t count = 0;
  base::HeadTag head;
  friend bool operator==(const Fence&, const Fence&) = default;
};
void sort_fences(std::vector<Fence>& fences);      // as records list them: by log, count, head
inline constexpr std::size_t kFencesAtOnce = 300;  // more no reader takes of one record
struct EnrolledLog {
  base::LogId log;
  base::PublicSignKey key;
  base::DeviceId device;
  base::PersonId person;
  std::optional<Fence> fence;  // of a removed or demoted writer, or of one whose join nobody confirmed yet
  std::vector<Fence> further;  // ends of other branches of this log that count as well
  std::size_t place = 0;       // in records(), of the one that enrols it
  std::vector<Fence> fences() const {
    std::vector<Fence> all = further;
    if (fence) all.insert(all.begin(), *fence);
    return all;
  }
};
struct Invite {
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
  WireRole role = WireRole::reader;
  std::uint32_t uses = 1;
  std::int64_t expires_seconds = 0;
  base::HeadTag record;             // names it as the parent of joins
  std::set<base::PersonId> joined;  // whoever joined by it; again from a further device is no further use
  bool revoked = false;             // or its author was removed
  base::DeviceId author;
  base::Bytes sealed_role;  // domain role, ciphertext for members
  bool left = false;        // somebody who joined by it belongs no more, or may not read
  // By somebody who may read no more: it is given no key.
  bool is_known_outside() const { return revoked || left; }
};
struct EpochInfo {
  base::EpochId epoch;
  struct Predecessor {
    base::EpochId epoch;
    base::Bytes nonce;
    base::Bytes sealed_key;
  };
  std::vector<Predecessor> predecessors;
};
// One key, sealed for each recipient. Copies share what they hold: a record may have hundreds.
class SealedBoxes {
 public:
  // Recipient: the first 8 bytes of its key. Of several that begin alike each has a box of its own.
  using Box = std::pair<base::HeadTag, std::array<std::uint8_t, 48>>;
  SealedBoxes() : SealedBoxes(std::vector<Box>()) {}
  explicit SealedBoxes(std::vector<Box> boxes);  // in any order; those of one name stay in theirs
  auto begin() const { return boxes_->begin(); }
  auto end() const { return boxes_->end(); }
  std::size_t size() const { return boxes_->size(); }
  std::span<const Box> of(const base::HeadTag& recipient) const;
  std::size_t count(const base::HeadTag& recipient) const { return of(recipient).size(); }

 private:
  std::shared_ptr<const std::vector<Box>> boxes_;  // ascending by recipient
};
struct KeyBoxes {
  base::EpochId epoch;
  base::PublicBoxKey ephemeral;
  SealedBoxes boxes;
  base::PersonId author;
  bool by_admin = false;  // as its causal past says
};

class Judgement;
class Judgements;

class Membership {
 public:
  explicit Membership(const base::SpaceId& space) : space_(space) {}

  // Checks and applies one record (proto MembershipRecord). `already_exists` for one it has. Codes otherwise:
  // malformed, too_large, bad_signature, unknown_membership (parents not here yet), not_permitted, fenced (by
  // somebody who was removed before), invite_invalid. Expiry and use counts are the carrier's filters (see
  // carrier/), never judged here. A record of a kind that this version does not know is kept and carried, and
  // has no meaning yet.
  base::Result<base::RecordId> add(base::ByteView record);

  const base::SpaceId& space() const { return space_; }
  bool has_genesis() const { return !entries_.empty(); }
  SpaceKind kind() const { return *view().kind; }
  const base::PersonId& founder() const;  // after the genesis
  bool has_record(const base::RecordId& id) const;
  bool has_prefix(const base::HeadTag& tag) const;
  std::vector<base::HeadTag> frontier() const;  // ascending heads of the DAG
  const std::vector<std::pair<base::RecordId, base::Bytes>>& records() const {
    return records_;
  }  // in order of add

  // All of these as they stand now; references are good until the next add.
  const std::map<base::PersonId, Member>& members() const { return view().members; }
  // Of persons whose join awaits confirmation: not members, their work waits in quarantine.
  const std::map<base::PersonId, base::RecordId>& provisional() const { return view().provisional; }
  const std::map<base::DeviceId, Device>& devices() const { return view().devices; }
  const std::map<base::DeviceId, Device>& removed_devices() const { return view().removed_devices; }
  // Of a removed device: it left with its person and for no reason of its own, so a device record that knows
  // of that brings it back once the person belongs again.
  bool may_return(const base::DeviceId& device) const { return view().left_with_person.count(device) != 0; }
  const std::map<base::LogId, EnrolledLog>& logs() const { return view().logs; }
  // What each person ever was, by founding, by joining or by a change that stands; also of those removed
  // since.
  struct RolesHeld {
    bool admin = false;
    std::vector<base::Bytes> sealed_roles;  // domain roles
  };
  const std::map<base::PersonId, RolesHeld>& roles_held() const { return view().roles_held; }
  const std::map<base::PublicSignKey, Invite>& invites() const { return view().invites; }
  const std::vector<EpochInfo>& epochs() const { return view().epochs; }  // in order of add
  const std::vector<KeyBoxes>& key_boxes() const { return view().key_boxes; }
  // Of records that are void: nobody seals with these, but what was sealed may have been readmitted.
  const std::vector<EpochInfo>& fallen_epochs() const { return view().fallen_epochs; }
  const std::vector<KeyBoxes>& fallen_boxes() const { return view().fallen_boxes; }
  // An epoch may fall alone: to box a key takes a lower role than to open one.
  bool has_fallen_keys() const { return !view().fallen_epochs.empty() || !view().fallen_boxes.empty(); }
  // Erasures that stand, in order of add. One's own ops are erased for good, whatever becomes of their
  // author; what an admin erased of others falls with a removal that voids the record.
  const std::vector<Erasure>& erasures() const { return view().erasures; }
  // Places in erasures() of those that name a segment, and of those that name it as a witness.
  const std::vector<std::size_t>& erasures_of(const log::SegmentName& name) const;
  const std::vector<std::size_t>& witnessed_by(const log::SegmentName& name) const;
  const std::vector<std::size_t>& erasures_of(const log::ChunkId& chunk) const;
  // A carrier cannot read whose a chunk is, so anybody may name any. It is gone for `whose` (who brought it,
  // or whose attachment it is; nullopt: nobody knows) if they or an admin named it; somebody else's word is
  // void.
  bool chunk_erased(const log::ChunkId& chunk, const std::optional<base::PersonId>& whose) const;
  ErasedOps erased_ops(const log::SegmentName& name) const;
  bool certified_by(const base::DeviceId& device, const base::DeviceId& issuer) const;
  // This person founded the space or joined it by themselves, or a device of theirs wrote a record in it:
  // nobody else can say so. And who, as admins, added them without that.
  bool came_in(const base::PersonId& person) const;
  bool has_spoken(const base::PersonId& person) const;
  std::set<base::PersonId> added_by(const base::PersonId& person) const;
  // What records a person has written, whether they stand or not.
  struct Volume {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
  };
  Volume written_by(const base::PersonId& person) const;
  // Whose the device is by the records that introduce it, whether they stand or not.
  std::set<base::PersonId> introduced_for(const base::DeviceId& device) const;
  std::optional<Device> device_by_box_key(const base::PublicBoxKey& key) const;
  std::optional<WireRole> role_of(const base::PersonId& person) const;
  // writer or admin, through a device of a member, and no fence
  bool may_write(const base::LogId& log) const;
  // Writers seal with it: the opened epoch that knows most of the removals in force; of several the one that
  // no other follows; of concurrent ones the smallest id.
  std::optional<base::EpochId> current_epoch() const;
  // When it was opened, by the clock of whoever did, which may be wrong by decades: no rule may rest on it.
  std::int64_t current_opened_seconds() const { return view().current_opened_seconds; }
  // Those that no other follows: the current one, and any opened at the same time by somebody who did not
  // know of it. What is sealed in either must be read by everybody.
  std::set<base::EpochId> last_epochs() const;
  // Something stands that takes somebody out and that the current epoch does not know of, or its key was made
  // out to somebody who is out: an admin's device opens a new one.
  bool needs_rotation() const { return view().needs_rotation; }
  // False: no standing record makes its key out to anybody, and it is not the first of its space. An admin's
  // device that does not hold it opens the next one without it.
  bool current_key_given() const { return view().current_key_given; }

  struct Entry;  // one record, decoded; of this room only

 private:
  struct View {
    std::optional<SpaceKind> kind;
    std::map<base::PersonId, Member> members;
    std::map<base::PersonId, base::RecordId> provisional;
    std::map<base::PersonId, RolesHeld> roles_held;
    std::map<base::DeviceId, Device> devices;
    std::map<base::DeviceId, Device> removed_devices;
    std::map<base::DeviceId, std::size_t> device_places;
    std::map<base::PersonId, std::size_t> box_places;  // of the record that names a member's identity box
    std::set<base::DeviceId> left_with_person;
    std::map<base::PersonId, std::size_t> card_places;  // of the device record that proves a card
    std::set<std::pair<base::PersonId, base::PublicBoxKey>> unproven_boxes;
    // Identity box keys of who belongs no more, and with the place of the record that proved another those
    // that were taken for somebody's until then.
    std::map<std::pair<base::PublicBoxKey, base::PersonId>, std::optional<std::size_t>> former_boxes;
    std::map<base::PublicSignKey, std::set<base::PersonId>> joined_by;
    std::map<base::LogId, EnrolledLog> logs;
    std::map<base::LogId, std::size_t> log_places;
    std::map<base::PublicSignKey, Invite> invites;
    std::map<base::PublicSignKey, std::size_t> invite_places;
    std::vector<EpochInfo> epochs;
    std::vector<std::size_t> epoch_places;  // of the record that opened epochs[i]
    std::vector<KeyBoxes> key_boxes;
    std::vector<std::size_t> key_box_places;  // of the record that is key_boxes[i]
    std::vector<EpochInfo> fallen_epochs;
    std::vector<KeyBoxes> fallen_boxes;
    std::vector<Erasure> erasures;
    std::map<log::SegmentName, std::vector<std::size_t>> erased;
    std::map<log::SegmentName, std::vector<std::size_t>> witnesses;
    std::map<log::ChunkId, std::vector<std::size_t>> erased_chunks;
    std::int64_t current_opened_seconds = 0;
    std::optional<base::EpochId> current_epoch;
    bool needs_rotation = false;
    bool current_key_given = true;
  };
  const View& view() const;
  // Judgements made so far. They say nothing that the records do not, so a copy makes its own.
  class Judged {
   public:
    Judged();
    Judged(const Judged& other);
    Judged& operator=(const Judged& other);
    ~Judged();
    Judgements& operator*() const;

   private:
    mutable std::unique_ptr<Judgements> kept_;  // since the first was asked for
  };

  base::SpaceId space_;
  std::vector<std::pair<base::RecordId, base::Bytes>> records_;
  std::vector<std::shared_ptr<const Entry>> entries_;  // parallel to records_
  std::map<base::HeadTag, std::size_t> by_prefix_;
  std::map<base::HeadTag, bool> heads_;
  // Places of records by what is asked of them, whether they stand or not.
  std::map<base::PersonId, std::vector<std::size_t>> grants_;         // what stands first in the DAG first
  std::map<base::DeviceId, std::vector<std::size_t>> introductions_;  // likewise
  std::map<base::LogId, std::vector<std::size_t>> enrolments_;
  std::map<base::PersonId, std::vector<std::size_t>> written_by_;
  std::map<base::DeviceId, std::vector<std::size_t>> written_on_;
  std::map<base::DeviceId, std::set<base::DeviceId>> certified_;  // the devices that chain through one
  std::map<base::PublicSignKey, std::vector<std::size_t>> revocations_;
  std::map<base::RecordId, std::vector<std::size_t>> confirmations_;  // by join
  std::vector<std::size_t> removals_;
  std::vector<std::size_t> joins_;
  std::vector<std::size_t> takers_;  // records that take something away: with one, all are judged together
  std::map<base::PersonId, std::size_t> made_admin_;  // numbered as they came
  std::map<base::PersonId, Volume> volumes_;
  mutable View view_;
  mutable bool stale_ = false;
  mutable bool unfinished_ =
      false;  // records were added to the view, and what all of them mean is not drawn yet
  Judged judged_;
  friend class Judgement;
  friend struct MembershipRules;
  friend struct MembershipView;
};

base::RecordId record_id(base::ByteView body);
// Of an encoded MembershipRecord, without judging it. malformed, too_large.
base::Result<base::RecordId> record_id_of(base::ByteView record);
// First 8 bytes of a hash of space and key; the same as in log_seal.
base::EpochId epoch_id(const base::SpaceId& space, const base::Secret32& key);

// Writing records. `parents` = membership.frontier(). All return the encoded MembershipRecord.
struct Author {
  const DeviceKeys* keys = nullptr;  // borrowed
  const DeviceCertificate* certificate = nullptr;
  std::int64_t wall_seconds = 0;
};
base::Bytes write_personal_genesis(
    const Identity& identity);  // deterministic: the same bytes from the same card
base::Bytes write_genesis(const Author& author, const CardKey& card, SpaceKind kind,
                          const std::array<std::uint8_t, 16>& salt);
// `card`: proven, of the person whose device it is, for where another is known as theirs (PROTOCOL 6).
base::Bytes write_device(const Author& author, const Membership& to, const DeviceCertificate& certificate,
                         const std::optional<CardKey>& card = {});
base::Bytes write_log(const Author& author, const Membership& to, const crypto::SigningKey& log_key);
base::Bytes write_invite(const Author& author, const Membership& to, const InviteKeys& keys, WireRole role,
                         std::uint32_t uses, std::int64_t expires_seconds, base::ByteView sealed_role);
// `invite_record`: from the link; the join's one parent.
base::Bytes write_join(const Author& author, const base::SpaceId& space, const crypto::SigningKey& invite,
                       const base::HeadTag& invite_record, const CardKey& card,
                       base::ByteView sealed_profile);
// Fences: where the logs of the removed end, ascending by log, then by count and head where a log has several
// ends; one not listed ends before its first segment.
base::Bytes write_person_removed(const Author& author, const Membership& to, const base::PersonId& person,
                                 std::vector<Fence> fences);
base::Bytes write_device_removed(const Author& author, const Membership& to, const base::DeviceId& device,
                                 std::vector<Fence> fences);
base::Bytes write_role(const Author& author, const Membership& to, const base::PersonId& person,
                       WireRole role, std::vector<Fence> fences, base::ByteView sealed_role);
base::Bytes write_invite_revoked(const Author& author, const Membership& to,
                                 const base::PublicSignKey& invite);
base::Bytes write_readmitted(const Author& author, const Membership& to, std::vector<Fence> fences);
// All ascending; at most kErasedAtOnce, kWitnessesAtOnce and kErasedChunksAtOnce. Segments or chunks, or
// both.
base::Bytes write_erased(const Author& author, const Membership& to, std::uint32_t reason,
                         std::vector<ErasedSegment> segments, std::vector<log::SegmentName> witnesses,
                         std::vector<log::ChunkId> chunks = {});
base::Bytes write_join_confirmed(const Author& author, const Membership& to, const base::RecordId& join);
// Adds somebody known from another space, without an invite; then their devices, one record each.
base::Bytes write_member(const Author& author, const Membership& to, const base::PublicSignKey& identity_key,
                         const CardKey& card, WireRole role, base::ByteView sealed_role);
// All logs that a removal of this person (or device and those it certified) would fence.
std::vector<base::LogId> logs_of(const Membership& of, const base::PersonId& person);
std::vector<base::LogId> logs_of(const Membership& of, const base::DeviceId& device);
base::Bytes write_epoch(const Author& author, const Membership& to, const base::Secret32& key,
                        const std::vector<std::pair<base::EpochId, const base::Secret32*>>& predecessors,
                        base::Random& random);
// Boxes `key` to every current member device, identity box key and open invite (not revoked, used up or, by
// the author's clock, expired) that has no box for it yet, or only to those of the author's person and of
// admins; nullopt when nobody is missing. Nobody but its recipient can tell a box from rubbish: only one by
// an admin, by the recipient's own person or by the author's counts as one that is there.
enum class BoxesFor : std::uint8_t { everyone, own_and_admins };
std::optional<base::Bytes> write_boxes(const Author& author, const Membership& to, const base::EpochId& epoch,
                                       const base::Secret32& key, base::Random& random,
                                       BoxesFor whom = BoxesFor::everyone);

// All epoch keys that `own` can open: its boxes, then predecessors of what was opened. With `fallen` also
// from records that are void.
std::map<base::EpochId, base::Secret32> open_epochs(
    const Membership& of, const std::vector<const crypto::BoxKey*>& own,
    const std::map<base::EpochId, const base::Secret32*>& known, bool fallen = false);
// Encrypted fields of records (domain roles): nonce and ciphertext under a key derived from the epoch.
base::Bytes seal_field(const base::EpochId& epoch, const base::Secret32& key, base::ByteView plain,
                       base::Random& random);
base::Result<base::Bytes> open_field(const std::map<base::EpochId, const base::Secret32*>& keys,
                                     base::ByteView sealed);

}  // namespace sejawat::space
