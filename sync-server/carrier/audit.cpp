#include "carrier/audit.h"

#include <map>

#include "space/membership.h"

namespace sejawat::carrier {
namespace {

base::Error damaged(const char* what, const base::SpaceId& space, std::uint64_t position) {
  return base::error(base::Code::store_key_wrong, std::string(what) + " at position " +
                                                      std::to_string(position) + " of space " + space.hex());
}

struct Walk final : CarrierStore::Taker {
  Walk(const base::SpaceId& id, CarrierStore& store_in)
      : space(id), store(store_in), membership(id), digest(id) {}
  base::SpaceId space;
  CarrierStore& store;
  space::Membership membership;
  log::SpaceDigest digest;
  std::map<base::LogId, log::Head> heads;
  std::uint64_t position = 0;
  std::uint64_t segments = 0;
  base::Status result;

  bool take(Arrival arrival) override {
    result = judge(arrival);
    return result.ok();
  }

  base::Status judge(const Arrival& arrival) {
    if (arrival.position != position + 1) return damaged("a gap", space, arrival.position);
    position = arrival.position;
    if (arrival.is_record) {
      auto added = membership.add(arrival.bytes);
      if (!added.ok()) return damaged("a record that does not check", space, position);
      digest.add_record(*added);
      return compare_digest();
    }
    ++segments;
    const auto enrolled = membership.logs().find(arrival.log);
    if (enrolled == membership.logs().end()) return damaged("a segment of no log", space, position);
    auto segment = log::decode_segment(arrival.bytes);
    if (!segment.ok()) return damaged("a segment that does not parse", space, position);
    log::Head& head = heads[arrival.log];
    auto verified = log::verify_next(space, arrival.log, enrolled->second.key, head, *segment);
    if (!verified.ok() || arrival.segment_no != head.count)
      return damaged("a segment that does not check", space, position);
    digest.move_tip(head, verified->head);
    head = verified->head;
    return compare_digest();
  }

  base::Status compare_digest() {
    SJ_TRY(const auto stored, store.digest_at(space, position));
    if (!stored || !(*stored == digest.value())) return damaged("another digest", space, position);
    return {};
  }

  // The rows that say where everything ends.
  base::Status compare_ends() {
    SJ_TRY(const auto tip, store.tip(space));
    if (!tip || tip->position != position || !base::equal(tip->digest_state, digest.state()))
      return damaged("another end", space, position);
    SJ_TRY(const auto stored, store.heads(space));
    if (stored != std::vector<std::pair<base::LogId, log::Head>>(heads.begin(), heads.end()))
      return damaged("other heads", space, position);
    return {};
  }
};

}  // namespace

base::Result<Audit> audit(CarrierStore& store) {
  Audit audit;
  SJ_TRY(audit.generation, store.generation());
  SJ_TRY(const auto spaces, store.spaces());
  for (const auto& id : spaces) {
    Walk walk(id, store);
    SJ_TRY_STATUS(store.arrivals_after(id, 0, walk));
    SJ_TRY_STATUS(base::Status(walk.result));
    SJ_TRY_STATUS(walk.compare_ends());
    ++audit.spaces;
    audit.records += walk.membership.records().size();
    audit.segments += walk.segments;
  }
  return audit;
}

}  // namespace sejawat::carrier
