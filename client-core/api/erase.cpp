// What a person erases (docs/PROTOCOL.md, "Erasure"). Nothing of it waits for a network.
#include "erase_records.h"

namespace sejawat::api {
namespace {

using base::Code;

base::Result<base::SpaceId> space_of(Core::State& core, const base::ObjectId& object) {
  SJ_TRY(const auto entry, core.store->journal().get(object));
  if (entry) return entry->space;
  SJ_TRY(const auto record, core.store->records_of_cycle().get(object));
  if (record) return record->space;
  SJ_TRY(const auto attachment, core.store->attachments().get(object));
  if (attachment) return attachment->space;
  // Of something that was erased when attachments still stayed behind.
  SJ_TRY(const auto attached, core.store->attachments().all_of(object));
  if (!attached.empty()) return attached.front().space;
  return base::error(Code::not_found, "no such entry or record");
}

}  // namespace

base::Result<EraseReport> Core::erase(const base::ObjectId& object, std::uint32_t reason, bool dry_run) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  SJ_TRY(const auto id, space_of(core, object));
  SJ_TRY(auto* space, core.space(id));
  SJ_TRY(auto plan, plan_of(core, *space, object));
  plan.report.space = id;
  if (plan.report.ops == 0) return base::error(Code::not_permitted, "by its author or an admin");
  SJ_TRY(auto batches, batches_of(core, *space, plan, Unready::fails));
  if (dry_run) return plan.report;
  {
    Change change(core);
    SJ_TRY_STATUS(change.begin());
    SJ_TRY_STATUS(carry_out(core, *space, plan, std::move(batches), reason));
    std::vector<fold::Touched> touched;
    for (const auto& one : plan.objects) touched.push_back({id, one, 0});
    SJ_TRY_STATUS(core.membership_changed(*space, touched));
    SJ_TRY_STATUS(core.refresh(touched));
    SJ_TRY_STATUS(core.save_digest(*space));
    SJ_TRY_STATUS(change.commit());
  }
  // It is erased; what a full disk keeps in the files now goes with the next sync.
  static_cast<void>(core.store->forget_if_due());
  return plan.report;
}

}  // namespace sejawat::api
