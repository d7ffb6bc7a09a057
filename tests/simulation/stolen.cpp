// A phone in other hands, and its owner who revokes what was let in: nothing of that counts afterwards.
#include <algorithm>

#include "checks.h"
#include "school.h"

namespace sejawat::simulation {
namespace {

constexpr int kTries = 12;

void check_shut_out(World& world, const space::Membership& membership, const Thief& thief) {
  std::set<base::HeadTag> boxed;
  const auto current = membership.current_epoch();
  for (const auto& boxes : membership.key_boxes()) {
    if (!current || boxes.epoch != *current) continue;
    for (const auto& [tag, box] : boxes.boxes) boxed.insert(tag);
  }
  for (const auto& device : thief.devices()) {
    world.witness.always(Always::who_is_put_out_stays_out, membership.devices().count(device) == 0,
                         "a device that was let in by a stolen phone stands after it was revoked");
  }
  for (const auto& key : thief.keys()) {
    world.witness.always(Always::who_is_put_out_stays_out,
                         boxed.count(base::prefix_of<base::HeadTag>(key)) == 0,
                         "the key in use was made out to what a stolen phone named");
  }
}

// Where nothing of the owner's stands (they were removed), a thief who comes back by a link in their name is
// put out by an admin, and not by what the owner revokes (docs/THREAT-MODEL.md).
bool stands_in(const space::Membership& membership, Person& owner) {
  const auto phones = owner.alive();
  return std::any_of(phones.begin(), phones.end(), [&](const Device* phone) {
    return phone->id && membership.devices().count(*phone->id) != 0;
  });
}

}  // namespace

bool School::was_robbed(const Person& person) const { return thief_ && thief_->owner() == &person; }

void School::steal() {
  if (!community_) return;
  if (thief_->owner() != nullptr) {
    Server& server = *servers_[world_.random.below(servers_.size())];
    if (server.up()) thief_->act(server, *community_, links_);
    return;
  }
  Person& person = *people_[world_.random.below(people_.size())];
  for (Device* phone : person.alive()) {
    if (!phone->up() || !phone->joined() || phone->revoked || phone->revocation_tried) continue;
    if (!thief_->steal(*phone)) continue;
    world_.witness.sometimes(Sometimes::phone_is_stolen);
    // It joins once more by links that others were to come by, and may be let in as somebody stronger.
    for (const auto& one : people_) {
      if (!one->founder) one->membership_touched = true;
    }
    return;
  }
}

bool School::revoke_the_stolen() {
  if (!thief_ || thief_->owner() == nullptr) return true;
  const auto phones = thief_->owner()->alive();
  const auto by = std::find_if(phones.begin(), phones.end(), [](Device* phone) {
    return phone->joined() && !phone->revoked && phone->has_all_keys();
  });
  if (by == phones.end()) return true;
  // Never introduced where the owner looks: there is nothing to revoke yet.
  const auto revoked = (*by)->core().revoke_device(thief_->device());
  if (!revoked.ok()) return true;
  (*by)->keeps = true;
  if (!rounds()) return false;
  world_.witness.sometimes(Sometimes::stolen_phone_is_revoked);
  for (int i = 0; i < kTries && !world_.witness.failed(); ++i) {
    thief_->act(*servers_[world_.random.below(servers_.size())], *community_, links_);
    world_.run_until(world_.now() + kMinute);
  }
  if (!rounds()) return false;
  const auto personal = (*by)->personal_space();
  for (const auto& server : servers_) {
    for (const auto& space : {community_, personal}) {
      const auto* membership = space ? server->membership(*space) : nullptr;
      if (membership != nullptr && stands_in(*membership, *thief_->owner()))
        check_shut_out(world_, *membership, *thief_);
    }
  }
  return !world_.witness.failed();
}

}  // namespace sejawat::simulation
