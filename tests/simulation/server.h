// The server: the real carrier over the real SQLite storage on a virtual disk, with the writer's group commit
// as events. When its storage fails its process ends, as sejawat-server's does, and starts again later.
#pragma once

#include "carrier/carrier.h"
#include "planted.h"
#include "space/identity.h"
#include "sync/session.h"
#include "vfs.h"
#include "world.h"

namespace sejawat::simulation {

// What a reply promises: of every space the place in the order of arrivals, and the digest there.
using Promise = std::map<base::SpaceId, std::pair<std::uint64_t, base::Digest>>;

struct Answer {
  base::Bytes bytes;
  std::shared_ptr<const Promise> promise;
  bool same = false;      // it said that there is nothing to do
  bool tampered = false;  // by the network
};
using Respond = std::function<void(base::Result<Answer>)>;

class Server {
 public:
  Server(World& world, std::string folder, Planted planted);
  ~Server();

  void start();             // no effect when it runs
  void end(Ending ending);  // the process; it starts again by itself some time later
  bool up() const { return carrier_ != nullptr; }
  void receive(base::Bytes message, Respond respond);  // never answered when the process ends first
  // A client has taken this reply: from now on the server must not lose what it promised.
  void promised(const Promise& promise);
  void die_before_reply() { die_before_reply_ = true; }
  void heal();  // no more faults, and up

  Disk& disk() { return disk_; }
  NodeClock& clock() { return clock_; }
  const space::CarrierAddress& address() const { return address_; }
  // nullptr before the first start.
  const base::Secret16* operator_secret() const { return operator_secret_ ? &*operator_secret_ : nullptr; }

 private:
  struct Request {
    base::PublicBoxKey device;
    sync::ClientMessage message;
    std::int64_t wall_seconds = 0;
    std::function<void(base::Result<sync::ServerMessage>)> done;
  };
  base::Status open();
  void serve();
  bool serve(const std::vector<Request>& group);  // false: the process must end
  base::Result<std::vector<carrier::Carrier::Ingested>> commit(const std::vector<Request>& group);
  void answer(sync::CarrierSession& session, base::Result<sync::ServerMessage> reply, const Respond& respond);
  base::Result<std::shared_ptr<const Promise>> promise_now();
  void check_promises();

  World& world_;
  Planted planted_;
  NodeClock clock_;
  support::SeededRandom random_;
  Disk disk_;
  std::string folder_;
  Mount mount_;
  crypto::BoxKey key_;
  space::CarrierAddress address_;
  std::optional<base::Secret16> operator_secret_;
  std::unique_ptr<carrier::CarrierStore> store_;
  std::unique_ptr<carrier::Carrier> carrier_;
  std::vector<Request> waiting_;
  bool serving_ = false;
  bool die_before_reply_ = false;
  Promise promises_;
  std::shared_ptr<const Promise> before_;  // the group that is being answered
};

}  // namespace sejawat::simulation
