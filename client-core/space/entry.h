// One record of the DAG, decoded, with what its causal past alone says about it. Private to the room.
#pragma once

#include "membership_codec.h"
#include "places.h"

namespace sejawat::space {

struct Rank {
  std::size_t depth = SIZE_MAX;
  base::RecordId id;
  friend bool operator<(const Rank& a, const Rank& b) {
    return a.depth == b.depth ? a.id < b.id : a.depth < b.depth;
  }
};
using Seniority = std::pair<Rank, Rank>;  // of a record's author: of the person, of the device

struct Membership::Entry {
  base::RecordId id;
  std::size_t place = 0;
  std::vector<std::size_t> parents;
  Past past;              // everything that its author had seen
  std::size_t depth = 0;  // longest way from the genesis
  std::optional<base::DeviceId> author;
  base::PersonId person;          // of the author; the creator for a personal genesis
  std::int64_t wall_seconds = 0;  // display only
  codec::Content content;
  std::optional<DeviceCertificate> introduced;  // by a genesis, a join or a device record
  bool erases_own = false;                      // an erasure of no ops but what its author's person wrote
  // As its causal past says.
  bool by_admin = false;
  Seniority seniority;  // of a removal or a change of a role
  Places admins;        // of key boxes by somebody who was none: numbers of Membership::made_admin_

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

using Entries = std::vector<std::shared_ptr<const Membership::Entry>>;

// Of several records that say one thing the one that stands first in the DAG counts.
bool earlier(const Membership::Entry& a, const Membership::Entry& b);
WireRole granted_role(const Entries& entries, std::size_t grant);

}  // namespace sejawat::space
