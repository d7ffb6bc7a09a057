// `doctor`: whether this machine and folder are fit for a server, before anybody relies on it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sejawat::server {

// Exit code 0: fit, warnings included; 1: something must be put right. References are read when it runs.
void add_doctor_command(CLI::App& app, const bool& json, const std::string& lang, int& exit_code);

}  // namespace sejawat::server
