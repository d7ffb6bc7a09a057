#include "listener.h"

#include "http_session.h"

namespace sejawat::net {
namespace {

Origin origin_of(const asio::ip::address& address) {
  return address.is_v4() ? origin_of_v4(address.to_v4().to_bytes())
                         : origin_of_v6(address.to_v6().to_bytes());
}

// A TLS handshake as the drain sees it.
class Greeting final : public Connection {
 public:
  Greeting(Server& server, PlainStream stream) : server_(server), stream_(std::move(stream), *server.tls) {
    server_.connections.insert(this);
  }
  ~Greeting() override { server_.connections.erase(this); }
  void drain() override { beast::get_lowest_layer(stream_).cancel(); }
  TlsStream& stream() { return stream_; }

 private:
  Server& server_;
  TlsStream stream_;
};

Task<void> greet(Server& server, PlainStream plain, Slot slot) {
  Greeting greeting(server, std::move(plain));
  beast::get_lowest_layer(greeting.stream()).expires_after(server.options.timeouts.tls_handshake);
  auto [error] = co_await greeting.stream().async_handshake(asio::ssl::stream_base::server, kTuple);
  if (error == beast::error::timeout) ++server.counts.timeouts;
  if (error || server.draining) co_return;
  start_http<TlsStream>(server, std::move(greeting.stream()), std::move(slot));
}

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
  ++server.counts.accepted;
  socket.set_option(Tcp::no_delay(true), code);
  PlainStream stream(std::move(socket));
  if (server.tls) {
    asio::co_spawn(server.io, greet(server, std::move(stream), std::move(slot)), asio::detached);
  } else {
    start_http<PlainStream>(server, std::move(stream), std::move(slot));
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
