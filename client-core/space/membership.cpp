#include "space/membership.h"

#include <algorithm>

#include "crypto/hash.h"
#include "log/segment.h"
#include "membership_rules.h"

namespace sejawat::space {
namespace {

using base::Code;

base::Error fail(Code code, const char* what) { return base::error(code, what); }

bool signed_by(const base::PublicSignKey& key, const base::RecordId& id, const base::Signature& signature) {
  return crypto::verify(key, id.view(), signature);
}

// Calls `visit(place)` for everything at or below `from` until it returns false.
template <class Visit>
void walk(const std::vector<std::vector<std::size_t>>& parents, std::vector<std::size_t> open, Visit visit) {
  std::vector<bool> seen(parents.size(), false);
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    if (!visit(at)) return;
    for (const std::size_t parent : parents[at]) {
      if (!seen[parent]) open.push_back(parent);
    }
  }
}

}  // namespace

base::RecordId record_id(base::ByteView body) {
  return crypto::Hasher(crypto::label::kRecordId, 16).raw(body).id<base::RecordId>();
}

base::Result<base::RecordId> record_id_of(base::ByteView record) {
  SJ_TRY(auto decoded, codec::decode_record(record));
  return record_id(decoded.body);
}

base::EpochId epoch_id(const base::SpaceId& space, const base::Secret32& key) {
  return base::prefix_of<base::EpochId>(
      crypto::Hasher(crypto::label::kEpochId, 16).raw(space.view()).raw(key.view()).id<base::Digest>());
}

base::SpaceId space_id(const base::PublicSignKey& creator, SpaceKind kind,
                       const std::array<std::uint8_t, 16>& salt) {
  return crypto::Hasher(crypto::label::kSpaceId, 16)
      .raw(creator.view())
      .u8(static_cast<std::uint8_t>(kind))
      .raw(salt)
      .id<base::SpaceId>();
}
base::SpaceId personal_space_id(const base::PublicSignKey& identity) {
  return space_id(identity, SpaceKind::personal, {});
}

base::Result<base::RecordId> Membership::add(base::ByteView record) {
  return MembershipRules{*this}.add(record);
}

bool Membership::has_record(const base::RecordId& id) const {
  const auto found = by_prefix_.find(base::prefix_of<base::HeadTag>(id));
  return found != by_prefix_.end() && records_[found->second].first == id;
}
bool Membership::has_prefix(const base::HeadTag& tag) const { return by_prefix_.count(tag) != 0; }

std::vector<base::HeadTag> Membership::frontier() const {
  std::vector<base::HeadTag> out;
  out.reserve(heads_.size());
  for (const auto& head : heads_) out.push_back(head.first);
  return out;
}

std::optional<Device> Membership::device_by_box_key(const base::PublicBoxKey& key) const {
  for (const auto& [id, device] : devices_) {
    if (device.box_key == key) return device;
  }
  return std::nullopt;
}

std::optional<WireRole> Membership::role_of(const base::PersonId& person) const {
  const auto found = members_.find(person);
  if (found == members_.end()) return std::nullopt;
  return found->second.role;
}

bool Membership::may_write(const base::LogId& log) const {
  const auto found = logs_.find(log);
  if (found == logs_.end()) return false;
  const auto role = role_of(found->second.person);
  return role && *role >= WireRole::writer;
}

std::optional<base::EpochId> Membership::current_epoch() const {
  return MembershipRules::current_epoch(*this);
}

std::optional<WireRole> MembershipRules::role_before(const Membership& of,
                                                     const std::vector<std::size_t>& parents,
                                                     const base::PersonId& person) {
  std::optional<WireRole> best;
  walk(of.parents_, parents, [&](std::size_t at) {
    const auto grant = of.grants_.find(at);
    if (grant != of.grants_.end() && grant->second.person == person) {
      if (!best || *best < grant->second.role) best = grant->second.role;
    }
    return best != WireRole::admin;
  });
  return best;
}

bool MembershipRules::is_ancestor(const Membership& of, std::size_t old, std::size_t young) {
  bool found = false;
  walk(of.parents_, {young}, [&](std::size_t at) {
    found = at == old;
    return !found;
  });
  return found;
}

std::vector<base::HeadTag> MembershipRules::parents_for(const Membership& of, const base::PersonId& author) {
  auto heads = of.frontier();
  if (heads.size() <= codec::kMaxParents) return heads;
  const auto role = of.role_of(author);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (role && role_before(of, {of.by_prefix_.at(heads[i])}, author) == role) {
      std::swap(heads[0], heads[i]);
      break;
    }
  }
  heads.resize(codec::kMaxParents);
  return heads;
}

