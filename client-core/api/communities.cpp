// Founding, hosting, inviting and joining communities.
#include <algorithm>

#include "base/planted.h"
#include "core_state.h"

namespace sejawat::api {
namespace {

constexpr std::int64_t kMaxTtlSeconds = 10LL * 366 * 86400;

}  // namespace

base::Status check_name(std::string_view name) {
  if (name.empty()) return base::error(base::Code::invalid_argument, "name: empty");
  if (name.size() > kMaxNameBytes) return base::error(base::Code::invalid_argument, "name: too long");
  return {};
}

base::Result<base::SpaceId> Core::create_community(std::string_view name, space::SpaceKind kind,
                                                   const space::CarrierAddress& carrier,
                                                   const base::Secret16* operator_secret) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  SJ_TRY_STATUS(check_name(name));
  if (kind == space::SpaceKind::personal) return base::error(base::Code::invalid_argument, "kind");
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  std::array<std::uint8_t, 16> salt{};
  core.random.fill(salt);
  const base::SpaceId id = space::space_id(core.certificate->identity_key, kind, salt);
  SJ_TRY(auto* space, core.space(id));
  space->row.name = std::string(name);
  SJ_TRY(auto genesis, core.take_record(*space, space::write_genesis(core.author(), core.card, kind, salt)));
  static_cast<void>(genesis);
  const base::Secret32 key = base::Secret32::random(core.random);
  SJ_TRY_STATUS(core.put_epoch_key(*space, key));
  SJ_TRY(auto epoch, core.take_record(
                         *space, space::write_epoch(core.author(), space->membership, key, {}, core.random)));
  static_cast<void>(epoch);
  SJ_TRY_STATUS(core.settle_membership(*space));
  SJ_TRY(auto own, core.store->own_log(id));
  if (!own) return base::error(base::Code::internal, "a founder has no log");
  log::Op named;
  named.object = core.random.id<base::ObjectId>();
  named.type = kCommunityType;
  named.cells.push_back({0, 1, std::string(name)});
  const auto object = named.object;
  SJ_TRY(auto dot, fold::write_local(*core.store, core.codec, id, own->log, std::move(named),
                                     core.clock.now().wall_ms));
  static_cast<void>(dot);
  SJ_TRY_STATUS(core.refresh_name({id, object, kCommunityType}));
  if (operator_secret != nullptr) {
    SJ_TRY_STATUS(core.put_operator_secret(id, {carrier.key, base::to_bytes(operator_secret->view())}));
  }
  SJ_TRY_STATUS(core.store->put_setting("carrier:" + id.hex(), carrier.key.view()));
  SJ_TRY(auto* row, core.ensure_carrier(carrier));
  static_cast<void>(row);
  SJ_TRY_STATUS(change.commit());
  return id;
}

base::Status Core::host_community(const base::SpaceId& id, const space::CarrierAddress& carrier,
                                  const base::Secret16& operator_secret) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  const auto found = core.spaces.find(id);
  if (found == core.spaces.end() || !found->second->membership.has_genesis() ||
      found->second->membership.kind() == space::SpaceKind::personal) {
    return base::error(base::Code::unknown_space, "community");
  }
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY_STATUS(core.put_operator_secret(id, {carrier.key, base::to_bytes(operator_secret.view())}));
  SJ_TRY_STATUS(core.store->put_setting("carrier:" + id.hex(), carrier.key.view()));
  SJ_TRY(auto* row, core.ensure_carrier(carrier));
  // It is said not to have the community, so what it once acknowledged is offered again, and by no numbers of
  // a set that it may not know.
  SJ_TRY_STATUS(core.store->void_acks(carrier.key));
  row->set.clear();
  SJ_TRY_STATUS(core.store->put_carrier(*row));
  return change.commit();
}

namespace {

// The community to invite to.
base::Result<SpaceState*> inviting(Core::State& core, const base::SpaceId* wanted) {
  bool member_of_one = false;
  for (auto& [id, space] : core.spaces) {
    if (!space->membership.has_genesis() || space->membership.kind() == space::SpaceKind::personal) continue;
    if (wanted != nullptr ? !(*wanted == id) : space->membership.kind() == space::SpaceKind::group) continue;
    member_of_one = true;
    if (core.is_admin(*space)) return space.get();
  }
  if (member_of_one) return base::error(base::Code::not_permitted, "only an admin invites");
  return base::error(base::Code::not_found, "no community yet");
}

base::Result<space::WireRole> wire_role(std::string_view domain_role) {
  if (domain_role == "operator") return space::WireRole::admin;
  for (const char* role : {"teacher", "principal", "facilitator", "expert", "coordinator"}) {
    if (domain_role == role) return space::WireRole::writer;
  }
  return base::error(base::Code::invalid_argument, "role");
}

}  // namespace

