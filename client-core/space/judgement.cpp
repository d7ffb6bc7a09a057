// Strong removal, then seniority. What follows is a fixed point over two sets that only grow (removals
// without a right, joins in doubt), so it ends, and it is a function of the set of records alone. Within it
// the joins in doubt that somebody confirmed are let in one round after another, so that nobody's
// confirmation rests on a join that it lets in.
#include "judgement.h"

#include <algorithm>
#include <functional>

namespace sejawat::space {
namespace {

WireRole needed_for(const Membership::Entry& entry) {
  if (const auto* removed = entry.as<codec::Removed>()) {
    const bool leaves = removed->person == entry.person;
    return leaves ? WireRole::carrier : WireRole::admin;  // one's own device: see author_stands
  }
  if (entry.as<codec::LogEnrolled>() != nullptr) return WireRole::writer;
  if (entry.as<KeyBoxes>() != nullptr) return WireRole::reader;
  if (entry.as<codec::DeviceAdded>() != nullptr) {
    return entry.introduced->person() == entry.person ? WireRole::carrier : WireRole::admin;
  }
  if (entry.as<codec::Unknown>() != nullptr || entry.erases_own) return WireRole::carrier;
  return WireRole::admin;
}

template <class Map>
const typename Map::mapped_type& under(const Map& map, const typename Map::key_type& key) {
  static const typename Map::mapped_type none{};
  const auto found = map.find(key);
  return found == map.end() ? none : found->second;
}

}  // namespace

WireRole granted_role(const Entries& entries, std::size_t grant) {
  const Membership::Entry& entry = *entries[grant];
  if (const auto* changed = entry.as<codec::RoleChanged>()) return changed->role;
  if (const auto* added = entry.as<codec::MemberAdded>()) return added->role;
  if (entry.as<codec::Joined>() != nullptr)
    return entries[entry.parents.at(0)]->as<codec::InviteOffered>()->role;
  return WireRole::admin;
}

Judgement::Judgement(const Membership& of, Places these)
    : of_(of), entries_(of.entries_), in_(std::move(these)) {
  const auto known = [this](std::size_t place) { return in(place); };
  std::copy_if(of.removals_.begin(), of.removals_.end(), std::back_inserter(removals_), known);
  std::copy_if(of.joins_.begin(), of.joins_.end(), std::back_inserter(joins_), known);
  for (;;) {
    keep_by_seniority();
    settle_joins();
    if (find_doubtful()) continue;
    const auto without_right = void_removals(kept_);
    if (without_right.empty()) return;
    bans_ = true;
    simple_ = false;
    for (const std::size_t removal : without_right_of_their_own(without_right)) banned_.put(removal);
    doubtful_ = {};  // perhaps by what is banned now
  }
}

std::vector<std::size_t> Judgement::void_removals(const std::vector<std::size_t>& of) const {
  std::vector<std::size_t> found;
  std::copy_if(of.begin(), of.end(), std::back_inserter(found),
               [this](std::size_t removal) { return void_.has(removal); });
  return found;
}

// One that is void may be so by another that is: whoever has no right to a removal must not undo a rightful
// one by it. So those go first that are void even when none of them acts. Where each only hangs on others,
// the junior one goes.
std::vector<std::size_t> Judgement::without_right_of_their_own(const std::vector<std::size_t>& removals) {
  std::vector<std::size_t> acting;
  std::copy_if(kept_.begin(), kept_.end(), std::back_inserter(acting),
               [this](std::size_t removal) { return !void_.has(removal); });
  let_act_only(acting);
  settle_joins();
  auto own = void_removals(removals);
  if (own.empty()) own.push_back(removals.back());
  return own;
}

bool Judgement::precedes(std::size_t a, std::size_t b) const {
  const auto& left = at(a);
  const auto& right = at(b);
  if (left.seniority < right.seniority || right.seniority < left.seniority)
    return left.seniority < right.seniority;
  return Rank{left.depth, left.id} < Rank{right.depth, right.id};
}

// The senior's removal is looked at first; a junior one that its author could only write unaware of it falls.
void Judgement::keep_by_seniority() {
  std::vector<std::size_t> order;
  for (const std::size_t place : removals_) {
    if (!banned_.has(place)) order.push_back(place);
  }
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) { return precedes(a, b); });
  kept_.clear();
  kept_places_ = {};
  let_act_only({});
  std::vector<std::size_t> equals;  // kept, and by nobody senior to the author of what is looked at
  for (const std::size_t place : order) {
    const auto& entry = at(place);
    if (!equals.empty() && at(equals.front()).seniority < entry.seniority) {
      let_act(equals);
      equals.clear();
    }
    if (removals_of(entry.person).any_concurrent(entry) || removals_of(*entry.author).any_concurrent(entry))
      continue;
    kept_.push_back(place);
    kept_places_.put(place);
    equals.push_back(place);
  }
  let_act(equals);
}

