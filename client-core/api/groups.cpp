// Working groups (F17): spaces of their own inside a community, so that who reads is decided by keys.
#include <algorithm>

#include "core_state.h"

namespace sejawat::api {
namespace {

using base::Code;

// What is known of a person from the spaces that are ours.
struct Known {
  space::Member member;
  bool by_themselves = false;  // they named their card themselves, by founding or joining
  // What is said with more weight is believed. Proven, there is nothing left to say against it.
  std::pair<bool, bool> weight() const { return {member.card.proof.has_value(), by_themselves}; }
  std::vector<base::Bytes> certificates;  // of devices that were removed in none
};

// Whoever adds a colleague to a space of theirs may name another card for them, or a phone that was removed
// elsewhere. not_found: nobody of any space of ours. needs_decision: nobody proves their card, nor knows it
// from themselves, and those who added them say different things.
base::Result<Known> find_person(const Core::State& core, const base::PersonId& person) {
  std::optional<Known> known;
  std::set<base::DeviceId> removed;
  std::vector<const space::Device*> devices;
  bool differs = false;
  for (const auto& [id, space] : core.spaces) {
    if (!core.is_member(*space)) continue;
    for (const auto& [device, row] : space->membership.removed_devices()) {
      // What left with its person comes back with them.
      if (!space->membership.may_return(device)) removed.insert(device);
    }
    const auto& members = space->membership.members();
    const auto found = members.find(person);
    if (found == members.end()) continue;
    Known here{found->second, space->membership.came_in(person), {}};
    differs = differs || (known && !(known->member.card.box == here.member.card.box) &&
                          known->weight() == here.weight());
    if (!known || known->weight() < here.weight()) {
      known = std::move(here);
      differs = false;
    }
    for (const auto& [device, row] : space->membership.devices()) {
      if (row.person == person) devices.push_back(&row);
    }
  }
  if (!known) return base::error(Code::not_found, "nobody of any space of yours");
  if (differs) return base::error(Code::needs_decision, "their card is named in two ways");
  for (const auto* device : devices) {
    const bool out = removed.count(device->device) != 0 ||
                     std::any_of(device->issuers.begin(), device->issuers.end(),
                                 [&](const auto& issuer) { return removed.count(issuer) != 0; });
    const auto& all = known->certificates;
    if (!out && std::find(all.begin(), all.end(), device->certificate) == all.end())
      known->certificates.push_back(device->certificate);
  }
  return std::move(*known);
}

base::Result<space::WireRole> wire_role_in_group(std::string_view domain_role) {
  for (const auto* known : {"teacher", "principal", "facilitator", "expert", "coordinator"}) {
    if (domain_role == known) return space::WireRole::writer;
  }
  if (domain_role == "admin") return space::WireRole::admin;
  if (domain_role == "reader") return space::WireRole::reader;
  return base::error(Code::invalid_argument, "role");
}

}  // namespace

base::Result<base::SpaceId> Core::create_group(std::string_view name, const base::SpaceId* community) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  SJ_TRY(const SpaceState* school, core.community(community));
  const auto role = school->membership.role_of(core.certificate->person());
  if (!role || *role < space::WireRole::writer)
    return base::error(Code::not_permitted, "only who writes there");
  SJ_TRY(const auto* home, core.carrier_of(school->row.space));
  SJ_TRY(auto address, space::CarrierAddress::parse(home->url));
  return create_community(name, space::SpaceKind::group, address, nullptr);
}

base::Status Core::add_member(const base::SpaceId& to, const base::PersonId& person,
                              std::string_view domain_role) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  SJ_TRY(const auto role, wire_role_in_group(domain_role));
  const auto found = core.spaces.find(to);
  if (found == core.spaces.end() || !found->second->membership.has_genesis() ||
      found->second->membership.kind() == space::SpaceKind::personal) {
    return base::error(Code::not_found, "space");
  }
  SpaceState& space = *found->second;
  if (!core.is_admin(space)) return base::error(Code::not_permitted, "only an admin adds members");
  if (space.membership.role_of(person)) return base::error(Code::already_exists, "a member already");
  SJ_TRY(const auto known, find_person(core, person));
  const auto epoch = space.membership.current_epoch();
  if (!epoch || space.epochs.count(*epoch) == 0) return base::error(Code::key_missing);

  Change change(core);
  SJ_TRY_STATUS(change.begin());
  const auto sealed =
      space::seal_field(*epoch, space.epochs.at(*epoch), base::as_bytes(domain_role), core.random);
  SJ_TRY(auto added, core.take_record(space, space::write_member(core.author(), space.membership,
                                                                 known.member.identity_key, known.member.card,
                                                                 role, sealed)));
  static_cast<void>(added);
  for (const auto& bytes : known.certificates) {
    SJ_TRY(auto certificate, space::parse_certificate(bytes));
    SJ_TRY(auto taken,
           core.take_record(space, space::write_device(core.author(), space.membership, certificate)));
    static_cast<void>(taken);
  }
  std::vector<fold::Touched> touched;
  SJ_TRY_STATUS(core.membership_changed(space, touched));  // boxes the key to the new devices
  SJ_TRY_STATUS(core.refresh(touched));
  return change.commit();
}

}  // namespace sejawat::api
