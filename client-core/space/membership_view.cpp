// Who belongs, from the records that stand. Of things that several records make (a log enrolled twice, an
// invite offered twice) the one that stands first in the DAG counts, never the one that came first.
#include <algorithm>

#include "base/planted.h"
#include "log/segment.h"
#include "membership_rules.h"

namespace sejawat::space {
namespace {

bool nearer(const Fence& a, const Fence& b) {
  return a.count == b.count ? a.head < b.head : a.count < b.count;
}

// Ends its log there, with the furthest of several ends first.
void end_at(EnrolledLog& log, std::vector<Fence> ends) {
  std::sort(ends.begin(), ends.end(), [](const Fence& a, const Fence& b) { return nearer(b, a); });
  log.fence = ends.front();
  log.further.assign(ends.begin() + 1, ends.end());
}

// Of two removals the one counts that leaves less.
void lower(EnrolledLog& log, const std::vector<Fence>& fences) {
  EnrolledLog ended = log;
  std::vector<Fence> ends;
  for (const auto& one : fences) {
    if (one.log == log.log) ends.push_back(one);
  }
  if (ends.empty()) ends.push_back({log.log, 0, {}});
  end_at(ended, std::move(ends));
  const auto ours = ended.fences();
  const auto theirs = log.fences();
  if (!log.fence ||
      std::lexicographical_compare(ours.begin(), ours.end(), theirs.begin(), theirs.end(), nearer)) {
    log = std::move(ended);
  }
}

// No removal leaves less.
bool ends_at_once(const EnrolledLog& log) {
  return log.fence && log.fence->count == 0 && log.further.empty();
}

// What is readmitted counts beside what counted before.
void raise(EnrolledLog& log, const Fence& to) {
  auto ends = log.fences();
  for (const auto& end : ends) {
    if (end == to) return;
  }
  if (ends.front().count == 0) ends.clear();
  ends.push_back(to);
  end_at(log, std::move(ends));
}

void hold_role(Membership::RolesHeld& held, WireRole role, const base::Bytes& sealed) {
  held.admin = held.admin || role == WireRole::admin;
  if (!sealed.empty()) held.sealed_roles.push_back(sealed);
}

}  // namespace

bool earlier(const Membership::Entry& a, const Membership::Entry& b) {
  return a.depth == b.depth ? a.id < b.id : a.depth < b.depth;
}

const Membership::View& Membership::view() const {
  if (stale_) {
    view_ = {};
    const Judgement& judgement = (*judged_).of_all(*this);
    for (std::size_t place = 0; place < entries_.size(); ++place)
      MembershipView::add(*this, place, &judgement);
    MembershipView::finish(*this, &judgement);
  } else if (unfinished_) {
    MembershipView::finish(*this, nullptr);
  }
  stale_ = unfinished_ = false;
  return view_;
}

// A card that its person proves outweighs one that nobody does; of those what somebody's own device said
// outweighs what an admin says, and what was said first all after it: else whoever names another key for them
// would be given all keys that are made out to that card.
void MembershipView::choose_card(const Membership& of, std::size_t place, const CardKey& card,
                                 Member& member) {
  std::size_t& chosen = of.view_.box_places.at(member.person);
  const Membership::Entry& now = *of.entries_[place];
  const Membership::Entry& before = *of.entries_[chosen];
  const auto weight = [](const CardKey& named, const Membership::Entry& by) {
    return std::pair(named.proof.has_value() && !SJ_PLANTED(first_card_counts),
                     by.as<codec::MemberAdded>() == nullptr);
  };
  const auto weight_now = weight(card, now);
  const auto weight_before = weight(member.card, before);
  if (weight_now == weight_before ? !earlier(now, before) : weight_now < weight_before) return;
  chosen = place;
  member.card = card;
}

// Looked at whenever a record says something of that person's card. What was taken for theirs until the proof
// of another came has been given keys.
void MembershipView::settle_card(const Membership& of, const base::PersonId& person) {
  auto& view = of.view_;
  const auto member = view.members.find(person);
  if (member == view.members.end() || SJ_PLANTED(first_card_counts)) return;
  const auto proven = view.card_places.find(person);
  if (proven != view.card_places.end()) {
    const auto& device = *of.entries_[proven->second]->as<codec::DeviceAdded>();
    choose_card(of, proven->second, *device.card, member->second);
  }
  const CardKey& card = member->second.card;
  if (!card.proof) return;
  for (auto at = view.unproven_boxes.lower_bound({person, base::PublicBoxKey()});
       at != view.unproven_boxes.end() && at->first == person; ++at) {
    if (at->second == card.box) {
      view.former_boxes.erase({at->second, person});
    } else {
      view.former_boxes[{at->second, person}] = view.box_places.at(person);
    }
  }
}

// Of several ways in the one that gives most counts, whatever came first.
void MembershipView::admit(const Membership& of, std::size_t place, Member row) {
  auto& view = of.view_;
  if (!row.card.proof) view.unproven_boxes.emplace(row.person, row.card.box);
  auto [at, fresh] = view.members.emplace(row.person, row);
  auto [box, unknown] = view.box_places.emplace(row.person, place);
  if (!fresh || !unknown) merge_row(of, place, row, at->second);
  settle_card(of, row.person);
}

void MembershipView::merge_row(const Membership& of, std::size_t place, const Member& row, Member& member) {
  if (member.role < row.role || (member.role == row.role && member.sealed_role < row.sealed_role)) {
    member.role = row.role;
    member.sealed_role = row.sealed_role;
  }
  choose_card(of, place, row.card, member);
  if (member.sealed_profile < row.sealed_profile) member.sealed_profile = row.sealed_profile;
}

void MembershipView::add(const Membership& of, std::size_t place, const Judgement* judgement) {
  const Membership::Entry& entry = *of.entries_[place];
  auto& view = of.view_;
  const bool stands = judgement == nullptr || judgement->stands(place);
  const bool provisional = judgement != nullptr && judgement->provisional(place);
  const auto was_admin = [&] { return judgement == nullptr ? entry.by_admin : judgement->was_admin(place); };
  if (const auto* log = entry.as<codec::LogEnrolled>()) {
    // Also when it does not stand: what such a log holds waits in quarantine, it is not unknown.
    const auto id = log::log_id(of.space_, log->key);
    const auto known = view.log_places.find(id);
    if (known == view.log_places.end() || earlier(entry, *of.entries_[known->second])) {
      view.log_places[id] = place;
      view.logs[id] = EnrolledLog{id, log->key, *entry.author, entry.person, std::nullopt, {}, place};
    }
  }
  if (entry.introduced && stands) {
    const auto device = entry.introduced->device();
    Device row{device,
               entry.introduced->person(),
               entry.introduced->sign_key,
               entry.introduced->box_key,
               entry.introduced->bytes,
               entry.introduced->issuers};
    const bool removed = judgement != nullptr && judgement->device_removed(device);
    auto& devices = removed ? view.removed_devices : view.devices;
    if (!provisional || removed) {
      // Two persons may certify one device: it is whose record stands first.
      const auto [known, fresh] = view.device_places.emplace(device, place);
      if (fresh || earlier(entry, *of.entries_[known->second])) {
        known->second = place;
        devices.insert_or_assign(device, row);
      }
    }
    if (removed && judgement->left_with_person(device)) view.left_with_person.insert(device);
  }
  const auto* erased = entry.as<codec::Erased>();
  if (erased != nullptr && (stands || entry.erases_own)) {
    const std::size_t at = view.erasures.size();
    const bool by_admin = stands && was_admin();
    view.erasures.push_back({entry.id, entry.person, erased->reason, entry.wall_seconds, erased->segments,
                             erased->witnesses, erased->chunks, by_admin});
    for (const auto& segment : erased->segments) view.erased[segment.name].push_back(at);
    for (const auto& witness : erased->witnesses) view.witnesses[witness].push_back(at);
    for (const auto& chunk : erased->chunks) view.erased_chunks[chunk].push_back(at);
  }
  const auto* device = entry.as<codec::DeviceAdded>();
  if (device != nullptr && device->card) {
    // Whoever brought it, and whether that stands: the proof is its owner's.
    const auto [known, fresh] = view.card_places.emplace(entry.introduced->person(), place);
    if (!fresh && earlier(entry, *of.entries_[known->second])) known->second = place;
    settle_card(of, entry.introduced->person());
  }
  if (!stands) {
    if (const auto* epoch = entry.as<EpochInfo>()) view.fallen_epochs.push_back(*epoch);
    if (const auto* boxes = entry.as<KeyBoxes>()) view.fallen_boxes.push_back(*boxes);
    return;
  }
  if (const auto* genesis = entry.as<codec::Genesis>()) {
    view.kind = genesis->kind;
    hold_role(view.roles_held[entry.person], WireRole::admin, {});
    admit(of, place, Member{entry.person, genesis->identity_key, genesis->card, WireRole::admin, {}, {}});
  } else if (const auto* join = entry.as<codec::Joined>()) {
    const auto& invite = *of.entries_[entry.parents.front()]->as<codec::InviteOffered>();
    view.joined_by[join->invite_key].insert(entry.person);
    // Several invites may name one key, and a join may come between them.
    const auto offered = view.invites.find(join->invite_key);
    if (offered != view.invites.end()) offered->second.joined.insert(entry.person);
    if (provisional) {
      view.provisional.emplace(entry.person, entry.id);
      return;
    }
    hold_role(view.roles_held[entry.person], invite.role, invite.sealed_role);
    admit(of, place,
          Member{entry.person, join->identity_key, join->card, invite.role, join->sealed_profile,
                 invite.sealed_role});
  } else if (const auto* added = entry.as<codec::MemberAdded>()) {
    hold_role(view.roles_held[added->person()], added->role, added->sealed_role);
    admit(of, place,
          Member{added->person(), added->identity_key, added->card, added->role, {}, added->sealed_role});
  } else if (const auto* offer = entry.as<codec::InviteOffered>()) {
    const auto known = view.invite_places.find(offer->sign_key);
    if (known == view.invite_places.end() || earlier(entry, *of.entries_[known->second])) {
      view.invite_places[offer->sign_key] = place;
      view.invites[offer->sign_key] = Invite{offer->sign_key,
                                             offer->box_key,
                                             offer->role,
                                             offer->uses,
                                             offer->expires_seconds,
                                             base::prefix_of<base::HeadTag>(entry.id),
                                             view.joined_by[offer->sign_key],
                                             false,
                                             *entry.author,
                                             offer->sealed_role};
    }
  } else if (const auto* role = entry.as<codec::RoleChanged>()) {
    hold_role(view.roles_held[role->person], role->role, role->sealed_role);
  } else if (const auto* epoch = entry.as<EpochInfo>()) {
    view.epochs.push_back(*epoch);
    view.epoch_places.push_back(place);
  } else if (const auto* boxes = entry.as<KeyBoxes>()) {
    view.key_boxes.push_back(*boxes);
    view.key_boxes.back().author = entry.person;
    view.key_boxes.back().by_admin = was_admin();
    view.key_box_places.push_back(place);
  }
}

void MembershipView::finish(const Membership& of, const Judgement* judgement) {
  auto& view = of.view_;
  if (judgement != nullptr) {
    for (auto at = view.members.begin(); at != view.members.end();) {
      const auto grant = judgement->grant_of(at->first);
      if (grant) {
        at->second.role = granted_role(of.entries_, *grant);
        const auto* changed = of.entries_[*grant]->as<codec::RoleChanged>();
        if (changed != nullptr && !changed->sealed_role.empty())
          at->second.sealed_role = changed->sealed_role;
        const auto* added = of.entries_[*grant]->as<codec::MemberAdded>();
        if (added != nullptr) at->second.sealed_role = added->sealed_role;
      }
      if (!grant) view.former_boxes[{at->second.card.box, at->first}];
      at = grant ? std::next(at) : view.members.erase(at);
    }
    for (auto at = view.provisional.begin(); at != view.provisional.end();) {
      at = view.members.count(at->first) != 0 ? view.provisional.erase(at) : std::next(at);
    }
    for (auto& [key, invite] : view.invites) {
      const Membership::Entry& entry = *of.entries_[view.invite_places.at(key)];
      for (const auto* removal : judgement->removals_of(invite.author, entry.person))
        invite.revoked = invite.revoked || !entry.past.has(removal->place);
    }
    for (const std::size_t taker : of.takers_) {
      const auto* revoked = of.entries_[taker]->as<codec::InviteRevoked>();
      if (revoked == nullptr || !judgement->stands(taker)) continue;
      const auto offered = view.invites.find(revoked->invite_key);
      if (offered != view.invites.end()) offered->second.revoked = true;
    }
    add_fences(of, *judgement);
    // Whoever came by a link knows its secret.
    for (auto& [key, invite] : view.invites) {
      invite.left = std::any_of(invite.joined.begin(), invite.joined.end(), [&](const auto& person) {
        const auto member = view.members.find(person);
        return member == view.members.end() || member->second.role < WireRole::reader;
      });
    }
  }
  choose_epoch(of, judgement);
}

void MembershipView::add_fences(const Membership& of, const Judgement& judgement) {
  auto& view = of.view_;
  for (auto& [id, log] : view.logs) {
    const Membership::Entry& enrolled = *of.entries_[view.log_places.at(id)];
    for (const auto* removal : judgement.removals_of(log.device, log.person)) {
      const auto& removed = *removal->as<codec::Removed>();
      // Who came back after a removal of the whole person writes new logs, which it does not touch.
      if (removed.person && enrolled.past.has(removal->place)) continue;
      lower(log, removed.fences);
      if (ends_at_once(log)) break;
    }
    const auto grants = of.grants_.find(log.person);
    for (const std::size_t grant : grants == of.grants_.end() ? std::vector<std::size_t>() : grants->second) {
      const auto* role = of.entries_[grant]->as<codec::RoleChanged>();
      if (role == nullptr || !judgement.stands(grant) || role->role >= WireRole::writer) continue;
      if (!enrolled.past.has(grant)) lower(log, role->fences);
      if (ends_at_once(log)) break;
    }
    if (!judgement.stands(enrolled.place)) lower(log, {});
  }
  for (const auto& shared : of.entries_) {
    const auto* readmitted = shared->as<codec::Readmitted>();
    if (readmitted == nullptr || !judgement.stands(shared->place)) continue;
    for (const auto& fence : readmitted->fences) {
      const auto log = view.logs.find(fence.log);
      if (log == view.logs.end() || !log->second.fence) continue;
      raise(log->second, fence);
    }
  }
}

namespace {

// Keys of those who may read nothing of the space any more, by how boxes name them.
struct Outside {
  std::set<base::PersonId> owners;  // whose key it is, as they or others say
  std::set<std::size_t> since;      // the records that put it there
};

}  // namespace

// Somebody who may read nothing of the space any more was given this key. Keys of those who may are never
// meant, whoever else claims to have the same. Nor is a box that no honest program writes: any reader could
// have the others change the key again and again by rubbish made out to somebody outside.
bool MembershipView::is_held_outside(const Membership& of, const Judgement* judgement,
                                     const base::EpochId& epoch) {
  const auto& view = of.view_;
  std::map<base::HeadTag, Outside> outside;
  std::set<base::HeadTag> inside;
  const auto put_out = [&](const base::PublicBoxKey& key, const base::PersonId& owner) -> Outside& {
    auto& out = outside[base::prefix_of<base::HeadTag>(key)];
    out.owners.insert(owner);
    return out;
  };
  const auto put_member_key = [&](const base::PublicBoxKey& key, const base::PersonId& owner) {
    const auto member = view.members.find(owner);
    if (member != view.members.end() && member->second.role >= WireRole::reader) {
      inside.insert(base::prefix_of<base::HeadTag>(key));
      return;
    }
    auto& out = put_out(key, owner);
    const auto grants = of.grants_.find(owner);
    if (grants == of.grants_.end()) return;
    for (const std::size_t grant : grants->second) {
      if (granted_role(of.entries_, grant) < WireRole::reader) out.since.insert(grant);
    }
  };
  for (const auto& [named, proven_at] : view.former_boxes) {
    auto& out = put_out(named.first, named.second);
    if (proven_at) out.since.insert(*proven_at);
    if (proven_at || judgement == nullptr) continue;
    for (const auto* removal : judgement->removals_of(named.second).all()) out.since.insert(removal->place);
  }
  for (const auto& [person, member] : view.members) put_member_key(member.card.box, person);
  for (const auto& [id, device] : view.devices) put_member_key(device.box_key, device.person);
  for (const auto& [id, device] : view.removed_devices) {
    auto& out = put_out(device.box_key, device.person);
    if (judgement == nullptr) continue;
    for (const auto* removal : judgement->removals_of(id, device.person)) out.since.insert(removal->place);
  }
  for (const auto& [key, invite] : view.invites) {
    const auto tag = base::prefix_of<base::HeadTag>(invite.box_key);
    if (invite.is_known_outside()) {
      outside[tag];
    } else {
      inside.insert(tag);
    }
  }
  for (const auto& tag : inside) outside.erase(tag);
  const auto opened_before = [&](const Membership::Entry& boxes) {
    for (std::size_t i = 0; i < view.epochs.size(); ++i) {
      if (view.epochs[i].epoch == epoch && boxes.past.has(view.epoch_places[i])) return true;
    }
    return false;
  };
  for (std::size_t i = 0; i < view.key_boxes.size(); ++i) {
    const KeyBoxes& boxes = view.key_boxes[i];
    if (boxes.epoch != epoch) continue;
    const Membership::Entry& entry = *of.entries_[view.key_box_places[i]];
    // As the author knew it, whatever stands of that by now.
    const auto is_meant = [&](const base::PersonId& owner) {
      const auto admin = of.made_admin_.find(owner);
      return owner == boxes.author || (admin != of.made_admin_.end() && entry.admins.has(admin->second));
    };
    // Knowing that they are out only who means harm writes such a box, and writes it again for the next key.
    const auto unaware = [&](std::size_t record) { return !entry.past.has(record); };
    for (const auto& [tag, box] : boxes.boxes) {
      const auto out = outside.find(tag);
      if (out == outside.end()) continue;
      if (entry.by_admin) return true;
      const auto& [owners, since] = out->second;
      if (std::any_of(owners.begin(), owners.end(), is_meant) &&
          std::all_of(since.begin(), since.end(), unaware) && opened_before(entry)) {
        return true;
      }
    }
  }
  return false;
}

void MembershipView::choose_epoch(const Membership& of, const Judgement* judgement) {
  auto& view = of.view_;
  std::vector<std::size_t> known;  // what a new epoch has to know: whatever takes somebody out
  if (judgement != nullptr) {
    known = judgement->removals();
    for (const std::size_t taker : of.takers_) {
      if (of.entries_[taker]->as<codec::InviteRevoked>() != nullptr && judgement->stands(taker))
        known.push_back(taker);
    }
    // What the confirmed had removed comes into force by it, also where an epoch's author had seen the
    // removal and rightly taken it for void.
    for (const std::size_t confirmation : judgement->confirmations()) {
      if (judgement->stands(confirmation)) known.push_back(confirmation);
    }
  }
  std::set<base::EpochId> followed;
  for (const auto& epoch : view.epochs) {
    for (const auto& predecessor : epoch.predecessors) {
      if (!(predecessor.epoch == epoch.epoch)) followed.insert(predecessor.epoch);
    }
  }
  std::vector<std::size_t> last;
  for (std::size_t i = 0; i < view.epochs.size(); ++i) {
    if (followed.count(view.epochs[i].epoch) == 0) last.push_back(i);
  }
  // Only an author of rubbish makes a ring; then any rule will do that is the same everywhere.
  if (last.empty()) {
    for (std::size_t i = 0; i < view.epochs.size(); ++i) last.push_back(i);
  }
  const auto past_of = [&](std::size_t i) -> const Past& { return of.entries_[view.epoch_places[i]]->past; };
  const auto covered = [&](std::size_t i) {
    return std::count_if(known.begin(), known.end(), [&](std::size_t at) { return past_of(i).has(at); });
  };
  std::optional<std::size_t> best;
  std::ptrdiff_t most = 0;
  // An epoch that some other one's author had seen is older, whatever its id, and knows no more. Whoever saw
  // it came later, so from the last one on each is looked at once, however many were opened side by side.
  Places seen;
  for (auto at = last.rbegin(); at != last.rend(); ++at) {
    const std::size_t i = *at;
    if (seen.has(view.epoch_places[i])) continue;
    past_of(i).put_into(seen);
    const std::ptrdiff_t here = covered(i);
    if (!best || here > most || (here == most && view.epochs[i].epoch < view.epochs[*best].epoch)) {
      best = i;
      most = here;
    }
  }
  view.current_epoch = best ? std::optional<base::EpochId>(view.epochs[*best].epoch) : std::nullopt;
  view.current_opened_seconds = best ? of.entries_[view.epoch_places[*best]]->wall_seconds : 0;
  // A key that nobody was given: its author was lost between the epoch and the boxes, of whatever any reader
  // may box since. The first one of a space needs none to be known to whoever made it.
  const auto given = [&view](const EpochInfo& epoch) {
    return epoch.predecessors.empty() ||
           std::any_of(view.key_boxes.begin(), view.key_boxes.end(),
                       [&](const KeyBoxes& boxes) { return boxes.by_admin && boxes.epoch == epoch.epoch; });
  };
  view.current_key_given = !best || given(view.epochs[*best]);
  // An epoch may know a removal and be made out to the removed all the same: its author took it for void.
  const bool any_outside = judgement != nullptr || !view.former_boxes.empty();
  view.needs_rotation = best && (most != static_cast<std::ptrdiff_t>(known.size()) ||
                                 (any_outside && is_held_outside(of, judgement, *view.current_epoch)));
}

}  // namespace sejawat::space
