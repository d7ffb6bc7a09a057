// What stands in a set of records. Private to the room.
#pragma once

#include "removal_set.h"

namespace sejawat::space {

// Of a set that is closed under causality; a pure function of it. Not longer than until the membership goes
// or moves.
class Judgement {
 public:
  Judgement(const Membership& of, Places these);

  // The same of the set and this record, whose past is in it. False: it changes what stands of the others,
  // and the larger set has to be judged as a whole; this one is as it was.
  bool extend(std::size_t place);

  const Places& judged() const { return in_; }
  const Entries& entries() const { return entries_; }
  bool stands(std::size_t place) const { return !void_.has(place) && !banned_.has(place); }
  bool provisional(std::size_t join) const { return provisional_.has(join); }
  const std::vector<std::size_t>& removals() const { return kept_; }  // places
  std::vector<std::size_t> confirmations() const;                     // places, in force or not
  std::optional<WireRole> role_of(const base::PersonId& person) const;
  // The author of this record, as its causal past says by what stands of it.
  bool was_admin(std::size_t place) const {
    return role_in(&at(place).past, at(place).person) == WireRole::admin;
  }
  std::optional<std::size_t> grant_of(const base::PersonId& person) const {
    return grant_in(nullptr, person);
  }
  // Removed for good, or with its person and not back since.
  bool device_removed(const base::DeviceId& device) const;
  // Of a removed device: all that keeps it out is that its person was removed.
  bool left_with_person(const base::DeviceId& device) const;
  const RemovalSet& removals_of(const base::PersonId& person) const;
  // Those in force that take out this device of this person.
  std::vector<const Membership::Entry*> removals_of(const base::DeviceId& device,
                                                    const base::PersonId& person) const;

 private:
  const Membership::Entry& at(std::size_t place) const { return *entries_[place]; }
  bool in(std::size_t place) const { return in_.has(place); }
  bool precedes(std::size_t a, std::size_t b) const;  // of removals: by seniority
  bool is_kept(std::size_t place) const { return kept_places_.has(place); }
  void keep_by_seniority();
  void let_act(const std::vector<std::size_t>& removals);
  void let_act_only(const std::vector<std::size_t>& removals);
  const RemovalSet& removals_of(const base::DeviceId& device) const;
  void settle_joins();
  std::vector<std::size_t> void_removals(const std::vector<std::size_t>& of) const;
  std::vector<std::size_t> without_right_of_their_own(const std::vector<std::size_t>& removals);
  std::vector<std::size_t> let_in() const;
  bool is_confirmed(const Membership::Entry& join) const;
  void find_void();
  bool author_is_out(const Membership::Entry& entry, bool acts) const;
  bool author_stands(const Membership::Entry& entry, bool acts) const;
  bool in_doubt(const Membership::Entry& join) const;
  bool find_doubtful();
  bool leaves_others_alone(const Membership::Entry& entry) const;
  bool introduces_nothing_else(const Membership::Entry& entry) const;
  bool takes_out_nothing_else(const Membership::Entry& removal) const;
  void extend_removals(const Membership::Entry& removal);
  void extend_joins(const Membership::Entry& join);
  std::optional<WireRole> role_in(const Past* past, const base::PersonId& person) const;
  std::optional<std::size_t> grant_in(const Past* past, const base::PersonId& person) const;
  bool introduced_since(const Past* past, const base::DeviceId& device, std::size_t removal) const;
  const DeviceCertificate* introduction(const base::DeviceId& device) const;
  bool certified_by(const base::DeviceId& device, const base::DeviceId& issuer) const;

  const Membership& of_;
  const Entries& entries_;
  Places in_;
  std::vector<std::size_t> removals_;
  std::vector<std::size_t> joins_;
  std::vector<std::size_t> kept_;  // removals that no senior one stands against, seniors first
  Places kept_places_;
  // Of those the ones that take somebody out, in the end all: by the person, and by the device that they
  // name.
  std::map<base::PersonId, RemovalSet> of_persons_;
  std::map<base::DeviceId, std::vector<std::size_t>> of_devices_;
  // By whom they take out: also what names a device that certified this one. As far as it was asked for.
  mutable std::map<base::DeviceId, RemovalSet> out_;
  Places void_;
  Places banned_;       // removals whose author turned out to have no right to them
  Places doubtful_;     // joins that a revocation, or the removal of who invited, did not know of
  Places provisional_;  // joins that count for nothing: in doubt, or by an invite that is void, unconfirmed
  bool bans_ = false;   // something was banned on the way
  bool simple_ = true;  // nor was any join provisional: one look at each record was enough
};

}  // namespace sejawat::space
