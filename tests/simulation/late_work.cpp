// What revoked devices wrote beyond their fences.
#include <algorithm>

#include "checks.h"

namespace sejawat::simulation {

bool has_brought_all(const api::Status& status, const base::SpaceId& space) {
  const bool sealed = std::all_of(status.spaces.begin(), status.spaces.end(), [&](const auto& row) {
    return !(row.space == space) || row.unsealed_ops == 0;
  });
  return sealed && std::all_of(status.carriers.begin(), status.carriers.end(),
                               [](const auto& carrier) { return carrier.unsent_segments == 0; });
}

namespace {

// Its owner's carriers have all that it wrote.
bool has_brought_diary(Device& device) {
  const auto personal = device.has_person() ? device.personal_space() : std::nullopt;
  auto status = personal ? device.status() : base::Result<api::Status>(base::error(base::Code::not_found));
  return status.ok() && has_brought_all(*status, *personal);
}

}  // namespace

void check_late(School& school, Person& person) {
  Witness& witness = school.world().witness;
  const auto late = late_dots(person);
  bool brought = true;
  bool any = false;
  for (Device* device : person.alive()) {
    if (!device->revoked) continue;
    any = true;
    brought = brought && has_brought_diary(*device);
    if (!device->has_person()) continue;
    const SyncResult& sync = device->last_sync();
    witness.always(Always::removed_is_not_served, sync.received == 0,
                   where(person, *device) + " was revoked and is served all the same");
    // It hears that it was removed, or what became of each thing that it brought.
    auto status = device->status();
    const bool told =
        status.ok() && (status->quarantined > 0 ||
                        std::any_of(status->carriers.begin(), status->carriers.end(), [](const auto& one) {
                          return one.last_error == base::Code::fenced || !one.refusals.empty();
                        }));
    witness.always(Always::rejects_reach_a_person, told,
                   where(person, *device) + " was revoked and is not told");
  }
  // Without a server that has the diary nothing tells one device of it what another decided.
  if (!any || (person.membership_touched && !is_held(school, person))) return;
  for (Device* device : person.alive()) {
    if (device->revoked || !device->has_person()) continue;
    auto folded = device->folded();
    if (!witness.always(Always::codes_are_expected, folded.ok(),
                        where(person, *device) + " cannot be shown: " + base::code_name(folded.code()))) {
      return;
    }
    for (const auto& [object, entry] : *folded) {
      for (const auto& [dot, text] : entry.changes) {
        witness.always(Always::fenced_is_not_shown, late.count(dot) == 0,
                       where(person, *device) + " shows what a revoked device wrote later");
      }
    }
    auto quarantine = device->core().quarantine();
    if (!witness.always(Always::codes_are_expected, quarantine.ok(), "quarantine")) return;
    std::uint64_t kept = 0;
    for (const auto& row : *quarantine) kept += row.ops;
    witness.sometimes(Sometimes::late_work_waits_in_quarantine, kept > 0 && !late.empty());
    witness.always(Always::late_work_is_kept, !brought || kept >= late.size(),
                   where(person, *device) + " has less in quarantine than a revoked device brought");
  }
}

}  // namespace sejawat::simulation
