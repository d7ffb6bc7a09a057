// Removal as it ends for the people around it: nobody who belongs is left without a key, readmitted work can
// be read, and whoever is asked back comes with all their devices.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "space/record_outline.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Removal : World {
  space::RecoveryCard ani_card, budi_card;
  std::unique_ptr<Core> ani = founder("Ani", &ani_card);

  std::unique_ptr<Core> another_device(const std::string& name, const space::RecoveryCard& card) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(sync(*core).code, Code::ok);
    EXPECT_FALSE(core->recovering()) << "the card is not needed any more";
    return core;
  }
  void settle(std::vector<Core*> all) {
    for (int i = 0; i < 4; ++i) {
      for (auto* core : all) EXPECT_EQ(sync(*core).code, Code::ok);
    }
  }
  static std::uint64_t ops_in_quarantine(Core& core) {
    const auto kept = core.quarantine();
    EXPECT_TRUE(kept.ok());
    std::uint64_t ops = 0;
    for (const auto& row : *kept) ops += row.ops;
    return ops;
  }
  static base::SpaceId school(Core& core) { return community(status(core)).space; }
};

// Found by the simulator, seed 215830065446791: only an admin boxed keys for others, and the one holder of
// the key was no admin any more.
TEST_F(Removal, AnAdminWhoWasDemotedMeanwhileStillHandsOutTheKeyThatOnlyTheyHold) {
  const auto link = invite_by(*ani, "operator");
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  settle({budi.get(), ani.get()});
  auto phone = another_device("phone", ani_card);
  const auto budi_id = budi->person();
  ASSERT_TRUE(phone->change_role(budi_id, "teacher").ok());
  sync(*phone);
  ani.reset();                                    // lost
  ASSERT_TRUE(budi->rotate(school(*budi)).ok());  // not knowing of either
  settle({budi.get(), phone.get()});
  EXPECT_TRUE(phone->invite("teacher", 3600, 1).ok()) << "the key of the day is here";
}

// Seed 268151228849295: the records of an epoch fall with the device that wrote them, and the boxes in them
// were not looked into any more.
TEST_F(Removal, ReadmittedWorkOpensWithTheKeyThatItsDeviceHadMadeForIt) {
  auto budi = member(*ani, "Budi", &budi_card);
  auto phone = another_device("phone", budi_card);
  settle({budi.get(), phone.get()});
  std::optional<base::DeviceId> lost;
  const auto devices = phone->devices();
  ASSERT_TRUE(devices.ok());
  for (const auto& device : *devices) {
    if (device.self) lost = device.device;
  }
  ASSERT_TRUE(phone->rotate(personal(status(*phone)).space).ok());
  add(*phone, "ditulis sebelum tahu");
  ASSERT_TRUE(budi->revoke_device(*lost).ok());
  sync(*budi);
  sync(*phone);
  sync(*phone);
  sync(*budi);
  EXPECT_EQ(texts(*budi), "");
  const auto waiting = budi->quarantine();
  ASSERT_TRUE(waiting.ok());
  ASSERT_EQ(waiting->size(), 1U);
  ASSERT_TRUE(budi->readmit(waiting->front().log).ok());
  EXPECT_EQ(personal(status(*budi)).waiting_segments, 0U);
  EXPECT_EQ(texts(*budi), "ditulis sebelum tahu");
  // And so does everybody who comes later.
  sync(*budi);
  budi.reset();
  auto later = another_device("later", budi_card);
  EXPECT_EQ(texts(*later), "ditulis sebelum tahu");
}

