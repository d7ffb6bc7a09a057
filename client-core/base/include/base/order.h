// Stable sorting whose algorithm is compiled once: places are sorted and each element then moves once. A
// std::stable_sort of its own for every kind of large element is some 3 KB each, which a phone downloads.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace sejawat::base {

// The places 0 ... count - 1 in the order in which they should stand; those of which neither is before the
// other stay as they are. `before` gets `context` and two places.
std::vector<std::size_t> stable_order(std::size_t count, const void* context,
                                      bool (*before)(const void* context, std::size_t, std::size_t));

// As std::stable_sort. `before` must be a strict weak order and not throw.
template <class T, class Before>
void sort_stably(std::vector<T>& all, const Before& before) {
  if (all.size() < 2) return;
  const auto compare = [&](std::size_t a, std::size_t b) { return before(all[a], all[b]); };
  const auto order =
      stable_order(all.size(), &compare, [](const void* context, std::size_t a, std::size_t b) {
        return (*static_cast<const decltype(compare)*>(context))(a, b);
      });
  std::vector<T> sorted;
  sorted.reserve(all.size());
  for (const std::size_t place : order) sorted.push_back(std::move(all[place]));
  all = std::move(sorted);
}

}  // namespace sejawat::base
