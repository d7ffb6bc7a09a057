// Many schedules, added up, and how that is told.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <vector>

#include "schedule.h"

namespace sejawat::simulation {

struct RunReport {
  std::uint64_t first_seed = 0;
  Shape shape = Shape::everything;
  std::uint64_t reached = 0;  // schedules from the first seed on: where a further run goes on
  std::uint64_t schedules = 0;
  Counts counts;
  std::vector<ScheduleResult> failures;  // the first few
  std::uint64_t failed = 0;
  base::Hash32 trace;  // over the traces of all
  double seconds = 0;
  // Properties that should have happened in so many schedules and did not. Asked of long runs only.
  std::vector<const char*> never_happened() const;
  bool ok() const { return failed == 0 && never_happened().empty(); }
};

// Schedules from which on `sometimes` must have happened and `always` been looked at.
inline constexpr std::uint64_t kLongRun = 200;

struct RunOptions {
  std::uint64_t seed = 1;
  std::uint64_t schedules = 1;
  ScheduleOptions schedule;
  std::uint64_t from = 0;  // schedules of the run that are left out, because they were played before
  std::uint64_t stop_after_failures = 10;
  std::function<bool()> stop;  // asked between two schedules; may be empty
  std::function<void(const ScheduleResult&, std::uint64_t done)> progress;  // may be empty
};
RunReport run_schedules(const RunOptions& options);

// The report of a run as its schedules come in, in their order; whoever played them.
class RunTotals {
 public:
  explicit RunTotals(const RunOptions& options);  // borrowed
  ~RunTotals();
  bool wants_more() const;
  std::uint64_t next() const { return run_.reached; }  // the number of the schedule that comes next
  void take(ScheduleResult result);
  RunReport report();  // once, at the end

 private:
  struct Trace;
  const RunOptions& options_;
  RunReport run_;
  std::unique_ptr<Trace> trace_;
  std::chrono::steady_clock::time_point begin_;
};

// Where schedules are played in this process: a folder of its own, and the seed is said if the process
// aborts.
class Playground {
 public:
  Playground();
  ~Playground();
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;
  ScheduleResult play(std::uint64_t seed, const ScheduleOptions& options);

 private:
  std::string folder_;
};

void print_table(const RunReport& run, std::ostream& out);
// The flags without which schedules are others: the fault that is planted, the shape.
std::string how_played(const ScheduleOptions& played);
// The command that plays this schedule again.
std::string replay_command(const ScheduleResult& result, const ScheduleOptions& played);

}  // namespace sejawat::simulation
