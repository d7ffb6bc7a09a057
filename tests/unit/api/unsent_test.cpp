// What waits, thing by thing, and why something waits: what a teacher is shown of it.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Waiting : World {
  static std::vector<std::string> titles(Core& core) {
    auto rows = core.unsent();
    EXPECT_TRUE(rows.ok());
    std::vector<std::string> titles;
    if (!rows.ok()) return titles;
    for (auto& row : *rows) {
      EXPECT_TRUE(core.entitle(row).ok());
      if (!row.title.empty()) titles.push_back(row.title);
    }
    return titles;
  }
  std::unique_ptr<Core> another_device(const std::string& name, const space::RecoveryCard& card) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(sync(*core).code, Code::ok);
    return core;
  }
};

TEST_F(Waiting, WhatWaitsIsListedInTheOrderOfWritingAndGoesWhenItIsSent) {
  auto ani = founder();
  EXPECT_TRUE(titles(*ani).empty());
  EXPECT_EQ(status(*ani).oldest_unsent_ms, 0);
  add(*ani, "satu");
  const auto first = clock.now().wall_ms;
  clock.advance(60'000);
  const auto second = add(*ani, "dua");
  add(*ani, "tiga");
  auto changed = entry("dua, diperbaiki");
  changed.id = second;
  changed.events[0].element = 1;
  clock.advance(60'000);
  ASSERT_TRUE(ani->edit_entry(changed).ok());
  EXPECT_EQ(titles(*ani), (std::vector<std::string>{"satu", "dua, diperbaiki", "tiga"}));
  auto rows = ani->unsent();
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ((*rows)[0].changes, 1U);
  EXPECT_EQ((*rows)[1].changes, 2U);
  EXPECT_TRUE((*rows)[1].own);
  EXPECT_EQ((*rows)[1].since_wall_ms, first + 60'000);
  EXPECT_EQ(status(*ani).oldest_unsent_ms, first);
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_TRUE(titles(*ani).empty());
  EXPECT_EQ(status(*ani).oldest_unsent_ms, 0);
}

TEST_F(Waiting, WithoutAServerEverythingWaitsAndIsListed) {
  auto budi = open("Budi");
  ASSERT_TRUE(budi->init("Budi", {}).ok());
  add(*budi, "tanpa server");
  EXPECT_EQ(titles(*budi), std::vector<std::string>{"tanpa server"});
  EXPECT_GT(status(*budi).oldest_unsent_ms, 0);
}

TEST_F(Waiting, WhatTheServerRefusesStaysOnTheListWithTheReason) {
  auto ani = founder();
  const auto id = add(*ani, "ditolak");
  server.refuse_segments = Code::quota_exceeded;
  sync(*ani);
  auto rows = ani->unsent();
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().object, id);
  EXPECT_EQ(rows->front().refused, Code::quota_exceeded);
  server.refuse_segments.reset();
  sync(*ani);
  sync(*ani);
  EXPECT_TRUE(ani->unsent()->empty());
}

TEST_F(Waiting, ARecordOfTheCycleIsOnTheListUnderItsTitle) {
  auto ani = founder();
  begin_problem(*ani, community(status(*ani)).space, "Siswa diam");
  EXPECT_EQ(titles(*ani), std::vector<std::string>{"Siswa diam"});
}

TEST_F(Waiting, QuarantineSaysWhyAndWhoMayReadmit) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  EXPECT_EQ(sync(*ani).code, Code::ok);
  const auto school = community(status(*ani)).space;
  begin_problem(*budi, school, "Ditulis tanpa tahu");
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  EXPECT_EQ(sync(*ani).code, Code::ok);
  sync(*budi);
  sync(*ani);
  auto late = ani->quarantine();
  ASSERT_TRUE(late.ok());
  ASSERT_EQ(late->size(), 1U);
  EXPECT_EQ(late->front().why, Late::removed);
  EXPECT_TRUE(late->front().may_readmit);
  EXPECT_FALSE(late->front().own);
  EXPECT_STREQ(late_name(late->front().why), "removed");
  const auto work = ani->quarantined_work(late->front().log);
  ASSERT_TRUE(work.ok());
  std::map<std::string, std::string> said;
  for (const auto& change : work->changes) {
    for (const auto& field : change.fields) said[field.name] = field.value.value_or("-");
  }
  EXPECT_EQ(said["title"], "Ditulis tanpa tahu");
  for (const auto& [name, value] : said) EXPECT_NE(name.substr(0, 6), "field_") << value;
}

TEST_F(Waiting, WhatADeviceThatWasRevokedWroteSaysSo) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  auto phone = another_device("phone", card);
  sync(*ani);
  std::optional<base::DeviceId> lost;
  for (const auto& device : *phone->devices()) {
    if (device.self) lost = device.device;
  }
  add(*phone, "dari HP yang hilang");
  ASSERT_TRUE(ani->revoke_device(*lost).ok());
  sync(*ani);
  sync(*phone);
  sync(*ani);
  auto late = ani->quarantine();
  ASSERT_TRUE(late.ok());
  ASSERT_EQ(late->size(), 1U);
  EXPECT_EQ(late->front().why, Late::device_removed);
  EXPECT_TRUE(late->front().own);
}

TEST_F(Waiting, VersionsOfAnEntrySayOnWhichDeviceTheyWereWritten) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  const auto id = add(*ani, "asal");
  sync(*ani);
  auto phone = another_device("phone", card);
  for (auto& [core, text] :
       {std::pair<Core*, const char*>{ani.get(), "di HP"}, {phone.get(), "di HP lain"}}) {
    auto changed = entry(text);
    changed.id = id;
    changed.events[0].element = 1;
    ASSERT_TRUE(core->edit_entry(changed).ok());
  }
  sync(*ani);
  sync(*phone);
  sync(*ani);
  const auto view = ani->journal().show(id);
  ASSERT_TRUE(view.ok());
  ASSERT_EQ(view->conflicts.size(), 1U);
  ASSERT_EQ(view->conflicts[0].written.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto made = ani->made_on(ani->personal_space(), view->conflicts[0].written[i].dot);
    ASSERT_TRUE(made.device.has_value());
    EXPECT_EQ(made.here, view->conflicts[0].values[i] == "di HP");
    EXPECT_EQ(view->conflicts[0].written[i].wall_ms, clock.now().wall_ms);
  }
  auto chosen = view->entry;
  chosen.events[0].happened = "di HP lain";
  ASSERT_TRUE(ani->edit_entry(chosen).ok());
  sync(*ani);
  sync(*phone);
  const auto told = phone->decisions(id);
  ASSERT_TRUE(told.ok());
  ASSERT_EQ(told->size(), 1U);
  EXPECT_EQ(told->front().by, phone->person());
  EXPECT_FALSE(phone->made_on(phone->personal_space(), told->front().dot).here);
  ASSERT_TRUE(phone->undo_entry_change(id, told->front().dot).ok());
  sync(*phone);
  sync(*ani);
  EXPECT_EQ(ani->journal().show(id)->conflicts.size(), 1U);
}

}  // namespace
}  // namespace sejawat::api
#endif
