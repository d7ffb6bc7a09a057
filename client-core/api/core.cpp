#include "api/core.h"

#include <algorithm>

#include "base/codec.h"
#include "base/planted.h"
#include "client_shelf.h"
#include "core_state.h"
#include "crypto/hash.h"
#include "writing_desk.h"

namespace sejawat::api {
namespace {

fold::OpCodec op_codec() {
  return {[](const log::Op& op) { return log::encode_op(op); },
          [](base::ByteView bytes) { return log::decode_op(bytes); }};
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
  if (known != nullptr && known->url == address.url()) return known;
  store::CarrierRow row;
  if (known != nullptr) row = *known;
  row.key = address.key;
  row.url = address.url();
  // Into the store first: what memory alone holds is gone in the middle of a sync when memory is read anew.
  SJ_TRY_STATUS(store->put_carrier(row));
  if (known == nullptr) known = &carriers.emplace_back();
  *known = std::move(row);
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
  state->records = std::make_unique<cycle::Records>(*state->store, state->codec, state->roll, state->random);
  state->attachments =
      std::make_unique<cycle::Attachments>(*state->store, state->codec, state->roll, state->random);
  state->desk = std::make_unique<WritingDesk>(*state);
  state->cycle =
      std::make_unique<cycle::Cycle>(*state->store, *state->records, *state->journal, *state->desk);
  SJ_TRY_STATUS(state->load());
  // Where that fails, on a full disk for instance, all stays as it is and the next opening tries again; a
  // diary must open all the same. Memory that could not be loaded again is an error of whatever comes next.
  const auto anew = state->read_anew();
  if (anew.code() == base::Code::store_key_wrong) return anew.error();
  return std::unique_ptr<Core>(new Core(std::move(state)));
}

bool Core::has_person() const { return state_->device.has_value(); }
std::string Core::name() const { return state_->name; }
cycle::Journal& Core::journal() { return *state_->journal; }
cycle::Cycle& Core::cycle() { return *state_->cycle; }
base::PersonId Core::person() const { return state_->desk->me(); }

namespace {

// Device keys, certificate and the personal space of an identity that is in memory.
base::Status install_person(Core::State& core, std::string_view name) {
  const auto wall_seconds = core.clock.now().wall_ms / 1000;
  core.device = space::DeviceKeys::random(core.random);
  core.certificate = space::certify(core.identity->sign, *core.device, wall_seconds);
  core.card = space::card_key(*core.identity);
  core.name = std::string(name);
  core.personal = space::personal_space_id(core.certificate->identity_key);
  base::Bytes device_bytes = core.device->serialise();
  SJ_TRY_STATUS(core.store->put_setting("device", device_bytes));
  base::wipe(device_bytes.data(), device_bytes.size());
  SJ_TRY_STATUS(core.store->put_setting("certificate", core.certificate->bytes));
  // Read by programs from before the proof only (load.cpp takes it from the first record).
  SJ_TRY_STATUS(core.store->put_setting("identity_box", core.card.box.view()));
  SJ_TRY_STATUS(core.store->put_setting("name", base::as_bytes(name)));
  SJ_TRY_STATUS(core.store->wipe_setting(kLinkRequest));
  SJ_TRY(auto* personal, core.space(core.personal));
  SJ_TRY(auto genesis, core.take_record(*personal, space::write_personal_genesis(*core.identity)));
  static_cast<void>(genesis);
  return core.put_epoch_key(*personal, core.identity->first_personal_epoch);
}

}  // namespace

base::Result<space::RecoveryCard> Core::init(std::string_view name,
                                             std::vector<space::CarrierAddress> carriers) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (core.device) return base::error(base::Code::already_exists, "this store belongs to a person already");
  SJ_TRY_STATUS(check_name(name));
  if (carriers.size() > 2)
    return base::error(base::Code::invalid_argument, "carriers: at most two on a card");
  space::RecoveryCard card;
  card.seed = base::Secret32::random(core.random);
  card.carriers = std::move(carriers);
  core.identity = space::Identity::from_seed(card.seed);

