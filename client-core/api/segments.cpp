#include <algorithm>
#include <set>

#include "base/planted.h"
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
  if (!own || space.next_log) return {};
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

base::Result<Core::State::Referred> Core::State::resolve_deps(const SpaceState& space,
                                                              const base::LogId& branch,
                                                              const log::SegmentHeader& header) {
  Referred to{{branch, {}}, {{branch, header.first_op + header.op_count}}, {}};
  for (const auto& dep : header.deps) {
    // A reference is resolved on the branch whose head the author named; until it is here the segment waits.
    SJ_TRY(auto named, find_segment(space, space.log_of(dep.log), dep.segment_no, dep.head,
                                    store::Store::SegmentBytes::left_out));
    if (!named) {
      to.missing = dep;
      return to;
    }
    to.names.deps.push_back(named->log);
    auto& upto = to.seen[named->log];
    upto = std::max(upto, named->first_op + named->op_count);
  }
  return to;
}

base::Result<bool> Core::State::still_lacks(const SpaceState& space, const SpaceState::Lacking& lacking) {
  if (lacking.key) return space.epochs.count(*lacking.key) == 0 && !space.membership.has_fallen_keys();
  const auto& dep = *lacking.segment;
  SJ_TRY(const auto named, find_segment(space, space.log_of(dep.log), dep.segment_no, dep.head,
                                        store::Store::SegmentBytes::left_out));
  return !named;
}

// Not `applied`: why there are none.
base::Result<Core::State::ReadOps> Core::State::read_ops(SpaceState& space, const base::LogId& log,
                                                         const log::Head& before, const log::Segment& segment,
                                                         const log::SegmentHeader& header, Referred& to) {
  auto key = space.epochs.find(header.epoch);
  if (key == space.epochs.end() && space.membership.has_fallen_keys()) {
    SJ_TRY_STATUS(open_fallen_key(space, header.epoch));
    key = space.epochs.find(header.epoch);
  }
  if (key == space.epochs.end() && SJ_PLANTED(client_drops_waiting)) {
    return ReadOps{store::SegmentState::unreadable, {}};
  }
  if (key == space.epochs.end()) return ReadOps{store::SegmentState::waiting_key, {}};
  auto ops = log::open_segment(space.row.space, log, before, key->second, segment, &to.names);
  if (!ops.ok()) return ReadOps{store::SegmentState::unreadable, {}};
  for (auto& op : *ops) {
    for (auto& dot : op.supersedes) {
      // Beyond what its author can have seen it would mean something else on every replica.
      if (dot.position >= to.seen[dot.branch]) return ReadOps{store::SegmentState::unreadable, {}};
      dot.branch = space.branch_at(dot.branch, dot.position);
    }
    log::drop_repeated_dots(op);  // one by the names of several ends of a log
  }
  return ReadOps{store::SegmentState::applied, std::move(*ops)};
}

base::Result<store::SegmentState> Core::State::open_segment(SpaceState& space, const base::LogId& branch,
                                                            const log::Head& before,
                                                            const log::Segment& segment,
                                                            const log::SegmentHeader& header,
                                                            Opened& opened) {
  const base::LogId log = space.log_of(branch);
  log::SegmentName name{log, header.segment_no, {}};
  if (!space.membership.erasures().empty()) {  // hashing is what taking a segment costs
    name.tag = base::prefix_of<base::HeadTag>(
        log::segment_hash(space.row.space, log, before.hash, segment.header, segment.hash_of_body()));
  }
  Referred to;
  if (!segment.erased) {  // else nothing in it refers to anything
    SJ_TRY(to, resolve_deps(space, branch, header));
    if (to.missing) {
      opened.missing = to.missing;
      return store::SegmentState::waiting_deps;
    }
  }
  const auto enrolled = space.membership.logs().find(log);
  if (enrolled != space.membership.logs().end() && !is_of_this_device(space, log)) {
    SJ_TRY(const std::uint64_t fenced, fenced_from(space, enrolled->second, branch));
    if (header.segment_no >= fenced && !SJ_PLANTED(client_forgets_fences))
      return store::SegmentState::quarantined;
  }
  if (segment.erased) {
    // What survives is looked for once for all that wait (open_waiting).
    const bool whole = space.membership.erased_ops(name).all(header.op_count);
    return whole ? store::SegmentState::applied : store::SegmentState::waiting_deps;
  }
  SJ_TRY(const auto read, read_ops(space, log, before, segment, header, to));
  if (read.state != store::SegmentState::applied) return read.state;
  const space::ErasedOps erased = space.membership.erased_ops(name);
  fold::IsErased is_erased;
  if (erased.any()) is_erased = [&erased](std::uint64_t offset) { return erased.has(offset); };
  SJ_TRY_STATUS(fold::apply_remote(*store, codec, space.row.space, branch, header.first_op, read.ops, opened,
                                   is_erased));
  return store::SegmentState::applied;
}

