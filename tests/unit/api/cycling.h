// A school of three over a real carrier, for walks of the cycle.
#pragma once

#include "cycle/calendar.h"
#include "cycle/daily.h"
#include "cycle/meeting.h"
#include "cycle/story.h"
#include "world.h"

namespace sejawat::api {
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
  // A trial of that problem that was begun with these measures, by its owner.
  base::ObjectId begun(Core& core, const base::ObjectId& problem,
                       const std::vector<cycle::Values>& measures = {{{"name", "m"}}}) {
    cycle::Record option;
    option.values["title"] = "Kartu tanya";
    auto alternative = core.cycle().propose(problem, option);
    EXPECT_TRUE(alternative.ok());
    auto chosen = core.cycle().choose(problem, *alternative, trial());
    EXPECT_TRUE(chosen.ok());
    cycle::Change plan{*chosen, {{"plan", "Kartu"}}, {}};
    for (const auto& measure : measures) plan.parts["measures"].push_back({0, measure});
    EXPECT_TRUE(core.cycle().prepare(plan).ok());
    EXPECT_TRUE(core.cycle().start(*chosen, "2026-11-26").ok());
    return *chosen;
  }
  // The same with its impact.
  base::ObjectId tried(Core& core, const base::ObjectId& problem) {
    const auto chosen = begun(core, problem);
    EXPECT_TRUE(core.cycle().record_impact(chosen, entry("Lebih ramai"), {{"m", "3", "same"}}).ok());
    return chosen;
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

}  // namespace sejawat::api
