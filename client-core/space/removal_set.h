// Removals that take out the same person or device. Private to the room.
#pragma once

#include "entry.h"

namespace sejawat::space {

// Few are looked at one by one; of many (anybody may remove a device of theirs a thousand times) what all of
// them know is kept beside them, so that most questions take one look.
class RemovalSet {
 public:
  void put(const Membership::Entry& removal);
  bool empty() const { return removals_.empty(); }
  const std::vector<const Membership::Entry*>& all() const { return removals_; }
  bool any_in(const Past& past) const;
  bool any_concurrent(const Membership::Entry& entry) const;  // neither knows of the other
  bool all_know(std::size_t place) const;

 private:
  static constexpr std::size_t kFew = 16;
  bool is_few() const { return removals_.size() <= kFew; }
  std::vector<const Membership::Entry*> removals_;
  Places places_;  // of many: theirs
  Places known_;   // of many: what every one of them has in its past
};

}  // namespace sejawat::space
