// A simulator that finds nothing has to prove that it could: each deliberate fault is found, and soon.
#include <gtest/gtest.h>

#include <iostream>

#include "run.h"

namespace sejawat::simulation {
namespace {

class PlantedFault : public testing::TestWithParam<int> {
 protected:
  Planted planted() const { return static_cast<Planted>(GetParam()); }
};

TEST_P(PlantedFault, IsFoundWithinTwoHundredSchedules) {
  RunOptions options;
  options.seed = 4711;
  options.schedules = 200;
  options.planted = planted();
  options.stop_after_failures = 1;
  const RunReport run = run_schedules(options);
  ASSERT_EQ(run.failed, 1U) << name_of(planted()) << " went through " << run.schedules << " schedules";
  const auto& violation = *run.failures.front().violation;
  std::cout << name_of(planted()) << ": found by schedule " << run.schedules << " ("
            << name_of(violation.property) << ": " << violation.detail << ")\n";
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault,
                         testing::Range(static_cast<int>(Planted::none) + 1,
                                        static_cast<int>(Planted::count_)));

}  // namespace
}  // namespace sejawat::simulation
