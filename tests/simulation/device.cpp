#include "device.h"

#include <algorithm>

namespace sejawat::simulation {
namespace {

constexpr std::size_t kAll = 100000;

}  // namespace

Device::Device(World& world, Network& network, Server& server, Person& person, std::string folder,
               std::uint64_t number, Planted planted)
    : world_(world),
      network_(network),
      server_(server),
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
  session_.reset();
  core_.reset();
}

// --- the process

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
    world_.witness.always(Always::store_opens_again, met_error, "device: " + opened.error().detail);
    open_later();
    return;
  }
  if (opened.ok()) core_ = std::move(*opened);
  if (disk_.ended()) {
    end(world_.chance(500) ? Ending::killed : Ending::power_cut);
    return;
  }
  world_.witness.always(Always::store_opens_again, true);
  check_saved();
}

void Device::close() {
  session_.reset();
  core_.reset();
  ++serial_;
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
  session_.reset();
  core_.reset();
  ++serial_;
  disk_.settle(ending);
  open_later();
}

void Device::heal() {
  disk_.heal();
  offline_until = 0;
  open();
}

void Device::lose() {
  world_.witness.fault(Fault::device_lost_for_good);
  lost_ = true;
  disk_.end_process();
  session_.reset();
  core_.reset();
  ++serial_;
}

bool Device::second_owner_is_refused() {
  if (!up()) return true;
  auto second = api::Core::open(folder_ + "/store.db", store_key_, clock_, random_, 0);
  world_.witness.sometimes(Sometimes::second_owner_is_refused, second.code() == base::Code::store_locked);
  return world_.witness.always(Always::codes_are_expected, second.code() == base::Code::store_locked,
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
      ++fresh;
    }
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
  const auto is_there = [&](const log::Dot& dot, const Change& change) {
    auto found = shown.find(change.object);
    if (found == shown.end()) {
      auto changes = changes_of(*core_, change.object);
      if (!changes.ok()) return false;
      found = shown.emplace(change.object, std::move(*changes)).first;
    }
    return found->second.count(dot) != 0;
  };
  for (auto at = saved_.seen.begin(); at != saved_.seen.end();) {
    at = is_there(at->first, at->second) ? std::next(at) : saved_.seen.erase(at);
  }
  bool all = true;
  for (const auto& [dot, change] : saved_.certain) all = all && is_there(dot, change);
  witness.always(Always::saved_is_durable, all,
                 "device " + std::to_string(number_) + " came back without a change that it had saved");
}

// --- what a person does

bool Device::make_person() {
  if (!up() || core_->has_person()) return false;
  person_.name = "Bu " + unique_word(words_);
  auto card = core_->init(person_.name, {server_.address()});
  if (!settle_call("init", card.code())) return false;
  person_.card = card->text(person_.name);
  return true;
}

bool Device::recover() {
  if (!up() || !person_.card) return false;
  auto card = space::RecoveryCard::parse(*person_.card);
  if (!settle_call("card", card.code())) return false;
  if (!settle_call("recover", core_->recover(*card, server_.address()).code())) return false;
  world_.witness.sometimes(Sometimes::recovered_from_card);
  return true;
}

bool Device::create_community() {
  if (!has_person() || server_.operator_secret() == nullptr) return false;
  const auto made = core_->create_community("SDN " + unique_word(words_), space::SpaceKind::school,
                                            server_.address(), server_.operator_secret());
  return settle_call("create community", made.code());
}

std::optional<space::InviteLink> Device::invite(std::int64_t ttl_seconds, std::uint32_t uses) {
  if (!has_person()) return std::nullopt;
  auto made = core_->invite("teacher", ttl_seconds, uses);
  if (!settle_call("invite", made.code(),
                   {base::Code::not_found, base::Code::not_permitted, base::Code::key_missing})) {
    return std::nullopt;
  }
  return std::move(made->link);
}

bool Device::join(const space::InviteLink& link) {
  if (!has_person()) return false;
  join_waits_ = settle_call("join", core_->join(link).code(), {base::Code::already_exists});
  return join_waits_;
}

void Device::add_entries(std::size_t count) {
  if (!has_person()) return;
  std::vector<cycle::JournalEntry> entries;
  std::vector<Change> changes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string word = unique_word(words_);
    entries.push_back(new_entry(words_, word));
    changes.push_back({entries.back().id, word, false});
  }
  if (prepare(std::move(changes))) conclude("add", core_->add_entries(entries).code());
}

// One of the newest few, so that several devices often pick the same; rather one that asks for a decision.
std::optional<base::ObjectId> Device::pick_entry(bool trashed) {
  if (!has_person()) return std::nullopt;
  auto views = core_->journal().list(trashed, 0, kAll);
  if (!settle_call("list", views.code()) || views->empty()) return std::nullopt;
  for (const auto& view : *views) {
    if (!view.conflicts.empty() && world_.chance(500)) return view.entry.id;
  }
  return (*views)[words_.below(std::min<std::size_t>(views->size(), 4))].entry.id;
}

void Device::edit_entry() {
  if (const auto id = pick_entry(world_.chance(100))) edit_entry(*id);
}

