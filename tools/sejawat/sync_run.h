// One sync over HTTP: exchanges of one POST each on one connection, until nothing is left to send or to
// fetch.
#pragma once

#include "net_client/link.h"
#include "session.h"

namespace sejawat::cli {

struct SyncReport {
  std::uint32_t sent = 0;  // segments acked
  std::uint32_t received = 0;
  std::uint64_t bytes_up = 0;  // above TCP and TLS, HTTP lines included
  std::uint64_t bytes_down = 0;
  std::uint64_t frame_bytes_up = 0;  // Noise messages with their content
  std::uint64_t frame_bytes_down = 0;
  std::uint32_t round_trips = 0;
  std::uint64_t media_sent = 0;  // bytes of attachments
  std::uint64_t media_received = 0;
  std::optional<base::GenerationId> generation;
};

// After every exchange what was achieved is durable; an error or a signal between two of them loses nothing.
base::Result<SyncReport> run_sync(Session& session, const space::CarrierAddress& address,
                                  api::SyncMedia media = api::SyncMedia::all);
void stop_on_signals();
int stop_fd();  // readable once SIGINT or SIGTERM came
bool stop_asked();
net_client::LinkOptions link_to(const space::CarrierAddress& address);

}  // namespace sejawat::cli
