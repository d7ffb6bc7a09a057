// The weekly discussion (F7, F14): one turn for every teacher, brainstorm, grouping, options, minutes. Runs
// on one shared device, on many over a school's network, or apart and merged later.
#pragma once

#include "cycle/calendar.h"
#include "cycle/cycle.h"

namespace sejawat::cycle {

struct AgendaView {
  // In order of `place`; one a teacher, and more where two hosts decided apart from each other in two of
  // them.
  std::vector<RecordView> items;
  std::vector<RecordView>
      duplicates;  // of turns that two hosts wrote apart; they say nothing that `items` do not
  std::int64_t minutes_on_topic = 0;  // items about learning problems
  std::int64_t minutes_other = 0;
};
struct IdeaView {
  RecordView idea;
  std::string cluster;  // the newest word for it
  bool name_hidden = false;
};
struct AttendanceView {
  base::PersonId person;
  std::vector<RecordView> records;  // newest first; different statuses are both shown (B.5)
  bool disputed = false;
};
struct MinutesDraft {
  std::string agenda, proceedings;
  std::vector<std::string> decisions;
};

class Meetings {
 public:
  Meetings(Cycle& cycle, Desk& desk) : cycle_(cycle), records_(cycle.records()), desk_(desk) {}

  // A turn for every writer of the meeting's space, with their oldest open problem; those whose problem has
  // waited longest first. Turns that are there stay as they are, so it can be made again.
  base::Status make_agenda(const base::ObjectId& meeting);
  base::Result<AgendaView> agenda(const base::ObjectId& meeting);
  base::Result<base::ObjectId> add_idea(const base::ObjectId& meeting, std::string_view text,
                                        const std::optional<base::ObjectId>& problem);
  base::Result<std::vector<IdeaView>> ideas(const base::ObjectId& meeting);
  base::Status group(const base::ObjectId& idea, std::string_view cluster);
  // One alternative for each group of ideas of that problem; ideas in no group become one each.
  base::Result<std::vector<base::ObjectId>> formulate(const base::ObjectId& meeting);
  base::Result<base::ObjectId> attend(const base::ObjectId& meeting, const base::PersonId& person,
                                      std::string_view status, std::string_view time);
  base::Result<std::vector<AttendanceView>> attendance(const base::ObjectId& meeting);
  // Those that everybody takes of several, by whoever may write minutes of it: others' steer nothing.
  base::Result<std::optional<RecordView>> minutes_of(const base::ObjectId& meeting);
  // Drafts the minutes from what was written, and moves the meeting on. The same record when made again.
  base::Result<base::ObjectId> write_minutes(const base::ObjectId& meeting);
  base::Status ratify(const base::ObjectId& meeting);

 private:
  base::Result<RecordView> shown(const base::ObjectId& meeting);
  base::Result<MinutesDraft> draft(const RecordView& meeting);
  Cycle& cycle_;
  Records& records_;
  Desk& desk_;
};

}  // namespace sejawat::cycle
