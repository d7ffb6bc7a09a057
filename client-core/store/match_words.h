// What a person types, as a query of FTS5.
#pragma once

#include <string>
#include <string_view>

namespace sejawat::store {

// Each word quoted, so that nothing a person types is query syntax; the last one may be unfinished. Empty:
// there is nothing to look for.
std::string match_of(std::string_view words);

}  // namespace sejawat::store
