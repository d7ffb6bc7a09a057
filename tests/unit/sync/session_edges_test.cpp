// What a session does at the ends of its caps, and what it takes from a peer that keeps to no rules.
#include "crypto/noise.h"
#include "session_fixture.h"

namespace sejawat::sync {
namespace {

class Edges : public SessionTest {
 protected:
  static base::SpaceId numbered(std::size_t n) {
    base::SpaceId id;
    id.bytes[0] = static_cast<std::uint8_t>(n >> 8);
    id.bytes[1] = static_cast<std::uint8_t>(n);
    id.bytes[2] = 1;
    return id;
  }
  static SpaceReply part_of(std::uint32_t index) {
    SpaceReply part;
    part.space.index = index;
    return part;
  }
  // Of both spaces of its set, in reply to a first message.
  void carrier_asks_for_two_vectors() {
    static_cast<void>(send());
    ServerMessage ask;
    ask.spaces = {part_of(1), part_of(2)};
    for (auto& part : ask.spaces) part.vector.emplace();
    EXPECT_TRUE(answer(ask)->more);
  }
  // A reply on the handshake whose payload is what the test says.
  Code reply_bytes(base::ByteView payload) {
    auto first = client->next_message();
    EXPECT_TRUE(first.ok());
    crypto::NoiseResponder responder(base::as_bytes(kPrologue), carrier_key, crypto::BoxKey::random(random));
    EXPECT_TRUE(responder.read_first(*first).ok());
    auto second = responder.write_second(payload);
    EXPECT_TRUE(second.ok());
    return client->on_message(second->message).code();
  }
};

TEST_F(Edges, ACarrierTakesOneFirstMessageAndOnlyWholeOnes) {
  start();
  const auto first = client->next_message();
  ASSERT_TRUE(carrier->on_message(*first).ok());
  EXPECT_EQ(carrier->on_message(*first).code(), Code::protocol_violation) << "before it replied";
  ASSERT_TRUE(carrier->reply({}).ok());
  EXPECT_EQ(carrier->on_message(*first).code(), Code::cannot_decrypt) << "no message of the channel";

  crypto::NoiseInitiator hostile(base::as_bytes(kPrologue), device, carrier_key.public_key(),
                                 crypto::BoxKey::random(random));
  CarrierSession other(carrier_key, random);
  EXPECT_EQ(other.on_message(*hostile.write_first(Bytes{0x0A, 0x7F})).code(), Code::malformed);
}

TEST_F(Edges, AReplyThatNoMessageHoldsIsNotSent) {
  start();
  static_cast<void>(send());
  ServerMessage large;
  large.spaces.push_back(part_of(1));
  large.spaces[0].records = {Bytes(66'000, 1)};
  EXPECT_EQ(carrier->reply(large).code(), Code::too_large);
}

TEST_F(Edges, AReplyThatOpensMayStillBeRubbish) {
  start();
  EXPECT_EQ(reply_bytes(Bytes{0x1A, 0x7F}), Code::malformed);
  EXPECT_TRUE(shelf.outcomes.empty());
}

TEST_F(Edges, WhatDoesNotOpenOnAChannelIsRefused) {
  start();
  static_cast<void>(send());
  ASSERT_TRUE(answer({}).ok());
  static_cast<void>(send());
  EXPECT_EQ(client->on_message(Bytes(40, 1)).code(), Code::cannot_decrypt);
}

TEST_F(Edges, MoreSpacesThanAMessageNamesFollowInTheNext) {
  start();
  constexpr std::size_t kSpaces = kMaxSpaces + 20;
  for (std::size_t n = 0; n < kSpaces; ++n) shelf.records[numbered(n)] = {Bytes(20, 1)};
  const auto first = send();
  EXPECT_EQ(first.message.spaces.size(), kMaxSpaces);
  ASSERT_TRUE(answer(takes_all(first))->more);
  EXPECT_EQ(send().message.spaces.size(), kSpaces - kMaxSpaces);
}

TEST_F(Edges, RecordsThatDoNotFitWaitWithAllThatFollowsThem) {
  start();
  for (std::uint8_t n = 0; n < 5; ++n) shelf.records[space(1)].emplace_back(15'000, n);
  shelf.records[space(1)].emplace_back(10, 9);  // it would fit, but may need one that waits
  shelf.segments[space(1)] = {Bytes(100, 7)};
  shelf.segments[space(2)] = {Bytes(100, 8)};
  const auto first = send();
  ASSERT_EQ(first.message.spaces.size(), 2U);
  EXPECT_EQ(first.message.spaces[0].records.size(), 4U);
  EXPECT_TRUE(first.message.spaces[0].logs.empty());
  auto progress = answer(takes_all(first));
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  const auto& verdicts = shelf.outcomes.at(0).verdicts.records;
  ASSERT_EQ(verdicts.size(), 6U);
  EXPECT_EQ(verdicts[4].code, Code::timed_out);
  EXPECT_EQ(verdicts[5].code, Code::timed_out);
  const auto second = send();
  ASSERT_EQ(second.message.spaces.size(), 1U);
  EXPECT_EQ(second.message.spaces[0].records, (std::vector<Bytes>{Bytes(15'000, 4), Bytes(10, 9)}));
  EXPECT_EQ(second.message.spaces[0].logs.size(), 1U);
  EXPECT_FALSE(answer(takes_all(second))->more);
}

TEST_F(Edges, AFullMessageHasNoRoomForAnotherSpace) {
  start();
  shelf.records[space(1)] = {Bytes(30'000, 1), Bytes(kMessageMax - 30'000 - 380, 2)};
  shelf.records[space(2)] = {Bytes(100, 3)};
  const auto first = send();
  ASSERT_EQ(first.message.spaces.size(), 1U);
  EXPECT_EQ(first.message.spaces[0].records.size(), 2U);
  ASSERT_TRUE(answer(takes_all(first))->more);
  EXPECT_EQ(send().message.spaces[0].records, std::vector<Bytes>{Bytes(100, 3)});
}

// The carrier asks for the vectors of two spaces, either of which would fill a message and more.
TEST_F(Edges, AVectorThatNoMessageHoldsIsCutAndTheNextOneWaits) {
  know_set(2);
  start();
  shelf.vector.emplace();
  shelf.vector->entries.resize(2'000);
  for (std::size_t n = 0; n < 5'000; ++n) {
    base::HeadTag tag;
    tag.bytes[0] = static_cast<std::uint8_t>(n >> 8);
    tag.bytes[1] = static_cast<std::uint8_t>(n);
    shelf.vector->records.push_back(tag);
  }
  carrier_asks_for_two_vectors();
  for (std::uint32_t index = 1; index <= 2; ++index) {
    const auto incoming = send();
    EXPECT_LE(encode(incoming.message).size(), kMessageMax);
    ASSERT_EQ(incoming.message.spaces.size(), 1U);
    EXPECT_EQ(incoming.message.spaces[0].space.index, index);
    const auto& vector = *incoming.message.spaces[0].vector;
    EXPECT_GT(vector.records.size(), 1'000U);
    EXPECT_LT(vector.records.size(), 5'000U);
    EXPECT_GT(vector.entries.size(), 100U);
    EXPECT_LT(vector.entries.size(), 2'000U);
    const auto progress = answer({});
    ASSERT_TRUE(progress.ok());
    EXPECT_EQ(progress->more, index == 1);
  }
}

TEST_F(Edges, AVectorThatFindsNoRoomBesideAnotherGoesWithTheNextMessage) {
  know_set(2);
  start();
  shelf.vector.emplace();
  shelf.vector->entries.resize(700);  // two of them are more than a message
  carrier_asks_for_two_vectors();
  for (std::uint32_t index = 1; index <= 2; ++index) {
    const auto incoming = send();
    ASSERT_EQ(incoming.message.spaces.size(), 1U);
    EXPECT_EQ(incoming.message.spaces[0].space.index, index);
    EXPECT_EQ(incoming.message.spaces[0].vector->entries.size(), 700U) << "whole";
    ASSERT_TRUE(answer({}).ok());
  }
}

TEST_F(Edges, OfACarrierNeverMetASpaceWhoseVectorFindsNoRoomIsAskedAboutWithTheNextMessage) {
  start();
  shelf.asks_first = true;
  shelf.vector.emplace();
  shelf.vector->entries.resize(700);
  shelf.records[space(1)] = {Bytes(50, 1)};
  shelf.records[space(2)] = {Bytes(50, 2)};
  const auto first = send();
  ASSERT_EQ(first.message.spaces.size(), 1U);
  EXPECT_TRUE(first.message.spaces[0].records.empty());
  ASSERT_TRUE(answer({})->more);
  const auto second = send();
  ASSERT_FALSE(second.message.spaces.empty());
  EXPECT_EQ(second.message.spaces[0].space.id, space(2));
  EXPECT_TRUE(second.message.spaces[0].vector.has_value());
}

TEST_F(Edges, ASegmentThatFindsNoRoomAtAllWaitsWithItsLog) {
  start();
  shelf.ignore_budget = true;
  shelf.segments[space(1)] = {Bytes(50'000, 1)};
  shelf.segments[space(2)] = {Bytes(20'000, 2)};
  const auto first = send();
  ASSERT_EQ(first.message.spaces.size(), 1U);
  EXPECT_EQ(first.message.spaces[0].space.id, space(1));
  ASSERT_TRUE(answer(takes_all(first))->more);
  EXPECT_EQ(shelf.outcomes.at(0).verdicts.segments.at(1).code, Code::timed_out);
  const auto second = send();
  ASSERT_EQ(second.message.spaces.size(), 1U);
  EXPECT_EQ(second.message.spaces[0].logs.at(0).segments, std::vector<Bytes>{Bytes(20'000, 2)});
}

TEST_F(Edges, NoMoreVectorsAreAnsweredThanThereMayBeSpaces) {
  start();
  shelf.state.generation = generation;
  for (std::size_t n = 0; n < kMaxSpaces; ++n) {
    shelf.state.set.push_back(numbered(n));
    shelf.state.cursors.push_back({});
  }
  static_cast<void>(send());
  ServerMessage ask;
  for (std::uint32_t index = 1; index <= kMaxSpaces; ++index) ask.spaces.push_back(part_of(index));
  for (auto& part : ask.spaces) part.vector.emplace();
  ASSERT_TRUE(answer(ask).ok());
  std::set<std::uint32_t> said;
  bool others = false;
  for (int round = 0; round < 5; ++round) {
    const auto incoming = send();
    for (const auto& upload : incoming.message.spaces) {
      if (upload.vector) said.insert(upload.space.index);
    }
    // A second set of as many, all unlike the first.
    ServerMessage more;
    if (!others) more.set.emplace();
    for (std::size_t n = 0; !others && n < kMaxSpaces; ++n) more.set->push_back(numbered(1'000 + n));
    for (std::uint32_t index = 1; !others && index <= kMaxSpaces; ++index) {
      more.spaces.push_back(part_of(index));
      more.spaces.back().vector.emplace();
    }
    others = true;
    const auto progress = answer(more);
    ASSERT_TRUE(progress.ok());
    if (!progress->more) break;
  }
  EXPECT_EQ(said.size(), kMaxSpaces);
  EXPECT_FALSE(answer({}).ok()) << "and nothing is on its way any more";
}

TEST_F(Edges, ACarrierNeverMetHearsFirstWhatIsHeldAndThenWhatItLacks) {
  start();
  shelf.asks_first = true;
  shelf.segments[space(1)] = {Bytes(100, 1)};
  shelf.records[space(1)] = {Bytes(50, 2)};
  const auto first = send();
  ASSERT_EQ(first.message.spaces.size(), 1U);
  EXPECT_TRUE(first.message.spaces[0].vector.has_value());
  EXPECT_TRUE(first.message.spaces[0].records.empty());
  EXPECT_TRUE(first.message.spaces[0].logs.empty());
  ServerMessage reply;
  reply.generation = generation;
  reply.set = std::vector<base::SpaceId>{space(1)};
  reply.spaces = {part_of(1)};
  reply.spaces[0].vector.emplace();
  ASSERT_TRUE(answer(reply)->more);
  const auto second = send();
  ASSERT_EQ(second.message.spaces.size(), 1U);
  EXPECT_FALSE(second.message.spaces[0].vector.has_value()) << "it was said once";
  EXPECT_EQ(second.message.spaces[0].records.size(), 1U);
  EXPECT_EQ(second.message.spaces[0].logs.size(), 1U);
  EXPECT_FALSE(answer(takes_all(second))->more);
}

TEST_F(Edges, ACarrierThatKnowsNothingOfThisDeviceHearsEverythingWithTheNextMessage) {
  start();
  shelf.asks_first = true;
  shelf.records[space(1)] = {Bytes(50, 2)};
  EXPECT_TRUE(send().message.spaces[0].records.empty());
  ServerMessage refusal;
  refusal.error = Code::unknown_membership;
  const auto progress = answer(refusal);
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  const auto second = send();
  ASSERT_TRUE(second.message.hello.has_value());
  ASSERT_EQ(second.message.spaces.size(), 1U);
  EXPECT_EQ(second.message.spaces[0].records.size(), 1U);
  EXPECT_EQ(answer(refusal).code(), Code::unknown_membership) << "a second time is an answer";
}

TEST_F(Edges, AnotherRefusalOfWhoAsksFirstIsTheEnd) {
  start();
  shelf.asks_first = true;
  shelf.records[space(1)] = {Bytes(50, 2)};
  static_cast<void>(send());
  ServerMessage refusal;
  refusal.error = Code::version_unsupported;
  EXPECT_EQ(answer(refusal).code(), Code::version_unsupported);
  EXPECT_TRUE(shelf.outcomes.empty()) << "nothing was said that is worth keeping";
}

TEST_F(Edges, OfACarrierNeverMetAtMostAsManySpacesAreAskedAboutAsAMessageNames) {
  start();
  shelf.asks_first = true;
  for (std::size_t n = 0; n <= kMaxSpaces; ++n) shelf.records[numbered(n)] = {Bytes(20, 1)};
  const auto first = send();
  EXPECT_LE(first.message.spaces.size(), kMaxSpaces);
  for (const auto& upload : first.message.spaces) {
    EXPECT_TRUE(upload.vector.has_value());
    EXPECT_TRUE(upload.records.empty());
  }
}

TEST_F(Edges, ARefusalMayNameTheLogsOfWhoIsServedNoMore) {
  know_set(1);
  start();
  static_cast<void>(send());
  ServerMessage refusal;
  refusal.error = Code::fenced;
  SpaceReply own;
  own.space.id = space(1);
  own.vector.emplace();
  own.vector->entries.resize(2);
  SpaceReply by_index = own;
  by_index.space.index = 1;
  SpaceReply without;
  without.space.id = space(2);
  refusal.spaces = {own, by_index, without};
  EXPECT_EQ(answer(refusal).code(), Code::fenced);
  ASSERT_EQ(shelf.outcomes.size(), 1U);
  ASSERT_EQ(shelf.outcomes[0].of_own_logs.size(), 1U);
  EXPECT_EQ(shelf.outcomes[0].of_own_logs[0].first, space(1));
  EXPECT_TRUE(shelf.outcomes[0].moved.empty());
}

TEST_F(Edges, AnAnswerMayNameTheLogsOfASpaceThatServesThisDeviceNoMore) {
  know_set(1);
  start();
  static_cast<void>(send());
  ServerMessage reply;
  SpaceReply own;
  own.space.id = space(7);
  own.vector.emplace();
  SpaceReply moved;
  moved.space.id = space(8);
  moved.records = {Bytes(10, 1)};
  reply.spaces = {own, moved};
  ASSERT_TRUE(answer(reply).ok());
  ASSERT_EQ(shelf.outcomes.size(), 1U);
  ASSERT_EQ(shelf.outcomes[0].of_own_logs.size(), 1U);
  EXPECT_EQ(shelf.outcomes[0].of_own_logs[0].first, space(7));
  ASSERT_EQ(shelf.outcomes[0].moved.size(), 1U);
  EXPECT_EQ(shelf.outcomes[0].moved[0].space, space(8));
  EXPECT_EQ(shelf.outcomes[0].arrivals.records.at(0).first, space(8));
}

// A carrier that refuses the same bytes again and again is not asked for ever.
TEST_F(Edges, ASecondRefusalOfTheSameBytesIsNoProgress) {
  class OffersTheSame final : public ClientShelf {
   public:
    explicit OffersTheSame(FakeShelf& inner) : inner_(inner) {}
    base::Result<CarrierState> carrier_state() override { return inner_.carrier_state(); }
    base::Result<std::vector<base::SpaceId>> spaces_to_offer() override {
      return std::vector<base::SpaceId>{space(1)};
    }
    base::Result<std::vector<Bytes>> records_to_offer(const base::SpaceId&) override {
      return std::vector<Bytes>{Bytes(80, 1), Bytes(80, 2)};
    }
    base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId&, std::size_t) override {
      return std::vector<Offer>();
    }
    base::Result<Vector> vector_of(const base::SpaceId&) override { return Vector(); }
    base::Result<Applied> apply(const Outcome&) override { return Applied(); }

   private:
    FakeShelf& inner_;
  };
  OffersTheSame same(shelf);
  know_set(1);
  SessionOptions options;
  options.carrier_key = carrier_key.public_key();
  client.emplace(std::move(options), device, same, random);
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  for (const bool first : {true, false}) {
    auto reply = takes_all(send());
    reply.record_exceptions = {{0, Code::not_permitted}, {1, Code::not_permitted}};
    const auto progress = answer(reply);
    ASSERT_TRUE(progress.ok());
    EXPECT_EQ(progress->more, first);
  }
}

// The place may stay where it is while what stands there becomes known.
TEST_F(Edges, ADigestThatIsLearntIsProgress) {
  class Learning final : public ClientShelf {
   public:
    CarrierState state;
    base::Result<CarrierState> carrier_state() override { return state; }
    base::Result<std::vector<base::SpaceId>> spaces_to_offer() override {
      return std::vector<base::SpaceId>();
    }
    base::Result<std::vector<Bytes>> records_to_offer(const base::SpaceId&) override {
      return std::vector<Bytes>();
    }
    base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId&, std::size_t) override {
      return std::vector<Offer>();
    }
    base::Result<Vector> vector_of(const base::SpaceId&) override { return Vector(); }
    base::Result<Applied> apply(const Outcome&) override {
      state.cursors.at(0).digest.bytes[0] = 1;
      return Applied();
    }
  };
  Learning learning;
  learning.state.set = {space(1)};
  learning.state.cursors.resize(1);
  SessionOptions options;
  options.carrier_key = carrier_key.public_key();
  client.emplace(std::move(options), device, learning, random);
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  ServerMessage reply;
  reply.segments_to_come = 1;
  for (const bool learns : {true, false}) {
    static_cast<void>(send());
    const auto progress = answer(reply);
    ASSERT_TRUE(progress.ok());
    EXPECT_EQ(progress->more, learns);
  }
}

// Found by reading: each reply named another set and said that more was to come, and the sync never ended.
TEST_F(Edges, ACarrierThatNamesAnotherSetEachTimeIsNotFollowedForEver) {
  start();
  int exchanges = 0;
  for (bool more = true; more && exchanges < 5'000; ++exchanges) {
    static_cast<void>(send());
    ServerMessage reply;
    reply.set = std::vector<base::SpaceId>{numbered(static_cast<std::size_t>(exchanges))};
    reply.segments_to_come = 1;
    auto progress = answer(reply);
    ASSERT_TRUE(progress.ok());
    more = progress->more;
  }
  EXPECT_GT(exchanges, 500) << "what is honest and slow goes on";
  EXPECT_LE(exchanges, 1'100);
}

TEST_F(Edges, ACarrierThatBringsSomethingNewEachTimeIsFollowedToTheEnd) {
  know_set(1);
  start();
  for (int exchange = 0; exchange < 3'000; ++exchange) {
    static_cast<void>(send());
    ServerMessage reply;
    reply.spaces = {part_of(1)};
    reply.spaces[0].position = 1'000 + static_cast<std::uint64_t>(exchange);
    LogRun run;
    run.log = Bytes(16, 0x4c);
    run.segments = {Bytes(10, 1)};
    reply.spaces[0].logs.push_back(run);
    reply.segments_to_come = 1;
    auto progress = answer(reply);
    ASSERT_TRUE(progress.ok());
    ASSERT_TRUE(progress->more) << exchange;
  }
}

// It says each time that its store is another one, so that all is offered anew.
TEST_F(Edges, ACarrierThatTakesTheSameAgainAndAgainIsNotFedForEver) {
  class Forgets final : public ClientShelf {
   public:
    base::Result<CarrierState> carrier_state() override { return CarrierState(); }
    base::Result<std::vector<base::SpaceId>> spaces_to_offer() override {
      return std::vector<base::SpaceId>{space(1)};
    }
    base::Result<std::vector<Bytes>> records_to_offer(const base::SpaceId&) override {
      return std::vector<Bytes>();
    }
    base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId&, std::size_t) override {
      Offer offer;
      offer.segments = {Bytes(100, 7)};
      return std::vector<Offer>{offer};
    }
    base::Result<Vector> vector_of(const base::SpaceId&) override { return Vector(); }
    base::Result<Applied> apply(const Outcome& outcome) override {
      Applied applied;
      applied.segments_sent = static_cast<std::uint32_t>(outcome.verdicts.segments.size());
      return applied;
    }
  };
  Forgets forgets;
  SessionOptions options;
  options.carrier_key = carrier_key.public_key();
  client.emplace(std::move(options), device, forgets, random);
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  int exchanges = 0;
  for (bool more = true; more && exchanges < 5'000; ++exchanges) {
    auto progress = answer(takes_all(send()));
    ASSERT_TRUE(progress.ok());
    more = progress->more;
  }
  EXPECT_LE(exchanges, 1'100);
}

TEST_F(Edges, ErasuresThatNobodyConfirmedYetAreAskedAbout) {
  know_set(1);
  start();
  shelf.queries = {{space(1), base::RecordId{{4}}}};
  const auto incoming = send();
  ASSERT_EQ(incoming.message.receipts.size(), 1U);
  EXPECT_EQ(incoming.message.receipts[0].record, (base::RecordId{{4}}));
  ServerMessage reply;
  reply.receipts = {Bytes(100, 3)};
  ASSERT_TRUE(answer(reply).ok());
  EXPECT_EQ(shelf.outcomes.at(0).receipts, reply.receipts);
}

}  // namespace
}  // namespace sejawat::sync
