// Rounds of a problem (F12): the walk that runs, and those before it. Its owner alone begins one; what others
// write about it as a round is none.
#pragma once

#include "cycle/record.h"

namespace sejawat::cycle {

struct Round {
  std::int64_t number = 1;
  RecordView record;
};
inline constexpr std::int64_t kLastRound = 1'000'000;  // a number beyond is none

// Ascending; the last one runs. Empty while the first one does that nobody has written down.
base::Result<std::vector<Round>> rounds_of(Records& records, const RecordView& problem);

// Whether `who` may say what the root of this problem is.
base::Result<bool> may_root(Records& records, const RecordView& problem, const base::PersonId& who);

}  // namespace sejawat::cycle
