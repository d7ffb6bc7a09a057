#include "device.h"

#include <algorithm>

namespace sejawat::simulation {
Device::Device(World& world, const std::vector<Site>& sites, Person& person, std::string folder,
               std::uint64_t number, Planted planted)
    : world_(world),
      sites_(sites),
      person_(person),
      number_(number),
      clock_(world),
      random_(world.fork_seed()),
      words_(world.fork_seed()),
      disk_(world.witness, world.fork_seed(), number),
      folder_(std::move(folder)),
      mount_(folder_, disk_),
      store_key_(base::Secret32::random(random_)) {
  disk_.set_ignores_sync(planted == Planted::device_ignores_sync);
}

Device::~Device() {
  disk_.end_process();  // nobody looks at it any more: no checkpoint
  session_.reset();
  core_.reset();
}

// --- the process

void Device::drop_session() {
  if (line_) line_->hang_up();
  line_.reset();
  ++lines_;
  session_.reset();
  ++serial_;
}

void Device::take_backup() { backup_ = Backup{disk_.image(), saved_}; }

void Device::restore_backup() {
  world_.witness.fault(Fault::device_restored);
  drop_session();
  disk_.end_process();
  core_.reset();
  disk_.load(backup_->image);
  for (const auto* changes : {&saved_.certain, &saved_.seen}) {
    for (const auto& [dot, change] : *changes) {
      if (!backup_->saved.knows(dot)) person_.gone.push_back(change);
    }
  }
  for (const auto& [object, photo] : saved_.photos) {
    if (photo.sent) person_.photos_sent_before.emplace(object, photo);
  }
  for (const auto& [object, shared] : saved_.shared) {
    if (shared.sent) person_.shared_sent_before.emplace(object, shared);
  }
  saved_ = backup_->saved;
  person_.has_old_copies = true;
  world_.stores_went_back = true;
  open_later();
}

void Device::clone_of(Device& original) {
  world_.witness.fault(Fault::device_cloned);
  disk_.load(original.disk_.image());
  store_key_ = original.store_key_.clone();
  saved_ = original.saved_;
  id = original.id;
  at_ = original.at_;
  person_.has_old_copies = true;
  world_.stores_went_back = true;
}

void Device::open_later() {
  if (lost_) return;
  world_.after(world_.between(kSecond, kHour), [this] { open(); });
}

void Device::open() {
  if (up() || lost_) return;
  had_error_ = false;
  auto opened = api::Core::open(folder_ + "/store.db", store_key_, clock_, random_, 0);
  world_.witness.event("device opens", number_, static_cast<std::uint64_t>(opened.code()));
  const bool met_error = disk_.met_error();
  if (!opened.ok() && !disk_.ended()) {
    world_.witness.always(Always::store_opens_again, met_error, "device: " + opened.error().detail());
    open_later();
    return;
  }
  if (opened.ok()) core_ = std::move(*opened);
  if (disk_.ended()) {
    end(world_.chance(500) ? Ending::killed : Ending::power_cut);
    return;
  }
  world_.witness.always(Always::store_opens_again, true);
  note_self();
  if (up()) check_saved();
}

void Device::close() {
  drop_session();
  core_.reset();
  world_.witness.event("device closes", number_);
  if (disk_.ended()) disk_.settle(world_.chance(500) ? Ending::killed : Ending::power_cut);
  open_later();
}

void Device::end(Ending ending) {
  Witness& witness = world_.witness;
  witness.sometimes(Sometimes::device_dies_during_commit, disk_.ended_in_sync());
  witness.sometimes(Sometimes::device_dies_during_sync, syncing());
  witness.fault(ending == Ending::killed ? Fault::device_killed : Fault::device_power_cut);
  disk_.end_process();  // no destructor writes any more
  drop_session();
  core_.reset();
  disk_.settle(ending);
  open_later();
}

void Device::heal() {
  save_data(false);
  disk_.heal();
  offline_until = 0;
  open();
}

void Device::lose() {
  world_.witness.fault(Fault::device_lost_for_good);
  lost_ = true;
  disk_.end_process();
  drop_session();
  core_.reset();
}

bool Device::second_owner_is_refused() {
  if (!up()) return true;
#ifdef __EMSCRIPTEN__
  // No file is locked in WebAssembly: the browser's Web Lock has one owner (tests/browser/tabs_test.mjs).
  const base::Code code = base::Code::store_locked;
#else
  const base::Code code = api::Core::open(folder_ + "/store.db", store_key_, clock_, random_, 0).code();
#endif
  world_.witness.sometimes(Sometimes::second_owner_is_refused, code == base::Code::store_locked);
  return world_.witness.always(Always::codes_are_expected, code == base::Code::store_locked,
                               "two owners of one store");
}

bool Device::settle_call(std::string_view what, base::Code code, const std::set<base::Code>& expected) {
  Witness& witness = world_.witness;
  witness.event(what, number_, static_cast<std::uint64_t>(code));
  if (disk_.ended()) {
    end(world_.chance(500) ? Ending::killed : Ending::power_cut);
    return false;
  }
  const bool met_error = disk_.met_error();
  witness.sometimes(Sometimes::goes_on_after_a_disk_error, had_error_ && code == base::Code::ok);
  had_error_ = had_error_ || met_error;
  const bool of_disk = code == base::Code::storage_failed || code == base::Code::disk_full;
  witness.always(Always::codes_are_expected,
                 code == base::Code::ok || expected.count(code) != 0 || (met_error && of_disk),
                 std::string(what) + " on device " + std::to_string(number_) + ": " + base::code_name(code));
  return code == base::Code::ok;
}

// --- what was saved

bool Device::prepare(std::vector<Change> changes) {
  Saved::Unsure unsure;
  for (const auto& change : changes) {
    auto before = changes_of(*core_, change.object);
    if (!settle_call("look before", before.code())) return false;
    for (const auto& [dot, text] : *before) unsure.before.insert(dot);
    person_.objects.insert(change.object);
  }
  unsure.changes = std::move(changes);
  saved_.unsure.push_back(std::move(unsure));
  return true;
}

bool Device::is_new(const log::Dot& dot) const {
  if (person_.has_old_copies) return !saved_.knows(dot);
  return std::none_of(person_.devices.begin(), person_.devices.end(),
                      [&](const auto& device) { return device->saved().knows(dot); });
}

// Finds out what an unsure call left; the device is up. nullopt: the process ended while looking.
std::optional<bool> Device::resolve(const Saved::Unsure& unsure) {
  std::size_t present = 0;
  for (const auto& change : unsure.changes) {
    auto after = changes_of(*core_, change.object);
    if (!settle_call("look after", after.code())) return std::nullopt;
    std::size_t fresh = 0;
    for (const auto& [dot, text] : *after) {
      if (unsure.before.count(dot) != 0 || !is_new(dot) || text.find(change.word) == std::string::npos)
        continue;
      saved_.seen[dot] = change;
      saved_.seen[dot].knew = unsure.before;
      ++fresh;
    }
    // What an old copy writes anew gets new dots.
    if (person_.has_old_copies) fresh = std::min<std::size_t>(fresh, 1);
    world_.witness.always(Always::nothing_is_invented, fresh <= 1, "one call made two changes of one object");
    present += fresh;
  }
  world_.witness.always(Always::all_or_nothing, present == 0 || present == unsure.changes.size(),
                        "one call, and only a part of it is there");
  return present > 0;
}

void Device::conclude(std::string_view what, base::Code code) {
  const bool ok = settle_call(what, code);
  if (!up()) return;
  const Saved::Unsure unsure = saved_.unsure.back();
  const auto present = resolve(unsure);
  if (!present) return;
  world_.witness.event("is there", number_, *present ? 1 : 0);
  if (ok) saved_.unsure.pop_back();
  // A call that had nothing to write made nothing durable either.
  if (ok && *present) now_durable();
  if (ok) tell_live();
}

// A commit has returned: with it all before it is durable, and what failed before it is gone for good.
void Device::now_durable() {
  saved_.certain.insert(saved_.seen.begin(), saved_.seen.end());
  saved_.seen.clear();
  saved_.unsure.clear();
}

// After the process ended somewhere and was started again.
void Device::check_saved() {
  Witness& witness = world_.witness;
  const std::vector<Saved::Unsure> unsure = saved_.unsure;
  for (const auto& call : unsure) {
    const auto present = resolve(call);
    if (!present) return;
    witness.sometimes(*present ? Sometimes::unsure_change_survives : Sometimes::unsure_change_vanishes);
  }
  saved_.unsure.clear();
  std::map<base::ObjectId, std::map<log::Dot, std::string>> shown;
  bool unreadable = false;  // a read error: the next time tells
  const auto is_there = [&](const log::Dot& dot, const Change& change) {
    if (person_.told_to_erase.count(dot) + person_.erased_words.count(change.word) != 0) return true;
    if (change.word.empty() && person_.has_old_copies && person_.erased_objects.count(change.object) != 0) {
      return true;
    }
    auto found = shown.find(change.object);
    if (found == shown.end()) {
      auto changes = changes_of(*core_, change.object);
      if (!changes.ok()) {
        unreadable = true;
        return true;
      }
      found = shown.emplace(change.object, std::move(*changes)).first;
    }
    if (!person_.has_old_copies) return found->second.count(dot) != 0;
    return std::any_of(found->second.begin(), found->second.end(), [&](const auto& shown_change) {
      return shown_change.second.find(change.word) != std::string::npos;
    });
  };
  for (auto at = saved_.seen.begin(); at != saved_.seen.end();) {
    at = is_there(at->first, at->second) ? std::next(at) : saved_.seen.erase(at);
  }
  bool all = true;
  for (const auto& [dot, change] : saved_.certain) all = all && is_there(dot, change);
  if (!person_.has_old_copies && !unreadable) {
    for (const auto& [dot, object] : saved_.erased) {
      auto changes = changes_of(*core_, object);
      if (!changes.ok()) break;
      witness.always(Always::erased_stays_erased, changes->count(dot) == 0,
                     "device " + std::to_string(number_) + " came back with what it had erased");
    }
  }
  if (unreadable && (disk_.met_error() || disk_.ended())) return;
  witness.always(Always::saved_is_durable, all && !unreadable,
                 "device " + std::to_string(number_) + " came back without a change that it had saved");
  check_photos_saved();
  check_shared_saved();
}

// --- looking

bool Device::has_all_keys() {
  if (!has_person()) return false;
  auto status = core_->status();
  return status.ok() && core_->join_state().code() != base::Code::key_missing &&
         std::all_of(status->spaces.begin(), status->spaces.end(),
                     [](const auto& space) { return space.waiting_segments == 0; });
}

// The app says so of each space that one belongs to, also where nothing waits for it yet.
bool Device::holds_current_keys() {
  auto status = core_->status();
  return status.ok() && std::all_of(status->spaces.begin(), status->spaces.end(),
                                    [](const auto& space) { return !space.member || space.current_key; });
}

bool Device::lacks_a_key() { return !has_all_keys() || !holds_current_keys(); }

bool Device::has_sent_all() {
  if (!has_person() || last_sync_.code != base::Code::ok) return false;
  auto status = core_->status();
  return status.ok() && status->pending == 0;
}

bool Device::joined() { return has_person() && core_->join_state().ok(); }

void Device::note_self() {
  if (!has_person()) return;
  auto devices = core_->devices();
  if (!settle_call("devices", devices.code())) return;
  for (const auto& device : *devices) {
    if (device.self) id = device.device;
  }
}

std::optional<base::SpaceId> Device::personal_space() {
  if (!has_person()) return std::nullopt;
  auto status = core_->status();
  if (!status.ok()) return std::nullopt;
  for (const auto& space : status->spaces) {
    if (space.kind == space::SpaceKind::personal) return space.space;
  }
  return std::nullopt;
}

std::optional<base::SpaceId> Device::community() {
  if (!has_person()) return std::nullopt;
  auto status = core_->status();
  if (!status.ok()) return std::nullopt;
  for (const auto& space : status->spaces) {
    if (space.shared()) return space.space;
  }
  return std::nullopt;
}

bool Device::is_admin() {
  if (!has_person()) return false;
  auto status = core_->status();
  return status.ok() && std::any_of(status->spaces.begin(), status->spaces.end(),
                                    [](const auto& space) { return space.admin && space.shared(); });
}

bool Device::knows(const base::PersonId& person) {
  if (!has_person()) return false;
  auto members = core_->members();
  return members.ok() && std::any_of(members->begin(), members->end(), [&](const auto& member) {
           return !member.provisional && member.person == person;
         });
}

base::Result<Folded> Device::folded() { return fold_all(*core_); }

}  // namespace sejawat::simulation
