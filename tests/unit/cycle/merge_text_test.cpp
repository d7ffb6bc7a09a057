#include "merge_text.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sejawat::cycle
