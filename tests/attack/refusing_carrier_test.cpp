// A carrier that refuses, puts off or slows down: the author hears why, nothing is lost, and everything
// arrives once it is let in. The real client over the real carrier, without a network between them.
#include <gtest/gtest.h>

#include "api/core.h"
#include "carrier/carrier.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/fakes.h"

namespace sejawat {
namespace {

using base::Code;

class RefusingCarrier : public testing::Test {
 protected:
  RefusingCarrier() {
    store = std::move(storage::open_sqlite(":memory:", random)).value();
    open({});
    auto secret = carrier->operator_secret(random);
    address.host = "127.0.0.1";
    address.port = 1;
    address.key = key.public_key();
    base::Secret32 store_key = base::Secret32::random(random);
    core = std::move(api::Core::open(":memory:", store_key, clock, random, 0)).value();
    EXPECT_TRUE(core->init("Bu Ani", {}).ok());
    EXPECT_TRUE(core->create_community("SDN 30", space::SpaceKind::school, address, &**secret).ok());
    EXPECT_EQ(sync(), Code::ok);
    EXPECT_EQ(status().pending, 0U);
  }
  void open(const carrier::Limits& limits) {
    carrier = std::move(carrier::Carrier::open(*store, limits)).value();
  }
  void write(int count) {
    std::vector<cycle::JournalEntry> entries;
    for (int i = 0; i < count; ++i) {
      cycle::JournalEntry entry;
      entry.date = "2026-11-24";
      cycle::JournalEvent event;
      event.happened = "anak membaca halaman " + std::to_string(++written) + " " +
                       base::to_hex(random.id<base::Hash32>().view());
      entry.events.push_back(event);
      entries.push_back(entry);
    }
    ASSERT_TRUE(core->add_entries(entries).ok());
  }
  // One sync as a program runs it: one exchange a connection until there is no more.
  Code sync() {
    auto session = std::move(core->start_sync(address, false)).value();
    Code code = Code::ok;
    exchanges = 0;
    for (bool more = true; more && code == Code::ok;) {
      EXPECT_LT(++exchanges, 500) << "goes in circles";
      if (exchanges >= 500) return Code::internal;
      auto reply = exchange(std::move(session->next_message()).value());
      auto progress = session->on_message(reply);
      code = progress.code();
      more = progress.ok() && progress->more;
      session->reconnect();
    }
    session.reset();
    EXPECT_TRUE(core->finish_sync(address, code).ok());
    return code;
  }
  base::Bytes exchange(const base::Bytes& message) {
    sync::CarrierSession session(key, random);
    auto incoming = std::move(session.on_message(message)).value();
    if (exchanges == 1 && !incoming.message.spaces.empty()) first_space = incoming.message.spaces[0].space.id;
    std::uint32_t put_off = 0;
    if (!later_for_all) return session.reply(answer(incoming)).value();
    for (auto& space : incoming.message.spaces) {
      for (const auto& run : space.logs) put_off += static_cast<std::uint32_t>(run.segments.size());
      space.logs.clear();
    }
    auto reply = answer(incoming);
    reply.segments_taken = put_off;
    for (std::uint32_t i = 0; i < put_off; ++i)
      reply.segment_exceptions.push_back({i, Code::unknown_membership});
    return session.reply(reply).value();
  }
  sync::ServerMessage answer(const sync::CarrierSession::Incoming& incoming) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(incoming.device, incoming.message, clock.now().wall_ms / 1000);
    EXPECT_TRUE(store->commit().ok());
    return carrier->answer(incoming.device, incoming.message, std::move(ingested).value()).value();
  }
  api::Status status() { return std::move(core->status()).value(); }
  std::uint64_t stored_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& space : carrier->survey()) bytes += space.usage.segment_bytes;
    return bytes;
  }

  support::SeededRandom random{41};
  support::ManualClock clock;
  crypto::BoxKey key = crypto::BoxKey::random(random);
  space::CarrierAddress address;
  std::unique_ptr<carrier::CarrierStore> store;
  std::unique_ptr<carrier::Carrier> carrier;
  std::unique_ptr<api::Core> core;
  bool later_for_all = false;
  base::SpaceId first_space;  // that the last sync spoke of
  int exchanges = 0;
  int written = 0;
};

TEST_F(RefusingCarrier, AFullQuotaReachesTheAuthorAndNothingIsLost) {
  carrier::Limits limits;
  limits.personal_bytes = 12'000;
  open(limits);
  write(300);
  EXPECT_EQ(sync(), Code::ok);
  const auto refused = status();
  ASSERT_EQ(refused.carriers.at(0).refusals.size(), 1U);
  EXPECT_EQ(refused.carriers[0].refusals[0].code, Code::quota_exceeded);
  EXPECT_GT(refused.pending, 0U);
  EXPECT_EQ(refused.entries, 300U);
  write(1);
  EXPECT_EQ(sync(), Code::ok);
  EXPECT_EQ(status().carriers[0].refusals.size(), 1U) << "it stands as long as it holds";
  EXPECT_GT(status().pending, 0U);

  open({});
  EXPECT_EQ(sync(), Code::ok);
  EXPECT_EQ(status().pending, 0U);
  EXPECT_TRUE(status().carriers[0].refusals.empty());
}

TEST_F(RefusingCarrier, AFrontierThatIsNotKnownYetIsOfferedAgainInTheNextSync) {
  write(40);
  later_for_all = true;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(sync(), Code::ok);
    EXPECT_LE(exchanges, 3) << "once in a sync is enough";
    EXPECT_GT(status().pending, 0U) << "never shown as sent";
    EXPECT_TRUE(status().carriers[0].refusals.empty()) << "later is no refusal";
  }
  later_for_all = false;
  const auto before = stored_bytes();
  EXPECT_EQ(sync(), Code::ok);
  EXPECT_EQ(status().pending, 0U);
  EXPECT_GT(stored_bytes(), before);
}

TEST_F(RefusingCarrier, AFloodIsSlowedDownAndArrivesAllTheSame) {
  carrier::Limits limits;
  limits.segment_burst = 1;
  limits.segments_per_second = 1;
  open(limits);
  write(4000);
  int syncs = 0;
  while (status().pending > 0) {
    ASSERT_LT(++syncs, 200);
    EXPECT_EQ(sync(), Code::ok);
    EXPECT_TRUE(status().carriers[0].refusals.empty());
    clock.advance(3000);
  }
  EXPECT_GT(syncs, 2);
  EXPECT_EQ(status().entries, 4000U);
}

// Weeks of writing before the invite came: the join goes first, or the server would refuse a stranger's
// diary.
TEST_F(RefusingCarrier, AFullDiaryArrivesInTheVerySyncThatJoins) {
  auto invited = core->invite("teacher", 3600, 1);
  ASSERT_TRUE(invited.ok());
  EXPECT_EQ(sync(), Code::ok);
  auto admin = std::move(core);
  base::Secret32 store_key = base::Secret32::random(random);
  core = std::move(api::Core::open(":memory:", store_key, clock, random, 0)).value();
  ASSERT_TRUE(core->init("Pak Budi", {}).ok());
  write(1500);  // more than a message holds
  auto link = std::move(invited->link);
  link.carrier = address;
  ASSERT_TRUE(core->join(link).ok());
  EXPECT_EQ(sync(), Code::ok);
  EXPECT_EQ(first_space, link.space);
  EXPECT_TRUE(core->join_state().ok());
  EXPECT_EQ(status().pending, 0U);
  EXPECT_TRUE(status().carriers.at(0).refusals.empty());
}

}  // namespace
}  // namespace sejawat
