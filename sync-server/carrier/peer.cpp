#include "carrier/peer.h"

#include <algorithm>

#include "base/planted.h"
#include "carrier/carrier.h"

namespace sejawat::carrier {
namespace {

// What framing adds to a space and to a whole message, generously.
constexpr std::size_t kSpaceCost = 64;
constexpr std::size_t kReplyCost = 64;
constexpr std::size_t kVectorEntryCost = 48;
constexpr std::size_t kPushBudget = sync::kMessageMax - kReplyCost;
constexpr std::size_t kMaxShared = 64;  // parts of at most kPushBudget each

// Written in the order of the set, whatever the order in which they were filled.
template <class Parts, class IndexOf>
void in_order_of_set(Parts& parts, IndexOf index_of) {
  std::stable_sort(parts.begin(), parts.end(),
                   [&](const auto& a, const auto& b) { return index_of(a) < index_of(b); });
}

}  // namespace

std::optional<std::uint64_t> Peer::position_in(const base::SpaceId& space) const {
  const auto found = std::lower_bound(set.begin(), set.end(), space);
  if (found == set.end() || !(*found == space)) return std::nullopt;
  return positions[static_cast<std::size_t>(found - set.begin())];
}

// Somebody else's claim to the device may have fallen, in a space that it was never served.
bool Peer::is_cut_by(const std::set<base::SpaceId>& lost, const std::vector<base::SpaceId>& set,
                     const std::vector<base::SpaceId>& left) {
  return std::any_of(lost.begin(), lost.end(), [&](const auto& space) {
    return std::binary_search(set.begin(), set.end(), space) ||
           std::binary_search(left.begin(), left.end(), space);
  });
}

void Peer::follow(const std::vector<base::SpaceId>& to, std::optional<std::uint64_t> fresh) {
  left.clear();
  std::set_difference(set.begin(), set.end(), to.begin(), to.end(), std::back_inserter(left));
  std::vector<std::optional<std::uint64_t>> kept;
  for (const auto& space : to) {
    const bool stays = std::binary_search(set.begin(), set.end(), space);
    kept.push_back(stays ? position_in(space) : fresh);
  }
  set = to;
  positions = std::move(kept);
}

// At most `budget` bytes of it. What it leaves out comes once more, which changes nothing.
base::Result<sync::Vector> Carrier::vector_of(const base::SpaceId& id, std::size_t budget) {
  sync::Vector vector;
  SJ_TRY(auto heads, store_.heads(id));
  for (const auto& [log, head] : heads) {
    vector.entries.push_back(
        {spaces_.at(id)->log_of(log), head.count, base::prefix_of<base::HeadTag>(head.hash)});
  }
  vector.entries.resize(std::min(vector.entries.size(), budget / kVectorEntryCost));
  const auto& records = spaces_.at(id)->membership.records();
  const std::size_t room = (budget - vector.entries.size() * kVectorEntryCost) / base::HeadTag::kSize;
  for (const auto& [record, bytes] : records) {
    if (vector.records.size() == room) break;
    vector.records.push_back(base::prefix_of<base::HeadTag>(record));
  }
  std::sort(vector.records.begin(), vector.records.end());
  return vector;
}

base::Status Carrier::tell_removed(const Peer& peer, const Ingested& by, std::size_t most,
                                   sync::ServerMessage& reply) {
  const base::PublicBoxKey& device = peer.device;
  // Whoever claims another's phone and takes that back would fill each answer to it.
  const auto is_asked_for = [&](const base::PersonId& person) {
    return !peer.person || base::prefix_of<sync::PersonTag>(person) == *peer.person;
  };
  std::size_t room = (sync::kMessageMax - kReplyCost) / (2 * kVectorEntryCost);
  const auto from = removed_from_.find(device);
  if (from == removed_from_.end()) return {};
  for (const auto& id : from->second) {
    if (room == 0 || reply.spaces.size() >= most) break;
    const auto& space = spaces_.at(id);
    if (!was_removed(*space, device)) continue;
    const auto& rows = space->membership.removed_devices();
    const bool theirs = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
      return row.second.box_key == device && is_asked_for(row.second.person);
    });
    if (!theirs) continue;
    // Left out, it is told with a later hello.
    if (!may_ask(by, looks_for(*space, nullptr))) break;
    --room;
    sync::SpaceReply part;
    part.space.id = id;
    part.vector.emplace();
    std::set<base::LogId> logs;
    for (const auto& [log, enrolled] : space->membership.logs()) {
      const auto& removed = space->membership.removed_devices();
      const auto row = removed.find(enrolled.device);
      if (row != removed.end() && row->second.box_key == device && is_asked_for(row->second.person))
        logs.insert(log);
    }
    SJ_TRY(auto heads, store_.heads(id));
    for (const auto& [branch, head] : heads) {
      const auto& log = space->log_of(branch);
      if (logs.count(log) == 0 || room == 0) continue;
      --room;
      part.vector->entries.push_back({log, head.count, base::prefix_of<base::HeadTag>(head.hash)});
    }
    reply.spaces.push_back(std::move(part));
  }
  return {};
}

