#include "crypto/noise.h"
#include "sync/session.h"

namespace sejawat::sync {

struct CarrierSession::State {
  crypto::BoxKey carrier;
  base::Random& random;
  std::unique_ptr<crypto::NoiseResponder> handshake;
  std::optional<crypto::NoiseChannel> channel;
  base::PublicBoxKey device;
};

CarrierSession::CarrierSession(const crypto::BoxKey& carrier, base::Random& random)
    : state_(new State{carrier.clone(), random, nullptr, std::nullopt, {}}) {}
CarrierSession::~CarrierSession() = default;

base::Result<CarrierSession::Incoming> CarrierSession::on_message(base::ByteView message) {
  State& state = *state_;
  Incoming incoming;
  base::Bytes payload;
  if (state.channel) {
    SJ_TRY(auto opened, state.channel->receive.decrypt(message));
    payload = std::move(opened);
  } else {
    if (state.handshake) return base::error(base::Code::protocol_violation, "two first messages");
    state.handshake = std::make_unique<crypto::NoiseResponder>(base::as_bytes(kPrologue), state.carrier,
                                                               crypto::BoxKey::random(state.random));
    SJ_TRY(auto first, state.handshake->read_first(message));
    state.device = first.remote_static;
    payload = std::move(first.payload);
    incoming.first = true;
  }
  SJ_TRY(auto decoded, decode_client(payload));
  incoming.device = state.device;
  incoming.message = std::move(decoded);
  return incoming;
}

base::Result<base::Bytes> CarrierSession::reply(const ServerMessage& message) {
  State& state = *state_;
  const base::Bytes payload = encode(message);
  if (state.channel) return state.channel->send.encrypt(payload);
  if (!state.handshake) return base::error(base::Code::protocol_violation, "a reply before any message");
  SJ_TRY(auto established, state.handshake->write_second(payload));
  state.channel = std::move(established.channel);
  state.handshake.reset();
  return std::move(established.message);
}

}  // namespace sejawat::sync
