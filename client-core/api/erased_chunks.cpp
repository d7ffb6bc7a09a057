// What becomes of the chunks of erased attachments, on a device (docs/PROTOCOL.md, "Who may delete").
#include <algorithm>

#include "core_state.h"
#include "log_seal/attachment.h"

namespace sejawat::api {

// By its owner, by an admin, or by this person: who names a chunk keeps it no more.
bool Core::State::chunk_gone(const SpaceState& space, const log::ChunkId& chunk,
                             const std::optional<base::PersonId>& owner) const {
  return space.membership.chunk_erased(chunk, owner) ||
         (certificate && space.membership.chunk_erased(chunk, certificate->person()));
}

base::Result<Core::State::ChunkOwners> Core::State::chunk_owners(const SpaceState& space,
                                                                 const std::vector<base::ObjectId>& except) {
  ChunkOwners owners;
  SJ_TRY(const auto rows, store->attachments().list(std::nullopt));
  for (const auto& row : rows) {
    if (!(row.space == space.row.space)) continue;
    if (std::find(except.begin(), except.end(), row.object) != except.end()) continue;
    const auto content = log::decode_attachment(row.content);
    if (!content.ok()) continue;
    for (const auto& chunk : content->chunks) owners[chunk].insert(row.owner);
  }
  return owners;
}

// What lies here of erased attachments. Judged by the chunk's owner and not by rows of attachments alone,
// which come and go with fences and with the ops that the same record erases.
base::Status Core::State::settle_chunks(SpaceState& space) {
  const base::SpaceId& id = space.row.space;
  const auto& erasures = space.membership.erasures();
  const std::size_t seen = space.chunk_erasures_seen;
  space.chunk_erasures_seen = erasures.size();
  if (std::all_of(erasures.begin(), erasures.end(), [](const auto& one) { return one.chunks.empty(); }))
    return {};
  SJ_TRY(auto held, store->attachments().chunks_of(id));
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const auto& one) { return space.membership.erasures_of(one.chunk).empty(); }),
             held.end());
  if (held.empty()) return {};
  SJ_TRY(const auto owners, chunk_owners(space, {}));
  for (const auto& one : held) {
    const auto& places = space.membership.erasures_of(one.chunk);
    const auto of = owners.find(one.chunk);
    const bool named_on =
        of != owners.end() && std::any_of(of->second.begin(), of->second.end(), [&](const auto& owner) {
          return !chunk_gone(space, one.chunk, owner);
        });
    if (!named_on && chunk_gone(space, one.chunk, one.owner)) {
      SJ_TRY_STATUS(store->attachments().erase_chunk(id, one.chunk));
    } else if (places.back() >= seen) {
      // Somebody else's word takes nothing away, except what they themselves once brought to a carrier.
      SJ_TRY_STATUS(store->attachments().doubt_chunk(id, one.chunk));
    }
  }
  return {};
}

// A carrier obeys the owner only in what the owner's devices brought. What this device brought there for
// somebody else goes by a word of its own person, once the owner has erased it.
base::Status Core::State::take_back_chunks(SpaceState& space) {
  const base::SpaceId& id = space.row.space;
  if (!device || !certificate || space.membership.devices().count(certificate->device()) == 0 ||
      !space.membership.role_of(certificate->person())) {
    return {};
  }
  SJ_TRY(const auto brought, store->attachments().brought_and_erased(id));
  std::vector<log::ChunkId> named;
  for (const auto& chunk : brought) {
    if (space.membership.erasures_of(chunk).empty()) continue;
    if (!space.membership.chunk_erased(chunk, certificate->person())) named.push_back(chunk);
    SJ_TRY_STATUS(store->attachments().forget_brought(id, chunk));
  }
  for (std::size_t at = 0; at < named.size(); at += space::kErasedChunksAtOnce) {
    const auto end = std::min(named.size(), at + space::kErasedChunksAtOnce);
    const std::vector<log::ChunkId> some(named.begin() + static_cast<std::ptrdiff_t>(at),
                                         named.begin() + static_cast<std::ptrdiff_t>(end));
    SJ_TRY(const auto record,
           take_record(space, space::write_erased(author(), space.membership, space::kErasedAfterOwner, {},
                                                  {}, some)));
    static_cast<void>(record);
  }
  return {};
}

}  // namespace sejawat::api
