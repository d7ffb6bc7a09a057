// More to supersede than an op may name: by hostile ops, or by two people who never met for years. Whoever
// edits, decides, deletes or restores names all of it, in as many ops as it takes.
#include <algorithm>

#include "log/segment.h"
#include "record_fixture.h"

namespace sejawat::cycle {
namespace {

using base::Code;

class ManyDots : public ::testing::Test {
 protected:
  static base::LogId numbered(std::size_t n) {
    base::LogId log;
    log.bytes[0] = static_cast<std::uint8_t>(n >> 8U);
    log.bytes[1] = static_cast<std::uint8_t>(n);
    log.bytes[2] = 7;
    return log;
  }
  static base::PersonId filled(std::uint8_t byte) {
    base::PersonId person;
    person.bytes.fill(byte);
    return person;
  }
  ManyDots() { roll.authors[numbered(0)] = roll.authors[numbered(1)] = owner; }
  // Values of the title that nobody has seen, over so many logs.
  std::vector<fold::DottedOp> values(const base::ObjectId& id, std::size_t count, std::size_t logs,
                                     log::OpKind kind = log::OpKind::write) {
    std::vector<fold::DottedOp> ops;
    for (std::size_t i = 0; i < count; ++i) {
      const auto log = numbered(100 + i % logs);
      roll.authors[log] = owner;
      fold::DottedOp op;
      op.dot = {log, i / logs};
      op.op.object = id;
      op.op.type = kProblem;
      op.op.kind = kind;
      op.op.lamport = 5 + i;
      if (kind == log::OpKind::write) op.op.cells = {{0, 1, "judul " + std::to_string(i)}};
      ops.push_back(std::move(op));
    }
    return ops;
  }
  static bool all_can_be_sealed(const std::vector<fold::DottedOp>& ops) {
    return std::all_of(ops.begin(), ops.end(), [](const fold::DottedOp& op) {
      std::set<base::LogId> branches;
      for (const auto& dot : op.op.supersedes) branches.insert(dot.branch);
      return branches.size() <= log::kMaxDeps && log::encode_op(op.op).size() <= log::kMaxOpBytes;
    });
  }