// The record that readmits came long before what it readmits, and the device that made it is gone: the key
// opens with the segment, and whoever holds it then owes the others an epoch that leads to it.
TEST_F(Removal, AKeyThatOpensLateIsFollowedByTheEpochThatWasDue) {
  auto budi = member(*ani, "Budi", &budi_card);
  auto phone = another_device("phone", budi_card);
  auto tablet = another_device("tablet", budi_card);
  settle({budi.get(), phone.get(), tablet.get()});
  std::optional<base::DeviceId> lost;
  const auto devices = phone->devices();
  ASSERT_TRUE(devices.ok());
  for (const auto& device : *devices) {
    if (device.self) lost = device.device;
  }
  ASSERT_TRUE(phone->rotate(phone->personal_space()).ok());
  add(*phone, "ditulis sebelum tahu");
  ASSERT_TRUE(budi->revoke_device(*lost).ok());
  sync(*budi);
  sync(*phone);
  sync(*phone);
  sync(*budi);
  const auto waiting = budi->quarantine();
  ASSERT_TRUE(waiting.ok());
  ASSERT_EQ(waiting->size(), 1U);
  ASSERT_TRUE(budi->readmit(waiting->front().log).ok());
  // Of what Budi's own device knows only the readmission gets out.
  const auto without_epochs = [](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      space.logs.clear();
      const auto epoch = std::find_if(space.records.begin(), space.records.end(),
                                      [](const auto& record) { return kind_of(record) == kEpoch; });
      space.records.erase(epoch, space.records.end());
    }
  };
  server.on_request = without_epochs;
  sync(*budi);
  budi.reset();
  server.on_request = nullptr;
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) space.logs.clear();
  };
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  server.on_reply = nullptr;
  ASSERT_EQ(texts(*tablet), "");
  int epochs = 0;
  server.on_request = [&](sync::ClientMessage& message) {
    for (const auto& space : message.spaces) {
      for (const auto& record : space.records) epochs += kind_of(record) == kEpoch ? 1 : 0;
    }
  };
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_EQ(texts(*tablet), "ditulis sebelum tahu");
  ASSERT_EQ(sync(*tablet).code, Code::ok);
  EXPECT_EQ(epochs, 1);
}

// What was written before somebody left stands within their fences, and all of it goes out.
TEST_F(Removal, WhatSomebodyWroteBeforeTheyLeftCountsAndGoesOut) {
  auto budi = member(*ani, "Budi");
  settle({budi.get(), ani.get()});
  constexpr int kProblems = 150;
  for (int i = 0; i < kProblems; ++i) {
    cycle::Record record;
    record.type = cycle::kProblem;
    record.values["title"] = "sebelum pindah " + std::to_string(i);
    std::string text;  // nothing that becomes small
    for (int word = 0; word < 60; ++word) text += base::to_hex(random.id<base::HeadTag>().view()) + " ";
    record.values["description"] = text;
    const auto begun = budi->cycle().begin(school(*budi), record);
    ASSERT_TRUE(begun.ok()) << begun.error().detail();
  }
  ASSERT_TRUE(budi->remove_member(budi->person()).ok());
  for (int i = 0; i < 6; ++i) sync(*budi);
  EXPECT_EQ(pending(*budi), 0U);
  settle({ani.get()});
  store::RecordFilter filter;
  filter.type = cycle::kProblem;
  filter.limit = 1000;
  const auto problems = ani->cycle().records().list(filter);
  ASSERT_TRUE(problems.ok());
  EXPECT_EQ(problems->size(), static_cast<std::size_t>(kProblems));
  EXPECT_EQ(ops_in_quarantine(*ani), 0U);
}

// Another carrier, or a bundle, still knows the one who was removed.
TEST_F(Removal, AJoinWaitsForTheCarrierItIsForWhateverComesAnotherWay) {
  auto budi = member(*ani, "Budi");
  settle({budi.get(), ani.get()});
  auto citra = member(*ani, "Citra");
  Server other{random, clock};
  other.hold_what(server);
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  sync(*ani);
  sync(*budi);
  const auto link = invite_by(*ani);
  ASSERT_TRUE(budi->join(link).ok());
  sync(*budi, other);
  EXPECT_TRUE(budi->joining().has_value()) << "it has been taken nowhere";
  settle({budi.get(), ani.get()});
  EXPECT_FALSE(budi->joining().has_value());
  const auto members = ani->members();
  ASSERT_TRUE(members.ok());
  EXPECT_EQ(members->size(), 3U);
}

