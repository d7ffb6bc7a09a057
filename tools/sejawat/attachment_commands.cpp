// Photos and voice notes: text never waits for them, and they come when somebody asks.
#include <iostream>

#include "commands.h"
#include "messages.h"
#include "platform_posix/files.h"
#include "sync_run.h"
#include "terminal_text.h"

namespace sejawat::cli {
namespace {

constexpr std::size_t kMostRead = std::size_t{32} << 20;  // of a file; what is allowed is far below

struct Options {
  std::string id, of, caption, to, server;
  std::vector<std::string> files, ids;
  bool all = false;
};

base::Result<base::ObjectId> id_from(const std::string& text) {
  base::Bytes bytes;
  std::optional<base::ObjectId> id;
  if (base::from_hex(text, bytes)) id = base::ObjectId::from(bytes);
  if (!id) return base::error(base::Code::invalid_argument, "id: 16 hexadecimal digits");
  return *id;
}

const char* state_of(const api::AttachmentInfo& info) {
  if (info.here()) return "here";
  return info.wanted ? "fetching" : "waiting";
}

boost::json::object row_of(const api::AttachmentInfo& info) {
  return {{"id", info.id.hex()},
          {"of", info.parent.hex()},
          {"type", info.media_type},
          {"size", info.size},
          {"caption", info.caption},
          {"state", state_of(info)},
          {"bytes_here", info.sealed_here},
          {"bytes", info.sealed_bytes},
          {"own", info.own},
          {"on_server", info.delivery == api::Delivery::on_carrier}};
}

const char* state_words(const Session& session, const api::AttachmentInfo& info) {
  if (info.here()) return session.say("ada di sini", "here");
  if (info.wanted) return session.say("menunggu sinkronisasi", "waiting for a sync");
  return session.say("belum di sini", "not here yet");
}

void print(const Session& session, const api::AttachmentInfo& info) {
  if (session.globals().json) {
    session.print(row_of(info));
    return;
  }
  std::cout << info.id.hex() << "  " << (info.media_type.empty() ? "?" : info.media_type) << "  " << info.size
            << session.say(" bita  ", " bytes  ") << state_words(session, info);
  if (!info.caption.empty()) std::cout << "  " << one_line(info.caption);
  std::cout << "\n";
}

// The first one that does not fit ends it; what was attached before stays, and was printed.
base::Result<int> attach_all(Session& session, const Options& options) {
  SJ_TRY(const auto parent, id_from(options.id));
  SJ_TRY_STATUS(session.open(false));
  for (const auto& path : options.files) {
    SJ_TRY(auto content, platform::read_file(path, kMostRead));
    SJ_TRY(const auto id, session.core().attach(parent, content, options.caption));
    SJ_TRY(const auto info, session.core().attachment(id));
    print(session, info);
  }
  return 0;
}

base::Result<int> list(Session& session, const Options& options) {
  std::optional<base::ObjectId> parent;
  if (!options.of.empty()) {
    SJ_TRY(parent, id_from(options.of));
  }
  SJ_TRY_STATUS(session.open(false));
  SJ_TRY(const auto all, session.core().attachments(parent));
  for (const auto& info : all) print(session, info);
  return 0;
}

// What is not here is no fault of the line: a word of its own, and the exit code of everything that is
// elsewhere.
constexpr int kWaiting = 3;
int say_waiting(const Session& session, std::uint64_t here, std::uint64_t bytes) {
  const char* sentence = session.say(
      "Lampiran ini belum seluruhnya ada di perangkat ini. Sambungkan, lalu jalankan: attachment fetch. "
      "Kalau server "
      "belum memilikinya, ia datang setelah perangkat pembuatnya tersinkron.",
      "Not all of it is on this device yet. Go online and run: attachment fetch. If the server does not have "
      "it, it "
      "comes once the device that made it has synced.");
  if (session.globals().json) {
    std::cerr << boost::json::serialize(boost::json::object{
                     {"error", "waiting"}, {"message", sentence}, {"bytes_here", here}, {"bytes", bytes}})
              << "\n";
  } else {
    std::cerr << "sejawat: " << sentence << "\n";
  }
  return kWaiting;
}

base::Result<int> get(Session& session, const Options& options) {
  SJ_TRY(const auto id, id_from(options.id));
  SJ_TRY_STATUS(session.open(false));
  SJ_TRY(const auto info, session.core().attachment(id));
  auto content = session.core().read_attachment(id);
  if (content.code() == base::Code::offline) {
    return say_waiting(session, info.sealed_here, info.sealed_bytes);
  }
  if (!content.ok()) return std::move(content).error();
  SJ_TRY_STATUS(platform::write_new_private_file(options.to, *content));
  if (session.globals().json) {
    auto row = row_of(info);
    row["file"] = options.to;
    session.print(row);
  } else {
    std::cout << options.to << "  " << info.media_type << "  " << info.size
              << session.say(" bita\n", " bytes\n");
  }
  return 0;
}

base::Result<std::vector<base::ObjectId>> chosen(Session& session, const Options& options) {
  std::vector<base::ObjectId> ids;
  for (const auto& text : options.ids) {
    SJ_TRY(const auto id, id_from(text));
    ids.push_back(id);
  }
  if (!options.all) return ids;
  SJ_TRY(const auto infos, session.core().attachments(std::nullopt));
  for (const auto& info : infos) ids.push_back(info.id);
  return ids;
}

struct Extent {
  std::uint64_t here = 0, bytes = 0;
  bool whole = true;
};
base::Result<Extent> extent_of(Session& session, const std::vector<base::ObjectId>& ids) {
  Extent extent;
  for (const auto& id : ids) {
    SJ_TRY(const auto info, session.core().attachment(id));
    extent.here += info.sealed_here;
    extent.bytes += info.sealed_bytes;
    extent.whole = extent.whole && info.here();
  }
  return extent;
}

base::Result<int> fetch(Session& session, const Options& options) {
  SJ_TRY_STATUS(session.open(false));
  if (options.ids.empty() && !options.all)
    return base::error(base::Code::invalid_argument, "the ids of attachments, or --all");
  SJ_TRY(const auto ids, chosen(session, options));
  for (const auto& id : ids) SJ_TRY_STATUS(session.core().fetch_attachment(id));
  std::vector<space::CarrierAddress> servers;
  if (!options.server.empty()) {
    SJ_TRY(auto address, space::CarrierAddress::parse(options.server));
    servers.push_back(std::move(address));
  } else {
    SJ_TRY(auto status, session.core().status());
    for (auto& carrier : status.carriers) servers.push_back(std::move(carrier.address));
  }
  base::Status last;
  for (const auto& server : servers) {
    SJ_TRY(const auto so_far, extent_of(session, ids));
    if (so_far.whole) break;
    auto report = run_sync(session, server);
    if (report.code() == base::Code::interrupted) return std::move(report).error();
    last = report.ok() ? base::Status() : base::Status(std::move(report).error());
  }
  for (const auto& id : ids) {
    SJ_TRY(const auto info, session.core().attachment(id));
    print(session, info);
  }
  SJ_TRY(const auto extent, extent_of(session, ids));
  if (extent.whole) return 0;
  if (!last.ok()) return std::move(last).error();
  return say_waiting(session, extent.here, extent.bytes);
}

base::Result<int> remove(Session& session, const Options& options) {
  SJ_TRY(const auto id, id_from(options.id));
  SJ_TRY_STATUS(session.open(false));
  SJ_TRY(const auto info, session.core().attachment(id));
  if (!session.globals().yes) {
    session.note(session.say("Akan dibuang (ulangi dengan --yes):", "Would be removed (repeat with --yes):"));
    print(session, info);
    return 0;
  }
  SJ_TRY_STATUS(session.core().remove_attachment(id));
  print(session, info);
  return 0;
}

using Run = base::Result<int> (*)(Session&, const Options&);

}  // namespace

void add_attachment_commands(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  const auto command = [&context, options](CLI::App* under, const char* name, const char* help, Run run) {
    auto* made = under->add_subcommand(name, help);
    made->fallthrough();
    made->callback([&context, options, run] {
      Session session(context.globals);
      const auto done = run(session, *options);
      context.exit = done.ok() ? *done : session.fail(done.error());
    });
    return made;
  };
  const auto takes_files = [options](CLI::App* made) {
    made->add_option("id", options->id, "of the entry or record")->required();
    made->add_option("file", options->files, "JPEG, PNG, WebP (150 KiB); Ogg, WebM, M4A, AMR (120 KiB)")
        ->required();
    made->add_option("--caption", options->caption, "no pupils' names, no faces");
  };
  takes_files(
      command(app.get_subcommand("journal"), "attach", "photos and voice notes to an entry", attach_all));
  auto* attachment = app.add_subcommand("attachment", "photos and voice notes of entries and records");
  attachment->require_subcommand(1);
  attachment->fallthrough();
  takes_files(command(attachment, "add", "to an entry or record; text never waits for them", attach_all));
  command(attachment, "list", "what there is, and whether it is here", list)
      ->add_option("--of", options->of, "of this entry or record only");
  auto* getting = command(attachment, "get", "write it into a file", get);
  getting->add_option("id", options->id)->required();
  getting->add_option("--to", options->to, "a file that does not exist yet")->required();
  auto* fetching = command(attachment, "fetch", "bring it here now; goes on where it was cut", fetch);
  fetching->add_option("id", options->ids);
  fetching->add_flag("--all", options->all, "everything there is");
  fetching->add_option("--server", options->server, "this one only");
  command(attachment, "remove", "your own; shows what it would do unless --yes", remove)
      ->add_option("id", options->id)
      ->required();
}

}  // namespace sejawat::cli