base::Status Carrier::answer_vectors(const std::vector<base::SpaceId>& set, sync::ServerMessage& reply) {
  std::size_t used = sync::encode(reply).size() + kReplyCost;
  for (std::size_t i = 0; i < set.size(); ++i) {
    // An even share of what the spaces before this one left over.
    const std::size_t share = (sync::kMessageMax - std::min(used, sync::kMessageMax)) / (set.size() - i);
    sync::SpaceReply space;
    space.space.index = static_cast<std::uint32_t>(i) + 1;
    SJ_TRY(auto vector, vector_of(set[i], share - std::min(share, kSpaceCost)));
    used +=
        kSpaceCost + vector.entries.size() * kVectorEntryCost + vector.records.size() * base::HeadTag::kSize;
    space.vector = std::move(vector);
    reply.spaces.push_back(std::move(space));
  }
  return {};
}

base::Result<bool> Carrier::base_known(const sync::Hello& hello, const std::vector<base::SpaceId>& set) {
  if (!hello.set || !(*hello.set == log::set_tag(set)) || hello.positions.size() != set.size()) return false;
  if (hello.generation && !(*hello.generation == generation_)) return false;
  std::vector<std::pair<base::SpaceId, base::Digest>> digests;
  for (std::size_t i = 0; i < set.size(); ++i) {
    SJ_TRY(auto digest, store_.digest_at(set[i], hello.positions[i]));
    if (!digest && SJ_PLANTED(carrier_knows_every_base)) return true;
    if (!digest) return false;
    digests.emplace_back(set[i], *digest);
  }
  return log::account_digest(digests) == hello.base || SJ_PLANTED(carrier_knows_every_base);
}

// False when the reply ends here: vectors, or a base that is not known.
base::Result<bool> Carrier::greet(Peer& peer, const sync::Hello& hello, const std::vector<base::SpaceId>& set,
                                  sync::ServerMessage& reply) {
  const bool begins = !hello.set;  // a client that has nothing from here yet
  peer.follow(set, std::nullopt);
  peer.positions.assign(set.size(), begins ? std::optional<std::uint64_t>(0) : std::nullopt);
  if (begins) return true;
  if (hello.full) {
    SJ_TRY_STATUS(answer_vectors(set, reply));
    return false;
  }
  SJ_TRY(const bool known, base_known(hello, set));
  reply.base_unknown = !known;
  if (known) peer.positions.assign(hello.positions.begin(), hello.positions.end());
  return known;
}

