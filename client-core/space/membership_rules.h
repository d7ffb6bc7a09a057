// What the records of a Membership mean. Private to the room.
#pragma once

#include "membership_codec.h"

namespace sejawat::space {

struct MembershipRules {
  Membership& to;

  base::Result<base::RecordId> add(base::ByteView bytes);

  // Strongest role of `person` in the causal past of a record with these parents.
  static std::optional<WireRole> role_before(const Membership& of, const std::vector<std::size_t>& parents,
                                             const base::PersonId& person);
  static bool is_ancestor(const Membership& of, std::size_t old, std::size_t young);
  // The heads that a new record of this author names: all, or when there are too many, first one that holds
  // the author's own strongest role.
  static std::vector<base::HeadTag> parents_for(const Membership& of, const base::PersonId& author);
  static std::optional<base::EpochId> current_epoch(const Membership& of);

 private:
  struct Pending {
    const codec::Record& record;
    const codec::Body& body;
    base::RecordId id;
    base::HeadTag tag;
    std::vector<std::size_t> parents;
    std::size_t place = 0;
    base::PersonId author;
  };
  base::Status apply(Pending& pending, const codec::Genesis& genesis);
  base::Status apply(Pending& pending, const codec::Joined& join);
  base::Status apply(Pending& pending, const codec::DeviceAdded& added);
  base::Status apply(Pending& pending, const codec::LogEnrolled& log);
  base::Status apply(Pending& pending, const codec::InviteOffered& invite);
  base::Status apply(Pending& pending, const EpochInfo& epoch);
  base::Status apply(Pending& pending, const KeyBoxes& boxes);
  base::Status apply(Pending& pending, const codec::Unknown& unknown);

  base::Status by_member(Pending& pending, WireRole at_least);
  base::Status check_device(const DeviceCertificate& certificate) const;
  void put_device(const DeviceCertificate& certificate);
};

base::Bytes write_epoch_record(const Author& author, const Membership& to, EpochInfo epoch);
base::Bytes write_boxes_record(const Author& author, const Membership& to, KeyBoxes boxes);

}  // namespace sejawat::space