// Seed 143802859052810: only the device with the link came back; the others were never told, and never
// served.
TEST_F(Removal, WhoIsAskedBackComesWithAllTheirDevices) {
  auto budi = member(*ani, "Budi", &budi_card);
  auto phone = another_device("phone", budi_card);
  settle({ani.get(), budi.get(), phone.get()});
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  sync(*ani);
  settle({budi.get(), ani.get()});
  const auto link = invite_by(*ani);
  ASSERT_TRUE(budi->join(link).ok());
  settle({budi.get(), ani.get(), phone.get()});
  EXPECT_TRUE(budi->join_state().ok());
  const auto shown = phone->members();
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->size(), 2U);
  const auto before = school(*phone);
  ASSERT_TRUE(ani->invite("teacher", 3600, 1).ok());
  settle({ani.get(), phone.get()});
  EXPECT_EQ(pending(*phone), 0U);
  EXPECT_EQ(sync(*phone).round_trips, 1U);
  const auto members = ani->members();
  ASSERT_TRUE(members.ok());
  for (const auto& member : *members) {
    EXPECT_EQ(member.devices, member.self ? 1U : 2U);
  }
  EXPECT_EQ(school(*budi), before);
}

// Seed 184833702503483: the device that was asked back heard of the other one only afterwards, in its own
// space, and looked no further.
TEST_F(Removal, ADeviceThatBecomesKnownAfterItsPersonCameBackIsBroughtAlong) {
  auto budi = member(*ani, "Budi", &budi_card);
  const auto own = budi->personal_space();
  auto phone = another_device("phone", budi_card);
  settle({phone.get(), ani.get()});
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  sync(*ani);
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      auto& records = space.records;
      const auto of_own = [&](const base::Bytes& record) { return space::outline_of(record)->space == own; };
      records.erase(std::remove_if(records.begin(), records.end(), of_own), records.end());
    }
  };
  settle({budi.get()});
  ASSERT_TRUE(budi->join(invite_by(*ani)).ok());
  settle({budi.get(), ani.get()});
  EXPECT_TRUE(budi->join_state().ok());
  server.on_reply = nullptr;
  settle({budi.get(), ani.get(), phone.get()});
  for (auto* core : {ani.get(), budi.get(), phone.get()}) {
    const auto members = core->members();
    ASSERT_TRUE(members.ok());
    ASSERT_EQ(members->size(), 2U);
    for (const auto& member : *members) EXPECT_EQ(member.devices, member.person == ani->person() ? 1U : 2U);
  }
  EXPECT_EQ(pending(*phone), 0U);
  EXPECT_EQ(sync(*phone).round_trips, 1U);
}

// The junior's word fell with the junior. Whoever was cut off by it is told so, for what they wrote meanwhile
// too.
TEST_F(Removal, LateWorkCountsAgainWhenTheRemovalItselfFalls) {
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(invite_by(*ani, "operator")).ok());
  settle({budi.get(), ani.get()});
  auto tuti = member(*ani, "Tuti");
  settle({ani.get(), budi.get(), tuti.get()});
  ASSERT_TRUE(budi->remove_member(tuti->person()).ok());
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  sync(*budi);
  const auto where = school(*tuti);
  const auto problem = begin_problem(*tuti, where, "Siswa diam");
  sync(*tuti);
  sync(*tuti);
  ASSERT_GT(status(*tuti).quarantined, 0U);
  ASSERT_EQ(*tuti->delivery(where, problem), Delivery::saved_here);
  for (int i = 0; i < 4; ++i) sync(*ani), sync(*tuti);
  ASSERT_TRUE(ani->cycle().records().show(problem).ok()) << "it counts for everybody else";
  EXPECT_EQ(status(*tuti).quarantined, 0U);
  EXPECT_EQ(*tuti->delivery(where, problem), Delivery::on_carrier);
  EXPECT_EQ(pending(*tuti), 0U);
  EXPECT_EQ(sync(*tuti).round_trips, 1U);
}

