// Large elements are put in order by their places.
#include "base/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "support/fakes.h"

namespace sejawat::base {
namespace {

using Line = std::pair<int, std::string>;
bool smaller(const Line& a, const Line& b) { return a.first < b.first; }

TEST(OrderTest, IsThatOfTheStandardLibraryWhateverIsAlike) {
  support::SeededRandom random(7);
  for (std::size_t count = 0; count < 200; ++count) {
    std::vector<Line> all;
    for (std::size_t i = 0; i < count; ++i)
      all.emplace_back(static_cast<int>(random.below(1 + count / 3)), std::to_string(i));
    auto expected = all;
    std::stable_sort(expected.begin(), expected.end(), smaller);
    sort_stably(all, smaller);
    EXPECT_EQ(all, expected) << count;
  }
}

TEST(OrderTest, ElementsNeedNotBeCopied) {
  std::vector<std::unique_ptr<int>> all;
  for (const int number : {3, 1, 2}) all.push_back(std::make_unique<int>(number));
  sort_stably(all, [](const auto& a, const auto& b) { return *a < *b; });
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(*all[0] + 10 * *all[1] + 100 * *all[2], 321);
}

}  // namespace
}  // namespace sejawat::base