  Change change(core);
  SJ_TRY_STATUS(change.begin());
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
  SJ_TRY_STATUS(core.store->put_setting(kUnconfirmedCard, card.seed.view()));
  SJ_TRY_STATUS(change.commit());
  core.identity.reset();
  return card;
}

base::Status Core::recover(const space::RecoveryCard& card, const space::CarrierAddress& carrier) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  auto identity = space::Identity::from_seed(card.seed);
  if (core.device && !(core.certificate->identity_key == identity.sign.public_key())) {
    return base::error(base::Code::already_exists, "this store belongs to another person");
  }
  core.identity = std::move(identity);
  Change change(core);
  SJ_TRY_STATUS(change.begin());
  if (!core.device) SJ_TRY_STATUS(install_person(core, ""));
  std::vector<fold::Touched> touched;
  for (auto& [id, space] : core.spaces) {
    SJ_TRY_STATUS(core.settle_membership(*space));
    SJ_TRY_STATUS(core.apply_waiting(*space, touched));
  }
  SJ_TRY_STATUS(core.refresh(touched));
  SJ_TRY(auto* row, core.ensure_carrier(carrier));
  static_cast<void>(row);
  return change.commit();
}

namespace {

base::Result<base::LogId> personal_log(Core::State& core) {
  SJ_TRY_STATUS(core.ensure_usable());
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
    if (SJ_PLANTED(client_commits_halves)) {
      SJ_TRY_STATUS(transaction.commit());
      SJ_TRY_STATUS(transaction.begin());
    }
  }
  SJ_TRY_STATUS(transaction.commit());
  for (const auto& id : ids) core.note_entry(id);
  return ids;
}

base::Status Core::edit_entry(const cycle::JournalEntry& entry, bool leave_undecided) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->edit(core.personal, log, entry, core.clock.now().wall_ms, leave_undecided));
  SJ_TRY_STATUS(transaction.commit());
  core.note_entry(entry.id);
  return {};
}

base::Status Core::decide_entry(const base::ObjectId& id, std::uint32_t element, std::string_view field,
                                std::string_view value) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(
      core.journal->decide(core.personal, log, id, element, field, value, core.clock.now().wall_ms));
  SJ_TRY_STATUS(transaction.commit());
  core.note_entry(id);
  return {};
}

base::Status Core::trash_entry(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->trash(core.personal, log, id, core.clock.now().wall_ms));
  SJ_TRY_STATUS(transaction.commit());
  core.note_entry(id);
  return {};
}

base::Status Core::restore_entry(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->restore(core.personal, log, id, core.clock.now().wall_ms));
  SJ_TRY_STATUS(transaction.commit());
  core.note_entry(id);
  return {};
}

base::Result<std::vector<cycle::JournalRevision>> Core::revisions(const base::ObjectId& id) {
  return state_->journal->revisions(state_->personal, id);
}

base::Result<std::vector<cycle::Decision>> Core::decisions(const base::ObjectId& id) {
  SJ_TRY(auto decisions, state_->journal->decisions(state_->personal, id));
  // In the journal every writer is its owner.
  for (auto& one : decisions) {
    one.by = person();
    for (auto& choice : one.choices) choice.by = one.by;
  }
  return decisions;
}

base::Status Core::undo_entry_change(const base::ObjectId& id, const log::Dot& change) {
  State& core = *state_;
  SJ_TRY(auto log, personal_log(core));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.journal->undo(core.personal, log, id, change, core.clock.now().wall_ms));
  SJ_TRY_STATUS(transaction.commit());
  core.note_entry(id);
  return {};
}

base::SpaceId Core::personal_space() const { return state_->personal; }

MadeOn Core::made_on(const base::SpaceId& space, const log::Dot& change) const {
  const auto found = state_->spaces.find(space);
  if (found == state_->spaces.end()) return {};
  const auto* enrolled = found->second->enrolled(change.branch);
  if (enrolled == nullptr) return {};
  return {enrolled->device, state_->is_of_this_device(*found->second, change.branch)};
}

