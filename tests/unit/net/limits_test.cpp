#include "net/limits.h"

#include <gtest/gtest.h>

namespace sejawat::net {
namespace {

Origin from(std::uint8_t last) { return origin_of_v4({192, 0, 2, last}); }

AdmissionLimits small() {
  AdmissionLimits limits;
  limits.connections = 5;
  limits.connections_per_origin = 2;
  limits.handshakes = {3, 2};
  limits.origins = 4;
  return limits;
}

TEST(Origin, AnIPv4AddressCountsAloneAndAnIPv6AddressWithItsNetwork) {
  EXPECT_FALSE(from(1) == from(2));
  std::array<std::uint8_t, 16> a{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 7, 1};
  auto b = a;
  b[15] = 9;
  EXPECT_EQ(origin_of_v6(a), origin_of_v6(b));
  b[7] = 8;
  EXPECT_FALSE(origin_of_v6(a) == origin_of_v6(b));
}

TEST(Origin, AMappedAddressIsTheSamePlace) {
  EXPECT_EQ(origin_of_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}), from(1));
  EXPECT_TRUE(origin_of_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}).loopback);
}

TEST(Origin, OnlyThisMachineIsLoopback) {
  EXPECT_TRUE(origin_of_v4({127, 9, 9, 9}).loopback);
  EXPECT_TRUE(origin_of_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}).loopback);
  EXPECT_FALSE(from(1).loopback);
  EXPECT_FALSE(origin_of_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}).loopback);
}

TEST(Admission, OnePlaceCannotTakeAllConnections) {
  Admission admission(small());
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_EQ(admission.enter(from(1)), Entry::none_of_origin);
  EXPECT_EQ(admission.enter(from(2)), Entry::admitted);
  admission.leave(from(1));
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_EQ(admission.connections(), 3U);
}

TEST(Admission, AllTogetherCannotTakeMoreThanThereAre) {
  Admission admission(small());
  const Origin here = origin_of_v4({127, 0, 0, 1});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(admission.enter(here), Entry::admitted) << "this machine has no share of its own";
  EXPECT_EQ(admission.enter(here), Entry::none);
  EXPECT_EQ(admission.enter(from(1)), Entry::none);
  admission.leave(here);
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
}

TEST(Admission, WhereBothAreFullItIsThePlaceOfTheAddressThatCounts) {
  auto limits = small();
  limits.connections = 2;
  Admission admission(limits);
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_EQ(admission.enter(from(1)), Entry::none_of_origin) << "one of another address would go in vain";
  EXPECT_EQ(admission.enter(from(2)), Entry::none);
}

