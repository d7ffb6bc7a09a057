#include "membership_codec.h"

#include <google/protobuf/io/coded_stream.h>

#include "log/op.h"
#include "sejawat/v1/membership.pb.h"

namespace sejawat::space::codec {
namespace {

using base::Code;

// Deeper than any record of ours (body, content, four certificates), far from the end of a stack.
constexpr int kMaxNesting = 12;

bool parse(google::protobuf::MessageLite& message, base::ByteView bytes) {
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxNesting);
  return message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

base::Bytes serialise(const google::protobuf::MessageLite& message) {
  base::Bytes out(message.ByteSizeLong());
  SJ_CHECK(message.SerializeToArray(out.data(), static_cast<int>(out.size())));
  return out;
}

std::string text(base::ByteView bytes) { return std::string(base::as_text(bytes)); }
base::Bytes bytes_of(const std::string& from) { return base::to_bytes(base::as_bytes(from)); }

template <class AnyId>
bool read(const std::string& from, AnyId& to) {
  const auto id = AnyId::from(base::as_bytes(from));
  if (id) to = *id;
  return id.has_value();
}

base::Error malformed(const char* what) { return base::error(Code::malformed, what); }
base::Error too_large(const char* what) { return base::error(Code::too_large, what); }

template <class Message>
bool read_card(const Message& from, CardKey& to) {
  if (!read(from.identity_box_key(), to.box)) return false;
  if (from.identity_proof().empty()) return true;
  return read(from.identity_proof(), to.proof.emplace());
}

template <class Message>
void write_card(const CardKey& from, Message* to) {
  to->set_identity_box_key(text(from.box.view()));
  if (from.proof) to->set_identity_proof(text(from.proof->view()));
}

base::Result<Content> read_genesis(const v1::Genesis& from) {
  Genesis to;
  if (!read(from.identity_key(), to.identity_key) || !read_card(from, to.card) ||
      from.salt().size() != to.salt.size() || from.kind() < 1 || from.kind() > 5) {
    return malformed("genesis");
  }
  to.kind = static_cast<SpaceKind>(from.kind());
  std::memcpy(to.salt.data(), from.salt().data(), to.salt.size());
  if (from.has_device()) to.device = serialise(from.device());
  return Content(std::move(to));
}

base::Result<Content> read_device(const v1::DeviceAdded& from) {
  if (!from.has_certificate()) return malformed("device");
  DeviceAdded to{serialise(from.certificate()), std::nullopt};
  if (from.identity_box_key().empty() && from.identity_proof().empty()) return Content(std::move(to));
  // Unproven it would say nothing that counts.
  if (!read_card(from, to.card.emplace()) || !to.card->proof) return malformed("device");
  return Content(std::move(to));
}

base::Result<Content> read_invite(const v1::InviteOffered& from) {
  InviteOffered to;
  if (!read(from.sign_key(), to.sign_key) || !read(from.box_key(), to.box_key) || from.role() < 1 ||
      from.role() > 4 || from.uses() == 0) {
    return malformed("invite");
  }
  to.role = static_cast<WireRole>(from.role());
  to.uses = from.uses();
  to.expires_seconds = from.expires_seconds();
  to.sealed_role = bytes_of(from.sealed_role());
  return Content(std::move(to));
}

base::Result<Content> read_join(const v1::Joined& from) {
  Joined to;
  if (!read(from.invite_key(), to.invite_key) || !read(from.identity_key(), to.identity_key) ||
      !read_card(from, to.card) || !from.has_device()) {
    return malformed("join");
  }
  to.device = serialise(from.device());
  to.sealed_profile = bytes_of(from.sealed_profile());
  return Content(std::move(to));
}

base::Result<Content> read_epoch(const v1::EpochOpened& from) {
  EpochInfo to;
  if (!read(from.epoch(), to.epoch)) return malformed("epoch");
  if (from.predecessors_size() > static_cast<int>(kMaxPredecessors)) return too_large("predecessors");
  for (const auto& one : from.predecessors()) {
    EpochInfo::Predecessor predecessor;
    if (!read(one.epoch(), predecessor.epoch) || predecessor.epoch == to.epoch || one.nonce().size() != 24 ||
        one.sealed_key().size() != kBoxSize) {
      return malformed("predecessor");
    }
    predecessor.nonce = bytes_of(one.nonce());
    predecessor.sealed_key = bytes_of(one.sealed_key());
    to.predecessors.push_back(std::move(predecessor));
  }
  return Content(std::move(to));
}

base::Result<Content> read_boxes(const v1::KeysBoxed& from) {
  KeyBoxes to;
  if (!read(from.epoch(), to.epoch) || !read(from.ephemeral_key(), to.ephemeral)) return malformed("boxes");
  if (from.boxes_size() > static_cast<int>(kMaxBoxes)) return too_large("boxes");
  std::vector<SealedBoxes::Box> boxes(static_cast<std::size_t>(from.boxes_size()));
  for (int i = 0; i < from.boxes_size(); ++i) {
    auto& [recipient, sealed] = boxes[static_cast<std::size_t>(i)];
    const auto& one = from.boxes(i);
    if (!read(one.recipient(), recipient) || one.sealed().size() != kBoxSize) return malformed("box");
    std::copy(one.sealed().begin(), one.sealed().end(), sealed.begin());
  }
  to.boxes = SealedBoxes(std::move(boxes));
  return Content(std::move(to));
}

bool before(const Fence& a, const Fence& b) {
  if (!(a.log == b.log)) return a.log < b.log;
  // A log of which nothing counts has no other end.
  if (a.count != b.count) return a.count != 0 && a.count < b.count;
  return a.head < b.head;
}

bool read_fences(const google::protobuf::RepeatedPtrField<v1::Fence>& from, std::vector<Fence>& to) {
  if (from.size() > static_cast<int>(kMaxFences)) return false;
  for (const auto& one : from) {
    Fence fence;
    fence.count = one.count();
    if (!read(one.log(), fence.log)) return false;
    if (fence.count == 0 ? !one.head().empty() : !read(one.head(), fence.head)) return false;
    if (!to.empty() && !before(to.back(), fence)) return false;  // ascending, each end once
    to.push_back(fence);
  }
  return true;
}

void write_fences(const std::vector<Fence>& from, google::protobuf::RepeatedPtrField<v1::Fence>* to) {
  for (const auto& fence : from) {
    auto* one = to->Add();
    one->set_log(text(fence.log.view()));
    one->set_count(fence.count);
    if (fence.count != 0) one->set_head(text(fence.head.view()));
  }
}

base::Result<Content> read_removed(const v1::Removed& from) {
  Removed to;
  base::PersonId person;
  base::DeviceId device;
  if (from.person().empty() == from.device().empty()) return malformed("removed");
  if (!from.person().empty()) {
    if (!read(from.person(), person)) return malformed("removed");
    to.person = person;
  } else {
    if (!read(from.device(), device)) return malformed("removed");
    to.device = device;
  }
  if (!read_fences(from.fences(), to.fences)) return malformed("fences");
  return Content(std::move(to));
}

base::Result<Content> read_role(const v1::RoleChanged& from) {
  RoleChanged to;
  if (!read(from.person(), to.person) || from.role() < 1 || from.role() > 4 ||
      !read_fences(from.fences(), to.fences)) {
    return malformed("role");
  }
  to.role = static_cast<WireRole>(from.role());
  to.sealed_role = bytes_of(from.sealed_role());
  return Content(std::move(to));
}

base::Result<Content> read_added(const v1::MemberAdded& from) {
  MemberAdded to;
  if (!read(from.identity_key(), to.identity_key) || !read_card(from, to.card) || from.role() < 1 ||
      from.role() > 4) {
    return malformed("member");
  }
  to.role = static_cast<WireRole>(from.role());
  to.sealed_role = bytes_of(from.sealed_role());
  return Content(std::move(to));
}

bool read_name(const v1::SegmentName& from, log::SegmentName& to) {
  to.segment_no = from.segment_no();
  return read(from.log(), to.log) && read(from.head(), to.tag) && to.segment_no != UINT64_MAX;
}

void write_name(const log::SegmentName& from, v1::SegmentName* to) {
  to->set_log(text(from.log.view()));
  to->set_segment_no(from.segment_no);
  to->set_head(text(from.tag.view()));
}

// Runs ascend and never touch, so that a set of ops has one spelling.
bool read_runs(const google::protobuf::RepeatedField<std::uint32_t>& from, ErasedSegment& to) {
  if (from.empty() || from.size() % 2 != 0) return false;
  std::uint64_t end = 0;
  for (int i = 0; i < from.size(); i += 2) {
    const std::uint64_t first = from.Get(i);
    const std::uint64_t count = from.Get(i + 1);
    if (count == 0 || first + count > log::kMaxOpsPerSegment || (i > 0 && first <= end)) return false;
    end = first + count;
    to.runs.emplace_back(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count));
  }
  return true;
}

base::Result<Erased> read_erased(const v1::Erased& from) {
  Erased to;
  to.reason = from.reason();
  if (from.segments_size() > static_cast<int>(kMaxErasedSegments) ||
      from.witnesses_size() > static_cast<int>(kMaxWitnesses) ||
      from.chunks_size() > static_cast<int>(kMaxErasedChunks)) {
    return too_large("erasure");
  }
  std::size_t runs = 0;
  for (const auto& one : from.segments()) {
    ErasedSegment segment;
    runs += static_cast<std::size_t>(one.ops_size()) / 2;
    if (runs > kMaxErasedRuns) return too_large("erasure");
    if (!read_name(one.name(), segment.name) || !read_runs(one.ops(), segment)) return malformed("erasure");
    if (!to.segments.empty() && !(to.segments.back().name < segment.name)) return malformed("erasure");
    to.segments.push_back(std::move(segment));
  }
  for (const auto& one : from.witnesses()) {
    log::SegmentName name;
    if (!read_name(one, name)) return malformed("witness");
    if (!to.witnesses.empty() && !(to.witnesses.back() < name)) return malformed("witness");
    to.witnesses.push_back(name);
  }
  for (const auto& one : from.chunks()) {
    log::ChunkId chunk;
    if (!read(one, chunk)) return malformed("chunk");
    if (!to.chunks.empty() && !(to.chunks.back() < chunk)) return malformed("chunk");
    to.chunks.push_back(chunk);
  }
  return to;
}

base::Result<Content> read_content(const v1::MembershipBody& from) {
  switch (from.content_case()) {
    case v1::MembershipBody::kGenesis: return read_genesis(from.genesis());
    case v1::MembershipBody::kDevice: return read_device(from.device());
    case v1::MembershipBody::kLog: {
      LogEnrolled to;
      if (!read(from.log().log_key(), to.key) || !read(from.log().possession(), to.possession))
        return malformed("log");
      return Content(to);
    }
    case v1::MembershipBody::kInvite: return read_invite(from.invite());
    case v1::MembershipBody::kJoin: return read_join(from.join());
    case v1::MembershipBody::kEpoch: return read_epoch(from.epoch());
    case v1::MembershipBody::kBoxes: return read_boxes(from.boxes());
    case v1::MembershipBody::kRemoved: return read_removed(from.removed());
    case v1::MembershipBody::kRole: return read_role(from.role());
    case v1::MembershipBody::kRevoked: {
      InviteRevoked to;
      if (!read(from.revoked().invite_key(), to.invite_key)) return malformed("revocation");
      return Content(to);
    }
    case v1::MembershipBody::kReadmitted: {
      Readmitted to;
      if (!read_fences(from.readmitted().fences(), to.fences) || to.fences.empty())
        return malformed("readmission");
      return Content(std::move(to));
    }
    case v1::MembershipBody::kConfirmed: {
      JoinConfirmed to;
      if (!read(from.confirmed().join(), to.join)) return malformed("confirmation");
      return Content(to);
    }
    case v1::MembershipBody::kAdded: return read_added(from.added());
    case v1::MembershipBody::kErased: {
      SJ_TRY(auto to, read_erased(from.erased()));
      if (to.segments.empty()) return malformed("erasure");
      return Content(std::move(to));
    }
    case v1::MembershipBody::kChunksErased: {
      SJ_TRY(auto to, read_erased(from.chunks_erased()));
      if (to.chunks.empty() || !to.segments.empty() || !to.witnesses.empty()) return malformed("erasure");
      return Content(std::move(to));
    }
    case v1::MembershipBody::CONTENT_NOT_SET: break;
  }
  return Content(Unknown{});
}

void write_certificate(base::ByteView from, v1::DeviceCertificate* to) { SJ_CHECK(parse(*to, from)); }

struct WriteContent {
  v1::MembershipBody& out;
  void operator()(const Unknown&) const {}
  void operator()(const Genesis& from) const {
    auto* to = out.mutable_genesis();
    to->set_identity_key(text(from.identity_key.view()));
    write_card(from.card, to);
    to->set_kind(static_cast<std::uint32_t>(from.kind));
    to->set_salt(text(from.salt));
    if (!from.device.empty()) write_certificate(from.device, to->mutable_device());
  }
  void operator()(const DeviceAdded& from) const {
    auto* to = out.mutable_device();
    write_certificate(from.certificate, to->mutable_certificate());
    if (from.card) write_card(*from.card, to);
  }
  void operator()(const LogEnrolled& from) const {
    out.mutable_log()->set_log_key(text(from.key.view()));
    out.mutable_log()->set_possession(text(from.possession.view()));
  }
  void operator()(const Removed& from) const {
    auto* to = out.mutable_removed();
    if (from.person) to->set_person(text(from.person->view()));
    if (from.device) to->set_device(text(from.device->view()));
    write_fences(from.fences, to->mutable_fences());
  }
  void operator()(const RoleChanged& from) const {
    auto* to = out.mutable_role();
    to->set_person(text(from.person.view()));
    to->set_role(static_cast<std::uint32_t>(from.role));
    write_fences(from.fences, to->mutable_fences());
    to->set_sealed_role(text(from.sealed_role));
  }
  void operator()(const InviteRevoked& from) const {
    out.mutable_revoked()->set_invite_key(text(from.invite_key.view()));
  }
  void operator()(const Readmitted& from) const {
    write_fences(from.fences, out.mutable_readmitted()->mutable_fences());
  }
  void operator()(const JoinConfirmed& from) const {
    out.mutable_confirmed()->set_join(text(from.join.view()));
  }
  void operator()(const MemberAdded& from) const {
    auto* to = out.mutable_added();
    to->set_identity_key(text(from.identity_key.view()));
    write_card(from.card, to);
    to->set_role(static_cast<std::uint32_t>(from.role));
    to->set_sealed_role(text(from.sealed_role));
  }
  void operator()(const Erased& from) const {
    const bool only_chunks = from.segments.empty() && !from.chunks.empty();
    auto* to = only_chunks ? out.mutable_chunks_erased() : out.mutable_erased();
    to->set_reason(from.reason);
    for (const auto& segment : from.segments) {
      auto* one = to->add_segments();
      write_name(segment.name, one->mutable_name());
      for (const auto& [first, count] : segment.runs) {
        one->add_ops(first);
        one->add_ops(count);
      }
    }
    for (const auto& name : from.witnesses) write_name(name, to->add_witnesses());
    for (const auto& chunk : from.chunks) to->add_chunks(text(chunk.view()));
  }
  void operator()(const InviteOffered& from) const {
    auto* to = out.mutable_invite();
    to->set_sign_key(text(from.sign_key.view()));
    to->set_box_key(text(from.box_key.view()));
    to->set_role(static_cast<std::uint32_t>(from.role));
    to->set_uses(from.uses);
    to->set_expires_seconds(from.expires_seconds);
    to->set_sealed_role(text(from.sealed_role));
  }
  void operator()(const Joined& from) const {
    auto* to = out.mutable_join();
    to->set_invite_key(text(from.invite_key.view()));
    to->set_identity_key(text(from.identity_key.view()));
    write_card(from.card, to);
    write_certificate(from.device, to->mutable_device());
    to->set_sealed_profile(text(from.sealed_profile));
  }
  void operator()(const EpochInfo& from) const {
    auto* to = out.mutable_epoch();
    to->set_epoch(text(from.epoch.view()));
    for (const auto& one : from.predecessors) {
      auto* predecessor = to->add_predecessors();
      predecessor->set_epoch(text(one.epoch.view()));
      predecessor->set_nonce(text(one.nonce));
      predecessor->set_sealed_key(text(one.sealed_key));
    }
  }
  void operator()(const KeyBoxes& from) const {
    auto* to = out.mutable_boxes();
    to->set_epoch(text(from.epoch.view()));
    to->set_ephemeral_key(text(from.ephemeral.view()));
    for (const auto& [recipient, sealed] : from.boxes) {
      auto* box = to->add_boxes();
      box->set_recipient(text(recipient.view()));
      box->set_sealed(text(sealed));
    }
  }
};

}  // namespace

