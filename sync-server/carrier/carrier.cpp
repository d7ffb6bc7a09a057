#include "carrier/carrier.h"

#include <algorithm>

#include "base/planted.h"
#include "crypto/hash.h"

namespace sejawat::carrier {
namespace {

// Segments that are taken must be able to leave again, beside what else a reply or an upload holds.
constexpr std::size_t kSegmentMax = sync::kMessageMax - 4096;
// By its id or the first 8 bytes of it (the codec lets nothing else through).
const space::EnrolledLog* enrolled_log(const space::Membership& membership, base::ByteView log_ref) {
  base::LogId least;
  if (log_ref.size() > least.bytes.size()) return nullptr;
  std::copy(log_ref.begin(), log_ref.end(), least.bytes.begin());
  const auto found = membership.logs().lower_bound(least);
  if (found == membership.logs().end()) return nullptr;
  return base::equal(found->first.view().subspan(0, log_ref.size()), log_ref) ? &found->second : nullptr;
}

base::Code refusal_of(const Peer& peer, const sync::ClientMessage& message) {
  if (!message.hello) return peer.greeted ? base::Code::ok : base::Code::protocol_violation;
  if (message.hello->version != sync::kProtocolVersion) return base::Code::version_unsupported;
  return base::Code::ok;
}

}  // namespace

base::Result<std::unique_ptr<Carrier>> Carrier::open(CarrierStore& store, const Limits& limits) {
  std::unique_ptr<Carrier> carrier(new Carrier(store, limits));
  SJ_TRY(auto generation, store.generation());
  carrier->generation_ = generation;
  SJ_TRY(auto spaces, store.spaces());
  for (const auto& id : spaces) {
    auto space = std::make_unique<Space>(id);
    SJ_TRY(auto records, store.records(id));
    for (const auto& record : records) {
      if (!space->membership.add(record).ok()) {
        return base::error(base::Code::storage_failed, "a stored membership record does not check");
      }
    }
    SJ_TRY(auto tip, store.tip(id));
    if (tip) {
      space->position = tip->position;
      space->usage = tip->usage;
      SJ_TRY(auto digest, log::SpaceDigest::from_state(id, tip->digest_state));
      space->digest = digest;
    }
    SJ_TRY(auto branches, store.branches(id));
    for (const auto& branch : branches) space->add_branch(branch);
    SJ_TRY_STATUS(carrier->count_chunks(*space));
    carrier->note_founder(*space);
    carrier->index(*space);
    // In memory alone, until the next commit: an older program only ever counted up.
    SJ_TRY_STATUS(carrier->settle_quarantine(*space));
    if (space->fences.empty() && space->usage.quarantined_bytes != 0)
      SJ_TRY_STATUS(carrier->recount_quarantine(*space));
    carrier->spaces_.emplace(id, std::move(space));
  }
  carrier->left_.clear();
  for (const auto& [id, space] : carrier->spaces_) {
    for (const auto& [device, held] : space->begun) {
      if (!carrier->is_member(*space, device)) carrier->left_.emplace(id, device);
    }
  }
  SJ_TRY_STATUS(carrier->settle_what_was_not_understood());
  carrier->changes_ = {};
  return carrier;
}

base::Result<std::optional<base::Secret16>> Carrier::operator_secret(base::Random& random) {
  SJ_TRY(auto used, store_.meta("operator_used_by"));
  if (used) return std::optional<base::Secret16>();
  SJ_TRY(auto stored, store_.meta("operator_secret"));
  if (stored && stored->size() == base::Secret16::kSize)
    return std::optional<base::Secret16>(base::Secret16(*stored));
  base::Secret16 secret = base::Secret16::random(random);
  SJ_TRY_STATUS(store_.put_meta("operator_secret", secret.view()));
  return std::optional<base::Secret16>(std::move(secret));
}

std::uint64_t Carrier::quota_of(const Space& space) const {
  return space.membership.kind() == space::SpaceKind::personal ? limits_.personal_bytes
                                                               : limits_.community_bytes;
}

std::uint64_t& Carrier::used_by(Space& space, bool late) {
  return late ? space.usage.quarantined_bytes : space.usage.segment_bytes;
}

Usage Carrier::groups_beside(const Space& group) const {
  Usage sum;
  const auto all = groups_of_.find(group.membership.founder());
  if (all == groups_of_.end()) return sum;
  for (const Space* one : all->second) {
    sum.segment_bytes += one->usage.segment_bytes + one->usage.record_bytes;
    sum.records += one->usage.records;
    sum.record_bytes += one->usage.record_bytes;
    sum.media_bytes += media_of(*one);
  }
  return sum;
}

bool Carrier::has_room_for_text(Space& space, std::size_t bytes, bool late) const {
  if (used_by(space, late) + bytes > (late ? limits_.quarantine_bytes : quota_of(space))) return false;
  if (late || space.membership.kind() != space::SpaceKind::group) return true;
  return groups_beside(space).segment_bytes + bytes <= limits_.group_quotas_per_person * quota_of(space);
}

bool Carrier::runs_low(std::uint64_t besides) const {
  return limits_.reserve_bytes != 0 && store_.room().free < limits_.reserve_bytes + besides;
}

bool Carrier::may_use_the_last(const Space& space, const base::PublicBoxKey& device) const {
  const auto kind = space.membership.kind();
  return kind != space::SpaceKind::personal && kind != space::SpaceKind::group && is_admin(space, device);
}

bool Carrier::within_rate(const Ingested& by) {
  return allowances_.take(by.payer, by.wall_seconds, {limits_.segment_burst, limits_.segments_per_second});
}

// Whoever replays what a device once sent must not use up what it may bring.
bool Carrier::took_nothing(const Ingested& by) {
  allowances_.give_back(by.payer, {limits_.segment_burst, limits_.segments_per_second});
  return repeat_allowances_.take(by.payer, by.wall_seconds,
                                 {limits_.repeat_burst, limits_.repeats_per_second});
}

const space::Membership* Carrier::membership(const base::SpaceId& space) const {
  const auto found = spaces_.find(space);
  return found == spaces_.end() ? nullptr : &found->second->membership;
}

std::vector<Carrier::SpaceInfo> Carrier::survey() const {
  std::vector<SpaceInfo> all;
  for (const auto& [id, space] : spaces_) {
    const auto& membership = space->membership;
    all.push_back({id, membership.kind(), membership.members().size(), membership.devices().size(),
                   membership.logs().size(), space->position, space->usage, space->all_begun.bytes,
                   quota_of(*space)});
  }
  return all;
}

base::Result<bool> Carrier::operator_valid(const sync::ClientMessage& message) {
  if (!message.hello || message.hello->operator_secret.empty()) return false;
  SJ_TRY(auto secret, store_.meta("operator_secret"));
  return secret && crypto::equal_secret(*secret, message.hello->operator_secret);
}

base::Status Carrier::store_record(Space& space, const base::RecordId& id, base::ByteView record,
                                   Ingested& ingested) {
  space.digest.add_record(id);
  ++space.position;
  ++space.usage.records;
  space.usage.record_bytes += record.size();
  changes_.tips[space.membership.space()] = space.position;
  ingested.own.emplace(space.membership.space(), space.position);
  index(space);
  SJ_TRY_STATUS(forget_beginnings());
  SJ_TRY_STATUS(settle_quarantine(space));
  SJ_TRY_STATUS(store_.append_record(space.membership.space(), space.tip(), space.digest.value(), record));
  return settle_erasures(space);
}

base::Result<base::Code> Carrier::take_segment(const base::PublicBoxKey& device, Space& space,
                                               base::ByteView log_ref, base::ByteView bytes,
                                               Ingested& ingested) {
  const space::EnrolledLog* enrolled = enrolled_log(space.membership, log_ref);
  if (enrolled == nullptr) return base::Code::unknown_log;
  const auto& fence = enrolled->fence;
  if (!fence && !space.membership.may_write(enrolled->log)) return base::Code::not_permitted;
  if (bytes.size() > kSegmentMax) return base::Code::too_large;
  auto segment = log::decode_segment(bytes);
  if (!segment.ok()) return segment.code();
  auto header = log::decode_header(segment->header);
  if (!header.ok()) return header.code();
  for (const auto& tag : header->frontier) {
    if (!space.membership.has_prefix(tag)) return base::Code::unknown_membership;
  }
  const auto& id = space.membership.space();
  auto placed = place_of(space, *enrolled, *header, *segment, bytes);
  if (!placed.ok()) {
    if (base::is_of_the_store(placed.code())) return std::move(placed).error();
    return placed.code();
  }
  // Beyond a fence it is kept all the same, so that every carrier holds the same and nobody's late work is
  // lost; "fenced" says that it is here and counts for nobody until an admin readmits it.
  SJ_TRY(const bool beyond, is_late(space, *enrolled, *placed, header->segment_no));
  const bool late = beyond && !SJ_PLANTED(carrier_forgets_fence);
  const base::Code taken = late ? base::Code::fenced : base::Code::ok;
  const log::SegmentName name{enrolled->log, header->segment_no,
                              base::prefix_of<base::HeadTag>(placed->after.hash)};
  if (placed->held) {
    SJ_TRY(const auto kept, keep_body(space, *placed, *header, *segment, bytes, late));
    if (kept != base::Code::ok) return kept;
  }
  // Without its body it is one that something erased, and only what an erasure names may come like that.
  if (!placed->held && segment->erased && !space.membership.erased_ops(name).any()) {
    return base::Code::unknown_membership;
  }
  if (placed->held || (late && SJ_PLANTED(carrier_drops_late_work))) return taken;
  if (placed->opens && SJ_PLANTED(carrier_takes_forks_for_known)) return taken;
  // What an erasure waits for makes room.
  if (low_ && !segment->erased && space.membership.witnessed_by(name).empty())
    return base::Code::quota_exceeded;
  if (scarce_ && !may_use_the_last(space, device)) return base::Code::timed_out;
  if (!has_room_for_text(space, bytes.size(), late)) return base::Code::quota_exceeded;
  if (placed->opens) {
    const Branch branch{placed->branch, enrolled->log, placed->parent, header->segment_no};
    SJ_TRY_STATUS(store_.put_branch(id, branch));
    space.add_branch(branch);
  }
  if (!SJ_PLANTED(carrier_forgets_digest))
    space.digest.move_tip(placed->opens ? log::Head{} : placed->before, placed->after);
  ++space.position;
  used_by(space, late) += bytes.size();
  changes_.tips[id] = space.position;
  ingested.own.emplace(id, space.position);
  SJ_TRY_STATUS(
      store_.append_segment(id, space.tip(), space.digest.value(), placed->branch, placed->after, bytes));
  if (is_end_of(*enrolled, *placed, header->segment_no)) {
    SJ_TRY_STATUS(recount_quarantine(space));
    SJ_TRY_STATUS(store_.chunks().put_usage(id, space.tip()));
  }
  SJ_TRY_STATUS(note_arrival(space, name));
  return taken;
}

base::Result<Carrier::Ingested> Carrier::ingest(const Peer& peer, const sync::ClientMessage& message,
                                                std::int64_t wall_seconds) {
  Ingested ingested;
  ingested.wall_seconds = wall_seconds;
  const base::PublicBoxKey& device = peer.device;
  ingested.reply.error = refusal_of(peer, message);
  if (ingested.reply.error != base::Code::ok) return ingested;
  ingested.payer = payer_of(device, message.hello ? message.hello->person : peer.person);
  const auto free = store_.room().free;
  low_ = free < limits_.reserve_bytes;
  scarce_ = free < limits_.reserve_bytes / limits_.reserve_floor_part;
  // An index means something only in the set that both sides name: by the hello, else in the last reply.
  const std::vector<base::SpaceId> set = message.hello ? set_of(device, message.hello->person) : peer.set;
  const bool set_agreed = !message.hello || (message.hello->set && *message.hello->set == log::set_tag(set));
  const auto named = [&](const sync::SpaceRef& ref) -> std::optional<base::SpaceId> {
    if (ref.index == 0) return ref.id;
    if (set_agreed && ref.index <= set.size()) return set[ref.index - 1];
    return std::nullopt;
  };
  for (const auto& upload : message.spaces) ingested.spaces.push_back(named(upload.space));
  for (const auto& want : message.wants) ingested.wanted.push_back(named(want.space));
  SJ_TRY_STATUS(take_records(device, message, ingested.spaces, wall_seconds, ingested));

  std::uint32_t place = 0;
  bool repeats = false;  // more than may be of what is here already: the rest of the message is not looked at
  for (std::size_t i = 0; i < message.spaces.size(); ++i) {
    const auto space = ingested.spaces[i] ? spaces_.find(*ingested.spaces[i]) : spaces_.end();
    // Who was removed may still bring what was written unaware of it.
    const bool member =
        space != spaces_.end() && (is_member(*space->second, device) || was_removed(*space->second, device));
    for (const auto& run : message.spaces[i].logs) {
      for (const auto& segment : run.segments) {
        base::Code code = base::Code::unknown_space;
        if (member && (repeats || !within_rate(ingested))) {
          code = base::Code::timed_out;  // no verdict: to be offered again
        } else if (member) {
          const auto before = space->second->position;
          verified_ = 0;
          SJ_TRY(code, take_segment(device, *space->second, run.log, segment, ingested));
          const bool held = code == base::Code::ok || code == base::Code::fenced;
          if (held && space->second->position == before) repeats = !took_nothing(ingested);
          if (verified_ > 1) allowances_.spend(ingested.payer, verified_ - 1);
        }
        if (code != base::Code::ok) ingested.reply.segment_exceptions.push_back({place, code});
        ++place;
      }
    }
  }
  ingested.reply.segments_taken = place;
  std::vector<std::optional<base::SpaceId>> brought;
  for (const auto& piece : message.chunks) brought.push_back(named(piece.space));
  SJ_TRY_STATUS(take_chunks(device, message, brought, ingested));
  return ingested;
}

base::Result<Carrier::Ingested> Carrier::ingest(const base::PublicBoxKey& device,
                                                const sync::ClientMessage& message,
                                                std::int64_t wall_seconds) {
  return ingest(Peer(device), message, wall_seconds);
}

base::Result<sync::ServerMessage> Carrier::answer(const base::PublicBoxKey& device,
                                                  const sync::ClientMessage& message, Ingested ingested) {
  Peer peer(device);
  return answer(peer, message, std::move(ingested));
}

}  // namespace sejawat::carrier
