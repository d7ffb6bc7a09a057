#include <algorithm>
#include <iostream>

#include "commands.h"
#include "space_kind.h"
#include "sync_run.h"
#include "sync_watch.h"
#include "terminal_text.h"

namespace sejawat::cli {
namespace {

boost::json::array refusals_json(const std::vector<api::Refusal>& refusals) {
  boost::json::array rows;
  for (const auto& refusal : refusals) {
    rows.push_back({{"space", refusal.space.hex()},
                    {"reason", base::code_name(refusal.code)},
                    {"elsewhere", refusal.elsewhere}});
  }
  return rows;
}

const char* new_device_sentence(const Session& session) {
  return session.say(
      "Ada perangkat baru milik Anda (`device list`). Bila bukan Anda yang menghubungkannya: `device "
      "revoke`.",
      "A new device of yours is there (`device list`). If it was not you who linked it: `device revoke`.");
}

struct SyncOptions {
  std::string server;
  bool watch = false;
  bool text_only = false;
};

int run_sync_command(const Globals& globals, const SyncOptions& options) {
  Session session(globals);
  std::optional<space::CarrierAddress> address;
  if (!options.server.empty()) {
    auto parsed = space::CarrierAddress::parse(options.server);
    if (!parsed.ok()) return session.fail(parsed.error());
    address = std::move(parsed).value();
  }
  if (!globals.today.empty() && !session.clock_reads(globals.today)) return session.fail(no_such_day());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  if (!address) address = session.core().home_carrier();
  if (!address)
    return session.fail(base::error(base::Code::not_found, "no server known: join, or give --server"));
  if (options.watch) return run_watch(session, *address);
  auto report = run_sync(session, *address, options.text_only ? api::SyncMedia::none : api::SyncMedia::all);
  if (!report.ok()) return session.fail(report.error());
  auto status = session.core().status();
  if (!status.ok()) return session.fail(status.error());
  auto refusals = session.core().refusals(address->key);
  if (!refusals.ok()) return session.fail(refusals.error());
  if (globals.json) {
    session.print(
        boost::json::object{{"sent", report->sent},
                            {"received", report->received},
                            {"bytes_up", report->bytes_up},
                            {"bytes_down", report->bytes_down},
                            {"frame_bytes_up", report->frame_bytes_up},
                            {"frame_bytes_down", report->frame_bytes_down},
                            {"round_trips", report->round_trips},
                            {"pending", status->pending},
                            {"quarantined", status->quarantined},
                            {"refused", refusals_json(*refusals)},
                            {"forks", session.core().forks_in_sync()},
                            {"media_sent", report->media_sent},
                            {"media_received", report->media_received},
                            {"media_pending", status->media_pending},
                            {"media_wanted", status->media_wanted},
                            {"media_refused", base::code_name(session.core().media_refused_in_sync())},
                            {"new_devices", status->new_devices.size()},
                            {"generation", report->generation ? boost::json::value(report->generation->hex())
                                                              : boost::json::value()}});
  } else {
    std::cout << session.say("Terkirim ", "Sent ") << report->sent
              << session.say(", diterima ", ", received ") << report->received
              << session.say(", menunggu ", ", waiting ") << status->pending << "\n";
    if (report->media_sent + report->media_received + status->media_pending > 0) {
      std::cout << session.say("Lampiran, bita: terkirim ", "Attachments, bytes: sent ") << report->media_sent
                << session.say(", diterima ", ", received ") << report->media_received
                << session.say(", menunggu ", ", waiting ") << status->media_pending << "\n";
    }
    if (const auto code = session.core().media_refused_in_sync(); code != base::Code::ok) {
      std::cout << session.say("Lampiran ditolak server, tulisan tidak: ",
                               "The server refused attachments, not text: ")
                << sentence(code, session.language()) << "\n";
    }
    if (session.core().forks_in_sync() > 0) std::cout << fork_sentence(session.language()) << "\n";
    if (!status->new_devices.empty()) std::cout << new_device_sentence(session) << "\n";
  }
  const auto trouble = std::find_if(refusals->begin(), refusals->end(),
                                    [](const api::Refusal& refusal) { return !refusal.elsewhere; });
  if (trouble != refusals->end()) {
    return session.fail(base::error(trouble->code, "refused by the server"));
  }
  return 0;
}

int run_status(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto status = session.core().status();
  if (!status.ok()) return session.fail(status.error());
  if (!globals.json) {
    std::cout << session.say("Catatan di sini: ", "Entries here: ") << status->entries << "\n"
              << session.say("Belum di server: ", "Not on the server yet: ") << status->pending << "\n";
    if (status->media_pending > 0) {
      std::cout << session.say("Lampiran belum di server, bita: ",
                               "Attachments not on the server yet, bytes: ")
                << status->media_pending << "\n";
    }
    for (const auto& space : status->spaces) {
      std::cout << "  " << kind_name(space.kind) << " " << one_line(space.name)
                << session.say(": tersimpan di sini saja ", ": saved here only ") << space.unsealed_ops
                << session.say(", menunggu kunci ", ", waiting for a key ") << space.waiting_segments << "\n";
      if (space.unreadable > 0) {
        std::cout << session.say("    perlu program yang lebih baru: ", "    needs a newer program: ")
                  << space.unreadable << "\n";
      }
      if (space.forks > 0) std::cout << "    " << fork_sentence(session.language()) << "\n";
    }
    for (const auto& carrier : status->carriers) {
      std::cout << "  " << carrier.address.host << ":" << carrier.address.port
                << session.say(": belum terkirim ", ": not sent ") << carrier.unsent_segments;
      if (carrier.last_error != base::Code::ok)
        std::cout << " (" << base::code_name(carrier.last_error) << ")";
      std::cout << "\n";
      if (carrier.media_refused != base::Code::ok) {
        std::cout << session.say("    lampiran ditolak server: ", "    attachments refused by the server: ")
                  << sentence(carrier.media_refused, session.language()) << "\n";
      }
      for (const auto& refusal : carrier.refusals) {
        std::cout << (refusal.elsewhere
                          ? session.say("    tidak disimpan di server ini, tempatnya di server lain: ",
                                        "    not kept by this server, it lives on another one: ")
                          : session.say("    ditolak server: ", "    refused by the server: "))
                  << sentence(refusal.code, session.language()) << "\n";
      }
    }
    if (!status->new_devices.empty()) std::cout << new_device_sentence(session) << "\n";
    if (status->card_unconfirmed) {
      std::cout << session.say("Kartu pemulihan belum Anda terima: `card reissue` memberikannya.\n",
                               "You may not have your recovery card yet: `card reissue` gives it.\n");
    }
    std::cout << session.say("Kunci penyimpanan dilindungi hak berkas saja (belum ada PIN).\n",
                             "The store key is protected by file permissions only (no PIN yet).\n");
    return 0;
  }
  boost::json::array spaces;
  for (const auto& space : status->spaces) {
    spaces.push_back({{"space", space.space.hex()},
                      {"kind", kind_name(space.kind)},
                      {"name", space.name},
                      {"saved_here_only", space.unsealed_ops},
                      {"waiting", space.waiting_segments},
                      {"unreadable", space.unreadable},
                      {"forks", space.forks}});
  }
  boost::json::array carriers;
  for (const auto& carrier : status->carriers) {
    boost::json::object row{{"server", carrier.address.url()},
                            {"not_sent", carrier.unsent_segments},
                            {"last_sync", carrier.last_sync_wall_ms / 1000},
                            {"last_error", base::code_name(carrier.last_error)},
                            {"media_not_sent", carrier.unsent_media},
                            {"media_refused", base::code_name(carrier.media_refused)},
                            {"refused", refusals_json(carrier.refusals)}};
    row["generation"] =
        carrier.generation ? boost::json::value(carrier.generation->hex()) : boost::json::value();
    carriers.push_back(std::move(row));
  }
  session.print(boost::json::object{{"name", status->name},
                                    {"entries", status->entries},
                                    {"pending", status->pending},
                                    {"oldest_unsent", status->oldest_unsent_ms / 1000},
                                    {"quarantined", status->quarantined},
                                    {"media_pending", status->media_pending},
                                    {"media_wanted", status->media_wanted},
                                    {"at_rest", "file_mode"},
                                    {"card_unconfirmed", status->card_unconfirmed},
                                    {"new_devices", status->new_devices.size()},
                                    {"spaces", std::move(spaces)},
                                    {"carriers", std::move(carriers)}});
  return 0;
}

std::string kind_of(std::uint32_t type) {
  if (type == cycle::kJournalEntryType) return "journal_entry";
  const auto* entity = cycle::entity(type);
  return entity == nullptr ? "" : entity->name;
}

int run_pending(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto rows = session.core().unsent();
  if (!rows.ok()) return session.fail(rows.error());
  for (auto& row : *rows) {
    if (auto read = session.core().entitle(row); !read.ok()) return session.fail(read.error());
    const auto kind = kind_of(row.type);
    if (globals.json) {
      session.print(boost::json::object{{"id", row.object.hex()},
                                        {"space", row.space.hex()},
                                        {"record", kind},
                                        {"title", row.title},
                                        {"date", row.date},
                                        {"changes", row.changes},
                                        {"since", row.since_wall_ms / 1000},
                                        {"own", row.own},
                                        {"refused", base::code_name(row.refused)}});
      continue;
    }
    std::cout << row.object.hex() << "  "
              << (kind.empty() ? session.say("nama dan kunci", "names and keys") : kind.c_str()) << "  "
              << row.date << "  " << one_line(row.title) << "  (" << row.changes << ")";
    if (row.refused != base::Code::ok) std::cout << "  " << sentence(row.refused, session.language());
    std::cout << "\n";
  }
  return 0;
}

}  // namespace

void add_sync_commands(CLI::App& app, Context& context) {
  auto options = std::make_shared<SyncOptions>();
  auto* sync = app.add_subcommand("sync", "reconcile with the server now");
  sync->add_option("--server", options->server, "another address than the one known");
  auto* text_only =
      sync->add_flag("--text-only", options->text_only, "photos and voice notes wait, here and there");
  auto* watch = sync->add_flag(
      "--watch", options->watch,
      "stay connected and take what arrives at once, until SIGINT or SIGTERM; --json: one line for "
      "each of synced, arrived, forked, offline. The store is in use all the while: other commands on it "
      "wait, "
      "then say so");
  watch->excludes(text_only);
  sync->callback([&context, options] { context.exit = run_sync_command(context.globals, *options); });
  auto* status = app.add_subcommand("status", "what is saved where, and what waits");
  status->callback([&context] { context.exit = run_status(context.globals); });
  auto* pending = app.add_subcommand("pending", "what the server does not hold yet, one by one");
  pending->require_subcommand(1);
  pending->fallthrough();
  auto* list = pending->add_subcommand("list", "in the order in which it was written");
  list->fallthrough();
  list->callback([&context] { context.exit = run_pending(context.globals); });
}

}  // namespace sejawat::cli
