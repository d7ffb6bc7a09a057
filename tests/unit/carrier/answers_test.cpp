// What a carrier answers: cursors, bases, vectors, and replies that hold only a part.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

class AnswerTest : public SchoolTest {
 protected:
  // Until nothing comes any more; the number of exchanges.
  int follow(const Person& by, Books& books) {
    for (int i = 1; i < 200; ++i) {
      const auto reply = exchange(by, books);
      EXPECT_EQ(reply.error, Code::ok);
      if (reply.spaces.empty() && !reply.set) return i;
      EXPECT_FALSE(books.digest_differs);
    }
    return 200;
  }
};

TEST_F(AnswerTest, ACaughtUpClientHearsNothing) {
  Books books;
  follow(admin, books);
  const auto reply = exchange(admin, books);
  EXPECT_TRUE(reply.spaces.empty());
  EXPECT_FALSE(reply.set.has_value());
  EXPECT_FALSE(reply.generation.has_value());
  EXPECT_FALSE(reply.base_unknown);
  EXPECT_EQ(reply.segments_to_come, 0U);
}

TEST_F(AnswerTest, OwnUploadsMoveTheCursorWithoutComingBack) {
  Books books;
  Writing log = enrol(school, admin);
  follow(admin, books);
  const auto before = books.at(school.id()).position;
  const auto reply =
      exchange(admin, books, {upload(school.id(), {}, {run_of(log.id, {log.write(), log.write()})})});
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_TRUE(reply.spaces[0].logs.empty());
  EXPECT_EQ(reply.spaces[0].position, before + 2);
  EXPECT_FALSE(books.digest_differs);
  EXPECT_EQ(books.at(school.id()).position, before + 2);
}

TEST_F(AnswerTest, ALongHistoryComesInPartsEachWithItsDigest) {
  Writing log = enrol(school, admin);
  for (int i = 0; i < 60; ++i) ASSERT_EQ(write(admin, log, log.write(4000)), Code::ok);
  admit(sari);
  Books books;
  const auto first = exchange(sari, books);
  ASSERT_EQ(first.spaces.size(), 1U);
  EXPECT_EQ(first.spaces[0].digest.size(), base::Digest::kSize) << "not caught up: a whole one, to be kept";
  EXPECT_EQ(first.segments_to_come, carrier->survey()[0].arrivals - first.spaces[0].position);
  EXPECT_GT(first.bytes_to_come, 4000U * (first.segments_to_come - 1)) << "all segments but a join";
  auto held = books.at(school.id()).segments.size();
  std::uint32_t to_come = first.segments_to_come;
  while (to_come > 0) {
    const auto reply = exchange(sari, books);
    EXPECT_FALSE(reply.base_unknown);
    EXPECT_LT(reply.segments_to_come, to_come);
    EXPECT_GT(books.at(school.id()).segments.size(), held) << "no part comes twice";
    to_come = reply.segments_to_come;
    held = books.at(school.id()).segments.size();
  }
  EXPECT_EQ(held, 60U);
  EXPECT_FALSE(books.digest_differs);
  EXPECT_TRUE(exchange(sari, books).spaces.empty());
}

TEST_F(AnswerTest, AnotherGenerationOrAnotherDigestMakesTheBaseUnknown) {
  Books books;
  follow(admin, books);
  Books other = books;
  other.generation = random.id<base::GenerationId>();
  auto reply = exchange(admin, other);
  EXPECT_TRUE(reply.base_unknown);
  EXPECT_EQ(reply.generation, carrier->generation());
  EXPECT_TRUE(reply.spaces.empty());

  other = books;
  other.at(school.id()).at_cursor.bytes[0] ^= 1;
  reply = exchange(admin, other);
  EXPECT_TRUE(reply.base_unknown);
  EXPECT_FALSE(reply.generation.has_value());

  other = books;
  other.at(school.id()).position += 5;  // as after a restore of the carrier from an older copy
  EXPECT_TRUE(exchange(admin, other).base_unknown);
  other.at(school.id()).position = UINT64_MAX;
  EXPECT_TRUE(exchange(admin, other).base_unknown);

  sync::ClientMessage message;
  message.hello = books.hello();
  message.hello->positions.push_back(1);
  EXPECT_TRUE(send(admin, message).base_unknown) << "a cursor more than there are spaces";
}

TEST_F(AnswerTest, VectorsAreExchangedAndOnlyTheDifferenceComes) {
  Writing log = enrol(school, admin);
  log::Head sixth;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(write(admin, log, log.write()), Code::ok);
    if (i == 5) sixth = log.head;
  }
  Books books;
  follow(admin, books);
  sync::ClientMessage full;
  full.hello = books.hello();
  full.hello->full = true;
  const auto theirs = send(admin, full);
  ASSERT_EQ(theirs.spaces.size(), 1U);
  ASSERT_TRUE(theirs.spaces[0].vector.has_value());
  ASSERT_EQ(theirs.spaces[0].vector->entries.size(), 1U);
  EXPECT_EQ(theirs.spaces[0].vector->entries[0].count, 10U);
  EXPECT_EQ(theirs.spaces[0].vector->entries[0].head, base::prefix_of<base::HeadTag>(log.head.hash));
  EXPECT_EQ(theirs.spaces[0].vector->records.size(), school.records().size());

  // A client that lost its cursor but holds six of the ten segments and every record but one.
  Books lost;
  lost.generation = books.generation;
  lost.set = books.set;
  auto mine = upload(school.id());
  mine.vector.emplace();
  mine.vector->entries.push_back({log.id, 6, base::prefix_of<base::HeadTag>(sixth.hash)});
  mine.vector->records = theirs.spaces[0].vector->records;
  mine.vector->records.pop_back();
  sync::ClientMessage message;
  message.hello = lost.hello();
  message.spaces = {mine};
  const auto reply = send(admin, message);
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_EQ(reply.spaces[0].records.size(), 1U);
  ASSERT_EQ(reply.spaces[0].logs.size(), 1U);
  EXPECT_EQ(reply.spaces[0].logs[0].segments.size(), 4U);
  EXPECT_EQ(reply.spaces[0].position, carrier->survey()[0].arrivals);
}

