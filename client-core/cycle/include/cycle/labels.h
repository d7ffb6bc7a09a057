// The words of the schema for people: kinds of records, fields, states, choices (glossary of the product).
#pragma once

#include <string>

namespace sejawat::cycle {

// The stable English key itself, without underscores, when there is no word for it.
std::string label(const std::string& key, bool english);

}  // namespace sejawat::cycle
