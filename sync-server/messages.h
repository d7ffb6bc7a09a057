// What the operator reads, in Indonesian and English: what happened, whether the data is safe, what to do.
#pragma once

#include <string>

#include "base/result.h"

namespace sejawat::server {

// --lang, else LANG, else Indonesian.
bool english(const std::string& lang);
std::string sentence(const base::Error& error, bool english);
// As in the command-line contract: 1 failed, 2 wrong usage, 4 not permitted.
int exit_code(base::Code code);
// Prints the error on standard error, as JSON with `json`; the exit code. `text`: where the code means
// something else than elsewhere, instead of its sentence.
int report(const base::Error& error, const std::string& lang, bool json, const std::string& text = {});

}  // namespace sejawat::server
