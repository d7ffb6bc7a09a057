// What survives of bodies that are gone, taken from where it was written once more (docs/PROTOCOL.md,
// "Erasure"). Anybody may name what never comes as a witness, and any number of segments beside it: first it
// is found out from what is here, without reading it, which records' witnesses are all here; then each of
// theirs is read once for all segments that wait.
#include <algorithm>

#include "core_state.h"

namespace sejawat::api {

class Core::State::Survivors {
 public:
  Survivors(Core::State& core, SpaceState& space, Opened& opened)
      : core_(core), space_(space), id_(space.row.space), opened_(opened) {}

  void add(const store::StoredSegment& segment) {
    const auto name = space_.name_of(segment);
    waiting_.insert(name);
    bodiless_.emplace(name, gone_of(name, segment));
  }
  base::Result<bool> restore() {
    SJ_TRY_STATUS(find_whole());
    for (const auto& name : sources()) SJ_TRY_STATUS(read(name));
    bool some = false;
    for (const auto& name : waiting_) {
      if (whole_by_.count(name) == 0) continue;
      some = true;
      const auto& gone = bodiless_.at(name);
      SJ_TRY_STATUS(
          core_.store->set_segment_state(id_, gone.branch, name.segment_no, store::SegmentState::applied));
    }
    return some;
  }

 private:
  struct Gone {
    log::SegmentName name;
    base::LogId branch;
    std::uint64_t first_op = 0;
    std::uint64_t op_count = 0;
    space::ErasedOps erased;
  };
  Gone gone_of(const log::SegmentName& name, const store::StoredSegment& segment) const {
    return {name, segment.log, segment.first_op, segment.op_count, space_.membership.erased_ops(name)};
  }

  enum class Is : std::uint8_t { missing, sealed, readable, bodiless };

  // Also behind a fence: the erasure that names it counts, and with it what it says has survived; everything
  // else there stays in quarantine.
  base::Result<Is> look_up(const log::SegmentName& name) {
    const auto known = bodiless_.find(name);
    if (known != bodiless_.end()) return Is::bodiless;
    SJ_TRY(const auto found, core_.find_segment(space_, name.log, name.segment_no, name.tag));
    if (!found) return Is::missing;
    SJ_TRY(const auto state, core_.store->segment_state(id_, found->log, found->segment_no));
    if (state == store::SegmentState::applied) return Is::readable;
    if (state != store::SegmentState::quarantined) return Is::missing;
    SJ_TRY(const auto segment, log::decode_segment(found->bytes));
    if (!segment.erased) return Is::sealed;
    auto one = gone_of(name, *found);
    if (one.erased.all(one.op_count)) return Is::readable;  // and says nothing
    bodiless_.emplace(name, std::move(one));
    return Is::bodiless;
  }
  base::Result<Is*> look(const log::SegmentName& name) {
    const auto known = seen_.find(name);
    if (known != seen_.end()) return &known->second;
    SJ_TRY(const Is is, look_up(name));
    return &seen_.emplace(name, is).first->second;
  }

  // Whether the witnesses of a record are all here; those without bodies may still lack what survives of
  // them.
  base::Result<bool> are_here(const space::Erasure& erasure, std::vector<log::SegmentName>& bodiless) {
    const auto& logs = space_.membership.logs();
    for (const auto& name : erasure.witnesses) {
      // Only what its eraser wrote once more counts.
      const auto enrolled = logs.find(name.log);
      if (enrolled == logs.end() || !(enrolled->second.person == erasure.author)) return false;
      SJ_TRY(const Is* is, look(name));
      if (*is == Is::missing) return false;
    }
    for (const auto& name : erasure.witnesses) {
      SJ_TRY(Is * is, look(name));
      if (*is == Is::bodiless) bodiless.push_back(name);
      if (*is != Is::sealed) continue;
      SJ_TRY(const auto ops, ops_in_quarantine(name));
      *is = ops ? Is::readable : Is::missing;
      if (!ops) return false;
    }
    return !erasure.witnesses.empty();
  }

  // From what has bodies to what has none: witnesses that name each other in a ring are never here.
  base::Status find_whole() {
    const auto& erasures = space_.membership.erasures();
    std::vector<log::SegmentName> to_look(waiting_.begin(), waiting_.end());
    std::set<log::SegmentName> wanted = waiting_;
    std::set<std::size_t> looked_at;
    std::map<log::SegmentName, std::vector<std::size_t>> needed_by;
    std::map<std::size_t, std::size_t> lacking;
    std::vector<std::size_t> whole;
    while (!to_look.empty()) {
      const auto name = to_look.back();
      to_look.pop_back();
      for (const std::size_t place : space_.membership.erasures_of(name)) {
        if (!looked_at.insert(place).second) continue;
        std::vector<log::SegmentName> bodiless;
        SJ_TRY(const bool here, are_here(erasures[place], bodiless));
        if (!here) continue;
        if (bodiless.empty()) whole.push_back(place);
        lacking[place] = bodiless.size();
        for (const auto& one : bodiless) {
          needed_by[one].push_back(place);
          if (wanted.insert(one).second) to_look.push_back(one);
        }
      }
    }
    std::sort(whole.begin(), whole.end());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const std::size_t place = whole[i];
      for (const auto& segment : erasures[place].segments) {
        if (wanted.count(segment.name) == 0 || !whole_by_.emplace(segment.name, place).second) continue;
        for (const std::size_t other : needed_by[segment.name]) {
          if (--lacking[other] == 0) whole.push_back(other);
        }
      }
    }
    return {};
  }

