// Cuts off a connection that takes too long: at a moment, or when what it transfers hardly moves.
#pragma once

#include "server_state.h"
#include "transfer.h"

namespace sejawat::net {

// A member of the object that it cuts off.
class Deadline {
 public:
  // Less between two looks is as good as nothing: a kilobit or two in ten seconds.
  static constexpr std::uint64_t kLeast = 512;
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
  // Of a transfer, whose time depends on the line: something of it has to pass within `patience`, and then
  // between two looks that lie `timeouts.pause` apart, and it goes on for `timeouts.transfer` in all. So a
  // pause of a line that was seen to move is not its end, and who never moved is not waited for as long. Asks
  // `owner->passed(way)`, which counts up.
  template <class Owner>
  void arm_moving(const std::shared_ptr<Owner>& owner, Way way, std::chrono::milliseconds patience,
                  const Timeouts& timeouts) {
    watch(owner, {way, patience, std::max(patience, timeouts.pause), owner->passed(way),
                  std::chrono::steady_clock::now() + timeouts.transfer});
  }
  void disarm() { timer_.expires_at(Timer::time_point::max()); }

 private:
  struct Transfer {
    Way way;
    std::chrono::milliseconds patience;
    std::chrono::milliseconds pause;
    std::uint64_t passed;
    Timer::time_point until;
  };
  template <class Owner>
  void watch(const std::shared_ptr<Owner>& owner, const Transfer& transfer) {
    timer_.expires_after(transfer.patience);
    timer_.async_wait([this, weak = std::weak_ptr<Owner>(owner), transfer](beast::error_code error) {
      const auto alive = weak.lock();
      const auto now = std::chrono::steady_clock::now();
      if (error || !alive || timer_.expiry() > now) return;
      const std::uint64_t passed = alive->passed(transfer.way);
      if (passed < transfer.passed + kLeast || now >= transfer.until) return alive->cut_off();
      watch(alive, {transfer.way, transfer.pause, transfer.pause, passed, transfer.until});
    });
  }

  Timer timer_;
};

}  // namespace sejawat::net
