// Records as a member with a program of their own may write them: within every cap, and as large as it takes
// to cost much. At these sizes whatever compares each with each takes minutes.
#include <gtest/gtest.h>

#include <array>

#include "log/op.h"
#include "record_fixture.h"
#include "record_view.h"

namespace sejawat::cycle {
namespace {

class Costs : public ::testing::Test {
 protected:
  Costs() {
    owner.bytes.fill(0xA0);
    for (std::uint8_t i = 0; i < 2; ++i) {
      logs[i].bytes.fill(static_cast<std::uint8_t>(i + 1));
      roll.authors[logs[i]] = owner;
    }
  }
  void begin(Type type) {
    id = record_id_for(Teacher::space(), owner, OriginNonce{});
    write(type, {{0, kOriginField, std::string(OriginNonce{}.size(), '\0')}});
  }
  log::Dot add(Type type, log::OpKind kind, std::vector<log::Cell> cells, std::vector<log::Dot> supersedes,
               std::size_t log = 0) {
    fold::DottedOp op;
    op.dot = {logs.at(log), ops.size()};
    op.op = {id, type, kind, std::move(cells), std::move(supersedes), ops.size() + 1, 0};
    ops.push_back(std::move(op));
    return ops.back().dot;
  }
  log::Dot write(Type type, std::vector<log::Cell> cells, std::vector<log::Dot> supersedes = {}) {
    return add(type, log::OpKind::write, std::move(cells), std::move(supersedes));
  }
  RecordReading read() {
    auto reading = read_record(Teacher::space(), id, std::move(ops), roll);
    EXPECT_TRUE(reading.ok());
    return reading.ok() ? std::move(reading).value() : RecordReading{};
  }
  static std::uint32_t step_element(std::size_t i) {
    return static_cast<std::uint32_t>(i + 1) << kPartBits | entity(kAlternative)->part("steps")->number;
  }

  Roll roll;
  base::PersonId owner;
  std::array<base::LogId, 2> logs;
  base::ObjectId id;
  std::vector<fold::DottedOp> ops;
};

TEST_F(Costs, HundredsOfThousandsOfParts) {
  constexpr std::size_t kParts = 300'000;
  begin(kAlternative);
  for (std::size_t i = 0; i < kParts;) {
    std::vector<log::Cell> cells;
    for (; i < kParts && cells.size() < log::kMaxCellsPerOp; ++i)
      cells.push_back({step_element(kParts - i), 1, std::to_string(i)});
    write(kAlternative, std::move(cells));
  }
  const auto reading = read();
  const auto& steps = reading.view.record.parts.at("steps");
  ASSERT_EQ(steps.size(), kParts);
  EXPECT_EQ(steps.front().values.at("text"), "0") << "in the order they were written";
  EXPECT_EQ(steps.back().values.at("text"), std::to_string(kParts - 1));
}

// Elements that two devices wrote apart, in ops that name all they may: what each element's texts go back to
// must not be looked for among all of that again.
TEST_F(Costs, TensOfThousandsOfTextsThatGoTogether) {
  constexpr std::size_t kBlocks = 16;
  begin(kAlternative);
  std::vector<log::Dot> seen;
  for (std::size_t i = 0; i + 1 < log::kMaxSupersedesPerOp; ++i)
    seen.push_back({logs[1], std::uint64_t{1} << 32 | i});
  for (std::size_t block = 0; block < kBlocks; ++block) {
    std::array<std::vector<log::Cell>, 3> cells;
    for (std::size_t i = 0; i < log::kMaxCellsPerOp; ++i) {
      const std::uint32_t element = step_element(block * log::kMaxCellsPerOp + i);
      const std::array<const char*, 3> texts{"a\nb\nc", "A\nb\nc", "a\nb\nC"};
      for (std::size_t n = 0; n < texts.size(); ++n) cells[n].push_back({element, 1, std::string(texts[n])});
    }
    auto all = seen;
    all.push_back(write(kAlternative, std::move(cells[0])));
    for (std::size_t n = 0; n < 2; ++n)
      add(kAlternative, log::OpKind::write, std::move(cells[n + 1]), all, n);
  }
  const auto reading = read();
  const auto& steps = reading.view.record.parts.at("steps");
  ASSERT_EQ(steps.size(), kBlocks * log::kMaxCellsPerOp);
  EXPECT_FALSE(reading.view.conflicted());
  EXPECT_EQ(steps.back().values.at("text"), "A\nb\nC");
}

class CostsOfSteps : public Costs {
 protected:
  static constexpr std::size_t kSteps = 100'000;
  static std::string day(std::size_t i) {
    return std::to_string(2000 + i / 336 % 1000) + "-" + std::to_string(101 + i / 28 % 12).substr(1) + "-" +
           std::to_string(101 + i % 28).substr(1);
  }
  log::Dot step(const StepOp& step, std::size_t log) {
    auto op = step_op(*entity(kProblem), step);
    return add(kProblem, op.kind, std::move(op.cells), std::move(op.supersedes), log);
  }
  // A chain from one day to another, and as many steps from its first to `until` by the other device.
  void postpone(const std::string& until) {
    begin(kProblem);
    const auto& states = entity(kProblem)->states;
    StepOp next;
    next.from = states.states.front().number;
    next.to = states.by_name("postponed")->number;
    next.until = day(0);
    const auto first = step(next, 0);
    next.from = next.to;
    next.saw = {first};
    for (std::size_t i = 1; i < kSteps; ++i) {
      next.until = day(i % 9000);
      next.saw = {step(next, 0)};
    }
    next.saw = {first};
    next.until = until;
    for (std::size_t i = 0; i < kSteps; ++i) {
      next.reason = "sebab " + std::to_string(i);
      step(next, 1);
    }
  }
};

TEST_F(CostsOfSteps, WishesAgainstALongChain) {
  postpone("2999-12-31");
  const auto reading = read();
  EXPECT_EQ(reading.view.steps.size(), kSteps);
  EXPECT_EQ(reading.view.intents.size(), kSteps);
}

TEST_F(CostsOfSteps, WordsSaidBesideALongChain) {
  postpone(day(1));
  const auto reading = read();
  ASSERT_EQ(reading.view.steps.size(), 2 * kSteps);
  EXPECT_TRUE(reading.view.intents.empty());
  EXPECT_EQ(reading.view.steps[kSteps - 1].reason, "");
  EXPECT_EQ(reading.view.steps[kSteps].reason, "sebab 0") << "behind the last of the chain, in order";
  EXPECT_EQ(reading.view.steps.back().reason, "sebab " + std::to_string(kSteps - 1));
}

}  // namespace
}  // namespace sejawat::cycle
