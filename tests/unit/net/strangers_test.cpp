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
  int enter(std::uint8_t from) {
    lines.push_back(std::make_unique<Line>(strangers));
    const auto* goes = strangers.enter(lines.back()->ticket, origin_of_v4({192, 0, 2, from}), *lines.back());
    for (std::size_t i = 0; goes != nullptr && i < lines.size(); ++i) {
      if (lines[i].get() == goes) return static_cast<int>(i);
    }
    return -1;
  }
  Strangers strangers{4};
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

}  // namespace
}  // namespace sejawat::net
