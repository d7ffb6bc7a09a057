// What is where: saved here, on a carrier, waiting, refused.
#include <algorithm>

#include "core_state.h"

namespace sejawat::api {
namespace {

base::Result<std::uint64_t> unsent_of(Core::State& core, const SpaceState& space,
                                      const base::PublicBoxKey& carrier) {
  std::uint64_t unsent = 0;
  const auto& id = space.row.space;
  SJ_TRY(auto heads, core.store->heads(id));
  for (const auto& [log, head] : heads) {
    SJ_TRY(auto acked, core.store->acked_segments(carrier, id, log));
    acked = std::max(acked, space.first_no(log));
    unsent += head.count > acked ? head.count - acked : 0;
  }
  return unsent;
}

base::Result<std::uint64_t> unsent_segments(Core::State& core, const base::PublicBoxKey& carrier) {
  std::uint64_t unsent = 0;
  for (const auto& [id, space] : core.spaces) {
    if (!core.goes_to(*space, carrier)) continue;
    SJ_TRY(auto more, unsent_of(core, *space, carrier));
    unsent += more;
  }
  return unsent;
}

bool holds_current_key(const SpaceState& space) {
  const auto epoch = space.membership.current_epoch();
  return epoch && space.epochs.count(*epoch) != 0;
}

}  // namespace

base::Result<Status> Core::status() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  Status status;
  status.has_person = has_person();
  status.name = core.name;
  SJ_TRY(status.card_unconfirmed, card_unconfirmed());
  status.new_devices = new_devices();
  SJ_TRY(auto entries, core.store->journal().count());
  status.entries = entries;
  for (auto& [id, space] : core.spaces) {
    SpaceStatus row;
    row.space = id;
    if (space->membership.has_genesis()) row.kind = space->membership.kind();
    row.name = space->row.name;
    SJ_TRY(auto unsealed, core.store->unsealed_count(id));
    row.unsealed_ops = unsealed;
    for (const auto state : {store::SegmentState::waiting_key, store::SegmentState::waiting_deps}) {
      SJ_TRY(const auto logs, core.store->waiting_logs(id, state));
      for (const auto& log : logs) row.waiting_segments += log.segments;
    }
    SJ_TRY(const auto unreadable, core.store->waiting_logs(id, store::SegmentState::unreadable));
    for (const auto& log : unreadable) row.unreadable += log.segments;
    for (const auto& [key, refusal] : core.refused) {
      if (key.second == id && !refusal.elsewhere) row.refused = refusal.code;
    }
    row.damaged = space->damaged;
    row.admin = core.is_admin(*space);
    row.member = core.is_member(*space);
    row.current_key = holds_current_key(*space);
    for (const auto& [log, enrolled] : space->membership.logs()) {
      if (core.is_own(enrolled) && space->branches_of(log).size() > 1) ++row.forks;
    }
    status.spaces.push_back(std::move(row));
  }
  for (const auto& carrier : core.carriers) {
    CarrierStatus row;
    SJ_TRY(auto address, space::CarrierAddress::parse(carrier.url));
    row.address = address;
    row.generation = carrier.generation;
    row.last_sync_wall_ms = carrier.last_sync_wall_ms;
    row.last_error = static_cast<base::Code>(carrier.last_error);
    SJ_TRY(row.unsent_segments, unsent_segments(core, carrier.key));
    for (const auto& [id, space] : core.spaces) {
      if (!core.goes_to(*space, carrier.key)) continue;
      SJ_TRY(const auto more, core.store->attachments().unsent_bytes(carrier.key, id));
      row.unsent_media += more;
    }
    SJ_TRY(row.media_refused, core.media_refused(carrier.key));
    SJ_TRY(row.refusals, refusals(carrier.key));
    status.carriers.push_back(std::move(row));
  }
  SJ_TRY(status.pending, pending());
  if (status.pending > 0) {
    SJ_TRY(status.oldest_unsent_ms, core.oldest_unsent_ms());
  }
  SJ_TRY(status.media_pending, media_pending());
  SJ_TRY(const auto wanted, core.store->attachments().wanted());
  status.media_wanted = wanted.size();
  SJ_TRY(auto late, quarantine());
  for (const auto& row : late) status.quarantined += row.own ? row.segments : 0;
  return status;
}

std::vector<SpaceStatus> Core::spaces() const {
  std::vector<SpaceStatus> rows;
  for (const auto& [id, space] : state_->spaces) {
    SpaceStatus row;
    row.space = id;
    if (space->membership.has_genesis()) row.kind = space->membership.kind();
    row.name = space->row.name;
    row.admin = state_->is_admin(*space);
    row.member = state_->is_member(*space);
    row.current_key = holds_current_key(*space);
    rows.push_back(std::move(row));
  }
  return rows;
}

base::Result<std::map<base::PersonId, std::string>> Core::names() {
  std::map<base::PersonId, std::string> names;
  for (const auto& [id, space] : state_->spaces) {
    if (id == state_->personal) continue;
    SJ_TRY(auto profiles, state_->store->profiles(id));
    for (auto& [person, name] : profiles) {
      if (!name.empty()) names.emplace(person, std::move(name));
    }
  }
  if (has_person()) names.emplace(person(), state_->name);
  return names;
}

