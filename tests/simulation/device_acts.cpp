// What a person does with a device, and what an admin does.
#include <algorithm>

#include "device.h"

namespace sejawat::simulation {
namespace {

constexpr std::size_t kAll = 100000;

}  // namespace

void Device::did(std::uint64_t operations) { world_.witness.counts().operations += operations; }

// --- what a person does

bool Device::make_person() {
  if (!up() || core_->has_person()) return false;
  did(1);
  person_.name = "Bu " + unique_word(words_);
  auto card = core_->init(person_.name, {here().server->address()});
  if (!settle_call("init", card.code())) return false;
  person_.card = card->text(person_.name);
  person_.id = space::person_id(space::Identity::from_seed(card->seed).sign.public_key());
  note_self();
  return up();
}

bool Device::recover() {
  if (!up() || !person_.card) return false;
  auto card = space::RecoveryCard::parse(*person_.card);
  if (!settle_call("card", card.code())) return false;
  did(1);
  if (!settle_call("recover", core_->recover(*card, here().server->address()).code())) return false;
  world_.witness.sometimes(Sometimes::recovered_from_card);
  note_self();
  return up();
}

std::optional<base::SpaceId> Device::create_community() {
  Server& server = *here().server;
  if (!has_person() || server.operator_secret() == nullptr) return std::nullopt;
  did(1);
  const auto made = core_->create_community("SDN " + unique_word(words_), space::SpaceKind::school,
                                            server.address(), server.operator_secret());
  if (!settle_call("create community", made.code())) return std::nullopt;
  return *made;
}

bool Device::host_community(const base::SpaceId& community, Server& server) {
  if (!has_person() || server.operator_secret() == nullptr) return false;
  did(1);
  return settle_call("host community",
                     core_->host_community(community, server.address(), *server.operator_secret()).code(),
                     {base::Code::unknown_space});
}

std::optional<space::InviteLink> Device::invite(std::string_view role, std::int64_t ttl_seconds,
                                                std::uint32_t uses) {
  if (!has_person()) return std::nullopt;
  did(1);
  auto made = core_->invite(role, ttl_seconds, uses);
  if (!settle_call("invite", made.code(),
                   {base::Code::not_found, base::Code::not_permitted, base::Code::key_missing})) {
    return std::nullopt;
  }
  has_invited = true;
  tell_live();
  return std::move(made->link);
}

bool Device::join(const space::InviteLink& link) {
  if (!has_person()) return false;
  did(1);
  join_waits_ = settle_call("join", core_->join(link).code(), {base::Code::already_exists});
  if (!join_waits_) return false;
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    if (sites_[i].server->address().key == link.carrier.key) join_site_ = i;
  }
  tell_live();
  return true;
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
  did(count);
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
  // Also where the entry was written in a segment that has lost its body, and what survives of that has not
  // come yet: the form asks for what is missing.
  if (person_.erased_objects.count(id) != 0 || view->entry.date.empty()) fill_in(view->entry);
  const std::string word = unique_word(words_);
  edit_somewhere(words_, view->entry, word);
  did(1);
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
  if (id) did(1);
  if (id && prepare({{*id, {}, false}})) conclude("trash", core_->trash_entry(*id).code());
}

void Device::restore_entry() {
  const auto id = pick_entry(true);
  if (id) did(1);
  if (id && prepare({{*id, {}, false}})) conclude("restore", core_->restore_entry(*id).code());
}

// For good: all that is known here of an entry. What another device writes of it meanwhile stays.
void Device::erase_entry() {
  if (const auto id = pick_entry(world_.chance(300))) erase_entry(*id);
}

void Device::erase_entry(const base::ObjectId& id) {
  auto before = changes_of(*core_, id);
  if (!settle_call("look before", before.code())) return;
  did(1);
  for (const auto& [dot, text] : *before) person_.told_to_erase.insert(dot);
  person_.erased_objects.insert(id);
  // By its words too: after an old copy a change may have another dot here than where it was saved.
  const auto note = [&](const Change& change) {
    if (!(change.object == id) || change.word.empty()) return;
    for (const auto& [dot, text] : *before) {
      if (text.find(change.word) != std::string::npos) person_.erased_words.insert(change.word);
    }
  };
  for (const auto& device : person_.devices) {
    for (const auto& [dot, change] : device->saved_.certain) note(change);
    for (const auto& [dot, change] : device->saved_.seen) note(change);
  }
  for (const auto& change : person_.gone) note(change);
  std::set<base::ObjectId> photos;
  if (!person_.pictures.empty()) {
    auto attached = core_->attachments(id);
    if (!settle_call("attachments", attached.code())) return;
    for (const auto& one : *attached) photos.insert(one.id);
  }
  auto report = core_->erase(id, 1, false);
  const bool done = settle_call("erase", report.code(), {base::Code::key_missing});
  if (!done) return;
  now_durable();
  saved_.photos_removed.insert(photos.begin(), photos.end());
  world_.witness.sometimes(Sometimes::photo_is_erased, !photos.empty());
  for (const auto& [dot, text] : *before) saved_.erased.emplace(dot, id);
  world_.witness.sometimes(Sometimes::entry_is_erased);
  world_.witness.sometimes(Sometimes::survivors_are_written_once_more, report->kept > 0);
  tell_live();
}

