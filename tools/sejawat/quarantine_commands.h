// `quarantine show | export`, beside list and readmit.
#pragma once

#include <CLI/CLI.hpp>

#include "commands.h"

namespace sejawat::cli {

void add_quarantine_reading(CLI::App& quarantine, Context& context);

}  // namespace sejawat::cli
