#include <algorithm>
#include <fstream>
#include <iostream>

#include "commands.h"
#include "entry_json.h"

namespace sejawat::cli {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::size_t kMaxImport = 100000;

base::Result<base::ObjectId> id_from(const std::string& text) {
  base::Bytes bytes;
  std::optional<base::ObjectId> id;
  if (base::from_hex(text, bytes)) id = base::ObjectId::from(bytes);
  if (!id) return base::error(base::Code::invalid_argument, "id: 16 hexadecimal digits");
  return *id;
}

// Every line is checked before anything is written: an import is whole or not at all.
base::Result<std::vector<cycle::JournalEntry>> read_entries(std::istream& in) {
  std::vector<cycle::JournalEntry> entries;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto entry = entry_from_json(line);
    if (!entry.ok()) {
      return base::error(base::Code::invalid_argument, "line " + std::to_string(number) + ": " +
                                                           entry.error().detail() + "; nothing was imported");
    }
    entries.push_back(std::move(entry).value());
    if (entries.size() > kMaxImport)
      return base::error(base::Code::too_large, "more than 100000 entries at once");
  }
  return entries;
}

struct AddOptions {
  std::string from, date, class_name, subject, period, mood;
  std::vector<std::vector<std::string>> events;
  std::vector<std::string> tags;
};

base::Result<std::vector<cycle::JournalEntry>> entries_of(const AddOptions& options) {
  if (options.from == "-") return read_entries(std::cin);
  if (!options.from.empty()) {
    std::ifstream file(options.from);
    if (!file) return base::error(base::Code::not_found, options.from);
    return read_entries(file);
  }
  cycle::JournalEntry entry;
  entry.date = options.date;
  if (entry.date.empty()) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char text[16];
    std::strftime(text, sizeof(text), "%Y-%m-%d", &parts);
    entry.date = text;
  }
  entry.class_name = options.class_name;
  entry.subject = options.subject;
  entry.period = options.period;
  entry.mood = options.mood;
  entry.tags = options.tags;
  for (const auto& parts : options.events) {
    const auto domain = parts.empty() ? std::nullopt : cycle::domain_from(parts[0]);
    if (!domain || parts.size() < 2 || parts.size() > 4) {
      return base::error(base::Code::invalid_argument, "--event DOMAIN HAPPENED [EXPECTED [GAP]]");
    }
    cycle::JournalEvent event;
    event.domain = *domain;
    event.happened = parts[1];
    if (parts.size() > 2) event.expected = parts[2];
    if (parts.size() > 3) event.gap = parts[3];
    entry.events.push_back(std::move(event));
  }
  SJ_TRY_STATUS(cycle::validate(entry));
  return std::vector<cycle::JournalEntry>{std::move(entry)};
}

int run_add(const Globals& globals, const AddOptions& options) {
  Session session(globals);
  auto entries = entries_of(options);
  if (!entries.ok()) return session.fail(entries.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  if (entries->size() > 200) {
    session.note(session.say("Menyimpan catatan: ", "Saving entries: ") + std::to_string(entries->size()));
  }
  auto ids = session.core().add_entries(*entries);
  if (!ids.ok()) return session.fail(ids.error());
  for (const auto& id : *ids) {
    if (globals.json) {
      session.print(boost::json::object{{"id", id.hex()}});
    } else {
      std::cout << id.hex() << "\n";
    }
  }
  return 0;
}

void print_entry(const Session& session, const cycle::JournalView& view, bool whole) {
  if (session.globals().json) {
    session.print(entry_to_json(view));
    return;
  }
  std::cout << view.entry.date << "  " << view.entry.id.hex() << "  " << view.entry.class_name << "  "
            << view.entry.subject
            << (view.conflicts.empty() ? "" : session.say("  [bentrok]", "  [conflict]")) << "\n";
  for (const auto& event : view.entry.events) {
    std::cout << "    " << cycle::domain_name(event.domain) << ": " << event.happened << "\n";
    if (!whole) continue;
    if (!event.expected.empty())
      std::cout << "        " << session.say("seharusnya: ", "expected: ") << event.expected << "\n";
    if (!event.gap.empty())
      std::cout << "        " << session.say("kesenjangan: ", "gap: ") << event.gap << "\n";
  }
}

int run_list(const Globals& globals, bool trash, std::size_t limit) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  for (std::size_t offset = 0; limit == 0 || offset < limit; offset += kPage) {
    const std::size_t want = limit == 0 ? kPage : std::min(kPage, limit - offset);
    auto page = session.core().journal().list(trash, offset, want);
    if (!page.ok()) return session.fail(page.error());
    for (const auto& view : *page) print_entry(session, view, false);
    if (page->size() < want) break;
  }
  return 0;
}

