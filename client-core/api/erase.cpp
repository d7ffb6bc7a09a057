// What a person erases (docs/PROTOCOL.md, "Erasure"): which ops of which segments, what survives of those and
// is written once more, and the records that say so. Nothing of it waits for a network.
#include <algorithm>
#include <array>

#include "client_shelf.h"
#include "core_state.h"
#include "log_seal/attachment.h"
#include "space/receipt.h"

namespace sejawat::api {
namespace {

using base::Code;

// What is written once more for one record, before compression; keeps its witnesses within a record's cap.
constexpr std::size_t kSurvivorsAtOnce = 128 * 1024;
// A record with more of these has no room for chunks within its 16 KiB; those go into one of their own.
constexpr std::size_t kSegmentsBesideChunks = 40;
constexpr std::size_t kRunsBesideChunks = 200;

// Ops of one object that this person may erase, by where they are.
struct Plan {
  std::vector<log::Dot> unsealed;
  struct Part {
    store::StoredSegment segment;
    std::vector<std::uint32_t> offsets;  // ascending
  };
  std::map<std::pair<base::LogId, std::uint64_t>, Part> parts;
  std::vector<base::ObjectId> objects;  // what was asked for, and what is attached to it
  std::set<log::ChunkId> chunks;        // that carriers may hold
  std::set<log::ChunkId> of_others;     // of those whom an admin erases
  std::vector<log::ChunkId> unsent;     // and those that never left
  EraseReport report;
};

bool may_erase(Core::State& core, const SpaceState& space, const base::LogId& branch) {
  const auto* log = space.enrolled(branch);
  return log != nullptr && (core.is_admin(space) || log->person == core.certificate->person());
}

base::Status plan_dot(Core::State& core, SpaceState& space, const log::Dot& dot, Plan& plan) {
  if (!may_erase(core, space, dot.branch)) {
    ++plan.report.others;
    return {};
  }
  ++plan.report.ops;
  SJ_TRY(auto segment, core.store->segment_at(space.row.space, dot.branch, dot.position));
  if (!segment) {
    plan.unsealed.push_back(dot);
    return {};
  }
  const auto offset = static_cast<std::uint32_t>(dot.position - segment->first_op);
  auto& part = plan.parts[{segment->log, segment->segment_no}];
  part.segment = std::move(*segment);
  part.offsets.push_back(offset);
  return {};
}

// Chunks leave after the op that names them. By then it is sealed.
base::Result<bool> has_left(Core::State& core, const store::AttachmentRow& row) {
  SJ_TRY(const auto ops, core.store->ops_of(row.space, row.object));
  for (const auto& op : ops) {
    SJ_TRY(const auto segment, core.store->segment_at(row.space, op.dot.branch, op.dot.position));
    if (segment) return true;
  }
  return false;
}

base::Status plan_attachment(Core::State& core, SpaceState& space, const store::AttachmentRow& row,
                             Plan& plan) {
  if (std::find(plan.objects.begin(), plan.objects.end(), row.object) == plan.objects.end())
    plan.objects.push_back(row.object);
  if (!core.is_admin(space) && !(row.owner == core.certificate->person())) return {};
  ++plan.report.attachments;
  const auto content = log::decode_attachment(row.content);
  if (!content.ok()) return {};  // nothing names a chunk of it
  for (const std::size_t size : log::chunk_sizes(content->size)) plan.report.attachment_bytes += size;
  SJ_TRY(const bool left, has_left(core, row));
  if (!left) {
    plan.unsent.insert(plan.unsent.end(), content->chunks.begin(), content->chunks.end());
    return {};
  }
  auto& named = row.owner == core.certificate->person() ? plan.chunks : plan.of_others;
  named.insert(content->chunks.begin(), content->chunks.end());
  return {};
}

base::Result<Plan> plan_of(Core::State& core, SpaceState& space, const base::ObjectId& object) {
  Plan plan;
  plan.objects.push_back(object);
  SJ_TRY(auto attached, core.store->attachments().all_of(object));
  SJ_TRY(const auto itself, core.store->attachments().get(object));
  if (itself) attached.push_back(*itself);
  for (const auto& row : attached) {
    if (row.space == space.row.space) SJ_TRY_STATUS(plan_attachment(core, space, row, plan));
  }
  if (!plan.of_others
           .empty()) {  // an admin's word is for all; what somebody copied from another stays theirs
    SJ_TRY(const auto shown, core.chunk_owners(space, plan.objects));
    for (const auto& chunk : plan.of_others) {
      if (shown.count(chunk) == 0) plan.chunks.insert(chunk);
    }
  }
  std::set<log::Dot> dots;
  for (const auto& one : plan.objects) {
    SJ_TRY(const auto ops, core.store->ops_of(space.row.space, one));
    for (const auto& op : ops) dots.insert(op.dot);
  }
  // The same ops, written once more when something else was erased; and those once more.
  SJ_TRY(const auto once_more, core.store->ops_of(space.row.space, {}));
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& row : once_more) {
      SJ_TRY(auto op, core.codec.decode(row.bytes));
      const auto original = log::original_of(std::move(op));
      if (original && dots.count(original->first) != 0) grown = dots.insert(row.dot).second || grown;
    }
  }
  for (const auto& dot : dots) SJ_TRY_STATUS(plan_dot(core, space, dot, plan));
  for (auto& [place, part] : plan.parts) std::sort(part.offsets.begin(), part.offsets.end());
  plan.report.segments = plan.parts.size();
  return plan;
}

