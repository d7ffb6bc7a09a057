// Values that tests and forks compare: a difference in any part is a difference.
#include <gtest/gtest.h>

#include "log/op.h"
#include "log/segment.h"

namespace sejawat::log {
namespace {

TEST(Equality, DotsDifferByBranchAndByPosition) {
  const Dot dot{base::LogId{{1}}, 2};
  EXPECT_EQ(dot, (Dot{base::LogId{{1}}, 2}));
  EXPECT_FALSE(dot == (Dot{base::LogId{{2}}, 2}));
  EXPECT_FALSE(dot == (Dot{base::LogId{{1}}, 3}));
  EXPECT_TRUE(dot < (Dot{base::LogId{{1}}, 3}));
  EXPECT_TRUE(dot < (Dot{base::LogId{{2}}, 0}));
}

TEST(Equality, CellsDifferByEachPartAndARemovalIsNoEmptyText) {
  const Cell cell{1, 2, "x"};
  EXPECT_EQ(cell, (Cell{1, 2, "x"}));
  EXPECT_FALSE(cell == (Cell{0, 2, "x"}));
  EXPECT_FALSE(cell == (Cell{1, 0, "x"}));
  EXPECT_FALSE(cell == (Cell{1, 2, "y"}));
  EXPECT_FALSE((Cell{1, 2, std::nullopt}) == (Cell{1, 2, ""}));
}

TEST(Equality, OpsDifferByEachPart) {
  Op op;
  op.cells = {{0, 1, "x"}};
  op.supersedes = {{base::LogId{{1}}, 0}};
  EXPECT_EQ(op, Op(op));
  const auto differs = [&](auto change) {
    Op other = op;
    change(other);
    return !(op == other);
  };
  EXPECT_TRUE(differs([](Op& one) { one.object.bytes[0] ^= 1; }));
  EXPECT_TRUE(differs([](Op& one) { one.type = 9; }));
  EXPECT_TRUE(differs([](Op& one) { one.kind = OpKind::trash; }));
  EXPECT_TRUE(differs([](Op& one) { one.cells.clear(); }));
  EXPECT_TRUE(differs([](Op& one) { one.supersedes.clear(); }));
  EXPECT_TRUE(differs([](Op& one) { one.lamport = 5; }));
  EXPECT_TRUE(differs([](Op& one) { one.wall_ms = 5; }));
}

TEST(Equality, HeadsAndDependenciesDifferByEachPart) {
  Head head;
  const auto head_differs = [&](auto change) {
    Head other = head;
    change(other);
    return !(head == other);
  };
  EXPECT_EQ(head, Head(head));
  EXPECT_TRUE(head_differs([](Head& one) { one.count = 1; }));
  EXPECT_TRUE(head_differs([](Head& one) { one.next_op = 1; }));
  EXPECT_TRUE(head_differs([](Head& one) { one.hash.bytes[0] ^= 1; }));
  const Dependency dependency{base::LogId{{1}}, 2, {}};
  EXPECT_EQ(dependency, (Dependency{base::LogId{{1}}, 2, {}}));
  EXPECT_FALSE(dependency == (Dependency{base::LogId{{2}}, 2, {}}));
  EXPECT_FALSE(dependency == (Dependency{base::LogId{{1}}, 3, {}}));
}

}  // namespace
}  // namespace sejawat::log
