#include "api/core.h"

#include <algorithm>

#include "base/codec.h"
#include "client_shelf.h"
#include "core_state.h"
#include "crypto/hash.h"

namespace sejawat::api {
namespace {

constexpr std::size_t kMaxNameBytes = 256;

fold::OpCodec op_codec() {
  return {[](const log::Op& op) { return log::encode_op(op); },
          [](base::ByteView bytes) { return log::decode_op(bytes); }};
}

base::Status check_name(std::string_view name) {
  if (name.empty()) return base::error(base::Code::invalid_argument, "name: empty");
  if (name.size() > kMaxNameBytes) return base::error(base::Code::invalid_argument, "name: too long");
  return {};
}

}  // namespace

space::Author Core::State::author() { return {&*device, &*certificate, clock.now().wall_ms / 1000}; }

store::CarrierRow* Core::State::carrier(const base::PublicBoxKey& key) {
  for (auto& row : carriers) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

base::Result<store::CarrierRow*> Core::State::ensure_carrier(const space::CarrierAddress& address) {
  auto* known = carrier(address.key);
  if (known == nullptr) {
    store::CarrierRow row;
    row.key = address.key;
    carriers.push_back(std::move(row));
    known = &carriers.back();
  }
  if (known->url != address.url()) {
    known->url = address.url();
    SJ_TRY_STATUS(store->put_carrier(*known));
  }
  return known;
}

base::Result<SpaceState*> Core::State::space(const base::SpaceId& id) {
  const auto found = spaces.find(id);
  if (found != spaces.end()) return found->second.get();
  auto fresh = std::make_unique<SpaceState>(id);
  fresh->row.space = id;
  SJ_TRY_STATUS(store->put_space(fresh->row));
  auto* result = fresh.get();
  spaces.emplace(id, std::move(fresh));
  return result;
}

base::Status Core::State::load() {
  SJ_TRY(auto device_bytes, store->setting("device"));
  if (device_bytes && !device_bytes->empty()) {
    SJ_TRY(auto keys, space::DeviceKeys::parse(*device_bytes));
    base::wipe(device_bytes->data(), device_bytes->size());
    device = std::move(keys);
    SJ_TRY(auto certificate_bytes, store->setting("certificate"));
    if (!certificate_bytes) return base::error(base::Code::store_key_wrong, "device without certificate");
    SJ_TRY(auto parsed, space::parse_certificate(*certificate_bytes));
    certificate = std::move(parsed);
    personal = space::personal_space_id(certificate->identity_key);
    SJ_TRY(auto box, store->setting("identity_box"));
    if (box) {
      const auto key = base::PublicBoxKey::from(*box);
      if (key) identity_box = *key;
    }
    SJ_TRY(auto stored_name, store->setting("name"));
    if (stored_name) name = std::string(base::as_text(*stored_name));
  }
  SJ_TRY(auto rows, store->spaces());
  for (auto& row : rows) {
    auto state = std::make_unique<SpaceState>(row.space);
    if (!row.digest_state.empty()) {
      SJ_TRY(auto digest, log::SpaceDigest::from_state(row.space, row.digest_state));
      state->digest = digest;
    }
    SJ_TRY(auto records, store->records(row.space));
    for (const auto& record : records) {
      auto added = state->membership.add(record);
      if (!added.ok())
        return base::error(base::Code::store_key_wrong, "a stored membership record does not check");
    }
    SJ_TRY(auto epochs, store->epochs(row.space));
    for (auto& [epoch, key] : epochs) state->epochs.emplace(epoch, std::move(key));
    const base::SpaceId id = row.space;
    state->row = std::move(row);
    spaces.emplace(id, std::move(state));
    SJ_TRY(auto secret, store->setting("operator:" + id.hex()));
    if (secret && !secret->empty()) operator_secrets.emplace(id, std::move(*secret));
  }
  SJ_TRY(auto known, store->carriers());
  carriers = std::move(known);
  SJ_TRY(auto join, store->setting("pending_join"));
  if (join && !join->empty()) {
    base::Reader reader(*join);
    PendingJoin pending;
    base::ByteView secret;
    base::ByteView record;
    std::uint64_t refusal = 0;
    if (!reader.id(pending.space) || !reader.id(pending.carrier) ||
        !reader.raw(base::Secret16::kSize, secret) || !reader.varint(refusal) ||
        !reader.prefixed(space::kMaxRecordBytes, record)) {
      return base::error(base::Code::store_key_wrong, "a stored join does not parse");
    }
    pending.secret = base::Secret16(secret);
    pending.record = base::to_bytes(record);
    pending.last_refusal = static_cast<base::Code>(refusal);
    pending_join = std::move(pending);
  }
  return {};
}

Core::Core(std::unique_ptr<State> state) : state_(std::move(state)) {}
Core::~Core() = default;

base::Result<std::unique_ptr<Core>> Core::open(const std::string& store_path, const base::Secret32& store_key,
                                               base::Clock& clock, base::Random& random, int lock_wait_ms) {
  crypto::initialise();
  auto state = std::make_unique<State>(clock, random);
  SJ_TRY(auto store, store::Store::open(store_path, store_key, lock_wait_ms));
  state->store = std::move(store);
  state->codec = op_codec();
  state->journal = std::make_unique<cycle::Journal>(*state->store, state->codec);
  SJ_TRY_STATUS(state->load());
  return std::unique_ptr<Core>(new Core(std::move(state)));
}

bool Core::has_person() const { return state_->device.has_value(); }
std::string Core::name() const { return state_->name; }
cycle::Journal& Core::journal() { return *state_->journal; }

namespace {

// Device keys, certificate and the personal space of an identity that is in memory.
base::Status install_person(Core::State& core, std::string_view name) {
  const auto wall_seconds = core.clock.now().wall_ms / 1000;
  core.device = space::DeviceKeys::random(core.random);
  core.certificate = space::certify(core.identity->sign, *core.device, wall_seconds);
  core.identity_box = core.identity->box.public_key();
  core.name = std::string(name);
  core.personal = space::personal_space_id(core.certificate->identity_key);
  base::Bytes device_bytes = core.device->serialise();
  SJ_TRY_STATUS(core.store->put_setting("device", device_bytes));
  base::wipe(device_bytes.data(), device_bytes.size());
  SJ_TRY_STATUS(core.store->put_setting("certificate", core.certificate->bytes));
  SJ_TRY_STATUS(core.store->put_setting("identity_box", core.identity_box.view()));
  SJ_TRY_STATUS(core.store->put_setting("name", base::as_bytes(name)));
  SJ_TRY(auto* personal, core.space(core.personal));
  SJ_TRY(auto genesis, core.take_record(*personal, space::write_personal_genesis(*core.identity)));
  static_cast<void>(genesis);
  return core.put_epoch_key(*personal, core.identity->first_personal_epoch);
}

}  // namespace

base::Result<space::RecoveryCard> Core::init(std::string_view name,
                                             std::vector<space::CarrierAddress> carriers) {
  State& core = *state_;
  if (core.device) return base::error(base::Code::already_exists, "this store belongs to a person already");
  SJ_TRY_STATUS(check_name(name));
  space::RecoveryCard card;
  card.seed = base::Secret32::random(core.random);
  card.carriers = std::move(carriers);
  core.identity = space::Identity::from_seed(card.seed);

  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(install_person(core, name));
  SJ_TRY(auto* personal, core.space(core.personal));
  SJ_TRY(auto device, core.take_record(*personal, space::write_device(core.author(), personal->membership,
                                                                      *core.certificate)));
  static_cast<void>(device);
  SJ_TRY(auto epoch, core.take_record(*personal, space::write_epoch(core.author(), personal->membership,
                                                                    core.identity->first_personal_epoch, {},
                                                                    core.random)));
  static_cast<void>(epoch);
  SJ_TRY_STATUS(core.settle_membership(*personal));
  SJ_TRY_STATUS(transaction.commit());
  core.identity.reset();
  return card;
}

base::Status Core::recover(const space::RecoveryCard& card, const space::CarrierAddress& carrier) {
  State& core = *state_;
  if (core.device) return base::error(base::Code::already_exists, "this store belongs to a person already");
  core.identity = space::Identity::from_seed(card.seed);
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(install_person(core, ""));
  SJ_TRY(auto* personal, core.space(core.personal));
  SJ_TRY_STATUS(core.settle_membership(*personal));
  SJ_TRY(auto* row, core.ensure_carrier(carrier));
  static_cast<void>(row);
  return transaction.commit();
}

base::Result<base::SpaceId> Core::create_community(std::string_view name, space::SpaceKind kind,
                                                   const space::CarrierAddress& carrier,
                                                   const base::Secret16* operator_secret) {
  State& core = *state_;
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  SJ_TRY_STATUS(check_name(name));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  std::array<std::uint8_t, 16> salt{};
  core.random.fill(salt);
  const base::SpaceId id = space::space_id(core.certificate->identity_key, kind, salt);
  SJ_TRY(auto* space, core.space(id));
  space->row.name = std::string(name);
  SJ_TRY(auto genesis,
         core.take_record(*space, space::write_genesis(core.author(), core.identity_box, kind, salt)));
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
  SJ_TRY(auto dot, fold::write_local(*core.store, core.codec, id, own->log, std::move(named),
                                     core.clock.now().wall_ms));
  static_cast<void>(dot);
  if (operator_secret != nullptr) {
    SJ_TRY_STATUS(core.store->put_setting("operator:" + id.hex(), operator_secret->view()));
    core.operator_secrets[id] = base::to_bytes(operator_secret->view());
  }
  SJ_TRY(auto* row, core.ensure_carrier(carrier));
  static_cast<void>(row);
  SJ_TRY_STATUS(transaction.commit());
  return id;
}

base::Result<Core::NewInvite> Core::invite(std::string_view domain_role, std::int64_t ttl_seconds,
                                           std::uint32_t uses) {
  State& core = *state_;
  space::WireRole role = space::WireRole::writer;
  if (domain_role == "operator") {
    role = space::WireRole::admin;
  } else if (domain_role != "teacher" && domain_role != "principal" && domain_role != "facilitator" &&
             domain_role != "expert" && domain_role != "coordinator") {
    return base::error(base::Code::invalid_argument, "role");
  }
  if (ttl_seconds <= 0 || uses == 0 || uses > 10000)
    return base::error(base::Code::invalid_argument, "ttl or uses");
  SpaceState* community = nullptr;
  bool member_of_one = false;
  for (auto& [id, space] : core.spaces) {
    if (!space->membership.has_genesis() || space->membership.kind() == space::SpaceKind::personal) continue;
    member_of_one = true;
    if (community == nullptr && core.is_admin(*space)) community = space.get();
  }
  if (community == nullptr) {
    return member_of_one ? base::error(base::Code::not_permitted, "only an admin invites")
                         : base::error(base::Code::not_found, "no community yet");
  }
  if (core.carriers.empty()) return base::error(base::Code::not_found, "no carrier yet");
  const auto epoch = community->membership.current_epoch();
  if (!epoch || community->epochs.count(*epoch) == 0) return base::error(base::Code::key_missing);

  NewInvite result;
  SJ_TRY(auto address, space::CarrierAddress::parse(core.carriers.front().url));
  result.link.carrier = address;
  result.link.space = community->row.space;
  result.link.secret = base::Secret16::random(core.random);
  result.expires_seconds = core.clock.now().wall_ms / 1000 + ttl_seconds;
  const auto keys = space::InviteKeys::from_secret(result.link.secret);

  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  const auto sealed_role =
      space::seal_field(*epoch, community->epochs.at(*epoch), base::as_bytes(domain_role), core.random);
  const auto record = space::write_invite(core.author(), community->membership, keys, role, uses,
                                          result.expires_seconds, sealed_role);
  SJ_TRY(auto id, core.take_record(*community, record));
  static_cast<void>(id);
  SJ_TRY_STATUS(core.settle_membership(*community));  // boxes the current key to the invite
  SJ_TRY_STATUS(transaction.commit());
  return result;
}

base::Status Core::join(const space::InviteLink& link) {
  State& core = *state_;
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  if (link.kind != space::InviteKind::member) {
    return base::error(base::Code::invite_invalid,
                       "an operator invite creates a community, it does not join one");
  }
  const auto known = core.spaces.find(link.space);
  if (known != core.spaces.end() && known->second->membership.role_of(core.certificate->person())) {
    return base::error(base::Code::already_exists, "a member already");
  }
  const auto keys = space::InviteKeys::from_secret(link.secret);
  PendingJoin pending;
  pending.space = link.space;
  pending.carrier = link.carrier.key;
  pending.secret = link.secret.clone();
  pending.record = space::write_join(core.author(), link.space, keys.sign, core.identity_box, {});
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  core.pending_join = std::move(pending);
  SJ_TRY_STATUS(core.save_pending_join());
  SJ_TRY(auto* row, core.ensure_carrier(link.carrier));
  static_cast<void>(row);
  return transaction.commit();
}

base::Status Core::join_state() {
  const State& core = *state_;
  if (core.pending_join) {
    if (core.pending_join->last_refusal != base::Code::ok)
      return base::error(core.pending_join->last_refusal);
    return base::error(base::Code::offline, "the carrier has not taken the join yet");
  }
  for (const auto& [id, space] : core.spaces) {
    if (space->membership.has_genesis() && space->membership.kind() != space::SpaceKind::personal) return {};
  }
  return base::error(base::Code::not_found, "no join is waiting");
}

namespace {

base::Result<base::LogId> personal_log(Core::State& core) {
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  SJ_TRY(auto own, core.store->own_log(core.personal));
  if (!own) return base::error(base::Code::internal, "the personal space has no log of this device");
  return own->log;
}

}  // namespace

base::Result<std::vector<base::ObjectId>> Core::add_entries(const std::vector<cycle::JournalEntry>& entries) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  std::vector<base::ObjectId> ids;
  ids.reserve(entries.size());
  for (const auto& entry : entries) {
    const auto id = entry.id.is_zero() ? core.random.id<base::ObjectId>() : entry.id;
    SJ_TRY(auto added, core.journal->add(core.personal, log, entry, id, core.clock.now().wall_ms));
    ids.push_back(added);
  }
  SJ_TRY_STATUS(transaction.commit());
  return ids;
}

base::Status Core::edit_entry(const cycle::JournalEntry& entry) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->edit(core.personal, log, entry, core.clock.now().wall_ms));
  return transaction.commit();
}

