// What people and files call a register of an object.
#pragma once

#include <cstdint>
#include <string>

#include "cycle/journal.h"

namespace sejawat::cycle {

// Stable English name, as in JSON; of a type or field that is not known here its number.
std::string field_name_of(std::uint32_t type, std::uint32_t element, std::uint32_t field);
// The value as JSON has it.
std::string field_text_of(std::uint32_t type, std::uint32_t element, std::uint32_t field,
                          const std::string& value);

}  // namespace sejawat::cycle
