#include "strangers.h"

namespace sejawat::net {

Connection* Strangers::enter(Ticket& ticket, const Origin& origin, Connection& connection) {
  const Origin network = network_of(origin);
  Place& place = places_.try_emplace(network, Place{network, {}}).first->second;
  if (!place.all.empty()) ranks_.erase(rank_of(place));
  ticket.place_ = &place;
  ticket.at_ = place.all.insert(place.all.end(), {next_++, &ticket, &connection});
  ranks_.emplace(rank_of(place), &place);
  if (++count_ <= most_) return nullptr;
  const One goes = ranks_.rbegin()->second->all.front();
  goes.ticket->give_up();
  return goes.connection;
}

void Strangers::leave(Ticket& ticket) {
  Place& place = *ticket.place_;
  ranks_.erase(rank_of(place));
  place.all.erase(ticket.at_);
  ticket.place_ = nullptr;
  --count_;
  if (place.all.empty()) {
    const Origin network = place.network;
    places_.erase(network);
  } else {
    ranks_.emplace(rank_of(place), &place);
  }
}

}  // namespace sejawat::net
