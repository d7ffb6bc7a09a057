// The log that this device writes in, of each space: opened, left when somebody else wrote on in it, opened
// anew.
#include <map>

#include "base/planted.h"
#include "core_state.h"

namespace sejawat::api {

namespace {

// Holds the name of a log that waits for its record.
std::string next_log_setting(const base::SpaceId& space) { return "next_log:" + space.hex(); }

}  // namespace

base::Status Core::State::ensure_own_log(SpaceState& space) {
  if (space.next_log) return enrol_next_log(space);
  SJ_TRY(auto own, store->own_log(space.row.space));
  const auto* enrolled = own ? space.enrolled(own->log) : nullptr;
  if (own && !(enrolled != nullptr && enrolled->fence)) return {};
  SJ_TRY_STATUS(open_own_log(space, own ? std::optional<base::LogId>(own->log) : std::nullopt));
  if (own || space.membership.kind() == space::SpaceKind::personal || name.empty()) return {};
  SJ_TRY(auto fresh, store->own_log(space.row.space));
  log::Op profile;
  profile.object = random.id<base::ObjectId>();
  profile.type = kProfileType;
  profile.cells.push_back({0, 1, name});
  const auto object = profile.object;
  SJ_TRY(auto dot, fold::write_local(*store, codec, space.row.space, fresh->log, std::move(profile),
                                     clock.now().wall_ms));
  static_cast<void>(dot);
  return refresh_name({space.row.space, object, kProfileType});
}

base::Status Core::State::open_own_log(SpaceState& space, const std::optional<base::LogId>& instead_of) {
  const base::Secret32 seed = base::Secret32::random(random);
  const auto key = crypto::SigningKey::from_seed(seed);
  SJ_TRY(auto record, take_record(space, space::write_log(author(), space.membership, key)));
  static_cast<void>(record);
  const base::LogId log = log::log_id(space.row.space, key.public_key());
  SJ_TRY_STATUS(store->put_own_log(space.row.space, log, seed));
  if (!instead_of) return {};
  return move_unsealed(space.row.space, *instead_of, log);
}

base::Status Core::State::leave_own_log(SpaceState& space, const base::LogId& log) {
  SJ_TRY(auto own, store->own_log(space.row.space));
  if (!own || !(own->log == log)) return {};
  const auto role = space.membership.role_of(certificate->person());
  if (!role || space.membership.removed_devices().count(certificate->device()) != 0) {
    return base::error(base::Code::not_permitted, "no new log may be opened");
  }
  if (*role >= space::WireRole::writer) return open_own_log(space, log);
  // Who only reads takes the other end as well, or would differ from the carrier for good; and what they had
  // not sealed must not stand where the other copy's words belong.
  return make_next_log(space, log);
}

base::Status Core::State::make_next_log(SpaceState& space, const base::LogId& instead_of) {
  const base::SpaceId& id = space.row.space;
  const base::Secret32 seed = base::Secret32::random(random);
  const auto key = crypto::SigningKey::from_seed(seed).public_key();
  const base::LogId log = log::log_id(id, key);
  SJ_TRY_STATUS(store->put_own_log(id, log, seed));
  SJ_TRY_STATUS(store->put_setting(next_log_setting(id), log.view()));
  space.next_log = space::EnrolledLog{log, key, certificate->device(), certificate->person(), {}, {}, 0};
  return move_unsealed(id, instead_of, log);
}

base::Status Core::State::load_next_log(SpaceState& space) {
  const base::SpaceId& id = space.row.space;
  SJ_TRY(const auto waiting, store->setting(next_log_setting(id)));
  if (!waiting || waiting->empty() || !certificate) return {};
  SJ_TRY(const auto own, store->own_log(id));
  if (!own || base::to_bytes(own->log.view()) != *waiting) return {};
  const auto key = crypto::SigningKey::from_seed(own->seed).public_key();
  space.next_log = space::EnrolledLog{own->log, key, certificate->device(), certificate->person(), {}, {}, 0};
  return {};
}

base::Status Core::State::enrol_next_log(SpaceState& space) {
  SJ_TRY(const auto own, store->own_log(space.row.space));
  if (!own) return base::error(base::Code::internal, "a log that waits for its record has no key");
  const auto key = crypto::SigningKey::from_seed(own->seed);
  SJ_TRY(const auto record, take_record(space, space::write_log(author(), space.membership, key)));
  static_cast<void>(record);
  space.next_log.reset();
  return store->put_setting(next_log_setting(space.row.space), {});
}

base::Status Core::State::move_unsealed(const base::SpaceId& space, const base::LogId& from,
                                        const base::LogId& to) {
  SJ_TRY(auto moved, store->unsealed_with_objects(space, from));
  if (!moved.empty() && SJ_PLANTED(client_loses_its_branch)) moved.pop_back();
  if (moved.empty()) return {};
  // Nobody else can have named a dot that was never sealed.
  std::map<log::Dot, log::Dot> renamed;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    renamed[moved[i].op.dot] = {to, i};
    moved[i].op.dot = {to, i};
  }
  for (auto& item : moved) {
    SJ_TRY(auto op, codec.decode(item.op.bytes));
    for (auto& dot : op.supersedes) {
      const auto found = renamed.find(dot);
      if (found != renamed.end()) dot = found->second;
    }
    item.op.bytes = codec.encode(op);
  }
  return store->replace_unsealed(space, from, moved);
}

}  // namespace sejawat::api
