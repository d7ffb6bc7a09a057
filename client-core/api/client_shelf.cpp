// What is said and offered to a carrier, and what it is known to have.
#include "client_shelf.h"

#include <algorithm>

#include "base/order.h"
#include "crypto/hash.h"

namespace sejawat::api {

base::RecordId StoreShelf::id_of(base::ByteView record) {
  return crypto::Hasher(crypto::label::kRecordId, base::RecordId::kSize)
      .u8(0)
      .prefixed(record)
      .id<base::RecordId>();
}

base::Result<sync::ClientShelf::CarrierState> StoreShelf::carrier_state() {
  // Each message begins with this. What a change that failed left unread between two messages is read now: a
  // session goes on over a disk that failed once.
  SJ_TRY_STATUS(core_.ensure_usable());
  CarrierState state;
  if (core_.says_whose && core_.certificate)
    state.person = base::prefix_of<sync::PersonTag>(core_.certificate->person());
  auto* carrier = core_.carrier(carrier_);
  if (carrier == nullptr) return state;
  state.generation = carrier->generation;
  state.set = carrier->set;
  for (const auto& space : state.set) {
    const auto passed = passed_.find(space);
    if (passed != passed_.end() && core_.spaces.count(space) == 0) {
      state.cursors.push_back(passed->second);
      continue;
    }
    SJ_TRY(auto cursor, core_.store->cursor(carrier_, space));
    state.cursors.push_back(cursor ? Cursor{cursor->position, cursor->digest} : Cursor{});
  }
  SJ_TRY(state.chunk_mark, chunk_mark());
  return state;
}

bool StoreShelf::join_refused_for_good() const {
  return !core_.pending_join || core_.pending_join->last_refusal != base::Code::ok;
}

base::Result<std::uint64_t> StoreShelf::first_to_offer(const SpaceState& space, const base::LogId& branch) {
  const LogKey key{space.row.space, branch};
  SJ_TRY(auto acked, core_.store->acked_segments(carrier_, space.row.space, branch));
  std::uint64_t first = std::max(acked, space.first_no(branch));
  for (const auto* known : {&offered_until_, &presumed_}) {
    const auto found = known->find(key);
    if (found != known->end()) first = std::max(first, found->second);
  }
  return first;
}

// Whether the carrier has what stands before the branch, or gets it before.
base::Result<bool> StoreShelf::may_follow(const SpaceState& space, const base::LogId& branch) {
  const auto row = space.branches.find(branch);
  if (row == space.branches.end()) return true;
  const auto& before = row->second.parent;
  if (refused_logs_.count({space.row.space, before}) != 0) return false;
  SJ_TRY(auto first, first_to_offer(space, before));
  if (first < row->second.first_no) return false;
  return may_follow(space, before);
}

base::Status StoreShelf::ack(const SpaceState& space, const base::LogId& branch, std::uint64_t count) {
  return space.each_before(branch, count, [&](const auto& on, std::uint64_t upto) -> base::Status {
    SJ_TRY(auto acked, core_.store->acked_segments(carrier_, space.row.space, on));
    if (upto <= acked) return {};
    return core_.store->ack_segments(carrier_, space.row.space, on, upto);
  });
}

std::string StoreShelf::unconfirmed_setting(const base::SpaceId& space) const {
  return "unconfirmed:" + carrier_.hex() + ":" + space.hex();
}

base::Result<bool> StoreShelf::has_unconfirmed_acks() {
  const auto* carrier = core_.carrier(carrier_);
  if (carrier == nullptr) return false;
  // Of a space that it serves us no more it tells nothing.
  for (const auto& id : carrier->set) {
    SJ_TRY(auto setting, core_.store->setting(unconfirmed_setting(id)));
    if (setting && !setting->empty()) return true;
  }
  return false;
}

base::Status StoreShelf::note_confirmed(const base::SpaceId& space, bool confirmed) {
  const std::string name = unconfirmed_setting(space);
  SJ_TRY(auto setting, core_.store->setting(name));
  const bool was = !setting || setting->empty();
  if (was == confirmed) return {};
  const std::array<std::uint8_t, 1> mark{1};
  return core_.store->put_setting(name, confirmed ? base::ByteView() : base::ByteView(mark));
}

base::Status StoreShelf::note_confirmations() {
  for (const auto& [space, agrees] : compared_) {
    acked_now_.erase(space);
    SJ_TRY_STATUS(note_confirmed(space, agrees));
  }
  // Else they may be just what the cursor stands for.
  for (const auto& id : acked_now_) {
    SJ_TRY(auto* space, core_.space(id));
    SJ_TRY(auto cursor, core_.store->cursor(carrier_, id));
    SJ_TRY(const auto acked, core_.carrier_digest(*space, carrier_));
    SJ_TRY_STATUS(note_confirmed(id, cursor && cursor->digest == acked.value()));
  }
  acked_now_.clear();
  compared_.clear();
  return {};
}

base::Result<std::optional<base::LogId>> StoreShelf::branch_of(const SpaceState& space,
                                                               const base::LogId& log,
                                                               std::uint64_t segment_no,
                                                               const base::Bytes& bytes) {
  for (const auto& branch : space.branches_of(log)) {
    SJ_TRY(auto held, core_.store->segment(space.row.space, branch, segment_no));
    if (held && log::same_segment(held->bytes, bytes)) return std::optional<base::LogId>(branch);
  }
  return std::optional<base::LogId>();
}

base::Result<std::vector<base::SpaceId>> StoreShelf::spaces_to_offer() {
  std::vector<base::SpaceId> offer;
  for (auto& [id, space] : core_.spaces) {
    if (!core_.goes_to(*space, carrier_)) continue;
    SJ_TRY(auto records, records_to_offer(id));
    bool something = !records.empty();
    if (!something && core_.certificate && !waits_for_home(id)) {
      SJ_TRY(auto unsealed, core_.store->unsealed_count(id));
      const auto epoch = space->membership.current_epoch();
      const bool belongs = space->membership.role_of(core_.certificate->person()).has_value();
      something = belongs && unsealed > 0 && !space->next_log && epoch && space->epochs.count(*epoch) != 0;
      SJ_TRY(auto own, core_.store->own_log(id));
      if (own && refused_logs_.count({id, own->log}) != 0) something = false;
      SJ_TRY(auto heads, core_.store->heads(id));
      for (const auto& [log, head] : heads) {
        if (refused_logs_.count({id, log}) != 0) continue;
        // Of what one left only what one wrote oneself.
        if (!belongs && !core_.is_of_this_device(*space, log)) continue;
        SJ_TRY(auto first, first_to_offer(*space, log));
        if (something || first >= head.count) continue;
        SJ_TRY(something, may_follow(*space, log));
      }
    }
    if (something) offer.push_back(id);
  }
  if (core_.pending_join && core_.pending_join->carrier == carrier_ && !join_refused_for_good() &&
      offered_records_.count(id_of(core_.pending_join->record)) == 0) {
    // Before everything else: until it is taken this device is a stranger there.
    offer.erase(std::remove(offer.begin(), offer.end(), core_.pending_join->space), offer.end());
    offer.insert(offer.begin(), core_.pending_join->space);
  }
  return offer;
}

base::Result<std::vector<base::Bytes>> StoreShelf::records_to_offer(const base::SpaceId& id) {
  std::vector<base::Bytes> offer;
  if (core_.pending_join && core_.pending_join->space == id && core_.pending_join->carrier == carrier_ &&
      !join_refused_for_good() && offered_records_.count(id_of(core_.pending_join->record)) == 0) {
    offer.push_back(core_.pending_join->record);
  }
  const auto found = core_.spaces.find(id);
  if (found == core_.spaces.end() || !core_.goes_to(*found->second, carrier_)) return offer;
  for (const auto& [record, bytes] : found->second->membership.records()) {
    if (offered_records_.count(record) != 0) continue;
    SJ_TRY(auto acked, core_.store->record_acked(carrier_, record));
    if (!acked) offer.push_back(bytes);
  }
  return offer;
}

bool StoreShelf::enrolment_acked(SpaceState& space, const base::LogId& log) {
  // A log of which the carrier holds a segment is enrolled there.
  for (const auto& branch : space.branches_of(log)) {
    auto acked = core_.store->acked_segments(carrier_, space.row.space, branch);
    if (acked.ok() && *acked > space.first_no(branch)) return true;
  }
  return false;
}

base::Status StoreShelf::offer_sealed(SpaceState& space, std::size_t budget, std::size_t& used,
                                      std::vector<Offer>& offers) {
  const base::SpaceId& id = space.row.space;
  SJ_TRY(auto heads, core_.store->heads(id));
  // What stands before a fork first.
  base::sort_stably(
      heads, [&](const auto& a, const auto& b) { return space.first_no(a.first) < space.first_no(b.first); });
  for (const auto& [log, head] : heads) {
    if (refused_logs_.count({id, log}) != 0) continue;
    SJ_TRY(auto first, first_to_offer(space, log));
    if (first >= head.count || used >= budget) continue;
    SJ_TRY(const bool follows, may_follow(space, log));
    if (!follows) continue;
    SJ_TRY(auto segments, core_.store->segments_from(id, log, first, budget - used));
    Offer offer;
    offer.log = space.log_of(log);
    offer.enrolment_known = enrolment_acked(space, offer.log);
    for (auto& segment : segments) {
      if (used > 0 && used + segment.bytes.size() > budget) break;  // one at least: it gets no smaller
      used += segment.bytes.size();
      offered_until_[{id, log}] = segment.segment_no + 1;
      offer.segments.push_back(std::move(segment.bytes));
    }
    if (!offer.segments.empty()) offers.push_back(std::move(offer));
  }
  return {};
}

// A carrier that refused a space of another one gets its records once more in each sync, and its segments
// when it takes one of those, or tells that it has the space. Late work in a space that one left is sent all
// the same: its own carrier keeps it in quarantine.
bool StoreShelf::waits_for_home(const base::SpaceId& space) {
  const auto known = core_.spaces.find(space);
  if (known == core_.spaces.end()) return false;
  const auto home = core_.home_of(*known->second);
  if (!home.ok() || (*home)->key == carrier_) return false;
  const auto last = core_.refused.find({carrier_, space});
  if (last == core_.refused.end() || !last->second.elsewhere || carries(space)) return false;
  if (acked_now_.count(space) != 0) return false;
  core_.refused_now.emplace(space, Core::State::Refusal{last->second.code, true, 0});
  return true;
}

base::Result<std::vector<sync::ClientShelf::Offer>> StoreShelf::segments_to_offer(const base::SpaceId& id,
                                                                                  std::size_t budget) {
  std::vector<Offer> offers;
  const auto found = core_.spaces.find(id);
  if (found == core_.spaces.end()) return offers;
  SpaceState& space = *found->second;
  if (waits_for_home(id) || !core_.goes_to(space, carrier_)) return offers;
  // What was sealed before goes first, so that no more is sealed than this message can take: what waits
  // unsealed may still share a segment with what is written meanwhile.
  std::size_t used = 0;
  SJ_TRY_STATUS(offer_sealed(space, budget, used, offers));
  if (used == 0 || budget >= used + log::kFreshSegmentMax) {
    SJ_TRY_STATUS(core_.seal_pending(space, budget - used));
    SJ_TRY_STATUS(offer_sealed(space, budget, used, offers));
  }
  return offers;
}

// Whoever belongs to communities of several carriers offers each of them everything, since any path is a good
// one. That a carrier does not want what lives elsewhere is no trouble.
bool StoreShelf::carries(const base::SpaceId& id) {
  const auto* row = core_.carrier(carrier_);
  if (row != nullptr && std::find(row->set.begin(), row->set.end(), id) != row->set.end()) return true;
  const auto space = core_.spaces.find(id);
  if (space == core_.spaces.end()) return true;
  // Nor that it does not want more of what one left.
  if (space->second->membership.has_genesis() && core_.certificate &&
      !space->second->membership.role_of(core_.certificate->person()))
    return false;
  const auto home = core_.home_of(*space->second);
  return !home.ok() || (*home)->key == carrier_;
}

}  // namespace sejawat::api
