// Spaces that a carrier names or brings, and that nobody here knows: they leave nothing behind but what a
// person may need, and keep nobody from what is theirs.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "log/digest.h"
#include "store/store.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Strangers : World {
  std::unique_ptr<Core> ani = founder();

  // A group that somebody founded whom nobody knows, of which the first record is all there is.
  struct Founded {
    base::SpaceId id;
    base::Bytes genesis;
  };
  Founded a_group() {
    const auto identity = space::Identity::from_seed(base::Secret32::random(random));
    const auto keys = space::DeviceKeys::random(random);
    const auto certificate = space::certify(identity.sign, keys, 100);
    const space::Author author{&keys, &certificate, 100};
    std::array<std::uint8_t, 16> salt{};
    random.fill(salt);
    return {space::space_id(certificate.identity_key, space::SpaceKind::group, salt),
            space::write_genesis(author, identity.box.public_key(), space::SpaceKind::group, salt)};
  }
  // What else it says is gone: the names, and of each a part made by `part`.
  static void name(sync::ServerMessage& reply, std::vector<base::SpaceId> ids,
                   const std::function<void(const base::SpaceId&, sync::SpaceReply&)>& part) {
    std::sort(ids.begin(), ids.end());
    reply.spaces.clear();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      sync::SpaceReply one;
      one.space.index = static_cast<std::uint32_t>(i + 1);
      part(ids[i], one);
      if (!one.records.empty() || !one.logs.empty() || !one.digest.empty())
        reply.spaces.push_back(std::move(one));
    }
    reply.set = std::move(ids);
    reply.base_unknown = false;
    reply.segments_to_come = 1;
  }
  // So many that there is room for no more.
  void fill(const std::vector<base::SpaceId>& mine) {
    std::size_t brought = 0;
    server.on_reply = [&](sync::ServerMessage& reply) {
      if (brought >= 300) return;
      auto ids = mine;
      std::map<base::SpaceId, base::Bytes> fresh;
      for (int i = 0; i < 100; ++i, ++brought) {
        const auto one = a_group();
        ids.push_back(one.id);
        fresh[one.id] = one.genesis;
      }
      name(reply, ids, [&](const base::SpaceId& id, sync::SpaceReply& part) {
        if (fresh.count(id) != 0) part.records = {fresh[id]};
      });
    };
    EXPECT_EQ(sync(*ani).code, Code::ok);
    server.on_reply = nullptr;
    EXPECT_EQ(own().size(), mine.size() + sync::kMaxSpaces);
  }
  std::vector<base::SpaceId> own() const {
    std::vector<base::SpaceId> ids;
    for (const auto& space : ani->spaces()) ids.push_back(space.space);
    return ids;
  }
};

TEST_F(Strangers, ANameAloneLeavesNothingHere) {
  add(*ani, "catatan");
  const auto mine = own();
  std::vector<base::SpaceId> named;
  int replies = 0;
  server.on_reply = [&](sync::ServerMessage& reply) {
    if (++replies > 20) return;
    auto ids = mine;
    for (int i = 0; i < 100; ++i) {
      named.push_back(random.id<base::SpaceId>());
      ids.push_back(named.back());
    }
    name(reply, ids, [&](const base::SpaceId& id, sync::SpaceReply& part) {
      if (std::find(mine.begin(), mine.end(), id) != mine.end()) return;
      part.position = 7;
      part.digest = base::Bytes(16, 5);
      part.records = {base::Bytes(100, 9)};
      part.logs.push_back({base::Bytes(16, 3), {base::Bytes(200, 4)}});
    });
  };
  EXPECT_EQ(sync(*ani).code, Code::ok);
  ASSERT_GT(replies, 20);
  server.on_reply = nullptr;
  EXPECT_EQ(own(), mine);
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
  EXPECT_EQ(sync(*ani).round_trips, 1U) << "and all is as before";
  ani.reset();
  auto store = store::Store::open(folder.file("Ani"), base::Secret32(base::Bytes(32, 3)), 0);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->spaces()->size(), mine.size());
  for (const auto& id : named) {
    ASSERT_FALSE((*store)->cursor(server.address().key, id)->has_value());
  }
}

