// One outgoing connection to a carrier, for the command line and later for relays. Blocking, with deadlines;
// counts every byte above TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace sejawat::net_client {

class CarrierLink {
 public:
  // offline when nobody listens or the name does not resolve; version_unsupported for TLS, which is not here
  // yet.
  static base::Result<std::unique_ptr<CarrierLink>> connect(const std::string& host, std::uint16_t port,
                                                            bool tls, int timeout_ms);
  ~CarrierLink();
  // POST /sync with this body. wrong_server_key when the other side could not read it, timed_out, offline
  // (the line was cut), protocol_violation (an answer that is not ours: a captive portal, say).
  base::Result<base::Bytes> post(base::ByteView body);
  std::uint64_t bytes_up() const;
  std::uint64_t bytes_down() const;
  std::uint32_t round_trips() const;

 private:
  struct State;
  explicit CarrierLink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::net_client
