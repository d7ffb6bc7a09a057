#include "base/secret.h"

#include <gtest/gtest.h>

#include <new>
#include <ostream>
#include <type_traits>

namespace sejawat::base {
namespace {

static_assert(!std::is_copy_constructible_v<Secret32> && !std::is_copy_assignable_v<Secret32>);
static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<Secret32>);

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret32> && !Printable<SecretBytes>, "a secret has no way to be printed");

class FixedRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 0x5a;
  }
};

bool all_are(ByteView bytes, std::uint8_t value) {
  for (const std::uint8_t byte : bytes) {
    if (byte != value) return false;
  }
  return true;
}

TEST(Secret, WipesItsBytesWhenItDies) {
  alignas(Secret32) std::uint8_t memory[sizeof(Secret32)];
  auto* secret = new (memory) Secret32(Bytes(32, 0xaa));
  ASSERT_TRUE(all_are(secret->view(), 0xaa));
  secret->~Secret32();
  EXPECT_TRUE(all_are(ByteView(memory, sizeof(memory)), 0));
}

TEST(Secret, MovingLeavesNothingBehind) {
  Secret32 from(Bytes(32, 0xbb));
  Secret32 to(std::move(from));
  EXPECT_TRUE(all_are(to.view(), 0xbb));
  EXPECT_TRUE(all_are(from.view(), 0));  // NOLINT: reading the moved-from secret is the point

  Secret32 assigned;
  assigned = std::move(to);
  EXPECT_TRUE(all_are(assigned.view(), 0xbb));
  EXPECT_TRUE(all_are(to.view(), 0));  // NOLINT
}

TEST(Secret, CloneIsTheOneWayToHaveTwo) {
  FixedRandom random;
  const Secret16 one = Secret16::random(random);
  const Secret16 two = one.clone();
  EXPECT_TRUE(all_are(one.view(), 0x5a));
  EXPECT_TRUE(all_are(two.view(), 0x5a));
}

TEST(Wipe, ClearsExactlyTheBytesNamed) {
  Bytes bytes(10, 0xcc);
  wipe(bytes.data() + 2, 6);
  EXPECT_EQ(to_hex(bytes), "cccc000000000000cccc");
  wipe(nullptr, 0);
}

TEST(SecretBytes, MovesItsContent) {
  SecretBytes from(Bytes{1, 2, 3});
  SecretBytes to;
  to = std::move(from);
  EXPECT_EQ(to_hex(to.view()), "010203");
  EXPECT_TRUE(from.view().empty());  // NOLINT
}

#if GTEST_HAS_DEATH_TEST
TEST(SecretDeathTest, BytesOfAnotherLengthAreABug) {
  EXPECT_DEATH(static_cast<void>(Secret32(Bytes(31))), "internal check failed");
}
#endif

}  // namespace
}  // namespace sejawat::base
