#include "crypto/noise.h"

#include <sodium.h>

#include <string_view>

#include "base/check.h"

namespace sejawat::crypto {
namespace {

constexpr std::size_t kHashSize = 64;
constexpr std::size_t kBlockSize = 128;  // of BLAKE2b, for HMAC
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kAeadTag = 16;
constexpr std::string_view kProtocolName = "Noise_IK_25519_ChaChaPoly_BLAKE2b";
using Digest64 = std::array<std::uint8_t, kHashSize>;

// Hash of `first` and then of `parts`: nothing is copied together, so nothing is left on the heap.
Digest64 blake2b(base::ByteView first, std::initializer_list<base::ByteView> parts) {
  crypto_generichash_blake2b_state state;
  Digest64 out{};
  crypto_generichash_blake2b_init(&state, nullptr, 0, kHashSize);
  crypto_generichash_blake2b_update(&state, first.data(), first.size());
  for (const auto& part : parts) crypto_generichash_blake2b_update(&state, part.data(), part.size());
  crypto_generichash_blake2b_final(&state, out.data(), out.size());
  base::wipe(&state, sizeof(state));
  return out;
}

// HMAC (RFC 2104) over BLAKE2b; keys here are never longer than a block.
Digest64 hmac(base::ByteView key, std::initializer_list<base::ByteView> parts) {
  std::array<std::uint8_t, kBlockSize> inner{};
  std::array<std::uint8_t, kBlockSize> outer{};
  SJ_CHECK(key.size() <= kBlockSize);
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    const std::uint8_t byte = i < key.size() ? key[i] : std::uint8_t{0};
    inner[i] = byte ^ 0x36U;
    outer[i] = byte ^ 0x5CU;
  }
  Digest64 first = blake2b(inner, parts);
  const Digest64 result = blake2b(outer, {first});
  base::wipe(first.data(), first.size());
  base::wipe(inner.data(), inner.size());
  base::wipe(outer.data(), outer.size());
  return result;
}

struct TwoKeys {
  base::Secret64 first;
  base::Secret64 second;
};

TwoKeys hkdf2(base::ByteView chaining_key, base::ByteView input) {
  Digest64 temp = hmac(chaining_key, {input});
  const std::uint8_t one = 1;
  const std::uint8_t two = 2;
  Digest64 first = hmac(temp, {base::ByteView(&one, 1)});
  Digest64 second = hmac(temp, {first, base::ByteView(&two, 1)});
  TwoKeys keys{base::Secret64(first), base::Secret64(second)};
  base::wipe(temp.data(), temp.size());
  base::wipe(first.data(), first.size());
  base::wipe(second.data(), second.size());
  return keys;
}

std::array<std::uint8_t, 12> nonce_of(std::uint64_t counter) {
  std::array<std::uint8_t, 12> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return nonce;
}

base::Bytes aead_encrypt(base::ByteView key, std::uint64_t counter, base::ByteView associated,
                         base::ByteView plain) {
  base::Bytes sealed(plain.size() + kAeadTag);
  const auto nonce = nonce_of(counter);
  crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(),
                                            associated.data(), associated.size(), nullptr, nonce.data(),
                                            key.data());
  return sealed;
}

base::Result<base::Bytes> aead_decrypt(base::ByteView key, std::uint64_t counter, base::ByteView associated,
                                       base::ByteView sealed) {
  if (sealed.size() < kAeadTag) return base::error(base::Code::cannot_decrypt, "shorter than its tag");
  base::Bytes plain(sealed.size() - kAeadTag);
  const auto nonce = nonce_of(counter);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                associated.data(), associated.size(), nonce.data(),
                                                key.data()) != 0) {
    return base::error(base::Code::cannot_decrypt);
  }
  return plain;
}

