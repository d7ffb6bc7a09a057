// One installation of the app: the real core over its encrypted store on a virtual disk. Its process may end
// in any write of any call; then only what its disk kept is left, and the app is opened again later.
#pragma once

#include <set>

#include "api/core.h"
#include "ledger.h"
#include "network.h"
#include "words.h"

namespace sejawat::simulation {

struct SyncResult {
  base::Code code = base::Code::offline;
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  std::uint32_t exchanges = 0;
  bool same = false;  // one exchange, and the carrier had nothing to say
  std::uint64_t pending = 0;
};

class Device {
 public:
  Device(World& world, Network& network, Server& server, Person& person, std::string folder,
         std::uint64_t number, Planted planted);
  ~Device();

  // --- the process
  void open();
  void close();  // as a person leaves the app
  void end(Ending ending);
  void heal();
  void lose();  // for good
  bool up() const { return core_ != nullptr; }
  bool lost() const { return lost_; }
  bool second_owner_is_refused();

  // --- what a person does. False when the call failed, or the device is not up.
  bool make_person();  // a new person, with a card
  bool recover();      // from the person's card
  bool create_community();
  std::optional<space::InviteLink> invite(std::int64_t ttl_seconds, std::uint32_t uses);
  bool join(const space::InviteLink& link);
  void add_entries(std::size_t count);
  void edit_entry();
  void edit_entry(const base::ObjectId& id);  // nothing when it has not arrived here
  void trash_entry();
  void restore_entry();

  std::optional<base::ObjectId> pick_entry(bool trashed);

  // --- sync; at most one at a time
  void start_sync();
  bool syncing() const { return session_ != nullptr; }
  const SyncResult& last_sync() const { return last_sync_; }

  // --- looking
  bool has_person() const { return up() && core_->has_person(); }
  bool joined();
  bool has_all_keys();        // nothing that arrived waits for a key
  bool has_sent_all() const;  // as of the last sync
  base::Result<Folded> folded();
  base::Result<api::Status> status() { return core_->status(); }
  api::Core& core() { return *core_; }
  const Saved& saved() const { return saved_; }
  Disk& disk() { return disk_; }
  NodeClock& clock() { return clock_; }
  Person& person() { return person_; }
  std::uint64_t number() const { return number_; }
  std::int64_t offline_until = 0;

 private:
  // After every call of the core: notes its outcome, and ends the process where the disk did. True: it
  // succeeded and the process goes on.
  bool settle_call(std::string_view what, base::Code code, const std::set<base::Code>& expected = {});
  void open_later();
  void check_saved();
  // Around a call that writes: what the objects hold before it, and what became of it.
  bool prepare(std::vector<Change> changes);
  void conclude(std::string_view what, base::Code code);
  std::optional<bool> resolve(const Saved::Unsure& unsure);
  bool is_new(const log::Dot& dot) const;
  void now_durable();
  void exchange();
  void take(const base::Result<Answer>& answer);
  void note_join();
  void finish_sync(base::Code code);

  World& world_;
  Network& network_;
  Server& server_;
  Person& person_;
  std::uint64_t number_;
  NodeClock clock_;
  support::SeededRandom random_;
  support::SeededRandom words_;
  Disk disk_;
  std::string folder_;
  Mount mount_;
  base::Secret32 store_key_;
  std::unique_ptr<api::Core> core_;
  std::unique_ptr<sync::ClientSession> session_;
  std::uint64_t serial_ = 0;  // of the exchange whose answer is awaited
  SyncResult current_, last_sync_;
  Saved saved_;
  bool lost_ = false;
  bool join_waits_ = false;
  bool had_error_ = false;  // of the disk, in this life of the process
};

}  // namespace sejawat::simulation
