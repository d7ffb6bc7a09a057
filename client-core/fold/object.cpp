#include "fold/object.h"

#include <algorithm>
#include <set>
#include "base/planted.h"

namespace sejawat::fold {
namespace {

// Newest first for display; the dot breaks ties the same way everywhere.
bool newer(const DottedOp* a, const DottedOp* b) {
  if (a->op.lamport != b->op.lamport) return a->op.lamport > b->op.lamport;
  return b->dot < a->dot;
}

std::int64_t integer_of(const std::string& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

void add_value(Register& to, const std::string& bytes, const log::Dot& dot) {
  for (auto& value : to) {
    if (value.bytes == bytes) {  // equal concurrent values are one
      value.dots.push_back(dot);
      return;
    }
  }
  if (SJ_PLANTED(fold_keeps_the_newest_only) && !to.empty()) return;
  to.push_back({bytes, {dot}});
}

}  // namespace

bool ObjectState::conflicted() const {
  for (const auto& [key, values] : registers) {
    if (values.size() > 1) return true;
  }
  return false;
}

ObjectState fold(const std::vector<DottedOp>& given) {
  std::vector<const DottedOp*> ops;
  ops.reserve(given.size());
  for (const auto& op : given) ops.push_back(&op);
  std::sort(ops.begin(), ops.end(), newer);
  ObjectState state;
  if (!ops.empty()) {
    state.lamport = ops.front()->op.lamport;
    state.wall_ms = ops.front()->op.wall_ms;
  }

  std::set<std::pair<RegisterKey, log::Dot>> replaced;
  std::set<log::Dot> covered_by_trash;
  std::set<log::Dot> lifted;  // trash dots that a later write saw
  for (const auto* one : ops) {
    const auto& [dot, op] = *one;
    if (op.kind == log::OpKind::write) {
      for (const auto& cell : op.cells) {
        for (const auto& old : op.supersedes) replaced.insert({{cell.element, cell.field}, old});
      }
      lifted.insert(op.supersedes.begin(), op.supersedes.end());
    }
  }
  for (const auto* one : ops) {
    const auto& [dot, op] = *one;
    if (state.type == 0) state.type = op.type;
    switch (op.kind) {
      case log::OpKind::write:
        for (const auto& cell : op.cells) {
          const RegisterKey key{cell.element, cell.field};
          if (cell.value && replaced.count({key, dot}) == 0)
            add_value(state.registers[key], *cell.value, dot);
        }
        break;
      case log::OpKind::trash:
        if (lifted.count(dot) == 0) {
          state.trash_dots.push_back(dot);
          covered_by_trash.insert(op.supersedes.begin(), op.supersedes.end());
        }
        break;
      case log::OpKind::increment:
        for (const auto& cell : op.cells) {
          if (!cell.value) continue;
          auto& counter = state.counters[{cell.element, cell.field}];
          counter = wrapping_sum(counter, integer_of(*cell.value));
        }
        break;
      case log::OpKind::append: state.list.emplace_back(dot, op.cells); break;
    }
    // A kind of a later version has no meaning here yet; the op stays in the store and is folded after the
    // upgrade.
  }
  std::reverse(state.list.begin(), state.list.end());
  for (const auto& [key, values] : state.registers) {
    for (const auto& value : values)
      state.live_dots.insert(state.live_dots.end(), value.dots.begin(), value.dots.end());
  }
  std::sort(state.live_dots.begin(), state.live_dots.end());
  state.live_dots.erase(std::unique(state.live_dots.begin(), state.live_dots.end()), state.live_dots.end());
  if (!state.trash_dots.empty()) {
    const bool unseen_edit =
        std::any_of(state.live_dots.begin(), state.live_dots.end(),
                    [&](const log::Dot& dot) { return covered_by_trash.count(dot) == 0; });
    state.trashed = !unseen_edit;
    state.restored_by_edit = unseen_edit;
  }
  return state;
}

}  // namespace sejawat::fold
