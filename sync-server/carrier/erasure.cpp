// What an erasure means for sealed bytes (docs/PROTOCOL.md, "Erasure"; of chunks "Attachments"). A body goes
// when every op in it is erased, or when what survives was written once more and is here. Header, signature
// and hash of the body stay, so chain, digests and positions are as before.
#include <algorithm>
#include <numeric>

#include "carrier/carrier.h"
#include "space/erasure_rule.h"
#include "space/receipt.h"

namespace sejawat::carrier {
namespace {

// Where those stand that are new, or all of them where one went or is another than it was.
template <class Erasures>
std::vector<std::size_t> to_look_at(const Erasures& before, const Erasures& now) {
  std::vector<std::size_t> fresh;
  std::size_t known = 0;
  for (std::size_t at = 0; at < now.size(); ++at) {
    if (known < before.size() && now[at] == before[known]) {
      ++known;
    } else {
      fresh.push_back(at);
    }
  }
  if (known == before.size()) return fresh;
  fresh.resize(now.size());
  std::iota(fresh.begin(), fresh.end(), std::size_t{0});
  return fresh;
}

}  // namespace

Carrier::Space::Erasures Carrier::seen_erasures(const space::Membership& membership) {
  Space::Erasures seen;
  for (const auto& erasure : membership.erasures()) seen.emplace_back(erasure.record, erasure.by_admin);
  return seen;
}

void Carrier::sign_receipts(const crypto::BoxKey& key) {
  receipt_key_ = space::receipt_key(key);
  key_ = key.public_key();
}

// After a record: what is erased since. A removal may void an erasure and another one bring it back, to where
// it stood.
base::Status Carrier::settle_erasures(Space& space) {
  const auto& erasures = space.membership.erasures();
  auto now = seen_erasures(space.membership);
  if (now == space.erasures_done) return {};
  const auto places = to_look_at(space.erasures_done, now);
  space.erasures_done = std::move(now);
  for (const std::size_t at : places) {
    for (const auto& segment : erasures[at].segments) SJ_TRY_STATUS(settle_erasure(space, segment.name));
    SJ_TRY_STATUS(settle_chunks(space, erasures[at]));
  }
  const bool of_chunks =
      std::any_of(places.begin(), places.end(), [&](std::size_t at) { return !erasures[at].chunks.empty(); });
  if (of_chunks) SJ_TRY_STATUS(count_chunks(space));
  return {};
}

// Chunks go when an admin names them, or whoever brought them: nobody takes away what another one gave. Of
// beginnings those of the author's devices.
base::Status Carrier::settle_chunks(Space& space, const space::Erasure& erasure) {
  const auto& id = space.membership.space();
  std::vector<log::ChunkId> gone;
  for (const auto& chunk : erasure.chunks) {
    SJ_TRY(const auto by, store_.chunks().brought_by(id, chunk));
    if (space.membership.chunk_erased(chunk, by)) {
      gone.push_back(chunk);
      continue;
    }
    SJ_TRY(const auto devices, store_.chunks().begun_by(id, chunk));
    for (const auto& device : devices) {
      if (bringer(space, device) == erasure.author)
        SJ_TRY_STATUS(store_.chunks().forget_begun_chunk(id, device, chunk));
    }
  }
  if (gone.empty()) return {};
  SJ_TRY(const auto freed, store_.chunks().drop_chunks(id, gone));
  if (freed == 0) return {};
  auto& used = space.usage.media_bytes;
  used -= std::min(used, freed);
  return store_.chunks().put_usage(id, space.tip());
}

base::Result<bool> Carrier::chunks_due(const Space& space) {
  for (const auto& erasure : space.membership.erasures()) {
    for (const auto& chunk : erasure.chunks) {
      SJ_TRY(const auto size, store_.chunks().chunk_size(space.membership.space(), chunk));
      if (size == 0) continue;
      SJ_TRY(const auto by, store_.chunks().brought_by(space.membership.space(), chunk));
      if (space.membership.chunk_erased(chunk, by)) return true;
    }
  }
  return false;
}

// Records that an older program kept without knowing what they say of chunks.
base::Status Carrier::settle_what_was_not_understood() {
  for (auto& [id, space] : spaces_) {
    space->erasures_done = seen_erasures(space->membership);
    SJ_TRY(const bool due, chunks_due(*space));
    if (!due) continue;
    SJ_TRY_STATUS(store_.begin());
    for (const auto& erasure : space->membership.erasures()) SJ_TRY_STATUS(settle_chunks(*space, erasure));
    SJ_TRY_STATUS(count_chunks(*space));
    SJ_TRY_STATUS(store_.commit());
  }
  return {};
}

// After a segment: it may be erased already, or be the witness that another one waited for.
base::Status Carrier::note_arrival(Space& space, const log::SegmentName& name) {
  const auto& membership = space.membership;
  if (!membership.erasures_of(name).empty()) SJ_TRY_STATUS(settle_erasure(space, name));
  for (const std::size_t place : membership.witnessed_by(name)) {
    for (const auto& segment : membership.erasures()[place].segments) {
      SJ_TRY_STATUS(settle_erasure(space, segment.name));
    }
  }
  return {};
}

base::Result<bool> Carrier::may_drop(const Space& space, const log::SegmentName& name,
                                     std::uint64_t op_count) {
  return sejawat::space::body_may_go(
      space.membership, name, op_count, [&](const log::SegmentName& witness) -> base::Result<bool> {
        SJ_TRY(const auto branch, branch_with(space, witness.log, witness.segment_no + 1, witness.tag));
        return branch.has_value();
      });
}

base::Status Carrier::settle_erasure(Space& space, const log::SegmentName& name) {
  const auto& id = space.membership.space();
  SJ_TRY(const auto branch, branch_with(space, name.log, name.segment_no + 1, name.tag));
  if (!branch) return {};
  SJ_TRY(const auto held, store_.segment(id, *branch, name.segment_no));
  if (!held) return base::error(base::Code::storage_failed, "a hash without its segment");
  const auto segment = log::decode_segment(*held);
  const auto header =
      segment.ok() ? log::decode_header(segment->header) : base::Result<log::SegmentHeader>(segment.error());
  if (!header.ok()) return base::error(base::Code::storage_failed, "a stored segment does not parse");
  if (segment->erased) return {};
  SJ_TRY(const bool gone, may_drop(space, name, header->op_count));
  if (!gone) return {};
  const auto enrolled = space.membership.logs().find(name.log);
  std::uint64_t fenced_from = UINT64_MAX;
  if (enrolled != space.membership.logs().end()) {
    SJ_TRY(fenced_from, late_from(space, enrolled->second, *branch));
  }
  return put_in_place(space, *branch, name.segment_no, *held, log::without_body(*segment),
                      name.segment_no >= fenced_from);
}

base::Status Carrier::put_in_place(Space& space, const base::LogId& branch, std::uint64_t segment_no,
                                   base::ByteView held, base::ByteView bytes, bool late) {
  auto& used = used_by(space, late);
  used = used + bytes.size() < held.size() ? 0 : used + bytes.size() - held.size();
  return store_.replace_segment(space.membership.space(), space.tip(), branch, segment_no, bytes);
}

// A body that comes after its segment came without: it is kept while something in it is neither erased nor
// here elsewhere.
base::Result<base::Code> Carrier::keep_body(Space& space, const Place& place,
                                            const log::SegmentHeader& header, const log::Segment& segment,
                                            base::ByteView bytes, bool late) {
  if (segment.erased) return base::Code::ok;
  const auto& id = space.membership.space();
  SJ_TRY(const auto held, store_.segment(id, place.branch, header.segment_no));
  if (!held || held->size() >= bytes.size()) return base::Code::ok;
  const auto stripped = log::decode_segment(*held);
  if (!stripped.ok() || !stripped->erased) return base::Code::ok;
  SJ_TRY(const auto hash, store_.hash_of(id, place.branch, header.segment_no));
  if (!hash) return base::Code::ok;
  const log::SegmentName name{space.log_of(place.branch), header.segment_no,
                              base::prefix_of<base::HeadTag>(*hash)};
  SJ_TRY(const bool gone, may_drop(space, name, header.op_count));
  if (gone) return base::Code::ok;
  if (low_ || !has_room_for_text(space, bytes.size() - held->size(), late)) return base::Code::quota_exceeded;
  SJ_TRY_STATUS(put_in_place(space, place.branch, header.segment_no, *held, bytes, late));
  return base::Code::ok;
}

// How many bodies it named that are gone here; nullopt while one is not, or has not come yet, or a chunk that
// it named is here, whoever brought it.
base::Result<std::optional<std::uint64_t>> Carrier::bodies_gone(const Space& space,
                                                                const space::Erasure& erasure) {
  for (const auto& one : erasure.segments) {
    const auto& name = one.name;
    SJ_TRY(const auto branch, branch_with(space, name.log, name.segment_no + 1, name.tag));
    if (!branch) return std::optional<std::uint64_t>();
    SJ_TRY(const auto held, store_.segment(space.membership.space(), *branch, name.segment_no));
    if (!held) return std::optional<std::uint64_t>();
    const auto segment = log::decode_segment(*held);
    if (!segment.ok() || !segment->erased) return std::optional<std::uint64_t>();
  }
  for (const auto& chunk : erasure.chunks) {
    SJ_TRY(const auto size, store_.chunks().chunk_size(space.membership.space(), chunk));
    if (size != 0) return std::optional<std::uint64_t>();
  }
  return std::optional<std::uint64_t>(erasure.segments.size());
}

base::Status Carrier::add_receipts(const Peer& peer, const sync::ClientMessage& message,
                                   std::int64_t wall_seconds, sync::ServerMessage& reply) {
  if (!receipt_key_ || message.receipts.empty() || !store_.forgotten()) return {};
  const Payer payer = payer_of(peer.device, peer.person);
  for (const auto& query : message.receipts) {
    const auto found = spaces_.find(query.space);
    if (found == spaces_.end() || !is_member(*found->second, peer.device)) continue;
    for (const auto& erasure : found->second->membership.erasures()) {
      if (!(erasure.record == query.record)) continue;
      // Each thing that it named is looked for; whoever asks for more than that comes again.
      const auto named = static_cast<std::uint32_t>(1 + erasure.segments.size() + erasure.chunks.size());
      const Rate rate{limits_.repeat_burst, limits_.repeats_per_second};
      if (!repeat_allowances_.take(payer, wall_seconds, rate, std::min(named, limits_.repeat_burst)))
        return {};
      SJ_TRY(const auto gone, bodies_gone(*found->second, erasure));
      if (!gone) continue;
      reply.receipts.push_back(space::write_receipt(
          *receipt_key_, {query.space, query.record, key_, generation_, wall_seconds, *gone}));
    }
  }
  return {};
}

}  // namespace sejawat::carrier
