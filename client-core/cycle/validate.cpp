#include <set>

#include "cycle/journal.h"

namespace sejawat::cycle {
namespace {

constexpr std::size_t kMaxText = 8000;  // characters
constexpr std::size_t kMaxShort = 200;
constexpr std::size_t kMaxEvents = 64;
constexpr std::size_t kMaxTags = 32;

base::Error invalid(const char* what) { return base::error(base::Code::invalid_argument, what); }

// Code points, or nothing when the bytes are no UTF-8 (RFC 3629: shortest form, no surrogates, up to
// U+10FFFF).
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto first = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = first < 0x80    ? 1
                               : first >= 0xF0 ? 4
                               : first >= 0xE0 ? 3
                               : first >= 0xC2 ? 2
                                               : 0;
    if (length == 0 || first > 0xF4 || i + length > text.size()) return std::nullopt;
    std::uint32_t point = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) return std::nullopt;
      point = (point << 6) | (next & 0x3FU);
    }
    const std::uint32_t least = length == 2 ? 0x80U : length == 3 ? 0x800U : length == 4 ? 0x10000U : 0U;
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
    i += length;
  }
  return count;
}

base::Status check_text(std::string_view text, std::size_t most, const char* field) {
  const auto count = characters(text);
  if (!count) return base::error(base::Code::invalid_argument, std::string(field) + ": not UTF-8");
  if (*count > most) return base::error(base::Code::invalid_argument, std::string(field) + ": too long");
  return {};
}

bool calendar_day(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return false;
  bool digits = true;
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char c : date.substr(from, size)) {
      digits = digits && c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (!digits || month < 1 || month > 12) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

const char* domain_name(Domain domain) {
  switch (domain) {
    case Domain::pupils: return "pupils";
    case Domain::methods: return "methods";
    case Domain::teacher: return "teacher";
  }
  return "pupils";
}

std::optional<Domain> domain_from(std::string_view name) {
  for (const auto domain : {Domain::pupils, Domain::methods, Domain::teacher}) {
    if (name == domain_name(domain)) return domain;
  }
  return std::nullopt;
}

base::Status validate(const JournalEntry& entry) {
  if (!calendar_day(entry.date)) return invalid("date: a calendar day as YYYY-MM-DD");
  if (entry.kind != "daily" && entry.kind != "trial") return invalid("kind: daily or trial");
  SJ_TRY_STATUS(check_text(entry.class_name, kMaxShort, "class"));
  SJ_TRY_STATUS(check_text(entry.subject, kMaxShort, "subject"));
  SJ_TRY_STATUS(check_text(entry.period, kMaxShort, "period"));
  SJ_TRY_STATUS(check_text(entry.mood, kMaxShort, "mood"));
  SJ_TRY_STATUS(check_text(entry.trial_id, kMaxShort, "trial_id"));
  if (entry.events.empty()) return invalid("events: at least one");
  if (entry.events.size() > kMaxEvents) return invalid("events: at most 64");
  std::set<std::uint32_t> elements;
  for (const auto& event : entry.events) {
    if (event.element >= kEventElements) return invalid("element: out of range");
    if (event.element != 0 && !elements.insert(event.element).second) return invalid("element: twice");
    if (event.domain < Domain::pupils || event.domain > Domain::teacher) return invalid("domain: unknown");
    if (event.happened.empty()) return invalid("happened: empty");
    SJ_TRY_STATUS(check_text(event.happened, kMaxText, "happened"));
    SJ_TRY_STATUS(check_text(event.expected, kMaxText, "expected"));
    SJ_TRY_STATUS(check_text(event.gap, kMaxText, "gap"));
  }
  if (entry.tags.size() > kMaxTags) return invalid("tags: at most 32");
  for (const auto& tag : entry.tags) {
    if (tag.empty()) return invalid("tags: empty");
    SJ_TRY_STATUS(check_text(tag, kMaxShort, "tags"));
  }
  return {};
}

}  // namespace sejawat::cycle
