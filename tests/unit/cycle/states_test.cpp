#include "cycle/states.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fold/apply.h"
#include "support/fakes.h"

namespace sejawat::cycle {
namespace {

const StateMachine& problem() { return entity(kProblem)->states; }

std::size_t index(support::SeededRandom& random, std::size_t below) {
  return static_cast<std::size_t>(random.below(below));
}

const MayStep anybody = [](const StepOp&, const Transition&) { return true; };
const MayDismiss dismissed_by_anybody = [](const StepOp&, const StepOp&) { return true; };

class Steps {
 public:
  // By the device `who`, having seen the step `after` (-1: the beginning).
  std::size_t add(std::uint8_t who, int after, const char* from, const char* to) {
    StepOp step;
    step.dot.branch.bytes.fill(who);
    step.dot.position = ops.size();
    if (after >= 0) step.saw.push_back(ops[static_cast<std::size_t>(after)].dot);
    step.lamport = after >= 0 ? ops[static_cast<std::size_t>(after)].lamport + 1 : 1;
    step.from = problem().by_name(from)->number;
    step.to = problem().by_name(to)->number;
    ops.push_back(step);
    return ops.size() - 1;
  }
  Standing stand() const { return cycle::stand(problem(), ops, anybody, dismissed_by_anybody); }
  static std::string name(std::uint8_t state) { return problem().by_number(state)->name; }
  std::vector<StepOp> ops;
};

TEST(States, AChainOfStepsIsWalked) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, 0, "shared", "rooted");
  steps.add(1, 1, "rooted", "chosen");
  const Standing standing = steps.stand();
  EXPECT_EQ(Steps::name(standing.state), "chosen");
  EXPECT_EQ(standing.steps.size(), 3U);
  EXPECT_TRUE(standing.intents.empty());
}

TEST(States, AStepMadeOfflineAgainstARecordThatMovedOnIsKeptAsAnIntent) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, 0, "shared", "analysed");
  steps.add(2, 1, "analysed", "rooted");
  steps.add(3, 0, "shared", "postponed");  // has not seen 1 and 2
  const Standing standing = steps.stand();
  EXPECT_EQ(Steps::name(standing.state), "rooted") << "what others built on stands";
  ASSERT_EQ(standing.intents.size(), 1U);
  EXPECT_EQ(standing.intents[0].why, Unfit::moved_on);
  EXPECT_EQ(standing.intents[0].step.dot, steps.ops[3].dot);
}

TEST(States, TwoWhoWishedTheSameGotIt) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, 0, "shared", "analysed");
  steps.add(3, 0, "shared", "analysed");
  const Standing standing = steps.stand();
  EXPECT_EQ(Steps::name(standing.state), "analysed");
  EXPECT_TRUE(standing.intents.empty());
}

TEST(States, WhoTookTheSameStepApartKeepsWhatTheySaid) {
  Steps steps;
  steps.add(1, -1, "identified", "closed");
  steps.add(2, -1, "identified", "closed");
  steps.add(3, -1, "identified", "closed");
  steps.ops[0].reason = "pindah kelas";
  steps.ops[1].reason = "sudah selesai sendiri";
  for (int order = 0; order < 2; ++order) {
    const Standing standing = steps.stand();
    ASSERT_EQ(standing.steps.size(), 1U);
    EXPECT_EQ(standing.steps[0].reason, "pindah kelas");
    ASSERT_EQ(standing.agreed.size(), 1U) << "who said nothing got what they wished";
    EXPECT_EQ(standing.agreed[0].reason, "sudah selesai sendiri");
    EXPECT_TRUE(standing.intents.empty()) << "nothing to decide";
    std::reverse(steps.ops.begin(), steps.ops.end());
  }
}

TEST(States, TheSameStepUntilAnotherDayIsSomebodysToDecide) {
  Steps steps;
  steps.add(1, -1, "identified", "postponed");
  steps.add(2, -1, "identified", "postponed");
  steps.ops[0].until = "2026-12-10";
  steps.ops[1].until = "2027-01-04";
  ASSERT_EQ(steps.stand().intents.size(), 1U);
  EXPECT_EQ(steps.stand().intents[0].step.until, "2027-01-04");
  steps.ops[1].until = "2026-12-10";
  EXPECT_TRUE(steps.stand().intents.empty());
  EXPECT_TRUE(steps.stand().agreed.empty());
  steps.ops[1].until = "2027-01-04";
  const auto taking = steps.add(2, 0, "postponed", "postponed");
  steps.ops[taking].saw.push_back(steps.ops[1].dot);
  steps.ops[taking].until = "2027-01-04";
  ASSERT_EQ(steps.stand().steps.size(), 2U);
  EXPECT_EQ(steps.stand().steps[1].until, "2027-01-04");
  ASSERT_EQ(steps.stand().intents.size(), 1U);
  EXPECT_TRUE(steps.stand().intents[0].dismissed);
}

