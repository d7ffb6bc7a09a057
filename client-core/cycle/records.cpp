#include <algorithm>
#include <set>

#include "cycle/record.h"
#include "record_view.h"
#include "text_rules.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

base::Error invalid(std::string what) { return base::error(base::Code::invalid_argument, std::move(what)); }

// What each register is to hold. nullopt: nothing.
using Wanted = std::map<fold::RegisterKey, std::optional<std::string>>;

base::Status want(Wanted& wanted, const std::vector<Field>& fields, std::uint32_t element,
                  const Values& values) {
  for (const auto& [name, value] : values) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&name = name](const Field& one) { return name == one.name; });
    if (field == fields.end()) return invalid(name + ": no such field");
    auto& cell = wanted[{element, field->number}];
    if (value.empty()) {
      if (field->required) return invalid(name + ": empty");
      cell.reset();
      continue;
    }
    SJ_TRY(auto bytes, encode_value(*field, value));
    cell = std::move(bytes);
  }
  return {};
}

base::Status check_required(const std::vector<Field>& fields, const Values& values) {
  for (const auto& field : fields) {
    const auto found = values.find(field.name);
    if (field.required && (found == values.end() || found->second.empty())) {
      return invalid(std::string(field.name) + ": missing");
    }
  }
  return {};
}

// Numbers a part that has none. `fresh`: of a record that begins with it.
base::Result<std::uint32_t> identity_of(const Part& part, const PartValues& values, std::uint32_t fresh,
                                        const log::Dot& dot) {
  if (part.set) {
    const auto found = values.values.find(part.fields.front().name);
    if (found == values.values.end()) return invalid(std::string(part.name) + ": empty");
    SJ_TRY(auto bytes, encode_value(part.fields.front(), found->second));
    return set_identity(bytes);
  }
  return fresh != 0 ? fresh : late_identity(dot, 0);
}

bool is_fixed(const RecordReading& reading) {
  const State* state = reading.entity->states.by_name(reading.view.state);
  return state != nullptr && state->fixed;
}

// Whether a wish for the state that a record stands at says nothing that was not said on the way there.
bool said_already(const RecordReading& reading, const StepWish& wish, const base::PersonId& who) {
  const auto& steps = reading.view.steps;
  const std::string until = reading.standing.steps.empty() ? "" : reading.standing.steps.back().until;
  const Transition* again = reading.entity->states.find(reading.standing.state, reading.standing.state);
  const bool any_day = wish.until.empty() && (again == nullptr || !again->needs_date);
  if (!any_day && wish.until != until) return false;
  if (wish.reason.empty()) return true;
  return std::any_of(steps.begin(), steps.end(), [&](const StepView& step) {
    return step.to == wish.to && step.reason == wish.reason && step.by && *step.by == who;
  });
}

// The steps that a deletion is to have seen: all that stand or agree, or it would not count. Others as well,
// since they may stand elsewhere; but anybody may take steps that count for nothing, from as many logs as
// they like, and honest people have a few logs each.
std::vector<log::Dot> steps_within_caps(const RecordReading& reading, const People& people) {
  constexpr std::size_t kLogsOfOne = 16;
  std::vector<log::Dot> dots;
  std::set<log::Dot> named;
  for (const auto* steps : {&reading.standing.steps, &reading.standing.agreed}) {
    for (const auto& step : *steps) {
      if (named.insert(step.dot).second) dots.push_back(step.dot);
    }
  }
  std::map<base::PersonId, std::set<base::LogId>> of_one;
  for (const auto& dot : reading.step_dots) {
    if (dots.size() >= log::kMaxSupersedesPerOp) break;
    const auto by = people.author_of(reading.view.space, dot.branch);
    if (!by || named.count(dot) != 0) continue;
    auto& theirs = of_one[*by];
    if (theirs.count(dot.branch) == 0 && theirs.size() == kLogsOfOne) continue;
    theirs.insert(dot.branch);
    dots.push_back(dot);
  }
  return dots;
}

}  // namespace

Records::Records(store::Store& store, fold::OpCodec codec, const People& people, base::Random& random)
    : store_(store), codec_(std::move(codec)), people_(people), random_(random) {}

base::Result<std::vector<fold::DottedOp>> Records::ops_of(const base::SpaceId& space,
                                                          const base::ObjectId& id) {
  SJ_TRY(auto stored, store_.ops_of(space, id));
  std::vector<fold::DottedOp> ops;
  ops.reserve(stored.size());
  for (const auto& item : stored) {
    SJ_TRY(auto op, codec_.decode(item.bytes));
    ops.push_back({item.dot, std::move(op)});
  }
  return ops;
}

