#include "cheat.h"

#include <algorithm>

#include "device.h"

namespace sejawat::simulation {
namespace {

constexpr std::size_t kMemories = 4;
constexpr std::size_t kSelves = 4;

template <class Map>
auto& pick(Map& map, support::SeededRandom& random) {
  return *std::next(map.begin(), static_cast<std::ptrdiff_t>(random.below(map.size())));
}

}  // namespace

struct Cheat::Self {
  space::Identity identity;
  space::DeviceKeys keys;
  space::DeviceCertificate certificate;
  space::Author author() const { return {&keys, &certificate, 1}; }
  base::PersonId person() const { return certificate.person(); }
};

// Records that are written one upon another, from a past of its choice.
struct Cheat::Draft {
  const Self& self;
  space::Membership at;
  std::vector<base::Bytes> records;
  bool is_admin() const { return at.role_of(self.person()) == space::WireRole::admin; }
  void add(base::Bytes record) {
    // What its own past forbids is brought as well: carriers have to refuse it by themselves.
    static_cast<void>(at.add(record));
    records.push_back(std::move(record));
  }
};

Cheat::Cheat(World& world, Person& person) : world_(world), person_(person), random_(world.fork_seed()) {}
Cheat::~Cheat() = default;

std::vector<Cheat::Known> Cheat::selves() const {
  std::vector<Known> all;
  for (const auto& self : selves_) {
    all.push_back({self.person(), self.identity.box.public_key(), self.keys.box.public_key()});
  }
  return all;
}

Cheat::Self* Cheat::pick_self() {
  if (selves_.empty()) {
    if (!person_.card) return nullptr;
    auto card = space::RecoveryCard::parse(*person_.card);
    if (!card.ok()) return nullptr;
    auto identity = space::Identity::from_seed(card->seed);
    auto keys = space::DeviceKeys::random(random_);
    auto certificate = space::certify(identity.sign, keys, 1);
    selves_.push_back(Self{std::move(identity), std::move(keys), std::move(certificate)});
  }
  return &selves_[random_.below(selves_.size())];
}

bool Cheat::act(Server& server, const base::SpaceId& community, const std::vector<space::InviteLink>& links) {
  const auto* now = server.membership(community);
  Self* self = pick_self();
  if (now == nullptr || self == nullptr) return false;
  if (memories_.size() < kMemories) {
    if (world_.chance(400)) memories_.push_back(*now);
  } else if (world_.chance(100)) {
    memories_[random_.below(memories_.size())] = *now;
  }
  const bool as_if_unaware = !memories_.empty() && world_.chance(500);
  Draft draft{*self, as_if_unaware ? memories_[random_.below(memories_.size())] : *now, {}};
  const bool known = draft.at.roles_held().count(self->person()) != 0;
  const bool was_admin = draft.is_admin();
  if (known && draft.at.devices().count(self->certificate.device()) == 0) {
    draft.add(space::write_device(self->author(), draft.at, self->certificate));
  }
  write(draft, links);
  if (draft.records.empty()) return false;
  // Over its own connection or, as far as a carrier can tell, that of its person's phone.
  base::PublicBoxKey connection = self->keys.box.public_key();
  for (Device* device : person_.alive()) {
    const auto row = device->id ? now->devices().find(*device->id) : now->devices().end();
    if (row != now->devices().end() && world_.chance(500)) connection = row->second.box_key;
  }
  world_.witness.event("cheat", draft.records.size(), server.number(), draft.records.back());
  world_.witness.sometimes(Sometimes::member_cheats);
  server.bring(connection, community, std::move(draft.records));
  return was_admin;
}

void Cheat::write(Draft& draft, const std::vector<space::InviteLink>& links) {
  if (draft.is_admin() && world_.chance(desperate_ ? 500 : 100)) {
    take_over(draft);
    return;
  }
  const auto what = random_.below(100);
  if (what < 20) {
    remove_somebody(draft);
  } else if (what < 35) {
    change_a_role(draft);
  } else if (what < 42) {
    remove_a_device(draft);
  } else if (what < 50) {
    claim_a_device(draft);
  } else if (what < 57) {
    name_a_card(draft);
  } else if (what < 67) {
    bring_an_accomplice(draft, links);
  } else if (what < 77) {
    confirm_a_join(draft);
  } else if (what < 87) {
    invite_or_revoke(draft);
  } else {
    box_rubbish(draft);
  }
}

// An admin may take from anybody what the founder gave, but the school must be able to go on: what a founder
// loses to an admin of their own choice is not looked at here.
bool Cheat::may_put_out(const Draft& draft, const base::PersonId& person) const {
  return desperate_ || !draft.is_admin() || !(person == draft.at.founder());
}

void Cheat::remove_somebody(Draft& draft) {
  const auto& [person, held] = pick(draft.at.roles_held(), random_);
  if (!may_put_out(draft, person)) return;
  draft.add(space::write_person_removed(draft.self.author(), draft.at, person, {}));
}

void Cheat::change_a_role(Draft& draft) {
  const auto& [person, held] = pick(draft.at.roles_held(), random_);
  if (!may_put_out(draft, person)) return;
  const auto role = static_cast<space::WireRole>(1 + random_.below(4));
  draft.add(space::write_role(draft.self.author(), draft.at, person, role, {}, {}));
}

// Its person's own phones run our program, and are used as if nothing had happened; they are left alone.
void Cheat::remove_a_device(Draft& draft) {
  if (draft.at.devices().empty() || (draft.is_admin() && !desperate_)) return;
  const auto id = pick(draft.at.devices(), random_).first;
  const bool own = std::any_of(person_.devices.begin(), person_.devices.end(),
                               [&](const auto& phone) { return phone->id && *phone->id == id; });
  if (!own) draft.add(space::write_device_removed(draft.self.author(), draft.at, id, {}));
}

void Cheat::claim_a_device(Draft& draft) {
  if (draft.at.devices().empty()) return;
  const auto victim = pick(draft.at.devices(), random_).second;
  const auto claimed = space::DeviceKeys::random(random_);
  const auto half = space::certify_by_device(draft.self.certificate, draft.self.keys.sign,
                                             claimed.sign.public_key(), victim.box_key, 1);
  const auto claim = space::take_possession(half, claimed);
  if (!claim.ok()) return;
  draft.add(space::write_device(draft.self.author(), draft.at, *claim));
  if (world_.chance(500)) {
    draft.add(space::write_device_removed(draft.self.author(), draft.at, claim->device(), {}));
  }
}

void Cheat::name_a_card(Draft& draft) {
  if (draft.at.members().empty()) return;
  const auto member = pick(draft.at.members(), random_).second;
  const auto trap = crypto::BoxKey::random(random_);
  draft.add(space::write_member(draft.self.author(), draft.at, member.identity_key, trap.public_key(),
                                member.role, {}));
}

// Somebody who comes by a link of its own lets themselves in, and puts out whoever would object.
void Cheat::take_over(Draft& draft) {
  auto identity = space::Identity::from_seed(base::Secret32::random(random_));
  auto keys = space::DeviceKeys::random(random_);
  auto certificate = space::certify(identity.sign, keys, 1);
  Self self{std::move(identity), std::move(keys), std::move(certificate)};
  auto link = space::InviteKeys::from_secret(base::Secret16::random(random_));
  auto invite =
      space::write_invite(draft.self.author(), draft.at, link, space::WireRole::admin, 2, INT64_MAX, {});
  const auto record = space::record_id_of(invite);
  draft.add(std::move(invite));
  auto join = space::write_join(self.author(), draft.at.space(), link.sign,
                                base::prefix_of<base::HeadTag>(*record), self.identity.box.public_key(), {});
  const auto joined = space::record_id_of(join);
  draft.add(std::move(join));
  draft.add(space::write_join_confirmed(self.author(), draft.at, *joined));
  const auto& [person, held] = pick(draft.at.roles_held(), random_);
  if (!(person == draft.self.person()) && may_put_out(draft, person)) {
    draft.add(space::write_person_removed(self.author(), draft.at, person, {}));
  }
  selves_.push_back(std::move(self));
}

void Cheat::bring_an_accomplice(Draft& draft, const std::vector<space::InviteLink>& links) {
  if (selves_.size() >= kSelves) return;
  auto identity = space::Identity::from_seed(base::Secret32::random(random_));
  auto keys = space::DeviceKeys::random(random_);
  auto certificate = space::certify(identity.sign, keys, 1);
  Self self{std::move(identity), std::move(keys), std::move(certificate)};
  if (!own_links_.empty() && world_.chance(600)) {
    const auto& link = own_links_[random_.below(own_links_.size())];
    const auto invite = draft.at.invites().find(link.sign.public_key());
    if (invite == draft.at.invites().end()) return;
    draft.add(space::write_join(self.author(), draft.at.space(), link.sign, invite->second.record,
                                self.identity.box.public_key(), {}));
  } else {
    if (links.empty()) return;
    const auto& link = links[random_.below(links.size())];
    const auto invite = space::InviteKeys::from_secret(link.secret);
    draft.add(space::write_join(self.author(), draft.at.space(), invite.sign, link.record,
                                self.identity.box.public_key(), {}));
  }
  selves_.push_back(std::move(self));
}

void Cheat::confirm_a_join(Draft& draft) {
  if (!draft.at.provisional().empty()) {
    const auto& [person, join] = pick(draft.at.provisional(), random_);
    draft.add(space::write_join_confirmed(draft.self.author(), draft.at, join));
  } else {
    const auto& records = draft.at.records();
    draft.add(space::write_join_confirmed(draft.self.author(), draft.at,
                                          records[random_.below(records.size())].first));
  }
}

void Cheat::invite_or_revoke(Draft& draft) {
  if (draft.at.invites().empty() || world_.chance(500)) {
    auto keys = space::InviteKeys::from_secret(base::Secret16::random(random_));
    const auto role = static_cast<space::WireRole>(1 + random_.below(4));
    draft.add(space::write_invite(draft.self.author(), draft.at, keys, role, 2, INT64_MAX, {}));
    own_links_.push_back(std::move(keys));
  } else {
    const auto key = pick(draft.at.invites(), random_).first;
    draft.add(space::write_invite_revoked(draft.self.author(), draft.at, key));
  }
}

void Cheat::box_rubbish(Draft& draft) {
  const auto epochs = draft.at.last_epochs();
  if (draft.is_admin() || epochs.empty()) return;
  const auto epoch = pick(epochs, random_);
  const auto rubbish = base::Secret32::random(random_);
  auto boxes = space::write_boxes(draft.self.author(), draft.at, epoch, rubbish, random_);
  if (boxes) draft.add(std::move(*boxes));
}

}  // namespace sejawat::simulation
