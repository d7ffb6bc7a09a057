#include "cycle/journal.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/planted.h"
#include "journal_cells.h"

namespace sejawat::cycle {
namespace {

// A number that no other device hands out at the same time: 24 bits of a hash of this very change, below the
// event's place in the entry, so that events added later are shown later.
std::uint32_t late_element(const base::LogId& log, std::uint64_t position, std::size_t index) {
  constexpr std::size_t kLastPlace = 62;
  std::uint32_t hash = 2166136261U;
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 16777619U; };
  for (const auto byte : log.bytes) mix(byte);
  for (int i = 0; i < 8; ++i) mix(static_cast<std::uint8_t>(position >> (8 * i)));
  mix(static_cast<std::uint8_t>(index));
  const auto place = static_cast<std::uint32_t>(std::min(index, kLastPlace));
  return kLateEvents + (place << 24) + ((hash ^ (hash >> 24)) & 0x00FFFFFFU);
}

void number_new_events(JournalEntry& entry, const fold::ObjectState& state, const base::LogId& log,
                       std::uint64_t position) {
  std::set<std::uint32_t> used;
  for (const auto& [key, values] : state.registers) used.insert(key.first);
  for (const auto& event : entry.events) used.insert(event.element);
  for (std::size_t i = 0; i < entry.events.size(); ++i) {
    auto& element = entry.events[i].element;
    if (element != 0) continue;
    element = late_element(log, position, i);
    while (!used.insert(element).second) ++element;
  }
}

// What each register is to hold after the edit.
using Wanted = std::map<fold::RegisterKey, std::set<std::string>>;

Wanted wanted_of(const JournalEntry& entry, const fold::ObjectState& state) {
  Wanted wanted;
  for (auto& cell : cells_of(entry)) wanted[{cell.element, cell.field}].insert(*cell.value);
  // A domain that this version does not know was shown as the first one.
  for (auto& [key, values] : wanted) {
    const auto held = state.registers.find(key);
    if (key.first == 0 || key.first >= kTagElements || held == state.registers.end()) continue;
    if (key.second != static_cast<std::uint32_t>(EventField::domain) || held->second.empty()) continue;
    const auto& shown = held->second.front().bytes;
    const bool unknown = shown.size() != 1 || shown[0] < 1 || shown[0] > 3;
    if (unknown && *values.begin() == std::string(1, static_cast<char>(Domain::pupils))) values = {shown};
  }
  return wanted;
}

// None: there is no such entry. What was written under its id as something else (a stolen phone's program
// may) is no part of it, and neither hides it nor shows in it.
base::Result<std::vector<fold::DottedOp>> ops_of(store::Store& store, const fold::OpCodec& codec,
                                                 const base::SpaceId& space, const base::ObjectId& id) {
  SJ_TRY(auto stored, store.ops_of(space, id));
  std::vector<fold::DottedOp> ops;
  for (const auto& item : stored) {
    SJ_TRY(auto op, codec.decode(item.bytes));
    if (op.type == kJournalEntryType) ops.push_back({item.dot, std::move(op)});
  }
  return ops;
}

base::Result<fold::ObjectState> entry_state(store::Store& store, const fold::OpCodec& codec,
                                            const base::SpaceId& space, const base::ObjectId& id) {
  SJ_TRY(auto ops, ops_of(store, codec, space, id));
  return fold::fold(ops);
}

// A value as people write it; "": take it away.
base::Result<log::Cell> cell_of(const fold::RegisterKey& key, std::string_view value) {
  log::Cell cell{key.first, key.second, std::nullopt};
  if (value.empty()) return cell;
  cell.value = std::string(value);
  if (key.first == 0 || key.second != static_cast<std::uint32_t>(EventField::domain)) return cell;
  const auto domain = domain_from(value);
  if (!domain) return base::error(base::Code::invalid_argument, "domain: unknown");
  cell.value = std::string(1, static_cast<char>(*domain));
  return cell;
}

bool holds_exactly(const fold::Register& held, const std::set<std::string>& wanted) {
  return held.size() == wanted.size() && std::all_of(held.begin(), held.end(), [&](const fold::Value& value) {
           return wanted.count(value.bytes) != 0;
         });
}

}  // namespace

