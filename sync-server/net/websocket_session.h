// One connection as a WebSocket: binary messages are Noise messages, one exchange after the other, and pushes
// between them (docs/PROTOCOL.md, "Transport").
#pragma once

#include "routes.h"

namespace sejawat::net {

// Runs on by itself. `request` asked for the upgrade and was admitted. Instantiated for PlainStream and
// TlsStream.
template <class Stream>
void start_websocket(Server& server, Stream stream, Request request, Slot slot);

}  // namespace sejawat::net
