#include <gtest/gtest.h>

#include "support/fakes.h"
#include "sync/frame.h"

namespace sejawat::sync {
namespace {

using base::Bytes;

base::SpaceId space(std::uint8_t n) {
  base::SpaceId id;
  id.bytes.fill(n);
  return id;
}

ClientMessage client_message() {
  support::SeededRandom random(7);
  ClientMessage message;
  Hello hello;
  hello.set = random.id<base::SetTag>();
  hello.base = random.id<base::Digest>();
  hello.positions = {1, 300, 1ULL << 60};
  hello.live = true;
  hello.full = true;
  hello.operator_secret = Bytes(16, 9);
  hello.generation = random.id<base::GenerationId>();
  message.hello = hello;
  SpaceUpload indexed;
  indexed.space.index = 2;
  indexed.records = {Bytes(100, 1), Bytes(3, 2)};
  indexed.logs = {{Bytes(8, 3), {Bytes(10, 4), Bytes(11, 5)}}, {Bytes(16, 6), {Bytes(12, 7)}}};
  SpaceUpload named;
  named.space.id = space(4);
  named.vector.emplace();
  named.vector->entries = {{random.id<base::LogId>(), 12, random.id<base::HeadTag>()}};
  named.vector->records = {base::HeadTag{{1}}, base::HeadTag{{2}}};
  message.spaces = {indexed, named};
  return message;
}

ServerMessage server_message() {
  support::SeededRandom random(8);
  ServerMessage message;
  message.generation = random.id<base::GenerationId>();
  message.set = std::vector<base::SpaceId>{space(1), space(2)};
  SpaceReply reply;
  reply.space.index = 1;
  reply.records = {Bytes(30, 1)};
  reply.logs = {{Bytes(16, 2), {Bytes(40, 3)}}};
  reply.position = 77;
  reply.digest = Bytes(8, 5);
  message.spaces = {reply};
  message.record_exceptions = {{0, base::Code::fenced}};
  message.segment_exceptions = {{3, base::Code::quota_exceeded}};
  message.records_taken = 2;
  message.segments_taken = 4;
  message.bytes_to_come = 5000;
  message.segments_to_come = 6;
  message.error = base::Code::not_permitted;
  message.base_unknown = true;
  message.wall_seconds = -5;
  return message;
}

TEST(FrameCodec, ClientMessageRoundTrip) {
  const auto message = client_message();
  const Bytes bytes = encode(message);
  const auto back = decode_client(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(encode(*back), bytes);
  ASSERT_TRUE(back->hello.has_value());
  EXPECT_EQ(back->hello->positions, message.hello->positions);
  EXPECT_EQ(back->hello->set, message.hello->set);
  EXPECT_EQ(back->hello->generation, message.hello->generation);
  EXPECT_EQ(back->hello->operator_secret, message.hello->operator_secret);
  ASSERT_EQ(back->spaces.size(), 2U);
  EXPECT_EQ(back->spaces[0].space.index, 2U);
  EXPECT_EQ(back->spaces[0].records, message.spaces[0].records);
  EXPECT_EQ(back->spaces[0].logs[1].segments, message.spaces[0].logs[1].segments);
  EXPECT_EQ(back->spaces[1].space.id, space(4));
  ASSERT_TRUE(back->spaces[1].vector.has_value());
  EXPECT_EQ(back->spaces[1].vector->entries[0].count, 12U);
  EXPECT_EQ(back->spaces[1].vector->records, message.spaces[1].vector->records);
}

TEST(FrameCodec, ChunksRoundTripAndKeepToTheirCaps) {
  support::SeededRandom random(9);
  ClientMessage message;
  message.media = true;
  ChunkPiece piece;
  piece.space.id = space(3);
  piece.chunk = random.id<log::ChunkId>();
  piece.total = 49'152;
  piece.offset = 49'000;
  piece.bytes = Bytes(152, 4);
  message.chunks = {piece};
  message.wants = {{{2, {}}, random.id<log::ChunkId>(), 7, 16'384}};
  auto back = decode_client(encode(message));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(encode(*back), encode(message));
  EXPECT_TRUE(back->media);
  EXPECT_EQ(back->chunks[0].bytes, piece.bytes);
  EXPECT_EQ(back->chunks[0].offset, 49'000U);
  EXPECT_EQ(back->wants[0].space.index, 2U);
  EXPECT_EQ(back->wants[0].most, 16'384U);
  ServerMessage reply;
  reply.media = true;
  reply.chunk_states = {{base::Code::quota_exceeded, 0}, {base::Code::ok, 500}};
  reply.chunks = {piece};
  const auto reply_back = decode_server(encode(reply));
  ASSERT_TRUE(reply_back.ok());
  EXPECT_EQ(encode(*reply_back), encode(reply));
  EXPECT_EQ(reply_back->chunk_states[0].code, base::Code::quota_exceeded);
  EXPECT_EQ(reply_back->chunk_states[1].held, 500U);

  const auto refused = [&](auto change) {
    ClientMessage bad = message;
    change(bad);
    return decode_client(encode(bad)).code() == base::Code::malformed;
  };
  EXPECT_TRUE(refused([](auto& m) { m.chunks[0].total = 49'153; })) << "larger than a chunk";
  EXPECT_TRUE(refused([](auto& m) { m.chunks[0].bytes.push_back(1); })) << "beyond its end";
  EXPECT_TRUE(refused([](auto& m) { m.chunks[0].offset = 49'153; }));
  EXPECT_TRUE(refused([](auto& m) { m.chunks[0].offset = UINT32_MAX; })) << "no sum wraps";
  EXPECT_TRUE(refused([](auto& m) { m.wants[0].offset = 49'153; }));
  EXPECT_TRUE(refused([](auto& m) { m.wants.resize(65, m.wants[0]); }));
  EXPECT_TRUE(refused([](auto& m) { m.chunks.resize(65, ChunkPiece{}); }));
  EXPECT_TRUE(refused([](auto& m) { m.chunks[0].space.index = 257; }));
  ServerMessage many;
  many.chunk_states.resize(65);
  EXPECT_EQ(decode_server(encode(many)).code(), base::Code::malformed);
}

TEST(FrameCodec, ServerMessageRoundTrip) {
  const auto message = server_message();
  const Bytes bytes = encode(message);
  const auto back = decode_server(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(encode(*back), bytes);
  EXPECT_EQ(back->set, message.set);
  EXPECT_EQ(back->spaces[0].position, 77U);
  EXPECT_EQ(back->spaces[0].digest, message.spaces[0].digest);
  EXPECT_EQ(back->record_exceptions[0].code, base::Code::fenced);
  EXPECT_EQ(back->segment_exceptions[0].place, 3U);
  EXPECT_EQ(back->error, base::Code::not_permitted);
  EXPECT_EQ(back->wall_seconds, -5);
}

TEST(FrameCodec, EveryTruncationAndBitFlipIsAValueOrAnError) {
  for (const Bytes& bytes : {encode(client_message()), encode(server_message())}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      static_cast<void>(decode_client(cut).ok());
      static_cast<void>(decode_server(cut).ok());
    }
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      Bytes flipped = bytes;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
      static_cast<void>(decode_client(flipped).ok());
      static_cast<void>(decode_server(flipped).ok());
    }
  }
}

TEST(FrameCodec, UnknownFieldsAreTolerated) {
  Bytes bytes = encode(client_message());
  // Field 15, two bytes: 15 << 3 | 2.
  for (const int byte : {0x7a, 2, 1, 2}) bytes.push_back(static_cast<std::uint8_t>(byte));
  EXPECT_TRUE(decode_client(bytes).ok());
  bytes = encode(server_message());
  for (const int byte : {0xfa, 0x01, 2, 1, 2}) bytes.push_back(static_cast<std::uint8_t>(byte));  // field 31
  EXPECT_TRUE(decode_server(bytes).ok());
}

TEST(FrameCodec, CapsHold) {
  ClientMessage many;
  for (std::size_t i = 0; i <= kMaxSpaces; ++i) {
    SpaceUpload upload;
    upload.space.index = 1;
    many.spaces.push_back(upload);
  }
  EXPECT_EQ(decode_client(encode(many)).code(), base::Code::malformed);
  many.spaces.pop_back();
  EXPECT_TRUE(decode_client(encode(many)).ok());

  ClientMessage items;
  items.spaces.resize(1);
  items.spaces[0].space.index = 1;
  items.spaces[0].records.assign(kMaxItems + 1, Bytes(1, 1));
  EXPECT_EQ(decode_client(encode(items)).code(), base::Code::malformed);
  items.spaces[0].records.assign(kMaxItems / 2, Bytes(1, 1));
  EXPECT_TRUE(decode_client(encode(items)).ok());
  items.spaces.push_back(items.spaces[0]);
  items.spaces[1].records.emplace_back(1, 1);
  EXPECT_EQ(decode_client(encode(items)).code(), base::Code::malformed)
      << "the cap is over the whole message";

  ClientMessage long_one;
  long_one.spaces.resize(1);
  long_one.spaces[0].space.index = 1;
  long_one.spaces[0].records.assign(2, Bytes(33000, 1));
  EXPECT_EQ(decode_client(encode(long_one)).code(), base::Code::malformed);

  auto positions = client_message();
  positions.hello->positions.assign(kMaxSpaces + 1, 1);
  EXPECT_EQ(decode_client(encode(positions)).code(), base::Code::malformed);
  ServerMessage spaces;
  spaces.spaces.resize(kMaxSpaces + 1);
  for (auto& reply : spaces.spaces) reply.space.index = 1;
  EXPECT_EQ(decode_server(encode(spaces)).code(), base::Code::malformed);
  ServerMessage set;
  set.set.emplace(kMaxSpaces + 1, space(1));
  for (std::size_t i = 0; i < set.set->size(); ++i) {
    (*set.set)[i].bytes[0] = static_cast<std::uint8_t>(i >> 8);
    (*set.set)[i].bytes[1] = static_cast<std::uint8_t>(i);
  }
  EXPECT_EQ(decode_server(encode(set)).code(), base::Code::malformed);
  ServerMessage verdicts;
  verdicts.record_exceptions.assign(kMaxItems + 1, {0, base::Code::fenced});
  EXPECT_EQ(decode_server(encode(verdicts)).code(), base::Code::malformed);
  ClientMessage run;
  run.spaces.resize(1);
  run.spaces[0].space.index = 1;
  run.spaces[0].logs = {{Bytes(8, 1), std::vector<Bytes>(kMaxItems, Bytes(1, 1))}};
  EXPECT_EQ(decode_client(encode(run)).code(), base::Code::malformed);
  auto index = client_message();
  index.spaces[0].space.index = kMaxSpaces + 1;
  EXPECT_EQ(decode_client(encode(index)).code(), base::Code::malformed);
}

TEST(FrameCodec, LengthsAreExact) {
  auto secret = client_message();
  secret.hello->operator_secret = Bytes(15, 1);
  EXPECT_EQ(decode_client(encode(secret)).code(), base::Code::malformed);
  auto log = client_message();
  log.spaces[0].logs[0].log = Bytes(9, 1);
  EXPECT_EQ(decode_client(encode(log)).code(), base::Code::malformed);
  auto unsorted = client_message();
  std::swap(unsorted.spaces[1].vector->records[0], unsorted.spaces[1].vector->records[1]);
  EXPECT_EQ(decode_client(encode(unsorted)).code(), base::Code::malformed);
  auto digest = server_message();
  digest.spaces[0].digest = Bytes(9, 1);
  EXPECT_EQ(decode_server(encode(digest)).code(), base::Code::malformed);
  auto twice = server_message();
  twice.set = std::vector<base::SpaceId>{space(1), space(1)};
  EXPECT_EQ(decode_server(encode(twice)).code(), base::Code::malformed);
  auto uneven = encode(server_message());
  // Field 2, the set of spaces, again and with 15 bytes: the last one counts.
  uneven.insert(uneven.end(), {0x12, 15});
  uneven.insert(uneven.end(), 15, 1);
  EXPECT_EQ(decode_server(uneven).code(), base::Code::malformed);
  // A vector whose record prefixes are cut short: a space by index 1 with field 5 {field 2: 7 bytes}.
  Bytes prefixes{0x12, 13, 0x08, 0x01, 0x2a, 9, 0x12, 7};
  prefixes.insert(prefixes.end(), 7, 1);
  EXPECT_EQ(decode_client(prefixes).code(), base::Code::malformed);
  // A space by neither index nor id: field 2, an empty message.
  EXPECT_EQ(decode_client(Bytes{0x12, 0x00}).code(), base::Code::malformed);
}

}  // namespace
}  // namespace sejawat::sync
