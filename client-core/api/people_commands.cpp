#include "people_messages.h"

namespace sejawat::api::door {
namespace {

using base::Code;
using Answer = decltype(PeopleReply::result);
using Answered = base::Result<Answer>;

const base::SpaceId* pointer(const SpaceWish& space) { return space ? &*space : nullptr; }

Answered done(const base::Status& status) {
  if (!status.ok()) return status.error();
  return Answer(std::monostate());
}
template <class List>
Answered listed(base::Result<List> list) {
  if (!list.ok()) return std::move(list).error();
  return Answer(std::move(list).value());
}

constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  // of one reply

std::size_t size_of(const QuarantinedChange& change) {
  std::size_t size = 64;
  for (const auto& field : change.fields) size += 32 + (field.value ? field.value->size() : 0);
  return size;
}

struct Executor {
  Core& core;

  Answered operator()(const std::monostate&) { return base::error(Code::version_unsupported, "command"); }
  Answered operator()(const MembersShow& asked) { return listed(core.members(pointer(asked.space))); }
  Answered operator()(const OfMember& given) {
    const auto person = given.person ? *given.person : core.person();
    const auto* space = pointer(given.space);
    switch (given.what) {
      case OfMember::What::role: return done(core.change_role(person, given.role, space));
      case OfMember::What::remove: return done(core.remove_member(person, space));
      case OfMember::What::confirm: return done(core.confirm_member(person, space));
      case OfMember::What::add_to_group: break;
    }
    if (space == nullptr) return base::error(Code::invalid_argument, "space: which group");
    return done(core.add_member(*space, person, given.role.empty() ? "teacher" : given.role));
  }
  Answered operator()(const GroupCreate& create) {
    SJ_TRY(auto group, core.create_group(create.name, pointer(create.space)));
    for (const auto& person : create.persons) SJ_TRY_STATUS(core.add_member(group, person, "teacher"));
    return Answer(group);
  }
  Answered operator()(const InvitesShow& asked) { return listed(core.invites(pointer(asked.space))); }
  Answered operator()(const InviteRevoke& one) {
    return done(core.revoke_invite(one.id, pointer(one.space)));
  }
  Answered operator()(const FingerprintShow& asked) {
    auto space = asked.space;
    for (const auto& row : core.spaces()) {
      if (!space && row.kind == space::SpaceKind::personal) space = row.space;
    }
    if (!space) return base::error(Code::not_found, "no space yet");
    SJ_TRY(auto mark, core.fingerprint(*space));
    return Answer(mark);
  }
  Answered operator()(const SpaceRotate& one) {
    if (!one.space) return base::error(Code::invalid_argument, "space: which one");
    return done(core.rotate(*one.space));
  }
  Answered operator()(const LateShow&) { return listed(core.quarantine()); }
  Answered operator()(const LateWorkShow& asked) {
    SJ_TRY(auto work, core.quarantined_work(asked.log));
    LateWork page;
    page.unreadable = work.unreadable;
    page.total = asked.sealed ? work.sealed.size() : work.changes.size();
    std::size_t size = 0;
    for (std::size_t i = asked.offset; i < page.total && i - asked.offset < asked.limit; ++i) {
      size += asked.sealed ? work.sealed[i].size() : size_of(work.changes[i]);
      if (size > kMostBytes && i > asked.offset) break;
      if (asked.sealed) {
        page.sealed.push_back(std::move(work.sealed[i]));
      } else {
        page.changes.push_back(std::move(work.changes[i]));
      }
    }
    return Answer(std::move(page));
  }
  Answered operator()(const LateReadmit& one) { return done(core.readmit(one.log)); }
};

}  // namespace

base::Result<PeopleReply> execute_people(Core& core, const PeopleRequest& request) {
  if (!core.has_person()) return base::error(Code::not_found, "no person in this store yet");
  SJ_TRY(auto answer, std::visit(Executor{core}, request.command));
  return PeopleReply{std::move(answer)};
}

}  // namespace sejawat::api::door
