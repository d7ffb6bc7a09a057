// Records of the cycle, whatever entity they are of (cycle/schema.h): begin, change, step, delete, list. What
// a record says is a function of the set of its ops (fold/object.h), of who wrote them, and of the table.
//
// Whoever began a record is its owner: its id is a hash of the person, the space and a few random bytes that
// the first op carries, so nobody can claim the record of somebody else by claiming to have been earlier. Ops
// of people who may not write them (Entity::edited_by) stay in the store and count for nothing.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "cycle/decisions.h"
#include "cycle/schema.h"
#include "cycle/states.h"
#include "fold/apply.h"
#include "store/record_rows.h"

namespace sejawat::cycle {

// Chance that the id of a record or attachment is made of (PROTOCOL.md, "Records").
using OriginNonce = std::array<std::uint8_t, 6>;

// Who wrote a log, and what they are or were in that space. Borrowed; answers from memory.
class People {
 public:
  virtual ~People() = default;
  virtual std::optional<base::PersonId> author_of(const base::SpaceId&, const base::LogId&) const = 0;
  // `facilitator`, `principal`, `coordinator` bits of all roles that the person ever had there: what was done
  // in a role stays done after it.
  virtual std::uint16_t roles_of(const base::SpaceId&, const base::PersonId&) const = 0;
};

using Values = std::map<std::string, std::string>;  // field -> value as text (schema.h); "": none
struct PartValues {
  std::uint32_t element = 0;  // identity within the record; 0 in a change: a new one
  Values values;
  bool remove = false;  // in a change
};
struct Record {
  base::ObjectId id;
  std::uint32_t type = 0;
  Values values;
  std::map<std::string, std::vector<PartValues>> parts;  // in the order they were added
};

// One of several values that nobody who saw both has decided between.
struct Version {
  std::string value;
  std::optional<base::PersonId> by;
  std::int64_t wall_ms = 0;
  log::Dot dot;  // the change that wrote it
};
struct FieldVersions {
  std::uint32_t element = 0;
  std::string part, field;
  std::vector<Version> versions;  // the first is the one shown, unless merged
  bool merged = false;            // prose that went together; nothing is left to decide
};
struct StepView {
  log::Dot dot;
  std::optional<base::PersonId> by;
  std::string from, to;
  std::string reason, until;
  std::int64_t wall_ms = 0;
  Unfit unfit = Unfit::none;  // of an intent
  bool dismissed = false;
};
struct RecordView {
  Record record;
  base::SpaceId space;
  base::PersonId owner;
  std::string state;  // "": the entity has none
  bool ended = false;
  bool trashed = false;
  bool restored_by_edit = false;
  std::vector<StepView> steps;    // those that stand, each with what others said who took it apart from them
  std::vector<StepView> intents;  // open and dismissed
  std::vector<FieldVersions> versions;
  std::int64_t begun_ms = 0;
  std::int64_t changed_ms = 0;
  std::string date;  // its place in lists; set by list()
  std::uint64_t lamport = 0;
  const std::string& value(const std::string& field) const;  // "" when there is none
  bool conflicted() const;
  std::uint32_t open_intents() const;
};
store::RecordKey key_of(const RecordView& view);

struct Change {
  base::ObjectId id;
  Values values;  // only what is to change; "": take it away
  std::map<std::string, std::vector<PartValues>> parts;
};
struct StepWish {
  base::ObjectId id;
  std::string to;
  std::string reason, until;
  std::optional<log::Dot> takes;  // the intent that this step fulfils
};

// In whose name, and where: a device's log in a space.
struct Pen {
  base::SpaceId space;
  base::LogId log;
  base::PersonId person;
  std::int64_t wall_ms = 0;
};

struct RecordReading;  // of this room only

class Records {
 public:
  Records(store::Store& store, fold::OpCodec codec, const People& people, base::Random& random);

  // All of these run in the caller's transaction and write ops and rows together. Codes: invalid_argument
  // (names the field, or the step that the table does not have), not_found, not_permitted; of a step
  // already_exists: it stands there, and what this one says would be written nowhere.
  base::Result<base::ObjectId> begin(const Pen& pen, const Record& record);
  base::Status change(const Pen& pen, const Change& change);
  base::Status step(const Pen& pen, const StepWish& wish);
  base::Status dismiss(const Pen& pen, const base::ObjectId& id, const log::Dot& intent);
  base::Status trash(const Pen& pen, const base::ObjectId& id);
  base::Status restore(const Pen& pen, const base::ObjectId& id);
  // Removes every value; what remains is that there was a record.
  base::Status clear(const Pen& pen, const base::ObjectId& id);
  // Takes back one change: what it replaced stands again, beside whatever was written since.
  base::Status undo(const Pen& pen, const base::ObjectId& id, const log::Dot& dot);

  base::ObjectId fresh_id() { return random_.id<base::ObjectId>(); }

  // After remote ops: rewrites the rows of records among `touched`.
  base::Status refresh(const std::vector<fold::Touched>& touched);

  base::Result<RecordView> show(const base::ObjectId& id);  // not_found
  base::Result<std::vector<RecordView>> list(const store::RecordFilter& filter);
  // Every page of it, newest first; of one owner the newest `of_one`. Anybody may write as many as they like,
  // and date them as they like: that pushes off nobody else's.
  static constexpr std::size_t kMostOfOne = 1000;
  base::Result<std::vector<RecordView>> all(store::RecordFilter filter, std::size_t of_one = kMostOfOne);
  // Of those, records of `type` that name `id` in `field` ("": in any), oldest first.
  base::Result<std::vector<RecordView>> naming(const base::ObjectId& id, Type type,
                                               std::string_view field = {});

  struct Revision {
    log::Dot dot;
    std::optional<base::PersonId> by;
    std::int64_t wall_ms = 0;
    RecordView after;
  };
  struct Revisions {
    std::size_t total = 0;
    std::vector<Revision> page;  // oldest first
  };
  // Changes that count and steps, `limit` of them from the one at `offset`: each is read on its own.
  base::Result<Revisions> revisions(const base::ObjectId& id, std::size_t offset, std::size_t limit);
  // Choices between versions that were made, oldest first; of writers that count.
  base::Result<std::vector<Decision>> decisions(const base::ObjectId& id);
  // What `who` is to this record (Who).
  base::Result<std::uint16_t> relation_of(const base::ObjectId& id, const base::PersonId& who);

 private:
  base::Result<std::vector<fold::DottedOp>> ops_of(const base::SpaceId&, const base::ObjectId&);
  base::Result<RecordReading> read(const base::ObjectId& id);
  base::Status write(const Pen& pen, const RecordReading& of, log::Op op);
  base::Status put_row(const RecordReading& reading);
  base::Status add_view(const store::RecordRow& row, std::vector<RecordView>& views);
  store::Store& store_;
  fold::OpCodec codec_;
  const People& people_;
  base::Random& random_;
};

}  // namespace sejawat::cycle
