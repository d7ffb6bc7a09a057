// conflict and intent: what waits for somebody's decision. Nothing here is ever decided by itself, or
// dropped.
#include <algorithm>
#include <iostream>

#include "cycle_commands.h"
#include "entry_json.h"
#include "labels.h"
#include "record_output.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kPage = 500;

base::Result<std::vector<cycle::RecordView>> undecided(Room& room, bool decided_too = false) {
  store::RecordFilter filter;
  filter.undecided = !decided_too;
  if (!room.session().globals().space.empty()) {
    SJ_TRY(filter.space, room.space());
  }
  return all_records(room, filter);
}

// --- conflicts

base::Status list_records(Room& room) {
  SJ_TRY(auto views, undecided(room));
  for (const auto& view : views) {
    if (!view.conflicted()) continue;
    if (room.json()) {
      SJ_TRY_STATUS(print_record(room, view, false));
      continue;
    }
    SJ_TRY(auto line, record_line(room, view));
    std::cout << line << "\n";
    for (const auto& field : view.versions) {
      if (field.merged) continue;
      std::cout << "    " << field.field;
      if (field.element != 0) std::cout << " --element " << field.element;
      std::cout << "\n";
      for (std::size_t i = 0; i < field.versions.size(); ++i)
        std::cout << "      " << i + 1 << ". " << field.versions[i].value << "\n";
    }
  }
  return {};
}

base::Status list_conflicts(Room& room, const Args&) {
  std::optional<store::JournalKey> after;
  for (bool more = true; more;) {
    SJ_TRY(auto page, room.core().journal().list_after(false, after, kPage));
    more = page.size() == kPage;
    if (more) after = cycle::key_of(page.back());
    for (const auto& view : page) {
      if (view.conflicts.empty()) continue;
      if (room.json()) {
        auto object = entry_to_json(view);
        object["record"] = "journal_entry";
        room.session().print(object);
        continue;
      }
      std::cout << view.entry.date << "  " << view.entry.id.hex() << "  " << label("entry", room.english())
                << "\n";
      for (const auto& conflict : view.conflicts) {
        std::cout << "    " << conflict.field << " --element " << conflict.element << "\n";
        for (std::size_t i = 0; i < conflict.values.size(); ++i)
          std::cout << "      " << i + 1 << ". " << conflict.values[i] << "\n";
      }
    }
  }
  return list_records(room);
}

// The decision: one of the versions by its number, or other words. needs_decision without either.
base::Result<std::string> decided(const Args& args, const std::vector<std::string>& versions) {
  if (!args["value"].empty()) return args["value"];
  if (args["use"].empty())
    return base::error(base::Code::needs_decision, "give --use NUMBER or --value TEXT");
  const std::string& digits = args["use"];
  if (digits.size() <= 3 && digits.find_first_not_of("0123456789") == std::string::npos) {
    const auto number = static_cast<std::size_t>(std::stoul(digits));
    if (number >= 1 && number <= versions.size()) return versions[number - 1];
  }
  return base::error(base::Code::invalid_argument, "use: the number of a version, from 1");
}

bool element_fits(const Args& args, std::uint32_t element) {
  return args["element"].empty() || args["element"] == std::to_string(element);
}

base::Status resolve_entry(Room& room, const Args& args, const cycle::JournalView& view) {
  const auto conflict = std::find_if(view.conflicts.begin(), view.conflicts.end(), [&](const auto& one) {
    return one.field == args["field"] && element_fits(args, one.element);
  });
  if (conflict == view.conflicts.end()) return base::error(base::Code::not_found, "conflict");
  SJ_TRY(auto value, decided(args, conflict->values));
  return room.core().decide_entry(view.entry.id, conflict->element, conflict->field, value);
}

