// Connections on which nobody has been served yet. Whoever opens thousands and says nothing takes places from
// the likes of it, never from those whom a carrier knows: one too many, and one goes. It goes from the place
// that has most of them, so that the many of one address push out each other and not a newcomer elsewhere; of
// those the oldest, because who has something to say says it at once.
#pragma once

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
  explicit Strangers(std::size_t most) : most_(most) {}
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  class Ticket;
  // Who has to go for it, if anybody: they are none of them any more.
  Connection* enter(Ticket& ticket, const Origin& origin, Connection& connection);
  std::size_t count() const { return count_; }

 private:
  struct One {
    std::uint64_t number = 0;  // they count up
    Ticket* ticket = nullptr;
    Connection* connection = nullptr;
  };
  struct Place {
    Origin origin;
    std::list<One> all;  // oldest first
  };
  using Rank = std::pair<std::size_t, std::uint64_t>;  // the greatest goes: how many, then how old
  static Rank rank_of(const Place& place) {
    return {place.all.size(), UINT64_MAX - place.all.front().number};
  }
  void leave(Ticket& ticket);

  const std::size_t most_;
  std::size_t count_ = 0;
  std::uint64_t next_ = 0;
  std::unordered_map<Origin, Place, OriginHash> places_;
  std::map<Rank, Place*> ranks_;

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
  };
};

}  // namespace sejawat::net
