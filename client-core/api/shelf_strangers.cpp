// Spaces that are not here yet. A row of the store comes with the first record of one and never with its
// name; and since whoever serves may found spaces without end and put this person in, one carrier brings so
// many at a time that nobody vouches for.
#include <algorithm>

#include "base/codec.h"
#include "client_shelf.h"

namespace sejawat::api {

// Where a record of it goes. unknown_membership: it begins nothing, as what comes out of order, or what there
// is no room for now: later, then.
base::Result<SpaceState*> StoreShelf::space_for(const base::SpaceId& id, base::ByteView record,
                                                const Outcome& outcome) {
  const auto known = core_.spaces.find(id);
  if (known != core_.spaces.end()) return known->second.get();
  SJ_TRY_STATUS(space::Membership(id).add(record));
  SJ_TRY(const bool may, may_begin(id, outcome));
  if (!may) {
    passed_.try_emplace(id);
    return base::error(base::Code::unknown_membership, "a space that nobody vouches for");
  }
  return core_.space(id);
}

// Where the carrier stands in it: for this sync, so that what comes after it is served as well. The next one
// begins anew, for somebody may vouch for it by then.
void StoreShelf::pass_by(const Outcome::Moved& moved, const Outcome& outcome) {
  constexpr int kMostPasses = 16;  // a sync has better things to pay for than what it does not keep
  if (++passes_ > kMostPasses) return;
  auto& cursor = passed_[moved.space];
  if (const auto partial = base::Digest::from(moved.digest)) {
    cursor = {moved.position, *partial};
    return;
  }
  // At its end only a part of the digest is told. Of records that came at once the whole follows from them.
  log::SpaceDigest digest(moved.space);
  for (const auto& [of, record] : outcome.arrivals.records) {
    if (!(of == moved.space)) continue;
    const auto id = space::record_id_of(record);
    if (id.ok()) digest.add_record(*id);
  }
  const base::Digest value = digest.value();
  if (base::equal(base::prefix_of<base::HeadTag>(value).view(), moved.digest))
    cursor = {moved.position, value};
}

base::Result<bool> StoreShelf::may_begin(const base::SpaceId& id, const Outcome& outcome) {
  if (!core_.is_served(id, carrier_)) return false;
  const std::string setting = "strangers:" + carrier_.hex();
  SJ_TRY(const auto stored, core_.store->setting(setting));
  std::vector<base::SpaceId> strangers;
  if (stored) {
    base::Reader reader(*stored);
    while (!reader.at_end()) {
      base::SpaceId one;
      if (!reader.id(one))
        return base::error(base::Code::internal, "stored spaces of a carrier do not parse");
      strangers.push_back(one);
    }
  }
  if (strangers.size() >= sync::kMaxSpaces) {
    strangers.erase(std::remove_if(strangers.begin(), strangers.end(),
                                   [this](const base::SpaceId& one) {
                                     const auto space = core_.spaces.find(one);
                                     return space == core_.spaces.end() ||
                                            core_.vouched(space->second->membership);
                                   }),
                    strangers.end());
  }
  // As many as a carrier names at once. One more comes only where what came with it vouches for it.
  if (strangers.size() >= sync::kMaxSpaces) return vouched_by_arrivals(id, outcome);
  strangers.push_back(id);
  base::Bytes bytes;
  for (const auto& one : strangers) base::append(bytes, one.view());
  SJ_TRY_STATUS(core_.store->put_setting(setting, bytes));
  return true;
}

bool StoreShelf::vouched_by_arrivals(const base::SpaceId& id, const Outcome& outcome) const {
  space::Membership trial(id);
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& [space, record] : outcome.arrivals.records) {
      if (space == id) progress = trial.add(record).ok() || progress;
    }
  }
  return core_.vouched(trial);
}

}  // namespace sejawat::api
