// A file from anywhere, in pieces: it is read to its end or refused, with bounded memory; and what the writer
// makes of any message reads as itself. First byte: size of the pieces; 0xFF: the rest is a message to write.
// needs: crypto log sync
#include <cstdlib>

#include "sync/bundle.h"

namespace {

using namespace sejawat;

struct Fixed final : base::Random {
  std::uint32_t state = 1;
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) {
      state = state * 1664525U + 1013904223U;
      byte = static_cast<std::uint8_t>(state >> 24);
    }
  }
};

struct Sink final : sync::BundleReader::Sink {
  std::vector<base::Bytes> messages;
  std::size_t held = 0;
  base::Status message(sync::ClientMessage message) override {
    if (message.hello || message.spaces.size() != 1) std::abort();
    messages.push_back(sync::encode(message));
    return {};
  }
  base::Status part_end(bool) override { return {}; }
};

const base::Secret32& epoch() {
  static const base::Secret32 key(base::Bytes(32, 9));
  return key;
}
const crypto::BoxKey& device() {
  static const crypto::BoxKey key = crypto::BoxKey::from_secret(base::Secret32(base::Bytes(32, 5)));
  return key;
}

bool read(base::ByteView bytes, std::size_t piece, Sink& sink) {
  sync::BundleReader reader({{&device()}, {&epoch()}}, sink);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!reader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at))).ok()) return false;
  }
  return reader.finish().ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteView input(data + 1, size - 1);
  if (data[0] != 0xFF) {
    Sink sink;
    const bool whole = read(input, data[0] == 0 ? input.size() + 1 : data[0], sink);
    Sink again;
    if (read(input, input.size() + 1, again) != whole || (whole && again.messages != sink.messages))
      std::abort();
    return 0;
  }
  auto message = sync::decode_client(input);
  if (!message.ok()) return 0;
  Fixed random;
  sync::BundleWriter writer(random);
  sync::BundleLocks locks;
  locks.epochs = {&epoch()};
  base::Bytes file = writer.begin_part(locks);
  auto chunk = writer.chunk(*message, true);
  if (!chunk.ok()) return 0;
  base::append(file, *chunk);
  base::append(file, writer.end());
  Sink sink;
  const bool whole = read(file, 4096, sink);
  const bool fits = !message->hello && message->spaces.size() == 1 && message->spaces[0].space.index == 0 &&
                    sync::encode(*message).size() <= 65535;
  if (whole != fits) std::abort();
  if (whole && sink.messages[0] != sync::encode(*message)) std::abort();
  return 0;
}
