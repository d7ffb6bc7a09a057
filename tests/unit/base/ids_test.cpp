#include "base/ids.h"

#include <gtest/gtest.h>

#include <map>
#include <type_traits>
#include <unordered_set>

#include "base/random.h"

namespace sejawat::base {
namespace {

static_assert(!std::is_same_v<SpaceId, LogId>);
static_assert(!std::is_constructible_v<SpaceId, LogId>, "two 16-byte things never mix");
static_assert(!std::is_assignable_v<SpaceId&, LogId>);
static_assert(sizeof(SpaceId) == 16 && sizeof(ObjectId) == 8 && sizeof(Signature) == 64);

class CountingRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 1;
};

TEST(Id, IsMadeOnlyFromBytesOfExactlyItsLength) {
  EXPECT_FALSE(SpaceId::from(Bytes(15)).has_value());
  EXPECT_FALSE(SpaceId::from(Bytes(17)).has_value());
  EXPECT_FALSE(SpaceId::from({}).has_value());
  const auto id = SpaceId::from(Bytes(16, 0xab));
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->hex(), "abababababababababababababababab");
}

TEST(Id, IsZeroUntilGivenAValue) {
  ObjectId id;
  EXPECT_TRUE(id.is_zero());
  id.bytes[7] = 1;
  EXPECT_FALSE(id.is_zero());
}

TEST(Id, OrdersAsUnsignedBytesFromTheFirst) {
  const ObjectId low{{0x7f, 0xff}};
  const ObjectId high{{0x80, 0x00}};
  EXPECT_TRUE(low < high);
  EXPECT_FALSE(high < low);
  EXPECT_FALSE(low < low);
  const std::map<ObjectId, int> sorted = {{high, 2}, {low, 1}};
  EXPECT_EQ(sorted.begin()->second, 1);
}

TEST(Id, WorksAsAKeyOfHashedContainers) {
  CountingRandom random;
  std::unordered_set<LogId> logs;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(logs.insert(random.id<LogId>()).second);
  EXPECT_FALSE(logs.insert(*logs.begin()).second);
}

TEST(Id, PrefixTakesTheFirstBytes) {
  CountingRandom random;
  const auto hash = random.id<Hash32>();
  EXPECT_EQ(prefix_of<HeadTag>(hash).hex(), "0102030405060708");
}

}  // namespace
}  // namespace sejawat::base