base::Status resolve(Room& room, const Args& args) {
  SJ_TRY(auto id, room.object(args["id"]));
  auto entry = room.core().journal().show(id);
  if (entry.ok()) return resolve_entry(room, args, *entry);
  SJ_TRY(auto view, room.records().show(id));
  const auto field = std::find_if(view.versions.begin(), view.versions.end(), [&](const auto& one) {
    return one.field == args["field"] && element_fits(args, one.element);
  });
  if (field == view.versions.end()) return base::error(base::Code::not_found, "conflict");
  std::vector<std::string> versions;
  for (const auto& version : field->versions) versions.push_back(version.value);
  SJ_TRY(auto value, decided(args, versions));
  cycle::Change change{id, {}, {}};
  if (field->part.empty()) {
    change.values[field->field] = value;
  } else {
    change.parts[field->part].push_back({field->element, {{field->field, value}}, false});
  }
  SJ_TRY_STATUS(room.cycle().change(change));
  SJ_TRY(view, room.records().show(id));
  return print_record(room, view, true);
}

std::string date_of(std::int64_t wall_ms) { return cycle::local_moment(wall_ms, 0).date; }

void print_decision(Room& room, const base::ObjectId& id, const cycle::Decision& one) {
  if (room.json()) {
    json::array versions;
    for (const auto& choice : one.choices) {
      versions.push_back({{"value", choice.value}, {"written", choice.written.wall_ms / 1000}});
    }
    json::object row{{"id", id.hex()},         {"change", dot_text(one.dot)}, {"written", one.wall_ms / 1000},
                     {"element", one.element}, {"field", one.field},          {"chosen", one.chosen},
                     {"versions", versions},   {"standing", one.standing}};
    if (one.by) row["by"] = one.by->hex();
    room.session().print(row);
    return;
  }
  std::cout << date_of(one.wall_ms) << "  " << one.field << "  " << dot_text(one.dot)
            << (one.standing ? "" : room.say("  [berubah lagi]", "  [changed since]")) << "\n    → "
            << one.chosen << "\n";
  for (const auto& choice : one.choices) std::cout << "      " << choice.value << "\n";
}

base::Status decisions(Room& room, const Args& args) {
  SJ_TRY(auto id, room.object(args["id"]));
  auto made = room.core().journal().show(id).ok() ? room.core().decisions(id) : room.records().decisions(id);
  if (!made.ok()) return made.error();
  for (const auto& one : *made) print_decision(room, id, one);
  return {};
}

base::Status undo(Room& room, const Args& args) {
  SJ_TRY(auto id, room.object(args["id"]));
  SJ_TRY(auto change, dot_from(args["change"]));
  if (room.core().journal().show(id).ok()) {
    SJ_TRY_STATUS(room.core().undo_entry_change(id, change));
    SJ_TRY(auto view, room.core().journal().show(id));
    if (room.json()) room.session().print(entry_to_json(view));
    return {};
  }
  SJ_TRY_STATUS(room.cycle().undo(id, change));
  SJ_TRY(auto view, room.records().show(id));
  return print_record(room, view, true);
}

// --- intents

const char* why_text(Room& room, cycle::Unfit why) {
  switch (why) {
    case cycle::Unfit::none: return "";
    case cycle::Unfit::moved_on:
      return room.say("catatannya sudah bergerak lebih dulu", "the record had moved on");
    case cycle::Unfit::not_permitted: return room.say("perannya tidak mengizinkan", "by whom it is not for");
    case cycle::Unfit::impossible: return room.say("langkah itu tidak ada", "there is no such step");
  }
  return "";
}

base::Status list_intents(Room& room, const Args& args) {
  SJ_TRY(auto views, undecided(room, args.flag("dismissed")));
  for (const auto& view : views) {
    SJ_TRY(auto object, record_json(room, view));
    const auto* intents = object.if_contains("intents");
    if (intents == nullptr) continue;
    for (std::size_t i = 0; i < view.intents.size(); ++i) {
      const auto& intent = view.intents[i];
      if (intent.dismissed && !args.flag("dismissed")) continue;
      auto row = intents->as_array().at(i).as_object();
      if (room.json()) {
        row["id"] = view.record.id.hex();
        row["record"] = object["record"];
        row["state"] = view.state;
        room.session().print(row);
        continue;
      }
      SJ_TRY(auto line, record_line(room, view));
      std::cout << line << "\n    " << label(intent.from, room.english()) << " → "
                << label(intent.to, room.english());
      if (row["by"].is_string()) std::cout << "  — " << std::string(row["by"].as_string());
      std::cout << "  (" << why_text(room, intent.unfit) << ")\n    " << dot_text(intent.dot) << "\n";
    }
  }
  return {};
}

