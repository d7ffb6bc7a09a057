// Plays schedules from a seed on and prints, a line each, its seed and its trace: SEED COUNT.
#include <cstdlib>
#include <iostream>

#include "run.h"

int main(int argc, char** argv) {
  using namespace sejawat::simulation;
  if (argc != 3) {
    std::cerr << "usage: simulation_traces SEED COUNT\n";
    return 2;
  }
  RunOptions options;
  options.seed = std::strtoull(argv[1], nullptr, 10);
  options.schedules = std::strtoull(argv[2], nullptr, 10);
  options.progress = [](const ScheduleResult& result, std::uint64_t) {
    std::cout << result.seed << ' ' << sejawat::base::to_hex(result.trace.view()) << std::endl;
  };
  return run_schedules(options).failed == 0 ? 0 : 1;
}
