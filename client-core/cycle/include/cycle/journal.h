// Journal entries (F1, F2): concrete events in three domains, what happened beside what should have happened;
// the gap is the problem. One entry is one object in the person's personal space. Revisions and trash come
// from the ops.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cycle/decisions.h"
#include "fold/apply.h"

namespace sejawat::cycle {

inline constexpr std::uint32_t kJournalEntryType = 1;
inline constexpr std::uint32_t kEventElements = 0x40000000;  // elements of events lie below

enum class Domain : std::uint8_t { pupils = 1, methods = 2, teacher = 3 };
const char* domain_name(Domain domain);  // "pupils" ...
std::optional<Domain> domain_from(std::string_view name);

struct JournalEvent {
  std::uint32_t element = 0;  // identity within the entry, below kEventElements; 0: new
  Domain domain = Domain::pupils;
  std::string happened, expected, gap;
};
struct JournalEntry {
  base::ObjectId id;
  std::string date;  // YYYY-MM-DD, required
  std::string class_name, subject, period, mood, trial_id;
  std::string kind = "daily";  // or "trial"
  std::vector<JournalEvent> events;
  std::vector<std::string> tags;
};
struct JournalRevision {
  log::Dot dot;
  std::int64_t wall_ms = 0;
  JournalEntry entry;  // as it stood after this change, in (lamport, dot) order
};
struct JournalView {
  JournalEntry entry;
  bool trashed = false;
  bool restored_by_edit = false;
  // Fields that hold more than one value; each with its values, first is the one shown.
  struct Conflict {
    std::uint32_t element;
    std::string field;
    std::vector<std::string> values;
    std::vector<Written> written;  // of each value: by which change, and when (`show` alone says when)
  };
  std::vector<Conflict> conflicts;
  std::int64_t wall_ms = 0;
  std::uint64_t lamport = 0;  // of the newest change; with date and id its place in a list
};
store::JournalKey key_of(const JournalView& view);

// invalid_argument names the field: date not a calendar day, unknown kind or domain, event without text, two
// events with one element, texts over 8,000 characters, invalid UTF-8, more than 64 events or 32 tags.
base::Status validate(const JournalEntry& entry);

class Journal {
 public:
  Journal(store::Store& store, fold::OpCodec codec);
  // All four run in the caller's transaction and write ops and rows together.
  base::Result<base::ObjectId> add(const base::SpaceId& personal, const base::LogId& own_log,
                                   const JournalEntry& entry, const base::ObjectId& id, std::int64_t wall_ms);
  // Writes only the fields that differ; superseding every value seen, so it also resolves conflicts.
  // Registers of a later version stay as they are. Kind and domains of a later version may be given back
  // unchanged.
  // With `leave_undecided` a field in two versions that is given as it is shown stays undecided: whoever
  // saves another field chose nothing there.
  base::Status edit(const base::SpaceId&, const base::LogId&, const JournalEntry& entry, std::int64_t wall_ms,
                    bool leave_undecided = false);
  // Chooses between the versions of one field (as Conflict names it), or writes other words, and touches no
  // other. not_found: that field is not in two versions. invalid_argument.
  base::Status decide(const base::SpaceId&, const base::LogId&, const base::ObjectId& id,
                      std::uint32_t element, std::string_view field, std::string_view value,
                      std::int64_t wall_ms);
  base::Status trash(const base::SpaceId&, const base::LogId&, const base::ObjectId&, std::int64_t wall_ms);
  base::Status restore(const base::SpaceId&, const base::LogId&, const base::ObjectId&, std::int64_t wall_ms);
  // After remote ops: rewrites the rows of journal objects among `touched`.
  base::Status refresh(const std::vector<fold::Touched>& touched);

  base::Result<JournalView> show(const base::ObjectId& id);  // not_found
  base::Result<std::vector<JournalView>> list(bool trashed, std::size_t offset, std::size_t limit);
  base::Result<std::vector<JournalView>> search(std::string_view words, std::size_t limit);
  // Pages that neither skip nor repeat an entry when others come and go in between: what stands after `key`
  // in the order newest first (date, then lamport, then id); from the start without one.
  base::Result<std::vector<JournalView>> list_after(bool trashed, const std::optional<store::JournalKey>& key,
                                                    std::size_t limit);
  // Those of the list with two versions of a field.
  base::Result<std::vector<JournalView>> undecided_after(const std::optional<store::JournalKey>& key,
                                                         std::size_t limit);
  base::Result<std::vector<JournalView>> search_after(std::string_view words,
                                                      const std::optional<store::JournalKey>& key,
                                                      std::size_t limit);
  base::Result<std::vector<JournalRevision>> revisions(const base::SpaceId&, const base::ObjectId& id);
  // Choices between versions that were made, oldest first. not_found: no such entry.
  base::Result<std::vector<Decision>> decisions(const base::SpaceId&, const base::ObjectId& id);
  // In the caller's transaction. Takes one change back: what it replaced stands again, beside whatever was
  // written since. not_found; invalid_argument: the entry's first change.
  base::Status undo(const base::SpaceId&, const base::LogId&, const base::ObjectId& id,
                    const log::Dot& change, std::int64_t wall_ms);

 private:
  store::Store& store_;
  fold::OpCodec codec_;
};

}  // namespace sejawat::cycle
