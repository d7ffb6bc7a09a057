#include "thief.h"

#include <algorithm>

#include "space/device_link.h"

namespace sejawat::simulation {
namespace {

constexpr std::size_t kDevices = 3;  // with the phone's own a chain of four

}  // namespace

struct Thief::Self {
  space::DeviceKeys keys;
  space::DeviceCertificate certificate;
  space::Author author() const { return {&keys, &certificate, 1}; }
};

// What it may write from as if nothing had come since.
struct Thief::Past {
  base::SpaceId space;
  space::Membership membership;
};

Thief::Thief(World& world) : world_(world), random_(world.fork_seed()) {}
Thief::~Thief() = default;

base::DeviceId Thief::device() const { return selves_.front().certificate.device(); }
std::vector<base::DeviceId> Thief::devices() const {
  std::vector<base::DeviceId> all;
  for (const auto& self : selves_) all.push_back(self.certificate.device());
  return all;
}
std::vector<base::PublicBoxKey> Thief::keys() const {
  auto all = traps_;
  for (const auto& self : selves_) all.push_back(self.keys.box.public_key());
  return all;
}

bool Thief::steal(Device& phone) {
  if (owner_ != nullptr) return false;
  auto keys = space::DeviceKeys::random(random_);
  auto text = phone.core().grant_link({keys.sign.public_key(), keys.box.public_key()});
  if (!text.ok()) return false;
  auto grant = space::LinkGrant::open(*text, keys);
  SJ_CHECK(grant.ok());
  auto certificate = space::take_possession(grant->certificate, keys);
  SJ_CHECK(certificate.ok());
  first_record_ = grant->genesis;
  owner_ = &phone.person();
  selves_.push_back(Self{std::move(keys), std::move(*certificate)});
  return true;
}

void Thief::let_in_another() {
  if (selves_.size() >= kDevices) return;
  auto keys = space::DeviceKeys::random(random_);
  const Self& by = selves_.back();
  const auto half = space::certify_by_device(by.certificate, by.keys.sign, keys.sign.public_key(),
                                             keys.box.public_key(), 1);
  auto certificate = space::take_possession(half, keys);
  if (certificate.ok()) selves_.push_back(Self{std::move(keys), std::move(*certificate)});
}

base::PublicBoxKey Thief::trap() {
  traps_.push_back(crypto::BoxKey::random(random_).public_key());
  return traps_.back();
}

base::Bytes Thief::join_again(const space::Membership& at, const space::InviteLink& link) {
  const Self& self = selves_[random_.below(selves_.size())];
  const auto invite = space::InviteKeys::from_secret(link.secret);
  space::CardKey card = trap();
  // The owner's own word, hung on another key.
  if (random_.below(4) == 0) card.proof = space::card_key_of(first_record_)->proof;
  return space::write_join(self.author(), at.space(), invite.sign, link.record, card, {});
}

Thief::Past& Thief::past_of(const base::SpaceId& space, const space::Membership& now) {
  auto found =
      std::find_if(pasts_.begin(), pasts_.end(), [&](const Past& one) { return one.space == space; });
  if (found == pasts_.end()) {
    pasts_.push_back({space, now});
    return pasts_.back();
  }
  if (random_.below(10) == 0) found->membership = now;
  return *found;
}

void Thief::act(Server& server, const base::SpaceId& school, const std::vector<space::InviteLink>& links) {
  const auto personal = space::personal_space_id(selves_.front().certificate.identity_key);
  const base::SpaceId space = random_.below(3) == 0 ? personal : school;
  const auto* now = server.membership(space);
  if (now == nullptr) return;
  Past& past = past_of(space, *now);
  space::Membership at = random_.below(2) == 0 ? past.membership : *now;
  std::vector<base::Bytes> records;
  const auto add = [&](base::Bytes record) {
    static_cast<void>(at.add(record));  // what its past forbids is brought as well
    records.push_back(std::move(record));
  };
  if (random_.below(5) == 0) let_in_another();
  const Self& self = selves_[random_.below(selves_.size())];
  if (at.devices().count(self.certificate.device()) == 0) {
    add(space::write_device(self.author(), at, self.certificate));
  }
  const auto what = random_.below(4);
  const auto& owner = selves_.front().certificate;
  if (what == 0 && space == school && !links.empty()) {
    add(join_again(at, links[random_.below(links.size())]));
  } else if (what == 1 && at.role_of(owner.person()) == space::WireRole::admin && space == school) {
    add(space::write_member(self.author(), at, owner.identity_key, trap(), space::WireRole::admin, {}));
  } else if (what == 2 && !at.last_epochs().empty()) {
    const auto epochs = at.last_epochs();
    const auto epoch = *std::next(epochs.begin(), static_cast<std::ptrdiff_t>(random_.below(epochs.size())));
    const auto rubbish = base::Secret32::random(random_);
    const bool admin = at.role_of(owner.person()) == space::WireRole::admin;
    // An admin's boxes count as written: what an admin takes from others is not looked at here.
    auto boxes = admin ? std::nullopt : space::write_boxes(self.author(), at, epoch, rubbish, random_);
    if (boxes) add(std::move(*boxes));
  }
  if (records.empty()) return;
  world_.witness.event("thief", records.size(), server.number(), records.back());
  server.bring(self.keys.box.public_key(), space, std::move(records));
}

}  // namespace sejawat::simulation
