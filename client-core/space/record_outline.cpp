#include "space/record_outline.h"

#include "membership_codec.h"
#include "space/identity.h"

namespace sejawat::space {

base::Result<RecordOutline> outline_of(base::ByteView bytes) {
  SJ_TRY(const auto record, codec::decode_record(bytes));
  SJ_TRY(const auto body, codec::decode_body(record.body));
  RecordOutline outline;
  outline.space = body.space;
  outline.author = body.author;
  outline.takes_away = std::holds_alternative<codec::Removed>(body.content) ||
                       std::holds_alternative<codec::RoleChanged>(body.content) ||
                       std::holds_alternative<codec::InviteRevoked>(body.content);
  base::ByteView certificate;
  if (const auto* genesis = std::get_if<codec::Genesis>(&body.content)) {
    outline.genesis = true;
    certificate = genesis->device;
  } else if (const auto* added = std::get_if<codec::DeviceAdded>(&body.content)) {
    certificate = added->certificate;
  } else if (const auto* join = std::get_if<codec::Joined>(&body.content)) {
    certificate = join->device;
    outline.join_invite = join->invite_key;
  }
  if (!certificate.empty()) {
    SJ_TRY(const auto chain, codec::decode_chain(certificate));
    const auto& leaf = chain.front();
    outline.device =
        RecordOutline::Device{person_id(leaf.identity_key), device_id(leaf.sign_key), leaf.box_key};
  }
  return outline;
}

}  // namespace sejawat::space
