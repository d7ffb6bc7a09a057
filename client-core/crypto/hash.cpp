#include "crypto/hash.h"

#include <sodium.h>

#include "base/check.h"

namespace sejawat::crypto {
namespace {

crypto_generichash_blake2b_state* state_in(std::array<std::uint8_t, 384>& memory) {
  return reinterpret_cast<crypto_generichash_blake2b_state*>(memory.data());
}

std::array<std::uint8_t, crypto_generichash_blake2b_PERSONALBYTES> personal_of(std::string_view label) {
  std::array<std::uint8_t, crypto_generichash_blake2b_PERSONALBYTES> personal{};
  SJ_CHECK(label.size() <= personal.size());
  std::memcpy(personal.data(), label.data(), label.size());
  return personal;
}

}  // namespace

void initialise() { SJ_CHECK(sodium_init() >= 0); }

Hasher::Hasher(std::string_view label, std::size_t output_size, base::ByteView key) {
  static_assert(sizeof(crypto_generichash_blake2b_state) <= sizeof(state_));
  SJ_CHECK(key.size() <= crypto_generichash_blake2b_KEYBYTES_MAX);
  const auto personal = personal_of(label);
  SJ_CHECK(crypto_generichash_blake2b_init_salt_personal(state_in(state_), key.empty() ? nullptr : key.data(),
                                                         key.size(), output_size, nullptr,
                                                         personal.data()) == 0);
  output_size_ = output_size;
}

Hasher::~Hasher() { base::wipe(state_.data(), state_.size()); }

Hasher& Hasher::raw(base::ByteView bytes) {
  SJ_CHECK(crypto_generichash_blake2b_update(state_in(state_), bytes.data(), bytes.size()) == 0);
  return *this;
}

Hasher& Hasher::u8(std::uint8_t value) { return raw({&value, 1}); }

Hasher& Hasher::u64(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return raw(bytes);
}

Hasher& Hasher::prefixed(base::ByteView bytes) { return u64(bytes.size()).raw(bytes); }

void Hasher::finish(std::span<std::uint8_t> out) {
  SJ_CHECK(out.size() == output_size_);
  SJ_CHECK(crypto_generichash_blake2b_final(state_in(state_), out.data(), out.size()) == 0);
}

base::Secret32 derive(std::string_view label, base::ByteView key, base::ByteView context) {
  base::Secret32 out;
  Hasher(label, 32, key).raw(context).finish(out.writable());
  return out;
}

bool equal_secret(base::ByteView a, base::ByteView b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace sejawat::crypto
