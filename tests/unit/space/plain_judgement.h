// The rules of removal as they are written down, step by step and without any index: what the program finds
// in quicker ways has to be the same.
#pragma once

#include <algorithm>

#include "judgement.h"

namespace sejawat::space {

class PlainJudgement {
 public:
  // Of all `entries`, or of those in `within`.
  explicit PlainJudgement(const Entries& entries, const Past* within = nullptr);

  bool stands(std::size_t place) const { return !void_.has(place) && !banned_.has(place); }
  bool provisional(std::size_t join) const { return provisional_.has(join); }
  const std::vector<std::size_t>& removals() const { return effective_; }           // places
  const std::vector<std::size_t>& confirmations() const { return confirmations_; }  // places, in force or not
  std::optional<WireRole> role_of(const base::PersonId& person) const;
  // The author of this record, as its causal past says by what stands of it.
  bool was_admin(std::size_t place) const {
    return role_in(&entries_[place]->past, entries_[place]->person) == WireRole::admin;
  }
  std::optional<std::size_t> grant_of(const base::PersonId& person) const {
    return grant_in(nullptr, person);
  }
  // Removed for good, or with its person and not back since.
  bool device_removed(const base::DeviceId& device) const;
  // Of a removed device: all that keeps it out is that its person was removed.
  bool left_with_person(const base::DeviceId& device) const;
  bool covers(std::size_t removal, const base::DeviceId& device, const base::PersonId& person) const;

 private:
  bool in(std::size_t place) const { return within_ == nullptr || within_->has(place); }
  bool concurrent(std::size_t a, std::size_t b) const {
    return a != b && !entries_[a]->past.has(b) && !entries_[b]->past.has(a);
  }
  void gather();
  Seniority seniority(std::size_t place) const;
  void choose_effective();
  void settle_joins();
  std::vector<std::size_t> void_removals(const std::vector<std::size_t>& of) const;
  std::vector<std::size_t> without_right_of_their_own(const std::vector<std::size_t>& removals);
  bool is_join(const Membership::Entry& entry) const;
  std::vector<std::size_t> let_in() const;
  void find_void();
  bool author_stands(const Membership::Entry& entry) const;
  bool find_doubtful();
  std::optional<WireRole> role_in(const Past* past, const base::PersonId& person) const;
  std::optional<std::size_t> grant_in(const Past* past, const base::PersonId& person) const;
  bool introduced_since(const Past* past, const base::DeviceId& device, std::size_t removal) const;

