// What people and communities are called, against members whose program writes what it likes.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

constexpr std::uint32_t kCommunity = 2, kProfile = 3;

class Names : public World {
 protected:
  // The object in which that is said to be the name.
  base::ObjectId object_saying(const std::string& name, const base::SpaceId& space, const std::string& text) {
    auto store = std::move(Store::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), 0)).value();
    const auto objects = store->objects(space);
    EXPECT_TRUE(objects.ok());
    for (const auto& object : *objects) {
      const auto state = fold::state_of(*store, codec(), space, object);
      if (!state.ok()) continue;
      const auto held = state->registers.find({0, 1});
      if (held != state->registers.end() && !held->second.empty() && held->second.front().bytes == text)
        return object;
    }
    ADD_FAILURE() << text;
    return {};
  }
  static log::Op saying(std::uint32_t type, const base::ObjectId& object, const std::string& text) {
    log::Op op;
    op.type = type;
    op.object = object;
    op.cells.push_back({0, 1, text});
    return op;
  }
  static std::set<std::string> people(Core& core, const base::SpaceId& space) {
    std::set<std::string> names;
    const auto members = core.members(&space);
    EXPECT_TRUE(members.ok());
    for (const auto& one : *members) names.insert(one.name);
    return names;
  }
};

TEST_F(Names, NobodyNamesTheCommunityWhoIsNoAdminNorAnybodyElse) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  for (int i = 0; i < 2; ++i) {
    for (auto* core : {ani.get(), budi.get()}) ASSERT_EQ(sync(*core).code, base::Code::ok);
  }
  const auto school = community(status(*ani)).space;
  budi.reset();
  const auto profile = object_saying("Budi", school, "Ani");
  const auto named = object_saying("Budi", school, "SDN 30 Mataram");
  auto fresh = profile;
  fresh.bytes[0] ^= 1U;
  write_as("Budi", school, saying(kProfile, profile, "Bukan Ani"));
  write_as("Budi", school, saying(kCommunity, named, "Sekolah palsu"));
  write_as("Budi", school, saying(kCommunity, fresh, "Sekolah palsu juga"));
  budi = open("Budi");
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  ASSERT_EQ(sync(*ani).code, base::Code::ok);
  auto citra = member(*ani, "Citra");
  for (int i = 0; i < 2; ++i) {
    for (auto* core : {ani.get(), budi.get(), citra.get()}) ASSERT_EQ(sync(*core).code, base::Code::ok);
  }
  for (auto* core : {ani.get(), citra.get()}) {
    EXPECT_EQ(community(status(*core)).name, "SDN 30 Mataram");
    EXPECT_EQ(people(*core, school), (std::set<std::string>{"Ani", "Bukan Ani", "Citra"}))
        << "whoever writes into another's profile names themselves";
  }
}

TEST_F(Names, TheNewestOfAnAdminCountsWhateverComesFirst) {
  auto ani = founder();
  const auto school = community(status(*ani)).space;
  ani.reset();
  const auto old = object_saying("Ani", school, "SDN 30 Mataram");
  auto newer = old;
  newer.bytes[0] ^= 1U;
  auto newest = old;
  newest.bytes[0] ^= 2U;
  write_as("Ani", school, saying(kCommunity, newest, "SDN 31 Mataram"));
  // In another object, so that nobody replaced the one before; and one more word in the old one.
  write_as("Ani", school, saying(kCommunity, newer, "SDN 32 Mataram"));
  ani = open("Ani");
  ASSERT_EQ(sync(*ani).code, base::Code::ok);
  auto budi = member(*ani, "Budi");
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  EXPECT_EQ(community(status(*budi)).name, "SDN 32 Mataram");
}

TEST_F(Names, ANameThatItsObjectNoLongerSaysGivesWayToTheNewestThatIsSaidAnywhere) {
  auto ani = founder();
  const auto school = community(status(*ani)).space;
  auto budi = member(*ani, "Budi");
  for (auto* core : {ani.get(), budi.get(), ani.get()}) ASSERT_EQ(sync(*core).code, base::Code::ok);
  ani.reset();
  auto other = object_saying("Ani", school, "SDN 30 Mataram");
  other.bytes[0] ^= 1U;
  write_as("Ani", school, saying(kCommunity, other, "SDN 31 Mataram"));
  const auto sync_both = [&] {
    ani = open("Ani");
    for (auto* core : {ani.get(), budi.get()}) ASSERT_EQ(sync(*core).code, base::Code::ok);
  };
  sync_both();
  EXPECT_EQ(community(status(*budi)).name, "SDN 31 Mataram");
  ani.reset();
  // Taken back: in one sync with the others or after them, all show the same.
  auto taken_back = saying(kCommunity, other, "");
  taken_back.cells[0].value.reset();
  {
    auto store = std::move(Store::open(folder.file("Ani"), base::Secret32(base::Bytes(32, 3)), 0)).value();
    taken_back.supersedes.push_back(store->ops_of(school, other)->front().dot);
  }
  write_as("Ani", school, taken_back);
  sync_both();
  auto citra = member(*ani, "Citra");
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*citra).code, base::Code::ok);
  for (auto* core : {budi.get(), citra.get()}) EXPECT_EQ(community(status(*core)).name, "SDN 30 Mataram");
}

}  // namespace
}  // namespace sejawat::api
#endif
