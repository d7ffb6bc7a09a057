// Secret bytes that wipe themselves, cannot be copied by accident and have no way to be printed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/random.h"

namespace sejawat::base {

// Writes zeroes that the optimiser may not drop.
void wipe(void* memory, std::size_t size);

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t kSize = N;

  Secret() = default;
  explicit Secret(ByteView from) {
    SJ_CHECK(from.size() == N);
    std::memcpy(bytes_.data(), from.data(), N);
  }
  ~Secret() { wipe(bytes_.data(), N); }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_.data(), N); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_.data(), N);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  static Secret random(Random& random) {
    Secret secret;
    random.fill(secret.bytes_);
    return secret;
  }
  // The one deliberate way to have two of them.
  Secret clone() const { return Secret(view()); }
  ByteView view() const { return {bytes_.data(), N}; }
  std::span<std::uint8_t, N> writable() { return std::span<std::uint8_t, N>(bytes_); }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

using Secret16 = Secret<16>;
using Secret32 = Secret<32>;
using Secret64 = Secret<64>;

// Variable-length secret (decrypted bodies, key files). Wiped on destruction; never grows in place.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  ~SecretBytes() { wipe(bytes_.data(), bytes_.size()); }
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe(bytes_.data(), bytes_.size());
      bytes_ = std::move(other.bytes_);
      other.bytes_.clear();
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace sejawat::base
