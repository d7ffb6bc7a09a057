// sejawat/core.h over Core and SyncDriver.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "api_codec.h"
#include "commands.h"
#include "crypto/stretch.h"
#include "crypto/system_random.h"
#include "sejawat/core.h"
#include "space/card_seal.h"

namespace {

using namespace sejawat;
using base::Code;

class HostClock final : public base::Clock {
 public:
  explicit HostClock(const sejawat_platform& platform) : platform_(platform) {}
  base::Now now() override {
    base::Now now;
    if (platform_.now != nullptr) {
      platform_.now(platform_.context, &now.monotonic_ms, &now.wall_ms);
      return now;
    }
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    now.monotonic_ms =
        duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    now.wall_ms = duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    return now;
  }

 private:
  sejawat_platform platform_;
};

class HostRandom final : public base::Random {
 public:
  explicit HostRandom(const sejawat_platform& platform) : platform_(platform) {}
  void fill(std::span<std::uint8_t> out) override {
    if (platform_.random != nullptr) {
      platform_.random(platform_.context, out.data(), out.size());
    } else {
      system_.fill(out);
    }
  }

 private:
  sejawat_platform platform_;
  crypto::SystemRandom system_;
};

int number(Code code) { return static_cast<int>(code); }

// Out-parameters say "nothing" unless something follows.
int give(const base::Bytes& bytes, std::uint8_t** out, std::size_t* size) {
  auto* copy = static_cast<std::uint8_t*>(std::malloc(bytes.empty() ? 1 : bytes.size()));
  SJ_CHECK(copy != nullptr);
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  *out = copy;
  *size = bytes.size();
  return SEJAWAT_OK;
}

}  // namespace

struct sejawat_core {
  explicit sejawat_core(const sejawat_platform& platform) : clock(platform), random(platform) {}
  HostClock clock;
  HostRandom random;
  std::unique_ptr<api::Core> core;
  std::optional<api::SyncDriver> sync;
  api::door::Bundles bundles;
  api::Core::Changes told;  // taken from the core, and not told yet
  std::uint64_t told_pending = 0;
  bool pending_stale = true;
  std::optional<std::int64_t> told_deadline;

  std::optional<api::door::Event> next_event() {
    if (auto event = sync->next_event()) return api::door::Event(std::move(*event));
    if (told.empty()) told = core->take_changes();
    if (!told.entries.empty() || told.all_entries) {
      api::door::JournalChanged event{std::move(told.entries), told.all_entries};
      told.entries.clear();
      told.all_entries = false;
      return api::door::Event(std::move(event));
    }
    if (!told.empty()) {
      api::door::Changed event{std::move(told.records),
                               std::vector<base::SpaceId>(told.spaces.begin(), told.spaces.end()),
                               told.all_records};
      told = {};
      return api::door::Event(std::move(event));
    }
    if (pending_stale) {
      pending_stale = false;
      const auto pending = core->pending();
      if (pending.ok() && *pending != told_pending) {
        told_pending = *pending;
        return api::door::Pending{told_pending};
      }
    }
    const auto deadline = sync->deadline_ms();
    if (deadline == told_deadline) return std::nullopt;
    told_deadline = deadline;
    if (!deadline) return api::door::Wake{0};
    const std::int64_t left = *deadline - clock.now().monotonic_ms;
    return api::door::Wake{
        static_cast<std::uint32_t>(std::min<std::int64_t>(std::max<std::int64_t>(left, 1), INT32_MAX))};
  }
};

