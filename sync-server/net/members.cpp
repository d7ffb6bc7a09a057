#include "members.h"

namespace sejawat::net {

void Members::Crowd::add(Ticket& ticket) {
  Lines& lines = people[ticket.person_];
  if (!lines.empty()) ranks.erase({lines.size(), ticket.person_});
  lines.emplace(ticket.number_, &ticket);
  ranks.emplace(lines.size(), ticket.person_);
}

void Members::Crowd::remove(const Ticket& ticket) {
  const auto found = people.find(ticket.person_);
  ranks.erase({found->second.size(), ticket.person_});
  found->second.erase(ticket.number_);
  if (found->second.empty()) {
    people.erase(found);
  } else {
    ranks.emplace(found->second.size(), ticket.person_);
  }
}

void Members::enter(Ticket& ticket, const Origin& origin, const sync::PersonTag& person,
                    Connection& connection) {
  if (ticket.connection_ != nullptr && ticket.person_ == person) return;
  ticket.give_up();
  ticket.connection_ = &connection;
  ticket.number_ = next_++;
  ticket.origin_ = origin;
  ticket.person_ = person;
  all_.add(ticket);
  origins_[origin].add(ticket);
  ++count_;
}

Connection* Members::make_room(const Origin& origin) {
  const auto found = origins_.find(origin);
  return found == origins_.end() ? nullptr : send_away(found->second);
}

Connection* Members::send_away(const Crowd& crowd) {
  if (crowd.ranks.empty()) return nullptr;
  const auto& [most, person] = *crowd.ranks.rbegin();
  if (most <= fair_) return nullptr;
  Ticket& oldest = *crowd.people.at(person).begin()->second;
  Connection* goes = oldest.connection_;
  oldest.give_up();
  return goes;
}

void Members::leave(Ticket& ticket) {
  all_.remove(ticket);
  const auto of_origin = origins_.find(ticket.origin_);
  of_origin->second.remove(ticket);
  if (of_origin->second.people.empty()) origins_.erase(of_origin);
  ticket.connection_ = nullptr;
  --count_;
}

}  // namespace sejawat::net
