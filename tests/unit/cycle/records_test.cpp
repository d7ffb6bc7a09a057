#include "cycle/record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "record_cells.h"
#include "record_fixture.h"

namespace sejawat::cycle {
namespace {

TEST(Records, AProblemIsBegunChangedAndShown) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto id = ani.begin(a_problem("Siswa pasif saat diskusi"));
  EXPECT_EQ(ani.show(id).state, "identified");
  EXPECT_EQ(ani.show(id).owner, ani.person());
  ASSERT_TRUE(ani.change(id, {{"description", "Hanya tiga orang bicara"}, {"frequency", "often"}}).ok());
  const RecordView view = ani.show(id);
  EXPECT_EQ(view.value("title"), "Siswa pasif saat diskusi");
  EXPECT_EQ(view.value("description"), "Hanya tiga orang bicara");
  EXPECT_EQ(view.value("frequency"), "often");
  ASSERT_TRUE(ani.change(id, {{"frequency", ""}}).ok());
  EXPECT_EQ(ani.show(id).value("frequency"), "");
}

TEST(Records, BadInputNamesTheFieldAndWritesNothing) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto refused = [&](Record record) {
    auto id = ani.try_begin(std::move(record));
    EXPECT_EQ(id.code(), base::Code::invalid_argument);
    return id.ok() ? std::string() : id.error().detail();
  };
  EXPECT_EQ(refused(a_record(kProblem, {})), "title: missing");
  EXPECT_EQ(refused(a_record(kProblem, {{"title", "x"}, {"frequency", "never"}})),
            "frequency: one of once, often, daily");
  EXPECT_EQ(refused(a_record(kProblem, {{"title", "x"}, {"colour", "red"}})), "colour: no such field");
  EXPECT_EQ(refused(a_record(kProblem, {{"title", std::string(201, 'x')}})), "title: too long");
  EXPECT_EQ(refused(a_record(999, {})), "type: unknown");
  Record measures = a_record(kTrial, {{"problem", "0123456789abcdef"}});
  for (int i = 0; i < 4; ++i) measures.parts["measures"].push_back({0, {{"name", "m"}}});
  EXPECT_EQ(refused(measures), "measures: at most 3");
  store::RecordFilter all;
  EXPECT_TRUE(ani.records().list(all)->empty());
}

TEST(Records, DifferentFieldsMergeAndOneFieldChangedByBothKeepsBoth) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"subject", "IPA"}, {"title", "Judul A"}}).ok());
  ASSERT_TRUE(phone.change(id, {{"severity", "3"}, {"title", "Judul B"}}).ok());
  school.meet();
  for (Teacher* desk : {&ani, &phone}) {
    const RecordView view = desk->show(id);
    EXPECT_EQ(view.value("subject"), "IPA");
    EXPECT_EQ(view.value("severity"), "3");
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_FALSE(view.versions[0].merged);
    EXPECT_EQ(view.versions[0].field, "title");
    EXPECT_EQ(view.versions[0].versions.size(), 2U);
    EXPECT_TRUE(view.conflicted());
  }
  EXPECT_EQ(ani.show(id).value("title"), phone.show(id).value("title"));
}

TEST(Records, AConflictIsListedDecidedAndTheDecisionUndone) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"title", "Judul A"}}).ok());
  ASSERT_TRUE(phone.change(id, {{"title", "Judul B"}}).ok());
  school.meet();
  store::RecordFilter undecided;
  undecided.undecided = true;
  EXPECT_EQ(ani.records().list(undecided)->size(), 1U);
  ASSERT_TRUE(ani.change(id, {{"title", "Judul B"}}).ok());
  school.meet();
  EXPECT_TRUE(ani.records().list(undecided)->empty());
  EXPECT_TRUE(phone.records().list(undecided)->empty());
  EXPECT_EQ(phone.show(id).value("title"), "Judul B");
  const auto revisions = ani.records().revisions(id, 0, 100);
  ASSERT_TRUE(revisions.ok());
  ASSERT_TRUE(ani.undo(id, revisions->page.back().dot).ok());
  school.meet();
  EXPECT_EQ(phone.show(id).versions.at(0).versions.size(), 2U) << "both are there again";
}

