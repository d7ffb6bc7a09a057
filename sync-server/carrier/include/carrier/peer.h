// What a carrier knows of one connection, from its first hello to its end (docs/PROTOCOL.md, "Sync
// messages"). A value: whoever holds the connection keeps it, lends it to Carrier::ingest, answer and push,
// one at a time, and drops it with the connection. Nothing of it is stored, and a new connection starts from
// its own hello.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "sync/frame.h"

namespace sejawat::carrier {

struct Peer {
  explicit Peer(const base::PublicBoxKey& device_in) : device(device_in) {}

  base::PublicBoxKey device;              // proven by the handshake, not by us
  std::optional<sync::PersonTag> person;  // whose device it is, as it or certificates say: they are served
  bool greeted = false;                   // a hello was taken: later messages may come without one
  // A message came after the first. Until then everything may be a replay, so nothing is pushed (protocol
  // 14).
  bool confirmed = false;
  bool live = false;          // it wants pushes
  bool known = false;         // as of the last answer: certificates name it
  std::uint32_t in_vain = 0;  // messages that brought nothing new here
  bool told = false;  // the last message said that more is to come: the peer asks, no push before it does
  std::vector<base::SpaceId> set;  // as the last reply left it: what an index means
  // What it was served until the last reply and is no more, ascending. Whoever is removed by the very group
  // of messages that took their last words has been answered before anything cuts their connection.
  std::vector<base::SpaceId> left;
  // For each space of the set: what this peer has been sent or has brought, up to here. nullopt while its
  // base is void and its vector has not come.
  std::vector<std::optional<std::uint64_t>> positions;
  // Its own arrivals beyond its position, which are not sent back to it. At most kMaxOwn; what is above comes
  // back once, which changes nothing.
  std::set<std::pair<base::SpaceId, std::uint64_t>> own;
  static constexpr std::size_t kMaxOwn = 4096;

  bool pushable() const { return live && confirmed; }
  std::optional<std::uint64_t> position_in(const base::SpaceId& space) const;
  // It must end where it loses one of these: it was served that at its last reply, or until then.
  static bool is_cut_by(const std::set<base::SpaceId>& lost, const std::vector<base::SpaceId>& set,
                        const std::vector<base::SpaceId>& left);
  // Takes over another set; spaces that stay keep their position, others begin at `fresh`.
  void follow(const std::vector<base::SpaceId>& to, std::optional<std::uint64_t> fresh);
};

}  // namespace sejawat::carrier
