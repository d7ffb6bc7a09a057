// Chance as an argument: the simulator replays it from a seed, production draws from the operating system.
#pragma once

#include <cstdint>
#include <span>

#include "base/ids.h"

namespace sejawat::base {

class Random {
 public:
  virtual ~Random() = default;
  // Fills with bytes fit for keys. Cannot fail: an implementation without entropy stops the process.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <class AnyId>
  AnyId id() {
    AnyId value;
    fill(value.bytes);
    return value;
  }
};

}  // namespace sejawat::base
