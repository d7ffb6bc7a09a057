// sejawat-bench: what a sync costs in bytes, round trips, time and memory, beside what the bare libraries
// cost.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "crypto/hash.h"
#include "workloads.h"

namespace {

using namespace sejawat;

struct Workload {
  const char* name;
  const char* what;
  boost::json::object (*run)(const bench::Options&);
};

constexpr Workload kWorkloads[] = {
    {"no-op", "a sync when nothing changed", bench::no_op},
    {"one-entry", "pushing one entry, in known and in unknown words", bench::one_entry},
    {"twenty-entries", "pushing 20 entries at once", bench::twenty_entries},
    {"first-upload", "1,000 entries to an empty carrier, beside zstd -19 of all their JSON",
     bench::first_upload},
    {"first-download", "10,000 entries onto a fresh device, beside a bare full-text index",
     bench::first_download},
    {"batch-ingest", "many clients into one server, beside a bare SQLite loop and bare Ed25519",
     bench::batch_ingest},
    {"idle-connections", "what connections cost that say nothing", bench::idle_connections},
    {"strangers", "memory of connections before anybody is known", bench::strangers},
    {"bad-clients", "a good client's sync beside each kind of attacker", bench::bad_clients},
    {"five-years", "opening, listing and searching 10,000 entries and 50,000 records of a school",
     bench::five_years},
    {"packs", "10,000 entries that left one a day, beside the same ops in packs and the chain they need",
     bench::packs},
    {"removals", "1,000 devices that one teacher adds to a school and removes again, one by one",
     bench::removals},
    {"epochs", "8,000 keys of a space opened side by side, one by one and all at a start", bench::epochs},
    {"records", "memory of a space's records, at the cap and at a quarter of it", bench::records},
};

std::string own_folder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

}  // namespace

int main(int argc, char** argv) {
  crypto::initialise();
  bench::Options options;
  options.programs = own_folder();
  options.prose = own_folder() + "/../../../tools/prose";  // build/PRESET/bin of a checkout
  options.folder = std::filesystem::temp_directory_path().string();
  std::string name;
  std::string help = "Measures and prints one JSON object a workload.\n\nWorkloads:\n";
  for (const auto& workload : kWorkloads) {
    help += "  " + std::string(workload.name) + std::string(18 - std::string(workload.name).size(), ' ') +
            workload.what + "\n";
  }
  help +=
      "  all               each of them\n\n"
      "Bytes count both ways above TCP. The machine's load moves times, so read them as ratios to the floors "
      "of the\n"
      "same run. tools/bench/run NAME builds what is needed first.";
  CLI::App app(help);
  app.add_option("workload", name, "one of the above")->required();
  app.add_option("--seed", options.seed, "prose of this seed: the same bytes again (default 1)");
  app.add_option("--entries", options.entries, "how many entries, where a workload has many");
  app.add_option("--clients", options.clients, "how many clients or connections");
  app.add_option("--shape", options.shape, "only this part of first-download, batch-ingest or removals");
  app.add_option("--rounds", options.rounds, "how often to measure");
  app.add_option("--folder", options.folder, "where stores go: on the disk that is to be measured");
  app.add_option("--programs", options.programs, "folder of sejawat and sejawat-server");
  app.add_option("--prose", options.prose, "folder of the prose generator, tools/prose");
  CLI11_PARSE(app, argc, argv);
  bool found = false;
  for (const auto& workload : kWorkloads) {
    if (name != workload.name && name != "all") continue;
    found = true;
    boost::json::object result{{"workload", workload.name}, {"seed", options.seed}};
    for (auto& member : workload.run(options)) result.insert(member);
    std::cout << boost::json::serialize(result) << std::endl;
  }
  if (!found) {
    std::cerr << "sejawat-bench: no workload \"" << name << "\"; --help lists them\n";
    return 2;
  }
  return 0;
}
