#include "client_shelf.h"

#include <algorithm>

#include "base/planted.h"
#include "crypto/hash.h"

namespace sejawat::api {
namespace {

base::RecordId id_of(base::ByteView record) {
  // The id of a record that may not be evaluated yet: only its place in the acks needs it.
  return crypto::Hasher(crypto::label::kRecordId, base::RecordId::kSize)
      .u8(0)
      .prefixed(record)
      .id<base::RecordId>();
}

}  // namespace

base::Result<sync::ClientShelf::CarrierState> StoreShelf::carrier_state() {
  CarrierState state;
  if (core_.says_whose && core_.certificate)
    state.person = base::prefix_of<sync::PersonTag>(core_.certificate->person());
  auto* carrier = core_.carrier(carrier_);
  if (carrier == nullptr) return state;
  state.generation = carrier->generation;
  state.set = carrier->set;
  for (const auto& space : state.set) {
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
  std::stable_sort(heads.begin(), heads.end(), [&](const auto& a, const auto& b) {
    return space.first_no(a.first) < space.first_no(b.first);
  });
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

base::Status StoreShelf::apply_carrier(const Outcome& outcome) {
  auto* carrier = core_.carrier(carrier_);
  if (carrier == nullptr) return base::error(base::Code::internal, "sync with a carrier that is not known");
  const bool reborn = outcome.generation && carrier->generation &&
                      !(*carrier->generation == *outcome.generation) &&
                      !SJ_PLANTED(client_ignores_generation);
  if (reborn || outcome.base_unknown || outcome.to_stranger) {
    // The carrier is not what it was, or may not be: everything it once acked may be gone, so "sent" is taken
    // back and offered anew.
    SJ_TRY_STATUS(core_.store->void_acks(carrier_));
    offered_until_.clear();
    presumed_.clear();
    offered_records_.clear();
    refused_logs_.clear();
    refused_chunks_.clear();
    full_spaces_.clear();
  }
  if (outcome.chunks_unknown) SJ_TRY_STATUS(forget_chunks());
  if (outcome.whose && !core_.says_whose) {
    core_.says_whose = true;
    const std::uint8_t yes = 1;
    SJ_TRY_STATUS(core_.store->put_setting("says_whose", base::ByteView(&yes, 1)));
  }
  if (outcome.generation) carrier->generation = outcome.generation;
  // A new store that says nothing about our spaces does not know us: it shares no numbers for them. Nor does
  // one that went back to before it knew us, which says its old generation once more.
  const bool forgets = outcome.base_unknown ? outcome.generation && !reborn : reborn;
  const bool forgotten = forgets && !outcome.set && outcome.moved.empty();
  if (forgotten) carrier->set.clear();
  renumbered_ = forgotten || outcome.set.has_value() || outcome.whose;
  if (outcome.set) {
    carrier->set = *outcome.set;
    for (const auto& id : *outcome.set) {
      SJ_TRY(auto* space, core_.space(id));
      SJ_TRY_STATUS(core_.set_shut_out(*space, false));
    }
    const auto own = core_.spaces.find(core_.personal);
    const bool named =
        std::find(outcome.set->begin(), outcome.set->end(), core_.personal) != outcome.set->end();
    // It went back to before it had the own space, and knows this device by another one: no vector takes back
    // what it once acked of that.
    if (own != core_.spaces.end() && !named) SJ_TRY_STATUS(adopt_vector(*own->second, {}));
  }
  if (forgotten || outcome.generation || outcome.set) SJ_TRY_STATUS(core_.store->put_carrier(*carrier));
  return {};
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

void StoreShelf::note_refused(const base::SpaceId& space, base::Code code) {
  if (SJ_PLANTED(client_hides_refusals)) return;
  if (code == base::Code::unknown_membership) return;  // "later" is no refusal
  ++core_.refused_now.emplace(space, Core::State::Refusal{code, !carries(space), 0}).first->second.count;
}

base::Status StoreShelf::apply_verdicts(const Outcome& outcome, Applied& applied) {
  // What was sent under a number of the old set was not even looked at.
  const auto code_of = [this](base::Code code) {
    return code == base::Code::unknown_space && renumbered_ ? base::Code::timed_out : code;
  };
  for (const auto& verdict : outcome.verdicts.records) {
    const base::Code code = code_of(verdict.code);
    const bool is_join = core_.pending_join && verdict.bytes == core_.pending_join->record;
    if (is_join) {
      if (code == base::Code::timed_out) continue;
      offered_records_.insert(id_of(verdict.bytes));  // once in a sync
      core_.pending_join->last_refusal = code;
      // Taken: the record itself comes back with the space; until then the invite's secret opens its key.
      SJ_TRY_STATUS(core_.save_pending_join());
      continue;
    }
    const auto id = space::record_id_of(verdict.bytes);
    if (!id.ok()) continue;
    if (code == base::Code::ok) {
      SJ_TRY_STATUS(core_.store->ack_record(carrier_, *id));
      acked_now_.insert(verdict.space);
      const auto secret = core_.operator_secrets.find(verdict.space);
      if (secret != core_.operator_secrets.end() && secret->second.carrier == carrier_) {
        SJ_TRY_STATUS(core_.drop_operator_secret(verdict.space));
      }
    } else if (code != base::Code::timed_out) {
      offered_records_.insert(*id);
      // Of a record that only says of one's own join.
      const auto known = core_.spaces.find(verdict.space);
      if (code == base::Code::fenced && known != core_.spaces.end() && carries(verdict.space))
        SJ_TRY_STATUS(core_.set_shut_out(*known->second, true));
      note_refused(verdict.space, code);
    }
  }
  for (const auto& verdict : outcome.verdicts.segments) {
    const base::Code code = code_of(verdict.code);
    auto segment = log::decode_segment(verdict.bytes);
    if (!segment.ok()) continue;
    auto header = log::decode_header(segment->header);
    if (!header.ok()) continue;
    SJ_TRY(auto* space, core_.space(verdict.space));
    SJ_TRY(auto branch, branch_of(*space, verdict.log, header->segment_no, verdict.bytes));
    if (!branch) continue;
    // "Fenced" is held there as well, in quarantine: it is not offered again and never counts as sent.
    if (code == base::Code::fenced && !SJ_PLANTED(client_takes_fenced_for_sent)) {
      note_refused(verdict.space, code);
      SJ_TRY_STATUS(core_.store->set_segment_state(verdict.space, *branch, header->segment_no,
                                                   store::SegmentState::quarantined));
    }
    if (code == base::Code::ok || code == base::Code::fenced) {
      SJ_TRY_STATUS(note_taken(verdict.space, *branch, header->segment_no + 1));
      SJ_TRY_STATUS(ack(*space, *branch, header->segment_no + 1));
      acked_now_.insert(verdict.space);
      if (code == base::Code::ok) ++applied.segments_sent;
    } else {
      // Not taken: from here on it is not on its way any more. A refusal for good is not offered again in
      // this sync.
      auto& until = offered_until_[{verdict.space, *branch}];
      until = std::min(until, header->segment_no);
      if (code == base::Code::timed_out) continue;
      refused_logs_.insert({verdict.space, *branch});
      note_refused(verdict.space, code);
    }
  }
  return {};
}

base::Status StoreShelf::apply_records(const Outcome& outcome, std::set<base::SpaceId>& changed) {
  // Parents come first on the wire; what still waits for one is tried again as long as that helps.
  std::vector<const std::pair<base::SpaceId, base::Bytes>*> waiting;
  for (const auto& record : outcome.arrivals.records) waiting.push_back(&record);
  bool progress = true;
  while (progress && !waiting.empty()) {
    progress = false;
    std::vector<const std::pair<base::SpaceId, base::Bytes>*> later;
    for (const auto* record : waiting) {
      SJ_TRY(auto* space, core_.space(record->first));
      auto taken = core_.take_record(*space, record->second);
      if (taken.code() == base::Code::unknown_membership) {
        later.push_back(record);
        continue;
      }
      if (!taken.ok() && taken.code() != base::Code::already_exists) {
        if (base::is_of_the_store(taken.code())) return std::move(taken).error();
        continue;  // rubbish from the carrier: not kept, and the digest will tell
      }
      progress = true;
      const auto id = space::record_id_of(record->second);
      if (id.ok()) SJ_TRY_STATUS(core_.store->ack_record(carrier_, *id));
      changed.insert(record->first);
    }
    waiting = std::move(later);
  }
  return {};
}

base::Status StoreShelf::apply_runs(const Outcome& outcome, std::vector<fold::Touched>& touched,
                                    Applied& applied) {
  for (const auto& run : outcome.arrivals.runs) {
    if (SJ_PLANTED(client_drops_a_run) && outcome.arrivals.runs.size() > 2 &&
        &run == &outcome.arrivals.runs.back())
      continue;
    SJ_TRY(auto* space, core_.space(run.space));
    // A run that is refused halfway ends there: what follows cannot chain either, and the digest will tell.
    SJ_TRY(const auto taken, core_.take_run(*space, run.log, run.segments, touched));
    applied.segments_received += taken.fresh;
    for (const auto& [branch, count] : taken.held) SJ_TRY_STATUS(ack(*space, branch, count));
    SJ_TRY_STATUS(core_.save_digest(*space));
  }
  return {};
}

// What it does not name it does not hold, whatever it once acked; one too large for a message leaves things
// out, and those are offered once more.
base::Status StoreShelf::adopt_vector(SpaceState& space, const sync::Vector& vector) {
  const base::SpaceId& id = space.row.space;
  SJ_TRY_STATUS(core_.store->void_segment_acks(carrier_, id));
  for (auto at = offered_until_.lower_bound({id, {}}); at != offered_until_.end() && at->first.first == id;)
    at = offered_until_.erase(at);
  for (auto at = refused_logs_.lower_bound({id, {}}); at != refused_logs_.end() && at->first == id;)
    at = refused_logs_.erase(at);
  acked_now_.insert(id);
  for (const auto& entry : vector.entries) {
    if (entry.count == 0) continue;
    SJ_TRY(auto named, core_.find_segment(space, entry.log, entry.count - 1, entry.head));
    if (named) {
      SJ_TRY_STATUS(ack(space, named->log, entry.count));
      continue;
    }
    // It has more than is here, or another branch: what comes will tell. Until then the beginning of somebody
    // else's log is not offered; one's own is, because this store may be an old copy.
    SJ_TRY(auto head, core_.store->head(space.row.space, entry.log));
    if (!head || head->count >= entry.count || core_.is_of_this_device(space, entry.log)) continue;
    if (space.ends_here(entry.log)) presumed_[{space.row.space, entry.log}] = head->count;
  }
  for (const auto& [record, bytes] : space.membership.records()) {
    const bool named = std::binary_search(vector.records.begin(), vector.records.end(),
                                          base::prefix_of<base::HeadTag>(record));
    SJ_TRY_STATUS(named ? core_.store->ack_record(carrier_, record)
                        : core_.store->void_record_ack(carrier_, record));
  }
  return {};
}

base::Status StoreShelf::apply_moves(const Outcome& outcome, Applied& applied) {
  for (const auto& moved : outcome.moved) {
    SJ_TRY(auto* space, core_.space(moved.space));
    if (moved.vector) {
      SJ_TRY_STATUS(adopt_vector(*space, *moved.vector));
    }
    if (moved.digest.empty()) continue;
    if (const auto partial = base::Digest::from(moved.digest)) {
      SJ_TRY_STATUS(core_.store->put_cursor(carrier_, moved.space, {moved.position, *partial}));
      continue;
    }
    SJ_TRY(auto digest, core_.carrier_digest(*space, carrier_));
    const base::Digest value = digest.value();
    const bool agrees = base::equal(base::prefix_of<base::HeadTag>(value).view(), moved.digest);
    compared_[moved.space] = agrees;
    if (agrees) {
      SJ_TRY_STATUS(core_.store->put_cursor(carrier_, moved.space, {moved.position, value}));
    } else {
      applied.digest_mismatch = true;
    }
  }
  return {};
}

base::Result<sync::ClientShelf::Applied> StoreShelf::apply(const Outcome& outcome) {
  Applied applied;
  Change change(core_);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY_STATUS(apply_carrier(outcome));
  for (const auto& [id, vector] : outcome.of_own_logs) SJ_TRY_STATUS(adopt_own_logs(id, vector));
  SJ_TRY_STATUS(apply_receipts(outcome));
  SJ_TRY_STATUS(apply_verdicts(outcome, applied));
  SJ_TRY_STATUS(apply_chunks(outcome, applied));
  std::set<base::SpaceId> changed;
  SJ_TRY_STATUS(apply_records(outcome, changed));
  for (const auto& id : changed) {
    SJ_TRY(auto* space, core_.space(id));
    SJ_TRY_STATUS(core_.open_keys(*space));
  }
  std::vector<fold::Touched> touched;
  SJ_TRY_STATUS(apply_runs(outcome, touched, applied));
  // Before this device adds records of its own: the carrier's digest does not know them.
  SJ_TRY_STATUS(apply_moves(outcome, applied));
  SJ_TRY_STATUS(note_confirmations());
  for (const auto& id : changed) {
    SJ_TRY(auto* space, core_.space(id));
    SJ_TRY_STATUS(core_.membership_changed(*space, touched));
    SJ_TRY_STATUS(core_.finish_join(*space));
  }
  // A segment that has no key yet touches nothing, and yet another may have waited for it.
  if (!touched.empty() || !changed.empty() || applied.segments_received > 0) {
    for (auto& [id, space] : core_.spaces) SJ_TRY_STATUS(core_.apply_waiting(*space, touched));
    SJ_TRY_STATUS(core_.settle_new_keys());
  }
  SJ_TRY_STATUS(core_.refresh(touched));
  SJ_TRY_STATUS(change.commit());
  return applied;
}

}  // namespace sejawat::api
