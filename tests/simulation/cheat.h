// A member whose program is not ours: with the keys of a person it writes whatever records pass the format,
// from whatever past, and brings them to a carrier. Honest people must lose nothing by it that an admin could
// not take from them anyway.
#pragma once

#include <deque>

#include "ledger.h"
#include "server.h"
#include "space/membership.h"

namespace sejawat::simulation {

class Cheat {
 public:
  Cheat(World& world, Person& person);  // borrowed
  ~Cheat();

  // Everybody whose keys it has, whether they belong or not, with the keys that a box may be made out to.
  struct Known {
    base::PersonId person;
    base::PublicBoxKey card;
    base::PublicBoxKey device;
  };
  std::vector<Known> selves() const;

  // From now on nothing that it writes may count.
  void grow_desperate() { desperate_ = true; }

  // Some record, or a few that belong together. `links` go round in the school. True: it was written as an
  // admin, so anybody but the founder may be out, or somebody else.
  bool act(Server& server, const base::SpaceId& community, const std::vector<space::InviteLink>& links);

 private:
  struct Self;
  struct Draft;
  Self* pick_self();
  void write(Draft& draft, const std::vector<space::InviteLink>& links);
  void remove_somebody(Draft& draft);
  void change_a_role(Draft& draft);
  void remove_a_device(Draft& draft);
  void claim_a_device(Draft& draft);
  void name_a_card(Draft& draft);
  void bring_an_accomplice(Draft& draft, const std::vector<space::InviteLink>& links);
  void confirm_a_join(Draft& draft);
  void invite_or_revoke(Draft& draft);
  void box_rubbish(Draft& draft);
  void take_over(Draft& draft);
  bool may_put_out(const Draft& draft, const base::PersonId& person) const;

  World& world_;
  Person& person_;
  support::SeededRandom random_;
  std::deque<Self> selves_;                  // its person, then those that it makes up
  std::vector<space::Membership> memories_;  // what it may write from as if nothing had come since
  std::vector<space::InviteKeys> own_links_;
  bool desperate_ = false;
};

}  // namespace sejawat::simulation
