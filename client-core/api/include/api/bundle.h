// A bundle file: what this device has, for others of the same spaces, without any server (docs/PROTOCOL.md,
// "Bundles"). Both halves deal in pieces of bytes, so that any host can read and write the file; nothing here
// counts as sent to a carrier. Borrow the core, which must outlive them; not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "api/core.h"
#include "sync/bundle.h"

namespace sejawat::api {

using BundleVectors = std::map<base::SpaceId, sync::Vector>;

struct BundleOptions {
  std::vector<base::SpaceId> spaces;  // empty: all of this person
  bool personal = true;               // with the personal space, which only own devices open
  BundleVectors since;                // what its reader has already, as an earlier bundle says
};

class BundleExport {
 public:
  // Seals what waits. not_found: a space that is not here, or nothing to write.
  static base::Result<std::unique_ptr<BundleExport>> start(Core::State& core, BundleOptions options);
  // The next piece of the file, at most some 70 KiB; empty after the last.
  base::Result<base::Bytes> next();

  struct Counts {
    std::uint32_t spaces = 0, records = 0, segments = 0;
    std::uint32_t segments_planned = 0;  // for progress
  };
  const Counts& counts() const { return counts_; }

 private:
  struct LogPlan {
    base::LogId log;
    base::LogId branch;  // of it, as it goes by here
    std::uint64_t next = 0;
    std::uint64_t end = 0;
  };
  struct SpacePlan {
    base::SpaceId space;
    sync::Vector vector;  // all that is held; goes first
    std::size_t entries_done = 0;
    std::size_t tags_done = 0;
    std::vector<base::Bytes> records;
    std::size_t records_done = 0;
    std::vector<LogPlan> logs;
    std::size_t log = 0;
  };
  explicit BundleExport(Core::State& core);
  base::Result<SpacePlan> plan_of(const base::SpaceId& space);
  base::Bytes begin_part();
  base::Result<base::Bytes> next_chunk();
  static bool left_in(const SpacePlan& plan);

  Core::State& core_;
  sync::BundleWriter writer_;
  BundleVectors since_;
  std::vector<SpacePlan> plans_;
  std::size_t at_ = 0;
  bool in_part_ = false;
  bool ended_ = false;
  Counts counts_;
};

// What became of it, like the verdicts of a sync.
struct BundleReport {
  struct Space {
    base::SpaceId space;
    std::uint32_t records = 0;  // new here
    std::uint32_t applied = 0, duplicate = 0, quarantined = 0, waiting_key = 0, waiting_earlier = 0,
                  refused = 0;           // segments
    base::Code reason = base::Code::ok;  // of the first refusal
  };
  std::vector<Space> spaces;
  std::uint32_t not_for_us = 0;  // parts for others: nothing is known of them but their size
};

// A file is read twice: first it is checked to its end, and only then is anything taken.
class BundleImport {
 public:
  explicit BundleImport(Core::State& core);
  ~BundleImport();
  // First reading. malformed, version_unsupported, too_large, cannot_decrypt; nothing was changed.
  base::Status check(base::ByteView piece);
  // key_missing: whole, but nothing in it is for this person.
  base::Status checked();
  // Second reading, of the same bytes. What it brings is durable piece by piece, so that a crash costs no
  // more than beginning again.
  base::Status take(base::ByteView piece);
  base::Result<BundleReport> finish();
  // After `checked`: what the bundle's writer had, for BundleOptions::since.
  const BundleVectors& vectors() const { return vectors_; }

 private:
  struct Looking;
  struct Taking;
  sync::BundleReader::Keys keys() const;
  BundleReport::Space& report_of(const base::SpaceId& space);
  base::Status take_message(sync::SpaceUpload upload);
  base::Status end_part();
  base::Result<bool> settle_part();
  base::Status take_records(const base::SpaceId& id, std::vector<base::Bytes> records);
  base::Status take_runs(const base::SpaceId& id, const std::vector<sync::LogRun>& runs);
  base::Status finish_part(const base::SpaceId& id);

  Core::State& core_;
  std::vector<base::Secret32> epochs_;  // copies: those of the core move when a change fails
  std::vector<crypto::BoxKey> boxes_;
  std::unique_ptr<sync::BundleReader::Sink> looking_, taking_;
  std::unique_ptr<sync::BundleReader> first_, second_;
  std::optional<base::Hash32> whole_;
  std::uint32_t opened_ = 0;
  BundleVectors vectors_;

  // Of the part that is being taken.
  std::optional<base::SpaceId> space_;
  std::vector<base::Bytes> staged_;  // records until the first segment
  std::size_t staged_bytes_ = 0;
  bool settled_ = false;
  bool ours_ = false;

  BundleReport report_;
  // Numbers of segments that were new, by log: [from, to). What became of them shows at the end.
  std::map<std::pair<base::SpaceId, base::LogId>, std::pair<std::uint64_t, std::uint64_t>> fresh_;
};

}  // namespace sejawat::api
