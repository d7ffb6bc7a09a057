// Stores written with one page cipher open with the other: phones have the portable one, computers
// libsodium's.
#ifndef __EMSCRIPTEN__
#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <cstdint>
#include <random>
#include <vector>

extern "C" {
void used_chacha20(std::uint8_t*, std::size_t, const std::uint8_t*, const std::uint8_t*, std::uint32_t);
void portable_chacha20(std::uint8_t*, std::size_t, const std::uint8_t*, const std::uint8_t*, std::uint32_t);
void used_poly1305(const std::uint8_t*, std::size_t, const std::uint8_t*, std::uint8_t*);
void portable_poly1305(const std::uint8_t*, std::size_t, const std::uint8_t*, std::uint8_t*);
}

namespace sejawat {
namespace {

constexpr std::size_t kPage = 4096;

std::vector<std::uint8_t> chance(std::mt19937_64& random, std::size_t size) {
  std::vector<std::uint8_t> out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

// Counters begin by chance, so some run over within a page.
std::uint32_t a_counter(std::mt19937_64& random, int round) {
  const auto any = static_cast<std::uint32_t>(random());
  return round % 2 == 0 ? any : UINT32_MAX - any % 130;
}

TEST(PageCipher, IsTheSameOnPhonesAndComputersWhereverTheCounterRunsOver) {
  ASSERT_GE(sodium_init(), 0);
  std::mt19937_64 random(8439);
  for (int round = 0; round < 4000; ++round) {
    const auto key = chance(random, 32);
    const auto nonce = chance(random, 12);
    const auto counter = a_counter(random, round);
    // At the very end as well, and sizes about the 64 bytes of a block.
    const std::size_t size = round % 3 == 0 ? kPage - 32 : 1 + random() % (2 * kPage);
    const auto plain = chance(random, size);
    auto used = plain;
    auto portable = plain;
    used_chacha20(used.data(), size, key.data(), nonce.data(), counter);
    portable_chacha20(portable.data(), size, key.data(), nonce.data(), counter);
    ASSERT_EQ(used, portable) << "counter " << counter << ", " << size << " bytes";
    ASSERT_NE(used, plain);
  }
}

TEST(PageCipher, TagsPagesTheSameOnPhonesAndComputers) {
  ASSERT_GE(sodium_init(), 0);
  std::mt19937_64 random(1305);
  for (int round = 0; round < 4000; ++round) {
    // All ones are where the sums are reduced.
    const std::size_t size = 1 + random() % (2 * kPage);
    const auto data = round % 4 == 0 ? std::vector<std::uint8_t>(size, 0xff) : chance(random, size);
    const auto key = round % 8 == 0 ? std::vector<std::uint8_t>(32, 0xff) : chance(random, 32);
    std::array<std::uint8_t, 16> used{};
    std::array<std::uint8_t, 16> portable{};
    used_poly1305(data.data(), size, key.data(), used.data());
    portable_poly1305(data.data(), size, key.data(), portable.data());
    ASSERT_EQ(used, portable) << size << " bytes";
  }
}

}  // namespace
}  // namespace sejawat
#endif
