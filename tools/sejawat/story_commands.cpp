// cycle: the whole walk of a problem as a story, and where walks have stopped.
#include <iostream>

#include "cycle/names.h"
#include "cycle_commands.h"
#include "labels.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using cycle::Chapter;

// 8 Agustus 2019
std::string long_date(const std::string& date, bool english) {
  static const char* const kMonths[12][2] = {
      {"Januari", "January"}, {"Februari", "February"}, {"Maret", "March"},
      {"April", "April"},     {"Mei", "May"},           {"Juni", "June"},
      {"Juli", "July"},       {"Agustus", "August"},    {"September", "September"},
      {"Oktober", "October"}, {"November", "November"}, {"Desember", "December"}};
  if (date.size() != 10) return date;
  const int month = std::atoi(date.c_str() + 5);
  if (month < 1 || month > 12) return date;
  return std::to_string(std::atoi(date.c_str() + 8)) + " " + kMonths[month - 1][english ? 1 : 0] + " " +
         date.substr(0, 4);
}

std::string line_text(Room& room, const cycle::StoryLine& line) {
  switch (line.chapter) {
    case Chapter::verdict:
      return label(line.state, room.english()) + (line.text.empty() ? "" : ": " + line.text);
    case Chapter::step:
    case Chapter::intent:
      return label(line.state, room.english()) + (line.text.empty() ? "" : ": " + line.text);
    case Chapter::new_round: return line.text;
    default: return line.text;
  }
}

void print_story(Room& room, const cycle::Story& story, bool hidden) {
  std::cout << story.problem.value("title") << "\n"
            << named_or_hidden(room, hidden ? base::PersonId{} : story.problem.owner) << "  ["
            << label(story.problem.state, room.english()) << "]\n";
  std::size_t round = 0;
  std::string day;
  for (const auto& line : story.lines) {
    if (line.round != round) {
      round = line.round;
      std::cout << "\n" << room.say("Siklus ", "Cycle ") << round << "\n";
      day.clear();
    }
    if (line.date != day) {
      day = line.date;
      std::cout << "  " << long_date(day, room.english());
      if (line.days_since > 1)
        std::cout << "  (" << line.days_since << room.say(" hari efektif kemudian)", " school days later)");
      std::cout << "\n";
    }
    std::string text = line_text(room, line);
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 9)
      text.replace(at, 1, "\n        ");
    std::cout << "    " << label(cycle::chapter_name(line.chapter), room.english())
              << (text.empty() ? "" : ": ") << text;
    if (line.chapter == Chapter::entry) {
      std::cout << room.say("  (hanya Anda yang melihat ini)", "  (only you see this)");
    } else if (line.chapter != Chapter::me_too) {
      std::cout << "  — " << named_or_hidden(room, line.by);
    }
    std::cout << "\n";
  }
  if (story.problem.ended) return;
  std::cout << "\n"
            << room.say("Sejak itu ", "Since then ") << story.quiet_days
            << room.say(" hari efektif", " school days");
  if (story.stalled)
    std::cout << room.say(": macet di tahap ", ": stalled at ") << label(story.problem.state, room.english());
  std::cout << "\n";
}

boost::json::value name_json(Room& room, const base::PersonId& person) {
  const std::string name = person.is_zero() ? "" : room.name_of(person);
  return name.empty() ? boost::json::value() : boost::json::value(name);
}

boost::json::object story_json(Room& room, const cycle::Story& story, bool hidden) {
  boost::json::array lines;
  for (const auto& line : story.lines) {
    boost::json::object row{{"chapter", cycle::chapter_name(line.chapter)},
                            {"date", line.date},
                            {"round", line.round},
                            {"record", line.record.hex()},
                            {"by", name_json(room, line.by)},
                            {"days_since", line.days_since}};
    if (!line.text.empty()) row["text"] = line.text;
    if (!line.state.empty()) row["state"] = line.state;
    lines.push_back(std::move(row));
  }
  return {{"id", story.problem.record.id.hex()},
          {"title", story.problem.value("title")},
          {"by", name_json(room, hidden ? base::PersonId{} : story.problem.owner)},
          {"name_hidden", hidden},
          {"state", story.problem.state},
          {"ended", story.problem.ended},
          {"rounds", story.rounds},
          {"quiet_days", story.quiet_days},
          {"stalled", story.stalled},
          {"lines", std::move(lines)}};
}

