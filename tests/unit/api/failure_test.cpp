// When the store says no, and what is damaged: memory never runs ahead of what is durable.
#ifndef __EMSCRIPTEN__
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "c_client.h"
#include "core_state.h"
#include "store/store.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

// No file of this process grows while it lives; a write that would is an I/O error to SQLite.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = 4096;
    SJ_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

struct Failing : World {};

TEST_F(Failing, APersonWhoCouldNotBeSavedDoesNotExist) {
  auto core = open("Budi");
  {
    FullDisk full;
    EXPECT_EQ(core->init("Budi", {}).code(), Code::storage_failed);
  }
  EXPECT_FALSE(core->has_person());
  EXPECT_FALSE(core->recovering());
  EXPECT_TRUE(core->init("Budi", {}).ok());
  add(*core, "sekarang bisa");
}

TEST_F(Failing, WhatCouldNotBeWrittenIsNotThereAfterwardsEither) {
  auto ani = founder();
  const auto before = status(*ani);
  const auto link = [&] {
    auto invite = ani->invite("teacher", 60, 1);
    return std::move(invite->link);
  }();
  auto budi = person("Budi");
  {
    FullDisk full;
    EXPECT_EQ(ani->add_entries({entry("hilang")}).code(), Code::storage_failed);
    EXPECT_EQ(ani->invite("teacher", 60, 1).code(), Code::storage_failed);
    EXPECT_EQ(ani->create_community("SDN 2", space::SpaceKind::school, server.address(), nullptr).code(),
              Code::storage_failed);
    EXPECT_EQ(budi->join(link).code(), Code::storage_failed);
    EXPECT_EQ(budi->join_state().code(), Code::not_found);
  }
  EXPECT_EQ(status(*ani).spaces.size(), before.spaces.size());
  EXPECT_EQ(texts(*ani), "");
  // Memory and store agree: everything goes on, now and after a restart.
  EXPECT_EQ(sync(*ani).code, Code::ok);
  ASSERT_TRUE(budi->join(link).ok());
  EXPECT_EQ(sync(*budi).join, Code::ok);
  ani.reset();
  ani = open("Ani");
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(sync(*ani).round_trips, 1U);
}

TEST_F(Failing, ASyncThatCouldNotBeSavedIsRepeatedWhole) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  for (int i = 0; i < 30; ++i) add(*budi, "catatan " + std::to_string(i));
  sync(*budi);
  auto phone = open("phone");
  ASSERT_TRUE(phone->recover(card, server.address()).ok());
  std::optional<FullDisk> full;
  server.on_reply = [&](sync::ServerMessage&) { full.emplace(); };
  EXPECT_EQ(sync(*phone).code, Code::storage_failed);
  full.reset();
  server.on_reply = nullptr;
  EXPECT_EQ(texts(*phone), "");
  EXPECT_EQ(status(*phone).spaces.size(), 1U);
  EXPECT_EQ(sync(*phone).code, Code::ok);
  EXPECT_EQ(texts(*phone), texts(*budi));
  phone.reset();
  phone = open("phone");
  EXPECT_EQ(texts(*phone), texts(*budi));
  EXPECT_EQ(sync(*phone).round_trips, 1U);
}

// SQLite gets no memory while it lives: nothing can be written, nor read again. Its way to memory is laid
// before it is ever used.
class NoMemory {
 public:
  NoMemory() {
    SJ_CHECK(installed_);
    none_ = true;
  }
  ~NoMemory() { none_ = false; }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;

 private:
  static void* allocate(int size) { return none_ ? nullptr : plain_.xMalloc(size); }
  static void* reallocate(void* old, int size) { return none_ ? nullptr : plain_.xRealloc(old, size); }
  static bool install() {
    SJ_CHECK(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain_) == SQLITE_OK);
    sqlite3_mem_methods failing = plain_;
    failing.xMalloc = &allocate;
    failing.xRealloc = &reallocate;
    // And none is set aside.
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
  }
  inline static bool none_ = false;
  inline static sqlite3_mem_methods plain_{};
  inline static const bool installed_ = install();
};

