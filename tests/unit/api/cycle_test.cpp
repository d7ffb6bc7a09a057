// The walk of the cycle over real carriers: four steps, several people, some of them offline.
#ifndef __EMSCRIPTEN__
#include "cycle/names.h"
#include "cycling.h"

namespace sejawat::api {
namespace {

TEST_F(Cycling, FromALineInAJournalToASolutionThatWorked) {
  const auto problem = shared_problem();
  EXPECT_EQ(citra->cycle().records().show(problem)->value("title"), "Siswa takut bertanya");
  EXPECT_EQ(state(*citra, problem), "shared");

  // Daily: why? Two write apart from each other.
  ASSERT_TRUE(ani->cycle().contribute(problem, "why", "Takut ditertawakan").ok());
  ASSERT_TRUE(citra->cycle().contribute(problem, "why", "Guru menjawab sendiri").ok());
  ASSERT_TRUE(citra->cycle().contribute(problem, "me_too", "").ok());
  ASSERT_TRUE(citra->cycle().contribute(problem, "me_too", "").ok()) << "once a person";
  everybody();
  ASSERT_TRUE(
      budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}, {"kind", "methods"}}).ok());
  everybody();
  EXPECT_EQ(state(*ani, problem), "rooted");

  // Weekly: options; Budi chooses one to try.
  cycle::Record option;
  option.values["title"] = "Waktu tunggu lima detik";
  auto alternative = citra->cycle().propose(problem, option);
  ASSERT_TRUE(alternative.ok()) << alternative.error().detail();
  everybody();
  ASSERT_TRUE(ani->cycle().endorse(*alternative, true).ok());
  everybody();
  auto chosen = budi->cycle().choose(problem, *alternative, trial());
  ASSERT_TRUE(chosen.ok()) << chosen.error().detail();
  EXPECT_EQ(budi->cycle().start(*chosen, "2026-11-26").code(), Code::invalid_argument)
      << "measures come before";
  cycle::Change plan{*chosen, {{"plan_steps", "Tanya, diam lima detik, tunjuk"}}, {}};
  plan.parts["measures"].push_back({0, {{"name", "Siswa yang bertanya"}, {"before", "3"}, {"target", "10"}}});
  ASSERT_TRUE(budi->cycle().prepare(plan).ok());
  EXPECT_EQ(state(*budi, *chosen), "ready");
  ASSERT_TRUE(budi->cycle().start(*chosen, "2026-11-26").ok());
  auto written = entry("Delapan siswa bertanya", "2026-11-26");
  auto impact = budi->cycle().record_impact(*chosen, written, {{"Siswa yang bertanya", "8", "better"}});
  ASSERT_TRUE(impact.ok()) << impact.error().detail();
  EXPECT_EQ(budi->journal().show(*impact)->entry.trial_id, chosen->hex());
  everybody();
  cycle::Record reflection;
  reflection.values = {{"findings", "Lebih banyak yang berani"}, {"proposed", "effective"}};
  ASSERT_TRUE(ani->cycle().reflect(*chosen, reflection).ok());
  everybody();
  ASSERT_TRUE(
      budi->cycle().conclude(*chosen, {"effective", "Delapan dari dua puluh", "done"}, "2026-11-30").ok());
  everybody();
  EXPECT_EQ(state(*citra, problem), "solved");
  auto menu = citra->cycle().menu(school, std::nullopt);
  ASSERT_TRUE(menu.ok());
  ASSERT_EQ(menu->size(), 1U);
  EXPECT_EQ(menu->front().tried, 1U);
  EXPECT_EQ(menu->front().effective, 1U);
  EXPECT_EQ(menu->front().endorsements, 1U);
  ASSERT_TRUE(budi->cycle().offer_practice(*chosen, {{"title", "Waktu tunggu"}}).ok());

  // Everybody tells the same story; the entry behind it is its writer's alone.
  const cycle::SchoolDays days;
  std::vector<std::string> told;
  for (auto* core : {ani.get(), budi.get(), citra.get()}) {
    cycle::Stories stories(core->cycle().records(), core->journal(), days);
    auto story = stories.tell(problem, "2026-12-01");
    ASSERT_TRUE(story.ok());
    std::string text;
    bool entry_told = false;
    for (const auto& line : story->lines) {
      entry_told = entry_told || line.chapter == cycle::Chapter::entry;
      if (line.chapter == cycle::Chapter::entry) continue;
      text += std::string(cycle::chapter_name(line.chapter)) + " " + line.date + " " + line.by.hex() + " " +
              line.text + " " + line.state + "\n";
    }
    EXPECT_EQ(entry_told, core == budi.get());
    EXPECT_FALSE(story->stalled);
    told.push_back(text);
  }
  EXPECT_EQ(told[0], told[1]);
  EXPECT_EQ(told[0], told[2]);
  EXPECT_NE(told[0].find("verdict"), std::string::npos);
}

