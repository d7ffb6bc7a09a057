// Cuts off a connection that takes too long.
#pragma once

#include "server_state.h"

namespace sejawat::net {

// A member of the object that it cuts off.
class Deadline {
 public:
  explicit Deadline(Server& server) : timer_(server.io.get_executor()) {}
  // Calls `owner->cut_off()` then, unless it is armed anew or disarmed before.
  template <class Owner>
  void arm(const std::shared_ptr<Owner>& owner, std::chrono::milliseconds after) {
    timer_.expires_after(after);
    timer_.async_wait([this, weak = std::weak_ptr<Owner>(owner)](beast::error_code error) {
      const auto alive = weak.lock();
      // Disarmed in the same moment: the wait ended rightly, and yet there is nothing to end.
      if (error || !alive || timer_.expiry() > std::chrono::steady_clock::now()) return;
      alive->cut_off();
    });
  }
  void disarm() { timer_.expires_at(Timer::time_point::max()); }

 private:
  Timer timer_;
};

}  // namespace sejawat::net
