#include "live.h"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace sejawat::net {
namespace {

// How many peers one visit of the writer's thread serves: what it costs at worst is what an upload waits.
constexpr std::size_t kBatch = 256;

}  // namespace

Standing Standing::of(const carrier::Peer& peer) {
  return {peer.pushable(), peer.known && peer.confirmed, peer.person, peer.set, peer.left, peer.positions};
}

void LiveHub::start() {
  writer_.watch([this](const carrier::Changes& changes) {
    boost::asio::post(io_, [this, changes] { on_changes(changes); });
  });
}

void LiveHub::stop() { writer_.watch({}); }

void LiveHub::follow(LivePeer& peer, const base::PublicBoxKey& device, Standing standing) {
  const auto known = followed_.find(&peer);
  const bool is_known = standing.known;
  if (known != followed_.end() && standing.pushable && known->second.standing.pushable &&
      known->second.standing.known == standing.known && known->second.standing.set == standing.set) {
    known->second.standing.left = std::move(standing.left);
    known->second.standing.positions = std::move(standing.positions);
    return;
  }
  forget(peer);
  if (standing.pushable) {
    for (const auto& space : standing.set) by_space_[space].insert(&peer);
  } else {
    standing.positions.clear();  // it is told nothing; what it was served says what it may lose
  }
  by_device_[device].push_back(&peer);
  counts_.live_peers += standing.pushable ? 1 : 0;
  followed_.emplace(&peer, Followed{device, std::move(standing)});
  make_room(device, is_known);
}

void LiveHub::make_room(const base::PublicBoxKey& device, bool known) {
  const auto& peers = by_device_.at(device);
  if (peers.size() <= most_of_device_) return;
  LivePeer* oldest = nullptr;
  std::size_t count = 0;
  for (auto* peer : peers) {
    if (followed_.at(peer).standing.known != known) continue;
    if (count++ == 0) oldest = peer;
  }
  if (count <= most_of_device_) return;
  forget(*oldest);
  oldest->make_room();
}

void LiveHub::forget(LivePeer& peer) {
  const auto known = followed_.find(&peer);
  if (known == followed_.end()) return;
  const auto leave = [&peer](auto& map, const auto& key) {
    const auto found = map.find(key);
    if (found == map.end()) return;
    found->second.erase(&peer);
    if (found->second.empty()) map.erase(found);
  };
  if (known->second.standing.pushable) {
    for (const auto& space : known->second.standing.set) leave(by_space_, space);
  }
  const auto of_device = by_device_.find(known->second.device);
  auto& peers = of_device->second;
  peers.erase(std::remove(peers.begin(), peers.end(), &peer), peers.end());
  if (peers.empty()) by_device_.erase(of_device);
  counts_.live_peers -= known->second.standing.pushable ? 1 : 0;
  followed_.erase(known);
}

bool LiveHub::has_seen(const LivePeer& peer, const base::SpaceId& space, std::uint64_t tip) const {
  const Standing& standing = followed_.at(&peer).standing;
  const auto place = std::lower_bound(standing.set.begin(), standing.set.end(), space);
  const auto& position = standing.positions[static_cast<std::size_t>(place - standing.set.begin())];
  return position && *position >= tip;
}

void LiveHub::on_changes(const carrier::Changes& changes) {
  std::unordered_set<LivePeer*> told;
  for (const auto& [space, tip] : changes.tips) {
    const auto found = by_space_.find(space);
    if (found == by_space_.end()) continue;
    for (auto* peer : found->second) {
      // Whoever brought it, or asked after it came, has it.
      if (!has_seen(*peer, space, tip)) told.insert(peer);
    }
  }
  for (const auto& device : changes.devices) {
    const auto found = by_device_.find(device);
    if (found == by_device_.end()) continue;
    for (auto* peer : found->second) {
      if (followed_.at(peer).standing.pushable) told.insert(peer);
    }
  }
  for (auto* peer : told) peer->news();
  for (const auto& [device, lost] : changes.cut) {
    const auto found = by_device_.find(device);
    if (found == by_device_.end()) continue;
    const auto peers = found->second;  // cutting one changes them
    for (auto* peer : peers) {
      const Standing& standing = followed_.at(peer).standing;
      if (carrier::Peer::is_cut_by(lost, standing.set, standing.left)) peer->cut();
    }
  }
}

void LiveHub::ask(LivePeer& peer) {
  due_.push_back(peer.hold());
  // Whoever else asks in this turn of the loop comes along.
  if (due_.size() == 1 && asked_.empty()) {
    boost::asio::post(io_, [this] { send_batch(); });
  }
}

void LiveHub::send_batch() {
  if (!asked_.empty() || due_.empty()) return;
  const auto count = static_cast<std::ptrdiff_t>(std::min(due_.size(), kBatch));
  asked_.assign(std::make_move_iterator(due_.begin()), std::make_move_iterator(due_.begin() + count));
  due_.erase(due_.begin(), due_.begin() + count);
  storage::Writer::Pushes pushes;
  for (const auto& peer : asked_) pushes.peers.push_back(peer->peer());
  pushes.done = [this](std::vector<std::optional<sync::ServerMessage>> messages) {
    auto kept = std::make_shared<std::vector<std::optional<sync::ServerMessage>>>(std::move(messages));
    boost::asio::post(io_, [this, kept] { on_batch(std::move(*kept)); });
  };
  if (!writer_.submit(std::move(pushes))) asked_.clear();  // stopping
}

void LiveHub::on_batch(std::vector<std::optional<sync::ServerMessage>> messages) {
  const auto served = std::move(asked_);
  asked_.clear();
  for (std::size_t i = 0; i < served.size(); ++i) served[i]->push(std::move(messages[i]));
  send_batch();
}

}  // namespace sejawat::net
