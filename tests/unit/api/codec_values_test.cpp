// What other devices wrote may be any bytes; what goes out of the door is text.
#include "codec_values.h"

#include <gtest/gtest.h>

namespace sejawat::api::door {
namespace {

const std::string kBad = "\xEF\xBF\xBD";

TEST(TextOf, KeepsEveryCharacterThatIsOne) {
  for (const std::string& text :
       {std::string(), std::string("Bu Sari"), std::string("\x7F\xC2\x80\xDF\xBF"),
        std::string("\xE0\xA0\x80\xE1\x80\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"),
        std::string("\xF0\x90\x80\x80\xF1\x80\x80\x80\xF4\x8F\xBF\xBF"), std::string("a\0b", 3)}) {
    EXPECT_EQ(text_of(text), text);
  }
}

// Each byte that is no character of UTF-8 (RFC 3629) is told as one that cannot be shown, and what stands
// around it stays.
TEST(TextOf, ReplacesWhatIsNoCharacterByteByByte) {
  const std::pair<std::string, int> wrong[] = {
      {"\x80", 1},              // goes on from nothing
      {"\xBF\xBF", 2},          //
      {"\xC0\xAF", 2},          // "/" the long way
      {"\xC1\xBF", 2},          //
      {"\xE0\x9F\xBF", 3},      // the same in three bytes
      {"\xF0\x8F\xBF\xBF", 4},  // and in four
      {"\xED\xA0\x80", 3},      // half of a pair of UTF-16
      {"\xED\xBF\xBF", 3},      //
      {"\xF4\x90\x80\x80", 4},  // beyond the last character
      {"\xF5\x80\x80\x80", 4},  //
      {"\xFF", 1},              //
      {"\xC3", 1},              // cut
      {"\xE2\x82", 2},          //
      {"\xF0\x9F\x99", 3},      //
  };
  for (const auto& [bytes, replaced] : wrong) {
    std::string expected;
    for (int i = 0; i < replaced; ++i) expected += kBad;
    EXPECT_EQ(text_of(bytes), expected) << base::to_hex(base::as_bytes(bytes));
    EXPECT_EQ(text_of("a" + bytes), "a" + expected);
    EXPECT_EQ(text_of(bytes + "z"), expected + "z") << "what follows is not swallowed";
  }
  EXPECT_EQ(text_of("\xE2\x82z"), kBad + kBad + "z");
  EXPECT_EQ(text_of("\xC3\xC3\xA9"), kBad + "\xC3\xA9");
}

struct Place {
  std::string date;
  std::uint64_t lamport = 0;
  base::ObjectId object;
};

TEST(Place, ReadsBackAndRefusesWhatNoPageGave) {
  const Place place{"2026-11-26", 300, base::ObjectId{{1, 2, 3}}};
  const auto bytes = encode_place(place);
  const auto read = read_place<Place>(bytes);
  ASSERT_TRUE(read.ok());
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ((*read)->date, place.date);
  EXPECT_EQ((*read)->lamport, place.lamport);
  EXPECT_EQ((*read)->object, place.object);
  EXPECT_FALSE(read_place<Place>("")->has_value()) << "the first page";
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(read_place<Place>(bytes.substr(0, size)).code(), base::Code::invalid_argument) << size;
  }
  EXPECT_EQ(read_place<Place>(bytes + "x").code(), base::Code::invalid_argument);
}

}  // namespace
}  // namespace sejawat::api::door
