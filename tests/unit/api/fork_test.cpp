// A copied store, and two carriers that took one branch each (docs/PROTOCOL.md, "Forks"): both are kept,
// whichever comes first, and every device and carrier ends with the same.
#ifndef __EMSCRIPTEN__
#include <numeric>
#include <set>

#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Forked : World {
  Server town{random, clock};
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder();
  std::unique_ptr<Core> budi = member(*ani, "Budi", &card);
  base::SpaceId personal_space = personal(status(*budi)).space;
  base::ObjectId shared;
  const std::vector<std::string> names{"Budi", "clone", "phone"};
  std::vector<std::unique_ptr<Core>> devices;

  // The school is on both carriers, and so is what Budi wrote until here.
  void host_on_both() {
    const auto secret = town.operator_secret();
    const auto school = community(status(*ani)).space;
    ASSERT_TRUE(ani->host_community(school, town.address(), secret).ok());
    ASSERT_EQ(sync(*ani, town).code, Code::ok);
    shared = add(*budi, "bersama");
    ASSERT_EQ(sync(*budi).code, Code::ok);
    ASSERT_EQ(sync(*budi, town).code, Code::ok);
  }
  void copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(folder.file(from), folder.file(to),
                               std::filesystem::copy_options::overwrite_existing);
  }
  void clone() {
    budi.reset();
    copy("Budi", "clone");
  }
  static void edit(Core& core, const base::ObjectId& id, const std::string& text) {
    auto view = core.journal().show(id);
    ASSERT_TRUE(view.ok());
    view->entry.events[0].happened = text;
    ASSERT_TRUE(core.edit_entry(view->entry).ok());
  }
  static std::set<std::string> words(Core& core) {
    std::set<std::string> texts;
    auto views = core.journal().list(false, 0, 1000);
    EXPECT_TRUE(views.ok());
    for (const auto& view : *views) {
      for (const auto& event : view.entry.events) texts.insert(event.happened);
      for (const auto& conflict : view.conflicts)
        texts.insert(conflict.values.begin(), conflict.values.end());
    }
    return texts;
  }
  // Everything that a fold shows, in its order: what is shown first of several values too.
  static std::string state(Core& core) {
    std::string out;
    auto views = core.journal().list(false, 0, 1000);
    EXPECT_TRUE(views.ok());
    for (const auto& view : *views) {
      out += view.entry.id.hex() + ":" + view.entry.events[0].happened;
      for (const auto& conflict : view.conflicts) {
        for (const auto& value : conflict.values) out += "/" + value;
      }
      out += "\n";
    }
    return out;
  }
  Server& carrier_of(std::size_t n) { return n == 0 ? server : town; }
  void expect_equal_everywhere(const std::set<std::string>& all) {
    for (int round = 0; round < 2; ++round) {
      for (auto& device : devices) {
        for (std::size_t n = 0; n < 2; ++n) {
          const auto report = sync(*device, carrier_of(n));
          ASSERT_EQ(report.code, Code::ok);
          ASSERT_EQ(report.refused, 0U);
        }
      }
    }
    EXPECT_EQ(server.digest(personal_space), town.digest(personal_space));
    for (auto& device : devices) {
      EXPECT_EQ(words(*device), all);
      EXPECT_EQ(state(*device), state(*devices.front()));
      const auto now = status(*device);
      EXPECT_EQ(now.pending, 0U);
      EXPECT_EQ(personal(now).waiting_segments, 0U);
      EXPECT_EQ(personal(now).refused, Code::ok);
      for (std::size_t n = 0; n < 2; ++n) {
        const auto idle = sync(*device, carrier_of(n));
        EXPECT_EQ(idle.round_trips, 1U) << "nothing differs";
        EXPECT_EQ(idle.sent + idle.received, 0U);
      }
    }
  }
};

// Both copies and a third device meet both carriers in every order there is.
TEST_F(Forked, EveryOrderOfArrivalEndsWithTheSameEverywhere) {
  host_on_both();
  {
    auto phone = open("phone");
    ASSERT_TRUE(phone->recover(card, server.address()).ok());
    ASSERT_EQ(sync(*phone).code, Code::ok);
  }
  clone();
  base::ObjectId original;
  {
    auto core = open("Budi");
    original = add(*core, "asli");
    edit(*core, shared, "disunting di asli");
    ASSERT_EQ(sync(*core, server).code, Code::ok);
    auto other = open("clone");
    add(*other, "klona");
    edit(*other, shared, "disunting di klona");
    add(*other, "klona lagi");
    ASSERT_EQ(sync(*other, town).code, Code::ok);
    // The phone knows one branch, by the name of the log, and refers to it.
    auto phone = open("phone");
    ASSERT_EQ(sync(*phone, server).code, Code::ok);
    edit(*phone, original, "asli, dilanjutkan di ponsel");
  }
  for (const auto& name : names) copy(name, name + ".0");
  server.back_up();
  town.back_up();
  const std::set<std::string> all{"asli, dilanjutkan di ponsel", "klona", "klona lagi", "disunting di asli",
                                  "disunting di klona"};
  std::vector<std::size_t> meetings(names.size() * 2);
  std::iota(meetings.begin(), meetings.end(), 0U);
  std::set<std::string> ends;
  int orders = 0;
  do {
    for (const auto& name : names) {
      copy(name + ".0", name);
      devices.push_back(open(name));
    }
    server.restore(false);
    town.restore(false);
    for (const auto meeting : meetings) {
      ASSERT_EQ(sync(*devices[meeting / 2], carrier_of(meeting % 2)).code, Code::ok);
    }
    expect_equal_everywhere(all);
    ends.insert(state(*devices.front()));
    EXPECT_EQ(personal(status(*devices[0])).forks, 1U);
    devices.clear();
    if (HasFailure()) {
      for (const auto meeting : meetings) std::printf("%zu ", meeting);
      std::printf("\n");
      return;
    }
    ++orders;
  } while (std::next_permutation(meetings.begin(), meetings.end()));
  EXPECT_EQ(orders, 720);
  EXPECT_EQ(ends.size(), 1U) << "and in every order with the very same";
}

