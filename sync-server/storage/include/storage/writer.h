// The one thread that touches the database, with group commit: everything that waits is ingested in one
// transaction, one fsync acknowledges it all, and no answer leaves before it (protocol 7).
#pragma once

#include <functional>
#include <memory>

#include "carrier/carrier.h"

namespace sejawat::storage {

class Writer {
 public:
  using Done = std::function<void(base::Result<sync::ServerMessage>)>;  // called on the writer's thread
  // `carrier` and `store` are borrowed and used by the writer's thread alone until stop() returns. When the
  // store fails, `fatal` is called once and the process must end; if `fatal` returns all the same, whoever
  // waits gets the error and nothing is taken or acknowledged any more.
  Writer(carrier::Carrier& carrier, carrier::CarrierStore& store, std::function<void(base::Error)> fatal);
  ~Writer();
  struct Request {
    base::PublicBoxKey device;
    sync::ClientMessage message;
    std::int64_t wall_seconds = 0;
    Done done;
  };
  // False when the queue is full, after a failure, or when stopping: the client comes again later.
  bool submit(Request request);
  void stop();  // finishes what waits

  struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t commits = 0;
  };
  Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::storage
