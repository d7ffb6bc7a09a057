#include "strangers.h"

namespace sejawat::net {

Connection* Strangers::enter(Ticket& ticket, const Origin& origin, Connection& connection) {
  const Origin network = network_of(origin);
  Place& place = places_.try_emplace(network, Place{network, {}}).first->second;
  if (!place.all.empty()) ranks_.erase(rank_of(place));
  ticket.place_ = &place;
  ticket.at_ = place.all.insert(place.all.end(), {next_++, &ticket, &connection});
  ranks_.emplace(rank_of(place), &place);
  auto& of_origin = origins_[origin];
  ticket.origin_ = origin;
  ticket.in_origin_ = of_origin.insert(of_origin.end(), &ticket);
  return ++count_ <= most_ ? nullptr : make_room();
}

Connection* Strangers::make_room(const Origin& origin) {
  const auto found = origins_.find(origin);
  return found == origins_.end() ? nullptr : send_away(*found->second.front());
}

Connection* Strangers::make_room() {
  return count_ == 0 ? nullptr : send_away(*ranks_.rbegin()->second->all.front().ticket);
}

Connection* Strangers::send_away(Ticket& ticket) {
  Connection* goes = ticket.at_->connection;
  ticket.give_up();
  return goes;
}

void Strangers::leave(Ticket& ticket) {
  Place& place = *ticket.place_;
  ranks_.erase(rank_of(place));
  place.all.erase(ticket.at_);
  ticket.place_ = nullptr;
  --count_;
  const auto of_origin = origins_.find(ticket.origin_);
  of_origin->second.erase(ticket.in_origin_);
  if (of_origin->second.empty()) origins_.erase(of_origin);
  if (place.all.empty()) {
    const Origin network = place.network;
    places_.erase(network);
  } else {
    ranks_.emplace(rank_of(place), &place);
  }
}

}  // namespace sejawat::net
