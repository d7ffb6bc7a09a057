#include "byte_range.h"

#include <gtest/gtest.h>

namespace sejawat::net {
namespace {

// "first+size", or "all".
std::string read(std::string_view header, std::size_t size = 100) {
  const auto range = byte_range(header, size);
  return range ? std::to_string(range->first) + "+" + std::to_string(range->size) : "all";
}

TEST(ByteRange, IsOneOfTheThreeKinds) {
  EXPECT_EQ(read("bytes=0-0"), "0+1");
  EXPECT_EQ(read("bytes=10-19"), "10+10");
  EXPECT_EQ(read("bytes=10-"), "10+90");
  EXPECT_EQ(read("bytes=-30"), "70+30");
}

TEST(ByteRange, EndsWhereTheFileDoes) {
  EXPECT_EQ(read("bytes=90-1000"), "90+10");
  EXPECT_EQ(read("bytes=90-18446744073709551615"), "90+10");
  EXPECT_EQ(read("bytes=90-99999999999999999999999"), "90+10");
  EXPECT_EQ(read("bytes=0-18446744073709551615"), "0+100");
  EXPECT_EQ(read("bytes=-1000"), "0+100");
}

TEST(ByteRange, MayLieOutsideOfTheFile) {
  EXPECT_EQ(read("bytes=100-"), "0+0");
  EXPECT_EQ(read("bytes=99999999999999999999999-"), "0+0");
  EXPECT_EQ(read("bytes=-0"), "100+0");
  EXPECT_EQ(read("bytes=0-", 0), "0+0");
}

TEST(ByteRange, IsTheWholeFileForAnythingElse) {
  for (const char* header : {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1-2,4-5", "bytes=+1-2",
                             "bytes= 1-2", "items=0-1", "bytes=1--2", "0-1", "bytes=0x1-", "bytes=1- "}) {
    EXPECT_EQ(read(header), "all") << header;
  }
}

}  // namespace
}  // namespace sejawat::net
