// A school whose members remove each other, and all that the outside can see of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "log/segment.h"
#include "person.h"
#include "space/membership.h"
#include "support/fakes.h"

namespace sejawat::space {

// Everything that the outside can see, as one string.
inline std::string seen(const Membership& of) {
  std::string out;
  for (const auto& [id, member] : of.members()) {
    out += "member " + id.hex() + " " + std::to_string(static_cast<int>(member.role)) + " " +
           base::to_hex(member.sealed_role) + "\n";
  }
  for (const auto& [id, held] : of.roles_held()) {
    auto roles = held.sealed_roles;
    std::sort(roles.begin(), roles.end());
    out += "was " + id.hex() + (held.admin ? " admin" : "");
    for (const auto& role : roles) out += " " + base::to_hex(role);
    out += "\n";
  }
  for (const auto& [id, join] : of.provisional()) out += "provisional " + id.hex() + " " + join.hex() + "\n";
  for (const auto& [id, device] : of.devices())
    out += "device " + id.hex() + " " + device.person.hex() + "\n";
  for (const auto& [id, device] : of.removed_devices()) out += "removed " + id.hex() + "\n";
  for (const auto& [id, log] : of.logs()) {
    out += "log " + id.hex() + " " + log.device.hex();
    if (log.fence) out += " fence " + std::to_string(log.fence->count) + " " + log.fence->head.hex();
    out += "\n";
  }
  for (const auto& [key, invite] : of.invites()) {
    out += "invite " + key.hex() + " " + std::to_string(invite.joined.size()) +
           (invite.revoked ? " revoked\n" : "\n");
  }
  for (const auto& head : of.frontier()) out += "head " + head.hex() + "\n";
  if (of.current_epoch()) out += "epoch " + of.current_epoch()->hex() + "\n";
  if (of.needs_rotation()) out += "rotate\n";
  return out;
}

class RemovalTest : public testing::Test {
 protected:
  // admin found it; the others joined in the order given, each with one enrolled log.
  void found(const std::vector<WireRole>& roles) {
    people.emplace_back(random);
    const Person& admin = people.front();
    space = space_id(admin.certificate.identity_key, SpaceKind::school, salt);
    all.emplace(space);
    put(*all, write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::school, salt));
    put(*all, write_log(admin.author(), *all, admin.log));
    for (const auto role : roles) {
      people.emplace_back(random);
      put(*all, join_of(people.back(), offer(*all, admin, role)));
      if (role >= WireRole::writer) put(*all, write_log(people.back().author(), *all, people.back().log));
    }
    key = base::Secret32::random(random);
    put(*all, write_epoch(admin.author(), *all, key, {}, random));
    // One head, so that what follows is concurrent only where a test wants it.
    put(*all, write_epoch(admin.author(), *all, base::Secret32::random(random),
                          {{*all->current_epoch(), &key}}, random));
  }
  static void put(Membership& to, base::ByteView record) { ASSERT_EQ(to.add(record).code(), base::Code::ok); }
  struct Offer {
    InviteKeys keys;
    base::HeadTag record;
  };
  Offer offer(Membership& to, const Person& by, WireRole role, std::uint32_t uses = 5) {
    auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    const auto added = to.add(write_invite(by.author(), to, keys, role, uses, 0, {}));
    EXPECT_EQ(added.code(), base::Code::ok);
    return {std::move(keys), base::prefix_of<base::HeadTag>(*added)};
  }
  base::Bytes join_of(const Person& person, const Offer& invite) const {
    return write_join(person.author(), space, invite.keys.sign, invite.record,
                      person.identity.box.public_key(), {});
  }
  base::LogId log_of(const Person& person) const { return log::log_id(space, person.log.public_key()); }
  base::Bytes removal(const Membership& at, const Person& by, const Person& whom,
                      std::vector<Fence> fences = {}) const {
    return write_person_removed(by.author(), at, whom.id(), std::move(fences));
  }

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random.below(bound)); }

  support::SeededRandom random{5};
  std::deque<Person> people;  // never moved
  std::array<std::uint8_t, 16> salt{7};
  base::SpaceId space;
  base::Secret32 key;
  std::optional<Membership> all;
};

// Every order of delivery of `left`, what waits for its parents tried again behind each; `look` sees the end
// of each. What orders begin alike with is played once.
template <class Look>
void in_every_order(const Membership& at, const std::vector<base::Bytes>& left,
                    const std::vector<base::Bytes>& waiting, const Look& look) {
  if (left.empty()) {
    ASSERT_TRUE(waiting.empty());
    look(at);
    return;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    Membership next = at;
    std::vector<base::Bytes> later = waiting;
    later.push_back(left[i]);
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t k = 0; k < later.size() && !moved; ++k) {
        const auto code = next.add(later[k]).code();
        ASSERT_TRUE(code == base::Code::ok || code == base::Code::unknown_membership);
        moved = code == base::Code::ok;
        if (moved) later.erase(later.begin() + static_cast<std::ptrdiff_t>(k));
      }
    }
    auto rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_NO_FATAL_FAILURE(in_every_order(next, rest, later, look));
  }
}

// Every order of delivery of `acts` gives the same to see, and somebody who belongs.
inline void expect_order_independence(const Membership& before, const std::vector<base::Bytes>& acts) {
  std::string expected;
  std::size_t orders = 0;
  ASSERT_NO_FATAL_FAILURE(in_every_order(before, acts, {}, [&](const Membership& replica) {
    ++orders;
    ASSERT_FALSE(replica.members().empty());
    if (expected.empty()) expected = seen(replica);
    ASSERT_EQ(seen(replica), expected);
  }));
  std::size_t all = 1;
  for (std::size_t i = 2; i <= acts.size(); ++i) all *= i;
  ASSERT_EQ(orders, all);
}

}  // namespace sejawat::space