  // Witnesses with ops of their own to read, of all records that are whole; and where theirs belong.
  std::set<log::SegmentName> sources() {
    std::set<log::SegmentName> sources;
    std::set<log::SegmentName> used;
    std::vector<log::SegmentName> follow(waiting_.begin(), waiting_.end());
    while (!follow.empty()) {
      const auto name = follow.back();
      follow.pop_back();
      const auto by = whole_by_.find(name);
      if (by == whole_by_.end() || !used.insert(name).second) continue;
      const Gone& one = bodiless_.at(name);
      places_.emplace(log::Dot{one.branch, one.first_op}, &one);
      for (const auto& witness : space_.membership.erasures()[by->second].witnesses) {
        if (bodiless_.count(witness) != 0) {
          follow.push_back(witness);
        } else {
          sources.insert(witness);
        }
      }
    }
    return sources;
  }

  base::Result<std::optional<std::vector<log::Op>>> ops_in_quarantine(const log::SegmentName& name) {
    std::optional<std::vector<log::Op>> none;
    SJ_TRY(const auto held, core_.find_segment(space_, name.log, name.segment_no, name.tag));
    if (!held) return none;
    SJ_TRY(const auto segment, log::decode_segment(held->bytes));
    if (segment.erased) return std::make_optional<std::vector<log::Op>>();
    SJ_TRY(const auto header, log::decode_header(segment.header));
    SJ_TRY(auto to, core_.resolve_deps(space_, held->log, header));
    if (to.missing) return none;
    SJ_TRY(const auto before, core_.head_before(space_, held->log, held->segment_no));
    SJ_TRY(auto read, core_.read_ops(space_, space_.log_of(held->log), before, segment, header, to));
    if (read.state != store::SegmentState::applied) return none;
    return std::make_optional(std::move(read.ops));
  }

  base::Status read(const log::SegmentName& name) {
    SJ_TRY(const auto held, core_.find_segment(space_, name.log, name.segment_no, name.tag));
    if (!held) return base::error(base::Code::internal, "a witness is not held");
    SJ_TRY(const auto state, core_.store->segment_state(id_, held->log, held->segment_no));
    if (state == store::SegmentState::applied) {
      SJ_TRY(const auto rows, core_.store->ops_between(id_, held->log, held->first_op, held->op_count));
      for (const auto& row : rows) {
        if (row.op.bytes.empty() || !row.object.is_zero()) continue;
        SJ_TRY(auto op, core_.codec.decode(row.op.bytes));
        SJ_TRY_STATUS(deliver(name, std::move(op)));
      }
      return {};
    }
    SJ_TRY(auto ops, ops_in_quarantine(name));
    if (!ops) return base::error(base::Code::internal, "a witness cannot be read any more");
    const auto erased = space_.membership.erased_ops(name);
    for (std::size_t offset = 0; offset < ops->size(); ++offset) {
      if (!erased.has(offset)) SJ_TRY_STATUS(deliver(name, std::move((*ops)[offset])));
    }
    return {};
  }

  // To where it stood, and where that was a witness itself whose body is gone, on from there.
  base::Status deliver(log::SegmentName from, log::Op op) {
    for (;;) {
      auto original = log::original_of(std::move(op));
      if (!original) return {};
      auto at = places_.upper_bound(original->first);
      if (at == places_.begin()) return {};
      const Gone& to = *(--at)->second;
      const std::uint64_t offset = original->first.position - to.first_op;
      if (!(to.branch == original->first.branch) || offset >= to.op_count || to.erased.has(offset)) return {};
      const auto& witnesses = space_.membership.erasures()[whole_by_.at(to.name)].witnesses;
      if (!std::binary_search(witnesses.begin(), witnesses.end(), from)) return {};
      if (waiting_.count(to.name) != 0) SJ_TRY_STATUS(put(original->first, original->second));
      from = to.name;
      op = std::move(original->second);
    }
  }

  // It counts where no op stands yet: who holds the original keeps it.
  base::Status put(const log::Dot& dot, const log::Op& op) {
    const bool again = log::is_witness(op.kind);
    const base::ObjectId object = again ? base::ObjectId{} : op.object;
    SJ_TRY_STATUS(core_.store->put_op(id_, object, {dot, core_.codec.encode(op)}, true));
    if (!again) opened_.touched.push_back({id_, object, op.type});
    opened_.lamport = std::max(opened_.lamport, std::min(op.lamport, opened_.lamport + fold::kMostAtOnce));
    return {};
  }

  Core::State& core_;
  SpaceState& space_;
  const base::SpaceId& id_;
  Opened& opened_;
  std::set<log::SegmentName> waiting_;
  std::map<log::SegmentName, Gone> bodiless_;  // those that wait, and witnesses
  std::map<log::SegmentName, Is> seen_;
  std::map<log::SegmentName, std::size_t> whole_by_;  // place of the record whose witnesses are read
  std::map<log::Dot, const Gone*> places_;            // by the first op
};

base::Result<bool> Core::State::restore_survivors(SpaceState& space,
                                                  const std::vector<store::StoredSegment>& bodiless,
                                                  Opened& opened) {
  if (bodiless.empty() || space.membership.erasures().empty()) return false;
  SJ_TRY(const auto here, store->lamport(space.row.space));
  opened.lamport = std::max(opened.lamport, here);
  Survivors survivors(*this, space, opened);
  for (const auto& segment : bodiless) survivors.add(segment);
  return survivors.restore();
}

}  // namespace sejawat::api
