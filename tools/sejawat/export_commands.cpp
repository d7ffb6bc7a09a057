// `export --mine`: everything of one's own for any other program, and as one page for any browser. `export
// --space`: the records of a community or group, as far as this person can read them.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>

#include "api/core.h"
#include "commands.h"
#include "entry_json.h"
#include "export_page.h"
#include "labels.h"
#include "platform_posix/streams.h"
#include "record_output.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;
constexpr std::size_t kPage = 200;

// A folder that appears whole or not at all.
class NewFolder {
 public:
  static base::Result<std::unique_ptr<NewFolder>> create(const std::string& path) {
    struct stat entry {};
    std::string clean = path;
    while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
    if (::lstat(clean.c_str(), &entry) == 0) return base::error(base::Code::already_exists, clean);
    auto folder = std::make_unique<NewFolder>();
    folder->path_ = clean;
    std::string draft = clean + ".XXXXXX";
    if (::mkdtemp(draft.data()) == nullptr)
      return base::error(errno == ENOENT ? base::Code::not_found : base::Code::storage_failed, clean);
    folder->draft_ = draft;
    return folder;
  }
  NewFolder() = default;
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder() {
    std::error_code ignored;
    if (!draft_.empty()) std::filesystem::remove_all(draft_, ignored);
  }
  std::string file(const char* name) const { return draft_ + "/" + name; }
  base::Status publish() {
    if (::renameat2(AT_FDCWD, draft_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
      struct stat entry {};
      const bool told = errno != EINVAL && errno != ENOSYS;  // some file systems cannot be told so
      if (told || ::lstat(path_.c_str(), &entry) == 0)
        return base::error(errno == EEXIST || !told ? base::Code::already_exists : base::Code::storage_failed,
                           path_);
      if (::rename(draft_.c_str(), path_.c_str()) != 0) return base::error(base::Code::storage_failed, path_);
    }
    draft_.clear();
    return platform::sync_folder_of(path_);
  }

 private:
  std::string path_, draft_;
};

base::Result<json::object> entry_with_history(Session& session, const cycle::JournalView& view) {
  json::object entry = entry_to_json(view);
  SJ_TRY(const auto delivery, session.core().delivery(view.entry.id));
  entry["on_server"] = delivery == api::Delivery::on_carrier;
  SJ_TRY(const auto revisions, session.core().revisions(view.entry.id));
  if (revisions.size() < 2) return entry;
  json::array history;
  for (const auto& revision : revisions) {
    cycle::JournalView as_it_was;
    as_it_was.entry = revision.entry;
    as_it_was.wall_ms = revision.wall_ms;
    history.push_back(entry_to_json(as_it_was));
  }
  entry["revisions"] = std::move(history);
  return entry;
}

struct Files {
  std::unique_ptr<platform::NewFile> data, page;
  std::uint64_t entries = 0;
  std::uint64_t records = 0;
  base::Status json(const std::string& text) { return data->write(base::as_bytes(text)); }
  base::Status html(const std::string& text) { return page->write(base::as_bytes(text)); }
};

base::Status write_entries(Session& session, bool trash, Files& files) {
  std::optional<store::JournalKey> after;
  for (bool first = true;;) {
    SJ_TRY(const auto views, session.core().journal().list_after(trash, after, kPage));
    for (const auto& view : views) {
      SJ_TRY(const auto entry, entry_with_history(session, view));
      SJ_TRY_STATUS(files.json((first ? "\n  " : ",\n  ") + json::serialize(entry)));
      SJ_TRY_STATUS(files.html(page_entry(session.language(), view)));
      first = false;
      ++files.entries;
    }
    if (views.size() < kPage) return {};
    after = cycle::key_of(views.back());
  }
}

// What a record says, in the words of its table; hidden names stay hidden.
base::Status write_record(Room& room, const cycle::RecordView& view, Files& files) {
  SJ_TRY(auto object, record_json(room, view));
  object["kind"] = cycle::entity(view.record.type)->name;
  SJ_TRY(const auto delivery, room.core().delivery(view.space, view.record.id));
  object["on_server"] = delivery == api::Delivery::on_carrier;
  SJ_TRY_STATUS(files.json((files.records == 0 ? "\n  " : ",\n  ") + json::serialize(object)));
  SJ_TRY(const auto line, record_line(room, view));
  std::string page = "<section id=\"r" + view.record.id.hex() + "\">\n<h3>" + escaped(line) + "</h3>\n<dl>\n";
  for (const auto& field : cycle::entity(view.record.type)->fields) {
    if (field.kind != cycle::FieldKind::text && field.kind != cycle::FieldKind::prose) continue;
    if (view.value(field.name).empty()) continue;
    page += "<dt>" + escaped(label(field.name, room.english())) + "</dt><dd>" +
            escaped(view.value(field.name)) + "</dd>\n";
  }
  ++files.records;
  return files.html(page + "</dl>\n</section>\n");
}

base::Status write_records(Room& room, const std::optional<base::SpaceId>& of, Files& files) {
  SJ_TRY_STATUS(files.html("<h1>" + std::string(room.say("Siklus", "The cycle")) + "</h1>\n"));
  for (const bool trashed : {false, true}) {
    store::RecordFilter filter;
    filter.space = of;
    if (!of) filter.owner = room.core().person();
    filter.trashed = trashed;
    filter.limit = kPage;
    for (;;) {
      SJ_TRY(const auto views, room.records().list(filter));
      for (const auto& view : views) SJ_TRY_STATUS(write_record(room, view, files));
      if (views.size() < filter.limit) break;
      filter.after = cycle::key_of(views.back());
    }
  }
  return {};
}

json::array communities_of(const api::Status& status) {
  json::array communities;
  for (const auto& space : status.spaces) {
    if (!space.shared()) continue;
    communities.push_back({{"space", space.space.hex()}, {"name", space.name}, {"admin", space.admin}});
  }
  return communities;
}

base::Result<Files> write_all(Room& room, bool mine, const std::string& to) {
  Session& session = room.session();
  std::optional<base::SpaceId> of;
  if (!mine) {
    SJ_TRY(of, room.space());
  }
  SJ_TRY(const auto status, session.core().status());
  if (!status.has_person) return base::error(base::Code::not_found, "no person in this store yet");
  SJ_TRY(auto folder, NewFolder::create(to));
  Files files;
  SJ_TRY(files.data, platform::NewFile::create(folder->file("sejawat.json"), false));
  SJ_TRY(files.page, platform::NewFile::create(folder->file("sejawat.html"), false));
  SJ_TRY_STATUS(files.json(
      "{\"format\": \"sejawat-export-1\",\n\"name\": " + json::serialize(json::value(status.name)) +
      ",\n\"communities\": " + json::serialize(communities_of(status)) + ",\n\"entries\": ["));
  SJ_TRY_STATUS(files.html(page_head(session.language(), status)));
  if (mine) SJ_TRY_STATUS(write_entries(session, false, files));
  SJ_TRY_STATUS(files.json("],\n\"trash\": ["));
  SJ_TRY_STATUS(files.html(page_trash_head(session.language())));
  if (mine) SJ_TRY_STATUS(write_entries(session, true, files));
  SJ_TRY_STATUS(files.json("],\n\"records\": ["));
  SJ_TRY_STATUS(write_records(room, of, files));
  SJ_TRY_STATUS(files.json("]}\n"));
  SJ_TRY_STATUS(files.html(page_end()));
  SJ_TRY_STATUS(files.data->publish());
  SJ_TRY_STATUS(files.page->publish());
  SJ_TRY_STATUS(folder->publish());
  return files;
}

int run_export(const Globals& globals, bool mine, const std::string& to) {
  Room room(globals);
  Session& session = room.session();
  if (!mine && globals.space.empty()) {
    session.note(session.say("Sebutkan --mine atau --space.", "Say --mine or --space."));
    return 2;
  }
  if (auto opened = room.open(); !opened.ok()) return session.fail(opened.error());
  auto written = write_all(room, mine, to);
  if (!written.ok()) return session.fail(written.error());
  if (globals.json) {
    session.print(json::object{{"folder", to}, {"entries", written->entries}, {"records", written->records}});
  } else {
    std::cout << session.say("Ditulis: ", "Written: ") << to << "/sejawat.html, sejawat.json ("
              << written->entries << session.say(" catatan, ", " entries, ") << written->records
              << session.say(" rekaman siklus). Berkas ini TIDAK terenkripsi.\n",
                             " records of the cycle). These files are NOT encrypted.\n");
  }
  return 0;
}

}  // namespace

void add_export_commands(CLI::App& app, Context& context) {
  auto to = std::make_shared<std::string>();
  auto mine = std::make_shared<bool>(false);
  auto* out = app.add_subcommand("export", "everything of your own as JSON and as one page; works offline");
  out->add_flag(
      "--mine", *mine,
      "your own entries with their history and the trash, and your own records of the cycle;\n"
      "without it: the records of the community or group that --space names, as far as you can read it");
  out->add_option("--to", *to, "a folder that does not exist yet")->required();
  out->callback([&context, to, mine] { context.exit = run_export(context.globals, *mine, *to); });
}

}  // namespace sejawat::cli
