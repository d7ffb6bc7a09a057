#include "net_client/link.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/http.hpp>
#include <cerrno>

namespace sejawat::net_client {
namespace {

namespace http = boost::beast::http;
constexpr std::size_t kMaxReply = 65535;

}  // namespace

struct CarrierLink::State {
  std::string host;
  std::uint16_t port = 0;
  int timeout_ms = 0;
  int socket = -1;
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  std::uint32_t round_trips = 0;

  ~State() { close(); }
  void close() {
    if (socket >= 0) ::close(socket);
    socket = -1;
  }
  base::Status wait_for(short events) const {
    pollfd entry{socket, events, 0};
    for (;;) {
      const int ready = ::poll(&entry, 1, timeout_ms);
      if (ready > 0) return {};
      if (ready == 0) return base::error(base::Code::timed_out);
      if (errno != EINTR) return base::error(base::Code::offline, "poll");
      return base::error(base::Code::interrupted);
    }
  }
  base::Status open() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
      return base::error(base::Code::offline, "name does not resolve");
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      socket = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (socket < 0) continue;
      if (::connect(socket, at->ai_addr, at->ai_addrlen) == 0 || errno == EINPROGRESS) {
        int error = 0;
        socklen_t size = sizeof(error);
        if (wait_for(POLLOUT).ok() && ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
            error == 0) {
          const int on = 1;
          ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
          return {};
        }
      }
      close();
    }
    return base::error(base::Code::offline, "no connection");
  }
  base::Status send_all(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count > 0) {
        sent += static_cast<std::size_t>(count);
        up += static_cast<std::uint64_t>(count);
      } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        SJ_TRY_STATUS(wait_for(POLLOUT));
      } else {
        return base::error(base::Code::offline, "the line was cut while sending");
      }
    }
    return {};
  }
  base::Result<base::Bytes> receive() {
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMaxReply);
    parser.eager(true);
    std::string pending;
    char block[16384];
    while (!parser.is_done()) {
      SJ_TRY_STATUS(wait_for(POLLIN));
      const ssize_t count = ::recv(socket, block, sizeof(block), 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (count <= 0) return base::error(base::Code::offline, "the line was cut while receiving");
      down += static_cast<std::uint64_t>(count);
      pending.append(block, static_cast<std::size_t>(count));
      boost::beast::error_code code;
      const std::size_t used = parser.put(boost::asio::buffer(pending), code);
      if (code && code != http::error::need_more)
        return base::error(base::Code::protocol_violation, "not our HTTP");
      pending.erase(0, used);
    }
    const auto status = parser.get().result();
    if (status == http::status::forbidden) return base::error(base::Code::wrong_server_key);
    if (status == http::status::service_unavailable)
      return base::error(base::Code::timed_out, "the server is busy");
    if (status != http::status::ok) return base::error(base::Code::protocol_violation, "HTTP status");
    if (!parser.keep_alive()) close();
    return base::to_bytes(base::as_bytes(parser.get().body()));
  }
};

CarrierLink::CarrierLink(std::unique_ptr<State> state) : state_(std::move(state)) {}
CarrierLink::~CarrierLink() = default;

base::Result<std::unique_ptr<CarrierLink>> CarrierLink::connect(const std::string& host, std::uint16_t port,
                                                                bool tls, int timeout_ms) {
  if (tls) return base::error(base::Code::version_unsupported, "TLS");
  auto state = std::make_unique<State>();
  state->host = host;
  state->port = port;
  state->timeout_ms = timeout_ms;
  SJ_TRY_STATUS(state->open());
  return std::unique_ptr<CarrierLink>(new CarrierLink(std::move(state)));
}

base::Result<base::Bytes> CarrierLink::post(base::ByteView body) {
  State& state = *state_;
  if (state.socket < 0) SJ_TRY_STATUS(state.open());
  std::string request = "POST /sync HTTP/1.1\r\nHost: " + state.host + ":" + std::to_string(state.port) +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request.append(base::as_text(body));
  SJ_TRY_STATUS(state.send_all(request));
  ++state.round_trips;
  auto reply = state.receive();
  if (!reply.ok()) state.close();
  return reply;
}

std::uint64_t CarrierLink::bytes_up() const { return state_->up; }
std::uint64_t CarrierLink::bytes_down() const { return state_->down; }
std::uint32_t CarrierLink::round_trips() const { return state_->round_trips; }

}  // namespace sejawat::net_client