TEST_F(Strangers, OneCarrierBringsSoManyThatNobodyVouchesForAndThenOnlySuchAsAreVouchedFor) {
  auto budi = member(*ani, "Budi");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto mine = own();
  std::vector<Founded> all;
  server.on_reply = [&](sync::ServerMessage& reply) {
    if (all.size() >= 600) return;
    auto ids = mine;
    std::map<base::SpaceId, base::Bytes> fresh;
    for (int i = 0; i < 100; ++i) {
      all.push_back(a_group());
      ids.push_back(all.back().id);
      fresh[all.back().id] = all.back().genesis;
    }
    name(reply, ids, [&](const base::SpaceId& id, sync::SpaceReply& part) {
      if (fresh.count(id) != 0) part.records = {fresh[id]};
    });
  };
  EXPECT_EQ(sync(*ani).code, Code::ok);
  server.on_reply = nullptr;
  ASSERT_EQ(all.size(), 600U);
  EXPECT_EQ(own().size(), mine.size() + sync::kMaxSpaces);
  // A colleague adds her to a group: that comes all the same, and so does what she joins.
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  auto group = budi->create_group("Kelas rendah");
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(budi->add_member(*group, ani->person(), "teacher").ok());
  const auto problem = begin_problem(*budi, *group, "dari kelompok");
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_TRUE(ani->cycle().records().show(problem).ok());
  // Another carrier has its own count.
  Server district{random, clock};
  district.hold_what(server);
  ASSERT_EQ(sync(*ani, district).code, Code::ok);
  EXPECT_EQ(own().size(), mine.size() + sync::kMaxSpaces + 1);
}

TEST_F(Strangers, WhatThereIsNoRoomForIsPassedByWithoutAFullSync) {
  const auto mine = own();
  fill(mine);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto one = a_group();
  log::SpaceDigest digest(one.id);
  digest.add_record(*space::record_id_of(one.genesis));
  const auto tag = base::prefix_of<base::HeadTag>(digest.value());
  const base::Digest partial(random.id<base::Digest>());
  int replies = 0;
  server.on_reply = [&](sync::ServerMessage& reply) {
    if (++replies > 2) return;
    auto ids = mine;
    ids.push_back(one.id);
    name(reply, ids, [&](const base::SpaceId& id, sync::SpaceReply& part) {
      if (!(id == one.id)) return;
      part.records = {one.genesis};
      part.position = static_cast<std::uint64_t>(replies);
      part.digest = base::to_bytes(replies == 1 ? tag.view() : partial.view());
    });
  };
  std::vector<sync::Hello> hellos;
  server.on_request = [&](sync::ClientMessage& message) {
    if (message.hello) hellos.push_back(*message.hello);
  };
  sync(*ani);
  server.on_reply = nullptr;
  server.on_request = nullptr;
  ASSERT_GE(hellos.size(), 3U);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_FALSE(hellos[i].full);
    const auto& positions = hellos[i].positions;
    EXPECT_EQ(std::count(positions.begin(), positions.end(), i), 1) << "what comes after it is served";
  }
  EXPECT_EQ(own().size(), mine.size() + sync::kMaxSpaces);
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(sync(*ani).round_trips, 1U);
}

// Kept while a carrier names a space of which nothing has come: it may hold a key for the card alone.
TEST_F(Strangers, ASpaceThatIsNamedAndHasNotComeKeepsTheCardAtHand) {
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  const auto school = community(status(*budi)).space;
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  std::vector<base::SpaceId> set;
  server.on_reply = [&](sync::ServerMessage& reply) {
    if (reply.set) set = *reply.set;
    const auto at = std::find(set.begin(), set.end(), school);
    if (at == set.end()) return;
    const auto index = static_cast<std::uint32_t>(at - set.begin()) + 1;
    reply.spaces.erase(std::remove_if(reply.spaces.begin(), reply.spaces.end(),
                                      [&](const auto& part) { return part.space.index == index; }),
                       reply.spaces.end());
  };
  ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_TRUE(phone->recovering());
  server.on_reply = nullptr;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sync(*phone).code, Code::ok);
  EXPECT_FALSE(phone->recovering());
}

}  // namespace
}  // namespace sejawat::api
#endif
