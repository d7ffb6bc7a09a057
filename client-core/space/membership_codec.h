// The one place that sees the generated protobuf classes; the rest of the room works with these plain
// structs.
#pragma once

#include <functional>
#include <variant>

#include "space/membership.h"

namespace sejawat::space::codec {

inline constexpr std::size_t kMaxCertificateBytes = 2048;
inline constexpr std::size_t kMaxChain = 4;
inline constexpr std::size_t kMaxParents = 16;
inline constexpr std::size_t kMaxPredecessors = 64;
inline constexpr std::size_t kMaxBoxes = 400;
inline constexpr std::size_t kBoxSize = 48;
inline constexpr std::size_t kMaxFences = kFencesAtOnce;
// What a reader of records takes of one erasure. A writer fills less (kErasedAtOnce in erasure.h).
inline constexpr std::size_t kMaxErasedSegments = 300;
inline constexpr std::size_t kMaxErasedRuns = 4096;
inline constexpr std::size_t kMaxWitnesses = 64;
inline constexpr std::size_t kMaxErasedChunks = 400;

struct CertificateLink {
  base::Bytes body;
  base::Signature signature;
  base::Signature possession;
  base::PublicSignKey identity_key;
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
};
// From the certificate itself up to the one that the identity issued. Sizes are checked, signatures are not.
base::Result<std::vector<CertificateLink>> decode_chain(base::ByteView bytes);
base::Bytes encode_certificate_body(const base::PublicSignKey& identity, const base::PublicSignKey& sign_key,
                                    const base::PublicBoxKey& box_key, std::int64_t wall_seconds);
// `issuer` empty: issued by the identity. Without `possession` the certified device has still to sign.
base::Bytes encode_certificate(base::ByteView body, const base::Signature& signature, base::ByteView issuer,
                               const base::Signature* possession);

// The same certificate with the signature that `sign` makes over its body.
base::Result<base::Bytes> with_possession(base::ByteView certificate,
                                          const std::function<base::Signature(base::ByteView)>& sign);

struct Record {
  base::Bytes body;
  base::Signature signature;
  std::optional<base::Signature> invite_signature;
};
base::Bytes encode_record(const Record& record);
base::Result<Record> decode_record(base::ByteView bytes);  // malformed, too_large

struct Genesis {
  base::PublicSignKey identity_key;
  CardKey card;
  SpaceKind kind = SpaceKind::personal;
  std::array<std::uint8_t, 16> salt{};
  base::Bytes device;  // certificate; empty in a personal genesis
};
struct DeviceAdded {
  base::Bytes certificate;
  std::optional<CardKey> card;  // of whose device it is, with its proof
};
struct LogEnrolled {
  base::PublicSignKey key;
  base::Signature possession;
};
struct InviteOffered {
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
  WireRole role = WireRole::reader;
  std::uint32_t uses = 1;
  std::int64_t expires_seconds = 0;
  base::Bytes sealed_role;
};
struct Joined {
  base::PublicSignKey invite_key;
  base::PublicSignKey identity_key;
  CardKey card;
  base::Bytes device;
  base::Bytes sealed_profile;
};
struct MemberAdded {
  base::PublicSignKey identity_key;
  CardKey card;
  WireRole role = WireRole::reader;
  base::Bytes sealed_role;
  base::PersonId person() const { return person_id(identity_key); }
};
struct Removed {
  std::optional<base::PersonId> person;  // exactly one of the two
  std::optional<base::DeviceId> device;
  std::vector<Fence> fences;
};
struct RoleChanged {
  base::PersonId person;
  WireRole role = WireRole::reader;
  std::vector<Fence> fences;
  base::Bytes sealed_role;
};
struct InviteRevoked {
  base::PublicSignKey invite_key;
};
struct Readmitted {
  std::vector<Fence> fences;
};
struct JoinConfirmed {
  base::RecordId join;
};
struct Erased {
  std::uint32_t reason = 0;
  std::vector<ErasedSegment> segments;
  std::vector<log::SegmentName> witnesses;
  std::vector<log::ChunkId> chunks;
};
struct Unknown {};  // of a later version
using Content =
    std::variant<Unknown, Genesis, DeviceAdded, LogEnrolled, InviteOffered, Joined, EpochInfo, KeyBoxes,
                 Removed, RoleChanged, InviteRevoked, Readmitted, JoinConfirmed, MemberAdded, Erased>;

struct Body {
  base::SpaceId space;
  std::vector<base::HeadTag> parents;
  std::optional<base::DeviceId> author;
  std::int64_t wall_seconds = 0;
  Content content;
};
base::Bytes encode_body(const Body& body);
base::Result<Body> decode_body(base::ByteView bytes);  // malformed, too_large

}  // namespace sejawat::space::codec
