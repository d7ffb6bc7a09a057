#include "fold/object.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace sejawat::fold {
namespace {

log::Dot dot(std::uint8_t branch, std::uint64_t position) {
  log::Dot result;
  result.branch.bytes[0] = branch;
  result.position = position;
  return result;
}

DottedOp write(log::Dot at, std::uint64_t lamport, std::uint32_t field, std::string value,
               std::vector<log::Dot> supersedes = {}) {
  DottedOp op;
  op.dot = at;
  op.op.type = 1;
  op.op.lamport = lamport;
  op.op.cells.push_back({0, field, std::move(value)});
  op.op.supersedes = std::move(supersedes);
  return op;
}

DottedOp trash(log::Dot at, std::uint64_t lamport, std::vector<log::Dot> seen) {
  DottedOp op;
  op.dot = at;
  op.op.type = 1;
  op.op.kind = log::OpKind::trash;
  op.op.lamport = lamport;
  op.op.supersedes = std::move(seen);
  return op;
}

// One line a value, so that two states compare in one look.
std::string spell(const ObjectState& state) {
  std::string text = state.trashed ? "trashed " : "";
  for (const auto& [key, values] : state.registers) {
    for (const auto& value : values) text += std::to_string(key.second) + "=" + value.bytes + " ";
  }
  return text;
}

// Found by reading: cells times dots were kept, a gigabyte for one op.
TEST(Fold, AnOpOfManyCellsThatNamesManyDotsCostsTheirSumNotTheirProduct) {
  std::vector<DottedOp> ops;
  for (std::uint8_t author = 1; author <= 40; ++author) {
    DottedOp op = write(dot(author, 5000), author, 1, "x");
    for (std::uint32_t i = 0; i < 4000; ++i)
      op.op.cells.push_back({i << 5 | 1, 1, "v" + std::to_string(author)});
    for (std::uint64_t i = 0; i < 4000; ++i) op.op.supersedes.push_back(dot(0, i));
    ops.push_back(std::move(op));
  }
  EXPECT_EQ(fold(ops).registers.at({1, 1}).size(), 40U);
}

// What each write leaves of the others, cell by cell, as the protocol says it.
std::string spell_naively(const std::vector<DottedOp>& ops) {
  std::map<RegisterKey, std::set<std::string>> held;
  for (const auto& one : ops) {
    for (const auto& cell : one.op.cells) {
      const bool gone = std::any_of(ops.begin(), ops.end(), [&](const DottedOp& by) {
        const auto& seen = by.op.supersedes;
        const bool named = std::find(seen.begin(), seen.end(), one.dot) != seen.end();
        return named && std::any_of(by.op.cells.begin(), by.op.cells.end(), [&](const log::Cell& other) {
                 return other.element == cell.element && other.field == cell.field;
               });
      });
      if (cell.value && !gone) held[{cell.element, cell.field}].insert(*cell.value);
    }
  }
  std::string text;
  for (const auto& [key, values] : held) {
    text += std::to_string(key.first) + "." + std::to_string(key.second) + "=";
    for (const auto& value : values) text += value + ",";
  }
  return text;
}

std::string spell_sorted(const ObjectState& state) {
  std::string text;
  for (const auto& [key, values] : state.registers) {
    if (values.empty()) continue;
    std::set<std::string> sorted;
    for (const auto& value : values) sorted.insert(value.bytes);
    text += std::to_string(key.first) + "." + std::to_string(key.second) + "=";
    for (const auto& value : sorted) text += value + ",";
  }
  return text;
}

// More writes than are looked at in one go, named within and across.
TEST(Fold, WhatIsReplacedIsWhatWasNamedInTheSameCell) {
  std::uint64_t dice = 12345;
  const auto draw = [&dice](std::uint64_t below) {
    dice = dice * 6364136223846793005ULL + 1442695040888963407ULL;
    return (dice >> 33U) % below;
  };
  for (int round = 0; round < 20; ++round) {
    std::vector<DottedOp> ops;
    const std::uint64_t count = 1 + draw(200);
    for (std::uint64_t i = 0; i < count; ++i) {
      DottedOp op;
      op.dot = dot(static_cast<std::uint8_t>(1 + i % 3), i / 3);
      op.op.type = 1;
      op.op.lamport = draw(100);
      for (std::uint64_t cell = draw(5); cell > 0; --cell) {
        std::optional<std::string> value;
        if (draw(5) != 0) value = std::to_string(draw(50));
        op.op.cells.push_back(
            {static_cast<std::uint32_t>(draw(3)), static_cast<std::uint32_t>(draw(3)), value});
      }
      // Also of what is not here, and twice.
      for (std::uint64_t named = draw(40); named > 0; --named) {
        const std::uint64_t at = draw(count + 10);
        op.op.supersedes.push_back(dot(static_cast<std::uint8_t>(1 + at % 3), at / 3));
      }
      ops.push_back(std::move(op));
    }
    ASSERT_EQ(spell_sorted(fold(ops)), spell_naively(ops)) << round;
  }
}

// A body may hold sixteen of these, each may name all before it, and they arrive without end.
TEST(Fold, ThousandsOfOpsThatNameEachOtherInThousandsOfCellsAreFoldedInTheTimeOfReadingThem) {
  constexpr std::uint64_t kOps = 1500;
  std::vector<DottedOp> ops;
  for (std::uint64_t i = 0; i < kOps; ++i) {
    DottedOp op = write(dot(1, i), i, 1, std::to_string(i));
    // Of two kinds that share but one cell, so that no look at a pair of them ends early.
    for (std::uint32_t cell = 0; cell < 1500; ++cell)
      op.op.cells.push_back({cell, static_cast<std::uint32_t>(2 + i % 2), "v"});
    for (std::uint64_t seen = 0; seen < i; ++seen) op.op.supersedes.push_back(dot(1, seen));
    ops.push_back(std::move(op));
  }
  const auto state = fold(ops);
  EXPECT_EQ(state.registers.at({0, 1}).at(0).bytes, std::to_string(kOps - 1));
  EXPECT_EQ(state.registers.at({0, 1}).size(), 1U);
  EXPECT_EQ(state.live_dots.size(), 2U) << "the last of each kind";
}

TEST(Fold, EveryOrderOfArrivalGivesTheSameState) {
  std::vector<DottedOp> ops{write(dot(1, 0), 1, 1, "a"), write(dot(1, 1), 2, 1, "b", {dot(1, 0)}),
                            write(dot(2, 0), 2, 1, "c", {dot(1, 0)}),
                            trash(dot(2, 1), 3, {dot(1, 1), dot(2, 0)}), write(dot(3, 0), 3, 2, "d")};
  const std::string expected = spell(fold(ops));
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    std::vector<DottedOp> shuffled;
    for (const std::size_t i : order) shuffled.push_back(ops[i]);
    EXPECT_EQ(spell(fold(shuffled)), expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Fold, ConcurrentEditsKeepBothUntilSomebodyWhoSawBothDecides) {
  std::vector<DottedOp> ops{write(dot(1, 0), 1, 1, "asal"), write(dot(1, 1), 2, 1, "kiri", {dot(1, 0)}),
                            write(dot(2, 0), 2, 1, "kanan", {dot(1, 0)})};
  const auto both = fold(ops);
  EXPECT_EQ((both.registers.at({0, 1}).size()), 2U);
  EXPECT_TRUE(both.conflicted());
  ops.push_back(write(dot(1, 2), 3, 1, "putusan", {dot(1, 1), dot(2, 0)}));
  const auto decided = fold(ops);
  ASSERT_EQ((decided.registers.at({0, 1}).size()), 1U);
  EXPECT_EQ((decided.registers.at({0, 1}).front().bytes), "putusan");
}

TEST(Fold, EqualConcurrentValuesAreNoConflict) {
  const auto state = fold({write(dot(1, 0), 1, 1, "sama"), write(dot(2, 0), 1, 1, "sama")});
  ASSERT_EQ((state.registers.at({0, 1}).size()), 1U);
  EXPECT_EQ((state.registers.at({0, 1}).front().dots.size()), 2U);
}

TEST(Fold, AnEditThatTheDeletionHadNotSeenWins) {
  std::vector<DottedOp> ops{write(dot(1, 0), 1, 1, "a"), trash(dot(1, 1), 2, {dot(1, 0)})};
  EXPECT_TRUE(fold(ops).trashed);
  ops.push_back(write(dot(2, 0), 2, 1, "b", {dot(1, 0)}));
  const auto state = fold(ops);
  EXPECT_FALSE(state.trashed);
  EXPECT_TRUE(state.restored_by_edit);
}

TEST(Fold, RestoringLiftsTheDeletionItSaw) {
  auto restore = write(dot(1, 2), 3, 1, "a", {dot(1, 0), dot(1, 1)});
  const auto state = fold({write(dot(1, 0), 1, 1, "a"), trash(dot(1, 1), 2, {dot(1, 0)}), restore});
  EXPECT_FALSE(state.trashed);
  EXPECT_FALSE(state.restored_by_edit);
}

TEST(Fold, SupersedingADotThatHasNotArrivedHoldsWhenItDoes) {
  const auto later = write(dot(2, 0), 2, 1, "baru", {dot(1, 0)});
  EXPECT_EQ(spell(fold({later})), "1=baru ");
  EXPECT_EQ(spell(fold({later, write(dot(1, 0), 1, 1, "lama")})), "1=baru ");
}

TEST(Fold, AnUnknownKindChangesNothing) {
  auto future = write(dot(2, 0), 9, 1, "?");
  future.op.kind = static_cast<log::OpKind>(77);
  EXPECT_EQ(spell(fold({write(dot(1, 0), 1, 1, "a"), future})), "1=a ");
}

}  // namespace
}  // namespace sejawat::fold
