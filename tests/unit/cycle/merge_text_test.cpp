#include "merge_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/fakes.h"

namespace sejawat::cycle {
namespace {

TEST(MergeText, ChangesOfDifferentParagraphsGoTogether) {
  const std::string base = "satu\ndua\ntiga\nempat";
  EXPECT_EQ(merge_paragraphs(base, "SATU\ndua\ntiga\nempat", "satu\ndua\ntiga\nEMPAT"),
            "SATU\ndua\ntiga\nEMPAT");
  EXPECT_EQ(merge_paragraphs(base, "satu\ntiga\nempat", "satu\ndua\ntiga\nempat\nlima"),
            "satu\ntiga\nempat\nlima");
  EXPECT_EQ(merge_paragraphs(base, "nol\nsatu\ndua\ntiga\nempat", "satu\ndua\nempat"),
            "nol\nsatu\ndua\nempat");
}

TEST(MergeText, AlikeChangesAreOne) {
  EXPECT_EQ(merge_paragraphs("a\nb", "a\nB", "a\nB"), "a\nB");
  EXPECT_EQ(merge_paragraphs("a\nb\nc", "A\nb\nc", "A\nb\nC"), "A\nb\nC");
}

TEST(MergeText, OneParagraphChangedByBothIsTheirsToDecide) {
  EXPECT_EQ(merge_paragraphs("a\nb\nc", "a\nx\nc", "a\ny\nc"), std::nullopt);
  EXPECT_EQ(merge_paragraphs("a", "b", "c"), std::nullopt);
  EXPECT_EQ(merge_paragraphs("a\nb", "a\nb\nx", "a\nb\ny"), std::nullopt) << "two different endings";
}

TEST(MergeText, NoSideIsPreferred) {
  const std::string base = "a\nb\nc\nd\ne";
  const std::string one = "a\nB\nc\nd\ne\nf";
  const std::string other = "z\na\nb\nc\nD\ne";
  EXPECT_EQ(merge_paragraphs(base, one, other), merge_paragraphs(base, other, one));
}

TEST(MergeText, AnEmptyTextIsATextToo) {
  EXPECT_EQ(merge_paragraphs("", "a", ""), "a");
  EXPECT_EQ(merge_paragraphs("a", "", "a"), "");
}

TEST(MergeText, WhatWouldTakeTooLongIsLeftToPeople) {
  std::string many;
  for (int i = 0; i < 500; ++i) many += "baris\n";
  EXPECT_EQ(merge_paragraphs(many, many + "x", "y" + many), std::nullopt);
}

// Of several longest common subsequences each device takes the same one, of whatever version its program is.
TEST(MergeText, EveryVersionOfTheProgramMergesAlike) {
  support::SeededRandom random(7);
  const auto below = [&random](std::size_t most) { return static_cast<std::size_t>(random.below(most)); };
  std::size_t merged = 0;
  std::uint64_t sum = 14695981039346656037U;
  for (int round = 0; round < 1'000; ++round) {
    std::vector<std::string> base(1 + below(200));
    const std::size_t words = 1 + below(60);
    for (auto& one : base) one = std::to_string(below(words));
    const auto changed = [&](std::size_t from, std::size_t end) {
      std::string text;
      for (std::size_t i = 0; i < base.size(); ++i) {
        const std::size_t change = i < from || i >= end ? 0 : below(5);
        if (change == 1) continue;
        text += change == 2 ? std::to_string(below(words)) : base[i];
        text += "\n";
        if (change == 3) text += std::to_string(below(words)) + "\n";
      }
      return text;
    };
    const std::size_t middle = below(base.size());
    const auto before = changed(0, 0);
    const auto one = changed(0, middle);
    const auto other = changed(middle + 1, base.size());
    const auto text = merge_paragraphs(before, one, other);
    merged += text ? 1 : 0;
    for (const char c : text.value_or("-")) sum = (sum ^ static_cast<std::uint8_t>(c)) * 1099511628211U;
  }
  EXPECT_EQ(merged, 984U);
  EXPECT_EQ(sum, 12930891915369803555U);
}

}  // namespace
}  // namespace sejawat::cycle
