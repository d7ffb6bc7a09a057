// problem: from the gap in a private entry to a short statement that others may read, and back again.
#include <iostream>

#include "cycle/categories.h"
#include "cycle_commands.h"
#include "labels.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using base::Code;
using cycle::kProblem;

base::Result<std::uint32_t> event_of(const Args& args) {
  const std::string& text = args["event"];
  if (text.empty()) return 0U;
  if (text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
    return base::error(Code::invalid_argument, "event: the number that `journal show --json` gives it");
  return static_cast<std::uint32_t>(std::stoul(text));
}

// The words that would be kept or shared, from an entry, a private problem, or the command line alone.
base::Result<cycle::ProblemDraft> draft_of(Room& room, const Args& args) {
  cycle::ProblemDraft draft;
  if (!args["id"].empty() && !args["from-entry"].empty())
    return base::error(Code::invalid_argument, "a problem or --from-entry, not both");
  if (!args["id"].empty()) {
    SJ_TRY(auto id, room.object(args["id"]));
    SJ_TRY(draft, room.cycle().draft_from_problem(id));
  } else if (!args["from-entry"].empty()) {
    SJ_TRY(auto entry, room.object(args["from-entry"]));
    SJ_TRY(auto event, event_of(args));
    SJ_TRY(draft, room.cycle().draft_from_entry(entry, event));
  }
  SJ_TRY(auto values, values_of(room, cycle::entity(kProblem)->fields, args.fields));
  for (auto& [name, value] : values) {
    if (value.empty()) {
      draft.values.erase(name);
    } else {
      draft.values[name] = std::move(value);
    }
  }
  if (args.flag("hide-name")) draft.values["hide_name"] = "yes";
  if (draft.values.count("category") != 0 && draft.values.count("category_version") == 0)
    draft.values["category_version"] = std::to_string(cycle::kCategoriesVersion);
  if (draft.values["title"].empty())
    return base::error(Code::invalid_argument, "title: missing; give --title, an id or --from-entry");
  if (draft.values.count("found") == 0) draft.values["found"] = room.today();
  return draft;
}

// Word for word what members of the space will read, and under which name.
base::Result<boost::json::object> preview_of(Room& room, const cycle::Values& values,
                                             const base::SpaceId& space) {
  boost::json::object object;
  for (const auto& field : cycle::entity(kProblem)->fields) {
    const auto found = values.find(field.name);
    if (found == values.end() || found->second.empty() || field.number == 4 || field.number == 7) continue;
    object[field.name] = found->second;
  }
  const auto hide = values.find("hide_name");
  const bool hidden = hide != values.end() && hide->second == "yes";
  object["by"] = hidden ? boost::json::value() : boost::json::value(room.core().name());
  object["name_hidden"] = hidden;
  object["space"] = space.hex();
  object["readers"] = room.space_name(space);
  return object;
}

void print_preview(Room& room, const boost::json::object& preview) {
  const auto text = [&](const char* key) {
    const auto* value = preview.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  std::cout << room.say("Yang akan dibaca anggota ", "What the members will read in ") << text("readers")
            << ":\n";
  for (const auto* key :
       {"title", "description", "category", "band", "subject", "frequency", "severity", "found"}) {
    if (text(key).empty()) continue;
    std::string shown = text(key);
    if (std::string_view(key) == "category") {
      auto name = category_name(room, shown);
      if (name.ok()) shown = *name;
    } else if (std::string_view(key) == "band" || std::string_view(key) == "frequency") {
      shown = label(shown, room.english());
    }
    std::cout << "    " << label(key, room.english()) << ": " << shown << "\n";
  }
  std::cout << "    " << label("name", room.english()) << ": "
            << (text("by").empty() ? room.say("(nama disamarkan)", "(name hidden)") : text("by").c_str())
            << "\n"
            << room.say("Catatan harian Anda tetap pribadi.\n", "Your journal entry stays private.\n");
}

base::Status add(Room& room, const Args& args) {
  SJ_TRY(auto draft, draft_of(room, args));
  SJ_TRY(auto id, room.cycle().keep_problem(draft));
  return print_made(room, id);
}

base::Status share(Room& room, const Args& args) {
  SJ_TRY(auto draft, draft_of(room, args));
  SJ_TRY(auto space, room.space(args["to"]));
  SJ_TRY(auto preview, preview_of(room, draft.values, space));
  const bool really = room.yes() && !args.flag("preview");
  if (!room.json()) print_preview(room, preview);
  if (!really) {
    if (room.json()) {
      room.session().print(boost::json::object{{"shared", false}, {"preview", std::move(preview)}});
    } else {
      room.session().note(room.say("Belum dibagikan. Ulangi dengan --yes untuk membagikannya.",
                                   "Not shared yet. Repeat with --yes to share it."));
    }
    return {};
  }
  SJ_TRY(auto id, room.cycle().share_problem(draft, space));
  if (!room.json()) return print_made(room, id);
  room.session().print(
      boost::json::object{{"shared", true}, {"id", id.hex()}, {"preview", std::move(preview)}});
  return {};
}

base::Status preview(Room& room, const Args& args) {
  SJ_TRY(auto view, room.shown(args["id"], kProblem));
  base::SpaceId space = view.space;
  if (space == room.personal()) {
    SJ_TRY(space, room.space(args["to"]));
  }
  SJ_TRY(auto object, preview_of(room, view.record.values, space));
  if (!(view.owner == room.core().person()) && object["by"].is_string()) {
    SJ_TRY(object["by"], by_json(room, view));
  }
  if (room.json()) {
    room.session().print(object);
  } else {
    print_preview(room, object);
  }
  return {};
}

base::Status list(Room& room, const Args& args) {
  store::RecordFilter filter;
  filter.type = kProblem;
  if (!room.session().globals().space.empty()) {
    SJ_TRY(filter.space, room.space());
  }
  if (args.flag("mine")) filter.owner = room.core().person();
  if (!args.flag("ended")) filter.ended = false;
  if (!args["state"].empty()) {
    filter.state = cycle::entity(kProblem)->states.by_name(args["state"])->number;
    filter.ended.reset();
  }
  filter.words = args["words"];
  SJ_TRY(auto views, all_records(room, filter));
  return print_records(room, views);
}

base::Status show_again(Room& room, const base::ObjectId& id) {
  SJ_TRY(auto view, room.records().show(id));
  return print_record(room, view, false);
}

base::Status edit(Room& room, const Args& args) {
  SJ_TRY(auto view, room.shown(args["id"], kProblem));
  SJ_TRY(auto values, values_of(room, cycle::entity(kProblem)->fields, args.fields));
  if (args.flag("hide-name")) values["hide_name"] = "yes";
  if (args.flag("show-name")) values["hide_name"] = "no";
  SJ_TRY_STATUS(room.cycle().change({view.record.id, values, {}}));
  return show_again(room, view.record.id);
}

base::Status withdraw(Room& room, const Args& args) {
  SJ_TRY(auto view, room.shown(args["id"], kProblem));
  if (!room.yes()) {
    SJ_TRY_STATUS(print_record(room, view, false));
    room.session().note(
        room.say("Kata-katanya akan dicabut dari semua yang menyinkronkan; yang sudah terbaca tetap terbaca. "
                 "Ulangi dengan --yes untuk melakukannya.",
                 "Its words would be taken back from everybody who syncs; what was read stays read. Repeat "
                 "with --yes to do it."));
    return {};
  }
  SJ_TRY_STATUS(room.cycle().withdraw_problem(view.record.id));
  return show_again(room, view.record.id);
}

base::Status contribute(Room& room, const Args& args, std::string_view kind) {
  SJ_TRY(auto view, room.shown(args["id"], kProblem));
  std::optional<base::ObjectId> reply_to, discussion;
  if (!args["to"].empty()) {
    SJ_TRY(reply_to, room.object(args["to"]));
  }
  if (kind != "me_too" && !(view.space == room.personal())) {
    SJ_TRY(discussion,
           room.cycle().daily_discussion(view.space, args["date"].empty() ? room.today() : args["date"]));
  }
  SJ_TRY(auto id, room.cycle().contribute(view.record.id, kind, args["text"], reply_to, discussion));
  return print_made(room, id);
}

base::Status root(Room& room, const Args& args) {
  SJ_TRY(auto view, room.shown(args["id"], kProblem));
  SJ_TRY(auto values, values_of(room, cycle::entity(cycle::kRootCause)->fields, args.fields));
  values["statement"] = args["statement"];
  if (values.count("found") == 0) values["found"] = room.today();
  SJ_TRY(auto id, room.cycle().find_root(view.record.id, values));
  return print_made(room, id);
}

base::Status step(Room& room, const Args& args, const char* to) {
  SJ_TRY(auto view, room.shown(args["id"], kProblem));
  SJ_TRY_STATUS(room.cycle().step({view.record.id, to, args["reason"], args["until"], std::nullopt}));
  return show_again(room, view.record.id);
}

base::Status list_categories(Room& room, const Args& args) {
  SJ_TRY(auto spaces, room.communities());
  SJ_TRY(auto all, cycle::categories(room.records(), spaces));
  for (const auto& one : all) {
    if (one.retired && !args.flag("retired")) continue;
    const std::string& name = room.english() ? one.english : one.indonesian;
    if (room.json()) {
      room.session().print(boost::json::object{{"key", one.key},
                                               {"name", name},
                                               {"version", one.version},
                                               {"retired", one.retired},
                                               {"own", one.own}});
    } else {
      std::cout << one.key << "  " << name << (one.retired ? room.say("  [pensiun]", "  [retired]") : "")
                << "\n";
    }
  }
  return {};
}

std::vector<std::string> state_names() {
  std::vector<std::string> names;
  for (const auto& state : cycle::entity(kProblem)->states.states) names.emplace_back(state.name);
  return names;
}

}  // namespace

void add_problem_commands(CLI::App& app, Context& context) {
  auto* problem = subject(app, "problem", "problems: private until you share one, and yours to take back");
  const auto described = {"title",   "description", "category", "band",
                          "subject", "frequency",   "severity", "found"};
  Verb(problem, context, "add", "keeps a private problem, from an entry's gap or in your own words")
      .may("--from-entry", "the entry it comes from; only you ever see the link")
      .may("--event", "which event of the entry (default: the first)")
      .flag("--hide-name", "your name stays hidden once it is shared")
      .fields(kProblem, described)
      .runs(add);
  Verb(problem, context, "share", "shows what others would read, word for word; shares it with --yes")
      .may_id("id", "a private problem")
      .may("--from-entry", "straight from an entry")
      .may("--event", "which event of the entry (default: the first)")
      .may("--to", "the community that will read it (default: your only one)")
      .flag("--hide-name", "others do not see your name")
      .flag("--preview", "only show, even with --yes")
      .fields(kProblem, described)
      .runs(share);
  Verb(problem, context, "preview", "what others read of a problem, word for word")
      .id()
      .may("--to", "the community meant, for a private problem")
      .runs(preview);
  Verb(problem, context, "list", "open problems, newest first")
      .flag("--mine", "only your own")
      .flag("--ended", "those that ended as well")
      .one_of("--state", "only those that stand there", state_names())
      .may("--words", "only those that hold these words")
      .runs(list);
  Verb(problem, context, "show", "one problem, whole")
      .id()
      .runs([](Room& room, const Args& args) -> base::Status {
        SJ_TRY(auto view, room.shown(args["id"], kProblem));
        return print_record(room, view, true);
      });
  Verb(problem, context, "edit", "changes your own problem; an empty value takes a field away")
      .id()
      .flag("--hide-name", "hide your name from now on")
      .flag("--show-name", "show your name from now on")
      .fields(kProblem, described)
      .runs(edit);
  Verb(problem, context, "withdraw", "takes a shared problem back; shows what it would do unless --yes")
      .id()
      .runs(withdraw);
  Verb(problem, context, "why", "one more rung of the ladder: why is that so?")
      .id()
      .id("text", "the answer to why")
      .may("--date", "of which day's discussion (default: today's)")
      .runs([](Room& room, const Args& args) { return contribute(room, args, "why"); });
  Verb(problem, context, "reply", "a word on a problem")
      .id()
      .id("text", "what you have to say")
      .one_of("--kind", "what it is (default: reply)", {"reply", "evidence", "question"})
      .may("--to", "the contribution it answers")
      .may("--date", "of which day's discussion (default: today's)")
      .runs([](Room& room, const Args& args) {
        return contribute(room, args, args["kind"].empty() ? "reply" : std::string_view(args["kind"]));
      });
  Verb(problem, context, "me-too", "you meet it as well: counted once, never named")
      .id()
      .runs([](Room& room, const Args& args) { return contribute(room, args, "me_too"); });
  Verb(problem, context, "root", "sets the root cause that the whys led to")
      .id()
      .id("statement", "the root cause in one sentence")
      .fields(cycle::kRootCause, {"kind", "confidence", "found"})
      .runs(root);
  Verb(problem, context, "postpone", "puts it aside until a day")
      .id()
      .needs("--until", "YYYY-MM-DD")
      .may("--reason", "why")
      .runs([](Room& room, const Args& args) { return step(room, args, "postponed"); });
  Verb(problem, context, "close", "ends it without a solution")
      .id()
      .needs("--reason", "why")
      .runs([](Room& room, const Args& args) { return step(room, args, "closed"); });
  Verb(problem, context, "categories", "what problems can be about: the built-in list and the school's own")
      .flag("--retired", "those no longer offered as well")
      .runs(list_categories);
}

}  // namespace sejawat::cli
