// The whole walk of one problem as a story with dates, and where it stalls (F12, F13). Read only.
#pragma once

#include "cycle/calendar.h"
#include "cycle/cycle.h"

namespace sejawat::cycle {

// Stable names, in the order of the chain.
enum class Chapter : std::uint8_t {
  entry,  // the journal entry behind it; on its owner's devices only
  problem,
  why,  // a rung of the ladder
  reply,
  me_too,
  root_cause,
  alternative,
  trial,
  started,  // the trial, on a day
  impact,
  reflection,
  verdict,
  new_round,
  step,    // of the problem, when nothing else tells it
  intent,  // somebody's step that waits for a decision
};
const char* chapter_name(Chapter chapter);

struct StoryLine {
  Chapter chapter = Chapter::problem;
  std::string date;  // YYYY-MM-DD, as written or by the writer's clock
  base::ObjectId record;
  base::PersonId by;  // zero when hidden or unknown
  std::string text;   // what was written there, whole
  std::string state;  // of a step, verdict or intent
  std::size_t round = 1;
  std::int64_t days_since = 0;  // effective days since the line before
};
struct Story {
  RecordView problem;
  std::vector<StoryLine> lines;  // by date, then by place in the chain
  std::int64_t quiet_days = 0;   // effective days from the last line to `today`; 0 once it has ended
  bool stalled = false;          // quiet for longer than kStallDays
  std::size_t rounds = 1;
};
inline constexpr std::int64_t kStallDays = 8;

class Stories {
 public:
  // `utc_offset_ms`: of the people's local time, in which the writers' clocks are read.
  Stories(Records& records, Journal& journal, const SchoolDays& days, std::int64_t utc_offset_ms = 0)
      : records_(records), journal_(journal), days_(days), utc_offset_ms_(utc_offset_ms) {}
  base::Result<Story> tell(const base::ObjectId& problem, std::string_view today);

  struct Waiting {
    RecordView problem;
    std::int64_t days = 0;  // effective days since anything happened
  };
  // Problems that nobody has done anything about since they were written or shared, oldest first (F13). In
  // one space, or in all.
  base::Result<std::vector<Waiting>> without_follow_up(const std::optional<base::SpaceId>& space,
                                                       std::string_view today);
  // Problems that are not ended and stalled at some later stage (F12).
  base::Result<std::vector<Waiting>> stalled(const std::optional<base::SpaceId>& space,
                                             std::string_view today);

 private:
  base::Result<std::vector<RecordView>> open_problems(const std::optional<base::SpaceId>& space);
  base::Status tell_trial(const RecordView& trial, Story& story);
  std::string day_of(std::int64_t wall_ms) const;
  std::string date_or(const RecordView& view, const char* field) const;
  Records& records_;
  Journal& journal_;
  const SchoolDays& days_;
  const std::int64_t utc_offset_ms_;
};

}  // namespace sejawat::cycle
