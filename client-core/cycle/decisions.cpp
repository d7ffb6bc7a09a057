#include "cycle/decisions.h"

#include <algorithm>
#include <map>
#include <set>

namespace sejawat::cycle {
namespace {

bool newer(const fold::DottedOp& a, const fold::DottedOp& b) {
  return a.op.lamport != b.op.lamport ? a.op.lamport > b.op.lamport : b.dot < a.dot;
}

// The writes of one register.
using Writers = std::map<log::Dot, const fold::DottedOp*>;

const log::Cell* cell_of(const fold::DottedOp& op, const fold::RegisterKey& key) {
  const auto found = std::find_if(op.op.cells.begin(), op.op.cells.end(), [&](const log::Cell& cell) {
    return cell.element == key.first && cell.field == key.second;
  });
  return found == op.op.cells.end() ? nullptr : &*found;
}

// What stood in the register when `op` was written: what it names, but not what others of those had replaced
// already. An op names the changes of all its fields at once.
std::vector<const fold::DottedOp*> stood_before(const fold::DottedOp& op, const Writers& writers) {
  std::set<log::Dot> replaced;
  std::vector<log::Dot> open;
  const auto look_below = [&](const log::Dot& dot) {
    const auto writer = writers.find(dot);
    if (writer == writers.end()) return;
    for (const auto& below : writer->second->op.supersedes) {
      if (replaced.insert(below).second) open.push_back(below);
    }
  };
  for (const auto& dot : op.op.supersedes) look_below(dot);
  while (!open.empty()) {
    const log::Dot dot = open.back();
    open.pop_back();
    look_below(dot);
  }
  std::vector<const fold::DottedOp*> stood;
  for (const auto& dot : op.op.supersedes) {
    const auto writer = writers.find(dot);
    if (writer != writers.end() && replaced.count(dot) == 0) stood.push_back(writer->second);
  }
  std::sort(stood.begin(), stood.end(), [](const auto* a, const auto* b) { return newer(*a, *b); });
  return stood;
}

std::vector<RegisterDecision::Choice> choices_of(const std::vector<const fold::DottedOp*>& stood,
                                                 const fold::RegisterKey& key) {
  std::vector<RegisterDecision::Choice> choices;
  for (const auto* op : stood) {
    for (const auto& cell : op->op.cells) {
      if (cell.element != key.first || cell.field != key.second || !cell.value) continue;
      const bool known = std::any_of(choices.begin(), choices.end(),
                                     [&](const auto& one) { return one.bytes == *cell.value; });
      if (!known) choices.push_back({*cell.value, {op->dot, op->op.wall_ms}});
    }
  }
  return choices;
}

}  // namespace

std::vector<RegisterDecision> decisions_in(std::vector<fold::DottedOp> ops) {
  std::sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return newer(b, a); });
  std::map<fold::RegisterKey, Writers> registers;
  for (const auto& op : ops) {
    if (op.op.kind != log::OpKind::write) continue;
    for (const auto& cell : op.op.cells) registers[{cell.element, cell.field}][op.dot] = &op;
  }
  const auto state = fold::fold(ops);
  std::vector<RegisterDecision> decisions;
  for (const auto& op : ops) {
    if (op.op.kind != log::OpKind::write || op.op.supersedes.size() < 2) continue;
    std::set<fold::RegisterKey> looked_at;
    for (const auto& cell : op.op.cells) {
      const fold::RegisterKey key{cell.element, cell.field};
      if (!looked_at.insert(key).second) continue;
      // Whoever writes two values decides nothing: that is a decision taken back.
      const auto written = std::count_if(op.op.cells.begin(), op.op.cells.end(), [&](const log::Cell& one) {
        return one.element == key.first && one.field == key.second;
      });
      if (written != 1) continue;
      auto choices = choices_of(stood_before(op, registers[key]), key);
      if (choices.size() < 2) continue;
      RegisterDecision decision{op.dot, op.op.wall_ms, key, cell_of(op, key)->value, std::move(choices),
                                false};
      const auto held = state.registers.find(key);
      if (!decision.chosen) {
        decision.standing = held == state.registers.end() || held->second.empty();
      } else if (held != state.registers.end() && held->second.size() == 1) {
        const auto& dots = held->second.front().dots;
        decision.standing = std::find(dots.begin(), dots.end(), op.dot) != dots.end();
      }
      decisions.push_back(std::move(decision));
    }
  }
  return decisions;
}

std::optional<log::Op> undoing(const std::vector<fold::DottedOp>& ops, const log::Dot& change) {
  const auto undone =
      std::find_if(ops.begin(), ops.end(), [&](const fold::DottedOp& op) { return op.dot == change; });
  if (undone == ops.end() || undone->op.kind != log::OpKind::write) return std::nullopt;
  std::map<fold::RegisterKey, Writers> registers;
  for (const auto& op : ops) {
    if (op.op.kind != log::OpKind::write) continue;
    for (const auto& cell : op.op.cells) registers[{cell.element, cell.field}][op.dot] = &op;
  }
  log::Op op;
  std::set<fold::RegisterKey> looked_at;
  for (const auto& cell : undone->op.cells) {
    const fold::RegisterKey key{cell.element, cell.field};
    if (!looked_at.insert(key).second) continue;
    const auto before = choices_of(stood_before(*undone, registers[key]), key);
    for (const auto& choice : before) op.cells.push_back({key.first, key.second, choice.bytes});
    if (before.empty()) op.cells.push_back({key.first, key.second, std::nullopt});
  }
  op.supersedes.push_back(change);
  return op;
}

}  // namespace sejawat::cycle
