#include "people_codec.h"

#include "codec_values.h"
#include "cycle_codec.h"
#include "sejawat/v1/api_people.pb.h"

namespace sejawat::api::door {
namespace {

namespace wire = ::sejawat::v1::api::people;
constexpr int kMostAtOnce = 256;

base::Result<SpaceWish> read_space(const std::string& from) {
  return maybe_id_of<base::SpaceId>(from, "space: 16 bytes or none");
}

base::Result<PeopleRequest> read(const wire::OfMember& from, OfMember::What what) {
  OfMember of{what, {}, {}, from.role()};
  SJ_TRY(of.space, read_space(from.space()));
  SJ_TRY(of.person, maybe_id_of<base::PersonId>(from.person(), "person: 16 bytes or none"));
  return PeopleRequest{std::move(of)};
}
template <class Command>
base::Result<PeopleRequest> in(const wire::InSpace& from) {
  SJ_TRY(auto space, read_space(from.space()));
  return PeopleRequest{Command{space}};
}
base::Result<PeopleRequest> read(const wire::GroupCreate& from) {
  GroupCreate create{from.name(), {}, {}};
  SJ_TRY(create.space, read_space(from.space()));
  if (from.persons_size() > kMostAtOnce) return invalid_field("persons: at most 256");
  for (const auto& item : from.persons()) {
    SJ_TRY(auto person, id_of<base::PersonId>(item, "persons: 16 bytes each"));
    create.persons.push_back(person);
  }
  return PeopleRequest{std::move(create)};
}

void write(const std::monostate&, wire::PeopleReply& to) { to.mutable_done(); }
void write(const Fingerprint& from, wire::PeopleReply& to) {
  to.mutable_fingerprint()->set_digest(bytes_of(from.digest));
  to.mutable_fingerprint()->set_state(bytes_of(from.state));
  to.mutable_fingerprint()->set_objects(from.objects);
}
void write(const base::SpaceId& from, wire::PeopleReply& to) { to.set_space(bytes_of(from)); }
void write(const std::vector<MemberInfo>& from, wire::PeopleReply& to) {
  auto& list = *to.mutable_members();
  for (const auto& member : from) {
    auto* item = list.add_members();
    item->set_person(bytes_of(member.person));
    item->set_name(text_of(member.name));
    item->set_role(text_of(member.domain_role));
    item->set_admin(member.role == space::WireRole::admin);
    item->set_may_write(!member.provisional && member.role >= space::WireRole::writer);
    item->set_devices(static_cast<std::uint32_t>(member.devices));
    item->set_self(member.self);
    item->set_provisional(member.provisional);
  }
}
void write(const std::vector<InviteInfo>& from, wire::PeopleReply& to) {
  auto& list = *to.mutable_invites();
  for (const auto& invite : from) {
    auto* item = list.add_invites();
    item->set_id(bytes_of(invite.id));
    item->set_role(text_of(invite.domain_role));
    item->set_uses(invite.uses);
    item->set_joined(invite.joined);
    item->set_expires_seconds(invite.expires_seconds);
    item->set_revoked(invite.revoked);
  }
}
void write(const std::vector<QuarantinedLog>& from, wire::PeopleReply& to) {
  auto& list = *to.mutable_late();
  for (const auto& log : from) {
    auto* item = list.add_logs();
    item->set_log(bytes_of(log.log));
    item->set_space(bytes_of(log.space));
    item->set_person(bytes_of(log.person));
    item->set_name(text_of(log.name));
    item->set_own(log.own);
    item->set_changes(log.ops);
    item->set_reason(late_name(log.why));
    item->set_may_readmit(log.may_readmit);
  }
}

const char* what_name(log::OpKind kind) {
  switch (kind) {
    case log::OpKind::write: return "write";
    case log::OpKind::trash: return "trash";
    case log::OpKind::increment: return "increment";
    case log::OpKind::append: return "append";
  }
  return "";
}
void write(const LateWork& from, wire::PeopleReply& to) {
  auto& work = *to.mutable_late_work();
  work.set_total(static_cast<std::uint32_t>(from.total));
  work.set_unreadable(from.unreadable);
  for (const auto& bytes : from.sealed) work.add_sealed(std::string(base::as_text(bytes)));
  for (const auto& change : from.changes) {
    auto* item = work.add_changes();
    item->set_id(bytes_of(change.object));
    item->set_kind(kind_text(change.type));
    item->set_what(what_name(change.kind));
    item->set_written_ms(change.wall_ms);
    for (const auto& field : change.fields) {
      auto* row = item->add_fields();
      row->set_element(field.element);
      row->set_field(text_of(field.name));
      row->set_removed(!field.value);
      if (field.value) row->set_text(text_of(*field.value));
    }
  }
}

}  // namespace

base::Result<PeopleRequest> read_people(const wire::PeopleRequest& from) {
  using W = wire::PeopleRequest;
  switch (from.command_case()) {
    case W::kMembers: return in<MembersShow>(from.members());
    case W::kMemberRole: return read(from.member_role(), OfMember::What::role);
    case W::kMemberRemove: return read(from.member_remove(), OfMember::What::remove);
    case W::kMemberConfirm: return read(from.member_confirm(), OfMember::What::confirm);
    case W::kGroupCreate: return read(from.group_create());
    case W::kGroupAdd: return read(from.group_add(), OfMember::What::add_to_group);
    case W::kInvites: return in<InvitesShow>(from.invites());
    case W::kInviteRevoke: {
      SJ_TRY(auto space, read_space(from.invite_revoke().space()));
      SJ_TRY(auto id, id_of<base::HeadTag>(from.invite_revoke().id(), "id: 8 bytes"));
      return PeopleRequest{InviteRevoke{space, id}};
    }
    case W::kFingerprint: return in<FingerprintShow>(from.fingerprint());
    case W::kSpaceRotate: return in<SpaceRotate>(from.space_rotate());
    case W::kQuarantine: return PeopleRequest{LateShow{}};
    case W::kQuarantineReadmit: {
      SJ_TRY(auto log, id_of<base::LogId>(from.quarantine_readmit().log(), "log: 16 bytes"));
      return PeopleRequest{LateReadmit{log}};
    }
    case W::kQuarantineShow: {
      LateWorkShow show;
      SJ_TRY(show.log, id_of<base::LogId>(from.quarantine_show().log(), "log: 16 bytes"));
      show.offset = from.quarantine_show().offset();
      SJ_TRY(show.limit, read_limit(from.quarantine_show().limit()));
      show.sealed = from.quarantine_show().sealed();
      return PeopleRequest{show};
    }
    case W::COMMAND_NOT_SET: break;
  }
  return PeopleRequest{};
}

void write_people(const PeopleReply& from, wire::PeopleReply& to) {
  std::visit([&to](const auto& value) { write(value, to); }, from.result);
}

}  // namespace sejawat::api::door