  const base::PersonId owner = filled(0xA0);
  const base::PersonId mallory = filled(0xB0);
  Roll roll;
  Teacher ani{roll, owner, numbered(0), 1};
  Teacher tablet{roll, owner, numbered(1), 2};
};

TEST_F(ManyDots, ADecisionReplacesAllOfThem) {
  const auto id = ani.begin(a_problem("Judul"));
  const auto others = values(id, 6'000, 3);
  ani.take(id, others);
  ASSERT_TRUE(ani.show(id).conflicted());
  ASSERT_TRUE(ani.change(id, {{"title", "Putusan"}}).ok());
  EXPECT_EQ(ani.show(id).value("title"), "Putusan");
  EXPECT_FALSE(ani.show(id).conflicted());
  EXPECT_TRUE(all_can_be_sealed(ani.raw_ops(id)));
  tablet.take(id, ani.raw_ops(id));
  EXPECT_EQ(tablet.show(id).value("title"), "Putusan");
  EXPECT_FALSE(tablet.show(id).conflicted());
}

TEST_F(ManyDots, WhoeverHasOnlyTheFirstOpsOfADecisionSeesItBesideWhatIsNotReplacedYet) {
  const auto id = ani.begin(a_problem("Judul"));
  ani.take(id, values(id, 6'000, 3));
  const auto before = ani.raw_ops(id).size();
  ASSERT_TRUE(ani.change(id, {{"title", "Putusan"}}).ok());
  auto some = ani.raw_ops(id);
  ASSERT_GT(some.size(), before + 1);
  for (std::size_t count = before + 1; count <= some.size(); ++count) {
    const std::vector<fold::DottedOp> upto(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    const auto state = fold::fold(upto);
    const auto& title = state.registers.at({0, 1});
    EXPECT_TRUE(std::any_of(title.begin(), title.end(), [](const auto& v) { return v.bytes == "Putusan"; }));
    EXPECT_EQ(title.size() == 1, count == some.size());
  }
}

TEST_F(ManyDots, OfMoreAuthorsThanASegmentRefersTo) {
  const auto id = ani.begin(a_problem("Judul"));
  ani.take(id, values(id, 1'300, 1'300));
  ASSERT_TRUE(ani.change(id, {{"title", "Putusan"}}).ok());
  EXPECT_FALSE(ani.show(id).conflicted());
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  EXPECT_TRUE(all_can_be_sealed(ani.raw_ops(id)));
}

TEST_F(ManyDots, ADeletionCoversAllOfThemAndIsLiftedByOneRestoring) {
  const auto id = ani.begin(a_problem("Judul"));
  ani.take(id, values(id, 6'000, 700));
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  EXPECT_TRUE(all_can_be_sealed(ani.raw_ops(id)));
  tablet.take(id, ani.raw_ops(id));
  EXPECT_TRUE(tablet.show(id).trashed);
  ASSERT_TRUE(tablet.restore(id).ok());
  EXPECT_FALSE(tablet.show(id).trashed);
}

TEST_F(ManyDots, ARestoringLiftsAllDeletions) {
  const auto id = ani.begin(a_problem("Judul"));
  auto deletions = values(id, 6'000, 700, log::OpKind::trash);
  for (auto& op : deletions) op.op.supersedes = {{numbered(0), 0}};
  ani.take(id, deletions);
  ASSERT_TRUE(ani.show(id).trashed);
  ASSERT_TRUE(ani.restore(id).ok());
  EXPECT_FALSE(ani.show(id).trashed);
  EXPECT_TRUE(all_can_be_sealed(ani.raw_ops(id)));
  tablet.take(id, ani.raw_ops(id));
  EXPECT_FALSE(tablet.show(id).trashed);
}

// Every value more is one merge more; what so many wrote apart is for people to put together.
TEST_F(ManyDots, ProseOfManyThatGoesTogetherIsPutTogetherUpToEight) {
  const std::string text = "0\nA\n1\nB\n2\nC\n3\nD\n4\nE\n5\nF\n6\nG\n7\nH\n8";
  const auto id = ani.begin(a_problem("Judul", text));
  const log::Dot first = ani.raw_ops(id).front().dot;
  auto ops = values(id, 9, 9);
  std::string merged = text;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    std::string changed = text;
    changed[4 * i] = merged[4 * i] = static_cast<char>('a' + i);
    ops[i].op.cells = {{0, 2, changed}};
    ops[i].op.supersedes = {first};
    if (i == 7) {
      ani.take(id, {ops.begin(), ops.begin() + 8});
      EXPECT_EQ(ani.show(id).value("description"), merged);
      EXPECT_FALSE(ani.show(id).conflicted());
    }
  }
  ani.take(id, {ops.back()});
  tablet.take(id, ani.raw_ops(id));
  for (Teacher* each : {&ani, &tablet}) {
    const auto view = each->show(id);
    EXPECT_TRUE(view.conflicted());
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_FALSE(view.versions.front().merged);
    EXPECT_EQ(view.versions.front().versions.size(), 9U) << "nothing is dropped";
  }
  ASSERT_TRUE(ani.change(id, {{"description", merged}}).ok());
  EXPECT_FALSE(ani.show(id).conflicted());
}

TEST_F(ManyDots, WhatSaysMoreThanAnOpMayHoldIsRefusedAsBefore) {
  log::Op op;
  op.object.bytes.fill(9);
  op.type = kProblem;
  op.cells = {{0, 2, std::string(log::kMaxOpBytes, 'a')}};
  auto opened = store::Store::open(":memory:", base::Secret32(), 0);
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE((*opened)->put_space({Teacher::space(), 2, "", {}}).ok());
  const auto write = [&](log::Op one) {
    return fold::write_local(**opened, Teacher::codec(), Teacher::space(), numbered(0), std::move(one), 1)
        .code();
  };
  EXPECT_EQ(write(op), Code::too_large);
  // Nearly all of it: what it supersedes goes with others.
  op.cells[0].value->resize(log::kMaxOpBytes - 60);
  for (std::uint64_t i = 0; i < 10; ++i) op.supersedes.push_back({numbered(5), i});
  EXPECT_EQ(write(op), Code::ok);
  op.cells.assign(log::kMaxCellsPerOp + 1, {0, 1, std::nullopt});
  EXPECT_EQ(write(op), Code::too_large);
  log::Op step;
  step.kind = log::OpKind::append;
  for (std::size_t i = 0; i < 5'000; ++i) step.supersedes.push_back({numbered(5), i});
  EXPECT_EQ(write(step), Code::too_large) << "a step is one op";
}

// Anybody may take steps, and those that stand for nothing are more than anybody can name.
class StrayStepsOfOthers : public ManyDots {
 protected:
  std::vector<fold::DottedOp> steps(const base::ObjectId& id, std::size_t count, std::size_t logs) {
    std::vector<fold::DottedOp> ops;
    for (std::size_t i = 0; i < count; ++i) {
      const auto log = numbered(100 + i % logs);
      roll.authors[log] = mallory;
      fold::DottedOp op;
      op.dot = {log, i / logs};
      op.op.object = id;
      op.op.type = kProblem;
      op.op.kind = log::OpKind::append;
      op.op.cells = {{0, 1, std::string("\x09")}, {0, 2, std::string("\x0d")}};
      op.op.lamport = 2;
      ops.push_back(std::move(op));
    }
    return ops;
  }
  std::vector<log::Dot> named_by_deletion(const base::ObjectId& id) {
    std::vector<log::Dot> dots;
    for (const auto& op : ani.raw_ops(id)) {
      if (op.op.kind == log::OpKind::trash)
        dots.insert(dots.end(), op.op.supersedes.begin(), op.op.supersedes.end());
    }
    return dots;
  }
};

TEST_F(StrayStepsOfOthers, DoNotKeepADeletionFromCoveringTheStepThatStands) {
  const auto id = ani.begin(a_problem("Judul"));
  ani.take(id, steps(id, 10'000, 4));
  ASSERT_TRUE(ani.step(id, "analysed").ok());
  ASSERT_EQ(ani.show(id).state, "analysed");
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  EXPECT_LE(named_by_deletion(id).size(), log::kMaxSupersedesPerOp + 10);
}

TEST_F(StrayStepsOfOthers, DoNotKeepADeletionFromCoveringTheStepThatAgrees) {
  const auto id = ani.begin(a_problem("Judul"));
  tablet.take(id, ani.raw_ops(id));
  ASSERT_TRUE(tablet.step(id, "analysed", "sebabnya jelas").ok());
  ani.take(id, steps(id, 10'000, 4));
  ASSERT_TRUE(ani.step(id, "analysed", "sudah dibahas").ok());
  ani.take(id, tablet.raw_ops(id));
  ASSERT_EQ(ani.show(id).steps.size(), 2U);
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  EXPECT_LE(named_by_deletion(id).size(), log::kMaxSupersedesPerOp + 10);
}

TEST_F(StrayStepsOfOthers, AreNamedFromAFewLogsOfEach) {
  const auto id = ani.begin(a_problem("Judul"));
  ani.take(id, steps(id, 900, 900));
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  std::set<base::LogId> theirs;
  for (const auto& dot : named_by_deletion(id)) {
    if (roll.authors[dot.branch] == mallory) theirs.insert(dot.branch);
  }
  EXPECT_EQ(theirs.size(), 16U);
}

}  // namespace
}  // namespace sejawat::cycle