TEST_F(Cycling, WhatDidNotWorkBeginsTheNextRound) {
  const auto problem = shared_problem();
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}}).ok());
  const auto chosen = begun(*budi, problem);
  ASSERT_TRUE(
      budi->cycle().record_impact(chosen, entry("Tidak ada yang berubah"), {{"m", "3", "same"}}).ok());
  ASSERT_TRUE(budi->cycle().conclude(chosen, {"not_yet", "", "other_root"}, "2026-11-30").ok());
  EXPECT_EQ(state(*budi, problem), "new_cycle");
  everybody();
  const cycle::SchoolDays days;
  cycle::Stories stories(citra->cycle().records(), citra->journal(), days);
  auto story = stories.tell(problem, "2026-12-20");
  ASSERT_TRUE(story.ok());
  EXPECT_EQ(story->rounds, 2U);
  EXPECT_TRUE(story->stalled);
  EXPECT_EQ(stories.stalled(school, "2026-12-20")->size(), 1U);
}

TEST_F(Cycling, TwoMeasuresOfOneNameKeepTheirOwnResults) {
  const auto problem = shared_problem();
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}}).ok());
  const auto chosen = begun(*budi, problem,
                            {{{"name", "Nilai rata-rata"}, {"before", "4A: 40"}},
                             {{"name", "Nilai rata-rata"}, {"before", "4B: 55"}}});
  const std::vector<cycle::Measured> three(3, {"Nilai rata-rata", "50", "better"});
  EXPECT_EQ(budi->cycle().record_impact(chosen, entry("Lebih baik"), three).code(), Code::invalid_argument);
  ASSERT_TRUE(budi->cycle()
                  .record_impact(chosen, entry("Lebih baik"),
                                 {{"Nilai rata-rata", "50", "better"}, {"Nilai rata-rata", "56", "same"}})
                  .ok());
  const auto view = budi->cycle().records().show(chosen);
  ASSERT_TRUE(view.ok());
  const auto& measures = view->record.parts.at("measures");
  ASSERT_EQ(measures.size(), 2U);
  EXPECT_EQ(measures[0].values.at("after"), "50");
  EXPECT_EQ(measures[1].values.at("after"), "56");
}

TEST_F(Cycling, ATrialIsConcludedThoughItsProblemWasErased) {
  const auto problem = shared_problem();
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}}).ok());
  const auto trial = tried(*budi, problem);
  everybody();
  ASSERT_TRUE(budi->erase(problem, 1, false).ok());
  everybody();
  ASSERT_EQ(budi->cycle().records().show(problem).code(), Code::not_found);
  ASSERT_TRUE(budi->cycle().conclude(trial, {"effective", "Ramai", "done"}, "2026-11-30").ok());
  everybody();
  auto view = citra->cycle().records().show(trial);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->state, "concluded");
  EXPECT_EQ(view->value("verdict"), "effective");
}

TEST_F(Cycling, ATrialIsConcludedThoughItsProblemWasSolvedByAnother) {
  const auto problem = shared_problem();
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}}).ok());
  const auto first = tried(*budi, problem);
  // One that ran beside it, and that nobody moved the problem with.
  cycle::Record beside;
  beside.type = cycle::kTrial;
  beside.values = {{"problem", problem.hex()}};
  auto second = budi->cycle().begin(school, beside);
  ASSERT_TRUE(second.ok());
  for (const auto* state : {"ready", "running", "impact_recorded"})
    ASSERT_TRUE(budi->cycle().step({*second, state, "", "", std::nullopt}).ok());
  ASSERT_TRUE(budi->cycle().conclude(first, {"effective", "", ""}, "2026-11-30").ok());
  ASSERT_EQ(state(*budi, problem), "solved");
  ASSERT_TRUE(budi->cycle().conclude(*second, {"not_yet", "", "modify"}, "2026-12-02").ok());
  EXPECT_EQ(state(*budi, *second), "concluded");
  EXPECT_EQ(state(*budi, problem), "solved");
  EXPECT_EQ(rounds(*budi, problem), 1U) << "no round of what is solved";
  ASSERT_TRUE(budi->cycle().conclude(first, {"effective", "", ""}, "2026-12-03").ok()) << "again";
  everybody();
  EXPECT_EQ(citra->cycle().records().show(problem)->open_intents(), 0U);
}

