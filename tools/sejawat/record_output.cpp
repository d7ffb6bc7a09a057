#include "record_output.h"

#include <iostream>

#include "cycle/categories.h"
#include "cycle/names.h"
#include "labels.h"

namespace sejawat::cli {
namespace {

namespace json = boost::json;
constexpr std::size_t kPage = 500;

// Persons by name, choices and records by their key; numbers stay text, as the schema gives them.
json::value value_json(Room& room, const cycle::Field& field, const std::string& value) {
  if (field.kind != cycle::FieldKind::person) return json::value(value);
  base::Bytes bytes;
  std::optional<base::PersonId> id;
  if (base::from_hex(value, bytes)) id = base::PersonId::from(bytes);
  const std::string name = id ? room.name_of(*id) : "";
  json::object object{{"person", value}, {"name", name}};
  if (name.empty()) object["name"] = nullptr;
  return object;
}

json::object values_json(Room& room, const std::vector<cycle::Field>& fields, const cycle::Values& values) {
  json::object object;
  for (const auto& field : fields) {
    const auto found = values.find(field.name);
    if (found == values.end() || found->second.empty()) continue;
    object[field.name] = value_json(room, field, found->second);
  }
  return object;
}

// Who took a step or wrote a version. The hidden owner stays hidden there as well.
json::value person_json(Room& room, const cycle::RecordView& view, bool hidden,
                        const std::optional<base::PersonId>& who) {
  if (!who || (hidden && *who == view.owner)) return nullptr;
  const std::string name = room.name_of(*who);
  return name.empty() ? json::value() : json::value(name);
}

const char* unfit_name(cycle::Unfit why) {
  switch (why) {
    case cycle::Unfit::none: return "none";
    case cycle::Unfit::moved_on: return "moved_on";
    case cycle::Unfit::not_permitted: return "not_permitted";
    case cycle::Unfit::impossible: return "impossible";
  }
  return "none";
}

json::object step_json(Room& room, const cycle::RecordView& view, bool hidden, const cycle::StepView& step) {
  json::object object{{"from", step.from},
                      {"to", step.to},
                      {"by", person_json(room, view, hidden, step.by)},
                      {"date", room.date_of(step.wall_ms)}};
  if (!step.reason.empty()) object["reason"] = step.reason;
  if (!step.until.empty()) object["until"] = step.until;
  return object;
}

std::string shown_value(Room& room, const cycle::Field& field, const std::string& value) {
  if (field.kind == cycle::FieldKind::choice || field.kind == cycle::FieldKind::yes_no)
    return label(value, room.english());
  if (field.kind != cycle::FieldKind::person) return value;
  const auto named = value_json(room, field, value);
  const auto& name = named.as_object().at("name");
  return name.is_string() ? std::string(name.as_string()) : value;
}

void print_values(Room& room, const std::vector<cycle::Field>& fields, const cycle::Values& values,
                  const char* indent) {
  for (const auto& field : fields) {
    const auto found = values.find(field.name);
    if (found == values.end() || found->second.empty()) continue;
    std::cout << indent << label(field.name, room.english()) << ": "
              << shown_value(room, field, found->second) << "\n";
  }
}

// What was said with a step: the answer to a request, why something was closed, until when it waits.
base::Status print_words_of_steps(Room& room, const cycle::Entity& entity, const cycle::RecordView& view) {
  SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), view));
  for (const auto& step : view.steps) {
    if (step.reason.empty() && step.until.empty()) continue;
    const auto by = person_json(room, view, hidden, step.by);
    std::cout << "    [" << label(std::string(entity.name) + "." + step.to, room.english()) << "]  "
              << (step.until.empty() ? "" : step.until + "  ") << step.reason << "  — "
              << (by.is_string() ? std::string(by.as_string()) : named_or_hidden(room, {})) << ", "
              << room.date_of(step.wall_ms) << "\n";
  }
  return {};
}

}  // namespace

std::string dot_text(const log::Dot& dot) { return dot.branch.hex() + "." + std::to_string(dot.position); }

base::Result<log::Dot> dot_from(const std::string& text) {
  const auto split = text.find('.');
  base::Bytes bytes;
  std::optional<base::LogId> branch;
  if (split != std::string::npos && base::from_hex(text.substr(0, split), bytes))
    branch = base::LogId::from(bytes);
  const std::string digits = split == std::string::npos ? "" : text.substr(split + 1);
  if (!branch || digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return base::error(base::Code::invalid_argument, "change: as the list shows it");
  return log::Dot{*branch, static_cast<std::uint64_t>(std::stoull(digits))};
}

base::Result<std::string> category_name(Room& room, const std::string& key) {
  SJ_TRY(auto spaces, room.communities());
  SJ_TRY(auto list, cycle::categories(room.records(), spaces));
  for (const auto& category : list) {
    if (category.key == key) return room.english() ? category.english : category.indonesian;
  }
  return key;
}

std::string named_or_hidden(Room& room, const base::PersonId& person) {
  if (person.is_zero()) return room.say("(nama disamarkan)", "(name hidden)");
  const std::string name = room.name_of(person);
  return name.empty() ? "-" : name;
}

base::Result<json::value> by_json(Room& room, const cycle::RecordView& view) {
  SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), view));
  return person_json(room, view, hidden, view.owner);
}

