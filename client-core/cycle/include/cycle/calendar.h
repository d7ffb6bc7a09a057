// Effective school days (F22): what every "n days" in the cycle counts. Without a calendar Monday to Saturday
// are school days; holidays and exam days of the school's calendar are not, marked school days are.
#pragma once

#include <map>

#include "cycle/record.h"

namespace sejawat::cycle {

class SchoolDays {
 public:
  SchoolDays() = default;
  // From the school years and calendar days of these spaces (a group's and its school's).
  static base::Result<SchoolDays> load(Records& records, const std::vector<base::SpaceId>& spaces);
  bool effective(std::string_view date) const;  // false for what is no date
  // Effective days after `from`, up to and including `to`; 0 when `to` is not later.
  std::int64_t between(std::string_view from, std::string_view to) const;
  std::string next(std::string_view date) const;  // the first effective day after it

 private:
  bool effective_day(std::int64_t day) const;
  struct Week {
    std::int64_t from, until;
    int days;  // school days a week, from Monday
  };
  std::vector<Week> weeks_;
  std::map<std::int64_t, bool> marked_;
};

// Every day of them, both included. invalid_argument: no calendar days, the wrong way round, more than
// `most`.
base::Result<std::vector<std::string>> dates_between(std::string_view from, std::string_view until,
                                                     std::size_t most);

}  // namespace sejawat::cycle
