// What people and files call a register of an object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cycle/journal.h"

namespace sejawat::cycle {

struct NamedValue {
  std::uint32_t element = 0;
  std::string name;                  // stable and English, as in JSON; of what is not known here its number
  std::optional<std::string> value;  // as JSON has it; nullopt: taken away
};
// What one change says: fields of a journal entry or a record, or the step that it takes. What only says
// whose a record is, is left out.
std::vector<NamedValue> named_values(const log::Op& op);

}  // namespace sejawat::cycle
