// What a carrier answered, taken in one transaction: verdicts, records and segments, and where it stands now.
#include <algorithm>

#include "base/planted.h"
#include "client_shelf.h"

namespace sejawat::api {

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
    passed_.clear();
    passes_ = 0;
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
  if (forgotten || outcome.set) {
    SJ_TRY_STATUS(core_.note_withdrawn(*carrier, outcome.set.value_or(std::vector<base::SpaceId>())));
  }
  if (forgotten) carrier->set.clear();
  renumbered_ = forgotten || outcome.set.has_value() || outcome.whose;
  if (outcome.set) {
    carrier->set = *outcome.set;
    passed_.clear();  // or names without end would fill it
    // A name alone makes no space here, except of what this person joins: a carrier can make up any number of
    // them.
    for (const auto& id : *outcome.set) {
      if (core_.pending_join && core_.pending_join->space == id) SJ_TRY_STATUS(core_.space(id));
      const auto known = core_.spaces.find(id);
      if (known != core_.spaces.end()) SJ_TRY_STATUS(core_.set_shut_out(*known->second, carrier_, false));
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
        SJ_TRY_STATUS(core_.set_shut_out(*known->second, carrier_, true));
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

base::Status StoreShelf::apply_records(const Outcome& outcome, std::set<base::SpaceId>& changed,
                                       Applied& applied) {
  // Parents come first on the wire; what still waits for one is tried again as long as that helps.
  std::vector<const std::pair<base::SpaceId, base::Bytes>*> waiting;
  for (const auto& record : outcome.arrivals.records) waiting.push_back(&record);
  bool progress = true;
  while (progress && !waiting.empty()) {
    progress = false;
    std::vector<const std::pair<base::SpaceId, base::Bytes>*> later;
    for (const auto* record : waiting) {
      auto space = space_for(record->first, record->second, outcome);
      auto taken = space.ok() ? core_.take_record(**space, record->second)
                              : base::Result<base::RecordId>(std::move(space).error());
      if (taken.code() == base::Code::unknown_membership) {
        later.push_back(record);
        continue;
      }
      if (!taken.ok() && taken.code() != base::Code::already_exists) {
        if (base::is_of_the_store(taken.code())) return std::move(taken).error();
        continue;  // rubbish from the carrier: not kept, and the digest will tell
      }
      progress = true;
      if (taken.ok()) ++applied.records_received;
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
    const auto known = core_.spaces.find(run.space);
    if (known == core_.spaces.end()) continue;  // nothing says who may write there
    SpaceState* space = known->second.get();
    // A run that is refused halfway ends there: what follows cannot chain either, and the digest will tell.
    SJ_TRY(const auto taken, core_.take_run(*space, run.log, run.segments, touched));
    applied.segments_received += taken.fresh;
    for (const auto& [branch, count] : taken.held) SJ_TRY_STATUS(ack(*space, branch, count));
    SJ_TRY_STATUS(core_.save_digest(*space));
  }
  return {};
}

base::Status StoreShelf::apply_moves(const Outcome& outcome, Applied& applied) {
  for (const auto& moved : outcome.moved) {
    const auto known = core_.spaces.find(moved.space);
    if (known == core_.spaces.end()) {
      if (passed_.count(moved.space) != 0) {
        pass_by(moved, outcome);
        continue;
      }
      // Nothing of it came that could be taken, so nothing is kept of where it stands; all of it is asked
      // for.
      applied.digest_mismatch = applied.digest_mismatch || moved.digest.size() == base::HeadTag::kSize;
      continue;
    }
    SpaceState* space = known->second.get();
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
  SJ_TRY_STATUS(core_.ensure_usable());
  Applied applied;
  Change change(core_);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY_STATUS(apply_carrier(outcome));
  for (const auto& [id, vector] : outcome.of_own_logs) SJ_TRY_STATUS(adopt_own_logs(id, vector));
  SJ_TRY_STATUS(apply_receipts(outcome));
  SJ_TRY_STATUS(apply_verdicts(outcome, applied));
  SJ_TRY_STATUS(apply_chunks(outcome, applied));
  std::set<base::SpaceId> changed;
  SJ_TRY_STATUS(apply_records(outcome, changed, applied));
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
