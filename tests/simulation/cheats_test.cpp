// Schedules in which one member's program is not ours.
#include "long_run.h"

namespace sejawat::simulation {
namespace {

TEST(Simulation, AMemberWhoCheatsTakesNothingFromAnybody) {
  expect_all_to_hold(20261127, 300, Shape::cheats);
}

}  // namespace
}  // namespace sejawat::simulation
