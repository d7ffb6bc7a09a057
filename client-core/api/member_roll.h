// Who wrote a log and in which roles, from the membership of each space, for the records of the cycle.
#pragma once

#include <map>

#include "cycle/record.h"

namespace sejawat::api {

struct SpaceState;

class MemberRoll final : public cycle::People {
 public:
  using Spaces = std::map<base::SpaceId, std::unique_ptr<SpaceState>>;
  explicit MemberRoll(const Spaces& spaces) : spaces_(spaces) {}
  std::optional<base::PersonId> author_of(const base::SpaceId&, const base::LogId&) const override;
  std::uint16_t roles_of(const base::SpaceId&, const base::PersonId&) const override;
  // Everything that roles_of says about a space: where it changes, records of that space read differently.
  std::map<base::PersonId, std::uint16_t> all_roles(const base::SpaceId&) const;
  void forget() { roles_.clear(); }

 private:
  struct Roles {
    std::size_t records = 0;  // of the membership, and keys: what the answers below were drawn from
    std::size_t keys = 0;
    std::map<base::PersonId, std::uint16_t> bits;
  };
  const Roles& roles(const base::SpaceId&, const SpaceState&) const;
  const Spaces& spaces_;
  mutable std::map<base::SpaceId, Roles> roles_;
};

}  // namespace sejawat::api
