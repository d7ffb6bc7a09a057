#include "merge_text.h"

#include <algorithm>
#include <vector>

namespace sejawat::cycle {
namespace {

using Paragraphs = std::vector<std::string_view>;

Paragraphs paragraphs_of(std::string_view text) {
  Paragraphs result;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = text.find('\n', at);
    result.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return result;
    at = end + 1;
  }
}

// For each paragraph of `base` where it stands in `changed`, by a longest common subsequence; kGone if it
// does not.
constexpr std::size_t kGone = SIZE_MAX;
std::vector<std::size_t> places_of(const Paragraphs& base, const Paragraphs& changed) {
  const std::size_t width = changed.size() + 1;
  std::vector<std::uint32_t> longest((base.size() + 1) * width, 0);
  for (std::size_t i = base.size(); i-- > 0;) {
    for (std::size_t k = changed.size(); k-- > 0;) {
      longest[i * width + k] = base[i] == changed[k]
                                   ? longest[(i + 1) * width + k + 1] + 1
                                   : std::max(longest[(i + 1) * width + k], longest[i * width + k + 1]);
    }
  }
  std::vector<std::size_t> places(base.size(), kGone);
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < base.size() && k < changed.size()) {
    if (base[i] == changed[k]) {
      places[i++] = k++;
    } else if (longest[(i + 1) * width + k] >= longest[i * width + k + 1]) {
      ++i;
    } else {
      ++k;
    }
  }
  return places;
}

bool same(const Paragraphs& a, std::size_t a0, std::size_t a1, const Paragraphs& b, std::size_t b0,
          std::size_t b1) {
  return a1 - a0 == b1 - b0 &&
         std::equal(a.begin() + static_cast<std::ptrdiff_t>(a0), a.begin() + static_cast<std::ptrdiff_t>(a1),
                    b.begin() + static_cast<std::ptrdiff_t>(b0));
}

}  // namespace

std::optional<std::string> merge_paragraphs(std::string_view base_text, std::string_view one_text,
                                            std::string_view other_text) {
  if (one_text == other_text) return std::string(one_text);
  const Paragraphs base = paragraphs_of(base_text);
  const Paragraphs one = paragraphs_of(one_text);
  const Paragraphs other = paragraphs_of(other_text);
  constexpr std::size_t kMost = 400;
  if (base.size() > kMost || one.size() > kMost || other.size() > kMost) return std::nullopt;
  const auto in_one = places_of(base, one);
  const auto in_other = places_of(base, other);

  Paragraphs merged;
  const auto take = [&merged](const Paragraphs& from, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) merged.push_back(from[i]);
  };
  std::size_t b = 0;
  std::size_t o = 0;
  std::size_t t = 0;
  while (true) {
    // The next paragraph that all three share; between here and there one side at most may have changed.
    std::size_t shared = b;
    while (shared < base.size() && (in_one[shared] == kGone || in_other[shared] == kGone)) ++shared;
    const bool at_end = shared == base.size();
    const std::size_t o_end = at_end ? one.size() : in_one[shared];
    const std::size_t t_end = at_end ? other.size() : in_other[shared];
    if (same(base, b, shared, one, o, o_end)) {
      take(other, t, t_end);
    } else if (same(base, b, shared, other, t, t_end) || same(one, o, o_end, other, t, t_end)) {
      take(one, o, o_end);
    } else {
      return std::nullopt;
    }
    if (at_end) break;
    merged.push_back(base[shared]);
    b = shared + 1;
    o = o_end + 1;
    t = t_end + 1;
  }
  std::string text;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (i > 0) text += '\n';
    text += merged[i];
  }
  return text;
}

}  // namespace sejawat::cycle
