// The HTTP face of a carrier: POST /sync, /healthz, /readyz, /metrics. The only room with Boost.Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/box.h"
#include "storage/writer.h"

namespace sejawat::net {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                        // 0: chosen by the system
  std::function<void(std::uint16_t)> listening;  // called once, with the real port
  std::size_t max_connections = 10000;
};

// Serves until SIGTERM or SIGINT, then drains: no new connections, what is under way is finished. All
// references are borrowed for the time of the call.
base::Status run_server(const ServerOptions& options, const crypto::BoxKey& carrier_key,
                        storage::Writer& writer, base::Random& random, base::Clock& clock);

}  // namespace sejawat::net
