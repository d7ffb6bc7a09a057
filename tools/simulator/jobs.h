// A run by several processes.
#pragma once

#include "run.h"

namespace sejawat::simulation {

// As run_schedules, by `jobs` processes of this one's; the same report whatever their number. Schedules are
// handed out in their order, and a process that is stopped ends the one that it plays, so what was played is
// always the first so many. `died`: a process ended in the middle of a schedule; it has said which on
// standard error.
RunReport run_in_processes(const RunOptions& options, unsigned jobs, bool& died);

}  // namespace sejawat::simulation