int run_show(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto view = session.core().journal().show(*id);
  if (!view.ok()) return session.fail(view.error());
  print_entry(session, *view, true);
  return 0;
}

int run_search(const Globals& globals, const std::string& words) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto found = session.core().journal().search(words, 100);
  if (!found.ok()) return session.fail(found.error());
  for (const auto& view : *found) print_entry(session, view, false);
  return 0;
}

int run_edit(const Globals& globals, const std::string& text, const std::string& from) {
  Session session(globals);
  auto id = id_from(text);
  if (!id.ok()) return session.fail(id.error());
  AddOptions options;
  options.from = from;
  auto entries = entries_of(options);
  if (!entries.ok()) return session.fail(entries.error());
  if (entries->size() != 1)
    return session.fail(base::error(base::Code::invalid_argument, "give exactly one entry"));
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  entries->front().id = *id;
  if (auto edited = session.core().edit_entry(entries->front()); !edited.ok())
    return session.fail(edited.error());
  return 0;
}

int run_delete(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto view = session.core().journal().show(*id);
  if (!view.ok()) return session.fail(view.error());
  if (!globals.yes) {
    print_entry(session, *view, false);
    session.note(session.say("Akan dipindah ke tempat sampah. Ulangi dengan --yes untuk melakukannya.",
                             "Would go to the trash. Repeat with --yes to do it."));
    return 0;
  }
  if (auto done = session.core().trash_entry(*id); !done.ok()) return session.fail(done.error());
  return 0;
}

int run_restore(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  if (auto done = session.core().restore_entry(*id); !done.ok()) return session.fail(done.error());
  return 0;
}

int run_revisions(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto revisions = session.core().revisions(*id);
  if (!revisions.ok()) return session.fail(revisions.error());
  for (const auto& revision : *revisions) {
    cycle::JournalView view;
    view.entry = revision.entry;
    view.wall_ms = revision.wall_ms;
    print_entry(session, view, true);
  }
  return 0;
}

}  // namespace

void add_journal_commands(CLI::App& app, Context& context) {
  struct Options {
    AddOptions add;
    std::string id, words, from;
    bool trash = false;
    std::size_t limit = 0;
  };
  auto options = std::make_shared<Options>();
  auto* journal = app.add_subcommand("journal", "your private journal");
  journal->require_subcommand(1);
  journal->fallthrough();
  auto* add = journal->add_subcommand("add", "one entry, or JSON Lines of entries; works with no server");
  add->fallthrough();
  add->add_option("--from", options->add.from, "file of JSON Lines, or - for standard input");
  add->add_option("--date", options->add.date, "YYYY-MM-DD; default: today");
  add->add_option("--class", options->add.class_name);
  add->add_option("--subject", options->add.subject);
  add->add_option("--period", options->add.period);
  add->add_option("--mood", options->add.mood);
  add->add_option("--tag", options->add.tags);
  add->add_option("--event", options->add.events, "DOMAIN HAPPENED [EXPECTED [GAP]], may be repeated")

      ->type_size(2, 4);
  add->callback([&context, options] { context.exit = run_add(context.globals, options->add); });
  auto* list = journal->add_subcommand("list", "newest first");
  list->fallthrough();
  list->add_flag("--trash", options->trash, "what was deleted");
  list->add_option("--limit", options->limit, "at most this many");
  list->callback(
      [&context, options] { context.exit = run_list(context.globals, options->trash, options->limit); });
  const auto with_id = [&](const char* name, const char* text,
                           int (*run)(const Globals&, const std::string&)) {
    auto* command = journal->add_subcommand(name, text);
    command->fallthrough();
    command->add_option("id", options->id)->required();
    command->callback([&context, options, run] { context.exit = run(context.globals, options->id); });
    return command;
  };
  with_id("show", "one entry, whole", run_show);
  with_id("delete", "to the trash; shows what it would do unless --yes", run_delete);
  with_id("restore", "back from the trash", run_restore);
  with_id("revisions", "how an entry came to be", run_revisions);
  auto* edit = journal->add_subcommand("edit", "replaces an entry by the one in --from (JSON)");
  edit->fallthrough();
  edit->add_option("id", options->id)->required();
  edit->add_option("--from", options->from, "file with one JSON entry, or -")->required();
  edit->callback(
      [&context, options] { context.exit = run_edit(context.globals, options->id, options->from); });
  auto* search = journal->add_subcommand("search", "entries that contain all the words");
  search->fallthrough();
  search->add_option("words", options->words)->required();
  search->callback([&context, options] { context.exit = run_search(context.globals, options->words); });
}

}  // namespace sejawat::cli
