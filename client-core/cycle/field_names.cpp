#include "cycle/field_names.h"

#include "journal_cells.h"

namespace sejawat::cycle {

std::string field_name_of(std::uint32_t type, std::uint32_t element, std::uint32_t field) {
  if (type != kJournalEntryType || !is_known(element, field)) return "field_" + std::to_string(field);
  if (element >= kTagElements) return "tag";
  return field_name(element, field);
}

std::string field_text_of(std::uint32_t type, std::uint32_t element, std::uint32_t field,
                          const std::string& value) {
  const bool domain = type == kJournalEntryType && element != 0 && element < kTagElements &&
                      field == static_cast<std::uint32_t>(EventField::domain);
  if (!domain || value.size() != 1) return value;
  const char code = value[0];
  return code >= 1 && code <= 3 ? domain_name(static_cast<Domain>(code)) : value;
}

}  // namespace sejawat::cycle