// --- members and devices

bool Device::remove_member(const base::PersonId& person) {
  if (!has_person()) return false;
  did(1);
  const bool done = settle_call("remove member", core_->remove_member(person).code(),
                                {base::Code::not_found, base::Code::not_permitted});
  world_.witness.sometimes(Sometimes::member_is_removed, done);
  if (done) tell_live();
  return done;
}

bool Device::change_role(const base::PersonId& person, std::string_view role) {
  if (!has_person()) return false;
  did(1);
  const bool done = settle_call("change role", core_->change_role(person, role).code(),
                                {base::Code::not_found, base::Code::not_permitted, base::Code::key_missing});
  world_.witness.sometimes(Sometimes::role_is_changed, done);
  if (done) tell_live();
  return done;
}

bool Device::revoke_device(Device& other) {
  if (!has_person() || !other.id) return false;
  // What is shown of it now stays; a change that stands here and is not folded yet would blur that.
  auto folded = this->folded();
  if (!folded.ok() || !has_all_keys()) return false;
  std::set<log::Dot> shown;
  for (const auto& [object, entry] : *folded) {
    for (const auto& [dot, text] : entry.changes) shown.insert(dot);
  }
  did(1);
  const auto code = core_->revoke_device(*other.id).code();
  const bool done = settle_call("revoke device", code, {base::Code::not_found});
  if (code == base::Code::ok || (code != base::Code::not_found && !done)) {
    // Even a call that failed may turn out to be there: what became of it is looked at in the end.
    other.within = std::move(shown);
    other.revocation_tried = true;
    keeps = true;
  }
  world_.witness.sometimes(Sometimes::device_is_revoked, done);
  if (done) tell_live();
  return done;
}

bool Device::revoke_invite() {
  if (!has_person()) return false;
  auto invites = core_->invites();
  if (!settle_call("invites", invites.code(), {base::Code::not_found})) return false;
  for (const auto& invite : *invites) {
    if (invite.revoked) continue;
    did(1);
    const bool done = settle_call("revoke invite", core_->revoke_invite(invite.id).code(),
                                  {base::Code::not_permitted, base::Code::not_found});
    world_.witness.sometimes(Sometimes::invite_is_revoked, done);
    if (done) tell_live();
    return done;
  }
  return false;
}

bool Device::rotate(const base::SpaceId& space) {
  if (!has_person()) return false;
  did(1);
  const bool done =
      settle_call("rotate", core_->rotate(space).code(), {base::Code::not_found, base::Code::not_permitted});
  world_.witness.sometimes(Sometimes::key_is_rotated, done);
  if (done) tell_live();
  return done;
}

bool Device::confirm_provisional() {
  if (!has_person()) return false;
  auto members = core_->members();
  if (!settle_call("members", members.code(), {base::Code::not_found})) return false;
  bool any = false;
  for (const auto& member : *members) {
    if (!member.provisional) continue;
    did(1);
    const bool done = settle_call("confirm member", core_->confirm_member(member.person).code(),
                                  {base::Code::not_permitted, base::Code::not_found});
    world_.witness.sometimes(Sometimes::join_is_confirmed, done);
    any = any || done;
    if (!up()) return any;
  }
  return any;
}

bool Device::readmit_all() {
  if (!has_person()) return false;
  auto late = core_->quarantine();
  if (!settle_call("quarantine", late.code())) return false;
  const auto personal = personal_space();
  bool any = false;
  for (const auto& row : *late) {
    if (!personal || !(row.space == *personal)) continue;
    did(1);
    const bool done = settle_call("readmit", core_->readmit(row.log).code(),
                                  {base::Code::not_permitted, base::Code::not_found});
    world_.witness.sometimes(Sometimes::late_work_is_readmitted, done);
    any = any || done;
    if (!up()) return any;
  }
  return any;
}

}  // namespace sejawat::simulation
