#include "judgements.h"

#include <algorithm>

namespace sejawat::space {

const Judgement& Judgements::of(const Membership& membership, const Places& these) {
  std::size_t nearest = kept_.size();
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (kept_[i] == nullptr || !kept_[i]->judged().is_within(these)) continue;
    auto beyond = these.beyond(kept_[i]->judged());
    if (nearest != kept_.size() && beyond.size() >= missing.size()) continue;
    nearest = i;
    missing = std::move(beyond);
  }
  const bool extended = nearest != kept_.size() &&
                        std::all_of(missing.begin(), missing.end(),
                                    [&](std::size_t place) { return kept_[nearest]->extend(place); });
  if (!extended) {
    nearest = kept_.size() - 1;
    kept_[nearest] = std::make_unique<Judgement>(membership, these);
  }
  std::rotate(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(nearest),
              kept_.begin() + static_cast<std::ptrdiff_t>(nearest) + 1);
  return *kept_.front();
}

const Judgement& Judgements::of_all(const Membership& membership) {
  Places all;
  all.put_below(membership.records().size());
  return of(membership, all);
}

}  // namespace sejawat::space
