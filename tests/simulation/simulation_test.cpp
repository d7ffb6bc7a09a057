#include <gtest/gtest.h>

#include "run.h"

namespace sejawat::simulation {
namespace {

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
