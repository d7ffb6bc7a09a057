#include "log/digest.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/fakes.h"

namespace sejawat::log {
namespace {

Head head_of(support::SeededRandom& random) {
  return {random.below(1000) + 1, random.below(100000) + 1, random.id<base::Hash32>()};
}

TEST(SpaceDigest, IsTheSameInAnyOrderOfArrival) {
  support::SeededRandom random;
  const auto space = random.id<base::SpaceId>();
  std::vector<Head> heads;
  std::vector<base::RecordId> records;
  for (int i = 0; i < 40; ++i) {
    heads.push_back(head_of(random));
    records.push_back(random.id<base::RecordId>());
  }
  std::vector<std::size_t> order(80);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::string first;
  for (int round = 0; round < 20; ++round) {
    SpaceDigest digest(space);
    for (const auto at : order) {
      at < 40 ? digest.move_tip({}, heads[at]) : digest.add_record(records[at - 40]);
    }
    if (round == 0) first = digest.value().hex();
    EXPECT_EQ(digest.value().hex(), first);
    for (std::size_t i = order.size() - 1; i > 0; --i) {
      std::swap(order[i], order[static_cast<std::size_t>(random.below(i + 1))]);
    }
  }
}

TEST(SpaceDigest, ForgetsTheTipThatANewOneReplaces) {
  support::SeededRandom random;
  const auto space = random.id<base::SpaceId>();
  const auto other = head_of(random);
  SpaceDigest step_by_step(space);
  step_by_step.move_tip({}, other);
  const auto before = step_by_step.value();
  const auto state = step_by_step.state();
  Head tip;
  for (int i = 0; i < 50; ++i) {
    const auto next = head_of(random);
    step_by_step.move_tip(tip, next);
    tip = next;
  }
  SpaceDigest at_once(space);
  at_once.move_tip({}, tip);
  at_once.move_tip({}, other);
  EXPECT_EQ(step_by_step.value(), at_once.value());
  EXPECT_NE(step_by_step.value(), before);
  step_by_step.move_tip(tip, {});
  EXPECT_EQ(step_by_step.value(), before);
  EXPECT_EQ(step_by_step.state(), state);
}

TEST(SpaceDigest, TellsSpacesTipsPlacesAndRecordsApart) {
  support::SeededRandom random;
  const auto space = random.id<base::SpaceId>();
  const auto head = head_of(random);
  const auto value = [&](const base::SpaceId& of, const Head& tip) {
    SpaceDigest digest(of);
    digest.move_tip({}, tip);
    return digest.value();
  };
  const auto good = value(space, head);
  EXPECT_NE(good, value(random.id<base::SpaceId>(), head));
  EXPECT_NE(good, value(space, {head.count, head.next_op + 1, head.hash}));
  EXPECT_NE(good, value(space, {head.count, head.next_op, random.id<base::Hash32>()}));
  EXPECT_NE(good, SpaceDigest(space).value());
  // The same 16 bytes as a record and a tip are two things, and two of a thing are not one.
  SpaceDigest once(space);
  const auto record = random.id<base::RecordId>();
  once.add_record(record);
  SpaceDigest twice = once;
  twice.add_record(record);
  EXPECT_NE(once.value(), twice.value());
}

TEST(SpaceDigest, RoundTripsItsState) {
  support::SeededRandom random;
  const auto space = random.id<base::SpaceId>();
  SpaceDigest digest(space);
  for (int i = 0; i < 20; ++i) {
    digest.move_tip({}, head_of(random));
    digest.add_record(random.id<base::RecordId>());
    auto again = SpaceDigest::from_state(space, digest.state());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->value(), digest.value());
    const auto more = head_of(random);
    auto copy = digest;
    copy.move_tip({}, more);
    again->move_tip({}, more);
    EXPECT_EQ(again->value(), copy.value());
  }
  EXPECT_EQ(digest.state().size(), 64U);
  for (const std::size_t size : {0, 63, 65}) {
    EXPECT_EQ(SpaceDigest::from_state(space, base::Bytes(size)).code(), base::Code::malformed);
  }
}

TEST(SpaceDigest, CountsRoundTheEndOfItsRange) {
  support::SeededRandom random;
  const auto space = random.id<base::SpaceId>();
  const auto head = head_of(random);
  for (const std::uint8_t fill : {std::uint8_t{0x00}, std::uint8_t{0xFF}}) {
    const base::Bytes state(64, fill);
    auto digest = SpaceDigest::from_state(space, state).value();
    digest.move_tip({}, head);  // over the top
    EXPECT_NE(digest.state(), state);
    digest.move_tip(head, {});  // and below zero again
    EXPECT_EQ(digest.state(), state);
    digest.move_tip(head, {});
    digest.move_tip({}, head);
    EXPECT_EQ(digest.state(), state);
  }
}

TEST(AccountDigest, DependsOnSpacesTheirDigestsAndTheirOrder) {
  support::SeededRandom random;
  std::vector<std::pair<base::SpaceId, base::Digest>> spaces;
  for (int i = 0; i < 3; ++i) spaces.emplace_back(random.id<base::SpaceId>(), random.id<base::Digest>());
  const auto good = account_digest(spaces);
  EXPECT_EQ(good, account_digest(spaces));
  auto changed = spaces;
  changed[1].second.bytes[0] ^= 1;
  EXPECT_NE(good, account_digest(changed));
  std::swap(spaces[0], spaces[1]);
  EXPECT_NE(good, account_digest(spaces));
  spaces.pop_back();
  EXPECT_NE(good, account_digest(spaces));
}

TEST(SetTag, NamesASetOfSpaces) {
  support::SeededRandom random;
  std::vector<base::SpaceId> spaces = {random.id<base::SpaceId>(), random.id<base::SpaceId>()};
  std::sort(spaces.begin(), spaces.end());
  const auto tag = set_tag(spaces);
  EXPECT_EQ(tag, set_tag(spaces));
  spaces.pop_back();
  EXPECT_NE(tag, set_tag(spaces));
  EXPECT_NE(set_tag({}), set_tag(spaces));
}

}  // namespace
}  // namespace sejawat::log
