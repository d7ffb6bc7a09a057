// discussion: the daily half, asking why. The weekly half is in meeting_commands.cpp.
#include <iostream>

#include "cycle/names.h"
#include "cycle_commands.h"
#include "labels.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

base::Result<boost::json::object> problem_json(Room& room, const cycle::DailyProblem& row) {
  SJ_TRY(auto by, by_json(room, row.problem));
  boost::json::array contributions;
  for (const auto& one : row.contributions) {
    SJ_TRY(auto who, by_json(room, one.contribution));
    contributions.push_back(boost::json::object{{"id", one.contribution.record.id.hex()},
                                                {"kind", one.contribution.value("kind")},
                                                {"text", one.contribution.value("text")},
                                                {"by", std::move(who)},
                                                {"date", room.date_of(one.contribution.begun_ms)},
                                                {"late", one.late}});
  }
  return boost::json::object{{"id", row.problem.record.id.hex()},
                             {"title", row.problem.value("title")},
                             {"state", row.problem.state},
                             {"by", std::move(by)},
                             {"carried_over", row.carried_over},
                             {"rooted", row.rooted},
                             {"me_too", row.me_too},
                             {"contributions", std::move(contributions)}};
}

base::Status print_problem(Room& room, const cycle::DailyProblem& row) {
  SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), row.problem));
  std::cout << "  " << row.problem.record.id.hex() << "  " << row.problem.value("title") << "  — "
            << named_or_hidden(room, hidden ? base::PersonId{} : row.problem.owner)
            << (row.carried_over ? room.say("  [lanjutan]", "  [carried over]") : "")
            << (row.rooted ? room.say("  [akar ditetapkan]", "  [root cause set]") : "");
  if (row.me_too > 0) std::cout << "  (" << row.me_too << room.say(" juga mengalami)", " met it as well)");
  std::cout << "\n";
  for (const auto& one : row.contributions) {
    SJ_TRY(const bool unnamed, cycle::name_hidden(room.records(), one.contribution));
    std::cout << "      " << label(one.contribution.value("kind"), room.english()) << " "
              << one.contribution.value("text") << "  — "
              << named_or_hidden(room, unnamed ? base::PersonId{} : one.contribution.owner)
              << (one.late ? room.say("  [menyusul]", "  [late]") : "") << "\n";
  }
  return {};
}

base::Status daily(Room& room, const Args& args) {
  SJ_TRY(auto space, room.space());
  const std::string date = args["date"].empty() ? room.today() : args["date"];
  if (args.flag("begin")) {
    SJ_TRY(auto id, room.cycle().daily_discussion(space, date));
    static_cast<void>(id);
  }
  SJ_TRY(auto days, room.days());
  SJ_TRY(auto view, cycle::daily_view(room.records(), days, space, date, room.now(), room.utc_offset_ms()));
  if (room.json()) {
    boost::json::array problems;
    for (const auto& row : view.problems) {
      SJ_TRY(auto object, problem_json(room, row));
      problems.push_back(std::move(object));
    }
    boost::json::object object{{"date", view.date},
                               {"closes", view.closes + "T06:00"},
                               {"closed", view.closed},
                               {"problems", std::move(problems)}};
    object["id"] = view.discussion ? boost::json::value(view.discussion->record.id.hex()) : nullptr;
    object["state"] = view.closed       ? boost::json::value("closed")
                      : view.discussion ? boost::json::value(view.discussion->state)
                                        : boost::json::value();
    object["summary"] = view.discussion ? boost::json::value(view.discussion->value("summary")) : nullptr;
    room.session().print(object);
    return {};
  }
  std::cout << label("daily_discussion", room.english()) << " " << view.date << "  ["
            << label(view.closed ? "closed" : "open", room.english()) << "]"
            << (view.closed ? "" : room.say("  ditutup sendiri ", "  closes by itself "))
            << (view.closed ? "" : view.closes + " 06.00") << "\n";
  for (const auto& row : view.problems) SJ_TRY_STATUS(print_problem(room, row));
  return {};
}

base::Status list(Room& room, const Args& args) {
  SJ_TRY(auto spaces, room.communities());
  std::vector<cycle::RecordView> all;
  for (const auto& space : spaces) {
    for (const auto type : {cycle::kDailyDiscussion, cycle::kWeeklyDiscussion}) {
      if (args["kind"] == "daily" && type != cycle::kDailyDiscussion) continue;
      if (args["kind"] == "weekly" && type != cycle::kWeeklyDiscussion) continue;
      store::RecordFilter filter;
      filter.type = type;
      filter.space = space;
      SJ_TRY(auto views, all_records(room, filter));
      for (auto& view : views) all.push_back(std::move(view));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.date > b.date; });
  return print_records(room, all);
}

base::Result<cycle::RecordView> a_discussion(Room& room, const Args& args) {
  SJ_TRY(auto id, room.object(args["id"]));
  SJ_TRY(auto view, room.records().show(id));
  if (view.record.type != cycle::kDailyDiscussion && view.record.type != cycle::kWeeklyDiscussion)
    return base::error(base::Code::not_found, "discussion");
  return view;
}

base::Status step(Room& room, const Args& args) {
  SJ_TRY(auto view, a_discussion(room, args));
  if (!args["summary"].empty()) {
    if (view.record.type != cycle::kDailyDiscussion)
      return base::error(base::Code::invalid_argument, "summary: of a daily discussion");
    SJ_TRY_STATUS(room.cycle().change({view.record.id, {{"summary", args["summary"]}}, {}}));
  }
  SJ_TRY_STATUS(
      room.cycle().step({view.record.id, args["state"], args["reason"], args["until"], std::nullopt}));
  SJ_TRY(view, room.records().show(view.record.id));
  return print_record(room, view, false);
}

}  // namespace

void add_discussion_commands(CLI::App& app, Context& context) {
  auto* discussion =
      subject(app, "discussion", "daily discussions (why?) and weekly ones (what could help?)");
  Verb(discussion, context, "daily",
       "what waits for its root cause; it closes by itself at 06.00 of the next school day")
      .may("--date", "another day than today")
      .flag("--begin", "begin that day's discussion when there is none")
      .runs(daily);
  Verb(discussion, context, "list", "discussions, newest first")
      .one_of("--kind", "only these", {"daily", "weekly"})
      .runs(list);
  Verb(discussion, context, "show", "one discussion, whole")
      .id()
      .runs([](Room& room, const Args& args) -> base::Status {
        SJ_TRY(auto view, a_discussion(room, args));
        return print_record(room, view, true);
      });
  Verb(discussion, context, "step",
       "moves a discussion on: summarised, closed; turns, brainstorm, grouping, choosing …")
      .id()
      .id("state", "where to")
      .may("--reason", "why, where a step needs one")
      .may("--until", "the new day of a weekly one that is rescheduled")
      .may("--summary", "of a daily one, when it is summarised")
      .runs(step);
  add_meeting_commands(discussion, context);
}

}  // namespace sejawat::cli
