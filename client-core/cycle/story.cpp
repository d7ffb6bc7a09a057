#include "cycle/story.h"

#include <algorithm>
#include <set>

#include "base/order.h"
#include "cycle/daily.h"
#include "cycle/names.h"
#include "cycle/rounds.h"
#include "values.h"

namespace sejawat::cycle {
std::string Stories::day_of(std::int64_t wall_ms) const { return local_moment(wall_ms, utc_offset_ms_).date; }

std::string Stories::date_or(const RecordView& view, const char* field) const {
  const std::string& written = view.value(field);
  return written.empty() ? day_of(view.begun_ms) : written;
}

const char* chapter_name(Chapter chapter) {
  switch (chapter) {
    case Chapter::entry: return "entry";
    case Chapter::problem: return "problem";
    case Chapter::why: return "why";
    case Chapter::reply: return "reply";
    case Chapter::me_too: return "me_too";
    case Chapter::root_cause: return "root_cause";
    case Chapter::alternative: return "alternative";
    case Chapter::trial: return "trial";
    case Chapter::started: return "started";
    case Chapter::impact: return "impact";
    case Chapter::reflection: return "reflection";
    case Chapter::verdict: return "verdict";
    case Chapter::new_round: return "new_round";
    case Chapter::step: return "step";
    case Chapter::intent: return "intent";
  }
  return "step";
}

base::Status Stories::tell_trial(const RecordView& trial, Story& story) {
  const auto line = [&](Chapter chapter, std::string date, std::string text, std::string state = {}) {
    story.lines.push_back(
        {chapter, std::move(date), trial.record.id, trial.owner, std::move(text), std::move(state), 1, 0});
  };
  std::string option;
  if (const auto alternative = object_of(trial.value("alternative"))) {
    auto view = records_.show(*alternative);
    if (view.ok()) option = view->value("title");
  }
  line(Chapter::trial, day_of(trial.begun_ms), option);
  for (const auto& step : trial.steps) {
    const std::string date = day_of(step.wall_ms);
    if (step.to == "running") {
      const auto dates = trial.record.parts.find("dates");
      line(Chapter::started,
           dates == trial.record.parts.end() ? date : dates->second.front().values.at("date"), {});
    } else if (step.to == "impact_recorded") {
      std::string text;
      const auto measures = trial.record.parts.find("measures");
      if (measures != trial.record.parts.end()) {
        for (const auto& measure : measures->second) {
          const auto value = [&](const char* name) {
            const auto found = measure.values.find(name);
            return found == measure.values.end() ? std::string() : found->second;
          };
          if (value("after").empty() && value("effect").empty()) continue;
          text +=
              (text.empty() ? "" : "\n") + value("name") + ": " + value("before") + " → " + value("after");
        }
      }
      line(Chapter::impact, date, text);
    } else if (step.to == "concluded") {
      line(Chapter::verdict, date, trial.value("verdict_reason"), trial.value("verdict"));
    } else if (step.to == "cancelled") {
      line(Chapter::step, date, step.reason, "cancelled");
    }
  }
  SJ_TRY(auto reflections, records_.naming(trial.record.id, kReflection, "trial"));
  for (const auto& one : reflections) {
    story.lines.push_back({Chapter::reflection, date_or(one, "date"), one.record.id, one.owner,
                           one.value("findings"), one.value("proposed"), 1, 0});
  }
  return {};
}

base::Result<Story> Stories::tell(const base::ObjectId& problem, std::string_view today) {
  Story story;
  SJ_TRY(story.problem, records_.show(problem));
  if (story.problem.record.type != kProblem) return base::error(base::Code::not_found, "problem");
  SJ_TRY(const bool hidden, name_hidden(records_, story.problem));
  const auto add = [&](Chapter chapter, const RecordView& view, std::string date, std::string text) {
    story.lines.push_back({chapter, std::move(date), view.record.id, view.owner, std::move(text), {}, 1, 0});
  };
  SJ_TRY(auto sources, records_.naming(problem, kProblemSource, "problem"));
  for (const auto& source : sources) {
    const auto id = object_of(source.value("entry"));
    if (!id) continue;
    auto entry = journal_.show(*id);
    if (!entry.ok()) continue;  // not on this device
    std::string text;
    for (const auto& event : entry->entry.events) {
      if (std::to_string(event.element) == source.value("event")) text = event.happened;
    }
    story.lines.push_back({Chapter::entry, entry->entry.date, *id, source.owner, text, {}, 1, 0});
  }
  add(Chapter::problem, story.problem, date_or(story.problem, "found"), story.problem.value("title"));
  SJ_TRY(auto contributions, records_.naming(problem, kContribution, "problem"));
  std::set<base::PersonId> me_too;
  for (const auto& one : contributions) {
    const std::string& kind = one.value("kind");
    // Once a person, even when two of their devices said so apart from each other.
    if (kind == "me_too" && !me_too.insert(one.owner).second) continue;
    add(kind == "why"      ? Chapter::why
        : kind == "me_too" ? Chapter::me_too
                           : Chapter::reply,
        one, day_of(one.begun_ms), one.value("text"));
    // "Me too" counts; it does not name.
    if (kind == "me_too") story.lines.back().by = {};
  }
  SJ_TRY(auto roots, records_.naming(problem, kRootCause, "problem"));
  for (const auto& one : roots) add(Chapter::root_cause, one, date_or(one, "found"), one.value("statement"));
  SJ_TRY(auto options, records_.naming(problem, kAlternative, "problem"));
  for (const auto& one : options) add(Chapter::alternative, one, day_of(one.begun_ms), one.value("title"));
  SJ_TRY(auto trials, records_.naming(problem, kTrial, "problem"));
  for (const auto& one : trials) SJ_TRY_STATUS(tell_trial(one, story));
  SJ_TRY(auto rounds, rounds_of(records_, story.problem));
  for (const auto& [number, one] : rounds) {
    if (number == 1) continue;
    add(Chapter::new_round, one, date_or(one, "started"), std::to_string(number));
    ++story.rounds;
  }
  for (const auto& step : story.problem.steps) {
    if (step.to != "postponed" && step.to != "closed" && step.to != "withdrawn" && step.to != "solved")
      continue;
    story.lines.push_back({Chapter::step, day_of(step.wall_ms), problem, step.by.value_or(base::PersonId{}),
                           step.reason, step.to, 1, 0});
  }
  for (const auto& intent : story.problem.intents) {
    if (intent.dismissed) continue;
    story.lines.push_back({Chapter::intent, day_of(intent.wall_ms), problem,
                           intent.by.value_or(base::PersonId{}), intent.reason, intent.to, 1, 0});
  }
  base::sort_stably(story.lines, [](const StoryLine& a, const StoryLine& b) {
    return a.date != b.date ? a.date < b.date : a.chapter < b.chapter;
  });
  std::size_t round = 1;
  std::string before;
  for (auto& line : story.lines) {
    if (line.chapter == Chapter::new_round) ++round;
    line.round = round;
    if (hidden && line.by == story.problem.owner) line.by = {};
    if (!before.empty()) line.days_since = days_.between(before, line.date);
    before = line.date;
  }
  if (!story.problem.ended) {
    story.quiet_days = days_.between(before, today);
    story.stalled = story.quiet_days > kStallDays;
  }
  return story;
}

base::Result<std::vector<RecordView>> Stories::open_problems(const std::optional<base::SpaceId>& space) {
  store::RecordFilter filter;
  filter.type = kProblem;
  filter.space = space;
  filter.ended = false;
  SJ_TRY(auto views, records_.all(filter));
  std::reverse(views.begin(), views.end());
  return views;
}

base::Result<std::vector<Stories::Waiting>> Stories::without_follow_up(
    const std::optional<base::SpaceId>& space, std::string_view today) {
  std::vector<Waiting> waiting;
  SJ_TRY(auto problems, open_problems(space));
  for (auto& problem : problems) {
    if (problem.state != "identified" && problem.state != "shared" && problem.state != "analysed") continue;
    // A private problem that was shared lives on in the shared one.
    if (problem.state == "shared" && !space) {
      SJ_TRY(auto copies, records_.naming(problem.record.id, kProblemSource, "private_problem"));
      if (!copies.empty()) continue;
    }
    SJ_TRY(auto roots, records_.naming(problem.record.id, kRootCause, "problem"));
    SJ_TRY(auto trials, records_.naming(problem.record.id, kTrial, "problem"));
    if (!roots.empty() || !trials.empty()) continue;
    const std::string since = date_or(problem, "found");
    const std::int64_t days = days_.between(since, today);
    waiting.push_back({std::move(problem), days});
  }
  return waiting;
}

base::Result<std::vector<Stories::Waiting>> Stories::stalled(const std::optional<base::SpaceId>& space,
                                                             std::string_view today) {
  std::vector<Waiting> waiting;
  SJ_TRY(auto problems, open_problems(space));
  for (const auto& problem : problems) {
    SJ_TRY(auto story, tell(problem.record.id, today));
    if (story.stalled) waiting.push_back({std::move(story.problem), story.quiet_days});
  }
  return waiting;
}

}  // namespace sejawat::cycle