void Judgement::let_act_only(const std::vector<std::size_t>& removals) {
  of_persons_.clear();
  of_devices_.clear();
  out_.clear();
  let_act(removals);
}

void Judgement::let_act(const std::vector<std::size_t>& removals) {
  std::set<base::DeviceId> certified;  // by a device that is named here: to be put together anew
  for (const std::size_t place : removals) {
    const auto& removed = *at(place).as<codec::Removed>();
    if (removed.person) {
      of_persons_[*removed.person].put(at(place));
      continue;
    }
    of_devices_[*removed.device].push_back(place);
    const auto known = out_.find(*removed.device);
    if (known != out_.end()) known->second.put(at(place));
    certified.insert(*removed.device);
  }
  for (const auto& issuer : certified) {
    for (const auto& device : under(of_.certified_, issuer)) {
      if (device != issuer) out_.erase(device);
    }
  }
}

const RemovalSet& Judgement::removals_of(const base::PersonId& person) const {
  return under(of_persons_, person);
}

// Of the device itself, or of one that a certificate of it chains through.
const RemovalSet& Judgement::removals_of(const base::DeviceId& device) const {
  if (of_devices_.empty()) return under(out_, device);
  const auto [found, fresh] = out_.try_emplace(device);
  if (!fresh) return found->second;
  std::set<base::DeviceId> named{device};
  for (const std::size_t place : under(of_.introductions_, device)) {
    if (!in(place)) continue;
    for (const auto& issuer : at(place).introduced->issuers) named.insert(issuer);
  }
  for (const auto& one : named) {
    for (const std::size_t removal : under(of_devices_, one)) found->second.put(at(removal));
  }
  return found->second;
}

std::vector<const Membership::Entry*> Judgement::removals_of(const base::DeviceId& device,
                                                             const base::PersonId& person) const {
  auto all = removals_of(person).all();
  const auto& of_device = removals_of(device).all();
  all.insert(all.end(), of_device.begin(), of_device.end());
  return all;
}

// First nobody is confirmed: out is who is in doubt, and whoever was invited by what is void then. Then they
// come in round after round, all at once that a standing record lets in, with what hangs on those of before.
void Judgement::settle_joins() {
  provisional_ = doubtful_;
  for (bool grown = true; grown;) {
    find_void();
    grown = false;
    for (const std::size_t join : joins_) {
      if (provisional_.has(join) || stands(at(join).parents.at(0))) continue;
      provisional_.put(join);
      simple_ = false;
      grown = true;
    }
  }
  for (auto in_now = let_in(); !in_now.empty(); in_now = let_in()) {
    for (const std::size_t join : in_now) provisional_.take(join);
    find_void();
  }
}

std::vector<std::size_t> Judgement::confirmations() const {
  std::vector<std::size_t> all;
  for (const auto& [join, places] : of_.confirmations_) {
    for (const std::size_t place : places) {
      if (in(place)) all.push_back(place);
    }
  }
  return all;
}

bool Judgement::is_confirmed(const Membership::Entry& join) const {
  const auto& confirmations = under(of_.confirmations_, join.id);
  return std::any_of(confirmations.begin(), confirmations.end(),
                     [this](std::size_t place) { return in(place) && stands(place); });
}

