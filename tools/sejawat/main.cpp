// sejawat: a full client on a terminal, for admins, scripts and tests.
#include <iostream>

#include "commands.h"
#include "sync_run.h"
#include "terminal_text.h"

namespace {

using namespace sejawat;

// Standard output through a filter that no command can forget; as it was again when the object goes.
class Filtered {
 public:
  explicit Filtered(const bool& json) : plain_(std::cout.rdbuf()), text_(*plain_, json) {
    std::cout.rdbuf(&text_);
  }
  ~Filtered() { std::cout.rdbuf(plain_); }
  Filtered(const Filtered&) = delete;
  Filtered& operator=(const Filtered&) = delete;

 private:
  std::streambuf* plain_;
  cli::TerminalText text_;
};

}  // namespace

int main(int argc, char** argv) {
  platform::forbid_core_dumps();
  cli::stop_on_signals();
  cli::Context context;
  context.globals.home = cli::default_home();
  const Filtered filtered(context.globals.json);

  CLI::App app(
      "Sejawat: jurnal dan pemecahan masalah bersama, luring lebih dulu, terenkripsi ujung ke ujung.\n"
      "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 offline (data is safe here), 4 not permitted, "
      "5 needs a decision");
  app.set_version_flag("--version", SEJAWAT_VERSION);
  app.add_option("--home", context.globals.home,
                 "folder of the store (default: $SEJAWAT_HOME or the XDG data folder)");
  app.add_flag("--json", context.globals.json, "one JSON value, or JSON Lines for lists");
  app.add_option("--lang", context.globals.lang, "id or en; default: LANG, else Indonesian")
      ->check(CLI::IsMember({"id", "en"}));
  app.add_flag("--yes", context.globals.yes, "carry out what would otherwise only be shown");
  app.fallthrough();
  app.require_subcommand(1);
  cli::add_person_commands(app, context);
  cli::add_community_commands(app, context);
  cli::add_device_commands(app, context);
  cli::add_member_commands(app, context);
  cli::add_space_commands(app, context);
  cli::add_journal_commands(app, context);
  cli::add_attachment_commands(app, context);
  cli::add_sync_commands(app, context);
  cli::add_bundle_commands(app, context);
  cli::add_export_commands(app, context);
  cli::add_cycle_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const auto unknown = app.remaining(true);
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty()) {
      std::cerr << "sejawat: unknown command: " << unknown.front() << "\n";
    }
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "sejawat: " << error.what() << "\n";
    return 1;
  }
  std::cout.flush();
  if (!std::cout && context.exit == 0)
    return 1;  // a full disk or a closed pipe behind the output is no success
  return context.exit;
}
