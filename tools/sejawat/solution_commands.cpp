// solution: the menu of options. Each teacher chooses what to try; nobody is outvoted.
#include <iostream>

#include "cycle_commands.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using cycle::kAlternative;
using cycle::kProblem;

base::Status propose(Room& room, const Args& args) {
  SJ_TRY(auto problem, room.shown(args["id"], kProblem));
  cycle::Record option;
  SJ_TRY(option.values, values_of(room, cycle::entity(kAlternative)->fields, args.fields));
  option.values["title"] = args["title"];
  for (const auto& text : args.many.at("step")) option.parts["steps"].push_back({0, {{"text", text}}, false});
  SJ_TRY(auto id, room.cycle().propose(problem.record.id, option));
  return print_made(room, id);
}

base::Status menu(Room& room, const Args& args) {
  std::optional<base::ObjectId> problem;
  base::SpaceId space;
  if (!args["problem"].empty()) {
    SJ_TRY(auto view, room.shown(args["problem"], kProblem));
    problem = view.record.id;
    space = view.space;
  } else {
    SJ_TRY(space, room.space());
  }
  SJ_TRY(auto items, room.cycle().menu(space, problem));
  for (const auto& item : items) {
    if (!room.json()) {
      SJ_TRY(auto line, record_line(room, item.alternative));
      std::cout << line << "\n";
      if (item.tried > 0) {
        std::cout << room.say("    sudah dicoba ", "    tried ") << item.tried
                  << room.say(" kali: efektif ", " times: effective ") << item.effective
                  << room.say(", sebagian ", ", partly ") << item.partly << "\n";
      }
      if (item.endorsements > 0)
        std::cout << room.say("    dukungan ", "    support ") << item.endorsements << "\n";
      continue;
    }
    SJ_TRY(auto object, record_json(room, item.alternative));
    object["tried"] = item.tried;
    object["effective"] = item.effective;
    object["partly"] = item.partly;
    object["endorsements"] = item.endorsements;
    room.session().print(object);
  }
  return {};
}

base::Status choose(Room& room, const Args& args) {
  SJ_TRY(auto problem, room.shown(args["problem"], kProblem));
  SJ_TRY(auto option, room.shown(args["alternative"], kAlternative));
  cycle::Record trial;
  SJ_TRY(trial.values, values_of(room, cycle::entity(cycle::kTrial)->fields, args.fields));
  SJ_TRY(auto id, room.cycle().choose(problem.record.id, option.record.id, trial));
  return print_made(room, id);
}

base::Status training(Room& room, const Args& args) {
  SJ_TRY(auto space, room.space());
  cycle::Record record;
  SJ_TRY(record.values, values_of(room, cycle::entity(cycle::kTraining)->fields, args.fields));
  record.values["title"] = args["title"];
  if (record.values.count("date") == 0) record.values["date"] = room.today();
  for (const auto& row : args.rows.at("plan")) {
    cycle::PartValues plan{0, {{"text", row[0]}}, false};
    if (row.size() > 1) plan.values["by"] = row[1];
    record.parts["plans"].push_back(std::move(plan));
  }
  SJ_TRY(auto id, room.cycle().begin_training(space, record));
  return print_made(room, id);
}

}  // namespace

void add_solution_commands(CLI::App& app, Context& context) {
  auto* solution = subject(app, "solution", "solution options: propose, look through, choose one to try");
  Verb(solution, context, "propose", "one more option for a problem")
      .id("id", "the problem")
      .needs("--title", "the option in one line")
      .many("--step", "one step of it; may be given several times")
      .fields(kAlternative,
              {"description", "source", "source_note", "materials", "cost", "requires", "planned"})
      .runs(propose);
  Verb(solution, context, "menu", "what there is to choose from, and how often it helped")
      .may("--problem", "only for this problem")
      .runs(menu);
  Verb(solution, context, "endorse", "supports an option: a signal, not a vote")
      .id()
      .flag("--off", "take your support back")
      .runs([](Room& room, const Args& args) -> base::Status {
        SJ_TRY(auto option, room.shown(args["id"], kAlternative));
        return room.cycle().endorse(option.record.id, !args.flag("off"));
      });
  Verb(solution, context, "choose", "you choose to try it: begins a trial of your own")
      .id("problem", "the problem")
      .id("alternative", "the option")
      .fields(cycle::kTrial, {"class", "planned"})
      .runs(choose);
  Verb(solution, context, "training", "after a training: what you will try, as options with a date")
      .needs("--title", "the training")
      .rows("--plan", "WHAT [BY], up to three times", 1, 2)
      .fields(cycle::kTraining, {"date", "organiser", "notes"})
      .runs(training);
}

}  // namespace sejawat::cli