TEST(States, WordsOfWhoMayNotTakeTheStepAreNoAnswer) {
  Steps steps;
  steps.add(1, -1, "identified", "closed");
  steps.add(9, -1, "identified", "closed");
  steps.ops[0].reason = steps.ops[1].reason = "selesai";
  const MayStep but_nine = [](const StepOp& step, const Transition&) {
    return step.dot.branch.bytes[0] != 9;
  };
  const auto stand = [&] { return cycle::stand(problem(), steps.ops, but_nine, dismissed_by_anybody); };
  EXPECT_TRUE(stand().agreed.empty());
  EXPECT_TRUE(stand().intents.empty()) << "it says nothing new";
  steps.ops[1].reason = "palsu";
  EXPECT_TRUE(stand().agreed.empty());
  ASSERT_EQ(stand().intents.size(), 1U);
  EXPECT_EQ(stand().intents[0].why, Unfit::not_permitted);
}

// One author's number runs far ahead; the clocks of those who read it follow by fold::kMostAtOnce only.
TEST(States, AStepThatFollowsOneOfANumberFarAheadStands) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(9, 0, "shared", "analysed");
  steps.add(1, 1, "analysed", "rooted");
  steps.add(1, 2, "rooted", "chosen");
  steps.ops[1].lamport = std::uint64_t{1} << 60;
  steps.ops[2].lamport = fold::kMostAtOnce + 2;
  steps.ops[3].lamport = fold::kMostAtOnce + 3;
  for (int order = 0; order < 2; ++order) {
    EXPECT_EQ(Steps::name(steps.stand().state), "chosen");
    EXPECT_TRUE(steps.stand().intents.empty());
    std::reverse(steps.ops.begin(), steps.ops.end());
  }
}

TEST(States, StepsThatClaimToHaveSeenEachOtherStandAlikeInEveryOrder) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(8, 0, "shared", "analysed");
  steps.add(9, 0, "analysed", "rooted");
  steps.add(1, 0, "shared", "rooted");
  for (std::size_t liar : {1U, 2U}) steps.ops[liar].lamport = (std::uint64_t{1} << 40) + liar;
  steps.ops[1].saw = {steps.ops[2].dot, steps.ops[0].dot};
  steps.ops[2].saw = {steps.ops[1].dot};
  const Standing first = steps.stand();
  std::sort(steps.ops.begin(), steps.ops.end(),
            [](const StepOp& a, const StepOp& b) { return b.dot < a.dot; });
  EXPECT_EQ(steps.stand().state, first.state);
  EXPECT_EQ(steps.stand().last, first.last);
  EXPECT_EQ(steps.stand().intents.size(), first.intents.size());
  EXPECT_FALSE(first.steps.empty());
}

TEST(States, NobodyPutsAnIntentAsideWhoMayNot) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, -1, "identified", "closed");
  steps.add(1, 0, "shared", "analysed");
  StepOp dismissal;
  dismissal.dot.branch.bytes.fill(9);
  dismissal.lamport = 9;
  dismissal.saw.push_back(steps.ops[1].dot);
  steps.ops.push_back(dismissal);
  const auto stand_for = [&](std::uint8_t who) {
    return cycle::stand(problem(), steps.ops, anybody, [who](const StepOp& one, const StepOp& intent) {
      return one.dot.branch.bytes[0] == who && intent.to == problem().by_name("closed")->number;
    });
  };
  ASSERT_EQ(stand_for(1).intents.size(), 1U);
  EXPECT_FALSE(stand_for(1).intents[0].dismissed);
  EXPECT_TRUE(stand_for(9).intents[0].dismissed);
}

TEST(States, AnIntentIsTakenByANewStepThatSawIt) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, 0, "shared", "analysed");
  steps.add(2, 1, "analysed", "rooted");
  steps.add(3, 0, "shared", "postponed");
  const auto taking = steps.add(1, 2, "rooted", "postponed");
  steps.ops[taking].saw.push_back(steps.ops[3].dot);
  const Standing standing = steps.stand();
  EXPECT_EQ(Steps::name(standing.state), "postponed");
  ASSERT_EQ(standing.intents.size(), 1U);
  EXPECT_TRUE(standing.intents[0].dismissed) << "it waits for nobody any more";
}

// Clocks are of a space: who was busy elsewhere has a greater one.
TEST(States, AnIntentOfAGreaterNumberThanTheChainIsTakenAllTheSame) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, 0, "shared", "analysed");
  steps.add(2, 1, "analysed", "rooted");
  steps.add(3, 0, "shared", "postponed");
  steps.ops[3].lamport = 50;
  const auto taking = steps.add(1, 2, "rooted", "postponed");
  steps.ops[taking].saw.push_back(steps.ops[3].dot);
  steps.ops[taking].lamport = 51;
  const Standing standing = steps.stand();
  EXPECT_EQ(Steps::name(standing.state), "postponed");
  EXPECT_EQ(standing.steps.size(), 4U);
  ASSERT_EQ(standing.intents.size(), 1U);
  EXPECT_TRUE(standing.intents[0].dismissed);
}

