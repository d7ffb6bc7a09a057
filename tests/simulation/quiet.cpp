// The quiet phase of a schedule: whatever happened before, it must end well.
#include <algorithm>

#include "checks.h"
#include "school.h"

namespace sejawat::simulation {
namespace {

constexpr int kRounds = 16;
constexpr int kVainMessages = 4;  // all that the largest crowd holds

}  // namespace

std::string waiting_of(Device& device) {
  std::string out;
  auto status =
      device.has_person() ? device.status() : base::Result<api::Status>(base::error(base::Code::not_found));
  if (!status.ok()) return out;
  for (const auto& space : status->spaces) {
    if (space.unsealed_ops + space.waiting_segments == 0) continue;
    out += " (space of kind " + std::to_string(space.kind ? static_cast<int>(*space.kind) : 0) + ": " +
           std::to_string(space.unsealed_ops) + " unsealed, " + std::to_string(space.waiting_segments) +
           " waiting)";
  }
  return out;
}

void School::go(Device& device, std::size_t site) {
  device.hang_up();
  // A sync of the bad days may still be on its way.
  for (int tries = 0; device.syncing() && tries < 2; ++tries) world_.run_until(world_.now() + kMinute);
  device.roam(site);
}

bool School::sync_now(Device& device) {
  go(device, device.site());
  device.start_sync();
  const auto latest = world_.now() + kHour;
  while (device.syncing() && world_.now() < latest && world_.run_one()) {
  }
  return !device.syncing() && device.last_sync().code == base::Code::ok;
}

std::string School::has_all_begun() {
  std::string missing;
  for (int i = 0; i < kRounds; ++i) {
    missing.clear();
    for (const auto& person : people_) {
      for (Device* device : person->alive()) {
        // Also where nothing waits for it yet: nobody can invite without the newest key.
        if (person->card && device->lacks_a_key()) device->recover();
      }
      const bool done = begin(*person);
      if (!done) missing += ", person " + std::to_string(person->number);
      // Who has begun is heard of in rounds(); whoever is in doubt is taken up here.
      if (done && shape_ != Shape::first && (i > 0 || !kinds_.membership)) continue;
      // The invite is on the carrier before the link is used.
      for (Person* who : {people_.front().get(), person.get()}) {
        for (Device* device : who->alive()) {
          for (std::size_t at = 0; at < sites_.size() && device->has_person(); ++at) {
            go(*device, at);
            sync_now(*device);
          }
          // Whose join was in doubt is taken up, or would wait for ever.
          if (kinds_.membership && device->up() && device->is_admin()) device->confirm_provisional();
        }
      }
    }
    if (!host_everywhere()) missing += ", a server without the school";
    if (missing.empty()) return missing;
  }
  for (const auto& person : people_) {
    for (Device* device : person->alive()) {
      if (device->has_person()) {
        missing += ", device " + std::to_string(device->number()) + " " +
                   base::code_name(device->core().join_state().code()) + "/" +
                   base::code_name(device->last_sync().code);
      }
    }
  }
  return missing;
}

// True: it has nothing to say at any server, and hears nothing new.
bool School::sync_everywhere(Device& device, std::string& waits) {
  bool quiet = true;
  // Whose membership ended offers some of the space again and again, and is told so each time.
  const bool cut = device.revoked || device.revocation_tried;
  const bool touched = device.person().membership_touched;
  // Whoever undid their own joining by what they wrote is a stranger there, and offers it all again.
  const bool cheats = cheat_ && &device.person() == people_.back().get();
  const auto says_nothing = [&](const SyncResult& sync) {
    if (cheats && sync.received == 0) return true;
    // What it offers in vain may be more than one message holds.
    if ((cut || touched) && sync.received == 0 && sync.sent == 0) return sync.exchanges <= kVainMessages;
    return sync.brief && sync.nothing_said && sync.pending == 0;
  };
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    go(device, i);
    bool ok = sync_now(device);
    // An epoch whose only device is lost: whoever sees that something waits for its key shows the card again.
    const bool lacks = device.lacks_a_key();
    if (ok && device.person().card && !device.revoked && lacks) {
      // What it brought or heard before the card was shown is news to the others.
      quiet = quiet && says_nothing(device.last_sync());
      device.recover();
      ok = sync_now(device);  // what it opens goes out now
    }
    const SyncResult& sync = device.last_sync();
    if (cut && sync.code == base::Code::fenced) continue;
    if (ok && says_nothing(sync)) continue;
    quiet = false;
    // An epoch whose only device is lost: what waits for its key goes once the card is shown again.
    if (ok && sync.same && device.person().card) device.recover();
    waits += waiting_of(device) + " device " + std::to_string(device.number()) + " at server " +
             std::to_string(i) + ": " + base::code_name(sync.code) + ", sent " + std::to_string(sync.sent) +
             ", received " + std::to_string(sync.received) + ", exchanges " + std::to_string(sync.exchanges) +
             ", pending " + std::to_string(sync.pending) + ";";
  }
  return quiet;
}

