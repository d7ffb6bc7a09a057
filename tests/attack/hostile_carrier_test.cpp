// A carrier that wants to be believed: it moves segments, makes members and devices up, and lives in another
// century. The real client in a real store, through every sync.
#include "../unit/api/world.h"
#include "support/carrier_world.h"

namespace sejawat::api {
namespace {

using base::Code;

class HostileCarrier : public World {
 protected:
  static base::SpaceId school_of(Core& core) {
    for (const auto& space : status(core).spaces) {
      if (space.kind == space::SpaceKind::school) return space.space;
    }
    ADD_FAILURE() << "no school";
    return {};
  }
  static std::size_t members_of(Core& core) {
    auto members = core.members();
    EXPECT_TRUE(members.ok());
    return members.ok() ? members->size() : 0;
  }
};

TEST_F(HostileCarrier, AMemberOrDeviceThatItMakesUpIsNobodyAndGetsNoKey) {
  auto ani = founder();
  const auto space = school_of(*ani);
  const support::Person mallory(random);
  space::InviteKeys invite = space::InviteKeys::from_secret(base::Secret16::random(random));
  space::Membership fake(space);
  std::vector<base::Bytes> made_up;
  made_up.push_back(space::write_join(mallory.author(), space, invite.sign, base::HeadTag{{1}},
                                      mallory.identity.box.public_key(), {}));
  made_up.push_back(space::write_device(mallory.author(), fake, mallory.certificate));
  made_up.push_back(
      space::write_invite(mallory.author(), fake, invite, space::WireRole::admin, 100, 2'000'000'000, {}));
  made_up.push_back(space::write_epoch(mallory.author(), fake, base::Secret32::random(random), {}, random));
  std::size_t injected = 0;
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& part : reply.spaces) {
      for (const auto& record : made_up) {
        part.records.push_back(record);
        ++injected;
      }
    }
    if (reply.spaces.empty() && reply.set) {
      for (std::uint32_t i = 1; i <= reply.set->size(); ++i) {
        reply.spaces.emplace_back();
        reply.spaces.back().space.index = i;
        reply.spaces.back().records = made_up;
        injected += made_up.size();
      }
    }
  };
  for (int i = 0; i < 3; ++i) {
    add(*ani, "hanya untuk guru " + std::to_string(i));
    static_cast<void>(sync(*ani));
  }
  auto budi = member(*ani, "Budi");
  EXPECT_GT(injected, 0U);
  static_cast<void>(sync(*ani));
  EXPECT_EQ(members_of(*ani), 2U) << "Ani and Budi";
  EXPECT_EQ(members_of(*budi), 2U);
  auto devices = ani->devices();
  ASSERT_TRUE(devices.ok());
  EXPECT_EQ(devices->size(), 1U);
  // No key box of what Ani wrote is for Mallory: what the carrier has opens nothing for her.
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*ani).code, Code::ok);
  // A box names its recipient by so much of the key; Ani's own is there.
  const auto named = [&](const base::PublicBoxKey& key) {
    const auto tag = base::prefix_of<base::HeadTag>(key);
    return server.disk().find(std::string(base::as_text(tag.view()))) != std::string::npos;
  };
  EXPECT_FALSE(named(mallory.identity.box.public_key()));
  EXPECT_FALSE(named(mallory.keys.box.public_key()));
  const auto card = ani->unconfirmed_card();
  ASSERT_TRUE(card.ok());
  EXPECT_TRUE(named(space::Identity::from_seed(card->seed.clone()).box.public_key()));
}

// Whoever knows people's public keys can found a space and call them members of it. Its key is theirs.
class SpaceOfStrangers : public HostileCarrier {
 protected:
  SpaceOfStrangers() {
    server.on_request = [this](sync::ClientMessage& message) {
      for (const auto& space : message.spaces) {
        seen.insert(seen.end(), space.records.begin(), space.records.end());
        if (trap && space.space.id == trap->space()) said += space.records.size() + space.logs.size();
      }
    };
    server.on_reply = [this](sync::ServerMessage& reply) {
      if (!trap) return;
      sync::SpaceReply part;
      part.space.id = trap->space();
      for (const auto& [name, record] : trap->records()) part.records.push_back(record);
      reply.spaces.push_back(std::move(part));
    };
  }
  // What was brought of a space, as anybody may read it who holds the records.
  space::Membership brought(const base::SpaceId& id) const { return membership_of(id, seen); }
  void put(base::ByteView record) { ASSERT_TRUE(trap->add(record).ok()); }
  // With the smallest id: it is looked at first.
  void found(const base::SpaceId& before) {
    std::array<std::uint8_t, 16> salt{};
    base::SpaceId id;
    do {
      random.fill(salt);
      id = space::space_id(mallory.certificate.identity_key, space::SpaceKind::school, salt);
    } while (!(id < before));
    trap.emplace(id);
    put(space::write_genesis(mallory.author(), mallory.identity.box.public_key(), space::SpaceKind::school,
                             salt));
    put(space::write_epoch(mallory.author(), *trap, key, {}, random));
  }
  void name_a_member(const space::Member& victim, const base::PublicBoxKey& card) {
    put(space::write_member(mallory.author(), *trap, victim.identity_key, card, space::WireRole::writer, {}));
  }

