#include "fold/apply.h"

#include <algorithm>
#include <set>

#include "base/planted.h"

namespace sejawat::fold {

base::Result<log::Dot> write_local(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                                   const base::LogId& own_log, log::Op op, std::int64_t wall_ms) {
  SJ_TRY(auto lamport, store.lamport(space));
  op.lamport = lamport + 1;
  op.wall_ms = wall_ms;
  if (op.cells.size() > log::kMaxCellsPerOp || op.supersedes.size() > log::kMaxSupersedesPerOp) {
    return base::error(base::Code::too_large, "cells of a change");
  }
  // What names more could never be sealed, and nothing behind it could go out.
  std::set<base::LogId> branches;
  for (const auto& dot : op.supersedes) branches.insert(dot.branch);
  if (branches.size() > log::kMaxDeps) return base::error(base::Code::too_large, "authors of a change");
  SJ_TRY(auto position, store.next_position(space, own_log));
  store::StoredOp stored{{own_log, position}, codec.encode(op)};
  if (stored.bytes.size() > log::kMaxOpBytes) return base::error(base::Code::too_large, "change");
  SJ_TRY_STATUS(store.put_op(space, op.object, stored, false));
  SJ_TRY_STATUS(store.raise_lamport(space, op.lamport));
  return stored.dot;
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