// Of the provisional joins those that a standing record confirms, or whose invite stands and was all the
// doubt.
std::vector<std::size_t> Judgement::let_in() const {
  std::vector<std::size_t> joins;
  for (const std::size_t join : joins_) {
    if (!provisional_.has(join)) continue;
    const bool invited = !doubtful_.has(join) && stands(at(join).parents.at(0));
    if (invited || is_confirmed(at(join))) joins.push_back(join);
  }
  return joins;
}

void Judgement::find_void() {
  void_ = {};
  for (std::size_t place = 0; place < in_.words() * 64; ++place) {
    if (in(place) && !author_stands(at(place), is_kept(place))) void_.put(place);
  }
}

bool Judgement::introduced_since(const Past* past, const base::DeviceId& device, std::size_t removal) const {
  const auto& introduced = under(of_.introductions_, device);
  return std::any_of(introduced.begin(), introduced.end(), [&](std::size_t place) {
    const bool counts = past == nullptr ? in(place) && stands(place) : past->has(place);
    return counts && at(place).past.has(removal);
  });
}

// `acts`: it is a kept removal, which no concurrent one makes void.
bool Judgement::author_is_out(const Membership::Entry& entry, bool acts) const {
  const RemovalSet& device = removals_of(*entry.author);
  if (device.any_in(entry.past) || (!acts && device.any_concurrent(entry))) return true;
  const RemovalSet& person = removals_of(entry.person);
  if (!acts && person.any_concurrent(entry)) return true;
  const bool comes_back = entry.introduced && entry.introduced->device() == *entry.author;
  if (comes_back || !person.any_in(entry.past)) return false;
  return std::any_of(person.all().begin(), person.all().end(), [&](const auto* removal) {
    return entry.past.has(removal->place) && !introduced_since(&entry.past, *entry.author, removal->place);
  });
}

// In the order of places, so everything in the entry's past has been judged before it.
bool Judgement::author_stands(const Membership::Entry& entry, bool acts) const {
  if (entry.as<codec::Genesis>() != nullptr) return true;
  if (author_is_out(entry, acts)) return false;
  if (entry.as<codec::Joined>() != nullptr) return true;  // its right is the invite: find_doubtful
  const auto role = role_in(&entry.past, entry.person);
  if (!role) return false;
  const auto* removed = entry.as<codec::Removed>();
  if (removed != nullptr && removed->device) {
    // A person may remove devices of their own.
    const auto& target = under(of_.introductions_, *removed->device);
    const bool own = std::any_of(target.begin(), target.end(), [&](std::size_t place) {
      return in(place) && at(place).introduced->person() == entry.person;
    });
    if (own) return true;
  }
  return *role >= needed_for(entry);
}

bool Judgement::in_doubt(const Membership::Entry& join) const {
  const auto& revocations = under(of_.revocations_, join.as<codec::Joined>()->invite_key);
  const bool revoked = std::any_of(revocations.begin(), revocations.end(), [&](std::size_t place) {
    return in(place) && stands(place) && !at(place).past.has(join.place);
  });
  if (revoked) return true;
  const auto& invite = at(join.parents.at(0));
  const auto unaware = [&](const RemovalSet& removals) {
    if (removals.all_know(join.place)) return false;
    return std::any_of(removals.all().begin(), removals.all().end(), [&](const auto* removal) {
      return !removal->past.has(join.place) && !invite.past.has(removal->place);
    });
  };
  return unaware(removals_of(invite.person)) || unaware(removals_of(*invite.author));
}

bool Judgement::find_doubtful() {
  bool grown = false;
  for (const std::size_t join : joins_) {
    if (doubtful_.has(join) || !in_doubt(at(join))) continue;
    doubtful_.put(join);
    simple_ = false;
    grown = true;
  }
  return grown;
}

