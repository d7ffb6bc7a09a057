#include <algorithm>
#include <iostream>

#include "carry_out.h"
#include "commands.h"
#include "sync_run.h"
#include "terminal_text.h"

namespace sejawat::cli {
namespace {

int run_list(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto devices = session.core().devices();
  if (!devices.ok()) return session.fail(devices.error());
  const auto fresh = session.core().new_devices();
  for (const auto& device : *devices) {
    const bool is_new = std::find(fresh.begin(), fresh.end(), device.device) != fresh.end();
    if (globals.json) {
      session.print(boost::json::object{{"device", device.device.hex()},
                                        {"self", device.self},
                                        {"removed", device.removed},
                                        {"new", is_new}});
      continue;
    }
    std::cout << device.device.hex()
              << (device.self ? session.say("  (perangkat ini)", "  (this device)") : "")
              << (is_new ? session.say("  [baru]", "  [new]") : "")
              << (device.removed ? session.say("  [dikeluarkan]", "  [removed]") : "") << "\n";
  }
  if (auto seen = session.core().note_devices_seen(); !seen.ok()) return session.fail(seen.error());
  return 0;
}

int run_revoke(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from<base::DeviceId>(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  return carry_out(
      session,
      "Perangkat itu dan yang disahkannya akan dikeluarkan untuk selamanya. Yang memegang kartu pemulihan "
      "tidak terhalang olehnya.",
      "That device and those it certified would be removed for good. It does not stop whoever holds the "
      "recovery card.",
      [&] { return session.core().revoke_device(*id); });
}

void show_code(const Session& session, const char* key, const std::string& text,
               const std::string& check_code) {
  if (session.globals().json) {
    session.print(boost::json::object{{key, text}, {"check_code", check_code}});
    return;
  }
  std::cout << text << "\n" << session.say("Kode pencocokan: ", "Check code: ") << check_code << "\n";
}

int run_request(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(true); !opened.ok()) return session.fail(opened.error());
  auto request = session.core().link_request();
  if (!request.ok()) return session.fail(request.error());
  show_code(session, "request", request->text(), space::link_check_code(*request, nullptr));
  session.note(session.say("Di perangkat lama: sejawat device link grant KODE",
                           "On the device you have: sejawat device link grant CODE"));
  return 0;
}

int run_grant(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto request = space::LinkRequest::parse(text);
  if (!request.ok()) return session.fail(request.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  if (!globals.yes) {
    const auto code = space::link_check_code(*request, nullptr);
    if (globals.json) session.print(boost::json::object{{"check_code", code}});
    session.note(session.say("Perangkat baru harus menunjukkan kode yang sama: ",
                             "The new device must show the same code: ") +
                 code +
                 session.say(". Jika sama, ulangi dengan --yes: perangkat itu akan membaca semua milik Anda.",
                             ". If so, repeat with --yes: that device will read all that is yours."));
    return 0;
  }
  auto grant = session.core().grant_link(*request);
  if (!grant.ok()) return session.fail(grant.error());
  show_code(session, "grant", *grant, space::link_check_code(*request, session.core().identity_key()));
  session.note(session.say("Di perangkat baru: sejawat device link accept KODE",
                           "On the new device: sejawat device link accept CODE"));
  return 0;
}

int run_accept(const Globals& globals, const std::string& text) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto offer = session.core().read_link_grant(text);
  if (!offer.ok()) return session.fail(offer.error());
  if (!globals.yes) {
    if (globals.json)
      session.print(boost::json::object{{"name", offer->name}, {"check_code", offer->check_code}});
    session.note(session.say("Perangkat ini akan menjadi milik ", "This device would become one of ") +
                 one_line(offer->name) +
                 session.say(". Perangkat lama harus menunjukkan kode yang sama: ",
                             ". The other device must show the same code: ") +
                 offer->check_code +
                 session.say(". Jika sama, ulangi dengan --yes.", ". If so, repeat with --yes."));
    return 0;
  }
  if (auto accepted = session.core().accept_link(text); !accepted.ok()) return session.fail(accepted.error());
  const auto address = session.core().home_carrier();
  if (address) {
    auto report = run_sync(session, *address);
    if (!report.ok()) {
      session.note(session.say("Perangkat terhubung. Isinya datang pada sinkronisasi berikutnya.",
                               "The device is linked. What you wrote comes with the next sync."));
      return session.fail(report.error());
    }
  }
  auto status = session.core().status();
  if (!status.ok()) return session.fail(status.error());
  if (globals.json) {
    session.print(boost::json::object{{"name", status->name}, {"entries", status->entries}});
  } else {
    std::cout << session.say("Perangkat ini kini milik Anda. Catatan di sini: ",
                             "This device is yours now. Entries here: ")
              << status->entries << "\n";
  }
  return 0;
}

}  // namespace

void add_device_commands(CLI::App& app, Context& context) {
  auto text = std::make_shared<std::string>();
  auto* device = app.add_subcommand("device", "your own devices");
  const auto add = [&context](CLI::App* under, const char* name, const char* help,
                              std::function<int(const Globals&)> run) {
    auto* command = under->add_subcommand(name, help);
    command->fallthrough();
    command->callback([&context, run = std::move(run)] { context.exit = run(context.globals); });
    return command;
  };
  device->require_subcommand(1);
  device->fallthrough();
  add(device, "list", "your devices", run_list);
  add(device, "revoke", "a lost device, and those it certified",
      [text](const Globals& globals) { return run_revoke(globals, *text); })
      ->add_option("id", *text, "as the list shows it")
      ->required();
  auto* link =
      device->add_subcommand("link", "a further device without the card: two codes, shown face to face");
  link->require_subcommand(1);
  link->fallthrough();
  add(link, "request", "on the new device: the code that the other one reads", run_request);
  add(link, "grant", "on a device you have: answers a request with the code that the new one reads",
      [text](const Globals& globals) { return run_grant(globals, *text); })
      ->add_option("code", *text, "what `device link request` shows")
      ->required();
  add(link, "accept", "on the new device: becomes yours, and fetches what is yours",
      [text](const Globals& globals) { return run_accept(globals, *text); })
      ->add_option("code", *text, "what `device link grant` shows")
      ->required();
}

}  // namespace sejawat::cli
