#include "cycle/calendar.h"

#include <algorithm>

#include "text_rules.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

constexpr std::int64_t kLongest =
    400;  // days of one entry in a calendar; a typing error must not fill memory

}  // namespace

base::Result<SchoolDays> SchoolDays::load(Records& records, const std::vector<base::SpaceId>& spaces) {
  SchoolDays days;
  for (const auto& space : spaces) {
    store::RecordFilter filter;
    filter.space = space;
    filter.type = kSchoolYear;
    SJ_TRY(auto years, records.all(filter));
    for (const auto& year : years) {
      const auto from = days_of(year.value("starts"));
      const auto until = days_of(year.value("ends"));
      const std::int64_t count = number_of(year.value("days_a_week"));
      if (from && until && count >= 1 && count <= 7)
        days.weeks_.push_back({*from, *until, static_cast<int>(count)});
    }
    filter.type = kCalendarDay;
    SJ_TRY(auto marks, records.all(filter, SIZE_MAX));  // decades of one office
    for (const auto& mark : marks) {
      const auto from = days_of(mark.value("date"));
      const auto until = days_of(mark.value("until"));
      if (!from) continue;
      const std::int64_t last = until ? std::min(*until, *from + kLongest) : *from;
      for (std::int64_t day = *from; day <= last; ++day)
        days.marked_.emplace(day, mark.value("kind") == "school_day");
    }
  }
  return days;
}

bool SchoolDays::effective_day(std::int64_t day) const {
  const auto mark = marked_.find(day);
  if (mark != marked_.end()) return mark->second;
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday; 0 is Monday
  for (const auto& week : weeks_) {
    if (day >= week.from && day <= week.until) return weekday < week.days;
  }
  return weekday < 6;
}

bool SchoolDays::effective(std::string_view date) const {
  const auto day = days_of(date);
  return day && effective_day(*day);
}

std::int64_t SchoolDays::between(std::string_view from, std::string_view to) const {
  const auto first = days_of(from);
  const auto last = days_of(to);
  constexpr std::int64_t kMost = 20 * 366;
  if (!first || !last) return 0;
  std::int64_t count = 0;
  for (std::int64_t day = *first + 1; day <= std::min(*last, *first + kMost); ++day)
    count += effective_day(day) ? 1 : 0;
  return count;
}

std::string SchoolDays::next(std::string_view date) const {
  const auto from = days_of(date);
  if (!from) return {};
  std::int64_t day = *from + 1;
  while (!effective_day(day) && day < *from + kLongest) ++day;
  return date_of(day);
}

base::Result<std::vector<std::string>> dates_between(std::string_view from, std::string_view until,
                                                     std::size_t most) {
  const auto first = days_of(from);
  const auto last = days_of(until);
  if (!first || !last || *last < *first || *last - *first >= static_cast<std::int64_t>(most))
    return base::error(base::Code::invalid_argument, "from, until: calendar days, not too many");
  std::vector<std::string> dates;
  for (std::int64_t day = *first; day <= *last; ++day) dates.push_back(date_of(day));
  return dates;
}

}  // namespace sejawat::cycle
