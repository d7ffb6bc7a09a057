// What a membership record says of itself, before any signature in it was looked at: enough to decide whether
// somebody may have it judged at all. Nothing here is proven.
#pragma once

#include <optional>

#include "base/ids.h"
#include "base/result.h"

namespace sejawat::space {

struct RecordOutline {
  base::SpaceId space;
  bool genesis = false;
  bool takes_away = false;  // a removal, a role or the revocation of an invite
  std::optional<base::DeviceId> author;
  std::optional<base::PublicSignKey> join_invite;
  struct Device {
    base::PersonId person;
    base::DeviceId id;
    base::PublicBoxKey box_key;
  };
  std::optional<Device> device;  // genesis, device and join records carry a certificate
};
// malformed, too_large.
base::Result<RecordOutline> outline_of(base::ByteView record);

}  // namespace sejawat::space
