// The people of a schedule and what they may do next.
#pragma once

#include "cheat.h"
#include "device.h"
#include "schedule.h"
#include "thief.h"

namespace sejawat::simulation {

// Whether schedules with several servers may have old copies of devices too: two carriers may then have taken
// one branch each of the same log.
inline constexpr bool kForksOnSeveralCarriers = true;

class School {
 public:
  School(World& world, std::string folder, const ScheduleOptions& options);

  // Some days: at least 200 operations and five faults.
  void bad_days();
  // All faults end, everybody is online, until nobody has anything to tell. False when that never comes.
  bool quiet_phase();
  std::vector<std::unique_ptr<Person>>& people() { return people_; }
  Device& add_device(Person& person);
  void go(Device& device, std::size_t site);
  bool sync_now(Device& device);  // runs the world until it is done; true: the sync was ok

  World& world() { return world_; }
  std::vector<std::unique_ptr<Server>>& servers() { return servers_; }
  Server& home() { return *servers_.front(); }
  const std::optional<base::SpaceId>& community() const { return community_; }
  std::set<base::PersonId> cheats() const;  // whose word counts for nothing
  bool was_robbed(const Person& person) const;
  // Somebody's rights may end while they do not know it.
  static bool is_cut(const Device& device) { return device.revoked; }

 private:
  void act();
  std::uint64_t rarely(std::uint64_t in_thousand) const;
  void use_device(Device& device);
  void use_as_at_first(Device& device);
  void use_photos(Device& device);
  void use_line(Device& device, std::uint64_t what, std::uint64_t begins);
  void edit_everywhere(Person& person);
  void bad_luck(Device& device);
  void bad_luck_of_server(Server& server);
  void new_device();
  void lose_device();
  void old_copies();
  void lose_a_photo();
  void partition();
  void administer();
  void administer(Device& admin);
  void revoke_device();
  void rotate(Device& admin);
  void feud();
  void cheat();
  bool put_out_the_cheat();
  void steal();
  bool revoke_the_stolen();
  bool begin(Person& person);  // a person's first steps; true: done and joined
  bool join(Device& device);
  bool host_everywhere();
  std::string has_all_begun();  // who could not; empty: everybody
  bool sync_everywhere(Device& device, std::string& waits);
  void find_revoked();
  bool rounds();
  void bring_late_work();
  bool bring_survivors();
  Device* pick_device();
  std::vector<Device*> admins();
  std::string fresh_folder(const std::string& name);

  World& world_;
  std::string folder_;
  Planted planted_;
  Shape shape_;
  bool all_;  // a shape with all kinds of trouble
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<Network>> networks_;
  std::vector<Site> sites_;
  std::vector<std::unique_ptr<Person>> people_;
  std::optional<base::SpaceId> community_;
  std::uint64_t devices_ = 0;
  std::uint64_t most_devices_ = 1;
  bool quiet_ = false;
  bool lost_since_snapshot_ = false;
  std::vector<space::InviteLink> links_;  // that go round
  std::unique_ptr<Cheat> cheat_;
  std::unique_ptr<Thief> thief_;
  // What kinds of trouble this schedule has at all.
  struct {
    bool servers_go_back = false;
    bool devices_go_back = false;
    bool membership = false;
    bool live = false;
    bool erasure = false;
    bool photos = false;
    bool sharing = false;
    bool feuds = false;
  } kinds_;
  struct {  // chances in a thousand, for each operation
    std::uint64_t device_crash = 0, server_crash = 0, disk = 0, clock = 0, offline = 0, lose = 0, roam = 0,
                  partition = 0;
  } luck_;
};

}  // namespace sejawat::simulation