TEST_F(Forked, AConflictBetweenBranchesIsSettledByAnybodyWhoSawBoth) {
  host_on_both();
  clone();
  devices.push_back(open("Budi"));
  devices.push_back(open("clone"));
  edit(*devices[0], shared, "satu");
  edit(*devices[1], shared, "dua");
  sync(*devices[0], server);
  sync(*devices[1], town);
  sync(*devices[0], town);
  sync(*devices[1], server);
  EXPECT_EQ(words(*devices[0]), (std::set<std::string>{"satu", "dua"}));
  EXPECT_EQ(state(*devices[0]), state(*devices[1]));
  devices.push_back(open("phone"));
  ASSERT_TRUE(devices[2]->recover(card, town.address()).ok());
  sync(*devices[2], town);
  edit(*devices[2], shared, "putusan");
  expect_equal_everywhere({"putusan"});
}

TEST_F(Forked, WhoseLogItWasGoesOnInANewOneAndSaysSo) {
  host_on_both();
  clone();
  devices.push_back(open("Budi"));
  devices.push_back(open("clone"));
  add(*devices[0], "asli");
  add(*devices[1], "klona");
  sync(*devices[0], server);
  sync(*devices[1], town);
  EXPECT_EQ(personal(status(*devices[0])).forks, 0U);
  add(*devices[0], "asli, belum terkirim");
  sync(*devices[0], town);
  EXPECT_EQ(devices[0]->forks_in_sync(), 1U);
  EXPECT_EQ(personal(status(*devices[0])).forks, 1U);
  EXPECT_EQ(community(status(*devices[0])).forks, 0U);
  sync(*devices[0], town);
  EXPECT_EQ(devices[0]->forks_in_sync(), 0U) << "once";
  devices[0].reset();
  devices[0] = open("Budi");
  EXPECT_EQ(personal(status(*devices[0])).forks, 1U);
  add(*devices[0], "asli, kemudian");
  sync(*devices[1], server);
  add(*devices[1], "klona, kemudian");
  expect_equal_everywhere(
      {"bersama", "asli", "klona", "asli, belum terkirim", "asli, kemudian", "klona, kemudian"});
  EXPECT_EQ(personal(status(*devices[0])).forks, 1U) << "no further fork: each has a log of its own now";
  EXPECT_EQ(personal(status(*devices[1])).forks, 1U);
}

TEST_F(Forked, ACopyOfACopyForksAgain) {
  host_on_both();
  budi.reset();
  copy("Budi", "clone");
  copy("Budi", "phone");
  for (const auto& name : names) {
    devices.push_back(open(name));
    add(*devices.back(), "dari " + name);
  }
  sync(*devices[0], server);
  sync(*devices[1], town);
  devices[2].reset();
  copy("phone", "fourth");
  devices[2] = open("phone");
  devices.push_back(open("fourth"));
  add(*devices[3], "dari keempat");
  sync(*devices[2], server);
  sync(*devices[3], town);
  expect_equal_everywhere({"bersama", "dari Budi", "dari clone", "dari phone", "dari keempat"});
}

// A carrier that took a branch whose ack was lost: it is offered again as it is, and nothing comes twice.
TEST_F(Forked, ABranchWhoseAckWasLostIsNotWrittenTwice) {
  host_on_both();
  clone();
  devices.push_back(open("Budi"));
  devices.push_back(open("clone"));
  edit(*devices[0], shared, "asli");
  sync(*devices[0], server);
  edit(*devices[1], shared, "klona");
  town.cut_after = 0;
  EXPECT_EQ(sync(*devices[1], town).code, Code::offline);
  town.cut_after = -1;
  sync(*devices[1], server);
  EXPECT_EQ(words(*devices[1]), (std::set<std::string>{"asli", "klona"}));
  edit(*devices[1], shared, "putusan");
  expect_equal_everywhere({"putusan"});
}

// The other branch of one's own log may come from a server that this store never met.
TEST_F(Forked, SentIsTakenBackByNoFork) {
  host_on_both();
  clone();
  devices.push_back(open("Budi"));
  devices.push_back(open("clone"));
  const auto ours = add(*devices[0], "asli");
  add(*devices[1], "klona");
  sync(*devices[0], server);
  sync(*devices[1], town);
  EXPECT_EQ(*devices[0]->delivery(ours), Delivery::on_carrier);
  sync(*devices[0], town);
  EXPECT_EQ(*devices[0]->delivery(ours), Delivery::on_carrier);
  EXPECT_EQ(pending(*devices[0]) > 0, true) << "the other branch is not at school yet";
  expect_equal_everywhere({"bersama", "asli", "klona"});
}

}  // namespace
}  // namespace sejawat::api
#endif
