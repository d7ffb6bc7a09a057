#include "base/secret.h"

namespace sejawat::base {

void wipe(void* memory, std::size_t size) {
  if (size == 0) return;
  std::memset(memory, 0, size);
  // The barrier makes the zeroes observable, so the memset stays.
  asm volatile("" : : "r"(memory) : "memory");
}

}  // namespace sejawat::base
