#include <iostream>

#include "commands.h"
#include "space_kind.h"
#include "terminal_text.h"

namespace sejawat::cli {
namespace {

int run_list(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto status = session.core().status();
  if (!status.ok()) return session.fail(status.error());
  for (const auto& space : session.core().spaces()) {
    std::size_t members = 1;
    if (space.kind != space::SpaceKind::personal) {
      auto all = session.core().members(&space.space);
      if (!all.ok() && all.code() != base::Code::not_found) return session.fail(all.error());
      members = all.ok() ? all->size() : 0;  // none of its records is here yet
    }
    std::uint64_t waiting = 0;
    for (const auto& row : status->spaces) waiting += row.space == space.space ? row.waiting_segments : 0;
    if (globals.json) {
      session.print(boost::json::object{{"space", space.space.hex()},
                                        {"kind", kind_name(space.kind)},
                                        {"name", space.name},
                                        {"member", space.member},
                                        {"admin", space.admin},
                                        {"members", members},
                                        {"current_key", space.current_key},
                                        {"waiting", waiting}});
      continue;
    }
    std::cout << space.space.hex() << "  " << kind_name(space.kind) << "  "
              << (space.name.empty() ? "-" : one_line(space.name)) << "  " << members
              << session.say(" anggota", members == 1 ? " member" : " members")
              << (space.admin ? session.say("  (Anda pengelola)", "  (you administer it)") : "")
              << (space.member ? "" : session.say("  [sudah keluar]", "  [left]"))
              << (space.current_key ? ""
                                    : session.say("  [tanpa kunci terbaru]", "  [without its newest key]"));
    if (waiting > 0) {
      std::cout << session.say("  [menunggu kunci: ", "  [waiting for a key: ") << waiting << "]";
    }
    std::cout << "\n";
  }
  return 0;
}

int run_fingerprint(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  for (const auto& space : session.core().spaces()) {
    auto mark = session.core().fingerprint(space.space);
    if (!mark.ok() && mark.code() != base::Code::key_missing) return session.fail(mark.error());
    if (globals.json) {
      boost::json::object row{{"space", space.space.hex()}, {"kind", kind_name(space.kind)}};
      row["digest"] = mark.ok() ? boost::json::value(mark->digest.hex()) : boost::json::value();
      row["state"] = mark.ok() ? boost::json::value(mark->state.hex()) : boost::json::value();
      row["objects"] = mark.ok() ? mark->objects : 0;
      session.print(row);
      continue;
    }
    std::cout << kind_name(space.kind) << "  " << (space.name.empty() ? "-" : one_line(space.name)) << "  ";
    if (mark.ok()) {
      std::cout << mark->digest.hex().substr(0, 16) << "  " << mark->state.hex().substr(0, 16) << "\n";
    } else {
      std::cout << session.say("[tanpa kunci terbaru]", "[without its newest key]") << "\n";
    }
  }
  return 0;
}

}  // namespace

void add_space_commands(CLI::App& app, Context& context) {
  auto* list = app.get_subcommand("space")->add_subcommand(
      "list", "your spaces: of what kind, who belongs, and whether the newest key is here");
  list->fallthrough();
  list->callback([&context] { context.exit = run_list(context.globals); });
  auto* fingerprint = app.get_subcommand("space")->add_subcommand(
      "fingerprint",
      "of each space what is held and what is shown, as two short codes: equal on two devices "
      "that hold the same");
  fingerprint->fallthrough();
  fingerprint->callback([&context] { context.exit = run_fingerprint(context.globals); });
}

}  // namespace sejawat::cli
