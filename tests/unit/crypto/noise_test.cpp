#include "crypto/noise.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "support/fakes.h"

namespace sejawat::crypto {
namespace {

using base::Code;

const base::ByteView kPrologue = base::as_bytes("sejawat/1");
constexpr std::size_t kTag = 16;

// Both ends of one handshake with keys from a seed.
struct Ends {
  explicit Ends(std::uint64_t seed = 1) : random(seed) {}
  NoiseInitiator initiator(base::ByteView prologue = kPrologue) {
    return {prologue, client, server.public_key(), BoxKey::random(random)};
  }
  NoiseResponder responder(base::ByteView prologue = kPrologue) {
    return {prologue, server, BoxKey::random(random)};
  }
  support::SeededRandom random;
  BoxKey client = BoxKey::random(random);
  BoxKey server = BoxKey::random(random);
};

struct Channels {
  NoiseChannel client;
  NoiseChannel server;
};

Channels connect(Ends& ends) {
  auto initiator = ends.initiator();
  auto responder = ends.responder();
  const auto first = initiator.write_first({});
  EXPECT_TRUE(responder.read_first(*first).ok());
  auto second = responder.write_second({});
  auto established = initiator.read_second(second->message);
  EXPECT_TRUE(established.ok());
  return {std::move(established->channel), std::move(second->channel)};
}

base::Bytes flipped(base::Bytes bytes, std::size_t at) {
  bytes[at] ^= 0x01;
  return bytes;
}

TEST(Noise, CarriesPayloadsFromTheFirstMessageOnAndTellsWhoCalls) {
  Ends ends;
  auto initiator = ends.initiator();
  auto responder = ends.responder();
  const auto first = initiator.write_first(base::as_bytes("satu"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), kNoiseFirstOverhead + 4);
  const auto read = responder.read_first(*first);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(base::as_text(read->payload), "satu");
  EXPECT_EQ(read->remote_static, ends.client.public_key());
  auto second = responder.write_second(base::as_bytes("dua"));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->message.size(), kNoiseSecondOverhead + 3);
  auto established = initiator.read_second(second->message);
  ASSERT_TRUE(established.ok());
  EXPECT_EQ(base::as_text(established->payload), "dua");
  EXPECT_EQ(established->channel.handshake_hash, second->channel.handshake_hash);
  EXPECT_EQ(established->channel.handshake_hash.size(), 64U);
  for (int i = 0; i < 5; ++i) {
    const auto up = established->channel.send.encrypt(base::as_bytes("naik"));
    EXPECT_EQ(base::as_text(*second->channel.receive.decrypt(*up)), "naik");
    const auto down = second->channel.send.encrypt(base::as_bytes("turun"));
    EXPECT_EQ(base::as_text(*established->channel.receive.decrypt(*down)), "turun");
  }
}

TEST(Noise, AServerWithAnotherKeyCannotReadTheCallNorAnswerIt) {
  Ends ends;
  Ends impostor(2);
  auto initiator = ends.initiator();
  const auto first = initiator.write_first(base::as_bytes("rahasia"));
  auto wrong = impostor.responder();
  EXPECT_EQ(wrong.read_first(*first).code(), Code::cannot_decrypt);
  // It answers all the same, by the rules, with the key it has.
  auto called = Ends(3);
  NoiseInitiator other(kPrologue, called.client, impostor.server.public_key(), BoxKey::random(called.random));
  auto answering = impostor.responder();
  ASSERT_TRUE(answering.read_first(*other.write_first({})).ok());
  const auto second = answering.write_second({});
  EXPECT_EQ(initiator.read_second(second->message).code(), Code::wrong_server_key);
}

TEST(Noise, APrologueThatDiffersEndsTheHandshake) {
  Ends ends;
  auto initiator = ends.initiator();
  auto responder = ends.responder(base::as_bytes("sejawat/2"));
  EXPECT_EQ(responder.read_first(*initiator.write_first({})).code(), Code::cannot_decrypt);
}

TEST(Noise, EveryAlteredByteOfTheFirstMessageIsRefused) {
  Ends ends;
  auto initiator = ends.initiator();
  const auto first = *initiator.write_first(base::as_bytes("muatan"));
  for (std::size_t at = 0; at < first.size(); ++at) {
    auto responder = ends.responder();
    // The highest bit of a public key is not part of the point, but it is part of the transcript.
    EXPECT_EQ(responder.read_first(flipped(first, at)).code(), Code::cannot_decrypt) << at;
  }
  for (std::size_t size = 0; size < first.size(); ++size) {
    auto responder = ends.responder();
    EXPECT_EQ(responder.read_first(base::ByteView(first).first(size)).code(), Code::cannot_decrypt) << size;
  }
}

TEST(Noise, EveryAlteredByteOfTheSecondMessageIsRefused) {
  for (const bool cut : {false, true}) {
    for (std::size_t at = 0; at < kNoiseSecondOverhead + 4; ++at) {
      Ends ends;
      auto initiator = ends.initiator();
      auto responder = ends.responder();
      ASSERT_TRUE(responder.read_first(*initiator.write_first({})).ok());
      const auto second = responder.write_second(base::as_bytes("ya, "))->message;
      const auto bad = cut ? base::Bytes(second.begin(), second.begin() + static_cast<std::ptrdiff_t>(at))
                           : flipped(second, at);
      EXPECT_EQ(initiator.read_second(bad).code(), Code::wrong_server_key) << at;
    }
  }
}

TEST(Noise, TheHighestBitOfAnEphemeralKeyIsInTheTranscript) {
  Ends ends;
  auto initiator = ends.initiator();
  auto first = *initiator.write_first({});
  first[31] ^= 0x80;
  auto responder = ends.responder();
  EXPECT_EQ(responder.read_first(first).code(), Code::cannot_decrypt);
}

TEST(Noise, KeysOfSmallOrderAreRefusedOnBothSides) {
  Ends ends;
  auto responder = ends.responder();
  EXPECT_EQ(responder.read_first(base::Bytes(kNoiseFirstOverhead)).code(), Code::cannot_decrypt);
  auto initiator = ends.initiator();
  ASSERT_TRUE(initiator.write_first({}).ok());
  EXPECT_EQ(initiator.read_second(base::Bytes(kNoiseSecondOverhead)).code(), Code::wrong_server_key);
  NoiseInitiator to_zero(kPrologue, ends.client, base::PublicBoxKey{}, BoxKey::random(ends.random));
  EXPECT_EQ(to_zero.write_first({}).code(), Code::malformed);
}

// The first message as somebody writes it who says to have a static key of any bytes: the specification once
// more, with libsodium alone.
class ForgedCall {
 public:
  ForgedCall(const base::PublicBoxKey& server, base::Random& random) {
    hash_ = base::to_bytes(base::as_bytes("Noise_IK_25519_ChaChaPoly_BLAKE2b"));
    hash_.resize(64);
    chaining_ = hash_;
    mix_hash(kPrologue);
    mix_hash(server.view());
    const auto ephemeral = BoxKey::random(random);
    message_ = base::to_bytes(ephemeral.public_key().view());
    mix_hash(message_);
    mix_key(ephemeral.agree(server)->view());
  }
  void encrypt(base::ByteView plain) {
    base::Bytes sealed(plain.size() + kTag);
    const std::uint8_t nonce[12] = {};
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(),
                                              hash_.data(), hash_.size(), nullptr, nonce, key_.data());
    mix_hash(sealed);
    base::append(message_, sealed);
  }
  void mix_key(base::ByteView input) {
    const auto temp = hmac(chaining_, base::to_bytes(input));
    chaining_ = hmac(temp, {1});
    auto second = chaining_;
    second.push_back(2);
    key_ = hmac(temp, second);
  }
  const base::Bytes& message() const { return message_; }

