// Three-way merge of prose by paragraphs (product B.5): what two people changed in different paragraphs goes
// together; what both changed differently is theirs to decide.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sejawat::cycle {

// nullopt: both changed one place and not alike. Symmetric in `one` and `other`. Costs grow with
// the square of the number of paragraphs, which is capped: texts of more than 400 are not merged.
std::optional<std::string> merge_paragraphs(std::string_view base, std::string_view one,
                                            std::string_view other);

}  // namespace sejawat::cycle
