// How records enter a Membership, one decoded record, and what the set of them means. Private to the room.
#pragma once

#include "membership_codec.h"

namespace sejawat::space {

// A set of places in the DAG.
class Places {
 public:
  bool has(std::size_t place) const {
    return place / 64 < words_.size() && ((words_[place / 64] >> (place % 64)) & 1U) != 0;
  }
  void put(std::size_t place) {
    if (place / 64 >= words_.size()) words_.resize(place / 64 + 1);
    words_[place / 64] |= std::uint64_t{1} << (place % 64);
  }
  void take(std::size_t place) {
    if (has(place)) words_[place / 64] &= ~(std::uint64_t{1} << (place % 64));
  }
  void put_all(const Places& other) {
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  std::vector<std::uint64_t> words_;
};

struct Membership::Entry {
  base::RecordId id;
  std::size_t place = 0;
  std::vector<std::size_t> parents;
  Places past;            // everything that its author had seen
  std::size_t depth = 0;  // longest way from the genesis
  std::optional<base::DeviceId> author;
  base::PersonId person;          // of the author; the creator for a personal genesis
  std::int64_t wall_seconds = 0;  // display only
  codec::Content content;
  std::optional<DeviceCertificate> introduced;  // by a genesis, a join or a device record
  bool erases_own = false;                      // an erasure of no ops but what its author's person wrote
  bool by_admin = false;                        // its author was admin, as its causal past says

  template <class T>
  const T* as() const {
    return std::get_if<T>(&content);
  }
  bool gives_role() const {
    return as<codec::Genesis>() != nullptr || as<codec::Joined>() != nullptr ||
           as<codec::RoleChanged>() != nullptr || as<codec::MemberAdded>() != nullptr;
  }
  // To whom, of one that gives a role.
  base::PersonId granted_to() const {
    if (const auto* changed = as<codec::RoleChanged>()) return changed->person;
    if (const auto* added = as<codec::MemberAdded>()) return added->person();
    return person;
  }
  // Without any such record everything stands, and nothing needs to be judged.
  bool takes_away() const {
    return as<codec::Removed>() != nullptr || as<codec::RoleChanged>() != nullptr ||
           as<codec::InviteRevoked>() != nullptr;
  }
};

// Of several records that say one thing the one that stands first in the DAG counts.
bool earlier(const Membership::Entry& a, const Membership::Entry& b);

using Entries = std::vector<std::shared_ptr<const Membership::Entry>>;
WireRole granted_role(const Entries& entries, std::size_t grant);

// What stands in a set of records that is closed under causality. A pure function of the set.
class Judgement {
 public:
  // Of all `entries`, or of those in `within`.
  explicit Judgement(const Entries& entries, const Places* within = nullptr);

  bool stands(std::size_t place) const { return !void_.has(place) && !banned_.has(place); }
  bool provisional(std::size_t join) const { return provisional_.has(join); }
  const std::vector<std::size_t>& removals() const { return effective_; }           // places
  const std::vector<std::size_t>& confirmations() const { return confirmations_; }  // places, in force or not
  std::optional<WireRole> role_of(const base::PersonId& person) const;
  // The author of this record, as its causal past says by what stands of it.
  bool was_admin(std::size_t place) const {
    return role_in(&entries_[place]->past, entries_[place]->person) == WireRole::admin;
  }
  std::optional<std::size_t> grant_of(const base::PersonId& person) const {
    return grant_in(nullptr, person);
  }
  // Removed for good, or with its person and not back since.
  bool device_removed(const base::DeviceId& device) const;
  // Of a removed device: all that keeps it out is that its person was removed.
  bool left_with_person(const base::DeviceId& device) const;
  bool covers(std::size_t removal, const base::DeviceId& device, const base::PersonId& person) const;

 private:
  bool in(std::size_t place) const { return within_ == nullptr || within_->has(place); }
  bool concurrent(std::size_t a, std::size_t b) const {
    return a != b && !entries_[a]->past.has(b) && !entries_[b]->past.has(a);
  }
  struct Rank {
    std::size_t depth = SIZE_MAX;
    base::RecordId id;
    friend bool operator<(const Rank& a, const Rank& b) {
      return a.depth == b.depth ? a.id < b.id : a.depth < b.depth;
    }
  };
  using Seniority = std::pair<Rank, Rank>;  // of a record's author: of the person, of the device
  void gather();
  Seniority seniority(std::size_t place) const;
  void choose_effective();
  void settle_joins();
  std::vector<std::size_t> void_removals(const std::vector<std::size_t>& of) const;
  std::vector<std::size_t> without_right_of_their_own(const std::vector<std::size_t>& removals);
  bool is_join(const Membership::Entry& entry) const;
  std::vector<std::size_t> let_in() const;
  void find_void();
  bool author_stands(const Membership::Entry& entry) const;
  bool find_doubtful();
  std::optional<WireRole> role_in(const Places* past, const base::PersonId& person) const;
  std::optional<std::size_t> grant_in(const Places* past, const base::PersonId& person) const;
  bool introduced_since(const Places* past, const base::DeviceId& device, std::size_t removal) const;

