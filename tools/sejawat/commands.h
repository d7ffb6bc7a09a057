// One function per subject puts its commands on the parser. Each command's callback stores its exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "context.h"

namespace sejawat::cli {

void add_person_commands(CLI::App& app, Context& context);     // init, card, recover
void add_community_commands(CLI::App& app, Context& context);  // community, invite, join
void add_member_commands(CLI::App& app,
                         Context& context);  // member, device, quarantine, space; invite list, revoke
void add_device_commands(CLI::App& app, Context& context);  // device list, link, revoke
void add_space_commands(CLI::App& app, Context& context);   // space list; after add_member_commands
void add_journal_commands(CLI::App& app, Context& context);
void add_attachment_commands(CLI::App& app, Context& context);  // attachment; after journal: journal attach
void add_sync_commands(CLI::App& app, Context& context);        // sync, status
void add_bundle_commands(CLI::App& app, Context& context);      // bundle export, bundle import
void add_export_commands(CLI::App& app, Context& context);      // export --mine
void add_sync_commands(CLI::App& app, Context& context);        // sync, status
void add_cycle_commands(CLI::App& app, Context& context);  // problem, discussion … demo (cycle_commands.h)

}  // namespace sejawat::cli
