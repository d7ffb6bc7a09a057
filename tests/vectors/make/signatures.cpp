// Signatures on which implementations of Ed25519 are known to disagree, made by whoever holds the key.
#include <sodium.h>

#include "crypto/sign.h"
#include "make.h"

namespace sejawat::vectors {
namespace {

using Point = std::array<std::uint8_t, 32>;
using Scalar = std::array<std::uint8_t, 32>;

// A point of order 8 and the neutral one, each in its one encoding; then the order of the base point.
constexpr Point kTorsion = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
                            0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
                            0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};
constexpr Point kIdentity = {1};
constexpr Scalar kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                           0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

Point plus_torsion(const Point& point) {
  Point out{};
  SJ_CHECK(crypto_core_ed25519_add(out.data(), point.data(), kTorsion.data()) == 0);
  return out;
}
Point base_times(const Scalar& scalar) {
  Point out{};
  SJ_CHECK(crypto_scalarmult_ed25519_base_noclamp(out.data(), scalar.data()) == 0);
  return out;
}
Scalar challenge(const Point& r, const Point& key, base::ByteView message) {
  crypto_hash_sha512_state state;
  std::array<std::uint8_t, 64> hash{};
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, r.data(), r.size());
  crypto_hash_sha512_update(&state, key.data(), key.size());
  crypto_hash_sha512_update(&state, message.data(), message.size());
  crypto_hash_sha512_final(&state, hash.data());
  Scalar out{};
  crypto_core_ed25519_scalar_reduce(out.data(), hash.data());
  return out;
}

// S = nonce + challenge * secret.
base::Signature sign(const Point& r, const Point& key, const Scalar& nonce, const Scalar& secret,
                     base::ByteView message) {
  const Scalar h = challenge(r, key, message);
  Scalar product{};
  Scalar s{};
  crypto_core_ed25519_scalar_mul(product.data(), h.data(), secret.data());
  crypto_core_ed25519_scalar_add(s.data(), nonce.data(), product.data());
  base::Bytes bytes(r.begin(), r.end());
  base::append(bytes, s);
  return *base::Signature::from(bytes);
}

base::Signature plus_order(base::Signature signature) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned>(signature.bytes[32 + i]) + kOrder[i];
    signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return signature;
}

json::object json_of(const char* what, const Point& key, base::ByteView message,
                     const base::Signature& signature) {
  return {{"what", what},
          {"key", hex(key)},
          {"message", hex(message)},
          {"signature", hex(signature)},
          {"valid", crypto::verify(*base::PublicSignKey::from(key), message, signature)}};
}

Scalar scalar_of(support::SeededRandom& random) {
  std::array<std::uint8_t, 64> wide{};
  random.fill(wide);
  Scalar out{};
  crypto_core_ed25519_scalar_reduce(out.data(), wide.data());
  return out;
}

}  // namespace

json::object make_signatures() {
  support::SeededRandom random(20261201);
  const Scalar secret = scalar_of(random);
  const Scalar nonce = scalar_of(random);
  const Scalar zero{};
  const Point key = base_times(secret);
  const Point r = base_times(nonce);
  base::Bytes message(8);
  const auto good = sign(r, key, nonce, secret, message);
  json::array list = {
      json_of("as it should be", key, message, good),
      json_of("S + L", key, message, plus_order(good)),
      json_of("R is the neutral point", key, message, sign(kIdentity, key, zero, secret, message)),
      json_of("key is the neutral point", kIdentity, message, sign(r, kIdentity, nonce, zero, message)),
      json_of("key of order 8", kTorsion, message, sign(r, kTorsion, nonce, zero, message)),
      json_of("R has a part of order 8", key, message, sign(plus_torsion(r), key, nonce, secret, message))};
  // The part of order 8 in a key counts unless the challenge is a multiple of 8.
  const Point mixed = plus_torsion(key);
  bool counted = false;
  bool vanished = false;
  for (; !counted || !vanished; ++message[0]) {
    const bool vanishes = challenge(r, mixed, message)[0] % 8 == 0;
    if (vanishes ? vanished : counted) continue;
    (vanishes ? vanished : counted) = true;
    list.push_back(json_of(vanishes ? "key has a part of order 8 that vanishes" : "key has a part of order 8",
                           mixed, message, sign(r, mixed, nonce, secret, message)));
  }
  return {
      {"about", "Whoever verifies must say the same of each: two verdicts on one segment are two histories."},
      {"signatures", std::move(list)}};
}

}  // namespace sejawat::vectors
