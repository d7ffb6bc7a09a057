#include "cycle/states.h"

#include <algorithm>
#include <map>
#include <set>

namespace sejawat::cycle {
namespace {

bool earlier(const StepOp& a, const StepOp& b) {
  return a.lamport != b.lamport ? a.lamport < b.lamport : a.dot < b.dot;
}

// The step that `op` follows: of those it saw, the latest one that is a possible step itself.
class Chains {
 public:
  Chains(const StateMachine& machine, const std::vector<StepOp>& ops, const MayStep& may) {
    for (std::size_t i = 0; i < ops.size(); ++i) places_[ops[i].dot] = i;
    parent_.assign(ops.size(), kRoot);
    fit_.assign(ops.size(), Unfit::none);
    // In order of (lamport, dot) what a step saw comes before it; a liar who claims otherwise follows
    // nothing.
    for (std::size_t i = 0; i < ops.size(); ++i) {
      const StepOp& op = ops[i];
      if (op.to == 0) continue;
      for (const auto& seen : op.saw) {
        const auto found = places_.find(seen);
        if (found == places_.end() || found->second >= i || ops[found->second].to == 0) continue;
        if (fit_[found->second] != Unfit::none) continue;
        if (parent_[i] == kRoot || parent_[i] < found->second) parent_[i] = found->second;
      }
      const std::uint8_t at = parent_[i] == kRoot ? machine.states.front().number : ops[parent_[i]].to;
      const Transition* transition = op.from == at ? machine.find(at, op.to) : nullptr;
      if (transition == nullptr) {
        fit_[i] = Unfit::impossible;
      } else if (!may(op, *transition)) {
        fit_[i] = Unfit::not_permitted;
      } else {
        children_[parent_[i]].push_back(i);
      }
    }
    length_.assign(ops.size(), 0);
    for (std::size_t i = ops.size(); i-- > 0;) {
      length_[i] = 1;
      for (const auto child : children_of(i)) length_[i] = std::max(length_[i], 1 + length_[child]);
    }
  }

  std::vector<std::size_t> standing() const {
    std::vector<std::size_t> chain;
    for (std::size_t at = kRoot;;) {
      const auto& next = children_of(at);
      if (next.empty()) return chain;
      // Children are in order, so the first of the longest is the earliest of them.
      at = *std::max_element(next.begin(), next.end(),
                             [&](std::size_t a, std::size_t b) { return length_[a] < length_[b]; });
      chain.push_back(at);
    }
  }
  Unfit fit(std::size_t i) const { return fit_[i]; }

 private:
  static constexpr std::size_t kRoot = SIZE_MAX;
  const std::vector<std::size_t>& children_of(std::size_t i) const {
    static const std::vector<std::size_t> none;
    const auto found = children_.find(i);
    return found == children_.end() ? none : found->second;
  }
  std::map<log::Dot, std::size_t> places_;
  std::vector<std::size_t> parent_;
  std::vector<Unfit> fit_;
  std::map<std::size_t, std::vector<std::size_t>> children_;
  std::vector<std::size_t> length_;
};

}  // namespace

Standing stand(const StateMachine& machine, std::vector<StepOp> ops, const MayStep& may) {
  Standing result;
  if (machine.states.empty()) return result;
  std::sort(ops.begin(), ops.end(), earlier);
  const Chains chains(machine, ops, may);
  result.state = machine.states.front().number;
  std::set<std::size_t> stands;
  for (const auto place : chains.standing()) {
    stands.insert(place);
    result.steps.push_back(ops[place]);
    result.state = ops[place].to;
    result.last = ops[place].dot;
  }
  // An intent is answered by whoever, having seen it, took or dismissed it.
  std::set<log::Dot> answered;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].to == 0 || stands.count(i) != 0) answered.insert(ops[i].saw.begin(), ops[i].saw.end());
  }
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].to == 0 || stands.count(i) != 0) continue;
    // Two who wished the same from the same place got what they wished.
    const bool came_true = std::any_of(result.steps.begin(), result.steps.end(), [&](const StepOp& step) {
      return step.from == ops[i].from && step.to == ops[i].to;
    });
    if (came_true) continue;
    const Unfit why = chains.fit(i) == Unfit::none ? Unfit::moved_on : chains.fit(i);
    result.intents.push_back({ops[i], why, answered.count(ops[i].dot) != 0});
  }
  return result;
}

}  // namespace sejawat::cycle