  const Entries& entries_;
  const Past* within_;
  std::vector<std::size_t> removals_;
  std::vector<std::size_t> revocations_;
  std::vector<std::size_t> confirmations_;
  std::vector<std::size_t> effective_;  // removals that no senior one stands against, seniors first
  std::vector<std::size_t> acting_;     // of those the ones that take somebody out: in the end all
  std::map<base::PersonId, std::vector<std::size_t>> grants_;
  std::map<base::DeviceId, std::vector<std::size_t>> introductions_;
  Places void_;
  Places banned_;       // removals whose author turned out to have no right to them
  Places doubtful_;     // joins that a revocation, or the removal of who invited, did not know of
  Places provisional_;  // joins that count for nothing: in doubt, or by an invite that is void, unconfirmed
};

inline WireRole plain_needed_for(const Membership::Entry& entry) {
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

inline PlainJudgement::PlainJudgement(const Entries& entries, const Past* within)
    : entries_(entries), within_(within) {
  gather();
  for (;;) {
    choose_effective();
    settle_joins();
    if (find_doubtful()) continue;
    const auto without_right = void_removals(effective_);
    if (without_right.empty()) return;
    for (const std::size_t removal : without_right_of_their_own(without_right)) banned_.put(removal);
    doubtful_ = {};  // perhaps by what is banned now
  }
}

inline std::vector<std::size_t> PlainJudgement::void_removals(const std::vector<std::size_t>& of) const {
  std::vector<std::size_t> found;
  std::copy_if(of.begin(), of.end(), std::back_inserter(found),
               [this](std::size_t removal) { return void_.has(removal); });
  return found;
}

// One that is void may be so by another that is: whoever has no right to a removal must not undo a rightful
// one by it. So those go first that are void even when none of them acts. Where each only hangs on others,
// the junior one goes.
inline std::vector<std::size_t> PlainJudgement::without_right_of_their_own(
    const std::vector<std::size_t>& removals) {
  acting_.erase(std::remove_if(acting_.begin(), acting_.end(),
                               [this](std::size_t removal) { return void_.has(removal); }),
                acting_.end());
  settle_joins();
  auto own = void_removals(removals);
  if (own.empty()) own.push_back(removals.back());
  return own;
}

inline void PlainJudgement::gather() {
  for (const auto& shared : entries_) {
    const Membership::Entry& entry = *shared;
    if (!in(entry.place)) continue;
    if (entry.as<codec::Removed>() != nullptr) removals_.push_back(entry.place);
    if (entry.as<codec::InviteRevoked>() != nullptr) revocations_.push_back(entry.place);
    if (entry.as<codec::JoinConfirmed>() != nullptr) confirmations_.push_back(entry.place);
    if (entry.introduced) introductions_[entry.introduced->device()].push_back(entry.place);
    if (entry.gives_role()) grants_[entry.granted_to()].push_back(entry.place);
  }
  for (auto& [device, places] : introductions_) {
    std::sort(places.begin(), places.end(),
              [this](std::size_t a, std::size_t b) { return earlier(*entries_[a], *entries_[b]); });
  }
}

// As the record's causal past says. Counting what came later, an old invite would make somebody the senior of
// a removal that was obeyed long ago, and bring back whom it kept out.
inline Seniority PlainJudgement::seniority(std::size_t place) const {
  const Membership::Entry& entry = *entries_[place];
  const auto first = [&](const auto& known, const auto& whose, bool admin_only) {
    Rank best;
    const auto found = known.find(whose);
    if (found == known.end()) return best;
    for (const std::size_t at : found->second) {
      if (!entry.past.has(at)) continue;
      if (admin_only && granted_role(entries_, at) != WireRole::admin) continue;
      best = std::min(best, Rank{entries_[at]->depth, entries_[at]->id});
    }
    return best;
  };
  return {first(grants_, entry.person, true),
          entry.author ? first(introductions_, *entry.author, false) : Rank{}};
}

inline bool PlainJudgement::covers(std::size_t removal, const base::DeviceId& device,
                                   const base::PersonId& person) const {
  const auto& removed = *entries_[removal]->as<codec::Removed>();
  if (removed.person) return *removed.person == person;
  if (*removed.device == device) return true;
  const auto introduced = introductions_.find(device);
  if (introduced == introductions_.end()) return false;
  return std::any_of(introduced->second.begin(), introduced->second.end(), [&](std::size_t place) {
    const auto& issuers = entries_[place]->introduced->issuers;
    return std::find(issuers.begin(), issuers.end(), *removed.device) != issuers.end();
  });
}

// The senior's removal is looked at first; a junior one that its author could only write unaware of it falls.
inline void PlainJudgement::choose_effective() {
  std::vector<std::size_t> order;
  for (const std::size_t place : removals_) {
    if (!banned_.has(place)) order.push_back(place);
  }
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    const auto left = seniority(a);
    const auto right = seniority(b);
    if (left < right || right < left) return left < right;
    return Rank{entries_[a]->depth, entries_[a]->id} < Rank{entries_[b]->depth, entries_[b]->id};
  });
  effective_.clear();
  for (const std::size_t place : order) {
    const Membership::Entry& entry = *entries_[place];
    const bool falls = std::any_of(effective_.begin(), effective_.end(), [&](std::size_t senior) {
      return covers(senior, *entry.author, entry.person) && concurrent(senior, place) &&
             seniority(senior) < seniority(place);
    });
    if (!falls) effective_.push_back(place);
  }
  acting_ = effective_;
}

