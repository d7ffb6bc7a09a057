// One connection as HTTP/1.1: requests one after the other, until it becomes a WebSocket or ends.
#pragma once

#include "server_state.h"

namespace sejawat::net {

// Runs on by itself. Instantiated for PlainStream and TlsStream (after its handshake).
template <class Stream>
void start_http(Server& server, Stream stream, Slot slot);

}  // namespace sejawat::net