// A word of the carrier alone, which it does not take back, stays believed.
TEST_F(Removal, LateWorkStaysInQuarantineWhileItsFenceIsNotKnownHere) {
  auto tuti = member(*ani, "Tuti");
  settle({ani.get(), tuti.get()});
  ASSERT_TRUE(ani->remove_member(tuti->person()).ok());
  sync(*ani);
  const auto where = school(*tuti);
  const auto problem = begin_problem(*tuti, where, "Siswa diam");
  for (int i = 0; i < 4; ++i) sync(*tuti), sync(*ani);
  EXPECT_GT(status(*tuti).quarantined, 0U);
  EXPECT_EQ(*tuti->delivery(where, problem), Delivery::saved_here);
}

// Found by reading: the device knew its fence and showed two checks all the same, since no verdict had said
// so.
TEST_F(Removal, WhatWasSentBeforeADemotionThatDidNotKnowOfItIsNotShownAsSent) {
  auto tuti = member(*ani, "Tuti");
  settle({ani.get(), tuti.get()});
  const auto where = school(*tuti);
  const auto problem = begin_problem(*tuti, where, "Siswa diam");
  sync(*tuti);
  ASSERT_EQ(*tuti->delivery(where, problem), Delivery::on_carrier);
  ASSERT_TRUE(ani->change_role(tuti->person(), "reader").ok());
  for (int i = 0; i < 3; ++i) sync(*ani), sync(*tuti);
  EXPECT_EQ(*tuti->delivery(where, problem), Delivery::saved_here);
  EXPECT_GT(status(*tuti).quarantined, 0U);
  EXPECT_TRUE(tuti->cycle().records().show(problem).ok()) << "it stays in sight where it was written";
  const auto waiting = ani->quarantine();
  ASSERT_TRUE(waiting.ok());
  ASSERT_EQ(waiting->size(), 1U);
  ASSERT_TRUE(ani->readmit(waiting->front().log).ok());
  for (int i = 0; i < 2; ++i) sync(*ani), sync(*tuti);
  EXPECT_EQ(*tuti->delivery(where, problem), Delivery::on_carrier);
  EXPECT_EQ(status(*tuti).quarantined, 0U);
  EXPECT_EQ(pending(*tuti), 0U);
  EXPECT_EQ(sync(*tuti).round_trips, 1U);
}

// The same of somebody who was removed, and hears of that when they are asked back.
TEST_F(Removal, WhatWasSentBeforeARemovalThatDidNotKnowOfItIsNotShownAsSentOnceOneIsAskedBack) {
  auto tuti = member(*ani, "Tuti");
  settle({ani.get(), tuti.get()});
  const auto where = school(*tuti);
  const auto problem = begin_problem(*tuti, where, "Siswa diam");
  sync(*tuti);
  ASSERT_TRUE(ani->remove_member(tuti->person()).ok());
  for (int i = 0; i < 2; ++i) sync(*ani), sync(*tuti);
  ASSERT_TRUE(tuti->join(invite_by(*ani)).ok());
  settle({tuti.get(), ani.get()});
  ASSERT_TRUE(tuti->join_state().ok());
  EXPECT_EQ(*tuti->delivery(where, problem), Delivery::saved_here);
  EXPECT_GT(status(*tuti).quarantined, 0U);
  EXPECT_FALSE(ani->cycle().records().show(problem).ok());
}

