// Who is served what: which devices and persons belong to which space, as all membership records here say
// together, and whose connections end when that changes.
#include <algorithm>
#include <iterator>

#include "base/planted.h"
#include "carrier/carrier.h"

namespace sejawat::carrier {

// Of a space that is new here: whose it is.
void Carrier::note_founder(const Space& space) {
  if (!space.membership.has_genesis()) return;
  const auto& founder = space.membership.founder();
  if (space.membership.kind() == space::SpaceKind::personal) personal_[founder] = &space;
  if (space.membership.kind() == space::SpaceKind::group) groups_of_[founder].push_back(&space);
}

// Brings what all spaces say about devices and persons in line with what this one says now. A device or
// person that left is cut off here and now.
void Carrier::index(Space& space) {
  const auto& id = space.membership.space();
  index_claims(space);
  std::set<base::PersonId> members;
  for (const auto& [person, member] : space.membership.members()) members.insert(person);
  const auto devices_of = [this](const base::PersonId& person) {
    std::vector<base::PublicBoxKey> devices;
    for (const auto& [device, claims] : claims_) {
      const bool theirs = std::any_of(claims.begin(), claims.end(),
                                      [&](const auto& claim) { return claim.first.person == person; });
      if (theirs) devices.push_back(device);
    }
    return devices;
  };
  for (const auto& person : members) {
    if (!spaces_of_[person].insert(id).second) continue;
    for (const auto& device : devices_of(person)) changes_.devices.insert(device);
  }
  for (const auto& person : space.members) {
    if (members.count(person) != 0) continue;
    auto& spaces = spaces_of_[person];
    spaces.erase(id);
    if (spaces.empty()) spaces_of_.erase(person);
    for (const auto& device : devices_of(person)) cut_unless_member(space, device);
  }
  space.members = std::move(members);
  index_removed(space);
}

void Carrier::index_claims(Space& space) {
  std::set<std::pair<base::PublicBoxKey, Claim>> claims;
  const auto add = [&](const std::map<base::DeviceId, space::Device>& devices) {
    for (const auto& [id, row] : devices) claims.insert({row.box_key, {row.person, id, row.issuers}});
  };
  add(space.membership.devices());
  if (SJ_PLANTED(carrier_serves_the_removed)) add(space.membership.removed_devices());
  for (const auto& [device, claim] : claims) {
    if (space.claims.count({device, claim}) == 0 && claims_[device][claim]++ == 0)
      changes_.devices.insert(device);
  }
  std::vector<std::pair<base::PublicBoxKey, base::PersonId>> gone;
  for (const auto& [device, claim] : space.claims) {
    if (claims.count({device, claim}) != 0) continue;
    auto& all = claims_[device];
    if (--all[claim] == 0) all.erase(claim);
    if (all.empty()) claims_.erase(device);
    gone.emplace_back(device, claim.person);
  }
  space.claims = std::move(claims);
  for (const auto& [device, person] : gone) {
    cut_unless_member(space, device);
    const auto others = spaces_of_.find(person);
    if (others == spaces_of_.end()) continue;
    for (const auto& other : others->second) cut_unless_member(*spaces_.at(other), device);
  }
}

void Carrier::index_removed(Space& space) {
  const auto& id = space.membership.space();
  std::set<base::PublicBoxKey> keys;
  std::set<base::DeviceId> removed;
  if (!SJ_PLANTED(carrier_serves_the_removed)) {
    for (const auto& [device, row] : space.membership.removed_devices()) {
      keys.insert(row.box_key);
      removed.insert(device);
    }
  }
  for (const auto& device : space.removed_keys) {
    if (keys.count(device) != 0) continue;
    removed_from_[device].erase(id);
    if (removed_from_[device].empty()) removed_from_.erase(device);
  }
  for (const auto& device : keys) removed_from_[device].insert(id);
  std::set<base::DeviceId> fresh;
  std::set_difference(removed.begin(), removed.end(), space.removed.begin(), space.removed.end(),
                      std::inserter(fresh, fresh.end()));
  space.removed_keys = std::move(keys);
  space.removed = std::move(removed);
  if (!fresh.empty()) cut_claims_by(space, fresh);
}

// The devices themselves, and what was certified by way of them, perhaps known to other spaces alone.
void Carrier::cut_claims_by(const Space& space, const std::set<base::DeviceId>& removed) {
  for (const auto& [device, claims] : claims_) {
    const bool theirs = std::any_of(claims.begin(), claims.end(),
                                    [&](const auto& claim) { return claim.first.rests_on(removed); });
    if (theirs) cut_unless_member(space, device);
  }
}

void Carrier::cut_unless_member(const Space& space, const base::PublicBoxKey& device) {
  if (is_member(space, device)) return;
  changes_.cut[device].insert(space.membership.space());
  if (space.begun.count(device) != 0) left_.emplace(space.membership.space(), device);
}

bool Carrier::Claim::is_of(const Whose& whose) const {
  return !whose || SJ_PLANTED(carrier_serves_claimants) || base::prefix_of<sync::PersonTag>(person) == *whose;
}

bool Carrier::known(const base::PublicBoxKey& device, const Whose& whose) const {
  const auto claims = claims_.find(device);
  return claims != claims_.end() && std::any_of(claims->second.begin(), claims->second.end(),
                                                [&](const auto& claim) { return claim.first.is_of(whose); });
}

Carrier::Whose Carrier::only_claimant(const base::PublicBoxKey& device) const {
  Whose only;
  const auto claims = claims_.find(device);
  if (claims == claims_.end()) return only;
  for (const auto& [claim, count] : claims->second) {
    const auto tag = base::prefix_of<sync::PersonTag>(claim.person);
    if (only && !(*only == tag)) return std::nullopt;
    only = tag;
  }
  // Or a phone that its owner revoked would be served what somebody else has who calls it theirs.
  const auto from = removed_from_.find(device);
  if (!only || from == removed_from_.end()) return only;
  for (const auto& id : from->second) {
    const auto& membership = spaces_.at(id)->membership;
    if (membership.kind() != space::SpaceKind::personal) continue;
    for (const auto& [removed, row] : membership.removed_devices()) {
      const bool another = !(base::prefix_of<sync::PersonTag>(row.person) == *only);
      if (row.box_key == device && another) return std::nullopt;
    }
  }
  return only;
}

bool Carrier::Claim::rests_on(const std::set<base::DeviceId>& devices) const {
  return devices.count(device) != 0 || std::any_of(issuers.begin(), issuers.end(), [&](const auto& issuer) {
           return devices.count(issuer) != 0;
         });
}

bool Carrier::counts(const Space& space, const Claim& claim) const {
  if (!space.membership.role_of(claim.person)) return false;
  const auto own = personal_.find(claim.person);
  if (own != personal_.end() && claim.rests_on(own->second->removed)) return false;
  // A device that stands here stands: it may have come back, and not what certified it.
  return space.membership.devices().count(claim.device) != 0 || !claim.rests_on(space.removed);
}

bool Carrier::is_member(const Space& space, const base::PublicBoxKey& device) const {
  const auto claims = claims_.find(device);
  return claims != claims_.end() &&
         std::any_of(claims->second.begin(), claims->second.end(),
                     [&](const auto& claim) { return counts(space, claim.first); });
}

bool Carrier::is_admin(const Space& space, const base::PublicBoxKey& device) const {
  const auto claims = claims_.find(device);
  return claims != claims_.end() &&
         std::any_of(claims->second.begin(), claims->second.end(), [&](const auto& claim) {
           return counts(space, claim.first) &&
                  space.membership.role_of(claim.first.person) == space::WireRole::admin;
         });
}

bool Carrier::was_removed(const base::PublicBoxKey& device) const { return removed_from_.count(device) != 0; }

bool Carrier::was_removed(const Space& space, const base::PublicBoxKey& device) const {
  if (is_member(space, device)) return false;
  if (space.removed_keys.count(device) != 0) return true;
  const auto claims = claims_.find(device);
  return claims != claims_.end() &&
         std::any_of(claims->second.begin(), claims->second.end(), [&](const auto& claim) {
           return space.membership.role_of(claim.first.person).has_value();
         });
}

// Anybody may add anybody to groups of theirs: those go first where they are more than a message can name.
int Carrier::place_in_set(const Space& space, const base::PersonId& person) {
  if (space.membership.kind() == space::SpaceKind::personal) return 0;
  if (space.membership.kind() != space::SpaceKind::group) return 1;
  return space.membership.founder() == person ? 2 : 3;
}

Carrier::Places Carrier::places_of(const base::PublicBoxKey& device, const Whose& whose) const {
  Places places;
  const auto claims = claims_.find(device);
  if (claims == claims_.end()) return places;
  for (const auto& [claim, count] : claims->second) {
    const auto spaces = spaces_of_.find(claim.person);
    if (spaces == spaces_of_.end() || !claim.is_of(whose)) continue;
    for (const auto& id : spaces->second) {
      const Space& space = *spaces_.at(id);
      if (!counts(space, claim)) continue;
      const int place = place_in_set(space, claim.person);
      const auto known = places.emplace(id, place).first;
      known->second = std::min(known->second, place);
    }
  }
  return places;
}

std::vector<base::SpaceId> Carrier::by_place(const Places& places) {
  std::vector<std::pair<int, base::SpaceId>> all;
  for (const auto& [id, place] : places) all.emplace_back(place, id);
  std::sort(all.begin(), all.end());
  all.resize(std::min(all.size(), sync::kMaxSpaces));
  std::vector<base::SpaceId> spaces;
  for (const auto& [place, id] : all) spaces.push_back(id);
  return spaces;
}

std::vector<base::SpaceId> Carrier::set_of(const base::PublicBoxKey& device, const Whose& whose) const {
  auto set = by_place(places_of(device, whose));
  std::sort(set.begin(), set.end());
  return set;
}

bool Carrier::stands(const Claim& claim) const {
  const auto spaces = spaces_of_.find(claim.person);
  return spaces != spaces_of_.end() &&
         std::any_of(spaces->second.begin(), spaces->second.end(),
                     [&](const auto& id) { return counts(*spaces_.at(id), claim); });
}

Carrier::Owners Carrier::owners_of(const base::PublicBoxKey& device) const {
  Owners owners;
  const auto claims = claims_.find(device);
  if (claims != claims_.end()) {
    for (const auto& [claim, count] : claims->second) {
      if (stands(claim)) {
        owners.standing[claim.person] |= claim.issuers.empty();
      } else {
        owners.removed.insert(claim.person);
      }
    }
  }
  const auto from = removed_from_.find(device);
  if (from == removed_from_.end()) return owners;
  for (const auto& id : from->second) {
    for (const auto& [removed, row] : spaces_.at(id)->membership.removed_devices()) {
      if (row.box_key == device && owners.standing.count(row.person) == 0) owners.removed.insert(row.person);
    }
  }
  return owners;
}

// The person whose device it is. Those that do not stand any more pay together, apart from those that do: who
// stole a phone must not use up what its owner may bring. Whose it says it is counts only among those who say
// that it is theirs, or each device had an allowance. A key that nobody certified pays for itself, and those
// of which several persons say so, and which name none of them, pay together: who certifies devices of
// another as well gains no further allowance by it, and loses the other none.
Payer Carrier::payer_of(const base::PublicBoxKey& device, const Whose& whose) const {
  constexpr std::uint8_t kRemoved = 1;
  const Owners owners = owners_of(device);
  const auto standing = [&](const base::PersonId& person, bool first_hand) {
    return Payer{base::to_bytes(person.view()), base::to_bytes(device.view()), first_hand};
  };
  const auto removed = [&](const base::PersonId& person) {
    Payer payer{base::to_bytes(person.view()), {}, false};
    payer.account.push_back(kRemoved);
    return payer;
  };
  const auto is_named = [&](const base::PersonId& person) {
    return whose && base::prefix_of<sync::PersonTag>(person) == *whose;
  };
  for (const auto& [person, first_hand] : owners.standing) {
    if (is_named(person) || owners.standing.size() == 1) return standing(person, first_hand);
  }
  if (!owners.standing.empty()) return {{0}, {}, false};
  for (const auto& person : owners.removed) {
    if (is_named(person) || owners.removed.size() == 1) return removed(person);
  }
  if (!owners.removed.empty()) return {{0, kRemoved}, {}, false};
  return {base::to_bytes(device.view()), {}, false};
}

}  // namespace sejawat::carrier
