// The one thread that touches the database, with group commit: everything that waits is ingested in one
// transaction, one fsync acknowledges it all, and no answer leaves before it. Reading for live
// peers happens on the same thread, between the groups.
#pragma once

#include <functional>
#include <memory>

#include "carrier/carrier.h"

namespace sejawat::storage {

class Writer {
 public:
  static constexpr std::size_t kMaxWaiting = 4096;  // requests in the queue
  // Memory that requests take until they are answered: some 500 phones that come at once with full messages,
  // 5,000 with one of 6 KiB, as new lines begin.
  static constexpr std::size_t kMaxHeld = std::size_t{32} << 20;
  // What part of it those may take whom no certificate named when they were last answered here, if they ever
  // were: 1,300 who join at once. Keys cost nothing, and a flood must not have members told to come later.
  static constexpr std::size_t kStrangersPart = 4;
  using Done = std::function<void(base::Result<sync::ServerMessage>)>;  // called on the writer's thread
  // `carrier` and `store` are borrowed and used by the writer's thread alone until stop() returns. When the
  // store fails, `fatal` is called once and the process must end; if `fatal` returns all the same, whoever
  // waits gets the error and nothing is taken or acknowledged any more.
  Writer(carrier::Carrier& carrier, carrier::CarrierStore& store, std::function<void(base::Error)> fatal,
         std::size_t max_waiting = kMaxWaiting);
  ~Writer();
  struct Request {
    base::PublicBoxKey device;
    sync::ClientMessage message;
    std::int64_t wall_seconds = 0;
    Done done;
    // Of a connection with more than one message: of this thread alone until `done`, and inside it.
    std::shared_ptr<carrier::Peer> peer = nullptr;
  };
  // False when there is no room for it, after a failure, or when stopping: the client comes again later.
  bool submit(Request request);
  void stop();  // finishes what waits

  // `changed` is called on the writer's thread after each group that changed something, when its answers have
  // been handed out. It may not block. An empty function ends it; then none is running any more.
  void watch(std::function<void(const carrier::Changes&)> changed);
  // What is new for each of these peers; `done` gets one entry for each. Peers as in a Request. False after a
  // failure or when stopping, and then `done` may never come.
  struct Pushes {
    std::vector<std::shared_ptr<carrier::Peer>> peers;
    std::function<void(std::vector<std::optional<sync::ServerMessage>>)> done;
  };
  bool submit(Pushes pushes);

  // A copy of the store at `path` (CarrierStore::copy_to), made in small steps between the groups; `done`
  // comes on the writer's thread, with `interrupted` when the writer stops before, and with `disk_full` when
  // it would use up the reserve that the carrier keeps free (or has). A copy that fails fails alone. False:
  // one is being made, or as above.
  bool copy(std::string path, std::function<void(base::Status)> done);

  struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t commits = 0;
    std::uint64_t commit_microseconds = 0;  // from the start of a group to its fsync, summed
    std::uint64_t waiting = 0;              // requests in the queue now
    bool low = false;                       // on disk, as of the last group (Carrier::runs_low)
  };
  Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::storage
