#include "base/bytes.h"

#include <gtest/gtest.h>

namespace sejawat::base {
namespace {

Bytes bytes_up_to(std::size_t size) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 + 11));
  return bytes;
}

TEST(Hex, WritesLowerCaseAndReadsEitherCase) {
  const Bytes bytes = {0x00, 0x0f, 0xa5, 0xff};
  EXPECT_EQ(to_hex(bytes), "000fa5ff");
  Bytes read;
  ASSERT_TRUE(from_hex("000fA5Ff", read));
  EXPECT_EQ(read, bytes);
}

TEST(Hex, EmptyIsEmptyBothWays) {
  EXPECT_EQ(to_hex({}), "");
  Bytes read = {1};
  ASSERT_TRUE(from_hex("", read));
  EXPECT_TRUE(read.empty());
}

TEST(Hex, RefusesOddLengthAndForeignCharactersAndLeavesTheOutputAlone) {
  Bytes read = {7};
  for (const char* text : {"0", "000", "0g", "g0", " 00", "0x", "+1", "\xc3\xa9"}) {
    EXPECT_FALSE(from_hex(text, read)) << text;
  }
  EXPECT_EQ(read, Bytes{7});
}

TEST(Base64Url, MatchesTheVectorsOfRfc4648WithoutPadding) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64url(as_bytes(plain)), encoded);
    Bytes read;
    ASSERT_TRUE(from_base64url(encoded, read)) << encoded;
    EXPECT_EQ(as_text(read), plain);
  }
}

TEST(Base64Url, UsesTheUrlSafeAlphabet) {
  EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff, 0xfe}), "-__-");
  Bytes read;
  EXPECT_FALSE(from_base64url("+//+", read));
}

TEST(Base64Url, ReadsBackEveryLength) {
  for (std::size_t size = 0; size <= 130; ++size) {
    const Bytes bytes = bytes_up_to(size);
    Bytes read;
    ASSERT_TRUE(from_base64url(to_base64url(bytes), read)) << size;
    EXPECT_EQ(read, bytes) << size;
  }
}

TEST(Base64Url, GivesOneValueExactlyOneSpelling) {
  Bytes read;
  EXPECT_FALSE(from_base64url("Zh", read));    // spare bits set: would be a second spelling of "f"
  EXPECT_FALSE(from_base64url("Zm9", read));   // the same for "fo"
  EXPECT_FALSE(from_base64url("Zg==", read));  // padding
  EXPECT_FALSE(from_base64url("Z", read));     // impossible length
  EXPECT_FALSE(from_base64url("Zm9v\n", read));
  EXPECT_FALSE(from_base64url("Zm 9", read));
}

TEST(Bytes, EqualComparesContentAndToleratesEmptyViews) {
  const Bytes one = {1, 2, 3};
  EXPECT_TRUE(equal(one, Bytes{1, 2, 3}));
  EXPECT_FALSE(equal(one, Bytes{1, 2}));
  EXPECT_FALSE(equal(one, Bytes{1, 2, 4}));
  EXPECT_TRUE(equal({}, Bytes{}));
}

}  // namespace
}  // namespace sejawat::base
