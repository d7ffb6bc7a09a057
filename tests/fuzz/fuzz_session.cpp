// Bytes as a script to both ends of a channel: who acts, and on what: honest, altered or made up.
// needs: crypto log sync
#include <algorithm>
#include <cstdlib>

#include "base/codec.h"
#include "sync/session.h"

namespace {

using sejawat::base::Bytes;
using sejawat::base::ByteView;
namespace sync = sejawat::sync;
namespace base = sejawat::base;

class Counter final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next_ = next_ * 29 + 17);
  }

 private:
  std::uint32_t next_ = 1;
};

class Shelf final : public sync::ClientShelf {
 public:
  base::Result<CarrierState> carrier_state() override { return state_; }
  base::Result<std::vector<base::SpaceId>> spaces_to_offer() override {
    std::vector<base::SpaceId> spaces;
    if (offers_ > 0) spaces.emplace_back();
    return spaces;
  }
  base::Result<std::vector<Bytes>> records_to_offer(const base::SpaceId&) override {
    return std::vector<Bytes>(1, Bytes(100, 1));
  }
  base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId&, std::size_t) override {
    std::vector<Offer> offers(1);
    offers[0].segments.assign(3, Bytes(200, 2));
    return offers;
  }
  base::Result<sync::Vector> vector_of(const base::SpaceId&) override { return sync::Vector{}; }
  base::Result<bool> media_waiting() override { return chunks_ > 0; }
  base::Result<std::optional<ChunkOffer>> chunk_to_offer(std::size_t most) override {
    if (chunks_ <= 0 || offered_) return std::optional<ChunkOffer>();
    offered_ = true;
    return std::optional<ChunkOffer>(
        ChunkOffer{{}, {}, 3000, 1000, Bytes(std::min<std::size_t>(most, 2000), 3)});
  }
  base::Result<std::optional<ChunkWish>> chunk_to_want() override {
    if (chunks_ <= 0 || wished_) return std::optional<ChunkWish>();
    wished_ = true;
    return std::optional<ChunkWish>(ChunkWish{{}, {}, 500});
  }
  base::Result<Applied> apply(const Outcome& outcome) override {
    if (outcome.generation) state_.generation = outcome.generation;
    if (outcome.set) {
      state_.set = *outcome.set;
      state_.cursors.assign(state_.set.size(), Cursor{});
    }
    if (offers_ > 0) --offers_;
    Applied applied;
    for (const auto& news : outcome.chunks) {
      // What the session lets through is of what was asked for, and holds no more than that can be.
      if (news.offered && news.held > news.total) std::abort();
      if (!news.offered && news.bytes.size() > sejawat::log::kChunkMax) std::abort();
      (news.offered ? offered_ : wished_) = false;
      applied.media_received += news.bytes.size();
      applied.media_decided = true;
      --chunks_;
    }
    for (const auto& verdict : outcome.verdicts.segments)
      applied.segments_sent += verdict.code == base::Code::ok;
    applied.digest_mismatch = outcome.moved.size() > 2;
    return applied;
  }

 private:
  CarrierState state_;
  int offers_ = 8;
  int chunks_ = 6;
  bool offered_ = false;
  bool wished_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Counter random;
  Shelf shelf;
  const auto device = sejawat::crypto::BoxKey::random(random);
  const auto carrier = sejawat::crypto::BoxKey::random(random);
  sync::SessionOptions options;
  options.carrier_key = carrier.public_key();
  options.live = size % 2 == 1;
  sync::ClientSession client(std::move(options), device, shelf, random);
  sync::CarrierSession server(carrier, random);
  base::Reader script(ByteView(data, size));
  Bytes to_server;
  Bytes to_client;
  std::uint8_t act = 0;
  for (int step = 0; step < 64 && script.u8(act); ++step) {
    ByteView raw;
    if (act % 8 >= 4 && !script.prefixed(4096, raw)) break;
    switch (act % 8) {
      case 0:
        if (auto message = client.next_message(); message.ok()) to_server = std::move(message).value();
        break;
      case 1: static_cast<void>(server.on_message(to_server).ok()); break;
      case 2: static_cast<void>(client.on_message(to_client).ok()); break;
      case 3: client.reconnect(); break;
      case 4:  // the carrier says whatever decodes
        if (auto message = sync::decode_server(raw); message.ok()) {
          if (auto reply = server.reply(*message); reply.ok()) to_client = std::move(reply).value();
        }
        break;
      case 5: static_cast<void>(client.on_message(raw).ok()); break;
      case 6: static_cast<void>(server.on_message(raw).ok()); break;
      default:
        for (std::size_t i = 0; i < std::min(raw.size(), to_client.size()); ++i) to_client[i] ^= raw[i];
        break;
    }
  }
  return 0;
}
