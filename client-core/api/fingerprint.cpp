// What two devices compare to know that they hold, and show, the same.
#include <algorithm>

#include "api/core.h"
#include "core_state.h"
#include "fold/apply.h"
#include "fold/state_hash.h"

namespace sejawat::api {

base::Result<Fingerprint> Core::fingerprint(const base::SpaceId& id) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  const auto found = core.spaces.find(id);
  if (found == core.spaces.end()) return base::error(base::Code::not_found, "no such space");
  SpaceState& space = *found->second;
  const auto epoch = space.membership.current_epoch();
  const auto key = epoch ? space.epochs.find(*epoch) : space.epochs.end();
  if (key == space.epochs.end()) return base::error(base::Code::key_missing, "the newest key is not here");
  Fingerprint mark;
  mark.digest = space.digest.value();
  fold::StateHash hash(key->second.view(), id);
  SJ_TRY(auto objects, core.store->objects(id));
  std::sort(objects.begin(), objects.end());
  for (const auto& object : objects) {
    SJ_TRY(const auto state, fold::state_of(*core.store, core.codec, id, object));
    hash.add(object, state);
  }
  mark.objects = objects.size();
  mark.state = hash.finish();
  return mark;
}

}  // namespace sejawat::api
