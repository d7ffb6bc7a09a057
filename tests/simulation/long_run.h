// A long run as a test.
#pragma once

#include <gtest/gtest.h>

#include <iostream>

#include "run.h"

namespace sejawat::simulation {

inline void expect_all_to_hold(std::uint64_t seed, std::uint64_t schedules, Shape shape = Shape::everything) {
  RunOptions options;
  options.schedule.shape = shape;
  options.seed = seed;
  options.schedules = schedules;
  const RunReport run = run_schedules(options);
  print_table(run, std::cout);
  for (const auto& failure : run.failures) {
    ADD_FAILURE() << name_of(failure.violation->property) << ": " << failure.violation->detail
                  << "\n  replay: " << replay_command(failure, options.schedule);
  }
  for (const char* never : run.never_happened()) ADD_FAILURE() << "never happened: " << never;
  EXPECT_GE(run.counts.operations, 200 * run.schedules);
  EXPECT_GE(run.counts.faults_in_all(), 5 * run.schedules);
}

}  // namespace sejawat::simulation
