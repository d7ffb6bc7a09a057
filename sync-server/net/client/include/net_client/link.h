// Outgoing connections to a carrier, for the command line and for relays. Blocking, with deadlines; both
// count every byte above TCP or, inside TLS, above that.
//
// Inside TLS (`tls`) the certificate is looked at and not insisted on: who the carrier is follows from the
// Noise key in its address, which was handed over by a person, and a school's box has no certificate that the
// world would vouch for. Refusing would lock such a box out and protect nothing that Noise does not
// (docs/PROTOCOL.md, "Transport").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace sejawat::net_client {

struct LinkOptions {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  int timeout_ms = 20000;  // for each step: to connect, to send, to be answered
  int stop_fd = -1;        // borrowed: readable when whatever waits is to return `interrupted`
};

struct LinkCounts {
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  std::uint32_t round_trips = 0;  // after TCP and TLS
  bool certificate_verified = false;
};

// Codes of both: offline (nobody listens, the name does not resolve, the line was cut), timed_out (also: the
// server asks to come again later), wrong_server_key (the other side could not read the message),
// protocol_violation (an answer that is not ours: a captive portal, say), interrupted.
class CarrierLink {
 public:
  static base::Result<std::unique_ptr<CarrierLink>> connect(const LinkOptions& options);
  ~CarrierLink();
  // POST /sync with this body; connects again when the server closed in between.
  base::Result<base::Bytes> post(base::ByteView body);
  LinkCounts counts() const;

 private:
  struct State;
  explicit CarrierLink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// GET /sync as a WebSocket.
class LiveLink {
 public:
  static base::Result<std::unique_ptr<LiveLink>> connect(const LinkOptions& options);
  ~LiveLink();
  base::Status send(base::ByteView message);
  // nullopt: nothing came in time, and the connection is as good as before.
  base::Result<std::optional<base::Bytes>> receive(int timeout_ms);
  void close();  // says so to the server, and waits a moment for its word
  LinkCounts counts() const;

 private:
  struct State;
  explicit LiveLink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::net_client
