// What the simulator found once, as small as it goes; each with the seed that showed it first.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "run.h"
#include "school.h"
#include "storage_sqlite/sqlite_store.h"
#include "store/store.h"

namespace sejawat::simulation {
namespace {

class Found : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "sejawat-found-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string folder_;
};

// Kills the process of a fresh store at every place of `change` in turn, opens the store again, and cuts the
// power. What `there` saw after the kill must still be there then, whatever the power cut does.
template <class Store, class Open, class Do, class There>
void expect_seen_is_durable(const std::string& folder, Open open, Do change, There there) {
  int seen = 0;
  for (std::uint64_t turn = 0; turn < 200; ++turn) {
    Witness witness(turn);
    Disk disk(witness, turn, 0);
    const Mount mount(folder, disk);
    Store store = open();
    ASSERT_NE(store, nullptr);
    disk.end_process_at(1 + turn % 10);
    change(*store);
    if (!disk.ended()) continue;
    store.reset();
    disk.settle(Ending::killed);
    store = open();
    ASSERT_NE(store, nullptr) << turn;
    const bool was_there = there(*store);
    seen += was_there ? 1 : 0;
    disk.end_process();
    store.reset();
    disk.settle(Ending::power_cut);
    store = open();
    ASSERT_NE(store, nullptr) << turn;
    EXPECT_TRUE(!was_there || there(*store))
        << "killed at change " << 1 + turn % 10 << ", then the power went";
  }
  EXPECT_GT(seen, 0) << "the kill never left the change behind: the test does not test";
}

// Seed 231919369626709: a killed server found a commit in the page cache, told a client that came again
// "stored", and lost it with the power.
TEST_F(Found, AServerMakesDurableWhatAKillLeftBeforeItSpeaksOfIt) {
  support::SeededRandom random(1);
  expect_seen_is_durable<std::unique_ptr<carrier::CarrierStore>>(
      folder_,
      [&] {
        auto store = storage::open_sqlite(folder_ + "/carrier.db", random);
        return store.ok() ? std::move(*store) : nullptr;
      },
      [](carrier::CarrierStore& store) {
        static_cast<void>(store.begin());
        static_cast<void>(store.put_meta("word", base::as_bytes("here")));
        static_cast<void>(store.commit());
      },
      [](carrier::CarrierStore& store) {
        auto value = store.meta("word");
        return value.ok() && value->has_value();
      });
}

TEST_F(Found, AStoreMakesDurableWhatAKillLeftBeforeItShowsIt) {
  const base::Secret32 key(base::Bytes(32, 7));
  expect_seen_is_durable<std::unique_ptr<store::Store>>(
      folder_,
      [&] {
        auto store = store::Store::open(folder_ + "/store.db", key, 0);
        return store.ok() ? std::move(*store) : nullptr;
      },
      [](store::Store& store) { static_cast<void>(store.put_setting("word", base::as_bytes("here"))); },
      [](store::Store& store) {
        auto value = store.setting("word");
        return value.ok() && value->has_value();
      });
}

// A school in fair weather.
class FoundAtSchool : public Found {
 protected:
  void SetUp() override {
    Found::SetUp();
    ::mkdir((folder_ + "/server").c_str(), 0700);
    server_ = std::make_unique<Server>(world_, folder_ + "/server", 0, Planted::none);
    network_ = std::make_unique<Network>(world_, *server_, Planted::none);
    sites_ = {{server_.get(), network_.get()}};
    server_->start();
  }
  void TearDown() override {
    people_.clear();
    network_.reset();
    server_.reset();
    Found::TearDown();
  }
  Person& add_person() {
    people_.push_back(std::make_unique<Person>());
    return *people_.back();
  }
  Device& add_device(Person& person) {
    const std::string folder = folder_ + "/device" + std::to_string(devices_);
    ::mkdir(folder.c_str(), 0700);
    person.devices.push_back(
        std::make_unique<Device>(world_, sites_, person, folder, devices_++, Planted::none));
    person.devices.back()->open();
    return *person.devices.back();
  }
  bool sync(Device& device) {
    device.start_sync();
    while (device.syncing() && world_.run_one()) {
    }
    return device.last_sync().code == base::Code::ok;
  }
  Device& founder() {
    Device& device = add_device(add_person());
    EXPECT_TRUE(device.make_person() && device.create_community() && sync(device));
    return device;
  }
  void expect_no_violation() {
    const auto& violation = world_.witness.violation();
    EXPECT_FALSE(violation) << name_of(violation->property) << ": " << violation->detail;
  }

