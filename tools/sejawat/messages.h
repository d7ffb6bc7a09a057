// Every error as a sentence for people, in Indonesian and English: what happened, whether the data is safe,
// what to do.
#pragma once

#include <string>

#include "base/result.h"

namespace sejawat::cli {

enum class Language { indonesian, english };

// `setting` is --lang or empty; then LANG decides, then Indonesian.
Language choose_language(const std::string& setting);
const char* sentence(base::Code code, Language language);
// This device's journal turned out to have been continued from an old copy, too.
const char* fork_sentence(Language language);
// 0 ok, 1 failed, 2 wrong usage, 3 offline (data is safe here), 4 not permitted, 5 needs a decision
int exit_code(base::Code code);

}  // namespace sejawat::cli