  support::Person mallory{random};
  base::Secret32 key = base::Secret32::random(random);
  std::vector<base::Bytes> seen;
  std::optional<space::Membership> trap;
  std::size_t said = 0;
};

TEST_F(SpaceOfStrangers, IsToldNothingNotEvenAName) {
  auto ani = founder("Ani Nama Asli");
  EXPECT_EQ(sync(*ani).code, Code::ok);
  const auto school = brought(school_of(*ani));
  ASSERT_EQ(school.members().size(), 1U);
  ASSERT_EQ(school.devices().size(), 1U);
  const auto victim = school.members().begin()->second;
  found(school.space());
  name_a_member(victim, victim.card.box);
  put(space::write_device(mallory.author(), *trap,
                          *space::parse_certificate(school.devices().begin()->second.certificate)));
  put(*space::write_boxes(mallory.author(), *trap, space::epoch_id(trap->space(), key), key, random));
  for (int i = 0; i < 3; ++i) {
    add(*ani, "hanya untuk sekolah " + std::to_string(i));
    static_cast<void>(sync(*ani));
  }
  EXPECT_EQ(said, 0U);
  const auto shown = status(*ani);
  for (const auto& space : shown.spaces) {
    if (!(space.space == trap->space())) continue;
    EXPECT_EQ(space.unsealed_ops, 0U) << "nothing waits to be told either";
  }
  EXPECT_TRUE(ani->invite("teacher", 3600, 1).ok()) << "into her own school";
}

TEST_F(SpaceOfStrangers, NamesNoCardForAColleague) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(sync(*ani).code, Code::ok);
    EXPECT_EQ(sync(*budi).code, Code::ok);
  }
  const auto school = brought(school_of(*ani));
  ASSERT_EQ(school.members().size(), 2U);
  const auto ani_there = school.members().at(ani->person());
  found(school.space());
  name_a_member(school.members().at(budi->person()), school.members().at(budi->person()).card.box);
  name_a_member(ani_there, mallory.identity.box.public_key());
  static_cast<void>(sync(*budi));
  auto group = budi->create_group("Kelas rendah");
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(budi->add_member(*group, ani->person(), "teacher").ok());
  trap.reset();
  EXPECT_EQ(sync(*budi).code, Code::ok);
  const auto founded = brought(*group);
  ASSERT_EQ(founded.members().count(ani->person()), 1U);
  EXPECT_EQ(founded.members().at(ani->person()).card.box, ani_there.card.box);
}

TEST_F(HostileCarrier, ASegmentInAnotherSpaceOrLogIsNotTakenAndTheHonestOneComes) {
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  for (int i = 0; i < 3; ++i) {
    add(*ani, "catatan " + std::to_string(i));
    EXPECT_EQ(sync(*ani).code, Code::ok);
  }
  const auto expected = texts(*ani);
  auto second = open("Ani-2");
  ASSERT_TRUE(second->recover(card, server.address()).ok());
  std::size_t moved = 0;
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (std::size_t i = 0; i + 1 < reply.spaces.size(); ++i) {  // each space gets its neighbour's logs
      std::swap(reply.spaces[i].logs, reply.spaces[i + 1].logs);
      moved += reply.spaces[i].logs.size() + reply.spaces[i + 1].logs.size();
    }
    for (auto& part : reply.spaces) {
      for (auto& run : part.logs) std::reverse(run.segments.begin(), run.segments.end());
      if (part.logs.size() > 1) std::swap(part.logs[0].segments, part.logs[1].segments);
    }
  };
  static_cast<void>(sync(*second));
  EXPECT_GT(moved, 0U);
  EXPECT_EQ(texts(*second), "");
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(texts(*second), expected);
}

TEST_F(HostileCarrier, ASyncUnderAnyClockMeansTheSame) {
  constexpr std::int64_t kYear = std::int64_t{31'556'952'000};
  space::RecoveryCard card;
  auto ani = founder("Ani", &card);
  const std::int64_t honest = clock.now().wall_ms;
  auto second = open("Ani-2");
  ASSERT_TRUE(second->recover(card, server.address()).ok());
  EXPECT_EQ(sync(*second).code, Code::ok);
  int written = 0;
  for (const std::int64_t years : {50, -50, 0, -56, 200}) {
    for (Core* core : {ani.get(), second.get()}) {
      clock.set_wall(honest + (core == ani.get() ? years : -years) * kYear);
      server.clock_ahead_seconds = -years * kYear / 1000;
      add(*core, "catatan " + std::to_string(++written));
      EXPECT_EQ(sync(*core).code, Code::ok) << years;
      EXPECT_EQ(pending(*core), 0U);
    }
  }
  clock.set_wall(honest);
  server.clock_ahead_seconds = 0;
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(status(*ani).entries, 10U);
  EXPECT_EQ(texts(*ani), texts(*second));
}

}  // namespace
}  // namespace sejawat::api