  World world_{1};
  std::unique_ptr<Server> server_;
  std::unique_ptr<Network> network_;
  std::vector<Site> sites_;
  std::vector<std::unique_ptr<Person>> people_;
  std::uint64_t devices_ = 0;
};

// Seed 279099462238234: a person whose first step failed on a full disk was there in memory and not in the
// store.
TEST_F(FoundAtSchool, AFirstStepThatFailsLeavesNobodyBehind) {
  for (std::uint64_t at = 1; at < 200; ++at) {
    Device& device = add_device(add_person());
    device.disk().fail_at(at);
    const bool made = device.make_person();
    device.disk().heal();
    if (!made) {
      EXPECT_FALSE(device.has_person()) << at;
      ASSERT_TRUE(device.make_person()) << at;
    }
    device.add_entries(1);
    expect_no_violation();
    if (made) return;
  }
  FAIL() << "it always fails";
}

// Seed 204908156754687: membership records of a failed transaction stayed in memory; later ones named them as
// parents and were stored without them, and then the store did not open any more.
TEST_F(FoundAtSchool, AReplyThatCannotBeStoredIsForgottenWhole) {
  Person& person = founder().person();
  for (const std::uint64_t at : {1, 2, 3, 5, 8, 13, 21, 34}) {
    Device& device = add_device(person);
    ASSERT_TRUE(device.recover());
    device.disk().fail_at(at);
    EXPECT_FALSE(sync(device)) << at;
    EXPECT_TRUE(sync(device) && sync(device)) << at;
    EXPECT_EQ(device.last_sync().pending, 0U) << at;
    device.close();
    device.open();
    ASSERT_TRUE(device.up()) << at;
    expect_no_violation();
  }
}

// Seed 218227036069703: the epoch of a personal space was opened by its first device only, which was lost
// before it had reached the carrier; nothing that its successor wrote could ever be sealed.
TEST_F(FoundAtSchool, ARecoveredDeviceSendsEvenIfItsPredecessorNeverReachedTheCarrier) {
  Device& admin = founder();
  Person& person = add_person();
  ASSERT_TRUE(add_device(person).make_person());
  person.devices.front()->lose();
  Device& second = add_device(person);
  ASSERT_TRUE(second.recover());
  const auto link = admin.invite("teacher", 3600, 1);
  ASSERT_TRUE(link && sync(admin) && second.join(*link));
  second.add_entries(2);
  ASSERT_TRUE(sync(second) && sync(second));
  EXPECT_EQ(second.last_sync().pending, 0U);
  Device& third = add_device(person);
  ASSERT_TRUE(third.recover() && sync(third));
  auto folded = third.folded();
  ASSERT_TRUE(folded.ok());
  EXPECT_EQ(folded->size(), 2U);
  expect_no_violation();
}

// Seed 168575886824113: two devices opened an epoch each, not knowing of the other; only the key of the one
// that all writers then chose was boxed to the third, which could not read what was sealed in the other.
TEST_F(FoundAtSchool, KeysOfConcurrentEpochsReachEveryDevice) {
  Device& admin = founder();
  Person& person = add_person();
  Device& first = add_device(person);
  ASSERT_TRUE(first.make_person());
  first.add_entries(1);
  Device& second = add_device(person);
  Device& third = add_device(person);
  ASSERT_TRUE(second.recover() && third.recover());
  const auto link = admin.invite("teacher", 3600, 1);
  ASSERT_TRUE(link && sync(admin) && second.join(*link));
  // Neither finds an epoch on the carrier, so each opens one, and has it for itself until its next sync.
  ASSERT_TRUE(sync(second) && sync(third));
  second.add_entries(1);
  third.add_entries(1);
  for (int round = 0; round < 6; ++round) {
    for (Device* device : {&second, &third, &first}) sync(*device);
  }
  for (Device* device : person.alive()) {
    auto folded = device->folded();
    ASSERT_TRUE(folded.ok());
    EXPECT_EQ(folded->size(), 3U) << device->number();
  }
  expect_no_violation();
}

// Seed 132661836925329: an I/O error while the log of a killed process was read back ended the log there, and
// what had been saved after that place was gone.
TEST_F(FoundAtSchool, AReadErrorWhileAStoreRecoversLosesNothing) {
  Device& device = founder();
  device.add_entries(3);
  for (std::uint64_t at = 1; at < 60; ++at) {
    device.add_entries(1);
    device.end(Ending::killed);
    device.disk().fail_read_at(at);
    device.open();
    device.disk().heal();
    device.open();
    ASSERT_TRUE(device.up()) << at;
    expect_no_violation();
  }
  auto folded = device.folded();
  ASSERT_TRUE(folded.ok());
  EXPECT_EQ(folded->size(), 62U);
}

// Seed 65972167685702: after a change that failed, memory could not be read back from the store for a moment,
// and then nothing went until the app was started anew.
TEST_F(FoundAtSchool, AStoreThatCouldNotBeReadForAMomentIsReadAgain) {
  Device& device = founder();
  device.add_entries(1);
  int failed = 0;
  for (std::uint64_t at = 1; at < 40; ++at) {
    device.add_entries(1);
    device.disk().fail_at(1 + at % 7);
    device.disk().fail_read_at(at);
    failed += sync(device) ? 0 : 1;
    device.disk().heal();
    ASSERT_TRUE(device.core().status().ok()) << at;
    EXPECT_TRUE(device.has_person());
    EXPECT_FALSE(device.make_person());
    ASSERT_TRUE(sync(device)) << at;
    expect_no_violation();
  }
  EXPECT_GT(failed, 0);
}

// Seeds 147348791321624 and 28454081752819: what a revoked device wrote later was shown on the other devices
// of its owner; and where nothing else of an entry was left, an empty one stayed in the list.
TEST_F(FoundAtSchool, WhatARevokedDeviceWritesLaterIsKeptAndShownByNobodyElse) {
  Device& first = founder();
  Person& person = first.person();
  first.add_entries(1);
  Device& stolen = add_device(person);
  ASSERT_TRUE(stolen.recover() && sync(stolen) && sync(first) && sync(stolen) && sync(first));
  stolen.add_entries(2);
  ASSERT_TRUE(first.revoke_device(stolen) && sync(first));
  for (int i = 0; i < 3; ++i) sync(stolen);
  ASSERT_TRUE(sync(first));
  auto folded = first.folded();
  ASSERT_TRUE(folded.ok());
  EXPECT_EQ(folded->size(), 1U);
  auto late = first.core().quarantine();
  ASSERT_TRUE(late.ok());
  std::uint64_t ops = 0;
  for (const auto& row : *late) ops += row.ops;
  EXPECT_GE(ops, 2U);
  ASSERT_TRUE(first.readmit_all());
  folded = first.folded();
  ASSERT_TRUE(folded.ok());
  EXPECT_EQ(folded->size(), 3U);
  expect_no_violation();
}

// Seed 139582243456012: a server went back to before it knew the device, under its old generation, and did
// not say that it had lost what it once acknowledged.
TEST_F(FoundAtSchool, AServerThatWentBackToBeforeADeviceTakesItsCheckMarksBack) {
  Device& admin = founder();
  server_->take_snapshot();
  Person& person = add_person();
  Device& device = add_device(person);
  const auto link = admin.invite("teacher", 3600 * 24 * 30, 1);
  ASSERT_TRUE(link && sync(admin) && device.make_person() && device.join(*link));
  device.add_entries(1);
  ASSERT_TRUE(sync(device) && sync(device) && sync(admin));
  ASSERT_EQ(device.last_sync().pending, 0U);
  server_->roll_back();
  server_->start();
  sync(device);
  auto pending = device.core().pending();
  ASSERT_TRUE(pending.ok());
  EXPECT_GT(*pending, 0U);
  for (int i = 0; i < 3; ++i) sync(admin), sync(device);
  EXPECT_EQ(device.last_sync().pending, 0U);
  expect_no_violation();
}

// 140910399516217: the record of an epoch fell with a removed device, and who came later could not read what
// others had sealed with its key. 40482849152378, 160132269988702: the row of an entry that lies in
// quarantine whole stayed. 192579930913902: acks that no digest had confirmed outlived a rolled back server.
// 268151228849295: what was readmitted waited for a key in a void record. 143802859052810: only the device
// with the link came back. 215830065446791: the one holder of the key was no admin any more. 76687588960899:
// a space that is served no more held up the others.
TEST(FoundSeeds, SchedulesThatOnceBrokeAPropertyHold) {
  for (const std::uint64_t seed :
       {140910399516217U, 40482849152378U, 160132269988702U, 64951796807890U, 33528994140394U,
        192579930913902U, 268151228849295U, 143802859052810U, 215830065446791U, 100900388792111U,
        76687588960899U, 45094295490064U, 6945319095042U, 192810101732357U}) {
    RunOptions options;
    options.seed = seed;
    options.schedule.shape = Shape::first;
    const RunReport run = run_schedules(options);
    EXPECT_EQ(run.failed, 0U) << seed;
  }
}

// Longer, and without photos. 256078525687996: what a server had acked of a space that it no longer names
// outlived that. 88752019526294: what survived an erasure stood behind a fence. 8992198907135: a removal that
// a confirmation brought into force was followed by no new key. 216276697111780: an epoch whose boxes were
// never taken. 273547719173064: late work was not brought again to a server that went back. 268507330875628:
// a further phone of somebody who had joined used their invite up. 62557103549367: a community whose first
// record had not come passed for a diary. 14505545205156: a carrier refused a join that an admin had
// confirmed.
TEST(FoundSeeds, LongerSchedulesThatOnceBrokeAPropertyHold) {
  for (const std::uint64_t seed : {256078525687996U, 88752019526294U, 8992198907135U, 216276697111780U,
                                   153223885472277U, 273547719173064U, 215910249668180U, 31338179697045U,
                                   91907371245355U, 73161643580346U, 269217673100727U, 268507330875628U,
                                   62557103549367U, 227386230525462U, 236584642425825U, 14505545205156U}) {
    RunOptions options;
    options.seed = seed;
    options.schedule.shape = Shape::text;
    EXPECT_EQ(run_schedules(options).failed, 0U) << seed;
  }
}

// Of everything. 258099114501560: a server went back to between a text and its photo. 22441439653340: a
// removed device offered its forked log again in each sync. 126531269406360: a reader never took the other
// end of their own log. 13425994961279: an old invite made the removed the senior of their removal.
// 94674440127495: a carrier that had never named a set went back, and nothing said so. 93935101974651: a key
// opened by what waited for it, and a removal that it should have followed had been heard of before.
// 154383774786896, 112156802083084: whom no server takes in hears of no erasure, and offers more than a
// message. 148738100626413: of a cloned phone that no server knows one copy was asked for the other's words.
// 125202435434604: a removed phone that had nothing to offer showed as sent what lay beyond its fence.
// 204630296732903: nobody showed the card again, and nobody could invite without the newest key.
// 121426897795444: a phone was revoked by the very group that took its last words, and its line stayed open.
// 54987932559672: a wiped server did not take a join again by the invite of a phone that was revoked
// meanwhile. 16696074196048: it took such joins from any member, more than the invite was for.
// 49042419257902: the opening of a key fell with a role and its boxes stood, of which nobody opened one.
TEST(FoundSeeds, SchedulesOfEverythingThatOnceBrokeAPropertyHold) {
  for (const std::uint64_t seed :
       {258099114501560U, 22441439653340U,  126531269406360U, 158940560638861U, 13425994961279U,
        94674440127495U,  93935101974651U,  265770646375363U, 154383774786896U, 112156802083084U,
        180470060292813U, 225081200623121U, 148738100626413U, 125202435434604U, 204630296732903U,
        121426897795444U, 54987932559672U,  16696074196048U,  74603594830868U,  49042419257902U}) {
    RunOptions options;
    options.seed = seed;
    EXPECT_EQ(run_schedules(options).failed, 0U) << seed;
  }
}

// With a member who cheats. 274044440153666: who called another's phone theirs had it fetch their diary.
// 78279746881490: a phone that its owner had revoked was served what the cheat has, who called it theirs.
// 152217791478738: a cheat who was admin let more of their own in than a link was for, as admins may.
// 271557050903310: what was acked with the question whose device it is has no digest, and was compared anew.
TEST(FoundSeeds, SchedulesWithACheatThatOnceBrokeAPropertyHold) {
  for (const std::uint64_t seed : {274044440153666U, 78279746881490U, 61391020534473U, 11324607698869U,
                                   152217791478738U, 271557050903310U}) {
    RunOptions options;
    options.seed = seed;
    options.schedule.shape = Shape::cheats;
    EXPECT_EQ(run_schedules(options).failed, 0U) << seed;
  }
}

// With a stolen phone. 269812556397442: the thief's card was the only one known of its owner. 23327128896630:
// what the phone had let in stood where only what that had let in was known. 56019045544846: the owner had
// been removed, and was asked to revoke where nothing of theirs stands.
TEST(FoundSeeds, SchedulesWithAThiefThatOnceBrokeAPropertyHold) {
  for (const std::uint64_t seed : {269812556397442U, 23327128896630U, 56019045544846U}) {
    RunOptions options;
    options.seed = seed;
    options.schedule.shape = Shape::thefts;
    EXPECT_EQ(run_schedules(options).failed, 0U) << seed;
  }
}

}  // namespace
}  // namespace sejawat::simulation
