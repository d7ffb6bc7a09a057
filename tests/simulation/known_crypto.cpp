#include "known_crypto.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

// Named by the linker's --wrap (tools/simulator/CMakeLists.txt): calls of X arrive at __wrap_X, and X itself
// is
// __real_X.
extern "C" {
int __real_crypto_sign_ed25519_verify_detached(const unsigned char* signature, const unsigned char* message,
                                               unsigned long long size, const unsigned char* key);
int __real_crypto_sign_ed25519_seed_keypair(unsigned char* key, unsigned char* expanded,
                                            const unsigned char* seed);
int __real_crypto_scalarmult_curve25519(unsigned char* out, const unsigned char* secret,
                                        const unsigned char* point);
int __real_crypto_scalarmult_curve25519_base(unsigned char* out, const unsigned char* secret);
int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char* signature, const unsigned char* message,
                                               unsigned long long size, const unsigned char* key);
int __wrap_crypto_sign_ed25519_seed_keypair(unsigned char* key, unsigned char* expanded,
                                            const unsigned char* seed);
int __wrap_crypto_scalarmult_curve25519(unsigned char* out, const unsigned char* secret,
                                        const unsigned char* point);
int __wrap_crypto_scalarmult_curve25519_base(unsigned char* out, const unsigned char* secret);
}

namespace sejawat::simulation {
namespace {

// What keys begin with looks like chance already: a signature, a secret, two public keys.
struct FirstBytes {
  std::size_t operator()(const std::string& key) const {
    std::size_t first = 0;
    std::size_t second = 0;
    std::memcpy(&first, key.data(), sizeof(first));
    if (key.size() >= 64) std::memcpy(&second, key.data() + 32, sizeof(second));
    return first ^ second;
  }
};

struct Outcome {
  int code = 0;
  std::array<unsigned char, 96> bytes{};
};

struct Tables {
  bool look_up = false;
  std::uint64_t asked = 0;
  std::uint64_t known = 0;
  std::unordered_map<std::string, int, FirstBytes> verified;
  std::unordered_map<std::string, Outcome, FirstBytes> sign_keys;  // by seed
  std::unordered_map<std::string, Outcome, FirstBytes> box_keys;   // by secret
  std::unordered_map<std::string, Outcome, FirstBytes> agreed;     // by both public keys
};
Tables& tables() {
  static Tables all;
  return all;
}

std::string text(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

template <class Map, class Compute>
auto& found_in(Map& map, std::string key, Compute compute) {
  ++tables().asked;
  const auto found = map.find(key);
  if (found != map.end()) {
    ++tables().known;
    return found->second;
  }
  return map.emplace(std::move(key), compute()).first->second;
}

const Outcome& box_key(const unsigned char* secret) {
  return found_in(tables().box_keys, text(secret, 32), [&] {
    Outcome out;
    out.code = __real_crypto_scalarmult_curve25519_base(out.bytes.data(), secret);
    return out;
  });
}

}  // namespace

KnownCrypto::KnownCrypto(bool look_up) {
  tables() = {};
  tables().look_up = look_up;
}
KnownCrypto::~KnownCrypto() { tables() = {}; }
std::uint64_t KnownCrypto::asked() { return tables().asked; }
std::uint64_t KnownCrypto::known() { return tables().known; }

}  // namespace sejawat::simulation

using namespace sejawat::simulation;

int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char* signature, const unsigned char* message,
                                               unsigned long long size, const unsigned char* key) {
  const auto compute = [&] {
    return __real_crypto_sign_ed25519_verify_detached(signature, message, size, key);
  };
  if (!tables().look_up) return compute();
  std::string all;
  all.reserve(96 + static_cast<std::size_t>(size));
  all.append(reinterpret_cast<const char*>(signature), 64).append(reinterpret_cast<const char*>(key), 32);
  if (size > 0) all.append(reinterpret_cast<const char*>(message), static_cast<std::size_t>(size));
  return found_in(tables().verified, std::move(all), compute);
}

int __wrap_crypto_sign_ed25519_seed_keypair(unsigned char* key, unsigned char* expanded,
                                            const unsigned char* seed) {
  if (!tables().look_up) return __real_crypto_sign_ed25519_seed_keypair(key, expanded, seed);
  const Outcome& known = found_in(tables().sign_keys, text(seed, 32), [&] {
    Outcome out;
    out.code = __real_crypto_sign_ed25519_seed_keypair(out.bytes.data(), out.bytes.data() + 32, seed);
    return out;
  });
  std::memcpy(key, known.bytes.data(), 32);
  std::memcpy(expanded, known.bytes.data() + 32, 64);
  return known.code;
}

int __wrap_crypto_scalarmult_curve25519_base(unsigned char* out, const unsigned char* secret) {
  if (!tables().look_up) return __real_crypto_scalarmult_curve25519_base(out, secret);
  const Outcome& known = box_key(secret);
  std::memcpy(out, known.bytes.data(), 32);
  return known.code;
}

// Both ends of an agreement compute the same, so it is known by the two public keys in their order.
int __wrap_crypto_scalarmult_curve25519(unsigned char* out, const unsigned char* secret,
                                        const unsigned char* point) {
  if (!tables().look_up) return __real_crypto_scalarmult_curve25519(out, secret, point);
  std::string own = text(box_key(secret).bytes.data(), 32);
  std::string other = text(point, 32);
  const Outcome& known = found_in(tables().agreed, own < other ? own + other : other + own, [&] {
    Outcome computed;
    computed.code = __real_crypto_scalarmult_curve25519(computed.bytes.data(), secret, point);
    return computed;
  });
  std::memcpy(out, known.bytes.data(), 32);
  return known.code;
}
