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
struct LateWorkShow {
  base::LogId log;
  std::size_t offset = 0;
  std::size_t limit = 0;
  bool sealed = false;
};
struct LateWork {
  std::vector<QuarantinedChange> changes;
  std::vector<base::Bytes> sealed;
  std::size_t total = 0;
  std::uint64_t unreadable = 0;
};
struct PeopleRequest {
  std::variant<std::monostate, MembersShow, OfMember, GroupCreate, InvitesShow, InviteRevoke, SpaceRotate,
               FingerprintShow, LateShow, LateReadmit, LateWorkShow>
      command;
};
struct PeopleReply {
  std::variant<std::monostate, std::vector<MemberInfo>, base::SpaceId, std::vector<InviteInfo>,
               std::vector<QuarantinedLog>, Fingerprint, LateWork>
      result;  // monostate: done
};

base::Result<PeopleReply> execute_people(Core& core, const PeopleRequest& request);

}  // namespace sejawat::api::door
