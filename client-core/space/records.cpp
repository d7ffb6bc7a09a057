#include <algorithm>

#include "membership_rules.h"

namespace sejawat::space {
namespace {

base::Bytes sign_record(const codec::Body& body, const crypto::SigningKey& key,
                        const crypto::SigningKey* invite = nullptr) {
  codec::Record record;
  record.body = codec::encode_body(body);
  const auto id = record_id(record.body);
  record.signature = key.sign(id.view());
  if (invite != nullptr) record.invite_signature = invite->sign(id.view());
  return codec::encode_record(record);
}

codec::Body body_by(const Author& author, const base::SpaceId& space, codec::Content content) {
  codec::Body body;
  body.space = space;
  body.author = author.certificate->device();
  body.wall_seconds = author.wall_seconds;
  body.content = std::move(content);
  return body;
}

base::Bytes write(const Author& author, const Membership& to, codec::Content content) {
  auto body = body_by(author, to.space(), std::move(content));
  body.parents = MembershipRules::parents_for(to, author.certificate->device(), body.content);
  return sign_record(body, author.keys->sign);
}

}  // namespace

base::Bytes write_genesis(const Author& author, const CardKey& card, SpaceKind kind,
                          const std::array<std::uint8_t, 16>& salt) {
  codec::Genesis genesis;
  genesis.identity_key = author.certificate->identity_key;
  genesis.card = card;
  genesis.kind = kind;
  genesis.salt = salt;
  genesis.device = author.certificate->bytes;
  const auto space = space_id(genesis.identity_key, kind, salt);
  return sign_record(body_by(author, space, std::move(genesis)), author.keys->sign);
}

base::Bytes write_device(const Author& author, const Membership& to, const DeviceCertificate& certificate,
                         const std::optional<CardKey>& card) {
  return write(author, to, codec::DeviceAdded{certificate.bytes, card});
}

base::Bytes write_log(const Author& author, const Membership& to, const crypto::SigningKey& log_key) {
  const auto proof = log_possession(to.space(), author.certificate->device());
  return write(author, to, codec::LogEnrolled{log_key.public_key(), log_key.sign(proof.view())});
}

base::Bytes write_invite(const Author& author, const Membership& to, const InviteKeys& keys, WireRole role,
                         std::uint32_t uses, std::int64_t expires_seconds, base::ByteView sealed_role) {
  return write(author, to,
               codec::InviteOffered{keys.sign.public_key(), keys.box.public_key(), role, uses,
                                    expires_seconds, base::to_bytes(sealed_role)});
}

base::Bytes write_join(const Author& author, const base::SpaceId& space, const crypto::SigningKey& invite,
                       const base::HeadTag& invite_record, const CardKey& card,
                       base::ByteView sealed_profile) {
  codec::Joined join{invite.public_key(), author.certificate->identity_key, card, author.certificate->bytes,
                     base::to_bytes(sealed_profile)};
  auto body = body_by(author, space, std::move(join));
  body.parents = {invite_record};
  return sign_record(body, author.keys->sign, &invite);
}

void sort_fences(std::vector<Fence>& fences) {
  std::sort(fences.begin(), fences.end(), [](const Fence& a, const Fence& b) {
    if (!(a.log == b.log)) return a.log < b.log;
    return a.count == b.count ? a.head < b.head : a.count < b.count;
  });
}

base::Bytes write_person_removed(const Author& author, const Membership& to, const base::PersonId& person,
                                 std::vector<Fence> fences) {
  return write(author, to, codec::Removed{person, std::nullopt, std::move(fences)});
}
base::Bytes write_device_removed(const Author& author, const Membership& to, const base::DeviceId& device,
                                 std::vector<Fence> fences) {
  return write(author, to, codec::Removed{std::nullopt, device, std::move(fences)});
}
base::Bytes write_role(const Author& author, const Membership& to, const base::PersonId& person,
                       WireRole role, std::vector<Fence> fences, base::ByteView sealed_role) {
  return write(author, to, codec::RoleChanged{person, role, std::move(fences), base::to_bytes(sealed_role)});
}
base::Bytes write_member(const Author& author, const Membership& to, const base::PublicSignKey& identity_key,
                         const CardKey& card, WireRole role, base::ByteView sealed_role) {
  return write(author, to, codec::MemberAdded{identity_key, card, role, base::to_bytes(sealed_role)});
}
base::Bytes write_invite_revoked(const Author& author, const Membership& to,
                                 const base::PublicSignKey& invite) {
  return write(author, to, codec::InviteRevoked{invite});
}
base::Bytes write_readmitted(const Author& author, const Membership& to, std::vector<Fence> fences) {
  return write(author, to, codec::Readmitted{std::move(fences)});
}
base::Bytes write_erased(const Author& author, const Membership& to, std::uint32_t reason,
                         std::vector<ErasedSegment> segments, std::vector<log::SegmentName> witnesses,
                         std::vector<log::ChunkId> chunks) {
  return write(author, to,
               codec::Erased{reason, std::move(segments), std::move(witnesses), std::move(chunks)});
}
base::Bytes write_join_confirmed(const Author& author, const Membership& to, const base::RecordId& join) {
  return write(author, to, codec::JoinConfirmed{join});
}

base::Bytes write_epoch_record(const Author& author, const Membership& to, EpochInfo epoch) {
  return write(author, to, std::move(epoch));
}
base::Bytes write_boxes_record(const Author& author, const Membership& to, KeyBoxes boxes) {
  return write(author, to, std::move(boxes));
}

}  // namespace sejawat::space