base::Result<Core::NewInvite> Core::invite(std::string_view domain_role, std::int64_t ttl_seconds,
                                           std::uint32_t uses, const base::SpaceId* wanted) {
  State& core = *state_;
  SJ_TRY(const auto role, wire_role(domain_role));
  if (ttl_seconds <= 0 || ttl_seconds > kMaxTtlSeconds || uses == 0 || uses > 10000)
    return base::error(base::Code::invalid_argument, "ttl or uses");
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto* community, inviting(core, wanted));
  if (core.carriers.empty()) return base::error(base::Code::not_found, "no carrier yet");
  const auto epoch = community->membership.current_epoch();
  if (!epoch || community->epochs.count(*epoch) == 0) return base::error(base::Code::key_missing);

  NewInvite result;
  SJ_TRY(const auto* home, core.carrier_of(community->row.space));
  SJ_TRY(auto address, space::CarrierAddress::parse(home->url));
  result.link.carrier = address;
  result.link.space = community->row.space;
  result.link.secret = base::Secret16::random(core.random);
  result.expires_seconds = core.clock.now().wall_ms / 1000 + ttl_seconds;
  const auto keys = space::InviteKeys::from_secret(result.link.secret);

  Change change(core);
  SJ_TRY_STATUS(change.begin());
  const auto sealed_role =
      space::seal_field(*epoch, community->epochs.at(*epoch), base::as_bytes(domain_role), core.random);
  const auto record = space::write_invite(core.author(), community->membership, keys, role, uses,
                                          result.expires_seconds, sealed_role);
  SJ_TRY(auto id, core.take_record(*community, record));
  result.link.record = base::prefix_of<base::HeadTag>(id);
  SJ_TRY_STATUS(core.settle_membership(*community));  // boxes the current key to the invite
  SJ_TRY_STATUS(change.commit());
  return result;
}

base::Status Core::join(const space::InviteLink& link) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  if (link.kind != space::InviteKind::member) {
    return base::error(base::Code::invite_invalid,
                       "an operator invite creates a community, it does not join one");
  }
  const auto known = core.spaces.find(link.space);
  // Whoever was removed is not told by the records of the space, which they are not sent any more: their
  // carrier does not name it among theirs.
  if (known != core.spaces.end() && known->second->membership.role_of(core.certificate->person()) &&
      (core.carrier(link.carrier.key) == nullptr || core.is_served(link.space, link.carrier.key))) {
    return base::error(base::Code::already_exists, "a member already");
  }
  const auto keys = space::InviteKeys::from_secret(link.secret);
  PendingJoin pending;
  pending.space = link.space;
  pending.carrier = link.carrier.key;
  pending.secret = link.secret.clone();
  pending.record =
      space::write_join(core.author(), link.space, keys.sign, link.record, core.card,
                        SJ_PLANTED(name_in_the_clear) ? base::as_bytes(core.name) : base::ByteView());
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  core.pending_join = std::move(pending);
  SJ_TRY_STATUS(core.save_pending_join());
  SJ_TRY(auto* row, core.ensure_carrier(link.carrier));
  static_cast<void>(row);
  return change.commit();
}

bool Core::State::is_served(const base::SpaceId& space, const base::PublicBoxKey& by) const {
  return std::any_of(carriers.begin(), carriers.end(), [&](const store::CarrierRow& row) {
    return row.key == by && std::find(row.set.begin(), row.set.end(), space) != row.set.end();
  });
}

bool Core::State::line_is_bad(const base::PublicBoxKey& key) {
  const auto* row = carrier(key);
  if (row == nullptr) return false;
  const auto last = static_cast<base::Code>(row->last_error);
  return last == base::Code::offline || last == base::Code::timed_out;
}

base::Status Core::join_state() {
  State& core = *state_;
  if (core.pending_join) {
    if (core.pending_join->last_refusal != base::Code::ok)
      return base::error(core.pending_join->last_refusal);
    const auto space = core.spaces.find(core.pending_join->space);
    if (space != core.spaces.end() && space->second->membership.role_of(core.certificate->person()) &&
        core.is_served(core.pending_join->space, core.pending_join->carrier)) {
      return base::error(base::Code::key_missing, "a member whose key has not come yet");
    }
    return base::error(base::Code::offline, "the carrier has not taken the join yet");
  }
  for (const auto& [id, space] : core.spaces) {
    if (space->membership.has_genesis() && space->membership.kind() != space::SpaceKind::personal) return {};
  }
  return base::error(base::Code::not_found, "no join is waiting");
}

