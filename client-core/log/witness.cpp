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

}  // namespace sejawat::log
