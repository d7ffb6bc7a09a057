#include <iostream>

#include "card_output.h"
#include "commands.h"
#include "sync_run.h"

namespace sejawat::cli {
namespace {

int run_init(const Globals& globals, const std::string& name, const std::string& card_file) {
  Session session(globals);
  if (auto free = check_card_file(card_file); !free.ok()) return session.fail(free.error());
  if (auto opened = session.open(true); !opened.ok()) return session.fail(opened.error());
  auto card = session.core().init(name, {});
  if (!card.ok()) return session.fail(card.error());
  if (auto given = hand_out_card(session, *card, name, card_file); !given.ok())
    return session.fail(given.error());
  return 0;
}

int run_recover(const Globals& globals, const std::string& card_file, const std::string& server) {
  Session session(globals);
  auto text = platform::read_file(card_file, 64 * 1024);
  if (!text.ok()) return session.fail(text.error());
  auto card = space::RecoveryCard::parse(base::as_text(*text));
  base::wipe(text->data(), text->size());
  if (!card.ok()) return session.fail(card.error());
  space::CarrierAddress address;
  if (!server.empty()) {
    auto parsed = space::CarrierAddress::parse(server);
    if (!parsed.ok()) return session.fail(parsed.error());
    address = std::move(parsed).value();
  } else if (!card->carriers.empty()) {
    address = card->carriers.front();
  } else {
    return session.fail(
        base::error(base::Code::invalid_argument, "the card names no server: give --server ADDRESS"));
  }
  if (auto opened = session.open(true); !opened.ok()) return session.fail(opened.error());
  if (auto recovered = session.core().recover(*card, address); !recovered.ok())
    return session.fail(recovered.error());
  // While the card's identity is at hand, keys made out to it open; what this device then adds goes out as
  // well.
  auto report = run_sync(session, address);
  if (!report.ok()) return session.fail(report.error());
  auto status = session.core().status();
  if (!status.ok()) return session.fail(status.error());
  if (globals.json) {
    session.print(boost::json::object{{"entries", status->entries}, {"received", report->received}});
  } else {
    std::cout << session.say("Perangkat ini kini milik Anda. Catatan yang kembali: ",
                             "This device is yours now. Entries recovered: ")
              << status->entries << "\n";
  }
  return 0;
}

// With `from`, the seed comes from the old card: this device holds none any more.
int run_reissue(const Globals& globals, const std::string& card_file, const std::string& from) {
  Session session(globals);
  if (auto free = check_card_file(card_file); !free.ok()) return session.fail(free.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  if (from.empty()) {
    auto card = session.core().unconfirmed_card();
    if (!card.ok()) {
      session.note(session.say(
          "Perangkat ini tidak lagi menyimpan kartu. Dengan kartu lama: card reissue --from BERKAS",
          "This device does not keep the card any more. With the old card at hand: card reissue --from "
          "FILE"));
      return session.fail(card.error());
    }
    if (auto given = hand_out_card(session, *card, session.core().name(), card_file); !given.ok())
      return session.fail(given.error());
    return 0;
  }
  auto text = platform::read_file(from, 64 * 1024);
  if (!text.ok()) return session.fail(text.error());
  auto card = space::RecoveryCard::parse(base::as_text(*text));
  base::wipe(text->data(), text->size());
  if (!card.ok()) return session.fail(card.error());
  auto today = session.core().renewed_card(std::move(*card));
  if (!today.ok()) return session.fail(today.error());
  if (auto given = hand_out_card(session, *today, session.core().name(), card_file); !given.ok())
    return session.fail(given.error());
  return 0;
}

}  // namespace

void add_person_commands(CLI::App& app, Context& context) {
  struct Options {
    std::string name, card_file, server, from;
  };
  auto options = std::make_shared<Options>();
  auto* init = app.add_subcommand("init", "a new person and device; prints the recovery card once");
  init->add_option("--name", options->name, "your name; travels only encrypted")->required();
  init->add_option("--card-file", options->card_file,
                   "write the card here (mode 0600) instead of printing it");
  init->callback(
      [&context, options] { context.exit = run_init(context.globals, options->name, options->card_file); });

  auto* card = app.add_subcommand("card", "your recovery card");
  card->require_subcommand(1);
  card->fallthrough();
  auto* reissue = card->add_subcommand(
      "reissue",
      "the card once more, with the servers of today: when it never reached paper, or from the old one");
  reissue->fallthrough();
  reissue->add_option("--card-file", options->card_file, "write it here (mode 0600) instead of printing it");
  reissue->add_option("--from", options->from, "file with the old card's text");
  reissue->callback([&context, options] {
    context.exit = run_reissue(context.globals, options->card_file, options->from);
  });

  auto* recover = app.add_subcommand("recover", "a new device for the person on the recovery card");
  recover->add_option("--card-file", options->card_file, "file with the card's text")->required();
  recover->add_option("--server", options->server, "sejawat://HOST:PORT/#KEY, when the card names none");
  recover->callback([&context, options] {
    context.exit = run_recover(context.globals, options->card_file, options->server);
  });
}

}  // namespace sejawat::cli
