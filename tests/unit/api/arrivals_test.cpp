// What comes from a carrier: out of order, incomplete, altered. Nothing of it is believed, nothing true is
// lost.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "store/store.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Arrivals : World {
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder();
  std::unique_ptr<Core> one = member(*ani, "Budi", &card);

  std::unique_ptr<Core> device(const std::string& name) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    return core;
  }
  void edit(Core& core, const base::ObjectId& id, const char* text) {
    auto view = core.journal().show(id);
    ASSERT_TRUE(view.ok());
    view->entry.events[0].happened = text;
    ASSERT_TRUE(core.edit_entry(view->entry).ok());
  }
};

TEST_F(Arrivals, RecordsInTheWrongOrderArePutInOrder) {
  add(*one, "catatan");
  sync(*one);
  auto two = device("two");
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) std::reverse(space.records.begin(), space.records.end());
  };
  EXPECT_EQ(sync(*two).code, Code::ok);
  EXPECT_EQ(texts(*two), "catatan");
  EXPECT_EQ(community(status(*two)).name, "SDN 30 Mataram");
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*two).round_trips, 1U);  // both agree
}

TEST_F(Arrivals, ASegmentWhoseDependencyIsMissingWaitsForIt) {
  const auto id = add(*one, "asal");
  base::HeadTag first_log;
  server.on_request = [&](sync::ClientMessage& message) {
    for (const auto& upload : message.spaces) {
      for (const auto& run : upload.logs) first_log = *base::HeadTag::from(base::ByteView(run.log).first(8));
    }
  };
  sync(*one);
  server.on_request = nullptr;
  ASSERT_FALSE(first_log.is_zero());
  auto two = device("two");
  sync(*two);
  edit(*two, id, "disunting di dua");
  sync(*two);
  // The third device is kept from the first one's log.
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      const auto withhold = [&](const sync::LogRun& run) {
        return base::equal(base::ByteView(run.log).first(8), first_log.view());
      };
      space.logs.erase(std::remove_if(space.logs.begin(), space.logs.end(), withhold), space.logs.end());
    }
  };
  auto three = device("three");
  EXPECT_EQ(sync(*three).code, Code::ok);
  EXPECT_EQ(personal(status(*three)).waiting_segments, 1U);
  EXPECT_EQ(texts(*three), "");
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*three).code, Code::ok);
  EXPECT_EQ(personal(status(*three)).waiting_segments, 0U);
  EXPECT_EQ(texts(*three), "disunting di dua");
  EXPECT_EQ(sync(*three).round_trips, 1U);
}

TEST_F(Arrivals, AlteredSegmentsAreNotTakenAndTheHonestOnesComeNextTime) {
  for (int i = 0; i < 3; ++i) {
    add(*one, "catatan " + std::to_string(i));
    sync(*one);
  }
  const std::string expected = texts(*one);
  auto two = device("two");
  int altered = 0;
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      for (auto& run : space.logs) {
        for (auto& segment : run.segments) {
          segment[segment.size() / 2] ^= 1;
          ++altered;
        }
      }
    }
  };
  EXPECT_EQ(sync(*two).code, Code::ok);
  EXPECT_GT(altered, 0);
  EXPECT_EQ(texts(*two), "");
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*two).code, Code::ok);
  EXPECT_EQ(texts(*two), expected);
}

TEST_F(Arrivals, AlteredRecordsAreNotTakenAndTheHonestOnesComeNextTime) {
  add(*one, "catatan");
  sync(*one);
  auto two = device("two");
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      for (auto& record : space.records) record[record.size() / 2] ^= 1;
    }
  };
  sync(*two);
  EXPECT_EQ(texts(*two), "");
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*two).code, Code::ok);
  EXPECT_EQ(texts(*two), "catatan");
  EXPECT_EQ(community(status(*two)).name, "SDN 30 Mataram");
}

TEST_F(Arrivals, ADigestThatNeverAgreesDoesNotGoInCircles) {
  add(*one, "catatan");
  sync(*one);
  auto two = device("two");
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      if (!space.digest.empty()) space.digest[0] ^= 1;
    }
  };
  for (int i = 0; i < 3; ++i) {
    const auto report = sync(*two);
    EXPECT_EQ(report.code, Code::ok);
    EXPECT_LE(report.round_trips, 6U);
  }
  EXPECT_EQ(texts(*two), "catatan");
}

TEST_F(Arrivals, ACarrierThatSendsNothingOfWhatItAnnouncesDoesNotHoldTheSync) {
  add(*one, "catatan");
  sync(*one);
  auto two = device("two");
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      space.records.clear();
      space.logs.clear();
    }
    reply.bytes_to_come = 1'000'000;
    reply.segments_to_come = 500;
  };
  EXPECT_LE(sync(*two).round_trips, 10U);
}

