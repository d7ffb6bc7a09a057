// The way from a connection's coroutine to the writer's thread and back.
#pragma once

#include "server_state.h"

namespace sejawat::net {

struct Served {
  base::Result<sync::ServerMessage> answer;  // timed_out: the queue is full
  Standing standing;                         // of `peer`, or of whoever sent it, after it
  bool stranger = false;                     // whom no certificate names
  std::uint32_t in_vain = 0;                 // messages that brought nothing new, on that connection
};

// Hands a message to the writer and resumes on the io thread once it is durable. What went wrong, and that
// the disk runs low, is counted and logged here.
Task<Served> durable(Server& server, base::PublicBoxKey device, sync::ClientMessage message,
                     std::shared_ptr<carrier::Peer> peer);

}  // namespace sejawat::net
