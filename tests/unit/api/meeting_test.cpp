// The weekly discussion over real carriers, with two hosts who do the same apart from each other.
#ifndef __EMSCRIPTEN__
#include <set>

#include "cycling.h"

namespace sejawat::api {
namespace {

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

}  // namespace
}  // namespace sejawat::api
#endif