// First nobody is confirmed: out is who is in doubt, and whoever was invited by what is void then. Then they
// come in round after round, all at once that a standing record lets in, with what hangs on those of before.
inline void PlainJudgement::settle_joins() {
  provisional_ = doubtful_;
  for (bool grown = true; grown;) {
    find_void();
    grown = false;
    for (const auto& join : entries_) {
      if (!is_join(*join) || provisional_.has(join->place) || stands(join->parents.at(0))) continue;
      provisional_.put(join->place);
      grown = true;
    }
  }
  for (auto in_now = let_in(); !in_now.empty(); in_now = let_in()) {
    for (const std::size_t join : in_now) provisional_.take(join);
    find_void();
  }
}

inline bool PlainJudgement::is_join(const Membership::Entry& entry) const {
  return in(entry.place) && entry.as<codec::Joined>() != nullptr;
}

// Of the provisional joins those that a standing record confirms, or whose invite stands and was all the
// doubt.
inline std::vector<std::size_t> PlainJudgement::let_in() const {
  std::vector<std::size_t> joins;
  for (const auto& join : entries_) {
    if (!provisional_.has(join->place)) continue;
    const bool confirmed = std::any_of(confirmations_.begin(), confirmations_.end(), [&](std::size_t place) {
      return stands(place) && entries_[place]->as<codec::JoinConfirmed>()->join == join->id;
    });
    const bool invited = !doubtful_.has(join->place) && stands(join->parents.at(0));
    if (confirmed || invited) joins.push_back(join->place);
  }
  return joins;
}

inline void PlainJudgement::find_void() {
  void_ = {};
  for (const auto& entry : entries_) {
    if (in(entry->place) && !author_stands(*entry)) void_.put(entry->place);
  }
}

inline bool PlainJudgement::introduced_since(const Past* past, const base::DeviceId& device,
                                             std::size_t removal) const {
  const auto introduced = introductions_.find(device);
  if (introduced == introductions_.end()) return false;
  return std::any_of(introduced->second.begin(), introduced->second.end(), [&](std::size_t place) {
    return (past == nullptr || past->has(place)) && entries_[place]->past.has(removal) &&
           (past == nullptr ? stands(place) : true);
  });
}

// In the order of places, so everything in the entry's past has been judged before it.
inline bool PlainJudgement::author_stands(const Membership::Entry& entry) const {
  if (entry.as<codec::Genesis>() != nullptr) return true;
  const bool acts = std::find(effective_.begin(), effective_.end(), entry.place) != effective_.end();
  for (const std::size_t removal : acting_) {
    if (removal == entry.place || !covers(removal, *entry.author, entry.person)) continue;
    if (concurrent(removal, entry.place)) {
      if (!acts) return false;
    } else if (entry.past.has(removal)) {
      const bool whole_person = entries_[removal]->as<codec::Removed>()->person.has_value();
      const bool comes_back = entry.introduced && entry.introduced->device() == *entry.author;
      if (!whole_person || !(comes_back || introduced_since(&entry.past, *entry.author, removal)))
        return false;
    }
  }
  if (entry.as<codec::Joined>() != nullptr) return true;  // its right is the invite: find_doubtful
  const auto role = role_in(&entry.past, entry.person);
  if (!role) return false;
  const auto* removed = entry.as<codec::Removed>();
  if (removed != nullptr && removed->device) {
    // A person may remove devices of their own.
    const auto target = introductions_.find(*removed->device);
    const bool own = target != introductions_.end() &&
                     std::any_of(target->second.begin(), target->second.end(), [&](std::size_t place) {
                       return entries_[place]->introduced->person() == entry.person;
                     });
    if (own) return true;
  }
  return *role >= plain_needed_for(entry);
}

