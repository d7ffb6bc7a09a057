// TLS right on the socket. asio::ssl::stream keeps four buffers of 17 KB for each connection, idle or not;
// here OpenSSL reads and writes the descriptor itself and Asio only waits for it, which costs a quarter
// (measured in tests/process/crowd_test.cpp). An AsyncStream of the io thread; one read and one write may be
// under way at once.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <vector>

namespace sejawat::net {

template <class Socket>
class BasicTlsStream {
 public:
  using next_layer_type = Socket;
  using executor_type = typename Socket::executor_type;
  using Error = boost::system::error_code;

  // The server's side. `context` must outlive it.
  BasicTlsStream(Socket socket, boost::asio::ssl::context& context)
      : socket_(std::move(socket)), ssl_(SSL_new(context.native_handle()), &SSL_free) {
    Error ignored;
    socket_.native_non_blocking(true, ignored);
    // BIO_NOCLOSE: the descriptor is the socket's. A write to a closed one raises SIGPIPE, which the server
    // ignores.
    if (ssl_ != nullptr && SSL_set_fd(ssl_.get(), static_cast<int>(socket_.native_handle())) == 1) {
      SSL_set_accept_state(ssl_.get());
      SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    } else {
      ssl_.reset();  // out of memory: every operation fails
    }
  }
  executor_type get_executor() { return socket_.get_executor(); }
  Socket& next_layer() { return socket_; }
  const Socket& next_layer() const { return socket_; }

  template <class Token>
  auto async_handshake(Token&& token) {
    return boost::asio::async_compose<Token, void(Error)>(Handshake{this}, token, socket_);
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    Read read{this};
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers); ++at) {
      if (read.to.size() == 0) read.to = *at;
    }
    return boost::asio::async_compose<Token, void(Error, std::size_t)>(std::move(read), token, socket_);
  }
  // Small parts leave in one record.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    Write write{this};
    std::size_t parts = 0;
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers); ++at) {
      const boost::asio::const_buffer part = *at;
      if (part.size() == 0) continue;
      if (++parts == 1) {
        write.from = part;
        continue;
      }
      if (parts == 2) append(write.joined, write.from);
      append(write.joined, part);
      if (write.joined.size() == kRecord) break;
    }
    return boost::asio::async_compose<Token, void(Error, std::size_t)>(std::move(write), token, socket_);
  }
  // Says goodbye without waiting for an answer.
  void shutdown() {
    if (!usable()) return;
    if (SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    Error ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

 private:
  static constexpr std::size_t kRecord = 16 * 1024;

  // The descriptor of a closed socket may be another connection's by now: OpenSSL must not touch it any more.
  bool usable() const { return ssl_ != nullptr && socket_.is_open(); }
  static void append(std::vector<char>& to, const boost::asio::const_buffer& from) {
    const auto* data = static_cast<const char*>(from.data());
    to.insert(to.end(), data, data + std::min(from.size(), kRecord - to.size()));
  }

  // What all three have in common: try; wait for the descriptor and try again; never complete inside the call
  // that started it.
  struct Step {
    BasicTlsStream* stream = nullptr;
    bool started = false;
    bool done = false;
    Error error;
    std::size_t count = 0;

    void begin(Error waited) {
      error = waited;
      if (!error && !stream->usable()) error = boost::asio::error::operation_aborted;
      ERR_clear_error();
    }
    // True when it is decided, by `result` of an SSL function.
    template <class Self>
    bool decide(Self& self, int result) {
      if (result > 0) {
        count = static_cast<std::size_t>(result);
        return true;
      }
      const int why = SSL_get_error(stream->ssl_.get(), result);
      if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        started = true;
        stream->socket_.async_wait(why == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write,
                                   std::move(self));
        return false;
      }
      if (why == SSL_ERROR_ZERO_RETURN) {
        error = boost::asio::error::eof;
      } else if (const auto code = ERR_get_error(); code != 0) {
        error = Error(static_cast<int>(code), boost::asio::error::get_ssl_category());
      } else {
        error = boost::asio::ssl::error::stream_truncated;  // the line went without a goodbye
      }
      return true;
    }
    // The result is there: now, or on the next turn of the loop when nothing was waited for.
    template <class Self>
    bool ripe(Self& self) {
      done = true;
      if (started) return true;
      started = true;
      boost::asio::post(stream->get_executor(), std::move(self));
      return false;
    }
  };
  struct Handshake : Step {
    explicit Handshake(BasicTlsStream* of) { this->stream = of; }
    template <class Self>
    void operator()(Self& self, Error waited = {}) {
      if (!this->done && !run(self, waited)) return;
      self.complete(this->error);
    }
    template <class Self>
    bool run(Self& self, Error waited) {
      this->begin(waited);
      if (!this->error && !this->decide(self, SSL_do_handshake(this->stream->ssl_.get()))) return false;
      return this->ripe(self);
    }
  };
  struct Read : Step {
    explicit Read(BasicTlsStream* of) { this->stream = of; }
    boost::asio::mutable_buffer to;
    template <class Self>
    void operator()(Self& self, Error waited = {}) {
      if (!this->done && !run(self, waited)) return;
      self.complete(this->error, this->count);
    }
    template <class Self>
    bool run(Self& self, Error waited) {
      this->begin(waited);
      const int size = static_cast<int>(std::min<std::size_t>(to.size(), kRecord));
      if (!this->error && size > 0 &&
          !this->decide(self, SSL_read(this->stream->ssl_.get(), to.data(), size))) {
        return false;
      }
      return this->ripe(self);
    }
  };
  struct Write : Step {
    explicit Write(BasicTlsStream* of) { this->stream = of; }
    boost::asio::const_buffer from;
    std::vector<char> joined;
    template <class Self>
    void operator()(Self& self, Error waited = {}) {
      if (!this->done && !run(self, waited)) return;
      self.complete(this->error, this->count);
    }
    template <class Self>
    bool run(Self& self, Error waited) {
      this->begin(waited);
      const void* data = joined.empty() ? from.data() : joined.data();
      const std::size_t left = joined.empty() ? from.size() : joined.size();
      const int size = static_cast<int>(std::min(left, kRecord));
      if (!this->error && size > 0 && !this->decide(self, SSL_write(this->stream->ssl_.get(), data, size))) {
        return false;
      }
      return this->ripe(self);
    }
  };

  Socket socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

// How Beast ends such a connection.
template <class Socket>
void beast_close_socket(BasicTlsStream<Socket>& stream) {
  boost::system::error_code ignored;
  stream.next_layer().close(ignored);
}
template <class Socket, class Handler>
void async_teardown(boost::beast::role_type, BasicTlsStream<Socket>& stream, Handler&& handler) {
  stream.shutdown();
  boost::asio::post(stream.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                                            boost::system::error_code()));
}

}  // namespace sejawat::net
