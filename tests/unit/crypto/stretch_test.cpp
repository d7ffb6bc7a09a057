// Argon2id against answers of another implementation (@noble/hashes 2.4.0, which is held to RFC 9106), and
// its bounds.
#include "crypto/stretch.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace sejawat::crypto {
namespace {

using base::Code;

StretchSalt counting() {
  StretchSalt salt;
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::uint8_t>(i);
  return salt;
}
std::string stretched(std::string_view password, StretchCost cost, const StretchSalt& salt = counting()) {
  const auto key = stretch(base::as_bytes(password), salt, cost);
  return key.ok() ? base::to_hex(key->view()) : "";
}

TEST(Stretch, AnswersAsAnotherImplementationDoes) {
  EXPECT_EQ(stretched("482913", {19 * 1024, 2}),
            "d0c01970fc9d8fb8ff6e04447048f20bbfd19d8f01692e70e9dee1f51c048231");
  EXPECT_EQ(stretched("kata sandi yang panjang", {32 * 1024, 3}),
            "407a2319fb99b31f930f28c7aa16af0b5ede18c5baaf61225303b6623e0bce8b");
}

TEST(Stretch, EveryPartOfTheQuestionCounts) {
  auto salt = counting();
  const auto first = stretched("482913", kStretchLeast);
  EXPECT_NE(stretched("482914", kStretchLeast), first);
  EXPECT_NE(stretched("482913", {kStretchLeast.memory_kib, 3}), first);
  EXPECT_NE(stretched("482913", {kStretchLeast.memory_kib + 8, 2}), first);
  salt[15] ^= 1;
  EXPECT_NE(stretched("482913", kStretchLeast, salt), first);
}

TEST(Stretch, RefusesWhatIsTooCheapAndWhatNoPhoneHas) {
  for (const StretchCost cost :
       {StretchCost{kStretchLeast.memory_kib - 1, 2}, StretchCost{kStretchLeast.memory_kib, 1},
        StretchCost{kStretchMost.memory_kib + 1, 2}, StretchCost{kStretchLeast.memory_kib, 17},
        StretchCost{}}) {
    EXPECT_EQ(stretch(base::as_bytes("482913"), counting(), cost).code(), Code::invalid_argument);
  }
}

}  // namespace
}  // namespace sejawat::crypto
