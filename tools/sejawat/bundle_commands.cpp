// sejawat bundle: what a server would carry, in a file on a stick.
#include <unistd.h>

#include <iostream>

#include "api/bundle.h"
#include "commands.h"
#include "platform_posix/streams.h"
#include "sync_run.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string to, file, since;
  std::vector<std::string> spaces;
  bool no_personal = false;
};

// One line that is written over, for who looks on.
class Progress {
 public:
  Progress(const Session& session, const char* what) : what_(what) {
    shown_ = !session.globals().json && ::isatty(STDERR_FILENO) == 1;
  }
  ~Progress() {
    if (percent_ >= 0) std::cerr << "\n";
  }
  void at(std::uint64_t done, std::uint64_t of) {
    const int percent = of == 0 ? 100 : static_cast<int>(done * 100 / of);
    if (!shown_ || percent == percent_) return;
    percent_ = percent;
    std::cerr << "\r" << what_ << " " << percent << " %" << std::flush;
  }

 private:
  const char* what_;
  bool shown_ = false;
  int percent_ = -1;
};

template <class Give>
base::Status read_through(platform::InputFile& file, Progress& progress, Give give) {
  std::uint64_t done = 0;
  for (;;) {
    if (stop_asked()) return base::error(base::Code::interrupted);
    SJ_TRY(const auto piece, file.next());
    if (piece.empty()) return {};
    SJ_TRY_STATUS(give(piece));
    done += piece.size();
    progress.at(done, file.size());
  }
}

base::Result<std::unique_ptr<api::BundleImport>> check_bundle(Session& session, platform::InputFile& file) {
  SJ_TRY(auto import, session.core().import_bundle());
  Progress progress(session, session.say("memeriksa", "checking"));
  SJ_TRY_STATUS(read_through(file, progress, [&](base::ByteView piece) { return import->check(piece); }));
  SJ_TRY_STATUS(import->checked());
  return import;
}

base::Result<api::BundleOptions> options_of(Session& session, const Options& options) {
  api::BundleOptions out;
  out.personal = !options.no_personal;
  for (const auto& text : options.spaces) {
    base::Bytes bytes;
    std::optional<base::SpaceId> id;
    if (base::from_hex(text, bytes)) id = base::SpaceId::from(bytes);
    if (!id) return base::error(base::Code::invalid_argument, "--space: 32 hexadecimal digits, see status");
    out.spaces.push_back(*id);
  }
  if (options.since.empty()) return out;
  SJ_TRY(auto file, platform::InputFile::open(options.since));
  SJ_TRY(auto before, check_bundle(session, *file));
  out.since = before->vectors();
  return out;
}

base::Result<json::object> write_bundle(Session& session, const Options& options) {
  SJ_TRY(auto chosen, options_of(session, options));
  SJ_TRY(auto bundle, session.core().export_bundle(std::move(chosen)));
  SJ_TRY(auto file, platform::NewFile::create(options.to, session.globals().yes));
  Progress progress(session, session.say("menulis", "writing"));
  std::uint64_t bytes = 0;
  for (;;) {
    if (stop_asked()) return base::error(base::Code::interrupted);
    SJ_TRY(const auto piece, bundle->next());
    if (piece.empty()) break;
    SJ_TRY_STATUS(file->write(piece));
    bytes += piece.size();
    progress.at(bundle->counts().segments, bundle->counts().segments_planned);
  }
  SJ_TRY_STATUS(file->publish());
  const auto& counts = bundle->counts();
  return json::object{{"file", options.to},
                      {"spaces", counts.spaces},
                      {"records", counts.records},
                      {"segments", counts.segments},
                      {"bytes", bytes}};
}

int run_export(const Globals& globals, const Options& options) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto written = write_bundle(session, options);
  if (!written.ok()) return session.fail(written.error());
  if (globals.json) {
    session.print(*written);
    return 0;
  }
  std::cout << session.say("Bundel ditulis: ", "Bundle written: ") << options.to << ", "
            << written->at("segments").as_uint64() << session.say(" segmen dari ", " segments of ")
            << written->at("spaces").as_uint64() << session.say(" ruang, ", " spaces, ")
            << written->at("bytes").as_uint64() << session.say(" bita.\n", " bytes.\n")
            << session.say(
                   "Hanya anggota yang dapat membukanya. Yang dibawa bundel belum dihitung terkirim.\n",
                   "Only members can open it. What a bundle carries does not count as sent.\n");
  return 0;
}

json::object row_of(const api::BundleReport::Space& space) {
  json::object row{{"space", space.space.hex()},
                   {"records", space.records},
                   {"applied", space.applied},
                   {"duplicate", space.duplicate},
                   {"quarantined", space.quarantined},
                   {"waiting_key", space.waiting_key},
                   {"waiting_earlier", space.waiting_earlier},
                   {"refused", space.refused}};
  if (space.refused > 0) row["reason"] = base::code_name(space.reason);
  return row;
}

