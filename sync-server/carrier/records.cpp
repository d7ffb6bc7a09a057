// What a carrier decides about membership records.
#include <algorithm>

#include "base/planted.h"
#include "carrier/carrier.h"

namespace sejawat::carrier {
namespace {

// Records refused for what another record may bring are tried again this often within a message. Clients
// send parents first; what needs more comes again in the next sync.
constexpr int kPasses = 8;

// Of the records of one message that ask for no allowance: a join, a device and a founding each may be tried
// in several passes.
constexpr std::uint32_t kComingIn = 16;

constexpr std::uint64_t kNothing = UINT64_MAX;  // as a part of what there is

// Another record of the same message may turn these.
bool may_turn(base::Code code) {
  return code == base::Code::unknown_space || code == base::Code::unknown_membership ||
         code == base::Code::not_permitted || code == base::Code::invite_invalid;
}

}  // namespace

bool Carrier::may_found_group(const Claim& founder) const {
  const auto& person = founder.person;
  const auto known = spaces_of_.find(person);
  if (known == spaces_of_.end()) return false;
  const auto founded = groups_of_.find(person);
  if (founded != groups_of_.end() && founded->second.size() >= limits_.groups_per_person) return false;
  return std::any_of(known->second.begin(), known->second.end(), [&](const auto& id) {
    const auto& space = *spaces_.at(id);
    const auto kind = space.membership.kind();
    if (kind == space::SpaceKind::personal || kind == space::SpaceKind::group) return false;
    return *space.membership.role_of(person) >= space::WireRole::writer && counts(space, founder);
  });
}

base::Result<base::Code> Carrier::take_genesis(const Offered& offered, Ingested& ingested) {
  auto space = std::make_unique<Space>(offered.space);
  auto added = space->membership.add(offered.record);
  if (!added.ok()) return added.code();
  if (space->membership.kind() == space::SpaceKind::personal) {
    // Hosted for people who belong to some community here; a stranger's diary is not stored.
    const auto& owner = space->membership.members().begin()->first;
    if (spaces_of_.count(owner) == 0) return base::Code::not_permitted;
  } else if (space->membership.kind() == space::SpaceKind::group) {
    // By those who write in some community here, for their working groups.
    const auto& [device, row] = *space->membership.devices().begin();
    if (!may_found_group({row.person, device, row.issuers})) return base::Code::not_permitted;
  } else {
    SJ_TRY(auto used, store_.meta("operator_used_by"));
    const bool ours = used && base::equal(*used, offered.space.view());
    if (!offered.operator_valid || (used && !ours)) return base::Code::not_permitted;
    SJ_TRY_STATUS(store_.put_meta("operator_used_by", offered.space.view()));
  }
  Space& kept = *spaces_.emplace(offered.space, std::move(space)).first->second;
  note_founder(kept);
  SJ_TRY_STATUS(store_record(kept, *added, offered.record, ingested));
  return base::Code::ok;
}

base::Code Carrier::judge_join(const Space& space, const space::RecordOutline& join,
                               std::int64_t wall_seconds) const {
  const auto invite = space.membership.invites().find(*join.join_invite);
  if (invite == space.membership.invites().end()) return base::Code::invite_invalid;
  if (invite->second.revoked) return base::Code::invite_revoked;
  if (wall_seconds > invite->second.expires_seconds) return base::Code::invite_expired;
  // A member who comes by it again, with another phone, is no further use of it.
  const auto person = join.device ? std::optional(join.device->person) : std::nullopt;
  const bool again = person && invite->second.joined.count(*person) != 0 && space.membership.role_of(*person);
  if (invite->second.joined.size() >= invite->second.uses && !again && !SJ_PLANTED(carrier_ignores_uses))
    return base::Code::invite_used;
  return base::Code::ok;
}

bool Carrier::is_stranger(const base::PublicBoxKey& device) const {
  return !known(device) && !was_removed(device);
}

bool Carrier::within_record_rate(const Payer& payer, std::int64_t wall_seconds) {
  return record_allowances_.take(payer, wall_seconds, {limits_.record_burst, limits_.records_per_second});
}

// Keys cost strangers nothing, so one allowance is for all of them. The records by which a device comes in
// ask for none: no flood may keep a newcomer out. There are few in a message.
bool Carrier::stranger_may(const Offered& offered, const space::RecordOutline& record, Ingested& ingested) {
  const bool comes_in = offered.operator_valid ||
                        (!record.genesis && record.device && record.device->box_key == offered.device);
  if (comes_in && ingested.came_in++ < kComingIn) return true;
  return within_record_rate(Payer(), offered.wall_seconds);
}

std::vector<Carrier::RecordRoom> Carrier::record_rooms(const Space& space) const {
  const auto used_by = [](const Usage& usage) {
    return space::Membership::Volume{usage.records, usage.record_bytes};
  };
  const space::Membership::Volume community{limits_.records, limits_.record_bytes};
  switch (space.membership.kind()) {
    case space::SpaceKind::personal:
      return {{used_by(space.usage), {limits_.personal_records, limits_.personal_record_bytes}}};
    case space::SpaceKind::group:
      return {{used_by(space.usage), {limits_.group_records, limits_.group_record_bytes}},
              {used_by(groups_beside(space)), community}};
    default: return {{used_by(space.usage), community}};
  }
}

// A rule of this carrier alone, and never of what a record means: what it refuses is as good as before, stays
// where it is and may come another way. So what an admin brings has room whoever wrote it: records of others,
// which reached people past this carrier, may already stand on it.
bool Carrier::has_room_for_record(const Space& space, const Offered& offered,
                                  const space::RecordOutline& record) const {
  const auto fits = [&](const space::Membership::Volume& used, std::uint64_t most, std::uint64_t most_bytes) {
    return used.records < most && used.bytes + offered.record.size() <= most_bytes;
  };
  const auto rooms = record_rooms(space);
  const auto fits_all = [&](std::uint64_t kept_part) {
    return std::all_of(rooms.begin(), rooms.end(), [&](const auto& room) {
      return fits(room.used, room.most.records - room.most.records / kept_part,
                  room.most.bytes - room.most.bytes / kept_part);
    });
  };
  if (!fits_all(kNothing)) return false;
  // Whoever has admins change the key without end must not end up beyond being removed.
  const bool last = !fits_all(limits_.records_removal_part);
  if (last && !record.takes_away) return false;
  if (is_admin(space, offered.device)) return true;
  if (last) return false;
  const bool ample = fits_all(limits_.records_kept_part);
  const std::uint64_t part = ample ? limits_.records_part : limits_.records_newcomer_part;
  const auto& most = rooms.front().most;
  std::set<base::PersonId>
      authors;  // whoever claims the device: which of them it is the record's past decides
  if (record.author) authors = space.membership.introduced_for(*record.author);
  if (record.device && record.author == record.device->id) authors.insert(record.device->person);
  return std::all_of(authors.begin(), authors.end(), [&](const auto& author) {
    if (space.membership.role_of(author) == space::WireRole::admin) return true;
    return fits(space.membership.written_by(author), std::max<std::uint64_t>(most.records / part, 1),
                std::max<std::uint64_t>(most.bytes / part, space::kMaxRecordBytes));
  });
}

base::Result<base::Code> Carrier::take_record(const Offered& offered, Ingested& ingested) {
  const auto record_id = space::record_id_of(offered.record);
  if (!record_id.ok()) return record_id.code();
  const auto found = spaces_.find(offered.space);
  if (found != spaces_.end() && found->second->membership.has_record(*record_id))
    return base::Code::already_exists;
  // Before any signature is looked at. No verdict: to be offered again.
  const bool stranger = is_stranger(offered.device);
  if (!stranger && !within_record_rate(ingested.payer, offered.wall_seconds)) return base::Code::timed_out;
  // Its own allowance is asked below, and no signature of a stranger's was looked at before.
  auto peek = space::outline_of(offered.record);
  if (!peek.ok()) return peek.code();
  if (!(peek->space == offered.space)) return base::Code::malformed;
  if (scarce_ && !offered.operator_valid &&
      (found == spaces_.end() || !may_use_the_last(*found->second, offered.device)))
    return base::Code::timed_out;
  if (found == spaces_.end()) {
    // One answer for what is not here and for what may not be known to be here (see `told`).
    if (peek->join_invite) return base::Code::invite_invalid;
    if (!peek->genesis) return base::Code::unknown_space;
    if (stranger && !stranger_may(offered, *peek, ingested)) return base::Code::timed_out;
    return take_genesis(offered, ingested);
  }
  Space& space = *found->second;
  if (peek->join_invite) {
    // What an admin brings was admitted elsewhere: here it is carried on, or all that follows it would wait
    // for ever (expiry and use counts are filters, never meaning; and an invite that fell with its author
    // stands again by the confirmation that follows the join).
    const base::Code verdict = judge_join(space, *peek, offered.wall_seconds);
    if (verdict != base::Code::ok && !is_admin(space, offered.device)) return verdict;
  }
  if (!has_room_for_record(space, offered, *peek)) return base::Code::quota_exceeded;
  if (stranger && !stranger_may(offered, *peek, ingested)) return base::Code::timed_out;
  auto added = space.membership.add(offered.record);
  if (!added.ok()) return added.code();
  SJ_TRY_STATUS(store_record(space, *added, offered.record, ingested));
  // Whoever joins does not hold the space yet, so the join comes back with it; else its digest could not
  // agree.
  if (peek->join_invite && peek->device && peek->device->box_key == offered.device &&
      !SJ_PLANTED(carrier_keeps_the_join)) {
    ingested.own.erase({offered.space, space.position});
  }
  return base::Code::ok;
}

// What the device hears of a verdict. A stranger hears of a space that is here what it would hear were it
// not.
base::Code Carrier::told(const Offered& offered, base::Code code) const {
  const auto found = spaces_.find(offered.space);
  if (found == spaces_.end()) return code;
  // A join that was taken and undone since: "known" would leave the newcomer waiting for ever.
  if (code == base::Code::already_exists && was_removed(*found->second, offered.device)) {
    const auto known = space::outline_of(offered.record);
    if (known.ok() && known->join_invite) return base::Code::fenced;
  }
  // Who was removed knows what the space is, and hears of it like a member.
  if (is_member(*found->second, offered.device) || was_removed(*found->second, offered.device)) {
    return code == base::Code::already_exists ? base::Code::ok : code;
  }
  const auto peek = space::outline_of(offered.record);
  if (code == base::Code::ok || !peek.ok() || !(peek->space == offered.space)) return code;
  if (peek->genesis) return base::Code::not_permitted;
  if (!peek->join_invite) return base::Code::unknown_space;
  // Whoever knows the invite's key hears why it does not open.
  const bool reason = code == base::Code::invite_expired || code == base::Code::invite_used ||
                      code == base::Code::invite_revoked || code == base::Code::timed_out ||
                      code == base::Code::quota_exceeded;
  return reason ? code : base::Code::invite_invalid;
}

base::Status Carrier::take_records(const base::PublicBoxKey& device, const sync::ClientMessage& message,
                                   const std::vector<std::optional<base::SpaceId>>& spaces,
                                   std::int64_t wall_seconds, Ingested& ingested) {
  SJ_TRY(const bool operator_is_valid, operator_valid(message));
  struct Item {
    std::optional<Offered> offered;
    base::Code code = base::Code::unknown_space;
  };
  std::vector<Item> items;
  for (std::size_t i = 0; i < message.spaces.size(); ++i) {
    for (const auto& record : message.spaces[i].records) {
      Item item;
      if (spaces[i]) item.offered = Offered{*spaces[i], record, device, operator_is_valid, wall_seconds};
      items.push_back(std::move(item));
    }
  }
  // A join may make the personal space permitted that stands before it, a certificate the author of what
  // stands before it known.
  bool progress = true;
  for (int pass = 0; pass < kPasses && progress; ++pass) {
    progress = false;
    for (auto& item : items) {
      if (!item.offered || !may_turn(item.code)) continue;
      SJ_TRY(item.code, take_record(*item.offered, ingested));
      progress = progress || item.code == base::Code::ok;
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const base::Code code = items[i].offered ? told(*items[i].offered, items[i].code) : items[i].code;
    if (code != base::Code::ok) {
      ingested.reply.record_exceptions.push_back({static_cast<std::uint32_t>(i), code});
    }
  }
  ingested.reply.records_taken = static_cast<std::uint32_t>(items.size());
  return {};
}

}  // namespace sejawat::carrier