 private:
  static base::Bytes blake2b(const base::Bytes& first, base::ByteView second) {
    base::Bytes all = first;
    base::append(all, second);
    base::Bytes out(64);
    crypto_generichash_blake2b(out.data(), out.size(), all.data(), all.size(), nullptr, 0);
    return out;
  }
  static base::Bytes hmac(const base::Bytes& key, const base::Bytes& input) {
    base::Bytes inner(128, 0x36);
    base::Bytes outer(128, 0x5C);
    for (std::size_t i = 0; i < key.size(); ++i) {
      inner[i] ^= key[i];
      outer[i] ^= key[i];
    }
    return blake2b(outer, blake2b(inner, input));
  }
  void mix_hash(base::ByteView data) { hash_ = blake2b(hash_, data); }

  base::Bytes hash_;
  base::Bytes chaining_;
  base::Bytes key_;
  base::Bytes message_;
};

// With it everybody would agree on the same secret, so that whoever calls could be anybody.
TEST(Noise, ACallersStaticKeyOfSmallOrderIsRefusedThoughItsMessageIsWhole) {
  Ends ends;
  for (const std::uint8_t first_byte : {std::uint8_t{0}, std::uint8_t{1}}) {
    ForgedCall call(ends.server.public_key(), ends.random);
    base::Bytes small(32);
    small[0] = first_byte;
    call.encrypt(small);
    call.mix_key(base::Bytes(32));
    call.encrypt(base::as_bytes("halo"));
    const auto read = ends.responder().read_first(call.message());
    ASSERT_EQ(read.code(), Code::cannot_decrypt);
    EXPECT_EQ(read.error().detail(), "key of small order") << "not for any other reason";
  }
  ForgedCall call(ends.server.public_key(), ends.random);
  call.encrypt(ends.client.public_key().view());
  call.mix_key(ends.client.agree(ends.server.public_key())->view());
  call.encrypt(base::as_bytes("halo"));
  EXPECT_TRUE(ends.responder().read_first(call.message()).ok()) << "the same with a key that is one";
}

