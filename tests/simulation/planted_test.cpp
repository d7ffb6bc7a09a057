// A simulator that finds nothing has to prove that it could: each deliberate fault is found, and soon.
#include <gtest/gtest.h>

#include <iostream>

#include "run.h"

namespace sejawat::simulation {
namespace {

// Not shown to be found within 200 schedules: people join at one server, so that their joins arrive in one
// order everywhere. Every order is played in test_space (removal_orders_test.cpp).
bool is_shown(Planted planted) { return std::string(name_of(planted)) != "seniority by arrival"; }

std::vector<Planted> shown() {
  std::vector<Planted> all;
  for (const Planted planted : all_planted()) {
    if (is_shown(planted)) all.push_back(planted);
  }
  return all;
}

// What only a member who cheats makes use of, or who has a phone of somebody's in hand.
Shape shape_for(Planted planted) {
  const std::string name = name_of(planted);
  if (name == "carrier serves claimants") return Shape::cheats;
  return name == "first card counts" ? Shape::thefts : Shape::everything;
}

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsFoundWithinTwoHundredSchedules) {
  RunOptions options;
  options.seed = 4711;
  options.schedules = 200;
  options.schedule.planted = GetParam();
  options.schedule.shape = shape_for(GetParam());
  options.stop_after_failures = 1;
  const RunReport run = run_schedules(options);
  ASSERT_EQ(run.failed, 1U) << name_of(GetParam()) << " went through " << run.schedules << " schedules";
  const auto& violation = *run.failures.front().violation;
  // It is the fault that was found: the same schedule holds without it.
  RunOptions without;
  without.seed = run.failures.front().seed;
  without.schedule.shape = options.schedule.shape;
  EXPECT_EQ(run_schedules(without).failed, 0U) << "seed " << without.seed << " fails without it as well";
  std::cout << name_of(GetParam()) << ": found by schedule " << run.schedules << " ("
            << name_of(violation.property) << ": " << violation.detail << ")\n";
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, testing::ValuesIn(shown()),
                         [](const testing::TestParamInfo<Planted>& info) {
                           std::string name = name_of(info.param);
                           for (auto& letter : name) letter = letter == ' ' ? '_' : letter;
                           return name;
                         });

TEST(PlantedFaults, AreAtLeastFifty) { EXPECT_GE(shown().size(), 50U); }

}  // namespace
}  // namespace sejawat::simulation
