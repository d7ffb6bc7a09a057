// record: every kind of record, driven by the schema alone. A new entity needs no command of its own.
#include <algorithm>
#include <iostream>

#include "cycle_commands.h"
#include "labels.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using base::Code;

base::Result<const cycle::Entity*> kind_of(const Args& args) {
  if (const auto* known = cycle::entity(std::string_view(args["kind"]))) return known;
  return base::error(Code::invalid_argument, "kind: as `record kinds` lists them");
}

base::Result<cycle::RecordView> view_of(Room& room, const Args& args) {
  SJ_TRY(const auto* kind, kind_of(args));
  return room.shown(args["id"], static_cast<cycle::Type>(kind->type));
}

boost::json::array fields_json(const std::vector<cycle::Field>& fields) {
  boost::json::array rows;
  for (const auto& field : fields) {
    boost::json::object row{
        {"field", field.name}, {"type", cycle::kind_name(field.kind)}, {"required", field.required}};
    if (!field.choices.empty()) {
      boost::json::array choices;
      for (const auto& choice : field.choices) choices.emplace_back(choice.name);
      row["choices"] = std::move(choices);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

boost::json::object kind_json(const cycle::Entity& entity) {
  boost::json::object parts;
  for (const auto& part : entity.parts) parts[part.name] = fields_json(part.fields);
  boost::json::array states;
  for (const auto& state : entity.states.states) states.emplace_back(state.name);
  boost::json::array steps;
  for (const auto& step : entity.states.transitions) {
    steps.push_back(boost::json::object{{"from", step.from},
                                        {"to", step.to},
                                        {"needs_reason", step.needs_reason},
                                        {"needs_date", step.needs_date}});
  }
  return {{"kind", entity.name},
          {"fields", fields_json(entity.fields)},
          {"parts", std::move(parts)},
          {"states", std::move(states)},
          {"steps", std::move(steps)}};
}

void print_fields(const std::vector<cycle::Field>& fields, bool english, const char* indent) {
  for (const auto& field : fields) {
    std::cout << indent << field.name << (field.required ? " *" : "") << "  " << label(field.name, english)
              << "  (" << cycle::kind_name(field.kind);
    for (const auto& choice : field.choices) std::cout << " " << choice.name;
    std::cout << ")\n";
  }
}

base::Status kinds(Room& room, const Args& args) {
  if (!args["kind"].empty()) {
    SJ_TRY(const auto* known, kind_of(args));
    static_cast<void>(known);
  }
  for (const auto& entity : cycle::entities()) {
    if (!args["kind"].empty() && args["kind"] != entity.name) continue;
    if (room.json()) {
      room.session().print(kind_json(entity));
      continue;
    }
    std::cout << entity.name << "  " << label(entity.name, room.english()) << "\n";
    if (args["kind"].empty()) continue;
    print_fields(entity.fields, room.english(), "    ");
    for (const auto& part : entity.parts) {
      std::cout << "    --part " << part.name << "\n";
      print_fields(part.fields, room.english(), "        ");
    }
    for (const auto& step : entity.states.transitions)
      std::cout << "    " << step.from << " → " << step.to << "\n";
  }
  return {};
}

// "name=value" pairs.
base::Result<std::map<std::string, std::string>> pairs_of(const std::vector<std::string>& texts,
                                                          std::size_t first) {
  std::map<std::string, std::string> pairs;
  for (std::size_t i = first; i < texts.size(); ++i) {
    const auto split = texts[i].find('=');
    if (split == std::string::npos || split == 0)
      return base::error(Code::invalid_argument, "FIELD=VALUE, as `record kinds KIND` lists the fields");
    pairs[texts[i].substr(0, split)] = texts[i].substr(split + 1);
  }
  return pairs;
}

base::Status read_parts(Room& room, const cycle::Entity& entity, const Args& args,
                        std::map<std::string, std::vector<cycle::PartValues>>& parts) {
  for (const auto& row : args.rows.at("part")) {
    const auto* part = entity.part(std::string_view(row[0]));
    if (part == nullptr) return base::error(Code::invalid_argument, "part: unknown");
    SJ_TRY(auto given, pairs_of(row, 1));
    cycle::PartValues one;
    if (const auto element = given.find("element"); element != given.end()) {
      const std::string& digits = element->second;
      if (digits.empty() || digits.size() > 10 || digits.find_first_not_of("0123456789") != std::string::npos)
        return base::error(Code::invalid_argument, "element: a number, as `record show` gives it");
      const auto number = std::stoull(digits);
      if (number > UINT32_MAX) return base::error(Code::invalid_argument, "element: out of range");
      one.element = static_cast<std::uint32_t>(number);
      given.erase(element);
    }
    if (const auto remove = given.find("remove"); remove != given.end()) {
      one.remove = remove->second == "yes";
      given.erase(remove);
    }
    SJ_TRY(one.values, values_of(room, part->fields, given));
    parts[part->name].push_back(std::move(one));
  }
  return {};
}

base::Status add(Room& room, const Args& args) {
  SJ_TRY(const auto* kind, kind_of(args));
  SJ_TRY(auto given, pairs_of(args.many.at("set"), 0));
  cycle::Record record;
  record.type = kind->type;
  SJ_TRY(record.values, values_of(room, kind->fields, given));
  SJ_TRY_STATUS(read_parts(room, *kind, args, record.parts));
  base::SpaceId space = room.personal();
  if (kind->home != cycle::Home::personal) {
    SJ_TRY(space, room.space());
    if (space == room.personal() && kind->home != cycle::Home::either)
      return base::error(Code::invalid_argument, "space: not a private kind of record");
  }
  SJ_TRY(auto id, room.cycle().begin(space, record));
  return print_made(room, id);
}

base::Status edit(Room& room, const Args& args) {
  SJ_TRY(auto view, view_of(room, args));
  const auto& kind = *cycle::entity(view.record.type);
  SJ_TRY(auto given, pairs_of(args.many.at("set"), 0));
  cycle::Change change{view.record.id, {}, {}};
  SJ_TRY(change.values, values_of(room, kind.fields, given));
  SJ_TRY_STATUS(read_parts(room, kind, args, change.parts));
  SJ_TRY_STATUS(room.cycle().change(change));
  SJ_TRY(view, room.records().show(view.record.id));
  return print_record(room, view, true);
}

base::Result<std::size_t> limit_of(const Args& args) {
  const std::string& digits = args["limit"];
  if (digits.empty()) return std::size_t{0};
  if (digits.size() > 7 || digits.find_first_not_of("0123456789") != std::string::npos)
    return base::error(Code::invalid_argument, "limit: a number");
  return static_cast<std::size_t>(std::stoul(digits));
}

base::Status list(Room& room, const Args& args) {
  SJ_TRY(const auto* kind, kind_of(args));
  store::RecordFilter filter;
  filter.type = kind->type;
  if (!room.session().globals().space.empty()) {
    SJ_TRY(filter.space, room.space());
  }
  if (args.flag("mine")) filter.owner = room.core().person();
  filter.trashed = args.flag("trash");
  filter.undecided = args.flag("undecided");
  filter.words = args["words"];
  filter.from = args["from"];
  filter.until = args["until"];
  if (!args["linked"].empty()) {
    SJ_TRY(filter.links_to, room.object(args["linked"]));
  }
  if (!args["state"].empty()) {
    const auto* state = kind->states.by_name(args["state"]);
    if (state == nullptr) return base::error(Code::invalid_argument, "state: unknown");
    filter.state = state->number;
  }
  SJ_TRY(auto limit, limit_of(args));
  SJ_TRY(auto views, all_records(room, filter, limit));
  return print_records(room, views);
}

base::Status step(Room& room, const Args& args) {
  SJ_TRY(auto view, view_of(room, args));
  SJ_TRY_STATUS(
      room.cycle().step({view.record.id, args["state"], args["reason"], args["until"], std::nullopt}));
  SJ_TRY(view, room.records().show(view.record.id));
  return print_record(room, view, false);
}

base::Status remove(Room& room, const Args& args) {
  SJ_TRY(auto view, view_of(room, args));
  if (!room.yes()) {
    SJ_TRY_STATUS(print_record(room, view, false));
    room.session().note(room.say("Akan dipindah ke tempat sampah. Ulangi dengan --yes untuk melakukannya.",
                                 "Would go to the trash. Repeat with --yes to do it."));
    return {};
  }
  return room.cycle().trash(view.record.id);
}

base::Status revisions(Room& room, const Args& args) {
  SJ_TRY(auto view, view_of(room, args));
  // Each is read on its own: of a long history the newest.
  constexpr std::size_t kMost = 500;
  SJ_TRY(const auto count, room.records().revisions(view.record.id, 0, 0));
  const std::size_t older = count.total > kMost ? count.total - kMost : 0;
  if (older > 0) {
    room.session().note(room.say("Yang lebih lama tidak ditampilkan; semuanya tetap tersimpan: ",
                                 "Older ones are not shown; all of them are kept: ") +
                        std::to_string(older));
  }
  SJ_TRY(auto all, room.records().revisions(view.record.id, older, kMost));
  for (const auto& one : all.page) {
    SJ_TRY(auto object, record_json(room, one.after));
    // Whether the name is hidden is a matter of now, not of what the record said then.
    SJ_TRY(auto owner, by_json(room, view));
    boost::json::value by = owner;
    if (one.by && !(*one.by == view.owner)) {
      const std::string name = room.name_of(*one.by);
      by = name.empty() ? boost::json::value() : boost::json::value(name);
    }
    if (!room.json()) {
      std::cout << room.date_of(one.wall_ms) << "  " << dot_text(one.dot) << "  — "
                << (by.is_string() ? std::string(by.as_string()) : named_or_hidden(room, {})) << "\n";
      continue;
    }
    if (owner.is_null()) object["by"] = nullptr;
    if (owner.is_null()) object.erase("steps");
    room.session().print(boost::json::object{{"change", dot_text(one.dot)},
                                             {"by", std::move(by)},
                                             {"date", room.date_of(one.wall_ms)},
                                             {"after", std::move(object)}});
  }
  return {};
}

}  // namespace

void add_record_commands(CLI::App& app, Context& context) {
  auto* record =
      subject(app, "record", "any kind of record: the calendar, classes, groups, requests for support …");
  Verb(record, context, "kinds", "the kinds of records, or the fields of one kind")
      .may_id("kind", "for its fields, parts and steps")
      .runs(kinds);
  const auto verb = [&](const char* name, const char* help) {
    return Verb(record, context, name, help).id("kind", "as `record kinds` lists them");
  };
  verb("list", "newest first")
      .flag("--mine", "only your own")
      .flag("--trash", "what was deleted")
      .flag("--undecided", "only what waits for a decision")
      .may("--state", "only those that stand there")
      .may("--words", "only those that hold these words")
      .may("--from", "YYYY-MM-DD")
      .may("--until", "YYYY-MM-DD")
      .may("--linked", "only those that name this record")
      .may("--limit", "at most this many")
      .runs(list);
  verb("show", "one record, whole").id().runs([](Room& room, const Args& args) -> base::Status {
    SJ_TRY(auto view, view_of(room, args));
    return print_record(room, view, true);
  });
  verb("add", "a new record")
      .many("--set", "FIELD=VALUE; may be given several times")
      .rows("--part", "PART FIELD=VALUE …: one repeated part, such as a member of a group", 2, 9)
      .runs(add);
  verb("edit", "changes what is given; an empty value takes a field away")
      .id()
      .many("--set", "FIELD=VALUE; may be given several times")
      .rows("--part", "PART [element=N] [remove=yes] FIELD=VALUE …", 2, 9)
      .runs(edit);
  verb("step", "moves it to another state")
      .id()
      .id("state", "where to")
      .may("--reason", "why, where a step needs one")
      .may("--until", "YYYY-MM-DD, where a step needs a day")
      .runs(step);
  verb("delete", "to the trash; shows what it would do unless --yes").id().runs(remove);
  verb("restore", "back from the trash").id().runs([](Room& room, const Args& args) -> base::Status {
    SJ_TRY(auto view, view_of(room, args));
    return room.cycle().restore(view.record.id);
  });
  verb("revisions", "how it came to be, oldest first").id().runs(revisions);
}

}  // namespace sejawat::cli
