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
    carrier->note_founder(*space);
    carrier->index(*space);
    // In memory alone, until the next commit: an older program only ever counted up.
    SJ_TRY_STATUS(carrier->settle_quarantine(*space));
    if (space->fences.empty() && space->usage.quarantined_bytes != 0)
      SJ_TRY_STATUS(carrier->recount_quarantine(*space));
    carrier->spaces_.emplace(id, std::move(space));
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

// Of a space that is new here: whose it is.
void Carrier::note_founder(const Space& space) {
  if (!space.membership.has_genesis()) return;
  const auto& founder = space.membership.founder();
  if (space.membership.kind() == space::SpaceKind::personal) personal_[founder] = &space;
  if (space.membership.kind() == space::SpaceKind::group) ++groups_of_[founder];
}

// Brings what all spaces say about devices and persons in line with what this one says now. A device or
// person that left is cut off here and now.
void Carrier::index(Space& space) {
  const auto& id = space.membership.space();
  index_claims(space);
  std::set<base::PersonId> members;
  for (const auto& [person, member] : space.membership.members()) members.insert(person);
  const auto devices_of = [this](const base::PersonId& person) {
    std::vector<base::PublicBoxKey> devices;
    for (const auto& [device, claims] : claims_) {
      const bool theirs = std::any_of(claims.begin(), claims.end(),
                                      [&](const auto& claim) { return claim.first.person == person; });
      if (theirs) devices.push_back(device);
    }
    return devices;
  };
  for (const auto& person : members) {
    if (!spaces_of_[person].insert(id).second) continue;
    for (const auto& device : devices_of(person)) changes_.devices.insert(device);
  }
  for (const auto& person : space.members) {
    if (members.count(person) != 0) continue;
    auto& spaces = spaces_of_[person];
    spaces.erase(id);
    if (spaces.empty()) spaces_of_.erase(person);
    for (const auto& device : devices_of(person)) cut_unless_member(space, device);
  }
  space.members = std::move(members);
  index_removed(space);
}

void Carrier::index_claims(Space& space) {
  std::set<std::pair<base::PublicBoxKey, Claim>> claims;
  const auto add = [&](const std::map<base::DeviceId, space::Device>& devices) {
    for (const auto& [id, row] : devices) claims.insert({row.box_key, {row.person, id, row.issuers}});
  };
  add(space.membership.devices());
  if (SJ_PLANTED(carrier_serves_the_removed)) add(space.membership.removed_devices());
  for (const auto& [device, claim] : claims) {
    if (space.claims.count({device, claim}) == 0 && claims_[device][claim]++ == 0)
      changes_.devices.insert(device);
  }
  std::vector<std::pair<base::PublicBoxKey, base::PersonId>> gone;
  for (const auto& [device, claim] : space.claims) {
    if (claims.count({device, claim}) != 0) continue;
    auto& all = claims_[device];
    if (--all[claim] == 0) all.erase(claim);
    if (all.empty()) claims_.erase(device);
    gone.emplace_back(device, claim.person);
  }
  space.claims = std::move(claims);
  for (const auto& [device, person] : gone) {
    cut_unless_member(space, device);
    const auto others = spaces_of_.find(person);
    if (others == spaces_of_.end()) continue;
    for (const auto& other : others->second) cut_unless_member(*spaces_.at(other), device);
  }
}

void Carrier::index_removed(Space& space) {
  const auto& id = space.membership.space();
  std::set<base::PublicBoxKey> keys;
  std::set<base::DeviceId> removed;
  if (!SJ_PLANTED(carrier_serves_the_removed)) {
    for (const auto& [device, row] : space.membership.removed_devices()) {
      keys.insert(row.box_key);
      removed.insert(device);
    }
  }
  for (const auto& device : space.removed_keys) {
    if (keys.count(device) != 0) continue;
    removed_from_[device].erase(id);
    if (removed_from_[device].empty()) removed_from_.erase(device);
  }
  for (const auto& device : keys) removed_from_[device].insert(id);
  std::set<base::DeviceId> fresh;
  std::set_difference(removed.begin(), removed.end(), space.removed.begin(), space.removed.end(),
                      std::inserter(fresh, fresh.end()));
  space.removed_keys = std::move(keys);
  space.removed = std::move(removed);
  if (!fresh.empty()) cut_claims_by(space, fresh);
}

