#include "net/server.h"

#include <spdlog/spdlog.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>

#include "crypto/noise.h"
#include "sync/session.h"

namespace sejawat::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

constexpr auto kIdle = std::chrono::seconds(60);      // between requests of a kept connection
constexpr auto kDeadline = std::chrono::seconds(30);  // for one request or response
constexpr std::uint32_t kMaxHeader = 4096;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

struct Server {
  asio::io_context& io;
  const crypto::BoxKey& key;
  storage::Writer& writer;
  base::Random& random;
  base::Clock& clock;
  std::size_t max_connections;
  std::size_t connections = 0;
  bool draining = false;
};

Response response(http::status status, std::string body) {
  Response out{status, 11};
  out.body() = std::move(body);
  out.prepare_payload();
  return out;
}

using Answer = base::Result<sync::ServerMessage>;

// Hands a message to the writer and resumes on the connection's thread once it is durable.
asio::awaitable<Answer> durable(Server& server, base::PublicBoxKey device, sync::ClientMessage message) {
  const auto executor = co_await asio::this_coro::executor;
  const std::int64_t wall_seconds = server.clock.now().wall_ms / 1000;
  auto start = [&server, executor, device, wall_seconds, message = std::move(message)](auto handler) mutable {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto resume = [shared, executor](Answer answer) mutable {
      auto kept = std::make_shared<Answer>(std::move(answer));
      asio::post(executor, [shared, kept] { (*shared)(std::move(*kept)); });
    };
    storage::Writer::Request request{device, std::move(message), wall_seconds, resume};
    if (!server.writer.submit(std::move(request))) resume(base::error(base::Code::timed_out, "busy"));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(std::move(start),
                                                                                       asio::use_awaitable);
}

asio::awaitable<Response> answer_sync(Server& server, const Request& request) {
  sync::CarrierSession session(server.key, server.random);
  auto incoming = session.on_message(base::as_bytes(request.body()));
  if (!incoming.ok()) {
    // Not meant for this key, or rubbish: no word more than that.
    const bool foreign = incoming.code() == base::Code::cannot_decrypt;
    co_return response(foreign ? http::status::forbidden : http::status::bad_request, "");
  }
  Answer answer = co_await durable(server, incoming->device, std::move(incoming->message));
  if (!answer.ok()) {
    const bool busy = answer.code() == base::Code::timed_out;
    co_return response(busy ? http::status::service_unavailable : http::status::internal_server_error, "");
  }
  auto reply = session.reply(*answer);
  if (!reply.ok()) co_return response(http::status::internal_server_error, "");
  spdlog::info(R"({{"event":"sync","bytes_in":{},"bytes_out":{},"segments_taken":{},"refused":{}}})",
               request.body().size(), reply->size(), answer->segments_taken,
               answer->segment_exceptions.size() + answer->record_exceptions.size());
  co_return response(http::status::ok, std::string(base::as_text(*reply)));
}

std::string metrics(const Server& server) {
  const auto counters = server.writer.counters();
  return "# TYPE sejawat_connections gauge\nsejawat_connections " + std::to_string(server.connections) +
         "\n# TYPE sejawat_sync_requests_total counter\nsejawat_sync_requests_total " +
         std::to_string(counters.requests) +
         "\n# TYPE sejawat_commits_total counter\nsejawat_commits_total " + std::to_string(counters.commits) +
         "\n";
}

asio::awaitable<Response> answer_request(Server& server, const Request& request, bool loopback) {
  const auto target = request.target();
  if (target == "/sync" && request.method() == http::verb::post)
    co_return co_await answer_sync(server, request);
  if (request.method() != http::verb::get) co_return response(http::status::method_not_allowed, "");
  if (target == "/healthz") co_return response(http::status::ok, "ok\n");
  if (target == "/readyz") {
    co_return server.draining ? response(http::status::service_unavailable, "draining\n")
                              : response(http::status::ok, "ready\n");
  }
  if (target == "/metrics" && loopback) co_return response(http::status::ok, metrics(server));
  co_return response(http::status::not_found, "");
}

asio::awaitable<void> serve(std::shared_ptr<beast::tcp_stream> stream, Server& server) {
  ++server.connections;
  beast::error_code code;
  const auto remote = stream->socket().remote_endpoint(code);
  const bool loopback = !code && remote.address().is_loopback();
  beast::flat_buffer buffer(crypto::kNoiseMessageMax + kMaxHeader);
  while (!server.draining) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(crypto::kNoiseMessageMax);
    stream->expires_after(kIdle);
    auto [read_error, read] =
        co_await http::async_read(*stream, buffer, parser, asio::as_tuple(asio::use_awaitable));
    static_cast<void>(read);
    if (read_error) break;
    const Request request = parser.release();
    Response reply = co_await answer_request(server, request, loopback);
    reply.keep_alive(request.keep_alive() && !server.draining);
    stream->expires_after(kDeadline);
    auto [write_error, written] =
        co_await http::async_write(*stream, reply, asio::as_tuple(asio::use_awaitable));
    static_cast<void>(written);
    if (write_error || !reply.keep_alive()) break;
  }
  stream->socket().shutdown(Tcp::socket::shutdown_send, code);
  --server.connections;
}

asio::awaitable<void> accept_loop(Tcp::acceptor& acceptor, Server& server) {
  for (;;) {
    auto [code, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (code == asio::error::operation_aborted || !acceptor.is_open()) co_return;
    if (code) {  // out of descriptors, say: breathe, then go on
      asio::steady_timer pause(server.io, std::chrono::milliseconds(50));
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    if (server.connections >= server.max_connections) continue;
    beast::error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    auto stream = std::make_shared<beast::tcp_stream>(std::move(socket));
    asio::co_spawn(server.io, serve(std::move(stream), server), asio::detached);
  }
}

}  // namespace

base::Status run_server(const ServerOptions& options, const crypto::BoxKey& carrier_key,
                        storage::Writer& writer, base::Random& random, base::Clock& clock) {
  asio::io_context io(1);
  beast::error_code code;
  const auto address = asio::ip::make_address(options.host, code);
  if (code) return base::error(base::Code::invalid_argument, "listen address: " + options.host);
  Tcp::acceptor acceptor(io);
  const Tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(Tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return base::error(base::Code::offline, "cannot listen: " + code.message());
  Server server{io, carrier_key, writer, random, clock, options.max_connections};
  asio::signal_set signals(io, SIGTERM, SIGINT);
  asio::steady_timer drained(io);
  signals.async_wait([&](beast::error_code, int) {
    server.draining = true;
    beast::error_code ignored;
    acceptor.close(ignored);
    // What waits for its commit gets a moment; idle connections do not hold the process.
    drained.expires_after(std::chrono::milliseconds(writer.counters().requests == 0 ? 0 : 300));
    drained.async_wait([&io](beast::error_code) { io.stop(); });
  });
  asio::co_spawn(io, accept_loop(acceptor, server), asio::detached);
  options.listening(acceptor.local_endpoint().port());
  io.run();
  return {};
}

}  // namespace sejawat::net
