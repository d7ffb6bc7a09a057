// Noise_IK_25519_ChaChaPoly_BLAKE2b (Noise Protocol Framework, revision 34), both roles.
//
//   <- s
//   -> e, es, s, ss      message 1: 96 bytes and its payload
//   <- e, ee, se         message 2: 48 bytes and its payload
//
// A message never exceeds 65,535 bytes. Not thread-safe; one object, one handshake.
#pragma once

#include <memory>
#include <optional>

#include "base/random.h"
#include "base/result.h"
#include "crypto/box.h"

namespace sejawat::crypto {

inline constexpr std::size_t kNoiseMessageMax = 65535;
inline constexpr std::size_t kNoiseFirstOverhead = 96;
inline constexpr std::size_t kNoiseSecondOverhead = 48;

// One direction of an established channel. After 2^64-2 messages it refuses (protocol_violation).
class CipherState {
 public:
  // `counter`: messages already sent under this key, 0 but in tests of the end.
  explicit CipherState(base::Secret32 key, std::uint64_t counter = 0)
      : key_(std::move(key)), counter_(counter) {}
  base::Result<base::Bytes> encrypt(base::ByteView plain);
  base::Result<base::Bytes> decrypt(base::ByteView sealed);  // cannot_decrypt; the counter does not move then

 private:
  base::Secret32 key_;
  std::uint64_t counter_;
};

struct NoiseChannel {
  CipherState send;
  CipherState receive;
  base::Bytes handshake_hash;  // 64 bytes
};

class NoiseInitiator {
 public:
  // `ephemeral` is injected so that vectors can be replayed; production passes BoxKey::random(...).
  NoiseInitiator(base::ByteView prologue, const BoxKey& own_static, const base::PublicBoxKey& remote_static,
                 BoxKey ephemeral);
  ~NoiseInitiator();
  base::Result<base::Bytes> write_first(base::ByteView payload);
  struct Established {
    base::Bytes payload;
    NoiseChannel channel;
  };
  // wrong_server_key when the reply was not made by the holder of `remote_static`.
  base::Result<Established> read_second(base::ByteView message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class NoiseResponder {
 public:
  NoiseResponder(base::ByteView prologue, const BoxKey& own_static, BoxKey ephemeral);
  ~NoiseResponder();
  struct First {
    base::Bytes payload;
    base::PublicBoxKey remote_static;
  };
  base::Result<First> read_first(base::ByteView message);  // cannot_decrypt: not meant for this key
  struct Established {
    base::Bytes message;
    NoiseChannel channel;
  };
  base::Result<Established> write_second(base::ByteView payload);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::crypto
