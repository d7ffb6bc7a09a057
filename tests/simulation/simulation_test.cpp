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

// known_crypto.h leaves nothing out: what libsodium computes each time is the same to the last byte on the
// wire.
TEST(Simulation, LookingUpWhatLibsodiumComputedBeforeChangesNoTrace) {
  RunOptions options;
  options.seed = 20261126;
  options.schedules = 12;
  const RunReport looked_up = run_schedules(options);
  options.schedule.look_up_crypto = false;
  const RunReport computed = run_schedules(options);
  EXPECT_EQ(looked_up.trace.hex(), computed.trace.hex());
  EXPECT_EQ(looked_up.counts.events, computed.counts.events);
}

}  // namespace
}  // namespace sejawat::simulation