TEST_F(Failing, MemoryThatCouldNotBeReadAgainIsReadByTheNextCommand) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  auto budi = person("Budi");
  const auto found = [](Core& core, const space::CarrierAddress& address) {
    return core.create_community("SDN 2", space::SpaceKind::school, address, nullptr).code();
  };
  const auto spaces = ani->spaces().size();
  {
    NoMemory none;
    EXPECT_NE(found(*ani, server.address()), Code::ok);
    EXPECT_NE(budi->join(link).code(), Code::ok);
  }
  EXPECT_EQ(found(*ani, server.address()), Code::ok) << "and not: no person in this store";
  EXPECT_EQ(ani->spaces().size(), spaces + 1);
  EXPECT_TRUE(budi->join(link).ok());
  EXPECT_EQ(sync(*ani).code, Code::ok);
}

// Whoever begins a change looked at memory before: read again meanwhile, all of it has another place.
TEST_F(Failing, TheFirstChangeAfterMemoryWasReadAgainIsRefusedAndTheNextGoesThrough) {
  founder().reset();
  Core::State state(clock, random);
  auto store = store::Store::open(folder.file("Ani"), base::Secret32(base::Bytes(32, 3)), 0);
  ASSERT_TRUE(store.ok());
  state.store = std::move(store).value();
  ASSERT_TRUE(state.load().ok());
  const auto spaces = state.spaces.size();
  ASSERT_GT(spaces, 0U);
  state.usable = base::error(Code::storage_failed, "as after a change and a reload that failed");
  {
    Change change(state);
    EXPECT_EQ(change.begin().code(), Code::storage_failed);
    EXPECT_EQ(state.spaces.size(), spaces) << "it is whole";
  }
  Change change(state);
  EXPECT_TRUE(change.begin().ok());
  EXPECT_TRUE(change.commit().ok());
}

TEST_F(Failing, ADamagedRecordLocksNobodyOutOfTheDiary) {
  auto ani = founder();
  add(*ani, "masih terbaca");
  const auto space = community(status(*ani)).space;
  ani.reset();
  {
    auto store = store::Store::open(folder.file("Ani"), base::Secret32(base::Bytes(32, 3)), 0);
    ASSERT_TRUE(store.ok());
    base::RecordId id;
    id.bytes.fill(7);
    ASSERT_TRUE((*store)->put_record(space, id, base::Bytes(100, 7)).ok());
  }
  ani = open("Ani");
  ASSERT_NE(ani, nullptr);
  EXPECT_EQ(texts(*ani), "masih terbaca");
  EXPECT_EQ(community(status(*ani)).damaged, 1U);
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
}

TEST_F(Failing, AStoreIsOpenedWithItsKeyByOneOwner) {
  auto ani = person("Ani");
  const auto open_with = [&](std::uint8_t key) {
    return Core::open(folder.file("Ani"), base::Secret32(base::Bytes(32, key)), clock, random, 0).code();
  };
  EXPECT_EQ(open_with(3), Code::store_locked);
  ani.reset();
  EXPECT_EQ(open_with(4), Code::store_key_wrong);
  EXPECT_EQ(open_with(3), Code::ok);
}

TEST_F(Failing, AStoreOfANewerProgramIsLeftAlone) {
  person("Ani").reset();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file("Ani").c_str(), &database), SQLITE_OK);
  const std::string key = "raw:" + base::to_hex(base::Bytes(32, 3));
  ASSERT_EQ(sqlite3_key(database, key.data(), static_cast<int>(key.size())), SQLITE_OK);
  const std::string newer = "PRAGMA user_version=" + std::to_string(store::kSchemaVersion + 1);
  EXPECT_EQ(sqlite3_exec(database, newer.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(Core::open(folder.file("Ani"), base::Secret32(base::Bytes(32, 3)), clock, random, 0).code(),
            Code::store_too_new);
}

TEST_F(Failing, AClientInPlainCJoinsAndSyncs) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  struct Line {
    Server& server;
    support::SeededRandom& random;
  } line{server, random};
  const auto post = [](void* context, const std::uint8_t* message, std::size_t size, std::uint8_t* answer,
                       std::size_t* answer_size) {
    auto& line = *static_cast<Line*>(context);
    sync::CarrierSession session(line.server.key(), line.random);
    auto reply = line.server.exchange(session, base::ByteView(message, size));
    if (!reply.ok()) return static_cast<int>(reply.code());
    std::copy(reply->begin(), reply->end(), answer);
    *answer_size = reply->size();
    return 0;
  };
  const auto before = server.requests;
  EXPECT_EQ(c_client_play(folder.file("C").c_str(), link.url().c_str(), post, &line), 0);
  EXPECT_GT(server.requests, before);
}

}  // namespace
}  // namespace sejawat::api
#endif