TEST_F(AnswerTest, VectorsTooLongForAReplyAreCutAndTheReplyStillHolds) {
  std::vector<Bytes> enrolments;
  std::vector<Writing> logs;
  for (int i = 0; i < 2000; ++i) {
    logs.emplace_back(school, admin, random);
    enrolments.push_back(logs.back().enrolment);
  }
  for (std::size_t at = 0; at < enrolments.size(); at += 200) {
    const std::vector<Bytes> some(enrolments.begin() + static_cast<std::ptrdiff_t>(at),
                                  enrolments.begin() + static_cast<std::ptrdiff_t>(at + 200));
    ASSERT_TRUE(send(admin, message_of({upload(school.id(), some)})).record_exceptions.empty());
  }
  for (auto& log : logs) ASSERT_EQ(write(admin, log, log.write(16)), Code::ok);
  Books books;
  follow(admin, books);
  sync::ClientMessage full;
  full.hello = books.hello();
  full.hello->full = true;
  const auto reply = send(admin, full);  // checks the size
  EXPECT_GT(reply.spaces.at(0).vector->entries.size(), 1000U);
}

TEST_F(AnswerTest, ManyRefusalsAndAFullReplyStillFit) {
  Writing log = enrol(school, admin);
  for (int i = 0; i < 30; ++i) ASSERT_EQ(write(admin, log, log.write(4000)), Code::ok);
  Books books;
  exchange(admin, books);
  std::vector<Bytes> rubbish(4000, Bytes{1});
  const auto reply = exchange(admin, books, {upload(school.id(), {}, {run_of(log.id, rubbish)})});
  EXPECT_EQ(reply.segment_exceptions.size(), 4000U);
  follow(admin, books);
  EXPECT_EQ(books.at(school.id()).segments.size(), 30U);
}

TEST_F(AnswerTest, AnIndexMeansSomethingOnlyInTheSetBothName) {
  Writing log = enrol(school, admin);
  Books books;
  follow(admin, books);
  auto by_index = upload({}, {}, {run_of(log.id, {log.write()})});
  by_index.space.index = 1;
  Books outdated = books;
  outdated.set.push_back(base::SpaceId{{255}});
  sync::ClientMessage message;
  message.hello = outdated.hello();
  message.spaces = {by_index};
  EXPECT_EQ(verdict(send(admin, message).segment_exceptions, 0), Code::unknown_space);
  message.hello = books.hello();
  message.spaces[0].space.index = 2;
  EXPECT_EQ(verdict(send(admin, message).segment_exceptions, 0), Code::unknown_space);
  EXPECT_TRUE(exchange(admin, books, {by_index}).segment_exceptions.empty());
}

TEST_F(AnswerTest, ARestartAnswersAsBefore) {
  Writing log = enrol(school, admin);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  Books books;
  follow(admin, books);
  const auto before = carrier->survey();
  open({});
  EXPECT_TRUE(exchange(admin, books).spaces.empty());
  EXPECT_EQ(carrier->survey()[0].usage, before[0].usage);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  follow(admin, books);
  EXPECT_FALSE(books.digest_differs);
  EXPECT_EQ(books.at(school.id()).segments.size(), 4U);
}

// Two devices, offered in random pieces and orders with repeats: both end equal, and equal to the carrier.
TEST_F(AnswerTest, AnyInterleavingEndsEqual) {
  admit(sari);
  std::vector<Writing> logs;
  logs.push_back(enrol(school, admin));
  logs.push_back(enrol(school, sari));
  const Person* people[] = {&admin, &sari};
  Books books[2];
  for (int step = 0; step < 300; ++step) {
    const auto who = random.below(2);
    std::vector<sync::SpaceUpload> uploads;
    if (!books[who].set.empty() && random.below(2) == 0) {
      uploads.push_back(
          upload(school.id(), {}, {run_of(logs[who].id, {logs[who].write(100 + random.below(900))})}));
    }
    const auto reply = exchange(*people[who], books[who], uploads);
    if (!uploads.empty() && random.below(3) == 0) exchange(*people[who], books[who], uploads);
    ASSERT_TRUE(reply.segment_exceptions.empty()) << step;
  }
  for (int who = 0; who < 2; ++who) follow(*people[who], books[who]);
  EXPECT_EQ(books[0].at(school.id()).digest.value(), books[1].at(school.id()).digest.value());
  EXPECT_EQ(books[0].at(school.id()).segments.size(), books[1].at(school.id()).segments.size());
  EXPECT_EQ(*store->digest_at(school.id(), carrier->survey()[0].arrivals).value(),
            books[0].at(school.id()).digest.value());
}

}  // namespace
}  // namespace sejawat::carrier
