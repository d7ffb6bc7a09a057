// Journal entries as JSON, in the form of the command-line contract.
#pragma once

#include <boost/json.hpp>

#include "base/result.h"
#include "cycle/journal.h"

namespace sejawat::cli {

// invalid_argument with the reason in `detail`: not JSON, unknown key, wrong type, or what cycle::validate
// says.
base::Result<cycle::JournalEntry> entry_from_json(std::string_view line);
boost::json::object entry_to_json(const cycle::JournalView& view);

}  // namespace sejawat::cli
