// Connections on which somebody is served whom the carrier knows, by whose they are. Where every place is
// taken, over all or of one address, and no stranger is left to go, whoever comes takes the place of the
// person who has most: of theirs the oldest goes, and nobody loses one who has no more than a fair share. So
// one person with many devices, or many copies of one, keeps nobody out. Belongs to the io thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "net/limits.h"
#include "sync/frame.h"

namespace sejawat::net {

class Connection;

class Members {
 public:
  explicit Members(std::size_t fair) : fair_(fair) {}
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  class Ticket;
  // (Again) with each answer: a device may be somebody else's by then.
  void enter(Ticket& ticket, const Origin& origin, const sync::PersonTag& person, Connection& connection);
  // Who has to go for somebody else: of that origin, or of all; it is none of them any more. nullptr: nobody
  // has more than a fair share.
  Connection* make_room(const Origin& origin);
  Connection* make_room() { return send_away(all_); }
  std::size_t count() const { return count_; }

 private:
  using Lines = std::map<std::uint64_t, Ticket*>;  // by when they came: numbers count up
  struct Crowd {
    std::map<sync::PersonTag, Lines> people;
    std::set<std::pair<std::size_t, sync::PersonTag>> ranks;  // how many, whose
    void add(Ticket& ticket);
    void remove(const Ticket& ticket);
  };
  void leave(Ticket& ticket);
  Connection* send_away(const Crowd& crowd);

  const std::size_t fair_;
  std::size_t count_ = 0;
  std::uint64_t next_ = 0;
  Crowd all_;
  std::unordered_map<Origin, Crowd, OriginHash> origins_;

 public:
  // A member of the connection that it stands for.
  class Ticket {
   public:
    explicit Ticket(Members& of) : of_(of) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() { give_up(); }
    void give_up() {
      if (connection_ != nullptr) of_.leave(*this);
    }

   private:
    friend class Members;
    Members& of_;
    Connection* connection_ = nullptr;  // nullptr: not one of them
    std::uint64_t number_ = 0;
    Origin origin_;
    sync::PersonTag person_;
  };
};

}  // namespace sejawat::net
