// Two devices of one person that did not see each other's changes, and versions that do not know each other.
#include <gtest/gtest.h>

#include <set>

#include "devices.h"

namespace sejawat::cycle {
namespace {

struct TwoDevices : public ::testing::Test {
  Device left{1};
  Device right{2};
  base::ObjectId id;

  void SetUp() override {
    auto entry = an_entry("asal");
    entry.tags = {"lama"};
    auto added = left.add(entry);
    ASSERT_TRUE(added.ok());
    id = *added;
    left.send(right, id);
  }
  // Edits the entry as this device shows it.
  template <class Change>
  void change(Device& device, Change change) {
    auto entry = device.show(id).entry;
    change(entry);
    ASSERT_TRUE(device.edit(entry).ok());
  }
  void expect_equal_views() {
    const auto a = left.show(id);
    const auto b = right.show(id);
    EXPECT_EQ(a.trashed, b.trashed);
    EXPECT_EQ(a.entry.tags, b.entry.tags);
    EXPECT_EQ(a.entry.subject, b.entry.subject);
    ASSERT_EQ(a.entry.events.size(), b.entry.events.size());
    for (std::size_t i = 0; i < a.entry.events.size(); ++i) {
      EXPECT_EQ(a.entry.events[i].happened, b.entry.events[i].happened);
      EXPECT_EQ(a.entry.events[i].element, b.entry.events[i].element);
    }
    EXPECT_EQ(a.conflicts.size(), b.conflicts.size());
  }
};

TEST_F(TwoDevices, EditsOfOneFieldKeepBothUntilSomebodyDecides) {
  change(left, [](JournalEntry& entry) { entry.events[0].happened = "kiri"; });
  change(right, [](JournalEntry& entry) { entry.events[0].happened = "kanan"; });
  meet(left, right, id);
  expect_equal_views();
  const auto view = left.show(id);
  ASSERT_EQ(view.conflicts.size(), 1U);
  EXPECT_EQ(view.conflicts[0].field, "happened");
  EXPECT_EQ(view.conflicts[0].element, 1U);
  EXPECT_EQ(std::set<std::string>(view.conflicts[0].values.begin(), view.conflicts[0].values.end()),
            (std::set<std::string>{"kiri", "kanan"}));
  EXPECT_EQ(view.entry.events[0].happened, view.conflicts[0].values[0]);
  for (const char* words : {"kiri", "kanan"})
    EXPECT_EQ(right.journal().search(words, 5)->size(), 1U) << words;

  change(right, [](JournalEntry& entry) { entry.events[0].happened = "putusan"; });
  meet(left, right, id);
  expect_equal_views();
  EXPECT_TRUE(left.show(id).conflicts.empty());
  EXPECT_EQ(left.show(id).entry.events[0].happened, "putusan");
  EXPECT_EQ(left.journal().search("kiri", 5)->size(), 0U);
}

TEST_F(TwoDevices, AChoiceBetweenVersionsIsToldEverywhereAndTakenBackAnywhere) {
  change(left, [](JournalEntry& entry) {
    entry.events[0].happened = "kiri";
    entry.subject = "IPAS";
  });
  change(right, [](JournalEntry& entry) { entry.events[0].happened = "kanan"; });
  meet(left, right, id);
  EXPECT_TRUE(left.journal().decisions(Device::space(), id)->empty()) << "nobody chose yet";
  EXPECT_EQ(left.journal().undecided_after(std::nullopt, 5)->size(), 1U);
  change(right, [](JournalEntry& entry) { entry.events[0].happened = "kiri"; });
  meet(left, right, id);
  EXPECT_TRUE(left.journal().undecided_after(std::nullopt, 5)->empty());
  const auto told = left.journal().decisions(Device::space(), id);
  ASSERT_TRUE(told.ok());
  ASSERT_EQ(told->size(), 1U);
  EXPECT_EQ(told->front().field, "happened");
  EXPECT_EQ(told->front().element, 1U);
  EXPECT_EQ(told->front().chosen, "kiri");
  EXPECT_TRUE(told->front().standing);
  ASSERT_EQ(told->front().choices.size(), 2U);
  EXPECT_EQ(std::set<std::string>({told->front().choices[0].value, told->front().choices[1].value}),
            (std::set<std::string>{"kiri", "kanan"}));
  const auto elsewhere = right.journal().decisions(Device::space(), id);
  ASSERT_EQ(elsewhere->size(), 1U);
  EXPECT_EQ(elsewhere->front().dot, told->front().dot);

  ASSERT_TRUE(left.undo(id, told->front().dot).ok());
  meet(left, right, id);
  expect_equal_views();
  ASSERT_EQ(right.show(id).conflicts.size(), 1U) << "both stand again";
  EXPECT_EQ(right.show(id).entry.subject, "IPAS") << "what was not chosen between stays";
  const auto after = right.journal().decisions(Device::space(), id);
  ASSERT_EQ(after->size(), 1U) << "that it was decided once stays told";
  EXPECT_FALSE(after->front().standing);
}

// "No auto choice": a decision about one field is none about another.
TEST_F(TwoDevices, AChoiceIsOfOneFieldAndSavingAnotherFieldChoosesNothing) {
  change(left, [](JournalEntry& entry) {
    entry.events[0].happened = "kiri";
    entry.subject = "IPAS";
  });
  change(right, [](JournalEntry& entry) {
    entry.events[0].happened = "kanan";
    entry.subject = "Bahasa";
  });
  meet(left, right, id);
  ASSERT_EQ(left.show(id).conflicts.size(), 2U);
  auto entry = left.show(id).entry;
  entry.class_name = "4B";
  ASSERT_TRUE(left.edit_and_leave(entry).ok());
  EXPECT_EQ(left.show(id).entry.class_name, "4B");
  EXPECT_EQ(left.show(id).conflicts.size(), 2U) << "saved as shown, both are still in two versions";
  ASSERT_TRUE(left.decide(id, 1, "happened", "kanan").ok());
  const auto view = left.show(id);
  ASSERT_EQ(view.conflicts.size(), 1U);
  EXPECT_EQ(view.conflicts[0].field, "subject");
  EXPECT_EQ(view.entry.events[0].happened, "kanan");
  entry = view.entry;
  entry.subject = "PKn";
  ASSERT_TRUE(left.edit_and_leave(entry).ok());
  EXPECT_TRUE(left.show(id).conflicts.empty()) << "other words decide";
}

TEST_F(TwoDevices, OnlyAFieldInTwoVersionsIsDecidedAndOnlyIntoAnEntry) {
  change(left, [](JournalEntry& entry) {
    entry.events[0].happened = "kiri";
    entry.events[0].domain = Domain::methods;
    entry.date = "2026-11-20";
  });
  change(right, [](JournalEntry& entry) {
    entry.events[0].happened = "kanan";
    entry.events[0].domain = Domain::teacher;
    entry.date = "2026-11-21";
  });
  meet(left, right, id);
  EXPECT_EQ(left.decide(id, 0, "subject", "IPAS").code(), base::Code::not_found);
  EXPECT_EQ(left.decide(id, 7, "happened", "kiri").code(), base::Code::not_found);
  EXPECT_EQ(left.decide(base::ObjectId{}, 1, "happened", "kiri").code(), base::Code::not_found);
  EXPECT_EQ(left.decide(id, 1, "happened", "").code(), base::Code::invalid_argument)
      << "an event says something";
  EXPECT_EQ(left.decide(id, 0, "date", "kemarin").code(), base::Code::invalid_argument);
  EXPECT_EQ(left.decide(id, 1, "domain", "langit").code(), base::Code::invalid_argument);
  ASSERT_EQ(left.show(id).conflicts.size(), 3U);
  ASSERT_TRUE(left.decide(id, 1, "domain", "teacher").ok());
  ASSERT_TRUE(left.decide(id, 0, "date", "2026-11-21").ok());
  EXPECT_EQ(left.show(id).entry.events[0].domain, Domain::teacher);
  EXPECT_EQ(left.show(id).entry.date, "2026-11-21");
  EXPECT_EQ(left.show(id).conflicts.size(), 1U);
}

TEST_F(TwoDevices, ALaterEditOfSeveralFieldsIsNoChoiceBetweenVersions) {
  change(left, [](JournalEntry& entry) { entry.subject = "IPAS"; });
  change(left, [](JournalEntry& entry) {
    entry.subject = "Bahasa";
    entry.events[0].happened = "lain";
  });
  EXPECT_TRUE(left.journal().decisions(Device::space(), id)->empty());
}

TEST_F(TwoDevices, WhatIsNoChangeOfAnEntryCannotBeTakenBack) {
  EXPECT_EQ(left.undo(id, {}).code(), base::Code::not_found);
  const auto first = left.journal().revisions(Device::space(), id)->front().dot;
  EXPECT_EQ(left.undo(id, first).code(), base::Code::invalid_argument);
  EXPECT_EQ(left.journal().decisions(Device::space(), base::ObjectId{}).code(), base::Code::not_found);
}

TEST_F(TwoDevices, SavingTheShownValueDecidesForIt) {
  change(left, [](JournalEntry& entry) { entry.subject = "IPAS"; });
  change(right, [](JournalEntry& entry) { entry.subject = "Bahasa"; });
  meet(left, right, id);
  const std::string shown = left.show(id).entry.subject;
  change(left, [](JournalEntry&) {});
  meet(left, right, id);
  EXPECT_TRUE(right.show(id).conflicts.empty());
  EXPECT_EQ(right.show(id).entry.subject, shown);
}

TEST_F(TwoDevices, EditsOfTwoFieldsAreNoConflict) {
  change(left, [](JournalEntry& entry) { entry.subject = "IPAS"; });
  change(right, [](JournalEntry& entry) { entry.events[0].gap = "celah"; });
  meet(left, right, id);
  expect_equal_views();
  EXPECT_TRUE(left.show(id).conflicts.empty());
  EXPECT_EQ(left.show(id).entry.subject, "IPAS");
  EXPECT_EQ(left.show(id).entry.events[0].gap, "celah");
}

TEST_F(TwoDevices, ADomainInConflictHasNames) {
  change(left, [](JournalEntry& entry) { entry.events[0].domain = Domain::methods; });
  change(right, [](JournalEntry& entry) { entry.events[0].domain = Domain::teacher; });
  meet(left, right, id);
  const auto view = left.show(id);
  ASSERT_EQ(view.conflicts.size(), 1U);
  EXPECT_EQ(std::set<std::string>(view.conflicts[0].values.begin(), view.conflicts[0].values.end()),
            (std::set<std::string>{"methods", "teacher"}));
}

TEST_F(TwoDevices, NewEventsOfBothStandBesideEachOther) {
  const auto append = [](const char* text) {
    return [text](JournalEntry& entry) {
      JournalEvent event;
      event.happened = text;
      entry.events.push_back(event);
    };
  };
  change(left, append("dari kiri"));
  change(right, append("dari kanan"));
  meet(left, right, id);
  expect_equal_views();
  EXPECT_TRUE(left.show(id).conflicts.empty());
  EXPECT_EQ(left.show(id).entry.events.size(), 3U);
}

// The numbers are 24 bits of a hash, so "never" is measured: entries of two devices at every early position.
TEST(EventNumbers, OfConcurrentNewEventsDoNotCollide) {
  Device left(1);
  Device right(2);
  std::size_t events = 0;
  for (int round = 0; round < 40; ++round) {
    auto added = left.add(an_entry());
    ASSERT_TRUE(added.ok());
    left.send(right, *added);
    for (Device* device : {&left, &right}) {
      auto entry = device->show(*added).entry;
      for (int i = 0; i < 20; ++i) {
        JournalEvent event;
        event.happened = (device == &left ? "kiri " : "kanan ") + std::to_string(i);
        entry.events.push_back(event);
      }
      ASSERT_TRUE(device->edit(entry).ok());
    }
    meet(left, right, *added);
    const auto view = left.show(*added);
    EXPECT_TRUE(view.conflicts.empty());
    ASSERT_EQ(view.entry.events.size(), 41U);
    for (const auto& event : view.entry.events) EXPECT_LT(event.element, kEventElements);
    events += view.entry.events.size();
  }
  EXPECT_EQ(events, 40U * 41U);
}

TEST_F(TwoDevices, TagsAreASet) {
  change(left, [](JournalEntry& entry) { entry.tags = {"lama", "kiri", "sama"}; });
  change(right, [](JournalEntry& entry) { entry.tags = {"kanan", "sama", "sama"}; });  // without "lama"
  meet(left, right, id);
  expect_equal_views();
  EXPECT_EQ(left.show(id).entry.tags, (std::vector<std::string>{"kanan", "kiri", "sama"}));
  EXPECT_TRUE(left.show(id).conflicts.empty());
  // Added again by somebody who had not seen it removed: it stays.
  change(left, [](JournalEntry& entry) { entry.tags = {"kiri"}; });
  change(right, [](JournalEntry& entry) { entry.tags.push_back("baru"); });
  meet(left, right, id);
  EXPECT_EQ(right.show(id).entry.tags, (std::vector<std::string>{"baru", "kiri"}));
}

TEST_F(TwoDevices, AnUnseenEditWinsOverTheTrash) {
  ASSERT_TRUE(left.trash(id).ok());
  change(right, [](JournalEntry& entry) { entry.subject = "IPAS"; });
  meet(left, right, id);
  expect_equal_views();
  for (Device* device : {&left, &right}) {
    EXPECT_FALSE(device->show(id).trashed);
    EXPECT_TRUE(device->show(id).restored_by_edit);
    EXPECT_EQ(device->journal().list(false, 0, 5)->size(), 1U);
  }
  change(left, [](JournalEntry&) {});  // seen: it stands as restored no longer
  meet(left, right, id);
  EXPECT_FALSE(right.show(id).restored_by_edit);
}

TEST_F(TwoDevices, TrashAfterTheEditWasSeenTrashes) {
  change(right, [](JournalEntry& entry) { entry.subject = "IPAS"; });
  meet(left, right, id);
  ASSERT_TRUE(left.trash(id).ok());
  meet(left, right, id);
  EXPECT_TRUE(right.show(id).trashed);
  EXPECT_TRUE(right.journal().list(false, 0, 5)->empty());
}

TEST_F(TwoDevices, RestoredHereAndTrashedAgainThereIsInTheTrash) {
  ASSERT_TRUE(left.trash(id).ok());
  meet(left, right, id);
  ASSERT_TRUE(left.restore(id).ok());
  meet(left, right, id);
  EXPECT_FALSE(right.show(id).trashed);
  ASSERT_TRUE(right.trash(id).ok());
  meet(left, right, id);
  EXPECT_TRUE(left.show(id).trashed);
}

TEST_F(TwoDevices, AnEventRemovedHereAndChangedThereComesBackWithWhatWasChanged) {
  change(left, [](JournalEntry& entry) {
    entry.events.clear();
    JournalEvent other;
    other.happened = "pengganti";
    entry.events.push_back(other);
  });
  change(right, [](JournalEntry& entry) { entry.events[0].happened = "asal, diperbaiki"; });
  meet(left, right, id);
  expect_equal_views();
  std::set<std::string> texts;
  for (const auto& event : left.show(id).entry.events) texts.insert(event.happened);
  EXPECT_EQ(texts, (std::set<std::string>{"asal, diperbaiki", "pengganti"}));
}

// A program of a later version writes registers, values and kinds that this one has no meaning for.
struct LaterVersion : public TwoDevices {
  static constexpr std::uint32_t kNewEntryField = 99;
  static constexpr std::uint32_t kNewEventField = 77;
  static constexpr std::uint32_t kNewElement = 0x60000000;

