#include <algorithm>

#include "api/bundle.h"
#include "base/order.h"
#include "core_state.h"

namespace sejawat::api {
namespace {

constexpr std::size_t kBudget = 56 * 1024;  // one segment above it still fits into a message
constexpr std::size_t kItemsAtOnce = 1000;
constexpr std::size_t kSealAll = SIZE_MAX / 2;

// The newest epochs whose keys are here: those that no other follows. Who holds an older one only was left
// out on purpose.
std::vector<const base::Secret32*> newest_epochs(const SpaceState& space) {
  std::set<base::EpochId> newest;
  for (const auto& [epoch, key] : space.epochs) newest.insert(epoch);
  for (const auto& epoch : space.membership.epochs()) {
    if (space.epochs.count(epoch.epoch) == 0) continue;
    for (const auto& before : epoch.predecessors) {
      if (!(before.epoch == epoch.epoch)) newest.erase(before.epoch);
    }
  }
  std::vector<const base::Secret32*> keys;
  for (const auto& epoch : newest) keys.push_back(&space.epochs.at(epoch));
  return keys;
}

// As the vector of a reader says: how much of each branch it has. What it names and is not here says nothing.
base::Result<std::map<base::LogId, std::uint64_t>> had(Core::State& core, const SpaceState& space,
                                                       const sync::Vector& vector) {
  std::map<base::LogId, std::uint64_t> counts;
  for (const auto& entry : vector.entries) {
    if (entry.count == 0) continue;
    SJ_TRY(auto named, core.find_segment(space, entry.log, entry.count - 1, entry.head));
    if (!named) continue;
    SJ_TRY_STATUS(space.each_before(named->log, entry.count, [&](const auto& branch, std::uint64_t count) {
      auto& upto = counts[branch];
      upto = std::max(upto, count);
      return base::Status();
    }));
  }
  return counts;
}

}  // namespace

BundleExport::BundleExport(Core::State& core) : core_(core), writer_(core.random) {}

base::Result<std::unique_ptr<BundleExport>> BundleExport::start(Core::State& core, BundleOptions options) {
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(base::Code::not_found, "no person in this store yet");
  std::unique_ptr<BundleExport> made(new BundleExport(core));
  made->since_ = std::move(options.since);
  std::vector<base::SpaceId> chosen = std::move(options.spaces);
  if (chosen.empty()) {
    for (const auto& [id, space] : core.spaces) {
      const bool writable = space->membership.has_genesis() && !space->epochs.empty();
      if (writable && (options.personal || !(id == core.personal))) chosen.push_back(id);
    }
  }
  if (chosen.size() > sync::kMaxBundleParts) return base::error(base::Code::too_large, "spaces");
  for (const auto& id : chosen) {
    SJ_TRY(auto plan, made->plan_of(id));
    for (const auto& log : plan.logs)
      made->counts_.segments_planned += static_cast<std::uint32_t>(log.end - log.next);
    made->plans_.push_back(std::move(plan));
  }
  if (made->plans_.empty()) return base::error(base::Code::not_found, "no space to write");
  return made;
}

base::Result<BundleExport::SpacePlan> BundleExport::plan_of(const base::SpaceId& id) {
  const auto found = core_.spaces.find(id);
  if (found == core_.spaces.end() || !found->second->membership.has_genesis() ||
      found->second->epochs.empty()) {
    return base::error(base::Code::not_found, "no such space here, or no key to it");
  }
  SpaceState& space = *found->second;
  SJ_TRY_STATUS(core_.seal_pending(space, kSealAll));
  SpacePlan plan;
  plan.space = id;
  const auto known = since_.find(id);
  const sync::Vector had_before = known == since_.end() ? sync::Vector{} : known->second;
  SJ_TRY(auto heads, core_.store->heads(id));
  SJ_TRY(auto counts, had(core_, space, had_before));
  // What stands before a fork first.
  base::sort_stably(
      heads, [&](const auto& a, const auto& b) { return space.first_no(a.first) < space.first_no(b.first); });
  for (const auto& [branch, head] : heads) {
    const base::LogId log = space.log_of(branch);
    if (space.ends_here(branch))
      plan.vector.entries.push_back({log, head.count, base::prefix_of<base::HeadTag>(head.hash)});
    const std::uint64_t first = std::max(space.first_no(branch), counts[branch]);
    if (first < head.count) plan.logs.push_back({log, branch, first, head.count});
  }
  for (const auto& [record, bytes] : space.membership.records()) {
    const auto tag = base::prefix_of<base::HeadTag>(record);
    plan.vector.records.push_back(tag);
    if (!std::binary_search(had_before.records.begin(), had_before.records.end(), tag))
      plan.records.push_back(bytes);
  }
  std::sort(plan.vector.records.begin(), plan.vector.records.end());
  return plan;
}

bool BundleExport::left_in(const SpacePlan& plan) {
  return plan.entries_done < plan.vector.entries.size() || plan.tags_done < plan.vector.records.size() ||
         plan.records_done < plan.records.size() || plan.log < plan.logs.size();
}

base::Bytes BundleExport::begin_part() {
  const SpaceState& space = *core_.spaces.at(plans_[at_].space);
  sync::BundleLocks locks;
  locks.epochs = newest_epochs(space);
  // For members who have not got the newest key yet; what it is lies inside.
  for (const auto& [id, device] : space.membership.devices()) {
    if (space.membership.role_of(device.person)) locks.boxes.push_back(device.box_key);
  }
  for (const auto& [id, member] : space.membership.members()) locks.boxes.push_back(member.card.box);
  // One's own other devices may not be known in this space yet.
  const auto personal = core_.spaces.find(core_.personal);
  if (personal != core_.spaces.end() && !(plans_[at_].space == core_.personal)) {
    for (const auto& [id, device] : personal->second->membership.devices()) {
      if (space.membership.devices().count(id) == 0) locks.boxes.push_back(device.box_key);
    }
  }
  ++counts_.spaces;
  in_part_ = true;
  return writer_.begin_part(locks);
}

base::Result<base::Bytes> BundleExport::next() {
  SJ_TRY_STATUS(core_.ensure_usable());  // between two pieces a sync may have failed
  if (ended_) return base::Bytes{};
  if (in_part_) return next_chunk();
  if (at_ < plans_.size()) {
    if (core_.spaces.count(plans_[at_].space) == 0) return base::error(base::Code::not_found, "space");
    return begin_part();
  }
  ended_ = true;
  return writer_.end();
}

base::Result<base::Bytes> BundleExport::next_chunk() {
  SpacePlan& plan = plans_[at_];
  sync::SpaceUpload upload;
  upload.space.id = plan.space;
  std::size_t used = 0;
  std::size_t items = 0;
  if (plan.entries_done < plan.vector.entries.size() || plan.tags_done < plan.vector.records.size()) {
    upload.vector.emplace();
    const auto take = [](const auto& from, std::size_t& done, auto& to) {
      const std::size_t count = std::min(from.size() - done, kItemsAtOnce);
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(done);
      to.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
      done += count;
      return count;
    };
    used += 48 * take(plan.vector.entries, plan.entries_done, upload.vector->entries);
    used += 10 * take(plan.vector.records, plan.tags_done, upload.vector->records);
    items = upload.vector->entries.size();
  }
  while (plan.records_done < plan.records.size() && used < kBudget && items < kItemsAtOnce) {
    const auto& record = plan.records[plan.records_done];
    if (used > 0 && used + record.size() > kBudget) break;
    used += record.size();
    ++items;
    ++plan.records_done;
    ++counts_.records;
    upload.records.push_back(record);
  }
  while (plan.records_done == plan.records.size() && plan.log < plan.logs.size() && items < kItemsAtOnce) {
    LogPlan& log = plan.logs[plan.log];
    SJ_TRY(auto segments,
           core_.store->segments_from(plan.space, log.branch, log.next, used < kBudget ? kBudget - used : 1));
    sync::LogRun run;
    run.log = base::to_bytes(log.log.view());
    for (auto& segment : segments) {
      if (log.next == log.end || items == kItemsAtOnce) break;
      if (used > 0 && used + segment.bytes.size() > kBudget) break;
      used += segment.bytes.size();
      ++items;
      ++log.next;
      ++counts_.segments;
      run.segments.push_back(std::move(segment.bytes));
    }
    const bool some = !run.segments.empty();
    if (some) upload.logs.push_back(std::move(run));
    // A log that was cut back since the plan was made has nothing more.
    if (log.next == log.end || segments.empty()) {
      ++plan.log;
    } else if (!some || used >= kBudget) {
      break;
    }
  }
  sync::ClientMessage message;
  message.spaces.push_back(std::move(upload));
  const bool last = !left_in(plan);
  if (last) {
    in_part_ = false;
    ++at_;
  }
  return writer_.chunk(message, last);
}

base::Result<std::unique_ptr<BundleExport>> Core::export_bundle(BundleOptions options) {
  return BundleExport::start(*state_, std::move(options));
}

}  // namespace sejawat::api