base::Result<RecordReading> Records::read(const base::ObjectId& id) {
  SJ_TRY(auto row, store_.records_of_cycle().get(id));
  if (!row) return base::error(base::Code::not_found, "record");
  SJ_TRY(auto ops, ops_of(row->space, id));
  return read_record(row->space, id, std::move(ops), people_);
}

base::Status Records::write(const Pen& pen, const RecordReading& of, log::Op op) {
  // Where one writes is where the record is.
  if (!(of.view.space == pen.space)) return base::error(base::Code::internal, "a record of another space");
  std::sort(op.supersedes.begin(), op.supersedes.end());
  op.supersedes.erase(std::unique(op.supersedes.begin(), op.supersedes.end()), op.supersedes.end());
  op.object = of.view.record.id;
  op.type = of.entity->type;
  const auto id = op.object;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, pen.space, pen.log, std::move(op), pen.wall_ms));
  static_cast<void>(dot);
  return refresh({{pen.space, id}});
}

base::Result<base::ObjectId> Records::begin(const Pen& pen, const Record& record) {
  const Entity* known = entity(record.type);
  if (known == nullptr) return invalid("type: unknown");
  SJ_TRY_STATUS(check_required(known->fields, record.values));
  Wanted wanted;
  SJ_TRY_STATUS(want(wanted, known->fields, 0, record.values));
  for (const auto& [name, parts] : record.parts) {
    const Part* part = known->part(name);
    if (part == nullptr) return invalid(name + ": no such part");
    if (parts.size() > part->most) return invalid(name + ": at most " + std::to_string(part->most));
    std::uint32_t next = 1;
    for (const auto& one : parts) {
      SJ_TRY_STATUS(check_required(part->fields, one.values));
      SJ_TRY(auto identity, identity_of(*part, one, next++, {}));
      SJ_TRY_STATUS(want(wanted, part->fields, element_of(*part, identity), one.values));
    }
  }
  log::Op op;
  op.type = known->type;
  OriginNonce nonce;
  for (;;) {
    random_.fill(nonce);
    op.object = record_id_for(pen.space, pen.person, nonce);
    SJ_TRY(auto taken, store_.records_of_cycle().get(op.object));
    if (!taken) break;
  }
  op.cells.push_back({0, kOriginField, std::string(nonce.begin(), nonce.end())});
  for (auto& [key, value] : wanted) {
    if (value) op.cells.push_back({key.first, key.second, std::move(value)});
  }
  const auto id = op.object;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, pen.space, pen.log, std::move(op), pen.wall_ms));
  static_cast<void>(dot);
  SJ_TRY_STATUS(refresh({{pen.space, id}}));
  return id;
}

base::Status Records::change(const Pen& pen, const Change& change) {
  SJ_TRY(auto reading, read(change.id));
  if ((relation(reading, reading.view.space, people_, pen.person) & reading.entity->edited_by) == 0 ||
      is_fixed(reading)) {
    return base::error(base::Code::not_permitted, reading.entity->name);
  }
  Wanted wanted;
  SJ_TRY_STATUS(want(wanted, reading.entity->fields, 0, change.values));
  SJ_TRY(auto position, store_.next_position(pen.space, pen.log));
  for (const auto& [name, parts] : change.parts) {
    const Part* part = reading.entity->part(name);
    if (part == nullptr) return invalid(name + ": no such part");
    const auto held = reading.view.record.parts.find(name);
    std::set<std::uint32_t> elements;
    if (held != reading.view.record.parts.end()) {
      for (const auto& one : held->second) elements.insert(one.element);
    }
    // Two who added apart may have made more than there can be: those are changed and taken away one by one.
    const std::size_t most = std::max<std::size_t>(part->most, elements.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const PartValues& one = parts[i];
      std::uint32_t element = one.element;
      if (element == 0 || part->set) {
        if (!one.remove) SJ_TRY_STATUS(check_required(part->fields, one.values));
        SJ_TRY(auto identity,
               identity_of(*part, one, part->set ? 1 : late_identity({pen.log, position}, i), {}));
        element = element_of(*part, identity);
      } else if (elements.count(element) == 0) {
        return invalid(name + ": no such element");
      }
      if (one.remove) {
        for (const auto& field : part->fields) wanted[{element, field.number}].reset();
        elements.erase(element);
        continue;
      }
      elements.insert(element);
      SJ_TRY_STATUS(want(wanted, part->fields, element, one.values));
    }
    if (elements.size() > most) return invalid(name + ": at most " + std::to_string(part->most));
  }

  log::Op op;
  for (auto& [key, value] : wanted) {
    const auto held = reading.state.registers.find(key);
    const bool empty = held == reading.state.registers.end() || held->second.empty();
    if (empty && !value) continue;
    if (!empty) {
      if (value && held->second.size() == 1 && held->second.front().bytes == *value) continue;
      for (const auto& old : held->second)
        op.supersedes.insert(op.supersedes.end(), old.dots.begin(), old.dots.end());
    }
    op.cells.push_back({key.first, key.second, std::move(value)});
  }
  if (op.cells.empty() && reading.state.trash_dots.empty()) return {};
  op.supersedes.insert(op.supersedes.end(), reading.state.trash_dots.begin(), reading.state.trash_dots.end());
  return write(pen, reading, std::move(op));
}