std::optional<base::EpochId> MembershipRules::current_epoch(const Membership& of) {
  const auto& epochs = of.epochs_;
  const auto followed = [&](std::size_t i) {
    for (std::size_t j = 0; j < epochs.size(); ++j) {
      if (epochs[j].epoch == epochs[i].epoch) continue;
      for (const auto& predecessor : epochs[j].predecessors) {
        if (predecessor.epoch == epochs[i].epoch) return true;
      }
    }
    return false;
  };
  std::vector<std::size_t> last;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (!followed(i)) last.push_back(i);
  }
  // Only an author of rubbish makes a ring; then any rule will do that is the same everywhere.
  if (last.empty()) {
    for (std::size_t i = 0; i < epochs.size(); ++i) last.push_back(i);
  }
  std::optional<base::EpochId> best;
  for (const std::size_t i : last) {
    const bool older = last.size() > 1 && std::any_of(last.begin(), last.end(), [&](std::size_t j) {
                         return j > i && is_ancestor(of, of.epoch_records_[i], of.epoch_records_[j]);
                       });
    if (!older && (!best || epochs[i].epoch < *best)) best = epochs[i].epoch;
  }
  return best;
}

base::Result<base::RecordId> MembershipRules::add(base::ByteView bytes) {
  SJ_TRY(const auto record, codec::decode_record(bytes));
  const base::RecordId id = record_id(record.body);
  if (to.has_record(id)) return fail(Code::already_exists, "record");
  SJ_TRY(const auto body, codec::decode_body(record.body));
  Pending pending{record, body, id, base::prefix_of<base::HeadTag>(id), {}, to.records_.size(), {}};
  if (body.space != to.space_) return fail(Code::malformed, "record of another space");
  if (to.has_prefix(pending.tag)) return fail(Code::not_permitted, "record prefix taken");
  const bool genesis = std::holds_alternative<codec::Genesis>(body.content);
  const bool join = std::holds_alternative<codec::Joined>(body.content);
  if (genesis != !to.genesis_kind_) {
    return genesis ? fail(Code::not_permitted, "second genesis") : fail(Code::unknown_membership, "genesis");
  }
  if ((genesis || join) != body.parents.empty()) return fail(Code::malformed, "parents");
  if (join != record.invite_signature.has_value()) return fail(Code::malformed, "invite signature");
  for (const auto& parent : body.parents) {
    const auto found = to.by_prefix_.find(parent);
    if (found == to.by_prefix_.end()) return fail(Code::unknown_membership, "parent");
    pending.parents.push_back(found->second);
  }
  SJ_TRY_STATUS(std::visit([&](const auto& content) { return apply(pending, content); }, body.content));

  for (const std::size_t parent : pending.parents) {
    to.heads_.erase(base::prefix_of<base::HeadTag>(to.records_[parent].first));
  }
  to.heads_.emplace(pending.tag, true);
  to.by_prefix_.emplace(pending.tag, pending.place);
  to.parents_.push_back(std::move(pending.parents));
  to.records_.emplace_back(id, base::to_bytes(bytes));
  return id;
}

base::Status MembershipRules::by_member(Pending& pending, WireRole at_least) {
  if (!pending.body.author) return fail(Code::malformed, "author");
  const auto device = to.devices_.find(*pending.body.author);
  if (device == to.devices_.end()) return fail(Code::unknown_membership, "author");
  if (!signed_by(device->second.sign_key, pending.id, pending.record.signature)) {
    return fail(Code::bad_signature, "record");
  }
  pending.author = device->second.person;
  const auto role = role_before(to, pending.parents, pending.author);
  if (!role || *role < at_least) return fail(Code::not_permitted, "role");
  return {};
}

base::Status MembershipRules::check_device(const DeviceCertificate& certificate) const {
  const auto known = to.devices_.find(certificate.device());
  if (known == to.devices_.end()) return {};
  if (known->second.person != certificate.person() || known->second.box_key != certificate.box_key) {
    return fail(Code::not_permitted, "device is somebody else's or has another key");
  }
  return {};
}

void MembershipRules::put_device(const DeviceCertificate& certificate) {
  const auto device = certificate.device();
  to.devices_.emplace(device,
                      Device{device, certificate.person(), certificate.sign_key, certificate.box_key});
}

