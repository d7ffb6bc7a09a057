// The contract of api_people.proto as plain structures.
#pragma once

#include <variant>

#include "api/core.h"

namespace sejawat::api::door {

using SpaceWish = std::optional<base::SpaceId>;

struct MembersShow {
  SpaceWish space;
};
struct OfMember {
  enum class What : std::uint8_t { role, remove, confirm, add_to_group };
  What what = What::role;
  SpaceWish space;
  std::optional<base::PersonId> person;  // none: oneself
  std::string role;
};
struct GroupCreate {
  std::string name;
  SpaceWish space;
  std::vector<base::PersonId> persons;
};
struct InvitesShow {
  SpaceWish space;
};
struct InviteRevoke {
  SpaceWish space;
  base::HeadTag id;
};
struct FingerprintShow {
  SpaceWish space;  // none: the private one
};
struct SpaceRotate {
  SpaceWish space;
};
struct LateShow {};
struct LateReadmit {
  base::LogId log;
};
struct PeopleRequest {
  std::variant<std::monostate, MembersShow, OfMember, GroupCreate, InvitesShow, InviteRevoke, SpaceRotate,
               FingerprintShow, LateShow, LateReadmit>
      command;
};
struct PeopleReply {
  std::variant<std::monostate, std::vector<MemberInfo>, base::SpaceId, std::vector<InviteInfo>,
               std::vector<QuarantinedLog>, Fingerprint>
      result;  // monostate: done
};

base::Result<PeopleReply> execute_people(Core& core, const PeopleRequest& request);

}  // namespace sejawat::api::door
