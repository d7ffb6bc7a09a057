// One device: what is written is what is read, edited, found, trashed and restored.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "devices.h"

namespace sejawat::cycle {
namespace {

using base::Code;

void expect_same(const JournalEntry& a, const JournalEntry& b) {
  EXPECT_EQ(a.date, b.date);
  EXPECT_EQ(a.class_name, b.class_name);
  EXPECT_EQ(a.subject, b.subject);
  EXPECT_EQ(a.period, b.period);
  EXPECT_EQ(a.mood, b.mood);
  EXPECT_EQ(a.trial_id, b.trial_id);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.tags, b.tags);
  ASSERT_EQ(a.events.size(), b.events.size());
  for (std::size_t i = 0; i < a.events.size(); ++i) {
    EXPECT_EQ(a.events[i].domain, b.events[i].domain);
    EXPECT_EQ(a.events[i].happened, b.events[i].happened);
    EXPECT_EQ(a.events[i].expected, b.events[i].expected);
    EXPECT_EQ(a.events[i].gap, b.events[i].gap);
  }
}

JournalEntry a_full_entry() {
  auto entry = an_entry();
  entry.period = "Jam 3–4";
  entry.mood = "lega";
  entry.kind = "trial";
  entry.trial_id = "0123456789abcdef";
  entry.events[0].expected = "Semua mencoba";
  entry.events[0].gap = "Bacaan soal terlalu panjang";
  JournalEvent second;
  second.domain = Domain::teacher;
  second.happened = "Saya menjelaskan terlalu cepat";
  entry.events.push_back(second);
  second.domain = Domain::methods;
  second.happened = "Kartu soal membantu";
  entry.events.push_back(second);
  entry.tags = {"literasi", "soal cerita"};
  return entry;
}

std::size_t found(Device& device, std::string_view words) {
  auto views = device.journal().search(words, 50);
  EXPECT_TRUE(views.ok()) << words;
  return views.ok() ? views->size() : SIZE_MAX;
}

TEST(Journal, AnEntryComesBackAsItWasWritten) {
  Device device(1);
  const auto entry = a_full_entry();
  auto id = device.add(entry);
  ASSERT_TRUE(id.ok());
  const auto view = device.show(*id);
  expect_same(view.entry, entry);
  EXPECT_EQ(view.entry.id, *id);
  EXPECT_FALSE(view.trashed);
  EXPECT_TRUE(view.conflicts.empty());
  EXPECT_EQ(view.entry.events[0].element, 1U);
  EXPECT_EQ(view.entry.events[2].element, 3U);
}

TEST(Journal, AnEntryWithNumbersOfItsOwnKeepsThem) {
  Device device(1);
  auto entry = a_full_entry();
  entry.events[2].element = 1;  // the new ones take the free numbers
  auto id = device.add(entry);
  ASSERT_TRUE(id.ok());
  const auto view = device.show(*id);
  ASSERT_EQ(view.entry.events.size(), 3U);
  EXPECT_EQ(view.entry.events[0].happened, "Kartu soal membantu");
  EXPECT_EQ(view.entry.events[1].happened, entry.events[0].happened);
}

// A stolen phone's program may, until it is revoked; and whatever came first, all phones show the same.
TEST(Journal, WhatIsWrittenUnderAnEntrysIdAsSomethingElseNeitherHidesItNorShowsInIt) {
  Device device(1);
  Device other(2);
  Device thief(3);
  const auto entry = an_entry();
  const auto id = *device.add(entry);
  log::Op op;
  op.object = id;
  op.type = 10;
  op.cells = {{0, 4, std::string("palsu")}};
  thief.write(op);
  thief.send(other, id);
  device.send(other, id);
  thief.send(device, id);
  for (Device* one : {&device, &other}) {
    expect_same(one->show(id).entry, entry);
    ASSERT_TRUE(one->journal().list(false, 0, 10).ok());
    EXPECT_EQ(one->journal().list(false, 0, 10)->size(), 1U);
    EXPECT_EQ(one->journal().revisions(Device::space(), id)->size(), 1U);
    EXPECT_TRUE(one->journal().decisions(Device::space(), id).ok());
    EXPECT_TRUE(one->trash(id).ok());
    EXPECT_TRUE(one->restore(id).ok());
  }
}

TEST(Journal, AnIdIsGivenOnce) {
  Device device(1);
  auto entry = an_entry();
  entry.id.bytes[0] = 9;
  ASSERT_TRUE(device.add(entry).ok());
  EXPECT_EQ(device.add(entry).code(), Code::already_exists);
}

TEST(Journal, AnEditWritesOnlyWhatDiffers) {
  Device device(1);
  auto id = device.add(a_full_entry());
  ASSERT_TRUE(id.ok());
  auto entry = device.show(*id).entry;
  ASSERT_TRUE(device.edit(entry).ok());
  auto ops = device.store().ops_of(Device::space(), *id);
  ASSERT_TRUE(ops.ok());
  EXPECT_EQ(ops->size(), 1U);  // nothing differed
  entry.subject = "IPAS";
  entry.events[1].gap = "";
  entry.events[0].gap = "";
  ASSERT_TRUE(device.edit(entry).ok());
  expect_same(device.show(*id).entry, entry);
  ops = device.store().ops_of(Device::space(), *id);
  ASSERT_TRUE(ops.ok());
  ASSERT_EQ(ops->size(), 2U);
  auto op = log::decode_op(ops->back().bytes);
  ASSERT_TRUE(op.ok());
  EXPECT_EQ(op->cells.size(), 2U);  // subject set, one gap removed; the other was empty before
}

TEST(Journal, EveryFieldCanBeTakenBack) {
  Device device(1);
  auto id = device.add(a_full_entry());
  ASSERT_TRUE(id.ok());
  auto bare = an_entry("Hanya ini");
  bare.class_name = bare.subject = "";
  bare.id = *id;
  bare.events[0].element = 2;
  ASSERT_TRUE(device.edit(bare).ok());
  expect_same(device.show(*id).entry, bare);
}

TEST(Journal, WhatIsNotThereCannotBeChanged) {
  Device device(1);
  auto entry = an_entry();
  entry.id.bytes[3] = 3;
  EXPECT_EQ(device.edit(entry).code(), Code::not_found);
  EXPECT_EQ(device.trash(entry.id).code(), Code::not_found);
  EXPECT_EQ(device.restore(entry.id).code(), Code::not_found);
  EXPECT_EQ(device.journal().show(entry.id).code(), Code::not_found);
  EXPECT_EQ(device.journal().revisions(Device::space(), entry.id).code(), Code::not_found);
}

TEST(Journal, EventsAddedLaterStandAfterTheOthersInTheirOrder) {
  Device device(1);
  auto id = device.add(an_entry("satu"));
  ASSERT_TRUE(id.ok());
  for (const char* text : {"dua", "tiga", "empat", "lima", "enam", "tujuh"}) {
    auto entry = device.show(*id).entry;
    JournalEvent event;
    event.happened = text;
    entry.events.push_back(event);
    ASSERT_TRUE(device.edit(entry).ok());
  }
  std::string order;
  for (const auto& event : device.show(*id).entry.events) order += event.happened + " ";
  EXPECT_EQ(order, "satu dua tiga empat lima enam tujuh ");
}

TEST(Journal, TrashAndRestore) {
  Device device(1);
  auto id = device.add(an_entry());
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(device.trash(*id).ok());
  EXPECT_TRUE(device.show(*id).trashed);
  EXPECT_TRUE(device.journal().list(false, 0, 10)->empty());
  EXPECT_EQ(device.journal().list(true, 0, 10)->size(), 1U);
  EXPECT_EQ(found(device, "soal"), 0U);
  ASSERT_TRUE(device.trash(*id).ok());  // again: nothing
  ASSERT_TRUE(device.restore(*id).ok());
  ASSERT_TRUE(device.restore(*id).ok());
  EXPECT_FALSE(device.show(*id).trashed);
  EXPECT_EQ(found(device, "soal"), 1U);
  expect_same(device.show(*id).entry, an_entry());
}

TEST(Journal, AnEditTakesAnEntryOutOfTheTrash) {
  Device device(1);
  auto id = device.add(an_entry());
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(device.trash(*id).ok());
  ASSERT_TRUE(device.edit(device.show(*id).entry).ok());
  EXPECT_FALSE(device.show(*id).trashed);
}

TEST(Journal, RevisionsTellHowAnEntryCameToBe) {
  Device device(1);
  auto id = device.add(an_entry("pertama"));
  ASSERT_TRUE(id.ok());
  auto entry = device.show(*id).entry;
  entry.events[0].happened = "kedua";
  ASSERT_TRUE(device.edit(entry).ok());
  ASSERT_TRUE(device.trash(*id).ok());
  auto revisions = device.journal().revisions(Device::space(), *id);
  ASSERT_TRUE(revisions.ok());
  ASSERT_EQ(revisions->size(), 3U);
  EXPECT_EQ((*revisions)[0].entry.events[0].happened, "pertama");
  EXPECT_EQ((*revisions)[1].entry.events[0].happened, "kedua");
  EXPECT_EQ((*revisions)[2].entry.events[0].happened, "kedua");
  EXPECT_LT((*revisions)[0].wall_ms, (*revisions)[1].wall_ms);
  entry = (*revisions)[0].entry;
  ASSERT_TRUE(device.edit(entry).ok());
  EXPECT_EQ(device.show(*id).entry.events[0].happened, "pertama");
}

TEST(Search, FindsWordsOfEveryTextAndTheirBeginnings) {
  Device device(1);
  auto entry = a_full_entry();
  ASSERT_TRUE(device.add(entry).ok());
  for (const char* words : {"5A", "matematika", "MURID", "mencoba", "bacaan", "literasi", "kartu soal",
                            "tidak mengerj", "murid dua", "jelas", "m"}) {
    // "jelas" is no beginning of "menjelaskan"
    EXPECT_EQ(found(device, words), std::string_view(words) == "jelas" ? 0U : 1U) << words;
  }
}

TEST(Search, TakesNothingForSyntax) {
  Device device(1);
  ASSERT_TRUE(device.add(an_entry("Kata \"puisi\" AND rima; soal: 3*4 = (12) OR NOT")).ok());
  for (const char* words : {"\"puisi\"", "AND", "OR NOT", "3*4", "(12)", "soal:", "puisi AND", "- puisi",
                            "rima;", "puisi -", "^kata", "NOT"}) {
    EXPECT_EQ(found(device, words), 1U) << words;
  }
  for (const char* words :
       {"puisi NOT prosa", "NEAR(kata puisi)", "text : puisi", "a* OR b", "", "   ", "\"", "*", "-"}) {
    EXPECT_EQ(found(device, words), 0U) << words;
  }
  EXPECT_EQ(found(device, std::string_view("pui\0si", 6)), 1U);
  EXPECT_EQ(found(device, "\xFF\xFE"), 0U);
}

TEST(Search, OverlooksDiacritics) {
  Device device(1);
  ASSERT_TRUE(device.add(an_entry("Anak-anak menyanyikan lagu Bénjang, café, naïve")).ok());
  for (const char* words : {"benjang", "BÉNJANG", "cafe", "naive", "anak", "anak-anak"}) {
    EXPECT_EQ(found(device, words), 1U) << words;
  }
}

TEST(Search, AfterAnEditTheOldTextIsNotFound) {
  Device device(1);
  auto id = device.add(an_entry("Pelajaran tentang gerhana"));
  ASSERT_TRUE(id.ok());
  auto entry = device.show(*id).entry;
  entry.events[0].happened = "Pelajaran tentang pelangi";
  ASSERT_TRUE(device.edit(entry).ok());
  EXPECT_EQ(found(device, "gerhana"), 0U);
  EXPECT_EQ(found(device, "pelangi"), 1U);
}

TEST(Search, TrashTakesNoPlaceAmongTheResults) {
  Device device(1);
  for (int i = 0; i < 5; ++i) {
    auto id = device.add(an_entry("gerhana gerhana gerhana"));
    ASSERT_TRUE(id.ok());
    ASSERT_TRUE(device.trash(*id).ok());
  }
  ASSERT_TRUE(device.add(an_entry("satu kali gerhana")).ok());
  auto views = device.journal().search("gerhana", 3);
  ASSERT_TRUE(views.ok());
  EXPECT_EQ(views->size(), 1U);
}

// Both lists, page by page.
using Page = std::function<base::Result<std::vector<JournalView>>(const std::optional<store::JournalKey>&)>;
std::vector<base::ObjectId> all_pages(const Page& page, const std::function<void()>& between = {}) {
  std::vector<base::ObjectId> ids;
  std::optional<store::JournalKey> key;
  for (;;) {
    auto views = page(key);
    EXPECT_TRUE(views.ok());
    if (!views.ok() || views->empty()) return ids;
    for (const auto& view : *views) ids.push_back(view.entry.id);
    key = key_of(views->back());
    if (between) between();
  }
}

TEST(Paging, NewestFirstWithoutGapsOrRepetitionsEvenAtEqualDates) {
  Device device(1);
  for (int i = 0; i < 40; ++i) {
    auto entry = an_entry("gerhana " + std::to_string(i));
    entry.date = i % 3 == 0 ? "2026-11-25" : "2026-11-24";
    ASSERT_TRUE(device.add(entry).ok());
  }
  auto whole = device.journal().list(false, 0, 100);
  ASSERT_TRUE(whole.ok());
  ASSERT_EQ(whole->size(), 40U);
  std::vector<base::ObjectId> expected;
  for (std::size_t i = 0; i < whole->size(); ++i) {
    expected.push_back((*whole)[i].entry.id);
    if (i > 0) {
      EXPECT_GE((*whole)[i - 1].entry.date, (*whole)[i].entry.date);
    }
  }
  std::vector<base::ObjectId> by_offset;
  for (std::size_t offset = 0; offset < 40; offset += 7) {
    auto page = device.journal().list(false, offset, 7);
    ASSERT_TRUE(page.ok());
    for (const auto& view : *page) by_offset.push_back(view.entry.id);
  }
  EXPECT_EQ(by_offset, expected);
  EXPECT_EQ(all_pages([&](const auto& key) { return device.journal().list_after(false, key, 7); }), expected);
  EXPECT_EQ(all_pages([&](const auto& key) { return device.journal().search_after("gerhana", key, 7); }),
            expected);
}

TEST(Paging, WhatArrivesInBetweenMovesNothing) {
  Device device(1);
  std::set<base::ObjectId> before;
  for (int i = 0; i < 20; ++i) before.insert(*device.add(an_entry("gerhana")));
  const auto add_one = [&] { ASSERT_TRUE(device.add(an_entry("gerhana baru")).ok()); };
  for (const bool search : {false, true}) {
    const auto ids = all_pages(
        [&](const auto& key) {
          return search ? device.journal().search_after("gerhana", key, 3)
                        : device.journal().list_after(false, key, 3);
        },
        add_one);
    std::set<base::ObjectId> once(ids.begin(), ids.end());
    EXPECT_EQ(once.size(), ids.size());
    for (const auto& id : before) EXPECT_EQ(once.count(id), 1U);
    before = once;
    const auto added = device.journal().list(false, 0, 500);
    ASSERT_TRUE(added.ok());
    for (const auto& view : *added) before.insert(view.entry.id);
  }
}

}  // namespace
}  // namespace sejawat::cycle
