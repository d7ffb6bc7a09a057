#include "doctor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>

#include "carrier/audit.h"
#include "crypto/hash.h"
#include "data_folder.h"
#include "listen_address.h"
#include "messages.h"
#include "net/certificate.h"
#include "platform_posix/files.h"
#include "platform_posix/mounts.h"
#include "storage_sqlite/backup.h"
#include "storage_sqlite/sqlite_store.h"

namespace sejawat::server {
namespace {

enum class State { ok, warning, failed };

struct Finding {
  const char* check;
  State state;
  std::string detail;  // English, with numbers
};

constexpr std::uint64_t kMebibyte = 1024 * 1024;

Finding folder(const std::string& data) {
  struct stat entry {};
  if (::stat(data.c_str(), &entry) != 0) return {"folder", State::failed, std::strerror(errno)};
  if (!S_ISDIR(entry.st_mode)) return {"folder", State::failed, "no folder"};
  if (auto fit = prepare_data_folder(data); !fit.ok()) return {"folder", State::failed, fit.error().detail()};
  if ((entry.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return {"folder", State::warning, "others may look into it: chmod 700"};
  return {"folder", State::ok, "rights of the folder and of server.key"};
}

Finding file_system(const std::string& data) {
  auto network = platform::network_file_system_of(data);
  if (!network.ok()) return {"file_system", State::warning, network.error().detail()};
  if (!network->empty())
    return {"file_system", State::failed, *network + ": locks and fsync promise nothing there"};
  return {"file_system", State::ok, "a disk of this machine"};
}

// Real writes: a disk, a container or a library that lies about fsync answers in no time at all.
Finding durable_writes(const std::string& data) {
  constexpr int kTimes = 16;
  std::string path = data + "/doctor.XXXXXX";
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return {"fsync", State::failed, std::strerror(errno)};
  ::unlink(path.c_str());
  const base::Bytes block(4096, 0x5A);
  bool failed = false;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes && !failed; ++i) {
    failed = ::pwrite(file, block.data(), block.size(), 4096 * i) != 4096 || ::fsync(file) != 0;
  }
  const int number = errno;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  ::close(file);
  if (failed) return {"fsync", State::failed, std::strerror(number)};
  const auto each = took.count() / kTimes;
  const std::string text = std::to_string(each) + " microseconds each";
  if (each < 20)
    return {"fsync", State::warning,
            text + ": too fast for a disk; a power cut may lose what was acknowledged"};
  if (each > 100'000) return {"fsync", State::warning, text + ": clients wait that long"};
  return {"fsync", State::ok, text};
}

Finding clock_check(const std::string& data) {
  constexpr std::int64_t kEarliest = 1'767'225'600;  // 2026-01-01: before this program was made
  const std::int64_t now = platform::SystemClock().now().wall_ms / 1000;
  if (now < kEarliest || now > kEarliest + std::int64_t{50} * 365 * 86400)
    return {"clock", State::warning,
            "it shows " + std::to_string(now) + " seconds since 1970; invites expire by it"};
  struct stat entry {};
  if (::stat((data + "/carrier.db").c_str(), &entry) == 0 && entry.st_mtime > now + 86400)
    return {"clock", State::warning, "behind the last write of the data by more than a day"};
  return {"clock", State::ok, "plausible; it only judges when invites expire"};
}

Finding disk_space(const std::string& data) {
  struct statvfs space {};
  if (::statvfs(data.c_str(), &space) != 0) return {"disk_space", State::warning, std::strerror(errno)};
  const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize / kMebibyte;
  const std::string text = std::to_string(free) + " MiB free";
  if (free < kReserveBytes / kMebibyte) {
    return {"disk_space", State::failed,
            text + ": below " + std::to_string(kReserveBytes / kMebibyte) +
                " MiB a server refuses what is new (serve --reserve)"};
  }
  return {"disk_space", free < 1024 ? State::warning : State::ok, text};
}

Finding sqlite() {
  int numbers[3] = {};
  const std::string version = storage::sqlite_version();
  std::sscanf(version.c_str(), "%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]);
  const bool fit =
      numbers[0] > 3 || (numbers[0] == 3 && (numbers[1] > 51 || (numbers[1] == 51 && numbers[2] >= 3)));
  return {"sqlite", fit ? State::ok : State::failed, version};
}

struct Database {
  Finding finding;
  bool in_use = false;
};

Database database(const std::string& data, bool walk) {
  if (!platform::file_exists(data + "/carrier.db")) return {{"database", State::ok, "none yet"}, false};
  auto store = storage::look_into_sqlite(data + "/carrier.db");
  if (store.code() == base::Code::store_locked)
    return {{"database", State::ok, "a server is using it"}, true};
  if (!store.ok())
    return {{"database", State::failed,
             std::string(base::code_name(store.code())) + ": " + store.error().detail()},
            false};
  if (!walk) return {{"database", State::ok, "opens; --walk checks every record, segment and digest"}, false};
  auto audited = carrier::audit(**store);
  if (!audited.ok()) return {{"database", State::failed, audited.error().detail()}, false};
  return {{"database", State::ok,
           std::to_string(audited->spaces) + " spaces, " + std::to_string(audited->segments) +
               " segments, every chain"},
          false};
}

Finding certificate(const std::string& path) {
  auto until = net::certificate_expires(path);
  if (!until.ok()) return {"certificate", State::failed, until.error().detail()};
  const std::int64_t left = *until - platform::SystemClock().now().wall_ms / 1000;
  if (left <= 0)
    return {"certificate", State::failed, "ended " + std::to_string(-left / 86400) + " days ago"};
  const std::int64_t days = left / 86400;
  const std::string text = std::to_string(days) + " days left";
  return {"certificate", days < 21 ? State::warning : State::ok, text};
}

Finding port(const std::string& listen, bool in_use) {
  auto address = split_listen(listen);
  if (!address.ok()) return {"port", State::failed, address.error().detail()};
  sockaddr_storage where{};
  socklen_t size = 0;
  auto* four = reinterpret_cast<sockaddr_in*>(&where);
  auto* six = reinterpret_cast<sockaddr_in6*>(&where);
  if (::inet_pton(AF_INET, address->first.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(address->second);
    size = sizeof(*four);
  } else if (::inet_pton(AF_INET6, address->first.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(address->second);
    size = sizeof(*six);
  } else {
    return {"port", State::failed, "--listen wants an address of this machine, not a name"};
  }
  const int socket = ::socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return {"port", State::failed, std::strerror(errno)};
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool bound =
      ::bind(socket, reinterpret_cast<sockaddr*>(&where), size) == 0 && ::listen(socket, 1) == 0;
  const int number = errno;
  ::close(socket);
  if (bound) return {"port", State::ok, listen + " is free"};
  if (number == EADDRINUSE && in_use) return {"port", State::ok, listen + " is in use, as a server runs"};
  return {"port", State::failed, listen + ": " + std::strerror(number)};
}

const char* state_name(State state) {
  return state == State::ok ? "ok" : state == State::warning ? "warning" : "failed";
}

struct Options {
  std::string data, certificate, listen = "127.0.0.1:8787";
  bool walk = false;
};

int run_doctor(const Options& options, bool as_json, const std::string& lang) {
  namespace json = boost::json;
  crypto::initialise();
  std::vector<Finding> findings{folder(options.data)};
  if (platform::file_exists(options.data)) {
    const auto store = database(options.data, options.walk);
    for (auto& finding : {file_system(options.data), durable_writes(options.data), clock_check(options.data),
                          disk_space(options.data), store.finding, port(options.listen, store.in_use)}) {
      findings.push_back(finding);
    }
  }
  findings.push_back(sqlite());
  if (!options.certificate.empty()) findings.push_back(certificate(options.certificate));
  bool fit = true;
  const bool en = english(lang);
  for (const auto& finding : findings) {
    fit = fit && finding.state != State::failed;
    if (as_json) {
      std::cout << json::serialize(json::object{{"check", finding.check},
                                                {"state", state_name(finding.state)},
                                                {"detail", finding.detail}})
                << "\n";
    } else {
      std::cout << (finding.state == State::ok        ? "  ok    "
                    : finding.state == State::warning ? "  !     "
                    : en                              ? "  FAILED "
                                                      : "  GAGAL ")
                << finding.check << ": " << finding.detail << "\n";
    }
  }
  if (!as_json) {
    std::cout << (fit ? (en ? "Fit to serve.\n" : "Siap melayani.\n")
                      : (en ? "Not fit to serve: put right what failed.\n"
                            : "Belum siap: perbaiki yang GAGAL.\n"));
  }
  return fit ? 0 : 1;
}

}  // namespace

void add_doctor_command(CLI::App& app, const bool& json, const std::string& lang, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* doctor = app.add_subcommand("doctor", "whether machine, disk and folder are fit for a server");
  doctor->fallthrough();
  doctor->add_option("--data", options->data, "folder of this server")->required();
  doctor->add_option("--listen", options->listen, "ADDRESS:PORT it is to serve at")->capture_default_str();
  doctor->add_option("--tls-cert", options->certificate, "certificate to look at (PEM)");
  doctor->add_flag("--walk", options->walk,
                   "check every record, segment, chain and digest; only while no server runs");
  doctor->callback([options, &json, &lang, &exit_code] { exit_code = run_doctor(*options, json, lang); });
}

}  // namespace sejawat::server
