#include "carrier/carrier.h"

#include <algorithm>

#include "crypto/hash.h"

namespace sejawat::carrier {
namespace {

constexpr std::size_t kReplyBudget = sync::kMessageMax - 2048;
constexpr std::size_t kItemCost = 8;

}  // namespace

base::Result<std::unique_ptr<Carrier>> Carrier::open(CarrierStore& store) {
  std::unique_ptr<Carrier> carrier(new Carrier(store));
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
  for (const auto& [id, device] : space.membership.devices()) persons_[device.box_key] = device.person;
  for (const auto& [person, member] : space.membership.members()) {
    spaces_of_[person].insert(space.membership.space());
  }
}

std::optional<base::PersonId> Carrier::person_of(const base::PublicBoxKey& device) const {
  const auto found = persons_.find(device);
  if (found == persons_.end()) return std::nullopt;
  return found->second;
}

std::vector<base::SpaceId> Carrier::set_of(const base::PersonId& person) const {
  const auto found = spaces_of_.find(person);
  if (found == spaces_of_.end()) return {};
  return {found->second.begin(), found->second.end()};
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
  ingested.own.emplace(space.membership.space(), space.position);
  index(space);
  return store_.append_record(space.membership.space(), {space.position, space.digest.state()},
                              space.digest.value(), record);
}

base::Result<base::Code> Carrier::take_genesis(const base::SpaceId& id, base::ByteView record,
                                               bool operator_is_valid, Ingested& ingested) {
  auto space = std::make_unique<Space>(id);
  auto added = space->membership.add(record);
  if (!added.ok()) return added.code();
  if (space->membership.kind() == space::SpaceKind::personal) {
    // Hosted for people who belong to some community here; a stranger's diary is not stored.
    const auto& owner = space->membership.members().begin()->first;
    const auto known = spaces_of_.find(owner);
    if (known == spaces_of_.end()) return base::Code::not_permitted;
  } else {
    SJ_TRY(auto used, store_.meta("operator_used_by"));
    const bool ours = used && base::equal(*used, id.view());
    if (!operator_is_valid || (used && !ours)) return base::Code::not_permitted;
    SJ_TRY_STATUS(store_.put_meta("operator_used_by", id.view()));
  }
  Space& kept = *spaces_.emplace(id, std::move(space)).first->second;
  SJ_TRY_STATUS(store_record(kept, *added, record, ingested));
  return base::Code::ok;
}

base::Code Carrier::judge_join(const Space& space, const base::PublicSignKey& invite_key,
                               std::int64_t wall_seconds) const {
  const auto invite = space.membership.invites().find(invite_key);
  if (invite == space.membership.invites().end()) return base::Code::invite_invalid;
  if (invite->second.revoked) return base::Code::invite_revoked;
  if (wall_seconds > invite->second.expires_seconds) return base::Code::invite_expired;
  if (invite->second.joined >= invite->second.uses) return base::Code::invite_used;
  return base::Code::ok;
}

base::Result<base::Code> Carrier::take_record(const base::SpaceId& id, base::ByteView record,
                                              bool operator_is_valid, std::int64_t wall_seconds,
                                              Ingested& ingested) {
  auto peek = space::peek_record(record);
  if (!peek.ok()) return peek.code();
  if (!(peek->space == id)) return base::Code::malformed;
  const auto found = spaces_.find(id);
  if (found == spaces_.end()) {
    // One answer for what is not here and for what may not be known to be here.
    if (peek->join_invite) return base::Code::invite_invalid;
    if (!peek->genesis) return base::Code::unknown_space;
    return take_genesis(id, record, operator_is_valid, ingested);
  }
  Space& space = *found->second;
  auto record_id = space::record_id_of(record);
  if (!record_id.ok()) return record_id.code();
  if (space.membership.has_record(*record_id)) return base::Code::ok;
  if (peek->join_invite) {
    const base::Code verdict = judge_join(space, *peek->join_invite, wall_seconds);
    if (verdict != base::Code::ok) return verdict;
  }
  auto added = space.membership.add(record);
  if (!added.ok()) return added.code();
  SJ_TRY_STATUS(store_record(space, *added, record, ingested));
  return base::Code::ok;
}

base::Result<base::Code> Carrier::take_segment(Space& space, base::ByteView log_ref, base::ByteView bytes,
                                               Ingested& ingested) {
  const space::EnrolledLog* enrolled = nullptr;
  for (const auto& [id, log] : space.membership.logs()) {
    if (base::equal(id.view().subspan(0, log_ref.size()), log_ref)) enrolled = &log;
  }
  if (enrolled == nullptr) return base::Code::unknown_log;
  if (!space.membership.may_write(enrolled->log)) return base::Code::not_permitted;
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
  auto verified = log::verify_next(id, enrolled->log, enrolled->key, before, *segment);
  if (!verified.ok()) return verified.code();
  space.digest.move_tip(before, verified->head);
  ++space.position;
  ingested.own.emplace(id, space.position);
  SJ_TRY_STATUS(store_.append_segment(id, {space.position, space.digest.state()}, space.digest.value(),
                                      enrolled->log, verified->head, bytes));
  return base::Code::ok;
}

base::Result<Carrier::Ingested> Carrier::ingest(const base::PublicBoxKey& device,
                                                const sync::ClientMessage& message,
                                                std::int64_t wall_seconds) {
  Ingested ingested;
  const auto known = person_of(device);
  const std::vector<base::SpaceId> set = known ? set_of(*known) : std::vector<base::SpaceId>{};
  const auto resolve = [&set](const sync::SpaceRef& ref) -> std::optional<base::SpaceId> {
    if (ref.index == 0) return ref.id;
    if (ref.index > set.size()) return std::nullopt;
    return set[ref.index - 1];
  };
  // An index means something only in the set that both sides name.
  const bool set_agreed = !message.hello || (message.hello->set && *message.hello->set == log::set_tag(set));
  SJ_TRY(const bool operator_is_valid, operator_valid(message));

  struct Item {
    std::optional<base::SpaceId> space;
    const base::Bytes* record = nullptr;
    base::Code code = base::Code::unknown_space;
  };
  std::vector<Item> items;
  for (const auto& upload : message.spaces) {
    std::optional<base::SpaceId> space = resolve(upload.space);
    if (upload.space.index != 0 && !set_agreed) space.reset();
    for (const auto& record : upload.records) items.push_back({space, &record});
  }
  // A join may make the personal space permitted that stands before it, a certificate the author of what
  // stands before it known: as long as one record is taken, the refused ones are tried again.
  for (bool progress = true; progress;) {
    progress = false;
    for (auto& item : items) {
      if (item.code == base::Code::ok || !item.space) continue;
      SJ_TRY(item.code, take_record(*item.space, *item.record, operator_is_valid, wall_seconds, ingested));
      progress = progress || item.code == base::Code::ok;
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].code != base::Code::ok) {
      ingested.reply.record_exceptions.push_back({static_cast<std::uint32_t>(i), items[i].code});
    }
  }
  ingested.reply.records_taken = static_cast<std::uint32_t>(items.size());

