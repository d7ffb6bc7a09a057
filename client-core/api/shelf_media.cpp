// The shelf's part in chunks of attachments: which one next, and what became of it.
#include <algorithm>

#include "base/planted.h"
#include "client_shelf.h"

namespace sejawat::api {
namespace {

constexpr std::size_t kLookAt = 256;  // chunks of a space; more wait for the next sync when all are refused

}  // namespace

base::Result<std::optional<StoreShelf::NextChunk>> StoreShelf::next_chunk(Named named) {
  if (!core_.certificate || media_ != SyncMedia::all) return std::optional<NextChunk>();
  for (const auto& [id, space] : core_.spaces) {
    if (full_spaces_.count(id) != 0) continue;
    const auto role = space->membership.role_of(core_.certificate->person());
    if (!role || *role < space::WireRole::writer) continue;
    SJ_TRY(auto unsent, core_.store->attachments().unsent(carrier_, id, kLookAt));
    std::map<base::ObjectId, bool> text_there;
    for (const auto& one : unsent) {
      const ChunkKey key{id, one.chunk};
      if (refused_chunks_.count(key) != 0 || chunks_on_their_way_.count(key) != 0) continue;
      if (named == Named::there) {
        auto known = text_there.find(one.attachment);
        if (known == text_there.end()) {
          SJ_TRY(const bool held, core_.held_at(carrier_, id, one.attachment));
          known = text_there.emplace(one.attachment, held).first;
        }
        // Of text that it refuses, or that cannot be sealed yet, nobody could open the photo.
        if (!known->second) continue;
      }
      return std::optional<NextChunk>(NextChunk{id, one});
    }
  }
  return std::optional<NextChunk>();
}

base::Result<std::vector<store::AttachmentRows::Wanted>> StoreShelf::wanted() {
  if (media_ == SyncMedia::none) return std::vector<store::AttachmentRows::Wanted>();
  return core_.store->attachments().wanted();
}

base::Result<bool> StoreShelf::media_waiting() { return media_left(Named::there); }
base::Result<bool> StoreShelf::media_expected() { return media_left(Named::or_not_yet); }

base::Result<bool> StoreShelf::media_left(Named named) {
  SJ_TRY(auto next, next_chunk(named));
  if (next) return true;
  SJ_TRY(auto all, wanted());
  return std::any_of(all.begin(), all.end(), [this](const auto& one) {
    return refused_chunks_.count({one.space, one.chunk}) == 0;
  });
}

base::Result<std::optional<sync::ClientShelf::ChunkOffer>> StoreShelf::chunk_to_offer(std::size_t most) {
  std::optional<ChunkOffer> none;
  SJ_TRY(auto next, next_chunk(Named::there));
  if (!next) return none;
  const auto& chunk = next->chunk;
  ChunkOffer offer{next->space, chunk.chunk, chunk.total, chunk.held.value_or(0), {}};
  // One that others may have brought is asked for first: a question costs less than it does.
  if (chunk.fresh || chunk.held) {
    SJ_TRY(auto bytes, core_.store->attachments().chunk(next->space, chunk.chunk));
    if (!bytes || offer.offset > bytes->size())
      return base::error(base::Code::internal, "a chunk that is gone");
    const std::size_t size = std::min(most, bytes->size() - offer.offset);
    offer.bytes = base::to_bytes(base::ByteView(*bytes).subspan(offer.offset, size));
  }
  chunks_on_their_way_.insert({next->space, chunk.chunk});
  return std::optional<ChunkOffer>(std::move(offer));
}

base::Result<std::optional<sync::ClientShelf::ChunkWish>> StoreShelf::chunk_to_want() {
  SJ_TRY(auto all, wanted());
  for (const auto& one : all) {
    const ChunkKey key{one.space, one.chunk};
    if (refused_chunks_.count(key) != 0 || !chunks_on_their_way_.insert(key).second) continue;
    return std::optional<ChunkWish>(ChunkWish{one.space, one.chunk, one.held});
  }
  return std::optional<ChunkWish>();
}

base::Status StoreShelf::take_offer_news(const ChunkNews& news, Applied& applied) {
  if (news.code == base::Code::timed_out) return {};  // no word of it
  if (news.code == base::Code::not_found) {  // erased; the record that says so comes, or is here by now
    refused_chunks_.insert({news.space, news.chunk});
    applied.media_decided = true;
    return {};
  }
  if (news.code != base::Code::ok) {
    // `unknown_space` of a carrier that this space does not live on is no news to anybody.
    if (news.code != base::Code::unknown_space) core_.media_refused_now = news.code;
    applied.media_decided = true;
    if (news.code == base::Code::malformed) {
      refused_chunks_.insert({news.space, news.chunk});
      return core_.store->attachments().set_held(carrier_, news.space, news.chunk, 0, false, false);
    }
    full_spaces_.insert(news.space);
    return {};
  }
  SJ_TRY(auto unsent, core_.store->attachments().unsent(carrier_, news.space, kLookAt));
  const auto before =
      std::find_if(unsent.begin(), unsent.end(), [&](const auto& one) { return one.chunk == news.chunk; });
  const std::uint32_t had = before == unsent.end() ? 0 : before->held.value_or(0);
  // A carrier that forgot the beginning is given it once more, and not again in this sync.
  if (news.held < had && !restarted_chunks_.insert({news.space, news.chunk}).second)
    refused_chunks_.insert({news.space, news.chunk});
  const bool asked = before != unsent.end() && !before->held && !before->fresh;
  if (news.held > had && !asked) applied.media_sent += news.held - had;
  applied.media_decided = applied.media_decided || asked || news.held != had;
  return core_.store->attachments().set_held(carrier_, news.space, news.chunk, news.held,
                                             news.held == news.total, news.held > had && !asked);
}

base::Status StoreShelf::take_wanted(const ChunkNews& news, Applied& applied) {
  if (news.code == base::Code::timed_out) return {};
  auto& rows = core_.store->attachments();
  SJ_TRY(auto bytes, rows.wanted_bytes(news.space, news.chunk));
  if (!bytes) return {};
  if (news.total == 0 || news.bytes.empty()) {  // not there; another carrier may have it
    refused_chunks_.insert({news.space, news.chunk});
    applied.media_decided = true;
    // What came of it from elsewhere is more than the whole says: it begins anew.
    return news.total == 0 ? base::Status() : rows.put_wanted_bytes(news.space, news.chunk, {});
  }
  if (news.offset != bytes->size()) return {};
  base::append(*bytes, news.bytes);
  applied.media_received += news.bytes.size();
  if (bytes->size() < news.total) return rows.put_wanted_bytes(news.space, news.chunk, *bytes);
  if (!(log::chunk_id(*bytes) == news.chunk)) {
    // Not what its address says: none of it is kept, and this carrier is not asked again in this sync.
    refused_chunks_.insert({news.space, news.chunk});
    return rows.put_wanted_bytes(news.space, news.chunk, {});
  }
  SJ_TRY(auto wanted, rows.wanted());
  const auto of = std::find_if(wanted.begin(), wanted.end(), [&](const auto& one) {
    return one.space == news.space && one.chunk == news.chunk;
  });
  if (of == wanted.end()) return {};
  SJ_TRY(const auto attachment, rows.get(of->attachment));
  if (!attachment) return rows.got(news.space, news.chunk);  // nothing of it counts any more
  SJ_TRY_STATUS(rows.put_chunk(news.space, news.chunk, of->attachment, attachment->owner, *bytes, false));
  SJ_TRY_STATUS(rows.got(news.space, news.chunk));
  return rows.set_held(carrier_, news.space, news.chunk, news.total, true, false);
}

base::Status StoreShelf::apply_chunks(const Outcome& outcome, Applied& applied) {
  for (const auto& news : outcome.chunks) {
    chunks_on_their_way_.erase({news.space, news.chunk});
    SJ_TRY_STATUS(news.offered ? take_offer_news(news, applied) : take_wanted(news, applied));
  }
  if (!outcome.chunk_mark) return {};
  return core_.store->put_setting("chunk_mark:" + carrier_.hex(), outcome.chunk_mark->view());
}

base::Result<std::optional<base::ChunkMark>> StoreShelf::chunk_mark() {
  SJ_TRY(auto stored, core_.store->setting("chunk_mark:" + carrier_.hex()));
  return stored ? base::ChunkMark::from(*stored) : std::nullopt;
}

base::Status StoreShelf::forget_chunks() {
  if (SJ_PLANTED(client_keeps_chunk_acks)) return {};
  refused_chunks_.clear();
  full_spaces_.clear();
  restarted_chunks_.clear();
  SJ_TRY_STATUS(core_.store->put_setting("chunk_mark:" + carrier_.hex(), {}));
  return core_.store->attachments().void_held(carrier_);
}

}  // namespace sejawat::api
