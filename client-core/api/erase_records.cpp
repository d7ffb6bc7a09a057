#include "erase_records.h"

#include <algorithm>

namespace sejawat::api {
namespace {

using base::Code;

// What is written once more for one record, before compression; keeps its witnesses within a record's cap.
constexpr std::size_t kSurvivorsAtOnce = 128 * 1024;
// A record with more of these has no room for chunks within its 16 KiB; those go into one of their own.
constexpr std::size_t kSegmentsBesideChunks = 40;
constexpr std::size_t kRunsBesideChunks = 200;

space::ErasedSegment erased_segment(const SpaceState& space, const ErasePlan::Part& part) {
  space::ErasedSegment out;
  out.name = {space.log_of(part.segment.log), part.segment.segment_no,
              base::prefix_of<base::HeadTag>(part.segment.hash)};
  for (const std::uint32_t offset : part.offsets) {
    if (!out.runs.empty() && out.runs.back().first + out.runs.back().second == offset) {
      ++out.runs.back().second;
    } else {
      out.runs.emplace_back(offset, 1);
    }
  }
  return out;
}

base::Status can_seal(Core::State& core, const SpaceState& space) {
  SJ_TRY(const auto own, core.store->own_log(space.row.space));
  if (!own || space.next_log) return base::error(Code::not_permitted, "no log of one's own");
  const auto epoch = space.membership.current_epoch();
  if (!epoch || space.epochs.count(*epoch) == 0)
    return base::error(Code::key_missing, "nothing can be sealed yet");
  return {};
}

// Ops of that segment that stay, and have no other place to be read from, as they are written once more.
// key_missing when they are not all here, or cannot be sealed: then nobody could write them.
base::Result<std::vector<base::Bytes>> witnesses_of(Core::State& core, SpaceState& space,
                                                    const ErasePlan::Part& part) {
  std::vector<base::Bytes> witnesses;
  SJ_TRY(const auto segment, log::decode_segment(part.segment.bytes));
  if (segment.erased) return witnesses;
  SJ_TRY(auto rows, core.store->ops_between(space.row.space, part.segment.log, part.segment.first_op,
                                            part.segment.op_count));
  if (rows.size() != part.segment.op_count) return base::error(Code::key_missing, "ops of the segment");
  for (const auto& row : rows) {
    const auto offset = static_cast<std::uint32_t>(row.op.dot.position - part.segment.first_op);
    if (row.op.bytes.empty() || std::binary_search(part.offsets.begin(), part.offsets.end(), offset))
      continue;
    SJ_TRY(auto op, core.codec.decode(row.op.bytes));
    auto witness = log::witness_of(row.op.dot, std::move(op));
    if (!witness) return base::error(Code::too_large, "what stays was written once more too often already");
    witnesses.push_back(core.codec.encode(*witness));
  }
  if (!witnesses.empty()) SJ_TRY_STATUS(can_seal(core, space));
  return witnesses;
}

}  // namespace

bool another_time(Code code) {
  return code == Code::key_missing || code == Code::not_permitted || code == Code::too_large;
}

base::Result<std::vector<EraseBatch>> batches_of(Core::State& core, SpaceState& space, const ErasePlan& plan,
                                                 Unready unready) {
  // So much fits the witnesses of one record, and such an op a segment, whatever they pack to.
  constexpr std::size_t kSealedForSure = 512 * 1024;
  constexpr std::size_t kOpSealedForSure = log::kMaxOpBytes + 1024;
  std::vector<EraseBatch> batches;
  EraseBatch batch;
  const auto close = [&] {
    std::sort(batch.segments.begin(), batch.segments.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    if (!batch.segments.empty()) batches.push_back(std::move(batch));
    batch = {};
  };
  const auto add = [&](const ErasePlan::Part& part) -> base::Status {
    SJ_TRY(auto witnesses, witnesses_of(core, space, part));
    std::size_t more = 0;
    std::size_t largest = 0;
    for (const auto& op : witnesses) {
      more += op.size();
      largest = std::max(largest, op.size());
    }
    if (unready == Unready::is_left_out && (more > kSealedForSure || largest > kOpSealedForSure))
      return base::error(Code::too_large, "survivors");
    auto erased = erased_segment(space, part);
    if (batch.segments.size() == space::kErasedAtOnce || batch.bytes + more > kSurvivorsAtOnce ||
        batch.runs + erased.runs.size() > space::kErasedRunsAtOnce) {
      close();
    }
    batch.bytes += more;
    batch.runs += erased.runs.size();
    batch.segments.push_back(std::move(erased));
    batch.witnesses.insert(batch.witnesses.end(), std::make_move_iterator(witnesses.begin()),
                           std::make_move_iterator(witnesses.end()));
    return {};
  };
  // The witnesses of a record hold what survives of every segment that it names. What is read from other
  // witnesses already is named in a record without any.
  for (const bool with_body : {false, true}) {
    for (const auto& [place, part] : plan.parts) {
      SJ_TRY(const auto segment, log::decode_segment(part.segment.bytes));
      if (segment.erased.has_value() == with_body) continue;
      auto added = add(part);
      if (unready == Unready::is_left_out && another_time(added.code())) continue;
      SJ_TRY_STATUS(std::move(added));
    }
    close();
  }
  return batches;
}

namespace {

// Seals what survives into segments of its own; their names, ascending.
base::Result<std::vector<log::SegmentName>> write_witnesses(Core::State& core, SpaceState& space,
                                                            const EraseBatch& batch) {
  std::vector<log::SegmentName> names;
  if (batch.witnesses.empty()) return names;
  const base::SpaceId& id = space.row.space;
  SJ_TRY_STATUS(core.seal_pending(space, SIZE_MAX));  // what waits is not held up with them
  SJ_TRY(const auto own, core.store->own_log(id));
  if (!own) return base::error(Code::not_permitted, "no log of one's own");
  SJ_TRY(const auto head, core.store->head(id, own->log));
  for (const auto& witness : batch.witnesses) {
    SJ_TRY(const auto position, core.store->next_position(id, own->log));
    SJ_TRY_STATUS(core.store->put_op(id, {}, {{own->log, position}, witness}, false));
  }
  // Small segments, for a bad line, of very much would be more than a record names.
  const std::size_t most = core.seal_most;
  if (batch.bytes > kSurvivorsAtOnce) core.seal_most = log::kFreshSegmentMax;
  auto sealed = core.seal_pending(space, SIZE_MAX);
  core.seal_most = most;
  SJ_TRY_STATUS(std::move(sealed));
  SJ_TRY(const auto after, core.store->head(id, own->log));
  SJ_TRY(const auto unsealed, core.store->unsealed_ops(id, own->log, 1));
  if (!after || !unsealed.empty()) return base::error(Code::key_missing, "nothing can be sealed yet");
  for (std::uint64_t no = head ? head->count : 0; no < after->count; ++no) {
    SJ_TRY(const auto segment, core.store->segment(id, own->log, no));
    if (!segment) return base::error(Code::internal, "a sealed segment is not held");
    names.push_back({own->log, no, base::prefix_of<base::HeadTag>(segment->hash)});
  }
  if (names.size() > space::kWitnessesAtOnce) return base::error(Code::too_large, "witnesses");
  std::sort(names.begin(), names.end());
  return names;
}

// An op that never left keeps its place in the log and says nothing.
base::Status blank(Core::State& core, const base::SpaceId& space, const log::Dot& dot) {
  return core.store->replace_unsealed_op(space, {dot, core.codec.encode(log::Op{})});
}

}  // namespace

base::Status carry_out(Core::State& core, SpaceState& space, ErasePlan& plan, std::vector<EraseBatch> batches,
                       std::uint32_t reason) {
  for (const auto& dot : plan.unsealed) SJ_TRY_STATUS(blank(core, space.row.space, dot));
  for (const auto& chunk : plan.unsent)
    SJ_TRY_STATUS(core.store->attachments().erase_chunk(space.row.space, chunk));
  const auto put_record = [&](EraseBatch batch) -> base::Status {
    SJ_TRY(auto witnesses, write_witnesses(core, space, batch));
    std::vector<log::ChunkId> chunks;
    const bool room = batch.segments.size() <= kSegmentsBesideChunks && batch.runs <= kRunsBesideChunks;
    while (room && !plan.chunks.empty() && chunks.size() < space::kErasedChunksAtOnce) {
      chunks.push_back(*plan.chunks.begin());
      plan.chunks.erase(plan.chunks.begin());
    }
    plan.report.kept += batch.witnesses.size();
    SJ_TRY(const auto record,
           core.take_record(
               space, space::write_erased(core.author(), space.membership, reason, std::move(batch.segments),
                                          std::move(witnesses), std::move(chunks))));
    plan.report.records.push_back(record);
    return {};
  };
  for (auto& batch : batches) SJ_TRY_STATUS(put_record(std::move(batch)));
  while (!plan.chunks.empty()) SJ_TRY_STATUS(put_record({}));
  return {};
}

}  // namespace sejawat::api