  const auto person = person_of(device);
  std::uint32_t place = 0;
  for (const auto& upload : message.spaces) {
    std::optional<base::SpaceId> id = resolve(upload.space);
    if (upload.space.index != 0 && !set_agreed) id.reset();
    const auto space = id ? spaces_.find(*id) : spaces_.end();
    const bool member = space != spaces_.end() && person && space->second->membership.role_of(*person);
    for (const auto& run : upload.logs) {
      for (const auto& segment : run.segments) {
        base::Code code = base::Code::unknown_space;
        if (member) {
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

base::Result<sync::Vector> Carrier::vector_of(const base::SpaceId& id) {
  sync::Vector vector;
  SJ_TRY(auto heads, store_.heads(id));
  for (const auto& [log, head] : heads) {
    vector.entries.push_back({log, head.count, base::prefix_of<base::HeadTag>(head.hash)});
  }
  for (const auto& [record, bytes] : spaces_.at(id)->membership.records()) {
    vector.records.push_back(base::prefix_of<base::HeadTag>(record));
  }
  std::sort(vector.records.begin(), vector.records.end());
  return vector;
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
    const std::size_t cost = known ? 0 : arrival.bytes.size() + kItemCost + (arrival.is_record ? 0 : 20);
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
  if (!message.hello) {
    reply.error = base::Code::protocol_violation;
    return reply;
  }
  const sync::Hello& hello = *message.hello;
  if (hello.version != sync::kProtocolVersion) {
    reply.error = base::Code::version_unsupported;
    return reply;
  }
  if (!hello.generation || !(*hello.generation == generation_)) reply.generation = generation_;
  const auto person = person_of(device);
  if (!person) {
    if (reply.records_taken == 0) reply.error = base::Code::unknown_membership;
    return reply;
  }
  const auto set = set_of(*person);
  if (!hello.set || !(*hello.set == log::set_tag(set))) reply.set = set;
  if (hello.set) {
    if (hello.full) {
      for (std::size_t i = 0; i < set.size(); ++i) {
        sync::SpaceReply space;
        space.space.index = static_cast<std::uint32_t>(i) + 1;
        SJ_TRY(auto vector, vector_of(set[i]));
        space.vector = std::move(vector);
        reply.spaces.push_back(std::move(space));
      }
      return reply;
    }
    SJ_TRY(const bool known, base_known(hello, set));
    if (!known) {
      reply.base_unknown = true;
      return reply;
    }
  }
  std::size_t budget = kReplyBudget;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const Space& space = *spaces_.at(set[i]);
    const std::uint64_t from = hello.set ? hello.positions[i] : 0;
    if (from == space.position) continue;
    sync::SpaceReply part;
    part.space.index = static_cast<std::uint32_t>(i) + 1;
    part.position = from;
    Collector collector(part, budget);
    collector.space = set[i];
    collector.own = &ingested.own;
    for (const auto& upload : message.spaces) {
      const bool same = upload.space.index != 0 ? upload.space.index == i + 1 : upload.space.id == set[i];
      if (same && upload.vector) collector.vector = &*upload.vector;
    }
    SJ_TRY_STATUS(store_.arrivals_after(set[i], from, collector));
    if (part.position == space.position) {
      part.digest = base::to_bytes(base::prefix_of<base::HeadTag>(space.digest.value()).view());
    } else {
      SJ_TRY(auto digest, store_.digest_at(set[i], part.position));
      if (digest) part.digest = base::to_bytes(digest->view());
      SJ_TRY(auto rest, store_.rest_after(set[i], part.position));
      reply.bytes_to_come += rest.bytes;
      reply.segments_to_come += rest.segments;
    }
    if (part.position != from) reply.spaces.push_back(std::move(part));
  }
  return reply;
}

}  // namespace sejawat::carrier
