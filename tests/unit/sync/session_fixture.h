// Both ends of a channel with nothing between them, and a shelf that a test fills by hand.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "log/digest.h"
#include "support/fakes.h"
#include "sync/session.h"

namespace sejawat::sync {

using base::Bytes;
using base::Code;

inline base::SpaceId space(std::uint8_t n) {
  base::SpaceId id;
  id.bytes.fill(n);
  return id;
}

// One log a space; a segment is whatever bytes the test says. `timed_out` verdicts come back to the offer.
class FakeShelf final : public ClientShelf {
 public:
  CarrierState state;
  std::map<base::SpaceId, std::vector<Bytes>> records;
  std::map<base::SpaceId, std::vector<Bytes>> segments;
  std::size_t at_once = SIZE_MAX;  // segments in one offer, whatever the budget says
  bool ignore_budget = false;
  bool enrolled = false;
  bool digest_mismatch = false;
  bool asks_first = false;       // says what it holds to a carrier that it never met
  std::optional<Vector> vector;  // of every space; else one entry
  std::vector<ReceiptQuery> queries;
  std::vector<Outcome> outcomes;
  // Chunks by what the carrier has of them; one that was decided is not offered again.
  struct Chunk {
    base::SpaceId space;
    Bytes bytes;
    std::uint32_t held = 0;
    bool on_its_way = false;
    bool done = false;
  };
  std::vector<Chunk> chunks;
  std::map<log::ChunkId, std::pair<Bytes, bool>> wanted;  // what came; whether it is asked for just now

  base::Result<bool> media_waiting() override {
    return !wanted.empty() ||
           std::any_of(chunks.begin(), chunks.end(), [](const Chunk& c) { return !c.done; });
  }
  base::Result<std::optional<ChunkOffer>> chunk_to_offer(std::size_t most) override {
    for (auto& chunk : chunks) {
      if (chunk.done || chunk.on_its_way) continue;
      chunk.on_its_way = true;
      const std::size_t size = std::min(most, chunk.bytes.size() - chunk.held);
      return std::optional<ChunkOffer>(
          ChunkOffer{chunk.space, log::chunk_id(chunk.bytes), static_cast<std::uint32_t>(chunk.bytes.size()),
                     chunk.held, base::to_bytes(base::ByteView(chunk.bytes).subspan(chunk.held, size))});
    }
    return std::optional<ChunkOffer>();
  }
  base::Result<std::optional<ChunkWish>> chunk_to_want() override {
    for (auto& [id, got] : wanted) {
      if (std::exchange(got.second, true)) continue;
      return std::optional<ChunkWish>(ChunkWish{space(1), id, static_cast<std::uint32_t>(got.first.size())});
    }
    return std::optional<ChunkWish>();
  }
  void apply_chunks(const Outcome& outcome, Applied& applied) {
    for (const auto& news : outcome.chunks) {
      for (auto& chunk : chunks) {
        if (!news.offered || !(log::chunk_id(chunk.bytes) == news.chunk)) continue;
        chunk.on_its_way = false;
        if (news.code == Code::timed_out) continue;
        if (news.code == Code::ok && news.held > chunk.held) applied.media_sent += news.held - chunk.held;
        if (news.code == Code::ok) chunk.held = news.held;
        chunk.done = news.code != Code::ok || chunk.held == chunk.bytes.size();
        applied.media_decided = applied.media_decided || chunk.done;
      }
      const auto want = wanted.find(news.chunk);
      if (news.offered || want == wanted.end()) continue;
      want->second.second = false;
      base::append(want->second.first, news.bytes);
      applied.media_received += news.bytes.size();
      if (news.code == Code::ok && want->second.first.size() == news.total) wanted.erase(want);
    }
  }

