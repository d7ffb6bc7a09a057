#include "cycle/states.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/fakes.h"

namespace sejawat::cycle {
namespace {

const StateMachine& problem() { return entity(kProblem)->states; }

std::size_t index(support::SeededRandom& random, std::size_t below) {
  return static_cast<std::size_t>(random.below(below));
}

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
  Standing stand() const {
    return cycle::stand(problem(), ops, [](const StepOp&, const Transition&) { return true; });
  }
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
  const Standing standing = cycle::stand(problem(), steps.ops, [](const StepOp& step, const Transition&) {
    return step.dot.branch.bytes[0] != 9;
  });
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
          const auto may = [](const StepOp&, const Transition&) { return true; };
          const Standing forth = stand(machine, ops, may);
          std::swap(ops[0], ops[1]);
          const Standing back = stand(machine, ops, may);
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
