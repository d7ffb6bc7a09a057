// Indexes, sets that many records share and judgements that grow find what the plain rules say.
#include <gtest/gtest.h>

#include "judgements.h"
#include "plain_judgement.h"
#include "removal.h"

namespace sejawat::space {
namespace {

class JudgementTest : public RemovalTest {
 protected:
  // A device of one of `people`, with a replica of its own.
  struct Actor {
    std::size_t person = 0;
    DeviceKeys keys;
    DeviceCertificate certificate;
    Membership replica;
    Author author() const { return {&keys, &certificate, 200}; }
  };

  // Everybody with a phone, certified by their card, and with one or two more that a device of theirs
  // certified.
  void equip() {
    for (std::size_t i = 0; i < people.size(); ++i) {
      const Person& one = people[i];
      actors.push_back({i, copy_of(one.keys), one.certificate, *all});
      for (std::size_t more = below(3); more > 0; --more) {
        auto keys = DeviceKeys::random(random);
        const Actor& issuer = actors.back();
        const auto half = certify_by_device(issuer.certificate, issuer.keys.sign, keys.sign.public_key(),
                                            keys.box.public_key(), 100);
        auto certificate = take_possession(half, keys);
        ASSERT_TRUE(certificate.ok());
        if (certificate->issuers.size() > 2) break;  // a chain has its end
        actors.push_back({i, std::move(keys), std::move(certificate).value(), *all});
      }
    }
  }
  static DeviceKeys copy_of(const DeviceKeys& keys) {
    return std::move(DeviceKeys::parse(keys.serialise())).value();
  }

  // One step of one of them; whatever is refused is part of life.
  void step(std::size_t zeal) {
    Actor& by = actors[below(actors.size())];
    const Actor& other = actors[below(actors.size())];
    const Person& whom = people[below(people.size())];
    Membership& at = by.replica;
    base::Bytes record;
    switch (below(14 + zeal)) {
      case 0: record = write_person_removed(by.author(), at, whom.id(), {}); break;
      case 1: record = write_role(by.author(), at, whom.id(), some_role(), {}, {}); break;
      case 2: {
        auto keys = InviteKeys::from_secret(base::Secret16::random(random));
        record = write_invite(by.author(), at, keys, some_role(), 3, 0, {});
        const auto added = at.add(record);
        if (added.ok()) offers.push_back({std::move(keys), base::prefix_of<base::HeadTag>(*added)});
        return;
      }
      case 3:
        if (offers.empty()) return;
        record = join_of(whom, offers[below(offers.size())]);
        break;
      case 4:
        if (offers.empty()) return;
        record = write_invite_revoked(by.author(), at, offers[below(offers.size())].keys.sign.public_key());
        break;
      case 5: record = write_epoch(by.author(), at, base::Secret32::random(random), {}, random); break;
      case 6:
        record = write_member(by.author(), at, whom.certificate.identity_key, whom.identity.box.public_key(),
                              some_role(), {});
        break;
      case 7: record = write_device(by.author(), at, other.certificate); break;
      case 8:
        if (at.provisional().empty()) return;
        record = write_join_confirmed(by.author(), at, at.provisional().begin()->second);
        break;
      case 9: record = write_log(by.author(), at, DeviceKeys::random(random).sign); break;
      case 10: record = write_device(by.author(), at, by.certificate); break;
      case 11:
      case 12: {  // two meet
        const auto records = other.replica.records();
        for (const auto& [id, bytes] : records) static_cast<void>(at.add(bytes));
        return;
      }
      default: record = write_device_removed(by.author(), at, other.certificate.device(), {}); break;
    }
    static_cast<void>(at.add(record));
  }
  WireRole some_role() { return static_cast<WireRole>(2 + below(3)); }

  Membership met() const {
    Membership whole = *all;
    for (const auto& actor : actors) {
      for (const auto& [id, bytes] : actor.replica.records()) static_cast<void>(whole.add(bytes));
    }
    return whole;
  }

  // The records of `of` in another order of delivery.
  Membership shuffled(const Membership& of) {
    std::vector<base::Bytes> waiting;
    for (const auto& [id, bytes] : of.records()) waiting.push_back(bytes);
    for (std::size_t i = waiting.size(); i > 1; --i) std::swap(waiting[i - 1], waiting[below(i)]);
    Membership other(of.space());
    while (!waiting.empty()) {
      std::vector<base::Bytes> later;
      for (auto& bytes : waiting) {
        const auto added = other.add(bytes);
        EXPECT_TRUE(added.ok() || added.code() == base::Code::unknown_membership)
            << "a record is taken or refused by its past alone: " << base::code_name(added.code());
        if (!added.ok()) later.push_back(bytes);
      }
      EXPECT_LT(later.size(), waiting.size());
      if (later.size() == waiting.size()) break;
      waiting = std::move(later);
    }
    return other;
  }