struct Sums {
  std::uint64_t applied = 0, duplicate = 0, quarantined = 0, waiting_key = 0, waiting_earlier = 0,
                refused = 0;
  base::Code reason = base::Code::ok;
};

Sums sums_of(const api::BundleReport& report) {
  Sums sums;
  for (const auto& space : report.spaces) {
    sums.applied += space.applied;
    sums.duplicate += space.duplicate;
    sums.quarantined += space.quarantined;
    sums.waiting_key += space.waiting_key;
    sums.waiting_earlier += space.waiting_earlier;
    sums.refused += space.refused;
    if (space.refused > 0 && sums.reason == base::Code::ok) sums.reason = space.reason;
  }
  return sums;
}

void say_report(const Session& session, const api::BundleReport& report, const Sums& sums) {
  std::cout << session.say("Segmen baru: ", "New segments: ") << sums.applied
            << session.say(", sudah ada: ", ", here already: ") << sums.duplicate << "\n";
  if (sums.waiting_key > 0)
    std::cout << session.say("Menunggu kunci: ", "Waiting for a key: ") << sums.waiting_key << "\n";
  if (sums.waiting_earlier > 0)
    std::cout << session.say("Menunggu perubahan yang lebih dulu: ", "Waiting for earlier changes: ")
              << sums.waiting_earlier << "\n";
  if (sums.quarantined > 0)
    std::cout << session.say("Dikarantina (lihat `quarantine list`): ",
                             "In quarantine (see `quarantine list`): ")
              << sums.quarantined << "\n";
  if (sums.refused > 0)
    std::cout << session.say("Tidak diterima karena bagian sebelumnya belum ada di sini atau tidak sesuai: ",
                             "Not taken because what comes before is not here, or because it does not fit: ")
              << sums.refused << "\n";
  if (report.not_for_us > 0)
    std::cout << session.say("Bagian untuk orang lain (tidak dibuka): ", "Parts for others (not opened): ")
              << report.not_for_us << "\n";
}

base::Result<api::BundleReport> read_bundle(Session& session, const std::string& path) {
  SJ_TRY(auto file, platform::InputFile::open(path));
  SJ_TRY(auto import, check_bundle(session, *file));
  SJ_TRY_STATUS(file->rewind());
  Progress progress(session, session.say("mengambil", "taking"));
  SJ_TRY_STATUS(read_through(*file, progress, [&](base::ByteView piece) { return import->take(piece); }));
  return import->finish();
}

int run_import(const Globals& globals, const std::string& path) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto report = read_bundle(session, path);
  if (!report.ok()) return session.fail(report.error());
  const Sums sums = sums_of(*report);
  if (globals.json) {
    json::array spaces;
    for (const auto& space : report->spaces) spaces.push_back(row_of(space));
    session.print(json::object{{"applied", sums.applied},
                               {"duplicate", sums.duplicate},
                               {"quarantined", sums.quarantined},
                               {"waiting_key", sums.waiting_key},
                               {"waiting_earlier", sums.waiting_earlier},
                               {"refused", sums.refused},
                               {"not_for_us", report->not_for_us},
                               {"spaces", std::move(spaces)}});
  } else {
    say_report(session, *report, sums);
  }
  if (sums.refused == 0) return 0;
  return session.fail(base::error(sums.reason, "the rest of the bundle was taken"));
}

}  // namespace

void add_bundle_commands(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* bundle = app.add_subcommand("bundle", "carries what is here to others in a file, without a server");
  bundle->require_subcommand(1);
  bundle->fallthrough();
  auto* out = bundle->add_subcommand(
      "export", "writes what this device has of its spaces; only members of each can open it");
  out->fallthrough();
  out->add_option("--to", options->to, "the file; overwritten only with --yes")->required();
  out->add_option(
      "--since", options->since,
      "an earlier bundle: only what it does not have. With the bundle that a colleague gave: what "
      "that colleague lacks");
  out->add_option("--space", options->spaces, "only this space, as `status` names it; may be repeated");
  out->add_flag("--no-personal", options->no_personal,
                "without your private space, which only your own devices can open");
  out->callback([&context, options] { context.exit = run_export(context.globals, *options); });
  auto* in = bundle->add_subcommand(
      "import", "takes what is new in a bundle: all of it, in any order, any number of times");
  in->fallthrough();
  in->add_option("file", options->file)->required();
  in->callback([&context, options] { context.exit = run_import(context.globals, options->file); });
}

}  // namespace sejawat::cli