base::Status MembershipRules::apply(Pending& pending, const codec::Genesis& genesis) {
  if (space_id(genesis.identity_key, genesis.kind, genesis.salt) != to.space_) {
    return fail(Code::not_permitted, "genesis does not make this space id");
  }
  std::optional<DeviceCertificate> certificate;
  base::PublicSignKey signer = genesis.identity_key;
  if (genesis.kind == SpaceKind::personal) {
    const bool salted = genesis.salt != std::array<std::uint8_t, 16>{};
    if (salted || !genesis.device.empty() || pending.body.author || pending.body.wall_seconds != 0) {
      return fail(Code::malformed, "personal genesis");
    }
  } else {
    SJ_TRY(certificate, parse_certificate(genesis.device));
    signer = certificate->sign_key;
    if (certificate->identity_key != genesis.identity_key || pending.body.author != certificate->device()) {
      return fail(Code::not_permitted, "genesis by somebody else's device");
    }
  }
  if (!signed_by(signer, pending.id, pending.record.signature)) return fail(Code::bad_signature, "genesis");

  const auto person = person_id(genesis.identity_key);
  to.genesis_kind_ = genesis.kind;
  to.members_.emplace(person,
                      Member{person, genesis.identity_key, genesis.identity_box, WireRole::admin, {}});
  to.grants_.emplace(pending.place, Membership::Grant{person, WireRole::admin});
  if (certificate) put_device(*certificate);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::Joined& join) {
  const auto invite = to.invites_.find(join.invite_key);
  if (invite == to.invites_.end()) return fail(Code::unknown_membership, "invite");
  if (!signed_by(join.invite_key, pending.id, *pending.record.invite_signature)) {
    return fail(Code::invite_invalid, "join without the invite's key");
  }
  SJ_TRY(const auto certificate, parse_certificate(join.device));
  if (certificate.identity_key != join.identity_key || pending.body.author != certificate.device()) {
    return fail(Code::not_permitted, "join by somebody else's device");
  }
  if (!signed_by(certificate.sign_key, pending.id, pending.record.signature)) {
    return fail(Code::bad_signature, "join");
  }
  SJ_TRY_STATUS(check_device(certificate));

  pending.parents.push_back(to.by_prefix_.at(invite->second.record));
  const auto person = certificate.person();
  const auto role = invite->second.role;
  auto [at, fresh] = to.members_.emplace(
      person, Member{person, join.identity_key, join.identity_box, role, join.sealed_profile});
  if (!fresh) {
    // The same result in whichever order two joins of one person arrive.
    Member& member = at->second;
    member.role = std::max(member.role, role);
    if (join.identity_box < member.identity_box) member.identity_box = join.identity_box;
    if (member.sealed_profile < join.sealed_profile) member.sealed_profile = join.sealed_profile;
  }
  to.grants_.emplace(pending.place, Membership::Grant{person, role});
  put_device(certificate);
  ++invite->second.joined;
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::DeviceAdded& added) {
  if (!pending.body.author) return fail(Code::malformed, "author");
  SJ_TRY(const auto certificate, parse_certificate(added.certificate));
  const auto person = certificate.person();
  if (!to.role_of(person)) return fail(Code::unknown_membership, "person of the device");
  base::PublicSignKey signer = certificate.sign_key;
  if (*pending.body.author != certificate.device()) {
    const auto author = to.devices_.find(*pending.body.author);
    if (author == to.devices_.end()) return fail(Code::unknown_membership, "author");
    if (author->second.person != person) return fail(Code::not_permitted, "device of another person");
    signer = author->second.sign_key;
  }
  if (!signed_by(signer, pending.id, pending.record.signature)) return fail(Code::bad_signature, "device");
  SJ_TRY_STATUS(check_device(certificate));
  put_device(certificate);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::LogEnrolled& log) {
  SJ_TRY_STATUS(by_member(pending, WireRole::writer));
  const auto id = log::log_id(to.space_, log.key);
  if (to.logs_.count(id) != 0) return fail(Code::not_permitted, "log is enrolled");
  to.logs_.emplace(id, EnrolledLog{id, log.key, *pending.body.author, pending.author});
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::InviteOffered& invite) {
  SJ_TRY_STATUS(by_member(pending, WireRole::admin));
  if (to.invites_.count(invite.sign_key) != 0) return fail(Code::not_permitted, "invite is offered");
  to.invites_.emplace(invite.sign_key, Invite{invite.sign_key, invite.box_key, invite.role, invite.uses,
                                              invite.expires_seconds, pending.tag, 0});
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const EpochInfo& epoch) {
  SJ_TRY_STATUS(by_member(pending, WireRole::admin));
  to.epochs_.push_back(epoch);
  to.epoch_records_.push_back(pending.place);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const KeyBoxes& boxes) {
  SJ_TRY_STATUS(by_member(pending, WireRole::reader));
  to.key_boxes_.push_back(boxes);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::Unknown& /*unknown*/) {
  return by_member(pending, WireRole::carrier);
}

base::Result<RecordPeek> peek_record(base::ByteView bytes) {
  SJ_TRY(const auto record, codec::decode_record(bytes));
  SJ_TRY(const auto body, codec::decode_body(record.body));
  RecordPeek peek;
  peek.space = body.space;
  base::Bytes certificate;
  if (const auto* genesis = std::get_if<codec::Genesis>(&body.content)) {
    peek.genesis = true;
    certificate = genesis->device;
  } else if (const auto* added = std::get_if<codec::DeviceAdded>(&body.content)) {
    certificate = added->certificate;
  } else if (const auto* join = std::get_if<codec::Joined>(&body.content)) {
    certificate = join->device;
    peek.join_invite = join->invite_key;
  }
  if (!certificate.empty()) {
    SJ_TRY(peek.device, parse_certificate(certificate));
  }
  return peek;
}

}  // namespace sejawat::space
