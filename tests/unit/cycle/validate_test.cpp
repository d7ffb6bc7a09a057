// What an entry may hold, field by field and at each bound.
#include <gtest/gtest.h>

#include "devices.h"

namespace sejawat::cycle {
namespace {

using base::Code;

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// The error names the field, and never what the person wrote.
void expect_refused(const JournalEntry& entry, const std::string& field) {
  const auto status = validate(entry);
  ASSERT_EQ(status.code(), Code::invalid_argument) << field;
  EXPECT_EQ(status.error().detail().rfind(field, 0), 0U) << status.error().detail();
}

TEST(Validate, AnOrdinaryEntryPasses) { EXPECT_TRUE(validate(an_entry()).ok()); }

TEST(Validate, TheDateIsADayOfTheCalendar) {
  for (const char* day : {"2024-02-29", "2000-02-29", "2026-12-31", "2026-01-01", "0001-01-01"}) {
    auto entry = an_entry();
    entry.date = day;
    EXPECT_TRUE(validate(entry).ok()) << day;
  }
  for (const char* day : {"", "2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10",
                          "2026-11-00", "2026-11-32", "26-11-24", "2026/11/24", "2026-11-24 ", "2026-11-2a",
                          "2026--1-24", "----------", "--9-9-9-99", "2026-1--01"}) {
    auto entry = an_entry();
    entry.date = day;
    expect_refused(entry, "date");
  }
}

TEST(Validate, TheKindIsDailyOrTrial) {
  auto entry = an_entry();
  entry.kind = "trial";
  EXPECT_TRUE(validate(entry).ok());
  for (const char* kind : {"", "Daily", "weekly"}) {
    entry.kind = kind;
    expect_refused(entry, "kind");
  }
}

TEST(Validate, ShortTextsHoldTwoHundredCharactersHoweverManyBytes) {
  const std::pair<const char*, std::string JournalEntry::*> fields[] = {
      {"class", &JournalEntry::class_name},
      {"subject", &JournalEntry::subject},
      {"period", &JournalEntry::period},
      {"mood", &JournalEntry::mood},
      {"trial_id", &JournalEntry::trial_id}};
  for (const auto& [name, field] : fields) {
    auto entry = an_entry();
    entry.*field = repeat("\xF0\x9F\x93\x9A", 200);
    EXPECT_TRUE(validate(entry).ok()) << name;
    entry.*field += "a";
    expect_refused(entry, name);
    entry.*field = "a\xFF";
    expect_refused(entry, name);
  }
}

TEST(Validate, TextsOfEventsHoldEightThousandCharacters) {
  const std::pair<const char*, std::string JournalEvent::*> fields[] = {{"happened", &JournalEvent::happened},
                                                                        {"expected", &JournalEvent::expected},
                                                                        {"gap", &JournalEvent::gap}};
  for (const auto& [name, field] : fields) {
    auto entry = an_entry();
    entry.events[0].*field = repeat("\xC3\xA9", 8000);
    EXPECT_TRUE(validate(entry).ok()) << name;
    entry.events[0].*field += "a";
    expect_refused(entry, name);
    entry.events[0].*field = "\xC3";
    expect_refused(entry, name);
  }
}

TEST(Validate, BytesThatAreNoUtf8AreRefused) {
  for (const char* bytes :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xE2\x82", "\xE2\x28\xA1"}) {
    auto entry = an_entry(bytes);
    expect_refused(entry, "happened");
  }
  for (const char* text : {"\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80", "é", "ꦱꦼ"}) {
    EXPECT_TRUE(validate(an_entry(text)).ok()) << text;
  }
}

TEST(Validate, AnEventSaysWhatHappened) {
  expect_refused(an_entry(""), "happened");
  auto entry = an_entry();
  entry.events.clear();
  expect_refused(entry, "events");
}

TEST(Validate, ADomainIsOneOfThree) {
  for (const auto domain : {Domain::pupils, Domain::methods, Domain::teacher}) {
    EXPECT_EQ(domain_from(domain_name(domain)), domain);
  }
  EXPECT_FALSE(domain_from("Pupils").has_value());
  for (const int number : {0, 4, 255}) {
    auto entry = an_entry();
    entry.events[0].domain = static_cast<Domain>(number);
    expect_refused(entry, "domain");
  }
}

TEST(Validate, AnElementIsUniqueAndNeverATagsNumber) {
  auto entry = an_entry();
  entry.events.push_back(JournalEvent(entry.events[0]));
  EXPECT_TRUE(validate(entry).ok());  // two new ones
  entry.events[0].element = entry.events[1].element = 7;
  expect_refused(entry, "element");
  entry.events[1].element = kEventElements - 1;
  EXPECT_TRUE(validate(entry).ok());
  for (const std::uint32_t element : {kEventElements, UINT32_MAX}) {
    entry.events[1].element = element;
    expect_refused(entry, "element");
  }
}

TEST(Validate, SixtyFourEventsAndThirtyTwoTags) {
  auto entry = an_entry();
  entry.events.assign(64, JournalEvent(entry.events[0]));
  for (int i = 0; i < 32; ++i) entry.tags.push_back("tag" + std::to_string(i));
  EXPECT_TRUE(validate(entry).ok());
  entry.events.push_back(entry.events[0]);
  expect_refused(entry, "events");
  entry.events.pop_back();
  entry.tags.emplace_back("satu lagi");
  expect_refused(entry, "tags");
}

TEST(Validate, ATagIsAShortText) {
  auto entry = an_entry();
  entry.tags = {""};
  expect_refused(entry, "tags");
  entry.tags = {repeat("b", 201)};
  expect_refused(entry, "tags");
  entry.tags = {"\xFE"};
  expect_refused(entry, "tags");
}

TEST(Validate, AnEntryThatFitsEveryFieldButNoSegmentIsRefusedWhole) {
  Device device(1);
  auto entry = an_entry(repeat("a", 8000));
  entry.events.assign(7, JournalEvent(entry.events[0]));
  EXPECT_EQ(device.add(entry).code(), Code::too_large);
  auto listed = device.journal().list(false, 0, 10);
  ASSERT_TRUE(listed.ok());
  EXPECT_TRUE(listed->empty());
}

}  // namespace
}  // namespace sejawat::cycle
