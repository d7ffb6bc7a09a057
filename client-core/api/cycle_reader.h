// What the commands of the cycle share: records as a screen may see them, names, today.
#pragma once

#include "cycle_messages.h"

namespace sejawat::api::door {

class CycleReader {
 public:
  CycleReader(Core& core, std::int64_t utc_offset_ms) : core_(core), utc_offset_ms_(utc_offset_ms) {}

  cycle::Cycle& cycle() { return core_.cycle(); }
  cycle::Records& records() { return cycle().records(); }
  cycle::Meetings meetings() { return {cycle(), cycle().desk()}; }
  cycle::LocalMoment now();
  std::string today() { return now().date; }
  std::string date_or_today(const std::string& date) { return date.empty() ? today() : date; }
  base::Result<cycle::SchoolDays> days();
  std::vector<base::SpaceId> circles() const;  // all but the personal space
  std::int64_t utc_offset_ms() const { return utc_offset_ms_; }

  // As a list has it. The owner's name is hidden where it must be. Once a reply is as long as a page may be,
  // records come with their title alone.
  base::Result<Shown> shown(cycle::RecordView view);
  base::Result<std::vector<Shown>> all_shown(std::vector<cycle::RecordView> views);
  // With what this person may do with it now.
  base::Result<Shown> whole(const base::ObjectId& id);
  base::Result<DecisionsShown> decisions(const base::ObjectId& id);
  base::Result<cycle::RecordView> of_type(const base::ObjectId& id, cycle::Type type);

 private:
  Core& core_;
  const std::int64_t utc_offset_ms_;
  std::size_t bytes_ = 0;
};

std::size_t size_of(const cycle::RecordView& view);
DecisionsShown decisions_shown(const Core& core, const base::SpaceId& space,
                               std::vector<cycle::Decision> oldest_first);

}  // namespace sejawat::api::door
