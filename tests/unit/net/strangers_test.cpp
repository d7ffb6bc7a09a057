#include "strangers.h"

#include <gtest/gtest.h>

#include <memory>

#include "server_state.h"

namespace sejawat::net {
namespace {

struct Line final : Connection {
  explicit Line(Strangers& of) : ticket(of) {}
  void drain() override {}
  void let_go() override {}
  Strangers::Ticket ticket;
};

class StrangersTest : public testing::Test {
 protected:
  // Who goes for one more from there; none: -1.
  int enter(std::uint8_t from) { return enter(origin_of_v4({192, 0, 2, from})); }
  int enter(const Origin& from) { return enter(strangers, from); }
  int enter(Strangers& among, const Origin& from) {
    lines.push_back(std::make_unique<Line>(among));
    return index_of(among.enter(lines.back()->ticket, from, *lines.back()));
  }
  int index_of(const Connection* goes) const {
    for (std::size_t i = 0; goes != nullptr && i < lines.size(); ++i) {
      if (lines[i].get() == goes) return static_cast<int>(i);
    }
    return -1;
  }
  Strangers strangers{4, 200};
  Strangers many{800, 3};  // of whom three are a fair share
  std::vector<std::unique_ptr<Line>> lines;
};

TEST_F(StrangersTest, WhereEachIsAloneTheOldestGoes) {
  for (std::uint8_t i = 0; i < 4; ++i) EXPECT_EQ(enter(i), -1);
  EXPECT_EQ(enter(9), 0);
  EXPECT_EQ(enter(10), 1);
  EXPECT_EQ(strangers.count(), 4U);
}

TEST_F(StrangersTest, ManyOfOnePlacePushOutEachOther) {
  EXPECT_EQ(enter(1), -1);  // waits, long before the flood
  for (int i = 0; i < 3; ++i) EXPECT_EQ(enter(7), -1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(enter(7), 1 + i);
  EXPECT_EQ(enter(2), 51) << "and a newcomer from elsewhere pushes out one of them";
  EXPECT_EQ(enter(7), 52);
  EXPECT_EQ(strangers.count(), 4U);
}

TEST_F(StrangersTest, WhoeverIsServedOrGoneTakesNoPlaceAnyMore) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(enter(7), -1);
  lines[0]->ticket.give_up();
  lines[0]->ticket.give_up();
  EXPECT_EQ(strangers.count(), 3U);
  EXPECT_EQ(enter(8), -1);
  lines[1].reset();
  EXPECT_EQ(enter(8), -1);
  EXPECT_EQ(enter(9), 2);
}

// All connections of one address are taken, or all that there are.
TEST_F(StrangersTest, ForWhoComesTheOldestOfTheAddressGoesOrWhoeverWouldGoAmongAll) {
  EXPECT_EQ(index_of(strangers.make_room()), -1);
  EXPECT_EQ(enter(1), -1);
  EXPECT_EQ(enter(7), -1);
  EXPECT_EQ(enter(7), -1);
  EXPECT_EQ(enter(8), -1);
  EXPECT_EQ(index_of(strangers.make_room(origin_of_v4({192, 0, 2, 9}))), -1) << "nobody of there";
  EXPECT_EQ(index_of(strangers.make_room(origin_of_v4({192, 0, 2, 7}))), 1);
  lines[2]->ticket.give_up();  // served meanwhile
  EXPECT_EQ(index_of(strangers.make_room(origin_of_v4({192, 0, 2, 7}))), -1) << "never who is known";
  EXPECT_EQ(index_of(strangers.make_room()), 0);
  EXPECT_EQ(index_of(strangers.make_room()), 3);
  EXPECT_EQ(index_of(strangers.make_room()), -1);
  EXPECT_EQ(strangers.count(), 0U);
}

Origin network(std::uint8_t of, std::uint8_t part = 0) {
  return origin_of_v6({0x20, 0x01, 0x0d, 0xb8, 0, of, 0, part, 1});
}

// Whoever rents a server has thousands of networks, and a school has one address.
TEST_F(StrangersTest, AFairShareOfOnePlaceDoesNotGoBeforeOlderOnesOfThousandsOfPlaces) {
  const Origin school = origin_of_v4({203, 0, 113, 9});
  for (int i = 0; i < 797; ++i)
    ASSERT_EQ(
        enter(many, origin_of_v4({10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)})),
        -1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(enter(many, school), -1);
  for (int i = 0; i < 797; ++i)
    ASSERT_EQ(
        enter(many, origin_of_v4({10, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)})),
        i)
        << "the oldest of all";
  EXPECT_EQ(enter(many, origin_of_v4({10, 2, 0, 0})), 797) << "until theirs are";
}

TEST_F(StrangersTest, WhoHasMoreThanAFairShareGoesFirst) {
  for (int i = 0; i < 796; ++i)
    ASSERT_EQ(
        enter(many, origin_of_v4({10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)})),
        -1);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(enter(many, network(1)), -1);
  EXPECT_EQ(enter(many, network(2)), 796);
  EXPECT_EQ(enter(many, network(2)), 0);
}

TEST_F(StrangersTest, TheNetworksThatOneHostGivesOutAreOnePlace) {
  EXPECT_EQ(enter(1), -1);
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_EQ(enter(network(1, i)), -1);
  EXPECT_EQ(enter(network(2)), 1);
  EXPECT_EQ(enter(network(1, 9)), 2);
  EXPECT_EQ(index_of(strangers.make_room(network(1, 9))), 5) << "and yet an address is one of them";
}

}  // namespace
}  // namespace sejawat::net
