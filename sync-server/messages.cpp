#include "messages.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

namespace sejawat::server {

bool english(const std::string& lang) {
  std::string language = lang;
  if (language.empty()) {
    const char* environment = std::getenv("LANG");
    language = environment == nullptr ? "" : environment;
  }
  return language.rfind("en", 0) == 0;
}

std::string sentence(const base::Error& error, bool english) {
  const auto say = [english](const char* indonesian, const char* in_english) {
    return english ? in_english : indonesian;
  };
  using base::Code;
  switch (error.code) {
    case Code::store_locked:
      return say("Folder data ini sudah dipakai server lain. Data aman; hentikan server itu dulu.",
                 "Another server already uses this data folder. The data is safe; stop that server first.");
    case Code::store_too_new:
      return say("Data ini ditulis versi yang lebih baru dan tidak disentuh; perbarui server.",
                 "This data was written by a newer version and was left untouched; update the server.");
    case Code::version_unsupported:
      return say("Data ini ditulis versi yang lebih lama; jalankan `serve` sekali agar diperbarui.",
                 "This data was written by an older version; run `serve` once to bring it up to date.");
    case Code::store_key_wrong:
      return say("Berkas data rusak atau bukan milik Sejawat. Tidak ada yang diubah; pulihkan dari cadangan.",
                 "A data file is damaged or not Sejawat's. Nothing was changed; restore it from a backup.");
    case Code::disk_full:
      return say("Disk penuh. Yang sudah diakui tetap aman; kosongkan ruang lalu jalankan lagi.",
                 "The disk is full. What was acknowledged is safe; free some space and start again.");
    case Code::not_permitted:
      return say(
          "Folder data tidak terlindungi atau bukan milik pengguna ini, sehingga tidak dibuka. Data tidak "
          "diubah; jalankan sebagai pemiliknya, atau perbaiki haknya.",
          "The data folder is not protected, or not this user's, so it was not opened. No data was changed; "
          "run this as its owner, or put its rights right.");
    case Code::not_found:
      return say("Tidak ada data server di folder ini, atau berkas yang disebut tidak dapat dipakai.",
                 "There is no server's data in this folder, or a file that was named cannot be used.");
    case Code::offline:
      return say("Alamat ini tidak dapat dipakai: mungkin sudah dipakai program lain. Data aman.",
                 "This address cannot be used: perhaps another program has it. The data is safe.");
    case Code::already_exists:
      return say(
          "Sudah ada dan tidak ditimpa. Data aman; ulangi dengan --yes bila itu maksudnya.",
          "It exists already and was not overwritten. The data is safe; repeat with --yes if that is meant.");
    case Code::interrupted:
      return say("Pekerjaan sebelumnya terhenti di tengah. Tidak ada yang dihapus; ulangi pekerjaan itu.",
                 "Earlier work stopped halfway. Nothing was removed; repeat that work.");
    case Code::timed_out:
      return say(
          "Server yang memakai folder ini tidak menjawab. Data aman; coba lagi, atau hentikan server itu.",
          "The server that uses this folder does not answer. The data is safe; try again, or stop it.");
    case Code::invalid_argument:
      return say("Isian tidak sesuai; tidak ada yang diubah.",
                 "That input is not valid; nothing was changed.");
    default:
      return say("Server tidak dapat berjalan; yang sudah diakui tetap aman.",
                 "The server cannot go on; what was acknowledged is safe.");
  }
}

int exit_code(base::Code code) {
  if (code == base::Code::ok) return 0;
  if (code == base::Code::invalid_argument) return 2;
  return code == base::Code::not_permitted ? 4 : 1;
}

int report(const base::Error& error, const std::string& lang, bool json, const std::string& instead) {
  const std::string text = instead.empty() ? sentence(error, english(lang)) : instead;
  if (json) {
    std::cerr << boost::json::serialize(boost::json::object{
                     {"error", base::code_name(error.code)}, {"message", text}, {"detail", error.detail()}})
              << "\n";
  } else {
    std::cerr << "sejawat-server: " << text << " (" << base::code_name(error.code);
    if (!error.detail().empty()) std::cerr << ": " << error.detail();
    std::cerr << ")\n";
  }
  return exit_code(error.code);
}

}  // namespace sejawat::server