base::Status Records::step(const Pen& pen, const StepWish& wish) {
  SJ_TRY(auto reading, read(wish.id));
  const StateMachine& machine = reading.entity->states;
  const State* to = machine.by_name(wish.to);
  if (to == nullptr) return invalid("step: no such state");
  SJ_TRY_STATUS(check_text(wish.reason, kMaxText, "reason"));
  if (!wish.until.empty() && !days_of(wish.until)) return invalid("until: a calendar day as YYYY-MM-DD");
  const Transition* transition = machine.find(reading.standing.state, to->number);
  if (reading.view.state == wish.to) {
    if (said_already(reading, wish, pen.person)) return {};
    // Never "done" where the words would be written nowhere.
    if (transition == nullptr)
      return base::error(base::Code::already_exists, "step: " + wish.to + " already, in other words");
  }
  if (transition == nullptr) return invalid("step: not from " + reading.view.state + " to " + wish.to);
  if ((relation(reading, reading.view.space, people_, pen.person) & transition->who) == 0) {
    return base::error(base::Code::not_permitted, std::string(reading.entity->name) + " to " + wish.to);
  }
  if (transition->needs_reason && wish.reason.empty()) return invalid("reason: missing");
  if (transition->needs_date && wish.until.empty()) return invalid("until: missing");
  StepOp step;
  step.from = reading.standing.state;
  step.to = to->number;
  step.reason = wish.reason;
  step.until = wish.until;
  if (reading.standing.last) step.saw.push_back(*reading.standing.last);
  if (wish.takes) step.saw.push_back(*wish.takes);
  return write(pen, reading, step_op(*reading.entity, step));
}

base::Status Records::dismiss(const Pen& pen, const base::ObjectId& id, const log::Dot& intent) {
  SJ_TRY(auto reading, read(id));
  const auto found = std::find_if(reading.standing.intents.begin(), reading.standing.intents.end(),
                                  [&](const Standing::Intent& one) { return one.step.dot == intent; });
  if (found == reading.standing.intents.end()) return base::error(base::Code::not_found, "intent");
  if (found->dismissed) return {};
  const auto by = people_.author_of(reading.view.space, intent.branch);
  const auto bits = relation(reading, reading.view.space, people_, pen.person);
  if (!may_dismiss(pen.person, bits, by)) return base::error(base::Code::not_permitted, "intent");
  StepOp step;
  step.saw.push_back(intent);
  return write(pen, reading, step_op(*reading.entity, step));
}

base::Status Records::trash(const Pen& pen, const base::ObjectId& id) {
  SJ_TRY(auto reading, read(id));
  if (reading.view.trashed) return {};
  if ((relation(reading, reading.view.space, people_, pen.person) &
       (reading.entity->edited_by | Who::owner)) == 0) {
    return base::error(base::Code::not_permitted, reading.entity->name);
  }
  log::Op op;
  op.kind = log::OpKind::trash;
  op.supersedes = reading.state.live_dots;
  const auto steps = steps_within_caps(reading, people_);
  op.supersedes.insert(op.supersedes.end(), steps.begin(), steps.end());
  return write(pen, reading, std::move(op));
}

base::Status Records::restore(const Pen& pen, const base::ObjectId& id) {
  SJ_TRY(auto reading, read(id));
  if (!reading.view.trashed) return {};
  if ((relation(reading, reading.view.space, people_, pen.person) &
       (reading.entity->edited_by | Who::owner)) == 0) {
    return base::error(base::Code::not_permitted, reading.entity->name);
  }
  log::Op op;
  op.supersedes = reading.state.trash_dots;
  return write(pen, reading, std::move(op));
}

