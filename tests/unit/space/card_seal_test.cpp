// What only the card opens: the way back when the PIN was forgotten.
#include "space/card_seal.h"

#include <gtest/gtest.h>

#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

RecoveryCard card_of(std::uint8_t fill) {
  RecoveryCard card;
  const std::vector<std::uint8_t> seed(base::Secret32::kSize, fill);
  card.seed = base::Secret32(base::ByteView(seed));
  return card;
}

TEST(CardSeal, TheOwnersCardOpensIt) {
  support::SeededRandom random(1);
  const auto card = card_of(7);
  const auto key = base::Secret32::random(random);
  const auto sealed = seal_for_card(key, Identity::from_seed(card.seed).box.public_key(), random);
  ASSERT_TRUE(sealed.ok());
  ASSERT_EQ(sealed->size(), kCardSealSize);
  const auto opened = open_with_card(card, *sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(base::to_hex(opened->view()), base::to_hex(key.view()));
}

TEST(CardSeal, NeitherAnotherCardNorAnAlteredSealDoes) {
  support::SeededRandom random(2);
  const auto card = card_of(7);
  const auto key = base::Secret32::random(random);
  const auto sealed = seal_for_card(key, Identity::from_seed(card.seed).box.public_key(), random).value();
  EXPECT_EQ(open_with_card(card_of(8), sealed).code(), Code::cannot_decrypt);
  for (std::size_t at = 0; at < sealed.size(); at += 13) {
    auto altered = sealed;
    altered[at] ^= 4;
    EXPECT_FALSE(open_with_card(card, altered).ok()) << at;
  }
  EXPECT_EQ(open_with_card(card, base::ByteView(sealed).subspan(1)).code(), Code::malformed);
}

TEST(CardSeal, AKeyThatIsNoPointIsSealedToNobody) {
  support::SeededRandom random(3);
  EXPECT_EQ(seal_for_card(base::Secret32::random(random), base::PublicBoxKey{}, random).code(),
            Code::malformed);
}

}  // namespace
}  // namespace sejawat::space
