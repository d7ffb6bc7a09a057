// Schedules in which somebody had a colleague's unlocked phone in hand.
#include "long_run.h"

namespace sejawat::simulation {
namespace {

TEST(Simulation, AnUnlockedPhoneInOtherHandsGivesNothingOnceItIsRevoked) {
  // Not 200, of which one in some hundred runs has nobody whose late words for the school wait.
  expect_all_to_hold(20261128, 300, Shape::thefts);
}

}  // namespace
}  // namespace sejawat::simulation
