#include "cycle/journal.h"

#include <algorithm>
#include <map>

#include "journal_cells.h"

namespace sejawat::cycle {
namespace {

// The numbers of new events lie apart from those that another device may hand out at the same time.
std::uint32_t late_element(const base::LogId& log, std::uint64_t position, std::size_t index) {
  std::uint32_t hash = 2166136261U;
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 16777619U; };
  for (const auto byte : log.bytes) mix(byte);
  for (int i = 0; i < 8; ++i) mix(static_cast<std::uint8_t>(position >> (8 * i)));
  mix(static_cast<std::uint8_t>(index));
  return kLateEvents + (hash & 0x00FFFFFFU);
}

void number_new_events(JournalEntry& entry, const base::LogId& log, std::uint64_t position) {
  for (std::size_t i = 0; i < entry.events.size(); ++i) {
    if (entry.events[i].element == 0) entry.events[i].element = late_element(log, position, i);
  }
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
                           std::int64_t wall_ms) {
  SJ_TRY_STATUS(validate(given));
  SJ_TRY(auto state, fold::state_of(store_, codec_, space, given.id));
  if (state.type != kJournalEntryType) return base::error(base::Code::not_found, "entry");
  JournalEntry entry = given;
  SJ_TRY(auto position, store_.next_position(space, own_log));
  number_new_events(entry, own_log, position);

  std::map<fold::RegisterKey, std::string> wanted;
  for (auto& cell : cells_of(entry)) wanted[{cell.element, cell.field}] = *cell.value;
  log::Op op;
  op.object = given.id;
  op.type = kJournalEntryType;
  const auto supersede = [&op](const fold::Register& values) {
    for (const auto& value : values)
      op.supersedes.insert(op.supersedes.end(), value.dots.begin(), value.dots.end());
  };
  for (const auto& [key, values] : state.registers) {
    if (values.empty()) continue;
    const auto want = wanted.find(key);
    const bool same = want != wanted.end() && values.size() == 1 && values.front().bytes == want->second;
    if (!same) {
      log::Cell cell{key.first, key.second, std::nullopt};
      if (want != wanted.end()) cell.value = want->second;
      op.cells.push_back(std::move(cell));
      supersede(values);
    }
    if (want != wanted.end()) wanted.erase(want);
  }
  for (auto& [key, value] : wanted) op.cells.push_back({key.first, key.second, value});
  if (op.cells.empty() && state.trash_dots.empty()) return {};
  op.supersedes.insert(op.supersedes.end(), state.trash_dots.begin(), state.trash_dots.end());
  std::sort(op.supersedes.begin(), op.supersedes.end());
  op.supersedes.erase(std::unique(op.supersedes.begin(), op.supersedes.end()), op.supersedes.end());
  SJ_TRY(auto dot, fold::write_local(store_, codec_, space, own_log, std::move(op), wall_ms));
  static_cast<void>(dot);
  return refresh({{space, given.id}});
}

base::Status Journal::trash(const base::SpaceId& space, const base::LogId& own_log, const base::ObjectId& id,
                            std::int64_t wall_ms) {
  SJ_TRY(auto state, fold::state_of(store_, codec_, space, id));
  if (state.type != kJournalEntryType) return base::error(base::Code::not_found, "entry");
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
  SJ_TRY(auto state, fold::state_of(store_, codec_, space, id));
  if (state.type != kJournalEntryType) return base::error(base::Code::not_found, "entry");
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
    SJ_TRY(auto state, fold::state_of(store_, codec_, item.space, item.object));
    if (state.type != kJournalEntryType) continue;
    const JournalView view = view_of(item.object, state);
    store::JournalRow row;
    row.space = item.space;
    row.object = item.object;
    row.date = view.entry.date;
    row.class_name = view.entry.class_name;
    row.subject = view.entry.subject;
    row.trashed = state.trashed;
    row.conflicted = state.conflicted();
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
  SJ_TRY(auto state, fold::state_of(store_, codec_, row->space, id));
  return view_of(id, state);
}

namespace {

base::Result<std::vector<JournalView>> views_of(store::Store& store, const fold::OpCodec& codec,
                                                const std::vector<store::JournalRow>& rows) {
  std::vector<JournalView> views;
  views.reserve(rows.size());
  for (const auto& row : rows) {
    SJ_TRY(auto state, fold::state_of(store, codec, row.space, row.object));
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

base::Result<std::vector<JournalRevision>> Journal::revisions(const base::SpaceId& space,
                                                              const base::ObjectId& id) {
  SJ_TRY(auto stored, store_.ops_of(space, id));
  std::vector<fold::DottedOp> ops;
  for (const auto& item : stored) {
    SJ_TRY(auto op, codec_.decode(item.bytes));
    ops.push_back({item.dot, std::move(op)});
  }
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

}  // namespace sejawat::cycle
