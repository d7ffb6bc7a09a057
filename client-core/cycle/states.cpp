#include "cycle/states.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "fold/apply.h"

namespace sejawat::cycle {
namespace {

bool earlier(const StepOp& a, const StepOp& b) {
  return a.lamport != b.lamport ? a.lamport < b.lamport : a.dot < b.dot;
}

using Places = std::map<log::Dot, std::size_t>;

Places places_of(const std::vector<StepOp>& ops) {
  Places places;
  for (std::size_t i = 0; i < ops.size(); ++i) places[ops[i].dot] = i;
  return places;
}

// Whether the step at `i` may have seen the one at `seen`. In order of (lamport, dot) what it saw comes
// before it, but for one author's number far beyond the others: the clocks of those who saw that one stayed
// behind (fold::kMostAtOnce).
bool may_have_seen(const std::vector<StepOp>& ops, std::size_t i, std::size_t seen) {
  return seen < i || (seen > i && ops[i].lamport > fold::kMostAtOnce);
}

// The order in which steps are judged: what one saw before it, else that of `ops`, by (lamport, dot). Of
// liars who claim to have seen each other the first goes first, without the other.
std::vector<std::size_t> in_order_of_sight(const std::vector<StepOp>& ops, const Places& places) {
  std::vector<std::size_t> waits(ops.size(), 0);
  std::map<std::size_t, std::vector<std::size_t>> seen_by;
  std::set<std::size_t> left, ready;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    for (const auto& dot : ops[i].saw) {
      const auto seen = places.find(dot);
      if (seen == places.end() || !may_have_seen(ops, i, seen->second)) continue;
      seen_by[seen->second].push_back(i);
      ++waits[i];
    }
    left.insert(i);
    if (waits[i] == 0) ready.insert(i);
  }
  std::vector<std::size_t> order;
  while (!left.empty()) {
    const std::size_t next = ready.empty() ? *left.begin() : *ready.begin();
    ready.erase(next);
    left.erase(next);
    order.push_back(next);
    const auto waiting = seen_by.find(next);
    if (waiting == seen_by.end()) continue;
    for (const auto one : waiting->second) {
      if (--waits[one] == 0 && left.count(one) != 0) ready.insert(one);
    }
  }
  return order;
}

class Chains {
 public:
  Chains(const StateMachine& machine, const std::vector<StepOp>& ops, const Places& places,
         const MayStep& may)
      : fit_(ops.size(), Unfit::none), length_(ops.size(), 0) {
    const auto order = in_order_of_sight(ops, places);
    std::vector<std::size_t> depth(ops.size(), 0);  // steps up to this one; 0: not judged yet, or no step
    for (const auto i : order) {
      const StepOp& op = ops[i];
      if (op.to == 0) continue;
      // The step that it follows: of those it saw that end where it begins, the one with the longest way
      // behind it, of equal ones the first. Whoever takes an intent saw both that and the chain that stands.
      std::size_t parent = kRoot;
      bool saw_any = false;
      for (const auto& dot : op.saw) {
        const auto found = places.find(dot);
        if (found == places.end()) continue;
        const std::size_t seen = found->second;
        if (!may_have_seen(ops, i, seen) || depth[seen] == 0) continue;
        saw_any = true;
        if (ops[seen].to != op.from) continue;
        const bool longer = parent == kRoot || depth[seen] > depth[parent];
        if (longer || (depth[seen] == depth[parent] && seen < parent)) parent = seen;
      }
      const bool begins = parent != kRoot || (!saw_any && op.from == machine.states.front().number);
      const Transition* transition = begins ? machine.find(op.from, op.to) : nullptr;
      if (transition == nullptr) {
        fit_[i] = Unfit::impossible;
      } else if (!may(op, *transition)) {
        fit_[i] = Unfit::not_permitted;
      } else {
        depth[i] = parent == kRoot ? 1 : depth[parent] + 1;
        children_[parent].push_back(i);
      }
    }
    for (std::size_t at = order.size(); at-- > 0;) {
      const std::size_t i = order[at];
      length_[i] = 1;
      for (const auto child : children_of(i)) length_[i] = std::max(length_[i], 1 + length_[child]);
    }
  }

  std::vector<std::size_t> standing() const {
    std::vector<std::size_t> chain;
    for (std::size_t at = kRoot;;) {
      const auto& next = children_of(at);
      if (next.empty()) return chain;
      // Children are in the order in which they were judged, so the first of the longest is the earliest of
      // them.
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
  std::vector<Unfit> fit_;
  std::vector<std::size_t> length_;  // of the longest chain that begins with it
  std::map<std::size_t, std::vector<std::size_t>> children_;
};

// What those said who took the steps between two states that stand. Borrowed.
struct Said {
  std::set<std::string_view> reasons, until;
};
using SaidBetween = std::map<std::pair<std::uint8_t, std::uint8_t>, Said>;

SaidBetween said_between(const std::vector<StepOp>& steps) {
  SaidBetween said;
  for (const auto& step : steps) {
    Said& there = said[{step.from, step.to}];
    there.reasons.insert(step.reason);
    there.until.insert(step.until);
  }
  return said;
}

// Two who wished the same from the same place got what they wished.
enum class Wish : std::uint8_t { open, came_true, agreed };
Wish judge(const StepOp& wish, Unfit fit, const SaidBetween& said) {
  const auto same = said.find({wish.from, wish.to});
  // One record waits until one day.
  if (same == said.end() || (!wish.until.empty() && same->second.until.count(wish.until) == 0))
    return Wish::open;
  if (wish.reason.empty()) return Wish::came_true;
  if (fit == Unfit::none) return Wish::agreed;
  return same->second.reasons.count(wish.reason) != 0 ? Wish::came_true : Wish::open;
}

}  // namespace

Standing stand(const StateMachine& machine, std::vector<StepOp> ops, const MayStep& may,
               const MayDismiss& may_dismiss) {
  Standing result;
  if (machine.states.empty()) return result;
  std::sort(ops.begin(), ops.end(), earlier);
  const Places places = places_of(ops);
  const Chains chains(machine, ops, places, may);
  result.state = machine.states.front().number;
  std::set<std::size_t> stands;
  for (const auto place : chains.standing()) {
    stands.insert(place);
    result.steps.push_back(ops[place]);
    result.state = ops[place].to;
    result.last = ops[place].dot;
  }
  // An intent is answered by whoever, having seen it, took it, or put it aside and may.
  std::set<std::size_t> answered;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].to != 0 && stands.count(i) == 0) continue;
    for (const auto& seen : ops[i].saw) {
      const auto found = places.find(seen);
      if (found == places.end() || answered.count(found->second) != 0) continue;
      if (ops[i].to != 0 || may_dismiss(ops[i], ops[found->second])) answered.insert(found->second);
    }
  }
  const SaidBetween said = said_between(result.steps);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].to == 0 || stands.count(i) != 0) continue;
    switch (judge(ops[i], chains.fit(i), said)) {
      case Wish::came_true: break;
      case Wish::agreed: result.agreed.push_back(ops[i]); break;
      case Wish::open: {
        const Unfit why = chains.fit(i) == Unfit::none ? Unfit::moved_on : chains.fit(i);
        result.intents.push_back({ops[i], why, answered.count(i) != 0});
        break;
      }
    }
  }
  return result;
}

}  // namespace sejawat::cycle
