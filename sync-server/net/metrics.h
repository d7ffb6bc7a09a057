// What /metrics says: counts of the io thread, and the writer's. No label per space, person or address.
#pragma once

#include <cstdint>
#include <string>

#include "storage/writer.h"

namespace sejawat::net {

struct Counts {
  std::uint64_t accepted = 0;
  std::uint64_t posts = 0;
  std::uint64_t sockets = 0;   // WebSockets opened
  std::uint64_t bytes_in = 0;  // Noise messages with their content
  std::uint64_t bytes_out = 0;
  std::uint64_t pushes = 0;
  std::uint64_t slow_readers = 0;  // times that news had to wait for a reader
  std::uint64_t timeouts = 0;      // connections that were let go for taking too long
  // Refusals by reason.
  std::uint64_t refused_full = 0;         // too many connections, over all or from one place
  std::uint64_t refused_strangers = 0;    // let go for a newer one: nobody was served on it
  std::uint64_t refused_descriptors = 0;  // the system had no descriptor for one
  std::uint64_t refused_rate = 0;         // 429, or let go: came or pinged too often
  std::uint64_t refused_busy = 0;         // 503: the writer's queue is full
  std::uint64_t refused_origin = 0;       // a page of another host
  std::uint64_t refused_malformed = 0;    // HTTP, a frame or a message that does not read
  std::uint64_t refused_key = 0;          // not meant for our key
  std::uint64_t refused_failed = 0;       // what was to be answered could not be read
  std::uint64_t refused_device = 0;       // let go for a newer connection of the same device
  std::uint64_t refused_person = 0;       // let go for somebody else: whose it was has most
  // Now.
  std::size_t connections = 0;
  std::size_t live_peers = 0;
};

std::string metrics_text(const Counts& counts, const storage::Writer::Counters& writer, bool draining);

}  // namespace sejawat::net