Journal::Journal(store::Store& store, fold::OpCodec codec) : store_(store), codec_(std::move(codec)) {}

base::Result<base::ObjectId> Journal::add(const base::SpaceId& personal, const base::LogId& own_log,
                                          const JournalEntry& entry, const base::ObjectId& id,
                                          std::int64_t wall_ms) {
  SJ_TRY_STATUS(validate(entry));
  SJ_TRY(auto existing, store_.journal().get(id));
  if (existing) return base::error(base::Code::already_exists, "id of an entry");
  log::Op op;
  op.object = id;
  op.type = kJournalEntryType;
  op.cells = cells_of(entry);
  SJ_TRY(auto dot, fold::write_local(store_, codec_, personal, own_log, std::move(op), wall_ms));
  static_cast<void>(dot);
  SJ_TRY_STATUS(refresh({{personal, id}}));
  return id;
}

base::Status Journal::edit(const base::SpaceId& space, const base::LogId& own_log, const JournalEntry& given,
                           std::int64_t wall_ms, bool leave_undecided) {
  SJ_TRY(auto state, entry_state(store_, codec_, space, given.id));
  if (state.type == 0) return base::error(base::Code::not_found, "entry");
  JournalEntry entry = given;
  if (view_of(given.id, state).entry.kind == given.kind) entry.kind = JournalEntry{}.kind;
  SJ_TRY_STATUS(validate(entry));
  entry.kind = given.kind;
  SJ_TRY(auto position, store_.next_position(space, own_log));
  number_new_events(entry, state, own_log, position);

  Wanted wanted = wanted_of(entry, state);
  log::Op op;
  op.object = given.id;
  op.type = kJournalEntryType;
  for (const auto& [key, held] : state.registers) {
    if (held.empty() || !is_known(key.first, key.second)) continue;
    const auto want = wanted.find(key);
    const auto& values = want == wanted.end() ? std::set<std::string>{} : want->second;
    const bool as_shown = leave_undecided && held.size() > 1 && key.first < kTagElements &&
                          values == std::set<std::string>{held.front().bytes};
    if (!as_shown && !holds_exactly(held, values)) {
      if (values.empty()) op.cells.push_back({key.first, key.second, std::nullopt});
      for (const auto& value : values) op.cells.push_back({key.first, key.second, value});
      for (const auto& value : held)
        op.supersedes.insert(op.supersedes.end(), value.dots.begin(), value.dots.end());
    }
    if (want != wanted.end()) wanted.erase(want);
  }
  for (const auto& [key, values] : wanted) {
    for (const auto& value : values) op.cells.push_back({key.first, key.second, value});
  }
  if (op.cells.empty() && state.trash_dots.empty()) return {};
  op.supersedes.insert(op.supersedes.end(), state.trash_dots.begin(), state.trash_dots.end());
  std::sort(op.supersedes.begin(), op.supersedes.end());
  op.supersedes.erase(std::unique(op.supersedes.begin(), op.supersedes.end()), op.supersedes.end());
  SJ_TRY(auto dot, fold::write_local(store_, codec_, space, own_log, std::move(op), wall_ms));
  static_cast<void>(dot);
  return refresh({{space, given.id}});
}

