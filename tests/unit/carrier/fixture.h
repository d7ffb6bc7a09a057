// A carrier over a store of its own, a school on it, and somebody to talk to it.
#pragma once

#include <gtest/gtest.h>

#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"
#include "verdicts.h"

namespace sejawat::carrier {

using base::Bytes;
using base::Code;
using support::Books;
using support::Community;
using support::message_of;
using support::Person;
using support::run_of;
using support::upload;
using support::verdict;
using support::Writing;

constexpr std::int64_t kNow = 1'795'000'000;

class CarrierTest : public testing::Test {
 protected:
  CarrierTest() { open({}); }
  void open(const Limits& limits) {
    if (!store) store = std::move(storage::open_sqlite(":memory:", random)).value();
    carrier = std::move(Carrier::open(*store, limits)).value();
    auto secret = carrier->operator_secret(random);
    if (*secret) operator_secret = base::to_bytes((*secret)->view());
  }
  sync::ServerMessage send(const Person& by, const sync::ClientMessage& message, std::int64_t now = kNow) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(by.device(), message, now);
    EXPECT_TRUE(ingested.ok());
    EXPECT_TRUE(store->commit().ok());
    auto reply = carrier->answer(by.device(), message, std::move(ingested).value());
    EXPECT_TRUE(reply.ok());
    note_verdicts(*reply);
    EXPECT_LE(sync::encode(*reply).size(), sync::kMessageMax);
    EXPECT_TRUE(sync::decode_server(sync::encode(*reply)).ok());
    return std::move(reply).value();
  }
  // The next one of a connection that stays.
  sync::ServerMessage exchange(Peer& peer, const sync::ClientMessage& message, std::int64_t now = kNow) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(peer, message, now);
    EXPECT_TRUE(ingested.ok());
    EXPECT_TRUE(store->commit().ok());
    auto reply = carrier->answer(peer, message, std::move(ingested).value());
    EXPECT_TRUE(reply.ok());
    note_verdicts(*reply);
    return std::move(reply).value();
  }
  // The verdict on one record, on one segment.
  Code offer(const Person& by, const base::SpaceId& space, const Bytes& record, std::int64_t now = kNow) {
    return verdict(send(by, message_of({upload(space, {record})}), now).record_exceptions, 0);
  }
  Code write(const Person& by, const Writing& log, const Bytes& segment, std::int64_t now = kNow) {
    return verdict(send(by, message_of({upload(log.space->id(), {}, {run_of(log.id, {segment})})}), now)
                       .segment_exceptions,
                   0);
  }
  // The school as its founder makes it.
  sync::ServerMessage found(const Person& by, const Community& community) {
    auto message = message_of({upload(community.id(), community.records())});
    message.hello->operator_secret = operator_secret;
    return send(by, message);
  }
  space::InviteKeys invite(std::uint32_t uses = 1, std::int64_t expires = kNow + 1000,
                           space::WireRole role = space::WireRole::writer) {
    auto keys = space::InviteKeys::from_secret(base::Secret16::random(random));
    const auto record =
        school.add(space::write_invite(admin.author(), school.membership, keys, role, uses, expires, {}));
    EXPECT_EQ(offer(admin, school.id(), record), Code::ok);
    return keys;
  }
  Bytes join_of(const Person& person, const space::InviteKeys& keys) const {
    const auto offered = school.membership.invites().find(keys.sign.public_key());
    const auto record =
        offered == school.membership.invites().end() ? base::HeadTag{} : offered->second.record;
    return space::write_join(person.author(), school.id(), keys.sign, record,
                             person.identity.box.public_key(), {});
  }
  void admit(const Person& person, space::WireRole role = space::WireRole::writer) {
    const auto record = school.add(join_of(person, invite(1, kNow + 1000, role)));
    EXPECT_EQ(offer(person, school.id(), record), Code::ok);
  }
  // A log whose enrolment the carrier has.
  Writing enrol(Community& in, const Person& by) {
    Writing log(in, by, random);
    EXPECT_EQ(offer(by, in.id(), log.enrolment), Code::ok);
    return log;
  }
  // One exchange of somebody who keeps books.
  sync::ServerMessage exchange(const Person& by, Books& books, std::vector<sync::SpaceUpload> uploads = {}) {
    sync::ClientMessage message;
    message.hello = books.hello();
    message.spaces = std::move(uploads);
    auto reply = send(by, message);
    books.settle(message, reply);
    return reply;
  }

  support::SeededRandom random{20};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  Person stranger{random};
  Community school = support::found_school(admin);
  std::unique_ptr<CarrierStore> store;
  std::unique_ptr<Carrier> carrier;
  Bytes operator_secret;
};

class SchoolTest : public CarrierTest {
 protected:
  SchoolTest() { EXPECT_TRUE(found(admin, school).record_exceptions.empty()); }
};

}  // namespace sejawat::carrier
