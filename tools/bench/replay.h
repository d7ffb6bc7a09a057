// Requests recorded once, played again at full speed over kept connections: what the server then does is its
// own work, not the clients'.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sejawat::bench {

// POST /sync with this body, as a native client sends it.
std::string post_request(std::uint16_t port, base::ByteView body);

struct Replayed {
  double wall_seconds = 0;
  std::size_t requests = 0;
  std::size_t refused = 0;  // answers other than 200
  double p50_ms = 0;
  double p99_ms = 0;
};
// One connection a script; on each the next request leaves when the last answer is whole.
Replayed replay(std::uint16_t port, const std::vector<std::vector<std::string>>& scripts);

// Connections that have said one thing and then nothing more; closed by the destructor.
class Idle {
 public:
  Idle(std::uint16_t port, std::size_t count);
  ~Idle();
  Idle(const Idle&) = delete;
  Idle& operator=(const Idle&) = delete;
  std::size_t open() const { return sockets_.size(); }

 private:
  std::vector<int> sockets_;
};

// Value of a counter in the server's /metrics.
double metric(std::uint16_t port, const std::string& name);

}  // namespace sejawat::bench
