// Somebody whose program opens logs without end is removed, demoted and revoked like anybody else.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "closed_state.h"
#include "fold/apply.h"
#include "space/record_outline.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

class ManyLogs : public World {
 protected:
  static constexpr std::size_t kMany = space::kFencesAtOnce + 1;
  space::RecoveryCard budi_card;
  std::unique_ptr<Core> ani = founder("Ani");
  std::unique_ptr<Core> budi = member(*ani, "Budi", &budi_card);
  base::SpaceId school = community(status(*budi)).space;

  // Logs with a segment each, from the store of that name, which nobody has open.
  void opens_logs(const std::string& name, const base::SpaceId& where) {
    ClosedState closed(folder.file(name), clock, random);
    Core::State& state = closed.state;
    auto& space = *state.spaces.at(where);
    Change change(state);
    ASSERT_TRUE(change.begin().ok());
    for (std::size_t i = 0; i < kMany; ++i) {
      ASSERT_TRUE(state.open_own_log(space, std::nullopt).ok());
      const auto own = state.store->own_log(where).value();
      log::Op op;
      op.object = random.id<base::ObjectId>();
      op.type = 60;
      op.cells.push_back({0, 1, std::string("x")});
      ASSERT_TRUE(fold::write_local(*state.store, state.codec, where, own->log, std::move(op), 0).ok());
      ASSERT_TRUE(state.seal_pending(space, SIZE_MAX).ok());
    }
    ASSERT_TRUE(change.commit().ok());
  }
  std::unique_ptr<Core> another_device(const std::string& name) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(budi_card, server.address()).ok());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(sync(*core).code, Code::ok);
    return core;
  }
  static base::DeviceId own_device(Core& core) {
    const auto devices = core.devices();
    SJ_CHECK(devices.ok());
    for (const auto& device : *devices) {
      if (device.self) return device.device;
    }
    return {};
  }
  static std::size_t logs_in_quarantine(Core& core) {
    const auto waiting = core.quarantine();
    EXPECT_TRUE(waiting.ok());
    return waiting.ok() ? waiting->size() : 0;
  }
};

TEST_F(ManyLogs, OfAMemberKeepNobodyFromRemovingThem) {
  const auto problem = begin_problem(*budi, school, "dari sebelumnya");
  for (auto* core : {budi.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  const auto budi_id = budi->person();
  budi.reset();
  opens_logs("Budi", school);
  budi = open("Budi");
  for (auto* core : {budi.get(), ani.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  ASSERT_TRUE(ani->remove_member(budi_id).ok());
  EXPECT_EQ(ani->members()->size(), 1U);
  EXPECT_TRUE(ani->cycle().records().show(problem).ok()) << "the log that was known first counts as it was";
  EXPECT_GT(logs_in_quarantine(*ani), 0U) << "what has no place in the record waits for an admin";
  const auto waiting = ani->quarantine();
  ASSERT_TRUE(ani->readmit(waiting->front().log).ok());
  EXPECT_LT(logs_in_quarantine(*ani), waiting->size());
  EXPECT_EQ(sync(*ani).code, Code::ok);
}

TEST_F(ManyLogs, OfAMemberKeepNobodyFromMakingThemAReader) {
  const auto budi_id = budi->person();
  budi.reset();
  opens_logs("Budi", school);
  budi = open("Budi");
  for (auto* core : {budi.get(), ani.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  EXPECT_TRUE(ani->change_role(budi_id, "reader").ok());
}

// All spaces go in one change: what could not be said in one place kept the phone everywhere.
TEST_F(ManyLogs, OfAStolenPhoneKeepItsOwnerFromRevokingItNowhere) {
  auto phone = another_device("phone");
  for (int i = 0; i < 2; ++i) {
    for (auto* core : {budi.get(), phone.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  }
  const auto stolen = own_device(*phone);
  phone.reset();
  opens_logs("phone", school);
  phone = open("phone");
  for (auto* core : {phone.get(), budi.get(), budi.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  EXPECT_TRUE(budi->revoke_device(stolen).ok());
  EXPECT_EQ(sync(*budi).code, Code::ok);
}

// The same by a record: whoever holds the stolen phone puts the one that could revoke it out of the school.
TEST_F(ManyLogs, AndWhoWasPutOutOfOneSpaceByItRevokesItAtHomeAllTheSame) {
  auto phone = another_device("phone");
  for (int i = 0; i < 2; ++i) {
    for (auto* core : {budi.get(), phone.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  }
  const auto stolen = own_device(*phone);
  const auto own = own_device(*budi);
  phone.reset();
  budi.reset();
  base::Bytes removal;
  // Budi's own may hear of it on any way, a bundle or another server.
  for (const auto* name : {"phone", "Budi"}) {
    ClosedState closed(folder.file(name), clock, random);
    Core::State& state = closed.state;
    auto& space = *state.spaces.at(school);
    ASSERT_EQ(space.membership.devices().count(own), 1U);
    if (removal.empty()) removal = space::write_device_removed(state.author(), space.membership, own, {});
    Change change(state);
    ASSERT_TRUE(change.begin().ok());
    ASSERT_TRUE(state.take_record(space, removal).ok());
    ASSERT_TRUE(change.commit().ok());
  }
  phone = open("phone");
  budi = open("Budi");
  for (auto* core : {phone.get(), budi.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  EXPECT_TRUE(budi->revoke_device(stolen).ok());
  EXPECT_EQ(sync(*budi).code, Code::ok);
  const auto devices = budi->devices();
  ASSERT_TRUE(devices.ok());
  EXPECT_TRUE(std::any_of(devices->begin(), devices->end(),
                          [&](const auto& one) { return one.device == stolen && one.removed; }));
  add(*budi, "sesudahnya");
  EXPECT_EQ(sync(*budi).code, Code::ok);
  static_cast<void>(sync(*phone));
  EXPECT_EQ(texts(*phone), "") << "the diary goes on without it";
}

// Revoked at home before it was known that it is in the school, too: whoever hears of that ends it there.
TEST_F(ManyLogs, ThatCameAfterARevocationStopNoSync) {
  const auto without_school = [&](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      auto& records = space.records;
      const auto of_school = [&](const base::Bytes& record) {
        return space::outline_of(record)->space == school;
      };
      records.erase(std::remove_if(records.begin(), records.end(), of_school), records.end());
    }
  };
  auto phone = another_device("phone");
  const auto stolen = own_device(*phone);
  phone.reset();
  opens_logs("phone", school);
  phone = open("phone");
  ASSERT_EQ(sync(*phone).code, Code::ok);
  server.on_reply = without_school;
  static_cast<void>(sync(*budi));
  ASSERT_TRUE(budi->revoke_device(stolen).ok());
  server.on_reply = nullptr;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sync(*budi).code, Code::ok);
  const auto members = budi->members();
  ASSERT_TRUE(members.ok());
  for (const auto& one : *members) EXPECT_EQ(one.devices, 1U);
}

}  // namespace
}  // namespace sejawat::api
#endif