extern "C" {

int sejawat_open(const sejawat_options* options, sejawat_core** out) {
  if (out == nullptr) return SEJAWAT_INVALID_ARGUMENT;
  *out = nullptr;
  if (options == nullptr || options->abi != SEJAWAT_ABI || options->path == nullptr ||
      options->key == nullptr || options->lock_wait_ms > INT32_MAX) {
    return SEJAWAT_INVALID_ARGUMENT;
  }
  auto made = std::make_unique<sejawat_core>(options->platform);
  const base::Secret32 key(base::ByteView(options->key, SEJAWAT_KEY_SIZE));
  auto core =
      api::Core::open(options->path, key, made->clock, made->random, static_cast<int>(options->lock_wait_ms));
  if (!core.ok()) return number(core.code());
  made->core = std::move(core).value();
  made->sync.emplace(*made->core, made->clock);
  *out = made.release();
  return SEJAWAT_OK;
}

int sejawat_call(sejawat_core* core, const uint8_t* request, size_t request_size, uint8_t** reply,
                 size_t* reply_size) {
  if (reply != nullptr) *reply = nullptr;
  if (reply_size != nullptr) *reply_size = 0;
  if (core == nullptr || (request == nullptr && request_size != 0) || reply == nullptr ||
      reply_size == nullptr) {
    return SEJAWAT_INVALID_ARGUMENT;
  }
  auto decoded = api::door::decode_request(base::ByteView(request, request_size));
  if (!decoded.ok()) return number(decoded.code());
  base::Result<api::door::Result> result = base::error(Code::version_unsupported, "version");
  if (decoded->version == api::door::kVersion) {
    if (decoded->command.ok()) {
      result = api::door::execute(*core->core, *core->sync, core->bundles, *decoded->command);
    } else {
      result = decoded->command.error();
    }
  }
  core->pending_stale = true;
  core->sync->nudge();
  base::Bytes bytes = api::door::encode_reply(decoded->id, result);
  const int given = give(bytes, reply, reply_size);
  base::wipe(bytes.data(), bytes.size());
  return given;
}

int sejawat_event(sejawat_core* core, uint8_t** event, size_t* event_size) {
  if (event != nullptr) *event = nullptr;
  if (event_size != nullptr) *event_size = 0;
  if (core == nullptr || event == nullptr || event_size == nullptr) return SEJAWAT_INVALID_ARGUMENT;
  const auto next = core->next_event();
  if (!next) return SEJAWAT_OK;
  return give(api::door::encode_event(*next), event, event_size);
}

int sejawat_connected(sejawat_core* core, uint32_t connection, int one_shot) {
  if (core == nullptr || (one_shot != 0 && one_shot != 1)) return SEJAWAT_INVALID_ARGUMENT;
  return number(core->sync->connected(connection, one_shot == 1).code());
}

int sejawat_outgoing(sejawat_core* core, uint32_t* connection, uint8_t** message, size_t* message_size) {
  if (connection != nullptr) *connection = 0;
  if (message != nullptr) *message = nullptr;
  if (message_size != nullptr) *message_size = 0;
  if (core == nullptr || connection == nullptr || message == nullptr || message_size == nullptr) {
    return SEJAWAT_INVALID_ARGUMENT;
  }
  const auto next = core->sync->outgoing();
  if (!next) return SEJAWAT_OK;
  *connection = next->connection;
  return give(next->message, message, message_size);
}

int sejawat_received(sejawat_core* core, uint32_t connection, const uint8_t* message, size_t message_size) {
  if (core == nullptr || (message == nullptr && message_size != 0)) return SEJAWAT_INVALID_ARGUMENT;
  if (message_size > SEJAWAT_MAX_MESSAGE) return SEJAWAT_TOO_LARGE;
  core->pending_stale = true;
  return number(core->sync->received(connection, base::ByteView(message, message_size)).code());
}

int sejawat_disconnected(sejawat_core* core, uint32_t connection, int code) {
  if (core == nullptr || code < 0 || code > number(Code::internal)) return SEJAWAT_INVALID_ARGUMENT;
  return number(core->sync->disconnected(connection, static_cast<Code>(code)).code());
}

int sejawat_tick(sejawat_core* core) {
  if (core == nullptr) return SEJAWAT_INVALID_ARGUMENT;
  core->sync->tick();
  return SEJAWAT_OK;
}

void sejawat_free(uint8_t* bytes, size_t size) {
  if (bytes == nullptr) return;
  base::wipe(bytes, size);
  std::free(bytes);
}

void sejawat_close(sejawat_core* core) {
  if (core == nullptr) return;
  if (core->sync->running()) static_cast<void>(core->sync->cancel());
  core->sync.reset();
  delete core;
}

int sejawat_stretch(const uint8_t* password, size_t password_size, const uint8_t* salt, uint32_t memory_kib,
                    uint32_t passes, uint8_t* out) {
  if ((password == nullptr && password_size != 0) || salt == nullptr || out == nullptr) {
    return SEJAWAT_INVALID_ARGUMENT;
  }
  if (password_size > SEJAWAT_MAX_PASSWORD) return SEJAWAT_TOO_LARGE;
  crypto::StretchSalt bytes;
  std::copy_n(salt, bytes.size(), bytes.begin());
  const auto key = crypto::stretch(base::ByteView(password, password_size), bytes, {memory_kib, passes});
  if (!key.ok()) return number(key.code());
  std::copy_n(key->view().data(), SEJAWAT_KEY_SIZE, out);
  return SEJAWAT_OK;
}

int sejawat_card_seal(sejawat_core* core, const uint8_t* key, uint8_t* sealed) {
  if (core == nullptr || key == nullptr || sealed == nullptr) return SEJAWAT_INVALID_ARGUMENT;
  const auto bytes = core->core->seal_for_card(base::Secret32(base::ByteView(key, SEJAWAT_KEY_SIZE)));
  if (!bytes.ok()) return number(bytes.code());
  std::copy_n(bytes->data(), SEJAWAT_CARD_SEAL_SIZE, sealed);
  return SEJAWAT_OK;
}

int sejawat_card_open(const uint8_t* card, size_t card_size, const uint8_t* sealed, uint8_t* out) {
  if ((card == nullptr && card_size != 0) || sealed == nullptr || out == nullptr) {
    return SEJAWAT_INVALID_ARGUMENT;
  }
  std::fill_n(out, SEJAWAT_KEY_SIZE, std::uint8_t{0});
  const auto parsed = space::RecoveryCard::parse(base::as_text(base::ByteView(card, card_size)));
  if (!parsed.ok()) return number(parsed.code());
  const auto key = space::open_with_card(*parsed, base::ByteView(sealed, SEJAWAT_CARD_SEAL_SIZE));
  if (!key.ok()) return number(key.code());
  std::copy_n(key->view().data(), SEJAWAT_KEY_SIZE, out);
  return SEJAWAT_OK;
}

}  // extern "C"
