// What is erased, or written once more, without anybody asking: for what other devices erased meanwhile, or
// died over.
#include <algorithm>
#include <array>

#include "erase_records.h"

namespace sejawat::api {
namespace {

using base::Code;

// Whether a record of this device would be taken in that space at all.
bool may_record(const Core::State& core, const SpaceState& space) {
  return core.certificate && space.membership.devices().count(core.certificate->device()) != 0 &&
         space.membership.role_of(core.certificate->person()).has_value();
}

}  // namespace

// Two devices erased at one time: what each wrote once more holds what the other erased. Whoever wrote it
// erases that as well. What cannot be done now is left for another time: this runs while records of others
// are taken, and none of those may end a sync.
base::Status Core::State::erase_leftovers(SpaceState& space, std::vector<fold::Touched>& touched) {
  if (space.membership.erasures().empty() || !may_record(*this, space)) return {};
  const base::SpaceId& id = space.row.space;
  ErasePlan plan;
  SJ_TRY(const auto once_more, store->ops_of(id, {}));
  std::vector<std::pair<log::Dot, log::Dot>> waiting;  // what was written here once more, and for what
  std::set<log::Dot> gone;
  for (const auto& row : once_more) {
    if (!is_of_this_device(space, row.dot.branch)) continue;
    SJ_TRY(auto op, codec.decode(row.bytes));
    const auto original = log::original_of(std::move(op));
    if (!original) continue;
    SJ_TRY(const auto named, store->ops_between(id, original->first.branch, original->first.position, 1));
    if (!named.empty() && named.front().op.bytes.empty()) gone.insert(original->first);
    waiting.emplace_back(row.dot, original->first);
  }
  // And what was written once more for that.
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [dot, original] : waiting) {
      if (gone.count(original) == 0 || !gone.insert(dot).second) continue;
      SJ_TRY_STATUS(plan_dot(*this, space, dot, plan));
      grown = true;
    }
  }
  if (plan.report.ops == 0) return {};
  for (auto& [place, part] : plan.parts) std::sort(part.offsets.begin(), part.offsets.end());
  SJ_TRY(auto batches, batches_of(*this, space, plan, Unready::is_left_out));
  if (batches.empty() && plan.unsealed.empty()) return {};
  SJ_TRY_STATUS(carry_out(*this, space, plan, std::move(batches), 0));
  SJ_TRY_STATUS(save_digest(space));
  return settle_erasures(space, touched);
}

// What a device of this person erased and wrote once more may be nowhere: it died, or went back to an older
// copy, when a carrier had taken the segment without its body and not yet the witnesses. Whoever holds the
// body then writes once more what survives. After some syncs only: witnesses come behind what they stand for.
base::Status Core::State::write_lost_survivors() {
  constexpr std::uint8_t kPatience = 3;  // syncs that went through
  std::vector<base::SpaceId> ids;        // a change that fails reads all spaces anew
  for (const auto& [id, space] : spaces) ids.push_back(id);
  for (const auto& id : ids) {
    const auto known = spaces.find(id);
    if (known == spaces.end()) continue;
    SpaceState& space = *known->second;
    if (space.erasing.open.empty() || !may_record(*this, space)) continue;
    ErasePlan plan;
    for (const auto& name : space.erasing.open) {
      SJ_TRY(auto stored, find_segment(space, name.log, name.segment_no, name.tag));
      if (!stored || !may_erase(*this, space, stored->log)) continue;
      SJ_TRY(const auto segment, log::decode_segment(stored->bytes));
      const auto of = space.membership.erasures_of(name);
      const bool ours = std::any_of(of.begin(), of.end(), [&](const std::size_t place) {
        return space.membership.erasures()[place].author == certificate->person();
      });
      if (segment.erased || !ours) continue;
      const auto erased = space.membership.erased_ops(name);
      auto& part = plan.parts[{stored->log, stored->segment_no}];
      for (std::uint32_t offset = 0; offset < stored->op_count; ++offset) {
        if (erased.has(offset)) part.offsets.push_back(offset);
      }
      part.segment = std::move(*stored);
    }
    if (plan.parts.empty()) continue;
    const std::string setting = "erasures_wait:" + id.hex();
    SJ_TRY(const auto before, store->setting(setting));
    const std::uint8_t waited = before && before->size() == 1 ? before->front() : 0;
    if (waited < kPatience) {
      const std::array<std::uint8_t, 1> more{static_cast<std::uint8_t>(waited + 1)};
      SJ_TRY_STATUS(store->put_setting(setting, more));
      continue;
    }
    SJ_TRY(auto batches, batches_of(*this, space, plan, Unready::is_left_out));
    if (batches.empty()) continue;
    Change change(*this);
    SJ_TRY_STATUS(change.begin());
    auto done = carry_out(*this, space, plan, std::move(batches), 0);
    if (another_time(done.code())) continue;
    SJ_TRY_STATUS(std::move(done));
    std::vector<fold::Touched> touched;
    SJ_TRY_STATUS(membership_changed(space, touched));
    SJ_TRY_STATUS(settle_erasures(space, touched));
    SJ_TRY_STATUS(refresh(touched));
    SJ_TRY_STATUS(save_digest(space));
    SJ_TRY_STATUS(store->put_setting(setting, {}));
    SJ_TRY_STATUS(change.commit());
  }
  return {};
}

}  // namespace sejawat::api