base::Status Records::clear(const Pen& pen, const base::ObjectId& id) {
  SJ_TRY(auto reading, read(id));
  if ((relation(reading, reading.view.space, people_, pen.person) & Who::owner) == 0) {
    return base::error(base::Code::not_permitted, reading.entity->name);
  }
  log::Op op;
  for (const auto& [key, held] : reading.state.registers) {
    if (held.empty() || (key.first == 0 && key.second == kOriginField)) continue;
    op.cells.push_back({key.first, key.second, std::nullopt});
    for (const auto& value : held) {
      op.supersedes.insert(op.supersedes.end(), value.dots.begin(), value.dots.end());
    }
  }
  if (op.cells.empty()) return {};
  return write(pen, reading, std::move(op));
}

base::Status Records::undo(const Pen& pen, const base::ObjectId& id, const log::Dot& dot) {
  SJ_TRY(auto reading, read(id));
  if ((relation(reading, reading.view.space, people_, pen.person) & reading.entity->edited_by) == 0 ||
      is_fixed(reading)) {
    return base::error(base::Code::not_permitted, reading.entity->name);
  }
  auto op = undoing(reading.counting, dot);
  if (!op) return base::error(base::Code::not_found, "change");
  for (const auto& cell : op->cells) {
    if (cell.element == 0 && cell.field == kOriginField) return invalid("the beginning cannot be undone");
  }
  return write(pen, reading, std::move(*op));
}

base::Status Records::put_row(const RecordReading& reading) {
  const RecordView& view = reading.view;
  store::RecordRow row;
  row.space = view.space;
  row.object = view.record.id;
  row.type = reading.entity->type;
  row.state = reading.entity->has_states() ? reading.standing.state : 0;
  row.ended = view.ended;
  row.owner = view.owner;
  row.trashed = view.trashed;
  row.conflicted = view.conflicted();
  row.open_intents = view.open_intents();
  row.lamport = view.lamport;
  row.wall_ms = view.changed_ms;
  constexpr std::int64_t kDay = 24 * 60 * 60 * 1000;
  row.date = reading.entity->date != nullptr ? view.value(reading.entity->date) : std::string();
  if (row.date.empty()) {
    // Wall clocks decide nothing; this one only orders a list. A day no calendar has goes last.
    const std::int64_t days = view.begun_ms / kDay;
    row.date = days >= 0 && days < 2932896 ? date_of(days) : "0001-01-01";
  }
  for (const auto& field : reading.entity->fields) {
    if (field.kind != FieldKind::record) continue;
    base::Bytes bytes;
    if (!base::from_hex(view.value(field.name), bytes)) continue;
    if (const auto to = base::ObjectId::from(bytes)) row.links.push_back({field.number, *to});
  }
  row.text = searchable_text(reading);
  return store_.records_of_cycle().put(row);
}

base::Status Records::refresh(const std::vector<fold::Touched>& touched) {
  for (const auto& item : touched) {
    SJ_TRY(auto ops, ops_of(item.space, item.object));
    auto reading = read_record(item.space, item.object, std::move(ops), people_);
    if (reading.ok()) {
      SJ_TRY_STATUS(put_row(*reading));
    } else if (reading.code() == base::Code::not_found) {
      // A fence took its beginning away, or it has not come.
      SJ_TRY(auto row, store_.records_of_cycle().get(item.object));
      if (row && row->space == item.space) SJ_TRY_STATUS(store_.records_of_cycle().remove(item.object));
    } else {
      return std::move(reading).error();
    }
  }
  return {};
}

base::Result<RecordView> Records::show(const base::ObjectId& id) {
  SJ_TRY(auto reading, read(id));
  return std::move(reading.view);
}

base::Status Records::add_view(const store::RecordRow& row, std::vector<RecordView>& views) {
  SJ_TRY(auto ops, ops_of(row.space, row.object));
  auto reading = read_record(row.space, row.object, std::move(ops), people_);
  if (reading.code() == base::Code::not_found) return {};  // one that does not read must not hide the others
  if (!reading.ok()) return std::move(reading).error();
  views.push_back(std::move(reading->view));
  views.back().date = row.date;
  return {};
}

