// The app lock at the door: a key out of a PIN, and the card as the way back.
#include <array>

#include "base/bytes.h"
#include "base/result.h"
#include "door.h"

namespace sejawat::api {
namespace {

using base::Code;
using Key = std::array<std::uint8_t, SEJAWAT_KEY_SIZE>;
using Seal = std::array<std::uint8_t, SEJAWAT_CARD_SEAL_SIZE>;

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
Key key_of(std::uint8_t fill) {
  Key key;
  key.fill(fill);
  return key;
}

TEST(DoorLock, APinBecomesAKeyAndAnotherPinAnotherOne) {
  const std::array<std::uint8_t, SEJAWAT_SALT_SIZE> salt{};
  const auto stretched = [&](const std::string& pin, std::uint32_t memory, std::uint32_t passes) {
    Key key{};
    const int code = sejawat_stretch(bytes_of(pin), pin.size(), salt.data(), memory, passes, key.data());
    return code == SEJAWAT_OK ? base::to_hex(key) : std::to_string(code);
  };
  const auto one = stretched("482913", 19456, 2);
  EXPECT_EQ(one.size(), 64U);
  EXPECT_EQ(stretched("482913", 19456, 2), one);
  EXPECT_NE(stretched("482914", 19456, 2), one);
  EXPECT_EQ(stretched("482913", 8, 1), "1") << "too cheap";
  EXPECT_EQ(stretched(std::string(SEJAWAT_MAX_PASSWORD + 1, '1'), 19456, 2),
            std::to_string(SEJAWAT_TOO_LARGE));
  EXPECT_EQ(sejawat_stretch(nullptr, 1, salt.data(), 19456, 2, Key{}.data()), SEJAWAT_INVALID_ARGUMENT);
}

TEST(DoorLock, OnlyTheOwnersCardOpensWhatWasSealedForIt) {
  Door door;
  Seal sealed{};
  const auto key = key_of(0x5a);
  EXPECT_EQ(sejawat_card_seal(door.core(), key.data(), sealed.data()), SEJAWAT_NOT_FOUND);
  const auto card = door.init();
  ASSERT_EQ(sejawat_card_seal(door.core(), key.data(), sealed.data()), SEJAWAT_OK);

  const auto opened = [&](const std::string& text, const Seal& seal) {
    Key out = key_of(1);
    const int code = sejawat_card_open(bytes_of(text), text.size(), seal.data(), out.data());
    if (code != SEJAWAT_OK) {
      EXPECT_EQ(out, key_of(0));
    }
    return std::pair(code, out);
  };
  EXPECT_EQ(opened(card.text(), sealed), std::pair(0, key));
  EXPECT_EQ(opened(card.code(), sealed), std::pair(0, key)) << "its machine line";
  Door other(":memory:", 2);
  EXPECT_EQ(opened(other.init().code(), sealed).first, static_cast<int>(Code::cannot_decrypt));
  EXPECT_EQ(opened("kata: bukan kartu", sealed).first, static_cast<int>(Code::card_invalid));
  Seal altered = sealed;
  altered[40] ^= 1;
  EXPECT_EQ(opened(card.code(), altered).first, static_cast<int>(Code::cannot_decrypt));
}

}  // namespace
}  // namespace sejawat::api
