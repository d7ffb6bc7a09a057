#include "cycle/daily.h"

#include <algorithm>
#include <set>

#include "cycle/rounds.h"
#include "text_rules.h"

namespace sejawat::cycle {
namespace {

constexpr std::int64_t kMinute = 60 * 1000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr std::int64_t kLastDay = 2932896;  // 9999-12-31

// A root of the round that runs counts; those of rounds that failed do not. Nor does what somebody wrote as
// one who could not have found it: with a program of their own anybody may.
base::Result<bool> is_rooted(Records& records, const RecordView& problem) {
  SJ_TRY(auto roots, records.naming(problem.record.id, kRootCause, "problem"));
  if (roots.empty()) return false;
  SJ_TRY(auto rounds, rounds_of(records, problem));
  std::string round;
  if (!rounds.empty() && rounds.back().record.value("because") == "other_root")
    round = rounds.back().record.record.id.hex();
  for (const auto& root : roots) {
    if (!round.empty() && root.value("round") != round) continue;
    SJ_TRY(const bool found, may_root(records, problem, root.owner));
    if (found) return true;
  }
  return false;
}

bool waits_for_root(const RecordView& problem) {
  return problem.state == "shared" || problem.state == "identified" || problem.state == "analysed" ||
         problem.state == "new_cycle";
}

}  // namespace

LocalMoment local_moment(std::int64_t wall_ms, std::int64_t utc_offset_ms) {
  std::int64_t local = wall_ms + utc_offset_ms;
  if (local < 0 || local / kDay >= kLastDay) local = 0;
  return {date_of(local / kDay), local % kDay / kMinute};
}

base::Result<DailyView> daily_view(Records& records, const SchoolDays& days, const base::SpaceId& space,
                                   std::string_view date, const LocalMoment& now,
                                   std::int64_t utc_offset_ms) {
  DailyView view;
  if (!days_of(date)) return base::error(base::Code::invalid_argument, "date: a calendar day as YYYY-MM-DD");
  view.date = std::string(date);
  view.closes = days.next(date);
  LocalMoment closing{view.closes, kClosingMinutes};

  store::RecordFilter filter;
  filter.type = kDailyDiscussion;
  filter.space = space;
  filter.from = filter.until = view.date;
  SJ_TRY(auto begun, records.all(filter));
  std::set<std::string> ids;
  for (auto& one : begun) {
    ids.insert(one.record.id.hex());
    for (const auto& step : one.steps) {
      if (step.to != "closed") continue;
      closing = std::min(closing, local_moment(step.wall_ms, utc_offset_ms));
      view.closed = true;
    }
  }
  // Two who began one apart from each other: everybody takes the same, and what was written in both.
  const auto head =
      std::min_element(begun.begin(), begun.end(),
                       [](const RecordView& a, const RecordView& b) { return a.record.id < b.record.id; });
  if (head != begun.end()) view.discussion = *head;
  view.closed = view.closed || !(now < closing);

  store::RecordFilter open;
  open.type = kProblem;
  open.space = space;
  SJ_TRY(auto problems, records.all(open));
  std::reverse(problems.begin(), problems.end());
  for (auto& problem : problems) {
    DailyProblem row;
    SJ_TRY(auto written, records.naming(problem.record.id, kContribution, "problem"));
    std::set<base::PersonId> others;
    for (auto& one : written) {
      if (one.value("kind") == "me_too") others.insert(one.owner);
      if (one.value("kind") == "me_too" || ids.count(one.value("discussion")) == 0) continue;
      const bool late = !(local_moment(one.begun_ms, utc_offset_ms) < closing);
      row.contributions.push_back({std::move(one), late});
    }
    const std::string since = local_moment(problem.begun_ms, utc_offset_ms).date;
    SJ_TRY(row.rooted, is_rooted(records, problem));
    const bool waits = waits_for_root(problem) && !row.rooted && !(view.date < since);
    if (!waits && row.contributions.empty()) continue;
    row.carried_over = since < view.date;
    row.me_too = others.size();
    row.me_too_persons = std::move(others);
    row.problem = std::move(problem);
    view.problems.push_back(std::move(row));
  }
  return view;
}

}  // namespace sejawat::cycle
