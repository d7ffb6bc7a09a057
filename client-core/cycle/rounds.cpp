#include "cycle/rounds.h"

#include <algorithm>

#include "values.h"

namespace sejawat::cycle {

base::Result<std::vector<Round>> rounds_of(Records& records, const RecordView& problem) {
  SJ_TRY(auto named, records.naming(problem.record.id, kRound, "problem"));
  std::vector<Round> rounds;
  for (auto& one : named) {
    const std::int64_t number = number_of(one.value("number"));
    if (!(one.owner == problem.owner) || number < 1 || number > kLastRound) continue;
    rounds.push_back({number, std::move(one)});
  }
  // Of two that two devices began apart from each other everybody takes the same.
  std::sort(rounds.begin(), rounds.end(), [](const Round& a, const Round& b) {
    return a.number != b.number ? a.number < b.number : a.record.record.id < b.record.record.id;
  });
  return rounds;
}

base::Result<bool> may_root(Records& records, const RecordView& problem, const base::PersonId& who) {
  if (who == problem.owner) return true;
  SJ_TRY(const auto relation, records.relation_of(problem.record.id, who));
  return (relation & Who::facilitator) != 0;
}

}  // namespace sejawat::cycle