base::Status Journal::decide(const base::SpaceId& space, const base::LogId& own_log, const base::ObjectId& id,
                             std::uint32_t element, std::string_view field, std::string_view value,
                             std::int64_t wall_ms) {
  SJ_TRY(auto state, entry_state(store_, codec_, space, id));
  if (state.type == 0) return base::error(base::Code::not_found, "entry");
  const auto torn = std::find_if(state.registers.begin(), state.registers.end(), [&](const auto& one) {
    const auto& [key, held] = one;
    return key.first == element && element < kTagElements && held.size() > 1 &&
           is_known(element, key.second) && field == field_name(element, key.second);
  });
  if (torn == state.registers.end()) return base::error(base::Code::not_found, "field in two versions");
  SJ_TRY(auto cell, cell_of(torn->first, value));
  // The entry as it will be must be one.
  fold::ObjectState after = state;
  after.registers[torn->first] = {};
  if (cell.value) after.registers[torn->first].push_back({*cell.value, {}});
  SJ_TRY_STATUS(validate(view_of(id, after).entry));
  log::Op op;
  op.object = id;
  op.type = kJournalEntryType;
  op.cells.push_back(std::move(cell));
  for (const auto& one : torn->second)
    op.supersedes.insert(op.supersedes.end(), one.dots.begin(), one.dots.end());
  std::sort(op.supersedes.begin(), op.supersedes.end());
  op.supersedes.erase(std::unique(op.supersedes.begin(), op.supersedes.end()), op.supersedes.end());
  SJ_TRY(auto dot, fold::write_local(store_, codec_, space, own_log, std::move(op), wall_ms));
  static_cast<void>(dot);
  return refresh({{space, id}});
}

base::Status Journal::trash(const base::SpaceId& space, const base::LogId& own_log, const base::ObjectId& id,
                            std::int64_t wall_ms) {
  SJ_TRY(auto state, entry_state(store_, codec_, space, id));
  if (state.type == 0) return base::error(base::Code::not_found, "entry");
  if (state.trashed) return {};
  log::Op op;
  op.object = id;
  op.type = kJournalEntryType;
  op.kind = log::OpKind::trash;
  op.supersedes = state.live_dots;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, space, own_log, std::move(op), wall_ms));
  static_cast<void>(dot);
  return refresh({{space, id}});
}

base::Status Journal::restore(const base::SpaceId& space, const base::LogId& own_log,
                              const base::ObjectId& id, std::int64_t wall_ms) {
  SJ_TRY(auto state, entry_state(store_, codec_, space, id));
  if (state.type == 0) return base::error(base::Code::not_found, "entry");
  if (!state.trashed) return {};
  log::Op op;
  op.object = id;
  op.type = kJournalEntryType;
  op.supersedes = state.trash_dots;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, space, own_log, std::move(op), wall_ms));
  static_cast<void>(dot);
  return refresh({{space, id}});
}

base::Status Journal::refresh(const std::vector<fold::Touched>& touched) {
  for (const auto& item : touched) {
    SJ_TRY(auto state, entry_state(store_, codec_, item.space, item.object));
    if (state.type == 0) {  // all of it is in quarantine, or it is something else
      if (!SJ_PLANTED(entry_outlives_its_ops)) SJ_TRY_STATUS(store_.journal().forget(item.object));
      continue;
    }
    const JournalView view = view_of(item.object, state);
    store::JournalRow row;
    row.space = item.space;
    row.object = item.object;
    row.date = view.entry.date;
    row.class_name = view.entry.class_name;
    row.subject = view.entry.subject;
    row.trashed = state.trashed;
    row.conflicted = !view.conflicts.empty();
    row.lamport = state.lamport;
    row.wall_ms = state.wall_ms;
    row.text = searchable_text(view);
    SJ_TRY_STATUS(store_.journal().put(row));
  }
  return {};
}

base::Result<JournalView> Journal::show(const base::ObjectId& id) {
  SJ_TRY(auto row, store_.journal().get(id));
  if (!row) return base::error(base::Code::not_found, "entry");
  SJ_TRY(auto ops, ops_of(store_, codec_, row->space, id));
  if (ops.empty()) return base::error(base::Code::not_found, "entry");
  JournalView view = view_of(id, fold::fold(ops));
  std::map<log::Dot, std::int64_t> times;
  for (const auto& op : ops) times[op.dot] = op.op.wall_ms;
  for (auto& conflict : view.conflicts) {
    for (auto& one : conflict.written) one.wall_ms = times[one.dot];
  }
  return view;
}

namespace {

base::Result<std::vector<JournalView>> views_of(store::Store& store, const fold::OpCodec& codec,
                                                const std::vector<store::JournalRow>& rows) {
  std::vector<JournalView> views;
  views.reserve(rows.size());
  for (const auto& row : rows) {
    SJ_TRY(auto state, entry_state(store, codec, row.space, row.object));
    views.push_back(view_of(row.object, state));
  }
  return views;
}

}  // namespace

