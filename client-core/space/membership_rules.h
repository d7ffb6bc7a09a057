// How records enter a Membership, and what the set of them means. Private to the room.
#pragma once

#include "judgements.h"

namespace sejawat::space {

struct MembershipRules {
  Membership& to;

  base::Result<base::RecordId> add(base::ByteView bytes);

  // The heads that a new record of this device names: all, or when there are too many, first those that hold
  // what gives the device its rights.
  static std::vector<base::HeadTag> parents_for(const Membership& of, const base::DeviceId& author,
                                                const codec::Content& content);

 private:
  struct Pending {
    const codec::Record& record;
    const codec::Body& body;
    Membership::Entry entry;
    const Judgement* before = nullptr;  // of its causal past, once it was asked for
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
  // Of its causal past; nullptr when nothing in it takes something away, so that all of it stands.
  const Judgement* before(Pending& pending) const;
  std::optional<WireRole> role_before(Pending& pending, const base::PersonId& person) const;
  void note_past(Pending& pending) const;
  Seniority seniority(const Membership::Entry& entry) const;
  void index(const Membership::Entry& entry);
  bool in_past(const Pending& pending, const base::PersonId& person) const;
  static std::vector<std::size_t> needed_by(const Membership& of, const codec::Content& content);
  // Whose the log is, as the record's causal past says.
  enum class Writer { unknown, author, another };
  Writer writer_before(const Pending& pending, const base::LogId& log) const;
};

// Turns the records that stand into who belongs.
struct MembershipView {
  static void add(const Membership& of, std::size_t place, const Judgement* judgement);
  static void finish(const Membership& of, const Judgement* judgement);

 private:
  static void choose_card(const Membership& of, std::size_t place, const CardKey& card, Member& member);
  static void settle_card(const Membership& of, const base::PersonId& person);
  static void merge_row(const Membership& of, std::size_t place, const Member& row, Member& member);
  static void admit(const Membership& of, std::size_t place, Member row);
  static void add_fences(const Membership& of, const Judgement& judgement);
  static bool is_held_outside(const Membership& of, const Judgement* judgement, const base::EpochId& epoch);
  static void choose_epoch(const Membership& of, const Judgement* judgement);
};

// What a log key signs to show that it belongs to this device.
base::Hash32 log_possession(const base::SpaceId& space, const base::DeviceId& device);
base::Bytes write_epoch_record(const Author& author, const Membership& to, EpochInfo epoch);
base::Bytes write_boxes_record(const Author& author, const Membership& to, KeyBoxes boxes);

}  // namespace sejawat::space