// SymmetricState of the specification (section 5.2); IK always has a key after the first MixKey.
class Symmetric {
 public:
  Symmetric() {
    static_assert(kProtocolName.size() <= kHashSize);
    Digest64 name{};
    std::memcpy(name.data(), kProtocolName.data(), kProtocolName.size());
    hash_ = name;
    chaining_key_ = base::Secret64(name);
  }
  void mix_hash(base::ByteView data) { hash_ = blake2b(hash_, {data}); }
  void mix_key(base::ByteView input) {
    TwoKeys keys = hkdf2(chaining_key_.view(), input);
    chaining_key_ = std::move(keys.first);
    key_ = base::Secret32(keys.second.view().subspan(0, kKeySize));
    counter_ = 0;
  }
  base::Bytes encrypt_and_hash(base::ByteView plain) {
    base::Bytes sealed = aead_encrypt(key_.view(), counter_++, hash_, plain);
    mix_hash(sealed);
    return sealed;
  }
  base::Result<base::Bytes> decrypt_and_hash(base::ByteView sealed) {
    SJ_TRY(auto plain, aead_decrypt(key_.view(), counter_, hash_, sealed));
    ++counter_;
    mix_hash(sealed);
    return plain;
  }
  TwoKeys split() const { return hkdf2(chaining_key_.view(), {}); }
  base::Bytes handshake_hash() const { return base::Bytes(hash_.begin(), hash_.end()); }

 private:
  Digest64 hash_{};
  base::Secret64 chaining_key_;
  base::Secret32 key_;
  std::uint64_t counter_ = 0;
};

base::Status mix_agreement(Symmetric& symmetric, const BoxKey& own, const base::PublicBoxKey& other) {
  SJ_TRY(auto shared, own.agree(other));
  symmetric.mix_key(shared.view());
  return {};
}

CipherState cipher_of(const base::Secret64& key) {
  return CipherState(base::Secret32(key.view().subspan(0, kKeySize)));
}

}  // namespace

base::Result<base::Bytes> CipherState::encrypt(base::ByteView plain) {
  if (plain.size() + kAeadTag > kNoiseMessageMax) return base::error(base::Code::too_large, "Noise message");
  if (counter_ >= UINT64_MAX - 1) return base::error(base::Code::protocol_violation, "channel is used up");
  return aead_encrypt(key_.view(), counter_++, {}, plain);
}

base::Result<base::Bytes> CipherState::decrypt(base::ByteView sealed) {
  if (sealed.size() > kNoiseMessageMax) return base::error(base::Code::too_large, "Noise message");
  if (counter_ >= UINT64_MAX - 1) return base::error(base::Code::protocol_violation, "channel is used up");
  SJ_TRY(auto plain, aead_decrypt(key_.view(), counter_, {}, sealed));
  ++counter_;
  return plain;
}

struct NoiseInitiator::State {
  Symmetric symmetric;
  BoxKey own_static;
  base::PublicBoxKey remote_static;
  BoxKey ephemeral;
};

NoiseInitiator::NoiseInitiator(base::ByteView prologue, const BoxKey& own_static,
                               const base::PublicBoxKey& remote_static, BoxKey ephemeral)
    : state_(new State{Symmetric(), own_static.clone(), remote_static, std::move(ephemeral)}) {
  state_->symmetric.mix_hash(prologue);
  state_->symmetric.mix_hash(remote_static.view());
}

NoiseInitiator::~NoiseInitiator() = default;

base::Result<base::Bytes> NoiseInitiator::write_first(base::ByteView payload) {
  if (payload.size() + kNoiseFirstOverhead > kNoiseMessageMax) {
    return base::error(base::Code::too_large, "Noise message 1");
  }
  Symmetric& symmetric = state_->symmetric;
  base::Bytes message = base::to_bytes(state_->ephemeral.public_key().view());
  symmetric.mix_hash(message);
  SJ_TRY_STATUS(mix_agreement(symmetric, state_->ephemeral, state_->remote_static));
  base::append(message, symmetric.encrypt_and_hash(state_->own_static.public_key().view()));
  SJ_TRY_STATUS(mix_agreement(symmetric, state_->own_static, state_->remote_static));
  base::append(message, symmetric.encrypt_and_hash(payload));
  return message;
}

