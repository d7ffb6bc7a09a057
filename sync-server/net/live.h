// Who is told when something was committed. Belongs to the io thread; reading for the pushes happens on the
// writer's, in batches, so that one encoding serves all who stand at the same place.
//
// Nothing is queued for a reader: a peer that is busy is marked "behind", and when it is free again it gets
// one push with all that has come meanwhile, from where it stands. What a push cannot hold, the peer asks
// for.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "metrics.h"
#include "storage/writer.h"

namespace sejawat::net {

// What the io thread may know of a carrier::Peer: a copy, made on the writer's thread with each answer.
struct Standing {
  bool pushable = false;
  bool known = false;                     // no stranger, and no replay of what somebody else once sent
  std::optional<sync::PersonTag> person;  // whose device it is
  std::vector<base::SpaceId> set;
  std::vector<base::SpaceId> left;  // since the answer before
  std::vector<std::optional<std::uint64_t>> positions;
  static Standing of(const carrier::Peer& peer);
};

class LivePeer {
 public:
  virtual ~LivePeer() = default;
  virtual std::shared_ptr<LivePeer> hold() = 0;
  virtual std::shared_ptr<carrier::Peer> peer() = 0;
  // Something is new for it. It asks the hub now, or when it is free.
  virtual void news() = 0;
  // Its device or person was removed from a space that it was served: the connection ends now.
  virtual void cut() = 0;
  // Newer connections of its device need the place: as soon as what is under way allows.
  virtual void make_room() = 0;
  // The answer to LiveHub::ask, once for each. nullopt: nothing was new after all.
  virtual void push(std::optional<sync::ServerMessage> message) = 0;
};

class LiveHub {
 public:
  LiveHub(boost::asio::io_context& io, storage::Writer& writer, Counts& counts, std::size_t most_of_device)
      : io_(io), writer_(writer), counts_(counts), most_of_device_(most_of_device) {}
  // From now on commits are heard of; stop() before the io_context goes.
  void start();
  void stop();

  // (Again) with each answer, before it leaves: what is committed from then on is news. A peer that is not
  // pushable hears of nothing and is cut all the same. Of one device the newest stay, as many as may; those
  // that may be replays of what it once sent are counted apart, and take no place from it.
  void follow(LivePeer& peer, const base::PublicBoxKey& device, Standing standing);
  void forget(LivePeer& peer);
  void ask(LivePeer& peer);

 private:
  struct Followed {
    base::PublicBoxKey device;
    Standing standing;
  };
  void on_changes(const carrier::Changes& changes);
  void send_batch();
  void on_batch(std::vector<std::optional<sync::ServerMessage>> messages);
  void make_room(const base::PublicBoxKey& device, bool known);
  bool has_seen(const LivePeer& peer, const base::SpaceId& space, std::uint64_t tip) const;

  boost::asio::io_context& io_;
  storage::Writer& writer_;
  Counts& counts_;
  const std::size_t most_of_device_;
  std::unordered_map<const LivePeer*, Followed> followed_;
  std::unordered_map<base::SpaceId, std::unordered_set<LivePeer*>> by_space_;
  std::unordered_map<base::PublicBoxKey, std::vector<LivePeer*>> by_device_;  // oldest first
  std::vector<std::shared_ptr<LivePeer>> due_;
  std::vector<std::shared_ptr<LivePeer>> asked_;  // the batch that is with the writer
};

}  // namespace sejawat::net