  base::Result<CarrierState> carrier_state() override { return state; }
  base::Result<std::vector<base::SpaceId>> spaces_to_offer() override {
    std::vector<base::SpaceId> spaces;
    for (const auto& [id, items] : records) {
      if (!items.empty()) spaces.push_back(id);
    }
    for (const auto& [id, items] : segments) {
      if (!items.empty() && std::find(spaces.begin(), spaces.end(), id) == spaces.end()) spaces.push_back(id);
    }
    return spaces;
  }
  base::Result<std::vector<Bytes>> records_to_offer(const base::SpaceId& id) override { return records[id]; }
  base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId& id, std::size_t budget) override {
    Offer offer;
    offer.log.bytes.fill(0x4c);
    offer.enrolment_known = enrolled;
    auto& left = segments[id];
    while (!left.empty() && offer.segments.size() < at_once) {
      if (!ignore_budget && !offer.segments.empty() && left.front().size() > budget) break;
      budget -= std::min(budget, left.front().size());
      offer.segments.push_back(left.front());
      left.erase(left.begin());
    }
    std::vector<Offer> offers;
    if (!offer.segments.empty()) offers.push_back(offer);
    return offers;
  }
  base::Result<Vector> vector_of(const base::SpaceId&) override {
    if (vector) return *vector;
    Vector small;
    small.entries.resize(1);
    return small;
  }
  base::Result<bool> ask_first(const base::SpaceId&) override { return asks_first; }
  base::Result<std::vector<ReceiptQuery>> receipts_to_ask() override { return queries; }
  base::Result<Applied> apply(const Outcome& outcome) override {
    outcomes.push_back(outcome);
    Applied applied;
    if (outcome.generation) state.generation = outcome.generation;
    if (outcome.set) {
      state.set = *outcome.set;
      state.cursors.assign(state.set.size(), Cursor{});
    }
    for (const auto& verdict : outcome.verdicts.records) {
      auto& left = records[verdict.space];
      if (verdict.code != Code::timed_out)
        left.erase(std::remove(left.begin(), left.end(), verdict.bytes), left.end());
    }
    std::map<base::SpaceId, std::vector<Bytes>> again;
    for (const auto& verdict : outcome.verdicts.segments) {
      if (verdict.code == Code::ok) ++applied.segments_sent;
      if (verdict.code == Code::timed_out) again[verdict.space].push_back(verdict.bytes);
    }
    for (auto& [id, items] : again) segments[id].insert(segments[id].begin(), items.begin(), items.end());
    for (const auto& run : outcome.arrivals.runs) {
      applied.segments_received += static_cast<std::uint32_t>(run.segments.size());
    }
    for (const auto& moved : outcome.moved) {
      for (std::size_t i = 0; i < state.set.size(); ++i) {
        if (state.set[i] == moved.space) state.cursors[i].position = moved.position;
      }
    }
    applied.digest_mismatch = digest_mismatch;
    apply_chunks(outcome, applied);
    return applied;
  }
};

class SessionTest : public ::testing::Test {
 protected:
  support::SeededRandom random{3};
  crypto::BoxKey device = crypto::BoxKey::random(random);
  crypto::BoxKey carrier_key = crypto::BoxKey::random(random);
  base::GenerationId generation = random.id<base::GenerationId>();
  FakeShelf shelf;
  std::optional<ClientSession> client;
  std::unique_ptr<CarrierSession> carrier;
  std::size_t bytes_both_ways = 0;

  void start(SessionOptions options = {}) {
    options.carrier_key = carrier_key.public_key();
    client.emplace(std::move(options), device, shelf, random);
    carrier = std::make_unique<CarrierSession>(carrier_key, random);
  }
  void know_set(std::uint8_t spaces) {
    shelf.state.generation = generation;
    for (std::uint8_t n = 1; n <= spaces; ++n) {
      shelf.state.set.push_back(space(n));
      shelf.state.cursors.push_back({n * 100ULL, random.id<base::Digest>()});
    }
  }
  CarrierSession::Incoming send() {
    auto message = client->next_message();
    EXPECT_TRUE(message.ok());
    bytes_both_ways += message->size();
    auto incoming = carrier->on_message(*message);
    EXPECT_TRUE(incoming.ok());
    return std::move(incoming).value();
  }
  base::Result<ClientSession::Progress> answer(const ServerMessage& reply) {
    auto message = carrier->reply(reply);
    EXPECT_TRUE(message.ok());
    bytes_both_ways += message->size();
    return client->on_message(*message);
  }
  static ServerMessage takes_all(const CarrierSession::Incoming& incoming) {
    ServerMessage reply;
    for (const auto& upload : incoming.message.spaces) {
      reply.records_taken += static_cast<std::uint32_t>(upload.records.size());
      for (const auto& run : upload.logs)
        reply.segments_taken += static_cast<std::uint32_t>(run.segments.size());
    }
    return reply;
  }
};

}  // namespace sejawat::sync