// A run on its way in: the branch that it is on, and what of that is not in the store yet.
struct Core::State::Reading {
  SpaceState& space;
  space::EnrolledLog log;
  std::vector<fold::Touched>& touched;
  base::LogId branch;
  log::Head first;  // as store and digest have it; empty for a branch that is new
  log::Head before;
  Opened opened;
  TakenRun taken;
};

// Once a run, not once a segment: what lies between is inside one transaction.
base::Status Core::State::settle(Reading& reading) {
  if (reading.before == reading.first) return {};
  reading.space.digest.move_tip(reading.first, reading.before);
  reading.first = reading.before;
  return store->put_head(reading.space.row.space, reading.branch, reading.before);
}

base::Result<Core::State::TakenRun> Core::State::take_run(SpaceState& space, const base::LogId& log,
                                                          const std::vector<base::Bytes>& segments,
                                                          std::vector<fold::Touched>& touched) {
  TakenRun none;
  const auto enrolled = space.membership.logs().find(space.log_of(log));
  if (enrolled == space.membership.logs().end()) {
    none.refused = base::Code::unknown_log;
    return none;
  }
  Reading reading{space, enrolled->second, touched, enrolled->first, {}, {}, {}, {}};
  SJ_TRY(auto found, store->head(space.row.space, reading.branch));
  reading.first = reading.before = found.value_or(log::Head{});
  const std::size_t known_branches = space.branches.size();
  for (const auto& bytes : segments) {
    SJ_TRY(const base::Code code, take_next(reading, bytes));
    if (code == base::Code::ok) continue;
    reading.taken.refused = code;
    break;
  }
  touched.insert(touched.end(), reading.opened.touched.begin(), reading.opened.touched.end());
  SJ_TRY_STATUS(settle(reading));
  if (reading.taken.fresh > 0) SJ_TRY_STATUS(store->raise_lamport(space.row.space, reading.opened.lamport));
  if (reading.log.fence && (reading.taken.fresh > 0 || space.branches.size() != known_branches)) {
    SJ_TRY_STATUS(enforce_fence(space, reading.log, touched));
  }
  return std::move(reading.taken);
}

base::Result<base::Code> Core::State::take_next(Reading& reading, const base::Bytes& bytes) {
  SpaceState& space = reading.space;
  auto segment = log::decode_segment(bytes);
  if (!segment.ok()) return segment.code();
  auto header = log::decode_header(segment->header);
  if (!header.ok()) return header.code();
  const std::uint64_t no = header->segment_no;
  Place place;
  place.branch = reading.branch;
  place.before = reading.before;
  // Nearly always it is the next one, or one that is held, of the only branch.
  const bool next = no == reading.before.count && space.ends_here(reading.branch);
  auto verified =
      next ? log::verify_next(space.row.space, reading.log.log, reading.log.key, reading.before, *segment)
           : base::Result<log::Verified>(base::error(base::Code::chain_fork));
  if (verified.ok()) {
    place.after = std::move(verified).value();
  } else {
    SJ_TRY_STATUS(settle(reading));
    auto placed = place_of(space, reading.log, *header, *segment, bytes);
    if (base::is_of_the_store(placed.code())) return std::move(placed).error();
    if (!placed.ok()) return placed.code();
    place = std::move(placed).value();
  }
  auto& held = reading.taken.held;
  if (!place.held) {
    if (is_of_this_device(space, reading.log.log)) {
      auto left = leave_own_log(space, reading.log.log);
      if (left.code() == base::Code::not_permitted) return left.code();
      SJ_TRY_STATUS(std::move(left));
    }
    if (place.forks) {
      SJ_TRY_STATUS(fork_at(space, place, reading.taken, reading.touched));
      reading.first = {};
    } else if (!(place.branch == reading.branch)) {
      reading.first = place.before;
    }
    reading.branch = place.branch;
    SJ_TRY(const auto state,
           open_segment(space, place.branch, place.before, *segment, place.after.header, reading.opened));
    const store::StoredSegment row{place.branch,          place.before.count,
                                   place.before.next_op,  place.after.header.op_count,
                                   place.after.head.hash, bytes};
    SJ_TRY_STATUS(store->put_segment(space.row.space, row, state));
    reading.before = place.after.head;
    ++reading.taken.fresh;
    if (!space.membership.erasures().empty()) {
      SJ_TRY_STATUS(note_for_erasures(
          space, {reading.log.log, no, base::prefix_of<base::HeadTag>(place.after.head.hash)}));
    }
  } else {
    SJ_TRY_STATUS(fill_body(space, place.branch, *segment, *header, bytes));
  }
  held[place.branch] = std::max(held[place.branch], no + 1);
  return base::Code::ok;
}

