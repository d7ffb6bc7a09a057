// Erasure from one end to the other: who may, what goes, what stays, and what a device finds that comes
// later.
#ifndef __EMSCRIPTEN__
#include "space/receipt.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

constexpr char kSecretWords[] = "nama anak yang tidak boleh tinggal";

class ErasureTest : public World {
 protected:
  // Sealed bodies of everything that a client uploads, as they are on the wire.
  void watch_uploads() {
    server.on_request = [this](sync::ClientMessage& message) {
      for (const auto& space : message.spaces) {
        for (const auto& run : space.logs) {
          for (const auto& bytes : run.segments) {
            auto segment = log::decode_segment(bytes);
            ASSERT_TRUE(segment.ok());
            if (segment->erased) {
              ++bodiless;
            } else {
              bodies.push_back(segment->body);
            }
          }
        }
      }
    };
  }
  bool on_disk(const base::Bytes& body) {
    return server.disk().find(std::string(base::as_text(body))) != std::string::npos;
  }
  // A further device of the person on the card.
  std::unique_ptr<Core> device_of(const space::RecoveryCard& card, const std::string& name) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    EXPECT_EQ(sync(*core).code, Code::ok);
    EXPECT_EQ(sync(*core).code, Code::ok);
    return core;
  }
  // And an admin brings the school there once more with their next sync.
  void server_loses_its_disk(Core& admin) {
    server.lose_disk();
    server.operator_secret();
    for (const auto& space : admin.spaces()) {
      if (space.kind != space::SpaceKind::school) continue;
      ASSERT_TRUE(admin.host_community(space.space, server.address(), server.last_operator_secret()).ok());
    }
  }
  static std::uint64_t waiting(Core& core) {
    std::uint64_t all = 0;
    for (const auto& space : status(core).spaces) all += space.waiting_segments + space.unreadable;
    return all;
  }
  static const space::Receipt* receipt_of(const ErasureStatus& erasure) {
    return erasure.carriers.empty() || !erasure.carriers[0].receipt ? nullptr : &*erasure.carriers[0].receipt;
  }
  std::vector<base::Bytes> bodies;
  int bodiless = 0;
};

TEST_F(ErasureTest, AnEntryGoesEverywhereAndTheCarrierSignsForIt) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  const auto secret = add(*ani, kSecretWords);
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto second = device_of(card, "second");
  ASSERT_EQ(texts(*second), kSecretWords);
  ASSERT_EQ(bodies.size(), 1U);
  const auto body = bodies.front();
  ASSERT_TRUE(on_disk(body));

  auto planned = ani->erase(secret, 1, true);
  ASSERT_TRUE(planned.ok());
  EXPECT_EQ(planned->ops, 1U);
  EXPECT_EQ(texts(*ani), kSecretWords) << "a dry run changes nothing";
  auto erased = ani->erase(secret, 1, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->segments, 1U);
  EXPECT_EQ(erased->kept, 0U);
  EXPECT_EQ(texts(*ani), "");
  EXPECT_TRUE(ani->journal().search("anak", 10)->empty());
  auto unsigned_yet = ani->erasures();
  ASSERT_TRUE(unsigned_yet.ok());
  ASSERT_EQ(unsigned_yet->size(), 1U);
  EXPECT_EQ(receipt_of(unsigned_yet->front()), nullptr) << "nobody signed yet";

  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_FALSE(on_disk(body));
  auto done = ani->erasures();
  ASSERT_TRUE(done.ok());
  const auto* receipt = receipt_of(done->front());
  ASSERT_NE(receipt, nullptr);
  EXPECT_EQ(receipt->segments, 1U);
  EXPECT_EQ(receipt->carrier, server.address().key);
  EXPECT_EQ(receipt->record, erased->records.front());

  ASSERT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(texts(*second), "");
  EXPECT_TRUE(second->journal().search("anak", 10)->empty());
  auto third = device_of(card, "third");
  EXPECT_EQ(texts(*third), "");
  EXPECT_EQ(waiting(*third), 0U);
  EXPECT_EQ(pending(*third), 0U);
}