base::Status Carrier::bring_up(Peer& peer, const sync::ClientMessage& message, const Ingested& ingested,
                               sync::ServerMessage& reply) {
  const std::size_t fixed = sync::encode(reply).size() + kReplyCost;
  std::size_t budget = sync::kMessageMax - std::min(fixed, sync::kMessageMax);
  // What matters most to the person first: where a group that somebody else added them to has much to give,
  // their school does not wait for that.
  for (const auto& id : by_place(places_of(peer.device, peer.person))) {
    const auto place_in = std::lower_bound(peer.set.begin(), peer.set.end(), id);
    if (place_in == peer.set.end() || !(*place_in == id)) continue;
    const auto i = static_cast<std::size_t>(place_in - peer.set.begin());
    const sync::Vector* vector = vector_in(message, ingested, id);
    // Whoever was never here and says what it holds hears what is here.
    const bool both = vector != nullptr && message.hello && !message.hello->set;
    auto& position = peer.positions[i];
    if (!position && vector != nullptr) position = 0;  // what was waited for
    if (!position || *position == spaces_.at(id)->position) continue;
    // Also what only says that nothing is missing takes room, of hundreds of spaces more than a message has.
    if (budget < kSpaceCost) {
      if (vector != nullptr) {
        // It is not said again, so what it names at the beginning is passed here; the end is told with the
        // next.
        SJ_TRY(const auto part, collect(id, *position, 0, &peer, vector));
        position = std::min(part.reply.position, spaces_.at(id)->position - 1);
      }
      SJ_TRY(const auto rest, store_.rest_after(id, *position));
      reply.bytes_to_come += rest.bytes;
      reply.segments_to_come += rest.segments;
      continue;
    }
    std::size_t left = budget - kSpaceCost;
    std::optional<sync::Vector> own;
    if (both) {
      SJ_TRY(own, vector_of(id, left / 2));
      left -= own->entries.size() * kVectorEntryCost + own->records.size() * base::HeadTag::kSize;
    }
    SJ_TRY(auto part, collect(id, *position, left, &peer, vector));
    reply.bytes_to_come += part.rest.bytes;
    reply.segments_to_come += part.rest.segments;
    if (part.reply.position == *position && !own) continue;
    part.reply.vector = std::move(own);
    budget = left - part.cost;
    position = part.reply.position;
    part.reply.space.index = static_cast<std::uint32_t>(i) + 1;
    reply.spaces.push_back(std::move(part.reply));
  }
  in_order_of_set(reply.spaces, [](const auto& space) { return space.space.index; });
  return {};
}

base::Result<sync::ServerMessage> Carrier::answer(Peer& peer, const sync::ClientMessage& message,
                                                  Ingested ingested) {
  sync::ServerMessage reply = std::move(ingested.reply);
  if (reply.error != base::Code::ok) return reply;
  peer.left.clear();
  if (ingested.own.empty()) ++peer.in_vain;
  const sync::Hello* hello = message.hello ? &*message.hello : nullptr;
  peer.confirmed = peer.greeted;
  if (hello != nullptr) {
    if (!hello->generation || !(*hello->generation == generation_)) reply.generation = generation_;
    peer.live = hello->live;
    peer.person = hello->person;
    peer.greeted = true;
  }
  peer.told = false;
  // Whoever calls the device theirs from now on changes nothing for this connection.
  if (!peer.person) peer.person = only_claimant(peer.device);
  const auto set = set_of(peer.device, peer.person);
  peer.known = known(peer.device, peer.person);
  if (!peer.known) {
    peer.follow(set, std::nullopt);
    // It has been here, and is not known any more: it was removed, or this store is older than it was. Its
    // acks are void, and it must not number its spaces as of old, or what it brings would never be looked at.
    // A new generation says that by itself; the old one, said again, does too.
    if (hello != nullptr && hello->set && !reply.generation && !SJ_PLANTED(carrier_hides_that_it_forgot)) {
      reply.base_unknown = true;
      reply.generation = generation_;
    }
    if (hello != nullptr && reply.records_taken == 0 && reply.segments_taken == 0) {
      reply.error = was_removed(peer.device) ? base::Code::fenced : base::Code::unknown_membership;
    }
    if (hello != nullptr) SJ_TRY_STATUS(tell_removed(peer, ingested, sync::kMaxSpaces, reply));
    return reply;
  }
  if (!peer.person) {
    // Several say so: nobody's spaces, or it would be served those of whoever else calls it theirs.
    reply.whose = true;
    peer.follow({}, std::nullopt);
    return reply;
  }
  if (!may_ask(ingested, looks_for(set, message, ingested)))
    return base::error(base::Code::timed_out, "more is asked than is looked for at a time");
  reply.media = message.media;
  SJ_TRY_STATUS(add_chunk_mark(message, reply));
  SJ_TRY_STATUS(add_receipts(peer, message, ingested.wall_seconds, reply));
  peer.own.merge(ingested.own);
  if (hello != nullptr) {
    SJ_TRY_STATUS(tell_removed(peer, ingested, sync::kMaxSpaces - set.size(), reply));
    if (!hello->set || !(*hello->set == log::set_tag(set))) reply.set = set;
    SJ_TRY(const bool goes_on, greet(peer, *hello, set, reply));
    if (!goes_on) return reply;
  } else if (peer.set != set) {
    reply.set = set;
    peer.follow(set, 0);
  }
  SJ_TRY_STATUS(bring_up(peer, message, ingested, reply));
  forget_passed(peer);
  SJ_TRY_STATUS(give_chunks(peer, message, ingested, reply));
  peer.told = reply.bytes_to_come > 0 || reply.segments_to_come > 0;
  return reply;
}

