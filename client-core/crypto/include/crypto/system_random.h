// The operating system's generator, through libsodium. Thread-safe.
#pragma once

#include "base/random.h"

namespace sejawat::crypto {

class SystemRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace sejawat::crypto
