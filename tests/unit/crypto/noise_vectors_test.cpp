// The vectors of the Go library flynn/noise, a Debian package, read where it installs them: made by somebody
// else's code. The file has 1,920 handshakes of 15 patterns; only Noise_IK_25519_ChaChaPoly_BLAKE2b without a
// pre-shared key is ours to pass: another pattern, cipher or hash in our library would be code that nobody
// uses and somebody must trust.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "crypto/noise.h"
#include "support/vectors.h"

namespace sejawat::crypto {
namespace {

constexpr const char* kFile = "/usr/share/gocode/src/github.com/flynn/noise/vectors.txt";
constexpr std::string_view kOurs = "Noise_IK_25519_ChaChaPoly_BLAKE2b";

using Vector = std::map<std::string, std::string>;

// Blocks of lines "name=hex", parted by empty lines.
std::vector<Vector> read_vectors() {
  std::vector<Vector> out(1);
  std::istringstream file(support::read_file(kFile));
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) {
      if (!out.back().empty()) out.emplace_back();
    } else {
      out.back()[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

base::Bytes bytes_at(const Vector& vector, const std::string& name) {
  base::Bytes out;
  const auto found = vector.find(name);
  EXPECT_TRUE(found == vector.end() || base::from_hex(found->second, out)) << name;
  return out;
}
BoxKey key_at(const Vector& vector, const char* name) {
  return BoxKey::from_secret(base::Secret32(bytes_at(vector, name)));
}

// Both roles, each against the bytes of the file rather than against the other.
void play(const Vector& vector) {
  const auto prologue = bytes_at(vector, "prologue");
  const auto client = key_at(vector, "init_static");
  const auto server = key_at(vector, "resp_static");
  const auto payload = [&](int i) { return bytes_at(vector, "msg_" + std::to_string(i) + "_payload"); };
  const auto message = [&](int i) { return bytes_at(vector, "msg_" + std::to_string(i) + "_ciphertext"); };

  NoiseInitiator initiator(prologue, client, server.public_key(), key_at(vector, "gen_init_ephemeral"));
  const auto first = initiator.write_first(payload(0));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, message(0));
  auto established = initiator.read_second(message(1));
  ASSERT_TRUE(established.ok());
  EXPECT_EQ(established->payload, payload(1));
  EXPECT_EQ(*established->channel.send.encrypt(payload(2)), message(2));
  EXPECT_EQ(*established->channel.receive.decrypt(message(3)), payload(3));

  NoiseResponder responder(prologue, server, key_at(vector, "gen_resp_ephemeral"));
  const auto read = responder.read_first(message(0));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->payload, payload(0));
  EXPECT_EQ(read->remote_static, client.public_key());
  auto second = responder.write_second(payload(1));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->message, message(1));
  EXPECT_EQ(*second->channel.receive.decrypt(message(2)), payload(2));
  EXPECT_EQ(*second->channel.send.encrypt(payload(3)), message(3));
  EXPECT_EQ(second->channel.handshake_hash, established->channel.handshake_hash);
}

TEST(NoiseVectors, EveryOneOfOurPatternHoldsInBothRoles) {
  const auto vectors = read_vectors();
  ASSERT_GE(vectors.size(), 1920U) << "tools/setup test installs " << kFile;
  std::size_t played = 0;
  std::size_t with_prologue = 0;
  std::size_t with_payload = 0;
  for (const auto& vector : vectors) {
    if (vector.at("handshake") != kOurs) continue;
    ASSERT_EQ(vector.count("preshared_key"), 0U);
    ASSERT_EQ(vector.count("msg_3_ciphertext"), 1U);
    ASSERT_EQ(vector.count("msg_4_ciphertext"), 0U);
    play(vector);
    ++played;
    with_prologue += vector.count("prologue");
    with_payload += vector.at("msg_0_payload").empty() ? 0 : 1;
  }
  RecordProperty("played", static_cast<int>(played));
  EXPECT_EQ(played, 4U);
  EXPECT_EQ(with_prologue, 2U);
  EXPECT_EQ(with_payload, 2U);
}

}  // namespace
}  // namespace sejawat::crypto
