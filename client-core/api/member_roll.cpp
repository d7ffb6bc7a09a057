#include "member_roll.h"

#include "core_state.h"

namespace sejawat::api {
namespace {

std::uint16_t bit_of(std::string_view role) {
  if (role == "facilitator") return cycle::Who::facilitator;
  if (role == "principal") return cycle::Who::principal;
  if (role == "coordinator") return cycle::Who::coordinator;
  return 0;
}

}  // namespace

std::optional<base::PersonId> MemberRoll::author_of(const base::SpaceId& id,
                                                    const base::LogId& branch) const {
  const auto space = spaces_.find(id);
  if (space == spaces_.end()) return std::nullopt;
  const auto* enrolled = space->second->enrolled(branch);
  if (enrolled == nullptr) return std::nullopt;
  return enrolled->person;
}

const MemberRoll::Roles& MemberRoll::roles(const base::SpaceId& id, const SpaceState& space) const {
  Roles& roles = roles_[id];
  const std::size_t records = space.membership.records().size();
  if (roles.records == records && roles.keys == space.epochs.size()) return roles;
  roles = {records, space.epochs.size(), {}};
  std::map<base::EpochId, const base::Secret32*> keys;
  for (const auto& [epoch, key] : space.epochs) keys.emplace(epoch, &key);
  for (const auto& [person, held] : space.membership.roles_held()) {
    std::uint16_t bits = held.admin ? cycle::Who::facilitator : 0;
    for (const auto& sealed : held.sealed_roles) {
      const auto opened = space::open_field(keys, sealed);
      if (opened.ok()) bits |= bit_of(base::as_text(*opened));
    }
    if (bits != 0) roles.bits[person] = bits;
  }
  return roles;
}

std::uint16_t MemberRoll::roles_of(const base::SpaceId& id, const base::PersonId& person) const {
  const auto space = spaces_.find(id);
  if (space == spaces_.end()) return 0;
  const auto& bits = roles(id, *space->second).bits;
  const auto found = bits.find(person);
  return found == bits.end() ? std::uint16_t{0} : found->second;
}

std::map<base::PersonId, std::uint16_t> MemberRoll::all_roles(const base::SpaceId& id) const {
  const auto space = spaces_.find(id);
  return space == spaces_.end() ? std::map<base::PersonId, std::uint16_t>() : roles(id, *space->second).bits;
}

}  // namespace sejawat::api