base::Result<std::unique_ptr<sync::ClientSession>> Core::start_sync(const space::CarrierAddress& address,
                                                                    bool live, SyncMedia media) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  // Another address of a carrier that is known takes the place of the old one when it has proven itself.
  if (core.carrier(address.key) == nullptr) {
    SJ_TRY(auto* row, core.ensure_carrier(address));
    static_cast<void>(row);
  }
  core.seal_most = log::kFreshSegmentMax;
  core.refused_now.clear();
  core.forks_now = 0;
  core.media_refused_now = base::Code::ok;
  if (core.pending_join && core.pending_join->carrier == address.key) {
    // A refused join is tried once more in each sync with its carrier: an admin may have extended the invite.
    core.pending_join->last_refusal = base::Code::ok;
  }
  sync::SessionOptions options;
  options.carrier_key = address.key;
  options.live = live;
  options.bad_line = core.line_is_bad(address.key);
  for (const auto& [space, secret] : core.operator_secrets) {
    if (secret.carrier == address.key) options.operator_secret = secret.secret;
  }
  auto shelf = std::make_unique<StoreShelf>(core, address.key, media);
  SJ_TRY(options.full, shelf->has_unconfirmed_acks());
  core.shelf = std::move(shelf);
  return std::make_unique<sync::ClientSession>(std::move(options), core.device->box, *core.shelf,
                                               core.random);
}

base::Status Core::sync_settled(const space::CarrierAddress& address) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  auto* row = core.carrier(address.key);
  if (row == nullptr) return {};
  // The time alone is not worth a commit beside that of each push: it is kept when the line ends.
  const bool news = row->last_error != static_cast<std::uint16_t>(base::Code::ok) ||
                    row->last_sync_wall_ms == 0 || row->url != address.url();
  row->last_error = static_cast<std::uint16_t>(base::Code::ok);
  row->last_sync_wall_ms = core.clock.now().wall_ms;
  row->url = address.url();
  if (news) SJ_TRY_STATUS(core.store->put_carrier(*row));
  return core.release_unfenced(address.key);
}

base::Result<bool> Core::change_old_keys(const space::CarrierAddress& carrier) {
  SJ_TRY_STATUS(state_->ensure_usable());
  return state_->change_old_keys(carrier.key);
}

base::Status Core::finish_sync(const space::CarrierAddress& address, base::Code outcome) {
  State& core = *state_;
  core.shelf.reset();
  SJ_TRY_STATUS(core.ensure_usable());
  auto* row = core.carrier(address.key);
  if (row == nullptr) return {};
  row->last_error = static_cast<std::uint16_t>(outcome);
  if (outcome == base::Code::ok) {
    row->last_sync_wall_ms = core.clock.now().wall_ms;
    row->url = address.url();
  }
  // What is still refused was offered again in a sync that went through.
  const auto old = core.refused;
  for (auto at = core.refused.begin(); at != core.refused.end();) {
    const bool stale = outcome == base::Code::ok && at->first.first == address.key;
    at = stale ? core.refused.erase(at) : std::next(at);
  }
  for (const auto& [space, refusal] : core.refused_now)
    core.refused[{address.key, space}] = {refusal.code, refusal.elsewhere, 0};
  if (core.refused != old) {
    if (auto saved = core.save_refused(); !saved.ok()) {
      core.refused = old;  // or it would never be saved
      return saved;
    }
  }
  if (outcome == base::Code::ok) SJ_TRY_STATUS(core.set_media_refused(address.key, core.media_refused_now));
  // A carrier that does not take the own space said nothing of what is in it.
  const bool spoke = outcome == base::Code::ok && core.refused.count({address.key, core.personal}) == 0;
  if (spoke && core.identity && core.has_all_keys()) core.identity.reset();
  SJ_TRY_STATUS(core.store->put_carrier(*row));
  // Those that a first sync brings were there before this one. Before anything else can fail: the next sync
  // would take one that came in between for one of them.
  if (outcome == base::Code::ok && !core.devices_seen) SJ_TRY_STATUS(note_devices_seen());
  if (outcome == base::Code::ok || outcome == base::Code::fenced) {
    // Whoever left told that carrier by now.
    for (auto& [id, space] : core.spaces) {
      if (!space->membership.has_genesis() || core.is_member(*space)) continue;
      const auto home = core.home_of(*space);
      if (home.ok() && (*home)->key == address.key)
        SJ_TRY_STATUS(core.set_shut_out(*space, address.key, true));
    }
    SJ_TRY_STATUS(core.move_home());
  }
  if (outcome != base::Code::ok) return {};
  SJ_TRY_STATUS(core.release_unfenced(address.key));
  SJ_TRY_STATUS(core.write_lost_survivors());
  SJ_TRY_STATUS(core.open_missing_epoch());
  static_cast<void>(
      core.store->forget_if_due());  // what others erased as well; until it succeeds, each sync tries
  return {};
}

}  // namespace sejawat::api
