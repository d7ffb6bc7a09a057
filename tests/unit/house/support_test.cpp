// The tools of the other tests.
#include <gtest/gtest.h>

#include "support/fakes.h"
#include "support/vectors.h"

namespace sejawat::support {
namespace {

TEST(SeededRandom, RepeatsItselfForASeedAndDiffersForAnother) {
  SeededRandom one(7);
  SeededRandom again(7);
  SeededRandom other(8);
  const auto id = one.id<base::SpaceId>();
  EXPECT_EQ(id, again.id<base::SpaceId>());
  EXPECT_FALSE(id == other.id<base::SpaceId>());
  EXPECT_FALSE(id == one.id<base::SpaceId>());
}

TEST(ManualClock, MovesOnlyWhenToldAndTheWallApart) {
  ManualClock clock;
  const base::Now start = clock.now();
  clock.advance(250);
  clock.set_wall(0);
  EXPECT_EQ(clock.now().monotonic_ms, start.monotonic_ms + 250);
  EXPECT_EQ(clock.now().wall_ms, 0);
}

TEST(Vectors, AreReadFromTheTestsFolder) {
  const auto value = load_vectors("base64url");
  ASSERT_FALSE(value.at("cases").as_array().empty());
  for (const auto& entry : value.at("cases").as_array()) {
    EXPECT_EQ(base::to_base64url(hex_at(entry, "bytes")), std::string_view(entry.at("text").as_string()));
  }
}

}  // namespace
}  // namespace sejawat::support