struct Meant {
  cycle::RecordView view;
  cycle::StepView intent;
};
// The intent named, or the only one that waits on the record.
base::Result<Meant> meant(Room& room, const Args& args) {
  Meant found;
  SJ_TRY(auto id, room.object(args["id"]));
  SJ_TRY(found.view, room.records().show(id));
  std::optional<log::Dot> wish;
  if (!args["intent"].empty()) {
    SJ_TRY(wish, dot_from(args["intent"]));
  }
  std::size_t count = 0;
  for (const auto& intent : found.view.intents) {
    if (wish ? !(intent.dot == *wish) : intent.dismissed) continue;
    found.intent = intent;
    ++count;
  }
  if (count == 0) return base::error(base::Code::not_found, "intent");
  if (count > 1) return base::error(base::Code::needs_decision, "several wait: name the one meant");
  return found;
}

base::Status take(Room& room, const Args& args) {
  SJ_TRY(auto found, meant(room, args));
  const std::string reason = args["reason"].empty() ? found.intent.reason : args["reason"];
  const std::string until = args["until"].empty() ? found.intent.until : args["until"];
  const auto id = found.view.record.id;
  const auto& machine = cycle::entity(found.view.record.type)->states;
  const auto* from = machine.by_name(found.view.state);
  const auto* to = machine.by_name(found.intent.to);
  if (from == nullptr || to == nullptr || machine.find(from->number, to->number) == nullptr) {
    // It stays listed; the record must be brought where the step is possible, or the intent dismissed.
    return base::error(base::Code::needs_decision, "no step from " + found.view.state + " to " +
                                                       found.intent.to + ": dismiss it, or move on first");
  }
  SJ_TRY_STATUS(room.cycle().step({id, found.intent.to, reason, until, found.intent.dot}));
  SJ_TRY(auto view, room.records().show(id));
  return print_record(room, view, false);
}

base::Status dismiss(Room& room, const Args& args) {
  SJ_TRY(auto found, meant(room, args));
  if (!room.yes()) {
    SJ_TRY_STATUS(print_record(room, found.view, false));
    room.session().note(
        room.say("Usulan itu akan dikesampingkan; riwayatnya tetap ada. Ulangi dengan --yes.",
                 "That proposed change would be put aside; its history stays. Repeat with --yes."));
    return {};
  }
  SJ_TRY_STATUS(room.cycle().dismiss(found.view.record.id, found.intent.dot));
  SJ_TRY(auto view, room.records().show(found.view.record.id));
  return print_record(room, view, false);
}

}  // namespace

void add_decision_commands(CLI::App& app, Context& context) {
  auto* conflict =
      subject(app, "conflict", "two people changed the same thing apart from each other: both are kept");
  Verb(conflict, context, "list", "what waits for a choice, here and on every other device")
      .runs(list_conflicts);
  Verb(conflict, context, "resolve", "chooses one version, or other words; exit code 5 without a choice")
      .id()
      .id("field", "the field, as the list shows it")
      .may("--element", "which part of the record, where the list shows it")
      .may("--use", "the number of the version to keep")
      .may("--value", "other words instead")
      .runs(resolve);
  Verb(conflict, context, "decisions", "what was chosen, by whom and when, and between which versions")
      .id()
      .runs(decisions);
  Verb(conflict, context, "undo", "takes one change back; what it replaced stands again")
      .id()
      .id("change", "as `conflict decisions` or `record revisions` shows it")
      .runs(undo);
  auto* intent =
      subject(app, "intent", "steps taken on a record that had moved on: kept, shown, yours to decide");
  Verb(intent, context, "list", "what waits for a decision")
      .flag("--dismissed", "those that were put aside as well")
      .runs(list_intents);
  Verb(intent, context, "take", "takes the step after all; exit code 5 when it is not possible from here")
      .id("id", "the record")
      .may_id("intent", "which one, when several wait")
      .may("--reason", "another reason than the one given")
      .may("--until", "another day than the one given")
      .runs(take);
  Verb(intent, context, "dismiss", "puts it aside; shows what it would do unless --yes")
      .id("id", "the record")
      .may_id("intent", "which one, when several wait")
      .runs(dismiss);
}

}  // namespace sejawat::cli
