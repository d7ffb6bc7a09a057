#include "fold/object.h"

#include <gtest/gtest.h>

#include <algorithm>

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
