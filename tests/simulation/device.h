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
  bool same = false;     // one exchange, and the carrier had nothing to say
  bool removed = false;  // by what the server knew before it began
  // One exchange, or two, the second for photos that are wanted and that no carrier has.
  bool brief = false;
  bool nothing_said = true;  // the carrier had nothing to say in any
  bool refused = false;
  std::uint64_t pending = 0;
  std::uint64_t lifetime = 0;            // of the server's store, when it answered
  std::shared_ptr<const Records> as_of;  // what the server knew when it first took something
};

// A server and the way to it.
struct Site {
  Server* server = nullptr;
  Network* network = nullptr;
};

class Device {
 public:
  // `sites` is borrowed; a device begins at the first, which becomes the home of its person.
  Device(World& world, const std::vector<Site>& sites, Person& person, std::string folder,
         std::uint64_t number, Planted planted);
  ~Device();

  // --- the process
  void open();
  void close();  // as a person leaves the app
  void end(Ending ending);
  void heal();
  void lose();  // for good
  // The store as it is now, for later; and going back to it. A clone begins as a copy of another device's
  // store.
  void take_backup();
  bool has_backup() const { return backup_.has_value(); }
  void restore_backup();
  void clone_of(Device& original);
  bool up() const { return core_ != nullptr; }
  bool lost() const { return lost_; }
  bool second_owner_is_refused();

  // --- what a person does. False when the call failed, or the device is not up.
  bool make_person();  // a new person, with a card
  bool recover();      // from the person's card
  std::optional<base::SpaceId> create_community();
  bool host_community(const base::SpaceId& community, Server& server);
  std::optional<space::InviteLink> invite(std::string_view role, std::int64_t ttl_seconds,
                                          std::uint32_t uses);
  bool join(const space::InviteLink& link);
  void add_entries(std::size_t count);
  void edit_entry();
  void edit_entry(const base::ObjectId& id);  // nothing when it has not arrived here
  void trash_entry();
  void restore_entry();
  void erase_entry();
  void erase_entry(const base::ObjectId& id);
  void erase_photo();  // with its entry
  void share();        // a problem with the school, or what one has to say to one
  void attach_photo();
  void fetch_photo();  // any that is not here
  void remove_photo();
  void save_data(bool saves) { media_ = saves ? api::SyncMedia::none : api::SyncMedia::all; }

  std::optional<base::ObjectId> pick_entry(bool trashed);

  // --- what an admin does, or somebody with their own devices. The same.
  bool remove_member(const base::PersonId& person);
  bool change_role(const base::PersonId& person, std::string_view role);
  bool revoke_device(Device& other);
  bool revoke_invite();  // any that is open
  bool rotate(const base::SpaceId& space);
  bool confirm_provisional();
  bool readmit_all();

  // --- sync; at most one at a time, with the server where the device is
  void roam(std::size_t site);
  std::size_t site() const { return at_; }
  void start_sync();
  void start_live();
  void hang_up();  // ends a live session
  bool syncing() const { return session_ != nullptr; }
  bool live() const { return line_ != nullptr; }
  const SyncResult& last_sync() const { return last_sync_; }

  // --- looking
  bool has_person() const { return up() && core_->has_person(); }
  bool joined();
  bool is_admin();  // of a community, as far as this device knows
  bool is_here();   // has_person, and the card is not needed to read on
  bool knows(const base::PersonId& person);
  std::optional<base::SpaceId> personal_space();
  std::optional<base::SpaceId> community();
  bool lacks_a_key();   // whoever sees that shows the card again
  bool has_all_keys();  // nothing that arrived waits for a key
  bool holds_current_keys();
  bool has_sent_all();  // the last sync went well, and nothing came after it
  base::Result<Folded> folded();
  base::Result<api::Status> status() { return core_->status(); }
  api::Core& core() { return *core_; }
  const Saved& saved() const { return saved_; }
  Disk& disk() { return disk_; }
  NodeClock& clock() { return clock_; }
  Person& person() { return person_; }
  std::uint64_t number() const { return number_; }
  std::int64_t offline_until = 0;
  std::optional<base::DeviceId> id;  // once it is somebody's
  bool has_invited = false;
  // Another device revoked it; what it had shown of this one's changes then.
  bool revoked = false;
  bool revocation_tried = false;
  std::set<log::Dot> within;
  bool keeps = false;  // it did something that must not be lost with it

 private:
  // Counts what a person told the app to do: changes of entries one by one, and each act besides them but
  // syncs.
  void did(std::uint64_t operations);
  // After every call of the core: notes its outcome, and ends the process where the disk did. True: it
  // succeeded and the process goes on.
  bool settle_call(std::string_view what, base::Code code, const std::set<base::Code>& expected = {});
  void open_later();
  void drop_session();
  void check_saved();
  // Around a call that writes: what the objects hold before it, and what became of it.
  bool prepare(std::vector<Change> changes);
  void conclude(std::string_view what, base::Code code);
  std::optional<bool> resolve(const Saved::Unsure& unsure);
  bool is_new(const log::Dot& dot) const;
  void now_durable();
  void note_self();
  Site here() const { return sites_[at_]; }
  bool is_removed_there();
  void exchange();
  void send_on_line();
  void note_live();
  void tell_live();
  void check_sent(const api::Status& status);
  void check_delivery();
  bool learns_later(const base::SpaceId& space);
  void check_photos_saved();
  void check_shared_saved();
  void note_photos_sent(const api::Status& status);
  void check_rejects(const api::Status& status, base::Code code);
  void mark_sent();
  void take(const base::Result<Answer>& answer);
  void note_join();
  void finish_sync(base::Code code);

  World& world_;
  const std::vector<Site>& sites_;
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
  std::optional<std::size_t> join_site_;
  std::size_t at_ = 0;
  api::SyncMedia media_ = api::SyncMedia::all;
  std::shared_ptr<Line> line_;
  std::uint64_t lines_ = 0;
  struct Backup {
    Disk::Image image;
    Saved saved;
  };
  std::optional<Backup> backup_;
  bool had_error_ = false;  // of the disk, in this life of the process
};

}  // namespace sejawat::simulation
