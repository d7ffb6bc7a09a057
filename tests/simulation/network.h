// The line between devices and the server: late, lossy, repeating, altering. One-shot exchanges as in
// tools/sejawat and net_client: a message goes, and a reply comes, or an error after a while.
#pragma once

#include <vector>

#include "server.h"

namespace sejawat::simulation {

class Network {
 public:
  Network(World& world, Server& server, Planted planted)
      : world_(world), server_(server), planted_(planted) {}

  // Chances in a thousand.
  struct Weather {
    std::uint64_t request_lost = 0;
    std::uint64_t reply_lost = 0;
    std::uint64_t reply_too_late = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t replay = 0;
    std::uint64_t altered = 0;
    std::int64_t slowest = 200;  // one way, milliseconds
  };
  void set_weather(const Weather& weather) { weather_ = weather; }

  // `respond` is called exactly once, later.
  void post(base::Bytes message, Respond respond);

 private:
  void deliver(base::Bytes message, Respond respond);
  void send_back(base::Result<Answer> answer, const Respond& respond);
  void send_again(const base::Bytes& message, Fault as, std::int64_t delay);
  void look(base::ByteView bytes);
  base::Bytes alter(base::Bytes bytes);

  World& world_;
  Server& server_;
  Planted planted_;
  Weather weather_;
  std::vector<base::Bytes> overheard_;
  std::int64_t last_arrival_ = 0;
};

}  // namespace sejawat::simulation
