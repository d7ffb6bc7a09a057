// What an erasure means for sealed bytes (docs/PROTOCOL.md, "Erasure"). A body goes when every op in it is
// erased, or when what survives was written once more and is here. Header, signature and hash of the body
// stay, so chain, digests and positions are as before.
#include "carrier/carrier.h"
#include "space/erasure_rule.h"
#include "space/receipt.h"

namespace sejawat::carrier {

void Carrier::sign_receipts(const crypto::BoxKey& key) {
  receipt_key_ = space::receipt_key(key);
  key_ = key.public_key();
}

// After a record: what is erased since. A removal may void an erasure and another one bring it back; then all
// are looked at again.
base::Status Carrier::settle_erasures(Space& space) {
  const auto& erasures = space.membership.erasures();
  if (erasures.size() == space.erasures_done) return {};
  const std::size_t first = erasures.size() == space.erasures_done + 1 ? space.erasures_done : 0;
  space.erasures_done = erasures.size();
  for (std::size_t at = first; at < erasures.size(); ++at) {
    for (const auto& segment : erasures[at].segments) SJ_TRY_STATUS(settle_erasure(space, segment.name));
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
  return put_in_place(space, *branch, name.segment_no, *held, log::without_body(*segment));
}

base::Status Carrier::put_in_place(Space& space, const base::LogId& branch, std::uint64_t segment_no,
                                   base::ByteView held, base::ByteView bytes) {
  auto& used = space.usage.segment_bytes;
  used = used + bytes.size() < held.size() ? 0 : used + bytes.size() - held.size();
  return store_.replace_segment(space.membership.space(), space.tip(), branch, segment_no, bytes);
}

// A body that comes after its segment came without: it is kept while something in it is neither erased nor
// here elsewhere.
base::Status Carrier::keep_body(Space& space, const Place& place, const log::SegmentHeader& header,
                                const log::Segment& segment, base::ByteView bytes) {
  if (segment.erased) return {};
  const auto& id = space.membership.space();
  SJ_TRY(const auto held, store_.segment(id, place.branch, header.segment_no));
  if (!held || held->size() >= bytes.size()) return {};
  const auto stripped = log::decode_segment(*held);
  if (!stripped.ok() || !stripped->erased) return {};
  SJ_TRY(const auto hash, store_.hash_of(id, place.branch, header.segment_no));
  if (!hash) return {};
  const log::SegmentName name{space.log_of(place.branch), header.segment_no,
                              base::prefix_of<base::HeadTag>(*hash)};
  SJ_TRY(const bool gone, may_drop(space, name, header.op_count));
  if (gone) return {};
  return put_in_place(space, place.branch, header.segment_no, *held, bytes);
}

// How many bodies it named that are gone here; nullopt while one is not, or has not come yet.
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
  return std::optional<std::uint64_t>(erasure.segments.size());
}

base::Status Carrier::add_receipts(const Peer& peer, const sync::ClientMessage& message,
                                   std::int64_t wall_seconds, sync::ServerMessage& reply) {
  if (!receipt_key_ || !store_.forgotten()) return {};
  for (const auto& query : message.receipts) {
    const auto found = spaces_.find(query.space);
    if (found == spaces_.end() || !is_member(*found->second, peer.device)) continue;
    for (const auto& erasure : found->second->membership.erasures()) {
      if (!(erasure.record == query.record)) continue;
      SJ_TRY(const auto gone, bodies_gone(*found->second, erasure));
      if (!gone) continue;
      reply.receipts.push_back(space::write_receipt(
          *receipt_key_, {query.space, query.record, key_, generation_, wall_seconds, *gone}));
    }
  }
  return {};
}

}  // namespace sejawat::carrier
