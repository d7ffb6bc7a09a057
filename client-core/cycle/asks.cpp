#include "cycle/asks.h"

#include <algorithm>

#include "base/order.h"
#include "cycle/daily.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

bool before_root(const RecordView& problem) {
  return problem.state == "shared" || problem.state == "identified" || problem.state == "analysed";
}

}  // namespace

const char* ask_name(AskKind kind) {
  switch (kind) {
    case AskKind::decide: return "decide";
    case AskKind::answer: return "answer";
    case AskKind::impact: return "impact";
    case AskKind::start: return "start";
    case AskKind::prepare: return "prepare";
    case AskKind::conclude: return "conclude";
    case AskKind::acknowledge: return "acknowledge";
    case AskKind::ratify: return "ratify";
    case AskKind::respond: return "respond";
    case AskKind::reflect: return "reflect";
    case AskKind::root: return "root";
    case AskKind::why: return "why";
    case AskKind::propose: return "propose";
    case AskKind::choose: return "choose";
  }
  return "decide";
}

void Asks::add(AskKind kind, RecordView record, const std::optional<base::ObjectId>& problem,
               std::string title) {
  const std::string since = local_moment(record.changed_ms, utc_offset_ms_).date;
  const std::int64_t waited = days_.between(since, today_);
  found_.push_back({kind, std::move(record), problem, std::move(title), waited});
}

base::Result<std::vector<RecordView>> Asks::open(Type type) {
  store::RecordFilter filter;
  filter.type = type;
  filter.ended = false;
  return records_.all(filter);
}

base::Status Asks::of_problem(const RecordView& problem) {
  if (problem.ended || problem.trashed || problem.state == "postponed") return {};
  const auto& id = problem.record.id;
  const std::string& title = problem.value("title");
  const bool own = problem.owner == me_;
  if (before_root(problem)) {
    SJ_TRY(auto copies, records_.naming(id, kProblemSource, "private_problem"));
    if (!copies.empty()) return {};  // it goes on in the shared one
    SJ_TRY(auto said, records_.naming(id, kContribution, "problem"));
    const bool mine =
        std::any_of(said.begin(), said.end(), [&](const RecordView& one) { return one.owner == me_; });
    const bool whys = std::any_of(said.begin(), said.end(),
                                  [](const RecordView& one) { return one.value("kind") == "why"; });
    if (!own && !mine) add(AskKind::respond, problem, id, title);
    if (own) add(whys ? AskKind::root : AskKind::why, problem, id, title);
    return {};
  }
  if (!own || (problem.state != "rooted" && problem.state != "alternatives" && problem.state != "new_cycle"))
    return {};
  SJ_TRY(auto options, records_.naming(id, kAlternative, "problem"));
  const bool any =
      std::any_of(options.begin(), options.end(), [](const RecordView& one) { return !one.ended; });
  add(any ? AskKind::choose : AskKind::propose, problem, id, title);
  return {};
}

base::Status Asks::of_trial(const RecordView& trial) {
  if (trial.ended || trial.trashed) return {};
  const auto problem = object_of(trial.value("problem"));
  std::string title;
  if (problem) {
    auto about = records_.show(*problem);
    if (about.ok()) title = about->value("title");
  }
  if (trial.owner == me_) {
    const AskKind kind = trial.state == "planned"   ? AskKind::prepare
                         : trial.state == "ready"   ? AskKind::start
                         : trial.state == "running" ? AskKind::impact
                                                    : AskKind::conclude;
    add(kind, trial, problem, title);
    return {};
  }
  if (trial.state != "impact_recorded" && trial.state != "reflected") return {};
  SJ_TRY(auto said, records_.naming(trial.record.id, kReflection, "trial"));
  for (const auto& one : said) {
    if (one.owner == me_) return {};
  }
  add(AskKind::reflect, trial, problem, title);
  return {};
}

base::Status Asks::of_everything_else() {
  store::RecordFilter undecided;
  undecided.undecided = true;
  SJ_TRY(auto torn, records_.all(undecided));
  for (auto& one : torn) {
    const auto* kind = entity(one.record.type);
    if (kind == nullptr) continue;
    SJ_TRY(const auto relation, records_.relation_of(one.record.id, me_));
    if ((relation & (kind->edited_by | owner)) == 0) continue;
    std::string title = kind->title == nullptr ? std::string() : one.value(kind->title);
    add(AskKind::decide, std::move(one), std::nullopt, std::move(title));
  }
  SJ_TRY(auto requests, open(kSupportRequest));
  for (auto& one : requests) {
    if (one.owner == me_ || one.state != "requested") continue;
    // Whoever was asked, and who answers for the school as well.
    SJ_TRY(const auto relation, records_.relation_of(one.record.id, me_));
    if ((relation & (asked | principal)) == 0) continue;
    std::string title = one.value("need");
    add(AskKind::answer, std::move(one), std::nullopt, std::move(title));
  }
  SJ_TRY(auto sheets, open(kObservation));
  for (auto& one : sheets) {
    const bool mine = one.value("asked") == me_.hex();
    if (!mine || (one.state != "final" && one.state != "discussed")) continue;
    std::string title = one.value("date");
    add(AskKind::acknowledge, std::move(one), std::nullopt, std::move(title));
  }
  SJ_TRY(auto minutes, open(kMinutes));
  for (auto& one : minutes) {
    if (one.state != "draft") continue;
    SJ_TRY(const auto relation, records_.relation_of(one.record.id, me_));
    const auto meeting = object_of(one.value("meeting"));
    if ((relation & (leader | principal)) == 0 || !meeting) continue;
    auto about = records_.show(*meeting);
    if (about.ok()) add(AskKind::ratify, std::move(one), std::nullopt, about->value("title"));
  }
  return {};
}

base::Result<std::vector<Ask>> Asks::of(const std::optional<base::ObjectId>& problem) {
  found_.clear();
  if (problem) {
    SJ_TRY(auto view, records_.show(*problem));
    if (view.record.type != kProblem) return base::error(base::Code::not_found, "problem");
    SJ_TRY_STATUS(of_problem(view));
    SJ_TRY(auto trials, records_.naming(*problem, kTrial, "problem"));
    for (const auto& trial : trials) SJ_TRY_STATUS(of_trial(trial));
  } else {
    SJ_TRY(auto problems, open(kProblem));
    for (const auto& one : problems) SJ_TRY_STATUS(of_problem(one));
    SJ_TRY(auto trials, open(kTrial));
    for (const auto& trial : trials) SJ_TRY_STATUS(of_trial(trial));
    SJ_TRY_STATUS(of_everything_else());
  }
  base::sort_stably(found_, [](const Ask& a, const Ask& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.days > b.days;
  });
  return std::move(found_);
}

}  // namespace sejawat::cycle