  void write_new_fields(Device& device) {
    log::Op op;
    op.object = id;
    op.type = kJournalEntryType;
    op.cells.push_back({0, kNewEntryField, "nilai baru"});
    op.cells.push_back({1, kNewEventField, "foto"});
    op.cells.push_back({500, kNewEventField, "peristiwa jenis baru"});
    op.cells.push_back({kNewElement, 1, "unsur baru"});
    op.cells.push_back({kTagElements_, 11, "warna tag"});
    device.write(op);
  }
  static constexpr std::uint32_t kTagElements_ = kEventElements;
  std::vector<std::string> unknown_values(Device& device) {
    auto state = fold::state_of(device.store(), Device::codec(), Device::space(), id);
    EXPECT_TRUE(state.ok());
    std::vector<std::string> values;
    for (const auto& [key, held] : state->registers) {
      for (const auto& value : held) {
        if (key.second == kNewEntryField || key.second == kNewEventField || key.first == kNewElement ||
            key.second == 11)
          values.push_back(value.bytes);
      }
    }
    return values;
  }
};

TEST_F(LaterVersion, FieldsItDoesNotKnowSurviveAnEdit) {
  write_new_fields(left);
  meet(left, right, id);
  const auto before = unknown_values(right);
  ASSERT_EQ(before.size(), 5U);
  change(right, [](JournalEntry& entry) {
    entry.subject = "IPAS";
    entry.tags.clear();
    entry.events[0].happened = "disunting versi lama";
  });
  meet(left, right, id);
  EXPECT_EQ(unknown_values(right), before);
  EXPECT_EQ(unknown_values(left), before);
  EXPECT_EQ(left.show(id).entry.subject, "IPAS");
}

TEST_F(LaterVersion, FieldsItDoesNotKnowAreNeitherShownNorConflicts) {
  write_new_fields(left);
  write_new_fields(right);
  log::Op other;
  other.object = id;
  other.type = kJournalEntryType;
  other.cells.push_back({0, kNewEntryField, "nilai lain"});
  right.write(other);
  meet(left, right, id);
  ASSERT_TRUE(left.journal().refresh({{Device::space(), id}}).ok());
  const auto view = left.show(id);
  EXPECT_EQ(view.entry.events.size(), 1U);
  EXPECT_EQ(view.entry.tags, (std::vector<std::string>{"lama"}));
  EXPECT_TRUE(view.conflicts.empty());
  auto row = left.store().journal().get(id);
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_FALSE((*row)->conflicted);
}

TEST_F(LaterVersion, ADomainAndAKindItDoesNotKnowSurviveAnEdit) {
  auto state = fold::state_of(left.store(), Device::codec(), Device::space(), id);
  ASSERT_TRUE(state.ok());
  log::Op op;
  op.object = id;
  op.type = kJournalEntryType;
  op.cells.push_back({1, 1, std::string("\x09")});
  op.cells.push_back({0, 5, "observation"});
  op.supersedes = state->live_dots;
  left.write(op);
  meet(left, right, id);
  ASSERT_TRUE(right.journal().refresh({{Device::space(), id}}).ok());
  EXPECT_EQ(right.show(id).entry.kind, "observation");
  change(right, [](JournalEntry& entry) { entry.events[0].gap = "celah"; });
  auto after = fold::state_of(right.store(), Device::codec(), Device::space(), id);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ((after->registers.at({1, 1}).front().bytes), "\x09");
  EXPECT_EQ((after->registers.at({0, 5}).front().bytes), "observation");
  // Choosing a domain that it does know replaces it.
  change(right, [](JournalEntry& entry) { entry.events[0].domain = Domain::teacher; });
  EXPECT_EQ(right.show(id).entry.events[0].domain, Domain::teacher);
}

}  // namespace
}  // namespace sejawat::cycle
