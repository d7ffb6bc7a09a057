// Time as an argument. Sans-IO rooms never read a clock of their own.
#pragma once

#include <cstdint>

namespace sejawat::base {

// Both readings of one moment. Only `monotonic_ms` may drive deadlines; `wall_ms` is display data and decides
// nothing about meaning (docs/PROTOCOL.md, "What an object shows").
struct Now {
  std::int64_t monotonic_ms = 0;  // milliseconds from an arbitrary start, never goes back
  std::int64_t wall_ms = 0;       // milliseconds since 1970-01-01 UTC, may be wrong by decades
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() = 0;
};

}  // namespace sejawat::base
