// A live channel: answers and pushes on one line.
#include "session_fixture.h"

namespace sejawat::sync {
namespace {

// A set of two spaces, both caught up, and pushes allowed.
class Live : public SessionTest {
 protected:
  void connect() {
    know_set(2);
    SessionOptions options;
    options.live = true;
    start(std::move(options));
    EXPECT_TRUE(send().message.hello->live);
    const auto first = answer({});
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(first->more) << "pushes start with the client's first transport message";
    const auto confirming = send();
    EXPECT_FALSE(confirming.first);
    EXPECT_FALSE(confirming.message.hello.has_value());
    const auto second = answer({});
    ASSERT_TRUE(second.ok());
    EXPECT_FALSE(second->more);
    shelf.outcomes.clear();
  }
  static ServerMessage push_of(std::uint32_t index, std::uint64_t position) {
    ServerMessage message;
    message.push = true;
    message.spaces.resize(1);
    message.spaces[0].space.index = index;
    message.spaces[0].logs = {{Bytes(16, 2), {Bytes(30, 3)}}};
    message.spaces[0].position = position;
    return message;
  }
};

TEST_F(Live, APushIsAppliedAtOnceAndMovesItsCursor) {
  connect();
  const auto progress = answer(push_of(2, 201));
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->pushed);
  EXPECT_FALSE(progress->more);
  EXPECT_EQ(progress->received, 1U);
  EXPECT_EQ(shelf.outcomes.at(0).arrivals.runs.at(0).space, space(2));
  EXPECT_EQ(shelf.state.cursors[1].position, 201U);
  EXPECT_FALSE(client->awaiting());
}

TEST_F(Live, APushBetweenAMessageAndItsAnswerSettlesNothing) {
  connect();
  shelf.segments[space(1)] = {Bytes(100, 1)};
  const auto upload = send();
  ASSERT_TRUE(client->awaiting());
  auto progress = answer(push_of(2, 201));
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(client->awaiting());
  EXPECT_EQ(client->next_message().code(), Code::protocol_violation);
  EXPECT_TRUE(shelf.outcomes.at(0).verdicts.segments.empty());
  EXPECT_EQ(progress->sent, 0U);
  progress = answer(takes_all(upload));
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->pushed);
  EXPECT_EQ(progress->sent, 1U);
  EXPECT_FALSE(client->awaiting());
}

TEST_F(Live, AnInvitationIsFollowed) {
  connect();
  ServerMessage invitation;
  invitation.push = true;
  invitation.bytes_to_come = 400;
  invitation.segments_to_come = 1;
  auto progress = answer(invitation);
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  const auto asked = send();
  EXPECT_FALSE(asked.message.hello.has_value());
  EXPECT_TRUE(asked.message.spaces.empty());
  ServerMessage reply;
  reply.set = std::vector<base::SpaceId>{space(1), space(2), space(3)};
  progress = answer(reply);
  ASSERT_TRUE(progress.ok());
  EXPECT_EQ(shelf.state.set.size(), 3U);
}

TEST_F(Live, AMismatchInAPushAsksForVectorsAfterTheAnswerThatIsAwaited) {
  connect();
  static_cast<void>(send());
  shelf.digest_mismatch = true;
  auto progress = answer(push_of(1, 101));
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
  shelf.digest_mismatch = false;
  ASSERT_TRUE(answer({}).ok());
  const auto full = send();
  ASSERT_TRUE(full.message.hello.has_value());
  EXPECT_TRUE(full.message.hello->full);
  shelf.digest_mismatch = true;
  ASSERT_TRUE(answer({}).ok());
  progress = answer(push_of(1, 102));
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->more) << "once on a connection";
}

TEST_F(Live, APushThatSaysMoreThanAPushMayIsRefused) {
  const std::vector<std::function<void(ServerMessage&)>> wrongs = {
      [](ServerMessage& m) { m.segments_taken = 1; },
      [](ServerMessage& m) {
        m.record_exceptions = {{0, Code::fenced}};
      },
      [](ServerMessage& m) { m.set.emplace({space(7)}); },
      [this](ServerMessage& m) { m.generation = generation; },
      [](ServerMessage& m) { m.base_unknown = true; },
      [](ServerMessage& m) { m.records_taken = 1; },
      [](ServerMessage& m) {
        m.segment_exceptions = {{0, Code::fenced}};
      },
      [](ServerMessage& m) { m.chunk_mark.emplace(); },
      [](ServerMessage& m) { m.chunks_unknown = true; },
      [](ServerMessage& m) { m.whose = true; },
      [](ServerMessage& m) { m.receipts = {Bytes(10, 1)}; },
      [](ServerMessage& m) { m.error = Code::fenced; },
      [](ServerMessage& m) { m.spaces[0].vector.emplace(); },
      [](ServerMessage& m) {
        m.spaces[0].space = {0, space(2)};
      },
      [](ServerMessage& m) { m.spaces[0].space.index = 3; },
  };
  for (const auto& make_wrong : wrongs) {
    shelf = FakeShelf();
    connect();
    ServerMessage message = push_of(2, 201);
    make_wrong(message);
    EXPECT_EQ(answer(message).code(), Code::protocol_violation);
    EXPECT_TRUE(shelf.outcomes.empty());
  }
}

TEST_F(Live, NobodyIsPushedToWhoDidNotAskForIt) {
  know_set(2);
  start();
  static_cast<void>(send());
  ASSERT_TRUE(answer({}).ok());
  static_cast<void>(send());
  ASSERT_TRUE(answer({}).ok());
  EXPECT_EQ(answer(push_of(1, 101)).code(), Code::protocol_violation);
}

TEST_F(Live, NoPushComesWithTheHandshake) {
  know_set(2);
  SessionOptions options;
  options.live = true;
  start(std::move(options));
  static_cast<void>(send());
  EXPECT_EQ(answer(push_of(1, 101)).code(), Code::protocol_violation);
}

TEST_F(Live, AnAnswerThatNobodyAwaitsIsRefused) {
  connect();
  EXPECT_EQ(answer({}).code(), Code::protocol_violation);
}

TEST_F(Live, NothingNewOnALiveLineIsTwoTags) {
  connect();
  bytes_both_ways = 0;
  static_cast<void>(send());
  ASSERT_TRUE(answer({}).ok());
  EXPECT_EQ(bytes_both_ways, 32U);
}

TEST_F(Live, ANewConnectionConfirmsAgain) {
  connect();
  client->reconnect();
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  EXPECT_TRUE(send().first);
  const auto progress = answer({});
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->more);
}

TEST(SharedPart, ReadsLikeAPartOfItsOwn) {
  SpaceReply part;
  part.space.index = 200;
  part.records = {Bytes(40, 1)};
  part.logs = {{Bytes(16, 2), {Bytes(300, 3), Bytes(5, 4)}}};
  part.position = 70'000;
  part.digest = Bytes(8, 5);
  ServerMessage plain;
  plain.push = true;
  plain.segments_to_come = 3;
  plain.spaces = {part, part};
  ServerMessage shared;
  shared.push = true;
  shared.segments_to_come = 3;
  shared.spaces = {part};
  shared.shared = {{200, std::make_shared<const Bytes>(encode_part(part))}};
  const auto decoded = decode_server(encode(shared));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->spaces.size(), 2U);
  EXPECT_EQ(encode(*decoded), encode(plain));
}

}  // namespace
}  // namespace sejawat::sync
