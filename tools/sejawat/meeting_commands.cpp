// discussion: the weekly half. Every teacher has a turn; ideas without names; a menu to choose from; minutes.
#include <iostream>

#include "cycle/names.h"
#include "cycle_commands.h"
#include "labels.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using cycle::kWeeklyDiscussion;

base::Status weekly(Room& room, const Args& args) {
  SJ_TRY(auto space, room.space());
  cycle::Record record;
  record.type = kWeeklyDiscussion;
  SJ_TRY(record.values, values_of(room, cycle::entity(kWeeklyDiscussion)->fields, args.fields));
  if (record.values.count("date") == 0) record.values["date"] = room.today();
  SJ_TRY(auto id, room.cycle().begin(space, record));
  return print_made(room, id);
}

// What stands beside a turn: its problem's title, or its own.
base::Result<std::string> title_of(Room& room, const cycle::RecordView& item) {
  if (!item.value("title").empty()) return item.value("title");
  if (item.value("problem").empty()) return std::string();
  SJ_TRY(auto id, room.object(item.value("problem")));
  auto problem = room.records().show(id);
  return problem.ok() ? problem->value("title") : std::string();
}

base::Status change_item(Room& room, const Args& args, const cycle::RecordView& meeting) {
  SJ_TRY(auto item, room.shown(args["item"], cycle::kAgendaItem));
  if (item.value("meeting") != meeting.record.id.hex())
    return base::error(base::Code::invalid_argument, "item: of another meeting");
  SJ_TRY(auto values, values_of(room, cycle::entity(cycle::kAgendaItem)->fields, args.fields));
  if (args.flag("skip")) values["skipped"] = "yes";
  return room.cycle().change({item.record.id, values, {}});
}

base::Status add_item(Room& room, const Args& args, const cycle::RecordView& meeting) {
  SJ_TRY(auto there, room.meetings().agenda(meeting.record.id));
  cycle::Record item;
  item.type = cycle::kAgendaItem;
  SJ_TRY(item.values, values_of(room, cycle::entity(cycle::kAgendaItem)->fields, args.fields));
  item.values["meeting"] = meeting.record.id.hex();
  item.values["title"] = args["add"];
  item.values["place"] = std::to_string(there.items.size() + 1);
  if (item.values.count("kind") == 0) item.values["kind"] = "problem";
  SJ_TRY(auto id, room.cycle().begin(meeting.space, item));
  static_cast<void>(id);
  return {};
}

base::Status agenda(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  if (args.flag("make")) SJ_TRY_STATUS(room.meetings().make_agenda(meeting.record.id));
  if (!args["add"].empty()) SJ_TRY_STATUS(add_item(room, args, meeting));
  if (!args["item"].empty()) SJ_TRY_STATUS(change_item(room, args, meeting));
  SJ_TRY(auto view, room.meetings().agenda(meeting.record.id));
  boost::json::array items;
  for (const auto& item : view.items) {
    SJ_TRY(auto title, title_of(room, item));
    std::string teacher;
    if (!item.value("teacher").empty()) {
      SJ_TRY(auto person, room.person(item.value("teacher")));
      teacher = room.name_of(person);
    }
    if (!room.json()) {
      std::cout << "  " << item.value("place") << ". " << (teacher.empty() ? "-" : teacher) << ": "
                << (title.empty() ? "-" : title)
                << (item.value("skipped") == "yes" ? room.say("  [dilewati]", "  [skipped]") : "") << "  "
                << item.record.id.hex() << "\n";
      continue;
    }
    boost::json::object row{{"id", item.record.id.hex()},
                            {"place", item.value("place")},
                            {"kind", item.value("kind")},
                            {"title", title},
                            {"minutes", item.value("minutes")},
                            {"decision", item.value("decision")},
                            {"skipped", item.value("skipped") == "yes"}};
    row["teacher"] = teacher.empty() ? boost::json::value() : boost::json::value(teacher);
    row["problem"] =
        item.value("problem").empty() ? boost::json::value() : boost::json::value(item.value("problem"));
    items.push_back(std::move(row));
  }
  if (room.json()) {
    room.session().print(boost::json::object{{"items", std::move(items)},
                                             {"duplicates", view.duplicates.size()},
                                             {"minutes_on_topic", view.minutes_on_topic},
                                             {"minutes_other", view.minutes_other}});
  } else if (view.minutes_on_topic + view.minutes_other > 0) {
    std::cout << room.say("Menit tentang pembelajaran: ", "Minutes about teaching: ") << view.minutes_on_topic
              << room.say(", lain-lain: ", ", other: ") << view.minutes_other << "\n";
  }
  return {};
}

base::Status idea(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  std::optional<base::ObjectId> problem;
  if (!args["problem"].empty()) {
    SJ_TRY(auto about, room.shown(args["problem"], cycle::kProblem));
    problem = about.record.id;
  }
  SJ_TRY(auto id, room.meetings().add_idea(meeting.record.id, args["text"], problem));
  return print_made(room, id);
}

base::Status ideas(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  SJ_TRY(auto all, room.meetings().ideas(meeting.record.id));
  for (const auto& one : all) {
    const bool own = one.idea.owner == room.core().person();
    if (!room.json()) {
      std::cout << "  " << one.idea.record.id.hex() << "  " << one.idea.value("text") << "  — "
                << named_or_hidden(room, one.idea.owner)
                << (one.cluster.empty() ? "" : "  [" + one.cluster + "]") << "\n";
      continue;
    }
    const std::string name = one.name_hidden ? "" : room.name_of(one.idea.owner);
    boost::json::object row{{"id", one.idea.record.id.hex()},
                            {"text", one.idea.value("text")},
                            {"cluster", one.cluster},
                            {"name_hidden", one.name_hidden},
                            {"own", own}};
    row["by"] = name.empty() ? boost::json::value() : boost::json::value(name);
    row["problem"] = one.idea.value("problem").empty() ? boost::json::value()
                                                       : boost::json::value(one.idea.value("problem"));
    room.session().print(row);
  }
  return {};
}

