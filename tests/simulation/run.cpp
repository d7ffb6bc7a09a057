#include "run.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "base/check.h"
#include "crypto/hash.h"

namespace sejawat::simulation {
namespace {

// An SJ_CHECK ends the process; the seed must be known even then. Written to by the run, read by the handler.
char running[64] = "";

void say_seed(int /*signal*/) {
  const char text[] = "\nstopped in the middle of a schedule; replay: tools/simulate --seed ";
  static_cast<void>(!::write(2, text, sizeof(text) - 1));
  static_cast<void>(!::write(2, running, std::char_traits<char>::length(running)));
  static_cast<void>(!::write(2, "\n", 1));
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

void print_row(const char* name, std::uint64_t count, std::ostream& out) {
  out << "  " << std::left << std::setw(40) << name << std::right << std::setw(12) << count << '\n';
}

template <class Property, class Array>
void print_rows(const char* title, const Array& counts, std::ostream& out) {
  out << title << '\n';
  for (std::size_t i = 0; i < counts.size(); ++i)
    print_row(name_of(static_cast<Property>(i)), counts[i], out);
}

}  // namespace

std::vector<const char*> RunReport::never_happened() const {
  std::vector<const char*> never;
  if (schedules < kLongRun) return never;
  for (std::size_t i = 0; i < counts.faults.size(); ++i) {
    if (shape != Shape::copies && static_cast<Fault>(i) == Fault::server_copied) continue;
    if (counts.faults[i] == 0) never.push_back(name_of(static_cast<Fault>(i)));
  }
  for (std::size_t i = 0; i < counts.sometimes.size(); ++i) {
    const auto property = static_cast<Sometimes>(i);
    if (shape != Shape::cheats && is_of_cheats(property)) continue;
    if (shape != Shape::thefts && is_of_thefts(property)) continue;
    if ((shape == Shape::text || shape == Shape::first) && is_newer(property)) continue;
    if (counts.sometimes[i] == 0) never.push_back(name_of(property));
  }
  for (std::size_t i = 0; i < kReachable.size(); ++i) {
    // Where servers go back, nobody passes on a link.
    if (shape == Shape::copies && is_of_links(kReachable[i])) continue;
    if (shape == Shape::text || shape == Shape::first) continue;
    if (counts.reached[i] == 0) never.push_back(kReachable[i].name);
  }
  // What was never looked at holds of nothing.
  for (std::size_t i = 0; i < counts.always.size(); ++i) {
    const auto property = static_cast<Always>(i);
    const bool by_enemies = shape == Shape::cheats || shape == Shape::thefts;
    if (!by_enemies && is_of_enemies(property)) continue;
    if ((shape == Shape::text || shape == Shape::first) && is_newer(property)) continue;
    if (counts.always[i] == 0) never.push_back(name_of(property));
  }
  return never;
}

Playground::Playground() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sejawat-simulation-XXXXXX").string();
  SJ_CHECK(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  std::signal(SIGABRT, say_seed);
}
Playground::~Playground() {
  std::signal(SIGABRT, SIG_DFL);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}
ScheduleResult Playground::play(std::uint64_t seed, const ScheduleOptions& options) {
  std::snprintf(running, sizeof(running), "%llu", static_cast<unsigned long long>(seed));
  return run_schedule(seed, folder_, options);
}

struct RunTotals::Trace {
  crypto::Hasher hasher{"sjw.sim.run", base::Hash32::kSize};
};

RunTotals::RunTotals(const RunOptions& options)
    : options_(options), trace_(std::make_unique<Trace>()), begin_(std::chrono::steady_clock::now()) {
  run_.first_seed = options.seed;
  run_.shape = options.schedule.shape;
  run_.reached = options.from;
}
RunTotals::~RunTotals() = default;

bool RunTotals::wants_more() const {
  return run_.reached < options_.schedules && run_.failed < options_.stop_after_failures;
}

void RunTotals::take(ScheduleResult result) {
  trace_->hasher.raw(result.trace.view());
  ++run_.schedules;
  ++run_.reached;
  run_.counts.add(result.counts);
  if (options_.progress) options_.progress(result, run_.reached);
  if (!result.violation) return;
  ++run_.failed;
  run_.failures.push_back(std::move(result));
}

RunReport RunTotals::report() {
  run_.trace = trace_->hasher.id<base::Hash32>();
  run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  return std::move(run_);
}

RunReport run_schedules(const RunOptions& options) {
  Playground playground;
  RunTotals totals(options);
  while (totals.wants_more() && !(options.stop && options.stop())) {
    totals.take(playground.play(nth_seed(options.seed, totals.next()), options.schedule));
  }
  return totals.report();
}

std::string how_played(const ScheduleOptions& played) {
  std::string flags;
  if (played.planted != Planted::none) {
    flags += " --planted \"" + std::string(name_of(played.planted)) + "\"";
  }
  if (played.shape != Shape::everything) flags += std::string(" --shape ") + name_of(played.shape);
  return flags;
}

std::string replay_command(const ScheduleResult& result, const ScheduleOptions& played) {
  return "tools/simulate --seed " + std::to_string(result.seed) + how_played(played);
}

void print_table(const RunReport& run, std::ostream& out) {
  print_rows<Fault>("faults injected", run.counts.faults, out);
  print_rows<Sometimes>("sometimes (each must happen in a long run)", run.counts.sometimes, out);
  out << "reachable (each must be reached in a long run)\n";
  for (std::size_t i = 0; i < kReachable.size(); ++i) {
    print_row(kReachable[i].name, run.counts.reached[i], out);
  }
  print_rows<Always>("always (times looked at)", run.counts.always, out);
  out << run.schedules << " schedules, " << run.counts.operations << " operations, " << run.counts.syncs
      << " syncs, " << run.counts.faults_in_all() << " faults, " << run.counts.events << " events, "
      << std::fixed << std::setprecision(1) << run.seconds << " s\n"
      << "trace " << run.trace.hex() << '\n';
}

}  // namespace sejawat::simulation