bool Judgement::extend(std::size_t place) {
  const auto& entry = at(place);
  if (!leaves_others_alone(entry)) return false;
  in_.put(place);
  if (entry.introduced) out_.erase(entry.introduced->device());
  if (entry.as<codec::Removed>() != nullptr) {
    extend_removals(entry);
  } else if (!author_stands(entry, false)) {
    void_.put(place);
  }
  if (entry.as<codec::Joined>() != nullptr) extend_joins(entry);
  return true;
}

// A record that nobody has in their past bears on the others only where a rule looks beyond pasts: who is
// covered, what removals and revocations did not know of, what a confirmation lets in. Where it does not,
// every step of judging anew is for the others as it was.
bool Judgement::leaves_others_alone(const Membership::Entry& entry) const {
  if (entry.introduced && !introduces_nothing_else(entry)) return false;
  if (const auto* revoked = entry.as<codec::InviteRevoked>()) {
    return std::all_of(joins_.begin(), joins_.end(), [&](std::size_t join) {
      return entry.past.has(join) || !(at(join).as<codec::Joined>()->invite_key == revoked->invite_key);
    });
  }
  // What is banned may depend on what else is void at that time, and which joins are in on the way there.
  if (entry.as<codec::Removed>() != nullptr) return !bans_ && takes_out_nothing_else(entry);
  if (entry.as<codec::Joined>() != nullptr || entry.as<codec::JoinConfirmed>() != nullptr) return simple_;
  return true;
}

// Says of a device that is known nothing that was not said before.
bool Judgement::introduces_nothing_else(const Membership::Entry& entry) const {
  const auto device = entry.introduced->device();
  if (introduction(device) == nullptr) return true;
  const auto& known = under(of_.introductions_, device);
  const bool of_same = std::any_of(known.begin(), known.end(), [&](std::size_t place) {
    return in(place) && at(place).introduced->person() == entry.introduced->person();
  });
  const auto& issuers = entry.introduced->issuers;
  return of_same && std::all_of(issuers.begin(), issuers.end(),
                                [&](const auto& issuer) { return certified_by(device, issuer); });
}

// Whatever those wrote whom it takes out, and who joined by their invites, it knows of.
bool Judgement::takes_out_nothing_else(const Membership::Entry& removal) const {
  const auto& removed = *removal.as<codec::Removed>();
  const auto knows_all = [&](const std::vector<std::size_t>& places) {
    return std::all_of(places.rbegin(), places.rend(),
                       [&](std::size_t place) { return !in(place) || removal.past.has(place); });
  };
  std::set<base::DeviceId> devices;
  if (removed.person) {
    if (!knows_all(under(of_.written_by_, *removed.person))) return false;
  } else {
    devices = under(of_.certified_, *removed.device);
    devices.insert(*removed.device);
    for (const auto& device : devices) {
      if (!knows_all(under(of_.written_on_, device))) return false;
    }
  }
  return std::all_of(joins_.begin(), joins_.end(), [&](std::size_t join) {
    if (removal.past.has(join)) return true;
    const auto& invite = at(at(join).parents.at(0));
    return removed.person ? invite.person != *removed.person : devices.count(*invite.author) == 0;
  });
}

void Judgement::extend_removals(const Membership::Entry& removal) {
  removals_.push_back(removal.place);
  const auto falls_by = [&](const RemovalSet& seniors) {
    if (!seniors.any_concurrent(removal)) return false;
    return std::any_of(seniors.all().begin(), seniors.all().end(), [&](const auto* senior) {
      return senior->seniority < removal.seniority && !senior->past.has(removal.place) &&
             !removal.past.has(senior->place);
    });
  };
  const bool falls = falls_by(removals_of(removal.person)) || falls_by(removals_of(*removal.author));
  if (!author_stands(removal, !falls)) {
    void_.put(removal.place);
    if (falls) return;
    banned_.put(removal.place);
    bans_ = true;
    simple_ = false;
    return;
  }
  if (falls) return;
  const auto where = std::upper_bound(kept_.begin(), kept_.end(), removal.place,
                                      [this](std::size_t a, std::size_t b) { return precedes(a, b); });
  kept_.insert(where, removal.place);
  kept_places_.put(removal.place);
  let_act({removal.place});
}

