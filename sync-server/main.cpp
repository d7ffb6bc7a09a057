// sejawat-server: a carrier. Reads its settings and wires the rooms together.
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

#include "backup_commands.h"
#include "backup_service.h"
#include "carrier/carrier.h"
#include "crypto/hash.h"
#include "crypto/system_random.h"
#include "data_folder.h"
#include "doctor.h"
#include "inspect_commands.h"
#include "listen_address.h"
#include "messages.h"
#include "net/log_sink.h"
#include "net/server.h"
#include "platform_posix/files.h"
#include "space/invite.h"
#include "storage/writer.h"
#include "storage_sqlite/sqlite_store.h"

namespace {

using namespace sejawat;

struct Settings {
  std::string data;
  std::string listen = "127.0.0.1:8787";
  carrier::Limits limits;
  std::string public_address;
  bool json = false;
  bool yes = false;
  std::string lang;
  net::ServerOptions net;
  std::size_t queue = storage::Writer::kMaxWaiting;
  std::uint64_t live_idle = 600;  // seconds
};

// Looked for before the parser is made, because its help is in that language.
std::string language_asked(int argc, char** argv) {
  std::string language;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.rfind("--lang=", 0) == 0) language = argument.substr(7);
    if (argument == "--lang" && i + 1 < argc) language = argv[i + 1];
  }
  return language;
}

int fail(const Settings& settings, const base::Error& error) {
  return server::report(error, settings.lang, settings.json);
}

void announce(const Settings& settings, const space::CarrierAddress& address,
              const base::Secret16* operator_secret) {
  std::string invite;
  if (operator_secret != nullptr) {
    space::InviteLink link;
    link.kind = space::InviteKind::operator_token;
    link.carrier = address;
    link.secret = operator_secret->clone();
    invite = link.url();
  }
  if (settings.json) {
    boost::json::object line{{"address", address.url()}, {"pid", static_cast<std::int64_t>(::getpid())}};
    line["operator_invite"] = invite.empty() ? boost::json::value() : boost::json::value(invite);
    std::cout << boost::json::serialize(line) << std::endl;
    return;
  }
  const bool english = server::english(settings.lang);
  std::cout << (english ? "Address: " : "Alamat: ") << address.url() << "\n";
  if (!invite.empty()) std::cout << (english ? "Operator invite: " : "Undangan operator: ") << invite << "\n";
  std::cout.flush();
}

int serve(const Settings& settings) {
  ::umask(077);  // whatever is created below is this user's alone
  platform::forbid_core_dumps();
  crypto::initialise();
  auto logger = std::make_shared<spdlog::logger>("sejawat", std::make_shared<net::LogSink>(STDERR_FILENO));
  logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e","level":"%l","message":%v})");
  spdlog::set_default_logger(logger);
  crypto::SystemRandom random;
  platform::SystemClock clock;
  auto listen = server::split_listen(settings.listen);
  if (!listen.ok()) return fail(settings, listen.error());
  net::ServerOptions options = settings.net;
  if (!settings.public_address.empty()) {
    const std::uint16_t port = listen->second == 0 ? 1 : listen->second;  // 0 is no port to name
    const auto judged =
        server::announced_address(settings.public_address, listen->first, port, !settings.net.tls_key.empty(),
                                  crypto::BoxKey::random(random));
    if (!judged.ok())
      return fail(settings, base::error(base::Code::invalid_argument, "--public [sejawats://]HOST[:PORT]"));
    // Our own page, behind a proxy that asks us by another name.
    options.allow_origins.push_back(server::page_origin(*judged));
  }
  options.host = listen->first;
  options.port = listen->second;
  if (auto may = net::can_serve(options); !may.ok()) return fail(settings, may.error());
  if (auto made = server::prepare_data_folder(settings.data); !made.ok()) return fail(settings, made.error());
  auto secret = platform::load_or_create_key(settings.data + "/server.key", random);
  if (!secret.ok()) return fail(settings, secret.error());
  const auto key = crypto::BoxKey::from_secret(std::move(secret).value());
  auto store = storage::open_sqlite(settings.data + "/carrier.db", random);
  if (!store.ok()) return fail(settings, store.error());
  if (auto whole = server::no_restore_unfinished(settings.data); !whole.ok())
    return fail(settings, whole.error());
  auto carrier = carrier::Carrier::open(**store, settings.limits);
  if (!carrier.ok()) return fail(settings, carrier.error());
  (*carrier)->sign_receipts(key);
  auto operator_secret = (*carrier)->operator_secret(random);
  if (!operator_secret.ok()) return fail(settings, operator_secret.error());

  const auto fatal = [&settings](const base::Error& error) {
    // Said where it can be said at once: nobody may be reading.
    if (net::takes_a_line(STDERR_FILENO)) fail(settings, error);
    std::_Exit(1);  // no destructor may touch a database whose last write failed
  };
  storage::Writer writer(**carrier, **store, fatal, settings.queue);
  auto backups = server::BackupService::start(writer, settings.data);
  // Serving matters more: backups are then made while it is stopped.
  if (!backups.ok()) spdlog::warn(R"({"event":"no_backups_beside_the_work"})");
  options.timeouts.live_idle = std::chrono::seconds(settings.live_idle);
  options.listening = [&](std::uint16_t port) {
    const auto announced =
        server::announced_address(settings.public_address, options.host, port, !options.tls_key.empty(), key);
    SJ_CHECK(announced.ok());  // judged above
    const auto& address = *announced;
    if (settings.public_address.empty() && server::is_every_address(options.host))
      spdlog::warn(R"({"event":"nobody_can_use_this_address","hint":"--public HOST[:PORT]"})");
    // Only a convenience of `address`: a full disk must not keep the server from serving what it has.
    if (auto kept = server::remember_address(settings.data, address.url()); !kept.ok())
      fail(settings, kept.error());
    announce(settings, address, *operator_secret ? &**operator_secret : nullptr);
  };
  auto ran = net::run_server(options, key, writer, random, clock);
  writer.stop();
  if (!ran.ok()) return fail(settings, ran.error());
  return 0;
}

