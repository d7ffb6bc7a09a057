// What it costs to find the difference, in bytes (docs/PROTOCOL.md, "Sync messages"): counts, not times.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

class Differences : public SchoolTest {
 protected:
  // Everything a client says of what it has, beside what it brings.
  std::size_t state_of(Books& books) {
    sync::ClientMessage message;
    message.hello = books.hello();
    return sync::encode(message).size();
  }
  void catch_up(const Person& by, Books& books) {
    for (int i = 0; i < 1000; ++i) {
      const auto reply = exchange(by, books);
      if (reply.bytes_to_come == 0 && !reply.set && !reply.base_unknown) return;
    }
    FAIL() << "never caught up";
  }
};

TEST_F(Differences, OneOpMissingOfAHundredThousandIsOneRoundTripAndSixtyFourBytesOfState) {
  Writing log = enrol(school, admin);
  log.ops = 4000;
  for (int i = 0; i < 25; ++i) ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  ASSERT_EQ(log.head.next_op, 100'000U);
  Books books;
  catch_up(admin, books);
  log.ops = 1;
  const auto last = log.write();
  admit(sari);
  ASSERT_EQ(write(sari, log, last), Code::ok);
  exchange(admin, books);  // the newcomer's records
  const auto more = log.write();
  ASSERT_EQ(write(sari, log, more), Code::ok);

  EXPECT_LE(state_of(books), 64U);
  const auto reply = exchange(admin, books);
  ASSERT_EQ(reply.spaces.size(), 1U);
  ASSERT_EQ(reply.spaces[0].logs.size(), 1U);
  EXPECT_EQ(reply.spaces[0].logs[0].segments, std::vector<Bytes>{more}) << "only what is missing";
  EXPECT_TRUE(reply.spaces[0].records.empty());
  EXPECT_FALSE(reply.spaces[0].vector.has_value());
  EXPECT_EQ(reply.segments_to_come, 0U) << "one round trip";
  EXPECT_FALSE(books.digest_differs);
  // What is not the segment itself: names, position, digest.
  EXPECT_LE(sync::encode(reply).size() - more.size(), 64U);
}

TEST_F(Differences, AThousandLogsUnchangedCostOneDigest) {
  Books before;
  catch_up(admin, before);
  const auto alone = state_of(before);
  std::vector<Bytes> enrolments;
  std::vector<Writing> logs;
  for (int i = 0; i < 1000; ++i) {
    logs.emplace_back(school, admin, random);
    enrolments.push_back(logs.back().enrolment);
  }
  for (const auto& enrolment : enrolments) ASSERT_EQ(offer(admin, school.id(), enrolment), Code::ok);
  for (auto& log : logs) ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  Books books;
  catch_up(admin, books);
  EXPECT_EQ(books.at(school.id()).heads.size(), 1000U);
  // 16 bytes of digest, and the position, which grew by a byte.
  EXPECT_LE(state_of(books), alone + 1);
  const auto hello = books.hello();
  EXPECT_EQ(hello.base.view().size(), 16U);
  EXPECT_FALSE(hello.full);
  const auto reply = exchange(admin, books);
  EXPECT_TRUE(reply.spaces.empty()) << "nothing differs, nothing is said";
  EXPECT_LE(sync::encode(reply).size(), 8U);
}

TEST_F(Differences, OnlySpacesThatDifferAreSpokenOf) {
  Community diary = support::diary_of(admin);
  auto message = message_of({upload(diary.id(), diary.records())});
  ASSERT_TRUE(send(admin, message).record_exceptions.empty());
  Writing in_school = enrol(school, admin);
  Writing in_diary = enrol(diary, admin);
  Books books;
  catch_up(admin, books);
  catch_up(admin, books);
  ASSERT_EQ(books.set.size(), 2U);
  ASSERT_EQ(write(admin, in_diary, in_diary.write()), Code::ok);
  EXPECT_LE(state_of(books), 64U);
  const auto reply = exchange(admin, books);
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_EQ(books.set.at(reply.spaces[0].space.index - 1), diary.id());
}

// A client that has lost its cursor names its ends, and gets what lies beyond them.
TEST_F(Differences, WithoutACursorAVectorSaysItAll) {
  std::vector<Writing> logs;
  for (int i = 0; i < 40; ++i) {
    logs.push_back(enrol(school, admin));
    for (int k = 0; k < 3; ++k) ASSERT_EQ(write(admin, logs.back(), logs.back().write()), Code::ok);
  }
  Books books;
  catch_up(admin, books);
  auto mine = upload(school.id());
  mine.vector.emplace();
  for (const auto& log : logs) {
    mine.vector->entries.push_back({log.id, log.head.count, base::prefix_of<base::HeadTag>(log.head.hash)});
  }
  for (const auto& record : school.records()) {
    mine.vector->records.push_back(base::prefix_of<base::HeadTag>(*space::record_id_of(record)));
  }
  std::sort(mine.vector->records.begin(), mine.vector->records.end());
  const auto missing = logs[7].write();
  ASSERT_EQ(write(admin, logs[7], missing), Code::ok);
  sync::ClientMessage message;
  Books lost;
  lost.generation = books.generation;
  lost.set = books.set;
  message.hello = lost.hello();
  message.spaces = {mine};
  const auto reply = send(admin, message);
  ASSERT_EQ(reply.spaces.size(), 1U);
  ASSERT_EQ(reply.spaces[0].logs.size(), 1U);
  EXPECT_EQ(reply.spaces[0].logs[0].segments, std::vector<Bytes>{missing});
}

}  // namespace
}  // namespace sejawat::carrier