  const Entries& entries_;
  const Places* within_;
  std::vector<std::size_t> removals_;
  std::vector<std::size_t> revocations_;
  std::vector<std::size_t> confirmations_;
  std::vector<std::size_t> effective_;  // removals that no senior one stands against, seniors first
  std::vector<std::size_t> acting_;     // of those the ones that take somebody out: in the end all
  std::map<base::PersonId, std::vector<std::size_t>> grants_;
  std::map<base::DeviceId, std::vector<std::size_t>> introductions_;
  Places void_;
  Places banned_;       // removals whose author turned out to have no right to them
  Places doubtful_;     // joins that a revocation, or the removal of who invited, did not know of
  Places provisional_;  // joins that count for nothing: in doubt, or by an invite that is void, unconfirmed
};

struct MembershipRules {
  Membership& to;

  base::Result<base::RecordId> add(base::ByteView bytes);

  // The heads that a new record of this device names: all, or when there are too many, first those that hold
  // what gives the device its rights.
  static std::vector<base::HeadTag> parents_for(const Membership& of, const base::DeviceId& author);

 private:
  struct Pending {
    const codec::Record& record;
    const codec::Body& body;
    Membership::Entry entry;
  };
  base::Status apply(Pending& pending, const codec::Genesis& genesis);
  base::Status apply(Pending& pending, const codec::Joined& join);
  base::Status apply(Pending& pending, const codec::DeviceAdded& added);
  base::Status apply(Pending& pending, const codec::LogEnrolled& log);
  base::Status apply(Pending& pending, const codec::InviteOffered& invite);
  base::Status apply(Pending& pending, const EpochInfo& epoch);
  base::Status apply(Pending& pending, const KeyBoxes& boxes);
  base::Status apply(Pending& pending, const codec::Removed& removed);
  base::Status apply(Pending& pending, const codec::RoleChanged& role);
  base::Status apply(Pending& pending, const codec::InviteRevoked& revoked);
  base::Status apply(Pending& pending, const codec::Readmitted& readmitted);
  base::Status apply(Pending& pending, const codec::JoinConfirmed& confirmed);
  base::Status apply(Pending& pending, const codec::MemberAdded& added);
  base::Status apply(Pending& pending, const codec::Erased& erased);
  base::Status apply(Pending& pending, const codec::Unknown& unknown);

  base::Status by_member(Pending& pending, WireRole at_least);
  // Its person, from what the record's causal past says; nullptr when that does not know the device.
  const DeviceCertificate* introduction(const Pending& pending, const base::DeviceId& device) const;
  std::optional<WireRole> role_before(const Pending& pending, const base::PersonId& person) const;
  bool is_judged(const Places& past) const;  // something in it takes something away
  bool in_past(const Pending& pending, const base::PersonId& person) const;
  // Whose the log is, as the record's causal past says.
  enum class Writer { unknown, author, another };
  Writer writer_before(const Pending& pending, const base::LogId& log) const;
};

// Turns the records that stand into who belongs.
struct MembershipView {
  static void add(const Membership& of, std::size_t place, const Judgement* judgement);
  static void finish(const Membership& of, const Judgement* judgement);

 private:
  static void admit(const Membership& of, std::size_t place, Member row);
  static void add_fences(const Membership& of, const Judgement& judgement);
  static bool is_held_outside(const Membership& of, const base::EpochId& epoch);
  static void choose_epoch(const Membership& of, const Judgement* judgement);
};

// What a log key signs to show that it belongs to this device.
base::Hash32 log_possession(const base::SpaceId& space, const base::DeviceId& device);
base::Bytes write_epoch_record(const Author& author, const Membership& to, EpochInfo epoch);
base::Bytes write_boxes_record(const Author& author, const Membership& to, KeyBoxes boxes);

}  // namespace sejawat::space
