#include "erase_plan.h"

#include <algorithm>

#include "log_seal/attachment.h"

namespace sejawat::api {

bool may_erase(Core::State& core, const SpaceState& space, const base::LogId& branch) {
  const auto* log = space.enrolled(branch);
  return log != nullptr && (core.is_admin(space) || log->person == core.certificate->person());
}

base::Status plan_dot(Core::State& core, SpaceState& space, const log::Dot& dot, ErasePlan& plan) {
  if (!may_erase(core, space, dot.branch)) {
    ++plan.report.others;
    return {};
  }
  ++plan.report.ops;
  SJ_TRY(auto segment, core.store->segment_at(space.row.space, dot.branch, dot.position));
  if (!segment) {
    plan.unsealed.push_back(dot);
    return {};
  }
  const auto offset = static_cast<std::uint32_t>(dot.position - segment->first_op);
  auto& part = plan.parts[{segment->log, segment->segment_no}];
  part.segment = std::move(*segment);
  part.offsets.push_back(offset);
  return {};
}

namespace {

// Chunks leave after the op that names them. By then it is sealed.
base::Result<bool> has_left(Core::State& core, const store::AttachmentRow& row) {
  SJ_TRY(const auto ops, core.store->ops_of(row.space, row.object));
  for (const auto& op : ops) {
    SJ_TRY(const auto segment, core.store->segment_at(row.space, op.dot.branch, op.dot.position));
    if (segment) return true;
  }
  return false;
}

base::Status plan_attachment(Core::State& core, SpaceState& space, const store::AttachmentRow& row,
                             ErasePlan& plan) {
  if (std::find(plan.objects.begin(), plan.objects.end(), row.object) == plan.objects.end())
    plan.objects.push_back(row.object);
  if (!core.is_admin(space) && !(row.owner == core.certificate->person())) return {};
  ++plan.report.attachments;
  const auto content = log::decode_attachment(row.content);
  if (!content.ok()) return {};  // nothing names a chunk of it
  for (const std::size_t size : log::chunk_sizes(content->size)) plan.report.attachment_bytes += size;
  SJ_TRY(const bool left, has_left(core, row));
  if (!left) {
    plan.unsent.insert(plan.unsent.end(), content->chunks.begin(), content->chunks.end());
    return {};
  }
  auto& named = row.owner == core.certificate->person() ? plan.chunks : plan.of_others;
  named.insert(content->chunks.begin(), content->chunks.end());
  return {};
}

// The same ops, written once more when something else was erased; and those once more. Each is decoded once:
// anybody may leave a chain of thousands, in the order in which looking again and again finds one at a time.
base::Status add_once_more(Core::State& core, SpaceState& space, std::set<log::Dot>& dots) {
  SJ_TRY(const auto rows, core.store->ops_of(space.row.space, {}));
  std::vector<std::pair<log::Dot, log::Dot>> once_more;  // by what each stands for
  for (const auto& row : rows) {
    SJ_TRY(auto op, core.codec.decode(row.bytes));
    const auto original = log::original_of(std::move(op));
    if (original) once_more.emplace_back(original->first, row.dot);
  }
  std::sort(once_more.begin(), once_more.end());
  std::vector<log::Dot> to_follow(dots.begin(), dots.end());
  while (!to_follow.empty()) {
    const log::Dot original = to_follow.back();
    to_follow.pop_back();
    auto next = std::lower_bound(once_more.begin(), once_more.end(), std::make_pair(original, log::Dot{}));
    for (; next != once_more.end() && next->first == original; ++next) {
      if (dots.insert(next->second).second) to_follow.push_back(next->second);
    }
  }
  return {};
}

}  // namespace

base::Result<ErasePlan> plan_of(Core::State& core, SpaceState& space, const base::ObjectId& object) {
  ErasePlan plan;
  plan.objects.push_back(object);
  SJ_TRY(auto attached, core.store->attachments().all_of(object));
  SJ_TRY(const auto itself, core.store->attachments().get(object));
  if (itself) attached.push_back(*itself);
  for (const auto& row : attached) {
    if (row.space == space.row.space) SJ_TRY_STATUS(plan_attachment(core, space, row, plan));
  }
  if (!plan.of_others
           .empty()) {  // an admin's word is for all; what somebody copied from another stays theirs
    SJ_TRY(const auto shown, core.chunk_owners(space, plan.objects));
    for (const auto& chunk : plan.of_others) {
      if (shown.count(chunk) == 0) plan.chunks.insert(chunk);
    }
  }
  std::set<log::Dot> dots;
  for (const auto& one : plan.objects) {
    SJ_TRY(const auto ops, core.store->ops_of(space.row.space, one));
    for (const auto& op : ops) dots.insert(op.dot);
  }
  SJ_TRY_STATUS(add_once_more(core, space, dots));
  for (const auto& dot : dots) SJ_TRY_STATUS(plan_dot(core, space, dot, plan));
  for (auto& [place, part] : plan.parts) std::sort(part.offsets.begin(), part.offsets.end());
  plan.report.segments = plan.parts.size();
  return plan;
}

}  // namespace sejawat::api
