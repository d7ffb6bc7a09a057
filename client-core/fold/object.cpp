#include "fold/object.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

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

// Places of the values of a register, by what they are: equal concurrent values are one.
using Places = std::map<std::string_view, std::size_t>;

void add_value(Register& to, Places& places, const std::string& bytes, const log::Dot& dot) {
  const auto known = places.find(bytes);
  if (known != places.end()) {
    to[known->second].dots.push_back(dot);
    return;
  }
  if (SJ_PLANTED(fold_keeps_the_newest_only) && !to.empty()) return;
  places.emplace(bytes, to.size());
  to.push_back({bytes, {dot}});
}

// A write and one that it supersedes; the latter first, so that they sort by blocks of those.
struct Replacement {
  std::size_t replaced = 0;
  std::size_t by = 0;
};

std::vector<Replacement> replacements_among(const std::vector<const DottedOp*>& ops) {
  std::vector<Replacement> found;
  const auto replaces = [](const DottedOp* one) {
    return one->op.kind == log::OpKind::write && !one->op.cells.empty() && !one->op.supersedes.empty();
  };
  if (std::none_of(ops.begin(), ops.end(), replaces)) return found;
  std::map<log::Dot, std::size_t> place_of;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops[i]->op.kind == log::OpKind::write) place_of.emplace(ops[i]->dot, i);
  }
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (!replaces(ops[i])) continue;
    for (const auto& dot : ops[i]->op.supersedes) {
      const auto place = place_of.find(dot);
      if (place != place_of.end()) found.push_back({place->second, i});
    }
  }
  return found;
}

// Registers by numbers, as far as they matter to a replacement.
class RegisterNumbers {
 public:
  void add(const log::Op& op) {
    for (const auto& cell : op.cells) keys_.emplace_back(cell.element, cell.field);
  }
  void close() {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  }
  std::size_t count() const { return keys_.size(); }
  std::vector<std::size_t> of(const log::Op& op) const {
    std::vector<std::size_t> numbers;
    numbers.reserve(op.cells.size());
    for (const auto& cell : op.cells) {
      const auto at = std::lower_bound(keys_.begin(), keys_.end(), RegisterKey{cell.element, cell.field});
      numbers.push_back(static_cast<std::size_t>(at - keys_.begin()));
    }
    return numbers;
  }

 private:
  std::vector<RegisterKey> keys_;
};

// Which cells of each write another one replaced that had seen it. Hostile ops have thousands of cells and
// name thousands of dots: nothing is kept for what is not here, and no cell of one is compared with cells of
// another. Of sixty-four writes at a time each register keeps, as bits, whose value in it is replaced; so an
// op costs its cells once for all of those that it names.
std::vector<std::vector<bool>> replaced_cells(const std::vector<const DottedOp*>& ops) {
  std::vector<std::vector<bool>> replaced(ops.size());
  auto replacements = replacements_among(ops);
  if (replacements.empty()) return replaced;
  constexpr std::size_t kBlock = 64;
  std::sort(replacements.begin(), replacements.end(), [](const Replacement& a, const Replacement& b) {
    const std::size_t block_a = a.replaced / kBlock;
    const std::size_t block_b = b.replaced / kBlock;
    return block_a != block_b ? block_a < block_b : a.by < b.by;
  });
  std::vector<bool> matters(ops.size());
  for (const auto& one : replacements) matters[one.replaced] = matters[one.by] = true;
  RegisterNumbers numbers;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (matters[i]) numbers.add(ops[i]->op);
  }
  numbers.close();
  std::vector<std::vector<std::size_t>> registers(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (matters[i]) registers[i] = numbers.of(ops[i]->op);
  }
  // By register: of the block's writes those whose value there went.
  std::vector<std::uint64_t> gone(numbers.count());
  for (std::size_t from = 0; from < replacements.size();) {
    const std::size_t block = replacements[from].replaced / kBlock;
    std::size_t end = from;
    std::uint64_t looked_at = 0;
    while (end < replacements.size() && replacements[end].replaced / kBlock == block) {
      const std::size_t by = replacements[end].by;
      std::uint64_t named = 0;
      for (; end < replacements.size() && replacements[end].by == by &&
             replacements[end].replaced / kBlock == block;
           ++end) {
        named |= std::uint64_t{1} << (replacements[end].replaced % kBlock);
      }
      for (const std::size_t number : registers[by]) gone[number] |= named;
      looked_at |= named;
    }
    for (std::size_t bit = 0; bit < kBlock; ++bit) {
      if ((looked_at >> bit & 1U) == 0) continue;
      const auto& cells = registers[block * kBlock + bit];
      auto& marks = replaced[block * kBlock + bit];
      marks.resize(cells.size());
      for (std::size_t i = 0; i < cells.size(); ++i) marks[i] = (gone[cells[i]] >> bit & 1U) != 0;
    }
    for (; from < end; ++from) {
      for (const std::size_t number : registers[replacements[from].by]) gone[number] = 0;
      // Once for all that the same op replaced.
      while (from + 1 < end && replacements[from + 1].by == replacements[from].by) ++from;
    }
  }
  return replaced;
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

  const auto replaced = replaced_cells(ops);
  std::map<RegisterKey, Places> places;
  std::set<log::Dot> covered_by_trash;
  std::set<log::Dot> lifted;  // trash dots that a later write saw
  for (const auto* one : ops) {
    const auto& [dot, op] = *one;
    if (op.kind == log::OpKind::write) lifted.insert(op.supersedes.begin(), op.supersedes.end());
  }
  for (std::size_t at = 0; at < ops.size(); ++at) {
    const auto& [dot, op] = *ops[at];
    if (state.type == 0) state.type = op.type;
    switch (op.kind) {
      case log::OpKind::write:
        for (std::size_t i = 0; i < op.cells.size(); ++i) {
          const auto& cell = op.cells[i];
          const RegisterKey key{cell.element, cell.field};
          if (cell.value && (replaced[at].empty() || !replaced[at][i]))
            add_value(state.registers[key], places[key], *cell.value, dot);
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
