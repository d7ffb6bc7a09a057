// The walk of the cycle over real carriers: four steps, several people, some of them offline.
#ifndef __EMSCRIPTEN__
#include "cycle/calendar.h"
#include "cycle/daily.h"
#include "cycle/meeting.h"
#include "cycle/names.h"
#include "cycle/story.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Cycling : World {
  void SetUp() override {
    ani = founder();
    budi = member(*ani, "Budi");
    citra = member(*ani, "Citra");
    everybody();
    everybody();
    for (const auto& space : status(*ani).spaces) {
      if (space.kind == space::SpaceKind::school) school = space.space;
    }
  }
  void everybody() {
    for (int i = 0; i < 2; ++i) {
      for (auto* core : {ani.get(), budi.get(), citra.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
    }
  }
  base::ObjectId entry_with_gap(Core& core) {
    auto given = entry("Hanya tiga siswa yang bertanya");
    given.subject = "IPA";
    given.events[0].expected = "Sebagian besar siswa bertanya";
    given.events[0].gap = "Siswa takut bertanya";
    auto ids = core.add_entries({given});
    EXPECT_TRUE(ids.ok());
    return ids->front();
  }
  base::ObjectId shared_problem() {
    const auto id = entry_with_gap(*budi);
    auto draft = budi->cycle().draft_from_entry(id, 0);
    EXPECT_TRUE(draft.ok());
    auto problem = budi->cycle().share_problem(*draft, school);
    EXPECT_TRUE(problem.ok());
    everybody();
    return *problem;
  }
  std::string state(Core& core, const base::ObjectId& id) {
    auto view = core.cycle().records().show(id);
    EXPECT_TRUE(view.ok());
    return view.ok() ? view->state : "?";
  }
  // A trial of that problem that has its impact, by its owner.
  base::ObjectId tried(Core& core, const base::ObjectId& problem) {
    cycle::Record option;
    option.values["title"] = "Kartu tanya";
    auto alternative = core.cycle().propose(problem, option);
    EXPECT_TRUE(alternative.ok());
    auto chosen = core.cycle().choose(problem, *alternative, trial());
    EXPECT_TRUE(chosen.ok());
    cycle::Change plan{*chosen, {{"plan", "Kartu"}}, {}};
    plan.parts["measures"].push_back({0, {{"name", "m"}}});
    EXPECT_TRUE(core.cycle().prepare(plan).ok());
    EXPECT_TRUE(core.cycle().start(*chosen, "2026-11-26").ok());
    EXPECT_TRUE(core.cycle().record_impact(*chosen, entry("Lebih ramai"), {{"m", "3", "same"}}).ok());
    return *chosen;
  }
  cycle::RecordView option_of(Core& core, const base::ObjectId& trial) {
    auto view = core.cycle().records().show(trial);
    EXPECT_TRUE(view.ok());
    base::Bytes bytes;
    EXPECT_TRUE(base::from_hex(view->value("alternative"), bytes));
    auto option = core.cycle().records().show(*base::ObjectId::from(bytes));
    EXPECT_TRUE(option.ok());
    return option.ok() ? *option : cycle::RecordView{};
  }
  std::size_t rounds(Core& core, const base::ObjectId& problem) {
    const cycle::SchoolDays days;
    cycle::Stories stories(core.cycle().records(), core.journal(), days);
    auto story = stories.tell(problem, "2026-12-20");
    EXPECT_TRUE(story.ok());
    return story.ok() ? story->rounds : 0;
  }
  cycle::Record trial() {
    cycle::Record record;
    record.values["class"] = "5A";
    return record;
  }

  std::unique_ptr<Core> ani, budi, citra;
  base::SpaceId school;
};

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
  ASSERT_TRUE(alternative.ok()) << alternative.error().detail;
  everybody();
  ASSERT_TRUE(ani->cycle().endorse(*alternative, true).ok());
  everybody();
  auto chosen = budi->cycle().choose(problem, *alternative, trial());
  ASSERT_TRUE(chosen.ok()) << chosen.error().detail;
  EXPECT_EQ(budi->cycle().start(*chosen, "2026-11-26").code(), Code::invalid_argument)
      << "measures come before";
  cycle::Change plan{*chosen, {{"plan_steps", "Tanya, diam lima detik, tunjuk"}}, {}};
  plan.parts["measures"].push_back({0, {{"name", "Siswa yang bertanya"}, {"before", "3"}, {"target", "10"}}});
  ASSERT_TRUE(budi->cycle().prepare(plan).ok());
  EXPECT_EQ(state(*budi, *chosen), "ready");
  ASSERT_TRUE(budi->cycle().start(*chosen, "2026-11-26").ok());
  auto written = entry("Delapan siswa bertanya", "2026-11-26");
  auto impact = budi->cycle().record_impact(*chosen, written, {{"Siswa yang bertanya", "8", "better"}});
  ASSERT_TRUE(impact.ok()) << impact.error().detail;
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
  cycle::Record option;
  option.values["title"] = "Kartu tanya";
  auto alternative = budi->cycle().propose(problem, option);
  ASSERT_TRUE(alternative.ok());
  auto chosen = budi->cycle().choose(problem, *alternative, trial());
  ASSERT_TRUE(chosen.ok());
  cycle::Change plan{*chosen, {{"plan", "Kartu"}}, {}};
  plan.parts["measures"].push_back({0, {{"name", "m"}}});
  ASSERT_TRUE(budi->cycle().prepare(plan).ok());
  ASSERT_TRUE(budi->cycle().start(*chosen, "2026-11-26").ok());
  ASSERT_TRUE(
      budi->cycle().record_impact(*chosen, entry("Tidak ada yang berubah"), {{"m", "3", "same"}}).ok());
  ASSERT_TRUE(budi->cycle().conclude(*chosen, {"not_yet", "", "other_root"}, "2026-11-30").ok());
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

TEST_F(Cycling, AWeeklyDiscussionGivesEverybodyATurnAndTwoHostsCloseItOnce) {
  const auto problem = shared_problem();
  cycle::Record meeting;
  meeting.type = cycle::kWeeklyDiscussion;
  meeting.values = {{"date", "2026-11-28"}, {"title", "Diskusi pekan ini"}, {"leader", budi->person().hex()}};
  auto id = ani->cycle().begin(school, meeting);
  ASSERT_TRUE(id.ok());
  everybody();
  struct At {
    explicit At(Core& core) : desk(core.cycle().desk()), meetings(core.cycle(), desk) {}
    cycle::Desk& desk;
    cycle::Meetings meetings;
  };
  At host(*ani);
  At other(*budi);
  At guest(*citra);
  ASSERT_TRUE(host.meetings.make_agenda(*id).ok());
  ASSERT_TRUE(other.meetings.make_agenda(*id).ok()) << "apart from each other";
  everybody();
  for (auto* at : {&host, &other, &guest}) {
    auto agenda = at->meetings.agenda(*id);
    ASSERT_TRUE(agenda.ok());
    EXPECT_EQ(agenda->items.size(), 3U) << "one turn for every teacher";
    EXPECT_EQ(agenda->duplicates.size(), 3U);
    EXPECT_EQ(agenda->items.front().value("problem"), problem.hex());
  }
  for (const auto* state : {"turns", "brainstorm"})
    ASSERT_TRUE(ani->cycle().step({*id, state, "", "", std::nullopt}).ok());
  everybody();
  auto first = other.meetings.add_idea(*id, "Beri waktu tunggu", problem);
  auto second = guest.meetings.add_idea(*id, "Tunggu lima detik", problem);
  ASSERT_TRUE(first.ok() && second.ok());
  everybody();
  const auto before = host.meetings.ideas(*id);
  ASSERT_TRUE(before.ok());
  for (const auto& idea : *before) EXPECT_TRUE(idea.name_hidden);
  ASSERT_TRUE(ani->cycle().step({*id, "grouping", "", "", std::nullopt}).ok());
  ASSERT_TRUE(guest.meetings.group(*first, "Waktu tunggu").ok());
  ASSERT_TRUE(guest.meetings.group(*second, "Waktu tunggu").ok());
  everybody();
  const auto after = host.meetings.ideas(*id);
  ASSERT_TRUE(after.ok());
  for (const auto& idea : *after) {
    EXPECT_FALSE(idea.name_hidden);
    EXPECT_EQ(idea.cluster, "Waktu tunggu");
  }
  ASSERT_EQ(host.meetings.formulate(*id)->size(), 1U);
  EXPECT_TRUE(host.meetings.formulate(*id)->empty()) << "made again nothing is made twice";
  ASSERT_TRUE(guest.meetings.attend(*id, citra->person(), "present", "13:05").ok());
  ASSERT_TRUE(host.meetings.attend(*id, citra->person(), "absent", "").ok());
  everybody();
  const auto attendance = other.meetings.attendance(*id);
  ASSERT_TRUE(attendance.ok());
  for (const auto& row : *attendance) EXPECT_EQ(row.disputed, row.person == citra->person());
  // Both hosts close it, apart from each other.
  ASSERT_TRUE(host.meetings.write_minutes(*id).ok());
  ASSERT_TRUE(other.meetings.write_minutes(*id).ok());
  everybody();
  for (auto* core : {ani.get(), budi.get(), citra.get()}) {
    EXPECT_EQ(state(*core, *id), "minutes_draft");
    EXPECT_EQ(core->cycle().records().show(*id)->open_intents(), 0U) << "they wished the same";
  }
  EXPECT_EQ(guest.meetings.ratify(*id).code(), Code::not_permitted);
  ASSERT_TRUE(other.meetings.ratify(*id).ok());
  everybody();
  EXPECT_EQ(state(*citra, *id), "ratified");
}

// A weekly discussion of Ani's, with a turn for everybody that she and Budi made apart from each other.
struct Meeting : Cycling {
  void SetUp() override {
    Cycling::SetUp();
    cycle::Record record;
    record.type = cycle::kWeeklyDiscussion;
    record.values = {{"date", "2026-11-28"}, {"leader", budi->person().hex()}};
    auto begun = ani->cycle().begin(school, record);
    ASSERT_TRUE(begun.ok());
    id = *begun;
    everybody();
    for (auto* core : {ani.get(), budi.get()}) ASSERT_TRUE(at(*core).make_agenda(id).ok());
  }
  static cycle::Meetings at(Core& core) { return cycle::Meetings(core.cycle(), core.cycle().desk()); }
  cycle::AgendaView agenda(Core& core) {
    auto view = at(core).agenda(id);
    EXPECT_TRUE(view.ok());
    return view.ok() ? *view : cycle::AgendaView{};
  }
  // The turn that this device's host shows of a teacher.
  cycle::RecordView turn(Core& core, const base::PersonId& teacher) {
    const auto view = agenda(core);
    for (const auto& item : view.items) {
      if (item.value("teacher") == teacher.hex()) return item;
    }
    ADD_FAILURE() << "no turn";
    return {};
  }
  std::set<std::string> decisions(Core& core) {
    std::set<std::string> all;
    for (const auto& item : agenda(core).items) {
      if (!item.value("decision").empty()) all.insert(item.value("decision"));
    }
    return all;
  }
  base::ObjectId id;
};

TEST_F(Meeting, WhatTwoHostsDecidedApartInOneTurnStandsInTheAgendaAndInTheMinutes) {
  const auto decide = [&](Core& core, const char* text, const char* minutes) {
    const auto item = turn(core, citra->person()).record.id;
    ASSERT_TRUE(core.cycle().change({item, {{"decision", text}, {"minutes", minutes}}, {}}).ok());
  };
  decide(*ani, "Coba waktu tunggu", "10");
  decide(*budi, "Kartu tanya", "12");
  everybody();
  for (auto* core : {ani.get(), budi.get(), citra.get()}) {
    EXPECT_EQ(decisions(*core), (std::set<std::string>{"Coba waktu tunggu", "Kartu tanya"}));
    EXPECT_EQ(agenda(*core).items.size(), 4U) << "the others' turns once";
    EXPECT_EQ(agenda(*core).minutes_on_topic, 12) << "they timed one turn";
  }
  ASSERT_TRUE(at(*ani).make_agenda(id).ok());
  EXPECT_EQ(agenda(*ani).items.size(), 4U) << "made again there is nothing to add";
  ASSERT_TRUE(ani->cycle().step({id, "turns", "", "", std::nullopt}).ok());
  auto written = at(*ani).write_minutes(id);
  ASSERT_TRUE(written.ok());
  auto minutes = ani->cycle().records().show(*written);
  std::set<std::string> told;
  for (const auto& one : minutes->record.parts.at("decisions")) told.insert(one.values.at("text"));
  EXPECT_EQ(told, (std::set<std::string>{"Coba waktu tunggu", "Kartu tanya"}));
}

TEST_F(Meeting, OfTwoLikeTurnsTheOneIsShownThatSaysMore) {
  const auto item = turn(*budi, citra->person()).record.id;
  ASSERT_TRUE(budi->cycle().change({item, {{"decision", "Kartu tanya"}}, {}}).ok());
  everybody();
  for (auto* core : {ani.get(), budi.get(), citra.get()}) {
    EXPECT_EQ(agenda(*core).items.size(), 3U);
    EXPECT_EQ(turn(*core, citra->person()).record.id, item);
  }
}

TEST_F(Meeting, WhatTwoDecidedApartInOneItemIsInTheMinutesTwice) {
  everybody();
  const auto item = turn(*ani, citra->person()).record.id;
  ASSERT_TRUE(ani->cycle().change({item, {{"decision", "Coba waktu tunggu"}}, {}}).ok());
  ASSERT_TRUE(budi->cycle().change({item, {{"decision", "Kartu tanya"}}, {}}).ok());
  everybody();
  ASSERT_TRUE(ani->cycle().step({id, "turns", "", "", std::nullopt}).ok());
  auto written = at(*ani).write_minutes(id);
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(ani->cycle().records().show(*written)->record.parts.at("decisions").size(), 2U);
}

TEST_F(Meeting, AFurtherPointOfATeacherIsInTheAgenda) {
  everybody();
  cycle::Record item;
  item.type = cycle::kAgendaItem;
  item.values = {{"meeting", id.hex()},
                 {"place", "4"},
                 {"kind", "other"},
                 {"teacher", citra->person().hex()},
                 {"title", "Lomba"}};
  ASSERT_TRUE(ani->cycle().begin(school, item).ok());
  EXPECT_EQ(agenda(*ani).items.size(), 4U);
}

TEST_F(Meeting, OnlyMinutesOfWhoeverMayWriteThemAreRatified) {
  for (const auto* state : {"turns", "brainstorm"})
    ASSERT_TRUE(ani->cycle().step({id, state, "", "", std::nullopt}).ok());
  everybody();
  // As many as it takes for one of the smallest id.
  for (int i = 0; i < 20; ++i) {
    cycle::Record forged;
    forged.type = cycle::kMinutes;
    forged.values = {{"meeting", id.hex()}, {"agenda", "Bukan notulen"}};
    ASSERT_TRUE(citra->cycle().begin(school, forged).ok());
  }
  EXPECT_EQ(at(*citra).write_minutes(id).code(), Code::not_permitted);
  EXPECT_FALSE(at(*citra).minutes_of(id)->has_value()) << "nothing of hers is theirs";
  everybody();
  EXPECT_EQ(at(*budi).ratify(id).code(), Code::not_found);
  auto written = at(*ani).write_minutes(id);
  ASSERT_TRUE(written.ok());
  EXPECT_NE(ani->cycle().records().show(*written)->value("agenda"), "Bukan notulen");
  everybody();
  ASSERT_TRUE(at(*budi).ratify(id).ok());
  EXPECT_EQ(state(*budi, *written), "ratified");
  EXPECT_EQ(state(*budi, id), "ratified");
}

TEST_F(Meeting, ALongIdeaAndAFullAgendaStopNeitherTheMenuNorTheMinutes) {
  for (const auto* state : {"turns", "brainstorm"})
    ASSERT_TRUE(ani->cycle().step({id, state, "", "", std::nullopt}).ok());
  ASSERT_TRUE(at(*ani).add_idea(id, std::string(300, 'a') + " " + std::string(7000, 'b'), std::nullopt).ok());
  ASSERT_TRUE(at(*ani).add_idea(id, std::string(300, 'a') + " " + std::string(6000, 'c'), std::nullopt).ok());
  auto made = at(*ani).formulate(id);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->size(), 1U);
  for (int i = 0; i < 70; ++i) {
    cycle::Record item;
    item.type = cycle::kAgendaItem;
    item.values = {{"meeting", id.hex()},
                   {"place", std::to_string(i)},
                   {"title", std::string(190, 't')},
                   {"minutes", "9223372036854775807"},
                   {"decision", "Keputusan " + std::to_string(i)}};
    ASSERT_TRUE(ani->cycle().begin(school, item).ok());
  }
  EXPECT_EQ(agenda(*ani).minutes_on_topic, 70 * 24 * 60);
  ASSERT_TRUE(at(*ani).write_minutes(id).ok());
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
