#include "base/codec.h"

#include <gtest/gtest.h>

#include <limits>

namespace sejawat::base {
namespace {

constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();

Bytes varint(std::uint64_t value) {
  Writer writer;
  writer.varint(value);
  return writer.take();
}

TEST(Writer, PutsIntegersInLittleEndian) {
  Writer writer;
  writer.u8(0xab);
  writer.u32(0x01020304);
  writer.u64(0x1122334455667788);
  EXPECT_EQ(to_hex(writer.bytes()), "ab040302018877665544332211");
}

TEST(Varint, TakesTheBytesOfLeb128) {
  EXPECT_EQ(to_hex(varint(0)), "00");
  EXPECT_EQ(to_hex(varint(127)), "7f");
  EXPECT_EQ(to_hex(varint(128)), "8001");
  EXPECT_EQ(to_hex(varint(300)), "ac02");
  EXPECT_EQ(to_hex(varint(kMax64)), "ffffffffffffffffff01");
}

TEST(Varint, ReadsBackEveryPowerOfTwoAndItsNeighbours) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    const std::uint64_t power = std::uint64_t{1} << shift;
    for (const std::uint64_t value : {power - 1, power, power + 1}) {
      const Bytes bytes = varint(value);
      Reader reader(bytes);
      std::uint64_t read = 0;
      ASSERT_TRUE(reader.varint(read)) << value;
      EXPECT_EQ(read, value);
      EXPECT_TRUE(reader.at_end());
    }
  }
}

TEST(Varint, RefusesEncodingsLongerThanNeededSoThatSignedBytesHaveOneForm) {
  for (const char* hex : {"8000", "ff00", "808000", "80808080808080808000"}) {
    Bytes bytes;
    ASSERT_TRUE(from_hex(hex, bytes));
    Reader reader(bytes);
    std::uint64_t value = 0;
    EXPECT_FALSE(reader.varint(value)) << hex;
    EXPECT_TRUE(reader.failed());
  }
}

TEST(Varint, RefusesMoreThan64BitsAndEndlessContinuation) {
  for (const char* hex : {"ffffffffffffffffff02", "ffffffffffffffffff7f", "ffffffffffffffffffff01",
                          "8080808080808080808080808080"}) {
    Bytes bytes;
    ASSERT_TRUE(from_hex(hex, bytes));
    Reader reader(bytes);
    std::uint64_t value = 0;
    EXPECT_FALSE(reader.varint(value)) << hex;
  }
}

TEST(Reader, ReadsBackWhatTheWriterWrote) {
  Writer writer;
  const auto id = ObjectId{{1, 2, 3, 4, 5, 6, 7, 8}};
  writer.u8(9);
  writer.u32(0xdeadbeef);
  writer.u64(kMax64);
  writer.varint(1234567);
  writer.prefixed(as_bytes("catatan"));
  writer.raw(id.view());
  const Bytes bytes = writer.take();

  Reader reader(bytes);
  std::uint8_t u8 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  std::uint64_t number = 0;
  ByteView text;
  ObjectId read_id;
  ASSERT_TRUE(reader.u8(u8) && reader.u32(u32) && reader.u64(u64) && reader.varint(number));
  ASSERT_TRUE(reader.prefixed(100, text) && reader.id(read_id));
  EXPECT_EQ(u8, 9);
  EXPECT_EQ(u32, 0xdeadbeefU);
  EXPECT_EQ(u64, kMax64);
  EXPECT_EQ(number, 1234567U);
  EXPECT_EQ(as_text(text), "catatan");
  EXPECT_EQ(read_id, id);
  EXPECT_TRUE(reader.at_end());
}

TEST(Reader, FailsOnEveryTruncation) {
  Writer writer;
  writer.u32(7);
  writer.varint(300);
  writer.prefixed(as_bytes("diskusi"));
  writer.u64(8);
  const Bytes whole = writer.take();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Reader reader(ByteView(whole).first(size));
    std::uint32_t u32 = 0;
    std::uint64_t u64 = 0;
    ByteView text;
    EXPECT_FALSE(reader.u32(u32) && reader.varint(u64) && reader.prefixed(100, text) && reader.u64(u64))
        << size;
    EXPECT_TRUE(reader.failed()) << size;
  }
}

TEST(Reader, RefusesALengthThatTheBytesDoNotHoldOrTheCapForbids) {
  for (const std::uint64_t length :
       {std::uint64_t{4}, std::uint64_t{1} << 32, std::uint64_t{1} << 63, kMax64}) {
    Bytes bytes = varint(length);
    append(bytes, as_bytes("abc"));
    Reader reader(bytes);
    ByteView out;
    EXPECT_FALSE(reader.prefixed(std::numeric_limits<std::size_t>::max(), out)) << length;
  }
  Bytes bytes = varint(3);
  append(bytes, as_bytes("abc"));
  ByteView out;
  EXPECT_FALSE(Reader(bytes).prefixed(2, out));
  EXPECT_TRUE(Reader(bytes).prefixed(3, out));
}

TEST(Reader, StaysFailedAndGivesNothingMore) {
  const Bytes bytes = {1, 2, 3};
  Reader reader(bytes);
  std::uint32_t u32 = 0;
  std::uint8_t u8 = 0;
  ASSERT_FALSE(reader.u32(u32));
  EXPECT_FALSE(reader.u8(u8));
  EXPECT_EQ(reader.remaining(), 0U);
  EXPECT_FALSE(reader.at_end());
}

TEST(Reader, TakesAnEmptyStringAtTheVeryEnd) {
  const Bytes bytes = {0};
  Reader reader(bytes);
  ByteView out;
  ASSERT_TRUE(reader.prefixed(0, out));
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(reader.at_end());
}

// Every one of 65,536 two-byte inputs, and what a small generator makes: a value or a failure, never a read
// outside (the sanitizer build watches).
TEST(Reader, SurvivesHostileBytes) {
  const auto drain = [](ByteView input) {
    Reader reader(input);
    std::uint64_t value = 0;
    ByteView view;
    std::size_t total = 0;
    while (reader.remaining() > 0 && reader.varint(value) && reader.prefixed(64, view)) total += view.size();
    return total <= input.size();
  };
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const Bytes bytes = {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)};
      ASSERT_TRUE(drain(bytes));
    }
  }
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525 + 1013904223;
      bytes.push_back(static_cast<std::uint8_t>(state >> 24));
    }
    ASSERT_TRUE(drain(bytes));
  }
}

}  // namespace
}  // namespace sejawat::base
