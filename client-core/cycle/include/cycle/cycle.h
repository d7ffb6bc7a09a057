// The walk of the cycle as people take it (F1 - F16): each method is one thing somebody does, written in one
// local transaction, whatever number of records and spaces it touches. Everything here works offline.
//
// Codes: not_found, not_permitted, invalid_argument (names the field or the step). Not thread-safe.
#pragma once

#include "cycle/journal.h"
#include "cycle/record.h"

namespace sejawat::cycle {

// The person's places to write, given by whoever owns the keys.
class Desk {
 public:
  virtual ~Desk() = default;
  virtual base::PersonId me() const = 0;
  virtual base::SpaceId personal() const = 0;
  virtual std::int64_t wall_ms() = 0;
  // not_found: not a member there; not_permitted: may not write there.
  virtual base::Result<Pen> pen(const base::SpaceId& space) = 0;
  virtual std::vector<base::PersonId> members(
      const base::SpaceId& space) const = 0;           // who may write, ascending
  virtual void changed(const base::ObjectId& id) = 0;  // after the transaction that changed it
};

// From the gap of an event, or from a draft: what others would see, word for word (F5).
struct ProblemDraft {
  Values values;  // of entity `problem`
  std::optional<base::ObjectId> entry;
  std::uint32_t event = 0;                // element of the entry's event
  std::optional<base::ObjectId> problem;  // a private one that is to be shared
};

struct Measured {
  std::string name;  // of a measure of the trial
  std::string after, effect;
};
struct Verdict {
  std::string verdict;  // effective, partly, not_yet, inconclusive
  std::string reason;
  std::string next;  // done, repeat, modify, other_root
};
struct MenuItem {
  RecordView alternative;
  std::size_t tried = 0;      // trials that ended with a verdict
  std::size_t effective = 0;  // of them
  std::size_t partly = 0;
  std::size_t endorsements = 0;
};

class Cycle {
 public:
  Cycle(store::Store& store, Records& records, Journal& journal, Desk& desk);

  // --- Problem (F2, F5)
  base::Result<ProblemDraft> draft_from_entry(const base::ObjectId& entry, std::uint32_t event);
  base::Result<ProblemDraft> draft_from_problem(const base::ObjectId& problem);
  // Private: the teacher may walk the cycle alone.
  base::Result<base::ObjectId> keep_problem(const ProblemDraft& draft);
  base::Result<base::ObjectId> share_problem(const ProblemDraft& draft, const base::SpaceId& with);
  // Takes the words back from everybody who syncs, and the name; what was read stays read. One that has ended
  // stays what it was: only its words go.
  base::Status withdraw_problem(const base::ObjectId& problem);

  // --- Why (F6)
  // That day's discussion of the space; begun when there is none.
  base::Result<base::ObjectId> daily_discussion(const base::SpaceId& space, std::string_view date);
  base::Result<base::ObjectId> contribute(const base::ObjectId& problem, std::string_view kind,
                                          std::string_view text,
                                          const std::optional<base::ObjectId>& reply_to = std::nullopt,
                                          const std::optional<base::ObjectId>& discussion = std::nullopt);
  base::Result<base::ObjectId> find_root(const base::ObjectId& problem, const Values& root);

  // --- Options (F7, F8)
  base::Result<base::ObjectId> propose(const base::ObjectId& problem, const Record& alternative);
  base::Status endorse(const base::ObjectId& alternative, bool yes);
  // For a problem, or for a whole space when `problem` is none; those of most use first.
  base::Result<std::vector<MenuItem>> menu(const base::SpaceId& space,
                                           const std::optional<base::ObjectId>& problem);
  // Personal, not a vote: begins a trial.
  base::Result<base::ObjectId> choose(const base::ObjectId& problem, const base::ObjectId& alternative,
                                      const Record& trial);

  // --- Trial (F9 - F11)
  base::Status prepare(const Change& trial);  // ready once it has a plan and a measure
  base::Status start(const base::ObjectId& trial, std::string_view date);
  // Writes a journal entry of kind trial and what became of the measures.
  base::Result<base::ObjectId> record_impact(const base::ObjectId& trial, JournalEntry entry,
                                             const std::vector<Measured>& measured);
  base::Result<base::ObjectId> reflect(const base::ObjectId& trial, const Record& reflection);
  // The owner's verdict stands. Ends the problem, or begins round n+1 (`next`), where the problem is still
  // here and waits for it.
  base::Status conclude(const base::ObjectId& trial, const Verdict& verdict, std::string_view date);
  base::Result<base::ObjectId> offer_practice(const base::ObjectId& trial, const Values& practice);

  // --- After a training (F16): each plan becomes an alternative with a date.
  base::Result<base::ObjectId> begin_training(const base::SpaceId& space, const Record& training);

  // --- Anything else, by entity
  base::Result<base::ObjectId> begin(const base::SpaceId& space, const Record& record);
  base::Status change(const Change& change);
  base::Status step(const StepWish& wish);
  base::Status dismiss(const base::ObjectId& id, const log::Dot& intent);
  base::Status trash(const base::ObjectId& id);
  base::Status restore(const base::ObjectId& id);
  base::Status undo(const base::ObjectId& id, const log::Dot& change);
  // Whether this person may take that step now. Read only.
  base::Result<bool> may_step(const RecordView& view, std::string_view to);
  Records& records() { return records_; }
  Desk& desk() { return desk_; }

 private:
  template <class Work>
  auto together(Work work);  // in one transaction; then tells the desk
  template <class Work>
  base::Status on(const base::ObjectId& id, Work work);
  base::Result<Pen> pen_of(const RecordView& view);
  base::Result<base::ObjectId> begin_at(const Pen& pen, const Record& record);
  base::Status step_to(const RecordView& view, std::string_view to, std::string_view reason = {});
  base::Result<RecordView> shown(const base::ObjectId& id, Type type);
  // nullopt: names nothing, or what is not here (any more).
  base::Result<std::optional<RecordView>> if_here(const std::optional<base::ObjectId>& id, Type type);
  // The problem of a trial, if it is one's own; not one in the trash, which a step would bring back.
  base::Result<std::optional<RecordView>> own_problem_of(const RecordView& trial);
  base::Status move_on(const RecordView& trial, const std::string& verdict, const std::string& next,
                       std::string_view date);
  base::Status name_round(const RecordView& problem, Record& record);  // the one that runs
  base::Status link_source(const base::ObjectId& problem, const ProblemDraft& draft);

  store::Store& store_;
  Records& records_;
  Journal& journal_;
  Desk& desk_;
  std::vector<base::ObjectId> changed_;
};

}  // namespace sejawat::cycle
