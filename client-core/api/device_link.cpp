// A further device, linked by one that is there: the card stays in its drawer.
#include "space/device_link.h"

#include <algorithm>

#include "base/codec.h"
#include "base/order.h"
#include "core_state.h"

namespace sejawat::api {
namespace {

using base::Code;

constexpr std::size_t kMaxChain = 4;  // links of a certificate, the new one included

base::Result<space::DeviceKeys> requested_keys(Core::State& core) {
  SJ_TRY(auto stored, core.store->setting(kLinkRequest));
  if (!stored || stored->empty()) return base::error(Code::not_found, "this device asked for no link");
  const base::SecretBytes held(std::move(*stored));
  return space::DeviceKeys::parse(held.view());
}

space::LinkRequest request_of(const space::DeviceKeys& keys) {
  return {keys.sign.public_key(), keys.box.public_key()};
}

// Nobody else's grant can pass: the certificate chains to the identity that it names, and the space follows
// from that.
struct Granted {
  space::DeviceKeys keys;
  space::LinkGrant grant;
  space::DeviceCertificate certificate;
};
base::Result<Granted> open_grant(Core::State& core, std::string_view text) {
  SJ_TRY_STATUS(core.ensure_usable());
  if (core.device) return base::error(Code::already_exists, "this store belongs to a person already");
  SJ_TRY(auto keys, requested_keys(core));
  SJ_TRY(auto grant, space::LinkGrant::open(text, keys));
  SJ_TRY(auto certificate, space::take_possession(grant.certificate, keys));
  SJ_TRY_STATUS(check_name(grant.name));
  return Granted{std::move(keys), std::move(grant), std::move(certificate)};
}

// The personal space's first; then communities before groups, as far as a QR code holds them.
base::Result<std::vector<space::LinkGrant::Key>> keys_to_hand_over(Core::State& core) {
  std::vector<const SpaceState*> spaces;
  for (const auto& [id, space] : core.spaces) {
    if (space->membership.has_genesis() && space->membership.current_epoch()) spaces.push_back(space.get());
  }
  const auto rank = [](const SpaceState* space) {
    if (space->membership.kind() == space::SpaceKind::personal) return 0;
    return space->membership.kind() == space::SpaceKind::group ? 2 : 1;
  };
  base::sort_stably(spaces, [&](const SpaceState* a, const SpaceState* b) { return rank(a) < rank(b); });
  std::vector<space::LinkGrant::Key> keys;
  for (const auto* space : spaces) {
    const auto held = space->epochs.find(*space->membership.current_epoch());
    if (held == space->epochs.end()) {
      if (rank(space) == 0)
        return base::error(Code::key_missing, "sync this device first: it lacks its own key");
      continue;
    }
    if (keys.size() == space::kMaxLinkKeys) break;
    keys.push_back({space->row.space, held->second.clone()});
  }
  return keys;
}

// The home carrier, and then those that communities of these keys live on, where that is known.
base::Status add_carriers(Core::State& core, space::LinkGrant& grant) {
  const auto add = [&](const base::PublicBoxKey& key) -> base::Result<std::optional<std::uint8_t>> {
    const auto* row = core.carrier(key);
    if (row == nullptr) return std::optional<std::uint8_t>();
    for (std::size_t i = 0; i < grant.carriers.size(); ++i) {
      if (grant.carriers[i].key == key) return std::optional<std::uint8_t>(static_cast<std::uint8_t>(i));
    }
    if (grant.carriers.size() == space::kMaxLinkCarriers) return std::optional<std::uint8_t>();
    SJ_TRY(auto address, space::CarrierAddress::parse(row->url));
    grant.carriers.push_back(std::move(address));
    return std::optional<std::uint8_t>(static_cast<std::uint8_t>(grant.carriers.size() - 1));
  };
  if (core.carriers.empty()) return {};
  SJ_TRY(const auto first, add(core.carriers.front().key));
  static_cast<void>(first);
  for (auto& key : grant.keys) {
    if (key.space == core.personal) continue;
    // Never a guess: there it would be believed for good.
    SJ_TRY(const auto home, core.known_home(key.space));
    if (!home) continue;
    SJ_TRY(key.home, add(*home));
  }
  for (const auto& carrier : core.carriers) {
    SJ_TRY(const auto further, add(carrier.key));
    static_cast<void>(further);
  }
  // With one carrier there is nothing to tell.
  if (grant.carriers.size() < 2) {
    for (auto& key : grant.keys) key.home.reset();
  }
  return {};
}

}  // namespace

const base::PublicSignKey* Core::identity_key() const {
  return state_->certificate ? &state_->certificate->identity_key : nullptr;
}

base::Result<space::LinkRequest> Core::link_request() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (core.device) return base::error(Code::already_exists, "this store belongs to a person already");
  auto known = requested_keys(core);
  if (known.ok()) return request_of(*known);
  if (known.code() != Code::not_found) return std::move(known).error();
  const auto keys = space::DeviceKeys::random(core.random);
  const base::SecretBytes bytes(keys.serialise());
  SJ_TRY_STATUS(core.store->put_setting(kLinkRequest, bytes.view()));
  return request_of(keys);
}

