// Erasure on a device (docs/PROTOCOL.md, "Erasure"): values and sealed bodies go, chains stay, and what
// survives of a body is taken from where it was written once more.
#include <algorithm>

#include "core_state.h"
#include "log_seal/attachment.h"
#include "space/erasure_rule.h"

namespace sejawat::api {
namespace {

log::SegmentName name_of(const SpaceState& space, const store::StoredSegment& segment) {
  return {space.log_of(segment.log), segment.segment_no, base::prefix_of<base::HeadTag>(segment.hash)};
}

}  // namespace

base::Result<bool> Core::State::may_drop(const SpaceState& space, const log::SegmentName& name,
                                         std::uint64_t op_count) {
  return sejawat::space::body_may_go(
      space.membership, name, op_count, [&](const log::SegmentName& witness) -> base::Result<bool> {
        SJ_TRY(const auto found, find_segment(space, witness.log, witness.segment_no, witness.tag));
        return found.has_value();
      });
}

base::Status Core::State::settle_erasures(SpaceState& space, std::vector<fold::Touched>& touched) {
  const auto& erasures = space.membership.erasures();
  if (erasures.size() != space.erasures_read) {
    space.erasures_read = erasures.size();
    space.erasures_open.clear();
    for (const auto& erasure : erasures) {
      for (const auto& segment : erasure.segments) space.erasures_open.push_back(segment.name);
    }
    std::sort(space.erasures_open.begin(), space.erasures_open.end());
    space.erasures_open.erase(std::unique(space.erasures_open.begin(), space.erasures_open.end()),
                              space.erasures_open.end());
    SJ_TRY_STATUS(settle_chunks(space));
  }
  std::vector<log::SegmentName> open;
  for (const auto& name : space.erasures_open) {
    SJ_TRY(const bool done, settle_erasure(space, name, touched));
    if (!done) open.push_back(name);
  }
  space.erasures_open = std::move(open);
  return {};
}

// By its owner, by an admin, or by this person: who names a chunk keeps it no more.
bool Core::State::chunk_gone(const SpaceState& space, const log::ChunkId& chunk,
                             const std::optional<base::PersonId>& owner) const {
  return space.membership.chunk_erased(chunk, owner) ||
         (certificate && space.membership.chunk_erased(chunk, certificate->person()));
}

base::Result<Core::State::ChunkOwners> Core::State::chunk_owners(const SpaceState& space,
                                                                 const std::vector<base::ObjectId>& except) {
  ChunkOwners owners;
  SJ_TRY(const auto rows, store->attachments().list(std::nullopt));
  for (const auto& row : rows) {
    if (!(row.space == space.row.space)) continue;
    if (std::find(except.begin(), except.end(), row.object) != except.end()) continue;
    const auto content = log::decode_attachment(row.content);
    if (!content.ok()) continue;
    for (const auto& chunk : content->chunks) owners[chunk].insert(row.owner);
  }
  return owners;
}

// What lies here of erased attachments. Judged by the chunk's owner and not by rows of attachments alone,
// which come and go with fences and with the ops that the same record erases.
base::Status Core::State::settle_chunks(SpaceState& space) {
  const base::SpaceId& id = space.row.space;
  const auto& erasures = space.membership.erasures();
  const std::size_t seen = space.chunk_erasures_seen;
  space.chunk_erasures_seen = erasures.size();
  if (std::all_of(erasures.begin(), erasures.end(), [](const auto& one) { return one.chunks.empty(); }))
    return {};
  SJ_TRY(auto held, store->attachments().chunks_of(id));
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const auto& one) { return space.membership.erasures_of(one.chunk).empty(); }),
             held.end());
  if (held.empty()) return {};
  SJ_TRY(const auto owners, chunk_owners(space, {}));
  for (const auto& one : held) {
    const auto& places = space.membership.erasures_of(one.chunk);
    const auto of = owners.find(one.chunk);
    const bool named_on =
        of != owners.end() && std::any_of(of->second.begin(), of->second.end(), [&](const auto& owner) {
          return !chunk_gone(space, one.chunk, owner);
        });
    if (!named_on && chunk_gone(space, one.chunk, one.owner)) {
      SJ_TRY_STATUS(store->attachments().erase_chunk(id, one.chunk));
    } else if (places.back() >= seen) {
      // Somebody else's word takes nothing away, except what they themselves once brought to a carrier.
      SJ_TRY_STATUS(store->attachments().doubt_chunk(id, one.chunk));
    }
  }
  return {};
}

