#include <algorithm>
#include <set>

#include "api/bundle.h"
#include "core_state.h"

namespace sejawat::api {
namespace {

// Records of one part that wait for others of it, or for the answer whether the space is ours.
constexpr std::size_t kMaxStaged = 64 * 1024 * 1024;

bool ends_the_import(base::Code code) { return base::is_of_the_store(code) || code == base::Code::internal; }

}  // namespace

// The first reading: opens what opens, so that a chunk that was made wrong is found before anything is taken.
struct BundleImport::Looking final : sync::BundleReader::Sink {
  explicit Looking(BundleImport& import_in) : import(import_in) {}
  BundleImport& import;
  base::Status message(sync::ClientMessage message) override {
    auto& upload = message.spaces[0];
    if (!upload.vector) return {};
    sync::Vector& vector = import.vectors_[upload.space.id];
    vector.entries.insert(vector.entries.end(), upload.vector->entries.begin(), upload.vector->entries.end());
    vector.records.insert(vector.records.end(), upload.vector->records.begin(), upload.vector->records.end());
    return {};
  }
  base::Status part_end(bool opened) override {
    import.opened_ += opened ? 1 : 0;
    return {};
  }
};

struct BundleImport::Taking final : sync::BundleReader::Sink {
  explicit Taking(BundleImport& import_in) : import(import_in) {}
  BundleImport& import;
  base::Status message(sync::ClientMessage message) override {
    return import.take_message(std::move(message.spaces[0]));
  }
  base::Status part_end(bool opened) override {
    if (opened) return import.end_part();
    ++import.report_.not_for_us;
    return {};
  }
};

BundleImport::BundleImport(Core::State& core) : core_(core) {
  for (const auto& [id, space] : core.spaces) {
    for (const auto& [epoch, key] : space->epochs) epochs_.push_back(key.clone());
  }
  boxes_.push_back(core.device->box.clone());
  if (core.identity) boxes_.push_back(core.identity->box.clone());
  looking_ = std::make_unique<Looking>(*this);
  taking_ = std::make_unique<Taking>(*this);
  first_ = std::make_unique<sync::BundleReader>(keys(), *looking_);
}
BundleImport::~BundleImport() = default;

sync::BundleReader::Keys BundleImport::keys() const {
  sync::BundleReader::Keys keys;
  for (const auto& epoch : epochs_) keys.epochs.push_back(&epoch);
  for (const auto& box : boxes_) keys.boxes.push_back(&box);
  return keys;
}

base::Status BundleImport::check(base::ByteView piece) {
  if (whole_) return base::error(base::Code::invalid_argument, "the file was checked already");
  return first_->feed(piece);
}

base::Status BundleImport::checked() {
  SJ_TRY(whole_, first_->finish());
  for (auto& [id, vector] : vectors_) std::sort(vector.records.begin(), vector.records.end());
  if (opened_ == 0) return base::error(base::Code::key_missing, "nothing in this bundle is for this person");
  second_ = std::make_unique<sync::BundleReader>(keys(), *taking_);
  return {};
}

base::Status BundleImport::take(base::ByteView piece) {
  if (!second_) return base::error(base::Code::invalid_argument, "the file was not checked");
  SJ_TRY_STATUS(core_.ensure_usable());  // between two pieces a sync may have failed
  return second_->feed(piece);
}

BundleReport::Space& BundleImport::report_of(const base::SpaceId& space) {
  for (auto& row : report_.spaces) {
    if (row.space == space) return row;
  }
  report_.spaces.emplace_back();
  report_.spaces.back().space = space;
  return report_.spaces.back();
}

base::Status BundleImport::take_message(sync::SpaceUpload upload) {
  space_ = upload.space.id;
  for (auto& record : upload.records) {
    staged_bytes_ += record.size();
    if (staged_bytes_ > kMaxStaged) return base::error(base::Code::too_large, "records of a bundle");
    staged_.push_back(std::move(record));
  }
  if (upload.logs.empty()) return {};
  SJ_TRY(const bool ours, settle_part());
  return ours ? take_runs(*space_, upload.logs) : base::Status();
}

// All records of a part are here once the first segment comes. A space that is not known here is taken only
// if they say that this person belongs to it: whoever knows a device's key could else fill its store.
base::Result<bool> BundleImport::settle_part() {
  if (settled_) return ours_;
  settled_ = true;
  const auto known = core_.spaces.find(*space_);
  ours_ = known != core_.spaces.end() && known->second->membership.has_genesis();
  if (!ours_) {
    space::Membership membership(*space_);
    for (const auto& record : staged_) static_cast<void>(membership.add(record));
    ours_ = membership.has_genesis() && membership.role_of(core_.certificate->person()).has_value() &&
            core_.vouched(membership);
  }
  if (!ours_) {
    ++report_.not_for_us;
  } else {
    SJ_TRY_STATUS(take_records(*space_, std::move(staged_)));
  }
  staged_.clear();
  staged_bytes_ = 0;
  return ours_;
}

base::Status BundleImport::take_records(const base::SpaceId& id, std::vector<base::Bytes> records) {
  std::uint32_t fresh = 0;
  Change change(core_);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY(auto* space, core_.space(id));
  std::vector<base::Bytes> waiting = std::move(records);
  for (bool progress = true; progress && !waiting.empty();) {
    progress = false;
    std::vector<base::Bytes> later;
    for (auto& record : waiting) {
      auto taken = core_.take_record(*space, record);
      if (taken.ok()) {
        progress = true;
        ++fresh;
      } else if (taken.code() == base::Code::unknown_membership) {
        later.push_back(std::move(record));  // its parents are in this bundle, or in an earlier one
      } else if (ends_the_import(taken.code())) {
        return std::move(taken).error();
      }
    }
    waiting = std::move(later);
  }
  SJ_TRY_STATUS(core_.open_keys(*space));
  SJ_TRY_STATUS(finish_part(id));
  SJ_TRY_STATUS(change.commit());
  report_of(id).records += fresh;
  return {};
}

// What the records mean for what is held. Always, not only when some were new: a crash may have come between.
base::Status BundleImport::finish_part(const base::SpaceId& id) {
  SJ_TRY(auto* space, core_.space(id));
  std::vector<fold::Touched> touched;
  SJ_TRY_STATUS(core_.membership_changed(*space, touched));
  SJ_TRY_STATUS(core_.finish_join(*space));
  for (auto& [other, state] : core_.spaces) SJ_TRY_STATUS(core_.apply_waiting(*state, touched));
  SJ_TRY_STATUS(core_.settle_new_keys());
  return core_.refresh(touched);
}

base::Status BundleImport::take_runs(const base::SpaceId& id, const std::vector<sync::LogRun>& runs) {
  Change change(core_);
  SJ_TRY_STATUS(change.begin());
  SJ_TRY(auto* space, core_.space(id));
  std::vector<fold::Touched> touched;
  BundleReport::Space counted;
  std::uint32_t all_fresh = 0;
  for (const auto& run : runs) {
    const auto log = base::LogId::from(run.log);
    if (!log || run.segments.empty()) continue;
    const auto total = static_cast<std::uint32_t>(run.segments.size());
    SJ_TRY(const auto taken, core_.take_run(*space, *log, run.segments, touched));
    // Consecutive, so the place of the first tells how many were taken.
    std::uint64_t first = 0;
    if (auto segment = log::decode_segment(run.segments.front()); segment.ok()) {
      if (auto header = log::decode_header(segment->header); header.ok()) first = header->segment_no;
    }
    std::uint64_t upto = 0;
    for (const auto& [branch, count] : taken.held) upto = std::max(upto, count);
    const std::uint32_t held =
        upto > first ? static_cast<std::uint32_t>(std::min<std::uint64_t>(upto - first, total)) : 0;
    const std::uint32_t fresh = std::min(taken.fresh, held);
    all_fresh += fresh;
    counted.duplicate += held - fresh;
    counted.refused += total - held;
    if (taken.refused != base::Code::ok && counted.reason == base::Code::ok) counted.reason = taken.refused;
    if (fresh == 0) continue;
    auto& range = fresh_.emplace(std::make_pair(id, *log), std::make_pair(upto, upto)).first->second;
    range.first = std::min(range.first, upto - fresh);
    range.second = std::max(range.second, upto);
  }
  SJ_TRY_STATUS(core_.save_digest(*space));
  if (all_fresh > 0) {
    for (auto& [other, state] : core_.spaces) SJ_TRY_STATUS(core_.apply_waiting(*state, touched));
  }
  SJ_TRY_STATUS(core_.refresh(touched));
  SJ_TRY_STATUS(change.commit());
  auto& row = report_of(id);
  row.applied += all_fresh;
  row.duplicate += counted.duplicate;
  row.refused += counted.refused;
  if (row.reason == base::Code::ok) row.reason = counted.reason;
  return {};
}

base::Status BundleImport::end_part() {
  if (space_) {
    SJ_TRY(const bool ours, settle_part());
    if (ours) report_of(*space_);  // named even when it brought nothing
  }
  space_.reset();
  settled_ = ours_ = false;
  return {};
}

base::Result<BundleReport> BundleImport::finish() {
  if (!second_) return base::error(base::Code::invalid_argument, "the file was not checked");
  SJ_TRY(const auto whole, second_->finish());
  if (!(whole == *whole_)) return base::error(base::Code::malformed, "the file changed while it was read");
  SJ_TRY_STATUS(core_.ensure_usable());
  using store::SegmentState;
  for (auto& row : report_.spaces) {
    SJ_TRY(const auto* space, core_.space(row.space));
    for (const auto state :
         {SegmentState::waiting_key, SegmentState::waiting_deps, SegmentState::quarantined}) {
      SJ_TRY(const auto waiting, core_.store->places_in_state(row.space, state));
      for (const auto& segment : waiting) {
        const auto range = fresh_.find({row.space, space->log_of(segment.log)});
        if (range == fresh_.end() || segment.segment_no < range->second.first ||
            segment.segment_no >= range->second.second || row.applied == 0) {
          continue;
        }
        --row.applied;
        ++(state == SegmentState::waiting_key    ? row.waiting_key
           : state == SegmentState::waiting_deps ? row.waiting_earlier
                                                 : row.quarantined);
      }
    }
  }
  return std::move(report_);
}

base::Result<std::unique_ptr<BundleImport>> Core::import_bundle() {
  SJ_TRY_STATUS(state_->ensure_usable());
  if (!state_->device) return base::error(base::Code::not_found, "no person in this store yet");
  return std::make_unique<BundleImport>(*state_);
}

}  // namespace sejawat::api
