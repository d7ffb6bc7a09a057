// A peer of wire version 1, frozen: its messages as bytes that were recorded once and never change, against
// today's codec and carrier. A peer of another version gets a clean error, and nothing of what it brought is
// taken.
#include <gtest/gtest.h>

#include <filesystem>

#include "carrier/carrier.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/fakes.h"
#include "sync/frame.h"
#include "vfs.h"

namespace sejawat::simulation {
namespace {

// A hello with everything in it, and an upload of one record and a run of two segments.
constexpr char kClient[] =
    "0a410801120801020304050607081a1002030405060708090a0b0c0d0e0f1011220307ac0228013a100909090909090909090909"
    "0909"
    "0909094208030405060708090a122208011a0301020322190a100404040404040404040404040404040412020506120107";
// A reply with a set, one space's arrivals, verdicts and a plan.
constexpr char kServer[] =
    "0a08030405060708090a121005060708090a0b0c0d0e0f10111213141a2a08011a02010222160a10040404040404040404040404"
    "0404"
    "0404120205"
    "06280c320801010101010101012a040801101b380240e80748036090c393d806";

template <class Id>
Id id_of(std::uint8_t first) {
  Id id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(first + i);
  return id;
}

sync::ClientMessage client_message() {
  sync::ClientMessage message;
  sync::Hello hello;
  hello.set = id_of<base::SetTag>(1);
  hello.base = id_of<base::Digest>(2);
  hello.positions = {7, 300};
  hello.live = true;
  hello.operator_secret = base::Bytes(16, 9);
  hello.generation = id_of<base::GenerationId>(3);
  message.hello = hello;
  sync::SpaceUpload upload;
  upload.space.index = 1;
  upload.records.push_back({1, 2, 3});
  upload.logs.push_back({base::Bytes(16, 4), {{5, 6}, {7}}});
  message.spaces.push_back(upload);
  return message;
}

sync::ServerMessage server_message() {
  sync::ServerMessage message;
  message.generation = id_of<base::GenerationId>(3);
  message.set = std::vector<base::SpaceId>{id_of<base::SpaceId>(5)};
  sync::SpaceReply space;
  space.space.index = 1;
  space.records.push_back({1, 2});
  space.logs.push_back({base::Bytes(16, 4), {{5, 6}}});
  space.position = 12;
  space.digest = base::Bytes(8, 1);
  message.spaces.push_back(space);
  message.segment_exceptions.push_back({1, base::Code::fenced});
  message.segments_taken = 2;
  message.bytes_to_come = 1000;
  message.segments_to_come = 3;
  message.wall_seconds = 1'795'482'000;
  return message;
}

base::Bytes bytes_of(const char* hex) {
  base::Bytes bytes;
  EXPECT_TRUE(base::from_hex(hex, bytes)) << hex;
  return bytes;
}

// A field of number 1000 that no version knows yet, as a later one might add.
base::Bytes with_unknown_field(base::Bytes bytes) {
  base::append(bytes, base::Bytes{0xc2, 0x3e, 0x03, 'n', 'e', 'w'});
  return bytes;
}

TEST(FrozenWire, TodaysPeerSpeaksAsTheFirstOneDid) {
  EXPECT_EQ(base::to_hex(sync::encode(client_message())), kClient);
  EXPECT_EQ(base::to_hex(sync::encode(server_message())), kServer);
}

TEST(FrozenWire, TheFirstPeersMessagesAreUnderstoodWithOrWithoutFieldsToCome) {
  for (const bool later : {false, true}) {
    const auto client = bytes_of(kClient);
    auto message = sync::decode_client(later ? with_unknown_field(client) : client);
    ASSERT_TRUE(message.ok());
    EXPECT_EQ(base::to_hex(sync::encode(*message)), kClient);
    const auto server = bytes_of(kServer);
    auto reply = sync::decode_server(later ? with_unknown_field(server) : server);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(base::to_hex(sync::encode(*reply)), kServer);
  }
}

TEST(FrozenWire, APeerOfAnotherVersionIsRefusedCleanlyAndNothingOfItIsTaken) {
  support::SeededRandom random(1);
  Witness witness(1);
  Disk disk(witness, 1, 0);
  const Mount mount("/frozen-wire", disk);
  auto store = storage::open_sqlite("/frozen-wire/carrier.db", random);
  ASSERT_TRUE(store.ok());
  auto carrier = carrier::Carrier::open(**store);
  ASSERT_TRUE(carrier.ok());
  for (const std::uint32_t version : {0U, 2U, 1000U}) {
    auto message = client_message();
    message.hello->version = version;
    auto travelled = sync::decode_client(sync::encode(message));
    ASSERT_TRUE(travelled.ok());
    const auto device = id_of<base::PublicBoxKey>(6);
    auto ingested = (*carrier)->ingest(device, *travelled, 1'795'482'000);
    ASSERT_TRUE(ingested.ok());
    auto reply = (*carrier)->answer(device, *travelled, std::move(*ingested));
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->error, base::Code::version_unsupported) << version;
    EXPECT_EQ(reply->records_taken + reply->segments_taken, 0U);
    auto spaces = (*store)->spaces();
    ASSERT_TRUE(spaces.ok());
    EXPECT_TRUE(spaces->empty());
  }
}

}  // namespace
}  // namespace sejawat::simulation