TEST_F(ErasureTest, WhatSurvivesIsWrittenOnceMoreAndALaterDeviceIsComplete) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  ASSERT_TRUE(ani->add_entries({entry("satu"), entry(kSecretWords), entry("tiga")}).ok());
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(bodies.size(), 1U) << "all in one segment";
  const auto body = bodies.front();
  auto before = device_of(card, "before");
  const auto id = ani->journal().search("anak", 10)->front().entry.id;
  auto erased = ani->erase(id, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->kept, 2U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_FALSE(on_disk(body));
  ASSERT_NE(receipt_of(ani->erasures()->front()), nullptr);

  ASSERT_EQ(sync(*before).code, Code::ok);
  auto later = device_of(card, "later");
  EXPECT_EQ(texts(*ani), "tiga|satu");
  EXPECT_EQ(texts(*before), texts(*ani));
  EXPECT_EQ(texts(*later), texts(*ani));
  EXPECT_EQ(waiting(*later), 0U);

  // What came back by that way is edited and erased like anything else.
  const auto first = later->journal().search("satu", 10)->front();
  auto changed = first.entry;
  changed.id = first.entry.id;
  changed.events[0].happened = "satu lagi";
  ASSERT_TRUE(later->edit_entry(changed).ok());
  ASSERT_EQ(sync(*later).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*ani), texts(*later));
  ASSERT_TRUE(later->erase(first.entry.id, 0, false).ok());
  ASSERT_EQ(sync(*later).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*before).code, Code::ok);
  auto last = device_of(card, "last");
  EXPECT_EQ(texts(*ani), "tiga");
  EXPECT_EQ(texts(*before), "tiga");
  EXPECT_EQ(texts(*last), "tiga");
  EXPECT_EQ(waiting(*last), 0U);
}

// Found by the simulator: 88752019526294.
TEST_F(ErasureTest, WhatSurvivesIsThereAlsoWhenItsEraserWasRevokedUnaware) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  ASSERT_TRUE(ani->add_entries({entry("satu"), entry(kSecretWords), entry("tiga")}).ok());
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto body = bodies.front();
  auto before = device_of(card, "before");
  auto tablet = device_of(card, "tablet");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  add(*tablet, "belum diketahui siapa pun");
  ASSERT_TRUE(tablet->erase(tablet->journal().search("anak", 10)->front().entry.id, 0, false).ok());
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_FALSE(on_disk(body)) << "the carrier holds what survives, and let the body go";
  std::optional<base::DeviceId> lost;
  for (const auto& row : *tablet->devices()) {
    if (row.self) lost = row.device;
  }
  ASSERT_TRUE(lost);
  ASSERT_TRUE(ani->revoke_device(*lost).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);

  auto later = device_of(card, "later");
  ASSERT_EQ(sync(*before).code, Code::ok);
  EXPECT_EQ(texts(*ani), "tiga|satu");
  EXPECT_EQ(texts(*before), "tiga|satu");
  EXPECT_EQ(texts(*later), "tiga|satu") << "what else it wrote stays in quarantine";
  EXPECT_EQ(waiting(*later), 0U);
  // Readmitted, it is the same once.
  const auto late = later->quarantine();
  ASSERT_TRUE(late.ok());
  ASSERT_EQ(late->size(), 1U);
  ASSERT_TRUE(later->readmit(late->front().log).ok());
  ASSERT_EQ(sync(*later).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*later).find("nama anak"), std::string::npos);
  EXPECT_NE(texts(*later).find("belum diketahui"), std::string::npos);
  EXPECT_EQ(texts(*ani), texts(*later));
}

