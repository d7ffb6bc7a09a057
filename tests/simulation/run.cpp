#include "run.h"

#include <unistd.h>

#include <chrono>
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

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sejawat-simulation-XXXXXX").string();
    SJ_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

template <class Property, class Array>
void print_rows(const char* title, const Array& counts, std::ostream& out) {
  out << title << '\n';
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out << "  " << std::left << std::setw(40) << name_of(static_cast<Property>(i)) << std::right
        << std::setw(12) << counts[i] << '\n';
  }
}

}  // namespace

std::vector<const char*> RunReport::never_happened() const {
  std::vector<const char*> never;
  if (schedules < kLongRun) return never;
  for (std::size_t i = 0; i < counts.faults.size(); ++i) {
    if (counts.faults[i] == 0) never.push_back(name_of(static_cast<Fault>(i)));
  }
  for (std::size_t i = 0; i < counts.sometimes.size(); ++i) {
    if (counts.sometimes[i] == 0) never.push_back(name_of(static_cast<Sometimes>(i)));
  }
  return never;
}

RunReport run_schedules(const RunOptions& options) {
  const TemporaryFolder folder;
  std::signal(SIGABRT, say_seed);
  const auto begin = std::chrono::steady_clock::now();
  RunReport run;
  run.first_seed = options.seed;
  crypto::Hasher hasher("sjw.sim.run", base::Hash32::kSize);
  run.reached = options.from;
  for (std::uint64_t i = options.from; i < options.schedules && run.failed < options.stop_after_failures;
       ++i) {
    if (options.stop && options.stop()) break;
    const std::uint64_t seed = nth_seed(options.seed, i);
    std::snprintf(running, sizeof(running), "%llu", static_cast<unsigned long long>(seed));
    ScheduleResult result = run_schedule(seed, folder.path(), options.planted);
    hasher.raw(result.trace.view());
    ++run.schedules;
    run.reached = i + 1;
    run.counts.add(result.counts);
    if (options.progress) options.progress(result, run.reached);
    if (result.violation) {
      ++run.failed;
      run.failures.push_back(std::move(result));
    }
  }
  run.trace = hasher.id<base::Hash32>();
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::signal(SIGABRT, SIG_DFL);
  return run;
}

std::string replay_command(const ScheduleResult& result, Planted planted) {
  std::string command = "tools/simulate --seed " + std::to_string(result.seed);
  if (planted != Planted::none) command += " --planted \"" + std::string(name_of(planted)) + "\"";
  return command;
}

void print_table(const RunReport& run, std::ostream& out) {
  print_rows<Fault>("faults injected", run.counts.faults, out);
  print_rows<Sometimes>("sometimes (each must happen in a long run)", run.counts.sometimes, out);
  print_rows<Always>("always (times looked at)", run.counts.always, out);
  out << run.schedules << " schedules, " << run.counts.operations << " operations, " << run.counts.syncs
      << " syncs, " << run.counts.faults_in_all() << " faults, " << run.counts.events << " events, "
      << std::fixed << std::setprecision(1) << run.seconds << " s\n"
      << "trace " << run.trace.hex() << '\n';
}

}  // namespace sejawat::simulation
