#include "cycle/daily.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cycle/categories.h"
#include "cycle/names.h"
#include "record_fixture.h"

namespace sejawat::cycle {
namespace {

constexpr std::int64_t kHour = 60 * 60 * 1000;
constexpr std::int64_t kWita = 8 * kHour;

// The fixture's clocks stand on one day; in Mataram it is the next morning already.
std::string day_of(Teacher& desk, const base::ObjectId& id) {
  return local_moment(desk.show(id).begun_ms, kWita).date;
}

base::ObjectId shared_problem(Teacher& desk, Values more = {}) {
  Record problem = a_problem("Siswa diam");
  for (auto& [name, value] : more) problem.values[name] = value;
  const auto id = desk.begin(problem);
  EXPECT_TRUE(desk.step(id, "shared").ok());
  return id;
}

DailyView view_at(Teacher& desk, const std::string& date, const LocalMoment& now) {
  auto view = daily_view(desk.records(), SchoolDays(), Teacher::space(), date, now, kWita);
  EXPECT_TRUE(view.ok());
  return view.ok() ? *view : DailyView{};
}

TEST(LocalMoment, IsTheDayOfThePeopleNotOfGreenwich) {
  const LocalMoment late = local_moment(18 * kHour, kWita);
  EXPECT_EQ(late.date, "1970-01-02");
  EXPECT_EQ(late.minutes, 2 * 60);
}

TEST(Daily, ClosesByItselfAtSixOfTheNextEffectiveDayOnEveryDevice) {
  School school(1);
  // 2026-11-28 is a Saturday: Sunday is no school day.
  const LocalMoment before{"2026-11-30", kClosingMinutes - 1}, then{"2026-11-30", kClosingMinutes};
  EXPECT_EQ(view_at(school.desk(0), "2026-11-28", before).closes, "2026-11-30");
  EXPECT_FALSE(view_at(school.desk(0), "2026-11-28", before).closed);
  EXPECT_TRUE(view_at(school.desk(0), "2026-11-28", then).closed);
}

TEST(Daily, WhatIsWrittenAfterItClosedIsTakenAndMarkedLate) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& budi = school.desk(1);
  const auto problem = shared_problem(ani);
  const std::string today = day_of(ani, problem);
  // A discussion of the week before closed long ago.
  const auto older = ani.begin(a_record(kDailyDiscussion, {{"date", "2026-11-16"}}));
  const auto now_one = ani.begin(a_record(kDailyDiscussion, {{"date", today}}));
  school.meet();
  for (const auto& discussion : {older, now_one}) {
    budi.begin(a_record(
        kContribution,
        {{"discussion", discussion.hex()}, {"problem", problem.hex()}, {"kind", "why"}, {"text", "karena"}}));
  }
  school.meet();
  for (Teacher* desk : {&ani, &budi}) {
    const auto late = view_at(*desk, "2026-11-16", {today, 0});
    ASSERT_EQ(late.problems.size(), 1U);
    ASSERT_EQ(late.problems.front().contributions.size(), 1U);
    EXPECT_TRUE(late.problems.front().contributions.front().late);
    const auto in_time = view_at(*desk, today, {today, 0});
    ASSERT_EQ(in_time.problems.size(), 1U);
    EXPECT_FALSE(in_time.problems.front().contributions.front().late);
  }
}

TEST(Daily, AFacilitatorClosesItEarlierAndLaterWordsAreLate) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto problem = shared_problem(ani);
  const std::string today = day_of(ani, problem);
  const auto discussion = ani.begin(a_record(kDailyDiscussion, {{"date", today}}));
  ASSERT_TRUE(ani.step(discussion, "closed").ok());
  const auto view = view_at(ani, today, {today, 0});
  EXPECT_TRUE(view.closed);
}

TEST(Daily, WhatHasNoRootIsCarriedOverAndWhatHasOneIsNot) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto open = shared_problem(ani);
  const auto rooted = shared_problem(ani);
  ani.begin(a_record(kRootCause, {{"problem", rooted.hex()}, {"statement", "akar"}}));
  ASSERT_TRUE(ani.step(rooted, "rooted").ok());
  const std::string today = day_of(ani, open);
  const std::string tomorrow = SchoolDays().next(today);
  const auto same_day = view_at(ani, today, {today, 0});
  ASSERT_EQ(same_day.problems.size(), 1U);
  EXPECT_FALSE(same_day.problems.front().carried_over);
  const auto next = view_at(ani, tomorrow, {tomorrow, 0});
  ASSERT_EQ(next.problems.size(), 1U);
  EXPECT_EQ(next.problems.front().problem.record.id, open);
  EXPECT_TRUE(next.problems.front().carried_over);
}

TEST(Daily, MeTooCountsAPersonOnceWhateverTheirDevices) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& budi = school.desk(1);
  Teacher& laptop = school.second_device_of(1);
  const auto problem = shared_problem(ani);
  school.meet();
  for (Teacher* desk : {&budi, &laptop})
    desk->begin(a_record(kContribution, {{"problem", problem.hex()}, {"kind", "me_too"}}));
  school.meet();
  const std::string today = day_of(ani, problem);
  const auto view = view_at(ani, today, {today, 0});
  ASSERT_EQ(view.problems.size(), 1U);
  EXPECT_EQ(view.problems.front().me_too, 1U);
}