  void expect_the_plain_rules(const Judgement& found, const std::string& where) const {
    const auto& entries = found.entries();
    Past these;
    for (std::size_t place = 0; place < entries.size(); ++place) {
      if (found.judged().has(place)) these.put(place);
    }
    const PlainJudgement plain(entries, &these);
    ASSERT_EQ(found.removals(), plain.removals()) << where;
    auto confirmations = found.confirmations();
    std::sort(confirmations.begin(), confirmations.end());
    ASSERT_EQ(confirmations, plain.confirmations()) << where;
    for (std::size_t place = 0; place < entries.size(); ++place) {
      if (!these.has(place)) continue;
      ASSERT_EQ(found.stands(place), plain.stands(place)) << where << " " << place;
      ASSERT_EQ(found.provisional(place), plain.provisional(place)) << where << " " << place;
      ASSERT_EQ(found.was_admin(place), plain.was_admin(place)) << where << " " << place;
    }
    for (const auto& person : people)
      ASSERT_EQ(found.grant_of(person.id()), plain.grant_of(person.id())) << where;
    for (const auto& actor : actors) {
      const auto device = actor.certificate.device();
      ASSERT_EQ(found.device_removed(device), plain.device_removed(device)) << where;
      if (!found.device_removed(device)) continue;
      ASSERT_EQ(found.left_with_person(device), plain.left_with_person(device)) << where;
    }
  }

  std::vector<Actor> actors;
  std::vector<Offer> offers;
};

// The same places by both kinds of set.
TEST(Past, HasWhatPlainSetsHave) {
  support::SeededRandom random(3);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random.below(bound)); };
  constexpr std::size_t kRecords = 9000;  // more than one part of them
  std::vector<Past> shared;
  std::vector<Places> plain;
  for (std::size_t place = 0; place < kRecords; ++place) {
    Past past;
    Places places;
    const std::size_t parents = place == 0 ? 0 : 1 + below(3);
    for (std::size_t i = 0; i < parents; ++i) {
      const std::size_t parent = place - 1 - below(std::min<std::size_t>(place, i == 0 ? 40 : 2000));
      past.put_all(shared[parent]);
      past.put(parent);
      places.put_all(plain[parent]);
      places.put(parent);
    }
    shared.push_back(past);
    plain.push_back(places);
  }
  for (int i = 0; i < 400; ++i) {
    const std::size_t one = below(kRecords);
    const std::size_t another = below(kRecords);
    Places all;
    shared[one].put_into(all);
    ASSERT_TRUE(all.is_within(plain[one]) && plain[one].is_within(all)) << one;
    for (int j = 0; j < 50; ++j) {
      const std::size_t place = below(kRecords + 100);
      ASSERT_EQ(shared[one].has(place), plain[one].has(place));
    }
    Places common = plain[another];
    shared[one].leave_common(common);
    Places rest = plain[another];
    bool meet = false;
    for (std::size_t place = 0; place < kRecords; ++place) {
      const bool both = plain[one].has(place) && plain[another].has(place);
      ASSERT_EQ(common.has(place), both);
      meet = meet || both;
      if (plain[one].has(place)) rest.take(place);
    }
    ASSERT_EQ(shared[one].meets(plain[another]), meet);
    ASSERT_FALSE(shared[one].meets(rest));
  }
}

// What a record adds to memory does not grow with how many there are: not in a chain, and not where sixteen
// write beside each other and meet again and again. One flat set for each would be 4 KiB on average.
TEST(Past, OfManyRecordsIsInMemoryOnce) {
  for (const std::size_t writers : {1U, 16U}) {
    for (const std::size_t records : {std::size_t{16'384}, std::size_t{65'536}}) {
      std::vector<Past> pasts(records);
      std::vector<std::size_t> heads(writers, 0);
      for (std::size_t place = 1; place < records; ++place) {
        const std::size_t writer = place % writers;
        const auto see = [&](std::size_t head) {
          pasts[place].put_all(pasts[head]);
          pasts[place].put(head);
        };
        see(heads[writer]);
        if (place / writers % 8 == 7) std::for_each(heads.begin(), heads.end(), see);
        heads[writer] = place;
      }
      std::set<const void*> counted;
      std::size_t bytes = 0;
      for (const auto& past : pasts) bytes += past.bytes(counted);
      EXPECT_LT(bytes / records, 700U) << writers << " writers, " << records << " records";
    }
  }
}

