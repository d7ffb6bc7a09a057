// What somebody may ask a carrier for at a time, and what it counts of that.
#include "costs.h"

namespace sejawat::carrier {
namespace {

class QuestionTest : public CostTest {
 protected:
  ~QuestionTest() override { carrier.reset(); }
  void open_with(const Limits& limits) { carrier = std::move(Carrier::open(watched, limits)).value(); }
  // And how often the store was asked for it.
  Code ask(const Person& by, const sync::ClientMessage& message, std::int64_t now = kNow) {
    const auto before = watched.calls;
    EXPECT_TRUE(watched.begin().ok());
    auto ingested = carrier->ingest(by.device(), message, now);
    EXPECT_TRUE(watched.commit().ok());
    const auto reply = carrier->answer(by.device(), message, std::move(ingested).value());
    calls = watched.calls - before;
    return reply.ok() ? reply->error : reply.code();
  }
  std::size_t calls = 0;
  FailingStore watched{*store};
};

// A vector of sixty bytes has every log and record of a space looked at.
TEST_F(QuestionTest, WhatIsAskedIsLookedForAtARate) {
  admit(sari);
  std::vector<Writing> logs;
  for (int i = 0; i < 30; ++i) {
    logs.push_back(enrol(school, admin));
    ASSERT_EQ(write(admin, logs.back(), logs.back().write()), Code::ok);
  }
  const auto anew = vector_of(school, {});
  auto full = message_of({});
  full.hello->set = log::set_tag({school.id()});
  full.hello->full = true;
  Limits limits;
  // Of thirty logs, and for a vector of as many records twice.
  for (const auto& [question, looks] :
       {std::pair(anew, 1U + 30 / 8 + 66 / 64), std::pair(full, 1U + 30 / 8)}) {
    limits.question_burst = 4 * looks;
    limits.questions_per_second = looks;
    open_with(limits);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(sari, question), Code::ok);
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(ask(sari, question), Code::timed_out);
      EXPECT_LT(calls, 10U);
    }
    EXPECT_EQ(ask(admin, question), Code::ok) << "others are not kept from it";
    EXPECT_EQ(ask(sari, question, kNow + 1), Code::ok) << "one more a second";
    EXPECT_EQ(ask(sari, question, kNow + 1), Code::timed_out);
  }
  // What goes on where it was asks nothing of that, and what is brought is taken all the same.
  open_with(limits);
  Books books;
  exchange(sari, books);
  for (int i = 0; i < 10; ++i) ask(sari, anew);
  EXPECT_EQ(ask(sari, anew), Code::timed_out);
  EXPECT_EQ(exchange(sari, books).error, Code::ok);
  auto with_segment = anew;
  with_segment.spaces.push_back(upload(school.id(), {}, {run_of(logs[0].id, {logs[0].write()})}));
  const auto before = carrier->survey()[0].arrivals;
  EXPECT_EQ(ask(admin, with_segment), Code::ok);
  EXPECT_EQ(carrier->survey()[0].arrivals, before + 1);
}

// Each entry is looked for at every end of its log.
TEST_F(QuestionTest, EntriesOfALogWithManyEndsCostAsManyLooks) {
  Writing log = enrol(school, admin);
  ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  for (int i = 0; i < 8; ++i) {
    Writing end = log;
    ASSERT_EQ(write(admin, end, end.write()), Code::ok);
  }
  auto question = vector_of(school, {});
  for (std::uint64_t i = 0; i < 1'000; ++i)
    question.spaces[0].vector->entries.push_back({log.id, i + 1, random.id<base::HeadTag>()});
  Limits limits;
  limits.question_burst = 2'000;
  open_with(limits);
  EXPECT_EQ(ask(admin, question), Code::ok);
  EXPECT_GT(calls, 7'000U);
  EXPECT_EQ(ask(admin, question), Code::timed_out);
  EXPECT_LT(calls, 10U);
}

TEST_F(QuestionTest, WhoWasRemovedIsToldAtARateToo) {
  admit(sari);
  Writing log = enrol(school, sari);
  ASSERT_EQ(write(sari, log, log.write()), Code::ok);
  for (int i = 0; i < 16; ++i) enrol(school, admin);
  ASSERT_EQ(offer(admin, school.id(),
                  school.add(space::write_person_removed(admin.author(), school.membership, sari.id(), {}))),
            Code::ok);
  Limits limits;
  limits.question_burst = 3;
  open_with(limits);
  EXPECT_EQ(send(sari, message_of({})).spaces.size(), 1U);
  const auto reply = send(sari, message_of({}));
  EXPECT_EQ(reply.error, Code::fenced) << "and hears that it is out all the same";
  EXPECT_TRUE(reply.spaces.empty());
}

}  // namespace
}  // namespace sejawat::carrier
