#include "fold/apply.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/planted.h"

namespace sejawat::fold {

namespace {

base::Result<log::Dot> put_local(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                                 const base::LogId& own_log, log::Op op) {
  SJ_TRY(auto lamport, store.lamport(space));
  op.lamport = lamport + 1;
  SJ_TRY(auto position, store.next_position(space, own_log));
  store::StoredOp stored{{own_log, position}, codec.encode(op)};
  if (stored.bytes.size() > log::kMaxOpBytes) return base::error(base::Code::too_large, "change");
  SJ_TRY_STATUS(store.put_op(space, op.object, stored, false));
  SJ_TRY_STATUS(store.raise_lamport(space, op.lamport));
  return stored.dot;
}

// What an op may name still: what names more could never be sealed, and nothing behind it could go out.
class Room {
 public:
  explicit Room(std::size_t said) : bytes_(log::kMaxOpBytes - std::min(log::kMaxOpBytes, said)) {}
  bool take(const log::Dot& dot) {
    // An id and a varint at its longest.
    constexpr std::size_t kDot = base::LogId::kSize + 10;
    const bool known = branches_.count(dot.branch) != 0;
    if (bytes_ < kDot || dots_ == log::kMaxSupersedesPerOp || (!known && branches_.size() == log::kMaxDeps))
      return false;
    branches_.insert(dot.branch);
    bytes_ -= kDot;
    ++dots_;
    return true;
  }

 private:
  std::size_t bytes_;
  std::size_t dots_ = 0;
  std::set<base::LogId> branches_;
};

}  // namespace

// Anybody may leave more to supersede than an op can name. Of what has cells the first op says the values: if
// no other one follows it (a fence may stand between), what was to go stays beside them, and nothing is lost.
base::Result<log::Dot> write_local(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                                   const base::LogId& own_log, log::Op op, std::int64_t wall_ms) {
  op.wall_ms = wall_ms;
  if (op.cells.size() > log::kMaxCellsPerOp) return base::error(base::Code::too_large, "cells of a change");
  std::vector<log::Dot> left = std::move(op.supersedes);
  const bool divides = op.kind == log::OpKind::write || op.kind == log::OpKind::trash;
  std::optional<log::Dot> first;
  for (auto next = left.begin(); !first || next != left.end();) {
    op.supersedes.clear();
    // Its clock and the count of what it names at their longest.
    constexpr std::size_t kRest = 16;
    Room room(codec.encode(op).size() + kRest);
    for (; next != left.end() && room.take(*next); ++next) op.supersedes.push_back(*next);
    if (next != left.end() && (!divides || (first && op.supersedes.empty())))
      return base::error(base::Code::too_large, "authors of a change");
    SJ_TRY(const auto dot, put_local(store, codec, space, own_log, op));
    if (!first) first = dot;
    for (auto& cell : op.cells) cell.value.reset();
  }
  return *first;
}

base::Status apply_remote(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                          const base::LogId& branch, std::uint64_t first_position,
                          const std::vector<log::Op>& ops, AppliedRemote& applied, const IsErased& erased) {
  SJ_TRY(const auto here, store.lamport(space));
  applied.lamport = std::max(applied.lamport, here);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    constexpr std::int64_t kTooLate = 1'900'000'000'000;  // 2030
    if (SJ_PLANTED(clock_decides) && ops[i].wall_ms > kTooLate) continue;
    if (erased && erased(i)) {
      SJ_TRY_STATUS(store.put_op(space, ops[i].object, {{branch, first_position + i}, {}}, true));
      continue;
    }
    const store::StoredOp stored{{branch, first_position + i}, codec.encode(ops[i])};
    applied.lamport = std::max(applied.lamport, std::min(ops[i].lamport, applied.lamport + kMostAtOnce));
    if (log::is_witness(ops[i].kind)) {  // of no object by itself: it counts where it says it stood
      SJ_TRY_STATUS(store.put_op(space, {}, stored, true));
      continue;
    }
    SJ_TRY_STATUS(store.put_op(space, ops[i].object, stored, true));
    applied.touched.push_back({space, ops[i].object, ops[i].type});
  }
  return {};
}

base::Result<std::vector<Touched>> apply_remote(store::Store& store, const OpCodec& codec,
                                                const base::SpaceId& space, const base::LogId& branch,
                                                std::uint64_t first_position,
                                                const std::vector<log::Op>& ops) {
  AppliedRemote applied;
  SJ_TRY_STATUS(apply_remote(store, codec, space, branch, first_position, ops, applied));
  SJ_TRY_STATUS(store.raise_lamport(space, applied.lamport));
  return std::move(applied.touched);
}

base::Result<ObjectState> state_of(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                                   const base::ObjectId& object) {
  SJ_TRY(auto stored, store.ops_of(space, object));
  std::vector<DottedOp> ops;
  ops.reserve(stored.size());
  for (const auto& item : stored) {
    SJ_TRY(auto op, codec.decode(item.bytes));
    ops.push_back({item.dot, std::move(op)});
  }
  return fold(ops);
}

}  // namespace sejawat::fold
