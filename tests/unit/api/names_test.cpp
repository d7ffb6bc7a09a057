// What people and communities are called, against members whose program writes what it likes.
#ifndef __EMSCRIPTEN__
#include "log_seal/seal.h"
#include "world.h"

namespace sejawat::api {
namespace {

constexpr std::uint32_t kCommunity = 2, kProfile = 3;

class Names : public World {
 protected:
  using Store = store::Store;
  static fold::OpCodec codec() {
    return {[](const log::Op& op) { return log::encode_op(op); },
            [](base::ByteView bytes) { return log::decode_op(bytes); }};
  }
  // As that person's program would write it, if it were not ours. The core of that name is closed.
  void write_as(const std::string& name, const base::SpaceId& space, log::Op op) {
    auto store = std::move(Store::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), 0)).value();
    const auto own = store->own_log(space);
    ASSERT_TRUE(own.ok() && own->has_value());
    ASSERT_TRUE(
        fold::write_local(*store, codec(), space, (*own)->log, std::move(op), clock.now().wall_ms).ok());
  }
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

}  // namespace
}  // namespace sejawat::api
#endif
