// Golden vectors (tests/vectors/README.md): a bundle file.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include "sync/bundle.h"

namespace sejawat::sync {
namespace {

using support::hex_at;
using support::load_vectors;
using support::text_at;

struct Sink final : BundleReader::Sink {
  std::vector<base::Bytes> messages;
  std::vector<bool> parts;
  base::Status message(ClientMessage message) override {
    messages.push_back(encode(message));
    return {};
  }
  base::Status part_end(bool opened) override {
    parts.push_back(opened);
    return {};
  }
};

TEST(GoldenVectors, ABundleOfThreePartsOpensAsItWasWritten) {
  const auto vector = load_vectors("bundle");
  const auto epoch = base::Secret32(hex_at(vector, "epoch_key"));
  const auto device = crypto::BoxKey::from_secret(base::Secret32(hex_at(vector, "device_secret")));
  Sink sink;
  BundleReader reader({{&device}, {&epoch}}, sink);
  ASSERT_TRUE(reader.feed(hex_at(vector, "file")).ok());
  ASSERT_TRUE(reader.finish().ok());
  EXPECT_EQ(sink.parts, (std::vector<bool>{true, true, false}));
  std::size_t at = 0;
  for (const auto& part : vector.at("parts").as_array()) {
    if (text_at(part, "opened_by") == "nobody") continue;
    for (const auto& message : part.at("messages").as_array()) {
      ASSERT_LT(at, sink.messages.size());
      EXPECT_EQ(base::to_hex(sink.messages[at++]), std::string(message.as_string()));
    }
  }
  EXPECT_EQ(at, 4U);
}

}  // namespace
}  // namespace sejawat::sync
