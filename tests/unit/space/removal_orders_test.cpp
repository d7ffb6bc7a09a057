// What removals mean follows from the set of records: every combination of few actors in every order of
// delivery, and random histories of many.
#include <gtest/gtest.h>

#include "removal.h"

namespace sejawat::space {
namespace {

using base::Code;

TEST_F(RemovalTest, ThreeOfFiveAdminsActAtOnceInEveryCombinationAndOrder) {
  found({WireRole::admin, WireRole::admin, WireRole::admin, WireRole::admin});
  // acts[i][j]: what admin i does about j: removes, demotes.
  std::vector<std::vector<base::Bytes>> acts(5);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      if (i == j) continue;
      Membership own = *all;
      acts[i].push_back(removal(own, people[i], people[j], {{log_of(people[j]), i + 1, base::HeadTag{{1}}}}));
      if ((i + j) % 2 == 0) {
        acts[i].push_back(write_role(people[i].author(), own, people[j].id(), WireRole::reader, {}, {}));
      }
    }
  }
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t b = a + 1; b < 5; ++b) {
      for (std::size_t c = b + 1; c < 5; ++c) {
        for (const auto& first : acts[a]) {
          for (const auto& second : acts[b]) {
            for (const auto& third : acts[c]) {
              ASSERT_NO_FATAL_FAILURE(expect_order_independence(*all, {first, second, third}));
            }
          }
        }
      }
    }
  }
}

#ifndef __EMSCRIPTEN__  // minutes there, and what an order means is not the platform's
// In all 120 orders of each of the 1,024 combinations.
TEST_F(RemovalTest, FiveAdminsRemoveOneEachAndSomebodyIsAlwaysLeft) {
  found({WireRole::admin, WireRole::admin, WireRole::admin, WireRole::admin});
  std::vector<std::vector<base::Bytes>> acts(5);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      if (i != j) acts[i].push_back(removal(*all, people[i], people[j]));
    }
  }
  for (std::size_t which = 0; which < 1024; ++which) {
    std::vector<base::Bytes> chosen;
    for (std::size_t i = 0, rest = which; i < 5; ++i, rest /= 4) chosen.push_back(acts[i][rest % 4]);
    ASSERT_NO_FATAL_FAILURE(expect_order_independence(*all, chosen)) << which;
  }
}