using Say = std::function<std::string(const char*, const char*)>;

CLI::App* add_serve_options(CLI::App& app, Settings& settings, const Say& say) {
  const CLI::Range at_least_one(1, 1'000'000);
  auto* serve_command = app.add_subcommand(
      "serve", say("membuat yang belum ada dan melayani sampai SIGTERM; sinyal kedua "
                   "menghentikan seketika",
                   "creates what is missing and serves until SIGTERM; a second signal ends "
                   "it at once"));
  serve_command->add_option("--data", settings.data, say("folder data server ini", "folder of this server"))
      ->required();
  serve_command->add_option(
      "--listen", settings.listen,
      say("ALAMAT:PORT; port 0: dipilih oleh sistem", "ADDRESS:PORT; port 0: chosen by the system"));
  serve_command->add_option(
      "--public", settings.public_address,
      say("[sejawats://]NAMA[:PORT] tempat klien menemukan server ini, bila --listen bukan itu; "
          "dengan sejawats:// bila proksi di depannya yang punya sertifikat",
          "[sejawats://]HOST[:PORT] at which clients find this server, when --listen is not "
          "that; with sejawats:// where a proxy before it has the certificate"));
  serve_command
      ->add_option("--web", settings.net.web,
                   say("folder aplikasi web yang disajikan di /", "folder of the web client, served at /"))
      ->check(CLI::ExistingDirectory);
  auto* certificate = serve_command->add_option(
      "--tls-cert", settings.net.tls_certificate,
      say("sertifikat TLS dengan rantainya (PEM); boleh dibuat sendiri, karena klien "
          "mengenali server dari kuncinya",
          "TLS certificate with its chain (PEM); self-signed will do, because clients "
          "know the server by its key"));
  auto* key = serve_command->add_option("--tls-key", settings.net.tls_key,
                                        say("kunci sertifikat itu (PEM)", "key of that certificate (PEM)"));
  certificate->needs(key)->check(CLI::ExistingFile);
  key->needs(certificate)->check(CLI::ExistingFile);
  auto* metrics_token = serve_command->add_option(
      "--metrics-token", settings.net.metrics_token,
      say("yang diminta /metrics dari siapa pun (Authorization: Bearer ...); tanpa ini: hanya "
          "dari mesin ini",
          "asked by /metrics from everybody (Authorization: Bearer ...); without it: from this "
          "machine only"));
  metrics_token->envname("SEJAWAT_METRICS_TOKEN");  // which other users of the machine do not see
  serve_command->add_option(
      "--allow-origin", settings.net.allow_origins,
      say("halaman dari host lain yang boleh bersinkron di sini, mis. https://sekolah.id; "
          "boleh diulang",
          "a page of another host that may sync here, like https://school.id; may be "
          "repeated"));
  serve_command
      ->add_option("--max-connections", settings.net.limits.connections,
                   say("koneksi sekaligus", "connections at once"))
      ->capture_default_str()
      ->check(at_least_one);
  serve_command
      ->add_option(
          "--max-strangers", settings.net.limits.strangers,
          say("dari semuanya, yang belum pernah dilayani; selebihnya ditutup satu dari jaringan yang "
              "terbanyak, bila lebih dari 200, jika tidak yang terlama",
              "of them, those on which nobody was served yet; beyond, one of the network that has most "
              "is closed, where that is more than 200, else the oldest"))
      ->capture_default_str()
      ->check(at_least_one);
  serve_command
      ->add_option("--max-per-address", settings.net.limits.connections_per_origin,
                   say("dari satu alamat (IPv6: satu /64); selebihnya yang terlama dari yang belum pernah "
                       "dilayani ditutup; "
                       "mesin ini sendiri bebas",
                       "of them from one address (IPv6: one /64); beyond, the oldest of those on which "
                       "nobody was served is "
                       "closed; this machine itself is exempt"))
      ->capture_default_str()
      ->check(at_least_one);
  serve_command
      ->add_option(
          "--max-per-device", settings.net.limits.connections_per_device,
          say("koneksi langsung satu perangkat; selebihnya yang terlama ditutup; dari satu orang sebanyak "
              "ini tetap ada bila semua tempat terisi",
              "live connections of one device; beyond, the oldest is closed; of one person so many "
              "stay where every place is taken"))
      ->capture_default_str()
      ->check(at_least_one);
  serve_command
      ->add_option("--queue", settings.queue,
                   say("pesan yang boleh menunggu disk; selebihnya diminta datang lagi (503)",
                       "messages that may wait for the disk; others are asked to come again (503)"))
      ->capture_default_str()
      ->check(at_least_one);
  serve_command
      ->add_option("--live-idle", settings.live_idle,
                   say("detik sampai koneksi langsung yang diam ditutup; ping di tengahnya",
                       "seconds until a live connection that says nothing is closed; a ping halfway"))
      ->capture_default_str()
      ->check(CLI::Range(1, 86400));
  const auto size = CLI::AsSizeValue(false);
  settings.limits.reserve_bytes = server::kReserveBytes;
  serve_command
      ->add_option(
          "--reserve", settings.limits.reserve_bytes,
          say("byte disk yang dibiarkan kosong, mis. 256MB (bawaan); di bawahnya tulisan baru ditolak, "
              "bukan server yang berhenti; 0: tidak dijaga",
              "bytes of the disk that stay free, such as 256MB (the default); below, what is new is "
              "refused instead of the server ending; 0: not looked at"))
      ->transform(size);
  serve_command
      ->add_option("--quota-personal", settings.limits.personal_bytes,
                   say("byte ruang pribadi satu orang, mis. 256MB",
                       "bytes of one person's private space, such as 256MB"))
      ->transform(size);
  serve_command
      ->add_option("--quota-community", settings.limits.community_bytes,
                   say("byte satu sekolah, kelompok, gugus atau kabupaten, mis. 4GB",
                       "bytes of one school, group, cluster or district, such as 4GB"))
      ->transform(size);
  return serve_command;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  const Say say = [english = server::english(language_asked(argc, argv))](const char* indonesian,
                                                                          const char* in_english) {
    return std::string(english ? in_english : indonesian);
  };
  CLI::App app(say("sejawat-server: menyimpan dan meneruskan segmen tersegel tanpa dapat membacanya.",
                   "sejawat-server: keeps and forwards sealed segments without being able to read them."));
  app.set_version_flag("--version", SEJAWAT_VERSION);
  app.add_flag("--json", settings.json,
               say("baris pertama keluaran berupa JSON", "first line of standard output as JSON"));
  app.add_option("--lang", settings.lang, say("id atau en", "id or en"))->check(CLI::IsMember({"id", "en"}));
  app.add_flag(
      "--yes", settings.yes,
      say("lakukan yang tanpa ini ditolak, mis. menimpa", "do what is refused without it, like overwriting"));
  app.fallthrough();
  app.require_subcommand(1);
  int exit_code = 0;
  auto* serve_command = add_serve_options(app, settings, say);
  serve_command->callback([&] { exit_code = serve(settings); });
  server::add_backup_commands(app, settings.json, settings.yes, settings.lang, exit_code);
  server::add_doctor_command(app, settings.json, settings.lang, exit_code);
  server::add_inspect_commands(app, settings.json, settings.lang, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const auto unknown = app.remaining(true);
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty()) {
      std::cerr << "sejawat-server: unknown command: " << unknown.front() << "\n";
    }
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "sejawat-server: " << error.what() << "\n";
    return 1;
  }
  return exit_code;
}
