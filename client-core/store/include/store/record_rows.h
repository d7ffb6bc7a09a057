// Materialised records of the cycle: what lists, links and searches need. Rows are derived: cycle rewrites
// them from ops.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace sejawat::store {

struct RecordRow {
  base::SpaceId space;
  base::ObjectId object;
  std::uint32_t type = 0;
  std::uint8_t state = 0;  // 0: the entity has none
  bool ended = false;
  std::string date;  // 2026-11-24
  base::PersonId owner;
  bool trashed = false;
  bool conflicted = false;
  std::uint32_t open_intents = 0;
  std::uint64_t lamport = 0;  // of the newest op
  std::int64_t wall_ms = 0;
  struct Link {
    std::uint32_t field = 0;
    base::ObjectId to;
  };
  std::vector<Link> links;  // written, not read back
  std::string text;         // everything searchable; goes into the index only
};

// The place of a record in the order newest first.
struct RecordKey {
  std::string date;
  std::uint64_t lamport = 0;
  base::ObjectId object;
};

struct RecordFilter {
  std::uint32_t type = 0;  // 0: any
  std::optional<base::SpaceId> space;
  std::optional<base::PersonId> owner;
  std::optional<std::uint8_t> state;
  std::optional<bool> ended;
  std::optional<base::ObjectId> links_to;
  std::uint32_t link_field = 0;  // 0: any
  std::string from, until;       // dates, inclusive; empty: open
  bool trashed = false;
  bool undecided = false;  // only those with a conflict or an open intent
  std::string words;       // those that hold all of them; the last may be a beginning
  std::optional<RecordKey> after;
  std::size_t limit = 50;
};

class RecordRows {
 public:
  virtual ~RecordRows() = default;
  virtual base::Status put(const RecordRow& row) = 0;  // insert or replace
  virtual base::Status remove(const base::ObjectId&) = 0;
  virtual base::Result<std::optional<RecordRow>> get(const base::ObjectId&) = 0;
  // Newest first (date, then lamport, then object id).
  virtual base::Result<std::vector<RecordRow>> list(const RecordFilter& filter) = 0;
};

}  // namespace sejawat::store
