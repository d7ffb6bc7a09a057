#include "crypto/system_random.h"

#include <sodium.h>

#include "crypto/hash.h"

namespace sejawat::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  initialise();
  randombytes_buf(out.data(), out.size());
}

}  // namespace sejawat::crypto
