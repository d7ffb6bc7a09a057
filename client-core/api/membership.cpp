#include <algorithm>
#include <set>

#include "base/codec.h"
#include "base/planted.h"
#include "core_state.h"
#include "crypto/hash.h"

namespace sejawat::api {

base::Result<base::RecordId> Core::State::take_record(SpaceState& space, base::ByteView record) {
  auto added = space.membership.add(record);
  if (!added.ok()) return added;
  SJ_TRY_STATUS(store->put_record(space.row.space, *added, record));
  space.digest.add_record(*added);
  if (space.row.kind == 0 && space.membership.has_genesis()) {
    space.row.kind = static_cast<std::uint8_t>(space.membership.kind());
  }
  SJ_TRY_STATUS(save_digest(space));
  return added;
}

std::map<base::EpochId, const base::Secret32*> Core::State::borrowed_keys(const SpaceState& space) const {
  std::map<base::EpochId, const base::Secret32*> keys;
  for (const auto& [epoch, key] : space.epochs) keys.emplace(epoch, &key);
  return keys;
}

bool Core::State::is_admin(const SpaceState& space) const {
  return certificate && space.membership.role_of(certificate->person()) == space::WireRole::admin;
}

base::Status Core::State::put_epoch_key(SpaceState& space, const base::Secret32& key) {
  const base::EpochId epoch = log::epoch_id(space.row.space, key);
  if (space.epochs.count(epoch) != 0) return {};
  SJ_TRY_STATUS(store->put_epoch(space.row.space, epoch, key));
  space.epochs.emplace(epoch, key.clone());
  return {};
}

base::Status Core::State::open_fallen_key(SpaceState& space, const base::EpochId& epoch) {
  if (!device) return {};
  std::vector<const crypto::BoxKey*> own{&device->box};
  if (identity) own.push_back(&identity->box);
  const auto opened = space::open_epochs(space.membership, own, borrowed_keys(space), true);
  const auto key = opened.find(epoch);
  if (key == opened.end()) return {};
  return put_epoch_key(space, key->second);
}

base::Status Core::State::open_keys(SpaceState& space) {
  if (!device) return {};
  std::vector<const crypto::BoxKey*> own{&device->box};
  if (identity) own.push_back(&identity->box);
  std::optional<space::InviteKeys> invite;
  if (pending_join && pending_join->space == space.row.space) {
    invite = space::InviteKeys::from_secret(pending_join->secret);
    own.push_back(&invite->box);
  }
  auto opened = space::open_epochs(space.membership, own, borrowed_keys(space));
  for (const auto& [epoch, key] : opened) SJ_TRY_STATUS(put_epoch_key(space, key));
  return {};
}

// Keys that no record leads to: the record of their epoch fell with the device that wrote it, and what was
// sealed meanwhile is kept. Whoever comes later could never read that.
std::set<base::EpochId> Core::State::orphaned_epochs(const SpaceState& space) const {
  std::set<base::EpochId> orphans;
  for (const auto& [epoch, key] : space.epochs) orphans.insert(epoch);
  for (const auto& epoch : space.membership.epochs()) {
    orphans.erase(epoch.epoch);
    for (const auto& predecessor : epoch.predecessors) orphans.erase(predecessor.epoch);
  }
  return orphans;
}

base::Status Core::State::open_epoch(SpaceState& space) {
  std::vector<std::pair<base::EpochId, const base::Secret32*>> predecessors;
  for (const auto& epoch : space.membership.epochs()) {
    const auto key = space.epochs.find(epoch.epoch);
    if (key != space.epochs.end()) predecessors.emplace_back(epoch.epoch, &key->second);
  }
  // So it is with the first key as well, which the card gave before any record could name its epoch.
  for (const auto& epoch : orphaned_epochs(space)) predecessors.emplace_back(epoch, &space.epochs.at(epoch));
  // The newest last: a chain longer than a record's cap keeps its young end, and the old ones hang on those.
  // The one in use always, or it would be one that nothing follows.
  const auto current = space.membership.current_epoch();
  std::stable_partition(predecessors.begin(), predecessors.end(),
                        [&](const auto& one) { return !(current && one.first == *current); });
  constexpr std::size_t kNamed = 8;
  if (predecessors.size() > kNamed) {
    predecessors.erase(predecessors.begin(), predecessors.end() - static_cast<std::ptrdiff_t>(kNamed));
  }
  const auto key = base::Secret32::random(random);
  SJ_TRY(auto record,
         take_record(space, space::write_epoch(author(), space.membership, key, predecessors, random)));
  static_cast<void>(record);
  return put_epoch_key(space, key);
}

base::Status Core::State::change_key(SpaceState& space) {
  Change change(*this);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY_STATUS(open_epoch(space));
  SJ_TRY_STATUS(box_keys(space));
  return change.commit();
}

base::Status Core::State::open_missing_epoch() {
  const auto found = spaces.find(personal);
  if (!device || found == spaces.end()) return {};
  SpaceState& space = *found->second;
  if (!is_admin(space) || space.membership.current_epoch()) return {};
  Change change(*this);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY_STATUS(open_epoch(space));
  SJ_TRY_STATUS(settle_membership(space));
  return change.commit();
}

namespace {

// Seconds. What somebody copied off a phone unseen opens no more than that (docs/PROTOCOL.md, "Epochs and key
// boxes"). By this device's clock and that of whoever opened the epoch, and both may be wrong by decades: one
// that is ahead changes a key too early, once; one that is behind, or a key from the future, leaves it to
// others and to the changes that have a reason.
constexpr std::int64_t kKeyLasts = std::int64_t{90} * 24 * 3600;

}  // namespace

base::Result<bool> Core::State::change_old_keys(const base::PublicBoxKey& carrier) {
  // Nobody can seal with a key whose boxes a cut kept back, and there is no hurry.
  if (!device || !certificate || line_is_bad(carrier)) return false;
  bool any = false;
  const std::int64_t oldest = clock.now().wall_ms / 1000 - kKeyLasts;
  for (auto& [id, space] : spaces) {
    const auto current = space->membership.current_epoch();
    if (!current || space->membership.current_opened_seconds() > oldest) continue;
    // Whoever does not know the key has still to hear of much, and may have missed that it was changed.
    if (space->epochs.count(*current) == 0 || !is_admin(*space) || !vouched(space->membership) ||
        space->membership.devices().count(certificate->device()) == 0)
      continue;
    const auto home = home_of(*space);
    // A home that leaves it out of its list has removed this device, and says no more than that.
    if (!home.ok() || !((*home)->key == carrier) || !is_served(id, carrier)) continue;
    SJ_TRY_STATUS(change_key(*space));
    any = true;
  }
  return any;
}

namespace {

std::set<base::EpochId> to_box(const space::Membership& of) {
  if (SJ_PLANTED(client_boxes_current_only) && of.current_epoch()) return {*of.current_epoch()};
  return of.last_epochs();
}

}  // namespace

base::Status Core::State::box_keys(SpaceState& space) {
  for (const auto& epoch : to_box(space.membership)) SJ_TRY_STATUS(box_key(space, epoch));
  return {};
}

base::Status Core::State::box_key(SpaceState& space, const base::EpochId& epoch) {
  const auto key = space.epochs.find(epoch);
  if (key == space.epochs.end()) return {};
  // Any member may box; so that a joining school does not box thirty times over, an admin does it for all,
  // and everybody for their own devices and for admins, of whom none may hold a key that was opened apart.
  const auto whom = is_admin(space) ? space::BoxesFor::everyone : space::BoxesFor::own_and_admins;
  for (;;) {
    const auto boxes = space::write_boxes(author(), space.membership, epoch, key->second, random, whom);
    if (!boxes) return {};
    SJ_TRY(auto id, take_record(space, *boxes));
    static_cast<void>(id);
  }
}

base::Status Core::State::bring_own_devices(SpaceState& space) {
  const auto own = spaces.find(personal);
  if (own == spaces.end() || own->second.get() == &space) return {};
  std::vector<base::Bytes> certificates;
  for (const auto& [id, row] : own->second->membership.devices()) {
    if (space.membership.may_return(id)) certificates.push_back(row.certificate);
  }
  for (const auto& bytes : certificates) {
    SJ_TRY(const auto certificate, space::parse_certificate(bytes));
    SJ_TRY(auto taken, take_record(space, space::write_device(author(), space.membership, certificate)));
    static_cast<void>(taken);
  }
  return {};
}

base::Status Core::State::settle_membership(SpaceState& space) {
  if (!device || !certificate || !space.membership.has_genesis()) return {};
  if (!vouched(space.membership)) return {};
  SJ_TRY_STATUS(open_keys(space));
  space.keys_settled_with = space.epochs.size();
  if (space.membership.removed_devices().count(certificate->device()) != 0) return {};
  const auto role = space.membership.role_of(certificate->person());
  if (!role) return {};
  const auto& known = space.membership.members().at(certificate->person()).card;
  const bool other_card =
      card.proof && !known.proof && !(known.box == card.box) && !SJ_PLANTED(first_card_counts);
  if (space.membership.devices().count(certificate->device()) == 0 || other_card) {
    // Whoever held an unlocked phone may have named a card of theirs for this person.
    const auto proof = other_card ? std::optional(card) : std::nullopt;
    const auto record = space::write_device(author(), space.membership, *certificate, proof);
    const auto taken = take_record(space, record);
    if (taken.code() == base::Code::fenced) return {};  // out, by the removal of a device that had let it in
    if (!taken.ok()) return std::move(taken).error();
  }
  SJ_TRY_STATUS(remove_revoked_devices(space));
  SJ_TRY_STATUS(bring_own_devices(space));
  if (*role >= space::WireRole::writer) SJ_TRY_STATUS(ensure_own_log(space));
  const auto current = space.membership.current_epoch();
  const bool holds_key = current && space.epochs.count(*current) != 0;
  const bool rotates = space.membership.needs_rotation() || !orphaned_epochs(space).empty();
  // What nobody was given nobody can carry on. Whoever holds it boxes it instead, below.
  const bool lost = current && !holds_key && !space.membership.current_key_given();
  if (is_admin(space) && ((rotates && holds_key) || lost) && !SJ_PLANTED(client_never_rotates))
    SJ_TRY_STATUS(open_epoch(space));
  space.keys_settled_with = space.epochs.size();
  return box_keys(space);
}

base::Status Core::State::settle_new_keys() {
  for (auto& [id, space] : spaces) {
    if (space->epochs.size() != space->keys_settled_with) SJ_TRY_STATUS(settle_membership(*space));
  }
  return {};
}

// In the own space it is decided which devices a person has; elsewhere it is followed.
bool Core::State::follows_home(const SpaceState& space) const {
  const auto own = spaces.find(personal);
  if (own == spaces.end() || own->second.get() == &space) return true;
  const auto& home = own->second->membership;
  const auto comes = [&](const auto& device) { return space.membership.may_return(device.first); };
  return std::none_of(home.devices().begin(), home.devices().end(), comes) && revoked_at_home(space).empty();
}

base::Status Core::State::membership_changed(SpaceState& space, std::vector<fold::Touched>& touched) {
  SJ_TRY_STATUS(follow_membership(space, touched));
  for (auto& [id, other] : spaces) {
    // Who added this person to another space may have become known by this one.
    const bool vouched_now = certificate && other.get() != &space && other->epochs.empty() &&
                             other->membership.role_of(certificate->person()) && vouched(other->membership);
    const bool follows = space.row.space == personal && !follows_home(*other);
    if (vouched_now || follows) SJ_TRY_STATUS(follow_membership(*other, touched));
  }
  return {};
}

base::Status Core::State::follow_membership(SpaceState& space, std::vector<fold::Touched>& touched) {
  changes.spaces.insert(space.row.space);
  SJ_TRY_STATUS(move_home());
  SJ_TRY_STATUS(settle_membership(space));
  SJ_TRY_STATUS(enforce_fences(space, touched));
  SJ_TRY_STATUS(apply_waiting(space, touched));
  // What opened with a key that no record leads to: the next epoch does, for whoever comes later.
  if (!orphaned_epochs(space).empty()) SJ_TRY_STATUS(settle_membership(space));
  SJ_TRY_STATUS(erase_leftovers(space, touched));
  SJ_TRY_STATUS(settle_chunks(space));
  SJ_TRY_STATUS(take_back_chunks(space));
  auto roles = roll.all_roles(space.row.space);
  if (roles == space.roles_read_with) return {};
  space.roles_read_with = std::move(roles);
  SJ_TRY_STATUS(name_anew(space));
  return reread_records(space.row.space);
}

// Only when a carrier took that very join, or the one it is for serves the space, as it may by another
// phone's join: who was removed and not told yet still has the space as it was.
base::Status Core::State::finish_join(SpaceState& space) {
  if (!pending_join || !(pending_join->space == space.row.space) || !certificate) return {};
  SJ_TRY(const auto id, space::record_id_of(pending_join->record));
  const bool taken = space.membership.has_record(id) || is_served(space.row.space, pending_join->carrier);
  if (space.epochs.empty() || !taken || !space.membership.role_of(certificate->person())) return {};
  SJ_TRY_STATUS(store->put_setting("carrier:" + space.row.space.hex(), pending_join->carrier.view()));
  pending_join.reset();
  return save_pending_join();
}

base::Status Core::State::save_pending_join() {
  if (!pending_join) return store->wipe_setting("pending_join");
  base::Writer writer;
  writer.raw(pending_join->space.view());
  writer.raw(pending_join->carrier.view());
  writer.raw(pending_join->secret.view());
  writer.varint(static_cast<std::uint64_t>(pending_join->last_refusal));
  writer.prefixed(pending_join->record);
  return store->put_setting("pending_join", writer.bytes());
}

}  // namespace sejawat::api
