// What happens to a school beside the daily work: partitions, stores that go back in time, and people and
// devices that come, change and go.
#include <algorithm>

#include "school.h"

namespace sejawat::simulation {

// Some devices do not reach one of the servers; they may reach another.
void School::partition() {
  world_.witness.fault(Fault::partition);
  std::set<std::uint64_t> devices;
  for (std::uint64_t i = 0; i < devices_; ++i) {
    if (world_.chance(500)) devices.insert(i);
  }
  networks_[world_.random.below(networks_.size())]->cut_off(
      std::move(devices), world_.now() + world_.between(kMinute, 12 * kHour));
}

// A server goes back to between a text and its photo: nothing of the text is missing then.
void School::lose_a_photo() {
  Device* device = pick_device();
  if (device == nullptr || !device->joined() || device->syncing()) return;
  device->save_data(true);
  device->attach_photo();
  if (!device->up() || !sync_now(*device)) return;
  for (const auto& each : servers_) each->take_snapshot();
  lost_since_snapshot_ = false;
  if (!device->up()) return;
  device->save_data(false);
  sync_now(*device);
  Server& server = *servers_[device->site()];
  if (server.has_snapshot() && !lost_since_snapshot_) server.roll_back();
}

void School::old_copies() {
  if (kinds_.servers_go_back) {
    if (kinds_.photos && world_.chance(rarely(40))) {
      lose_a_photo();
      return;
    }
    Server& server = *servers_[world_.random.below(servers_.size())];
    if (world_.chance(rarely(60))) {
      // One moment for all: what a lost device had sent lies in each or is not counted on.
      for (const auto& each : servers_) each->take_snapshot();
      lost_since_snapshot_ = false;
    }
    const bool copies = shape_ == Shape::copies;
    if (world_.chance(rarely(copies ? 150 : 25)) && server.has_snapshot() && !lost_since_snapshot_) {
      copies ? server.change_places() : server.roll_back();
    }
    const bool anything_lost = std::any_of(people_.begin(), people_.end(), [](const auto& person) {
      return person->alive().size() != person->devices.size();
    });
    // A founder that has not brought the school anywhere has its one chance with the first secret.
    if (world_.chance(rarely(8)) && !anything_lost && community_) server.wipe();
    return;
  }
  Device* device = pick_device();
  if (device == nullptr || !device->up() || device->syncing() || !device->joined()) return;
  if (device->revoked || device->revocation_tried || device->keeps) return;
  if (world_.chance(rarely(100)) && device->has_sent_all() && device->has_all_keys()) device->take_backup();
  if (world_.chance(rarely(60)) && device->has_backup()) {
    device->restore_backup();
    return;
  }
  if (world_.chance(rarely(15)) && devices_ < most_devices_ + 2 && device->has_all_keys()) {
    Device& clone = add_device(device->person());
    if (clone.up() && clone.has_person()) return;
    clone.end(Ending::killed);
    clone.clone_of(*device);
  }
}

std::vector<Device*> School::admins() {
  std::vector<Device*> all;
  for (const auto& person : people_) {
    for (Device* device : person->alive()) {
      if (device->up() && !device->revoked && !device->revocation_tried && device->is_admin())
        all.push_back(device);
    }
  }
  return all;
}

// One admin acts, or two that do not know of each other, each at a server of their own.
void School::administer() {
  if (kinds_.feuds && world_.chance(500)) {
    feud();
    return;
  }
  if (world_.chance(250)) {
    revoke_device();
    return;
  }
  const auto all = admins();
  if (all.empty()) return;
  Device& first = *all[world_.random.below(all.size())];
  administer(first);
  if (!world_.chance(400)) return;
  Device& second = *all[world_.random.below(all.size())];
  if (&second.person() == &first.person() || !second.up()) return;
  world_.witness.sometimes(Sometimes::admins_act_apart);
  administer(second);
}

void School::administer(Device& admin) {
  // The founder stays, so that somebody can always invite.
  Person& target = *people_[world_.random.below(people_.size())];
  const bool may = !target.founder && target.id && &target != &admin.person() && admin.knows(*target.id);
  const auto what = world_.random.below(100);
  if (what < 30) {
    if (!may) return;
    target.membership_touched = true;
    admin.remove_member(*target.id);
  } else if (what < 60) {
    if (!may) return;
    target.membership_touched = true;
    const std::array<const char*, 3> roles = {"teacher", "operator", "reader"};
    admin.change_role(*target.id, roles[world_.random.below(roles.size())]);
  } else if (what < 75) {
    if (kinds_.servers_go_back) return;  // a join that went back with its server must be taken again
    for (const auto& person : people_) {
      if (!person->founder) person->membership_touched = true;
    }
    admin.revoke_invite();
  } else if (what < 85) {
    rotate(admin);
  } else if (what < 92) {
    admin.confirm_provisional();
  } else if (target.membership_touched && !target.founder && target.card) {
    // Whoever was removed may be asked back.
    for (Device* device : target.alive()) {
      if (device->up() && device->has_person() && device->core().join_state().code() != base::Code::offline) {
        join(*device);
        return;
      }
    }
  }
}

// Several devices of one person at a time, not knowing of each other.
void School::rotate(Device& admin) {
  const auto personal = admin.personal_space();
  if (!all_ || !personal || world_.chance(400)) {
    if (community_) admin.rotate(*community_);
    return;
  }
  for (Device* device : admin.person().alive()) {
    if (device->up() && !device->revoked && !device->revocation_tried) device->rotate(*personal);
  }
}

// Two admins remove each other, each at a server of their own.
void School::feud() {
  std::vector<Device*> rivals;
  for (Device* one : admins()) {
    if (one->person().founder || !one->person().id) continue;
    if (rivals.empty() || &rivals.front()->person() != &one->person()) rivals.push_back(one);
  }
  if (rivals.size() < 2) return;
  Device& first = *rivals[0];
  Device& second = *rivals[1];
  if (!first.knows(*second.person().id) || !second.knows(*first.person().id)) return;
  first.person().membership_touched = true;
  second.person().membership_touched = true;
  world_.witness.sometimes(Sometimes::admins_act_apart);
  first.remove_member(*second.person().id);
  if (second.up()) second.remove_member(*first.person().id);
}

void School::cheat() {
  if (!community_) return;
  Server& server = *servers_[world_.random.below(servers_.size())];
  if (!server.up() || !cheat_->act(server, *community_, links_)) return;
  for (const auto& person : people_) {
    if (!person->founder) person->membership_touched = true;
  }
}

// A phone was stolen, or its owner believes so; it goes on writing, not knowing.
void School::revoke_device() {
  if (kinds_.devices_go_back) return;
  Person& person = *people_[world_.random.below(people_.size())];
  const auto alive = person.alive();
  const bool before = std::any_of(alive.begin(), alive.end(), [](const Device* device) {
    return device->revoked || device->revocation_tried || device->keeps;
  });
  if (alive.size() < 2 || before || !person.card) return;
  Device& target = *alive[1 + world_.random.below(alive.size() - 1)];
  // It would end its invites as well, as above.
  if (kinds_.servers_go_back && target.has_invited) return;
  Device& by = *alive.front();
  if (!by.up() || !by.joined() || !target.id || (by.id && *by.id == *target.id)) return;
  by.revoke_device(target);
}

}  // namespace sejawat::simulation
