// What libsodium has computed before in this schedule is looked up: whether a signature is one, what two keys
// agree on, what the public half of a key is. In one process every record is verified by every device and
// every carrier, and each handshake is computed from both ends; that was half of the time of a schedule.
//
// All of it are pure functions, looked up by all that goes into them (no hash stands for it), and what is not
// known yet is computed by libsodium itself. The product is not touched: the linker leads its calls here, in
// programs that link the simulator. simulation_test.cpp holds it to the same traces with and without.
#pragma once

#include <cstdint>

namespace sejawat::simulation {

// For as long as it lives calls are looked up, beginning with nothing. One at a time, on one thread.
class KnownCrypto {
 public:
  explicit KnownCrypto(bool look_up);
  ~KnownCrypto();
  KnownCrypto(const KnownCrypto&) = delete;
  KnownCrypto& operator=(const KnownCrypto&) = delete;

  static std::uint64_t asked();
  static std::uint64_t known();
};

}  // namespace sejawat::simulation
