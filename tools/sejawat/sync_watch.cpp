#include "sync_watch.h"

#include <poll.h>

#include <algorithm>
#include <iostream>

#include "sync_run.h"

namespace sejawat::cli {
namespace {

// A line that says nothing is probed below the server's patience (ten minutes), and below that of most
// networks between us that forget a silent connection.
constexpr int kProbeMs = 4 * 60 * 1000;
constexpr int kAnswerMs = 20 * 1000;
constexpr int kFirstWaitMs = 1000;
constexpr int kLongestWaitMs = 60 * 1000;

class Watch {
 public:
  Watch(Session& session, const space::CarrierAddress& address) : session_(session), address_(address) {}

  int run() {
    int attempt = 0;
    for (;;) {
      settled_ = false;
      const base::Status ended = one_connection();
      if (auto kept = session_.core().finish_sync(address_, code_to_keep(ended)); !kept.ok()) {
        return session_.fail(kept.error());
      }
      if (stop_asked()) return 0;
      if (!worth_retrying(ended.code())) return session_.fail(ended.error());
      attempt = settled_ ? 0 : attempt + 1;
      const int wait_ms = wait_before(attempt);
      say_offline(ended.error(), wait_ms);
      if (sleep_until_stopped(wait_ms)) return 0;
    }
  }

 private:
  // Ends with an error always: the line's, or `interrupted`.
  base::Status one_connection() {
    SJ_TRY(auto sync, session_.core().start_sync(address_, true));
    SJ_TRY(auto link, net_client::LiveLink::connect(link_to(address_)));
    progress_ = shown_ = {};
    frame_bytes_up_ = frame_bytes_down_ = 0;
    forks_shown_ = 0;
    base::Status ended = settle(*sync, *link);
    if (ended.ok()) {
      settled_ = true;
      ended = say_synced(*link);
      say_forks();
    }
    while (ended.ok()) ended = listen(*sync, *link);
    if (ended.code() == base::Code::interrupted) link->close();
    return ended;
  }

  // Exchanges until nothing is left to send or to fetch; pushes may come in between.
  base::Status settle(sync::ClientSession& sync, net_client::LiveLink& link) {
    do {
      SJ_TRY(auto message, sync.next_message());
      frame_bytes_up_ += message.size();
      SJ_TRY_STATUS(link.send(message));
      while (sync.awaiting()) {
        SJ_TRY(auto answer, link.receive(kAnswerMs));
        if (!answer) return base::error(base::Code::timed_out, "no answer");
        SJ_TRY_STATUS(take(sync, *answer));
      }
      if (!progress_.more) {
        SJ_TRY(progress_.more, session_.core().change_old_keys(address_));
      }
    } while (progress_.more);
    return {};
  }

  base::Status listen(sync::ClientSession& sync, net_client::LiveLink& link) {
    SJ_TRY(auto pushed, link.receive(kProbeMs));
    if (pushed) SJ_TRY_STATUS(take(sync, *pushed));
    if (!pushed || progress_.more) SJ_TRY_STATUS(settle(sync, link));
    if (progress_.sent > shown_.sent) SJ_TRY_STATUS(say_synced(link));
    if (progress_.received > shown_.received) say_arrived();
    say_forks();
    return {};
  }

  base::Status take(sync::ClientSession& sync, base::ByteView message) {
    frame_bytes_down_ += message.size();
    SJ_TRY(progress_, sync.on_message(message));
    return {};
  }

  static bool worth_retrying(base::Code code) {
    switch (code) {
      case base::Code::offline:
      case base::Code::timed_out:
      case base::Code::protocol_violation:  // a captive portal, until somebody signs in
      case base::Code::wrong_server_key:    // whoever answers for it now
      case base::Code::cannot_decrypt:
      case base::Code::malformed:
      case base::Code::unknown_membership: return true;
      default: return false;
    }
  }
  static base::Code code_to_keep(const base::Status& ended) {
    return ended.code() == base::Code::interrupted ? base::Code::ok : ended.code();
  }

  // Full jitter over the upper half, so that a school whose server restarts does not come back in one moment.
  int wait_before(int attempt) {
    const int longest = std::min(kLongestWaitMs, kFirstWaitMs << std::min(attempt, 10));
    return longest / 2 + static_cast<int>(session_.chance(static_cast<std::uint32_t>(longest / 2)));
  }

  static bool sleep_until_stopped(int milliseconds) {
    pollfd entry{stop_fd(), POLLIN, 0};
    ::poll(&entry, 1, milliseconds);
    return stop_asked();
  }

  void line(const boost::json::object& event) const {
    session_.print(event);
    std::cout.flush();
  }

  base::Status say_synced(const net_client::LiveLink& link) {
    SJ_TRY(auto status, session_.core().status());
    const auto sent = progress_.sent - shown_.sent;
    const auto received = progress_.received - shown_.received;
    shown_ = progress_;
    if (!session_.globals().json) {
      std::cout << session_.say("Tersambung: terkirim ", "Connected: sent ") << sent
                << session_.say(", diterima ", ", received ") << received
                << session_.say(", menunggu ", ", waiting ") << status.pending << std::endl;
      return {};
    }
    const auto counts = link.counts();
    boost::json::object event{{"event", "synced"},
                              {"sent", sent},
                              {"received", received},
                              {"pending", status.pending},
                              {"bytes_up", counts.bytes_up},
                              {"bytes_down", counts.bytes_down},
                              {"frame_bytes_up", frame_bytes_up_},
                              {"frame_bytes_down", frame_bytes_down_}};
    event["generation"] =
        progress_.generation ? boost::json::value(progress_.generation->hex()) : boost::json::value();
    line(event);
    return {};
  }

  void say_arrived() {
    const auto received = progress_.received - shown_.received;
    shown_ = progress_;
    if (session_.globals().json) {
      line({{"event", "arrived"}, {"received", received}});
    } else {
      std::cout << session_.say("Tiba: ", "Arrived: ") << received << std::endl;
    }
  }

  void say_forks() {
    const auto forks = session_.core().forks_in_sync();
    if (forks <= forks_shown_) return;
    forks_shown_ = forks;
    if (session_.globals().json) {
      line({{"event", "forked"}, {"forks", forks}});
    } else {
      std::cout << fork_sentence(session_.language()) << std::endl;
    }
  }

  void say_offline(const base::Error& error, int wait_ms) const {
    if (session_.globals().json) {
      line({{"event", "offline"}, {"error", base::code_name(error.code)}, {"retry_ms", wait_ms}});
    } else {
      std::cout << sentence(error.code, session_.language())
                << session_.say(" Mencoba lagi dalam ", " Trying again in ") << (wait_ms + 999) / 1000
                << session_.say(" detik.", " seconds.") << std::endl;
    }
  }

  Session& session_;
  space::CarrierAddress address_;
  sync::ClientSession::Progress progress_;
  sync::ClientSession::Progress shown_;
  std::uint64_t frame_bytes_up_ = 0;
  std::uint64_t frame_bytes_down_ = 0;
  std::uint32_t forks_shown_ = 0;
  bool settled_ = false;
};

}  // namespace

int run_watch(Session& session, const space::CarrierAddress& address) {
  return Watch(session, address).run();
}

}  // namespace sejawat::cli