// Seed 125202435434604: a removed phone that had nothing to offer was told nothing, and showed all as sent. A
// line that fails afterwards takes nothing of that back.
TEST_F(Removal, WhatARemovedPhoneHadSentIsNotShownAsSentAlsoWhereTheLineFailsLater) {
  auto budi = member(*ani, "Budi", &budi_card);
  auto phone = another_device("phone", budi_card);
  settle({budi.get(), phone.get()});
  const auto devices = phone->devices();
  ASSERT_TRUE(devices.ok());
  add(*phone, "dikirim sebelum dikeluarkan");
  sync(*phone);
  const auto entries = phone->journal().list(false, 0, 1);
  ASSERT_TRUE(entries.ok() && entries->size() == 1);
  const auto entry = entries->front().entry.id;
  ASSERT_EQ(*phone->delivery(entry), Delivery::on_carrier);
  for (const auto& device : *devices) {
    if (!device.self) continue;
    ASSERT_TRUE(budi->revoke_device(device.device).ok());
  }
  sync(*budi);
  const auto is_told = [&] {
    const auto now = status(*phone);
    const auto& refusals = now.carriers.front().refusals;
    return std::any_of(refusals.begin(), refusals.end(), [&](const Refusal& one) {
      return one.space == phone->personal_space() && one.code == Code::fenced;
    });
  };
  for (int i = 0; i < 3; ++i) sync(*phone);
  EXPECT_EQ(*phone->delivery(entry), Delivery::saved_here);
  EXPECT_TRUE(is_told());
  server.cut_after = 0;
  EXPECT_EQ(sync(*phone).code, Code::offline);
  EXPECT_EQ(*phone->delivery(entry), Delivery::saved_here);
  EXPECT_TRUE(is_told());
}

// Seed 273547719173064: whom a carrier serves no more it told nothing of a store that went back.
TEST_F(Removal, LateWorkComesAgainWhereTheServerWentBackToBeforeItCame) {
  auto budi = member(*ani, "Budi", &budi_card);
  auto phone = another_device("phone", budi_card);
  settle({ani.get(), budi.get(), phone.get()});
  const auto devices = budi->devices();
  ASSERT_TRUE(devices.ok());
  for (const auto& device : *devices) {
    if (device.self) continue;
    ASSERT_TRUE(budi->revoke_device(device.device).ok());
  }
  settle({budi.get()});
  server.back_up();
  add(*phone, "ditulis sebelum tahu");
  for (int i = 0; i < 3; ++i) sync(*phone);
  ASSERT_EQ(pending(*phone), 0U);
  server.restore(false);
  for (int i = 0; i < 2; ++i) sync(*phone);
  settle({budi.get()});
  EXPECT_GT(ops_in_quarantine(*budi), 0U);
}

// The same of a member whom the school removed: the server still knows the phone by its owner's diary.
TEST_F(Removal, LateWorkOfARemovedMemberComesAgainWhereTheServerWentBackToBeforeItCame) {
  auto budi = member(*ani, "Budi");
  settle({budi.get(), ani.get()});
  auto seen = entry("Hanya tiga siswa yang bertanya");
  seen.events[0].expected = "Sebagian besar siswa bertanya";
  seen.events[0].gap = "Siswa takut bertanya";
  const auto ids = budi->add_entries({seen});
  ASSERT_TRUE(ids.ok());
  const auto draft = budi->cycle().draft_from_entry(ids->front(), 0);
  ASSERT_TRUE(draft.ok());
  const auto problem = budi->cycle().share_problem(*draft, school(*budi));
  ASSERT_TRUE(problem.ok());
  settle({budi.get(), ani.get()});
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  settle({ani.get()});
  server.back_up();
  ASSERT_TRUE(budi->cycle().contribute(*problem, "why", "Takut ditertawakan").ok());
  for (int i = 0; i < 3; ++i) sync(*budi);
  server.restore(false);
  for (int i = 0; i < 2; ++i) sync(*budi);
  settle({ani.get()});
  EXPECT_GT(ops_in_quarantine(*ani), 0U);
}

}  // namespace
}  // namespace sejawat::api
#endif
