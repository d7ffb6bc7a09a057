// What waits for one person: the next step of what is theirs, and what colleagues wait for them to say. Each
// is a thing they may do now; nothing here is a duty, and nobody else sees it. Read only.
#pragma once

#include "cycle/calendar.h"
#include "cycle/record.h"

namespace sejawat::cycle {

// Stable names, the most pressing first.
enum class AskKind : std::uint8_t {
  decide,    // two versions of a field, or a step that waits for an answer
  answer,    // a request for support
  impact,    // one's own trial runs: what came of it
  start,     // one's own trial is ready
  prepare,   // one's own trial has no plan or no measure yet
  conclude,  // one's own trial has its impact: the verdict is the owner's
  ratify,    // minutes
  respond,   // a colleague's problem to which one has not said anything yet
  reflect,   // a colleague's trial has its impact
  root,      // one's own problem has been discussed
  why,       // one's own problem has not been discussed
  propose,   // its root stands, and nobody proposed anything
  choose,    // there are options, and none was chosen
};
const char* ask_name(AskKind kind);

struct Ask {
  AskKind kind = AskKind::decide;
  RecordView record;                      // where it is done
  std::optional<base::ObjectId> problem;  // what it is about
  std::string title;                      // of that, or of the record
  std::int64_t days = 0;                  // effective days that it has waited
};

// Most pressing first, then those that wait longest; about one problem, or about everything.
class Asks {
 public:
  Asks(Records& records, const SchoolDays& days, const base::PersonId& me, std::string today,
       std::int64_t utc_offset_ms)
      : records_(records), days_(days), me_(me), today_(std::move(today)), utc_offset_ms_(utc_offset_ms) {}
  base::Result<std::vector<Ask>> of(const std::optional<base::ObjectId>& problem);

 private:
  base::Status of_problem(const RecordView& problem);
  base::Status of_trial(const RecordView& trial);
  base::Status of_everything_else();
  base::Result<std::vector<RecordView>> open(Type type);
  void add(AskKind kind, RecordView record, const std::optional<base::ObjectId>& problem, std::string title);

  Records& records_;
  const SchoolDays& days_;
  const base::PersonId me_;
  const std::string today_;
  const std::int64_t utc_offset_ms_;
  std::vector<Ask> found_;
};

}  // namespace sejawat::cycle
