// Which card is whose is proven in whatever our program writes, however somebody came to their device.
#ifndef __EMSCRIPTEN__
#include <set>

#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

class CardProof : public World {
 protected:
  CardProof() {
    server.on_request = [this](sync::ClientMessage& message) {
      for (const auto& space : message.spaces)
        seen_.insert(seen_.end(), space.records.begin(), space.records.end());
    };
  }
  // As anybody may read it who holds what was brought.
  space::Membership brought(const base::SpaceId& id) const {
    space::Membership membership(id);
    for (bool more = true; more;) {
      more = false;
      for (const auto& record : seen_) more = membership.add(record).ok() || more;
    }
    return membership;
  }
  std::unique_ptr<Core> linked(Core& old, const std::string& name) {
    auto fresh = open(name);
    auto grant = old.grant_link(*fresh->link_request());
    EXPECT_TRUE(grant.ok() && fresh->accept_link(*grant).ok());
    return fresh;
  }
  base::SpaceId group_of(Core& founder, Core& member) {
    auto group = founder.create_group("Kelas rendah");
    EXPECT_TRUE(group.ok());
    EXPECT_TRUE(founder.add_member(*group, member.person(), "teacher").ok());
    EXPECT_EQ(sync(founder).code, Code::ok);
    return *group;
  }
  void expect_proven(const base::SpaceId& space, std::size_t members) const {
    const auto membership = brought(space);
    EXPECT_EQ(membership.members().size(), members);
    for (const auto& [person, member] : membership.members())
      EXPECT_TRUE(space::is_proven(member.identity_key, member.card));
  }

 private:
  std::vector<base::Bytes> seen_;
};

TEST_F(CardProof, OfAllMembersHoweverTheyCame) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto budi = member(*ani, "Budi");
  for (int i = 0; i < 2; ++i) {
    for (auto* who : {ani.get(), budi.get()}) EXPECT_EQ(sync(*who).code, Code::ok);
  }
  for (const auto& space : status(*ani).spaces) {
    if (space.kind == space::SpaceKind::school) expect_proven(space.space, 2);
  }
  expect_proven(group_of(*budi, *ani), 2);
  auto tablet = linked(*budi, "tablet");
  EXPECT_EQ(sync(*tablet).code, Code::ok);
  expect_proven(group_of(*tablet, *ani), 2);
  tablet.reset();
  tablet = open("tablet");
  expect_proven(group_of(*tablet, *ani), 2);
  auto found_again = open("laptop");
  ASSERT_TRUE(found_again->recover(card, server.address()).ok());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sync(*found_again).code, Code::ok);
  expect_proven(group_of(*found_again, *budi), 2);
}

}  // namespace
}  // namespace sejawat::api
#endif
