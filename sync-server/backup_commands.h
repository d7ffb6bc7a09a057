// `backup create | verify | restore` on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sejawat::server {

// References are read when a command runs.
void add_backup_commands(CLI::App& app, const bool& json, const bool& yes, const std::string& lang,
                         int& exit_code);

}  // namespace sejawat::server