// A carrier obeys the owner only in what the owner's devices brought. What this device brought there for
// somebody else goes by a word of its own person, once the owner has erased it.
base::Status Core::State::take_back_chunks(SpaceState& space) {
  const base::SpaceId& id = space.row.space;
  if (!device || !certificate || space.membership.devices().count(certificate->device()) == 0 ||
      !space.membership.role_of(certificate->person())) {
    return {};
  }
  SJ_TRY(const auto brought, store->attachments().brought_and_erased(id));
  std::vector<log::ChunkId> named;
  for (const auto& chunk : brought) {
    if (space.membership.erasures_of(chunk).empty()) continue;
    if (!space.membership.chunk_erased(chunk, certificate->person())) named.push_back(chunk);
    SJ_TRY_STATUS(store->attachments().forget_brought(id, chunk));
  }
  for (std::size_t at = 0; at < named.size(); at += space::kErasedChunksAtOnce) {
    const auto end = std::min(named.size(), at + space::kErasedChunksAtOnce);
    const std::vector<log::ChunkId> some(named.begin() + static_cast<std::ptrdiff_t>(at),
                                         named.begin() + static_cast<std::ptrdiff_t>(end));
    SJ_TRY(const auto record,
           take_record(space, space::write_erased(author(), space.membership, space::kErasedAfterOwner, {},
                                                  {}, some)));
    static_cast<void>(record);
  }
  return {};
}

// True when nothing is left to do: values gone, body gone, and what survives is here.
base::Result<bool> Core::State::settle_erasure(SpaceState& space, const log::SegmentName& name,
                                               std::vector<fold::Touched>& touched) {
  const base::SpaceId& id = space.row.space;
  SJ_TRY(const auto stored, find_segment(space, name.log, name.segment_no, name.tag));
  if (!stored) return false;
  const auto erased = space.membership.erased_ops(name);
  for (std::uint64_t offset = 0; offset < stored->op_count; ++offset) {
    if (!erased.has(offset)) continue;
    SJ_TRY(const auto object, store->erase_op(id, {stored->log, stored->first_op + offset}));
    if (object) touched.push_back({id, *object, 0});
  }
  SJ_TRY(auto segment, log::decode_segment(stored->bytes));
  if (!segment.erased) {
    SJ_TRY(const bool drop, may_drop(space, name, stored->op_count));
    if (!drop) return false;
    SJ_TRY_STATUS(store->replace_segment(id, stored->log, stored->segment_no, log::without_body(segment)));
  }
  SJ_TRY(const auto state, store->segment_state(id, stored->log, stored->segment_no));
  if (state == store::SegmentState::waiting_key || state == store::SegmentState::unreadable) {
    SJ_TRY_STATUS(
        store->set_segment_state(id, stored->log, stored->segment_no, store::SegmentState::waiting_deps));
  }
  return state == store::SegmentState::applied;
}

// What stands in a witness, by the dots there. Also behind a fence: the erasure that names it counts, and
// with it what it says has survived; everything else there stays in quarantine.
base::Result<std::optional<Core::State::Dotted>> Core::State::ops_of_witness(
    SpaceState& space, const store::StoredSegment& witness, int depth) {
  const base::SpaceId& id = space.row.space;
  Dotted found;
  SJ_TRY(const auto state, store->segment_state(id, witness.log, witness.segment_no));
  if (state == store::SegmentState::applied) {
    SJ_TRY(const auto rows, store->ops_between(id, witness.log, witness.first_op, witness.op_count));
    for (const auto& row : rows) {
      if (row.op.bytes.empty() || !row.object.is_zero()) continue;
      SJ_TRY(auto op, codec.decode(row.op.bytes));
      found.emplace_back(row.op.dot, std::move(op));
    }
    return std::optional<Dotted>(std::move(found));
  }
  if (state != store::SegmentState::quarantined) return std::optional<Dotted>();
  SJ_TRY(const auto segment, log::decode_segment(witness.bytes));
  SJ_TRY(const auto header, log::decode_header(segment.header));
  const auto name = name_of(space, witness);
  if (segment.erased) {
    // Once for each: witnesses that name each other over and over are looked at no more often for that, and
    // one that leads back to itself is not here.
    const auto [known, fresh] = surviving.emplace(name, std::nullopt);
    if (!fresh) return known->second;
    SJ_TRY(auto ops, survivors_of(space, name, witness.log, header, depth + 1));
    surviving[name] = ops;
    return ops;
  }
  SJ_TRY(auto to, resolve_deps(space, witness.log, header));
  if (!to) return std::optional<Dotted>();
  SJ_TRY(const auto before, head_before(space, witness.log, witness.segment_no));
  SJ_TRY(auto read, read_ops(space, space.log_of(witness.log), before, segment, header, *to));
  if (read.state != store::SegmentState::applied) return std::optional<Dotted>();
  const auto erased = space.membership.erased_ops(name);
  for (std::uint64_t offset = 0; offset < read.ops.size(); ++offset) {
    if (!erased.has(offset))
      found.emplace_back(log::Dot{witness.log, header.first_op + offset},
                         std::move(read.ops[static_cast<std::size_t>(offset)]));
  }
  return std::optional<Dotted>(std::move(found));
}