std::optional<base::SpaceId> Core::joining() const {
  if (!state_->pending_join) return std::nullopt;
  return state_->pending_join->space;
}

base::Status Core::State::put_operator_secret(const base::SpaceId& space, const OperatorSecret& secret) {
  base::Bytes value = base::to_bytes(secret.carrier.view());
  base::append(value, secret.secret);
  SJ_TRY_STATUS(store->put_setting("operator:" + space.hex(), value));
  base::wipe(value.data(), value.size());
  operator_secrets[space] = secret;
  return {};
}

base::Status Core::State::drop_operator_secret(const base::SpaceId& space) {
  const auto found = operator_secrets.find(space);
  if (found == operator_secrets.end()) return {};
  base::wipe(found->second.secret.data(), found->second.secret.size());
  operator_secrets.erase(found);
  return store->put_setting("operator:" + space.hex(), {});
}

base::Result<store::CarrierRow*> Core::State::home_of(const SpaceState& space) {
  if (carriers.empty()) return base::error(base::Code::not_found, "no carrier yet");
  const bool community =
      space.membership.has_genesis() && space.membership.kind() != space::SpaceKind::personal;
  return community ? carrier_of(space.row.space) : &carriers.front();
}

base::Result<std::vector<base::PublicBoxKey>> Core::State::homes_of(const SpaceState& space) const {
  if (carriers.empty()) return std::vector<base::PublicBoxKey>(1);
  const bool community =
      space.membership.has_genesis() && space.membership.kind() != space::SpaceKind::personal;
  if (community) return carriers_of(space.row.space);
  return std::vector<base::PublicBoxKey>{carriers.front().key};
}

bool Core::State::goes_to(const SpaceState& space, const base::PublicBoxKey& carrier) {
  if (!space.membership.has_genesis() || space.membership.kind() == space::SpaceKind::personal) return true;
  if (is_member(space)) return true;
  if (!vouched(space.membership)) return false;
  const auto own = carrier_of(space.row.space);
  return !own.ok() || (*own)->key == carrier;
}

bool Core::State::is_member(const SpaceState& space) const {
  return certificate && !is_shut_out(space) && space.membership.role_of(certificate->person()).has_value() &&
         vouched(space.membership);
}

bool Core::State::vouched(const space::Membership& membership) const {
  if (!certificate || !membership.has_genesis()) return false;
  const auto& self = certificate->person();
  if (membership.space() == personal) return true;
  if (membership.kind() == space::SpaceKind::personal) return false;
  if (membership.has_spoken(self)) return true;
  if (pending_join && pending_join->space == membership.space()) return true;
  const auto by = membership.added_by(self);
  return std::any_of(spaces.begin(), spaces.end(), [&](const auto& row) {
    const auto& other = row.second->membership;
    return !(row.first == membership.space()) && other.has_genesis() && other.has_spoken(self) &&
           std::any_of(by.begin(), by.end(),
                       [&](const auto& person) { return other.role_of(person).has_value(); });
  });
}

base::Result<SpaceState*> Core::State::community(const base::SpaceId* wanted) {
  SpaceState* left = nullptr;
  for (auto& [id, space] : spaces) {
    if (!space->membership.has_genesis() || space->membership.kind() == space::SpaceKind::personal) continue;
    if (wanted != nullptr) {
      if (*wanted == id) return space.get();
      continue;
    }
    if (!vouched(space->membership)) continue;
    if (space->membership.kind() == space::SpaceKind::group) continue;
    if (is_member(*space)) return space.get();
    if (left == nullptr) left = space.get();
  }
  if (left != nullptr) return left;
  return base::error(base::Code::not_found, "no community yet");
}

base::Status Core::State::set_shut_out(SpaceState& space, const base::PublicBoxKey& by, bool out) {
  if ((space.shut_out.count(by) != 0) == out) return {};
  if (out) {
    space.shut_out.insert(by);
  } else {
    space.shut_out.erase(by);
  }
  changes.spaces.insert(space.row.space);
  base::Bytes keys;
  for (const auto& key : space.shut_out) base::append(keys, key.view());
  return store->put_setting("shut_out:" + space.row.space.hex(), keys);
}

bool Core::State::is_shut_out(const SpaceState& space) const {
  if (space.shut_out.empty()) return false;
  const auto homes = homes_of(space);
  return homes.ok() && space.shut_out.count(homes->front()) != 0;
}

namespace {

bool holds_key(base::ByteView keys, const base::PublicBoxKey& key) {
  for (std::size_t at = 0; at + base::PublicBoxKey::kSize <= keys.size(); at += base::PublicBoxKey::kSize) {
    if (base::equal(keys.subspan(at, base::PublicBoxKey::kSize), key.view())) return true;
  }
  return false;
}

}  // namespace

