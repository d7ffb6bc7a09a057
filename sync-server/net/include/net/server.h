// The network face of a carrier: POST and GET (WebSocket) /sync, /healthz, /readyz, /metrics, and the web
// client's files. With net_client the only rooms with Boost.Beast.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/box.h"
#include "net/limits.h"
#include "storage/writer.h"

namespace sejawat::net {

struct Timeouts {
  std::chrono::milliseconds tls_handshake{10'000};
  std::chrono::milliseconds first_request{10'000};  // from the connection to the end of the request's head
  std::chrono::milliseconds idle{60'000};           // between requests of a kept connection
  // Of transfers: how long one may stand as good as still before it has moved, how long after that, and how
  // long it may take in all. A line of 10 kbit/s needs a minute for a message and six for the web client, and
  // lines there are that pause for a minute.
  std::chrono::milliseconds body{30'000};   // a request's body, or the rest of a WebSocket message
  std::chrono::milliseconds write{30'000};  // a reader that takes nothing for so long is let go
  std::chrono::milliseconds pause{90'000};
  std::chrono::milliseconds transfer{900'000};
  // Of a WebSocket that says nothing; a ping goes out halfway. Long, because each wakes a phone's radio.
  std::chrono::milliseconds live_idle{600'000};
  std::chrono::milliseconds drain{5'000};
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                        // 0: chosen by the system
  std::function<void(std::uint16_t)> listening;  // called once, with the real port
  AdmissionLimits limits;
  Timeouts timeouts;
  std::string web;                         // folder of the web client; empty: none
  std::string tls_certificate;             // PEM chain; both or none
  std::string tls_key;                     // PEM
  std::string metrics_token;               // asked from everybody; empty: loopback only
  std::vector<std::string> allow_origins;  // pages of other hosts that may sync here: scheme://host[:port]
};

// Whether run_server would find the address free and the certificate in order just now. Takes nothing and
// touches no file, so that a wrong option is told before anything is made. Errors as run_server's.
base::Status can_serve(const ServerOptions& options);

// Serves until SIGTERM or SIGINT, then drains: no new connections, what is under way is finished, live peers
// are told to come again; a second signal ends the process at once. The writer is stopped before it returns.
// invalid_argument: the address; offline: it cannot be listened on; not_found: certificate or key. All
// references are borrowed for the time of the call.
base::Status run_server(const ServerOptions& options, const crypto::BoxKey& carrier_key,
                        storage::Writer& writer, base::Random& random, base::Clock& clock);

}  // namespace sejawat::net
