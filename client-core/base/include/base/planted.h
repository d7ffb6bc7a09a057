// Deliberate faults, by which the simulator proves that it would find them (docs/adr/0017). SJ_PLANTED(fault)
// is `false` everywhere but in the copies of our sources that tools/simulator compiles for itself; no program
// that leaves the house has any of this (tests/simulation/shipped_test.sh looks). To be used in .cpp files
// only: a header would be compiled both ways into one program.
#pragma once

#ifdef SEJAWAT_PLANTED
#include <cstdint>

namespace sejawat::base {

enum class Planted : std::uint8_t {
  none,
  carrier_takes_forks_for_known,
  carrier_forgets_digest,
  carrier_skips_an_arrival,
  carrier_forgets_fence,
  carrier_drops_late_work,
  carrier_serves_the_removed,
  carrier_ignores_uses,
  carrier_pushes_nothing,
  carrier_knows_every_base,
  carrier_keeps_the_join,
  carrier_hides_that_it_forgot,
  carrier_knows_every_chunk_mark,
  carrier_store_not_synced,
  client_believes_silence,
  client_shifts_verdicts,
  client_ignores_generation,
  client_keeps_void_acks,
  client_keeps_chunk_acks,
  client_drops_waiting,
  client_never_looks_again,
  client_loses_unsealed,
  client_never_rotates,
  client_forgets_fences,
  client_takes_fenced_for_sent,
  client_hides_refusals,
  client_leaves_rows_stale,
  client_commits_halves,
  client_drops_a_run,
  client_ignores_pushes,
  client_keeps_failed_memory,
  client_stays_unusable,
  client_loses_its_branch,
  client_revokes_at_home_only,
  client_boxes_current_only,
  store_not_synced,
  store_in_the_clear,
  store_forgets_words,
  entry_outlives_its_ops,
  fold_keeps_the_newest_only,
  clock_decides,
  keys_to_the_removed,
  keys_to_revoked_invites,
  card_gets_no_keys,
  name_in_the_clear,
  seniority_by_arrival,
  // Found in schedules with a member who cheats, or with a stolen phone.
  carrier_serves_claimants,
  first_card_counts,
  count_
};

struct PlantedSwitch {
  char marker[32] = "sejawat: planted faults inside";  // by which a program that has them is known
  Planted fault = Planted::none;
};
inline PlantedSwitch planted_switch;

}  // namespace sejawat::base

#define SJ_PLANTED(name) (::sejawat::base::planted_switch.fault == ::sejawat::base::Planted::name)
#else
#define SJ_PLANTED(name) false
#endif
