#include "messages.h"

#include <cstdlib>

namespace sejawat::cli {
namespace {

struct Text {
  const char* indonesian;
  const char* english;
};

Text text_of(base::Code code) {
  using base::Code;
  switch (code) {
    case Code::ok: return {"Selesai.", "Done."};
    case Code::invalid_argument:
      return {"Isian tidak sesuai; tidak ada yang diubah. Perbaiki lalu ulangi.",
              "That input is not valid; nothing was changed. Correct it and try again."};
    case Code::not_found:
      return {"Yang dicari tidak ada di sini. Data Anda aman.",
              "There is no such thing here. Your data is safe."};
    case Code::already_exists:
      return {"Sudah ada, dan tidak ditimpa. Data Anda aman.",
              "It exists already and was not overwritten. Your data is safe."};
    case Code::not_permitted:
      return {"Peran Anda tidak mengizinkan ini. Data Anda aman; mintalah kepada admin.",
              "Your role does not permit this. Your data is safe; ask an admin."};
    case Code::offline:
      return {
          "Server tidak terjangkau. Tulisan Anda aman di perangkat ini dan akan terkirim pada sinkronisasi "
          "berikutnya.",
          "The server cannot be reached. What you wrote is safe on this device and goes out at the next "
          "sync."};
    case Code::wrong_server_key:
      return {
          "Yang menjawab bukan server yang dikenal. Tidak ada yang terkirim; data Anda aman. Periksa alamat "
          "server.",
          "Whoever answered is not the server we know. Nothing was sent; your data is safe. Check the "
          "address."};
    case Code::timed_out:
      return {"Server terlalu lama menjawab. Data Anda aman di sini; coba lagi nanti.",
              "The server took too long. Your data is safe here; try again later."};
    case Code::storage_failed:
      return {"Penyimpanan di perangkat gagal. Yang sudah tersimpan tetap aman; periksa disk lalu ulangi.",
              "The storage of this device failed. What was saved stays safe; check the disk and try again."};
    case Code::disk_full:
      return {
          "Disk penuh. Yang sudah tersimpan tetap aman, perubahan terakhir belum; kosongkan ruang lalu "
          "ulangi.",
          "The disk is full. What was saved stays safe, the last change was not saved; free some space and "
          "repeat."};
    case Code::store_locked:
      return {"Data ini sedang dipakai program lain. Data aman; tutup program itu lalu ulangi.",
              "Another program is using this store. The data is safe; close that program and try again."};
    case Code::store_too_new:
      return {"Data ini ditulis oleh versi yang lebih baru dan tidak disentuh. Perbarui program ini.",
              "This store was written by a newer version and was left untouched. Update this program."};
    case Code::store_key_wrong:
      return {"Data tidak dapat dibuka dengan kunci ini, atau berkasnya rusak. Tidak ada yang diubah.",
              "The store cannot be opened with this key, or its file is damaged. Nothing was changed."};
    case Code::malformed:
      return {"Data yang diterima tidak terbaca dan diabaikan. Data Anda aman.",
              "What arrived cannot be read and was ignored. Your data is safe."};
    case Code::too_large:
      return {"Terlalu besar; tidak disimpan. Persingkat atau bagi menjadi beberapa bagian.",
              "Too large; it was not saved. Shorten it or split it."};
    case Code::bad_signature:
      return {"Tanda tangan digital tidak cocok; data itu ditolak. Data Anda aman.",
              "A digital signature does not match; that data was refused. Your data is safe."};
    case Code::cannot_decrypt:
      return {"Tidak dapat didekripsi dengan kunci yang ada. Data Anda aman.",
              "It cannot be decrypted with the keys at hand. Your data is safe."};
    case Code::key_missing:
      return {"Kunci belum tiba. Data aman dan terbuka setelah sinkronisasi dengan anggota lain.",
              "A key has not arrived yet. The data is safe and opens after a sync with another member."};
    case Code::chain_gap:
    case Code::chain_fork:
      return {"Riwayat di server berbeda dengan di perangkat ini. Tidak ada yang dihapus; hubungi admin.",
              "The history on the server differs from this device's. Nothing was deleted; tell an admin."};
    case Code::unknown_log:
    case Code::unknown_space:
    case Code::unknown_membership:
      return {"Server belum mengenal perangkat atau komunitas ini. Data aman di sini; sinkronkan lagi.",
              "The server does not know this device or community yet. Your data is safe here; sync again."};
    case Code::invite_invalid:
      return {"Tautan undangan tidak berlaku. Mintalah tautan baru kepada admin.",
              "The invite link is not valid. Ask an admin for a new one."};
    case Code::invite_expired:
      return {"Undangan sudah kedaluwarsa. Mintalah undangan baru kepada admin; data Anda aman.",
              "The invite has expired. Ask an admin for a new one; your data is safe."};
    case Code::invite_used:
      return {"Undangan sudah habis dipakai. Mintalah undangan baru kepada admin; data Anda aman.",
              "The invite has been used up. Ask an admin for a new one; your data is safe."};
    case Code::invite_revoked:
      return {"Undangan sudah dicabut. Hubungi admin; data Anda aman.",
              "The invite was revoked. Ask an admin; your data is safe."};
    case Code::fenced:
      return {"Perangkat ini sudah dikeluarkan. Tulisan Anda tetap aman di sini; hubungi admin.",
              "This device was removed. What you wrote stays safe here; ask an admin."};
    case Code::quota_exceeded:
      return {"Jatah ruang di server habis. Tulisan Anda aman di sini; hubungi admin.",
              "The quota on the server is used up. What you wrote is safe here; ask an admin."};
    case Code::version_unsupported:
      return {"Server dan program ini berbeda versi. Data aman; perbarui programnya.",
              "The server and this program differ in version. Your data is safe; update the program."};
    case Code::protocol_violation:
      return {
          "Jawabannya bukan dari server Sejawat; mungkin halaman masuk Wi-Fi. Data Anda aman di sini; masuk "
          "dulu "
          "ke Wi-Fi atau coba lagi nanti.",
          "The answer is not a Sejawat server's; perhaps a sign-in page of the Wi-Fi. Your data is safe "
          "here; sign "
          "in there, or try again later."};
    case Code::dictionary_unknown:
      return {"Data dari versi yang lebih baru. Perbarui program ini untuk membacanya; data aman.",
              "This comes from a newer version. Update this program to read it; the data is safe."};
    case Code::card_invalid:
      return {"Kartu pemulihan tidak terbaca atau salah ketik. Periksa setiap kata.",
              "The recovery card cannot be read or has a typing error. Check every word."};
    case Code::needs_decision:
      return {"Ada yang menunggu keputusan Anda. Tidak ada yang hilang.",
              "Something waits for your decision. Nothing is lost."};
    case Code::interrupted:
      return {"Dihentikan. Yang sudah tersimpan aman; ulangi kapan saja.",
              "Stopped. What was saved is safe; repeat it at any time."};
    case Code::internal: break;
  }
  return {"Kesalahan program. Yang sudah tersimpan aman; laporkan kepada pengembang.",
          "A fault of the program. What was saved is safe; please report it."};
}

}  // namespace

Language choose_language(const std::string& setting) {
  std::string language = setting;
  if (language.empty()) {
    const char* environment = std::getenv("LANG");
    language = environment == nullptr ? "" : environment;
  }
  return language.rfind("en", 0) == 0 ? Language::english : Language::indonesian;
}

const char* sentence(base::Code code, Language language) {
  const Text text = text_of(code);
  return language == Language::english ? text.english : text.indonesian;
}

const char* fork_sentence(Language language) {
  return language == Language::english ? "This device's journal had been continued from an old copy of it. "
                                         "Both are kept; nothing is lost."
                                       : "Jurnal perangkat ini ternyata pernah dilanjutkan dari salinan "
                                         "lamanya. Keduanya disimpan; tidak "
                                         "ada yang hilang.";
}

int exit_code(base::Code code) {
  using base::Code;
  switch (code) {
    case Code::ok: return 0;
    case Code::invalid_argument: return 2;
    case Code::offline:
    case Code::protocol_violation:  // somebody else answered: no line to our server
    case Code::timed_out: return 3;
    case Code::not_permitted:
    case Code::invite_invalid:
    case Code::invite_expired:
    case Code::invite_used:
    case Code::invite_revoked:
    case Code::fenced: return 4;
    case Code::needs_decision: return 5;
    default: return 1;
  }
}

}  // namespace sejawat::cli