inline bool PlainJudgement::find_doubtful() {
  bool grown = false;
  for (const auto& shared : entries_) {
    const Membership::Entry& join = *shared;
    if (!is_join(join) || doubtful_.has(join.place)) continue;
    const auto* joined = join.as<codec::Joined>();
    const Membership::Entry& invite = *entries_[join.parents.at(0)];
    bool doubtful = false;
    for (const std::size_t revoked : revocations_) {
      doubtful =
          doubtful || (stands(revoked) && !entries_[revoked]->past.has(join.place) &&
                       entries_[revoked]->as<codec::InviteRevoked>()->invite_key == joined->invite_key);
    }
    for (const std::size_t removal : acting_) {
      doubtful = doubtful || (covers(removal, *invite.author, invite.person) &&
                              !entries_[removal]->past.has(join.place) && !invite.past.has(removal));
    }
    if (!doubtful) continue;
    doubtful_.put(join.place);
    grown = true;
  }
  return grown;
}

inline std::optional<WireRole> PlainJudgement::role_in(const Past* past, const base::PersonId& person) const {
  const auto grant = grant_in(past, person);
  if (!grant) return std::nullopt;
  return granted_role(entries_, *grant);
}

// The record that gives the person the role they have.
inline std::optional<std::size_t> PlainJudgement::grant_in(const Past* past,
                                                           const base::PersonId& person) const {
  const auto grants = grants_.find(person);
  if (grants == grants_.end()) return std::nullopt;
  std::vector<std::size_t> joins;
  std::vector<std::size_t> changes;
  for (const std::size_t grant : grants->second) {
    if ((past != nullptr && !past->has(grant)) || !stands(grant) || provisional_.has(grant)) continue;
    const bool gone = std::any_of(acting_.begin(), acting_.end(), [&](std::size_t removal) {
      return (past == nullptr || past->has(removal)) &&
             entries_[removal]->as<codec::Removed>()->person == person && !entries_[grant]->past.has(removal);
    });
    if (gone) continue;
    (entries_[grant]->as<codec::RoleChanged>() != nullptr ? changes : joins).push_back(grant);
  }
  if (joins.empty()) return std::nullopt;  // whoever was removed comes back by joining or being added
  // Of changes that do not know each other the most senior author's counts, then the lower role.
  std::optional<std::size_t> last;
  for (const std::size_t change : changes) {
    const bool replaced = std::any_of(changes.begin(), changes.end(),
                                      [&](std::size_t other) { return entries_[other]->past.has(change); });
    if (replaced) continue;
    const auto weight = [&](std::size_t at) {
      return std::make_tuple(seniority(at), granted_role(entries_, at), entries_[at]->id);
    };
    if (!last || weight(change) < weight(*last)) last = change;
  }
  std::optional<std::size_t> best = last;
  for (const std::size_t join : joins) {
    if (last && !entries_[join]->past.has(*last))
      continue;  // a change outweighs the joins that did not know it
    const auto weight = [&](std::size_t at) {
      return std::make_pair(granted_role(entries_, at), entries_[at]->id);
    };
    if (!best || weight(*best) < weight(join)) best = join;
  }
  return best;
}

inline std::optional<WireRole> PlainJudgement::role_of(const base::PersonId& person) const {
  return role_in(nullptr, person);
}

inline bool PlainJudgement::device_removed(const base::DeviceId& device) const {
  const auto introduced = introductions_.find(device);
  if (introduced == introductions_.end()) return false;
  const auto person = entries_[introduced->second.front()]->introduced->person();
  return std::any_of(acting_.begin(), acting_.end(), [&](std::size_t removal) {
    if (!covers(removal, device, person)) return false;
    const bool whole_person = entries_[removal]->as<codec::Removed>()->person.has_value();
    return !whole_person || !introduced_since(nullptr, device, removal);
  });
}

inline bool PlainJudgement::left_with_person(const base::DeviceId& device) const {
  const auto introduced = introductions_.find(device);
  if (introduced == introductions_.end()) return false;
  const auto person = entries_[introduced->second.front()]->introduced->person();
  return std::none_of(acting_.begin(), acting_.end(), [&](std::size_t removal) {
    return covers(removal, device, person) && !entries_[removal]->as<codec::Removed>()->person;
  });
}

}  // namespace sejawat::space
