// Whom the founder of a school puts out, knowing all that they did, stays out whatever they write afterwards
// from a past in which they still belonged.
#include <algorithm>

#include "checks.h"
#include "school.h"

namespace sejawat::simulation {
namespace {

constexpr int kTries = 12;

// As a phone says: whose process ended while the card was made has one that nobody was shown.
std::optional<base::PersonId> id_of(Person& person) {
  if (person.id) return person.id;
  for (Device* device : person.alive()) {
    if (device->has_person()) return device->core().person();
  }
  return std::nullopt;
}

// Everybody but the people of the school and their phones.
std::vector<base::PersonId> strangers(const std::vector<std::unique_ptr<Person>>& people, Device& founder,
                                      const Person& cheat) {
  std::vector<base::PersonId> out;
  auto members = founder.core().members();
  for (const auto& row : members.ok() ? *members : std::vector<api::MemberInfo>{}) {
    const bool honest = std::any_of(people.begin(), people.end(), [&](const auto& person) {
      return person.get() != &cheat && id_of(*person) == row.person;
    });
    if (!honest && !row.provisional) out.push_back(row.person);
  }
  return out;
}

void check_out(World& world, const space::Membership& membership, const std::vector<Cheat::Known>& selves) {
  std::set<base::HeadTag> boxed;
  const auto current = membership.current_epoch();
  for (const auto& boxes : membership.key_boxes()) {
    if (!current || boxes.epoch != *current || !boxes.by_admin) continue;
    for (const auto& [tag, box] : boxes.boxes) boxed.insert(tag);
  }
  for (const auto& self : selves) {
    world.witness.always(Always::who_is_put_out_stays_out, !membership.role_of(self.person).has_value(),
                         "somebody whom the founder put out is a member again");
    for (const auto& key : {self.card, self.device}) {
      world.witness.always(Always::who_is_put_out_stays_out,
                           boxed.count(base::prefix_of<base::HeadTag>(key)) == 0,
                           "the key in use was made out to somebody whom the founder put out");
    }
  }
}

}  // namespace

std::set<base::PersonId> School::cheats() const {
  std::set<base::PersonId> all;
  if (!cheat_) return all;
  if (people_.back()->id) all.insert(*people_.back()->id);
  for (const auto& self : cheat_->selves()) all.insert(self.person);
  return all;
}

bool School::put_out_the_cheat() {
  if (!cheat_ || !community_) return true;
  const auto founders = people_.front()->alive();
  const auto founder = std::find_if(founders.begin(), founders.end(), [](Device* device) {
    return device->joined() && device->is_admin() && !device->revoked;
  });
  if (founder == founders.end()) return true;
  const Person& cheat = *people_.back();
  const auto out = strangers(people_, **founder, cheat);
  // Whom somebody junior had put out may undo that by putting out the junior: the founder never said so.
  const auto* now = home().membership(*community_);
  for (const auto& self : cheat_->selves()) {
    const bool was_in = now == nullptr || now->roles_held().count(self.person) != 0;
    if (was_in && std::find(out.begin(), out.end(), self.person) == out.end()) return true;
  }
  for (const auto& person : out) {
    if (!(*founder)->remove_member(person)) return true;
  }
  if (!rounds()) return false;
  world_.witness.sometimes(Sometimes::cheat_is_put_out, !out.empty());
  for (int i = 0; i < kTries && !world_.witness.failed(); ++i) {
    // No link of the school goes round any more: those are open to whoever has them.
    Server& server = *servers_[world_.random.below(servers_.size())];
    cheat_->grow_desperate();
    cheat_->act(server, *community_, {});
    world_.run_until(world_.now() + kMinute);
  }
  if (!rounds()) return false;
  for (const auto& server : servers_) {
    const auto* membership = server->membership(*community_);
    if (membership != nullptr) check_out(world_, *membership, cheat_->selves());
  }
  return !world_.witness.failed();
}

}  // namespace sejawat::simulation