// Prose that goes together by itself must not take the place of a decision that was just taken back.
TEST(Records, ADecisionOnProseThatIsTakenBackAsksAgain) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul", "asal"));
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"description", "kiri"}}).ok());
  ASSERT_TRUE(phone.change(id, {{"description", "kanan"}}).ok());
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"description", "kiri"}}).ok());
  school.meet();
  ASSERT_TRUE(phone.show(id).versions.empty());
  const auto revisions = ani.records().revisions(id, 0, 100);
  ASSERT_TRUE(revisions.ok());
  ASSERT_TRUE(ani.undo(id, revisions->page.back().dot).ok());
  school.meet();
  for (Teacher* each : {&ani, &phone}) {
    const auto view = each->show(id);
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_FALSE(view.versions.front().merged);
    EXPECT_EQ(view.versions.front().versions.size(), 2U) << "both are there again";
  }
}

TEST(Records, WhoChoseWhichVersionAndWhenIsTold) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"title", "Judul A"}}).ok());
  ASSERT_TRUE(phone.change(id, {{"title", "Judul B"}}).ok());
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"title", "Judul C"}}).ok());
  school.meet();
  const auto told = phone.records().decisions(id);
  ASSERT_TRUE(told.ok());
  ASSERT_EQ(told->size(), 1U);
  EXPECT_EQ(told->front().field, "title");
  EXPECT_EQ(told->front().chosen, "Judul C");
  EXPECT_EQ(told->front().by, ani.show(id).owner);
  EXPECT_EQ(told->front().choices.size(), 2U);
  EXPECT_TRUE(told->front().standing);
  ASSERT_TRUE(phone.change(id, {{"title", "Judul D"}}).ok());
  EXPECT_FALSE(phone.records().decisions(id)->front().standing);
  EXPECT_EQ(phone.records().decisions(base::ObjectId{}).code(), base::Code::not_found);
  school.meet();
  ASSERT_TRUE(ani.clear(id).ok());
  school.meet();
  EXPECT_TRUE(phone.records().decisions(id)->empty()) << "words that were taken back are not told either";
}

// What a change replaced is what stood then, not everything that it names: of several fields it names the
// changes of all.
TEST(Records, TakingBackAChangeOfTwoFieldsMakesNoVersions) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto id = ani.begin(a_problem("Judul", "Uraian"));
  ASSERT_TRUE(ani.change(id, {{"title", "Judul baru"}}).ok());
  ASSERT_TRUE(ani.change(id, {{"title", "Judul lain"}, {"description", "Uraian lain"}}).ok());
  const auto revisions = ani.records().revisions(id, 0, 100);
  ASSERT_TRUE(revisions.ok());
  ASSERT_TRUE(ani.undo(id, revisions->page.back().dot).ok());
  const auto view = ani.show(id);
  EXPECT_EQ(view.value("title"), "Judul baru");
  EXPECT_EQ(view.value("description"), "Uraian");
  EXPECT_TRUE(view.versions.empty());
}

TEST(Records, ProseOfDifferentParagraphsGoesTogetherAndTheVersionsStay) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul", "satu\ndua\ntiga"));
  school.meet();
  ASSERT_TRUE(ani.change(id, {{"description", "SATU\ndua\ntiga"}}).ok());
  ASSERT_TRUE(phone.change(id, {{"description", "satu\ndua\nTIGA"}}).ok());
  school.meet();
  for (Teacher* desk : {&ani, &phone}) {
    const RecordView view = desk->show(id);
    EXPECT_EQ(view.value("description"), "SATU\ndua\nTIGA");
    EXPECT_FALSE(view.conflicted());
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_TRUE(view.versions[0].merged);
    EXPECT_EQ(view.versions[0].versions.size(), 2U);
  }
}

TEST(Records, PartsAreAddedByBothAndASetHoldsAValueOnce) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  Record trial = a_record(kTrial, {{"problem", "0123456789abcdef"}});
  trial.parts["measures"].push_back({0, {{"name", "Yang bertanya"}, {"target", "10"}}});
  const auto id = ani.begin(trial);
  school.meet();
  Change a{id, {}, {{"measures", {{0, {{"name", "A"}}}}}, {"dates", {{0, {{"date", "2026-11-26"}}}}}}};
  Change b{id, {}, {{"measures", {{0, {{"name", "B"}}}}}, {"dates", {{0, {{"date", "2026-11-26"}}}}}}};
  ASSERT_TRUE(ani.change(a).ok());
  ASSERT_TRUE(phone.change(b).ok());
  school.meet();
  const RecordView view = ani.show(id);
  ASSERT_EQ(view.record.parts.at("measures").size(), 3U);
  EXPECT_EQ(view.record.parts.at("measures")[0].values.at("name"), "Yang bertanya");
  EXPECT_EQ(view.record.parts.at("dates").size(), 1U);
  const auto element = view.record.parts.at("measures")[0].element;
  ASSERT_TRUE(ani.change({id, {}, {{"measures", {{element, {{"after", "12"}}}}}}}).ok());
  EXPECT_EQ(ani.show(id).record.parts.at("measures")[0].values.at("after"), "12");
  ASSERT_TRUE(ani.change({id, {}, {{"measures", {{element, {}, true}}}}}).ok());
  EXPECT_EQ(ani.show(id).record.parts.at("measures").size(), 2U);
}

