// How a record came to be, and what in it never counted.
#include <algorithm>

#include "record_fixture.h"

namespace sejawat::cycle {
namespace {

TEST(Records, HistoryIsReadInPagesAndTellsWhatCounts) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& mallory = school.desk(1);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  for (int i = 0; i < 5; ++i) {
    log::Op op;
    op.object = id;
    op.type = kProblem;
    op.cells = {{0, 1, "palsu " + std::to_string(i)}};
    mallory.write_raw(op);
  }
  school.meet();
  for (const auto* title : {"Judul 2", "Judul 3"}) ASSERT_TRUE(ani.change(id, {{"title", title}}).ok());
  ASSERT_TRUE(ani.step(id, "shared").ok());
  const auto all = ani.records().revisions(id, 0, 100);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->total, 4U);
  ASSERT_EQ(all->page.size(), 4U);
  EXPECT_EQ(all->page[0].after.value("title"), "Judul");
  EXPECT_EQ(all->page[2].after.value("title"), "Judul 3");
  EXPECT_EQ(all->page[3].after.state, "shared");
  const auto page = ani.records().revisions(id, 1, 2);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->total, 4U);
  ASSERT_EQ(page->page.size(), 2U);
  EXPECT_EQ(page->page[0].dot, all->page[1].dot);
  EXPECT_EQ(page->page[1].after.value("title"), "Judul 3");
}

TEST(Records, TakingAChangeBackBringsBackNothingThatNeverCounted) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& mallory = school.desk(1);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  log::Op forged;
  forged.object = id;
  forged.type = kProblem;
  forged.cells = {{0, 1, std::string("palsu")}};
  mallory.write_raw(forged);
  const auto dot = mallory.raw_ops(id).back().dot;
  school.meet();
  // A change of Ani's that names it as something it replaced, as one of an older program may.
  log::Op change;
  change.object = id;
  change.type = kProblem;
  change.cells = {{0, 1, std::string("Judul 2")}};
  for (const auto& op : ani.raw_ops(id)) change.supersedes.push_back(op.dot);
  std::sort(change.supersedes.begin(), change.supersedes.end());
  ani.write_raw(change);
  ASSERT_EQ(ani.show(id).value("title"), "Judul 2");
  const auto made = ani.records().revisions(id, 1, 1);
  ASSERT_TRUE(made.ok());
  ASSERT_EQ(made->page.size(), 1U);
  EXPECT_EQ(ani.undo(id, dot).code(), base::Code::not_found) << "it changed nothing";
  ASSERT_TRUE(ani.undo(id, made->page[0].dot).ok());
  EXPECT_EQ(ani.show(id).value("title"), "Judul");
  EXPECT_FALSE(ani.show(id).conflicted());
}

TEST(Records, NobodyPutsAsideAStepThatWaitsForOthers) {
  School school(3);
  Teacher& ani = school.desk(0);
  Teacher& mallory = school.desk(2);
  school.give_role(1, Who::facilitator);
  const auto id = ani.begin(a_problem("Judul"));
  ASSERT_TRUE(ani.step(id, "shared").ok());
  school.meet();
  ASSERT_TRUE(ani.step(id, "postponed", "ujian", "2026-12-10").ok());
  ASSERT_TRUE(school.desk(1).step(id, "analysed").ok());
  ASSERT_TRUE(school.desk(1).step(id, "rooted").ok());
  school.meet();
  ASSERT_EQ(ani.show(id).open_intents(), 1U);
  const auto intent = ani.show(id).intents.front().dot;
  EXPECT_EQ(mallory.records().dismiss(mallory.pen(), id, intent).code(), base::Code::not_permitted);
  log::Op op;
  op.object = id;
  op.type = kProblem;
  op.kind = log::OpKind::append;
  op.supersedes = {intent};
  mallory.write_raw(op);
  school.meet();
  EXPECT_EQ(ani.show(id).open_intents(), 1U);
  ASSERT_TRUE(ani.records().dismiss(ani.pen(), id, intent).ok()) << "their own";
  school.meet();
  EXPECT_EQ(mallory.show(id).open_intents(), 0U);
}

// Lists are in the order of what was written, and of two groupings of an idea the newer one counts.
TEST(Records, WhatCountsForNothingMakesNothingNewer) {
  School school(3);
  Teacher& ani = school.desk(0);
  Teacher& mallory = school.desk(2);
  const auto grouping = [&](Teacher& by, const char* cluster) {
    return by.begin(a_record(
        kGrouping, {{"meeting", "0102030405060708"}, {"idea", "1112131415161718"}, {"cluster", cluster}}));
  };
  const auto older = grouping(ani, "tanya");
  const auto problem = ani.begin(a_problem("Judul"));
  school.meet();
  const auto newer = grouping(school.desk(1), "jawab");
  school.meet();
  const auto before = ani.show(older);
  const auto problem_before = ani.show(problem);
  ASSERT_LT(before.lamport, ani.show(newer).lamport);

  const auto forge = [&](const base::ObjectId& id, log::Op op) {
    op.object = id;
    auto ops = ani.raw_ops(id);
    mallory.write_raw(std::move(op));
    for (auto& one : mallory.raw_ops(id)) {
      if (std::any_of(ops.begin(), ops.end(), [&one](const auto& known) { return known.dot == one.dot; }))
        continue;
      one.op.lamport = std::uint64_t{1} << 40;
      one.op.wall_ms += 1'000'000'000;
      ani.take(id, {one});
    }
  };
  log::Op nothing;
  nothing.type = kGrouping;
  forge(older, nothing);
  log::Op title;
  title.type = kProblem;
  title.cells = {{0, 1, std::string("palsu")}};
  forge(problem, title);
  log::Op step;
  step.type = kProblem;
  step.kind = log::OpKind::append;
  step.cells = {{0, 1, std::string("\x01")}, {0, 2, std::string("\x0d")}};
  forge(problem, step);

  EXPECT_EQ(ani.show(problem).intents.size(), 1U) << "what others wished is shown";
  EXPECT_EQ(ani.show(problem).lamport, problem_before.lamport);
  EXPECT_EQ(ani.show(problem).changed_ms, problem_before.changed_ms);
  EXPECT_EQ(ani.show(older).lamport, before.lamport);
  EXPECT_EQ(ani.show(older).changed_ms, before.changed_ms);
  store::RecordFilter filter;
  filter.type = kGrouping;
  const auto list = ani.records().list(filter);
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->front().record.id, newer);

  // What counts makes it newer, as ever: a step that stands, and a change.
  ASSERT_TRUE(ani.step(problem, "shared").ok());
  const auto stepped = ani.show(problem);
  EXPECT_GT(stepped.lamport, problem_before.lamport);
  EXPECT_GT(stepped.changed_ms, problem_before.changed_ms);
  ASSERT_TRUE(ani.change(problem, {{"title", "Judul 2"}}).ok());
  EXPECT_GT(ani.show(problem).lamport, stepped.lamport);
}

}  // namespace
}  // namespace sejawat::cycle
