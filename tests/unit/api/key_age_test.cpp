// A key that somebody copied off a phone unseen opens what is written in three months, not in all years to
// come.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1000;
constexpr std::int64_t kFiftyYears = 50 * 365 * kDay;

struct KeyAge : World {
  space::RecoveryCard ani_card;
  std::unique_ptr<Core> ani = founder("Ani", &ani_card);
  std::unique_ptr<Core> budi = member(*ani, "Budi");
  const base::SpaceId school = community(status(*ani)).space;

  std::size_t keys_of(const base::SpaceId& space) {
    return membership_of(space, server.records(space)).epochs().size();
  }
  void settle(std::vector<Core*> all) {
    for (int i = 0; i < 3; ++i) {
      for (auto* core : all) EXPECT_EQ(sync(*core).code, Code::ok);
    }
  }
};

TEST_F(KeyAge, AfterNinetyDaysAnAdminsDeviceChangesTheKeyOnce) {
  settle({ani.get(), budi.get()});
  const auto before = keys_of(school);
  clock.advance(89 * kDay);
  settle({budi.get(), ani.get()});
  EXPECT_EQ(keys_of(school), before) << "not before";
  clock.advance(2 * kDay);
  settle({budi.get()});
  EXPECT_EQ(keys_of(school), before) << "nobody else does";
  settle({ani.get(), budi.get()});
  EXPECT_EQ(keys_of(school), before + 1);
  settle({ani.get(), budi.get()});
  EXPECT_EQ(keys_of(school), before + 1);
  EXPECT_TRUE(community(status(*budi)).current_key);
}

TEST_F(KeyAge, ADiarysKeyIsChangedAndBothDevicesReadWhatIsWrittenWithIt) {
  const auto diary = ani->personal_space();
  settle({ani.get()});
  const auto before = keys_of(diary);
  clock.advance(91 * kDay);
  settle({ani.get()});
  EXPECT_EQ(keys_of(diary), before + 1);
  add(*ani, "dengan kunci baru");
  auto tablet = open("tablet");
  ASSERT_TRUE(tablet->recover(ani_card, server.address()).ok());
  settle({ani.get(), tablet.get()});
  EXPECT_EQ(keys_of(diary), before + 1) << "whoever has still to hear of the new key makes none";
  EXPECT_EQ(personal(status(*tablet)).waiting_segments, 0U);
  EXPECT_EQ(texts(*tablet), "dengan kunci baru");
}

TEST_F(KeyAge, OfTwoAdminsDevicesTheOneThatHearsOfItMakesNone) {
  auto tablet = open("tablet");
  ASSERT_TRUE(tablet->recover(ani_card, server.address()).ok());
  settle({tablet.get(), ani.get()});
  const auto before = keys_of(school);
  clock.advance(91 * kDay);
  settle({tablet.get(), ani.get(), budi.get()});
  EXPECT_EQ(keys_of(school), before + 1);
}

TEST_F(KeyAge, ClocksThatAreDecadesApartDoNotChangeItForEver) {
  auto tablet = open("tablet");
  ASSERT_TRUE(tablet->recover(ani_card, server.address()).ok());
  settle({tablet.get(), ani.get()});
  const auto before = keys_of(school);
  const auto now = clock.now().wall_ms;
  for (int i = 0; i < 4; ++i) {
    clock.set_wall(now + kFiftyYears);
    settle({tablet.get()});
    clock.set_wall(now - kFiftyYears);
    settle({ani.get()});
    clock.set_wall(now);
    settle({ani.get(), budi.get()});
  }
  EXPECT_EQ(keys_of(school), before + 1);
}

// A new key and its boxes may need two messages, and between the two nobody could send.
TEST_F(KeyAge, OnALineThatWentAwayTheKeyIsLeftAsItIsUntilASyncHasGoneWell) {
  settle({ani.get(), budi.get()});
  const auto before = keys_of(school);
  clock.advance(91 * kDay);
  for (const Code cut : {Code::offline, Code::timed_out}) {
    ASSERT_TRUE(ani->finish_sync(server.address(), cut).ok());
    EXPECT_EQ(sync(*ani).code, Code::ok);
    EXPECT_EQ(keys_of(school), before) << base::code_name(cut);
  }
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(keys_of(school), before + 1);
}

// A server that serves somebody's diary still does not tell them that the community put them out.
TEST_F(KeyAge, AnAdminWhoWasRemovedAndNotToldChangesNoKey) {
  settle({ani.get(), budi.get()});
  ASSERT_TRUE(ani->change_role(budi->person(), "operator").ok());
  settle({ani.get(), budi.get()});
  ASSERT_TRUE(community(status(*budi)).admin);
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  settle({ani.get(), budi.get()});
  clock.advance(91 * kDay);
  const auto before = server.records(school).size();
  settle({budi.get()});
  EXPECT_EQ(server.records(school).size(), before);
}

}  // namespace
}  // namespace sejawat::api
#endif
