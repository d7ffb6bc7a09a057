// One sync at a time as a machine without sockets: it asks for a connection, gives out and takes whole
// messages, and keeps the deadlines. A live one goes on after everything was exchanged: it hears pushes and
// sends what is new here, until it is cancelled or cut. Serves any host: an app over the C ABI, a Worker, a
// test. Not thread-safe.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "api/core.h"

namespace sejawat::api {

inline constexpr std::int64_t kConnectMs = 20'000;  // until a connection stands
inline constexpr std::int64_t kAnswerMs = 60'000;   // until an answer is here, on the slowest line
// A live line that says nothing is probed below the carrier's patience (ten minutes), and below that of most
// networks between, which forget a silent connection.
inline constexpr std::int64_t kProbeMs = 4 * 60'000;

struct SyncReport {
  base::Code code = base::Code::ok;
  std::string detail;
  std::uint32_t sent = 0;  // segments acked
  std::uint32_t received = 0;
  std::uint64_t bytes_up = 0;  // Noise messages
  std::uint64_t bytes_down = 0;
  std::uint32_t round_trips = 0;
  std::uint64_t pending = 0;
  std::uint32_t refused = 0;     // records and segments
  std::uint32_t forks = 0;       // as Core::forks_in_sync
  std::uint64_t media_sent = 0;  // bytes of attachments
  std::uint64_t media_received = 0;
  std::uint64_t media_pending = 0;
  base::Code media_refused = base::Code::ok;
  base::Code join = base::Code::not_found;
  std::optional<base::GenerationId> generation;
};

class SyncDriver {
 public:
  using Connection = std::uint32_t;
  struct Connect {
    Connection connection;
    space::CarrierAddress address;
    bool live = false;
  };
  struct Disconnect {
    Connection connection;
  };
  struct Progress {
    std::uint32_t sent, received, segments_to_come;
    std::uint64_t bytes_to_come;
    std::uint64_t media_sent, media_received;
  };
  struct Joined {
    base::SpaceId space;
  };
  // A live line has nothing to send or to fetch now. Told each time that it becomes so.
  struct Settled {
    std::uint32_t sent, received;  // segments, since it stands
  };
  using Event = std::variant<Connect, Disconnect, Progress, Joined, Settled, SyncReport>;

  // Both borrowed. The core must not be closed before this object is gone.
  SyncDriver(Core& core, base::Clock& clock) : core_(core), clock_(clock) {}

  // already_exists while one is running; else as Core::start_sync. Asks for a connection. A live one that
  // gets no channel, only one-shot exchanges, ends like any other.
  base::Result<Connection> start(const space::CarrierAddress& carrier, bool live = false,
                                 SyncMedia media = SyncMedia::all);
  bool running() const { return sync_.has_value(); }
  bool settled() const { return sync_ && sync_->settled; }  // live, and nothing is to be exchanged now
  // Ends it with `interrupted`; not_found when none is running.
  base::Status cancel();
  // Something may be new here: a settled line sends it, one that awaits an answer does so afterwards.
  void nudge();

  // not_found: that connection is not of the running sync (any more).
  base::Status connected(Connection connection, bool one_shot);
  base::Status received(Connection connection, base::ByteView message);
  base::Status disconnected(Connection connection, base::Code code);
  void tick();

  struct Outgoing {
    Connection connection;
    base::Bytes message;
  };
  std::optional<Outgoing> outgoing();
  std::optional<Event> next_event();
  // Monotonic; nullopt: nothing is waited for.
  std::optional<std::int64_t> deadline_ms() const;

 private:
  struct Running {
    Connection connection = 0;
    space::CarrierAddress carrier;
    std::unique_ptr<sync::ClientSession> session;
    bool connected = false;
    bool one_shot = false;
    bool live = false;
    SyncMedia media = SyncMedia::all;
    bool settled = false;
    bool settled_once = false;
    Core::ToSay said;    // as the last message left it, or as it stays on a settled line
    bool again = false;  // there is more since that message
    std::optional<base::Bytes> to_send;
    std::int64_t deadline_ms = 0;
    std::optional<base::SpaceId> joining;
    SyncReport report;
  };
  bool is(Connection connection) const { return sync_ && sync_->connection == connection; }
  void compose();
  void settle();
  void finish(base::Code code, std::string detail);
  void note_join();
  void push(Event event);

  Core& core_;
  base::Clock& clock_;
  Connection last_ = 0;
  std::optional<Running> sync_;
  std::deque<Event> events_;
};

}  // namespace sejawat::api