TEST(States, ADismissedIntentStaysInTheStory) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, -1, "identified", "closed");
  steps.add(1, 0, "shared", "analysed");
  StepOp dismissal;
  dismissal.dot = {steps.ops[0].dot.branch, 77};
  dismissal.lamport = 9;
  dismissal.saw.push_back(steps.ops[1].dot);
  steps.ops.push_back(dismissal);
  const Standing standing = steps.stand();
  EXPECT_EQ(Steps::name(standing.state), "analysed");
  ASSERT_EQ(standing.intents.size(), 1U);
  EXPECT_TRUE(standing.intents[0].dismissed);
}

TEST(States, WhatTheTableDoesNotHaveOrTheAuthorMayNotIsNoStep) {
  Steps steps;
  steps.add(1, -1, "identified", "solved");
  steps.add(9, -1, "identified", "shared");
  const auto standing = cycle::stand(
      problem(), steps.ops,
      [](const StepOp& step, const Transition&) { return step.dot.branch.bytes[0] != 9; },
      dismissed_by_anybody);
  EXPECT_EQ(Steps::name(standing.state), "identified");
  ASSERT_EQ(standing.intents.size(), 2U);
  std::set<Unfit> why{standing.intents[0].why, standing.intents[1].why};
  EXPECT_EQ(why, (std::set<Unfit>{Unfit::impossible, Unfit::not_permitted}));
}

TEST(States, NobodyEntersAChainByClaimingToHaveSeenWhatCameLater) {
  Steps steps;
  steps.add(1, -1, "identified", "shared");
  steps.add(2, 0, "shared", "analysed");
  StepOp liar = steps.ops[1];
  liar.dot.branch.bytes.fill(7);
  liar.lamport = 0;
  liar.saw = {steps.ops[1].dot};
  liar.from = problem().by_name("analysed")->number;
  liar.to = problem().by_name("postponed")->number;
  steps.ops.push_back(liar);
  EXPECT_EQ(Steps::name(steps.stand().state), "analysed");
}

// Every table, every state in it, every pair of steps made without knowledge of each other: one stands, and
// the other came true as well, or is kept.
TEST(States, InEveryTableAConcurrentStepIsKeptWhateverTheOrderOfArrival) {
  std::size_t pairs = 0;
  for (const auto& one : entities()) {
    for (const auto& state : one.states.states) {
      std::vector<std::uint8_t> next;
      for (const auto& to : one.states.states) {
        if (one.states.find(state.number, to.number) != nullptr) next.push_back(to.number);
      }
      for (const auto a : next) {
        for (const auto b : next) {
          // A table of one chain that leads to `state` would do; a machine that begins there is the same.
          StateMachine machine = one.states;
          std::stable_partition(machine.states.begin(), machine.states.end(),
                                [&](const State& s) { return s.number == state.number; });
          std::vector<StepOp> ops(2);
          ops[0].dot.branch.bytes.fill(1);
          ops[1].dot.branch.bytes.fill(2);
          ops[0].from = ops[1].from = state.number;
          ops[0].to = a;
          ops[1].to = b;
          ops[0].lamport = ops[1].lamport = 5;
          const Standing forth = stand(machine, ops, anybody, dismissed_by_anybody);
          std::swap(ops[0], ops[1]);
          const Standing back = stand(machine, ops, anybody, dismissed_by_anybody);
          EXPECT_EQ(forth.state, back.state);
          ASSERT_EQ(forth.steps.size(), 1U);
          EXPECT_EQ(forth.intents.size(), a == b ? 0U : 1U) << one.name;
          EXPECT_EQ(back.intents.size(), forth.intents.size());
          ++pairs;
        }
      }
    }
  }
  EXPECT_GT(pairs, 150U);
}

TEST(States, TheSetDecidesNotTheOrder) {
  support::SeededRandom random(11);
  for (int round = 0; round < 50; ++round) {
    Steps steps;
    for (int i = 0; i < 12; ++i) {
      const int after = static_cast<int>(random.below(steps.ops.size() + 1)) - 1;
      const std::string at =
          after < 0 ? "identified" : Steps::name(steps.ops[static_cast<std::size_t>(after)].to);
      std::vector<const char*> next;
      for (const auto& state : problem().states) {
        if (problem().find(problem().by_name(at)->number, state.number) != nullptr)
          next.push_back(state.name);
      }
      if (next.empty()) continue;
      steps.add(static_cast<std::uint8_t>(1 + random.below(4)), after, at.c_str(),
                next[index(random, next.size())]);
    }
    const Standing first = steps.stand();
    ASSERT_FALSE(first.steps.empty());
    for (int order = 0; order < 10; ++order) {
      for (std::size_t i = steps.ops.size(); i > 1; --i)
        std::swap(steps.ops[i - 1], steps.ops[index(random, i)]);
      const Standing again = steps.stand();
      EXPECT_EQ(again.state, first.state);
      EXPECT_EQ(again.intents.size(), first.intents.size());
      EXPECT_EQ(again.last, first.last);
    }
  }
}

}  // namespace
}  // namespace sejawat::cycle
