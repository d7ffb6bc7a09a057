#include "listener.h"

#include <spdlog/spdlog.h>

#include "deadline.h"
#include "http_session.h"

namespace sejawat::net {
namespace {

Origin origin_of(const asio::ip::address& address) {
  return address.is_v4() ? origin_of_v4(address.to_v4().to_bytes())
                         : origin_of_v6(address.to_v6().to_bytes());
}

// A TLS handshake as the drain sees it.
class Greeting final : public Connection, public std::enable_shared_from_this<Greeting> {
 public:
  Greeting(Server& server, Socket socket, Slot slot)
      : server_(server),
        stream_(std::move(socket), *server.tls),
        slot_(std::move(slot)),
        deadline_(server),
        stranger_(server, slot_.origin(), *this) {
    server_.connections.insert(this);
  }
  ~Greeting() override { server_.connections.erase(this); }
  void drain() override {
    beast::error_code ignored;
    stream_.next_layer().cancel(ignored);
  }
  void let_go() override {
    beast::error_code ignored;
    stream_.next_layer().close(ignored);
    slot_.give_up();
  }
  void cut_off() {
    ++server_.counts.timeouts;
    let_go();
  }
  Task<void> run() {
    deadline_.arm(shared_from_this(), server_.options.timeouts.tls_handshake);
    auto [error] = co_await stream_.async_handshake(kTuple);
    deadline_.disarm();
    if (error || server_.draining) co_return;
    stranger_.leave();
    start_http<TlsStream>(server_, std::move(stream_), std::move(slot_));
  }

 private:
  Server& server_;
  TlsStream stream_;
  Slot slot_;
  Deadline deadline_;
  Stranger stranger_;
};

// Somebody goes for who comes, of those from there (nullptr: of all): a stranger, or else somebody of the
// person who has most. False: nobody does.
bool make_room(Server& server, const Origin* from) {
  Connection* stranger = from != nullptr ? server.strangers.make_room(*from) : server.strangers.make_room();
  if (stranger != nullptr) {
    ++server.counts.refused_strangers;
    stranger->let_go();
    return true;
  }
  Connection* member = from != nullptr ? server.members.make_room(*from) : server.members.make_room();
  if (member == nullptr) return false;
  ++server.counts.refused_person;
  member->let_go();
  return true;
}

bool enter(Server& server, const Origin& origin) {
  for (;;) {
    const Entry entry = server.admission.enter(origin);
    if (entry == Entry::admitted) return true;
    if (!make_room(server, entry == Entry::none_of_origin ? &origin : nullptr)) return false;
  }
}

// Who comes too often takes nobody's place, and no socket of it stays with us to be said goodbye.
bool comes_too_often(Server& server, const Origin& origin, Socket& socket) {
  const auto now = server.clock.now().monotonic_ms;
  if (server.admission.arrival(origin, now) && (!server.tls || server.admission.tls_handshake(origin, now)))
    return false;
  ++server.counts.refused_rate;
  beast::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);  // the destructor would take that back, and say goodbye
  return true;
}

void admit(Socket socket, const Tcp::endpoint& remote, Server& server) {
  beast::error_code code;
  const Origin origin = origin_of(remote.address());
  if (comes_too_often(server, origin, socket)) return;
  if (!enter(server, origin)) {
    ++server.counts.refused_full;
    return;
  }
  Slot slot(server, origin);
  ++server.counts.accepted;
  socket.set_option(Tcp::no_delay(true), code);
  if (server.tls) {
    auto greeting = std::make_shared<Greeting>(server, std::move(socket), std::move(slot));
    asio::co_spawn(server.io, greeting->run(), HeldToTheEnd{greeting});
  } else {
    start_http<PlainStream>(server, std::move(socket), std::move(slot));
  }
}

// No descriptor is left for who comes: somebody goes, and a descriptor with them. False: nobody does.
bool free_descriptor(Server& server) {
  constexpr auto kSaidAgain = std::chrono::minutes(1);
  ++server.counts.refused_descriptors;
  const auto now = std::chrono::steady_clock::now();
  if (!server.out_of_descriptors || now - *server.out_of_descriptors >= kSaidAgain) {
    server.out_of_descriptors = now;
    spdlog::warn(R"({{"event":"out_of_descriptors","connections":{},"hint":"LimitNOFILE, ulimit -n"}})",
                 server.admission.connections());
  }
  return make_room(server, nullptr);
}

}  // namespace

base::Result<Acceptor> listen(asio::io_context& io, const std::string& host, std::uint16_t port) {
  beast::error_code code;
  const auto address = asio::ip::make_address(host, code);
  if (code) return base::error(base::Code::invalid_argument, "listen address: " + host);
  Acceptor acceptor(io.get_executor());
  const Tcp::endpoint endpoint(address, port);
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(Acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return base::error(base::Code::offline, "cannot listen: " + code.message());
  return acceptor;
}

Task<void> accept_loop(Acceptor& acceptor, Server& server) {
  for (;;) {
    Tcp::endpoint remote;
    auto [code, socket] = co_await acceptor.async_accept(remote, kTuple);
    if (code == asio::error::operation_aborted || !acceptor.is_open()) co_return;
    const bool no_descriptor =
        code == asio::error::no_descriptors || code == boost::system::errc::too_many_files_open_in_system;
    if (no_descriptor && free_descriptor(server)) continue;
    if (code) {  // breathe, then go on
      Timer pause(server.io.get_executor(), std::chrono::milliseconds(50));
      co_await pause.async_wait(kTuple);
      continue;
    }
    admit(std::move(socket), remote, server);
  }
}

}  // namespace sejawat::net
