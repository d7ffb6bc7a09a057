// The lines between devices and one server: late, lossy, repeating, altering, cut. One-shot exchanges as in
// tools/sejawat and net_client (a message goes, and a reply comes, or an error after a while), and live lines
// as a WebSocket gives them: messages in order both ways until it is cut.
#pragma once

#include <set>
#include <vector>

#include "server.h"

namespace sejawat::simulation {

class Network;

// One live connection. What arrives at the client comes through `receive`; an error there is the last thing.
class Line : public std::enable_shared_from_this<Line> {
 public:
  Line(Network& network, std::uint64_t device, Respond receive)
      : network_(network), device_(device), receive_(std::move(receive)) {}
  void send(base::Bytes message);
  void hang_up();  // by the client; nothing comes any more

 private:
  friend class Network;
  void deliver_up(const base::Bytes& message);
  void deliver_down(base::Result<Answer> answer);
  void cut();

  Network& network_;
  std::uint64_t device_;
  Respond receive_;
  std::uint64_t connection_ = 0;  // at the server; 0: none yet
  std::int64_t last_up_ = 0;
  std::int64_t last_down_ = 0;
  bool open_ = true;
};

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
    std::uint64_t line_cut = 0;  // of each message on a live line
    std::int64_t slowest = 200;  // one way, milliseconds
  };
  void set_weather(const Weather& weather) { weather_ = weather; }
  // These devices do not reach the server until then.
  void cut_off(std::set<std::uint64_t> devices, std::int64_t until);
  void heal();

  // `respond` is called exactly once, later.
  void post(std::uint64_t device, base::Bytes message, Respond respond);
  std::shared_ptr<Line> open_line(std::uint64_t device, Respond receive);

 private:
  friend class Line;
  bool is_cut_off(std::uint64_t device) const;
  std::int64_t delay();
  void deliver(const base::Bytes& message, Respond respond);
  void send_back(base::Result<Answer> answer, const Respond& respond);
  void send_again(const base::Bytes& message, Fault as, std::int64_t delay);
  void look(base::ByteView bytes);
  base::Bytes alter(base::Bytes bytes);

  World& world_;
  Server& server_;
  Planted planted_;
  Weather weather_;
  std::set<std::uint64_t> cut_off_;
  std::int64_t cut_off_until_ = 0;
  std::vector<base::Bytes> overheard_;
  std::int64_t last_arrival_ = 0;
};

}  // namespace sejawat::simulation
