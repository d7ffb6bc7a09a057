// trial: plan with a measure declared before, try, write down the impact, reflect, conclude.
#include <iostream>

#include "cycle_commands.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using cycle::kTrial;

base::Status show_again(Room& room, const base::ObjectId& id, bool whole = false) {
  SJ_TRY(auto view, room.records().show(id));
  return print_record(room, view, whole);
}

base::Status prepare(Room& room, const Args& args) {
  SJ_TRY(auto trial, room.shown(args["id"], kTrial));
  cycle::Change change{trial.record.id, {}, {}};
  SJ_TRY(change.values, values_of(room, cycle::entity(kTrial)->fields, args.fields));
  for (const auto& row : args.rows.at("measure")) {
    cycle::PartValues measure{0, {{"name", row[0]}}, false};
    if (row.size() > 1) measure.values["before"] = row[1];
    if (row.size() > 2) measure.values["target"] = row[2];
    change.parts["measures"].push_back(std::move(measure));
  }
  for (const auto& row : args.rows.at("collaborator")) {
    SJ_TRY(auto person, room.person(row[0]));
    cycle::PartValues one{0, {{"person", person.hex()}}, false};
    if (row.size() > 1) one.values["role"] = row[1];
    change.parts["collaborators"].push_back(std::move(one));
  }
  SJ_TRY_STATUS(room.cycle().prepare(change));
  return show_again(room, trial.record.id);
}

base::Status start(Room& room, const Args& args) {
  SJ_TRY(auto trial, room.shown(args["id"], kTrial));
  SJ_TRY_STATUS(room.cycle().start(trial.record.id, args["date"].empty() ? room.today() : args["date"]));
  return show_again(room, trial.record.id);
}

base::Status impact(Room& room, const Args& args) {
  SJ_TRY(auto trial, room.shown(args["id"], kTrial));
  cycle::JournalEntry entry;
  entry.date = args["date"].empty() ? room.today() : args["date"];
  entry.class_name = args["class"].empty() ? trial.value("class") : args["class"];
  entry.subject = args["subject"];
  cycle::JournalEvent event;
  event.domain = *cycle::domain_from(args["domain"].empty() ? "pupils" : args["domain"]);
  event.happened = args["happened"];
  event.expected = args["expected"];
  event.gap = args["gap"];
  entry.events.push_back(std::move(event));
  entry.kind = "trial";
  SJ_TRY_STATUS(cycle::validate(entry));
  std::vector<cycle::Measured> measured;
  for (const auto& row : args.rows.at("measure"))
    measured.push_back({row[0], row[1], row.size() > 2 ? row[2] : std::string()});
  SJ_TRY(auto id, room.cycle().record_impact(trial.record.id, entry, measured));
  if (room.json()) {
    room.session().print(boost::json::object{{"entry", id.hex()}, {"trial", trial.record.id.hex()}});
    return {};
  }
  return show_again(room, trial.record.id);
}

base::Status reflect(Room& room, const Args& args) {
  SJ_TRY(auto trial, room.shown(args["id"], kTrial));
  cycle::Record reflection;
  SJ_TRY(reflection.values, values_of(room, cycle::entity(cycle::kReflection)->fields, args.fields));
  if (reflection.values.count("date") == 0) reflection.values["date"] = room.today();
  for (const auto& name : args.many.at("participant")) {
    SJ_TRY(auto person, room.person(name));
    reflection.parts["participants"].push_back({0, {{"person", person.hex()}}, false});
  }
  SJ_TRY(auto id, room.cycle().reflect(trial.record.id, reflection));
  return print_made(room, id);
}

base::Status conclude(Room& room, const Args& args) {
  SJ_TRY(auto trial, room.shown(args["id"], kTrial));
  SJ_TRY_STATUS(room.cycle().conclude(trial.record.id, {args["verdict"], args["reason"], args["next"]},
                                      args["date"].empty() ? room.today() : args["date"]));
  return show_again(room, trial.record.id);
}

