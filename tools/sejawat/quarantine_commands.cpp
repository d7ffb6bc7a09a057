#include "quarantine_commands.h"

#include <iostream>

#include "platform_posix/streams.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;

const char* kind_name(log::OpKind kind) {
  switch (kind) {
    case log::OpKind::write: return "write";
    case log::OpKind::trash: return "trash";
    case log::OpKind::increment: return "increment";
    case log::OpKind::append: return "append";
  }
  return "later";  // of a later version
}

json::object work_json(const api::QuarantinedWork& work) {
  json::array changes;
  for (const auto& change : work.changes) {
    json::array fields;
    for (const auto& field : change.fields) {
      json::object row{{"element", field.element}, {"field", field.name}};
      row["value"] = field.value ? json::value(*field.value) : json::value();
      fields.push_back(std::move(row));
    }
    changes.push_back({{"object", change.object.hex()},
                       {"type", change.type},
                       {"kind", kind_name(change.kind)},
                       {"written", change.wall_ms / 1000},
                       {"fields", std::move(fields)}});
  }
  return {{"log", work.log.log.hex()},     {"space", work.log.space.hex()}, {"person", work.log.person.hex()},
          {"name", work.log.name},         {"own", work.log.own},           {"segments", work.log.segments},
          {"unreadable", work.unreadable}, {"changes", std::move(changes)}};
}

base::Result<base::LogId> log_from(const std::string& text) {
  base::Bytes bytes;
  std::optional<base::LogId> id;
  if (base::from_hex(text, bytes)) id = base::LogId::from(bytes);
  if (!id)
    return base::error(base::Code::invalid_argument, "id: 32 hexadecimal digits, as the list shows it");
  return *id;
}

int run_show(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = log_from(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto work = session.core().quarantined_work(*id);
  if (!work.ok()) return session.fail(work.error());
  if (globals.json) {
    session.print(work_json(*work));
    return 0;
  }
  std::cout << (work->log.name.empty() ? work->log.person.hex() : work->log.name) << ": "
            << work->changes.size() << session.say(" perubahan menunggu\n", " changes wait\n");
  for (const auto& change : work->changes) {
    std::cout << "  " << change.object.hex() << "  " << kind_name(change.kind) << "\n";
    for (const auto& field : change.fields)
      std::cout << "    " << field.name << ": " << field.value.value_or("-") << "\n";
  }
  if (work->unreadable > 0)
    std::cout << session.say("Segmen tanpa kunci di sini: ", "Segments without a key here: ")
              << work->unreadable << "\n";
  return 0;
}

base::Status write_export(Session& session, const std::string& to, std::size_t& logs) {
  SJ_TRY(auto waiting, session.core().quarantine());
  json::array all;
  for (const auto& row : waiting) {
    SJ_TRY(auto work, session.core().quarantined_work(row.log));
    auto one = work_json(work);
    json::array sealed;
    for (const auto& segment : work.sealed) sealed.emplace_back(base::to_base64url(segment));
    one["sealed"] = std::move(sealed);
    all.push_back(std::move(one));
  }
  logs = all.size();
  SJ_TRY(auto file, platform::NewFile::create(to, false));
  const std::string text =
      json::serialize(json::object{{"format", "sejawat-quarantine-1"}, {"logs", std::move(all)}}) + "\n";
  SJ_TRY_STATUS(file->write(base::as_bytes(text)));
  return file->publish();
}

int run_export(const Globals& globals, const std::string& to) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  std::size_t logs = 0;
  if (auto written = write_export(session, to, logs); !written.ok()) return session.fail(written.error());
  if (globals.json) {
    session.print(json::object{{"file", to}, {"logs", logs}});
  } else {
    std::cout << session.say("Ditulis: ", "Written: ") << to << "\n";
  }
  return 0;
}

}  // namespace

void add_quarantine_reading(CLI::App& quarantine, Context& context) {
  auto text = std::make_shared<std::string>();
  auto* show = quarantine.add_subcommand("show", "what waits of a log, as far as your keys open it");
  show->fallthrough();
  show->add_option("id", *text, "as the list shows it")->required();
  show->callback([&context, text] { context.exit = run_show(context.globals, *text); });
  auto* out =
      quarantine.add_subcommand("export", "all that waits as one JSON file (mode 0600), readable and sealed");
  out->fallthrough();
  out->add_option("--to", *text, "the file; never overwritten")->required();
  out->callback([&context, text] { context.exit = run_export(context.globals, *text); });
}

}  // namespace sejawat::cli
