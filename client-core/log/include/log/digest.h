// What a replica holds of a space, in 16 bytes, updated in O(1): sums mod 2^256 over branch tips and
// membership records (docs/PROTOCOL.md, "Digests"). Equal sets give equal digests in any order of arrival.
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "log/segment.h"

namespace sejawat::log {

class SpaceDigest {
 public:
  explicit SpaceDigest(const base::SpaceId& space) : space_(space) {}
  // The old tip goes out, the new comes in. An empty head (count 0) contributes nothing.
  void move_tip(const Head& from, const Head& to);
  void add_record(const base::RecordId& record);
  base::Digest value() const;
  // 64 bytes: both sums, for storage.
  base::Bytes state() const;
  static base::Result<SpaceDigest> from_state(const base::SpaceId& space, base::ByteView state);

 private:
  base::SpaceId space_;
  std::array<std::uint8_t, 32> tips_{};  // little endian
  std::array<std::uint8_t, 32> records_{};
};

// Account digest over the spaces of the set in ascending order of their ids (docs/PROTOCOL.md, "Digests").
base::Digest account_digest(const std::vector<std::pair<base::SpaceId, base::Digest>>& spaces);
base::SetTag set_tag(const std::vector<base::SpaceId>& ascending);

}  // namespace sejawat::log
