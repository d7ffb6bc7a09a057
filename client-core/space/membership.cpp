#include "space/membership.h"

#include <algorithm>

#include "crypto/hash.h"
#include "membership_rules.h"

namespace sejawat::space {

base::RecordId record_id(base::ByteView body) {
  return crypto::Hasher(crypto::label::kRecordId, 16).raw(body).id<base::RecordId>();
}

base::Result<base::RecordId> record_id_of(base::ByteView record) {
  SJ_TRY(auto decoded, codec::decode_record(record));
  return record_id(decoded.body);
}

base::EpochId epoch_id(const base::SpaceId& space, const base::Secret32& key) {
  return base::prefix_of<base::EpochId>(
      crypto::Hasher(crypto::label::kEpochId, 16).raw(space.view()).raw(key.view()).id<base::Digest>());
}

base::SpaceId space_id(const base::PublicSignKey& creator, SpaceKind kind,
                       const std::array<std::uint8_t, 16>& salt) {
  return crypto::Hasher(crypto::label::kSpaceId, 16)
      .raw(creator.view())
      .u8(static_cast<std::uint8_t>(kind))
      .raw(salt)
      .id<base::SpaceId>();
}
base::SpaceId personal_space_id(const base::PublicSignKey& identity) {
  return space_id(identity, SpaceKind::personal, {});
}

Membership::Judged::Judged() = default;
Membership::Judged::~Judged() = default;
Membership::Judged::Judged(const Judged& /*other*/) {}
Membership::Judged& Membership::Judged::operator=(const Judged& /*other*/) {
  kept_.reset();
  return *this;
}
Judgements& Membership::Judged::operator*() const {
  if (kept_ == nullptr) kept_ = std::make_unique<Judgements>();
  return *kept_;
}

base::Result<base::RecordId> Membership::add(base::ByteView record) {
  return MembershipRules{*this}.add(record);
}

namespace {

template <class Name>
const std::vector<std::size_t>& places_of(const std::map<Name, std::vector<std::size_t>>& in,
                                          const Name& name) {
  static const std::vector<std::size_t> none;
  const auto found = in.find(name);
  return found == in.end() ? none : found->second;
}

}  // namespace

const std::vector<std::size_t>& Membership::erasures_of(const log::SegmentName& name) const {
  return places_of(view().erased, name);
}
const std::vector<std::size_t>& Membership::witnessed_by(const log::SegmentName& name) const {
  return places_of(view().witnesses, name);
}
const std::vector<std::size_t>& Membership::erasures_of(const log::ChunkId& chunk) const {
  return places_of(view().erased_chunks, chunk);
}

bool Membership::chunk_erased(const log::ChunkId& chunk, const std::optional<base::PersonId>& whose) const {
  const auto& places = erasures_of(chunk);
  return std::any_of(places.begin(), places.end(), [&](const std::size_t place) {
    const auto& erasure = erasures()[place];
    return erasure.by_admin || (whose && erasure.author == *whose);
  });
}

ErasedOps Membership::erased_ops(const log::SegmentName& name) const {
  ErasedOps ops;
  for (const std::size_t place : erasures_of(name)) {
    const auto& segments = erasures()[place].segments;
    const auto found = std::lower_bound(segments.begin(), segments.end(), name,
                                        [](const auto& one, const auto& key) { return one.name < key; });
    ops.add(*found);
  }
  return ops;
}

bool Membership::has_record(const base::RecordId& id) const {
  const auto found = by_prefix_.find(base::prefix_of<base::HeadTag>(id));
  return found != by_prefix_.end() && records_[found->second].first == id;
}
bool Membership::has_prefix(const base::HeadTag& tag) const { return by_prefix_.count(tag) != 0; }

std::vector<base::HeadTag> Membership::frontier() const {
  std::vector<base::HeadTag> out;
  out.reserve(heads_.size());
  for (const auto& head : heads_) out.push_back(head.first);
  return out;
}

bool Membership::came_in(const base::PersonId& person) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry->person == person && (entry->template as<codec::Genesis>() != nullptr ||
                                       entry->template as<codec::Joined>() != nullptr);
  });
}

bool Membership::has_spoken(const base::PersonId& person) const { return written_by_.count(person) != 0; }

Membership::Volume Membership::written_by(const base::PersonId& person) const {
  const auto found = volumes_.find(person);
  return found == volumes_.end() ? Volume{} : found->second;
}

std::set<base::PersonId> Membership::introduced_for(const base::DeviceId& device) const {
  std::set<base::PersonId> persons;
  for (const std::size_t place : places_of(introductions_, device))
    persons.insert(entries_[place]->introduced->person());
  return persons;
}

std::set<base::PersonId> Membership::added_by(const base::PersonId& person) const {
  std::set<base::PersonId> by;
  for (const auto& entry : entries_) {
    const auto* added = entry->as<codec::MemberAdded>();
    if (added != nullptr && added->person() == person) by.insert(entry->person);
  }
  return by;
}

std::optional<Device> Membership::device_by_box_key(const base::PublicBoxKey& key) const {
  for (const auto& [id, device] : devices()) {
    if (device.box_key == key) return device;
  }
  return std::nullopt;
}

const base::PersonId& Membership::founder() const { return entries_.front()->person; }

std::optional<WireRole> Membership::role_of(const base::PersonId& person) const {
  const auto found = members().find(person);
  if (found == members().end()) return std::nullopt;
  return found->second.role;
}

bool Membership::may_write(const base::LogId& log) const {
  const auto found = logs().find(log);
  if (found == logs().end() || found->second.fence) return false;
  const auto role = role_of(found->second.person);
  return role && *role >= WireRole::writer;
}

std::optional<base::EpochId> Membership::current_epoch() const { return view().current_epoch; }

std::set<base::EpochId> Membership::last_epochs() const {
  std::set<base::EpochId> last;
  for (const auto& epoch : epochs()) last.insert(epoch.epoch);
  for (const auto& epoch : epochs()) {
    for (const auto& predecessor : epoch.predecessors) {
      if (!(predecessor.epoch == epoch.epoch)) last.erase(predecessor.epoch);
    }
  }
  if (const auto current = current_epoch()) last.insert(*current);
  return last;
}

std::vector<base::LogId> logs_of(const Membership& of, const base::PersonId& person) {
  std::vector<base::LogId> out;
  for (const auto& [id, log] : of.logs()) {
    if (log.person == person) out.push_back(id);
  }
  return out;
}

std::vector<base::LogId> logs_of(const Membership& of, const base::DeviceId& device) {
  std::vector<base::LogId> out;
  for (const auto& [id, log] : of.logs()) {
    if (log.device == device || of.certified_by(log.device, device)) out.push_back(id);
  }
  return out;
}

bool Membership::certified_by(const base::DeviceId& device, const base::DeviceId& issuer) const {
  const auto introduced = introductions_.find(device);
  if (introduced == introductions_.end()) return false;
  return std::any_of(introduced->second.begin(), introduced->second.end(), [&](std::size_t place) {
    const auto& issuers = entries_[place]->introduced->issuers;
    return std::find(issuers.begin(), issuers.end(), issuer) != issuers.end();
  });
}

}  // namespace sejawat::space
