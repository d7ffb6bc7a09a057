// One thing that somebody does, in one transaction: for the files that Cycle is written in.
#pragma once

#include "cycle/cycle.h"

namespace sejawat::cycle {

template <class Work>
auto Cycle::together(Work work) {
  changed_.clear();
  using Answer = decltype(work());
  store::Store::Transaction transaction(store_);
  if (auto begun = transaction.begin(); !begun.ok()) return Answer(std::move(begun).error());
  Answer answer = work();
  if (!answer.ok()) return answer;
  if (auto committed = transaction.commit(); !committed.ok()) return Answer(std::move(committed).error());
  for (const auto& id : changed_) desk_.changed(id);
  return answer;
}

}  // namespace sejawat::cycle