base::Status list(Room& room, const Args& args) {
  store::RecordFilter filter;
  filter.type = kTrial;
  if (!room.session().globals().space.empty()) {
    SJ_TRY(filter.space, room.space());
  }
  if (args.flag("mine")) filter.owner = room.core().person();
  if (!args.flag("ended")) filter.ended = false;
  SJ_TRY(auto views, all_records(room, filter));
  return print_records(room, views);
}

base::Status practice(Room& room, const Args& args) {
  SJ_TRY(auto trial, room.shown(args["id"], kTrial));
  SJ_TRY(auto values, values_of(room, cycle::entity(cycle::kPractice)->fields, args.fields));
  values["title"] = args["title"];
  SJ_TRY(auto id, room.cycle().offer_practice(trial.record.id, values));
  return print_made(room, id);
}

}  // namespace

void add_trial_commands(CLI::App& app, Context& context) {
  auto* trial =
      subject(app, "trial", "trials: planned with a measure, tried, written down, reflected on together");
  const std::vector<std::string> verdicts{"effective", "partly", "not_yet", "inconclusive"};
  Verb(trial, context, "list", "trials, newest first")
      .flag("--mine", "only your own")
      .flag("--ended", "those that ended as well")
      .runs(list);
  Verb(trial, context, "show", "one trial, whole")
      .id()
      .runs([](Room& room, const Args& args) -> base::Status {
        SJ_TRY(auto view, room.shown(args["id"], kTrial));
        return print_record(room, view, true);
      });
  Verb(trial, context, "prepare", "the adapted lesson plan and one to three measures; ready once it has both")
      .id()
      .rows("--measure", "NAME [BEFORE [TARGET]], up to three times", 1, 3)
      .rows("--collaborator", "NAME [model_teacher|observer|helper]", 1, 2)
      .fields(kTrial,
              {"class", "planned", "plan", "plan_goals", "plan_steps", "plan_media", "plan_assessment"})
      .runs(prepare);
  Verb(trial, context, "start", "the day it is tried").id().may("--date", "default: today").runs(start);
  Verb(trial, context, "impact", "what happened: a private journal entry, and what became of the measures")
      .id()
      .needs("--happened", "what happened in class")
      .one_of("--domain", "default: pupils", {"pupils", "methods", "teacher"})
      .may("--expected", "what should have happened")
      .may("--gap", "the gap that is left")
      .may("--class", "default: the trial's")
      .may("--subject", "the subject taught")
      .may("--date", "default: today")
      .rows("--measure", "NAME AFTER [worse|same|better|solved]", 2, 3)
      .runs(impact);
  Verb(trial, context, "reflect", "a joint reflection; anybody may add one")
      .id()
      .many("--participant", "a member's name; may be given several times")
      .fields(cycle::kReflection, {"findings", "proposed", "next", "date", "meeting"})
      .runs(reflect);
  Verb(trial, context, "conclude", "the owner's verdict: ends the problem, or begins the next cycle")
      .id()
      .one_of("--verdict", "effective, partly, not_yet or inconclusive", verdicts, true)
      .may("--reason", "why")
      .one_of("--next", "default: done when effective, else modify",
              {"done", "repeat", "modify", "other_root"})
      .may("--date", "default: today")
      .runs(conclude);
  Verb(trial, context, "cancel", "ends a trial that will not take place")
      .id()
      .needs("--reason", "why")
      .runs([](Room& room, const Args& args) -> base::Status {
        SJ_TRY(auto view, room.shown(args["id"], kTrial));
        SJ_TRY_STATUS(room.cycle().step({view.record.id, "cancelled", args["reason"], "", std::nullopt}));
        return show_again(room, view.record.id);
      });
  Verb(trial, context, "practice", "offers a concluded trial to others, failed ones too")
      .id()
      .needs("--title", "in one line")
      .fields(cycle::kPractice, {"context", "root_cause", "steps", "impact", "topic", "band"})
      .runs(practice);
}

}  // namespace sejawat::cli
