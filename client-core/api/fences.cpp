// What a fence means here: segments beyond it leave the fold and wait in quarantine, those that come within
// it again (a readmission) fold; and a device whose own log is fenced writes on in a new one.
#include <algorithm>
#include <set>

#include "base/planted.h"
#include "core_state.h"

namespace sejawat::api {

bool Core::State::is_own(const space::EnrolledLog& log) const {
  return certificate && log.person == certificate->person();
}

// First segment of the branch that does not count; UINT64_MAX when all do.
base::Result<std::uint64_t> Core::State::fenced_from(SpaceState& space, const space::EnrolledLog& log,
                                                     const base::LogId& branch) {
  if (!log.fence) return UINT64_MAX;
  std::uint64_t from = 0;
  for (const auto& fence : log.fences()) {
    if (fence.count == 0) continue;
    SJ_TRY(auto named,
           find_segment(space, log.log, fence.count - 1, fence.head, store::Store::SegmentBytes::left_out));
    if (named) {
      SJ_TRY_STATUS(space.each_before(named->log, fence.count, [&](const auto& on, std::uint64_t count) {
        if (on == branch) from = std::max(from, count);
        return base::Status();
      }));
      continue;
    }
    // It is not here. Where another segment stands in its place this is another branch than the one that was
    // accepted, and how far the two agree is not known from a fence.
    SJ_TRY(auto rival,
           store->segment(space.row.space, branch, fence.count - 1, store::Store::SegmentBytes::left_out));
    if (!rival) from = std::max(from, fence.count);
  }
  return from;
}

// Whoever made more ends than a record holds would never be removed. The logs that were known first are
// listed: they have most of what was written before there was a reason to remove anybody; the rest an admin
// may readmit.
base::Result<std::vector<space::Fence>> Core::State::fences_at_heads(const SpaceState& space,
                                                                     std::vector<base::LogId> logs) {
  const auto& enrolled = space.membership.logs();
  std::sort(logs.begin(), logs.end(), [&](const base::LogId& a, const base::LogId& b) {
    return enrolled.at(a).place < enrolled.at(b).place;
  });
  std::vector<space::Fence> fences;
  for (const auto& log : logs) {
    for (const auto& branch : space.branches_of(log)) {
      if (fences.size() == space::kFencesAtOnce) break;
      SJ_TRY(auto head, store->head(space.row.space, branch));
      if (!head || head->count == 0 || !space.ends_here(branch)) continue;
      fences.push_back({log, head->count, base::prefix_of<base::HeadTag>(head->hash)});
    }
  }
  space::sort_fences(fences);
  return fences;
}

// By its owner, itself or one that had let it in: what a stolen phone lets in may be known elsewhere only,
// where the phone itself is not.
std::vector<base::DeviceId> Core::State::revoked_at_home(const SpaceState& space) const {
  std::vector<base::DeviceId> out;
  const auto own = spaces.find(personal);
  if (own == spaces.end() || own->second.get() == &space || !certificate) return out;
  const auto& revoked = own->second->membership.removed_devices();
  for (const auto& [id, device] : space.membership.devices()) {
    const bool by_issuer = device.person == certificate->person() &&
                           std::any_of(device.issuers.begin(), device.issuers.end(),
                                       [&](const auto& issuer) { return revoked.count(issuer) != 0; });
    if (by_issuer || revoked.count(id) != 0) out.push_back(id);
  }
  return out;
}

// A device that its owner revoked may have entered another space meanwhile, and whoever revoked it did not
// know. Any other device of the person ends it there as well.
base::Status Core::State::remove_revoked_devices(SpaceState& space) {
  if (SJ_PLANTED(client_revokes_at_home_only)) return {};
  for (const auto& id : revoked_at_home(space)) {
    if (space.membership.devices().count(id) == 0) continue;  // went with one before it
    SJ_TRY(auto fences, fences_at_heads(space, space::logs_of(space.membership, id)));
    const auto record = space::write_device_removed(author(), space.membership, id, std::move(fences));
    // One that cannot be written yet, because of what others left here, must not keep back all that came with
    // it: it is tried again with the next record that comes.
    const auto taken = take_record(space, record);
    if (!taken.ok() && base::is_of_the_store(taken.code())) return std::move(taken).error();
  }
  return {};
}

base::Status Core::State::quarantine_from(SpaceState& space, const base::LogId& log, std::uint64_t segment_no,
                                          std::vector<fold::Touched>& touched) {
  SJ_TRY(auto first, store->segment(space.row.space, log, segment_no, store::Store::SegmentBytes::left_out));
  if (!first) return {};
  SJ_TRY(auto objects, store->objects_from(space.row.space, log, first->first_op));
  for (const auto& object : objects) touched.push_back({space.row.space, object});
  SJ_TRY_STATUS(store->remove_ops_from(space.row.space, log, first->first_op));
  return store->set_segment_states_from(space.row.space, log, segment_no, store::SegmentState::quarantined);
}

base::Status Core::State::enforce_fence(SpaceState& space, const space::EnrolledLog& log,
                                        std::vector<fold::Touched>& touched) {
  if (SJ_PLANTED(client_forgets_fences)) return {};
  const bool written_here = is_of_this_device(space, log.log);
  for (const auto& branch : space.branches_of(log.log)) {
    SJ_TRY(const std::uint64_t from, fenced_from(space, log, branch));
    // That one's own words wait in quarantine a carrier may have said, too, before the fence was known here;
    // one that was raised ends it, and where there is none release_unfenced.
    if (log.fence || !written_here) SJ_TRY_STATUS(store->release_quarantined(space.row.space, branch, from));
    if (from == UINT64_MAX) continue;
    const std::uint64_t first = std::max(from, space.first_no(branch));
    if (!written_here) {
      SJ_TRY_STATUS(quarantine_from(space, branch, first, touched));
    } else if (!SJ_PLANTED(client_takes_fenced_for_sent)) {
      // They stay in sight where they were written, and are shown as sent no more: nobody else counts them.
      SJ_TRY_STATUS(
          store->set_segment_states_from(space.row.space, branch, first, store::SegmentState::quarantined));
    }
  }
  return {};
}

base::Status Core::State::enforce_fences(SpaceState& space, std::vector<fold::Touched>& touched) {
  std::set<base::LogId> out;
  SJ_TRY(auto waiting, store->logs_in_state(space.row.space, store::SegmentState::quarantined));
  for (const auto& branch : waiting) out.insert(space.log_of(branch));
  for (const auto& [id, log] : space.membership.logs()) {
    if (log.fence || out.count(id) != 0) SJ_TRY_STATUS(enforce_fence(space, log, touched));
  }
  return {};
}

namespace {

// Whether a carrier, as it last said, holds every record that is here and no other, so that it judges alike.
base::Result<bool> judges_alike(Core::State& core, SpaceState& space, const base::PublicBoxKey& carrier) {
  const auto& id = space.row.space;
  if (space.shut_out.count(carrier) != 0 || !core.is_served(id, carrier)) return false;
  SJ_TRY(const auto cursor, core.store->cursor(carrier, id));
  SJ_TRY(const auto acked, core.carrier_digest(space, carrier));
  if (!cursor || !(cursor->digest == acked.value())) return false;
  for (const auto& [record, bytes] : space.membership.records()) {
    SJ_TRY(const bool there, core.store->record_acked(carrier, record));
    if (!there) return false;
  }
  return true;
}

}  // namespace

// That no fence is known does not say that there is none: who is out is not told of it. But the removal may
// have fallen, since somebody senior had removed its author; then nothing raises a fence, there just is none.
base::Status Core::State::release_unfenced(const base::PublicBoxKey& carrier) {
  std::map<base::SpaceId, std::vector<base::LogId>> unfenced;
  for (const auto& [id, space] : spaces) {
    SJ_TRY(const auto waiting, store->logs_in_state(id, store::SegmentState::quarantined));
    for (const auto& branch : waiting) {
      const auto* log = space->enrolled(branch);
      if (log != nullptr && !log->fence && is_of_this_device(*space, branch)) unfenced[id].push_back(branch);
    }
  }
  for (const auto& [id, branches] : unfenced) {
    SpaceState& space = *spaces.at(id);
    SJ_TRY(const auto* home, home_of(space));
    if (!(home->key == carrier)) continue;
    SJ_TRY(const bool alike, judges_alike(*this, space, carrier));
    if (!alike) continue;
    Change change(*this);
    SJ_TRY_STATUS(change.begin());
    for (const auto& branch : branches) SJ_TRY_STATUS(store->release_quarantined(id, branch, UINT64_MAX));
    std::vector<fold::Touched> touched;
    SJ_TRY_STATUS(apply_waiting(space, touched));
    SJ_TRY_STATUS(refresh(touched));
    SJ_TRY_STATUS(change.commit());
    changes.spaces.insert(id);
  }
  return {};
}

namespace {

Late why_late(const space::Membership& of, const space::EnrolledLog& log) {
  if (of.provisional().count(log.person) != 0) return Late::unconfirmed;
  const auto role = of.role_of(log.person);
  if (!role) return Late::removed;
  if (of.removed_devices().count(log.device) != 0) return Late::device_removed;
  return *role < space::WireRole::writer ? Late::reader : Late::other;
}

}  // namespace

const char* late_name(Late late) {
  switch (late) {
    case Late::other: return "other";
    case Late::removed: return "removed";
    case Late::device_removed: return "device_removed";
    case Late::reader: return "reader";
    case Late::unconfirmed: return "unconfirmed";
  }
  return "other";
}

base::Result<std::vector<QuarantinedLog>> Core::quarantine() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  std::vector<QuarantinedLog> out;
  for (auto& [id, space] : core.spaces) {
    SJ_TRY(auto names, core.store->profiles(id));
    SJ_TRY(const auto logs, core.store->waiting_logs(id, store::SegmentState::quarantined));
    for (const auto& late : logs) {
      QuarantinedLog row;
      row.space = id;
      row.log = late.log;
      row.first_segment = late.first_segment;
      row.segments = late.segments;
      row.ops = late.ops;
      row.bytes = late.bytes;
      row.may_readmit = core.is_admin(*space);
      const auto enrolled = space->membership.logs().find(space->log_of(late.log));
      if (enrolled != space->membership.logs().end()) {
        row.person = enrolled->second.person;
        row.own = core.is_own(enrolled->second);
        row.why = why_late(space->membership, enrolled->second);
      }
      for (const auto& [person, name] : names) {
        if (person == row.person) row.name = name;
      }
      out.push_back(std::move(row));
    }
  }
  return out;
}

