#include <gtest/gtest.h>

#include <iostream>

#include "run.h"

namespace sejawat::simulation {
namespace {

void expect_no_violation(const RunReport& run) {
  for (const auto& failure : run.failures) {
    ADD_FAILURE() << name_of(failure.violation->property) << ": " << failure.violation->detail
                  << "\n  replay: " << replay_command(failure, Planted::none);
  }
}

TEST(Simulation, HundredsOfSchedulesKeepEveryProperty) {
  RunOptions options;
  options.seed = 20261124;
  options.schedules = 500;
  const RunReport run = run_schedules(options);
  print_table(run, std::cout);
  expect_no_violation(run);
  for (const char* never : run.never_happened()) ADD_FAILURE() << "never happened: " << never;
  EXPECT_GE(run.counts.operations, 40 * run.schedules);
  EXPECT_GE(run.counts.faults_in_all(), 5 * run.schedules);
}

TEST(Simulation, TheSameSeedPlaysTheSameSchedule) {
  RunOptions options;
  options.seed = 7;
  options.schedules = 12;
  const RunReport first = run_schedules(options);
  const RunReport second = run_schedules(options);
  EXPECT_EQ(first.trace.hex(), second.trace.hex());
  EXPECT_EQ(first.counts.events, second.counts.events);
  options.seed = 8;
  EXPECT_NE(run_schedules(options).trace.hex(), first.trace.hex());
}

}  // namespace
}  // namespace sejawat::simulation