TEST_F(Cycling, AVerdictBringsNoProblemBackFromTheTrash) {
  const auto problem = shared_problem();
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}}).ok());
  const auto trial = tried(*budi, problem);
  ASSERT_TRUE(budi->cycle().trash(problem).ok());
  ASSERT_TRUE(budi->cycle().conclude(trial, {"effective", "", ""}, "2026-11-30").ok());
  EXPECT_TRUE(budi->cycle().records().show(problem)->trashed);
  EXPECT_EQ(state(*budi, trial), "concluded");
}

TEST_F(Cycling, RoundsAndRootsOfOthersSteerNothing) {
  const auto problem = shared_problem();
  cycle::Record root;
  root.type = cycle::kRootCause;
  root.values = {{"problem", problem.hex()}, {"statement", "Bukan akarnya"}};
  const auto forged = citra->cycle().begin(school, root);
  ASSERT_TRUE(forged.ok());
  for (const auto* number : {"99", "9223372036854775807"}) {
    cycle::Record round;
    round.type = cycle::kRound;
    round.values = {{"problem", problem.hex()}, {"number", number}};
    ASSERT_TRUE(citra->cycle().begin(school, round).ok());
  }
  everybody();
  const auto today = cycle::local_moment(budi->cycle().desk().wall_ms(), 0);
  auto daily = cycle::daily_view(budi->cycle().records(), cycle::SchoolDays(), school, today.date, today, 0);
  ASSERT_TRUE(daily.ok());
  ASSERT_EQ(daily->problems.size(), 1U);
  EXPECT_FALSE(daily->problems.front().rooted);
  EXPECT_EQ(rounds(*budi, problem), 1U);
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "Tidak ada waktu tunggu"}}).ok());
  const auto trial = tried(*budi, problem);
  const auto option = option_of(*budi, trial);
  EXPECT_NE(option.value("root_cause"), forged->hex());
  EXPECT_FALSE(option.value("root_cause").empty());
  ASSERT_TRUE(budi->cycle().conclude(trial, {"not_yet", "", "modify"}, "2026-11-30").ok());
  EXPECT_EQ(state(*budi, problem), "new_cycle");
  everybody();
  EXPECT_EQ(rounds(*citra, problem), 2U);
}

TEST_F(Cycling, AStepAgainstARecordThatMovedOnIsAnIntentOnEveryDeviceAndCanBeTaken) {
  const auto problem = shared_problem();
  // Budi is offline and postpones; Ani, the facilitator, has it analysed and rooted meanwhile.
  ASSERT_TRUE(budi->cycle().step({problem, "postponed", "ujian", "2026-12-10", std::nullopt}).ok());
  ASSERT_TRUE(ani->cycle().step({problem, "analysed", "", "", std::nullopt}).ok());
  ASSERT_TRUE(ani->cycle().find_root(problem, {{"statement", "Takut salah"}}).ok());
  everybody();
  for (auto* core : {ani.get(), budi.get(), citra.get()}) {
    auto view = core->cycle().records().show(problem);
    ASSERT_TRUE(view.ok());
    EXPECT_EQ(view->state, "rooted");
    ASSERT_EQ(view->open_intents(), 1U);
    EXPECT_EQ(view->intents[0].to, "postponed");
    EXPECT_EQ(view->intents[0].reason, "ujian");
    EXPECT_EQ(view->intents[0].unfit, cycle::Unfit::moved_on);
    store::RecordFilter undecided;
    undecided.undecided = true;
    EXPECT_EQ(core->cycle().records().list(undecided)->size(), 1U);
  }
  const auto intent = budi->cycle().records().show(problem)->intents[0].dot;
  ASSERT_TRUE(budi->cycle().step({problem, "postponed", "ujian", "2026-12-10", intent}).ok());
  everybody();
  EXPECT_EQ(state(*citra, problem), "postponed");
  EXPECT_EQ(citra->cycle().records().show(problem)->open_intents(), 0U);
}

TEST_F(Cycling, AWithdrawnProblemKeepsNoWords) {
  const auto problem = shared_problem();
  EXPECT_EQ(ani->cycle().withdraw_problem(problem).code(), Code::not_permitted);
  ASSERT_TRUE(budi->cycle().withdraw_problem(problem).ok());
  everybody();
  auto view = citra->cycle().records().show(problem);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->state, "withdrawn");
  EXPECT_TRUE(view->record.values.empty());
  store::RecordFilter words;
  words.words = "bertanya";
  EXPECT_TRUE(citra->cycle().records().list(words)->empty());
}