base::Result<std::vector<Refusal>> Core::refusals(const base::PublicBoxKey& carrier) {
  std::vector<Refusal> refusals;
  for (const auto& [key, refusal] : state_->refused) {
    if (key.first == carrier) refusals.push_back({key.second, refusal.code, refusal.elsewhere});
  }
  const auto own = state_->spaces.find(state_->personal);
  if (own == state_->spaces.end() || state_->refused.count({carrier, state_->personal}) != 0) return refusals;
  SJ_TRY(const bool out, state_->is_put_out(*own->second, carrier));
  if (out) refusals.push_back({state_->personal, base::Code::fenced, false});
  return refusals;
}

base::Result<std::uint64_t> Core::pending() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  std::uint64_t pending = 0;
  for (const auto& [id, space] : core.spaces) {
    SJ_TRY(auto unsealed, core.store->unsealed_count(id));
    pending += unsealed;
  }
  for (const auto& [id, space] : core.spaces) {
    SJ_TRY(const auto homes, core.homes_of(*space));
    std::uint64_t most = 0;
    for (const auto& home : homes) {
      SJ_TRY(auto unsent, unsent_of(core, *space, home));
      most = std::max(most, unsent);
    }
    pending += most;
  }
  return pending;
}

base::Result<Core::ToSay> Core::to_say(SyncMedia media) {
  ToSay all;
  SJ_TRY(all.pending, pending());
  for (const auto& [id, space] : state_->spaces) all.records += space->membership.records().size();
  if (media == SyncMedia::none) return all;
  SJ_TRY(const auto wanted, state_->store->attachments().wanted());
  all.wanted = wanted.size();
  return all;
}

base::Result<Delivery> Core::delivery(const base::ObjectId& entry) {
  return delivery(state_->personal, entry);
}

base::Result<Delivery> Core::delivery(const base::SpaceId& space, const base::ObjectId& entry) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (core.carriers.empty()) return Delivery::saved_here;
  const auto known = core.spaces.find(space);
  if (known == core.spaces.end()) return base::error(base::Code::not_found, "space");
  SJ_TRY(auto ops, core.store->ops_of(space, entry));
  if (ops.empty()) return base::error(base::Code::not_found, "entry");
  return core.delivery_of(*known->second, entry);
}

base::Result<bool> Core::State::held_at(const base::PublicBoxKey& carrier, const base::SpaceId& space,
                                        const base::ObjectId& object) {
  SJ_TRY(auto ops, store->ops_of(space, object));
  std::map<base::LogId, std::uint64_t> durable;  // ops of each log that the carrier holds
  for (const auto& op : ops) {
    const auto& log = op.dot.branch;
    auto known = durable.find(log);
    if (known == durable.end()) {
      SJ_TRY(auto acked, store->acked_segments(carrier, space, log));
      std::uint64_t held = 0;
      if (acked > 0) {
        SJ_TRY(auto last, store->segment(space, log, acked - 1));
        if (last) held = last->first_op + last->op_count;
      }
      known = durable.emplace(log, held).first;
    }
    if (op.dot.position >= known->second) return false;
  }
  return !ops.empty();
}

base::Result<Delivery> Core::State::delivery_of(const SpaceState& space, const base::ObjectId& object) {
  if (carriers.empty()) return Delivery::saved_here;
  const auto& id = space.row.space;
  // A community may live elsewhere than one's own space.
  SJ_TRY(const auto homes, homes_of(space));
  for (const auto& home : homes) {
    SJ_TRY(const bool held, held_at(home, id, object));
    SJ_TRY(const bool out, is_put_out(space, home));
    if (!held || out) return Delivery::saved_here;
  }
  SJ_TRY(const auto late, store->places_in_state(id, store::SegmentState::quarantined, 1));
  if (late.empty()) return Delivery::on_carrier;
  SJ_TRY(auto ops, store->ops_of(id, object));
  for (const auto& op : ops) {
    // Held there, but in quarantine: that is never shown as sent.
    SJ_TRY(const auto state, store->state_of_op(id, op.dot.branch, op.dot.position));
    if (state == store::SegmentState::quarantined) return Delivery::saved_here;
  }
  return Delivery::on_carrier;
}

bool Core::recovering() const { return state_->identity.has_value(); }
std::uint32_t Core::refused_in_sync() const {
  std::uint32_t count = 0;
  for (const auto& [space, refusal] : state_->refused_now) count += refusal.elsewhere ? 0 : refusal.count;
  return count;
}

std::uint32_t Core::forks_in_sync() const { return state_->forks_now; }

Core::Changes Core::take_changes() {
  Changes taken = std::move(state_->changes);
  state_->changes = {};
  return taken;
}

std::optional<space::CarrierAddress> Core::home_carrier() const {
  if (state_->carriers.empty()) return std::nullopt;
  auto address = space::CarrierAddress::parse(state_->carriers.front().url);
  if (!address.ok()) return std::nullopt;
  return std::move(address).value();
}

std::optional<space::CarrierAddress> Core::carrier_of(const base::SpaceId& space) const {
  const auto found = state_->spaces.find(space);
  if (found == state_->spaces.end()) return home_carrier();
  const auto row = state_->home_of(*found->second);
  if (!row.ok()) return std::nullopt;
  auto address = space::CarrierAddress::parse((*row)->url);
  if (!address.ok()) return std::nullopt;
  return std::move(address).value();
}

base::Status Core::add_carrier(const space::CarrierAddress& address) {
  SJ_TRY_STATUS(state_->ensure_usable());
  SJ_TRY(auto* row, state_->ensure_carrier(address));
  static_cast<void>(row);
  return {};
}

}  // namespace sejawat::api
