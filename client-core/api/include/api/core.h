// The client as one object: a person's store, spaces, journal and sync (joins cycle, fold and sync). Owned by
// one thread. Every change is durable in the local store when the call returns; nothing here waits for a
// network.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "cycle/journal.h"
#include "space/identity.h"
#include "space/invite.h"
#include "space/membership.h"
#include "sync/session.h"

namespace sejawat::api {

struct SpaceStatus {
  base::SpaceId space;
  space::SpaceKind kind = space::SpaceKind::personal;
  std::string name;
  std::uint64_t unsealed_ops = 0;      // saved here only
  std::uint64_t waiting_segments = 0;  // received, key or dependency not here yet
};
// Why a carrier last refused something of a space. It stays here, is offered again at every sync, and the
// reason stands until the carrier takes it.
struct Refusal {
  base::SpaceId space;
  base::Code code = base::Code::ok;
};
struct CarrierStatus {
  space::CarrierAddress address;
  std::optional<base::GenerationId> generation;
  std::int64_t last_sync_wall_ms = 0;  // 0: never
  base::Code last_error = base::Code::ok;
  std::uint64_t unsent_segments = 0;  // sealed here, not acked by this carrier
  std::vector<Refusal> refusals;
};
struct Status {
  bool has_person = false;
  std::string name;
  std::uint64_t entries = 0;
  std::uint64_t pending = 0;  // ops and segments the home carrier does not hold durably yet
  std::vector<SpaceStatus> spaces;
  std::vector<CarrierStatus> carriers;
};

class Core {
 public:
  // store errors as in store/store.h. `clock` and `random` are borrowed and must outlive the core.
  static base::Result<std::unique_ptr<Core>> open(const std::string& store_path,
                                                  const base::Secret32& store_key, base::Clock& clock,
                                                  base::Random& random, int lock_wait_ms);
  ~Core();
  struct State;  // of this room only

  // Person. already_exists when this store has one. The card is returned once; the device keeps no seed.
  base::Result<space::RecoveryCard> init(std::string_view name, std::vector<space::CarrierAddress> carriers);
  bool has_person() const;
  std::string name() const;
  // A fresh device for the person on the card. The identity stays in memory until close, so that the sync
  // that must follow can open key boxes made out to it.
  base::Status recover(const space::RecoveryCard& card, const space::CarrierAddress& carrier);

  // Communities. `operator_secret` permits creation on the carrier; kept until the carrier has the space.
  base::Result<base::SpaceId> create_community(std::string_view name, space::SpaceKind kind,
                                               const space::CarrierAddress& carrier,
                                               const base::Secret16* operator_secret);
  // For the first community (not_found when there is none; not_permitted when not its admin).
  struct NewInvite {
    space::InviteLink link;
    std::int64_t expires_seconds;
  };
  base::Result<NewInvite> invite(std::string_view domain_role, std::int64_t ttl_seconds, std::uint32_t uses);
  // Writes the join; the person must exist (init). Membership is real once the carrier took it: sync next.
  base::Status join(const space::InviteLink& link);
  // ok: joined; not_found: no join is waiting; else the carrier's last refusal of it.
  base::Status join_state();

  // Journal, all in the personal space. Entries are written as given in one transaction: all or none.
  base::Result<std::vector<base::ObjectId>> add_entries(const std::vector<cycle::JournalEntry>& entries);
  base::Status edit_entry(const cycle::JournalEntry& entry);
  base::Status trash_entry(const base::ObjectId& id);
  base::Status restore_entry(const base::ObjectId& id);
  cycle::Journal& journal();
  base::Result<std::vector<cycle::JournalRevision>> revisions(const base::ObjectId& id);

  base::Result<Status> status();
  base::Result<std::vector<Refusal>> refusals(const base::PublicBoxKey& carrier);
  // Where to sync: the first carrier known. nullopt before any.
  std::optional<space::CarrierAddress> home_carrier() const;
  base::Status add_carrier(const space::CarrierAddress& address);

  // One sync with one carrier. The session borrows the core and must not outlive it.
  base::Result<std::unique_ptr<sync::ClientSession>> start_sync(const space::CarrierAddress& carrier,
                                                                bool live);
  base::Status finish_sync(const space::CarrierAddress& carrier, base::Code outcome);

 private:
  explicit Core(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::api