TEST(Noise, AReplyBeforeACallIsRefused) {
  Ends ends;
  EXPECT_FALSE(ends.responder().write_second({}).ok());
}

TEST(Noise, MessagesAboveTheLimitAreRefusedBeforeAnythingIsDone) {
  Ends ends;
  const base::Bytes huge(kNoiseMessageMax + 1);
  auto initiator = ends.initiator();
  const base::Bytes first_most(kNoiseMessageMax - kNoiseFirstOverhead);
  EXPECT_EQ(initiator.write_first(base::Bytes(first_most.size() + 1)).code(), Code::too_large);
  const auto first = initiator.write_first(first_most);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), kNoiseMessageMax);
  auto responder = ends.responder();
  EXPECT_EQ(responder.read_first(huge).code(), Code::too_large);
  ASSERT_TRUE(responder.read_first(*first).ok());
  const base::Bytes second_most(kNoiseMessageMax - kNoiseSecondOverhead);
  EXPECT_EQ(responder.write_second(base::Bytes(second_most.size() + 1)).code(), Code::too_large);
  auto second = responder.write_second(second_most);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(initiator.read_second(huge).code(), Code::too_large);
  auto established = initiator.read_second(second->message);
  ASSERT_TRUE(established.ok());
  auto& send = established->channel.send;
  EXPECT_EQ(send.encrypt(base::Bytes(kNoiseMessageMax - kTag + 1)).code(), Code::too_large);
  const auto most = send.encrypt(base::Bytes(kNoiseMessageMax - kTag));
  ASSERT_TRUE(most.ok());
  EXPECT_EQ(second->channel.receive.decrypt(huge).code(), Code::too_large);
  EXPECT_TRUE(second->channel.receive.decrypt(*most).ok());
}

TEST(NoiseChannel, TakesMessagesInTheirOrderOnly) {
  Ends ends;
  auto [client, server] = connect(ends);
  std::vector<base::Bytes> sent;
  for (std::uint8_t i = 0; i < 4; ++i) sent.push_back(*client.send.encrypt(base::Bytes(1, i)));
  EXPECT_EQ(server.receive.decrypt(sent[1]).code(), Code::cannot_decrypt);  // one was left out
  EXPECT_EQ((*server.receive.decrypt(sent[0]))[0], 0);
  EXPECT_EQ(server.receive.decrypt(sent[0]).code(), Code::cannot_decrypt);  // again
  EXPECT_EQ(server.receive.decrypt(sent[2]).code(), Code::cannot_decrypt);
  // What was refused did not move the counter.
  EXPECT_EQ((*server.receive.decrypt(sent[1]))[0], 1);
  EXPECT_EQ((*server.receive.decrypt(sent[2]))[0], 2);
  EXPECT_EQ(client.receive.decrypt(sent[3]).code(), Code::cannot_decrypt);  // turned back at the sender
  for (std::size_t at = 0; at < sent[3].size(); ++at) {
    EXPECT_EQ(server.receive.decrypt(flipped(sent[3], at)).code(), Code::cannot_decrypt);
    EXPECT_EQ(server.receive.decrypt(base::ByteView(sent[3]).first(at)).code(), Code::cannot_decrypt);
  }
  EXPECT_EQ((*server.receive.decrypt(sent[3]))[0], 3);
}

// Nonce 2^64-1 is reserved by Noise; a counter that wrapped would use a nonce twice.
TEST(NoiseChannel, RefusesWhenItsNoncesAreUsedUp) {
  const base::Secret32 key(base::Bytes(32, 1));
  CipherState send(key.clone(), UINT64_MAX - 2);
  CipherState receive(key.clone(), UINT64_MAX - 2);
  const auto last = send.encrypt(base::Bytes(1));
  ASSERT_TRUE(last.ok());
  EXPECT_TRUE(receive.decrypt(*last).ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send.encrypt(base::Bytes(1)).code(), Code::protocol_violation);
    EXPECT_EQ(receive.decrypt(*last).code(), Code::protocol_violation);
  }
}

}  // namespace
}  // namespace sejawat::crypto