// The devices themselves, and what was certified by way of them, perhaps known to other spaces alone.
void Carrier::cut_claims_by(const Space& space, const std::set<base::DeviceId>& removed) {
  for (const auto& [device, claims] : claims_) {
    const bool theirs = std::any_of(claims.begin(), claims.end(),
                                    [&](const auto& claim) { return claim.first.rests_on(removed); });
    if (theirs) cut_unless_member(space, device);
  }
}

void Carrier::cut_unless_member(const Space& space, const base::PublicBoxKey& device) {
  if (!is_member(space, device)) changes_.cut.insert(device);
}

bool Carrier::known(const base::PublicBoxKey& device) const { return claims_.count(device) != 0; }

bool Carrier::Claim::rests_on(const std::set<base::DeviceId>& devices) const {
  return devices.count(device) != 0 || std::any_of(issuers.begin(), issuers.end(), [&](const auto& issuer) {
           return devices.count(issuer) != 0;
         });
}

bool Carrier::counts(const Space& space, const Claim& claim) const {
  if (!space.membership.role_of(claim.person)) return false;
  const auto own = personal_.find(claim.person);
  if (own != personal_.end() && claim.rests_on(own->second->removed)) return false;
  // A device that stands here stands: it may have come back, and not what certified it.
  return space.membership.devices().count(claim.device) != 0 || !claim.rests_on(space.removed);
}

bool Carrier::is_member(const Space& space, const base::PublicBoxKey& device) const {
  const auto claims = claims_.find(device);
  return claims != claims_.end() &&
         std::any_of(claims->second.begin(), claims->second.end(),
                     [&](const auto& claim) { return counts(space, claim.first); });
}

bool Carrier::is_admin(const Space& space, const base::PublicBoxKey& device) const {
  const auto claims = claims_.find(device);
  return claims != claims_.end() &&
         std::any_of(claims->second.begin(), claims->second.end(), [&](const auto& claim) {
           return counts(space, claim.first) &&
                  space.membership.role_of(claim.first.person) == space::WireRole::admin;
         });
}

bool Carrier::was_removed(const base::PublicBoxKey& device) const { return removed_from_.count(device) != 0; }

bool Carrier::was_removed(const Space& space, const base::PublicBoxKey& device) const {
  if (is_member(space, device)) return false;
  if (space.removed_keys.count(device) != 0) return true;
  const auto claims = claims_.find(device);
  return claims != claims_.end() &&
         std::any_of(claims->second.begin(), claims->second.end(), [&](const auto& claim) {
           return space.membership.role_of(claim.first.person).has_value();
         });
}

// Anybody may add anybody to groups of theirs: those go first where they are more than a message can name.
int Carrier::place_in_set(const Space& space, const base::PersonId& person) {
  if (space.membership.kind() == space::SpaceKind::personal) return 0;
  if (space.membership.kind() != space::SpaceKind::group) return 1;
  return space.membership.founder() == person ? 2 : 3;
}

std::vector<base::SpaceId> Carrier::set_of(const base::PublicBoxKey& device) const {
  std::map<base::SpaceId, int> places;
  const auto claims = claims_.find(device);
  if (claims == claims_.end()) return {};
  for (const auto& [claim, count] : claims->second) {
    const auto spaces = spaces_of_.find(claim.person);
    if (spaces == spaces_of_.end()) continue;
    for (const auto& id : spaces->second) {
      const Space& space = *spaces_.at(id);
      if (!counts(space, claim)) continue;
      const int place = place_in_set(space, claim.person);
      const auto known = places.emplace(id, place).first;
      known->second = std::min(known->second, place);
    }
  }
  std::vector<std::pair<int, base::SpaceId>> all;
  for (const auto& [id, place] : places) all.emplace_back(place, id);
  if (all.size() > sync::kMaxSpaces) {
    std::sort(all.begin(), all.end());
    all.resize(sync::kMaxSpaces);
  }
  std::vector<base::SpaceId> set;
  for (const auto& [place, id] : all) set.push_back(id);
  std::sort(set.begin(), set.end());
  return set;
}

