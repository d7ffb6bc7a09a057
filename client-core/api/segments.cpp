#include <algorithm>
#include <set>

#include "core_state.h"

namespace sejawat::api {
namespace {

// How many unsealed ops are looked at for one round of sealing.
constexpr std::size_t kSealWindow = 1024;

base::Result<std::vector<log::Dependency>> dependencies_of(store::Store& store, const base::SpaceId& space,
                                                           const base::LogId& own,
                                                           const std::vector<log::Op>& ops) {
  std::set<base::LogId> named;
  for (const auto& op : ops) {
    for (const auto& dot : op.supersedes) {
      if (!(dot.branch == own)) named.insert(dot.branch);
    }
  }
  std::vector<log::Dependency> deps;
  for (const auto& log : named) {
    SJ_TRY(auto head, store.head(space, log));
    if (!head || head->count == 0)
      return base::error(base::Code::internal, "an op supersedes a log not held");
    deps.push_back({log, head->count - 1, base::prefix_of<base::HeadTag>(head->hash)});
  }
  return deps;
}

}  // namespace

base::Status Core::State::save_digest(SpaceState& space) {
  space.row.digest_state = space.digest.state();
  return store->put_space(space.row);
}

base::Status Core::State::seal_pending(SpaceState& space, std::size_t budget) {
  SJ_TRY(auto own, store->own_log(space.row.space));
  if (!own) return {};
  const auto epoch = space.membership.current_epoch();
  if (!epoch) return {};
  const auto key = space.epochs.find(*epoch);
  if (key == space.epochs.end()) return {};  // waits for its key; status counts it
  const auto log_key = crypto::SigningKey::from_seed(own->seed);

  Change change(*this);
  SJ_TRY_STATUS(change.begin());
  std::size_t sealed_bytes = 0;
  std::size_t last_bytes = 0;
  const auto has_room = [&] { return sealed_bytes == 0 || sealed_bytes + last_bytes <= budget; };
  while (has_room()) {
    SJ_TRY(auto waiting, store->unsealed_ops(space.row.space, own->log, kSealWindow));
    if (waiting.empty()) break;
    SJ_TRY(auto found, store->head(space.row.space, own->log));
    log::Head before = found.value_or(log::Head{});
    std::vector<log::Op> ops;
    ops.reserve(waiting.size());
    for (const auto& stored : waiting) {
      SJ_TRY(auto op, log::decode_op(stored.bytes));
      ops.push_back(std::move(op));
    }
    SJ_TRY(auto deps, dependencies_of(*store, space.row.space, own->log, ops));
    log::SealContext context;
    context.space = space.row.space;
    context.log = own->log;
    context.log_key = &log_key;
    context.epoch = *epoch;
    context.epoch_key = &key->second;
    context.frontier = space.membership.frontier();
    if (context.frontier.size() > log::kMaxFrontier) context.frontier.resize(log::kMaxFrontier);
    context.deps = std::move(deps);
    context.most = seal_most;

    // The window is sealed into as many segments as it takes; what would not fill one waits for the ops that
    // follow it, so that a long import makes full segments.
    std::span<const log::Op> rest(ops);
    std::size_t last_ops = 0;
    while (!rest.empty() && has_room()) {
      if (waiting.size() == kSealWindow && rest.size() < last_ops) break;
      context.before = before;
      SJ_TRY(auto sealed, log::seal_segment(context, rest, random));
      last_ops = sealed.ops;
      store::StoredSegment row;
      row.log = own->log;
      row.segment_no = before.count;
      row.first_op = before.next_op;
      row.op_count = static_cast<std::uint32_t>(sealed.ops);
      row.hash = sealed.head.hash;
      row.bytes = std::move(sealed.bytes);
      SJ_TRY_STATUS(store->put_segment(space.row.space, row, store::SegmentState::applied));
      SJ_TRY_STATUS(store->put_head(space.row.space, own->log, sealed.head));
      SJ_TRY_STATUS(store->mark_sealed(space.row.space, own->log, sealed.head.next_op));
      space.digest.move_tip(before, sealed.head);
      before = sealed.head;
      last_bytes = row.bytes.size();
      sealed_bytes += last_bytes;
      rest = rest.subspan(sealed.ops);
    }
  }
  SJ_TRY_STATUS(save_digest(space));
  return change.commit();
}

base::Result<store::SegmentState> Core::State::open_segment(SpaceState& space, const base::LogId& log,
                                                            const log::Head& before,
                                                            const log::Segment& segment,
                                                            const log::SegmentHeader& header,
                                                            Opened& opened) {
  for (const auto& dep : header.deps) {
    // A reference is resolved on the branch whose head the author named; until it is here the segment waits.
    SJ_TRY(auto named, store->segment(space.row.space, dep.log, dep.segment_no));
    if (!named || !(base::prefix_of<base::HeadTag>(named->hash) == dep.head))
      return store::SegmentState::waiting_deps;
  }
  const auto enrolled = space.membership.logs().find(log);
  if (enrolled != space.membership.logs().end() && !is_own(enrolled->second)) {
    SJ_TRY(const std::uint64_t fenced, fenced_from(space, enrolled->second));
    if (header.segment_no >= fenced) return store::SegmentState::quarantined;
  }
  const auto key = space.epochs.find(header.epoch);
  if (key == space.epochs.end()) return store::SegmentState::waiting_key;
  auto ops = log::open_segment(space.row.space, log, before, key->second, segment);
  if (!ops.ok()) return store::SegmentState::unreadable;
  SJ_TRY_STATUS(fold::apply_remote(*store, codec, space.row.space, log, header.first_op, *ops, opened));
  return store::SegmentState::applied;
}

base::Result<Core::State::TakenRun> Core::State::take_run(SpaceState& space, const base::LogId& log,
                                                          const std::vector<base::Bytes>& segments,
                                                          std::vector<fold::Touched>& touched) {
  const base::SpaceId& id = space.row.space;
  TakenRun taken;
  const auto enrolled = space.membership.logs().find(log);
  if (enrolled == space.membership.logs().end()) {
    taken.refused = base::Code::unknown_log;
    return taken;
  }
  SJ_TRY(auto found, store->head(id, log));
  log::Head first = found.value_or(log::Head{});
  log::Head before = first;
  // Once a run, not once a segment: what lies between is inside one transaction.
  const auto settle = [&]() -> base::Status {
    if (before == first) return {};
    space.digest.move_tip(first, before);
    first = before;
    return store->put_head(id, log, before);
  };
  Opened opened;
  for (const auto& bytes : segments) {
    SJ_TRY(const bool other_branch, is_own_other_branch(space, enrolled->second, bytes, before));
    if (other_branch) {
      SJ_TRY_STATUS(settle());
      SJ_TRY(auto segment, log::decode_segment(bytes));
      SJ_TRY(auto header, log::decode_header(segment.header));
      auto left = leave_own_branch(space, enrolled->second, segment, header, touched);
      if (!left.ok() && (left.code() == base::Code::storage_failed || left.code() == base::Code::disk_full)) {
        return std::move(left).error();
      }
      SJ_TRY(found, store->head(id, log));
      first = before = found.value_or(log::Head{});
    }
    SJ_TRY(const base::Code code, take_next(space, enrolled->second, bytes, before, opened, taken));
    if (code != base::Code::ok) {
      taken.refused = code;
      break;
    }
  }
  touched.insert(touched.end(), opened.touched.begin(), opened.touched.end());
  SJ_TRY_STATUS(settle());
  if (taken.fresh > 0) SJ_TRY_STATUS(store->raise_lamport(id, opened.lamport));
  return taken;
}

// Of a log of this very device: something that this store does not hold itself.
base::Result<bool> Core::State::is_own_other_branch(SpaceState& space, const space::EnrolledLog& log,
                                                    const base::Bytes& bytes, const log::Head& before) {
  if (!is_of_this_device(space, log.log)) return false;
  auto segment = log::decode_segment(bytes);
  if (!segment.ok()) return false;
  auto header = log::decode_header(segment->header);
  if (!header.ok() || header->segment_no > before.count) return false;
  if (header->segment_no == before.count) return true;
  SJ_TRY(auto held, store->segment(space.row.space, log.log, header->segment_no));
  return !held || !base::equal(held->bytes, bytes);
}

base::Result<base::Code> Core::State::take_next(SpaceState& space, const space::EnrolledLog& log,
                                                const base::Bytes& bytes, log::Head& before, Opened& opened,
                                                TakenRun& taken) {
  const base::SpaceId& id = space.row.space;
  auto segment = log::decode_segment(bytes);
  if (!segment.ok()) return segment.code();
  auto header = log::decode_header(segment->header);
  if (!header.ok()) return header.code();
  if (header->segment_no < before.count) {
    SJ_TRY(auto held, store->segment(id, log.log, header->segment_no));
    if (!held || !base::equal(held->bytes, bytes)) return base::Code::chain_fork;
  } else {
    auto verified = log::verify_next(id, log.log, log.key, before, *segment);
    if (!verified.ok()) return verified.code();
    SJ_TRY(const auto state, open_segment(space, log.log, before, *segment, verified->header, opened));
    const store::StoredSegment row{
        log.log, before.count, before.next_op, verified->header.op_count, verified->head.hash, bytes};
    SJ_TRY_STATUS(store->put_segment(id, row, state));
    before = verified->head;
    ++taken.fresh;
  }
  taken.held = std::max(taken.held, header->segment_no + 1);
  return base::Code::ok;
}

base::Status Core::State::apply_waiting(SpaceState& space, std::vector<fold::Touched>& touched) {
  constexpr std::size_t kAtOnce = 4096;
  Opened opened;
  for (const auto state : {store::SegmentState::waiting_key, store::SegmentState::waiting_deps}) {
    SJ_TRY(auto waiting, store->segments_in_state(space.row.space, state, kAtOnce));
    for (const auto& stored : waiting) {
      SJ_TRY(const auto before, head_before(space.row.space, stored.log, stored.segment_no));
      SJ_TRY(auto segment, log::decode_segment(stored.bytes));
      SJ_TRY(auto header, log::decode_header(segment.header));
      SJ_TRY(const auto now, open_segment(space, stored.log, before, segment, header, opened));
      if (now == state) continue;
      SJ_TRY_STATUS(store->set_segment_state(space.row.space, stored.log, stored.segment_no, now));
    }
  }
  touched.insert(touched.end(), opened.touched.begin(), opened.touched.end());
  return store->raise_lamport(space.row.space, opened.lamport);
}

// After recovery the card says who one is, but not by which name: that comes back from one's own profile.
// Whose name it is follows from whose log says so, not from what it says.
base::Status Core::State::adopt_name(const SpaceState& space, const fold::Value& value) {
  if (value.dots.empty() || value.bytes.size() > kMaxNameBytes) return {};
  const auto log = space.membership.logs().find(value.dots.front().branch);
  if (log == space.membership.logs().end()) return {};
  SJ_TRY_STATUS(store->put_profile(space.row.space, log->second.person, value.bytes));
  if (!name.empty() || !certificate || !(log->second.person == certificate->person())) return {};
  name = value.bytes;
  return store->put_setting("name", base::as_bytes(name));
}

base::Status Core::State::refresh(const std::vector<fold::Touched>& touched) {
  std::vector<fold::Touched> once = touched;
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  std::vector<fold::Touched> personal_objects;
  for (const auto& item : once) {
    if (item.space == personal) {
      personal_objects.push_back(item);
      note_changed(item.object);
      continue;
    }
    SJ_TRY(auto object, fold::state_of(*store, codec, item.space, item.object));
    if (object.type != kCommunityType && object.type != kProfileType) continue;
    const auto named = object.registers.find({0, 1});
    if (named == object.registers.end() || named->second.empty()) continue;
    SJ_TRY(auto* space, this->space(item.space));
    if (object.type == kProfileType) {
      SJ_TRY_STATUS(adopt_name(*space, named->second.front()));
      continue;
    }
    space->row.name = named->second.front().bytes;
    SJ_TRY_STATUS(store->put_space(space->row));
  }
  return journal->refresh(personal_objects);
}

base::Result<log::SpaceDigest> Core::State::carrier_digest(SpaceState& space,
                                                           const base::PublicBoxKey& carrier_key) {
  log::SpaceDigest digest(space.row.space);
  SJ_TRY(auto heads, store->heads(space.row.space));
  for (const auto& [log, head] : heads) {
    SJ_TRY(auto acked, store->acked_segments(carrier_key, space.row.space, log));
    if (acked == 0) continue;
    if (acked >= head.count) {
      digest.move_tip({}, head);
      continue;
    }
    SJ_TRY(auto last, store->segment(space.row.space, log, acked - 1));
    if (!last) return base::error(base::Code::internal, "an acked segment is not held");
    digest.move_tip({}, {acked, last->first_op + last->op_count, last->hash});
  }
  for (const auto& [id, bytes] : space.membership.records()) {
    SJ_TRY(auto acked, store->record_acked(carrier_key, id));
    if (acked) digest.add_record(id);
  }
  return digest;
}

}  // namespace sejawat::api
