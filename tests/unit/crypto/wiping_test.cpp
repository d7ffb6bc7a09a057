// No secret is left in memory that was given back. The allocator of this program looks through every block
// before it goes: what it must not find was computed beforehand, by other means.
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "crypto/aead.h"
#include "crypto/box.h"
#include "crypto/hash.h"
#include "crypto/noise.h"
#include "crypto/sign.h"
#include "support/fakes.h"

// The sanitizers bring an allocator of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEJAWAT_OWN_ALLOCATOR 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SEJAWAT_OWN_ALLOCATOR 0
#endif
#endif
#ifndef SEJAWAT_OWN_ALLOCATOR
#define SEJAWAT_OWN_ALLOCATOR 1
#endif

#if SEJAWAT_OWN_ALLOCATOR

namespace {

constexpr std::size_t kHead = 16;  // the size of the block, keeping alignment
constexpr std::size_t kMost = 8;
struct {
  std::array<std::array<std::uint8_t, 32>, kMost> secrets{};
  std::size_t count = 0;
  std::size_t leaks = 0;
  std::size_t freed = 0;
} watch;  // no allocation of its own

void look_through(const std::uint8_t* block, std::size_t size) {
  ++watch.freed;
  for (std::size_t i = 0; i < watch.count; ++i) {
    const auto& secret = watch.secrets[i];
    if (std::search(block, block + size, secret.begin(), secret.end()) != block + size) ++watch.leaks;
  }
}

void* take(std::size_t size) {
  auto* block = static_cast<std::uint8_t*>(std::malloc(size + kHead));
  if (block == nullptr) std::abort();
  std::memcpy(block, &size, sizeof(size));
  return block + kHead;
}
void give_back(void* memory) {
  if (memory == nullptr) return;
  auto* block = static_cast<std::uint8_t*>(memory) - kHead;
  std::size_t size = 0;
  std::memcpy(&size, block, sizeof(size));
  look_through(block + kHead, size);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }

namespace sejawat::crypto {
namespace {

class Wiping : public testing::Test {
 protected:
  void SetUp() override {
    watch.count = 0;
    watch.leaks = 0;
    watch.freed = 0;
  }
  void TearDown() override { watch.count = 0; }
  static void must_not_find(base::ByteView secret) {
    ASSERT_GE(secret.size(), 32U);
    ASSERT_LT(watch.count, kMost);
    std::copy_n(secret.begin(), 32, watch.secrets[watch.count++].begin());
  }
};

using Block = std::array<std::uint8_t, 64>;

// HMAC-BLAKE2b of a chaining key, as the specification has it, on the stack.
Block hmac(const Block& key, base::ByteView input) {
  std::array<std::uint8_t, 128> inner{};
  std::array<std::uint8_t, 128> outer{};
  for (std::size_t i = 0; i < 128; ++i) {
    const std::uint8_t byte = i < key.size() ? key[i] : std::uint8_t{0};
    inner[i] = byte ^ 0x36U;
    outer[i] = byte ^ 0x5CU;
  }
  Block out{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 64);
  crypto_generichash_update(&state, inner.data(), inner.size());
  crypto_generichash_update(&state, input.data(), input.size());
  crypto_generichash_final(&state, out.data(), 64);
  crypto_generichash_init(&state, nullptr, 0, 64);
  crypto_generichash_update(&state, outer.data(), outer.size());
  crypto_generichash_update(&state, out.data(), out.size());
  crypto_generichash_final(&state, out.data(), 64);
  return out;
}

TEST_F(Wiping, TheAllocatorOfThisTestSeesWhatIsLeft) {
  const base::Bytes secret(32, 0xA7);
  must_not_find(secret);
  { const base::Bytes copy = secret; }
  EXPECT_EQ(watch.leaks, 1U);
}

TEST_F(Wiping, ASecretInAVectorIsGoneWhenTheVectorIs) {
  support::SeededRandom random(3);
  const auto secret = base::Secret32::random(random);
  must_not_find(secret.view());
  {
    std::vector<base::Secret32> grown;
    for (int i = 0; i < 20; ++i) grown.push_back(secret.clone());
    std::vector<BoxKey> keys;
    for (int i = 0; i < 20; ++i) keys.push_back(BoxKey::from_secret(secret.clone()));
    std::vector<SigningKey> signing;
    for (int i = 0; i < 20; ++i) signing.push_back(SigningKey::from_seed(secret));
    const base::SecretBytes bytes(base::to_bytes(secret.view()));
  }
  EXPECT_GT(watch.freed, 10U);
  EXPECT_EQ(watch.leaks, 0U);
}

TEST_F(Wiping, ABoxLeavesNeitherItsSecretNorItsKeys) {
  support::SeededRandom random(4);
  const auto ephemeral = BoxKey::random(random);
  const auto recipient = BoxKey::random(random);
  const auto secret = base::Secret32::random(random);
  const auto shared = ephemeral.agree(recipient.public_key());
  ASSERT_TRUE(shared.ok());
  must_not_find(secret.view());
  must_not_find(shared->view());
  must_not_find(recipient.secret());
  const auto sealed = box_seal(ephemeral, recipient.public_key(), secret.view(), {});
  ASSERT_TRUE(box_open(recipient, ephemeral.public_key(), *sealed, {}).ok());
  EXPECT_GT(watch.freed, 0U);
  EXPECT_EQ(watch.leaks, 0U);
}

TEST_F(Wiping, AHandshakeLeavesNeitherAgreementsNorTheKeysMadeOfThem) {
  support::SeededRandom random(5);
  const auto client = BoxKey::random(random);
  const auto server = BoxKey::random(random);
  auto ephemeral = BoxKey::random(random);
  const auto es = ephemeral.agree(server.public_key());
  const auto ss = client.agree(server.public_key());
  ASSERT_TRUE(es.ok() && ss.ok());
  Block chaining{};
  constexpr std::string_view kName = "Noise_IK_25519_ChaChaPoly_BLAKE2b";
  std::copy(kName.begin(), kName.end(), chaining.begin());
  Block temp = hmac(chaining, es->view());
  must_not_find(temp);
  for (auto& byte : temp) byte ^= 0x36U;
  must_not_find(temp);  // HMAC's inner pad: as good as the key
  for (auto& byte : temp) byte ^= 0x36U ^ 0x5CU;
  must_not_find(temp);
  must_not_find(es->view());
  must_not_find(ss->view());
  must_not_find(client.secret());
  must_not_find(ephemeral.secret());
  {
    NoiseInitiator initiator({}, client, server.public_key(), std::move(ephemeral));
    NoiseResponder responder({}, server, BoxKey::random(random));
    ASSERT_TRUE(responder.read_first(*initiator.write_first({})).ok());
    auto second = responder.write_second({});
    ASSERT_TRUE(initiator.read_second(second->message).ok());
  }
  EXPECT_GT(watch.freed, 10U);
  EXPECT_EQ(watch.leaks, 0U);
}

}  // namespace
}  // namespace sejawat::crypto

#endif
