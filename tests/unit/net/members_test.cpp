// Who goes where all places are taken by people whom the carrier knows.
#include "members.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "server_state.h"

namespace sejawat::net {
namespace {

const Origin kSchool = origin_of_v4({192, 0, 2, 1});
const Origin kElsewhere = origin_of_v4({192, 0, 2, 2});

sync::PersonTag person(std::uint8_t number) {
  sync::PersonTag tag;
  tag.bytes[0] = number;
  return tag;
}

struct Line final : Connection {
  explicit Line(Members& of) : ticket(of) {}
  void drain() override {}
  void let_go() override {}
  Members::Ticket ticket;
};

class MembersTest : public testing::Test {
 protected:
  Line* open(std::uint8_t whose, const Origin& from = kSchool) {
    lines.push_back(std::make_unique<Line>(members));
    members.enter(lines.back()->ticket, from, person(whose), *lines.back());
    return lines.back().get();
  }
  Members members{3};
  std::vector<std::unique_ptr<Line>> lines;
};

TEST_F(MembersTest, NobodyLosesALineWhoHasNoMoreThanAFairShare) {
  EXPECT_EQ(members.make_room(), nullptr);
  for (std::uint8_t whose = 0; whose < 20; ++whose) {
    for (int i = 0; i < 3; ++i) open(whose);
  }
  EXPECT_EQ(members.make_room(), nullptr);
  EXPECT_EQ(members.make_room(kSchool), nullptr);
  EXPECT_EQ(members.count(), 60U);
}

TEST_F(MembersTest, OfWhoeverHasMostTheOldestGoesUntilTheirsIsAFairShare) {
  open(1);
  std::vector<Line*> theirs;
  for (int i = 0; i < 5; ++i) theirs.push_back(open(2));
  Line* of_another = open(3);
  for (int i = 0; i < 3; ++i) open(3);
  EXPECT_EQ(members.make_room(), theirs[0]);
  // Four each now; whose goes first of these does not matter.
  const std::set<Connection*> both{members.make_room(), members.make_room()};
  EXPECT_EQ(both, (std::set<Connection*>{theirs[1], of_another}));
  EXPECT_EQ(members.make_room(), nullptr);
  EXPECT_EQ(members.count(), 7U);
}

TEST_F(MembersTest, OfOneAddressOnlyWhoComesFromThereGoes) {
  for (int i = 0; i < 9; ++i) open(1, kElsewhere);
  for (int i = 0; i < 3; ++i) open(2);
  EXPECT_EQ(members.make_room(kSchool), nullptr) << "three of theirs are here, whatever is elsewhere";
  Line* oldest_here = open(1);
  for (int i = 0; i < 3; ++i) open(1);
  EXPECT_EQ(members.make_room(kSchool), oldest_here);
  EXPECT_EQ(members.make_room(origin_of_v4({192, 0, 2, 3})), nullptr);
}

TEST_F(MembersTest, WhoEndsOrBecomesSomebodyElsesIsCountedAsSuch) {
  for (int i = 0; i < 4; ++i) open(1);
  lines.pop_back();
  EXPECT_EQ(members.make_room(), nullptr);
  Line* again = open(1);
  members.enter(again->ticket, kSchool, person(1), *again);
  EXPECT_EQ(members.count(), 4U) << "one line counts once";
  members.enter(again->ticket, kSchool, person(2), *again);
  EXPECT_EQ(members.count(), 4U);
  EXPECT_EQ(members.make_room(), nullptr) << "three and one";
  again->ticket.give_up();
  again->ticket.give_up();
  EXPECT_EQ(members.count(), 3U);
}

}  // namespace
}  // namespace sejawat::net
