// The state of one object as a pure function of the set of ops on it (docs/PROTOCOL.md, "What an object
// shows"): order of arrival and clocks do not matter. Multi-value registers per (element, field), OR-set and
// grow-only elements, per-log counters.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "log/op.h"

namespace sejawat::fold {

struct DottedOp {
  log::Dot dot;
  log::Op op;
};

// One value that nobody who saw it has replaced.
struct Value {
  std::string bytes;
  std::vector<log::Dot> dots;  // all dots that wrote this same value; what an edit supersedes
};

using Register =
    std::vector<Value>;  // empty: never set or removed; more than one: concurrent edits, equal ones collapsed
using RegisterKey = std::pair<std::uint32_t, std::uint32_t>;  // element, field

struct ObjectState {
  std::uint32_t type = 0;
  std::map<RegisterKey, Register> registers;
  std::map<RegisterKey, std::int64_t> counters;
  std::vector<std::pair<log::Dot, std::vector<log::Cell>>> list;  // appended elements by (lamport, dot)
  bool trashed = false;           // deletion seen and nothing concurrent; an unseen edit wins
  bool restored_by_edit = false;  // a deletion lost against a concurrent edit
  std::vector<log::Dot> trash_dots;
  std::vector<log::Dot> live_dots;  // every dot of a live value: what a trash op supersedes
  std::uint64_t lamport = 0;
  std::int64_t wall_ms = 0;  // of the newest op by (lamport, dot)
  bool conflicted() const;   // some register holds more than one value
};

// Values within a register are ordered by (newest lamport, dot) descending, so the first is what a list
// shows. A `write` removes, in each cell it names, exactly the dots it supersedes. A `trash` op covers the
// dots it supersedes; a `write` that supersedes the trash dot restores the object.
ObjectState fold(const std::vector<DottedOp>& ops);

}  // namespace sejawat::fold
