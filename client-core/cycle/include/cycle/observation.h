// Sheets for observed lessons and what they come to (F32, F33, D.3): P = 100 * sum of scores / sum of their
// maxima, over the items that apply. Counted when the sheet is final: a running percentage would steer
// whoever scores.
#pragma once

#include "cycle/cycle.h"

namespace sejawat::cycle {

struct InstrumentItem {
  std::int64_t number = 0;
  std::string indonesian, english;
  std::int64_t max = 0;
};
struct Instrument {
  std::string code, indonesian, english;
  std::int64_t version = 1;
  bool provisional = false;  // ours, until the school has a sheet of its own
  bool own = false;          // of a school
  std::vector<InstrumentItem> items;
};
// Ours, and those in force of the schools; by code, the newest version of each.
base::Result<std::vector<Instrument>> instruments(Records& records, const std::vector<base::SpaceId>& spaces);

// A draft with every item of the sheet, none scored: so that two devices of the observer score the same
// items. invalid_argument: no such sheet, or it is of oneself; else as Cycle::begin.
base::Result<base::ObjectId> begin_observation(Cycle& cycle, const base::SpaceId& space,
                                               const Instrument& sheet, Record record);

struct ObservationResult {
  std::size_t items = 0, scored = 0, not_applicable = 0;
  bool counted = false;  // the sheet is final; below: only then
  std::int64_t sum = 0, max = 0;
  std::string percent;  // two decimals, a point; empty: nothing applied
};
ObservationResult observation_result(const RecordView& observation);
// 100 * sum / max, halves away from zero: (72, 176) is 40.91.
std::string percent_of(std::int64_t sum, std::int64_t max);

}  // namespace sejawat::cycle