TEST(Records, DeletingAgainstEditingTheEditWins) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  ASSERT_TRUE(phone.change(id, {{"subject", "IPS"}}).ok());
  school.meet();
  EXPECT_FALSE(ani.show(id).trashed);
  EXPECT_TRUE(ani.show(id).restored_by_edit);
}

TEST(Records, DeletingAgainstAStepTheStepWins) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  ASSERT_TRUE(ani.trash(id).ok());
  ASSERT_TRUE(phone.step(id, "shared").ok());
  school.meet();
  for (Teacher* desk : {&ani, &phone}) {
    EXPECT_FALSE(desk->show(id).trashed);
    EXPECT_TRUE(desk->show(id).restored_by_edit);
    EXPECT_EQ(desk->show(id).state, "shared");
  }
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
  ASSERT_TRUE(ani.restore(id).ok());
  EXPECT_FALSE(ani.show(id).trashed);
  EXPECT_FALSE(ani.show(id).restored_by_edit);
}

TEST(Records, AStepNeedsItsPlaceItsPersonItsReasonAndItsDate) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& budi = school.desk(1);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  EXPECT_EQ(ani.step(id, "solved").error().detail(), "step: not from identified to solved");
  EXPECT_EQ(budi.step(id, "shared").code(), base::Code::not_permitted);
  EXPECT_EQ(ani.step(id, "closed").error().detail(), "reason: missing");
  EXPECT_EQ(ani.step(id, "postponed").error().detail(), "until: missing");
  ASSERT_TRUE(ani.step(id, "postponed", "ujian", "2026-12-10").ok());
  EXPECT_EQ(ani.show(id).steps.back().until, "2026-12-10");
  EXPECT_EQ(ani.step(id, "postponed", "", "besok").code(), base::Code::invalid_argument);
  ASSERT_TRUE(ani.step(id, "postponed", "", "2026-12-10").ok()) << "said already";
  EXPECT_EQ(ani.show(id).steps.size(), 1U);
  ASSERT_TRUE(ani.step(id, "postponed", "", "2027-01-04").ok()) << "to another day";
  EXPECT_EQ(ani.show(id).steps.back().until, "2027-01-04");
}

TEST(Records, APartAboveItsMaximumIsEditedAndTakenAwayOneByOne) {
  School school(1);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_record(kTrial, {{"problem", "0123456789abcdef"}}));
  school.meet();
  for (const auto* name : {"A", "B", "C"}) {
    ASSERT_TRUE(ani.change({id, {}, {{"measures", {{0, {{"name", name}}}}}}}).ok());
    ASSERT_TRUE(phone.change({id, {}, {{"measures", {{0, {{"name", std::string(name) + "2"}}}}}}}).ok());
  }
  school.meet();
  const auto measures = [&] { return ani.show(id).record.parts.at("measures"); };
  ASSERT_EQ(measures().size(), 6U);
  const auto element = measures().front().element;
  ASSERT_TRUE(ani.change({id, {}, {{"measures", {{element, {{"after", "12"}}}}}}}).ok());
  EXPECT_EQ(ani.change({id, {}, {{"measures", {{0, {{"name", "D"}}}}}}}).error().detail(),
            "measures: at most 3");
  ASSERT_TRUE(ani.change({id, {}, {{"measures", {{element, {}, true}, {0, {{"name", "D"}}}}}}}).ok())
      << "no more than there were";
  while (measures().size() > 3) {
    ASSERT_TRUE(ani.change({id, {}, {{"measures", {{measures().back().element, {}, true}}}}}).ok());
  }
  EXPECT_EQ(ani.change({id, {}, {{"measures", {{0, {{"name", "E"}}}}}}}).code(),
            base::Code::invalid_argument);
}

