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
  std::map<base::LogId, Branch> branches;
  std::map<std::pair<base::LogId, std::uint64_t>, log::Head> forks;  // where a branch goes off
  std::map<base::LogId, log::Head> heads;
  std::uint64_t position = 0;
  std::uint64_t segments = 0;
  Usage usage;                       // as its arrivals add up
  std::vector<std::uint32_t> sizes;  // of each
  base::Status result;

  bool take(Arrival arrival) override {
    result = judge(arrival);
    return result.ok();
  }

  base::Status judge(const Arrival& arrival) {
    if (arrival.position != position + 1) return damaged("a gap", space, arrival.position);
    position = arrival.position;
    sizes.push_back(static_cast<std::uint32_t>(arrival.bytes.size()));
    usage.records += arrival.is_record ? 1 : 0;
    (arrival.is_record ? usage.record_bytes : usage.segment_bytes) += arrival.bytes.size();
    if (arrival.is_record) {
      auto added = membership.add(arrival.bytes);
      if (!added.ok()) return damaged("a record that does not check", space, position);
      digest.add_record(*added);
      return compare_digest();
    }
    ++segments;
    return judge_segment(arrival);
  }

  base::Status judge_segment(const Arrival& arrival) {
    const auto branch = branches.find(arrival.log);
    const base::LogId& log = branch == branches.end() ? arrival.log : branch->second.log;
    const auto enrolled = membership.logs().find(log);
    if (enrolled == membership.logs().end()) return damaged("a segment of no log", space, position);
    auto segment = log::decode_segment(arrival.bytes);
    if (!segment.ok()) return damaged("a segment that does not parse", space, position);
    const auto known = heads.find(arrival.log);
    log::Head before = known == heads.end() ? log::Head{} : known->second;
    const bool opens = known == heads.end() && branch != branches.end();
    // Empty where nothing was: then nothing follows it.
    if (opens && branch->second.first_no != 0)
      before = forks.at({branch->second.parent, branch->second.first_no});
    auto verified = log::verify_next(space, log, enrolled->second.key, before, *segment);
    if (!verified.ok() || arrival.segment_no != before.count)
      return damaged("a segment that does not check", space, position);
    if (opens && !(arrival.log == log::fork_name(log, before.count, verified->head.hash)))
      return damaged("a branch of another name", space, position);
    SJ_TRY(const auto hash, store.hash_of(space, arrival.log, arrival.segment_no));
    if (!hash || !(*hash == verified->head.hash)) return damaged("another hash", space, position);
    digest.move_tip(opens ? log::Head{} : before, verified->head);
    heads[arrival.log] = verified->head;
    const auto fork = forks.find({arrival.log, verified->head.count});
    if (fork != forks.end()) fork->second = verified->head;
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
    return compare_sums(tip->usage);
  }

  // Quotas and what is told to be on its way rest on them. What of the segments lies beyond fences is counted
  // anew at each start.
  base::Status compare_sums(const Usage& stored) {
    if (!store.keeps_counts()) return {};
    if (stored.records != usage.records || stored.record_bytes != usage.record_bytes ||
        stored.segment_bytes + stored.quarantined_bytes != usage.segment_bytes)
      return damaged("another sum of sizes", space, position);
    std::uint64_t rest = 0;
    for (std::uint64_t at = position; at-- > 0;) {
      rest += sizes[static_cast<std::size_t>(at)];
      SJ_TRY(const auto told, store.rest_after(space, at));
      if (told.bytes != rest) return damaged("another sum of sizes", space, at);
    }
    return {};
  }
};

// Each is what its address says, none was erased, and together they take up what the space says.
base::Result<std::uint64_t> check_chunks(CarrierStore& store, const space::Membership& membership) {
  const auto& space = membership.space();
  std::uint64_t bytes = 0;
  SJ_TRY(const auto ids, store.chunks().chunk_ids(space));
  for (const auto& id : ids) {
    SJ_TRY(const auto chunk, store.chunks().chunk(space, id, 0, log::kChunkMax));
    if (!(log::chunk_id(chunk) == id)) return damaged("a chunk of other bytes", space, 0);
    SJ_TRY(const auto by, store.chunks().brought_by(space, id));
    // One that an older program kept goes when today's starts; of that nobody knows who brought it.
    if (by && membership.chunk_erased(id, by)) return damaged("a chunk that was erased", space, 0);
    bytes += chunk.size();
  }
  SJ_TRY(const auto tip, store.tip(space));
  if (!tip || tip->usage.media_bytes != bytes) return damaged("another sum of chunks", space, 0);
  return std::uint64_t{ids.size()};
}

}  // namespace

base::Result<Audit> audit(CarrierStore& store) {
  Audit audit;
  SJ_TRY(audit.generation, store.generation());
  SJ_TRY(const auto spaces, store.spaces());
  for (const auto& id : spaces) {
    Walk walk(id, store);
    SJ_TRY(const auto branches, store.branches(id));
    for (const auto& branch : branches) {
      walk.branches.emplace(branch.name, branch);
      walk.forks[{branch.parent, branch.first_no}];
    }
    SJ_TRY_STATUS(store.arrivals_after(id, 0, walk));
    SJ_TRY_STATUS(base::Status(walk.result));
    SJ_TRY_STATUS(walk.compare_ends());
    SJ_TRY(const auto chunks, check_chunks(store, walk.membership));
    audit.chunks += chunks;
    ++audit.spaces;
    audit.records += walk.membership.records().size();
    audit.segments += walk.segments;
  }
  return audit;
}

}  // namespace sejawat::carrier
