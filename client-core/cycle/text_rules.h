// What a text or a day may be; shared by journal entries and records.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace sejawat::cycle {

inline constexpr std::size_t kMaxText = 8000;  // characters
inline constexpr std::size_t kMaxShort = 200;

// Code points, or nothing when the bytes are no UTF-8 (RFC 3629: shortest form, no surrogates, up to
// U+10FFFF).
std::optional<std::size_t> characters(std::string_view text);
base::Status check_text(std::string_view text, std::size_t most, std::string_view field);

// The first line of a text, cut at a word, as a title.
std::string title_of(std::string_view text);
// Whole lines of it that a field of kMaxText holds; "…" stands for the others.
std::string fitting(std::string_view text);

// YYYY-MM-DD of the Gregorian calendar, years 1 to 9999, as days since 1970-01-01.
std::optional<std::int64_t> days_of(std::string_view date);
std::string date_of(std::int64_t days);
// HH:MM as minutes since midnight.
std::optional<std::int64_t> minutes_of(std::string_view time);
std::string time_of(std::int64_t minutes);

}  // namespace sejawat::cycle