TEST(Records, OnePersonsRecordsHoweverDatedPushOffNobodyElses) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& mallory = school.desk(1);
  const auto problem = ani.begin(a_problem("Judul"));
  const auto root = ani.begin(
      a_record(kRootCause, {{"problem", problem.hex()}, {"statement", "akar"}, {"found", "2026-11-24"}}));
  for (const auto& id : {problem, root}) school.send(0, 1, id);
  for (std::size_t i = 0; i <= Records::kMostOfOne; ++i) {
    mallory.begin(
        a_record(kRootCause, {{"problem", problem.hex()}, {"statement", "x"}, {"found", "9999-12-31"}}));
  }
  auto all = mallory.records().naming(problem, kRootCause, "problem");
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 1 + Records::kMostOfOne);
  EXPECT_EQ(all->front().record.id, root) << "the oldest, and still there";
}

TEST(Records, WhatOthersWriteIntoARecordThatIsNotTheirsCountsForNothing) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& mallory = school.desk(1);
  const auto id = ani.begin(a_problem("Judul"));
  school.meet();
  EXPECT_EQ(mallory.change(id, {{"title", "palsu"}}).code(), base::Code::not_permitted);
  // With a program of their own they write it all the same, and claim to have been first.
  log::Op op;
  op.object = id;
  op.type = kProblem;
  op.cells = {{0, 1, std::string("palsu")}, {0, kOriginField, std::string("123456")}};
  mallory.write_raw(op);
  log::Op step;
  step.object = id;
  step.type = kProblem;
  step.kind = log::OpKind::append;
  step.cells = {{0, 1, std::string("\x01")}, {0, 2, std::string("\x0d")}};
  mallory.write_raw(step);
  log::Op trash;
  trash.object = id;
  trash.type = kProblem;
  trash.kind = log::OpKind::trash;
  mallory.write_raw(trash);
  school.meet();
  const RecordView view = ani.show(id);
  EXPECT_EQ(view.owner, ani.person());
  EXPECT_EQ(view.value("title"), "Judul");
  EXPECT_FALSE(view.trashed);
  EXPECT_FALSE(view.conflicted());
  EXPECT_EQ(view.state, "identified");
  ASSERT_EQ(view.intents.size(), 1U);
  EXPECT_EQ(view.intents[0].unfit, Unfit::not_permitted);
}

TEST(Records, AFacilitatorMayWhatAnotherTeacherMayNot) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& budi = school.desk(1);
  const auto id = ani.begin(a_problem("Judul"));
  ASSERT_TRUE(ani.step(id, "shared").ok());
  school.meet();
  EXPECT_EQ(budi.step(id, "analysed").code(), base::Code::not_permitted);
  school.give_role(1, Who::facilitator);
  ASSERT_TRUE(budi.step(id, "analysed").ok());
  school.meet();
  EXPECT_EQ(ani.show(id).state, "analysed");
  EXPECT_EQ(ani.show(id).steps.back().by, budi.person());
}

TEST(Records, AContributionIsWrittenOnce) {
  School school(2);
  Teacher& ani = school.desk(0);
  const auto id = ani.begin(a_record(kContribution, {{"kind", "why"}, {"text", "Karena takut salah"}}));
  EXPECT_EQ(ani.change(id, {{"text", "lain"}}).code(), base::Code::not_permitted);
  log::Op op;
  op.object = id;
  op.type = kContribution;
  op.cells = {{0, 4, std::string("diubah")}};
  ani.write_raw(op);
  EXPECT_EQ(ani.show(id).value("text"), "Karena takut salah");
  ASSERT_TRUE(ani.trash(id).ok());
  EXPECT_TRUE(ani.show(id).trashed);
}

TEST(Records, WhatALaterVersionWroteSurvivesAnEdit) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& phone = school.second_device_of(0);
  const auto id = ani.begin(a_problem("Judul"));
  log::Op later;
  later.object = id;
  later.type = kProblem;
  later.cells = {{0, 99, std::string("baru")}, {3 << kPartBits | 29, 1, std::string("bagian")}};
  ani.write_raw(later);
  school.meet();
  ASSERT_TRUE(phone.change(id, {{"title", "Judul lain"}}).ok());
  school.meet();
  bool kept = false;
  for (const auto& op : ani.raw_ops(id)) {
    for (const auto& cell : op.op.cells) kept = kept || (cell.field == 99 && cell.value == "baru");
  }
  EXPECT_TRUE(kept);
  auto state = fold::fold(ani.raw_ops(id));
  EXPECT_EQ(state.registers.at({0, 99}).at(0).bytes, "baru");
  EXPECT_EQ(ani.show(id).value("title"), "Judul lain");
}