base::Result<std::vector<JournalView>> Journal::list(bool trashed, std::size_t offset, std::size_t limit) {
  SJ_TRY(auto rows, store_.journal().list(trashed, offset, limit));
  return views_of(store_, codec_, rows);
}

base::Result<std::vector<JournalView>> Journal::search(std::string_view words, std::size_t limit) {
  SJ_TRY(auto rows, store_.journal().search(words, limit));
  return views_of(store_, codec_, rows);
}

base::Result<std::vector<JournalView>> Journal::list_after(bool trashed,
                                                           const std::optional<store::JournalKey>& key,
                                                           std::size_t limit) {
  SJ_TRY(auto rows, store_.journal().list_after(trashed, key, limit));
  return views_of(store_, codec_, rows);
}

base::Result<std::vector<JournalView>> Journal::search_after(std::string_view words,
                                                             const std::optional<store::JournalKey>& key,
                                                             std::size_t limit) {
  SJ_TRY(auto rows, store_.journal().search_after(words, key, limit));
  return views_of(store_, codec_, rows);
}

base::Result<std::vector<JournalView>> Journal::undecided_after(const std::optional<store::JournalKey>& key,
                                                                std::size_t limit) {
  SJ_TRY(auto rows, store_.journal().undecided_after(key, limit));
  return views_of(store_, codec_, rows);
}

store::JournalKey key_of(const JournalView& view) { return {view.entry.date, view.lamport, view.entry.id}; }

base::Result<std::vector<JournalRevision>> Journal::revisions(const base::SpaceId& space,
                                                              const base::ObjectId& id) {
  SJ_TRY(auto ops, ops_of(store_, codec_, space, id));
  if (ops.empty()) return base::error(base::Code::not_found, "entry");
  std::sort(ops.begin(), ops.end(), [](const fold::DottedOp& a, const fold::DottedOp& b) {
    return a.op.lamport != b.op.lamport ? a.op.lamport < b.op.lamport : a.dot < b.dot;
  });
  std::vector<JournalRevision> revisions;
  std::vector<fold::DottedOp> so_far;
  for (const auto& op : ops) {
    so_far.push_back(op);
    revisions.push_back({op.dot, op.op.wall_ms, view_of(id, fold::fold(so_far)).entry});
  }
  return revisions;
}

base::Result<std::vector<Decision>> Journal::decisions(const base::SpaceId& space, const base::ObjectId& id) {
  SJ_TRY(auto ops, ops_of(store_, codec_, space, id));
  if (ops.empty()) return base::error(base::Code::not_found, "entry");
  std::vector<Decision> decisions;
  for (auto& one : decisions_in(std::move(ops))) {
    const auto& [element, field] = one.key;
    if (!is_known(element, field) || element >= kTagElements) continue;
    Decision decision{one.dot,
                      std::nullopt,
                      one.wall_ms,
                      "",
                      element,
                      field_name(element, field),
                      one.chosen ? value_name(element, field, *one.chosen) : std::string(),
                      {},
                      one.standing};
    for (const auto& choice : one.choices) {
      decision.choices.push_back({value_name(element, field, choice.bytes), std::nullopt, choice.written});
    }
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

base::Status Journal::undo(const base::SpaceId& space, const base::LogId& own_log, const base::ObjectId& id,
                           const log::Dot& change, std::int64_t wall_ms) {
  SJ_TRY(auto ops, ops_of(store_, codec_, space, id));
  if (ops.empty()) return base::error(base::Code::not_found, "entry");
  auto op = undoing(ops, change);
  if (!op) return base::error(base::Code::not_found, "change");
  for (const auto& cell : op->cells) {
    const bool date = cell.element == 0 && cell.field == static_cast<std::uint32_t>(EntryField::date);
    if (date && !cell.value)
      return base::error(base::Code::invalid_argument, "the beginning cannot be undone");
  }
  op->object = id;
  op->type = kJournalEntryType;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, space, own_log, std::move(*op), wall_ms));
  static_cast<void>(dot);
  return refresh({{space, id}});
}

}  // namespace sejawat::cycle
