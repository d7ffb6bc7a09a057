#include "merge_text.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
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

// Lengths of the longest common subsequences of what follows in two texts, sixty-four at a time (Hyyrö 2004):
// members may write thousands of texts that go together, each of as many paragraphs as are merged.
class Common {
 public:
  Common(const Paragraphs& base, const Paragraphs& changed)
      : width_(changed.size()), words_((changed.size() + 63) / 64), rows_((base.size() + 1) * words_, kNone) {
    std::map<std::string_view, std::vector<std::uint64_t>> places;
    for (std::size_t k = 0; k < width_; ++k) {
      auto& bits = places[changed[k]];
      bits.resize(words_);
      const std::size_t back = width_ - 1 - k;
      bits[back / 64] |= std::uint64_t{1} << (back % 64);
    }
    for (std::size_t i = base.size(); i-- > 0;) {
      const auto found = places.find(base[i]);
      std::uint64_t carry = 0;
      for (std::size_t word = 0; word < words_; ++word) {
        const std::uint64_t before = rows_[(i + 1) * words_ + word];
        const std::uint64_t here = found == places.end() ? 0 : before & found->second[word];
        const std::uint64_t sum = before + here;
        const std::uint64_t with_carry = sum + carry;
        carry = sum < before || with_carry < sum ? 1 : 0;
        rows_[i * words_ + word] = with_carry | (before & ~here);
      }
    }
  }
  // Of the paragraphs from `i` of base and from `k` of changed.
  std::size_t from(std::size_t i, std::size_t k) const {
    const std::size_t count = width_ - k;
    std::size_t length = 0;
    for (std::size_t at = 0; at < count; at += 64) {
      const std::uint64_t missing = ~rows_[i * words_ + at / 64];
      const std::size_t left = count - at;
      const std::uint64_t bits = left < 64 ? missing & ((std::uint64_t{1} << left) - 1) : missing;
      length += static_cast<std::size_t>(std::popcount(bits));
    }
    return length;
  }

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::size_t width_, words_;
  // By place in base: from the end of changed, 0 where one more paragraph makes the longest one longer.
  std::vector<std::uint64_t> rows_;
};

// For each paragraph of `base` where it stands in `changed`, by a longest common subsequence; kGone if it
// does not.
constexpr std::size_t kGone = SIZE_MAX;
std::vector<std::size_t> places_of(const Paragraphs& base, const Paragraphs& changed) {
  const Common common(base, changed);
  std::vector<std::size_t> places(base.size(), kGone);
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < base.size() && k < changed.size()) {
    if (base[i] == changed[k]) {
      places[i++] = k++;
    } else if (common.from(i + 1, k) >= common.from(i, k + 1)) {
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
