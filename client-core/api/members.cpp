// Members, devices and invites, as an admin or their owner handles them.
#include <algorithm>

#include "core_state.h"

namespace sejawat::api {
namespace {

using base::Code;

base::Result<space::WireRole> wire_role(std::string_view domain_role) {
  if (domain_role == "operator") return space::WireRole::admin;
  for (const auto* known : {"teacher", "principal", "facilitator", "expert", "coordinator"}) {
    if (domain_role == known) return space::WireRole::writer;
  }
  if (domain_role == "reader") return space::WireRole::reader;
  return base::error(Code::invalid_argument, "role");
}

std::string open_text(Core::State& core, const SpaceState& space, base::ByteView sealed) {
  auto opened = space::open_field(core.borrowed_keys(space), sealed);
  return opened.ok() ? std::string(base::as_text(*opened)) : std::string();
}

// Takes the records of a change and what follows from them, in one transaction.
base::Status commit(Core::State& core, SpaceState& space, const std::vector<base::Bytes>& records) {
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  for (const auto& record : records) {
    SJ_TRY(auto taken, core.take_record(space, record));
    static_cast<void>(taken);
  }
  std::vector<fold::Touched> touched;
  SJ_TRY_STATUS(core.membership_changed(space, touched));
  SJ_TRY_STATUS(core.refresh(touched));
  return change.commit();
}

// Whoever leaves wrote what they wrote before: it stands within their fences, or it would be late work.
base::Status seal_own_words(Core::State& core, SpaceState& space, const base::PersonId& person) {
  if (!(core.certificate->person() == person)) return {};
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY_STATUS(core.seal_pending(space, SIZE_MAX));
  return change.commit();
}

// The one asked for, else the first that this person is admin of.
base::Result<SpaceState*> administered(Core::State& core, const base::SpaceId* wanted) {
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  for (auto& [id, space] : core.spaces) {
    if (wanted != nullptr || !space->membership.has_genesis() ||
        space->membership.kind() == space::SpaceKind::personal ||
        space->membership.kind() == space::SpaceKind::group)
      continue;
    if (core.is_admin(*space)) return space.get();
  }
  SJ_TRY(auto* space, core.community(wanted));
  if (!core.is_admin(*space)) return base::error(Code::not_permitted, "only an admin");
  return space;
}

}  // namespace

base::Result<std::vector<MemberInfo>> Core::members(const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* space, core.community(community));
  SJ_TRY(auto profiles, core.store->profiles(space->row.space));
  const auto name_of = [&](const base::PersonId& person) {
    const auto found =
        std::find_if(profiles.begin(), profiles.end(), [&](const auto& row) { return row.first == person; });
    return found == profiles.end() ? std::string() : found->second;
  };
  std::vector<MemberInfo> out;
  for (const auto& [person, member] : space->membership.members()) {
    MemberInfo row;
    row.person = person;
    row.name = name_of(person);
    row.domain_role = open_text(core, *space, member.sealed_role);
    row.role = member.role;
    for (const auto& [id, device] : space->membership.devices())
      row.devices += device.person == person ? 1 : 0;
    row.self = core.certificate && core.certificate->person() == person;
    out.push_back(std::move(row));
  }
  for (const auto& [person, join] : space->membership.provisional()) {
    MemberInfo row;
    row.person = person;
    row.name = name_of(person);
    row.provisional = true;
    out.push_back(std::move(row));
  }
  return out;
}

base::Status Core::change_role(const base::PersonId& person, std::string_view domain_role,
                               const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY(const auto role, wire_role(domain_role));
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* space, administered(core, community));
  if (!space->membership.role_of(person)) return base::error(Code::not_found, "no such member");
  std::vector<space::Fence> fences;
  if (role < space::WireRole::writer) {
    SJ_TRY_STATUS(seal_own_words(core, *space, person));
    SJ_TRY(fences, core.fences_at_heads(*space, space::logs_of(space->membership, person)));
  }
  const auto epoch = space->membership.current_epoch();
  if (!epoch || space->epochs.count(*epoch) == 0) return base::error(Code::key_missing);
  const auto sealed =
      space::seal_field(*epoch, space->epochs.at(*epoch), base::as_bytes(domain_role), core.random);
  return commit(
      core, *space,
      {space::write_role(core.author(), space->membership, person, role, std::move(fences), sealed)});
}

base::Status Core::remove_member(const base::PersonId& person, const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* space, core.community(community));
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  if (!core.is_admin(*space) && !(core.certificate->person() == person)) {
    return base::error(Code::not_permitted, "only an admin removes others");
  }
  if (!space->membership.role_of(person)) return base::error(Code::not_found, "no such member");
  SJ_TRY_STATUS(seal_own_words(core, *space, person));
  SJ_TRY(auto fences, core.fences_at_heads(*space, space::logs_of(space->membership, person)));
  return commit(core, *space,
                {space::write_person_removed(core.author(), space->membership, person, std::move(fences))});
}

base::Status Core::confirm_member(const base::PersonId& person, const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* space, administered(core, community));
  const auto waiting = space->membership.provisional().find(person);
  if (waiting == space->membership.provisional().end())
    return base::error(Code::not_found, "nobody waits by that id");
  return commit(core, *space,
                {space::write_join_confirmed(core.author(), space->membership, waiting->second)});
}

base::Result<std::vector<InviteInfo>> Core::invites(const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* space, core.community(community));
  std::vector<InviteInfo> out;
  for (const auto& [key, invite] : space->membership.invites()) {
    out.push_back({invite.record, open_text(core, *space, invite.sealed_role), invite.uses,
                   static_cast<std::uint32_t>(invite.joined.size()), invite.expires_seconds, invite.revoked});
  }
  return out;
}

base::Status Core::revoke_invite(const base::HeadTag& id, const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* space, administered(core, community));
  for (const auto& [key, invite] : space->membership.invites()) {
    if (!(invite.record == id)) continue;
    if (invite.revoked) return {};
    return commit(core, *space, {space::write_invite_revoked(core.author(), space->membership, key)});
  }
  return base::error(Code::not_found, "no such invite");
}

base::Result<std::vector<DeviceInfo>> Core::devices() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  const auto& personal = core.spaces.at(core.personal)->membership;
  std::vector<DeviceInfo> out;
  for (const auto& [id, device] : personal.devices())
    out.push_back({id, id == core.certificate->device(), false});
  for (const auto& [id, device] : personal.removed_devices()) {
    out.push_back({id, id == core.certificate->device(), true});
  }
  return out;
}

base::Status Core::revoke_device(const base::DeviceId& device) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  if (device == core.certificate->device()) {
    return base::error(Code::invalid_argument, "a device does not revoke itself: use another one");
  }
  SpaceState& home = *core.spaces.at(core.personal);
  if (home.membership.devices().count(device) == 0) {
    return base::error(Code::not_found, "no such device of yours");
  }
  // The other spaces follow (membership_changed), each that lets this device write there: one that does not,
  // by what others left in it, must not keep the lost phone everywhere.
  SJ_TRY(auto fences, core.fences_at_heads(home, space::logs_of(home.membership, device)));
  return commit(core, home,
                {space::write_device_removed(core.author(), home.membership, device, std::move(fences))});
}

base::Status Core::rotate(const base::SpaceId& id) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  const auto found = core.spaces.find(id);
  if (found == core.spaces.end() || !found->second->membership.has_genesis())
    return base::error(Code::not_found, "space");
  if (!core.is_admin(*found->second)) return base::error(Code::not_permitted, "only an admin rotates keys");
  return core.change_key(*found->second);
}

}  // namespace sejawat::api