base::Result<json::object> record_json(Room& room, const cycle::RecordView& view) {
  const cycle::Entity& entity = *cycle::entity(view.record.type);
  SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), view));
  json::object object{{"id", view.record.id.hex()},    {"record", entity.name},
                      {"space", view.space.hex()},     {"by", person_json(room, view, hidden, view.owner)},
                      {"name_hidden", hidden},         {"own", view.owner == room.core().person()},
                      {"begun", view.begun_ms / 1000}, {"changed", view.changed_ms / 1000}};
  if (entity.has_states()) {
    object["state"] = view.state;
    object["ended"] = view.ended;
  }
  if (view.trashed) object["trashed"] = true;
  if (view.restored_by_edit) object["restored_by_edit"] = true;
  object["values"] = values_json(room, entity.fields, view.record.values);
  json::object parts;
  for (const auto& part : entity.parts) {
    const auto found = view.record.parts.find(part.name);
    if (found == view.record.parts.end()) continue;
    json::array rows;
    for (const auto& one : found->second) {
      json::object row = values_json(room, part.fields, one.values);
      row["element"] = one.element;
      rows.push_back(std::move(row));
    }
    parts[part.name] = std::move(rows);
  }
  object["parts"] = std::move(parts);
  json::array steps;
  for (const auto& step : view.steps) steps.push_back(step_json(room, view, hidden, step));
  if (entity.has_states()) object["steps"] = std::move(steps);
  json::array intents;
  for (const auto& intent : view.intents) {
    json::object row = step_json(room, view, hidden, intent);
    row["intent"] = dot_text(intent.dot);
    row["why"] = unfit_name(intent.unfit);
    row["dismissed"] = intent.dismissed;
    intents.push_back(std::move(row));
  }
  if (!intents.empty()) object["intents"] = std::move(intents);
  json::array conflicts;
  for (const auto& field : view.versions) {
    json::array versions;
    for (const auto& version : field.versions) {
      versions.push_back(json::object{{"value", version.value},
                                      {"by", person_json(room, view, hidden, version.by)},
                                      {"date", room.date_of(version.wall_ms)}});
    }
    json::object row{{"field", field.field}, {"merged", field.merged}, {"versions", std::move(versions)}};
    if (!field.part.empty()) {
      row["part"] = field.part;
      row["element"] = field.element;
    }
    conflicts.push_back(std::move(row));
  }
  if (!conflicts.empty()) object["conflicts"] = std::move(conflicts);
  return object;
}

base::Result<std::string> record_line(Room& room, const cycle::RecordView& view) {
  const cycle::Entity& entity = *cycle::entity(view.record.type);
  SJ_TRY(const bool hidden, cycle::name_hidden(room.records(), view));
  const std::string date = entity.date == nullptr ? "" : view.value(entity.date);
  std::string line = (date.empty() ? room.date_of(view.begun_ms) : date) + "  " + view.record.id.hex() + "  ";
  if (entity.has_states())
    line += "[" + label(std::string(entity.name) + "." + view.state, room.english()) + "]  ";
  std::string title = entity.title == nullptr ? "" : view.value(entity.title);
  if (title.empty() && view.record.type == cycle::kTrial) {
    base::Bytes bytes;
    if (base::from_hex(view.value("alternative"), bytes)) {
      if (const auto id = base::ObjectId::from(bytes)) {
        auto option = room.records().show(*id);
        if (option.ok()) title = option->value("title");
      }
    }
  }
  line += title.empty() ? label(entity.name, room.english()) : title.substr(0, title.find('\n'));
  line += "  — " + (hidden ? named_or_hidden(room, {}) : named_or_hidden(room, view.owner));
  if (view.conflicted()) line += room.say("  [dua versi]", "  [two versions]");
  if (view.open_intents() > 0) line += room.say("  [usulan menunggu]", "  [a proposed change waits]");
  if (view.trashed) line += room.say("  [di tempat sampah]", "  [in the trash]");
  if (view.restored_by_edit)
    line += room.say("  [dipulihkan karena disunting]", "  [restored because it was edited]");
  return line;
}

base::Status print_record(Room& room, const cycle::RecordView& view, bool whole) {
  if (room.json()) {
    SJ_TRY(auto object, record_json(room, view));
    room.session().print(object);
    return {};
  }
  SJ_TRY(auto line, record_line(room, view));
  std::cout << line << "\n";
  if (!whole) return {};
  const cycle::Entity& entity = *cycle::entity(view.record.type);
  cycle::Values values = view.record.values;
  if (const auto key = values.find("category"); key != values.end()) {
    SJ_TRY(key->second, category_name(room, key->second));
  }
  print_values(room, entity.fields, values, "    ");
  for (const auto& part : entity.parts) {
    const auto found = view.record.parts.find(part.name);
    if (found == view.record.parts.end()) continue;
    std::cout << "    " << label(part.name, room.english()) << "\n";
    for (const auto& one : found->second) {
      std::cout << "      " << one.element << "\n";
      print_values(room, part.fields, one.values, "        ");
    }
  }
  return print_words_of_steps(room, entity, view);
}

base::Status print_records(Room& room, const std::vector<cycle::RecordView>& views) {
  for (const auto& view : views) SJ_TRY_STATUS(print_record(room, view, false));
  return {};
}

base::Status print_made(Room& room, const base::ObjectId& id) {
  if (room.json()) {
    room.session().print(json::object{{"id", id.hex()}});
  } else {
    std::cout << id.hex() << "\n";
  }
  return {};
}

base::Result<std::vector<cycle::RecordView>> all_records(Room& room, store::RecordFilter filter,
                                                         std::size_t limit) {
  std::vector<cycle::RecordView> all;
  for (;;) {
    filter.limit = limit == 0 ? kPage : std::min(kPage, limit - all.size());
    SJ_TRY(auto page, room.records().list(filter));
    const bool last = page.size() < filter.limit;
    for (auto& view : page) all.push_back(std::move(view));
    if (last || (limit != 0 && all.size() >= limit)) return all;
    filter.after = cycle::key_of(all.back());
  }
}

}  // namespace sejawat::cli
