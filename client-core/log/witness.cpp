#include <algorithm>

#include "log/op.h"

namespace sejawat::log {

std::optional<Op> witness_of(const Dot& dot, Op op) {
  const unsigned kind = static_cast<unsigned>(op.kind) + kWitnessStep;
  if (kind > UINT8_MAX || op.supersedes.size() >= kMaxSupersedesPerOp) return std::nullopt;
  op.kind = static_cast<OpKind>(kind);
  op.supersedes.insert(op.supersedes.begin(), dot);
  return op;
}

std::optional<std::pair<Dot, Op>> original_of(Op witness) {
  if (!is_witness(witness.kind) || witness.supersedes.empty()) return std::nullopt;
  const Dot dot = witness.supersedes.front();
  witness.kind = static_cast<OpKind>(static_cast<unsigned>(witness.kind) - kWitnessStep);
  witness.supersedes.erase(witness.supersedes.begin());
  return std::make_pair(dot, std::move(witness));
}

void drop_repeated_dots(Op& op) {
  const std::size_t own = static_cast<std::size_t>(op.kind) / kWitnessStep;
  if (op.supersedes.size() < own + 2) return;
  const auto named = op.supersedes.begin() + static_cast<std::ptrdiff_t>(own);
  std::vector<Dot> once(named, op.supersedes.end());
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  if (own + once.size() == op.supersedes.size()) return;
  std::vector<Dot> kept(op.supersedes.begin(), named);
  kept.reserve(own + once.size());
  std::vector<bool> seen(once.size());
  for (auto dot = named; dot != op.supersedes.end(); ++dot) {
    const auto at = static_cast<std::size_t>(std::lower_bound(once.begin(), once.end(), *dot) - once.begin());
    if (!seen[at]) kept.push_back(*dot);
    seen[at] = true;
  }
  op.supersedes = std::move(kept);
}

}  // namespace sejawat::log