TEST_F(ErasureTest, TwoDevicesThatEraseAtOneTimeLeaveNothingOfEither) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto ids = ani->add_entries({entry("satu"), entry("dua"), entry("tiga")});
  ASSERT_TRUE(ids.ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto second = device_of(card, "second");
  ASSERT_TRUE(ani->erase((*ids)[0], 0, false).ok());
  ASSERT_TRUE(second->erase((*ids)[1], 0, false).ok());
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*second).code, Code::ok);
  ASSERT_GE(bodies.size(), 2U);
  const std::vector<base::Bytes> quoting(bodies.begin(), bodies.begin() + 2);  // what the other erased
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(sync(*ani).code, Code::ok);
    ASSERT_EQ(sync(*second).code, Code::ok);
  }
  for (const auto& body : quoting) EXPECT_FALSE(on_disk(body));
  auto later = device_of(card, "later");
  for (auto* core : {ani.get(), second.get(), later.get()}) {
    EXPECT_EQ(texts(*core), "tiga");
    EXPECT_EQ(waiting(*core), 0U);
    EXPECT_EQ(pending(*core), 0U);
  }
}

TEST_F(ErasureTest, WhatCannotBeSealedYetIsNotWrittenOnceMoreInEachSync) {
  auto ani = founder();
  const auto school = community(status(*ani)).space;
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  std::vector<base::ObjectId> problems;
  for (const char* title : {"satu", "dua", "tiga"}) problems.push_back(begin_problem(*budi, school, title));
  ASSERT_EQ(sync(*budi).code, Code::ok);
  auto other = device_of(card, "other");
  for (auto* core : {budi.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  ASSERT_TRUE(other->erase(problems[1], 0, false).ok());
  ASSERT_EQ(sync(*other).code, Code::ok);
  ASSERT_TRUE(budi->erase(problems[0], 0, false).ok());
  // The new key of the school does not come to the second device.
  const auto without_keys = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      auto& records = space.records;
      const auto gives_keys = [](const auto& one) { return kind_of(one) == kBoxes; };
      records.erase(std::remove_if(records.begin(), records.end(), gives_keys), records.end());
    }
  };
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ani->rotate(school).ok());
    ASSERT_EQ(sync(*ani).code, Code::ok);
    ASSERT_EQ(sync(*budi).code, Code::ok);
    server.on_reply = without_keys;
    ASSERT_EQ(sync(*other).code, Code::ok);
    server.on_reply = nullptr;
    ASSERT_FALSE(community(status(*other)).current_key);
    EXPECT_EQ(community(status(*other)).unsealed_ops, 0U);
  }
  for (int i = 0; i < 3; ++i) {
    for (auto* core : {other.get(), budi.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  }
  auto later = device_of(card, "later");
  for (auto* core : {ani.get(), budi.get(), other.get(), later.get()}) {
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(core->cycle().records().show(problems[i]).ok(), i == 2) << i;
    EXPECT_EQ(waiting(*core), 0U);
    EXPECT_EQ(pending(*core), 0U);
  }
}

TEST_F(ErasureTest, WhatNeverLeftIsErasedBeforeItLeaves) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  const auto secret = add(*ani, kSecretWords);
  add(*ani, "yang tinggal");
  ASSERT_TRUE(ani->erase(secret, 0, false).ok());
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*ani), "yang tinggal");
  auto later = device_of(card, "later");
  EXPECT_EQ(texts(*later), "yang tinggal");
  EXPECT_EQ(waiting(*later), 0U);
}

