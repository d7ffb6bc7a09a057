// What the files of this room share: the open store and the evaluated membership of every space.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "api/core.h"
#include "log/digest.h"
#include "log_seal/seal.h"
#include "store/store.h"

namespace sejawat::api {

// Object types written by the core itself, beside the records of cycle/.
inline constexpr std::uint32_t kCommunityType = 2;  // field 1: name
inline constexpr std::uint32_t kProfileType = 3;    // field 1: name of the member

// Setting that holds a carrier's last refusal in a space: the code as a varint; empty: none.
inline std::string refusal_setting(const base::PublicBoxKey& carrier, const base::SpaceId& space) {
  return "refusal:" + carrier.hex() + ":" + space.hex();
}

using EpochKeys = std::map<base::EpochId, base::Secret32>;

struct SpaceState {
  explicit SpaceState(const base::SpaceId& id) : membership(id), digest(id) {}
  store::SpaceRow row;
  space::Membership membership;
  log::SpaceDigest digest;  // of what is held here
  EpochKeys epochs;
};

// A join that no carrier has taken yet.
struct PendingJoin {
  base::SpaceId space;
  base::PublicBoxKey carrier;
  base::Secret16 secret;
  base::Bytes record;
  base::Code last_refusal = base::Code::ok;
};

struct Core::State {
  State(base::Clock& clock_in, base::Random& random_in) : clock(clock_in), random(random_in) {}

  base::Clock& clock;
  base::Random& random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<cycle::Journal> journal;
  fold::OpCodec codec;
  std::optional<space::DeviceKeys> device;
  std::optional<space::DeviceCertificate> certificate;
  base::PublicBoxKey identity_box;
  std::string name;
  base::SpaceId personal;
  std::optional<space::Identity> identity;  // only during init and recovery
  std::map<base::SpaceId, std::unique_ptr<SpaceState>> spaces;
  std::vector<store::CarrierRow> carriers;
  std::optional<PendingJoin> pending_join;
  std::map<base::SpaceId, base::Bytes> operator_secrets;  // for communities not yet on their carrier
  std::unique_ptr<sync::ClientShelf> shelf;               // of the sync in progress

  base::Status load();
  space::Author author();
  base::Result<SpaceState*> space(const base::SpaceId& id);  // creates an empty one for an id never seen
  store::CarrierRow* carrier(const base::PublicBoxKey& key);
  base::Result<store::CarrierRow*> ensure_carrier(const space::CarrierAddress& address);

  // membership.cpp
  // Checks, stores and evaluates one record; already_exists passes as ok.
  base::Result<base::RecordId> take_record(SpaceState& space, base::ByteView record);
  // After records of a space changed: opens keys, enrols this device and a log of its own, boxes keys for
  // whoever misses them.
  base::Status settle_membership(SpaceState& space);
  base::Status open_keys(SpaceState& space);
  base::Status put_epoch_key(SpaceState& space, const base::Secret32& key);
  base::Status save_pending_join();
  std::map<base::EpochId, const base::Secret32*> borrowed_keys(const SpaceState& space) const;
  bool is_admin(const SpaceState& space) const;

  // segments.cpp
  // Seals waiting ops of the own log of this space into segments until `budget` bytes or nothing is left.
  base::Status seal_pending(SpaceState& space, std::size_t budget);
  // Verifies, stores and, with its key at hand, applies one received segment. Codes as log::verify_next.
  base::Result<bool> take_segment(SpaceState& space, const base::LogId& log, base::ByteView bytes,
                                  std::vector<fold::Touched>& touched);  // true: new here
  base::Status apply_waiting(SpaceState& space, std::vector<fold::Touched>& touched);
  base::Status refresh(const std::vector<fold::Touched>& touched);
  base::Status save_digest(SpaceState& space);
  base::Result<log::SpaceDigest> carrier_digest(SpaceState& space, const base::PublicBoxKey& carrier);

 private:
  base::Status open_segment(SpaceState& space, const store::StoredSegment& stored, const log::Head& before,
                            std::vector<fold::Touched>& touched);
};

}  // namespace sejawat::api