// As many as may be looked at in one go, and further while something opens. What waits for ever, as anybody
// may have it do, must not keep what stands behind it from ever being looked at: the next time begins there.
base::Result<bool> Core::State::open_waiting(SpaceState& space, std::vector<fold::Touched>& touched) {
  constexpr std::size_t kAtOnce = 1024;
  constexpr std::size_t kLackingKept = 4096;
  Opened opened;
  bool progress = false;
  for (const auto state : {store::SegmentState::waiting_key, store::SegmentState::waiting_deps}) {
    auto& from = space.waiting_from[state];
    for (bool opens = true; opens;) {
      opens = false;
      SJ_TRY(const auto waiting, store->places_in_state(space.row.space, state, kAtOnce, from));
      std::vector<store::StoredSegment> bodiless;
      for (const auto& place : waiting) {
        const auto why = space.lacking.find(place.hash);
        if (why != space.lacking.end()) {
          SJ_TRY(const bool lacks, still_lacks(space, why->second));
          if (lacks) continue;
          space.lacking.erase(why);
        }
        SJ_TRY(const auto held, store->segment(space.row.space, place.log, place.segment_no));
        if (!held) continue;
        const auto& stored = *held;
        opened.missing.reset();
        SJ_TRY(const auto before, head_before(space, stored.log, stored.segment_no));
        SJ_TRY(auto segment, log::decode_segment(stored.bytes));
        SJ_TRY(auto header, log::decode_header(segment.header));
        SJ_TRY(const auto now, open_segment(space, stored.log, before, segment, header, opened));
        if (segment.erased && now == store::SegmentState::waiting_deps) bodiless.push_back(stored);
        if (space.lacking.size() == kLackingKept) space.lacking.clear();
        if (now == store::SegmentState::waiting_key) space.lacking[place.hash].key = header.epoch;
        if (opened.missing) space.lacking[place.hash].segment = opened.missing;
        if (now == state) continue;
        opens = opens || now == store::SegmentState::applied;
        SJ_TRY_STATUS(store->set_segment_state(space.row.space, stored.log, stored.segment_no, now));
      }
      SJ_TRY(const bool restored, restore_survivors(space, bodiless, opened));
      opens = opens || restored;
      const bool more = waiting.size() == kAtOnce;
      from = more ? store::Store::SegmentPlace{waiting.back().log, waiting.back().segment_no + 1}
                  : store::Store::SegmentPlace{};
      progress = progress || opens;
      opens = opens && more;
    }
  }
  touched.insert(touched.end(), opened.touched.begin(), opened.touched.end());
  SJ_TRY_STATUS(store->raise_lamport(space.row.space, opened.lamport));
  return progress;
}

base::Status Core::State::apply_waiting(SpaceState& space, std::vector<fold::Touched>& touched) {
  if (SJ_PLANTED(client_never_looks_again)) return {};
  // What survived an erasure may have been written once more in a segment that waits itself.
  for (bool again = true; again;) {
    SJ_TRY_STATUS(settle_erasures(space, touched));
    SJ_TRY(again, open_waiting(space, touched));
    again = again && !space.membership.erasures().empty();
  }
  return {};
}

// What kind of thing changed, where the op that came did not say.
base::Result<std::uint32_t> Core::State::type_of(const fold::Touched& item) {
  if (item.type != 0) return item.type;
  SJ_TRY(auto state, fold::state_of(*store, codec, item.space, item.object));
  return state.type;
}

// An op says itself what kind of thing it is of; whoever says it wrongly still changes the thing.
base::Status Core::State::add_other_rows(const fold::Touched& item, std::uint32_t type,
                                         std::vector<fold::Touched>& entries,
                                         std::vector<fold::Touched>& cycle_records,
                                         std::vector<fold::Touched>& attached) {
  if (type == 0) return {};
  if (type != cycle::kJournalEntryType && item.space == personal) {
    SJ_TRY(const auto entry, store->journal().get(item.object));
    if (entry) entries.push_back(item);
    if (entry) note_entry(item.object);
  }
  if (type < cycle::kProblem) {
    SJ_TRY(const auto record, store->records_of_cycle().get(item.object));
    if (record && record->space == item.space) cycle_records.push_back(item);
  }
  if (type != cycle::kAttachmentType) {
    SJ_TRY(const auto attachment, store->attachments().get(item.object));
    if (attachment && attachment->space == item.space) attached.push_back(item);
  }
  return {};
}