std::uint64_t Carrier::quota_of(const Space& space) const {
  return space.membership.kind() == space::SpaceKind::personal ? limits_.personal_bytes
                                                               : limits_.community_bytes;
}

std::uint64_t& Carrier::used_by(Space& space, bool late) {
  return late ? space.usage.quarantined_bytes : space.usage.segment_bytes;
}

bool Carrier::has_room_for_text(Space& space, std::size_t bytes, bool late) const {
  return used_by(space, late) + bytes <= (late ? limits_.quarantine_bytes : quota_of(space));
}

bool Carrier::Allowance::take(std::int64_t wall_seconds, std::uint32_t burst, std::uint32_t per_second) {
  // A clock that was set back gives nothing and takes nothing.
  const std::int64_t passed = std::clamp<std::int64_t>(wall_seconds - at_seconds, 0, 86'400);
  const std::uint64_t gained = static_cast<std::uint64_t>(passed) * per_second;
  left = std::min<std::uint64_t>(burst, left + gained);
  at_seconds = wall_seconds;
  if (left == 0) return false;
  --left;
  return true;
}

bool Carrier::within_rate(const base::PublicBoxKey& device, std::int64_t wall_seconds) {
  auto& allowance =
      allowances_.try_emplace(device, Allowance{wall_seconds, limits_.segment_burst}).first->second;
  return allowance.take(wall_seconds, limits_.segment_burst, limits_.segments_per_second);
}

std::vector<Carrier::SpaceInfo> Carrier::survey() const {
  std::vector<SpaceInfo> all;
  for (const auto& [id, space] : spaces_) {
    const auto& membership = space->membership;
    all.push_back({id, membership.kind(), membership.members().size(), membership.devices().size(),
                   membership.logs().size(), space->position, space->usage, quota_of(*space)});
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
  SJ_TRY_STATUS(settle_quarantine(space));
  SJ_TRY_STATUS(store_.append_record(space.membership.space(), space.tip(), space.digest.value(), record));
  return settle_erasures(space);
}

base::Result<base::Code> Carrier::take_segment(Space& space, base::ByteView log_ref, base::ByteView bytes,
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
  // An index means something only in the set that both sides name: by the hello, else in the last reply.
  const std::vector<base::SpaceId> set = message.hello ? set_of(device) : peer.set;
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
  for (std::size_t i = 0; i < message.spaces.size(); ++i) {
    const auto space = ingested.spaces[i] ? spaces_.find(*ingested.spaces[i]) : spaces_.end();
    // Who was removed may still bring what was written unaware of it.
    const bool member =
        space != spaces_.end() && (is_member(*space->second, device) || was_removed(*space->second, device));
    for (const auto& run : message.spaces[i].logs) {
      for (const auto& segment : run.segments) {
        base::Code code = base::Code::unknown_space;
        if (member && !within_rate(device, wall_seconds)) {
          code = base::Code::timed_out;  // no verdict: to be offered again
        } else if (member) {
          SJ_TRY(code, take_segment(*space->second, run.log, segment, ingested));
        }
        if (code != base::Code::ok) ingested.reply.segment_exceptions.push_back({place, code});
        ++place;
      }
    }
  }
  ingested.reply.segments_taken = place;
  std::vector<std::optional<base::SpaceId>> brought;
  for (const auto& piece : message.chunks) brought.push_back(named(piece.space));
  SJ_TRY_STATUS(take_chunks(device, message, brought, wall_seconds, ingested));
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
