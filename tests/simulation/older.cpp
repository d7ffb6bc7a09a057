#include "older.h"

#include "world.h"

namespace sejawat::simulation {

bool is_older(const base::PublicBoxKey& device, std::int64_t now) {
  constexpr std::int64_t kDay = 24 * kHour;
  return device.bytes[0] % 8 == 0 && now < (1 + device.bytes[1] % 10) * kDay;
}

void skip_newer(sync::ClientMessage& message) {
  message.media = false;
  message.chunks.clear();
  message.wants.clear();
  if (message.hello) message.hello->chunk_mark.reset();
}

void skip_newer(sync::ServerMessage& message) {
  message.media = false;
  message.chunk_states.clear();
  message.chunks.clear();
  message.chunk_mark.reset();
  message.chunks_unknown = false;
}

}  // namespace sejawat::simulation
