// Somebody who had a colleague's unlocked phone in hand for a minute: it let in a device of theirs, whose
// program is not ours. Until the owner revokes that device it may do what a phone of theirs may; from then on
// nothing of it counts, and no key is made out to anything that it named.
#pragma once

#include <deque>

#include "device.h"
#include "server.h"
#include "space/membership.h"

namespace sejawat::simulation {

class Thief {
 public:
  explicit Thief(World& world);  // borrowed
  ~Thief();

  // True: the phone let it in. Once.
  bool steal(Device& phone);
  Person* owner() const { return owner_; }  // null: nothing was stolen yet
  base::DeviceId device() const;            // the one that the phone let in

  // Some record in the owner's space or the school, from what the server holds or once held. It destroys
  // nothing: that every device of a person may. `links` go round in the school.
  void act(Server& server, const base::SpaceId& school, const std::vector<space::InviteLink>& links);

  std::vector<base::DeviceId> devices() const;
  std::vector<base::PublicBoxKey> keys() const;  // of its devices, and of the cards that it named

 private:
  struct Self;
  struct Past;
  Past& past_of(const base::SpaceId& space, const space::Membership& now);
  base::Bytes join_again(const space::Membership& at, const space::InviteLink& link);
  base::PublicBoxKey trap();
  void let_in_another();

  World& world_;
  support::SeededRandom random_;
  Person* owner_ = nullptr;
  base::Bytes first_record_;  // the owner's
  std::deque<Self> selves_;   // its devices, each let in by the one before
  std::deque<Past> pasts_;
  std::vector<base::PublicBoxKey> traps_;
};

}  // namespace sejawat::simulation
