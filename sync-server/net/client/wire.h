// A TCP or TLS connection that is driven step by step: asynchronous underneath, so that each step can have a
// deadline and be stopped, blocking for the caller.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <optional>

#include "net_client/link.h"

namespace sejawat::net_client {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;

// One AsyncStream for both, which counts what passes.
class Wire {
 public:
  using executor_type = asio::io_context::executor_type;

  explicit Wire(const LinkOptions& options);
  // Name, TCP, TLS.
  base::Status open();
  void close();
  bool is_open() const { return socket_ && lowest().is_open(); }

  // What a handler leaves behind. Shared, because a step that is given up may still end later.
  struct Step {
    bool done = false;
    beast::error_code code;
  };
  // Runs what was started until it is done. `interrupted`, or timed_out, and then the connection is closed.
  // What moves is no more waited for than kWholeMs: a deadline is of what stands as good as still.
  base::Status wait(const Step& step, int timeout_ms);
  static constexpr int kWholeMs = 900'000;
  // The same, but at the deadline everything goes on as it is and the answer is false.
  base::Result<bool> wait_gently(const Step& step, int timeout_ms);
  void ignore_stop();  // from here on: for what still has to be said

  const LinkOptions& options() const { return options_; }
  std::string host_header() const;
  LinkCounts counts;

  executor_type get_executor() { return io_.get_executor(); }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(beast::error_code, std::size_t)>(
        [this](auto handler, const Buffers& to) {
          auto counted = [this, handler = std::move(handler)](beast::error_code code,
                                                              std::size_t count) mutable {
            counts.bytes_down += count;
            std::move(handler)(code, count);
          };
          if (tls_) {
            tls_->async_read_some(to, std::move(counted));
          } else {
            socket_->async_read_some(to, std::move(counted));
          }
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(beast::error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          auto counted = [this, handler = std::move(handler)](beast::error_code code,
                                                              std::size_t count) mutable {
            counts.bytes_up += count;
            std::move(handler)(code, count);
          };
          if (tls_) {
            tls_->async_write_some(from, std::move(counted));
          } else {
            socket_->async_write_some(from, std::move(counted));
          }
        },
        token, buffers);
  }

 private:
  Tcp::socket& lowest() { return tls_ ? tls_->next_layer() : *socket_; }
  const Tcp::socket& lowest() const { return tls_ ? tls_->next_layer() : *socket_; }
  base::Status open_tls();
  std::uint64_t bytes_passed();  // both ways, as the system counts what arrived

  LinkOptions options_;
  asio::io_context io_{1};
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::optional<Tcp::socket> socket_;
  std::optional<asio::ssl::stream<Tcp::socket&>> tls_;
  std::optional<asio::posix::stream_descriptor> stop_;
  bool stopped_ = false;
};

// How Beast ends such a connection: the WebSocket has said goodbye by then.
inline void beast_close_socket(Wire& wire) { wire.close(); }
template <class Handler>
void async_teardown(beast::role_type, Wire& wire, Handler&& handler) {
  wire.close();
  asio::post(wire.get_executor(),
             beast::bind_front_handler(std::forward<Handler>(handler), beast::error_code()));
}

// Of an HTTP status that is no success.
base::Error refusal_of(unsigned status);

}  // namespace sejawat::net_client