bool School::rounds() {
  Witness& witness = world_.witness;
  std::string last;
  int quiet = 0;
  for (int round = 0; round < kRounds && !witness.failed(); ++round) {
    last.clear();
    bool all = true;
    for (const auto& person : people_) {
      for (Device* device : person->alive()) all = sync_everywhere(*device, last) && all;
    }
    // Records alone count as nothing sent: what the last of a round brought, the others hear in the next one.
    quiet = all ? quiet + 1 : 0;
    if (quiet == 2) return witness.always(Always::digests_agree, true);
  }
  return witness.always(Always::settles, false, "after many rounds still:" + last);
}

// What is not taken as sent makes no round unquiet, so the others may not have heard of the last of it; and a
// carrier says first what it does not hold any more.
void School::bring_late_work() {
  for (int i = 0; i < 2; ++i) {
    for (const bool revoked : {true, false}) {
      for (const auto& person : people_) {
        const auto devices = person->alive();
        const bool any =
            std::any_of(devices.begin(), devices.end(), [](const Device* one) { return one->revoked; });
        for (Device* device : devices) {
          for (std::size_t at = 0; any && device->revoked == revoked && at < sites_.size(); ++at) {
            go(*device, at);
            sync_now(*device);
          }
        }
      }
    }
  }
}

// Devices wait for some syncs before they write once more what survived an erasure and is nowhere to be had.
bool School::bring_survivors() {
  if (!kinds_.erasure) return true;
  constexpr int kPatience = 4;
  std::string waits;
  for (int i = 0; i < kPatience; ++i) {
    for (const auto& person : people_) {
      for (Device* device : person->alive()) sync_everywhere(*device, waits);
    }
  }
  return rounds();
}

// Which devices were revoked in the end, as their owner's other devices say.
void School::find_revoked() {
  for (const auto& person : people_) {
    // Lost ones as well: what it had written later counts no more than that of one that lives.
    for (const auto& device : person->devices) {
      if (!device->revocation_tried) continue;
      device->revoked = false;
      for (Device* other : person->alive()) {
        if (other == device.get() || !other->keeps) continue;
        auto devices = other->core().devices();
        if (!devices.ok()) continue;
        for (const auto& row : *devices) {
          if (row.removed && device->id && row.device == *device->id) device->revoked = true;
        }
      }
      if (!device->revoked) device->revocation_tried = false;
    }
  }
}

bool School::quiet_phase() {
  Witness& witness = world_.witness;
  witness.event("quiet");
  luck_ = {};
  quiet_ = true;
  for (const auto& network : networks_) network->heal();
  for (const auto& server : servers_) server->clock().wrong_by = 0;
  for (int i = 0; i < 2; ++i) {
    // Twice: what was armed may strike on the way up.
    for (const auto& server : servers_) server->heal();
    for (const auto& person : people_) {
      for (Device* device : person->alive()) device->heal();
    }
    for (const auto& person : people_) {
      for (Device* device : person->alive()) device->hang_up();
    }
    world_.run_until(world_.now() + 2 * kHour);
  }
  if (witness.failed()) return false;
  find_revoked();
  std::size_t alive = 0;
  for (const auto& person : people_) alive += person->alive().size();
  witness.sometimes(Sometimes::twenty_devices_meet, alive >= 20);
  const std::string missing = has_all_begun();
  if (!witness.always(Always::settles, missing.empty(), "not everybody could join" + missing)) return false;
  if (!rounds()) return false;
  bring_late_work();
  if (witness.failed() || !bring_survivors() || !put_out_the_cheat() || !revoke_the_stolen()) return false;
  // Half of what waits in quarantine is taken after all.
  bool again = false;
  for (const auto& person : people_) {
    check_late(*this, *person);
    if (!world_.chance(500)) continue;
    for (Device* device : person->alive()) {
      if (device->revoked || !device->readmit_all()) continue;
      person->readmitted = true;
      again = true;
      break;
    }
  }
  return (!again || rounds()) && !witness.failed();
}

}  // namespace sejawat::simulation