TEST_F(ErasureTest, AnEditWrittenUnawareOfItStaysAndIsErasedBesides) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  const auto id = add(*ani, "dari telepon");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto second = device_of(card, "second");
  auto changed = second->journal().list(false, 0, 10)->front().entry;
  changed.id = id;
  changed.events[0].happened = "dari laptop";
  ASSERT_TRUE(second->edit_entry(changed).ok());
  ASSERT_TRUE(ani->erase(id, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*second).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*ani), texts(*second)) << "both fold the edit alone";
  ASSERT_TRUE(ani->erase(id, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(texts(*ani), "");
  EXPECT_EQ(texts(*second), "");
}

TEST_F(ErasureTest, ACarrierThatLostItsDiskIsFilledWithoutTheBodies) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  ASSERT_TRUE(ani->add_entries({entry("satu"), entry(kSecretWords)}).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto id = ani->journal().search("anak", 10)->front().entry.id;
  ASSERT_TRUE(ani->erase(id, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server_loses_its_disk(*ani);
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(bodiless, 1);
  EXPECT_EQ(pending(*ani), 0U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_NE(receipt_of(ani->erasures()->front()), nullptr) << "of the new store";
  auto later = device_of(card, "later");
  EXPECT_EQ(texts(*later), "satu");
  EXPECT_EQ(waiting(*later), 0U);
}

// Found by the simulator: 73161643580346. The carrier took the segment without its body, and never the
// witnesses.
TEST_F(ErasureTest, WhoeverHoldsWhatSurvivesWritesItOnceMoreWhenItsEraserIsGone) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  ASSERT_TRUE(ani->add_entries({entry("satu"), entry(kSecretWords), entry("tiga")}).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto other = device_of(card, "other");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server_loses_its_disk(*ani);
  server.on_request = [this](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      for (auto& run : space.logs) {
        if (bodiless > 0) run.segments.clear();
        for (std::size_t i = 0; i < run.segments.size(); ++i) {
          if (!log::decode_segment(run.segments[i])->erased) continue;
          ++bodiless;
          run.segments.resize(i + 1);
        }
      }
    }
  };
  const auto id = ani->journal().search("anak", 10)->front().entry.id;
  ASSERT_TRUE(ani->erase(id, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_GT(bodiless, 0);
  server.on_request = nullptr;
  ani.reset();
  auto later = device_of(card, "later");
  ASSERT_GT(waiting(*later), 0U);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(sync(*other).code, Code::ok);
  EXPECT_EQ(texts(*other), "tiga|satu");
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*later).code, Code::ok);
  EXPECT_EQ(texts(*later), "tiga|satu");
  EXPECT_EQ(waiting(*later), 0U);
  // Once: it does not go on for ever.
  const auto rest = pending(*other);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(sync(*other).code, Code::ok);
  EXPECT_EQ(rest, 0U);
  EXPECT_EQ(sync(*other).round_trips, 1U);
}

TEST_F(ErasureTest, ASpaceThatOneLeftHoldsUpNoSurvivorsOfAnother) {
  auto ani = founder();
  const auto school = community(status(*ani)).space;
  space::RecoveryCard card;
  std::unique_ptr<Core> budi;
  // Somebody whose diary comes behind the school in the order of spaces.
  for (int i = 0; !budi || budi->personal_space() < school; ++i)
    budi = member(*ani, "Budi-" + std::to_string(i), &card);
  ASSERT_TRUE(budi->add_entries({entry("satu"), entry(kSecretWords), entry("tiga")}).ok());
  watch_uploads();
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(bodies.size(), 1U);
  const auto diary = bodies.front();
  std::vector<base::ObjectId> problems;
  for (const char* title : {"Siswa diam", kSecretWords})
    problems.push_back(begin_problem(*budi, school, title));
  ASSERT_EQ(sync(*budi).code, Code::ok);
  auto other = device_of(card, "other");
  ASSERT_EQ(sync(*budi).code, Code::ok);
  // The records of both erasures arrive; what survives does not, and the phone is lost.
  ASSERT_TRUE(budi->erase(problems.back(), 0, false).ok());
  ASSERT_TRUE(budi->erase(budi->journal().search("anak", 10)->front().entry.id, 0, false).ok());
  server.on_request = [](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      for (auto& run : space.logs) run.segments.clear();
    }
  };
  ASSERT_EQ(sync(*budi).code, Code::ok);
  server.on_request = nullptr;
  budi.reset();
  ASSERT_EQ(sync(*other).code, Code::ok);
  ASSERT_TRUE(other->remove_member(other->person()).ok());
  for (int i = 0; i < 6; ++i) ASSERT_EQ(sync(*other).code, Code::ok);
  EXPECT_FALSE(on_disk(diary)) << "what survives of it is there once more";
  auto later = device_of(card, "later");
  EXPECT_EQ(texts(*later), "tiga|satu");
  EXPECT_EQ(personal(status(*later)).waiting_segments, 0U);
}

// Each time what stays is written once more, for what was written once more: there is an end to that.
TEST_F(ErasureTest, TheSixteenthOutOfOneSegmentIsToldAndEndsNoSync) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  std::vector<cycle::JournalEntry> entries;
  for (int i = 0; i < 18; ++i) entries.push_back(entry("catatan " + std::to_string(i)));
  const auto ids = ani->add_entries(entries);
  ASSERT_TRUE(ids.ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto second = device_of(card, "second");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  for (std::size_t i = 0; i < 15; ++i) {
    ASSERT_TRUE(ani->erase((*ids)[i], 0, false).ok()) << i;
    ASSERT_EQ(sync(*ani).code, Code::ok);
  }
  EXPECT_EQ(ani->erase((*ids)[15], 0, true).code(), Code::too_large) << "also asked beforehand";
  EXPECT_EQ(ani->erase((*ids)[15], 0, false).code(), Code::too_large);
  EXPECT_EQ(texts(*ani), "catatan 17|catatan 16|catatan 15");
  // Another device that has the segment as it was may, and what Ani's wrote once more it cannot take back.
  ASSERT_TRUE(second->erase((*ids)[15], 0, false).ok());
  for (int i = 0; i < 18; ++i) {
    ASSERT_TRUE(second->rotate(second->personal_space()).ok());
    ASSERT_EQ(sync(*second).code, Code::ok);
    const auto report = sync(*ani);
    ASSERT_EQ(report.code, Code::ok) << i;
    ASSERT_EQ(report.pending, 0U);
  }
  auto later = device_of(card, "later");
  for (auto* core : {ani.get(), second.get(), later.get()}) {
    for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*core).code, Code::ok);
    EXPECT_EQ(texts(*core), "catatan 17|catatan 16");
    EXPECT_EQ(waiting(*core), 0U);
    EXPECT_EQ(pending(*core), 0U);
    EXPECT_EQ(sync(*core).round_trips, 1U) << "and nothing is written again and again";
  }
}

