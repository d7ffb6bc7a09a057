// Materialised journal entries with full-text search (FTS5). Rows are derived: fold and cycle rewrite them
// from ops.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace sejawat::store {

struct JournalRow {
  base::SpaceId space;
  base::ObjectId object;
  std::string date;  // 2026-11-24
  std::string class_name;
  std::string subject;
  bool trashed = false;
  bool conflicted = false;
  std::uint64_t lamport = 0;  // of the newest op
  std::int64_t wall_ms = 0;
  std::string text;  // everything searchable; goes into the index only and does not come back out
};

// The place of an entry in the order newest first.
struct JournalKey {
  std::string date;
  std::uint64_t lamport = 0;
  base::ObjectId object;
};

class JournalRows {
 public:
  virtual ~JournalRows() = default;
  virtual base::Status put(const JournalRow& row) = 0;     // insert or replace
  virtual base::Status forget(const base::ObjectId&) = 0;  // nothing of it counts any more (or yet)
  virtual base::Result<std::optional<JournalRow>> get(const base::ObjectId&) = 0;
  // Newest first (date, then lamport, then object id); `trashed` selects the trash.
  virtual base::Result<std::vector<JournalRow>> list(bool trashed, std::size_t offset, std::size_t limit) = 0;
  // FTS5 over `text`; the words are quoted, so user input is never query syntax. Newest first, trash left
  // out.
  virtual base::Result<std::vector<JournalRow>> search(std::string_view words, std::size_t limit) = 0;
  // The same two lists from after a place on; from the start without one.
  virtual base::Result<std::vector<JournalRow>> list_after(bool trashed, const std::optional<JournalKey>& key,
                                                           std::size_t limit) = 0;
  virtual base::Result<std::vector<JournalRow>> search_after(std::string_view words,
                                                             const std::optional<JournalKey>& key,
                                                             std::size_t limit) = 0;
  // Of the first list, those with two versions of something.
  virtual base::Result<std::vector<JournalRow>> undecided_after(const std::optional<JournalKey>& key,
                                                                std::size_t limit) = 0;
  virtual base::Result<std::uint64_t> count() = 0;
};

}  // namespace sejawat::store
