// The page of `export --mine`: one file, no script, nothing fetched, readable in any browser and on paper.
#pragma once

#include <string>

#include "api/core.h"
#include "messages.h"

namespace sejawat::cli {

// As text inside an element or a quoted attribute, whatever it holds.
std::string escaped(std::string_view text);

std::string page_head(Language language, const api::Status& status);
std::string page_entry(Language language, const cycle::JournalView& view);
std::string page_trash_head(Language language);
std::string page_end();

}  // namespace sejawat::cli
