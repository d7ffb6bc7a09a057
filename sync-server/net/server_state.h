// What every connection of one server shares. Everything here belongs to the one io thread.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <optional>
#include <unordered_set>

#include "live.h"
#include "members.h"
#include "metrics.h"
#include "net/server.h"
#include "net/static_files.h"
#include "strangers.h"
#include "tls_stream.h"

namespace sejawat::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;
// The one executor by its own name: each pending operation of a connection holds copies of it, and the type
// that hides which it is takes six times the room.
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using UseTask = asio::use_awaitable_t<Executor>;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Signals = asio::basic_signal_set<Executor>;
using PlainStream = Socket;
using TlsStream = BasicTlsStream<Socket>;
// Loops return errors as values. GCC 12 miscompiles what stays alive across a co_await in a condition, a
// ternary or an argument that is destroyed there: results go into a variable first, and our own coroutines
// take references to what their caller holds.
inline constexpr auto kTuple = asio::as_tuple(UseTask());

// A connection as the drain sees it, and as whoever needs its place.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void drain() = 0;   // end as soon as what is under way allows
  virtual void let_go() = 0;  // end now
};

struct Server {
  Server(const ServerOptions& options_in, const crypto::BoxKey& key_in, storage::Writer& writer_in,
         base::Random& random_in, base::Clock& clock_in)
      : options(options_in),
        key(key_in),
        writer(writer_in),
        random(random_in),
        clock(clock_in),
        admission(options_in.limits),
        files(options_in.web),
        strangers(options_in.limits.strangers, options_in.limits.strangers_per_network),
        members(options_in.limits.connections_per_device),
        live(io, writer_in, counts, options_in.limits.connections_per_device) {}

  const ServerOptions& options;
  const crypto::BoxKey& key;
  storage::Writer& writer;
  base::Random& random;
  base::Clock& clock;
  Admission admission;
  StaticFiles files;
  Counts counts;
  std::unordered_set<Connection*> connections;
  Strangers strangers;
  Members members;
  bool disk_low = false;                                                    // as last said in the log
  std::optional<std::chrono::steady_clock::time_point> out_of_descriptors;  // when the log last said so
  std::optional<asio::ssl::context> tls;
  bool draining = false;
  // Last, so that it goes first: coroutines that it still holds see all of the above.
  asio::io_context io{1};
  LiveHub live;
};

// For co_spawn: keeps the object whose coroutine runs. A wrapping coroutine would do the same for 300 bytes
// more.
struct HeldToTheEnd {
  std::shared_ptr<Connection> connection;
  void operator()(const std::exception_ptr&) const {}
};

// One admitted connection: counted from here on until it is let go or destroyed, wherever it is moved.
class Slot {
 public:
  Slot(Server& server, const Origin& origin) : server_(&server), origin_(origin) {}
  Slot(Slot&& other) noexcept : server_(std::exchange(other.server_, nullptr)), origin_(other.origin_) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() { give_up(); }
  // Its descriptor is closed: somebody else may have the place, though its object may still wait for the
  // writer.
  void give_up() {
    if (server_ != nullptr) std::exchange(server_, nullptr)->admission.leave(origin_);
  }
  const Origin& origin() const { return origin_; }

 private:
  Server* server_;
  Origin origin_;
};

// A connection on which nobody has been served yet, as a member of its object.
class Stranger {
 public:
  Stranger(Server& server, const Origin& origin, Connection& connection) : ticket_(server.strangers) {
    Connection* goes = server.strangers.enter(ticket_, origin, connection);
    if (goes == nullptr) return;
    ++server.counts.refused_strangers;
    goes->let_go();
  }
  // Not one of them any more: somebody was served, or the connection goes on as another object, which is one
  // itself and would otherwise push out somebody else for its own sake.
  void leave() { ticket_.give_up(); }

 private:
  Strangers::Ticket ticket_;
};

}  // namespace sejawat::net
