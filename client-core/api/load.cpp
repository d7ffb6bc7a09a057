// Memory from the store: at open, and again after a change that failed half-way.
#include <algorithm>

#include "base/codec.h"
#include "base/planted.h"
#include "core_state.h"

namespace sejawat::api {
namespace {

constexpr std::size_t kMaxRefused = 4096;
constexpr std::uint64_t kElsewhere = 1U << 16U;  // beside a code: State::Refusal::elsewhere

base::Error damaged(const char* what) { return base::error(base::Code::store_key_wrong, what); }

}  // namespace

base::Status Core::State::load_space(store::SpaceRow row) {
  const base::SpaceId id = row.space;
  auto state = std::make_unique<SpaceState>(id);
  if (!row.digest_state.empty()) {
    SJ_TRY(auto digest, log::SpaceDigest::from_state(id, row.digest_state));
    state->digest = digest;
  }
  SJ_TRY(auto records, store->records(id));
  for (const auto& record : records) {
    // One record that does not check must not lock a person out of the diary. It stays in the store.
    if (!state->membership.add(record).ok()) ++state->damaged;
  }
  state->chunk_erasures_seen = state->membership.erasures().size();
  SJ_TRY(auto branches, store->branches(id));
  for (auto& branch : branches) state->branches.emplace(branch.name, branch);
  SJ_TRY(auto keys, store->epochs(id));
  for (auto& [epoch, key] : keys) state->epochs.emplace(epoch, std::move(key));
  state->keys_settled_with = state->epochs.size();
  state->row = std::move(row);
  SJ_TRY_STATUS(load_next_log(*state));
  SJ_TRY(auto secret, store->setting("operator:" + id.hex()));
  if (secret && secret->size() == base::PublicBoxKey::kSize + base::Secret16::kSize) {
    const base::ByteView bytes(*secret);
    operator_secrets[id] = {*base::PublicBoxKey::from(bytes.first(base::PublicBoxKey::kSize)),
                            base::to_bytes(bytes.subspan(base::PublicBoxKey::kSize))};
    base::wipe(secret->data(), secret->size());
  }
  spaces.emplace(id, std::move(state));
  return {};
}

base::Status Core::State::load_settings() {
  SJ_TRY(const auto whose, store->setting("says_whose"));
  says_whose = whose && !whose->empty();
  SJ_TRY(auto join, store->setting("pending_join"));
  if (join && !join->empty()) {
    base::Reader reader(*join);
    PendingJoin pending;
    base::ByteView secret;
    base::ByteView record;
    std::uint64_t refusal = 0;
    if (!reader.id(pending.space) || !reader.id(pending.carrier) ||
        !reader.raw(base::Secret16::kSize, secret) || !reader.varint(refusal) ||
        !reader.prefixed(space::kMaxRecordBytes, record)) {
      return damaged("a stored join does not parse");
    }
    pending.secret = base::Secret16(secret);
    pending.record = base::to_bytes(record);
    pending.last_refusal = static_cast<base::Code>(refusal);
    pending_join = std::move(pending);
  }
  SJ_TRY(auto seen, store->setting(kDevicesSeen));
  if (seen && !seen->empty()) {
    base::Reader reader(*seen);
    devices_seen.emplace();
    while (!reader.at_end()) {
      base::DeviceId id;
      if (!reader.id(id)) return damaged("stored devices do not parse");
      devices_seen->insert(id);
    }
  }
  SJ_TRY(auto refusals, store->setting("refused"));
  if (!refusals) return {};
  base::Reader reader(*refusals);
  while (!reader.at_end() && refused.size() < kMaxRefused) {
    base::PublicBoxKey carrier_key;
    base::SpaceId space_id;
    std::uint64_t code = 0;
    if (!reader.id(carrier_key) || !reader.id(space_id) || !reader.varint(code)) {
      return damaged("stored refusals do not parse");
    }
    refused[{carrier_key, space_id}] = {static_cast<base::Code>(code & 0xFFFF), (code & kElsewhere) != 0, 0};
  }
  return {};
}

base::Status Core::State::load_shut_out() {
  for (auto& [id, space] : spaces) {
    SJ_TRY(const auto keys, store->setting("shut_out:" + id.hex()));
    if (!keys || keys->empty()) continue;
    base::Reader reader(*keys);
    // Once it was a word without the carrier whose it was.
    if (keys->size() < base::PublicBoxKey::kSize) {
      const auto home = homes_of(*space);
      if (home.ok()) space->shut_out.insert(home->front());
      continue;
    }
    while (!reader.at_end()) {
      base::PublicBoxKey key;
      if (!reader.id(key)) return damaged("stored carriers of a space do not parse");
      space->shut_out.insert(key);
    }
  }
  return {};
}

base::Status Core::State::load() {
  SJ_TRY(auto device_bytes, store->setting("device"));
  if (device_bytes && !device_bytes->empty()) {
    SJ_TRY(auto keys, space::DeviceKeys::parse(*device_bytes));
    base::wipe(device_bytes->data(), device_bytes->size());
    SJ_TRY(auto certificate_bytes, store->setting("certificate"));
    if (!certificate_bytes) return damaged("device without certificate");
    SJ_TRY(auto parsed, space::parse_certificate(*certificate_bytes));
    device = std::move(keys);
    certificate = std::move(parsed);
    personal = space::personal_space_id(certificate->identity_key);
    SJ_TRY(auto stored_name, store->setting("name"));
    if (stored_name) name = std::string(base::as_text(*stored_name));
  }
  SJ_TRY(auto rows, store->spaces());
  for (auto& row : rows) SJ_TRY_STATUS(load_space(std::move(row)));
  const auto own = certificate ? spaces.find(personal) : spaces.end();
  if (own != spaces.end() && own->second->membership.has_genesis()) {
    SJ_TRY(card, space::card_key_of(own->second->membership.records().front().second));
  }
  for (auto& [id, space] : spaces) space->roles_read_with = roll.all_roles(id);
  SJ_TRY(auto known, store->carriers());
  carriers = std::move(known);
  SJ_TRY(auto home, store->setting("home_carrier"));
  if (home) {
    std::stable_partition(carriers.begin(), carriers.end(),
                          [&](const store::CarrierRow& row) { return base::equal(row.key.view(), *home); });
  }
  if (SJ_PLANTED(client_loses_unsealed) && device) {
    SJ_TRY(auto own, store->own_log(personal));
    SJ_TRY(auto waiting, store->unsealed_with_objects(personal, own ? own->log : base::LogId{}));
    if (!waiting.empty()) {
      waiting.pop_back();
      SJ_TRY_STATUS(store->replace_unsealed(personal, own->log, waiting));
    }
  }
  SJ_TRY_STATUS(load_shut_out());
  return load_settings();
}

base::Status Core::State::ensure_usable() {
  if (!usable.ok() && !SJ_PLANTED(client_stays_unusable)) reload();
  return usable;
}

base::Status Core::State::read_anew() {
  std::uint64_t reader = 0;
  SJ_TRY(auto stored, store->setting("reader"));
  if (stored) {
    base::Reader bytes(*stored);
    if (!bytes.varint(reader)) return damaged("the stored version does not parse");
  }
  if (reader == kReader) return {};
  Change change(*this);
  SJ_TRY_STATUS(change.begin());
  std::vector<fold::Touched> touched;
  for (auto& [id, space] : spaces) {
    SJ_TRY_STATUS(store->retry_unreadable(id));
    SJ_TRY_STATUS(apply_waiting(*space, touched));
    SJ_TRY(auto objects, store->objects(id));
    for (const auto& object : objects) touched.push_back({id, object});
  }
  SJ_TRY_STATUS(refresh(touched));
  base::Writer writer;
  writer.varint(kReader);
  SJ_TRY_STATUS(store->put_setting("reader", writer.bytes()));
  return change.commit();
}

void Core::State::reload() {
  if (SJ_PLANTED(client_keeps_failed_memory)) return;
  device.reset();
  certificate.reset();
  name.clear();
  personal = {};
  spaces.clear();
  roll.forget();
  carriers.clear();
  pending_join.reset();
  devices_seen.reset();
  operator_secrets.clear();
  refused.clear();
  usable = load();
  // A card that was shown stays shown while nothing can be read, but not to somebody else.
  const bool same =
      !usable.ok() || (certificate && identity && certificate->identity_key == identity->sign.public_key());
  if (!same) identity.reset();
}

base::Status Core::State::save_refused() {
  base::Writer writer;
  for (const auto& [key, refusal] : refused) {
    writer.raw(key.first.view());
    writer.raw(key.second.view());
    writer.varint(static_cast<std::uint64_t>(refusal.code) | (refusal.elsewhere ? kElsewhere : 0));
  }
  return store->put_setting("refused", writer.bytes());
}

namespace {

constexpr std::size_t kMostNamed = 256;

template <class Item, class Same>
void note(std::vector<Item>& list, bool& all, Item item, Same same) {
  if (all) return;
  if (std::any_of(list.begin(), list.end(), [&](const Item& known) { return same(known, item); })) return;
  if (list.size() == kMostNamed) {
    list.clear();
    all = true;
    return;
  }
  list.push_back(std::move(item));
}

}  // namespace

void Core::State::note_entry(const base::ObjectId& entry) {
  note(changes.entries, changes.all_entries, entry,
       [](const base::ObjectId& a, const base::ObjectId& b) { return a == b; });
}

void Core::State::note_record(const base::SpaceId& space, const base::ObjectId& id, std::uint32_t type) {
  note(changes.records, changes.all_records, Changes::Record{space, id, type},
       [](const Changes::Record& a, const Changes::Record& b) { return a.id == b.id && a.space == b.space; });
}

bool Core::State::has_all_keys() const {
  // A space that a carrier names and whose records have not all come may yet hold a key for the card.
  for (const auto& row : carriers) {
    for (const auto& id : row.set) {
      if (spaces.count(id) == 0) return false;
    }
  }
  for (const auto& [id, space] : spaces) {
    if (!certificate || !space->membership.role_of(certificate->person())) return false;
    if (!space->membership.current_epoch()) return false;
    for (const auto& epoch : space->membership.last_epochs()) {
      if (space->epochs.count(epoch) == 0) return false;
    }
  }
  return true;
}

}  // namespace sejawat::api
