#include "entry_json.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;

base::Error invalid(std::string why) { return base::error(base::Code::invalid_argument, std::move(why)); }

base::Status text_into(const json::object& from, std::string_view key, std::string& to) {
  const auto* value = from.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string()) return invalid(std::string(key) + ": not a string");
  to = std::string(value->get_string());
  return {};
}

base::Status check_keys(const json::object& object, std::initializer_list<std::string_view> allowed) {
  for (const auto& member : object) {
    bool known = false;
    for (const auto& key : allowed) known = known || member.key() == key;
    if (!known) return invalid("unknown key: " + std::string(member.key()));
  }
  return {};
}

base::Result<cycle::JournalEvent> event_from(const json::value& value) {
  if (!value.is_object()) return invalid("events: not an object");
  const auto& object = value.get_object();
  SJ_TRY_STATUS(check_keys(object, {"element", "domain", "happened", "expected", "gap"}));
  cycle::JournalEvent event;
  std::string domain;
  SJ_TRY_STATUS(text_into(object, "domain", domain));
  const auto known = cycle::domain_from(domain);
  if (!known) return invalid("domain: pupils, methods or teacher");
  event.domain = *known;
  SJ_TRY_STATUS(text_into(object, "happened", event.happened));
  SJ_TRY_STATUS(text_into(object, "expected", event.expected));
  SJ_TRY_STATUS(text_into(object, "gap", event.gap));
  if (const auto* element = object.if_contains("element"); element != nullptr && element->is_int64()) {
    if (element->get_int64() < 0 || element->get_int64() > UINT32_MAX) return invalid("element");
    event.element = static_cast<std::uint32_t>(element->get_int64());
  }
  return event;
}

}  // namespace

base::Result<cycle::JournalEntry> entry_from_json(std::string_view line) {
  json::error_code code;
  json::parse_options options;
  options.max_depth = 8;
  const json::value value = json::parse({line.data(), line.size()}, code, {}, options);
  if (code) return invalid("not JSON: " + code.message());
  if (!value.is_object()) return invalid("not a JSON object");
  const auto& object = value.get_object();
  SJ_TRY_STATUS(check_keys(object, {"id", "date", "class", "subject", "period", "kind", "trial_id", "events",
                                    "mood", "tags", "trashed", "conflicts", "restored_by_edit", "written"}));
  cycle::JournalEntry entry;
  std::string id;
  SJ_TRY_STATUS(text_into(object, "id", id));
  if (!id.empty()) {
    base::Bytes bytes;
    std::optional<base::ObjectId> parsed;
    if (base::from_hex(id, bytes)) parsed = base::ObjectId::from(bytes);
    if (!parsed) return invalid("id: 16 hexadecimal digits");
    entry.id = *parsed;
  }
  SJ_TRY_STATUS(text_into(object, "date", entry.date));
  SJ_TRY_STATUS(text_into(object, "class", entry.class_name));
  SJ_TRY_STATUS(text_into(object, "subject", entry.subject));
  SJ_TRY_STATUS(text_into(object, "period", entry.period));
  SJ_TRY_STATUS(text_into(object, "kind", entry.kind));
  SJ_TRY_STATUS(text_into(object, "trial_id", entry.trial_id));
  SJ_TRY_STATUS(text_into(object, "mood", entry.mood));
  if (const auto* events = object.if_contains("events"); events != nullptr) {
    if (!events->is_array()) return invalid("events: not a list");
    for (const auto& item : events->get_array()) {
      SJ_TRY(auto event, event_from(item));
      entry.events.push_back(std::move(event));
    }
  }
  if (const auto* tags = object.if_contains("tags"); tags != nullptr) {
    if (!tags->is_array()) return invalid("tags: not a list");
    for (const auto& item : tags->get_array()) {
      if (!item.is_string()) return invalid("tags: not a string");
      entry.tags.emplace_back(item.get_string());
    }
  }
  SJ_TRY_STATUS(cycle::validate(entry));
  return entry;
}

boost::json::object entry_to_json(const cycle::JournalView& view) {
  const auto& entry = view.entry;
  json::object object;
  object["id"] = entry.id.hex();
  object["date"] = entry.date;
  if (!entry.class_name.empty()) object["class"] = entry.class_name;
  if (!entry.subject.empty()) object["subject"] = entry.subject;
  if (!entry.period.empty()) object["period"] = entry.period;
  object["kind"] = entry.kind;
  if (!entry.trial_id.empty()) object["trial_id"] = entry.trial_id;
  json::array events;
  for (const auto& event : entry.events) {
    json::object item;
    item["element"] = event.element;
    item["domain"] = cycle::domain_name(event.domain);
    item["happened"] = event.happened;
    item["expected"] = event.expected;
    item["gap"] = event.gap;
    events.push_back(std::move(item));
  }
  object["events"] = std::move(events);
  if (!entry.mood.empty()) object["mood"] = entry.mood;
  json::array tags;
  for (const auto& tag : entry.tags) tags.emplace_back(tag);
  object["tags"] = std::move(tags);
  object["written"] = view.wall_ms / 1000;
  if (view.trashed) object["trashed"] = true;
  if (view.restored_by_edit) object["restored_by_edit"] = true;
  if (!view.conflicts.empty()) {
    json::array conflicts;
    for (const auto& conflict : view.conflicts) {
      json::array values;
      for (const auto& value : conflict.values) values.emplace_back(value);
      conflicts.push_back(
          {{"element", conflict.element}, {"field", conflict.field}, {"values", std::move(values)}});
    }
    object["conflicts"] = std::move(conflicts);
  }
  return object;
}

}  // namespace sejawat::cli
