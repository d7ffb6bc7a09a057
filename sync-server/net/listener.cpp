#include "listener.h"

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
    start_http<TlsStream>(server_, std::move(stream_), std::move(slot_));
  }

 private:
  Server& server_;
  TlsStream stream_;
  Slot slot_;
  Deadline deadline_;
  Stranger stranger_;
};

void admit(Socket socket, Server& server) {
  beast::error_code code;
  const auto remote = socket.remote_endpoint(code);
  if (code) return;  // gone already
  const Origin origin = origin_of(remote.address());
  if (!server.admission.enter(origin)) {
    ++server.counts.refused_full;
    return;
  }
  Slot slot(server, origin);
  if (server.tls && !server.admission.tls_handshake(origin, server.clock.now().monotonic_ms)) {
    ++server.counts.refused_rate;
    return;
  }
  ++server.counts.accepted;
  socket.set_option(Tcp::no_delay(true), code);
  if (server.tls) {
    auto greeting = std::make_shared<Greeting>(server, std::move(socket), std::move(slot));
    asio::co_spawn(server.io, greeting->run(), HeldToTheEnd{greeting});
  } else {
    start_http<PlainStream>(server, std::move(socket), std::move(slot));
  }
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
    auto [code, socket] = co_await acceptor.async_accept(kTuple);
    if (code == asio::error::operation_aborted || !acceptor.is_open()) co_return;
    if (code) {  // out of descriptors, say: breathe, then go on
      Timer pause(server.io.get_executor(), std::chrono::milliseconds(50));
      co_await pause.async_wait(kTuple);
      continue;
    }
    admit(std::move(socket), server);
  }
}

}  // namespace sejawat::net
