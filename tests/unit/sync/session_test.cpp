#include "session_fixture.h"

namespace sejawat::sync {
namespace {

class Sync : public SessionTest {};

TEST_F(Sync, NothingToDoIsOneSmallExchange) {
  know_set(5);
  start();
  const auto incoming = send();
  EXPECT_TRUE(incoming.first);
  EXPECT_EQ(incoming.device, device.public_key());
  ASSERT_TRUE(incoming.message.hello.has_value());
  const Hello& hello = *incoming.message.hello;
  EXPECT_EQ(hello.set, log::set_tag(shelf.state.set));
  EXPECT_EQ(hello.positions, (std::vector<std::uint64_t>{100, 200, 300, 400, 500}));
  std::vector<std::pair<base::SpaceId, base::Digest>> digests;
  for (std::size_t i = 0; i < 5; ++i) digests.emplace_back(shelf.state.set[i], shelf.state.cursors[i].digest);
  EXPECT_EQ(hello.base, log::account_digest(digests));
  EXPECT_FALSE(hello.full);
  ServerMessage reply;
  reply.wall_seconds = 1'795'482'000;
  const auto progress = answer(reply);
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->more);
  EXPECT_EQ(progress->generation, generation);
  EXPECT_LE(bytes_both_ways, 230U);
}

TEST_F(Sync, AnotherServerKeyIsNoticed) {
  start();
  auto message = client->next_message();
  ASSERT_TRUE(message.ok());
  CarrierSession other(crypto::BoxKey::random(random), random);
  EXPECT_EQ(other.on_message(*message).code(), Code::cannot_decrypt);
  ASSERT_TRUE(carrier->on_message(*message).ok());
  auto reply = carrier->reply({});
  ASSERT_TRUE(reply.ok());
  reply->back() ^= 1;
  EXPECT_EQ(client->on_message(*reply).code(), Code::wrong_server_key);
  EXPECT_TRUE(shelf.outcomes.empty());
}

TEST_F(Sync, GoesOnOverTheSameChannelByIndex) {
  know_set(2);
  start();
  shelf.at_once = 1;
  shelf.enrolled = true;
  shelf.records[space(2)] = {Bytes(50, 1)};
  shelf.segments[space(2)] = {Bytes(100, 2), Bytes(100, 3)};
  shelf.segments[space(9)] = {Bytes(100, 4)};
  const auto first = send();
  ASSERT_EQ(first.message.spaces.size(), 2U);
  EXPECT_EQ(first.message.spaces[0].space.index, 2U);
  EXPECT_EQ(first.message.spaces[0].logs[0].log.size(), 8U);
  EXPECT_EQ(first.message.spaces[1].space.id, space(9));
  ServerMessage reply = takes_all(first);
  reply.generation = generation;
  reply.set = std::vector<base::SpaceId>{space(1), space(2), space(9)};
  auto progress = answer(reply);
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  EXPECT_EQ(progress->sent, 2U);
  shelf.segments[space(9)] = {Bytes(100, 5)};
  const auto second = send();
  EXPECT_FALSE(second.first);
  EXPECT_FALSE(second.message.hello.has_value());
  ASSERT_EQ(second.message.spaces.size(), 2U);
  EXPECT_EQ(second.message.spaces[1].space.index, 3U) << "the set that the carrier last stated";
  progress = answer(takes_all(second));
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->more);
  EXPECT_EQ(progress->sent, 4U);
}

TEST_F(Sync, VerdictsFollowTheOrderOfUpload) {
  start();
  shelf.records[space(1)] = {Bytes(50, 1), Bytes(50, 2)};
  shelf.segments[space(1)] = {Bytes(90, 3), Bytes(90, 4)};
  shelf.segments[space(2)] = {Bytes(90, 5), Bytes(90, 6)};
  const auto incoming = send();
  EXPECT_TRUE(incoming.message.hello->full);
  EXPECT_EQ(incoming.message.spaces[0].logs[0].log.size(), 16U);
  ServerMessage reply;
  reply.records_taken = 1;
  reply.segments_taken = 3;
  reply.record_exceptions = {{0, Code::not_permitted}};
  reply.segment_exceptions = {{1, Code::fenced}, {2, Code::unknown_membership}};
  ASSERT_TRUE(answer(reply).ok());
  const auto& verdicts = shelf.outcomes.at(0).verdicts;
  ASSERT_EQ(verdicts.records.size(), 2U);
  EXPECT_EQ(verdicts.records[0].code, Code::not_permitted);
  EXPECT_EQ(verdicts.records[1].code, Code::timed_out);
  ASSERT_EQ(verdicts.segments.size(), 4U);
  EXPECT_EQ(verdicts.segments[0].code, Code::ok);
  EXPECT_EQ(verdicts.segments[1].code, Code::fenced);
  EXPECT_EQ(verdicts.segments[1].bytes, Bytes(90, 4));
  EXPECT_EQ(verdicts.segments[2].code, Code::unknown_membership);
  EXPECT_EQ(verdicts.segments[2].space, space(2));
  EXPECT_EQ(verdicts.segments[3].code, Code::timed_out);
}

