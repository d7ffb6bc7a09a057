// A message from anywhere is a value or an error; written again it reads as itself.
// needs: crypto log sync
#include <cstdlib>

#include "sync/frame.h"

namespace {

template <class Message, class Decode>
void check(sejawat::base::ByteView input, Decode decode) {
  const auto message = decode(input);
  if (!message.ok()) return;
  if (message->spaces.size() > sejawat::sync::kMaxSpaces) std::abort();
  const auto written = sejawat::sync::encode(*message);
  const auto again = decode(written);
  // What is written can be longer than what was read only where the input left out a default.
  if (!again.ok()) {
    if (written.size() > 65535) return;
    std::abort();
  }
  if (sejawat::sync::encode(*again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sejawat::base::ByteView input(data, size);
  check<sejawat::sync::ClientMessage>(input, sejawat::sync::decode_client);
  check<sejawat::sync::ServerMessage>(input, sejawat::sync::decode_server);
  return 0;
}
