// The words of the schema for people: kinds of records, fields, states, choices (glossary of the product).
#pragma once

#include <string>

#include "cycle/schema.h"

namespace sejawat::cycle {

// The stable English key itself, without underscores, when there is no word for it.
std::string label(const std::string& key, bool english);
// What a field holds, as programs are told it: "text", "prose" … Stable, never shown to people.
const char* kind_name(FieldKind kind);

}  // namespace sejawat::cycle
