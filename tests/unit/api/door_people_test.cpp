// Members, groups and invites through the door.
#include "cycle_door.h"

namespace sejawat::api {
namespace {

TEST_F(CycleDoor, MembersGroupsAndInvitesGoThroughTheDoor) {
  const auto people = [&](const std::function<void(wire::people::PeopleRequest&)>& set) {
    return door.call([&](wire::Request& r) { set(*r.mutable_people()); });
  };
  auto members = people([](auto& r) { r.mutable_members(); }).people().members();
  ASSERT_EQ(members.members_size(), 1);
  EXPECT_EQ(members.members(0).name(), "Pak Budi");
  EXPECT_TRUE(members.members(0).admin());
  EXPECT_TRUE(members.members(0).self());
  const auto group = people([&](auto& r) {
                       r.mutable_group_create()->set_name("Kelas tinggi");
                       r.mutable_group_create()->set_space(school);
                     })
                         .people()
                         .space();
  ASSERT_EQ(group.size(), 16U);
  EXPECT_EQ(people([&](auto& r) { r.mutable_members()->set_space(group); }).people().members().members_size(),
            1);
  EXPECT_EQ(people([&](auto& r) {
              r.mutable_group_add()->set_space(group);
              r.mutable_group_add()->set_person(std::string(16, 'x'));
            })
                .error()
                .code(),
            number(Code::not_found));
  door.call([](wire::Request& r) {
    r.mutable_invite()->set_role("principal");
    r.mutable_invite()->set_ttl_seconds(600);
  });
  const auto invites = people([](auto& r) { r.mutable_invites(); }).people().invites();
  ASSERT_EQ(invites.invites_size(), 1);
  EXPECT_EQ(invites.invites(0).role(), "principal");
  EXPECT_EQ(people([&](auto& r) { r.mutable_invite_revoke()->set_id(invites.invites(0).id()); })
                .people()
                .result_case(),
            wire::people::PeopleReply::kDone);
  EXPECT_TRUE(people([](auto& r) { r.mutable_invites(); }).people().invites().invites(0).revoked());
  EXPECT_EQ(people([&](auto& r) { r.mutable_space_rotate()->set_space(school); }).people().result_case(),
            wire::people::PeopleReply::kDone);
  EXPECT_EQ(people([](auto& r) { r.mutable_quarantine(); }).people().late().logs_size(), 0);
  EXPECT_EQ(people([](auto& r) { r.mutable_members()->set_space("short"); }).error().code(),
            number(Code::invalid_argument));
  EXPECT_EQ(people([](auto&) {}).error().code(), number(Code::version_unsupported));
  int here = 0;
  const auto status = door.status();
  for (const auto& space : status.spaces()) here += space.member() && space.current_key() ? 1 : 0;
  EXPECT_EQ(here, 3);
  // What changed is told, so that a list of members can be read anew.
  bool told = false;
  for (const auto& event : door.events()) {
    for (const auto& space : event.changed().spaces()) told = told || space == school;
  }
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace sejawat::api
