#include "net_client/link.h"

#include <boost/beast/http.hpp>

#include "wire.h"

namespace sejawat::net_client {
namespace {

namespace http = beast::http;
constexpr std::size_t kMaxReply = 65535;

}  // namespace

struct CarrierLink::State {
  explicit State(const LinkOptions& options) : wire(options) {}
  Wire wire;
  beast::flat_buffer buffer;

  base::Status send(const std::string& bytes) {
    auto step = std::make_shared<Wire::Step>();
    asio::async_write(wire, asio::buffer(bytes), [step](beast::error_code error, std::size_t) {
      step->done = true;
      step->code = error;
    });
    SJ_TRY_STATUS(wire.wait(*step, wire.options().timeout_ms));
    if (step->code) return base::error(base::Code::offline, "the line was cut while sending");
    return {};
  }
  base::Result<base::Bytes> receive() {
    http::response_parser<http::vector_body<std::uint8_t>> parser;
    parser.body_limit(kMaxReply);
    auto step = std::make_shared<Wire::Step>();
    http::async_read(wire, buffer, parser, [step](beast::error_code error, std::size_t) {
      step->done = true;
      step->code = error;
    });
    SJ_TRY_STATUS(wire.wait(*step, wire.options().timeout_ms));
    const beast::error_code code = step->code;
    const bool http_error = code.category() == http::make_error_code(http::error::bad_version).category();
    const bool cut = code == http::error::end_of_stream || code == http::error::partial_message;
    if (code && http_error && !cut) return base::error(base::Code::protocol_violation, "not our HTTP");
    if (code) return base::error(base::Code::offline, "the line was cut while receiving");
    if (!parser.keep_alive()) wire.close();
    if (parser.get().result() != http::status::ok) return refusal_of(parser.get().result_int());
    return std::move(parser.get().body());
  }
};

CarrierLink::CarrierLink(std::unique_ptr<State> state) : state_(std::move(state)) {}
CarrierLink::~CarrierLink() = default;

base::Result<std::unique_ptr<CarrierLink>> CarrierLink::connect(const LinkOptions& options) {
  auto state = std::make_unique<State>(options);
  SJ_TRY_STATUS(state->wire.open());
  return std::unique_ptr<CarrierLink>(new CarrierLink(std::move(state)));
}

base::Result<base::Bytes> CarrierLink::post(base::ByteView body) {
  State& state = *state_;
  if (!state.wire.is_open()) SJ_TRY_STATUS(state.wire.open());
  std::string request = "POST /sync HTTP/1.1\r\nHost: " + state.wire.host_header() +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request.append(base::as_text(body));
  auto sent = state.send(request);
  ++state.wire.counts.round_trips;
  auto reply = sent.ok() ? state.receive() : base::Result<base::Bytes>(std::move(sent).error());
  if (!reply.ok()) {
    state.wire.close();
    state.buffer.clear();
  }
  return reply;
}

LinkCounts CarrierLink::counts() const { return state_->wire.counts; }

}  // namespace sejawat::net_client
