#include "journal_cells.h"

#include <algorithm>
#include <set>

namespace sejawat::cycle {
namespace {

// FNV-1a: the same tag is the same element on every device.
std::uint32_t tag_element(std::string_view tag) {
  std::uint32_t hash = 2166136261U;
  for (const char c : tag) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return kTagElements | (hash & (kTagElementsEnd - kTagElements - 1));
}

void put(std::vector<log::Cell>& cells, std::uint32_t element, std::uint32_t field,
         const std::string& value) {
  if (!value.empty()) cells.push_back({element, field, value});
}

template <class Field>
std::uint32_t number(Field field) {
  return static_cast<std::uint32_t>(field);
}

std::string* entry_text(JournalEntry& entry, std::uint32_t field) {
  switch (static_cast<EntryField>(field)) {
    case EntryField::date: return &entry.date;
    case EntryField::class_name: return &entry.class_name;
    case EntryField::subject: return &entry.subject;
    case EntryField::period: return &entry.period;
    case EntryField::kind: return &entry.kind;
    case EntryField::mood: return &entry.mood;
    case EntryField::trial_id: return &entry.trial_id;
  }
  return nullptr;
}

JournalEvent& event_at(JournalEntry& entry, std::uint32_t element) {
  for (auto& event : entry.events) {
    if (event.element == element) return event;
  }
  entry.events.push_back({});
  entry.events.back().element = element;
  return entry.events.back();
}

// New events of a new entry take the free numbers from 1 in their order.
std::vector<std::uint32_t> elements_of(const JournalEntry& entry) {
  std::set<std::uint32_t> used;
  for (const auto& event : entry.events) used.insert(event.element);
  std::vector<std::uint32_t> elements;
  std::uint32_t next = 1;
  for (const auto& event : entry.events) {
    std::uint32_t element = event.element;
    if (element == 0) {
      while (used.count(next) != 0) ++next;
      element = next++;
    }
    elements.push_back(element);
  }
  return elements;
}

bool is_domain(const std::string& value) { return value.size() == 1 && value[0] >= 1 && value[0] <= 3; }

}  // namespace

bool is_known(std::uint32_t element, std::uint32_t field) {
  if (element == 0) return field >= number(EntryField::date) && field <= number(EntryField::trial_id);
  if (element < kTagElements) return field >= number(EventField::domain) && field <= number(EventField::gap);
  return element < kTagElementsEnd && field == kTagField;
}

std::vector<log::Cell> cells_of(const JournalEntry& entry) {
  std::vector<log::Cell> cells;
  put(cells, 0, number(EntryField::date), entry.date);
  put(cells, 0, number(EntryField::class_name), entry.class_name);
  put(cells, 0, number(EntryField::subject), entry.subject);
  put(cells, 0, number(EntryField::period), entry.period);
  if (entry.kind != "daily") put(cells, 0, number(EntryField::kind), entry.kind);
  put(cells, 0, number(EntryField::mood), entry.mood);
  put(cells, 0, number(EntryField::trial_id), entry.trial_id);
  const auto elements = elements_of(entry);
  for (std::size_t i = 0; i < entry.events.size(); ++i) {
    const auto& event = entry.events[i];
    const std::uint32_t element = elements[i];
    put(cells, element, number(EventField::domain), std::string(1, static_cast<char>(event.domain)));
    put(cells, element, number(EventField::happened), event.happened);
    put(cells, element, number(EventField::expected), event.expected);
    put(cells, element, number(EventField::gap), event.gap);
  }
  const std::set<std::string> tags(entry.tags.begin(), entry.tags.end());
  for (const auto& tag : tags) put(cells, tag_element(tag), kTagField, tag);
  return cells;
}

const char* field_name(std::uint32_t element, std::uint32_t field) {
  if (!is_known(element, field)) return "unknown";
  if (element >= kTagElements) return "tag";
  if (element != 0) {
    switch (static_cast<EventField>(field)) {
      case EventField::domain: return "domain";
      case EventField::happened: return "happened";
      case EventField::expected: return "expected";
      case EventField::gap: return "gap";
    }
    return "unknown";
  }
  switch (static_cast<EntryField>(field)) {
    case EntryField::date: return "date";
    case EntryField::class_name: return "class";
    case EntryField::subject: return "subject";
    case EntryField::period: return "period";
    case EntryField::kind: return "kind";
    case EntryField::mood: return "mood";
    case EntryField::trial_id: return "trial_id";
  }
  return "unknown";
}

std::string value_name(std::uint32_t element, std::uint32_t field, const std::string& value) {
  if (element == 0 || field != number(EventField::domain)) return value;
  return is_domain(value) ? domain_name(static_cast<Domain>(value[0])) : "unknown";
}

JournalView view_of(const base::ObjectId& id, const fold::ObjectState& state) {
  JournalView view;
  view.entry.id = id;
  view.trashed = state.trashed;
  view.restored_by_edit = state.restored_by_edit;
  view.wall_ms = state.wall_ms;
  view.lamport = state.lamport;
  for (const auto& [key, values] : state.registers) {
    const auto& [element, field] = key;
    if (values.empty() || !is_known(element, field)) continue;
    const std::string& shown = values.front().bytes;
    if (element >= kTagElements) {
      // Two values here are two tags with one hash, not two opinions.
      for (const auto& value : values) view.entry.tags.push_back(value.bytes);
      continue;
    }
    if (element == 0) {
      if (auto* text = entry_text(view.entry, field)) *text = shown;
    } else {
      auto& event = event_at(view.entry, element);
      switch (static_cast<EventField>(field)) {
        case EventField::domain:
          // A domain of a later version shows as the first one; an edit leaves it as it is.
          event.domain = is_domain(shown) ? static_cast<Domain>(shown[0]) : Domain::pupils;
          break;
        case EventField::happened: event.happened = shown; break;
        case EventField::expected: event.expected = shown; break;
        case EventField::gap: event.gap = shown; break;
      }
    }
    if (values.size() > 1) {
      JournalView::Conflict conflict{element, field_name(element, field), {}, {}};
      for (const auto& value : values) {
        conflict.values.push_back(value_name(element, field, value.bytes));
        conflict.written.push_back({value.dots.front(), 0});
      }
      view.conflicts.push_back(std::move(conflict));
    }
  }
  std::sort(view.entry.tags.begin(), view.entry.tags.end());
  return view;
}

std::string searchable_text(const JournalView& view) {
  std::string text = view.entry.class_name + "\n" + view.entry.subject;
  for (const auto& event : view.entry.events)
    text += "\n" + event.happened + "\n" + event.expected + "\n" + event.gap;
  for (const auto& tag : view.entry.tags) text += "\n" + tag;
  for (const auto& conflict : view.conflicts) {
    if (conflict.field == "domain") continue;
    for (const auto& value : conflict.values) text += "\n" + value;
  }
  return text;
}

}  // namespace sejawat::cycle
