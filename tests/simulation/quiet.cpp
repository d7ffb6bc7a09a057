// The quiet phase of a schedule: whatever happened before, it must end well.
#include "school.h"

namespace sejawat::simulation {
namespace {

constexpr int kRounds = 16;

std::string waiting_of(Device& device) {
  std::string out;
  auto status =
      device.has_person() ? device.status() : base::Result<api::Status>(base::error(base::Code::not_found));
  if (!status.ok()) return out;
  for (const auto& space : status->spaces) {
    if (space.unsealed_ops + space.waiting_segments == 0) continue;
    out += " (space of kind " + std::to_string(static_cast<int>(space.kind)) + ": " +
           std::to_string(space.unsealed_ops) + " unsealed, " + std::to_string(space.waiting_segments) +
           " waiting)";
  }
  return out;
}

}  // namespace

bool School::sync_now(Device& device) {
  // A sync of the bad days may still be on its way.
  for (int tries = 0; device.syncing() && tries < 2; ++tries) world_.run_until(world_.now() + kMinute);
  device.start_sync();
  const auto latest = world_.now() + kHour;
  while (device.syncing() && world_.now() < latest && world_.run_one()) {
  }
  return !device.syncing() && device.last_sync().code == base::Code::ok;
}

bool School::has_all_begun() {
  for (int i = 0; i < kRounds; ++i) {
    bool all = true;
    for (const auto& person : people_) {
      for (Device* device : person->alive()) {
        if (person->card && !device->has_all_keys()) device->recover();
      }
      const bool done = begin(*person);
      all = all && done;
      // The invite is on the carrier before the link is used.
      for (Person* who : {people_.front().get(), person.get()}) {
        for (Device* device : who->alive()) {
          if (device->has_person()) sync_now(*device);
        }
      }
    }
    if (all) return true;
  }
  return false;
}

bool School::rounds() {
  Witness& witness = world_.witness;
  std::string last;
  for (int round = 0; round < kRounds && !witness.failed(); ++round) {
    last.clear();
    for (const auto& person : people_) {
      for (Device* device : person->alive()) {
        const bool ok = sync_now(*device);
        const SyncResult& sync = device->last_sync();
        if (ok && sync.same && sync.pending == 0) continue;
        last += waiting_of(*device) + " device " + std::to_string(device->number()) + ": " +
                base::code_name(sync.code) + ", sent " + std::to_string(sync.sent) + ", received " +
                std::to_string(sync.received) + ", exchanges " + std::to_string(sync.exchanges) +
                ", pending " + std::to_string(sync.pending) + ";";
      }
    }
    if (last.empty()) return witness.always(Always::digests_agree, true);
  }
  return witness.always(Always::settles, false, "after many rounds still:" + last);
}

bool School::quiet_phase() {
  Witness& witness = world_.witness;
  witness.event("quiet");
  luck_ = {};
  quiet_ = true;
  network_.set_weather({});
  server_.clock().wrong_by = 0;
  for (int i = 0; i < 2; ++i) {
    // Twice: what was armed may strike on the way up.
    server_.heal();
    for (const auto& person : people_) {
      for (Device* device : person->alive()) device->heal();
    }
    world_.run_until(world_.now() + 2 * kHour);
  }
  if (witness.failed()) return false;
  if (!witness.always(Always::settles, has_all_begun(), "somebody could not join")) return false;
  return rounds() && !witness.failed();
}

}  // namespace sejawat::simulation
