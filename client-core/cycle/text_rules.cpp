#include "text_rules.h"

namespace sejawat::cycle {
namespace {

// All digits, or nothing.
std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}
std::string padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() >= width ? text : std::string(width - text.size(), '0') + text;
}

// Howard Hinnant's days_from_civil and its inverse ("chrono-Compatible Low-Level Date Algorithms"): a year
// begins in March, so that the leap day is its last.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

}  // namespace

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

base::Status check_text(std::string_view text, std::size_t most, std::string_view field) {
  const auto count = characters(text);
  if (!count) return base::error(base::Code::invalid_argument, std::string(field) + ": not UTF-8");
  if (*count > most) return base::error(base::Code::invalid_argument, std::string(field) + ": too long");
  return {};
}

std::string title_of(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string title(text.substr(0, text.find('\n')));
  if (characters(title).value_or(0) <= kMost) return title;
  std::size_t end = kMost;
  while (end > 0 && title[end] != ' ') --end;
  if (end == 0) end = kMost;
  // Never in the middle of a character.
  while (end > 0 && (static_cast<std::uint8_t>(title[end]) & 0xC0U) == 0x80U) --end;
  return title.substr(0, end) + "…";
}

std::string fitting(std::string_view text) {
  if (characters(text).value_or(0) <= kMaxText) return std::string(text);
  std::string kept;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = text.substr(at, end - at);
    count += characters(line).value_or(kMaxText);
    if (count >= kMaxText) break;
    kept += line;
    at = end;
  }
  return kept + "…";
}

std::optional<std::int64_t> days_of(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto year = digits(date.substr(0, 4));
  const auto month = digits(date.substr(5, 2));
  const auto day = digits(date.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  const std::int64_t days = days_from_civil(*year, *month, *day);
  const std::int64_t next =
      *month == 12 ? days_from_civil(*year + 1, 1, 1) : days_from_civil(*year, *month + 1, 1);
  if (days >= next) return std::nullopt;
  return days;
}

std::string date_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::optional<std::int64_t> minutes_of(std::string_view time) {
  if (time.size() != 5 || time[2] != ':') return std::nullopt;
  const auto hour = digits(time.substr(0, 2));
  const auto minute = digits(time.substr(3, 2));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

std::string time_of(std::int64_t minutes) { return padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2); }

}  // namespace sejawat::cycle