// Of a segment without its body; nullopt while what survives of it is not here. Only what its eraser wrote
// once more counts.
base::Result<std::optional<Core::State::Dotted>> Core::State::survivors_of(SpaceState& space,
                                                                           const log::SegmentName& name,
                                                                           const base::LogId& branch,
                                                                           const log::SegmentHeader& header,
                                                                           int depth) {
  // Erasures that name each other's witnesses in a ring are nobody's honest work.
  constexpr int kDeepest = 4;
  if (depth > kDeepest) return std::optional<Dotted>();
  const auto erased = space.membership.erased_ops(name);
  for (const std::size_t place : space.membership.erasures_of(name)) {
    const auto& erasure = space.membership.erasures()[place];
    Dotted survivors;
    bool whole = !erasure.witnesses.empty();
    for (std::size_t i = 0; whole && i < erasure.witnesses.size(); ++i) {
      const auto& one = erasure.witnesses[i];
      SJ_TRY(const auto found, find_segment(space, one.log, one.segment_no, one.tag));
      const auto enrolled = space.membership.logs().find(one.log);
      whole = found && enrolled != space.membership.logs().end() && enrolled->second.person == erasure.author;
      if (!whole) break;
      SJ_TRY(auto ops, ops_of_witness(space, *found, depth));
      whole = ops.has_value();
      for (auto& [at, op] : whole ? *ops : Dotted{}) {
        auto original = log::original_of(std::move(op));
        if (!original || !(original->first.branch == branch)) continue;
        const std::uint64_t position = original->first.position;
        if (position < header.first_op || position - header.first_op >= header.op_count) continue;
        if (!erased.has(position - header.first_op)) survivors.push_back(std::move(*original));
      }
    }
    if (whole) return std::optional<Dotted>(std::move(survivors));
  }
  return std::optional<Dotted>();
}

// They count where no op stands yet: who holds the original keeps it. False while they are not here.
base::Result<bool> Core::State::restore_survivors(SpaceState& space, const log::SegmentName& name,
                                                  const base::LogId& branch, const log::SegmentHeader& header,
                                                  Opened& opened) {
  const base::SpaceId& id = space.row.space;
  if (space.membership.erased_ops(name).all(header.op_count)) return true;
  surviving.clear();
  SJ_TRY(const auto survivors, survivors_of(space, name, branch, header));
  surviving.clear();
  if (!survivors) return false;
  for (const auto& [dot, survivor] : *survivors) {
    const bool again = log::is_witness(survivor.kind);
    const base::ObjectId object = again ? base::ObjectId{} : survivor.object;
    SJ_TRY_STATUS(store->put_op(id, object, {dot, codec.encode(survivor)}, true));
    if (!again) opened.touched.push_back({id, object, survivor.type});
    constexpr std::uint64_t kMostAtOnce = std::uint64_t{1} << 24;  // as of any op: fold/apply.cpp
    opened.lamport = std::max(opened.lamport, std::min(survivor.lamport, opened.lamport + kMostAtOnce));
  }
  return true;
}

// A body that came after its segment came without, and that is wanted still.
base::Status Core::State::fill_body(SpaceState& space, const base::LogId& branch, const log::Segment& segment,
                                    const log::SegmentHeader& header, const base::Bytes& bytes) {
  if (segment.erased) return {};
  const base::SpaceId& id = space.row.space;
  SJ_TRY(const auto held, store->segment(id, branch, header.segment_no));
  if (!held || held->bytes.size() >= bytes.size()) return {};
  SJ_TRY(const bool drop, may_drop(space, name_of(space, *held), header.op_count));
  if (drop) return {};
  SJ_TRY_STATUS(store->replace_segment(id, branch, header.segment_no, bytes));
  SJ_TRY(const auto state, store->segment_state(id, branch, header.segment_no));
  if (state != store::SegmentState::waiting_deps) return {};
  return store->set_segment_state(id, branch, header.segment_no, store::SegmentState::waiting_key);
}

}  // namespace sejawat::api