void Carrier::forget_passed(Peer& peer) const {
  for (auto at = peer.own.begin(); at != peer.own.end();) {
    const auto position = peer.position_in(at->first);
    const bool member = std::binary_search(peer.set.begin(), peer.set.end(), at->first);
    at = !member || (position && at->second <= *position) ? peer.own.erase(at) : std::next(at);
  }
  if (peer.own.size() > Peer::kMaxOwn) peer.own.clear();
}

base::Result<const Carrier::SharedNews*> Carrier::news(const base::SpaceId& id, std::uint64_t from) {
  if (const auto found = news_.find({id, from}); found != news_.end()) return &found->second;
  if (news_.size() >= kMaxShared) news_.clear();
  SJ_TRY(auto part, collect(id, from, kPushBudget - kSpaceCost, nullptr, nullptr));
  SharedNews shared;
  shared.encoded = std::make_shared<const base::Bytes>(sync::encode_part(part.reply));
  shared.position = part.reply.position;
  shared.cost = part.cost + kSpaceCost;
  shared.rest = part.rest;
  return &news_.emplace(std::make_pair(id, from), std::move(shared)).first->second;
}

base::Result<std::optional<sync::ServerMessage>> Carrier::push(Peer& peer) {
  if (!peer.person) peer.person = only_claimant(peer.device);
  if (!peer.person || !peer.pushable() || peer.told) return std::optional<sync::ServerMessage>();
  sync::ServerMessage message;
  message.push = true;
  std::size_t budget = kPushBudget;
  for (const auto& id : by_place(places_of(peer.device, peer.person))) {
    const std::uint64_t tip = spaces_.at(id)->position;
    const auto place = std::lower_bound(peer.set.begin(), peer.set.end(), id);
    std::uint64_t from = 0;
    if (place != peer.set.end() && *place == id) {
      const auto index = static_cast<std::size_t>(place - peer.set.begin());
      auto& position = peer.positions[index];
      if (!position || *position == tip) continue;
      SJ_TRY(const SharedNews* shared, news(id, *position));
      if (shared->position != *position && shared->cost <= budget) {
        budget -= shared->cost;
        position = shared->position;
        if (SJ_PLANTED(carrier_pushes_nothing)) continue;
        message.shared.push_back({static_cast<std::uint32_t>(index) + 1, shared->encoded});
        message.bytes_to_come += shared->rest.bytes;
        message.segments_to_come += shared->rest.segments;
        continue;
      }
      from = *position;
    }
    // No room, or a space that the peer does not know of yet, whose index only a reply can give: it asks.
    SJ_TRY(auto rest, store_.rest_after(id, from));
    message.bytes_to_come += rest.bytes;
    message.segments_to_come += rest.segments;
  }
  in_order_of_set(message.shared, [](const auto& part) { return part.index; });
  peer.told = message.bytes_to_come > 0 || message.segments_to_come > 0;
  if (message.shared.empty() && !peer.told) return std::optional<sync::ServerMessage>();
  return std::optional<sync::ServerMessage>(std::move(message));
}

Changes Carrier::take_changes() {
  news_.clear();
  return std::exchange(changes_, {});
}

}  // namespace sejawat::carrier