TEST_F(Arrivals, AJoinThatFoundNoRoomInTheMessageGoesWithTheNext) {
  // Many entries before the join: the first message is full.
  auto citra = person("Citra");
  const auto link = invite_by(*ani);
  for (int i = 0; i < 200; ++i)
    add(*citra, std::string(2000, static_cast<char>('a' + i % 26)) + std::to_string(i));
  ASSERT_TRUE(citra->join(link).ok());
  SyncReport report = sync(*citra);
  EXPECT_EQ(report.join, Code::ok);
  if (report.pending > 0) report = sync(*citra);
  EXPECT_EQ(report.pending, 0U);
}

TEST_F(Arrivals, TheSameTwiceChangesNothing) {
  add(*one, "catatan");
  sync(*one);
  auto two = device("two");
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      const auto records = space.records;
      space.records.insert(space.records.end(), records.begin(), records.end());
      const auto logs = space.logs;
      space.logs.insert(space.logs.end(), logs.begin(), logs.end());
    }
  };
  EXPECT_EQ(sync(*two).code, Code::ok);
  EXPECT_EQ(texts(*two), "catatan");
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*two).round_trips, 1U);
}

// What a newer program wrote: kept, carried, and read after the upgrade, without waiting for anything to
// come.
TEST_F(Arrivals, WhatCouldNotBeReadIsReadAfterAnUpgradeAndNotBefore) {
  add(*one, "dari versi baru");
  sync(*one);
  auto two = device("two");
  sync(*two);
  const auto space = personal(status(*two)).space;
  const auto key = base::Secret32(base::Bytes(32, 3));
  const auto change = [&](const std::function<void(store::Store&)>& as) {
    two.reset();
    {
      auto store = store::Store::open(folder.file("two"), key, 0);
      ASSERT_TRUE(store.ok());
      as(**store);
    }
    two = open("two");
  };
  change([&](store::Store& store) {  // as an older program left it
    const auto heads = store.heads(space).value();
    for (const auto& [log, head] : heads) {
      ASSERT_TRUE(store.remove_ops_from(space, log, 0).ok());
      ASSERT_TRUE(store.set_segment_states_from(space, log, 0, store::SegmentState::unreadable).ok());
    }
  });
  EXPECT_EQ(personal(status(*two)).unreadable, 1U) << "by this same program nothing is tried again";
  EXPECT_EQ(personal(status(*two)).waiting_segments, 0U);
  EXPECT_EQ(sync(*two).round_trips, 1U) << "it is held all the same";
  change([&](store::Store& store) { ASSERT_TRUE(store.put_setting("reader", base::Bytes{0}).ok()); });
  EXPECT_EQ(personal(status(*two)).unreadable, 0U);
  EXPECT_EQ(texts(*two), "dari versi baru");
  EXPECT_EQ(sync(*two).round_trips, 1U);
}

// Rows are derived: after an upgrade they are what this program makes of the ops.
TEST_F(Arrivals, RowsAreMadeAnewAfterAnUpgrade) {
  const auto id = add(*one, "catatan");
  one.reset();
  {
    auto store = store::Store::open(folder.file("Budi"), base::Secret32(base::Bytes(32, 3)), 0);
    ASSERT_TRUE(store.ok());
    auto row = (*store)->journal().get(id).value();
    ASSERT_TRUE(row.has_value());
    row->date = "1999-01-01";
    row->text = "lain";
    ASSERT_TRUE((*store)->journal().put(*row).ok());
    ASSERT_TRUE((*store)->put_setting("reader", base::Bytes{0}).ok());
  }
  one = open("Budi");
  EXPECT_EQ(one->journal().search("lain", 10).value().size(), 0U);
  EXPECT_EQ(one->journal().search("catatan", 10).value().size(), 1U);
}

// As the program before the rule that agreement is no open intent left it (kReader 2).
TEST_F(Arrivals, WhatWaitsInARecordIsCountedAnewUnderANewRule) {
  const auto problem = begin_problem(*one, community(status(*one)).space, "soal");
  const auto stored = [&](const std::function<void(store::Store&, store::RecordRow&)>& look) {
    one.reset();
    {
      auto store = store::Store::open(folder.file("Budi"), base::Secret32(base::Bytes(32, 3)), 0);
      ASSERT_TRUE(store.ok());
      auto row = (*store)->records_of_cycle().get(problem).value();
      ASSERT_TRUE(row.has_value());
      look(**store, *row);
    }
    one = open("Budi");
  };
  stored([](store::Store& store, store::RecordRow& row) {
    row.open_intents = 7;
    ASSERT_TRUE(store.records_of_cycle().put(row).ok());
    ASSERT_TRUE(store.put_setting("reader", base::Bytes{2}).ok());
  });
  stored([](store::Store&, store::RecordRow& row) { EXPECT_EQ(row.open_intents, 0U); });
}

}  // namespace
}  // namespace sejawat::api
#endif
