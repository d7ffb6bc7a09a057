// Many schedules, added up, and how that is told.
#pragma once

#include <functional>
#include <iosfwd>
#include <vector>

#include "schedule.h"

namespace sejawat::simulation {

struct RunReport {
  std::uint64_t first_seed = 0;
  std::uint64_t reached = 0;  // schedules from the first seed on: where a further run goes on
  std::uint64_t schedules = 0;
  Counts counts;
  std::vector<ScheduleResult> failures;  // the first few
  std::uint64_t failed = 0;
  base::Hash32 trace;  // over the traces of all
  double seconds = 0;
  // Properties that should have happened in so many schedules and did not. Asked of long runs only.
  std::vector<const char*> never_happened() const;
  bool ok() const { return failed == 0 && never_happened().empty(); }
};

inline constexpr std::uint64_t kLongRun = 200;  // schedules from which on `sometimes` must have happened

struct RunOptions {
  std::uint64_t seed = 1;
  std::uint64_t schedules = 1;
  Planted planted = Planted::none;
  std::uint64_t from = 0;  // schedules of the run that are left out, because they were played before
  std::uint64_t stop_after_failures = 10;
  std::function<bool()> stop;  // asked between two schedules; may be empty
  std::function<void(const ScheduleResult&, std::uint64_t done)> progress;  // may be empty
};
RunReport run_schedules(const RunOptions& options);

void print_table(const RunReport& run, std::ostream& out);
// The command that plays this schedule again.
std::string replay_command(const ScheduleResult& result, Planted planted);

}  // namespace sejawat::simulation
