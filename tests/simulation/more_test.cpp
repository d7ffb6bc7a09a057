// The second thousand schedules (simulation_test.cpp has the first).
#include "thousand.h"

namespace sejawat::simulation {
namespace {

TEST(SimulationMore, AnotherThousandSchedulesKeepEveryProperty) { expect_all_to_hold(20261125, 1000); }

}  // namespace
}  // namespace sejawat::simulation
