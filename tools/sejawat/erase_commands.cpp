// `erase`: what is gone for good, and which servers have signed that they hold it no more.
#include <iostream>

#include "commands.h"
#include "sync_run.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;

// Readable by carriers, so a number and never words.
const std::vector<std::string>& reasons() {
  static const std::vector<std::string> names{"unsaid", "own_wish", "request", "mistake"};
  return names;
}

std::string reason_name(std::uint32_t reason) {
  return reason < reasons().size() ? reasons()[reason] : "other";
}

json::object json_of(const api::ErasureStatus& erasure) {
  json::array carriers;
  bool pending = false;
  for (const auto& carrier : erasure.carriers) {
    json::object row{{"carrier", carrier.address.url()}, {"gone", carrier.receipt.has_value()}};
    pending = pending || !carrier.receipt;
    if (carrier.receipt) {
      row["when"] = carrier.receipt->wall_seconds;
      row["segments"] = carrier.receipt->segments;
      row["generation"] = carrier.receipt->generation.hex();
      row["receipt"] = base::to_hex(carrier.signed_bytes);
    }
    carriers.push_back(std::move(row));
  }
  return {{"erasure", erasure.record.hex()},
          {"space", erasure.space.hex()},
          {"reason", reason_name(erasure.reason)},
          {"when", erasure.wall_seconds},
          {"changes", erasure.ops},
          {"segments", erasure.segments},
          {"chunks", erasure.chunks},
          {"pending", pending || erasure.carriers.empty()},
          {"carriers", std::move(carriers)}};
}

void tell(Session& session, const api::ErasureStatus& erasure) {
  if (session.globals().json) {
    session.print(json_of(erasure));
    return;
  }
  std::cout << erasure.record.hex() << "  " << erasure.ops
            << session.say(" perubahan dihapus", " changes erased");
  if (erasure.chunks > 0) {
    std::cout << session.say(", dengan potongan lampiran: ", ", with pieces of attachments: ")
              << erasure.chunks;
  }
  std::cout << "\n";
  for (const auto& carrier : erasure.carriers) {
    std::cout << "  " << carrier.address.host << ":" << carrier.address.port << "  "
              << (carrier.receipt
                      ? session.say("sudah dihapus, tanda terima disimpan", "gone there, receipt kept")
                      : session.say("menunggu", "pending"))
              << "\n";
  }
}

int run_list(Session& session) {
  auto erasures = session.core().erasures();
  if (!erasures.ok()) return session.fail(erasures.error());
  for (const auto& erasure : *erasures) tell(session, erasure);
  return 0;
}

// What would go, or went.
void tell_report(Session& session, const api::EraseReport& report, bool done) {
  if (session.globals().json) {
    json::array records;
    for (const auto& record : report.records) records.push_back(json::value(record.hex()));
    session.print(json::object{{"erased", done},
                               {"space", report.space.hex()},
                               {"changes", report.ops},
                               {"by_others", report.others},
                               {"segments", report.segments},
                               {"kept", report.kept},
                               {"attachments", report.attachments},
                               {"attachment_bytes", report.attachment_bytes},
                               {"erasures", std::move(records)}});
    return;
  }
  std::cout << (done ? session.say("Dihapus untuk selamanya: ", "Erased for good: ")
                     : session.say("Akan dihapus untuk selamanya: ", "Would be erased for good: "))
            << report.ops << session.say(" perubahan", " changes");
  if (report.attachments > 0) {
    std::cout << session.say(", termasuk foto dan rekaman suara: ", ", photos and voice notes among them: ")
              << report.attachments << " (" << report.attachment_bytes
              << session.say(" bita tersegel)", " sealed bytes)");
  }
  if (report.others > 0) {
    std::cout << session.say("; milik orang lain yang tinggal: ", "; by others, and staying: ")
              << report.others;
  }
  std::cout << "\n";
}

int run_erase(const Globals& globals, const std::string& id, const std::string& reason, bool dry_run) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  if (id.empty()) return run_list(session);
  base::Bytes bytes;
  const auto object = base::from_hex(id, bytes) ? base::ObjectId::from(bytes) : std::nullopt;
  if (!object) return session.fail(base::error(base::Code::invalid_argument, "id"));
  const bool really = globals.yes && !dry_run;
  std::uint32_t number = 0;
  while (number < reasons().size() && reasons()[number] != reason) ++number;
  auto report = session.core().erase(*object, number, !really);
  if (!report.ok()) return session.fail(report.error());
  tell_report(session, *report, really);
  if (!really) {
    session.note(
        session.say("Tidak dapat dibatalkan. Perangkat dan server menghapusnya saat sinkronisasi; salinan "
                    "cadangan dan yang "
                    "sudah dibaca orang lain tidak terjangkau. Ulangi dengan --yes untuk melakukannya.",
                    "It cannot be undone. Devices and servers drop it as they sync; backups and what others "
                    "have read are out of "
                    "reach. Repeat with --yes to do it."));
    return 0;
  }
  if (const auto address = session.core().home_carrier()) {
    auto synced = run_sync(session, *address);
    if (!synced.ok()) {
      session.note(session.say("Terhapus di sini; di tempat lain setelah sinkronisasi berikutnya.",
                               "Gone here; elsewhere after the next sync."));
      return session.fail(synced.error());
    }
  }
  if (!session.globals().json) return run_list(session);
  return 0;
}

}  // namespace

void add_erase_commands(CLI::App& app, Context& context) {
  struct Options {
    std::string id;
    std::string reason = "unsaid";
    bool dry_run = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("erase",
                                     "erases an entry, record or attachment for good, with what is attached "
                                     "to it (author or admin); without ID, what "
                                     "was erased and where it is gone");
  command->add_option("id", options->id, "as the lists show it");
  command->add_option("--reason", options->reason, "a word that servers may read")
      ->check(CLI::IsMember(reasons()));
  command->add_flag("--dry-run", options->dry_run, "only says what would be erased, also with --yes");
  command->callback([&context, options] {
    context.exit = run_erase(context.globals, options->id, options->reason, options->dry_run);
  });
}

}  // namespace sejawat::cli
