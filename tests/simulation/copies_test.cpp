// Schedules in which servers run as two copies (a machine cloned, a backup started beside it).
#include "long_run.h"

namespace sejawat::simulation {
namespace {

TEST(Simulation, TwoCopiesOfAServerThatAnswerByTurnsLoseNothing) {
  expect_all_to_hold(20261129, 200, Shape::copies);
}

}  // namespace
}  // namespace sejawat::simulation
