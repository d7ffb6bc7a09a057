#include "removal_set.h"

#include <algorithm>

namespace sejawat::space {

void RemovalSet::put(const Membership::Entry& removal) {
  removals_.push_back(&removal);
  if (is_few()) return;
  const auto note = [this](const Membership::Entry& one) {
    places_.put(one.place);
    one.past.leave_common(known_);
  };
  if (removals_.size() > kFew + 1) return note(removal);
  removals_.front()->past.put_into(known_);
  for (const auto* one : removals_) note(*one);
}

bool RemovalSet::any_in(const Past& past) const {
  if (!is_few()) return past.meets(places_);
  return std::any_of(removals_.begin(), removals_.end(),
                     [&](const auto* removal) { return past.has(removal->place); });
}

bool RemovalSet::all_know(std::size_t place) const {
  if (!is_few()) return known_.has(place);
  return std::all_of(removals_.begin(), removals_.end(),
                     [&](const auto* removal) { return removal->past.has(place); });
}

bool RemovalSet::any_concurrent(const Membership::Entry& entry) const {
  if (!is_few()) {
    if (known_.has(entry.place)) return false;                                 // it is before all of them
    if (!places_.has(entry.place) && !entry.past.meets(places_)) return true;  // after none, nor before all
  }
  return std::any_of(removals_.begin(), removals_.end(), [&](const auto* removal) {
    return removal != &entry && !removal->past.has(entry.place) && !entry.past.has(removal->place);
  });
}

}  // namespace sejawat::space
