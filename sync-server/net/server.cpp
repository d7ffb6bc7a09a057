#include "net/server.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

#include "listener.h"
#include "server_state.h"
#include "tls.h"

namespace sejawat::net {
namespace {

// As many descriptors as the system lets us have, and how many that is: each connection is one.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return SIZE_MAX;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : static_cast<std::size_t>(limit.rlim_cur);
}

ServerOptions fitted(const ServerOptions& asked, std::size_t descriptors) {
  ServerOptions options = asked;
  options.limits = fitting(asked.limits, descriptors);
  if (options.limits.connections < asked.limits.connections) {
    spdlog::warn(R"({{"event":"fewer_connections","connections":{},"hint":"LimitNOFILE, ulimit -n"}})",
                 options.limits.connections);
  }
  return options;
}

// Waits until the last connection is gone, at most as long as a drain may take.
Task<void> drain(Server& server) {
  constexpr auto kLook = std::chrono::milliseconds(20);
  Timer timer(server.io.get_executor());
  const auto until = std::chrono::steady_clock::now() + server.options.timeouts.drain;
  while (!server.connections.empty() && std::chrono::steady_clock::now() < until) {
    timer.expires_after(kLook);
    co_await timer.async_wait(kTuple);
  }
  spdlog::info(R"({{"event":"stopped","cut_off":{}}})", server.connections.size());
  server.io.stop();
}

Task<void> wait_for_signals(Signals& signals, Acceptor& acceptor, Server& server) {
  auto [error, number] = co_await signals.async_wait(kTuple);
  static_cast<void>(number);
  if (error) co_return;
  server.draining = true;
  beast::error_code ignored;
  acceptor.close(ignored);
  spdlog::info(R"({{"event":"draining","connections":{}}})", server.connections.size());
  const std::vector<Connection*> connections(server.connections.begin(), server.connections.end());
  for (auto* connection : connections) {
    // One may end another's wait, but none is destroyed before it is its turn on the loop.
    connection->drain();
  }
  asio::co_spawn(server.io, drain(server), asio::detached);
  auto [again_error, again] = co_await signals.async_wait(kTuple);
  static_cast<void>(again);
  // What was acknowledged is on disk; nothing else is owed.
  if (!again_error) std::_Exit(1);
}

}  // namespace

base::Status can_serve(const ServerOptions& options) {
  if (!options.tls_certificate.empty()) {
    asio::ssl::context tls(asio::ssl::context::tls_server);
    SJ_TRY_STATUS(configure_tls(tls, options.tls_certificate, options.tls_key));
  }
  asio::io_context io;
  SJ_TRY(const auto acceptor, listen(io, options.host, options.port));
  static_cast<void>(acceptor);
  return {};
}

base::Status run_server(const ServerOptions& asked, const crypto::BoxKey& carrier_key,
                        storage::Writer& writer, base::Random& random, base::Clock& clock) {
  const ServerOptions options = fitted(asked, raise_descriptor_limit());
  Server server(options, carrier_key, writer, random, clock);
  std::signal(SIGPIPE, SIG_IGN);  // tls_stream.h, log_sink.h
  if (!options.tls_certificate.empty()) {
    server.tls.emplace(asio::ssl::context::tls_server);
    SJ_TRY_STATUS(configure_tls(*server.tls, options.tls_certificate, options.tls_key));
  }
  SJ_TRY(auto acceptor, listen(server.io, options.host, options.port));
  Signals signals(server.io.get_executor(), SIGTERM, SIGINT);
  server.live.start();
  asio::co_spawn(server.io, accept_loop(acceptor, server), asio::detached);
  asio::co_spawn(server.io, wait_for_signals(signals, acceptor, server), asio::detached);
  options.listening(acceptor.local_endpoint().port());
  server.io.run();
  // Nobody handles a signal any more, and what waits for the writer may take long: the next one ends the
  // process as it would any other.
  beast::error_code ignored;
  signals.clear(ignored);
  // Nothing of the writer's may find its way to the loop once that is gone.
  server.live.stop();
  writer.stop();
  return {};
}

}  // namespace sejawat::net
