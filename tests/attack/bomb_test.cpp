// Small messages that would be large ones once they are read. Anybody who knows a carrier's address may send
// it one message before it knows who they are.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/codec.h"
#include "crypto/noise.h"
#include "sync/frame.h"

namespace sejawat {
namespace {

using base::Bytes;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // and memory is the sanitizer's
#else
constexpr bool kSanitized = false;
#endif

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}
Bytes repeated(const Bytes& unit, std::size_t limit = crypto::kNoiseMessageMax) {
  Bytes out;
  while (out.size() + unit.size() <= limit) base::append(out, unit);
  return out;
}
Bytes field(std::uint8_t number, const Bytes& value) {
  base::Writer out;
  out.u8(static_cast<std::uint8_t>(number << 3 | 2));
  out.prefixed(value);
  return out.bytes();
}

TEST(Bomb, NoMessageOfAStrangerTakesMemoryBeyondItsBoundOrCrashes) {
  std::vector<Bytes> bombs;
  bombs.push_back(repeated({0x0b}));              // groups in groups in groups
  bombs.push_back(repeated({0x7b}));              // the same as an unknown field
  bombs.push_back(repeated({0xa0, 0x06, 0x01}));  // a million unknown numbers, as far as they fit
  bombs.push_back(repeated({0x0a, 0x00}));        // the one hello again and again
  for (std::uint8_t number = 1; number < 16; ++number) {
    const auto tag = static_cast<std::uint8_t>(number << 3 | 2);
    bombs.push_back(repeated({tag, 0x00}));                // empty elements
    bombs.push_back({tag, 0xff, 0xff, 0xff, 0xff, 0x0f});  // 4 GB are to come
    bombs.push_back({tag, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01});
    bombs.push_back(field(number, repeated({0x01}, 60'000)));  // packed numbers
    bombs.push_back(field(number, repeated({0x80}, 60'000)));  // one number without end
    for (std::uint8_t inner = 1; inner < 16; ++inner) {
      const auto second = static_cast<std::uint8_t>(inner << 3 | 2);
      bombs.push_back(field(number, repeated({second, 0x00}, 60'000)));
      bombs.push_back(field(number, field(inner, repeated({0x0a, 0x00}, 59'000))));
      bombs.push_back(field(number, field(inner, repeated({0x12, 0x00}, 59'000))));
    }
    // Messages within messages, as deep as it fits.
    Bytes deep;
    while (deep.size() < 40'000) deep = field(number, deep);
    bombs.push_back(deep);
  }
  const long before = peak_kib();
  for (const auto& bomb : bombs) {
    ASSERT_LE(bomb.size(), crypto::kNoiseMessageMax);
    const auto client = sync::decode_client(bomb);
    if (client.ok()) {
      EXPECT_LE(client->spaces.size(), sync::kMaxSpaces);
    }
    const auto server = sync::decode_server(bomb);
    if (server.ok()) {
      EXPECT_LE(server->spaces.size(), sync::kMaxSpaces);
    }
  }
  std::cout << bombs.size() << " bombs of at most 64 KiB took at most " << peak_kib() - before << " KiB\n";
  if (!kSanitized) {
    EXPECT_LE(peak_kib() - before, 16 * 1024);
  }
}

TEST(Bomb, MoreSpacesRunsOrSegmentsThanAMessageMayHaveAreRefused) {
  sync::ClientMessage message;
  message.hello.emplace();
  message.spaces.resize(sync::kMaxSpaces);
  for (std::size_t i = 0; i < message.spaces.size(); ++i) {
    message.spaces[i].space.index = static_cast<std::uint32_t>(i) + 1;
  }
  EXPECT_TRUE(sync::decode_client(sync::encode(message)).ok());
  message.spaces.resize(sync::kMaxSpaces + 1);
  message.spaces.back().space.index = 1;
  EXPECT_EQ(sync::decode_client(sync::encode(message)).code(), base::Code::malformed);

  message.spaces.resize(2);
  for (auto& space : message.spaces) space.logs.push_back({Bytes(16, 1), std::vector<Bytes>(3000, Bytes{1})});
  EXPECT_EQ(sync::decode_client(sync::encode(message)).code(), base::Code::malformed) << "over all of it";
  message.spaces.pop_back();
  EXPECT_TRUE(sync::decode_client(sync::encode(message)).ok());
}

}  // namespace
}  // namespace sejawat