TEST(Limits, AreWhatTheDescriptorsAllowAndLeaveATenthToThoseWhoAreKnown) {
  const AdmissionLimits asked;
  EXPECT_EQ(fitting(asked, 20'000).connections, asked.connections);
  EXPECT_EQ(fitting(asked, 20'000).strangers, asked.strangers);
  EXPECT_EQ(fitting(asked, SIZE_MAX).connections, asked.connections);
  EXPECT_EQ(fitting(asked, 1024).connections, 960U);
  EXPECT_EQ(fitting(asked, 1024).strangers, 864U);
  EXPECT_EQ(fitting(asked, 64).connections, 32U) << "and the server needs some itself";
  EXPECT_EQ(fitting(asked, 64).strangers, 29U);
  auto few = asked;
  few.connections = 50;
  EXPECT_EQ(fitting(few, 20'000).strangers, 45U);
  few.connections = 1;
  EXPECT_EQ(fitting(few, 20'000).strangers, 1U);
}

TEST(Admission, HandshakesComeInABurstAndThenAtTheirRate) {
  Admission admission(small());
  std::int64_t now = 1000;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.handshake(from(1), now));
  EXPECT_FALSE(admission.handshake(from(1), now));
  EXPECT_TRUE(admission.handshake(from(2), now)) << "another place has its own";
  now += 499;
  EXPECT_FALSE(admission.handshake(from(1), now));
  now += 2;
  EXPECT_TRUE(admission.handshake(from(1), now));
  EXPECT_FALSE(admission.handshake(from(1), now));
  now += 3'600'000;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.handshake(from(1), now)) << "never more than the burst";
  EXPECT_FALSE(admission.handshake(from(1), now));
}

TEST(Admission, TlsHandshakesHaveARateOfTheirOwn) {
  auto limits = small();
  limits.tls_handshakes = {2, 1};
  Admission admission(limits);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(admission.tls_handshake(from(1), 1000));
  EXPECT_FALSE(admission.tls_handshake(from(1), 1000));
  EXPECT_TRUE(admission.handshake(from(1), 1000)) << "what comes inside is counted apart";
  EXPECT_TRUE(admission.tls_handshake(from(2), 1000));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(admission.tls_handshake(origin_of_v4({127, 0, 0, 1}), 1000));
  EXPECT_TRUE(admission.tls_handshake(from(1), 2001));
  EXPECT_FALSE(admission.tls_handshake(from(1), 2001));
}

TEST(Admission, WhoComesAndGoesTakesNoPlaceAndIsHeldBackAllTheSame) {
  auto limits = small();
  limits.arrivals = {20, 10};
  Admission admission(limits);
  const auto come_and_go = [&](const Origin& origin, std::int64_t now) {
    if (!admission.arrival(origin, now)) return false;
    EXPECT_EQ(admission.enter(origin), Entry::admitted);
    admission.leave(origin);
    return true;
  };
  int heard = 0;
  for (int i = 0; i < 1000; ++i) heard += come_and_go(from(1), 1000) ? 1 : 0;
  EXPECT_EQ(heard, 20);
  for (int i = 0; i < 1000; ++i) heard += come_and_go(from(1), 2000) ? 1 : 0;
  EXPECT_EQ(heard, 20 + 10);
  EXPECT_TRUE(come_and_go(from(2), 2000));
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(admission.arrival(origin_of_v4({127, 0, 0, 1}), 2000));
}

// Whoever has a /56 has 256 of our addresses, and a host gives out a /48.
TEST(Admission, AllAddressesOfANetworkTogetherHaveFourTimesTheRate) {
  auto limits = small();
  limits.origins = 1000;
  limits.tls_handshakes = {3, 2};
  Admission admission(limits);
  const auto at = [](std::uint8_t network, std::uint8_t part) {
    return origin_of_v6({0x20, 0x01, 0x0d, 0xb8, 0, network, 0, part, 1});
  };
  for (int i = 0; i < 50; ++i) admission.handshake(at(1, 0), 1000);  // takes nothing from its neighbours
  int heard = 0;
  int greeted = 0;
  for (std::uint8_t part = 1; part < 200; ++part) {
    heard += admission.handshake(at(1, part), 1000) ? 1 : 0;
    greeted += admission.tls_handshake(at(1, part), 1000) ? 1 : 0;
  }
  EXPECT_EQ(heard, 4 * 3 - 3);
  EXPECT_EQ(greeted, 4 * 3);
  EXPECT_TRUE(admission.handshake(at(2, 1), 1000)) << "another network has its own";
  heard = 0;
  for (std::uint8_t part = 1; part < 200; ++part) heard += admission.handshake(at(1, part), 2000) ? 1 : 0;
  EXPECT_EQ(heard, 4 * 2) << "a second later";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.handshake(from(1), 1000)) << "an IPv4 address is alone";
  EXPECT_FALSE(admission.handshake(from(1), 1000));
}

TEST(Admission, AClockThatStandsGivesNothing) {
  Admission admission(small());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.handshake(from(1), 5000));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(admission.handshake(from(1), 5000));
}

TEST(Admission, RemembersAsManyPlacesAsItMayAndForgetsTheIdle) {
  Admission admission(small());
  for (std::uint8_t i = 1; i <= 4; ++i) EXPECT_TRUE(admission.handshake(from(i), 1000));
  EXPECT_TRUE(admission.tls_handshake(from(1), 1000));
  EXPECT_FALSE(admission.handshake(from(5), 1000)) << "nobody is idle: whoever comes new waits";
  EXPECT_EQ(admission.enter(from(5)), Entry::none_of_origin);
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_TRUE(admission.handshake(from(5), 10'000)) << "their buckets are full again";
  EXPECT_EQ(admission.enter(from(1)), Entry::admitted);
  EXPECT_EQ(admission.enter(from(1)), Entry::none_of_origin) << "a place with connections is not forgotten";
}

}  // namespace
}  // namespace sejawat::net