TEST_F(ErasureTest, ARestoredCarrierForgetsAgain) {
  auto ani = founder();
  const auto secret = add(*ani, kSecretWords);
  watch_uploads();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto body = bodies.front();
  server.back_up();
  ASSERT_TRUE(ani->erase(secret, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server.restore(true);
  ASSERT_TRUE(on_disk(body)) << "a backup from before holds it";
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_FALSE(on_disk(body));
  EXPECT_NE(receipt_of(ani->erasures()->front()), nullptr);
}

TEST_F(ErasureTest, OnlyTheAuthorOrAnAdminErases) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  auto sari = member(*ani, "Sari");
  base::SpaceId school;
  for (const auto& space : budi->spaces()) {
    if (space.kind == space::SpaceKind::school) school = space.space;
  }
  const auto problem = begin_problem(*budi, school, kSecretWords);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*sari).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(sari->erase(problem, 0, false).code(), Code::not_permitted);
  ASSERT_TRUE(ani->erase(problem, 0, false).ok()) << "the school's admin may";
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*sari).code, Code::ok);
  EXPECT_EQ(budi->erase(problem, 0, true).code(), Code::not_found);
  EXPECT_EQ(sari->erase(problem, 0, true).code(), Code::not_found);
}

}  // namespace
}  // namespace sejawat::api
#endif