base::Result<NoiseInitiator::Established> NoiseInitiator::read_second(base::ByteView message) {
  if (message.size() > kNoiseMessageMax) return base::error(base::Code::too_large, "Noise message 2");
  if (message.size() < kNoiseSecondOverhead)
    return base::error(base::Code::wrong_server_key, "no Noise reply");
  Symmetric& symmetric = state_->symmetric;
  const auto remote_ephemeral = *base::PublicBoxKey::from(message.subspan(0, 32));
  symmetric.mix_hash(remote_ephemeral.view());
  if (!mix_agreement(symmetric, state_->ephemeral, remote_ephemeral).ok() ||
      !mix_agreement(symmetric, state_->own_static, remote_ephemeral).ok()) {
    return base::error(base::Code::wrong_server_key, "key of small order");
  }
  auto payload = symmetric.decrypt_and_hash(message.subspan(32));
  if (!payload.ok()) return base::error(base::Code::wrong_server_key, "the reply does not authenticate");
  const TwoKeys keys = symmetric.split();
  return Established{std::move(payload).value(),
                     {cipher_of(keys.first), cipher_of(keys.second), symmetric.handshake_hash()}};
}

struct NoiseResponder::State {
  Symmetric symmetric;
  BoxKey own_static;
  BoxKey ephemeral;
  base::PublicBoxKey remote_static{};
  base::PublicBoxKey remote_ephemeral{};
};

NoiseResponder::NoiseResponder(base::ByteView prologue, const BoxKey& own_static, BoxKey ephemeral)
    : state_(new State{Symmetric(), own_static.clone(), std::move(ephemeral)}) {
  state_->symmetric.mix_hash(prologue);
  state_->symmetric.mix_hash(own_static.public_key().view());
}

NoiseResponder::~NoiseResponder() = default;

base::Result<NoiseResponder::First> NoiseResponder::read_first(base::ByteView message) {
  if (message.size() > kNoiseMessageMax) return base::error(base::Code::too_large, "Noise message 1");
  if (message.size() < kNoiseFirstOverhead)
    return base::error(base::Code::cannot_decrypt, "no Noise message");
  Symmetric& symmetric = state_->symmetric;
  state_->remote_ephemeral = *base::PublicBoxKey::from(message.subspan(0, 32));
  symmetric.mix_hash(state_->remote_ephemeral.view());
  if (!mix_agreement(symmetric, state_->own_static, state_->remote_ephemeral).ok()) {
    return base::error(base::Code::cannot_decrypt, "key of small order");
  }
  SJ_TRY(auto remote_static, symmetric.decrypt_and_hash(message.subspan(32, 48)));
  state_->remote_static = *base::PublicBoxKey::from(remote_static);
  if (!mix_agreement(symmetric, state_->own_static, state_->remote_static).ok()) {
    return base::error(base::Code::cannot_decrypt, "key of small order");
  }
  SJ_TRY(auto payload, symmetric.decrypt_and_hash(message.subspan(80)));
  return First{std::move(payload), state_->remote_static};
}

base::Result<NoiseResponder::Established> NoiseResponder::write_second(base::ByteView payload) {
  if (payload.size() + kNoiseSecondOverhead > kNoiseMessageMax) {
    return base::error(base::Code::too_large, "Noise message 2");
  }
  Symmetric& symmetric = state_->symmetric;
  base::Bytes message = base::to_bytes(state_->ephemeral.public_key().view());
  symmetric.mix_hash(message);
  SJ_TRY_STATUS(mix_agreement(symmetric, state_->ephemeral, state_->remote_ephemeral));
  SJ_TRY_STATUS(mix_agreement(symmetric, state_->ephemeral, state_->remote_static));
  base::append(message, symmetric.encrypt_and_hash(payload));
  const TwoKeys keys = symmetric.split();
  return Established{std::move(message),
                     {cipher_of(keys.second), cipher_of(keys.first), symmetric.handshake_hash()}};
}

}  // namespace sejawat::crypto