base::Status Core::trash_entry(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->trash(core.personal, log, id, core.clock.now().wall_ms));
  return transaction.commit();
}

base::Status Core::restore_entry(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->restore(core.personal, log, id, core.clock.now().wall_ms));
  return transaction.commit();
}

base::Result<std::vector<cycle::JournalRevision>> Core::revisions(const base::ObjectId& id) {
  return state_->journal->revisions(state_->personal, id);
}

base::Result<Status> Core::status() {
  State& core = *state_;
  Status status;
  status.has_person = has_person();
  status.name = core.name;
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
      SJ_TRY(auto waiting, core.store->segments_in_state(id, state, 4096));
      row.waiting_segments += waiting.size();
    }
    status.pending += unsealed;
    status.spaces.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < core.carriers.size(); ++i) {
    const auto& carrier = core.carriers[i];
    CarrierStatus row;
    SJ_TRY(auto address, space::CarrierAddress::parse(carrier.url));
    row.address = address;
    row.generation = carrier.generation;
    row.last_sync_wall_ms = carrier.last_sync_wall_ms;
    row.last_error = static_cast<base::Code>(carrier.last_error);
    for (const auto& [id, space] : core.spaces) {
      SJ_TRY(auto heads, core.store->heads(id));
      for (const auto& [log, head] : heads) {
        SJ_TRY(auto acked, core.store->acked_segments(carrier.key, id, log));
        row.unsent_segments += head.count > acked ? head.count - acked : 0;
      }
    }
    if (i == 0) status.pending += row.unsent_segments;
    SJ_TRY(auto refused, refusals(carrier.key));
    row.refusals = std::move(refused);
    status.carriers.push_back(std::move(row));
  }
  if (core.carriers.empty()) {
    for (const auto& [id, space] : core.spaces) {
      SJ_TRY(auto heads, core.store->heads(id));
      for (const auto& [log, head] : heads) status.pending += head.count;
    }
  }
  return status;
}

