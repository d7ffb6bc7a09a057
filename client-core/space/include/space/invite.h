// The invite link: sejawat://HOST:PORT/#i1.<base64url of server key 32 | space 16 | secret 16 | record 8 |
// kind 1>. Whoever holds it may join (or, with kind `operator`, create one community on that carrier).
#pragma once

#include "space/identity.h"

namespace sejawat::space {

enum class InviteKind : std::uint8_t { member = 0, operator_token = 1 };

struct InviteLink {
  InviteKind kind = InviteKind::member;
  CarrierAddress carrier;
  base::SpaceId space;  // zero for an operator invite
  base::Secret16 secret;
  base::HeadTag record;  // of the invite, the parent of a join; zero for an operator invite
  std::string url() const;
  static base::Result<InviteLink> parse(std::string_view url);  // invite_invalid
};
struct InviteKeys {
  crypto::SigningKey sign;
  crypto::BoxKey box;
  static InviteKeys from_secret(const base::Secret16& secret);
};

}  // namespace sejawat::space
