#include "backup_commands.h"

#include <sys/stat.h>

#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "backup.h"
#include "crypto/hash.h"
#include "crypto/system_random.h"
#include "data_folder.h"
#include "messages.h"
#include "platform_posix/files.h"

namespace sejawat::server {
namespace {

namespace json = boost::json;

struct Options {
  std::string data, to, file;
  bool without_key = false;
  std::uint64_t reserve = kReserveBytes;
};

json::object row_of(const BackupInfo& info) {
  json::object row{{"bytes", info.bytes},           {"spaces", info.audit.spaces},
                   {"records", info.audit.records}, {"segments", info.audit.segments},
                   {"chunks", info.audit.chunks},   {"generation", info.audit.generation.hex()},
                   {"with_key", info.with_key},     {"version", info.version},
                   {"made", info.made_seconds}};
  return row;
}

void say(const std::string& lang, const BackupInfo& info) {
  const bool en = english(lang);
  std::cout << (en ? "Checked: " : "Diperiksa: ") << info.audit.spaces << (en ? " spaces, " : " ruang, ")
            << info.audit.segments << (en ? " segments, " : " segmen, ") << info.audit.records
            << (en ? " membership records, every chain and digest.\n"
                   : " catatan keanggotaan, setiap rantai dan ringkasan.\n");
}

void warn_of_key(const std::string& lang, const BackupInfo& info) {
  if (!info.with_key) {
    std::cout << (english(lang)
                      ? "Without server.key: keep that apart, nothing can be restored without it.\n"
                      : "Tanpa server.key: simpan terpisah; tanpa kunci itu tidak dapat dipulihkan.\n");
    return;
  }
  std::cout
      << (english(lang)
              ? "It holds this server's key and is not encrypted: whoever has it can pretend to be this "
                "server, but reads no entries. Keep it where only you get at it.\n"
              : "Berkas ini memuat kunci server dan tidak dienkripsi: pemegangnya dapat menyamar sebagai "
                "server ini, tetapi tidak dapat membaca catatan. Simpan di tempat yang hanya Anda "
                "jangkau.\n");
}

int run_create(const Options& options, bool as_json, bool yes, const std::string& lang) {
  crypto::SystemRandom random;
  auto made = create_backup(options.data, options.to, !options.without_key, yes, options.reserve, random);
  if (made.code() ==
      base::Code::store_locked)  // said by the server that runs, of a copy that it is asked for
    return report(made.error(), lang, as_json,
                  english(lang)
                      ? "Another backup is being made, or the server is just stopping. The data is safe; "
                        "try again in a moment."
                      : "Cadangan lain sedang dibuat, atau server sedang berhenti. Data aman; coba lagi "
                        "sebentar lagi.");
  if (!made.ok()) return report(made.error(), lang, as_json);
  if (as_json) {
    auto row = row_of(*made);
    row["file"] = options.to;
    std::cout << json::serialize(row) << "\n";
    return 0;
  }
  std::cout << (english(lang) ? "Backup written: " : "Cadangan ditulis: ") << options.to << " ("
            << made->bytes << (english(lang) ? " bytes)\n" : " bita)\n");
  say(lang, *made);
  warn_of_key(lang, *made);
  return 0;
}

int run_verify(const Options& options, bool as_json, const std::string& lang) {
  auto info = verify_backup(options.file);
  if (!info.ok()) return report(info.error(), lang, as_json);
  if (as_json) {
    std::cout << json::serialize(row_of(*info)) << "\n";
    return 0;
  }
  say(lang, *info);
  return 0;
}

int run_restore(const Options& options, bool as_json, bool yes, const std::string& lang) {
  crypto::SystemRandom random;
  auto restored = restore_backup(options.file, options.data, yes, random);
  if (!restored.ok()) return report(restored.error(), lang, as_json);
  if (as_json) {
    auto row = row_of(restored->backup);
    row["generation"] = restored->generation.hex();
    row["set_aside"] = restored->set_aside.empty() ? json::value() : json::value(restored->set_aside);
    std::cout << json::serialize(row) << "\n";
    return 0;
  }
  say(lang, restored->backup);
  const bool en = english(lang);
  if (!restored->set_aside.empty())
    std::cout << (en ? "What was there before lies in " : "Isi sebelumnya ada di ") << restored->set_aside
              << "\n";
  std::cout
      << (en ? "Restored. Start the server: each client brings back at its next sync what it has that is "
               "newer.\n"
             : "Dipulihkan. Jalankan server: setiap klien mengirim kembali yang lebih baru pada "
               "sinkronisasi berikutnya.\n");
  return 0;
}

}  // namespace

void add_backup_commands(CLI::App& app, const bool& json, const bool& yes, const std::string& lang,
                         int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* backup = app.add_subcommand("backup", "one file that is this whole server");
  backup->require_subcommand(1);
  backup->fallthrough();
  const auto begin = [] {
    ::umask(077);
    platform::forbid_core_dumps();
    crypto::initialise();
  };
  const auto command = [&](const char* name, const char* text) {
    auto* added = backup->add_subcommand(name, text);
    added->fallthrough();
    return added;
  };
  auto* create = command("create", "writes and verifies a backup, beside a running server or without one");
  create->add_option("--data", options->data, "folder of this server")->required();
  create->add_option("--to", options->to, "the file (mode 0600); overwritten only with --yes")->required();
  create->add_flag("--without-key", options->without_key, "leave server.key out, to be kept apart");
  create
      ->add_option("--reserve", options->reserve,
                   "bytes that stay free on the disk of a running server: what it is served with; 256MB")
      ->transform(CLI::AsSizeValue(false));
  create->callback([options, begin, &json, &yes, &lang, &exit_code] {
    begin();
    exit_code = run_create(*options, json, yes, lang);
  });
  auto* verify = command("verify", "checks every page, record, segment, chain and digest of a backup");
  verify->add_option("file", options->file)->required();
  verify->callback([options, begin, &json, &lang, &exit_code] {
    begin();
    exit_code = run_verify(*options, json, lang);
  });
  auto* restore =
      command("restore",
              "puts a backup into a folder as a new generation; with --yes also where a server was, "
              "whose files are set aside");
  restore->add_option("file", options->file)->required();
  restore->add_option("--data", options->data, "folder of the server")->required();
  restore->callback([options, begin, &json, &yes, &lang, &exit_code] {
    begin();
    exit_code = run_restore(*options, json, yes, lang);
  });
}

}  // namespace sejawat::server