base::Status show(Room& room, const Args& args) {
  SJ_TRY(auto id, room.object(args["id"]));
  SJ_TRY(auto days, room.days());
  cycle::Stories stories(room.records(), room.core().journal(), days, room.utc_offset_ms());
  SJ_TRY(auto story, stories.tell(id, room.today()));
  SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), story.problem));
  if (room.json()) {
    room.session().print(story_json(room, story, hidden));
  } else {
    print_story(room, story, hidden);
  }
  return {};
}

base::Status list(Room& room, const Args& args) {
  store::RecordFilter filter;
  filter.type = cycle::kProblem;
  if (!room.session().globals().space.empty()) {
    SJ_TRY(filter.space, room.space());
  }
  if (!args.flag("ended")) filter.ended = false;
  SJ_TRY(auto views, all_records(room, filter));
  SJ_TRY(auto days, room.days());
  cycle::Stories stories(room.records(), room.core().journal(), days, room.utc_offset_ms());
  for (const auto& view : views) {
    SJ_TRY(auto story, stories.tell(view.record.id, room.today()));
    SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), view));
    if (room.json()) {
      auto object = story_json(room, story, hidden);
      object.erase("lines");
      room.session().print(object);
      continue;
    }
    SJ_TRY(auto line, record_line(room, view));
    std::cout << line << "  " << room.say("siklus ", "cycle ") << story.rounds;
    if (story.stalled)
      std::cout << "  [" << room.say("macet ", "stalled ") << story.quiet_days
                << room.say(" hari]", " days]");
    std::cout << "\n";
  }
  return {};
}

base::Status waiting(Room& room, bool stalled) {
  std::optional<base::SpaceId> space;
  if (!room.session().globals().space.empty()) {
    SJ_TRY(space, room.space());
  }
  SJ_TRY(auto days, room.days());
  cycle::Stories stories(room.records(), room.core().journal(), days, room.utc_offset_ms());
  SJ_TRY(auto rows,
         stalled ? stories.stalled(space, room.today()) : stories.without_follow_up(space, room.today()));
  for (const auto& row : rows) {
    if (room.json()) {
      SJ_TRY(auto by, by_json(room, row.problem));
      room.session().print(boost::json::object{{"id", row.problem.record.id.hex()},
                                               {"title", row.problem.value("title")},
                                               {"by", std::move(by)},
                                               {"state", row.problem.state},
                                               {"days", row.days}});
      continue;
    }
    SJ_TRY(auto line, record_line(room, row.problem));
    std::cout << line << "  " << row.days << room.say(" hari efektif\n", " school days\n");
  }
  return {};
}

}  // namespace

void add_story_commands(CLI::App& app, Context& context) {
  auto* cycle = subject(app, "cycle", "the whole walk: from a problem to what came of it");
  Verb(cycle, context, "show", "the story of one problem, with dates and where it stopped")
      .id("id", "the problem")
      .runs(show);
  Verb(cycle, context, "list", "every walk with its stage")
      .flag("--ended", "those that ended as well")
      .runs(list);
  Verb(cycle, context, "stalled", "walks that nothing happened on for more than 8 school days")
      .runs([](Room& room, const Args&) { return waiting(room, true); });
  Verb(cycle, context, "waiting", "problems that nobody has followed up yet, oldest first")
      .runs([](Room& room, const Args&) { return waiting(room, false); });
}

}  // namespace sejawat::cli