base::Result<std::vector<Refusal>> Core::refusals(const base::PublicBoxKey& carrier) {
  std::vector<Refusal> refusals;
  for (const auto& [id, space] : state_->spaces) {
    SJ_TRY(auto stored, state_->store->setting(refusal_setting(carrier, id)));
    if (!stored || stored->empty()) continue;
    base::Reader reader(*stored);
    std::uint64_t code = 0;
    if (!reader.varint(code) || code == 0 || code > static_cast<std::uint64_t>(base::Code::internal)) {
      return base::error(base::Code::store_key_wrong, "a stored refusal does not parse");
    }
    refusals.push_back({id, static_cast<base::Code>(code)});
  }
  return refusals;
}

std::optional<space::CarrierAddress> Core::home_carrier() const {
  if (state_->carriers.empty()) return std::nullopt;
  auto address = space::CarrierAddress::parse(state_->carriers.front().url);
  if (!address.ok()) return std::nullopt;
  return std::move(address).value();
}

base::Status Core::add_carrier(const space::CarrierAddress& address) {
  SJ_TRY(auto* row, state_->ensure_carrier(address));
  static_cast<void>(row);
  return {};
}

base::Result<std::unique_ptr<sync::ClientSession>> Core::start_sync(const space::CarrierAddress& address,
                                                                    bool live) {
  State& core = *state_;
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  SJ_TRY(auto* row, core.ensure_carrier(address));
  static_cast<void>(row);
  if (core.pending_join && core.pending_join->last_refusal != base::Code::ok) {
    // A refused join is tried once more in each sync: an admin may have extended the invite.
    core.pending_join->last_refusal = base::Code::ok;
  }
  sync::SessionOptions options;
  options.carrier_key = address.key;
  options.live = live;
  if (!core.operator_secrets.empty()) options.operator_secret = core.operator_secrets.begin()->second;
  core.shelf = std::make_unique<StoreShelf>(core, address.key);
  return std::make_unique<sync::ClientSession>(std::move(options), core.device->box, *core.shelf,
                                               core.random);
}

base::Status Core::finish_sync(const space::CarrierAddress& address, base::Code outcome) {
  State& core = *state_;
  core.shelf.reset();
  auto* row = core.carrier(address.key);
  if (row == nullptr) return {};
  row->last_error = static_cast<std::uint16_t>(outcome);
  if (outcome == base::Code::ok) row->last_sync_wall_ms = core.clock.now().wall_ms;
  return core.store->put_carrier(*row);
}

}  // namespace sejawat::api