void Judgement::extend_joins(const Membership::Entry& join) {
  joins_.push_back(join.place);
  const bool doubtful = in_doubt(join);
  if (doubtful) doubtful_.put(join.place);
  const bool invited = !doubtful && stands(join.parents.at(0));
  if (!invited && !is_confirmed(join)) provisional_.put(join.place);
  simple_ = simple_ && invited;
}

std::optional<WireRole> Judgement::role_in(const Past* past, const base::PersonId& person) const {
  const auto grant = grant_in(past, person);
  if (!grant) return std::nullopt;
  return granted_role(entries_, *grant);
}

// The record that gives the person the role they have.
std::optional<std::size_t> Judgement::grant_in(const Past* past, const base::PersonId& person) const {
  const auto known = [&](std::size_t place) { return past == nullptr ? in(place) : past->has(place); };
  const RemovalSet& removals = removals_of(person);
  const bool was_removed = past == nullptr ? !removals.empty() : removals.any_in(*past);
  std::vector<std::size_t> joins;
  std::vector<std::size_t> changes;
  for (const std::size_t grant : under(of_.grants_, person)) {
    if (!known(grant) || !stands(grant) || provisional_.has(grant)) continue;
    const bool gone =
        was_removed && std::any_of(removals.all().begin(), removals.all().end(), [&](const auto* removal) {
          return known(removal->place) && !at(grant).past.has(removal->place);
        });
    if (gone) continue;
    (at(grant).as<codec::RoleChanged>() != nullptr ? changes : joins).push_back(grant);
  }
  if (joins.empty()) return std::nullopt;  // whoever was removed comes back by joining or being added
  // Of changes that do not know each other the most senior author's counts, then the lower role.
  std::sort(changes.begin(), changes.end(), std::greater<>());  // whoever knows one comes before it
  std::optional<std::size_t> last;
  Places replaced;
  for (const std::size_t change : changes) {
    if (replaced.has(change)) continue;
    if (changes.size() > 1) at(change).past.put_into(replaced);
    const auto weight = [&](std::size_t one) {
      return std::make_tuple(at(one).seniority, granted_role(entries_, one), at(one).id);
    };
    if (!last || weight(change) < weight(*last)) last = change;
  }
  std::optional<std::size_t> best = last;
  for (const std::size_t join : joins) {
    if (last && !at(join).past.has(*last)) continue;  // a change outweighs the joins that did not know it
    const auto weight = [&](std::size_t one) {
      return std::make_pair(granted_role(entries_, one), at(one).id);
    };
    if (!best || weight(*best) < weight(join)) best = join;
  }
  return best;
}

std::optional<WireRole> Judgement::role_of(const base::PersonId& person) const {
  return role_in(nullptr, person);
}

// What stands first in the DAG of those that introduce it.
const DeviceCertificate* Judgement::introduction(const base::DeviceId& device) const {
  for (const std::size_t place : under(of_.introductions_, device)) {
    if (in(place)) return &*at(place).introduced;
  }
  return nullptr;
}

bool Judgement::certified_by(const base::DeviceId& device, const base::DeviceId& issuer) const {
  const auto& known = under(of_.introductions_, device);
  return std::any_of(known.begin(), known.end(), [&](std::size_t place) {
    const auto& issuers = at(place).introduced->issuers;
    return in(place) && std::find(issuers.begin(), issuers.end(), issuer) != issuers.end();
  });
}

bool Judgement::device_removed(const base::DeviceId& device) const {
  const auto* first = introduction(device);
  if (first == nullptr) return false;
  if (!removals_of(device).empty()) return true;
  const auto& removals = removals_of(first->person()).all();
  return std::any_of(removals.begin(), removals.end(),
                     [&](const auto* removal) { return !introduced_since(nullptr, device, removal->place); });
}

bool Judgement::left_with_person(const base::DeviceId& device) const {
  return introduction(device) != nullptr && removals_of(device).empty();
}

}  // namespace sejawat::space
