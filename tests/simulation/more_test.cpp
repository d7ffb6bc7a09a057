// More schedules (simulation_test.cpp has the first).
#include "long_run.h"

namespace sejawat::simulation {
namespace {

TEST(SimulationMore, MoreSchedulesKeepEveryProperty) { expect_all_to_hold(20261126, 200); }

}  // namespace
}  // namespace sejawat::simulation