TEST_F(Sync, ACutLineSendsTheSameBytesAgain) {
  SessionOptions options;
  options.operator_secret = Bytes(16, 7);
  start(options);
  shelf.segments[space(1)] = {Bytes(100, 1), Bytes(100, 2)};
  const auto lost = send();
  EXPECT_EQ(client->next_message().code(), Code::protocol_violation);
  client->reconnect();
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  const auto again = send();
  EXPECT_TRUE(again.first);
  EXPECT_EQ(encode(again.message), encode(lost.message));
  ASSERT_TRUE(answer(takes_all(again)).ok());
  client->reconnect();
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  const auto third = send();
  EXPECT_TRUE(third.message.hello->operator_secret.empty());
  EXPECT_TRUE(third.message.spaces.empty());
  const auto progress = answer({});
  ASSERT_TRUE(progress.ok());
  EXPECT_EQ(progress->sent, 2U) << "counters outlive the connection";
}

TEST_F(Sync, WhatDoesNotFitStaysForTheNextMessage) {
  start();
  shelf.ignore_budget = true;
  for (std::uint8_t n = 0; n < 20; ++n) shelf.segments[space(1)].emplace_back(8000, n);
  std::vector<Bytes> arrived;
  bool more = true;
  for (int round = 0; more && round < 10; ++round) {
    const auto incoming = send();
    EXPECT_LE(encode(incoming.message).size(), kMessageMax);
    for (const auto& upload : incoming.message.spaces) {
      for (const auto& run : upload.logs)
        arrived.insert(arrived.end(), run.segments.begin(), run.segments.end());
    }
    const auto progress = answer(takes_all(incoming));
    ASSERT_TRUE(progress.ok());
    more = progress->more;
  }
  EXPECT_FALSE(more);
  ASSERT_EQ(arrived.size(), 20U);
  for (std::uint8_t n = 0; n < 20; ++n) EXPECT_EQ(arrived[n][0], n);
}

TEST_F(Sync, AnExchangeThatMovesNothingIsTheLast) {
  know_set(1);
  start();
  shelf.segments[space(1)] = {Bytes(100, 1)};
  static_cast<void>(send());
  ServerMessage reply;
  reply.bytes_to_come = 1'000'000;
  reply.segments_to_come = 5;
  const auto progress = answer(reply);
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->more);
  EXPECT_FALSE(shelf.segments[space(1)].empty()) << "kept for the next sync";
}

TEST_F(Sync, AnUnknownBaseLeadsToVectorsOnce) {
  know_set(2);
  start();
  static_cast<void>(send());
  ServerMessage lost;
  lost.base_unknown = true;
  lost.generation = random.id<base::GenerationId>();
  auto progress = answer(lost);
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  EXPECT_TRUE(shelf.outcomes.at(0).base_unknown);
  const auto full = send();
  EXPECT_FALSE(full.first);
  ASSERT_TRUE(full.message.hello.has_value());
  EXPECT_TRUE(full.message.hello->full);
  EXPECT_EQ(full.message.hello->generation, lost.generation);
  ServerMessage vectors;
  vectors.spaces.resize(1);
  vectors.spaces[0].space.index = 2;
  vectors.spaces[0].vector.emplace();
  progress = answer(vectors);
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  const auto holding = send();
  ASSERT_EQ(holding.message.spaces.size(), 1U);
  EXPECT_EQ(holding.message.spaces[0].space.index, 2U);
  EXPECT_TRUE(holding.message.spaces[0].vector.has_value());
  // A carrier that keeps asking gets no third answer.
  vectors.base_unknown = true;
  progress = answer(vectors);
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->more);
}

TEST_F(Sync, ADigestThatDiffersLeadsToVectorsOnce) {
  know_set(1);
  start();
  shelf.digest_mismatch = true;
  static_cast<void>(send());
  auto progress = answer({});
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  EXPECT_TRUE(send().message.hello->full);
  progress = answer({});
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->more);
}

TEST_F(Sync, ARefusalIsAnErrorAndNamesTheGeneration) {
  start();
  shelf.segments[space(1)] = {Bytes(100, 1)};
  static_cast<void>(send());
  ServerMessage reply;
  reply.error = Code::unknown_membership;
  reply.generation = generation;
  EXPECT_EQ(answer(reply).code(), Code::unknown_membership);
  EXPECT_EQ(shelf.state.generation, generation);
}

TEST_F(Sync, ArrivalsAreResolvedAgainstTheSet) {
  know_set(2);
  start();
  static_cast<void>(send());
  ServerMessage reply;
  reply.spaces.resize(1);
  reply.spaces[0].space.index = 2;
  reply.spaces[0].records = {Bytes(20, 1)};
  reply.spaces[0].logs = {{Bytes(16, 2), {Bytes(30, 3), Bytes(30, 4)}}};
  reply.spaces[0].position = 250;
  reply.bytes_to_come = 9;
  auto progress = answer(reply);
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  EXPECT_EQ(progress->received, 2U);
  EXPECT_EQ(shelf.outcomes.at(0).arrivals.runs.at(0).space, space(2));
  EXPECT_EQ(shelf.state.cursors[1].position, 250U);
  static_cast<void>(send());
  reply.spaces[0].space.index = 3;
  EXPECT_EQ(answer(reply).code(), Code::protocol_violation);
  EXPECT_EQ(shelf.outcomes.size(), 1U);
}

TEST_F(Sync, ThePayloadOfAChannelIsHostileToo) {
  start();
  EXPECT_EQ(carrier->reply({}).code(), Code::protocol_violation);
  EXPECT_EQ(client->on_message(Bytes(100, 1)).code(), Code::protocol_violation);
  EXPECT_FALSE(carrier->on_message(Bytes(20, 1)).ok());
}

}  // namespace
}  // namespace sejawat::sync