base::Status formulate(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  SJ_TRY(auto made, room.meetings().formulate(meeting.record.id));
  for (const auto& id : made) {
    SJ_TRY(auto view, room.records().show(id));
    SJ_TRY_STATUS(print_record(room, view, false));
  }
  return {};
}

base::Status attend(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  SJ_TRY(auto person, room.person(args["person"].empty() ? "me" : args["person"]));
  SJ_TRY(auto id, room.meetings().attend(meeting.record.id, person,
                                         args["status"].empty() ? "present" : args["status"], args["time"]));
  return print_made(room, id);
}

base::Status attendance(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  SJ_TRY(auto rows, room.meetings().attendance(meeting.record.id));
  for (const auto& row : rows) {
    boost::json::array said;
    std::string line = "  " + named_or_hidden(room, row.person) + ":";
    for (const auto& record : row.records) {
      said.push_back(boost::json::object{
          {"status", record.value("status")}, {"time", record.value("time")}, {"way", record.value("way")}});
      line += " " + label(record.value("status"), room.english()) + " (" +
              named_or_hidden(room, record.owner) + ")";
    }
    if (row.disputed) line += room.say("  [berbeda]", "  [they differ]");
    if (!room.json()) {
      std::cout << line << "\n";
      continue;
    }
    const std::string name = room.name_of(row.person);
    boost::json::object object{
        {"person", row.person.hex()}, {"disputed", row.disputed}, {"said", std::move(said)}};
    object["name"] = name.empty() ? boost::json::value() : boost::json::value(name);
    room.session().print(object);
  }
  return {};
}

base::Status minutes(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  SJ_TRY(auto id, room.meetings().write_minutes(meeting.record.id));
  cycle::Change change{id, {}, {}};
  SJ_TRY(change.values, values_of(room, cycle::entity(cycle::kMinutes)->fields, args.fields));
  for (const auto& text : args.many.at("decision"))
    change.parts["decisions"].push_back({0, {{"text", text}}, false});
  for (const auto& row : args.rows.at("follow-up")) {
    cycle::PartValues part{0, {{"what", row[0]}}, false};
    if (row.size() > 1 && !row[1].empty()) {
      SJ_TRY(auto who, room.person(row[1]));
      part.values["who"] = who.hex();
    }
    if (row.size() > 2) part.values["due"] = row[2];
    change.parts["follow_ups"].push_back(std::move(part));
  }
  if (!change.values.empty() || !change.parts.empty()) SJ_TRY_STATUS(room.cycle().change(change));
  SJ_TRY(auto view, room.records().show(id));
  return print_record(room, view, true);
}

base::Status ratify(Room& room, const Args& args) {
  SJ_TRY(auto meeting, room.shown(args["id"], kWeeklyDiscussion));
  SJ_TRY_STATUS(room.meetings().ratify(meeting.record.id));
  SJ_TRY(meeting, room.records().show(meeting.record.id));
  return print_record(room, meeting, false);
}

}  // namespace

void add_meeting_commands(CLI::App* discussion, Context& context) {
  Verb(discussion, context, "weekly",
       "calls a weekly discussion; `discussion step` takes it through its phases")
      .fields(kWeeklyDiscussion)
      .runs(weekly);
  Verb(discussion, context, "agenda", "the turns: one for every teacher, the longest waiting problem first")
      .id()
      .flag("--make", "give a turn to everybody who has none yet")
      .may("--add", "one more item, with this title")
      .may("--item", "change this item")
      .flag("--skip", "with --item: this turn is skipped")
      .fields(cycle::kAgendaItem, {"kind", "minutes", "decision", "teacher"})
      .runs(agenda);
  Verb(discussion, context, "idea", "an idea; names stay hidden until the ideas are grouped")
      .id()
      .id("text", "the idea")
      .may("--problem", "the problem it is for")
      .runs(idea);
  Verb(discussion, context, "ideas", "the ideas of a weekly discussion").id().runs(ideas);
  Verb(discussion, context, "group", "puts an idea to others like it, under one word")
      .id("id", "the idea")
      .id("word", "the name of the group")
      .runs([](Room& room, const Args& args) -> base::Status {
        SJ_TRY(auto id, room.object(args["id"]));
        return room.meetings().group(id, args["word"]);
      });
  Verb(discussion, context, "formulate", "makes the menu: one solution option for each group of ideas")
      .id()
      .runs(formulate);
  Verb(discussion, context, "attend", "says who was there")
      .id()
      .may("--person", "a member's name (default: you)")
      .one_of("--status", "default: present", {"present", "excused", "sick", "duty", "absent"})
      .may("--time", "HH:MM")
      .runs(attend);
  Verb(discussion, context, "attendance", "who was there, by themselves and by the recorder")
      .id()
      .runs(attendance);
  Verb(discussion, context, "minutes", "drafts the minutes from what was written, or adds to them")
      .id()
      .many("--decision", "one more decision")
      .rows("--follow-up", "WHAT [WHO [DUE]]", 1, 3)
      .fields(cycle::kMinutes, {"agenda", "proceedings"})
      .runs(minutes);
  Verb(discussion, context, "ratify", "the chair ratifies the minutes").id().runs(ratify);
}

}  // namespace sejawat::cli
