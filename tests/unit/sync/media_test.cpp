// Chunks on the line: after all text, a slice at a time, and only to who takes them.
#include "session_fixture.h"

namespace sejawat::sync {
namespace {

class Media : public SessionTest {
 protected:
  void SetUp() override { know_set(1); }
  void have_chunk(std::size_t size, std::uint8_t byte = 7) {
    shelf.chunks.push_back({space(1), Bytes(size, byte), 0, false, false});
  }
  // What a carrier that takes chunks answers.
  static ServerMessage takes(const CarrierSession::Incoming& incoming) {
    ServerMessage reply = takes_all(incoming);
    reply.media = incoming.message.media;
    for (const auto& piece : incoming.message.chunks) {
      reply.chunk_states.push_back({Code::ok, piece.offset + static_cast<std::uint32_t>(piece.bytes.size())});
    }
    return reply;
  }
};

TEST_F(Media, AreAskedAboutFirstAndThenGoInSlices) {
  start();
  have_chunk(40'000);
  auto incoming = send();
  EXPECT_TRUE(incoming.message.media);
  EXPECT_TRUE(incoming.message.chunks.empty()) << "not before the carrier said that it takes them";
  ASSERT_TRUE(answer(takes(incoming))->more);
  std::size_t sent = 0;
  int messages = 0;
  for (bool more = true; more; ++messages) {
    incoming = send();
    EXPECT_FALSE(incoming.message.media);
    ASSERT_EQ(incoming.message.chunks.size(), 1U);
    EXPECT_EQ(incoming.message.chunks[0].offset, sent);
    EXPECT_EQ(incoming.message.chunks[0].total, 40'000U);
    sent += incoming.message.chunks[0].bytes.size();
    EXPECT_LE(encode(incoming.message).size(), 16U * 1024 + 200);
    const auto progress = answer(takes(incoming));
    ASSERT_TRUE(progress.ok());
    EXPECT_EQ(progress->media_sent, sent);
    more = progress->more;
  }
  EXPECT_EQ(sent, 40'000U);
  EXPECT_EQ(messages, 3);
}

TEST_F(Media, TextThatIsWrittenMeanwhileGoesAheadOfTheRestOfAPhoto) {
  start();
  have_chunk(40'000);
  ASSERT_TRUE(answer(takes(send()))->more);
  auto incoming = send();
  ASSERT_EQ(incoming.message.chunks.size(), 1U);
  // More than one message holds, written while the slice is on its way.
  for (int i = 0; i < 5; ++i) shelf.segments[space(1)].push_back(Bytes(25'000, static_cast<std::uint8_t>(i)));
  ASSERT_TRUE(answer(takes(incoming))->more);
  std::size_t segments = 0;
  while (true) {
    incoming = send();
    for (const auto& upload : incoming.message.spaces) {
      for (const auto& run : upload.logs) segments += run.segments.size();
    }
    if (!incoming.message.chunks.empty()) break;
    ASSERT_TRUE(answer(takes(incoming))->more);
  }
  EXPECT_EQ(segments, 5U) << "all text was on its way before the next slice";
}

TEST_F(Media, AreNotBroughtWhileTextIsToCome) {
  start();
  have_chunk(1000);
  auto reply = takes(send());
  reply.bytes_to_come = 10;
  reply.segments_to_come = 1;
  reply.spaces.push_back({{1, {}}, {}, {}, 101, Bytes(16, 1), {}});
  ASSERT_TRUE(answer(reply)->more);
  auto incoming = send();
  EXPECT_TRUE(incoming.message.chunks.empty());
  reply = takes(incoming);
  reply.spaces.push_back({{1, {}}, {}, {}, 102, Bytes(8, 1), {}});
  ASSERT_TRUE(answer(reply)->more);
  EXPECT_EQ(send().message.chunks.size(), 1U);
}

TEST_F(Media, AnOlderCarrierIsBroughtNoneAndTheSyncEnds) {
  start();
  have_chunk(1000);
  shelf.segments[space(1)] = {Bytes(100, 1)};
  auto incoming = send();
  auto progress = answer(takes_all(incoming));  // it does not know the question
  ASSERT_TRUE(progress.ok());
  EXPECT_EQ(progress->sent, 1U);
  EXPECT_FALSE(progress->more);
  incoming = send();  // as a probe of a live line
  EXPECT_TRUE(incoming.message.chunks.empty());
  EXPECT_FALSE(answer(takes_all(incoming))->more);
}

TEST_F(Media, NothingToBringAsksNothing) {
  start();
  const auto incoming = send();
  EXPECT_FALSE(incoming.message.media);
  EXPECT_FALSE(answer(takes(incoming))->more);
}

TEST_F(Media, ACutLineBringsTheLastSliceOnceMore) {
  start();
  have_chunk(40'000);
  ASSERT_TRUE(answer(takes(send()))->more);
  auto incoming = send();
  const std::size_t first = incoming.message.chunks[0].bytes.size();
  ASSERT_TRUE(answer(takes(incoming))->more);
  incoming = send();  // never answered
  EXPECT_EQ(incoming.message.chunks[0].offset, first);
  client->reconnect_after_cut();
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  const auto again = send();
  ASSERT_EQ(again.message.chunks.size(), 1U);
  EXPECT_EQ(again.message.chunks[0].offset, first) << "what was answered is not brought again";
  EXPECT_LE(encode(again.message).size(), 6U * 1024 + 100) << "and a bad line gets little at once";
}

TEST_F(Media, WhatIsWantedComesInPiecesFromWhereItStopped) {
  start();
  const Bytes chunk(30'000, 9);
  shelf.wanted[log::chunk_id(chunk)] = {Bytes(1'000, 9), false};
  ASSERT_TRUE(answer(takes(send()))->more);
  std::size_t at = 1'000;
  for (bool more = true; more;) {
    const auto incoming = send();
    ASSERT_EQ(incoming.message.wants.size(), 1U);
    EXPECT_EQ(incoming.message.wants[0].offset, at);
    ServerMessage reply;
    const std::size_t size = std::min<std::size_t>(incoming.message.wants[0].most, chunk.size() - at);
    reply.chunks.push_back(
        {{1, {}}, log::chunk_id(chunk), 30'000, static_cast<std::uint32_t>(at), Bytes(size, 9)});
    at += size;
    const auto progress = answer(reply);
    ASSERT_TRUE(progress.ok());
    more = progress->more;
  }
  EXPECT_EQ(at, chunk.size());
  EXPECT_TRUE(shelf.wanted.empty());
}

TEST_F(Media, WhatWasNotAskedForEndsTheConnection) {
  for (const bool other_chunk : {true, false}) {
    shelf.wanted.clear();
    start();
    const Bytes chunk(3'000, 9);
    shelf.wanted[log::chunk_id(chunk)] = {{}, false};
    ASSERT_TRUE(answer(takes(send()))->more);
    send();
    ServerMessage reply;
    reply.chunks.push_back({{1, {}},
                            log::chunk_id(other_chunk ? Bytes(2, 1) : chunk),
                            3'000,
                            other_chunk ? 0U : 5U,
                            Bytes(100, 9)});
    EXPECT_EQ(answer(reply).code(), Code::protocol_violation);
  }
}

TEST_F(Media, ACarrierThatSaysNothingOfThemEndsTheSync) {
  start();
  have_chunk(1'000);
  shelf.wanted[log::chunk_id(Bytes(5, 5))] = {{}, false};
  ASSERT_TRUE(answer(takes(send()))->more);
  send();
  EXPECT_FALSE(answer(ServerMessage{})->more);
}

TEST_F(Media, OneMessageHoldsSoManyPiecesAndWantsAndNoMore) {
  start();
  for (std::uint8_t i = 0; i < 100; ++i) have_chunk(50, i);
  for (std::uint8_t i = 0; i < 6; ++i) shelf.wanted[log::chunk_id(Bytes(70, i))] = {{}, false};
  ASSERT_TRUE(answer(takes(send()))->more);
  auto incoming = send();
  EXPECT_EQ(incoming.message.chunks.size(), kMaxChunkItems);
  EXPECT_EQ(incoming.message.wants.size(), 4U);
  ASSERT_TRUE(answer(takes(incoming))->more);
  incoming = send();
  EXPECT_EQ(incoming.message.chunks.size(), 100 - kMaxChunkItems);
  EXPECT_FALSE(incoming.message.wants.empty());
}

TEST_F(Media, AreNotBroughtBesideTextThatFoundNoRoomNorBesideAFullHello) {
  start();
  have_chunk(1'000);
  ASSERT_TRUE(answer(takes(send()))->more);
  shelf.ignore_budget = true;
  for (std::uint8_t i = 0; i < 4; ++i) shelf.segments[space(1)].push_back(Bytes(25'000, i));
  auto incoming = send();
  EXPECT_TRUE(incoming.message.chunks.empty());
  ASSERT_TRUE(answer(takes(incoming))->more);
  incoming = send();  // the rest of the text; then there is room
  EXPECT_EQ(incoming.message.chunks.size(), 1U);
  auto lost = takes(incoming);
  lost.chunk_states[0] = {Code::ok, 0};
  lost.base_unknown = true;
  ASSERT_TRUE(answer(lost)->more);
  incoming = send();
  EXPECT_TRUE(incoming.message.hello->full);
  EXPECT_TRUE(incoming.message.chunks.empty());
}

TEST_F(Media, RecordsThatFoundNoRoomGoBeforeThemToo) {
  start();
  have_chunk(1'000);
  ASSERT_TRUE(answer(takes(send()))->more);
  for (std::uint8_t i = 0; i < 4; ++i) shelf.records[space(1)].push_back(Bytes(16'000, i));
  EXPECT_TRUE(send().message.chunks.empty());
}

TEST_F(Media, VectorsThatWereAskedForGoBeforeThem) {
  shelf.state = {};
  know_set(2);
  start();
  have_chunk(1'000);
  shelf.vector.emplace();
  shelf.vector->entries.resize(700);  // two of them are more than a message
  auto reply = takes(send());
  for (std::uint32_t index = 1; index <= 2; ++index) {
    reply.spaces.push_back({{index, {}}, {}, {}, 101, Bytes(16, 1), Vector{}});
  }
  ASSERT_TRUE(answer(reply)->more);
  auto incoming = send();
  EXPECT_TRUE(incoming.message.chunks.empty());
  ASSERT_TRUE(answer(takes(incoming))->more);
  EXPECT_EQ(send().message.chunks.size(), 1U) << "beside the last of them";
}

TEST_F(Media, AWishThatWasOnACutLineIsSaidAgain) {
  start();
  shelf.wanted[log::chunk_id(Bytes(500, 9))] = {{}, false};
  ASSERT_TRUE(answer(takes(send()))->more);
  EXPECT_EQ(send().message.wants.size(), 1U);  // never answered
  client->reconnect_after_cut();
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  EXPECT_EQ(send().message.wants.size(), 1U);
  EXPECT_EQ(shelf.outcomes.back().chunks.at(0).code, Code::timed_out);
}

TEST_F(Media, WhatACarrierDoesNotHaveIsSaidWithoutAnOffset) {
  start();
  const Bytes chunk(3'000, 9);
  shelf.wanted[log::chunk_id(chunk)] = {Bytes(1'000, 9), false};
  ASSERT_TRUE(answer(takes(send()))->more);
  send();
  ServerMessage reply;
  reply.chunks.push_back({{1, {}}, log::chunk_id(chunk), 0, 0, {}});
  ASSERT_TRUE(answer(reply).ok());
  const auto& news = shelf.outcomes.back().chunks.at(0);
  EXPECT_EQ(news.code, Code::ok);
  EXPECT_EQ(news.total, 0U);
  EXPECT_FALSE(news.offered);
}

// A store that went back to before the mark says so; a carrier that says it again and again is heeded once.
TEST_F(Media, ThatAllOfThemAreGoneIsHeededOnceInASync) {
  start();
  have_chunk(1'000);
  auto incoming = send();
  auto reply = takes(incoming);
  reply.chunks_unknown = true;
  ASSERT_TRUE(answer(reply)->more);
  EXPECT_TRUE(shelf.outcomes.back().chunks_unknown);
  incoming = send();
  reply = takes(incoming);
  reply.chunks_unknown = true;
  ASSERT_TRUE(answer(reply).ok());
  EXPECT_FALSE(shelf.outcomes.back().chunks_unknown);
}

TEST_F(Media, PushesHoldNoChunks) {
  SessionOptions options;
  options.live = true;
  for (const int what : {0, 1, 2}) {
    start(options);
    ASSERT_TRUE(answer(takes_all(send())).ok());
    ASSERT_TRUE(answer(takes_all(send())).ok());
    ServerMessage push;
    push.push = true;
    if (what == 0) push.media = true;
    if (what == 1) push.chunk_states.push_back({});
    if (what == 2) push.chunks.push_back({{1, {}}, {}, 1, 0, Bytes(1, 1)});
    EXPECT_EQ(answer(push).code(), Code::protocol_violation);
  }
}

}  // namespace
}  // namespace sejawat::sync
