// Replays a corpus through a fuzz target without libFuzzer: an input that once crashed stays an ordinary
// test.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

void run(const Input& input) {
  // A copy of exactly this size, so that the sanitizers see a read one byte past the end.
  const Input exact(input);  // NOLINT(performance-unnecessary-copy-initialization)
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

// An input and its cheapest relatives: every truncation, and every bit flipped, up to a budget.
std::size_t run_with_relatives(const Input& input) {
  constexpr std::size_t kBudget = 4096;
  std::size_t runs = 1;
  run(input);
  for (std::size_t size = 0; size < input.size() && runs < kBudget / 2; ++size, ++runs) {
    run(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  for (std::size_t bit = 0; bit < input.size() * 8 && runs < kBudget; ++bit, ++runs) {
    Input flipped = input;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    run(flipped);
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t runs = 1;
  run({});
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      std::ifstream file(path, std::ios::binary);
      const Input input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      runs += run_with_relatives(input);
      ++files;
    }
  }
  // One test for the empty input and one for each file, all of them passed if we are still here.
  std::printf("%zu inputs from %zu files\n%zu passed, 0 failed\n", runs, files, files + 1);
  return 0;
}
