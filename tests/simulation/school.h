// The people of a schedule and what they may do next.
#pragma once

#include "device.h"

namespace sejawat::simulation {

class School {
 public:
  School(World& world, std::string folder, Planted planted);

  // Some days: at least 40 operations and five faults.
  void bad_days();
  // All faults end, everybody is online, until nobody has anything to tell. False when that never comes.
  bool quiet_phase();
  std::vector<std::unique_ptr<Person>>& people() { return people_; }
  Device& add_device(Person& person);
  bool sync_now(Device& device);  // runs the world until it is done; true: the sync was ok

  World& world() { return world_; }
  Server& server() { return server_; }

 private:
  void act();
  void use_device(Device& device);
  void edit_everywhere(Person& person);
  void bad_luck(Device& device);
  void bad_luck_of_server();
  void new_device();
  void lose_device();
  bool begin(Person& person);  // a person's first steps; true: done and joined
  bool has_all_begun();
  bool rounds();
  Device* pick_device();
  std::string fresh_folder(const std::string& name);

  World& world_;
  std::string folder_;
  Planted planted_;
  Server server_;
  Network network_;
  std::vector<std::unique_ptr<Person>> people_;
  std::uint64_t devices_ = 0;
  std::uint64_t most_devices_ = 1;
  bool quiet_ = false;
  struct {  // chances in a thousand, for each operation
    std::uint64_t device_crash = 0, server_crash = 0, disk = 0, clock = 0, offline = 0, lose = 0;
  } luck_;
};

}  // namespace sejawat::simulation
