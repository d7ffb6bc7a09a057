// What it costs to look for what is asked. To ask takes sixty bytes and nothing that is kept, and what is
// looked at to answer grows with the space, not with the answer: so it is counted before, by what is there.
#include <algorithm>

#include "carrier/carrier.h"

namespace sejawat::carrier {
namespace {

// So many cost as much as one look for a segment that is here already.
constexpr std::uint64_t kLogsInALook = 8;
constexpr std::uint64_t kRecordsInALook = 64;

}  // namespace

// The one that stands last, where it names the space more than once.
const sync::Vector* Carrier::vector_in(const sync::ClientMessage& message, const Ingested& ingested,
                                       const base::SpaceId& id) {
  const sync::Vector* vector = nullptr;
  for (std::size_t place = 0; place < message.spaces.size(); ++place) {
    const bool same = ingested.spaces[place] && *ingested.spaces[place] == id;
    if (same && message.spaces[place].vector) vector = &*message.spaces[place].vector;
  }
  return vector;
}

std::uint64_t Carrier::looks_for(const Space& space, const sync::Vector* vector) const {
  std::uint64_t logs = space.membership.logs().size() + space.branches.size();
  std::uint64_t records = 0;
  if (vector != nullptr) {
    records = space.membership.records().size() + vector->records.size();
    for (const auto& entry : vector->entries) {
      const auto further = space.ends_of.find(entry.log);
      logs += 1 + (further == space.ends_of.end() ? 0 : further->second.size());
    }
  }
  return 1 + logs / kLogsInALook + records / kRecordsInALook;
}

std::uint64_t Carrier::looks_for(const std::vector<base::SpaceId>& set, const sync::ClientMessage& message,
                                 const Ingested& ingested) const {
  const bool full = message.hello && message.hello->set && message.hello->full;
  const bool anew = message.hello && !message.hello->set;
  std::uint64_t looks = 0;
  for (const auto& id : set) {
    const sync::Vector* vector = vector_in(message, ingested, id);
    if (full || vector != nullptr) {
      looks += looks_for(*spaces_.at(id), vector);
    } else if (anew) {
      ++looks;  // from its beginning on, as much as there is room for
    }
  }
  return looks;
}

bool Carrier::may_ask(const Ingested& by, std::uint64_t looks) {
  if (looks == 0) return true;
  const Rate rate{limits_.question_burst, limits_.questions_per_second};
  // What is more than there ever is takes all of it.
  const auto amount = static_cast<std::uint32_t>(std::min<std::uint64_t>(looks, rate.burst));
  return question_allowances_.take(by.payer, by.wall_seconds, rate, amount);
}

}  // namespace sejawat::carrier