base::Result<std::vector<CertificateLink>> decode_chain(base::ByteView bytes) {
  if (bytes.size() > kMaxCertificateBytes) return too_large("certificate");
  v1::DeviceCertificate message;
  if (!parse(message, bytes)) return malformed("certificate");
  std::vector<CertificateLink> chain;
  for (const v1::DeviceCertificate* at = &message;; at = &at->issuer()) {
    if (chain.size() == kMaxChain) return too_large("certificate chain");
    v1::DeviceCertificateBody body;
    CertificateLink link;
    link.body = bytes_of(at->body());
    if (!parse(body, link.body) || !read(at->signature(), link.signature) ||
        (!at->possession().empty() && !read(at->possession(), link.possession)) ||
        !read(body.identity_key(), link.identity_key) || !read(body.sign_key(), link.sign_key) ||
        !read(body.box_key(), link.box_key)) {
      return malformed("certificate");
    }
    chain.push_back(std::move(link));
    if (!at->has_issuer()) return chain;
  }
}

base::Bytes encode_certificate_body(const base::PublicSignKey& identity, const base::PublicSignKey& sign_key,
                                    const base::PublicBoxKey& box_key, std::int64_t wall_seconds) {
  v1::DeviceCertificateBody body;
  body.set_identity_key(text(identity.view()));
  body.set_sign_key(text(sign_key.view()));
  body.set_box_key(text(box_key.view()));
  body.set_wall_seconds(wall_seconds);
  return serialise(body);
}

