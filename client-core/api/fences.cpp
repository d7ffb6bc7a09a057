// What a fence means here: segments beyond it leave the fold and wait in quarantine, those that come within
// it again (a readmission) fold; and a device whose own log is fenced writes on in a new one.
#include <map>
#include <set>

#include "base/planted.h"
#include "core_state.h"

namespace sejawat::api {

bool Core::State::is_own(const space::EnrolledLog& log) const {
  return certificate && log.person == certificate->person();
}

// First segment of the log that does not count; SIZE_MAX-like when all do.
base::Result<std::uint64_t> Core::State::fenced_from(SpaceState& space, const space::EnrolledLog& log) {
  if (!log.fence) return UINT64_MAX;
  if (log.fence->count == 0) return std::uint64_t{0};
  SJ_TRY(auto last, store->segment(space.row.space, log.log, log.fence->count - 1));
  // Another branch than the one that was accepted: how far the two agree is not known from a fence.
  if (last && !(base::prefix_of<base::HeadTag>(last->hash) == log.fence->head)) return std::uint64_t{0};
  return log.fence->count;
}

base::Result<std::vector<space::Fence>> Core::State::fences_at_heads(const SpaceState& space,
                                                                     const std::vector<base::LogId>& logs) {
  std::vector<space::Fence> fences;
  for (const auto& log : logs) {
    SJ_TRY(auto head, store->head(space.row.space, log));
    if (head && head->count > 0)
      fences.push_back({log, head->count, base::prefix_of<base::HeadTag>(head->hash)});
  }
  return fences;
}

// A device that its owner revoked may have entered another space meanwhile, and whoever revoked it did not
// know. Any other device of the person ends it there as well.
base::Status Core::State::remove_revoked_devices(SpaceState& space) {
  const auto own = spaces.find(personal);
  if (own == spaces.end() || own->second.get() == &space || SJ_PLANTED(client_revokes_at_home_only))
    return {};
  std::vector<base::DeviceId> left;
  for (const auto& [id, revoked] : own->second->membership.removed_devices()) {
    if (space.membership.devices().count(id) != 0) left.push_back(id);
  }
  for (const auto& id : left) {
    SJ_TRY(auto fences, fences_at_heads(space, space::logs_of(space.membership, id)));
    const auto record = space::write_device_removed(author(), space.membership, id, std::move(fences));
    SJ_TRY(auto taken, take_record(space, record));
    static_cast<void>(taken);
  }
  return {};
}

base::Status Core::State::quarantine_from(SpaceState& space, const base::LogId& log, std::uint64_t segment_no,
                                          std::vector<fold::Touched>& touched) {
  SJ_TRY(auto first, store->segment(space.row.space, log, segment_no));
  if (!first) return {};
  SJ_TRY(auto objects, store->objects_from(space.row.space, log, first->first_op));
  for (const auto& object : objects) touched.push_back({space.row.space, object});
  SJ_TRY_STATUS(store->remove_ops_from(space.row.space, log, first->first_op));
  return store->set_segment_states_from(space.row.space, log, segment_no, store::SegmentState::quarantined);
}

base::Status Core::State::enforce_fences(SpaceState& space, std::vector<fold::Touched>& touched) {
  if (SJ_PLANTED(client_forgets_fences)) return {};
  std::set<base::LogId> out;
  SJ_TRY(auto waiting, store->logs_in_state(space.row.space, store::SegmentState::quarantined));
  out.insert(waiting.begin(), waiting.end());
  for (const auto& [id, log] : space.membership.logs()) {
    if (!log.fence && out.count(id) == 0) continue;
    SJ_TRY(const std::uint64_t from, fenced_from(space, log));
    if (is_of_this_device(space, id)) {
      // One's own words stay in sight here, where they were written; that they wait in quarantine a carrier
      // said, and a fence that was raised ends it.
      if (log.fence && out.count(id) != 0) {
        SJ_TRY_STATUS(store->release_quarantined(space.row.space, id, from));
      }
      continue;
    }
    if (out.count(id) != 0) SJ_TRY_STATUS(store->release_quarantined(space.row.space, id, from));
    if (from != UINT64_MAX) SJ_TRY_STATUS(quarantine_from(space, id, from, touched));
  }
  return {};
}

base::Status Core::State::open_own_log(SpaceState& space, const std::optional<base::LogId>& instead_of) {
  const base::Secret32 seed = base::Secret32::random(random);
  const auto key = crypto::SigningKey::from_seed(seed);
  SJ_TRY(auto record, take_record(space, space::write_log(author(), space.membership, key)));
  static_cast<void>(record);
  const base::LogId log = log::log_id(space.row.space, key.public_key());
  SJ_TRY_STATUS(store->put_own_log(space.row.space, log, seed));
  if (!instead_of) return {};
  SJ_TRY(auto moved, store->unsealed_with_objects(space.row.space, *instead_of));
  if (moved.empty()) return {};
  // Nobody else can have named a dot that was never sealed.
  std::map<log::Dot, log::Dot> renamed;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    renamed[moved[i].op.dot] = {log, i};
    moved[i].op.dot = {log, i};
  }
  for (auto& item : moved) {
    SJ_TRY(auto op, codec.decode(item.op.bytes));
    for (auto& dot : op.supersedes) {
      const auto found = renamed.find(dot);
      if (found != renamed.end()) dot = found->second;
    }
    item.op.bytes = codec.encode(op);
  }
  return store->replace_unsealed(space.row.space, *instead_of, moved);
}

base::Result<std::vector<QuarantinedLog>> Core::quarantine() {
  State& core = *state_;
  std::vector<QuarantinedLog> out;
  for (auto& [id, space] : core.spaces) {
    SJ_TRY(auto names, core.store->profiles(id));
    SJ_TRY(auto segments, core.store->segments_in_state(id, store::SegmentState::quarantined, SIZE_MAX / 2));
    for (const auto& segment : segments) {  // ascending by log and number
      if (out.empty() || !(out.back().space == id) || !(out.back().log == segment.log)) {
        QuarantinedLog row;
        row.space = id;
        row.log = segment.log;
        row.first_segment = segment.segment_no;
        const auto enrolled = space->membership.logs().find(segment.log);
        if (enrolled != space->membership.logs().end()) {
          row.person = enrolled->second.person;
          row.own = core.is_own(enrolled->second);
        }
        for (const auto& [person, name] : names) {
          if (person == row.person) row.name = name;
        }
        out.push_back(std::move(row));
      }
      ++out.back().segments;
      out.back().ops += segment.op_count;
      out.back().bytes += segment.bytes.size();
    }
  }
  return out;
}

base::Status Core::readmit(const base::LogId& log) {
  State& core = *state_;
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  for (auto& [id, space] : core.spaces) {
    const auto enrolled = space->membership.logs().find(log);
    if (enrolled == space->membership.logs().end()) continue;
    if (!core.is_admin(*space)) return base::error(base::Code::not_permitted, "only an admin readmits");
    SJ_TRY(auto head, core.store->head(id, log));
    if (!enrolled->second.fence || !head || head->count <= enrolled->second.fence->count) {
      return base::error(base::Code::not_found, "nothing of this log waits");
    }
    Change change(core);
    SJ_TRY_STATUS(change.begin());
    const auto record = space::write_readmitted(
        core.author(), space->membership, {{log, head->count, base::prefix_of<base::HeadTag>(head->hash)}});
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