void Device::edit_entry(const base::ObjectId& id) {
  if (!has_person()) return;
  auto view = core_->journal().show(id);
  if (!settle_call("show", view.code(), {base::Code::not_found})) return;
  const std::string word = unique_word(words_);
  edit_somewhere(words_, view->entry, word);
  if (!prepare({{id, word, false}})) return;
  const bool conflicted = !view->conflicts.empty();
  const auto code = core_->edit_entry(view->entry).code();
  conclude("edit", code);
  if (!up() || code != base::Code::ok || !conflicted) return;
  auto after = core_->journal().show(id);
  world_.witness.sometimes(Sometimes::conflict_is_resolved, after.ok() && after->conflicts.empty());
}

void Device::trash_entry() {
  const auto id = pick_entry(false);
  if (id && prepare({{*id, {}, false}})) conclude("trash", core_->trash_entry(*id).code());
}

void Device::restore_entry() {
  const auto id = pick_entry(true);
  if (id && prepare({{*id, {}, false}})) conclude("restore", core_->restore_entry(*id).code());
}

// --- sync

void Device::start_sync() {
  if (!has_person() || syncing()) return;
  auto session = core_->start_sync(server_.address(), false);
  if (!settle_call("start sync", session.code())) return;
  ++world_.witness.counts().syncs;
  session_ = std::move(*session);
  current_ = {};
  exchange();
}

void Device::exchange() {
  auto message = session_->next_message();
  if (!settle_call("next message", message.code())) {
    if (up()) finish_sync(message.code());
    return;
  }
  const auto serial = ++serial_;
  if (offline_until > world_.now()) {
    world_.after(world_.between(1, kSecond), [this, serial] {
      if (serial == serial_ && syncing()) finish_sync(base::Code::offline);
    });
    return;
  }
  network_.post(std::move(*message), [this, serial](const base::Result<Answer>& answer) {
    if (serial == serial_ && syncing()) take(answer);
  });
}

void Device::take(const base::Result<Answer>& answer) {
  if (!answer.ok()) {
    finish_sync(answer.code());
    return;
  }
  auto progress = session_->on_message(answer->bytes);
  std::set<base::Code> expected = {base::Code::unknown_membership};
  if (answer->tampered) {
    expected = {base::Code::wrong_server_key, base::Code::cannot_decrypt, base::Code::malformed,
                base::Code::protocol_violation};
    world_.witness.always(Always::codes_are_expected, !progress.ok(), "an altered message was taken");
  }
  settle_call("on message", progress.code(), expected);
  if (!up()) return;
  if (!progress.ok()) {
    finish_sync(progress.code());
    return;
  }
  if (answer->promise) server_.promised(*answer->promise);
  note_join();
  ++current_.exchanges;
  current_.sent = progress->sent;
  current_.received = progress->received;
  current_.same = answer->same && current_.exchanges == 1;
  world_.witness.sometimes(Sometimes::sync_takes_several_exchanges, current_.exchanges == 2);
  const bool ends =
      world_.witness.always(Always::sync_ends, current_.exchanges < 100, "a sync of 100 exchanges");
  if (progress->more && ends) {
    session_->reconnect();
    exchange();
  } else {
    finish_sync(base::Code::ok);
  }
}

void Device::note_join() {
  if (!join_waits_) return;
  const auto code = core_->join_state().code();
  if (code == base::Code::offline || code == base::Code::key_missing) return;
  join_waits_ = false;
  world_.witness.event("join is decided", number_, static_cast<std::uint64_t>(code));
  world_.witness.sometimes(Sometimes::joined_by_invite, code == base::Code::ok);
  world_.witness.sometimes(Sometimes::invite_is_refused, code != base::Code::ok);
  world_.witness.always(Always::codes_are_expected,
                        code == base::Code::ok || code == base::Code::invite_invalid ||
                            code == base::Code::invite_expired || code == base::Code::invite_used,
                        std::string("join: ") + base::code_name(code));
}

void Device::finish_sync(base::Code code) {
  session_.reset();
  ++serial_;
  current_.code = code;
  last_sync_ = current_;
  if (!settle_call("finish sync", core_->finish_sync(server_.address(), code).code())) return;
  auto status = core_->status();
  if (!settle_call("status", status.code())) return;
  last_sync_.pending = status->pending;
  for (const auto& space : status->spaces) {
    world_.witness.sometimes(Sometimes::segment_waits_for_its_key, space.waiting_segments > 0);
  }
  world_.witness.event("pending", number_, status->pending);
  if (code != base::Code::ok || status->pending != 0) return;
  // The app now shows two check marks: all that is here must outlive this device.
  now_durable();
  for (auto& [dot, change] : saved_.certain) change.sent = true;
}

// --- looking

bool Device::has_all_keys() {
  if (!has_person()) return false;
  auto status = core_->status();
  return status.ok() && core_->join_state().code() != base::Code::key_missing &&
         std::all_of(status->spaces.begin(), status->spaces.end(),
                     [](const auto& space) { return space.waiting_segments == 0; });
}

bool Device::has_sent_all() const { return last_sync_.code == base::Code::ok && last_sync_.pending == 0; }

bool Device::joined() { return has_person() && core_->join_state().ok(); }

base::Result<Folded> Device::folded() { return fold_all(*core_); }

}  // namespace sejawat::simulation
