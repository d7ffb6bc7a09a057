// A simulator that finds nothing has to prove that it could: each deliberate fault is found, and soon.
#include <gtest/gtest.h>

#include <iostream>

#include "run.h"

namespace sejawat::simulation {
namespace {

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsFoundWithinTwoHundredSchedules) {
  RunOptions options;
  options.seed = 4711;
  options.schedules = 200;
  options.planted = GetParam();
  options.stop_after_failures = 1;
  const RunReport run = run_schedules(options);
  // A fault may also show by what never happens any more.
  if (run.failed == 0 && !run.never_happened().empty()) {
    std::cout << name_of(GetParam()) << ": found after " << run.schedules << " schedules (never happened: "
              << run.never_happened().front() << ")\n";
    return;
  }
  ASSERT_EQ(run.failed, 1U) << name_of(GetParam()) << " went through " << run.schedules << " schedules";
  const auto& violation = *run.failures.front().violation;
  std::cout << name_of(GetParam()) << ": found by schedule " << run.schedules << " ("
            << name_of(violation.property) << ": " << violation.detail << ")\n";
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, testing::ValuesIn(all_planted()),
                         [](const testing::TestParamInfo<Planted>& info) {
                           std::string name = name_of(info.param);
                           for (auto& letter : name) letter = letter == ' ' ? '_' : letter;
                           return name;
                         });

TEST(PlantedFaults, AreAtLeastThirty) { EXPECT_GE(all_planted().size(), 30U); }

}  // namespace
}  // namespace sejawat::simulation