base::Bytes encode_certificate(base::ByteView body, const base::Signature& signature, base::ByteView issuer,
                               const base::Signature* possession) {
  v1::DeviceCertificate message;
  message.set_body(text(body));
  message.set_signature(text(signature.view()));
  if (possession != nullptr) message.set_possession(text(possession->view()));
  if (!issuer.empty()) write_certificate(issuer, message.mutable_issuer());
  return serialise(message);
}

base::Result<base::Bytes> with_possession(base::ByteView certificate,
                                          const std::function<base::Signature(base::ByteView)>& sign) {
  if (certificate.size() > kMaxCertificateBytes) return too_large("certificate");
  v1::DeviceCertificate message;
  if (!parse(message, certificate)) return malformed("certificate");
  message.set_possession(text(sign(base::as_bytes(message.body())).view()));
  return serialise(message);
}

base::Bytes encode_record(const Record& record) {
  v1::MembershipRecord message;
  message.set_body(text(record.body));
  message.set_signature(text(record.signature.view()));
  if (record.invite_signature) message.set_invite_signature(text(record.invite_signature->view()));
  return serialise(message);
}

base::Result<Record> decode_record(base::ByteView bytes) {
  if (bytes.size() > kMaxRecordBytes) return too_large("record");
  v1::MembershipRecord message;
  if (!parse(message, bytes)) return malformed("record");
  Record record;
  record.body = bytes_of(message.body());
  if (!read(message.signature(), record.signature)) return malformed("signature");
  if (!message.invite_signature().empty()) {
    base::Signature invite;
    if (!read(message.invite_signature(), invite)) return malformed("invite signature");
    record.invite_signature = invite;
  }
  // The envelope is not signed: it has one spelling, so that nobody hangs anything on another's record.
  if (!base::equal(encode_record(record), bytes)) return malformed("record envelope");
  return record;
}

base::Bytes encode_body(const Body& body) {
  v1::MembershipBody message;
  message.set_space(text(body.space.view()));
  for (const auto& parent : body.parents) message.add_parents(text(parent.view()));
  if (body.author) message.set_author(text(body.author->view()));
  message.set_wall_seconds(body.wall_seconds);
  std::visit(WriteContent{message}, body.content);
  return serialise(message);
}

base::Result<Body> decode_body(base::ByteView bytes) {
  if (bytes.size() > kMaxRecordBytes) return too_large("record");
  v1::MembershipBody message;
  if (!parse(message, bytes)) return malformed("body");
  Body body;
  if (!read(message.space(), body.space)) return malformed("space");
  if (message.parents_size() > static_cast<int>(kMaxParents)) return too_large("parents");
  for (const auto& parent : message.parents()) {
    base::HeadTag tag;
    if (!read(parent, tag)) return malformed("parent");
    body.parents.push_back(tag);
  }
  if (!message.author().empty()) {
    base::DeviceId author;
    if (!read(message.author(), author)) return malformed("author");
    body.author = author;
  }
  body.wall_seconds = message.wall_seconds();
  SJ_TRY(body.content, read_content(message));
  return body;
}

}  // namespace sejawat::space::codec
