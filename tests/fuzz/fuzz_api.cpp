// Any bytes through the C ABI of a store with a person: one request, or, after 0xFF, a script of many things.
// needs: api
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/codec.h"
#include "sejawat/core.h"

namespace {

using sejawat::base::ByteView;
using sejawat::base::Reader;

struct Host {
  std::uint32_t random = 1;
  std::int64_t time_ms = 1'795'482'000'000;
};

sejawat_core* open(Host& host) {
  static const std::uint8_t key[32] = {1};
  sejawat_options options{};
  options.abi = SEJAWAT_ABI;
  options.path = ":memory:";
  options.key = key;
  options.platform.context = &host;
  options.platform.now = [](void* context, std::int64_t* monotonic, std::int64_t* wall) {
    *monotonic = *wall = static_cast<Host*>(context)->time_ms;
  };
  options.platform.random = [](void* context, std::uint8_t* out, std::size_t size) {
    auto& state = static_cast<Host*>(context)->random;
    for (std::size_t i = 0; i < size; ++i) {
      state = state * 1664525U + 1013904223U;
      out[i] = static_cast<std::uint8_t>(state >> 24);
    }
  };
  sejawat_core* core = nullptr;
  SJ_CHECK(sejawat_open(&options, &core) == SEJAWAT_OK);
  return core;
}

std::string call(sejawat_core* core, ByteView request) {
  std::uint8_t* reply = nullptr;
  std::size_t size = 0;
  const int code = sejawat_call(core, request.data(), request.size(), &reply, &size);
  SJ_CHECK((code == SEJAWAT_OK) == (reply != nullptr));
  SJ_CHECK(size <= SEJAWAT_MAX_REPLY);
  std::string bytes(reply, reply + size);
  sejawat_free(reply, size);
  return bytes;
}

// One length-delimited field; numbers below 2,048 and fewer than 128 bytes, or fewer than 16,384.
std::string field(std::uint32_t number, const std::string& inside) {
  std::string bytes;
  const auto varint = [&bytes](std::size_t value) {
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
    bytes += static_cast<char>(value);
  };
  varint((number << 3) | 2);
  varint(inside.size());
  return bytes + inside;
}
std::string value(const char* name, const char* text) { return field(1, field(1, name) + field(2, text)); }

// A person with a school, a shared problem and a weekly discussion, so that bytes with their ids reach far.
// Chance is the host's, so the ids are the same in every store.
void settle(sejawat_core* core) {
  const std::string version("\x08\x01", 2);
  const auto say = [&](const std::string& command) {
    return call(core, sejawat::base::as_bytes(version + command));
  };
  say(field(10, field(1, "Budi")));
  const std::string address = "sejawat://c.example:1/#CQ" + std::string(41, 'A');
  const std::string created =
      say(field(12, field(1, "SDN") + std::string("\x10\x03", 2) + field(3, address)));
  SJ_CHECK(created.size() > 16);
  const std::string school = created.substr(created.size() - 16);
  say(field(60, field(22, field(4, school) + field(15, value("title", "masalah")))));
  say(field(60, field(3, field(1, school) + field(2, "weekly_discussion") +
                             field(15, value("date", "2026-11-24")))));
}

std::uint32_t drain(sejawat_core* core) {
  std::uint32_t connection = 0;
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  for (int events = 0;; ++events) {
    SJ_CHECK(events < 4096);  // they end
    SJ_CHECK(sejawat_event(core, &bytes, &size) == SEJAWAT_OK);
    if (bytes == nullptr) break;
    sejawat_free(bytes, size);
  }
  SJ_CHECK(sejawat_outgoing(core, &connection, &bytes, &size) == SEJAWAT_OK);
  SJ_CHECK(size <= SEJAWAT_MAX_MESSAGE);
  sejawat_free(bytes, size);
  return connection;
}

void play(sejawat_core* core, Host& host, ByteView script) {
  Reader reader(script);
  std::uint8_t act = 0;
  std::uint8_t connection = 0;
  for (int step = 0; step < 64 && reader.u8(act); ++step) {
    ByteView bytes;
    switch (act % 6) {
      case 0:
        if (reader.prefixed(script.size(), bytes)) call(core, bytes);
        break;
      case 1:
        if (reader.u8(connection) && reader.prefixed(script.size(), bytes)) {
          static_cast<void>(sejawat_received(core, connection, bytes.data(), bytes.size()));
        }
        break;
      case 2:
        if (reader.u8(connection)) static_cast<void>(sejawat_connected(core, connection, act & 1));
        break;
      case 3:
        if (reader.u8(connection)) static_cast<void>(sejawat_disconnected(core, connection, act / 6));
        break;
      case 4:
        host.time_ms += 30'000;
        static_cast<void>(sejawat_tick(core));
        break;
      default: drain(core); break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Opening costs a thousand times what most inputs do, so a store serves a few hundred of them.
  constexpr int kInputsPerStore = 256;
  static Host host;
  static sejawat_core* core = nullptr;
  static int inputs = 0;
  if (core == nullptr || ++inputs == kInputsPerStore) {
    sejawat_close(core);
    inputs = 0;
    host = {};
    core = open(host);
    settle(core);
  }
  if (size > 0 && data[0] == 0xFF) {
    play(core, host, ByteView(data + 1, size - 1));
  } else {
    call(core, ByteView(data, size));
  }
  drain(core);
  return 0;
}