base::Result<std::string> Core::grant_link(const space::LinkRequest& request) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  const auto& personal = core.spaces.at(core.personal)->membership;
  if (personal.removed_devices().count(core.certificate->device()) != 0)
    return base::error(Code::not_permitted, "this device was revoked");
  if (core.certificate->issuers.size() + 2 > kMaxChain)
    return base::error(Code::not_permitted,
                       "too many devices certified each other in a row: use an older one");
  space::LinkGrant grant;
  grant.certificate = space::certify_by_device(*core.certificate, core.device->sign, request.sign_key,
                                               request.box_key, core.clock.now().wall_ms / 1000);
  grant.genesis = personal.records().front().second;
  grant.name = core.name;
  SJ_TRY(grant.keys, keys_to_hand_over(core));
  SJ_TRY_STATUS(add_carriers(core, grant));
  return grant.seal_to(request, core.random);
}

base::Result<Core::LinkOffer> Core::read_link_grant(std::string_view text) {
  SJ_TRY(auto granted, open_grant(*state_, text));
  return LinkOffer{std::move(granted.grant.name),
                   space::link_check_code(request_of(granted.keys), &granted.certificate.identity_key),
                   std::move(granted.grant.carriers)};
}

base::Status Core::accept_link(std::string_view text) {
  State& core = *state_;
  SJ_TRY(auto granted, open_grant(core, text));
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  const base::SecretBytes keys(granted.keys.serialise());
  SJ_TRY_STATUS(core.store->put_setting("device", keys.view()));
  SJ_TRY_STATUS(core.store->put_setting("certificate", granted.certificate.bytes));
  SJ_TRY_STATUS(core.store->put_setting("name", base::as_bytes(granted.grant.name)));
  SJ_TRY_STATUS(core.store->wipe_setting(kLinkRequest));
  core.device = std::move(granted.keys);
  core.certificate = std::move(granted.certificate);
  core.name = granted.grant.name;
  core.personal = space::personal_space_id(core.certificate->identity_key);
  SJ_TRY(auto* personal, core.space(core.personal));
  SJ_TRY(auto genesis, core.take_record(*personal, granted.grant.genesis));
  static_cast<void>(genesis);
  const auto& members = personal->membership.members();
  const auto me = members.find(core.certificate->person());
  if (me == members.end()) return base::error(Code::malformed, "grant: another person's first record");
  core.card = me->second.card;
  // Read by programs from before the proof only (load.cpp takes it from the first record).
  SJ_TRY_STATUS(core.store->put_setting("identity_box", core.card.box.view()));
  for (const auto& key : granted.grant.keys) {
    SJ_TRY(auto* space, core.space(key.space));
    SJ_TRY_STATUS(core.put_epoch_key(*space, key.key));
  }
  for (const auto& carrier : granted.grant.carriers) {
    SJ_TRY(auto* row, core.ensure_carrier(carrier));
    static_cast<void>(row);
  }
  for (const auto& key : granted.grant.keys) {
    if (!key.home || key.space == core.personal) continue;
    const auto& home = granted.grant.carriers.at(*key.home).key;
    SJ_TRY_STATUS(core.store->put_setting("carrier:" + key.space.hex(), home.view()));
  }
  SJ_TRY(personal, core.space(core.personal));
  SJ_TRY_STATUS(core.settle_membership(*personal));
  return change.commit();
}

std::vector<base::DeviceId> Core::new_devices() const {
  const State& core = *state_;
  std::vector<base::DeviceId> fresh;
  if (!core.device || !core.devices_seen) return fresh;
  const auto personal = core.spaces.find(core.personal);
  if (personal == core.spaces.end() || !personal->second->membership.has_genesis()) return fresh;
  for (const auto& [id, device] : personal->second->membership.devices()) {
    if (core.devices_seen->count(id) == 0 && id != core.certificate->device()) fresh.push_back(id);
  }
  return fresh;
}

base::Status Core::note_devices_seen() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  const auto personal = core.spaces.find(core.personal);
  if (!core.device || personal == core.spaces.end() || !personal->second->membership.has_genesis()) return {};
  std::set<base::DeviceId> seen;
  base::Writer writer;
  for (const auto& [id, device] : personal->second->membership.devices()) {
    seen.insert(id);
    writer.raw(id.view());
  }
  SJ_TRY_STATUS(core.store->put_setting(kDevicesSeen, writer.bytes()));
  core.devices_seen = std::move(seen);
  return {};
}

}  // namespace sejawat::api
