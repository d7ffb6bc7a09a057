// A store that fails in the middle of a sync, and what a session does about it: it says so, and no byte is
// lost.
#include "session_fixture.h"

namespace sejawat::sync {
namespace {

// Fails at its n-th call, whichever that is; before and after it does what a shelf does.
class FailingShelf final : public ClientShelf {
 public:
  explicit FailingShelf(FakeShelf& inner) : inner_(inner) {}
  std::size_t calls = 0;
  std::size_t fail_at = SIZE_MAX;
  std::optional<CarrierState> wrong_state;

  base::Result<CarrierState> carrier_state() override {
    SJ_TRY_STATUS(call());
    if (wrong_state) return *wrong_state;
    return inner_.carrier_state();
  }
  base::Result<std::vector<base::SpaceId>> spaces_to_offer() override {
    SJ_TRY_STATUS(call());
    return inner_.spaces_to_offer();
  }
  base::Result<std::vector<Bytes>> records_to_offer(const base::SpaceId& id) override {
    SJ_TRY_STATUS(call());
    return inner_.records_to_offer(id);
  }
  base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId& id, std::size_t budget) override {
    SJ_TRY_STATUS(call());
    return inner_.segments_to_offer(id, budget);
  }
  base::Result<Vector> vector_of(const base::SpaceId& id) override {
    SJ_TRY_STATUS(call());
    return inner_.vector_of(id);
  }
  base::Result<Applied> apply(const Outcome& outcome) override {
    SJ_TRY_STATUS(call());
    return inner_.apply(outcome);
  }
  base::Result<bool> ask_first(const base::SpaceId& id) override {
    SJ_TRY_STATUS(call());
    return inner_.ask_first(id);
  }
  base::Result<std::vector<ReceiptQuery>> receipts_to_ask() override {
    SJ_TRY_STATUS(call());
    return inner_.receipts_to_ask();
  }
  base::Result<bool> media_waiting() override {
    SJ_TRY_STATUS(call());
    return inner_.media_waiting();
  }
  base::Result<std::optional<ChunkOffer>> chunk_to_offer(std::size_t most) override {
    SJ_TRY_STATUS(call());
    return inner_.chunk_to_offer(most);
  }
  base::Result<std::optional<ChunkWish>> chunk_to_want() override {
    SJ_TRY_STATUS(call());
    return inner_.chunk_to_want();
  }

