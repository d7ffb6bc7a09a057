// docs/PROTOCOL.md says what every record is made of: whoever writes another program has nothing else. So
// each table is told here in the words of the page, and the page must have it.
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <string>
#include <utility>

#include "journal_cells.h"
#include "record_cells.h"
#include "support/vectors.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

// The page breaks lines where it likes.
std::string page() {
  std::string words;
  for (const char c : support::read_file(SEJAWAT_TESTS_DIR "/../docs/PROTOCOL.md")) {
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!space || (!words.empty() && words.back() != ' ')) words += space ? ' ' : c;
  }
  return words;
}

std::string who_of(std::uint16_t bits) {
  std::string text;
  for (const auto& [bit, name] :
       {std::pair{owner, "owner"}, std::pair{leader, "leader"}, std::pair{recorder, "recorder"},
        std::pair{asked, "asked"}, std::pair{facilitator, "facilitator"}, std::pair{principal, "principal"},
        std::pair{coordinator, "coordinator"}, std::pair{anyone, "anyone"}}) {
    if ((bits & bit) != 0) text += (text.empty() ? "" : "+") + std::string(name);
  }
  return text.empty() ? "nobody" : text;
}

std::string kind_of(const Field& field) {
  constexpr std::array kKinds = {"text",   "prose",  "date",   "time",  "number",
                                 "yes_no", "choice", "person", "record"};
  std::string text = kKinds.at(static_cast<std::size_t>(field.kind));
  if (field.refers_to != 0) text += "(" + std::to_string(field.refers_to) + ")";
  for (const auto& choice : field.choices) {
    text += &choice == &field.choices.front() ? "(" : " ";
    text += std::to_string(choice.number) + "=" + choice.name;
  }
  return text + (field.choices.empty() ? "" : ")") + (field.required ? "!" : "");
}

std::string fields_of(const std::vector<Field>& fields) {
  std::string text;
  for (const auto& field : fields) {
    text +=
        (text.empty() ? " " : ", ") + std::to_string(field.number) + " " + field.name + " " + kind_of(field);
  }
  return text;
}

std::string states_of(const StateMachine& machine) {
  std::string text = " states:";
  for (const auto& state : machine.states) {
    text += " " + std::to_string(state.number) + "=" + state.name;
    text += std::string(state.ended ? ".ended" : "") + (state.fixed ? ".fixed" : "");
  }
  text += " steps:";
  std::string last;
  for (const auto& step : machine.transitions) {
    const auto by =
        who_of(step.who) + (step.needs_reason ? " reason" : "") + (step.needs_date ? " date" : "");
    if (by != last) text += (last.empty() ? " " : ", ") + by;
    last = by;
    const State* from = machine.by_name(step.from);
    text += " " + (from == nullptr ? std::string("*") : std::to_string(from->number)) + ">";
    text += std::to_string(machine.by_name(step.to)->number);
  }
  return text;
}

std::string told(const Entity& one) {
  constexpr std::array kHomes = {"personal", "circle", "either", "school"};
  std::string text = std::to_string(one.type) + " " + one.name + ", ";
  text += kHomes.at(static_cast<std::size_t>(one.home)) + std::string(", ") + who_of(one.edited_by) + ":";
  text += fields_of(one.fields);
  for (const auto& part : one.parts) {
    text += " part " + std::to_string(part.number) + " " + part.name + (part.set ? " set" : "");
    text += " up to " + std::to_string(part.most) + ":" + fields_of(part.fields);
  }
  return text + (one.has_states() ? states_of(one.states) : "");
}

TEST(Page, HasEveryTypeOfRecordInItsOrderAndNoOther) {
  std::string all;
  for (const auto& one : entities()) {
    all += " " + told(one);
    EXPECT_NE(page().find(" " + told(one) + " "), std::string::npos) << "not on the page:\n" << told(one);
  }
  EXPECT_NE(page().find(all + " ##"), std::string::npos) << "something stands between them, or behind";
}

TEST(Page, GivesElementsOfSetsAsTheyAre) {
  JournalEntry entry;
  entry.tags = {"pecahan"};
  const auto cells = cells_of(entry);
  std::array<char, 16> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%08x", cells.back().element);
  EXPECT_NE(page().find(std::string(hex.data()) + " for `pecahan`"), std::string::npos) << hex.data();

  const Part* dates = entity(kTrial)->part("dates");
  const auto value = encode_value(dates->fields.front(), "2026-11-24");
  std::snprintf(hex.data(), hex.size(), "0x%08x", element_of(*dates, set_identity(*value)));
  const auto sentence = "2026-11-24 (value `" + base::to_hex(base::as_bytes(*value)) + "`) in part " +
                        std::to_string(dates->number) + " of a trial is element " + hex.data();
  EXPECT_NE(page().find(sentence), std::string::npos) << sentence;
}

}  // namespace
}  // namespace sejawat::cycle
