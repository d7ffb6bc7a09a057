// What a sheet comes to (F33): the figures of the study, and nothing before the sheet is final.
#include "cycle/observation.h"

#include <gtest/gtest.h>

namespace sejawat::cycle {
namespace {

RecordView sheet(const std::string& state, const std::vector<std::string>& scores) {
  RecordView view;
  view.record.type = kObservation;
  view.state = state;
  for (const auto& score : scores) {
    PartValues part;
    part.values = {{"max", "4"}};
    if (score == "-") {
      part.values["not_applicable"] = "yes";
    } else if (!score.empty()) {
      part.values["score"] = score;
    }
    view.record.parts["scores"].push_back(part);
  }
  return view;
}

TEST(Observation, ReproducesThePercentagesOfTheStudy) {
  EXPECT_EQ(percent_of(72, 176), "40.91");
  EXPECT_EQ(percent_of(99, 176), "56.25");
  EXPECT_EQ(percent_of(89, 176), "50.57");
  EXPECT_EQ(percent_of(121, 176), "68.75");
  EXPECT_EQ(percent_of(0, 4), "0.00");
  EXPECT_EQ(percent_of(4, 4), "100.00");
  EXPECT_EQ(percent_of(1, 0), "");
}

TEST(Observation, CountsOnlyWhatAppliesAndOnlyOnceItIsFinal) {
  const std::vector<std::string> scores{"4", "1", "-", "", "3"};
  const auto draft = observation_result(sheet("draft", scores));
  EXPECT_FALSE(draft.counted);
  EXPECT_EQ(draft.percent, "");
  EXPECT_EQ(draft.sum, 0);
  EXPECT_EQ(draft.items, 5U);
  EXPECT_EQ(draft.scored, 3U);
  EXPECT_EQ(draft.not_applicable, 1U);
  const auto final = observation_result(sheet("final", scores));
  EXPECT_TRUE(final.counted);
  EXPECT_EQ(final.sum, 8);
  EXPECT_EQ(final.max, 12);
  EXPECT_EQ(final.percent, "66.67");
}

TEST(Observation, ForeignScoresStayWithinTheirItem) {
  const auto result = observation_result(sheet("final", {"999", "-5", "4"}));
  EXPECT_EQ(result.sum, 8);
  EXPECT_EQ(result.max, 12);
  EXPECT_EQ(observation_result(sheet("final", {"-", "-"})).percent, "");
}

}  // namespace
}  // namespace sejawat::cycle