TEST_F(Cycling, TheWordsOfAProblemThatHasEndedAreTakenBackAndTheName) {
  const auto shown = [&](const base::ObjectId& id) { return *citra->cycle().records().show(id); };
  for (const auto* end : {"closed", "solved"}) {
    const auto problem = shared_problem();
    ASSERT_TRUE(budi->cycle().change({problem, {{"hide_name", "yes"}}, {}}).ok());
    if (std::string_view(end) == "closed") {
      ASSERT_TRUE(budi->cycle().step({problem, "closed", "pindah kelas", "", std::nullopt}).ok());
    } else {
      ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "x"}}).ok());
      ASSERT_TRUE(budi->cycle().conclude(tried(*budi, problem), {"effective", "", ""}, "2026-11-30").ok());
    }
    everybody();
    ASSERT_EQ(shown(problem).state, end);
    EXPECT_EQ(ani->cycle().withdraw_problem(problem).code(), Code::not_permitted);
    ASSERT_TRUE(budi->cycle().withdraw_problem(problem).ok());
    ASSERT_TRUE(budi->cycle().withdraw_problem(problem).ok()) << "again";
    everybody();
    EXPECT_EQ(shown(problem).state, end) << "what it was it stays";
    EXPECT_TRUE(shown(problem).record.values.empty());
    EXPECT_TRUE(*cycle::name_hidden(citra->cycle().records(), shown(problem)));
  }
}

TEST_F(Cycling, DeletingAgainstEditingTheEditWins) {
  const auto problem = shared_problem();
  ASSERT_TRUE(budi->cycle().trash(problem).ok());
  ASSERT_TRUE(ani->cycle().step({problem, "analysed", "", "", std::nullopt}).ok());
  everybody();
  for (auto* core : {ani.get(), budi.get(), citra.get()}) {
    auto view = core->cycle().records().show(problem);
    EXPECT_FALSE(view->trashed);
    EXPECT_TRUE(view->restored_by_edit);
    EXPECT_EQ(view->state, "analysed");
  }
}

TEST_F(Cycling, NobodyFollowedUpIsListedOldestFirst) {
  const auto problem = shared_problem();
  const cycle::SchoolDays days;
  cycle::Stories stories(citra->cycle().records(), citra->journal(), days);
  auto waiting = stories.without_follow_up(school, "2026-12-01");
  ASSERT_TRUE(waiting.ok());
  ASSERT_EQ(waiting->size(), 1U);
  EXPECT_EQ(waiting->front().days, 6)
      << "from Tuesday 24 November: five to Saturday and Monday, then Tuesday";
  ASSERT_TRUE(budi->cycle().find_root(problem, {{"statement", "x"}}).ok());
  everybody();
  EXPECT_TRUE(stories.without_follow_up(school, "2026-12-01")->empty());
}

TEST_F(Cycling, SchoolDaysFollowTheCalendarOfTheSchool) {
  cycle::Record year;
  year.type = cycle::kSchoolYear;
  year.values = {
      {"name", "2026/2027"}, {"starts", "2026-07-13"}, {"ends", "2027-06-19"}, {"days_a_week", "5"}};
  ASSERT_TRUE(ani->cycle().begin(school, year).ok());
  cycle::Record day;
  day.type = cycle::kCalendarDay;
  day.values = {{"date", "2026-11-26"}, {"until", "2026-11-27"}, {"kind", "holiday"}};
  ASSERT_TRUE(ani->cycle().begin(school, day).ok());
  everybody();
  auto days = cycle::SchoolDays::load(citra->cycle().records(), {school});
  ASSERT_TRUE(days.ok());
  EXPECT_TRUE(days->effective("2026-11-25"));
  EXPECT_FALSE(days->effective("2026-11-26"));
  EXPECT_FALSE(days->effective("2026-11-28")) << "a Saturday";
  EXPECT_EQ(days->next("2026-11-25"), "2026-11-30");
  EXPECT_EQ(days->between("2026-11-25", "2026-12-02"), 3);
}

TEST_F(Cycling, PlansOfATrainingBecomeOptions) {
  cycle::Record training;
  training.values = {{"title", "Pelatihan HOTS"}};
  training.parts["plans"].push_back({0, {{"text", "Mencoba pertanyaan terbuka"}, {"by", "2026-12-05"}}});
  ASSERT_TRUE(budi->cycle().begin_training(school, training).ok());
  everybody();
  auto menu = citra->cycle().menu(school, std::nullopt);
  ASSERT_EQ(menu->size(), 1U);
  EXPECT_EQ(menu->front().alternative.value("planned"), "2026-12-05");
}

}  // namespace
}  // namespace sejawat::api
#endif
