// The daily discussion of a space (F6): what was not rooted yet, with its ladder of whys. It closes by itself
// at 06.00 of the next effective day, as every device works out alone; what is written later is taken all the
// same and marked late.
#pragma once

#include <set>

#include "cycle/calendar.h"
#include "cycle/cycle.h"

namespace sejawat::cycle {

// A moment as the people of the school say it.
struct LocalMoment {
  std::string date;          // YYYY-MM-DD
  std::int64_t minutes = 0;  // since midnight
  friend bool operator<(const LocalMoment& a, const LocalMoment& b) {
    return a.date != b.date ? a.date < b.date : a.minutes < b.minutes;
  }
};
LocalMoment local_moment(std::int64_t wall_ms, std::int64_t utc_offset_ms);
inline constexpr std::int64_t kClosingMinutes = 6 * 60;

struct DailyContribution {
  RecordView contribution;
  bool late = false;
};
struct DailyProblem {
  RecordView problem;
  bool carried_over = false;  // from an earlier day
  bool rooted = false;
  std::size_t me_too = 0;                        // persons, not records
  std::set<base::PersonId> me_too_persons;       // for telling whether oneself did; shown to nobody
  std::vector<DailyContribution> contributions;  // of that day's discussion, oldest first; no "me too"
};
struct DailyView {
  std::optional<RecordView> discussion;  // none when nobody began it
  std::string date, closes;              // `closes`: the day on which it closes at 06.00
  bool closed = false;
  std::vector<DailyProblem> problems;  // those that wait longest first
};

// `now` decides what is closed; `utc_offset_ms` reads the clocks of the writers.
base::Result<DailyView> daily_view(Records& records, const SchoolDays& days, const base::SpaceId& space,
                                   std::string_view date, const LocalMoment& now, std::int64_t utc_offset_ms);

}  // namespace sejawat::cycle