 private:
  base::Status call() {
    if (calls++ == fail_at) return base::error(Code::disk_full, "planted");
    return {};
  }
  FakeShelf& inner_;
};

class FailingStore : public SessionTest {
 protected:
  // A sync with records, segments, a vector that is asked for, an arrival, a chunk each way and a line that
  // is cut once. What it said first that was no success.
  Code play(FailingShelf& failing, std::vector<Bytes>& arrived) {
    SessionOptions options;
    options.carrier_key = carrier_key.public_key();
    client.emplace(std::move(options), device, failing, random);
    carrier = std::make_unique<CarrierSession>(carrier_key, random);
    bool cut = false;
    for (int round = 0; round < 12; ++round) {
      auto message = client->next_message();
      if (!message.ok()) return message.code();
      if (round == 1 && !cut) {
        cut = true;
        client->reconnect_after_cut();
        carrier = std::make_unique<CarrierSession>(carrier_key, random);
        continue;
      }
      auto incoming = carrier->on_message(*message);
      EXPECT_TRUE(incoming.ok());
      ServerMessage reply = takes_all(*incoming);
      for (const auto& upload : incoming->message.spaces) {
        for (const auto& run : upload.logs)
          arrived.insert(arrived.end(), run.segments.begin(), run.segments.end());
      }
      if (round == 0) {
        reply.generation = generation;
        reply.set = std::vector<base::SpaceId>{space(1), space(2)};
        SpaceReply moved;
        moved.space.index = 1;
        moved.position = 101;
        moved.digest = Bytes(16, 1);
        moved.vector.emplace();
        moved.logs = {{Bytes(16, 0x4d), {Bytes(80, 9)}}};
        reply.spaces = {moved};
      }
      reply.media = incoming->message.media;
      for (const auto& piece : incoming->message.chunks) {
        reply.chunk_states.push_back(
            {Code::ok, piece.offset + static_cast<std::uint32_t>(piece.bytes.size())});
      }
      for (const auto& want : incoming->message.wants) {
        reply.chunks.push_back({want.space, want.chunk, 500, want.offset, Bytes(500 - want.offset, 9)});
      }
      auto answer = carrier->reply(reply);
      EXPECT_TRUE(answer.ok());
      const auto progress = client->on_message(*answer);
      if (!progress.ok()) return progress.code();
      if (!progress->more) return Code::ok;
    }
    return Code::internal;
  }
  void fill() {
    shelf.records[space(1)] = {Bytes(50, 1)};
    shelf.segments[space(1)] = {Bytes(100, 2), Bytes(100, 3)};
    shelf.segments[space(2)] = {Bytes(100, 4)};
    shelf.at_once = 1;
    shelf.chunks.push_back({space(1), Bytes(1000, 7)});
    shelf.wanted[log::chunk_id(Bytes(500, 9))] = {{}, false};
  }
};

TEST_F(FailingStore, AtAnyCallTheSyncEndsWithItsCodeAndTheNextOneSendsAll) {
  fill();
  FailingShelf counting(shelf);
  std::vector<Bytes> arrived;
  ASSERT_EQ(play(counting, arrived), Code::ok);
  ASSERT_GT(counting.calls, 15U);
  for (std::size_t n = 0; n < counting.calls; ++n) {
    shelf = FakeShelf();
    fill();
    FailingShelf failing(shelf);
    failing.fail_at = n;
    arrived.clear();
    EXPECT_EQ(play(failing, arrived), Code::disk_full) << "call " << n;
    // What was offered and not answered is offered again, as the store has it after a new start.
    FakeShelf fresh;
    fresh.state = shelf.state;
    fresh.segments = {{space(1), {Bytes(100, 2), Bytes(100, 3)}}, {space(2), {Bytes(100, 4)}}};
    FailingShelf sound(fresh);
    EXPECT_EQ(play(sound, arrived), Code::ok) << "call " << n;
    for (std::uint8_t content = 2; content <= 4; ++content) {
      EXPECT_NE(std::find(arrived.begin(), arrived.end(), Bytes(100, content)), arrived.end())
          << "call " << n;
    }
  }
}

TEST_F(FailingStore, StateThatCannotBeIsNoMessageToACarrier) {
  FailingShelf failing(shelf);
  std::vector<Bytes> arrived;
  failing.wrong_state.emplace();
  failing.wrong_state->set = {space(1)};
  EXPECT_EQ(play(failing, arrived), Code::internal);
  failing.wrong_state->set.assign(kMaxSpaces + 1, space(1));
  failing.wrong_state->cursors.resize(kMaxSpaces + 1);
  EXPECT_EQ(play(failing, arrived), Code::internal);
}

TEST_F(FailingStore, ARefusalThatCannotBeNotedIsToldAsThat) {
  FailingShelf failing(shelf);
  SessionOptions options;
  options.carrier_key = carrier_key.public_key();
  client.emplace(std::move(options), device, failing, random);
  carrier = std::make_unique<CarrierSession>(carrier_key, random);
  auto message = client->next_message();
  ASSERT_TRUE(message.ok());
  ASSERT_TRUE(carrier->on_message(*message).ok());
  failing.fail_at = failing.calls;
  ServerMessage refusal;
  refusal.generation = generation;
  refusal.error = Code::not_permitted;
  auto reply = carrier->reply(refusal);
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(client->on_message(*reply).code(), Code::disk_full);
}

TEST_F(FailingStore, ArrivalsThatNameTheirLogByAPrefixAreRefused) {
  start();
  static_cast<void>(send());
  ServerMessage reply;
  reply.generation = generation;
  reply.set = std::vector<base::SpaceId>{space(1)};
  SpaceReply part;
  part.space.index = 1;
  part.logs = {{Bytes(8, 1), {Bytes(80, 9)}}};
  reply.spaces = {part};
  EXPECT_EQ(answer(reply).code(), Code::protocol_violation);
  EXPECT_TRUE(shelf.outcomes.empty());
}

}  // namespace
}  // namespace sejawat::sync