base::Status Core::State::move_home() {
  if (carriers.size() < 2) return {};
  const store::CarrierRow* elsewhere = nullptr;
  bool left_one = false;
  for (const auto& [id, space] : spaces) {
    if (!space->membership.has_genesis() || space->membership.kind() == space::SpaceKind::personal) continue;
    SJ_TRY(const auto* row, carrier_of(id));
    const bool home = row->key == carriers.front().key;
    if (is_member(*space)) {
      if (home) return {};
      if (elsewhere == nullptr) elsewhere = row;
    } else if (home) {
      if (space->shut_out.count(row->key) == 0) return {};  // not before that carrier knows
      left_one = true;
    }
  }
  if (elsewhere == nullptr || !left_one) return {};
  SJ_TRY_STATUS(store->put_setting("home_carrier", elsewhere->key.view()));
  std::rotate(carriers.begin(), carriers.begin() + (elsewhere - carriers.data()),
              carriers.begin() + (elsewhere - carriers.data()) + 1);
  return {};
}

base::Result<std::optional<base::PublicBoxKey>> Core::State::known_home(const base::SpaceId& id) const {
  SJ_TRY(const auto stored, store->setting("carrier:" + id.hex()));
  auto key = stored ? base::PublicBoxKey::from(*stored) : std::nullopt;
  const auto is_it = [&](const store::CarrierRow& row) { return key && row.key == *key; };
  if (std::none_of(carriers.begin(), carriers.end(), is_it)) key.reset();
  return key;
}

base::Status Core::State::note_withdrawn(const store::CarrierRow& carrier,
                                         const std::vector<base::SpaceId>& now) {
  for (const auto& id : carrier.set) {
    if (spaces.count(id) == 0 || std::binary_search(now.begin(), now.end(), id)) continue;
    SJ_TRY(auto keys, store->setting("named:" + id.hex()));
    if (!keys) keys.emplace();
    if (holds_key(*keys, carrier.key)) continue;
    base::append(*keys, carrier.key.view());
    SJ_TRY_STATUS(store->put_setting("named:" + id.hex(), *keys));
  }
  return {};
}

base::Result<bool> Core::State::is_put_out(const SpaceState& space, const base::PublicBoxKey& by) {
  if (!(space.row.space == personal) || is_served(personal, by)) return false;
  SJ_TRY(const auto named, store->setting("named:" + personal.hex()));
  if (!named || !holds_key(*named, by)) return false;
  // A store that was lost leaves the space out as well, and all its acks were taken back.
  SJ_TRY(const auto heads, store->heads(personal));
  for (const auto& [log, head] : heads) {
    SJ_TRY(const auto acked, store->acked_segments(by, personal, log));
    if (acked > 0) return true;
  }
  return false;
}

base::Result<std::vector<base::PublicBoxKey>> Core::State::carriers_of(const base::SpaceId& id) const {
  SJ_TRY(const auto home, known_home(id));
  if (home) return std::vector<base::PublicBoxKey>{*home};
  if (carriers.empty()) return base::error(base::Code::not_found, "no carrier yet");
  SJ_TRY(const auto stored, store->setting("named:" + id.hex()));
  const base::Bytes withdrawn = stored.value_or(base::Bytes());
  const auto known = spaces.find(id);
  std::vector<base::PublicBoxKey> found;
  const auto add = [&](const base::PublicBoxKey& key) {
    if (std::find(found.begin(), found.end(), key) == found.end()) found.push_back(key);
  };
  for (const bool also_shut : {false, true}) {
    for (const bool now : {true, false}) {
      for (const auto& row : carriers) {
        const bool shut = known != spaces.end() && known->second->shut_out.count(row.key) != 0;
        if (shut && !also_shut) continue;
        if (now ? is_served(id, row.key) : holds_key(withdrawn, row.key)) add(row.key);
      }
    }
    if (!found.empty()) break;
  }
  if (found.empty()) add(carriers.front().key);
  for (const auto& row : carriers) {
    if (!row.generation && !is_group(id)) add(row.key);
  }
  return found;
}

// A group lives wherever its founder's communities do: nobody who was added to it was ever told of a home,
// and any server that has it will do.
bool Core::State::is_group(const base::SpaceId& id) const {
  const auto known = spaces.find(id);
  return known != spaces.end() && known->second->membership.has_genesis() &&
         known->second->membership.kind() == space::SpaceKind::group;
}

base::Result<store::CarrierRow*> Core::State::carrier_of(const base::SpaceId& space) {
  SJ_TRY(const auto found, carriers_of(space));
  return carrier(found.front());
}

}  // namespace sejawat::api
