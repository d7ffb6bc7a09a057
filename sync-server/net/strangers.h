// Connections on which nobody has been served yet. Whoever opens thousands and says nothing takes places from
// the likes of it, never from those whom a carrier knows: one too many, and one goes. It goes from the
// network that has most of them, where that is more than a fair share: so the many of one place push out each
// other and not a newcomer elsewhere, and two phones of a school are not the most where each of thousands
// comes from another place. Of those it is the oldest, because who has something to say says it at once; and
// where nobody has more than their share, the oldest of all. So it is, too, where all connections are taken,
// or all of one address: who comes takes the place of a stranger, or where there is none that of somebody who
// has very many (members.h), and is turned away only where there is nobody like that.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <unordered_map>
#include <utility>

#include "net/limits.h"

namespace sejawat::net {

class Connection;

class Strangers {
 public:
  Strangers(std::size_t most, std::size_t fair) : most_(most), fair_(std::min(fair, most / 8)) {}
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  class Ticket;
  // Who has to go for it, if anybody: they are none of them any more.
  Connection* enter(Ticket& ticket, const Origin& origin, Connection& connection);
  // Who has to go for somebody who is not among them yet: of that origin, or of all. nullptr: nobody is
  // there.
  Connection* make_room(const Origin& origin);
  Connection* make_room();
  std::size_t count() const { return count_; }

 private:
  struct One {
    std::uint64_t number = 0;  // they count up
    Ticket* ticket = nullptr;
    Connection* connection = nullptr;
  };
  struct Place {
    Origin network;
    std::list<One> all;  // oldest first
  };
  using Rank = std::pair<std::size_t, std::uint64_t>;  // the greatest goes: how many, then how old
  Rank rank_of(const Place& place) const {
    const std::size_t count = place.all.size();
    return {count > fair_ ? count : 0, UINT64_MAX - place.all.front().number};
  }
  void leave(Ticket& ticket);
  static Connection* send_away(Ticket& ticket);

  const std::size_t most_;
  const std::size_t fair_;  // of one network
  std::size_t count_ = 0;
  std::uint64_t next_ = 0;
  std::unordered_map<Origin, Place, OriginHash> places_;
  std::map<Rank, Place*> ranks_;
  std::unordered_map<Origin, std::list<Ticket*>, OriginHash> origins_;  // oldest first

 public:
  // A member of the connection that it stands for.
  class Ticket {
   public:
    explicit Ticket(Strangers& of) : of_(of) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() { give_up(); }
    // Not one of them any more.
    void give_up() {
      if (place_ != nullptr) of_.leave(*this);
    }

   private:
    friend class Strangers;
    Strangers& of_;
    Place* place_ = nullptr;
    std::list<One>::iterator at_;
    Origin origin_;
    std::list<Ticket*>::iterator in_origin_;
  };
};

}  // namespace sejawat::net
