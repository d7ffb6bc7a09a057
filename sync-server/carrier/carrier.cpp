#include "carrier/carrier.h"

#include <algorithm>

#include "crypto/hash.h"

namespace sejawat::carrier {
namespace {

// What framing adds to a record or segment, to a run, to a space and to a whole reply, generously.
constexpr std::size_t kItemCost = 8;
constexpr std::size_t kRunCost = 20;
constexpr std::size_t kSpaceCost = 64;
constexpr std::size_t kReplyCost = 64;
constexpr std::size_t kVectorEntryCost = 48;
// A segment that is taken must be able to leave again, beside what else a reply or an upload holds.
constexpr std::size_t kSegmentMax = sync::kMessageMax - 4096;
base::Code refusal_of(const sync::ClientMessage& message) {
  if (!message.hello) return base::Code::protocol_violation;
  if (message.hello->version != sync::kProtocolVersion) return base::Code::version_unsupported;
  return base::Code::ok;
}

}  // namespace

base::Result<std::unique_ptr<Carrier>> Carrier::open(CarrierStore& store, const Limits& limits) {
  std::unique_ptr<Carrier> carrier(new Carrier(store, limits));
  SJ_TRY(auto generation, store.generation());
  carrier->generation_ = generation;
  SJ_TRY(auto spaces, store.spaces());
  for (const auto& id : spaces) {
    auto space = std::make_unique<Space>(id);
    SJ_TRY(auto records, store.records(id));
    for (const auto& record : records) {
      if (!space->membership.add(record).ok()) {
        return base::error(base::Code::storage_failed, "a stored membership record does not check");
      }
    }
    SJ_TRY(auto tip, store.tip(id));
    if (tip) {
      space->position = tip->position;
      space->usage = tip->usage;
      SJ_TRY(auto digest, log::SpaceDigest::from_state(id, tip->digest_state));
      space->digest = digest;
    }
    carrier->index(*space);
    carrier->spaces_.emplace(id, std::move(space));
  }
  return carrier;
}

base::Result<std::optional<base::Secret16>> Carrier::operator_secret(base::Random& random) {
  SJ_TRY(auto used, store_.meta("operator_used_by"));
  if (used) return std::optional<base::Secret16>();
  SJ_TRY(auto stored, store_.meta("operator_secret"));
  if (stored && stored->size() == base::Secret16::kSize)
    return std::optional<base::Secret16>(base::Secret16(*stored));
  base::Secret16 secret = base::Secret16::random(random);
  SJ_TRY_STATUS(store_.put_meta("operator_secret", secret.view()));
  return std::optional<base::Secret16>(std::move(secret));
}

void Carrier::index(const Space& space) {
  for (const auto& [id, device] : space.membership.devices()) persons_[device.box_key].insert(device.person);
  for (const auto& [person, member] : space.membership.members()) {
    spaces_of_[person].insert(space.membership.space());
  }
}

bool Carrier::known(const base::PublicBoxKey& device) const { return persons_.count(device) != 0; }

bool Carrier::is_member(const Space& space, const base::PublicBoxKey& device) const {
  const auto persons = persons_.find(device);
  if (persons == persons_.end()) return false;
  return std::any_of(persons->second.begin(), persons->second.end(),
                     [&](const auto& person) { return space.membership.role_of(person).has_value(); });
}

std::vector<base::SpaceId> Carrier::set_of(const base::PublicBoxKey& device) const {
  std::set<base::SpaceId> set;
  const auto persons = persons_.find(device);
  if (persons == persons_.end()) return {};
  for (const auto& person : persons->second) {
    const auto spaces = spaces_of_.find(person);
    if (spaces != spaces_of_.end()) set.insert(spaces->second.begin(), spaces->second.end());
  }
  return {set.begin(), set.end()};
}

std::uint64_t Carrier::quota_of(const Space& space) const {
  return space.membership.kind() == space::SpaceKind::personal ? limits_.personal_bytes
                                                               : limits_.community_bytes;
}

bool Carrier::within_rate(const base::PublicBoxKey& device, std::int64_t wall_seconds) {
  auto [at, fresh] = allowances_.try_emplace(device, Allowance{wall_seconds, limits_.segment_burst});
  Allowance& allowance = at->second;
  // A clock that was set back gives nothing and takes nothing.
  const std::int64_t passed = std::clamp<std::int64_t>(wall_seconds - allowance.at_seconds, 0, 86'400);
  const std::uint64_t gained = static_cast<std::uint64_t>(passed) * limits_.segments_per_second;
  allowance.left = std::min<std::uint64_t>(limits_.segment_burst, allowance.left + gained);
  allowance.at_seconds = wall_seconds;
  if (allowance.left == 0) return false;
  --allowance.left;
  return true;
}

std::vector<Carrier::SpaceInfo> Carrier::survey() const {
  std::vector<SpaceInfo> all;
  for (const auto& [id, space] : spaces_) {
    const auto& membership = space->membership;
    all.push_back({id, membership.kind(), membership.members().size(), membership.devices().size(),
                   membership.logs().size(), space->position, space->usage, quota_of(*space)});
  }
  return all;
}

base::Result<bool> Carrier::operator_valid(const sync::ClientMessage& message) {
  if (!message.hello || message.hello->operator_secret.empty()) return false;
  SJ_TRY(auto secret, store_.meta("operator_secret"));
  return secret && crypto::equal_secret(*secret, message.hello->operator_secret);
}

base::Status Carrier::store_record(Space& space, const base::RecordId& id, base::ByteView record,
                                   Ingested& ingested) {
  space.digest.add_record(id);
  ++space.position;
  ++space.usage.records;
  space.usage.record_bytes += record.size();
  ingested.own.emplace(space.membership.space(), space.position);
  index(space);
  return store_.append_record(space.membership.space(), space.tip(), space.digest.value(), record);
}

base::Result<base::Code> Carrier::take_segment(Space& space, base::ByteView log_ref, base::ByteView bytes,
                                               Ingested& ingested) {
  const space::EnrolledLog* enrolled = nullptr;
  for (const auto& [id, log] : space.membership.logs()) {
    if (base::equal(id.view().subspan(0, log_ref.size()), log_ref)) enrolled = &log;
  }
  if (enrolled == nullptr) return base::Code::unknown_log;
  if (!space.membership.may_write(enrolled->log)) return base::Code::not_permitted;
  if (bytes.size() > kSegmentMax) return base::Code::too_large;
  auto segment = log::decode_segment(bytes);
  if (!segment.ok()) return segment.code();
  auto header = log::decode_header(segment->header);
  if (!header.ok()) return header.code();
  for (const auto& tag : header->frontier) {
    if (!space.membership.has_prefix(tag)) return base::Code::unknown_membership;
  }
  const auto& id = space.membership.space();
  SJ_TRY(auto stored, store_.head(id, enrolled->log));
  const log::Head before = stored.value_or(log::Head{});
  if (header->segment_no < before.count) {
    SJ_TRY(auto held, store_.segment(id, enrolled->log, header->segment_no));
    return held && base::equal(*held, bytes) ? base::Code::ok : base::Code::chain_fork;
  }
  if (space.usage.segment_bytes + bytes.size() > quota_of(space)) return base::Code::quota_exceeded;
  auto verified = log::verify_next(id, enrolled->log, enrolled->key, before, *segment);
  if (!verified.ok()) return verified.code();
  space.digest.move_tip(before, verified->head);
  ++space.position;
  space.usage.segment_bytes += bytes.size();
  ingested.own.emplace(id, space.position);
  SJ_TRY_STATUS(
      store_.append_segment(id, space.tip(), space.digest.value(), enrolled->log, verified->head, bytes));
  return base::Code::ok;
}

base::Result<Carrier::Ingested> Carrier::ingest(const base::PublicBoxKey& device,
                                                const sync::ClientMessage& message,
                                                std::int64_t wall_seconds) {
  Ingested ingested;
  ingested.reply.error = refusal_of(message);
  if (ingested.reply.error != base::Code::ok) return ingested;
  const std::vector<base::SpaceId> set = set_of(device);
  // An index means something only in the set that both sides name.
  const bool set_agreed = message.hello->set && *message.hello->set == log::set_tag(set);
  std::vector<std::optional<base::SpaceId>> spaces;
  for (const auto& upload : message.spaces) {
    if (upload.space.index == 0) {
      spaces.emplace_back(upload.space.id);
    } else if (set_agreed && upload.space.index <= set.size()) {
      spaces.emplace_back(set[upload.space.index - 1]);
    } else {
      spaces.emplace_back();
    }
  }
  SJ_TRY_STATUS(take_records(device, message, spaces, wall_seconds, ingested));

  std::uint32_t place = 0;
  for (std::size_t i = 0; i < message.spaces.size(); ++i) {
    const auto space = spaces[i] ? spaces_.find(*spaces[i]) : spaces_.end();
    const bool member = space != spaces_.end() && is_member(*space->second, device);
    for (const auto& run : message.spaces[i].logs) {
      for (const auto& segment : run.segments) {
        base::Code code = base::Code::unknown_space;
        if (member && !within_rate(device, wall_seconds)) {
          code = base::Code::timed_out;  // no verdict: to be offered again
        } else if (member) {
          SJ_TRY(code, take_segment(*space->second, run.log, segment, ingested));
        }
        if (code != base::Code::ok) ingested.reply.segment_exceptions.push_back({place, code});
        ++place;
      }
    }
  }
  ingested.reply.segments_taken = place;
  return ingested;
}

// At most `budget` bytes of it. What it leaves out comes once more, which changes nothing.
base::Result<sync::Vector> Carrier::vector_of(const base::SpaceId& id, std::size_t budget) {
  sync::Vector vector;
  SJ_TRY(auto heads, store_.heads(id));
  for (const auto& [log, head] : heads) {
    vector.entries.push_back({log, head.count, base::prefix_of<base::HeadTag>(head.hash)});
  }
  vector.entries.resize(std::min(vector.entries.size(), budget / kVectorEntryCost));
  const auto& records = spaces_.at(id)->membership.records();
  const std::size_t room = (budget - vector.entries.size() * kVectorEntryCost) / base::HeadTag::kSize;
  for (const auto& [record, bytes] : records) {
    if (vector.records.size() == room) break;
    vector.records.push_back(base::prefix_of<base::HeadTag>(record));
  }
  std::sort(vector.records.begin(), vector.records.end());
  return vector;
}

base::Status Carrier::answer_vectors(const std::vector<base::SpaceId>& set, sync::ServerMessage& reply) {
  std::size_t used = sync::encode(reply).size() + kReplyCost;
  for (std::size_t i = 0; i < set.size(); ++i) {
    // An even share of what the spaces before this one left over.
    const std::size_t share = (sync::kMessageMax - std::min(used, sync::kMessageMax)) / (set.size() - i);
    sync::SpaceReply space;
    space.space.index = static_cast<std::uint32_t>(i) + 1;
    SJ_TRY(auto vector, vector_of(set[i], share - std::min(share, kSpaceCost)));
    used +=
        kSpaceCost + vector.entries.size() * kVectorEntryCost + vector.records.size() * base::HeadTag::kSize;
    space.vector = std::move(vector);
    reply.spaces.push_back(std::move(space));
  }
  return {};
}

base::Result<bool> Carrier::base_known(const sync::Hello& hello, const std::vector<base::SpaceId>& set) {
  if (!hello.set || !(*hello.set == log::set_tag(set)) || hello.positions.size() != set.size()) return false;
  if (hello.generation && !(*hello.generation == generation_)) return false;
  std::vector<std::pair<base::SpaceId, base::Digest>> digests;
  for (std::size_t i = 0; i < set.size(); ++i) {
    SJ_TRY(auto digest, store_.digest_at(set[i], hello.positions[i]));
    if (!digest) return false;
    digests.emplace_back(set[i], *digest);
  }
  return log::account_digest(digests) == hello.base;
}

namespace {

// Fills one space's part of a reply with what came after the client's position, up to a budget.
struct Collector final : CarrierStore::Taker {
  Collector(sync::SpaceReply& reply_in, std::size_t& budget_in) : reply(reply_in), budget(budget_in) {}
  bool take(Arrival arrival) override {
    const bool known = skip(arrival);
    const std::size_t cost =
        known ? 0 : arrival.bytes.size() + kItemCost + (arrival.is_record ? 0 : kRunCost);
    if (cost > budget) return false;
    budget -= cost;
    reply.position = arrival.position;
    if (known) return true;
    if (arrival.is_record) {
      reply.records.push_back(std::move(arrival.bytes));
    } else if (!reply.logs.empty() && base::equal(reply.logs.back().log, arrival.log.view())) {
      reply.logs.back().segments.push_back(std::move(arrival.bytes));
    } else {
      reply.logs.push_back({base::to_bytes(arrival.log.view()), {std::move(arrival.bytes)}});
    }
    return true;
  }
  bool skip(const Arrival& arrival) const {
    if (own->count({space, arrival.position}) != 0) return true;
    if (vector == nullptr) return false;
    if (arrival.is_record) {
      const auto id = space::record_id_of(arrival.bytes);
      return id.ok() && std::binary_search(vector->records.begin(), vector->records.end(),
                                           base::prefix_of<base::HeadTag>(*id));
    }
    for (const auto& entry : vector->entries) {
      if (entry.log == arrival.log) return arrival.segment_no < entry.count;
    }
    return false;
  }
  sync::SpaceReply& reply;
  std::size_t& budget;
  base::SpaceId space;
  const std::set<std::pair<base::SpaceId, std::uint64_t>>* own = nullptr;
  const sync::Vector* vector = nullptr;  // what the client says it holds
};

}  // namespace

base::Result<sync::ServerMessage> Carrier::answer(const base::PublicBoxKey& device,
                                                  const sync::ClientMessage& message, Ingested ingested) {
  sync::ServerMessage reply = std::move(ingested.reply);
  if (reply.error != base::Code::ok) return reply;
  const sync::Hello& hello = *message.hello;
  if (!hello.generation || !(*hello.generation == generation_)) reply.generation = generation_;
  if (!known(device)) {
    if (reply.records_taken == 0) reply.error = base::Code::unknown_membership;
    return reply;
  }
  const auto set = set_of(device);
  if (!hello.set || !(*hello.set == log::set_tag(set))) reply.set = set;
  if (hello.set) {
    if (hello.full) {
      SJ_TRY_STATUS(answer_vectors(set, reply));
      return reply;
    }
    SJ_TRY(const bool known, base_known(hello, set));
    if (!known) {
      reply.base_unknown = true;
      return reply;
    }
  }
  const std::size_t fixed = sync::encode(reply).size() + kReplyCost;
  std::size_t budget = sync::kMessageMax - std::min(fixed, sync::kMessageMax);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const Space& space = *spaces_.at(set[i]);
    const std::uint64_t from = hello.set ? hello.positions[i] : 0;
    if (from == space.position) continue;
    sync::SpaceReply part;
    part.space.index = static_cast<std::uint32_t>(i) + 1;
    part.position = from;
    std::size_t left = budget - std::min(budget, kSpaceCost);
    Collector collector(part, left);
    collector.space = set[i];
    collector.own = &ingested.own;
    for (const auto& upload : message.spaces) {
      const bool same = upload.space.index != 0 ? upload.space.index == i + 1 : upload.space.id == set[i];
      if (same && upload.vector) collector.vector = &*upload.vector;
    }
    if (budget > kSpaceCost) SJ_TRY_STATUS(store_.arrivals_after(set[i], from, collector));
    if (part.position == space.position) {
      part.digest = base::to_bytes(base::prefix_of<base::HeadTag>(space.digest.value()).view());
    } else {
      SJ_TRY(auto digest, store_.digest_at(set[i], part.position));
      if (digest) part.digest = base::to_bytes(digest->view());
      SJ_TRY(auto rest, store_.rest_after(set[i], part.position));
      reply.bytes_to_come += rest.bytes;
      reply.segments_to_come += rest.segments;
    }
    if (part.position == from) continue;
    budget = left;
    reply.spaces.push_back(std::move(part));
  }
  return reply;
}

}  // namespace sejawat::carrier
