// A server: the real carrier over the real SQLite storage on a virtual disk, with the writer's group commit
// and the pushes after it as events. When its storage fails its process ends, as sejawat-server's does, and
// starts again later.
#pragma once

#include <set>

#include "carrier/carrier.h"
#include "log/op.h"
#include "planted.h"
#include "space/identity.h"
#include "sync/session.h"
#include "vfs.h"
#include "world.h"

namespace sejawat::simulation {

// What a reply promises: of every space the place in the order of arrivals, and the digest there.
using Promise = std::map<base::SpaceId, std::pair<std::uint64_t, base::Digest>>;

using Records = std::map<base::SpaceId, std::uint64_t>;  // how many of each space

struct Answer {
  base::Bytes bytes;
  std::shared_ptr<const Promise> promise;  // none in a push, which says what is new, not what the store holds
  // Of each space the records before the group of messages that it answers: any in that group may have come
  // first.
  std::shared_ptr<const Records> as_of;
  bool same = false;           // it said that there is nothing to do
  bool tampered = false;       // by the network
  bool push = false;           // it answers nothing
  bool refused = false;        // something in it was refused for good
  std::uint64_t lifetime = 0;  // of the server's store: Server::lifetime
};
using Respond = std::function<void(base::Result<Answer>)>;

class Server {
 public:
  Server(World& world, std::string folder, std::uint64_t number, Planted planted);
  ~Server();

  void start();             // no effect when it runs
  void end(Ending ending);  // the process; it starts again by itself some time later
  bool up() const { return carrier_ != nullptr; }
  // Never answered when the process ends first.
  void receive(const base::Bytes& message, const Respond& respond);
  // A client has taken this reply: from now on the server must not lose what it promised.
  void promised(const Promise& promise, std::uint64_t lifetime);
  // Chance in a thousand that it judges the first few uploads of a message only (docs/PROTOCOL.md, "Sync
  // messages").
  void set_answers_in_part(std::uint64_t in_thousand) { in_part_ = in_thousand; }
  // It runs the program from before there were attachments, until a start or the quiet phase updates it.
  void run_older_program() { older_ = true; }
  // Some devices run such a program, too, until a day of their own or the quiet phase (older.h).
  void meet_older_devices() { older_devices_ = true; }
  void die_before_reply() { die_before_reply_ = true; }
  void heal();  // no more faults, and up

  // As a program does that is not ours: records over a connection with this key; nobody hears the answer.
  void bring(const base::PublicBoxKey& connection, const base::SpaceId& space,
             std::vector<base::Bytes> records);

  // A live connection; an error through `deliver` ends it. 0: not up.
  std::uint64_t connect(Respond deliver);
  void receive_live(std::uint64_t connection, const base::Bytes& message);
  void disconnect(std::uint64_t connection) { lives_.erase(connection); }

  // A copy of the disk for later, and going back to it: what an operator restores, or a virtual machine
  // rolled back.
  void take_snapshot() { snapshot_ = disk_.image(); }
  bool has_snapshot() const { return snapshot_.has_value(); }
  void roll_back();
  // The copy and the running store change places: two copies of one server, of which now this answers, now
  // that.
  void change_places();
  void wipe();
  void update();
  std::uint64_t lifetime() const { return lifetime_; }  // grows when the store goes back

  // What it holds, seen from outside.
  // Late: beyond a fence. Unreadable: a read error met the onlooker, who learns nothing.
  enum class Holds : std::uint8_t { nothing, late, counted, unreadable };
  Holds holds(const base::SpaceId& space, const log::Dot& dot);
  bool hosts(const base::SpaceId& space);
  bool has_removed(const base::DeviceId& device);  // from some space, and knows it in no other
  void check_erased_bodies();
  // Read from its records; nullptr when it does not have the space, or its disk fails. Good until the next
  // change.
  const space::Membership* membership(const base::SpaceId& space);
  Promise tips();
  Records records();

  Disk& disk() { return disk_; }
  NodeClock& clock() { return clock_; }
  std::uint64_t number() const { return number_; }
  const space::CarrierAddress& address() const { return address_; }
  // nullptr before the first start.
  const base::Secret16* operator_secret() const { return operator_secret_ ? &*operator_secret_ : nullptr; }

 private:
  struct Live {
    Live(const crypto::BoxKey& key, base::Random& random, Respond deliver_in)
        : session(key, random), deliver(std::move(deliver_in)) {}
    sync::CarrierSession session;
    std::optional<carrier::Peer> peer;
    Respond deliver;
    bool answering = false;
    bool older = false;  // an update ends the line
  };
  struct Request {
    base::PublicBoxKey device;
    sync::ClientMessage message;
    std::int64_t wall_seconds = 0;
    std::shared_ptr<carrier::Peer> peer;
    std::function<void(base::Result<sync::ServerMessage>)> done;
  };
  base::Status open();
  void go_back(const Disk::Image& image);
  void close_process(Ending ending);
  void wait_for(Request request);
  void serve();
  void shorten(sync::ClientMessage& message);
  bool asks_as_older(const base::PublicBoxKey& device);
  bool serve(const std::vector<Request>& group);  // false: the process must end
  base::Result<std::vector<carrier::Carrier::Ingested>> commit(const std::vector<Request>& group);
  std::optional<Answer> seal(sync::CarrierSession& session, base::Result<sync::ServerMessage> reply);
  void push_news();
  bool was_removed(const base::PublicBoxKey& device);
  void look_at(const base::PublicBoxKey& device, const sync::ClientMessage& message);
  void look_at(const base::PublicBoxKey& device, const sync::ServerMessage& reply);
  void look_at(const carrier::Peer& peer);
  void look_at(const sync::ClientMessage& message, const carrier::Carrier::Ingested& ingested);
  base::Result<std::shared_ptr<const Promise>> promise_now();
  void check_promises();

  World& world_;
  Planted planted_;
  std::uint64_t number_;
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
  std::map<std::uint64_t, std::shared_ptr<Live>> lives_;
  std::uint64_t last_connection_ = 0;
  bool serving_ = false;
  bool die_before_reply_ = false;
  std::uint64_t in_part_ = 0;
  bool older_ = false;
  bool older_devices_ = false;
  std::set<base::PublicBoxKey> asked_as_older_;
  Promise promises_;
  std::shared_ptr<const Promise> before_;
  std::shared_ptr<const Records> records_before_ =
      std::make_shared<Records>();  // the group that is being answered
  std::optional<Disk::Image> snapshot_;
  std::uint64_t lifetime_ = 0;
  bool went_back_as_it_was_ = false;                    // to a snapshot: under the same generation
  std::set<base::PublicBoxKey> told_unknown_;           // that it does not know their base any more
  std::set<base::PublicBoxKey> acked_and_asked_whose_;  // by one reply, which has no digest then
  struct Known {
    explicit Known(const base::SpaceId& id) : membership(id) {}
    space::Membership membership;
    std::size_t records = 0;
  };
  std::map<base::SpaceId, std::unique_ptr<Known>> known_;
};

}  // namespace sejawat::simulation
