// Golden vectors (tests/vectors/README.md): labels and a handshake.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/noise.h"
#include "crypto/sign.h"

namespace sejawat::crypto {
namespace {

using support::hex_at;
using support::id_at;
using support::load_vectors;
using support::text_at;

BoxKey key_at(const boost::json::value& of, std::string_view member) {
  return BoxKey::from_secret(base::Secret32(hex_at(of, member)));
}

TEST(GoldenVectors, LabelsMakeTheirHashesAndKeys) {
  const auto vectors = load_vectors("labels");
  const auto input = hex_at(vectors, "input");
  const auto key = hex_at(vectors, "key");
  const auto& list = vectors.at("labels").as_array();
  EXPECT_EQ(list.size(), 37U);
  for (const auto& one : list) {
    const auto label = text_at(one, "label");
    EXPECT_EQ(Hasher(label, 16).raw(input).id<base::Digest>(), id_at<base::Digest>(one, "h16")) << label;
    EXPECT_EQ(Hasher(label, 32).raw(input).id<base::Hash32>(), id_at<base::Hash32>(one, "h32")) << label;
    EXPECT_TRUE(base::equal(derive(label, key, input).view(), hex_at(one, "kdf"))) << label;
  }
}

TEST(GoldenVectors, DoubtfulSignaturesAreJudgedAlike) {
  const auto vectors = load_vectors("signature");
  std::size_t valid = 0;
  for (const auto& one : vectors.at("signatures").as_array()) {
    const bool verdict = verify(id_at<base::PublicSignKey>(one, "key"), hex_at(one, "message"),
                                id_at<base::Signature>(one, "signature"));
    EXPECT_EQ(verdict, one.at("valid").as_bool()) << text_at(one, "what");
    valid += verdict ? 1 : 0;
  }
  EXPECT_EQ(vectors.at("signatures").as_array().size(), 8U);
  EXPECT_EQ(valid, 2U);
}

TEST(GoldenVectors, TheHandshakeIsTheSameByteForByte) {
  const auto vector = load_vectors("noise");
  const auto prologue = hex_at(vector, "prologue");
  EXPECT_EQ(base::as_text(prologue), "sejawat/1");
  const auto server = key_at(vector, "server_static_secret");
  EXPECT_EQ(server.public_key(), id_at<base::PublicBoxKey>(vector, "server_static"));
  NoiseInitiator initiator(prologue, key_at(vector, "client_static_secret"), server.public_key(),
                           key_at(vector, "client_ephemeral_secret"));
  NoiseResponder responder(prologue, server, key_at(vector, "server_ephemeral_secret"));
  const auto& messages = vector.at("messages").as_array();
  ASSERT_GE(messages.size(), 8U);
  const auto message = [&](std::size_t i) { return hex_at(messages[i], "message"); };
  const auto payload = [&](std::size_t i) { return hex_at(messages[i], "payload"); };
  EXPECT_EQ(*initiator.write_first(payload(0)), message(0));
  const auto first = responder.read_first(message(0));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->payload, payload(0));
  auto second = responder.write_second(payload(1));
  EXPECT_EQ(second->message, message(1));
  auto established = initiator.read_second(message(1));
  ASSERT_TRUE(established.ok());
  EXPECT_EQ(established->payload, payload(1));
  EXPECT_EQ(established->channel.handshake_hash, hex_at(vector, "handshake_hash"));
  EXPECT_EQ(second->channel.handshake_hash, hex_at(vector, "handshake_hash"));
  for (std::size_t i = 2; i < messages.size(); ++i) {
    const bool up = text_at(messages[i], "from") == "client";
    auto& from = up ? established->channel : second->channel;
    auto& to = up ? second->channel : established->channel;
    EXPECT_EQ(*from.send.encrypt(payload(i)), message(i));
    EXPECT_EQ(*to.receive.decrypt(message(i)), payload(i));
  }
}

}  // namespace
}  // namespace sejawat::crypto
