// Commands that look and change nothing: address, stats, spaces.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sejawat::server {

// `json` and `lang` are the program's global flags; `exit_code` takes the result.
void add_inspect_commands(CLI::App& app, const bool& json, const std::string& lang, int& exit_code);

}  // namespace sejawat::server
