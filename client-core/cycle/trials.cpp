// From a plan to a verdict (F9 - F11, F15).
#include <algorithm>

#include "cycle/rounds.h"
#include "together.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

base::Error invalid(std::string what) { return base::error(base::Code::invalid_argument, std::move(what)); }

}  // namespace

base::Result<std::optional<RecordView>> Cycle::own_problem_of(const RecordView& trial) {
  SJ_TRY(auto about, if_here(object_of(trial.value("problem")), kProblem));
  if (about && (!(about->owner == desk_.me()) || about->trashed)) about.reset();
  return about;
}

base::Status Cycle::prepare(const Change& given) {
  return together([&]() -> base::Status {
    SJ_TRY(auto view, shown(given.id, kTrial));
    SJ_TRY(auto pen, pen_of(view));
    changed_.push_back(given.id);
    SJ_TRY_STATUS(records_.change(pen, given));
    SJ_TRY(view, shown(given.id, kTrial));
    bool planned = false;
    for (const auto* field : {"plan", "plan_goals", "plan_steps", "plan_media", "plan_assessment"}) {
      planned = planned || !view.value(field).empty();
    }
    const bool measured = view.record.parts.count("measures") != 0;
    // Declared before, or not at all: that is what makes the verdict worth something.
    if (view.state == "planned" && planned && measured) return step_to(view, "ready");
    return {};
  });
}

base::Status Cycle::start(const base::ObjectId& trial, std::string_view date) {
  return together([&]() -> base::Status {
    SJ_TRY(auto view, shown(trial, kTrial));
    if (view.state == "planned") return invalid("trial: needs a plan and a measure first");
    SJ_TRY(auto pen, pen_of(view));
    Change dated{trial, {}, {{"dates", {{0, {{"date", std::string(date)}}}}}}};
    SJ_TRY_STATUS(records_.change(pen, dated));
    SJ_TRY_STATUS(step_to(view, "running"));
    SJ_TRY(const auto about, own_problem_of(view));
    return about && about->state == "chosen" ? step_to(*about, "tried") : base::Status();
  });
}

base::Result<base::ObjectId> Cycle::record_impact(const base::ObjectId& trial, JournalEntry entry,
                                                  const std::vector<Measured>& measured) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(trial, kTrial));
    SJ_TRY(auto pen, pen_of(view));
    Change change{trial, {}, {}};
    const auto held = view.record.parts.find("measures");
    std::vector<std::uint32_t>
        taken;  // of several measures of one name each takes one result, in their order
    for (const auto& one : measured) {
      if (held == view.record.parts.end()) return invalid("measures: none were declared");
      const auto found = std::find_if(held->second.begin(), held->second.end(), [&](const PartValues& part) {
        const auto name = part.values.find("name");
        return name != part.values.end() && name->second == one.name &&
               std::find(taken.begin(), taken.end(), part.element) == taken.end();
      });
      if (found == held->second.end()) return invalid("measures: no such measure");
      taken.push_back(found->element);
      change.parts["measures"].push_back({found->element, {{"after", one.after}, {"effect", one.effect}}});
    }
    SJ_TRY_STATUS(records_.change(pen, change));
    entry.kind = "trial";
    entry.trial_id = trial.hex();
    SJ_TRY(auto home, desk_.pen(desk_.personal()));
    const auto id = entry.id.is_zero() ? records_.fresh_id() : entry.id;
    SJ_TRY(auto written, journal_.add(home.space, home.log, entry, id, home.wall_ms));
    changed_.push_back(written);
    SJ_TRY_STATUS(step_to(view, "impact_recorded"));
    return written;
  });
}

base::Result<base::ObjectId> Cycle::reflect(const base::ObjectId& trial, const Record& given) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(trial, kTrial));
    Record reflection = given;
    reflection.type = kReflection;
    reflection.values["trial"] = trial.hex();
    SJ_TRY(auto pen, pen_of(view));
    SJ_TRY(auto id, begin_at(pen, reflection));
    if (view.owner == desk_.me() && view.state == "impact_recorded")
      SJ_TRY_STATUS(step_to(view, "reflected"));
    return id;
  });
}

base::Status Cycle::conclude(const base::ObjectId& trial, const Verdict& verdict, std::string_view date) {
  return together([&]() -> base::Status {
    SJ_TRY(auto view, shown(trial, kTrial));
    if (verdict.verdict.empty()) return invalid("verdict: missing");
    SJ_TRY(auto pen, pen_of(view));
    const std::string next =
        verdict.next.empty() ? (verdict.verdict == "effective" ? "done" : "modify") : verdict.next;
    SJ_TRY_STATUS(records_.change(
        pen,
        {trial, {{"verdict", verdict.verdict}, {"verdict_reason", verdict.reason}, {"next", next}}, {}}));
    if (view.state == "impact_recorded") {
      SJ_TRY_STATUS(step_to(view, "reflected"));
      SJ_TRY(view, shown(trial, kTrial));
    }
    SJ_TRY_STATUS(step_to(view, "concluded"));
    SJ_TRY(const auto option, if_here(object_of(view.value("alternative")), kAlternative));
    if (option && option->state == "available" && !option->trashed) {
      SJ_TRY(const bool tells, may_step(*option, "tested"));
      if (tells) SJ_TRY_STATUS(step_to(*option, "tested"));
    }
    return move_on(view, verdict.verdict, next, date);
  });
}

// The verdict is on the trial, and stands whatever became of the problem: it may be erased, or solved by
// another trial. It moves only a problem that waits for one.
base::Status Cycle::move_on(const RecordView& trial, const std::string& verdict, const std::string& next,
                            std::string_view date) {
  SJ_TRY(auto about, own_problem_of(trial));
  if (!about) return {};
  if (about->state == "tried") {
    SJ_TRY_STATUS(step_to(*about, "reflected"));
    SJ_TRY(about, if_here(about->record.id, kProblem));
  }
  if (!about || about->state != "reflected") return {};
  SJ_TRY_STATUS(step_to(*about, next == "done" ? "solved" : "new_cycle"));
  SJ_TRY(const auto rounds, rounds_of(records_, *about));
  if (!rounds.empty()) {
    const RecordView& running = rounds.back().record;
    SJ_TRY(auto pen, pen_of(running));
    changed_.push_back(running.record.id);
    SJ_TRY_STATUS(
        records_.change(pen, {running.record.id, {{"ended", std::string(date)}, {"outcome", verdict}}, {}}));
  }
  if (next == "done") return {};
  const std::int64_t number = rounds.empty() ? 1 : rounds.back().number;
  Record fresh;
  fresh.type = kRound;
  fresh.values = {{"problem", about->record.id.hex()},
                  {"number", std::to_string(std::min(number + 1, kLastRound))},
                  {"started", std::string(date)},
                  {"because", next}};
  SJ_TRY(auto pen, pen_of(*about));
  SJ_TRY(auto id, begin_at(pen, fresh));
  static_cast<void>(id);
  return {};
}

base::Result<base::ObjectId> Cycle::offer_practice(const base::ObjectId& trial, const Values& given) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(trial, kTrial));
    if (!(view.owner == desk_.me()))
      return base::error(base::Code::not_permitted, "practice: its owner offers it");
    if (view.value("verdict").empty()) return invalid("trial: has no verdict yet");
    Record practice;
    practice.type = kPractice;
    practice.values = given;
    practice.values["trial"] = trial.hex();
    practice.values["verdict"] = view.value("verdict");
    SJ_TRY(auto pen, pen_of(view));
    return begin_at(pen, practice);
  });
}

}  // namespace sejawat::cycle
