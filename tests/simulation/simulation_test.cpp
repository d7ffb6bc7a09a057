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

RunReport report_of(std::uint64_t schedules, const Counts& each) {
  RunOptions options;
  options.schedules = schedules;
  RunTotals totals(options);
  while (totals.wants_more()) {
    ScheduleResult result;
    result.counts = each;
    totals.take(std::move(result));
  }
  return totals.report();
}

TEST(Simulation, ALongRunInWhichAPropertyNeverShowedFailsAndNamesIt) {
  Counts all;
  all.faults.fill(1);
  all.sometimes.fill(1);
  all.always.fill(1);
  all.reached.fill(1);
  EXPECT_TRUE(report_of(kLongRun, all).ok());
  const auto lacks = [&](auto& counts, std::size_t at, const std::string& name) {
    counts.at(at) = 0;
    EXPECT_TRUE(report_of(kLongRun - 1, all).ok()) << name;
    const RunReport run = report_of(kLongRun, all);
    EXPECT_FALSE(run.ok()) << name;
    const auto never = run.never_happened();
    ASSERT_EQ(never.size(), 1U) << name;
    EXPECT_EQ(never.front(), name);
    counts.at(at) = 1;
  };
  lacks(all.faults, static_cast<std::size_t>(Fault::write_torn), "write torn");
  lacks(all.sometimes, static_cast<std::size_t>(Sometimes::key_is_rotated), "key is rotated");
  lacks(all.always, static_cast<std::size_t>(Always::nothing_is_lost), "nothing is lost");
  for (std::size_t i = 0; i < kReachable.size(); ++i) lacks(all.reached, i, kReachable[i].name);
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
