// Virtual time: events run in the order of (time, sequence), and a clock per node that may be wrong by
// decades.
#pragma once

#include <functional>
#include <map>

#include "base/clock.h"
#include "support/fakes.h"
#include "witness.h"

namespace sejawat::simulation {

inline constexpr std::int64_t kSecond = 1000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kYear = 365 * 24 * kHour;

class World {
 public:
  explicit World(std::uint64_t seed_in) : seed(seed_in), random(seed_in), witness(seed_in) {}

  void after(std::int64_t milliseconds, std::function<void()> what);
  void run_until(std::int64_t moment);       // all events up to it; then it is that late
  bool run_one();                            // false: nothing is left
  std::int64_t now() const { return now_; }  // milliseconds since the world began

  bool chance(std::uint64_t in_thousand) { return random.below(1000) < in_thousand; }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most - least + 1)));
  }
  std::uint64_t fork_seed() { return random.next(); }  // for something with a chance of its own

  const std::uint64_t seed;
  // Some store is older than what it once said: only then may a client have to ask for everything.
  bool stores_went_back = false;
  support::SeededRandom random;
  Witness witness;

 private:
  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

// The clock on one node: the world's time, and an opinion about the calendar.
class NodeClock final : public base::Clock {
 public:
  explicit NodeClock(const World& world) : world_(world) {}
  base::Now now() override { return {world_.now(), kBegin + world_.now() + wrong_by}; }
  std::int64_t wrong_by = 0;  // milliseconds; only the wall clock shows it

 private:
  static constexpr std::int64_t kBegin = 1'795'482'000'000;  // 2026-11-24 01:00 UTC
  const World& world_;
};

}  // namespace sejawat::simulation
