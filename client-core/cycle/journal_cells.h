// How a journal entry lies in the registers of its object. Numbers are signed bytes: append only.
#pragma once

#include "cycle/journal.h"

namespace sejawat::cycle {

enum class EntryField : std::uint32_t {  // element 0
  date = 1,
  class_name = 2,
  subject = 3,
  period = 4,
  kind = 5,
  mood = 6,
  trial_id = 7,
};
enum class EventField : std::uint32_t { domain = 1, happened = 2, expected = 3, gap = 4 };
inline constexpr std::uint32_t kTagField = 10;
inline constexpr std::uint32_t kTagElements =
    kEventElements;  // tags are an OR-set: the element is a hash of the tag
inline constexpr std::uint32_t kTagElementsEnd = 0x50000000;
inline constexpr std::uint32_t kLateEvents =
    1000;  // events added by an edit get a number of their own from here

// Whether this version has a meaning for that register. What it does not know belongs to a later version and
// is never removed, shown or counted.
bool is_known(std::uint32_t element, std::uint32_t field);
// Cells of a whole entry in canonical order; empty texts are not written, equal tags only once.
std::vector<log::Cell> cells_of(const JournalEntry& entry);
JournalView view_of(const base::ObjectId& id, const fold::ObjectState& state);
const char* field_name(std::uint32_t element, std::uint32_t field);
// A value as people and programs outside read it.
std::string value_name(std::uint32_t element, std::uint32_t field, const std::string& value);
std::string searchable_text(const JournalView& view);

}  // namespace sejawat::cycle
