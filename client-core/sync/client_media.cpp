// Chunks of attachments on the line (docs/PROTOCOL.md, "Attachments").
#include "client_state.h"

namespace sejawat::sync {
namespace {

// Of chunks, both ways: a line of 20 kbit/s has new text wait for some seconds behind as much, not longer.
constexpr std::size_t kMediaSlice = 16 * 1024;
constexpr std::size_t kChunkOverhead = 80;
constexpr std::size_t kMaxWants = 4;

}  // namespace

// After all text, and a slice at a time: what is written meanwhile goes with the next message, ahead of the
// rest of a photo.
base::Status ClientSession::State::add_media(bool set_agreed, const Room& room, ClientMessage& message) {
  SJ_TRY(const bool expected, shelf.media_expected());
  if (!expected) return {};
  message.media = !media_agreed;
  if (!media_agreed || text_to_come || !vectors_due.empty()) return {};
  if (message.hello && message.hello->full) return {};
  if (!uploaded.kept_records.empty() || !uploaded.kept_segments.empty()) return {};
  SJ_TRY(auto text, shelf.spaces_to_offer());
  if (!text.empty()) return {};
  const std::size_t slice = std::min(room.trusted, kMediaSlice);
  std::size_t left = slice;
  while (left > 2 * kChunkOverhead && message.chunks.size() < kMaxChunkItems) {
    SJ_TRY(auto offer, shelf.chunk_to_offer(left - kChunkOverhead));
    if (!offer) break;
    left -= std::min(left, kChunkOverhead + offer->bytes.size());
    message.chunks.push_back({refer(offer->space, set_agreed), offer->chunk, offer->total, offer->offset,
                              std::move(offer->bytes)});
    offer->bytes.clear();
    uploaded.chunks.push_back(std::move(*offer));
  }
  while (message.wants.size() < kMaxWants) {
    SJ_TRY(auto wish, shelf.chunk_to_want());
    if (!wish) break;
    message.wants.push_back(
        {refer(wish->space, set_agreed), wish->chunk, wish->offset, static_cast<std::uint32_t>(slice)});
    uploaded.wishes.push_back(*wish);
  }
  return {};
}

// What became of the pieces that were brought and of the wants. One without a word of it is asked again.
base::Status ClientSession::State::add_chunk_news(ServerMessage& message,
                                                  ClientShelf::Outcome& outcome) const {
  for (std::size_t i = 0; i < uploaded.chunks.size(); ++i) {
    const auto& offer = uploaded.chunks[i];
    ClientShelf::ChunkNews news{offer.space, offer.chunk, base::Code::timed_out, 0, true, offer.total, 0, {}};
    if (i < message.chunk_states.size()) {
      news.code = message.chunk_states[i].code;
      news.held = std::min(message.chunk_states[i].held, offer.total);
    }
    outcome.chunks.push_back(std::move(news));
  }
  for (std::size_t i = 0; i < uploaded.wishes.size(); ++i) {
    const auto& wish = uploaded.wishes[i];
    ClientShelf::ChunkNews news{wish.space, wish.chunk, base::Code::timed_out, 0, false, 0, wish.offset, {}};
    if (i < message.chunks.size()) {
      auto& piece = message.chunks[i];
      if (!(piece.chunk == wish.chunk) || (piece.total != 0 && piece.offset != wish.offset)) {
        return base::error(base::Code::protocol_violation, "a chunk that was not asked for");
      }
      news.code = base::Code::ok;
      news.total = piece.total;
      news.bytes = std::move(piece.bytes);
    }
    outcome.chunks.push_back(std::move(news));
  }
  return {};
}

}  // namespace sejawat::sync
