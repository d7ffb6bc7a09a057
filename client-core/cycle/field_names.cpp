#include "cycle/field_names.h"

#include "cycle/schema.h"
#include "journal_cells.h"
#include "record_cells.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

NamedValue of_entry(const log::Cell& cell) {
  NamedValue named{cell.element, "field_" + std::to_string(cell.field), cell.value};
  if (!is_known(cell.element, cell.field)) return named;
  named.name = cell.element >= kTagElements ? "tag" : field_name(cell.element, cell.field);
  if (named.value) named.value = value_name(cell.element, cell.field, *named.value);
  return named;
}

NamedValue of_record(const Entity& entity, const log::Cell& cell) {
  NamedValue named{cell.element, "field_" + std::to_string(cell.field), cell.value};
  const Field* field = field_at(entity, cell.element, cell.field);
  if (field == nullptr) return named;
  named.name = field->name;
  if (named.value) named.value = decode_value(*field, *named.value);
  return named;
}

std::vector<NamedValue> of_step(const Entity& entity, const log::Op& op) {
  std::vector<NamedValue> named;
  const auto step = step_of({{}, op});
  if (!step) return named;
  const auto state = [&](std::uint8_t number) {
    const State* found = entity.states.by_number(number);
    return found == nullptr ? "#" + std::to_string(number) : std::string(found->name);
  };
  named.push_back({0, "from", state(step->from)});
  named.push_back({0, "to", state(step->to)});
  if (!step->reason.empty()) named.push_back({0, "reason", step->reason});
  if (!step->until.empty()) named.push_back({0, "until", step->until});
  return named;
}

}  // namespace

std::vector<NamedValue> named_values(const log::Op& op) {
  std::vector<NamedValue> named;
  const Entity* record = entity(op.type);
  if (record != nullptr && op.kind == log::OpKind::append) return of_step(*record, op);
  for (const auto& cell : op.cells) {
    if (record != nullptr && cell.element == 0 && cell.field == kOriginField) continue;
    if (op.type == kJournalEntryType) {
      named.push_back(of_entry(cell));
    } else if (record != nullptr) {
      named.push_back(of_record(*record, cell));
    } else {
      named.push_back({cell.element, "field_" + std::to_string(cell.field), cell.value});
    }
  }
  return named;
}

}  // namespace sejawat::cycle
