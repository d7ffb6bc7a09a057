// sejawat-simulate: plays schedules, says what happened, and how to play a failing one again.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <iostream>

#include "jobs.h"

namespace {

using namespace sejawat;
using namespace sejawat::simulation;

constexpr std::size_t kShown = 20;  // failing schedules named in the table

// Ctrl-C ends a run after the schedule that is being played, with the table so far.
constexpr int kInterrupted = 130;
volatile std::sig_atomic_t interrupted = 0;
void interrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);  // a second time ends it at once
}

struct Settings {
  std::uint64_t seed = 1;
  std::uint64_t schedules = 1;
  std::uint64_t from = 0;
  std::string planted = "none";
  unsigned jobs = 1;
  bool compute_all = false;
  std::string shape = "everything";
  bool json = false;
  bool keep_going = false;
  std::uint64_t stop_after = 10;
};

template <class Property, class Array>
boost::json::object counted(const Array& counts) {
  boost::json::object out;
  for (std::size_t i = 0; i < counts.size(); ++i) out[name_of(static_cast<Property>(i))] = counts[i];
  return out;
}

void print_json(const RunReport& run, const ScheduleOptions& played) {
  boost::json::array failures;
  for (const auto& failure : run.failures) {
    failures.push_back(boost::json::object{{"seed", failure.seed},
                                           {"property", name_of(failure.violation->property)},
                                           {"detail", failure.violation->detail},
                                           {"replay", replay_command(failure, played)}});
  }
  boost::json::object reached;
  for (std::size_t i = 0; i < kReachable.size(); ++i) reached[kReachable[i].name] = run.counts.reached[i];
  boost::json::array never;
  for (const char* name : run.never_happened()) never.emplace_back(name);
  const boost::json::object report{{"seed", run.first_seed},
                                   {"schedules", run.schedules},
                                   {"reached", run.reached},
                                   {"operations", run.counts.operations},
                                   {"syncs", run.counts.syncs},
                                   {"faults", counted<Fault>(run.counts.faults)},
                                   {"sometimes", counted<Sometimes>(run.counts.sometimes)},
                                   {"reachable", reached},
                                   {"always", counted<Always>(run.counts.always)},
                                   {"never_happened", never},
                                   {"failures", failures},
                                   {"trace", run.trace.hex()},
                                   {"seconds", run.seconds},
                                   {"ok", run.ok()}};
  std::cout << boost::json::serialize(report) << std::endl;
}

void print_text(const RunReport& run, const ScheduleOptions& played) {
  print_table(run, std::cout);
  for (const char* name : run.never_happened()) std::cout << "NEVER HAPPENED: " << name << '\n';
  for (std::size_t i = 0; i < run.failures.size() && i < kShown; ++i) {
    const auto& failure = run.failures[i];
    std::cout << "VIOLATED: " << name_of(failure.violation->property) << ": " << failure.violation->detail
              << "\n  replay: " << replay_command(failure, played) << '\n';
  }
  if (run.failed > kShown) std::cout << "and " << run.failed - kShown << " more\n";
  std::cout << (run.ok() ? "every property held" : "FAILED") << std::endl;
}

std::optional<Planted> planted_of(const std::string& name) {
  if (name == name_of(Planted::none)) return Planted::none;
  for (const Planted planted : all_planted()) {
    if (name == name_of(planted)) return planted;
  }
  return std::nullopt;
}

int run(const Settings& settings) {
  RunOptions options;
  options.seed = settings.seed;
  options.schedules = settings.schedules;
  options.from = settings.from;
  options.stop = [] { return interrupted != 0; };
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  options.stop_after_failures = settings.keep_going ? settings.schedules : settings.stop_after;
  const auto planted = planted_of(settings.planted);
  if (!planted) {
    std::cerr << "sejawat-simulate: no planted fault of that name\n";
    return 2;
  }
  options.schedule.planted = *planted;
  options.schedule.shape = shape_of(settings.shape).value_or(Shape::everything);  // CLI11 checked it
  options.schedule.look_up_crypto = !settings.compute_all;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  options.progress = [&](const ScheduleResult& result, std::uint64_t done) {
    if (result.violation) {
      std::cerr << (terminal ? "\r" : "") << "seed " << result.seed << ": "
                << name_of(result.violation->property) << ": " << result.violation->detail << '\n';
    }
    if (terminal || done % 100 == 0) {
      std::cerr << (terminal ? "\r" : "") << done << " of " << settings.schedules << (terminal ? "   " : "\n")
                << std::flush;
    }
  };
  bool died = false;
  const RunReport report =
      settings.jobs == 1 ? run_schedules(options) : run_in_processes(options, settings.jobs, died);
  if (terminal) std::cerr << '\n';
  if (settings.json) {
    print_json(report, options.schedule);
  } else {
    print_text(report, options.schedule);
  }
  if (report.reached < settings.schedules) {
    std::cerr << "reached schedule " << report.reached << " of " << settings.schedules
              << "; to go on: tools/simulate --seed " << settings.seed << " --schedules "
              << settings.schedules << " --from " << report.reached << how_played(options.schedule) << '\n';
    if (interrupted != 0) return kInterrupted;
  }
  return report.ok() && !died ? 0 : 1;
}

int parse_and_run(int argc, char** argv) {
  Settings settings;
  CLI::App app(
      "sejawat-simulate: real clients and a real carrier on virtual time, network and disks, from one seed.\n"
      "SEJAWAT_SIMULATE_LOG=1 prints every event.");
  app.add_option("--seed", settings.seed, "of the first schedule (default 1)");
  app.add_option("--schedules", settings.schedules, "how many (default 1)")->check(CLI::PositiveNumber);
  app.add_option("--from", settings.from,
                 "leaves out the first so many schedules: a run that was stopped goes on");
  std::string planted_names;
  for (const Planted planted : all_planted()) {
    planted_names += (planted_names.empty() ? "" : ", ") + std::string(name_of(planted));
  }
  app.add_option("--planted", settings.planted, "a deliberate fault that must be found: " + planted_names);
  app.add_option("--jobs", settings.jobs, "processes that play at once (default 1); the report is the same")
      ->check(CLI::Range(1, 256));
  app.add_option(
         "--shape", settings.shape,
         "everything (default); cheats, with a member whose program is not ours; thefts, with "
         "somebody who had an unlocked phone in hand; copies, of servers that run twice; text, without "
         "photos, or first, short ones: older seeds belong to those")
      ->check(CLI::IsMember({"everything", "cheats", "thefts", "copies", "text", "first"}));
  app.add_flag("--compute-all", settings.compute_all,
               "signatures and agreements are computed each time, not looked up; the trace is the same");
  app.add_option("--stop-after", settings.stop_after, "so many failing schedules (default 10)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--keep-going", settings.keep_going, "do not stop after failing schedules");
  app.add_flag("--json", settings.json, "the report as one JSON value");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return run(settings);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sejawat-simulate: %s\n", error.what());
    return 1;
  }
}
