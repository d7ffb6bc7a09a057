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
  // With what the admin's program brings.
  void bring(Core& admin, const base::SpaceId& space, base::Bytes record) {
    const auto listen = server.on_request;
    server.on_request = [&](sync::ClientMessage& message) {
      if (!record.empty()) {
        sync::SpaceUpload part;
        part.space.id = space;
        part.records.push_back(std::move(record));
        message.spaces.push_back(std::move(part));
        record.clear();
      }
      listen(message);
    };
    EXPECT_EQ(sync(admin).code, Code::ok);
    EXPECT_TRUE(record.empty());
    server.on_request = listen;
  }
  // As anybody may read it who holds what was brought.
  space::Membership brought(const base::SpaceId& id) const { return membership_of(id, seen_); }
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

// Their own join was never taken: what they are a member by is the thief's, by another link.
TEST_F(CardProof, AgainstTheOnlyOneKnownWhichAStolenPhoneNamed) {
  auto ani = founder();
  const auto closed = invite_by(*ani);
  const auto open = invite_by(*ani);
  ASSERT_TRUE(ani->revoke_invite(closed.record).ok());
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(closed).ok());
  const auto keys = space::DeviceKeys::random(random);
  auto grant =
      space::LinkGrant::open(*budi->grant_link({keys.sign.public_key(), keys.box.public_key()}), keys);
  ASSERT_TRUE(grant.ok());
  const auto certificate = space::take_possession(grant->certificate, keys);
  ASSERT_TRUE(certificate.ok());
  const auto trap = crypto::BoxKey::random(random).public_key();
  bring(*ani, open.space,
        space::write_join({&keys, &*certificate, 1}, open.space,
                          space::InviteKeys::from_secret(open.secret).sign, open.record, trap, {}));
  EXPECT_EQ(brought(open.space).members().at(budi->person()).card.box, trap);
  for (int i = 0; i < 3; ++i) {
    for (auto* who : {budi.get(), ani.get()}) sync(*who);
  }
  expect_proven(open.space, 2);
  const auto now = brought(open.space);
  EXPECT_FALSE(now.needs_rotation());
  for (const auto& boxes : now.key_boxes()) {
    if (boxes.epoch != *now.current_epoch()) continue;
    for (const auto& [tag, box] : boxes.boxes) EXPECT_NE(tag, base::prefix_of<base::HeadTag>(trap));
  }
}

using StolenPhone = CardProof;

// The community never saw the device that the phone let in, only one that that one let in.
TEST_F(StolenPhone, TakesAlongWhatItLetInThatOnlyACommunityKnows) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  const auto community = invite_by(*ani).space;
  const auto keys = space::DeviceKeys::random(random);
  auto grant =
      space::LinkGrant::open(*budi->grant_link({keys.sign.public_key(), keys.box.public_key()}), keys);
  ASSERT_TRUE(grant.ok());
  const auto let_in = space::take_possession(grant->certificate, keys);
  ASSERT_TRUE(let_in.ok());
  const auto own = budi->personal_space();
  ASSERT_EQ(sync(*budi).code, Code::ok);
  bring(*budi, own, space::write_device({&keys, &*let_in, 1}, brought(own), *let_in));
  const auto next = space::DeviceKeys::random(random);
  const auto half =
      space::certify_by_device(*let_in, keys.sign, next.sign.public_key(), next.box.public_key(), 1);
  const auto further = space::take_possession(half, next);
  ASSERT_TRUE(further.ok());
  bring(*ani, community, space::write_device({&next, &*further, 1}, brought(community), *further));
  for (auto* who : {budi.get(), ani.get()}) sync(*who);
  ASSERT_EQ(brought(community).devices().count(further->device()), 1U);
  ASSERT_EQ(brought(community).devices().count(let_in->device()), 0U);
  ASSERT_TRUE(budi->revoke_device(let_in->device()).ok());
  for (auto* who : {budi.get(), ani.get(), budi.get()}) sync(*who);
  EXPECT_EQ(brought(community).devices().count(further->device()), 0U);
  EXPECT_FALSE(brought(community).needs_rotation());
}

}  // namespace
}  // namespace sejawat::api
#endif
