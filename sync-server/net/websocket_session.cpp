#include "websocket_session.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>

#include <boost/beast/websocket.hpp>

#include "crypto/noise.h"
#include "deadline.h"
#include "durable.h"
#include "sync/session.h"

namespace sejawat::net {
namespace {

namespace websocket = beast::websocket;
constexpr int kUnsentMax = 64 * 1024;
constexpr std::size_t kReadStep = 8 * 1024;
// Whoever is not known after so many messages will not be: a newcomer needs a few. Those that bring something
// are not counted: a removed phone may have much late work.
constexpr std::uint32_t kStrangersMessages = 16;
// Pings of one minute. Each costs us a write; who watches over a line sends one now and then.
constexpr std::uint32_t kPingsAMinute = 60;

template <class Stream>
class WebSocketSession final : public Connection,
                               public LivePeer,
                               public std::enable_shared_from_this<WebSocketSession<Stream>> {
 public:
  WebSocketSession(Server& server, Stream stream, Request request, Slot slot)
      : server_(server),
        socket_(std::move(stream)),
        request_(std::make_unique<Request>(std::move(request))),
        slot_(std::move(slot)),
        channel_(server.key, server.random),
        read_deadline_(server),
        write_deadline_(server),
        stranger_(server, slot_.origin(), *this),
        member_(server.members),
        free_(server.io.get_executor(), Timer::time_point::max()) {
    server_.connections.insert(this);
    // What a reader does not take stays with us, one message, and not as megabytes in the kernel.
    const int unsent = kUnsentMax;
    ::setsockopt(beast::get_lowest_layer(socket_).native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent,
                 sizeof(unsent));
  }
  ~WebSocketSession() override { server_.connections.erase(this); }

  Task<void> run() {
    ++server_.counts.sockets;
    bool go_on = co_await open();
    while (go_on) {
      // Whoever says nothing keeps no frame of an exchange.
      base::Bytes message;
      go_on = co_await read(message);
      if (go_on) go_on = co_await exchange(std::move(message));
    }
    server_.live.forget(*this);
    // Nobody awaits what is still leaving, and without a deadline it would keep all of this for as long as
    // the other side answers probes.
    if (writing_) let_go();
    read_deadline_.disarm();
    write_deadline_.disarm();
    if (known_)
      spdlog::info(R"({{"event":"socket_end","messages":{},"pushes":{},"bytes_in":{},"bytes_out":{}}})",
                   messages_, pushes_, bytes_in_, bytes_out_);
  }

  void drain() override {
    drained_ = true;
    beast::error_code ignored;
    if (!socket_.is_open()) {
      beast::get_lowest_layer(socket_).cancel(ignored);  // still shaking hands
    } else if (!answering_) {
      start_close(websocket::close_code::going_away);
    }
  }

  void let_go() override {
    beast::error_code ignored;
    beast::get_lowest_layer(socket_).close(ignored);
    slot_.give_up();
  }
  // Of what comes in only what belongs to the message: frames of nothing and pings are no movement.
  std::uint64_t passed(Way way) {
    return way == Way::in ? arrived_ : bytes_passed(beast::get_lowest_layer(socket_).native_handle(), way);
  }
  void cut_off() {
    ++server_.counts.timeouts;
    let_go();
  }

  // LivePeer
  std::shared_ptr<LivePeer> hold() override { return this->shared_from_this(); }
  std::shared_ptr<carrier::Peer> peer() override { return peer_; }
  void cut() override {
    drained_ = true;  // what is being answered is the last answer
    if (!answering_) start_close(websocket::close_code::policy_error);
  }
  void make_room() override {
    ++server_.counts.refused_device;
    drained_ = true;
    if (!answering_) start_close(websocket::close_code::going_away);
  }
  void news() override {
    behind_ = true;
    if (writing_) ++server_.counts.slow_readers;
    ask_if_behind();
  }
  void push(std::optional<sync::ServerMessage> message) override {
    asked_ = false;
    pushed_ = message ? std::make_unique<sync::ServerMessage>(std::move(*message)) : nullptr;
    if (pushed_ && !writing_) start_push();
    ask_if_behind();
  }

 private:
  Task<bool> open() {
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = server_.options.timeouts.first_request;
    timeout.idle_timeout = server_.options.timeouts.live_idle;
    timeout.keep_alive_pings = true;
    socket_.set_option(timeout);
    socket_.read_message_max(crypto::kNoiseMessageMax);
    socket_.binary(true);
    socket_.auto_fragment(false);
    // A stranger has as long until the first message begins as for a request's head. Inside TLS nothing is
    // seen of it before 16 KiB are here, for which a line of 10 kbit/s takes 13 s.
    const auto& timeouts = server_.options.timeouts;
    read_deadline_.arm_moving(this->shared_from_this(), Way::in,
                              std::is_same_v<Stream, TlsStream> ? timeouts.body : timeouts.first_request,
                              timeouts);
    socket_.control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind == websocket::frame_type::ping) count_ping();
    });
    auto [error] = co_await socket_.async_accept(*request_, kTuple);
    request_.reset();
    co_return !error;
  }

  void count_ping() {
    const auto now = std::chrono::steady_clock::now();
    if (now - pings_since_ >= std::chrono::minutes(1)) {
      pings_since_ = now;
      pings_ = 0;
    }
    if (++pings_ != kPingsAMinute + 1) return;
    ++server_.counts.refused_rate;
    let_go();
  }

  // One message of the client, and its answer. False: the connection ends.
  Task<bool> exchange(base::Bytes bytes) {
    ++messages_;
    bytes_in_ += bytes.size();
    server_.counts.bytes_in += bytes.size();
    auto incoming = channel_.on_message(bytes);
    bytes = {};
    if (!incoming.ok()) {
      ++(incoming.code() == base::Code::cannot_decrypt ? server_.counts.refused_key
                                                       : server_.counts.refused_malformed);
      co_return co_await end(websocket::close_code::policy_error);
    }
    if (!peer_) peer_ = std::make_shared<carrier::Peer>(incoming->device);
    answering_ = true;
    Served served = co_await durable(server_, incoming->device, std::move(incoming->message), peer_);
    known_ = known_ || !served.stranger;
    const bool sent = co_await answer(served);
    answering_ = false;
    if (sent && drained_) co_return co_await end(websocket::close_code::going_away);
    ask_if_behind();
    co_return sent;
  }

  Task<bool> answer(Served& served) {
    // Let go while the writer had it: it counts no more.
    if (!beast::get_lowest_layer(socket_).is_open()) co_return false;
    if (!served.answer.ok()) {
      const bool busy = served.answer.code() == base::Code::timed_out;
      co_return co_await end(busy ? websocket::close_code::try_again_later
                                  : websocket::close_code::internal_error);
    }
    const bool refused =
        served.answer->error != base::Code::ok || (served.stranger && served.in_vain >= kStrangersMessages);
    if (!refused) {
      // Whose device it is has to be known as well: else it is in nobody's number, and would never go.
      if (served.standing.known && served.standing.person) {
        stranger_.leave();
        server_.members.enter(member_, slot_.origin(), *served.standing.person, *this);
      }
      // Before it waits for anything: what is committed while the answer leaves is told after it, and a cut
      // makes it the last one.
      server_.live.follow(*this, peer_->device, std::move(served.standing));
    }
    while (writing_) co_await free_.async_wait(kTuple);  // a push is leaving
    auto reply = channel_.reply(*served.answer);
    if (!reply.ok()) co_return co_await end(websocket::close_code::internal_error);
    served.answer = sync::ServerMessage();
    writing_ = true;
    count_out(reply->size());
    moves_out();
    auto [error, written] = co_await socket_.async_write(asio::buffer(*reply), kTuple);
    static_cast<void>(written);
    written_out();
    if (error) co_return false;
    if (refused) co_return co_await end(websocket::close_code::policy_error);
    // What is still to come from somebody whom nobody knows comes soon.
    if (served.stranger) read_deadline_.arm(this->shared_from_this(), server_.options.timeouts.idle);
    co_return true;
  }

  // A whole binary message, in whatever fragments. Its sender has a deadline from the first bytes on.
  // While none comes it holds no buffer but `first_`, which is enough for a message that says nothing new.
  Task<bool> read(base::Bytes& message) {
    bool begun = false;
    arrived_ = 0;
    do {
      const std::size_t had = message.size();
      message.resize(had == 0 ? 0 : std::min(had + kReadStep, crypto::kNoiseMessageMax + 1));
      asio::mutable_buffer to = asio::buffer(first_);
      if (had != 0) to = asio::buffer(message.data() + had, message.size() - had);
      auto [error, count] = co_await socket_.async_read_some(to, kTuple);
      if (had == 0) message.assign(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(count));
      message.resize(had + count);
      arrived_ = message.size();
      if (error) {
        if (error == beast::error::timeout) ++server_.counts.timeouts;
        if (error == websocket::error::message_too_big) ++server_.counts.refused_malformed;
        co_return false;
      }
      if (!socket_.got_binary()) {
        ++server_.counts.refused_malformed;
        co_return co_await end(websocket::close_code::unknown_data);
      }
      // The first message has a deadline from the start.
      if (!begun && messages_ > 0 && !socket_.is_message_done()) {
        read_deadline_.arm_moving(this->shared_from_this(), Way::in, server_.options.timeouts.body,
                                  server_.options.timeouts);
      }
      begun = true;
    } while (!socket_.is_message_done());
    read_deadline_.disarm();
    co_return true;
  }

  // Only what can leave now is asked for: while something is on its way, news wait and are told in one.
  void ask_if_behind() {
    if (!behind_ || asked_ || answering_ || writing_ || pushed_ || drained_) return;
    behind_ = false;
    asked_ = true;
    server_.live.ask(*this);
  }

  void start_push() {
    auto message = channel_.reply(*pushed_);
    pushed_.reset();
    if (!message.ok()) return start_close(websocket::close_code::internal_error);
    ++pushes_;
    ++server_.counts.pushes;
    count_out(message->size());
    writing_ = true;
    moves_out();
    auto kept = std::make_shared<base::Bytes>(std::move(*message));
    socket_.async_write(asio::buffer(*kept),
                        [self = this->shared_from_this(), kept](beast::error_code error, std::size_t) {
                          self->written_out();
                          if (!error) self->ask_if_behind();
                        });
  }

  void written_out() {
    writing_ = false;
    write_deadline_.disarm();
    free_.cancel();
    if (pushed_) start_push();
  }

  void moves_out() {
    write_deadline_.arm_moving(this->shared_from_this(), Way::out, server_.options.timeouts.write,
                               server_.options.timeouts);
  }
  void count_out(std::size_t size) {
    bytes_out_ += size;
    server_.counts.bytes_out += size;
  }

  Task<bool> end(websocket::close_code code) {
    if (closing_) co_return false;
    closing_ = true;
    write_deadline_.arm(this->shared_from_this(), server_.options.timeouts.drain);
    auto [error] = co_await socket_.async_close(code, kTuple);
    static_cast<void>(error);
    co_return false;
  }
  void start_close(websocket::close_code code) {
    if (closing_) return;
    closing_ = true;
    socket_.async_close(code, [self = this->shared_from_this()](beast::error_code) {});
  }

  Server& server_;
  websocket::stream<Stream, false> socket_;  // false: permessage-deflate is not even compiled in
  std::unique_ptr<const Request> request_;   // until it is accepted
  Slot slot_;
  sync::CarrierSession channel_;
  std::array<std::uint8_t, 64> first_{};  // the start of a message
  std::shared_ptr<carrier::Peer> peer_;   // of the writer's thread (storage/writer.h)
  Deadline read_deadline_;
  Deadline write_deadline_;
  Stranger stranger_;
  Members::Ticket member_;
  Timer free_;              // cancelled when a write ended
  bool answering_ = false;  // a message of the client is not answered yet
  bool writing_ = false;    // something is leaving
  bool asked_ = false;      // the hub is asked for a push
  bool behind_ = false;     // something is new that it was not asked for yet
  bool drained_ = false;
  bool known_ = false;  // somebody whom a certificate names was answered here
  bool closing_ = false;
  std::unique_ptr<sync::ServerMessage> pushed_;  // made, and waiting for its turn: at most one
  std::uint64_t arrived_ = 0;                    // bytes of the message that is being read
  std::chrono::steady_clock::time_point pings_since_;
  std::uint32_t pings_ = 0;  // since then
  std::uint64_t messages_ = 0;
  std::uint64_t pushes_ = 0;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
};

}  // namespace

template <class Stream>
void start_websocket(Server& server, Stream stream, Request request, Slot slot) {
  auto session = std::make_shared<WebSocketSession<Stream>>(server, std::move(stream), std::move(request),
                                                            std::move(slot));
  asio::co_spawn(server.io, session->run(), HeldToTheEnd{session});
}

template void start_websocket<PlainStream>(Server&, PlainStream, Request, Slot);
template void start_websocket<TlsStream>(Server&, TlsStream, Request, Slot);

}  // namespace sejawat::net
