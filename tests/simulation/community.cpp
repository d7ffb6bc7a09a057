// The servers against each other; keys and members of every space.
#include <algorithm>

#include "checks.h"

namespace sejawat::simulation {
namespace {

using Roles = std::map<base::PersonId, space::WireRole>;

Roles roles_of(const space::Membership& membership) {
  Roles roles;
  for (const auto& [person, member] : membership.members()) roles[person] = member.role;
  return roles;
}

// Which of the simulator's devices that is, for whoever reads a failure.
std::string name_of(School& school, const base::DeviceId& id) {
  for (const auto& person : school.people()) {
    for (const auto& device : person->devices) {
      if (device->id && *device->id == id) return where(*person, *device) + (device->lost() ? ", lost," : "");
    }
  }
  return "a device that was never used";
}

template <class Has>
std::vector<const space::Device*> living_holders(School& school, const space::Membership& membership,
                                                 const Has& has) {
  std::vector<const space::Device*> holders;
  for (const auto& person : school.people()) {
    for (const Device* device : person->alive()) {
      if (device->revoked || !device->id) continue;
      const auto row = membership.devices().find(*device->id);
      if (row != membership.devices().end() && has(row->second.box_key)) holders.push_back(&row->second);
    }
  }
  return holders;
}

// That everybody seals with, and any that was opened at the same time by somebody who did not know of it.
std::set<base::EpochId> last_epochs(const space::Membership& membership) {
  std::set<base::EpochId> last;
  for (const auto& epoch : membership.epochs()) last.insert(epoch.epoch);
  for (const auto& epoch : membership.epochs()) {
    for (const auto& before : epoch.predecessors) {
      if (!(before.epoch == epoch.epoch)) last.erase(before.epoch);
    }
  }
  return last;
}

// Who can open an epoch.
void check_keys(School& school, const space::Membership& membership, const base::EpochId& epoch) {
  Witness& witness = school.world().witness;
  const auto cheats = school.cheats();
  std::set<base::HeadTag> boxed;
  for (const auto& boxes : membership.key_boxes()) {
    if (boxes.epoch != epoch || (!boxes.by_admin && cheats.count(boxes.author) != 0)) continue;
    for (const auto& [tag, box] : boxes.boxes) boxed.insert(tag);
  }
  const auto has = [&](const base::PublicBoxKey& key) {
    return boxed.count(base::prefix_of<base::HeadTag>(key)) != 0;
  };
  // Somebody who lives and holds the key boxes it to this device: an admin, its own person, or for an admin's
  // device anybody. An epoch whose every such holder is lost is opened by the card alone (docs/PROTOCOL.md).
  const auto holders = living_holders(school, membership, has);
  // Whose maker was lost before any box of it came: nobody seals with it any more.
  const bool current = epoch == *membership.current_epoch();
  if (!current && holders.empty()) return;
  const auto is_boxed_for = [&](const space::Device& device, space::WireRole role) {
    return std::any_of(holders.begin(), holders.end(), [&](const space::Device* holder) {
      return holder->person == device.person || role == space::WireRole::admin ||
             membership.role_of(holder->person) == space::WireRole::admin;
    });
  };
  for (const auto& [person, member] : membership.members()) {
    if (member.role < space::WireRole::reader || cheats.count(person) != 0) continue;
    witness.always(Always::keys_reach_members_only, has(member.card.box), "a member's card opens no key");
    witness.always(Always::keys_reach_members_only, space::is_proven(member.identity_key, member.card),
                   "keys are made out to a card that its person never proved");
    for (const auto& [id, device] : membership.devices()) {
      if (!(device.person == person) || !is_boxed_for(device, member.role)) continue;
      witness.always(Always::keys_reach_members_only, has(device.box_key),
                     name_of(school, id) + " has no key of a space of kind " +
                         std::to_string(static_cast<int>(membership.kind())));
    }
  }
  // Whoever opened another one may not have known of the removal.
  if (!current) return;
  std::set<base::PublicBoxKey>
      inside;  // somebody else may have called one of these theirs, and taken that back
  for (const auto& [id, device] : membership.devices()) {
    if (membership.role_of(device.person) >= space::WireRole::reader) inside.insert(device.box_key);
  }
  for (const auto& [id, device] : membership.removed_devices()) {
    if (inside.count(device.box_key) != 0) continue;
    witness.always(Always::keys_reach_members_only, !has(device.box_key) || membership.needs_rotation(),
                   "the new key was made out to a removed device");
  }
  for (const auto& [key, invite] : membership.invites()) {
    witness.always(Always::keys_reach_members_only,
                   !invite.is_known_outside() || !has(invite.box_key) || membership.needs_rotation(),
                   "the new key was made out to an invite of somebody who is out");
  }
}

void check_keys(School& school, const space::Membership& membership) {
  const auto current = membership.current_epoch();
  if (!current) return;
  school.world().witness.always(Always::keys_reach_members_only, !membership.needs_rotation(),
                                "a removal stands that no new key followed");
  auto epochs = last_epochs(membership);
  epochs.insert(*current);
  for (const auto& epoch : epochs) check_keys(school, membership, epoch);
}

void check_members(School& school, const space::Membership& membership) {
  const Roles roles = roles_of(membership);
  // Whoever revoked a device at home did so everywhere, also where it came in meanwhile.
  for (const auto& person : school.people()) {
    for (const auto& device : person->devices) {
      if (!device->revoked || !device->id) continue;
      school.world().witness.always(Always::membership_converges,
                                    membership.devices().count(*device->id) == 0,
                                    where(*person, *device) + " was revoked and is still in the community");
    }
  }
  for (const auto& person : school.people()) {
    if (!person->id || roles.count(*person->id) == 0) continue;
    for (Device* device : person->alive()) {
      if (device->revoked || !device->joined()) continue;
      // They were removed, and a thief came back in their name: of that the phone hears nothing.
      if (school.was_robbed(*person) && device->id && membership.devices().count(*device->id) == 0) continue;
      auto members = device->core().members();
      Roles shown;
      for (const auto& row : members.ok() ? *members : std::vector<api::MemberInfo>{}) {
        if (!row.provisional) shown[row.person] = row.role;
      }
      school.world().witness.always(
          Always::membership_converges, shown == roles,
          where(*person, *device) + " knows other members than the server: " + std::to_string(shown.size()) +
              " and " + std::to_string(roles.size()) + waiting_of(*device));
    }
  }
}

void check_invites(School& school, const space::Membership& membership) {
  Witness& witness = school.world().witness;
  for (const auto& [key, invite] : membership.invites()) {
    witness.sometimes(Sometimes::invite_admits_several, invite.joined.size() > 1);
    // Two servers that do not know of each other may both admit somebody, and so may one that went back.
    if (school.servers().size() > 1 || school.world().stores_went_back) continue;
    // An admin could have let themselves in: their own join passes the filters, and so does what a cheat
    // brings who is one, of others that it made up.
    const auto was_admin = [&](const auto& person) {
      const auto held = membership.roles_held().find(person);
      return held != membership.roles_held().end() && held->second.admin;
    };
    const auto cheats = school.cheats();
    const bool brings_any = std::any_of(cheats.begin(), cheats.end(), was_admin);
    const auto joined = std::count_if(invite.joined.begin(), invite.joined.end(), [&](const auto& person) {
      return !was_admin(person) && !(brings_any && cheats.count(person) != 0);
    });
    witness.always(Always::invite_admits_whom_it_may, joined <= static_cast<std::ptrdiff_t>(invite.uses),
                   "an invite admitted more than its uses");
  }
}

}  // namespace

void check_servers(School& school) {
  Witness& witness = school.world().witness;
  std::map<base::SpaceId, base::Digest> first;
  for (const auto& server : school.servers()) {
    std::map<base::SpaceId, base::Digest> digests;
    for (const auto& [space, place] : server->tips()) digests[space] = place.second;
    if (server == school.servers().front()) {
      first = std::move(digests);
    } else {
      // The diary of somebody who belongs to no school is taken by no further server.
      for (const auto& [space, digest] : digests) {
        const auto other = first.find(space);
        witness.always(Always::servers_agree, other == first.end() || other->second == digest,
                       "two servers hold different things of a space in the end");
      }
    }
  }
  for (const auto& server : school.servers()) server->check_erased_bodies();
  Server& home = school.home();
  for (const auto& [space, digest] : first) {
    const auto* membership = home.membership(space);
    if (!witness.always(Always::servers_agree, membership != nullptr, "a space without its records"))
      continue;
    check_keys(school, *membership);
    if (membership->kind() == space::SpaceKind::personal) continue;
    check_members(school, *membership);
    check_invites(school, *membership);
  }
}

}  // namespace sejawat::simulation
