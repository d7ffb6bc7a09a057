#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "support/vectors.h"

namespace sejawat::crypto {
namespace {

// As the header has them, so that none is left out here.
std::set<std::string> all_labels() {
  const std::string header =
      support::read_file(SEJAWAT_TESTS_DIR "/../client-core/crypto/include/crypto/hash.h");
  std::set<std::string> labels;
  for (std::size_t at = header.find("\"sjw."); at != std::string::npos; at = header.find("\"sjw.", at + 1)) {
    const auto label = header.substr(at + 1, header.find('"', at + 1) - at - 1);
    EXPECT_TRUE(labels.insert(label).second) << label << " stands there twice";
  }
  EXPECT_GE(labels.size(), 40U);
  return labels;
}

std::string hash_of(std::string_view label, std::size_t size, base::ByteView input, base::ByteView key = {}) {
  base::Bytes out(size);
  Hasher(label, size, key).raw(input).finish(out);
  return base::to_hex(out);
}

// RFC 7693, appendix E: a generator of deterministic input.
base::Bytes selftest_sequence(std::size_t length, std::uint32_t seed) {
  std::uint32_t a = 0xDEAD4BADU * seed;
  std::uint32_t b = 1;
  base::Bytes out(length);
  for (auto& byte : out) {
    const std::uint32_t t = a + b;
    a = b;
    b = t;
    byte = static_cast<std::uint8_t>(t >> 24);
  }
  return out;
}

TEST(Blake2b, GivesTheExampleOfTheRfc) {
  EXPECT_EQ(hash_of("", 64, base::as_bytes("abc")),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST(Blake2b, PassesTheSelfTestOfTheRfcInAllSizesWithAndWithoutKey) {
  Hasher all("", 32);
  for (const std::size_t size : {20, 32, 48, 64}) {
    for (const std::size_t length : {0, 3, 128, 129, 255, 1024}) {
      const auto input = selftest_sequence(length, static_cast<std::uint32_t>(length));
      base::Bytes out(size);
      Hasher("", size).raw(input).finish(out);
      all.raw(out);
      const auto key = selftest_sequence(size, static_cast<std::uint32_t>(size));
      Hasher("", size, key).raw(input).finish(out);
      all.raw(out);
    }
  }
  EXPECT_EQ(all.id<base::Hash32>().hex(), "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475");
}

// The examples of Python's hashlib documentation, section "Personalization".
TEST(Blake2b, PersonalisesAsOthersDo) {
  const auto input = base::as_bytes("the same content");
  EXPECT_EQ(hash_of("MyApp Files Hash", 32, input),
            "20d9cd024d4fb086aae819a1432dd2466de12947831b75c5a30cf2676095d3b4");
  EXPECT_EQ(hash_of("MyApp Block Hash", 32, input),
            "cf68fb5761b9c44e7878bfb2c4c9aea52264a80b75005e65619778de59f383a3");
}

TEST(Labels, AreAllDifferentAndFitTheParameter) {
  for (const auto& label : all_labels()) EXPECT_LE(label.size(), 16U) << label;
}

TEST(Labels, SeparateHashesAndKeysOfTheSameInput) {
  const base::Bytes input(32, 7);
  std::set<std::string> seen;
  for (const auto& label : all_labels()) {
    const auto long_hash = hash_of(label, 32, input);
    const auto short_hash = hash_of(label, 16, input);
    EXPECT_TRUE(seen.insert(long_hash).second) << label;
    EXPECT_TRUE(seen.insert(base::to_hex(derive(label, input).view())).second) << label;
    EXPECT_NE(long_hash.substr(0, 32), short_hash) << label;  // the length is part of the function
  }
}

TEST(Hasher, PartsWithTheirLengthsNeverRunTogether) {
  const auto split = [](std::string_view a, std::string_view b) {
    return Hasher("x", 32).prefixed(base::as_bytes(a)).prefixed(base::as_bytes(b)).id<base::Hash32>().hex();
  };
  EXPECT_NE(split("ab", "c"), split("a", "bc"));
  EXPECT_NE(split("", "abc"), split("abc", ""));
}

TEST(Hasher, WritesNumbersLittleEndian) {
  base::Bytes out(32);
  Hasher("x", 32).u64(0x0102030405060708ULL).u8(9).finish(out);
  EXPECT_EQ(base::to_hex(out), hash_of("x", 32, base::Bytes{8, 7, 6, 5, 4, 3, 2, 1, 9}));
}

TEST(EqualSecret, ComparesLengthAndEveryByte) {
  base::Bytes a(64, 1);
  EXPECT_TRUE(equal_secret(a, base::Bytes(64, 1)));
  EXPECT_TRUE(equal_secret({}, {}));
  EXPECT_FALSE(equal_secret(a, base::Bytes(63, 1)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto b = a;
    b[i] ^= 0x80;
    EXPECT_FALSE(equal_secret(a, b)) << i;
  }
}

}  // namespace
}  // namespace sejawat::crypto
