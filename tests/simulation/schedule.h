// One schedule: a school, its people and their devices for some days of bad luck, then a quiet phase, then
// the properties. Everything follows from the seed.
#pragma once

#include "planted.h"
#include "witness.h"

namespace sejawat::simulation {

struct ScheduleResult {
  std::uint64_t seed = 0;
  base::Hash32 trace;
  Counts counts;
  std::optional<Violation> violation;
};

// What a schedule is like. `cheats`: everything, and one member's program is not ours (cheat.h).
// `thefts`: everything, and somebody had a colleague's phone in hand (thief.h). `copies`: everything, and
// servers run as two copies, of which now one answers, now the other. `text`: without photos; `first`: short
// ones. As they were until found_test.cpp's older seeds had been found; those seeds say nothing else.
enum class Shape : std::uint8_t { everything, text, first, cheats, thefts, copies };

const char* name_of(Shape shape);
std::optional<Shape> shape_of(std::string_view name);

struct ScheduleOptions {
  Shape shape = Shape::everything;
  Planted planted = Planted::none;
  bool look_up_crypto = true;  // known_crypto.h; false: libsodium computes all of it, each time
};
// `folder` is a real, writable folder: the lock files of the stores are real (and left there, empty).
ScheduleResult run_schedule(std::uint64_t seed, const std::string& folder, const ScheduleOptions& options);

// Seeds of a run: the first is `first` itself, so that one schedule is a run of one.
std::uint64_t nth_seed(std::uint64_t first, std::uint64_t n);

}  // namespace sejawat::simulation