TEST(Records, ListsAreNewestFirstFilteredAndPaged) {
  School school(2);
  Teacher& ani = school.desk(0);
  std::vector<base::ObjectId> ids;
  for (int i = 1; i <= 9; ++i) {
    ids.push_back(ani.begin(a_record(
        kProblem, {{"title", "Masalah " + std::to_string(i)}, {"found", "2026-11-0" + std::to_string(i)}})));
  }
  ani.begin(a_record(kRootCause, {{"problem", ids[2].hex()}, {"statement", "Takut salah"}}));
  ASSERT_TRUE(ani.step(ids[0], "shared").ok());
  ASSERT_TRUE(ani.trash(ids[8]).ok());
  store::RecordFilter filter;
  filter.type = kProblem;
  filter.limit = 3;
  std::vector<std::string> seen;
  for (;;) {
    auto page = ani.records().list(filter);
    ASSERT_TRUE(page.ok());
    if (page->empty()) break;
    for (const auto& view : *page) seen.push_back(view.value("title"));
    filter.after = key_of(page->back());
  }
  ASSERT_EQ(seen.size(), 8U);
  EXPECT_EQ(seen.front(), "Masalah 8");
  EXPECT_EQ(seen.back(), "Masalah 1");

  store::RecordFilter shared;
  shared.type = kProblem;
  shared.state = entity(kProblem)->states.by_name("shared")->number;
  EXPECT_EQ(ani.records().list(shared)->size(), 1U);
  store::RecordFilter days;
  days.from = "2026-11-02";
  days.until = "2026-11-04";
  EXPECT_EQ(ani.records().list(days)->size(), 3U);
  store::RecordFilter words;
  words.words = "takut sal";
  EXPECT_EQ(ani.records().list(words)->size(), 1U);
  auto roots = ani.records().naming(ids[2], kRootCause, "problem");
  ASSERT_TRUE(roots.ok());
  EXPECT_EQ(roots->size(), 1U);
  EXPECT_TRUE(ani.records().naming(ids[3], kRootCause)->empty());
}

std::size_t index(support::SeededRandom& random, std::size_t below) {
  return static_cast<std::size_t>(random.below(below));
}

TEST(Records, EveryDeviceReadsTheSameWhateverTheOrderOfArrival) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    School school(3);
    support::SeededRandom random(seed);
    const auto id = school.desk(0).begin(a_problem("Judul", "satu\ndua\ntiga\nempat"));
    school.meet();
    school.give_role(1, Who::facilitator);
    for (int i = 0; i < 20; ++i) {
      Teacher& desk = school.desk(index(random, 3));
      switch (random.below(6)) {
        case 0:
          static_cast<void>(desk.change(id, {{"subject", "M" + std::to_string(random.below(3))}}));
          break;
        case 1:
          static_cast<void>(
              desk.change(id, {{"description", "satu\n" + std::to_string(i) + "\ntiga\nempat"}}));
          break;
        case 2: {
          const auto& states = entity(kProblem)->states.states;
          static_cast<void>(desk.step(id, states[index(random, states.size())].name, "sebab", "2026-12-01"));
          break;
        }
        case 3: static_cast<void>(desk.trash(id)); break;
        case 4: static_cast<void>(desk.restore(id)); break;
        default: school.send(index(random, 3), index(random, 3), id); break;
      }
    }
    school.meet();
    school.meet();
    const RecordView first = school.desk(0).show(id);
    for (int i = 1; i < 3; ++i) {
      const RecordView other = school.desk(static_cast<std::size_t>(i)).show(id);
      EXPECT_EQ(other.record.values, first.record.values) << seed;
      EXPECT_EQ(other.state, first.state) << seed;
      EXPECT_EQ(other.trashed, first.trashed) << seed;
      EXPECT_EQ(other.intents.size(), first.intents.size()) << seed;
      EXPECT_EQ(other.versions.size(), first.versions.size()) << seed;
    }
  }
}

}  // namespace
}  // namespace sejawat::cycle