// Random histories of many devices: what is judged as a whole, what is found by adding to what was judged
// before in whatever order, and what parts of it mean.
TEST_F(JudgementTest, RandomHistoriesMeanWhatThePlainRulesSay) {
  found({WireRole::admin, WireRole::admin, WireRole::writer, WireRole::writer, WireRole::reader});
  for (int i = 0; i < 2; ++i) people.emplace_back(random);  // who may yet join
  const std::size_t base = all->records().size();
  std::size_t grown = 0;
  std::size_t anew = 0;
  std::size_t removed = 0;
  for (int history = 0; history < 120; ++history) {
    actors.clear();
    offers.clear();
    equip();
    const std::size_t zeal = history % 3 == 0 ? 10 : 0;  // for removing devices
    for (int i = 0; i < 60; ++i) step(zeal);
    const Membership whole = met();
    const std::string name = "history " + std::to_string(history);
    for (int order = 0; order < 2; ++order) {
      const Membership other = shuffled(whole);
      ASSERT_EQ(seen(other), seen(whole)) << name;
      Places first;
      first.put(0);
      auto judgement = std::make_unique<Judgement>(other, first);
      for (std::size_t place = 1; place < other.records().size(); ++place) {
        if (judgement->extend(place)) {
          ++grown;
        } else {
          ++anew;
          Places these = judgement->judged();
          these.put(place);
          judgement = std::make_unique<Judgement>(other, these);
        }
        ASSERT_NO_FATAL_FAILURE(expect_the_plain_rules(*judgement, name + " up to " + std::to_string(place)));
      }
      removed += judgement->removals().size();
      // Sets of what some of them had seen, by one object that keeps what it judged.
      Judgements judgements;
      const auto& entries = judgement->entries();
      for (int i = 0; i < 40; ++i) {
        Places these;
        for (std::size_t heads = 1 + below(3); heads > 0; --heads) {
          const std::size_t head = base / 2 + below(entries.size() - base / 2);
          entries[head]->past.put_into(these);
          these.put(head);
        }
        ASSERT_NO_FATAL_FAILURE(expect_the_plain_rules(judgements.of(other, these), name + " a part"));
      }
    }
  }
  EXPECT_GT(grown, 5'000U);
  EXPECT_GT(anew, 100U);
  EXPECT_GT(removed, 200U);
}

// More removals of one device, and of one person, than are looked at one by one.
TEST_F(JudgementTest, ManyRemovalsOfOneDeviceMeanWhatThePlainRulesSay) {
  found({WireRole::admin, WireRole::writer});
  for (int history = 0; history < 12; ++history) {
    actors.clear();
    offers.clear();
    const Person& one = people[history % 2 == 0 ? 2 : 1];
    Membership start = *all;
    actors.push_back({0, copy_of(one.keys), one.certificate, start});
    for (int more = 0; more < 2; ++more) {
      auto keys = DeviceKeys::random(random);
      auto certificate = certify(one.identity.sign, keys, 100);
      put(start, write_device(one.author(), start, certificate));
      actors.push_back({0, std::move(keys), std::move(certificate), start});
    }
    const auto offered = offer(start, people[0], WireRole::writer, 50);
    for (auto& actor : actors) actor.replica = start;
    for (int i = 0; i < 110; ++i) {
      Actor& by = actors[below(actors.size())];
      const Actor& other = actors[below(actors.size())];
      // Mostly apart from each other: what knows of a removal of its author is refused.
      Membership early = start;
      Membership& at = below(3) == 0 ? by.replica : early;
      base::Bytes record;
      switch (below(6)) {
        case 0: record = write_log(by.author(), at, DeviceKeys::random(random).sign); break;
        case 1: record = write_person_removed(by.author(), at, one.id(), {}); break;
        case 2:
          record = write_join(by.author(), space, offered.keys.sign, offered.record,
                              one.identity.box.public_key(), {});
          break;
        case 3: record = write_device(by.author(), at, other.certificate); break;
        default: record = write_device_removed(by.author(), at, other.certificate.device(), {}); break;
      }
      if (&at == &early && !at.add(record).ok()) continue;
      static_cast<void>(by.replica.add(record));
      if (below(12) == 0) {
        const auto records = other.replica.records();
        for (const auto& [id, bytes] : records) static_cast<void>(by.replica.add(bytes));
      }
    }
    Membership whole = start;
    for (const auto& actor : actors) {
      for (const auto& [id, bytes] : actor.replica.records()) static_cast<void>(whole.add(bytes));
    }
    Judgements judgements;
    const Membership other = shuffled(whole);
    ASSERT_EQ(seen(other), seen(whole));
    ASSERT_GT(judgements.of_all(other).entries().size(), 40U);
    ASSERT_NO_FATAL_FAILURE(expect_the_plain_rules(judgements.of_all(other), std::to_string(history)));
    for (std::size_t place = 20; place < other.records().size(); ++place) {
      Places these;
      these.put_below(place);
      ASSERT_NO_FATAL_FAILURE(expect_the_plain_rules(judgements.of(other, these), std::to_string(history)));
    }
  }
}

}  // namespace
}  // namespace sejawat::space
