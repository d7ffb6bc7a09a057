#include "cycle/schema.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "values.h"

namespace sejawat::cycle {
namespace {

TEST(Schema, NumbersAndNamesAreUniqueAndInRange) {
  std::set<std::uint32_t> types;
  std::set<std::string> names;
  for (const auto& one : entities()) {
    EXPECT_TRUE(types.insert(one.type).second) << one.name;
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_EQ(entity(one.type), &one);
    EXPECT_EQ(entity(one.name), &one);
    std::set<std::uint32_t> fields;
    std::set<std::string> field_names;
    for (const auto& field : one.fields) {
      EXPECT_TRUE(fields.insert(field.number).second) << one.name << "." << field.name;
      EXPECT_TRUE(field_names.insert(field.name).second) << one.name << "." << field.name;
      EXPECT_NE(field.number, kOriginField) << one.name << "." << field.name;
      EXPECT_EQ(field.kind == FieldKind::choice, !field.choices.empty()) << one.name << "." << field.name;
      if (field.refers_to != 0) {
        EXPECT_NE(entity(field.refers_to), nullptr) << one.name << "." << field.name;
      }
    }
    std::set<std::uint32_t> parts;
    for (const auto& part : one.parts) {
      EXPECT_TRUE(parts.insert(part.number).second) << one.name << "." << part.name;
      EXPECT_TRUE(part.number > 0 && part.number < 32) << one.name << "." << part.name;
      EXPECT_TRUE(field_names.insert(part.name).second) << one.name << "." << part.name;
      if (part.set) {
        EXPECT_EQ(part.fields.size(), 1U) << one.name << "." << part.name;
      }
    }
    if (one.title != nullptr) {
      EXPECT_NE(one.field(std::string_view(one.title)), nullptr) << one.name;
    }
    if (one.date != nullptr) {
      EXPECT_EQ(one.field(std::string_view(one.date))->kind, FieldKind::date) << one.name;
    }
  }
}

TEST(Schema, EveryStateIsReachedAndEveryTransitionHasItsEnds) {
  for (const auto& one : entities()) {
    if (!one.has_states()) continue;
    std::set<std::string> names;
    for (const auto& state : one.states.states) EXPECT_TRUE(names.insert(state.name).second);
    std::set<std::string> reached{one.states.states.front().name};
    for (const auto& transition : one.states.transitions) {
      EXPECT_TRUE(std::string(transition.from) == "*" || names.count(transition.from) == 1)
          << transition.from;
      EXPECT_EQ(names.count(transition.to), 1U) << transition.to;
      EXPECT_NE(transition.who, Who::nobody);
      reached.insert(transition.to);
    }
    EXPECT_EQ(reached, names) << one.name;
    for (const auto& state : one.states.states) {
      bool leaves = false;
      for (const auto& other : one.states.states)
        leaves |= one.states.find(state.number, other.number) != nullptr;
      EXPECT_EQ(leaves, !state.ended) << one.name << "." << state.name;
    }
  }
}

TEST(Schema, PupilsAreNeverNamed) {
  for (const auto& one : entities()) {
    for (const auto& field : one.fields) {
      const std::string name = field.name;
      EXPECT_EQ(name.find("pupil_"), std::string::npos) << one.name << "." << name;
      EXPECT_EQ(name.find("student"), std::string::npos) << one.name << "." << name;
    }
  }
}

TEST(Values, TravelAsBytesAndComeBackAsText) {
  const Field text{1, "text", FieldKind::text};
  const Field date{2, "date", FieldKind::date};
  const Field time{3, "time", FieldKind::time};
  const Field number{4, "number", FieldKind::number};
  const Field yes{5, "yes", FieldKind::yes_no};
  const Field choice{6, "choice", FieldKind::choice, false, {{1, "one"}, {200, "two"}}};
  const Field person{7, "person", FieldKind::person};
  const Field record{8, "record", FieldKind::record};
  const auto round = [](const Field& field, const std::string& value) {
    const auto bytes = encode_value(field, value);
    return bytes.ok() ? decode_value(field, *bytes) : "refused";
  };
  for (const auto* day :
       {"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2026-11-25", "9999-12-31"}) {
    EXPECT_EQ(round(date, day), day);
  }
  for (const auto* day :
       {"2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-01-32", "2026/01/01", ""}) {
    EXPECT_EQ(round(date, day), "refused") << day;
  }
  EXPECT_EQ(round(time, "00:00"), "00:00");
  EXPECT_EQ(round(time, "23:59"), "23:59");
  EXPECT_EQ(round(time, "24:00"), "refused");
  EXPECT_EQ(round(number, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(round(number, "1.5"), "refused");
  EXPECT_EQ(round(yes, "yes"), "yes");
  EXPECT_EQ(round(yes, "no"), "no");
  EXPECT_EQ(round(yes, "maybe"), "refused");
  EXPECT_EQ(round(choice, "two"), "two");
  EXPECT_EQ(round(choice, "#7"), "#7") << "of a later version";
  EXPECT_EQ(round(choice, "three"), "refused");
  EXPECT_EQ(round(person, std::string(32, 'a')), std::string(32, 'a'));
  EXPECT_EQ(round(record, "0123456789abcdef"), "0123456789abcdef");
  EXPECT_EQ(round(record, "0123"), "refused");
  EXPECT_EQ(round(text, "satu\ndua"), "refused");
  EXPECT_EQ(round(text, std::string("\xff")), "refused");
  EXPECT_EQ(encode_value(date, "2026-11-25")->size(), 3U);
}

TEST(Values, ForeignBytesReadAsNothing) {
  EXPECT_EQ(decode_value({1, "d", FieldKind::date}, std::string(9, '\xff')), "");
  EXPECT_EQ(decode_value({1, "d", FieldKind::date}, std::string("\xff\xff\xff\xff\xff\x7f")), "");
  EXPECT_EQ(decode_value({1, "t", FieldKind::text}, "\xc0\x80"), "");
  EXPECT_EQ(decode_value({1, "p", FieldKind::person}, "short"), "");
  EXPECT_EQ(decode_value({1, "c", FieldKind::choice, false, {{1, "one"}}}, ""), "");
}

}  // namespace
}  // namespace sejawat::cycle