base::Status Core::State::refresh(const std::vector<fold::Touched>& touched) {
  std::vector<fold::Touched> once = touched;
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  std::vector<fold::Touched> entries;
  std::vector<fold::Touched> cycle_records;
  std::vector<fold::Touched> attached;
  std::set<base::SpaceId> unnamed;
  for (const auto& item : once) {
    if (item.object.is_zero()) continue;  // ops that were written once more, and blanks: of no object
    // By a fence or an erasure: what is gone may have been a name.
    if (item.type == 0 && !(item.space == personal)) unnamed.insert(item.space);
    SJ_TRY(const auto type, type_of(item));
    SJ_TRY_STATUS(add_other_rows(item, type, entries, cycle_records, attached));
    if (type == 0) {
      // Nothing of it counts any more (or yet): all of it is in quarantine. Whichever it was, its row goes.
      if (item.space == personal) entries.push_back(item);
      if (item.space == personal) note_entry(item.object);
      cycle_records.push_back(item);
      attached.push_back(item);
      note_record(item.space, item.object, 0);
    } else if (type == cycle::kAttachmentType) {
      attached.push_back(item);
    } else if (type == cycle::kJournalEntryType) {
      // Entries are private: what somebody writes as one into a community is none.
      if (!(item.space == personal)) continue;
      entries.push_back(item);
      note_entry(item.object);
    } else if (type == kCommunityType || type == kProfileType) {
      if (!(item.space == personal)) SJ_TRY_STATUS(refresh_name({item.space, item.object, type}));
      changes.spaces.insert(item.space);
    } else {
      cycle_records.push_back(item);
      note_record(item.space, item.object, type);
    }
  }
  for (const auto& id : unnamed) {
    SJ_TRY(auto* space, this->space(id));
    SJ_TRY_STATUS(name_anew(*space));
    changes.spaces.insert(id);
  }
  SJ_TRY_STATUS(records->refresh(cycle_records));
  SJ_TRY_STATUS(refresh_attachments(attached));
  if (SJ_PLANTED(client_leaves_rows_stale) && entries.size() > 1) entries.pop_back();
  return journal->refresh(entries);
}

base::Status Core::State::reread_records(const base::SpaceId& space) {
  store::RecordFilter filter;
  filter.space = space;
  filter.limit = 1000;
  std::vector<fold::Touched> all;
  for (const bool trashed : {false, true}) {
    filter.trashed = trashed;
    filter.after.reset();
    for (;;) {
      SJ_TRY(auto rows, store->records_of_cycle().list(filter));
      for (const auto& row : rows) all.push_back({space, row.object, row.type});
      if (rows.size() < filter.limit) break;
      filter.after = store::RecordKey{rows.back().date, rows.back().lamport, rows.back().object};
    }
  }
  return records->refresh(all);
}

base::Result<log::SpaceDigest> Core::State::carrier_digest(SpaceState& space,
                                                           const base::PublicBoxKey& carrier_key) {
  log::SpaceDigest digest(space.row.space);
  SJ_TRY(auto heads, store->heads(space.row.space));
  std::map<base::LogId, std::uint64_t> held;
  std::set<base::LogId> continued;  // the carrier holds what follows their end
  for (const auto& [log, head] : heads) {
    SJ_TRY(auto acked, store->acked_segments(carrier_key, space.row.space, log));
    if (acked <= space.first_no(log)) continue;
    held[log] = std::min(acked, head.count);
    const auto branch = space.branches.find(log);
    if (branch != space.branches.end()) continued.insert(branch->second.parent);
  }
  for (const auto& [log, head] : heads) {
    const auto found = held.find(log);
    if (found == held.end()) continue;
    const std::uint64_t count = found->second;
    if (count == head.count) {
      if (continued.count(log) == 0) digest.move_tip({}, head);
      continue;
    }
    SJ_TRY(auto last, store->segment(space.row.space, log, count - 1));
    if (!last) return base::error(base::Code::internal, "an acked segment is not held");
    digest.move_tip({}, {count, last->first_op + last->op_count, last->hash});
  }
  for (const auto& [id, bytes] : space.membership.records()) {
    SJ_TRY(auto acked, store->record_acked(carrier_key, id));
    if (acked) digest.add_record(id);
  }
  return digest;
}

}  // namespace sejawat::api
