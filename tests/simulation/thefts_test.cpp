// Schedules in which somebody had a colleague's unlocked phone in hand.
#include "long_run.h"

namespace sejawat::simulation {
namespace {

TEST(Simulation, AnUnlockedPhoneInOtherHandsGivesNothingOnceItIsRevoked) {
  expect_all_to_hold(20261128, 200, Shape::thefts);
}

}  // namespace
}  // namespace sejawat::simulation