TEST(Daily, TwoWhoBegunOneApartBothCountAndEverybodyShowsTheSame) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& budi = school.desk(1);
  const auto problem = shared_problem(ani);
  const std::string today = day_of(ani, problem);
  school.meet();
  for (Teacher* desk : {&ani, &budi}) {
    const auto discussion = desk->begin(a_record(kDailyDiscussion, {{"date", today}}));
    desk->begin(a_record(
        kContribution,
        {{"discussion", discussion.hex()}, {"problem", problem.hex()}, {"kind", "why"}, {"text", "karena"}}));
  }
  school.meet();
  const auto one = view_at(ani, today, {today, 0});
  const auto other = view_at(budi, today, {today, 0});
  EXPECT_EQ(one.discussion->record.id, other.discussion->record.id);
  EXPECT_EQ(one.problems.front().contributions.size(), 2U);
}

bool hidden(Teacher& desk, const base::ObjectId& id) {
  auto answer = name_hidden(desk.records(), desk.show(id));
  EXPECT_TRUE(answer.ok());
  return answer.ok() && *answer;
}

TEST(Names, AHiddenNameIsHiddenOnEverythingOfThatPersonThatHangsOnTheProblem) {
  School school(2);
  Teacher& ani = school.desk(0);
  Teacher& budi = school.desk(1);
  const auto problem = shared_problem(ani, {{"hide_name", "yes"}});
  school.meet();
  const auto own =
      ani.begin(a_record(kContribution, {{"problem", problem.hex()}, {"kind", "why"}, {"text", "x"}}));
  const auto theirs =
      budi.begin(a_record(kContribution, {{"problem", problem.hex()}, {"kind", "why"}, {"text", "x"}}));
  const auto trial = ani.begin(a_record(kTrial, {{"problem", problem.hex()}}));
  const auto reflection = ani.begin(a_record(kReflection, {{"trial", trial.hex()}}));
  school.meet();
  for (const auto& id : {problem, own, trial, reflection}) EXPECT_TRUE(hidden(budi, id));
  EXPECT_FALSE(hidden(ani, theirs));
}

TEST(Names, AWithdrawnProblemStaysUnnamedThoughItSaysNothingAnyMore) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto problem = shared_problem(ani, {{"hide_name", "yes"}});
  ASSERT_TRUE(ani.step(problem, "withdrawn").ok());
  ASSERT_TRUE(ani.records().clear(ani.pen(), problem).ok());
  EXPECT_EQ(ani.show(problem).value("hide_name"), "");
  EXPECT_TRUE(hidden(ani, problem));
}

TEST(Names, WhereTwoDevicesDisagreeTheNameStaysHidden) {
  School school(1);
  Teacher& phone = school.desk(0);
  Teacher& laptop = school.second_device_of(0);
  const auto problem = shared_problem(phone);
  school.meet();
  ASSERT_TRUE(phone.change(problem, {{"hide_name", "yes"}}).ok());
  ASSERT_TRUE(laptop.change(problem, {{"hide_name", "no"}}).ok());
  school.meet();
  for (Teacher* desk : {&phone, &laptop}) EXPECT_TRUE(hidden(*desk, problem));
}

TEST(Names, IdeasAndMeTooGoUnnamedUntilTheirTime) {
  School school(1);
  Teacher& ani = school.desk(0);
  const auto meeting = ani.begin(a_record(kWeeklyDiscussion, {{"date", "2026-11-27"}}));
  const auto idea = ani.begin(a_record(kIdea, {{"meeting", meeting.hex()}, {"text", "kartu"}}));
  for (const auto* phase : {"turns", "brainstorm"}) {
    EXPECT_TRUE(hidden(ani, idea));
    ASSERT_TRUE(ani.step(meeting, phase).ok());
  }
  EXPECT_TRUE(hidden(ani, idea));
  ASSERT_TRUE(ani.step(meeting, "grouping").ok());
  EXPECT_FALSE(hidden(ani, idea));
  const auto problem = shared_problem(ani);
  EXPECT_TRUE(
      hidden(ani, ani.begin(a_record(kContribution, {{"problem", problem.hex()}, {"kind", "me_too"}}))));
}

TEST(Categories, ASchoolAddsRenamesAndRetiresAndOldOnesStayReadable) {
  School school(1);
  Teacher& ani = school.desk(0);
  ani.begin(a_record(kCategory, {{"key", "local_reading"}, {"name", "Membaca pagi"}, {"version", "1"}}));
  ani.begin(a_record(kCategory,
                     {{"key", "assessment"}, {"name", "Evaluasi"}, {"retired", "yes"}, {"version", "2"}}));
  auto list = categories(ani.records(), {Teacher::space()});
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->size(), built_in_categories().size() + 1);
  EXPECT_EQ(list->back().key, "local_reading");
  const auto find = [&](const std::string& key) {
    return *std::find_if(list->begin(), list->end(), [&](const Category& one) { return one.key == key; });
  };
  EXPECT_TRUE(find("assessment").retired);
  EXPECT_EQ(find("assessment").indonesian, "Evaluasi");
  EXPECT_EQ(find("assessment").version, 2);
  EXPECT_FALSE(find("other").own);
}

TEST(Categories, KeysAreUniqueAndEveryOneHasANameInBothLanguages) {
  std::set<std::string> keys;
  for (const auto& one : built_in_categories()) {
    EXPECT_TRUE(keys.insert(one.key).second) << one.key;
    EXPECT_FALSE(one.indonesian.empty());
    EXPECT_FALSE(one.english.empty());
  }
}

}  // namespace
}  // namespace sejawat::cycle