base::Status Core::readmit(const base::LogId& log) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  for (auto& [id, space] : core.spaces) {
    const auto enrolled = space->membership.logs().find(space->log_of(log));
    if (enrolled == space->membership.logs().end()) continue;
    if (!core.is_admin(*space)) return base::error(base::Code::not_permitted, "only an admin readmits");
    std::vector<space::Fence> ends;
    for (const auto& branch : space->branches_of(enrolled->first)) {
      if (!(log == enrolled->first || log == branch)) continue;
      SJ_TRY(auto head, core.store->head(id, branch));
      SJ_TRY(const auto from, core.fenced_from(*space, enrolled->second, branch));
      if (!head || head->count <= from || !space->ends_here(branch)) continue;
      ends.push_back({enrolled->first, head->count, base::prefix_of<base::HeadTag>(head->hash)});
    }
    if (ends.empty()) return base::error(base::Code::not_found, "nothing of this log waits");
    space::sort_fences(ends);
    Change change(core);
    SJ_TRY_STATUS(change.begin());
    const auto record = space::write_readmitted(core.author(), space->membership, std::move(ends));
    SJ_TRY(auto taken, core.take_record(*space, record));
    static_cast<void>(taken);
    std::vector<fold::Touched> touched;
    SJ_TRY_STATUS(core.membership_changed(*space, touched));
    SJ_TRY_STATUS(core.refresh(touched));
    return change.commit();
  }
  return base::error(base::Code::not_found, "no such log");
}

}  // namespace sejawat::api
