// One change to one object (docs/PROTOCOL.md, "Ops"). Plaintext: it exists only inside sealed bodies and in
// the client's store.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace sejawat::log {

// Names one op for ever: the branch of the log that carries it, and its position there (from 0).
struct Dot {
  base::LogId branch;
  std::uint64_t position = 0;
  friend bool operator==(const Dot&, const Dot&) = default;
  friend bool operator<(const Dot& a, const Dot& b) {
    return a.branch == b.branch ? a.position < b.position : a.branch < b.branch;
  }
};

// Numbers are signed bytes: append only.
enum class OpKind : std::uint8_t {
  write = 0,  // sets or removes cells; supersedes the dots it saw in the same cells
  trash = 1,  // the object goes to the trash unless somebody changed what the author of this op had not seen
  increment = 2,  // adds the integer value of each cell to this log's sum
  append = 3,     // grow-only list: the dot is the element's identity
};

// An op that survived the erasure of its segment's body is written once more, by who erased
// (docs/PROTOCOL.md, "Erasure"): the same op with 16 added to its kind and its own dot before those it
// supersedes.
inline constexpr std::uint8_t kWitnessStep = 16;
inline bool is_witness(OpKind kind) { return static_cast<std::uint8_t>(kind) >= kWitnessStep; }

// One register of the object: `element` 0 is the object itself, others are its parts (the events of an
// entry).
struct Cell {
  std::uint32_t element = 0;
  std::uint32_t field = 0;
  std::optional<std::string> value;  // raw bytes, typed by the record's schema; nullopt removes
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct Op {
  base::ObjectId object;
  std::uint32_t type = 0;  // record type (docs/PROTOCOL.md, "Types of records")
  OpKind kind = OpKind::write;
  std::vector<Cell> cells;
  std::vector<Dot> supersedes;
  std::uint64_t lamport = 0;  // for order only; replaces nothing
  std::int64_t wall_ms = 0;   // display data
  friend bool operator==(const Op&, const Op&) = default;
};

// nullopt when it was written once more too often, or supersedes too much, to be written again.
std::optional<Op> witness_of(const Dot& dot, Op op);
// Back: the op and the dot it stands at. nullopt when it names none.
std::optional<std::pair<Dot, Op>> original_of(Op witness);

// An op that names a dot again says nothing by it, and would have everybody keep megabytes for some hundred
// bytes. Of a witness the dots where it stood itself stay, whatever else it names.
void drop_repeated_dots(Op& op);

inline constexpr std::size_t kMaxOpsPerSegment = 4096;
inline constexpr std::size_t kMaxCellsPerOp = 4096;
inline constexpr std::size_t kMaxSupersedesPerOp = 4096;
inline constexpr std::size_t kMaxOpBytes =
    48 * 1024;  // encoded; a larger entry is refused when it is written

}  // namespace sejawat::log
