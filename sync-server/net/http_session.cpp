#include "http_session.h"

#include <algorithm>

#include "crypto/noise.h"
#include "deadline.h"
#include "routes.h"
#include "websocket_session.h"

namespace sejawat::net {
namespace {

constexpr std::uint32_t kMaxHeader = 4096;
constexpr std::size_t kReadMax = 8192;  // holds a whole header; bodies pass through it
constexpr std::size_t kLingerMax = 256 * 1024;

template <class Stream>
class HttpSession final : public Connection, public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  HttpSession(Server& server, Stream stream, Slot slot)
      : server_(server),
        stream_(std::move(stream)),
        slot_(std::move(slot)),
        deadline_(server),
        stranger_(server, slot_.origin(), *this),
        buffer_(kReadMax) {
    caller_.origin = slot_.origin();
    caller_.tls = std::is_same_v<Stream, TlsStream>;
    server_.connections.insert(this);
  }
  ~HttpSession() override { server_.connections.erase(this); }
  void drain() override {
    beast::error_code ignored;
    if (waiting_) beast::get_lowest_layer(stream_).cancel(ignored);
  }
  void let_go() override {
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    slot_.give_up();
  }
  std::uint64_t passed(Way way) {
    return bytes_passed(beast::get_lowest_layer(stream_).native_handle(), way);
  }
  void cut_off() {
    if (!resting_ || buffer_.size() != 0) ++server_.counts.timeouts;
    let_go();
  }

  Task<void> run() {
    bool go_on = true;
    for (bool first = true; go_on && !server_.draining; first = false) {
      RequestParser parser;
      parser.header_limit(kMaxHeader);
      parser.body_limit(crypto::kNoiseMessageMax);
      expires(first ? server_.options.timeouts.first_request : server_.options.timeouts.idle);
      waiting_ = buffer_.size() == 0;
      resting_ = waiting_ && !first;
      if (waiting_) buffer_.shrink_to_fit();  // an idle connection keeps no buffer
      auto [error, read] = co_await http::async_read_header(stream_, buffer_, parser, kTuple);
      static_cast<void>(read);
      waiting_ = resting_ = false;
      if (error) {
        co_await refuse_head(error);
        break;
      }
      auto refusal = refuse_early(server_, parser.get(), caller_);
      if (!refusal && wants_websocket(parser.get())) {
        // No client of this protocol speaks before it is answered.
        if (buffer_.size() != 0 || !parser.is_done()) break;
        deadline_.disarm();
        stranger_.leave();
        start_websocket<Stream>(server_, std::move(stream_), parser.release(), std::move(slot_));
        co_return;
      }
      if (refusal) {
        go_on = co_await finish(*refusal, parser.get(), !parser.is_done());
      } else {
        go_on = co_await serve(parser);
      }
    }
    close();
  }

 private:
  void expires(std::chrono::milliseconds after) { deadline_.arm(this->shared_from_this(), after); }
  void moves(Way way, std::chrono::milliseconds patience) {
    deadline_.arm_moving(this->shared_from_this(), way, patience, server_.options.timeouts);
  }

  // The rest of a request, and its answer. False: the connection ends.
  Task<bool> serve(RequestParser& parser) {
    // What came along with the head moved, too, also where it still waits in the socket.
    const Timeouts& timeouts = server_.options.timeouts;
    beast::error_code ignored;
    const std::size_t along = buffer_.size() + beast::get_lowest_layer(stream_).available(ignored);
    moves(Way::in, along >= Deadline::kLeast ? timeouts.pause : timeouts.body);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      auto [error, count] =
          co_await asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()), kTuple);
      static_cast<void>(count);
      if (error) co_return false;
    }
    parser.eager(true);
    while (!parser.is_done()) {
      // As much at once as has come so far: few reads for what is long, no memory for who sends little.
      buffer_.reserve(std::min(buffer_.size() + parser.get().body().size(), kReadMax));
      auto [error, read] = co_await http::async_read_some(stream_, buffer_, parser, kTuple);
      static_cast<void>(read);
      if (error) {
        co_await refuse_head(error);
        co_return false;
      }
    }
    deadline_.disarm();  // from here on it waits for us
    Request request = parser.release();
    // Whoever is answered here stays a stranger: a message that stands alone may be a replay.
    Reply reply = co_await answer_request(server_, request, caller_);
    co_return co_await finish(reply, request, false);
  }

  // `unread`: what is left of the body would be read as the next request.
  Task<bool> finish(Reply& reply, const Request& request, bool unread) {
    const bool keep = request.keep_alive() && !server_.draining && !unread && !reply.close;
    reply.message.version(request.version());
    reply.message.keep_alive(keep);
    const bool sent = co_await write(reply);
    if (sent && unread) co_await linger();
    co_return keep&& sent;
  }

  Task<bool> write(Reply& reply) {
    moves(Way::out, server_.options.timeouts.write);
    auto [error, written] = co_await http::async_write(stream_, reply.message, kTuple);
    static_cast<void>(written);
    co_return !error;
  }

  // A head or body that does not read: say why where somebody may be listening, then close.
  Task<void> refuse_head(beast::error_code error) {
    auto status = http::status::bad_request;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      status = http::status::request_header_fields_too_large;
    } else if (error == http::error::body_limit) {
      status = http::status::payload_too_large;
    } else if (error.category() != http::make_error_code(http::error::bad_method).category() ||
               error == http::error::end_of_stream || error == http::error::partial_message) {
      co_return;  // the line went, not the sense
    }
    ++server_.counts.refused_malformed;
    Reply reply = reply_status(status);
    reply.message.keep_alive(false);
    const bool sent = co_await write(reply);
    if (sent) co_await linger();
  }

  // What the other side is still sending is read and dropped for a moment: a close with unread bytes would
  // reset the connection and take the answer with it.
  Task<void> linger() {
    close();
    expires(std::chrono::seconds(2));
    buffer_.clear();
    resting_ = true;
    for (std::size_t total = 0; total < kLingerMax;) {
      auto [error, count] = co_await stream_.async_read_some(buffer_.prepare(kReadMax), kTuple);
      if (error) break;
      total += count;
    }
  }

  // Nothing more will be sent.
  void close() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.shutdown();
    } else {
      beast::error_code ignored;
      stream_.shutdown(Tcp::socket::shutdown_send, ignored);
    }
  }

  Server& server_;
  Stream stream_;
  Slot slot_;
  Caller caller_;
  Deadline deadline_;
  Stranger stranger_;
  beast::flat_buffer buffer_;
  bool waiting_ = false;  // for the first byte of a request
  bool resting_ = false;  // nothing is under way that could take too long: its end is no fault of anybody's
};

}  // namespace

template <class Stream>
void start_http(Server& server, Stream stream, Slot slot) {
  auto session = std::make_shared<HttpSession<Stream>>(server, std::move(stream), std::move(slot));
  asio::co_spawn(server.io, session->run(), HeldToTheEnd{session});
}

template void start_http<PlainStream>(Server&, PlainStream, Slot);
template void start_http<TlsStream>(Server&, TlsStream, Slot);

}  // namespace sejawat::net