base::Result<std::vector<RecordView>> Records::list(const store::RecordFilter& filter) {
  SJ_TRY(auto rows, store_.records_of_cycle().list(filter));
  std::vector<RecordView> views;
  views.reserve(rows.size());
  for (const auto& row : rows) SJ_TRY_STATUS(add_view(row, views));
  return views;
}

base::Result<std::vector<RecordView>> Records::all(store::RecordFilter filter, std::size_t of_one) {
  filter.limit = 20'000;  // rows are small, and a page walks over all of what is asked for
  std::map<base::PersonId, std::size_t> seen;
  std::vector<RecordView> views;
  for (;;) {
    SJ_TRY(auto rows, store_.records_of_cycle().list(filter));
    for (const auto& row : rows) {
      if (seen[row.owner]++ < of_one) SJ_TRY_STATUS(add_view(row, views));
    }
    if (rows.size() < filter.limit) return views;
    filter.after = store::RecordKey{rows.back().date, rows.back().lamport, rows.back().object};
  }
}

base::Result<std::vector<RecordView>> Records::naming(const base::ObjectId& id, Type type,
                                                      std::string_view field) {
  const Entity* known = entity(type);
  SJ_CHECK(known != nullptr);
  store::RecordFilter filter;
  filter.type = type;
  filter.links_to = id;
  if (!field.empty()) {
    const Field* named = known->field(field);
    SJ_CHECK(named != nullptr);
    filter.link_field = named->number;
  }
  SJ_TRY(auto views, all(std::move(filter)));
  std::reverse(views.begin(), views.end());
  return views;
}

base::Result<Records::Revisions> Records::revisions(const base::ObjectId& id, std::size_t offset,
                                                    std::size_t limit) {
  SJ_TRY(auto now, read(id));
  const auto& space = now.view.space;
  SJ_TRY(auto ops, ops_of(space, id));
  std::sort(ops.begin(), ops.end(), [](const fold::DottedOp& a, const fold::DottedOp& b) {
    return a.op.lamport != b.op.lamport ? a.op.lamport < b.op.lamport : a.dot < b.dot;
  });
  // What others wrote that counts for nothing changed nothing.
  std::set<log::Dot> changes;
  for (const auto& op : now.counting) changes.insert(op.dot);
  changes.insert(now.step_dots.begin(), now.step_dots.end());
  Revisions revisions;
  std::vector<fold::DottedOp> so_far;
  bool begun = false;
  for (const auto& op : ops) {
    so_far.push_back(op);
    begun = begun || op.dot == now.origin;
    // What was written before the beginning was read with it.
    if (!begun || changes.count(op.dot) == 0) continue;
    if (revisions.total++ < offset || revisions.page.size() == limit) continue;
    auto reading = read_record(space, id, so_far, people_);
    if (!reading.ok()) return std::move(reading).error();
    revisions.page.push_back(
        {op.dot, people_.author_of(space, op.dot.branch), op.op.wall_ms, std::move(reading->view)});
  }
  return revisions;
}

base::Result<std::vector<Decision>> Records::decisions(const base::ObjectId& id) {
  SJ_TRY(auto reading, read(id));
  // Whoever took all words of a record back took those back that were not chosen, too.
  if (reading.view.record.values.empty() && reading.view.record.parts.empty()) return std::vector<Decision>();
  const auto& space = reading.view.space;
  std::vector<Decision> decisions;
  for (auto& one : decisions_in(std::move(reading.counting))) {
    const auto& [element, number] = one.key;
    const Field* field = field_at(*reading.entity, element, number);
    const Part* part = element == 0 ? nullptr : reading.entity->part(element & ((1U << kPartBits) - 1));
    if (field == nullptr || (part != nullptr && part->set)) continue;
    Decision decision{one.dot,
                      people_.author_of(space, one.dot.branch),
                      one.wall_ms,
                      part == nullptr ? "" : part->name,
                      element,
                      field->name,
                      one.chosen ? decode_value(*field, *one.chosen) : std::string(),
                      {},
                      one.standing};
    for (const auto& choice : one.choices) {
      decision.choices.push_back({decode_value(*field, choice.bytes),
                                  people_.author_of(space, choice.written.dot.branch), choice.written});
    }
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

base::Result<std::uint16_t> Records::relation_of(const base::ObjectId& id, const base::PersonId& who) {
  SJ_TRY(auto reading, read(id));
  return relation(reading, reading.view.space, people_, who);
}

store::RecordKey key_of(const RecordView& view) { return {view.date, view.lamport, view.record.id}; }

}  // namespace sejawat::cycle
