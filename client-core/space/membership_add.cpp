// Whether a record is taken, from its causal past alone.
#include <algorithm>

#include "base/planted.h"
#include "crypto/hash.h"
#include "log/segment.h"
#include "membership_rules.h"

namespace sejawat::space {
namespace {

using base::Code;

base::Error fail(Code code, const char* what) { return base::error(code, what); }

// Whoever names a card without proof is heard; who names one with a proof that does not hold means harm.
bool has_false_proof(const base::PublicSignKey& identity_key, const CardKey& card) {
  return card.proof && !is_proven(identity_key, card);
}

bool signed_by(const base::PublicSignKey& key, const base::RecordId& id, const base::Signature& signature) {
  return crypto::verify(key, id.view(), signature);
}

}  // namespace

base::Hash32 log_possession(const base::SpaceId& space, const base::DeviceId& device) {
  return crypto::Hasher(crypto::label::kLogProof, 32).raw(space.view()).raw(device.view()).id<base::Hash32>();
}

// What has to be in a record's past for what it says of others to be taken, the first of each.
std::vector<std::size_t> MembershipRules::needed_by(const Membership& of, const codec::Content& content) {
  std::vector<std::size_t> needed;
  const auto first = [&](const auto& places, const auto& whose) {
    const auto found = places.find(whose);
    if (found != places.end()) needed.push_back(found->second.front());
  };
  if (const auto* removed = std::get_if<codec::Removed>(&content)) {
    if (removed->person) first(of.grants_, *removed->person);
    if (removed->device) first(of.introductions_, *removed->device);
  } else if (const auto* role = std::get_if<codec::RoleChanged>(&content)) {
    first(of.grants_, role->person);
  } else if (const auto* device = std::get_if<codec::DeviceAdded>(&content)) {
    const auto chain = codec::decode_chain(device->certificate);
    if (chain.ok()) first(of.grants_, person_id(chain->front().identity_key));
  } else if (const auto* erased = std::get_if<codec::Erased>(&content)) {
    std::set<base::LogId> logs;
    for (const auto& segment : erased->segments) logs.insert(segment.name.log);
    for (const auto& witness : erased->witnesses) logs.insert(witness.log);
    for (const auto& log : logs) first(of.enrolments_, log);
  }
  return needed;
}

std::vector<base::HeadTag> MembershipRules::parents_for(const Membership& of, const base::DeviceId& author,
                                                        const codec::Content& content) {
  auto heads = of.frontier();
  if (heads.size() <= codec::kMaxParents) return heads;
  std::vector<std::size_t> needed = needed_by(of, content);
  // What the author's right rests on: its introduction, and every record that gave its person a role.
  const auto introduced = of.introductions_.find(author);
  if (introduced != of.introductions_.end()) {
    needed.insert(needed.end(), introduced->second.begin(), introduced->second.end());
    const auto person = of.entries_[introduced->second.front()]->introduced->person();
    const auto grants = of.grants_.find(person);
    if (grants != of.grants_.end()) needed.insert(needed.end(), grants->second.begin(), grants->second.end());
  }
  std::vector<base::HeadTag> chosen;
  Places known;
  for (const std::size_t place : needed) {
    if (known.has(place) || chosen.size() == codec::kMaxParents) continue;
    for (const auto& head : heads) {
      const auto& entry = *of.entries_[of.by_prefix_.at(head)];
      if (entry.place != place && !entry.past.has(place)) continue;
      entry.past.put_into(known);
      known.put(entry.place);
      if (std::find(chosen.begin(), chosen.end(), head) == chosen.end()) chosen.push_back(head);
      break;
    }
  }
  for (const auto& head : heads) {
    if (chosen.size() == codec::kMaxParents) break;
    if (std::find(chosen.begin(), chosen.end(), head) == chosen.end()) chosen.push_back(head);
  }
  return chosen;
}

base::Result<base::RecordId> MembershipRules::add(base::ByteView bytes) {
  SJ_TRY(const auto record, codec::decode_record(bytes));
  const base::RecordId id = record_id(record.body);
  if (to.has_record(id)) return fail(Code::already_exists, "record");
  SJ_TRY(const auto body, codec::decode_body(record.body));
  Pending pending{record, body, {}};
  Membership::Entry& entry = pending.entry;
  entry.id = id;
  entry.place = to.records_.size();
  entry.author = body.author;
  entry.content = body.content;
  entry.wall_seconds = body.wall_seconds;
  const auto tag = base::prefix_of<base::HeadTag>(id);
  if (body.space != to.space_) return fail(Code::malformed, "record of another space");
  if (to.has_prefix(tag)) return fail(Code::not_permitted, "record prefix taken");
  const bool genesis = entry.as<codec::Genesis>() != nullptr;
  const bool join = entry.as<codec::Joined>() != nullptr;
  if (genesis == to.has_genesis()) {
    return genesis ? fail(Code::not_permitted, "second genesis") : fail(Code::unknown_membership, "genesis");
  }
  if (genesis != body.parents.empty() || (join && body.parents.size() != 1))
    return fail(Code::malformed, "parents");
  if (join != record.invite_signature.has_value()) return fail(Code::malformed, "invite signature");
  for (const auto& parent : body.parents) {
    const auto found = to.by_prefix_.find(parent);
    if (found == to.by_prefix_.end()) return fail(Code::unknown_membership, "parent");
    const Membership::Entry& before = *to.entries_[found->second];
    entry.parents.push_back(before.place);
    entry.past.put_all(before.past);
    entry.depth = std::max(entry.depth, before.depth + 1);
  }
  for (const std::size_t parent : entry.parents) entry.past.put(parent);
  SJ_TRY_STATUS(std::visit([&](const auto& content) { return apply(pending, content); }, body.content));

  note_past(pending);
  const std::size_t place = entry.place;
  for (const std::size_t parent : entry.parents) {
    to.heads_.erase(base::prefix_of<base::HeadTag>(to.records_[parent].first));
  }
  to.heads_.emplace(tag, true);
  to.by_prefix_.emplace(tag, place);
  to.entries_.push_back(std::make_shared<const Membership::Entry>(std::move(entry)));
  to.records_.emplace_back(id, base::to_bytes(bytes));
  index(*to.entries_.back());
  if (to.takers_.empty()) {
    MembershipView::add(to, place, nullptr);
    to.unfinished_ = true;
  } else {
    to.stale_ = true;
  }
  return id;
}

// What is said of a record by its causal past alone, and asked for again whenever the set is judged.
void MembershipRules::note_past(Pending& pending) const {
  auto& entry = pending.entry;
  if (entry.as<codec::Removed>() != nullptr || entry.as<codec::RoleChanged>() != nullptr)
    entry.seniority = seniority(entry);
  if (entry.as<KeyBoxes>() == nullptr || entry.by_admin) return;
  for (const auto& [person, number] : to.made_admin_) {
    if (role_before(pending, person) == WireRole::admin) entry.admins.put(number);
  }
}

// Counting what came later, an old invite would make somebody the senior of a removal that was obeyed long
// ago, and bring back whom it kept out.
Seniority MembershipRules::seniority(const Membership::Entry& entry) const {
  const auto first = [&](const auto& known, const auto& whose, bool admin_only) {
    Rank best;
    const auto found = known.find(whose);
    if (found == known.end()) return best;
    for (const std::size_t at : found->second) {
      if (!entry.past.has(at)) continue;
      if (admin_only && granted_role(to.entries_, at) != WireRole::admin) continue;
      const Rank rank{SJ_PLANTED(seniority_by_arrival) ? ~at : to.entries_[at]->depth, to.entries_[at]->id};
      if (!SJ_PLANTED(seniority_by_arrival)) return rank;  // they are in this order
      best = std::min(best, rank);
    }
    return best;
  };
  return {first(to.grants_, entry.person, true), first(to.introductions_, *entry.author, false)};
}

void MembershipRules::index(const Membership::Entry& entry) {
  const std::size_t place = entry.place;
  const auto put_in_order = [&](std::vector<std::size_t>& places) {
    const auto where = std::upper_bound(
        places.begin(), places.end(), place,
        [&](std::size_t a, std::size_t b) { return earlier(*to.entries_[a], *to.entries_[b]); });
    places.insert(where, place);
  };
  if (entry.introduced) {
    const auto device = entry.introduced->device();
    put_in_order(to.introductions_[device]);
    for (const auto& issuer : entry.introduced->issuers) to.certified_[issuer].insert(device);
  }
  if (entry.gives_role()) {
    put_in_order(to.grants_[entry.granted_to()]);
    if (granted_role(to.entries_, place) == WireRole::admin)
      to.made_admin_.emplace(entry.granted_to(), to.made_admin_.size());
  }
  if (entry.takes_away()) to.takers_.push_back(place);
  if (entry.as<codec::Removed>() != nullptr) to.removals_.push_back(place);
  if (entry.as<codec::Joined>() != nullptr) to.joins_.push_back(place);
  if (const auto* revoked = entry.as<codec::InviteRevoked>())
    to.revocations_[revoked->invite_key].push_back(place);
  if (const auto* confirmed = entry.as<codec::JoinConfirmed>())
    to.confirmations_[confirmed->join].push_back(place);
  if (const auto* enrolled = entry.as<codec::LogEnrolled>())
    to.enrolments_[log::log_id(to.space_, enrolled->key)].push_back(place);
  to.written_by_[entry.person].push_back(place);
  if (entry.author) to.written_on_[*entry.author].push_back(place);
  auto& volume = to.volumes_[entry.person];
  ++volume.records;
  volume.bytes += to.records_[place].second.size();
}

const DeviceCertificate* MembershipRules::introduction(const Pending& pending,
                                                       const base::DeviceId& device) const {
  const auto known = to.introductions_.find(device);
  if (known == to.introductions_.end()) return nullptr;
  // Two persons may certify one device: it is whose record stands first, not whose came first.
  for (const std::size_t place : known->second) {
    if (pending.entry.past.has(place)) return &*to.entries_[place]->introduced;
  }
  return nullptr;
}

const Judgement* MembershipRules::before(Pending& pending) const {
  if (pending.before != nullptr) return pending.before;
  const Past& past = pending.entry.past;
  const bool takes_away =
      std::any_of(to.takers_.begin(), to.takers_.end(), [&](std::size_t at) { return past.has(at); });
  if (!takes_away) return nullptr;
  Places these;
  past.put_into(these);
  pending.before = &(*to.judged_).of(to, these);
  return pending.before;
}

bool MembershipRules::in_past(const Pending& pending, const base::PersonId& person) const {
  const auto grants = to.grants_.find(person);
  return grants != to.grants_.end() &&
         std::any_of(grants->second.begin(), grants->second.end(),
                     [&](std::size_t at) { return pending.entry.past.has(at); });
}

std::optional<WireRole> MembershipRules::role_before(Pending& pending, const base::PersonId& person) const {
  if (const auto* judgement = before(pending)) return judgement->role_of(person);
  const Past& past = pending.entry.past;
  std::optional<WireRole> best;
  const auto grants = to.grants_.find(person);
  if (grants == to.grants_.end()) return best;
  for (const std::size_t grant : grants->second) {
    if (past.has(grant)) best = std::max(best.value_or(WireRole::carrier), granted_role(to.entries_, grant));
  }
  return best;
}

base::Status MembershipRules::by_member(Pending& pending, WireRole at_least) {
  if (!pending.body.author) return fail(Code::malformed, "author");
  const auto* device = introduction(pending, *pending.body.author);
  if (device == nullptr) return fail(Code::not_permitted, "author");
  if (!signed_by(device->sign_key, pending.entry.id, pending.record.signature)) {
    return fail(Code::bad_signature, "record");
  }
  pending.entry.person = device->person();
  const auto* judgement = before(pending);
  if (judgement != nullptr && judgement->device_removed(*pending.body.author)) {
    return fail(Code::fenced, "device was removed");
  }
  const auto role = role_before(pending, pending.entry.person);
  if (!role || *role < at_least) return fail(Code::not_permitted, "role");
  pending.entry.by_admin = *role == WireRole::admin;
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::Genesis& genesis) {
  if (space_id(genesis.identity_key, genesis.kind, genesis.salt) != to.space_) {
    return fail(Code::not_permitted, "genesis does not make this space id");
  }
  base::PublicSignKey signer = genesis.identity_key;
  if (genesis.kind == SpaceKind::personal) {
    const bool salted = genesis.salt != std::array<std::uint8_t, 16>{};
    if (salted || genesis.card.proof || !genesis.device.empty() || pending.body.author ||
        pending.body.wall_seconds != 0) {
      return fail(Code::malformed, "personal genesis");
    }
  } else {
    SJ_TRY(auto certificate, parse_certificate(genesis.device));
    signer = certificate.sign_key;
    if (certificate.identity_key != genesis.identity_key || pending.body.author != certificate.device()) {
      return fail(Code::not_permitted, "genesis by somebody else's device");
    }
    if (has_false_proof(genesis.identity_key, genesis.card)) return fail(Code::bad_signature, "card");
    pending.entry.introduced = std::move(certificate);
  }
  if (!signed_by(signer, pending.entry.id, pending.record.signature))
    return fail(Code::bad_signature, "genesis");
  if (genesis.kind == SpaceKind::personal)
    std::get<codec::Genesis>(pending.entry.content).card.proof = pending.record.signature;
  pending.entry.person = person_id(genesis.identity_key);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::Joined& join) {
  const auto* invite = to.entries_[pending.entry.parents.front()]->as<codec::InviteOffered>();
  if (invite == nullptr || !(invite->sign_key == join.invite_key))
    return fail(Code::invite_invalid, "no such invite");
  if (!signed_by(join.invite_key, pending.entry.id, *pending.record.invite_signature)) {
    return fail(Code::invite_invalid, "join without the invite's key");
  }
  SJ_TRY(auto certificate, parse_certificate(join.device));
  if (certificate.identity_key != join.identity_key || pending.body.author != certificate.device()) {
    return fail(Code::not_permitted, "join by somebody else's device");
  }
  if (!signed_by(certificate.sign_key, pending.entry.id, pending.record.signature)) {
    return fail(Code::bad_signature, "join");
  }
  if (has_false_proof(join.identity_key, join.card)) return fail(Code::bad_signature, "card");
  pending.entry.person = certificate.person();
  pending.entry.introduced = std::move(certificate);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::DeviceAdded& added) {
  if (!pending.body.author) return fail(Code::malformed, "author");
  SJ_TRY(auto certificate, parse_certificate(added.certificate));
  const auto person = certificate.person();
  if (!in_past(pending, person)) return fail(Code::not_permitted, "person of the device");
  if (added.card && has_false_proof(certificate.identity_key, *added.card))
    return fail(Code::bad_signature, "card");
  if (*pending.body.author == certificate.device()) {
    if (!signed_by(certificate.sign_key, pending.entry.id, pending.record.signature)) {
      return fail(Code::bad_signature, "device");
    }
    pending.entry.person = person;
    const auto device = certificate.device();
    const auto* judgement = before(pending);
    if (judgement != nullptr && judgement->device_removed(device) && !judgement->left_with_person(device))
      return fail(Code::fenced, "device was removed");
    if (!role_before(pending, person)) return fail(Code::not_permitted, "person of the device");
  } else {
    SJ_TRY_STATUS(by_member(pending, WireRole::carrier));
    // An admin brings the devices of those whom they add.
    if (pending.entry.person != person && role_before(pending, pending.entry.person) != WireRole::admin) {
      return fail(Code::not_permitted, "device of another person");
    }
  }
  pending.entry.introduced = std::move(certificate);
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::LogEnrolled& log) {
  SJ_TRY_STATUS(by_member(pending, WireRole::writer));
  const auto proof = log_possession(to.space_, *pending.body.author);
  if (!crypto::verify(log.key, proof.view(), log.possession)) return fail(Code::bad_signature, "log");
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::InviteOffered& /*invite*/) {
  return by_member(pending, WireRole::admin);
}
base::Status MembershipRules::apply(Pending& pending, const EpochInfo& /*epoch*/) {
  return by_member(pending, WireRole::admin);
}
base::Status MembershipRules::apply(Pending& pending, const KeyBoxes& /*boxes*/) {
  return by_member(pending, WireRole::reader);
}

// Admins remove anybody, everybody leaves, and a person removes devices of their own.
base::Status MembershipRules::apply(Pending& pending, const codec::Removed& removed) {
  SJ_TRY_STATUS(by_member(pending, WireRole::carrier));
  const auto role = role_before(pending, pending.entry.person);
  bool own = removed.person == pending.entry.person;
  if (removed.person) {
    if (!in_past(pending, *removed.person)) return fail(Code::not_permitted, "nobody to remove");
  } else {
    const auto* device = introduction(pending, *removed.device);
    if (device == nullptr) return fail(Code::not_permitted, "no device to remove");
    own = device->person() == pending.entry.person;
  }
  if (!own && *role < WireRole::admin) return fail(Code::not_permitted, "role");
  return {};
}

base::Status MembershipRules::apply(Pending& pending, const codec::RoleChanged& role) {
  SJ_TRY_STATUS(by_member(pending, WireRole::admin));
  if (!in_past(pending, role.person)) return fail(Code::not_permitted, "nobody to give a role");
  return {};
}
base::Status MembershipRules::apply(Pending& pending, const codec::InviteRevoked& /*revoked*/) {
  return by_member(pending, WireRole::admin);
}
base::Status MembershipRules::apply(Pending& pending, const codec::Readmitted& /*readmitted*/) {
  return by_member(pending, WireRole::admin);
}
base::Status MembershipRules::apply(Pending& pending, const codec::JoinConfirmed& /*confirmed*/) {
  return by_member(pending, WireRole::admin);
}
base::Status MembershipRules::apply(Pending& pending, const codec::MemberAdded& added) {
  SJ_TRY_STATUS(by_member(pending, WireRole::admin));
  if (has_false_proof(added.identity_key, added.card)) return fail(Code::bad_signature, "card");
  return {};
}
// Several records may enrol one log; then it is somebody's only if all of them say so.
MembershipRules::Writer MembershipRules::writer_before(const Pending& pending, const base::LogId& log) const {
  const auto enrolled = to.enrolments_.find(log);
  Writer writer = Writer::unknown;
  if (enrolled == to.enrolments_.end()) return writer;
  for (const std::size_t place : enrolled->second) {
    if (!pending.entry.past.has(place)) continue;
    if (!(to.entries_[place]->person == pending.entry.person)) return Writer::another;
    writer = Writer::author;
  }
  return writer;
}

base::Status MembershipRules::apply(Pending& pending, const codec::Erased& erased) {
  SJ_TRY_STATUS(by_member(pending, WireRole::carrier));
  pending.entry.erases_own = true;
  for (const auto& segment : erased.segments) {
    const auto writer = writer_before(pending, segment.name.log);
    if (writer == Writer::unknown) return fail(Code::not_permitted, "nothing of that log to erase");
    pending.entry.erases_own = pending.entry.erases_own && writer == Writer::author;
  }
  for (const auto& witness : erased.witnesses) {
    if (writer_before(pending, witness.log) != Writer::author) return fail(Code::not_permitted, "witness");
  }
  if (!pending.entry.erases_own && !pending.entry.by_admin) {
    return fail(Code::not_permitted, "what others wrote");
  }
  return {};
}
base::Status MembershipRules::apply(Pending& pending, const codec::Unknown& /*unknown*/) {
  return by_member(pending, WireRole::carrier);
}

}  // namespace sejawat::space
