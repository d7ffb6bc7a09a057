#include "journal_cells.h"

#include <algorithm>

namespace sejawat::cycle {
namespace {

// FNV-1a: the same tag is the same element on every device.
std::uint32_t tag_element(std::string_view tag) {
  std::uint32_t hash = 2166136261U;
  for (const char c : tag) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return kTagElements | (hash & 0x0FFFFFFFU);
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

}  // namespace

std::vector<log::Cell> cells_of(const JournalEntry& entry) {
  std::vector<log::Cell> cells;
  put(cells, 0, number(EntryField::date), entry.date);
  put(cells, 0, number(EntryField::class_name), entry.class_name);
  put(cells, 0, number(EntryField::subject), entry.subject);
  put(cells, 0, number(EntryField::period), entry.period);
  if (entry.kind != "daily") put(cells, 0, number(EntryField::kind), entry.kind);
  put(cells, 0, number(EntryField::mood), entry.mood);
  put(cells, 0, number(EntryField::trial_id), entry.trial_id);
  std::uint32_t next = 1;
  for (const auto& event : entry.events) {
    const std::uint32_t element = event.element != 0 ? event.element : next;
    next = std::max(next, element) + 1;
    put(cells, element, number(EventField::domain), std::string(1, static_cast<char>(event.domain)));
    put(cells, element, number(EventField::happened), event.happened);
    put(cells, element, number(EventField::expected), event.expected);
    put(cells, element, number(EventField::gap), event.gap);
  }
  for (const auto& tag : entry.tags) put(cells, tag_element(tag), kTagField, tag);
  return cells;
}

const char* field_name(std::uint32_t element, std::uint32_t field) {
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

JournalView view_of(const base::ObjectId& id, const fold::ObjectState& state) {
  JournalView view;
  view.entry.id = id;
  view.trashed = state.trashed;
  view.restored_by_edit = state.restored_by_edit;
  view.wall_ms = state.wall_ms;
  for (const auto& [key, values] : state.registers) {
    if (values.empty()) continue;
    const auto& [element, field] = key;
    const std::string& shown = values.front().bytes;
    if (element >= kTagElements) {
      view.entry.tags.push_back(shown);
    } else if (element == 0) {
      if (auto* text = entry_text(view.entry, field)) *text = shown;
    } else {
      auto& event = event_at(view.entry, element);
      switch (static_cast<EventField>(field)) {
        case EventField::domain:
          if (shown.size() == 1 && shown[0] >= 1 && shown[0] <= 3)
            event.domain = static_cast<Domain>(shown[0]);
          break;
        case EventField::happened: event.happened = shown; break;
        case EventField::expected: event.expected = shown; break;
        case EventField::gap: event.gap = shown; break;
      }
    }
    if (values.size() > 1) {
      JournalView::Conflict conflict{element, field_name(element, field), {}};
      for (const auto& value : values) conflict.values.push_back(value.bytes);
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
    for (const auto& value : conflict.values) text += "\n" + value;
  }
  return text;
}

}  // namespace sejawat::cycle