space::ErasedSegment erased_segment(const SpaceState& space, const Plan::Part& part) {
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

// What one record will say, and the ops that are written once more for it; nothing of it is in the store yet.
struct Batch {
  std::vector<space::ErasedSegment> segments;
  std::vector<base::Bytes> witnesses;
  std::size_t bytes = 0;  // of those
  std::size_t runs = 0;
};

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
                                                    const Plan::Part& part) {
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

bool another_time(Code code) {
  return code == Code::key_missing || code == Code::not_permitted || code == Code::too_large;
}

enum class Unready : std::uint8_t { fails, is_left_out };  // what cannot be written once more now

// All that may fail for what peers wrote fails here, before anything is stored.
base::Result<std::vector<Batch>> batches_of(Core::State& core, SpaceState& space, const Plan& plan,
                                            Unready unready) {
  // So much fits the witnesses of one record, and such an op a segment, whatever they pack to.
  constexpr std::size_t kSealedForSure = 512 * 1024;
  constexpr std::size_t kOpSealedForSure = log::kMaxOpBytes + 1024;
  std::vector<Batch> batches;
  Batch batch;
  const auto close = [&] {
    std::sort(batch.segments.begin(), batch.segments.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    if (!batch.segments.empty()) batches.push_back(std::move(batch));
    batch = {};
  };
  const auto add = [&](const Plan::Part& part) -> base::Status {
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

// Seals what survives into segments of its own; their names, ascending.
base::Result<std::vector<log::SegmentName>> write_witnesses(Core::State& core, SpaceState& space,
                                                            const Batch& batch) {
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

base::Status carry_out(Core::State& core, SpaceState& space, Plan& plan, std::vector<Batch> batches,
                       std::uint32_t reason) {
  for (const auto& dot : plan.unsealed) SJ_TRY_STATUS(blank(core, space.row.space, dot));
  for (const auto& chunk : plan.unsent)
    SJ_TRY_STATUS(core.store->attachments().erase_chunk(space.row.space, chunk));
  const auto put_record = [&](Batch batch) -> base::Status {
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

// Whether a record of this device would be taken in that space at all.
bool may_record(const Core::State& core, const SpaceState& space) {
  return core.certificate && space.membership.devices().count(core.certificate->device()) != 0 &&
         space.membership.role_of(core.certificate->person()).has_value();
}

}  // namespace

// Two devices erased at one time: what each wrote once more holds what the other erased. Whoever wrote it
// erases that as well. What cannot be done now is left for another time: this runs while records of others
// are taken, and none of those may end a sync.
base::Status Core::State::erase_leftovers(SpaceState& space, std::vector<fold::Touched>& touched) {
  if (space.membership.erasures().empty() || !may_record(*this, space)) return {};
  const base::SpaceId& id = space.row.space;
  Plan plan;
  SJ_TRY(const auto once_more, store->ops_of(id, {}));
  std::vector<std::pair<log::Dot, log::Dot>> waiting;  // what was written here once more, and for what
  std::set<log::Dot> gone;
  for (const auto& row : once_more) {
    if (!is_of_this_device(space, row.dot.branch)) continue;
    SJ_TRY(auto op, codec.decode(row.bytes));
    const auto original = log::original_of(std::move(op));
    if (!original) continue;
    SJ_TRY(const auto named, store->ops_between(id, original->first.branch, original->first.position, 1));
    if (!named.empty() && named.front().op.bytes.empty()) gone.insert(original->first);
    waiting.emplace_back(row.dot, original->first);
  }
  // And what was written once more for that.
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [dot, original] : waiting) {
      if (gone.count(original) == 0 || !gone.insert(dot).second) continue;
      SJ_TRY_STATUS(plan_dot(*this, space, dot, plan));
      grown = true;
    }
  }
  if (plan.report.ops == 0) return {};
  for (auto& [place, part] : plan.parts) std::sort(part.offsets.begin(), part.offsets.end());
  SJ_TRY(auto batches, batches_of(*this, space, plan, Unready::is_left_out));
  if (batches.empty() && plan.unsealed.empty()) return {};
  SJ_TRY_STATUS(carry_out(*this, space, plan, std::move(batches), 0));
  SJ_TRY_STATUS(save_digest(space));
  return settle_erasures(space, touched);
}

// What a device of this person erased and wrote once more may be nowhere: it died, or went back to an older
// copy, when a carrier had taken the segment without its body and not yet the witnesses. Whoever holds the
// body then writes once more what survives. After some syncs only: witnesses come behind what they stand for.
base::Status Core::State::write_lost_survivors() {
  constexpr std::uint8_t kPatience = 3;  // syncs that went through
  std::vector<base::SpaceId> ids;        // a change that fails reads all spaces anew
  for (const auto& [id, space] : spaces) ids.push_back(id);
  for (const auto& id : ids) {
    const auto known = spaces.find(id);
    if (known == spaces.end()) continue;
    SpaceState& space = *known->second;
    if (space.erasures_open.empty() || !may_record(*this, space)) continue;
    Plan plan;
    for (const auto& name : space.erasures_open) {
      SJ_TRY(auto stored, find_segment(space, name.log, name.segment_no, name.tag));
      if (!stored || !may_erase(*this, space, stored->log)) continue;
      SJ_TRY(const auto segment, log::decode_segment(stored->bytes));
      const auto of = space.membership.erasures_of(name);
      const bool ours = std::any_of(of.begin(), of.end(), [&](const std::size_t place) {
        return space.membership.erasures()[place].author == certificate->person();
      });
      if (segment.erased || !ours) continue;
      const auto erased = space.membership.erased_ops(name);
      auto& part = plan.parts[{stored->log, stored->segment_no}];
      for (std::uint32_t offset = 0; offset < stored->op_count; ++offset) {
        if (erased.has(offset)) part.offsets.push_back(offset);
      }
      part.segment = std::move(*stored);
    }
    if (plan.parts.empty()) continue;
    const std::string setting = "erasures_wait:" + id.hex();
    SJ_TRY(const auto before, store->setting(setting));
    const std::uint8_t waited = before && before->size() == 1 ? before->front() : 0;
    if (waited < kPatience) {
      const std::array<std::uint8_t, 1> more{static_cast<std::uint8_t>(waited + 1)};
      SJ_TRY_STATUS(store->put_setting(setting, more));
      continue;
    }
    SJ_TRY(auto batches, batches_of(*this, space, plan, Unready::is_left_out));
    if (batches.empty()) continue;
    Change change(*this);
    SJ_TRY_STATUS(change.begin());
    auto done = carry_out(*this, space, plan, std::move(batches), 0);
    if (another_time(done.code())) continue;
    SJ_TRY_STATUS(std::move(done));
    std::vector<fold::Touched> touched;
    SJ_TRY_STATUS(membership_changed(space, touched));
    SJ_TRY_STATUS(settle_erasures(space, touched));
    SJ_TRY_STATUS(refresh(touched));
    SJ_TRY_STATUS(save_digest(space));
    SJ_TRY_STATUS(store->put_setting(setting, {}));
    SJ_TRY_STATUS(change.commit());
  }
  return {};
}

namespace {

// What this person asked for; not what their devices took back after somebody else had erased it.
bool is_of(const space::Erasure& erasure, const base::PersonId& person) {
  return erasure.author == person && erasure.reason != space::kErasedAfterOwner;
}

base::Result<base::SpaceId> space_of(Core::State& core, const base::ObjectId& object) {
  SJ_TRY(const auto entry, core.store->journal().get(object));
  if (entry) return entry->space;
  SJ_TRY(const auto record, core.store->records_of_cycle().get(object));
  if (record) return record->space;
  SJ_TRY(const auto attachment, core.store->attachments().get(object));
  if (attachment) return attachment->space;
  // Of something that was erased when attachments still stayed behind.
  SJ_TRY(const auto attached, core.store->attachments().all_of(object));
  if (!attached.empty()) return attached.front().space;
  return base::error(Code::not_found, "no such entry or record");
}

}  // namespace

base::Result<EraseReport> Core::erase(const base::ObjectId& object, std::uint32_t reason, bool dry_run) {
  State& core = *state_;
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(const auto id, space_of(core, object));
  SJ_TRY(auto* space, core.space(id));
  SJ_TRY(auto plan, plan_of(core, *space, object));
  plan.report.space = id;
  if (plan.report.ops == 0) return base::error(Code::not_permitted, "by its author or an admin");
  SJ_TRY(auto batches, batches_of(core, *space, plan, Unready::fails));
  if (dry_run) return plan.report;
  {
    Change change(core);
    SJ_TRY_STATUS(change.begin());
    SJ_TRY_STATUS(carry_out(core, *space, plan, std::move(batches), reason));
    std::vector<fold::Touched> touched;
    for (const auto& one : plan.objects) touched.push_back({id, one, 0});
    SJ_TRY_STATUS(core.membership_changed(*space, touched));
    SJ_TRY_STATUS(core.refresh(touched));
    SJ_TRY_STATUS(core.save_digest(*space));
    SJ_TRY_STATUS(change.commit());
  }
  SJ_TRY_STATUS(core.store->forget_deleted());
  return plan.report;
}

std::string StoreShelf::receipt_name(const base::PublicBoxKey& carrier, const base::RecordId& record) {
  return "receipt " + carrier.hex() + " " + record.hex();
}

base::Result<std::vector<ErasureStatus>> Core::erasures() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  std::vector<ErasureStatus> all;
  for (const auto& [id, space] : core.spaces) {
    for (const auto& erasure : space->membership.erasures()) {
      if (!core.certificate || !is_of(erasure, core.certificate->person())) continue;
      ErasureStatus row;
      row.space = id;
      row.record = erasure.record;
      row.reason = erasure.reason;
      row.wall_seconds = erasure.wall_seconds;
      row.segments = erasure.segments.size();
      row.chunks = erasure.chunks.size();
      for (const auto& segment : erasure.segments) {
        for (const auto& run : segment.runs) row.ops += run.second;
      }
      for (const auto& carrier : core.carriers) {
        ErasureStatus::Carrier at;
        SJ_TRY(at.address, space::CarrierAddress::parse(carrier.url));
        SJ_TRY(const auto bytes, core.store->setting(StoreShelf::receipt_name(carrier.key, erasure.record)));
        auto receipt = bytes ? space::stored_receipt(*bytes)
                             : base::Result<space::Receipt>(base::error(Code::not_found));
        // Of a store that it is no more, a receipt says nothing.
        if (receipt.ok() && carrier.generation && receipt->generation == *carrier.generation) {
          at.receipt = std::move(receipt).value();
          at.signed_bytes = *bytes;
        }
        row.carriers.push_back(std::move(at));
      }
      all.push_back(std::move(row));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.wall_seconds > b.wall_seconds; });
  return all;
}

base::Result<std::vector<sync::ReceiptQuery>> StoreShelf::receipts_to_ask() {
  std::vector<sync::ReceiptQuery> queries;
  const auto* carrier = core_.carrier(carrier_);
  if (carrier == nullptr || !core_.certificate) return queries;
  for (const auto& [id, space] : core_.spaces) {
    for (const auto& erasure : space->membership.erasures()) {
      if (!is_of(erasure, core_.certificate->person())) continue;
      SJ_TRY(const auto bytes, core_.store->setting(receipt_name(carrier_, erasure.record)));
      if (bytes) {
        const auto receipt = space::stored_receipt(*bytes);
        if (receipt.ok() && carrier->generation && receipt->generation == *carrier->generation) continue;
      }
      queries.push_back({id, erasure.record});
      if (queries.size() == sync::kMaxReceipts) return queries;
    }
  }
  return queries;
}

base::Status StoreShelf::apply_receipts(const Outcome& outcome) {
  const auto* carrier = core_.carrier(carrier_);
  for (const auto& bytes : outcome.receipts) {
    const auto receipt = space::read_receipt(bytes);
    // Somebody else's word, or of another store: it says nothing here.
    if (!receipt.ok() || carrier == nullptr || !(receipt->carrier == carrier_) || !carrier->generation ||
        !(receipt->generation == *carrier->generation)) {
      continue;
    }
    SJ_TRY_STATUS(core_.store->put_setting(receipt_name(carrier_, receipt->record), bytes));
  }
  return {};
}

}  // namespace sejawat::api
