// Chance and time for tests: repeatable, and moved by hand.
#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace sejawat::support {

// The same bytes for the same seed (SplitMix64). Not fit for keys, of course.
class SeededRandom : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i % 8 == 0) word = next();
      out[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
    }
  }
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // 0 <= result < bound; bound > 0. The bias of the remainder does not matter to a test.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

// Starts at 2026-11-24 01:00 UTC and moves only when told.
class ManualClock : public base::Clock {
 public:
  base::Now now() override { return now_; }
  void advance(std::int64_t milliseconds) {
    now_.monotonic_ms += milliseconds;
    now_.wall_ms += milliseconds;
  }
  // A person sets the phone's clock; deadlines must not notice.
  void set_wall(std::int64_t wall_ms) { now_.wall_ms = wall_ms; }

 private:
  base::Now now_{1'000'000, 1'795'482'000'000};
};

}  // namespace sejawat::support
