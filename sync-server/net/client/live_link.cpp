#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "wire.h"

namespace sejawat::net_client {
namespace {

namespace websocket = beast::websocket;
constexpr std::size_t kMaxMessage = 65535;
constexpr int kGoodbyeMs = 1000;

}  // namespace

struct LiveLink::State {
  explicit State(const LinkOptions& options) : wire(options), socket(wire) {}
  Wire wire;
  websocket::stream<Wire&, false> socket;
  beast::flat_buffer buffer{kMaxMessage};
  websocket::response_type response;
  bool reading = false;
  Wire::Step read;

  base::Status handshake() {
    socket.set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                      websocket::stream_base::none(), false});
    socket.read_message_max(kMaxMessage);
    socket.binary(true);
    auto step = std::make_shared<Wire::Step>();
    socket.async_handshake(response, wire.host_header(), "/sync", [step](beast::error_code error) {
      step->done = true;
      step->code = error;
    });
    SJ_TRY_STATUS(wire.wait(*step, wire.options().timeout_ms));
    const beast::error_code code = step->code;
    ++wire.counts.round_trips;
    if (!code) return {};
    if (code == websocket::error::upgrade_declined) return refusal_of(response.result_int());
    if (code.category() == make_error_code(websocket::error::closed).category()) {
      return base::error(base::Code::protocol_violation, "no WebSocket of ours");
    }
    return base::error(base::Code::offline, "the line was cut while connecting");
  }
  void start_read() {
    if (reading || read.done) return;
    reading = true;
    socket.async_read(buffer, [this](beast::error_code error, std::size_t) {
      reading = false;
      read = {true, error};
    });
  }
  base::Error why_closed() const {
    if (read.code == websocket::error::closed) {
      switch (static_cast<websocket::close_code>(socket.reason().code)) {
        case websocket::close_code::try_again_later: return refusal_of(503);
        case websocket::close_code::policy_error:
          return base::error(base::Code::protocol_violation, "the server did not take the message");
        default: return base::error(base::Code::offline, "the server closed the connection");
      }
    }
    if (read.code == websocket::error::message_too_big) return base::error(base::Code::protocol_violation);
    return base::error(base::Code::offline, "the line was cut");
  }
};

LiveLink::LiveLink(std::unique_ptr<State> state) : state_(std::move(state)) {}
LiveLink::~LiveLink() = default;

base::Result<std::unique_ptr<LiveLink>> LiveLink::connect(const LinkOptions& options) {
  auto state = std::make_unique<State>(options);
  SJ_TRY_STATUS(state->wire.open());
  SJ_TRY_STATUS(state->handshake());
  return std::unique_ptr<LiveLink>(new LiveLink(std::move(state)));
}

base::Status LiveLink::send(base::ByteView message) {
  State& state = *state_;
  auto step = std::make_shared<Wire::Step>();
  state.socket.async_write(asio::buffer(message.data(), message.size()),
                           [step](beast::error_code error, std::size_t) {
                             step->done = true;
                             step->code = error;
                           });
  SJ_TRY_STATUS(state.wire.wait(*step, state.wire.options().timeout_ms));
  ++state.wire.counts.round_trips;
  if (step->code) return base::error(base::Code::offline, "the line was cut while sending");
  return {};
}

base::Result<std::optional<base::Bytes>> LiveLink::receive(int timeout_ms) {
  State& state = *state_;
  state.start_read();
  SJ_TRY(const bool came, state.wire.wait_gently(state.read, timeout_ms));
  if (!came) return std::optional<base::Bytes>();
  state.read.done = false;
  if (state.read.code) return state.why_closed();
  const auto data = state.buffer.cdata();
  const base::ByteView bytes{static_cast<const std::uint8_t*>(data.data()), data.size()};
  std::optional<base::Bytes> message(base::to_bytes(bytes));
  state.buffer.consume(state.buffer.size());
  return message;
}

void LiveLink::close() {
  State& state = *state_;
  state.wire.ignore_stop();
  auto step = std::make_shared<Wire::Step>();
  state.socket.async_close(websocket::close_code::normal, [step](beast::error_code) { step->done = true; });
  static_cast<void>(state.wire.wait(*step, kGoodbyeMs).ok());
}

LinkCounts LiveLink::counts() const { return state_->wire.counts; }

}  // namespace sejawat::net_client