// Two admins, a writer and two who hold one link; each does one of all that they may do, not knowing of the
// others, and then one of the admins something that rests on that, having seen all of it or their own only.
TEST_F(RemovalTest, WhateverFiveActorsDoApartAndThenUponItMeansTheSameInEveryOrder) {
  found({WireRole::admin, WireRole::writer});
  const Offer link = offer(*all, people[0], WireRole::writer);
  const Person newcomer(random);
  const Person another(random);
  const auto& key_of_link = link.keys.sign.public_key();
  const auto acts_of_admin = [&](const Membership& at, std::size_t who) {
    const Person& self = people[who];
    const Person& other = people[1 - who];
    const Fence fence{log_of(people[2]), 1, base::HeadTag{{1}}};
    return std::vector<base::Bytes>{
        removal(at, self, other), removal(at, self, people[2], {fence}),
        write_role(self.author(), at, other.id(), WireRole::reader, {}, {}),
        write_invite_revoked(self.author(), at, key_of_link),
        write_epoch(self.author(), at, base::Secret32::random(random), {}, random)};
  };
  const auto upon = [&](const Membership& at, std::size_t who) {
    const Person& self = people[who];
    auto acts = acts_of_admin(at, who);
    acts.push_back(write_device_removed(self.author(), at, people[2].device(), {}));
    acts.push_back(write_readmitted(self.author(), at, {{log_of(people[2]), 2, base::HeadTag{{2}}}}));
    for (const auto& [person, join] : at.provisional())
      acts.push_back(write_join_confirmed(self.author(), at, join));
    return acts;
  };
  const auto joined = join_of(newcomer, link);
  const std::vector<base::Bytes> of_writer{
      removal(*all, people[2], people[2]),
      write_device_removed(people[2].author(), *all, people[2].device(), {}), join_of(another, link)};
  std::size_t histories = 0;
  for (const auto& first : acts_of_admin(*all, 0)) {
    for (const auto& second : acts_of_admin(*all, 1)) {
      for (const auto& third : of_writer) {
        const std::vector<base::Bytes> apart{first, second, third, joined};
        for (std::size_t who = 0; who < 2; ++who) {
          for (const bool saw_all : {true, false}) {
            Membership own = *all;
            put(own, who == 0 ? first : second);
            put(own, joined);
            for (const auto& act : apart) {
              if (saw_all) static_cast<void>(own.add(act));
            }
            for (const auto& act : upon(own, who)) {
              Membership trial = own;
              if (!trial.add(act).ok()) continue;  // no longer theirs to do
              auto chosen = apart;
              chosen.push_back(act);
              ASSERT_NO_FATAL_FAILURE(expect_order_independence(*all, chosen)) << histories;
              ++histories;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(histories, 1852U) << "as many as there are; more or fewer is another test";
}
#endif

// Cut-off replicas act on what they know, meet, act again; every replica ends with the same to see.
TEST_F(RemovalTest, RandomHistoriesOfManyActorsMeanTheSameInRandomOrders) {
  found({WireRole::admin, WireRole::admin, WireRole::writer, WireRole::writer, WireRole::reader});
  for (int i = 0; i < 3; ++i) people.emplace_back(random);  // who may yet join
  const Membership start = *all;
  std::size_t removals = 0;
  std::size_t back = 0;
  for (int history = 0; history < 200; ++history) {
    std::vector<Membership> replicas(people.size(), start);
    std::vector<Offer> offers;
    for (int step = 0; step < 36; ++step) {
      const std::size_t who = below(people.size());
      Membership& at = replicas[who];
      const Person& by = people[who];
      const Person& whom = people[below(people.size())];
      base::Bytes record;
      switch (below(10)) {
        case 0: record = removal(at, by, whom); break;
        case 1:
          record = write_role(by.author(), at, whom.id(), static_cast<WireRole>(2 + below(3)), {},
                              random.id<base::HeadTag>().view());
          break;
        case 2: {
          auto keys = InviteKeys::from_secret(base::Secret16::random(random));
          record = write_invite(by.author(), at, keys, static_cast<WireRole>(2 + below(3)), 3, 0, {});
          const auto added = at.add(record);
          if (added.ok()) offers.push_back({std::move(keys), base::prefix_of<base::HeadTag>(*added)});
          continue;
        }
        case 3:
          if (offers.empty()) continue;
          record = join_of(whom, offers[below(offers.size())]);
          break;
        case 4:
          if (offers.empty()) continue;
          record = write_invite_revoked(by.author(), at, offers[below(offers.size())].keys.sign.public_key());
          break;
        case 5: record = write_epoch(by.author(), at, base::Secret32::random(random), {}, random); break;
        case 6:
          record =
              write_member(by.author(), at, whom.certificate.identity_key, whom.identity.box.public_key(),
                           static_cast<WireRole>(2 + below(3)), random.id<base::HeadTag>().view());
          break;
        case 7: record = write_device(by.author(), at, whom.certificate); break;
        case 8:
          if (at.provisional().empty()) continue;
          record = write_join_confirmed(by.author(), at, at.provisional().begin()->second);
          break;
        default: {  // two meet
          Membership& other = replicas[below(replicas.size())];
          const auto records = other.records();
          for (const auto& [id, bytes] : records) static_cast<void>(at.add(bytes));
          continue;
        }
      }
      static_cast<void>(at.add(record));  // refused ones are part of life
    }
    std::vector<base::Bytes> acts;
    Membership whole = start;
    for (const auto& replica : replicas) {
      for (const auto& [id, bytes] : replica.records()) {
        const auto added = whole.add(bytes);
        ASSERT_TRUE(added.ok() || added.code() == Code::already_exists);
        if (added.ok()) acts.push_back(bytes);
      }
    }
    removals += whole.removed_devices().size();
    back += whole.provisional().size();
    for (int order = 0; order < 6; ++order) {
      for (std::size_t i = acts.size(); i > 1; --i) std::swap(acts[i - 1], acts[below(i)]);
      Membership other = start;
      std::vector<base::Bytes> waiting = acts;
      for (std::size_t left = acts.size() + 1; !waiting.empty() && left-- > 0;) {
        std::vector<base::Bytes> later;
        for (auto& bytes : waiting) {
          const auto added = other.add(bytes);
          if (added.code() == Code::unknown_membership) {
            later.push_back(bytes);
          } else {
            ASSERT_TRUE(added.ok());
          }
        }
        waiting = std::move(later);
      }
      ASSERT_TRUE(waiting.empty());
      ASSERT_EQ(seen(other), seen(whole)) << "history " << history;
    }
  }
  EXPECT_GT(removals, 20U);
  EXPECT_GT(back, 3U);
}

}  // namespace
}  // namespace sejawat::space
