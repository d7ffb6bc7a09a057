// Chunks of attachments: taken and given by their address, after text (docs/PROTOCOL.md, "Attachments").
#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "carrier/carrier.h"
#include "crypto/hash.h"

namespace sejawat::carrier {
namespace {

constexpr std::size_t kPieceCost = 96;  // framing of a piece, generously
// Its row, where it is found and its mark: of a chunk of three bytes that was 50 times what was counted, of
// the four of a photo it is less than a hundredth.
constexpr std::uint64_t kKeptBeside = 256;

}  // namespace

std::uint64_t Carrier::media_of(const Space& space) {
  return space.usage.media_bytes + space.all_begun.bytes +
         (space.chunks + space.all_begun.count) * kKeptBeside;
}

bool Carrier::has_room_for(const Space& space, std::uint64_t more) const {
  if (low_) return false;
  const auto fits = [&](std::uint64_t text, std::uint64_t media, std::uint64_t quota) {
    return media + more <= quota / std::max<std::uint64_t>(limits_.media_part, 1) &&
           text + media + more <= quota;
  };
  if (!fits(space.usage.segment_bytes, media_of(space), quota_of(space))) return false;
  if (space.membership.kind() != space::SpaceKind::group) return true;
  const Usage groups = groups_beside(space);
  return fits(groups.segment_bytes, groups.media_bytes, limits_.group_quotas_per_person * quota_of(space));
}

base::Status Carrier::count_chunks(Space& space) {
  const auto& id = space.membership.space();
  SJ_TRY(space.chunks, store_.chunks().chunk_count(id));
  SJ_TRY(const auto begun, store_.chunks().begun(id));
  space.begun = {begun.begin(), begun.end()};
  space.all_begun = {};
  for (const auto& [device, held] : begun) {
    space.all_begun.count += held.count;
    space.all_begun.bytes += held.bytes;
  }
  return {};
}

base::Status Carrier::count_begun(Space& space, const base::PublicBoxKey& device) {
  SJ_TRY(const auto now, store_.chunks().begun(space.membership.space(), device));
  auto& held = space.begun[device];
  space.all_begun.count += now.count - held.count;
  space.all_begun.bytes += now.bytes - held.bytes;
  held = now;
  if (held.count == 0) space.begun.erase(device);
  return {};
}

// Inside a transaction. Those that an older program left go like this too.
base::Status Carrier::forget_beginnings() {
  for (const auto& [id, device] : std::exchange(left_, {})) {
    Space& space = *spaces_.at(id);
    if (is_member(space, device)) continue;
    SJ_TRY_STATUS(store_.chunks().forget_begun(id, device));
    SJ_TRY_STATUS(count_begun(space, device));
  }
  return {};
}

bool Carrier::may_bring(const Space& space, const base::PublicBoxKey& device) const {
  const auto& claims = claims_.at(device);
  return std::any_of(claims.begin(), claims.end(), [&](const auto& claim) {
    return counts(space, claim.first) &&
           *space.membership.role_of(claim.first.person) >= space::WireRole::writer;
  });
}

// Whose a device is, where only one person of this space says so: nobody proves to hold the box key that a
// certificate names, and whoever claims another's phone must not be able to erase what it brought.
std::optional<base::PersonId> Carrier::bringer(const Space& space, const base::PublicBoxKey& device) const {
  std::optional<base::PersonId> only;
  const auto claims = claims_.find(device);
  if (claims == claims_.end()) return only;
  for (const auto& [claim, count] : claims->second) {
    if (!space.membership.role_of(claim.person) || only == claim.person) continue;
    if (only) return std::nullopt;
    only = claim.person;
  }
  return only;
}

base::Result<sync::ChunkState> Carrier::take_chunk(const base::PublicBoxKey& device, Space& space,
                                                   const sync::ChunkPiece& piece) {
  const auto& id = space.membership.space();
  SJ_TRY(const auto whole, store_.chunks().chunk_size(id, piece.chunk));
  if (whole != 0) return sync::ChunkState{base::Code::ok, whole};
  const auto by = bringer(space, device);
  if (space.membership.chunk_erased(piece.chunk, by)) return sync::ChunkState{base::Code::not_found, 0};
  if (piece.total == 0) return sync::ChunkState{base::Code::malformed, 0};
  SJ_TRY(auto begun, store_.chunks().begun_chunk(id, device, piece.chunk));
  const std::uint64_t counted = begun ? begun->bytes.size() + kKeptBeside : 0;
  const std::uint64_t whole_one = piece.total + kKeptBeside;
  if (!has_room_for(space, whole_one - std::min(counted, whole_one)))
    return sync::ChunkState{base::Code::quota_exceeded, 0};
  BegunChunk chunk{piece.total, {}};
  if (begun && begun->total == piece.total) chunk.bytes = std::move(begun->bytes);
  const auto held = static_cast<std::uint32_t>(chunk.bytes.size());
  // From elsewhere than where this carrier stands it says where, and nothing changes.
  if (piece.bytes.empty() || piece.offset != held) return sync::ChunkState{base::Code::ok, held};
  base::append(chunk.bytes, piece.bytes);
  if (chunk.bytes.size() < chunk.total) {
    SJ_TRY_STATUS(store_.chunks().put_begun_chunk(id, device, piece.chunk, chunk, limits_.begun_chunks));
    SJ_TRY_STATUS(count_begun(space, device));
    return sync::ChunkState{base::Code::ok, static_cast<std::uint32_t>(chunk.bytes.size())};
  }
  SJ_TRY_STATUS(store_.chunks().drop_begun_chunk(id, device, piece.chunk));
  if (begun) SJ_TRY_STATUS(count_begun(space, device));
  // Other bytes than the address says, however they came here, are nobody's.
  if (!(log::chunk_id(chunk.bytes) == piece.chunk)) return sync::ChunkState{base::Code::malformed, 0};
  SJ_TRY_STATUS(store_.chunks().put_chunk(id, piece.chunk, chunk.bytes, by));
  SJ_TRY_STATUS(mark_chunk(id, piece.chunk));
  ++space.chunks;
  space.usage.media_bytes += chunk.bytes.size();
  SJ_TRY_STATUS(store_.chunks().put_usage(id, space.tip()));
  return sync::ChunkState{base::Code::ok, chunk.total};
}

// A chain over all chunks that this store took, in their order: who knows one of its marks knows that nothing
// of what came before it is missing for want of time.
base::Status Carrier::mark_chunk(const base::SpaceId& space, const log::ChunkId& chunk) {
  SJ_TRY(const auto last, store_.chunks().last_chunk_mark());
  crypto::Hasher hasher(crypto::label::kChunkMark, base::Digest::kSize);
  hasher.raw(generation_.view()).raw(last.value_or(base::ChunkMark{}).view()).raw(space.view());
  const auto hash = hasher.raw(chunk.view()).id<base::Digest>();
  return store_.chunks().put_chunk_mark(base::prefix_of<base::ChunkMark>(hash));
}

// To whom it says what it holds it gives the mark that this rests on; who comes with one hears whether it
// stands.
base::Status Carrier::add_chunk_mark(const sync::ClientMessage& message, sync::ServerMessage& reply) {
  if (message.hello && message.hello->chunk_mark) {
    SJ_TRY(const bool known, store_.chunks().has_chunk_mark(*message.hello->chunk_mark));
    reply.chunks_unknown = !known && !SJ_PLANTED(carrier_knows_every_chunk_mark);
  }
  if (message.chunks.empty()) return {};
  SJ_TRY(reply.chunk_mark, store_.chunks().last_chunk_mark());
  return {};
}

base::Status Carrier::take_chunks(const base::PublicBoxKey& device, const sync::ClientMessage& message,
                                  const std::vector<std::optional<base::SpaceId>>& spaces,
                                  Ingested& ingested) {
  if (message.chunks.empty()) return {};
  SJ_TRY_STATUS(forget_beginnings());
  bool repeats = false;  // as of segments
  for (std::size_t i = 0; i < message.chunks.size(); ++i) {
    const auto space = spaces[i] ? spaces_.find(*spaces[i]) : spaces_.end();
    sync::ChunkState state{base::Code::unknown_space, 0};
    if (space != spaces_.end() && is_member(*space->second, device)) {
      if (!may_bring(*space->second, device)) {
        state.code = base::Code::not_permitted;
      } else if (repeats || !within_rate(ingested)) {
        state.code = base::Code::timed_out;  // to be offered again
      } else {
        const auto before = space->second->usage.media_bytes;
        SJ_TRY(state, take_chunk(device, *space->second, message.chunks[i]));
        const bool whole = state.code == base::Code::ok && state.held >= message.chunks[i].total;
        if (whole && space->second->usage.media_bytes == before) repeats = !took_nothing(ingested);
      }
    }
    ingested.reply.chunk_states.push_back(state);
  }
  return {};
}

// Only when all text has been sent. What finds no room is asked for again.
base::Status Carrier::give_chunks(const Peer& peer, const sync::ClientMessage& message,
                                  const Ingested& ingested, sync::ServerMessage& reply) {
  if (message.wants.empty() || reply.bytes_to_come > 0 || reply.segments_to_come > 0) return {};
  const std::size_t used = sync::encode(reply).size() + kPieceCost;
  std::size_t left = sync::kMessageMax - std::min(used, sync::kMessageMax);
  // The first one's wish is what this peer's line can carry.
  left = std::min<std::size_t>(left, message.wants.front().most);
  for (std::size_t i = 0; i < message.wants.size() && left > kPieceCost; ++i) {
    const auto& want = message.wants[i];
    sync::ChunkPiece piece;
    piece.space = want.space;
    piece.chunk = want.chunk;
    const auto space = ingested.wanted[i] ? spaces_.find(*ingested.wanted[i]) : spaces_.end();
    if (space != spaces_.end() && is_member(*space->second, peer.device)) {
      SJ_TRY(piece.total, store_.chunks().chunk_size(space->first, want.chunk));
      piece.offset = std::min(want.offset, piece.total);
      const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(left - kPieceCost, want.most));
      SJ_TRY(piece.bytes, store_.chunks().chunk(space->first, want.chunk, piece.offset, most));
    }
    left -= std::min(left, kPieceCost + piece.bytes.size());
    reply.chunks.push_back(std::move(piece));
  }
  return {};
}

}  // namespace sejawat::carrier
