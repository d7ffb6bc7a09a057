// Schedules by the hundred; each program of this source plays its own, so that all cores have something to
// do.
#include "long_run.h"

namespace sejawat::simulation {
namespace {

TEST(Simulation, FiveHundredSchedulesKeepEveryProperty) { expect_all_to_hold(SEJAWAT_SIMULATION_SEED, 500); }

}  // namespace
}  // namespace sejawat::simulation
