// The door as an app would use it: requests and events in protobuf over sejawat/core.h.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sejawat/core.h"
#include "sejawat/v1/api.pb.h"
#include "support/fakes.h"

namespace sejawat::api {

namespace wire = ::sejawat::v1::api;

// An address whose key is a point of X25519 (9, the base point).
inline std::string address_at(const std::string& scheme_host_port) {
  base::Bytes key(32, 0);
  key[0] = 9;
  return scheme_host_port + "/#" + base::to_base64url(key);
}

class Door {
 public:
  explicit Door(const char* path = ":memory:", std::uint64_t seed = 1) : random_(seed) {
    const std::vector<std::uint8_t> key(SEJAWAT_KEY_SIZE, 5);
    sejawat_options options{};
    options.abi = SEJAWAT_ABI;
    options.path = path;
    options.key = key.data();
    options.platform.context = this;
    options.platform.now = [](void* context, std::int64_t* monotonic, std::int64_t* wall) {
      const auto now = static_cast<Door*>(context)->clock.now();
      *monotonic = now.monotonic_ms;
      *wall = now.wall_ms;
    };
    options.platform.random = [](void* context, std::uint8_t* out, std::size_t size) {
      static_cast<Door*>(context)->random_.fill({out, size});
    };
    EXPECT_EQ(sejawat_open(&options, &core_), SEJAWAT_OK);
  }
  ~Door() { sejawat_close(core_); }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  support::ManualClock clock;
  sejawat_core* core() { return core_; }

  // What comes back for these bytes; `code` is what the function itself says.
  wire::Reply raw(const std::string& bytes, int* code = nullptr) {
    std::uint8_t* out = nullptr;
    std::size_t size = 99;
    const int returned =
        sejawat_call(core_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &out, &size);
    if (code != nullptr) *code = returned;
    wire::Reply reply;
    if (returned == SEJAWAT_OK) {
      EXPECT_TRUE(reply.ParseFromArray(out, static_cast<int>(size)));
    } else {
      EXPECT_EQ(out, nullptr);
      EXPECT_EQ(size, 0U);
    }
    sejawat_free(out, size);
    return reply;
  }
  wire::Reply call(wire::Request& request) {
    request.set_version(1);
    request.set_id(++next_id_);
    int code = -1;
    auto reply = raw(request.SerializeAsString(), &code);
    EXPECT_EQ(code, SEJAWAT_OK);
    EXPECT_EQ(reply.version(), 1U);
    EXPECT_EQ(reply.id(), next_id_);
    return reply;
  }
  // `set` fills in the command.
  template <class Set>
  wire::Reply call(Set set) {
    wire::Request request;
    set(request);
    return call(request);
  }
  template <class Set>
  std::uint32_t error_of(Set set) {
    const auto reply = call(set);
    EXPECT_EQ(reply.result_case(), wire::Reply::kError);
    return reply.error().code();
  }
  std::vector<wire::Event> events() {
    std::vector<wire::Event> events;
    for (;;) {
      std::uint8_t* bytes = nullptr;
      std::size_t size = 0;
      EXPECT_EQ(sejawat_event(core_, &bytes, &size), SEJAWAT_OK);
      if (bytes == nullptr) return events;
      events.emplace_back();
      EXPECT_TRUE(events.back().ParseFromArray(bytes, static_cast<int>(size)));
      EXPECT_EQ(events.back().version(), 1U);
      sejawat_free(bytes, size);
    }
  }

  wire::Card init(const char* name = "Budi") {
    auto reply = call([&](wire::Request& request) { request.mutable_init()->set_name(name); });
    EXPECT_EQ(reply.result_case(), wire::Reply::kCard);
    return reply.card();
  }
  static void fill(wire::JournalEntry& entry, const std::string& happened, const char* date = "2026-11-24") {
    entry.set_date(date);
    auto* event = entry.add_events();
    event->set_domain(wire::PUPILS);
    event->set_happened(happened);
  }
  std::string add(const std::string& happened, const char* date = "2026-11-24") {
    auto reply = call(
        [&](wire::Request& request) { fill(*request.mutable_journal_add()->add_entries(), happened, date); });
    EXPECT_EQ(reply.entry_ids().ids_size(), 1);
    return reply.entry_ids().ids_size() == 1 ? reply.entry_ids().ids(0) : std::string();
  }
  wire::JournalView show(const std::string& id) {
    auto reply = call([&](wire::Request& request) { request.mutable_journal_show()->set_id(id); });
    EXPECT_EQ(reply.result_case(), wire::Reply::kEntry);
    return reply.entry();
  }
  wire::Status status() {
    auto reply = call([](wire::Request& request) { request.mutable_status(); });
    EXPECT_EQ(reply.result_case(), wire::Reply::kStatus);
    return reply.status();
  }

 private:
  support::SeededRandom random_;
  sejawat_core* core_ = nullptr;
  std::uint64_t next_id_ = 1000;
};

}  // namespace sejawat::api
