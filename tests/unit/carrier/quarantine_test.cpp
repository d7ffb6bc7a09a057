// What a carrier does with the work of those who were removed.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

class RemovedTest : public SchoolTest {
 protected:
  // Sari is removed with `kept` segments of her log accepted.
  void remove_sari(const Writing& log, const std::vector<Bytes>& written, std::uint64_t kept) {
    std::vector<space::Fence> fences;
    if (kept > 0) fences.push_back({log.id, kept, tag_of(log, written, kept)});
    const auto record = school.add(space::write_person_removed(admin.author(), school.membership,
                                                               sari.certificate.person(), std::move(fences)));
    EXPECT_EQ(offer(admin, school.id(), record), Code::ok);
  }
  Usage usage() const { return carrier->survey()[0].usage; }
  base::HeadTag tag_of(const Writing& log, const std::vector<Bytes>& written, std::uint64_t count) const {
    base::Hash32 hash;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto segment = log::decode_segment(written[i]).value();
      hash = log::segment_hash(school.id(), log.id, hash, segment.header, log::body_hash(segment.body));
    }
    return base::prefix_of<base::HeadTag>(hash);
  }
};

TEST_F(RemovedTest, LateWorkIsKeptInQuarantineUnderAQuotaOfItsOwn) {
  admit(sari);
  Writing log = enrol(school, sari);
  std::vector<Bytes> written{log.write(), log.write(), log.write()};
  ASSERT_EQ(write(sari, log, written[0]), Code::ok);
  remove_sari(log, written, 1);
  EXPECT_EQ(write(sari, log, written[0]), Code::ok) << "what lies within the fence stays what it was";
  EXPECT_EQ(write(sari, log, written[1]), Code::fenced);
  EXPECT_EQ(write(sari, log, written[1]), Code::fenced) << "and again";
  EXPECT_EQ(write(admin, log, written[2]), Code::fenced) << "whoever brings it";
  EXPECT_EQ(carrier->survey()[0].usage.segment_bytes, written[0].size());
  EXPECT_EQ(carrier->survey()[0].usage.quarantined_bytes, written[1].size() + written[2].size());

  Books books;  // it travels like everything else, so that every replica holds the same
  for (int i = 0; i < 3; ++i) exchange(admin, books);
  EXPECT_EQ(books.at(school.id()).segments.size(), 3U);

  const auto readmitted = school.add(
      space::write_readmitted(admin.author(), school.membership, {{log.id, 3, tag_of(log, written, 3)}}));
  ASSERT_EQ(offer(admin, school.id(), readmitted), Code::ok);
  EXPECT_EQ(write(admin, log, written[2]), Code::ok) << "taken after all";
}

// Who is known to nobody has few messages on a connection, and a phone may have written a term's work
// unaware.
TEST_F(RemovedTest, AMessageThatBringsLateWorkIsNotInVain) {
  admit(sari);
  Writing log = enrol(school, sari);
  remove_sari(log, {}, 0);
  Peer line(sari.device());
  const auto say = [&](const sync::ClientMessage& message) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(line, message, kNow);
    EXPECT_TRUE(store->commit().ok());
    EXPECT_TRUE(carrier->answer(line, message, std::move(ingested).value()).ok());
  };
  sync::ClientMessage late;
  for (int i = 0; i < 20; ++i) {
    late = message_of({upload(school.id(), {}, {run_of(log.id, {log.write()})})});
    say(late);
  }
  EXPECT_EQ(line.in_vain, 0U);
  say(late);
  EXPECT_EQ(line.in_vain, 1U) << "what is here already is nothing new";
  say(message_of({}));
  EXPECT_EQ(line.in_vain, 2U);
}

TEST_F(RemovedTest, AFullQuarantineTakesNothingFromTheMembers) {
  Limits limits;
  limits.quarantine_bytes = 1000;
  open(limits);
  admit(sari);
  Writing log = enrol(school, sari);
  remove_sari(log, {}, 0);
  EXPECT_EQ(write(sari, log, log.write(700)), Code::fenced);
  EXPECT_EQ(write(sari, log, log.write(700)), Code::quota_exceeded);
  Writing others = enrol(school, admin);
  EXPECT_EQ(write(admin, others, others.write(700)), Code::ok);
}

TEST_F(RemovedTest, WhatIsReadmittedMakesRoomForFurtherLateWork) {
  Limits limits;
  limits.quarantine_bytes = 1000;
  open(limits);
  admit(sari);
  Writing log = enrol(school, sari);
  std::vector<Bytes> written{log.write(700)};
  remove_sari(log, {}, 0);
  ASSERT_EQ(write(sari, log, written[0]), Code::fenced);
  written.push_back(log.write(700));
  ASSERT_EQ(write(sari, log, written[1]), Code::quota_exceeded);
  const auto readmitted = school.add(
      space::write_readmitted(admin.author(), school.membership, {{log.id, 1, tag_of(log, written, 1)}}));
  ASSERT_EQ(offer(admin, school.id(), readmitted), Code::ok);
  EXPECT_EQ(usage().quarantined_bytes, 0U);
  EXPECT_EQ(usage().segment_bytes, written[0].size());
  EXPECT_EQ(write(sari, log, written[1]), Code::fenced);
  EXPECT_EQ(usage().quarantined_bytes, written[1].size());
}

TEST_F(RemovedTest, WhatARemovalOrADemotionLeavesOutIsCountedAsQuarantined) {
  for (const bool demoted : {false, true}) {
    Person& wati = demoted ? budi : sari;
    admit(wati);
    Writing log = enrol(school, wati);
    std::vector<Bytes> written{log.write(), log.write()};
    for (const auto& segment : written) ASSERT_EQ(write(wati, log, segment), Code::ok);
    const auto before = usage();
    const std::vector<space::Fence> fences{{log.id, 1, tag_of(log, written, 1)}};
    const auto& at = school.membership;
    const auto record = school.add(
        demoted ? space::write_role(admin.author(), at, wati.id(), space::WireRole::reader, fences, {})
                : space::write_person_removed(admin.author(), at, wati.id(), fences));
    ASSERT_EQ(offer(admin, school.id(), record), Code::ok);
    EXPECT_EQ(usage().quarantined_bytes, before.quarantined_bytes + written[1].size());
    EXPECT_EQ(usage().segment_bytes, before.segment_bytes - written[1].size());
    const auto after = usage();
    open({});
    EXPECT_EQ(usage(), after);
  }
}

// As a program left it that only ever counted up.
TEST_F(RemovedTest, AStoreWhoseQuarantineNeverSankIsCountedAnewWhenItIsOpened) {
  admit(sari);
  Writing log = enrol(school, sari);
  std::vector<Bytes> written{log.write(), log.write()};
  for (const auto& segment : written) ASSERT_EQ(write(sari, log, segment), Code::ok);
  const auto miscount = [&] {
    auto tip = **store->tip(school.id());
    tip.usage.quarantined_bytes = written[0].size() + written[1].size();
    tip.usage.segment_bytes = 0;
    ASSERT_TRUE(store->begin().ok());
    ASSERT_TRUE(store->chunks().put_usage(school.id(), tip).ok());
    ASSERT_TRUE(store->commit().ok());
    open({});
  };
  miscount();
  EXPECT_EQ(usage().quarantined_bytes, 0U) << "no log has a fence";
  EXPECT_EQ(usage().segment_bytes, written[0].size() + written[1].size());
  remove_sari(log, written, 1);
  miscount();
  EXPECT_EQ(usage().quarantined_bytes, written[1].size());
  EXPECT_EQ(usage().segment_bytes, written[0].size());
}

TEST_F(RemovedTest, TheRemovedAreServedNothingOfTheSpaceAnyMore) {
  admit(sari);
  const auto served = *send(sari, message_of({})).set;
  EXPECT_EQ(std::count(served.begin(), served.end(), school.id()), 1);
  Writing log = enrol(school, sari);
  static_cast<void>(carrier->take_changes());
  remove_sari(log, {}, 0);
  EXPECT_EQ(carrier->take_changes().cut.count(sari.device()), 1U) << "an open connection is to end";
  const auto late = log.draft();
  const auto after = [&] {
    const auto reply = send(sari, message_of({}));
    EXPECT_FALSE(reply.set.has_value());
    EXPECT_EQ(reply.error, Code::fenced) << "and is told why";
    // What she still brings has its verdicts, known records among them.
    EXPECT_EQ(offer(sari, school.id(), school.records().front()), Code::ok);
    EXPECT_EQ(write(sari, log, late), Code::fenced);
  };
  after();
  open({});  // and after a restart
  after();
}

TEST_F(RemovedTest, TheRemovedHearHowMuchIsHeldOfTheirOwnLogsAndOfNobodyElses) {
  admit(sari);
  Writing log = enrol(school, sari);
  Writing others = enrol(school, admin);
  std::vector<Bytes> written{log.write(), log.write()};
  ASSERT_EQ(write(sari, log, written[0]), Code::ok);
  ASSERT_EQ(write(admin, others, others.write()), Code::ok);
  remove_sari(log, written, 1);
  ASSERT_EQ(write(sari, log, written[1]), Code::fenced);
  const auto reply = send(sari, message_of({}));
  ASSERT_EQ(reply.error, Code::fenced);
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_EQ(reply.spaces[0].space.id, school.id());
  ASSERT_TRUE(reply.spaces[0].vector);
  EXPECT_TRUE(reply.spaces[0].vector->records.empty());
  ASSERT_EQ(reply.spaces[0].vector->entries.size(), 1U);
  EXPECT_EQ(reply.spaces[0].vector->entries[0].log, log.id);
  EXPECT_EQ(reply.spaces[0].vector->entries[0].count, 2U) << "late work as well";
  EXPECT_EQ(reply.spaces[0].vector->entries[0].head, tag_of(log, written, 2));
}

// Somebody with more logs than a reply can name is told of some, and the reply still fits.
TEST_F(RemovedTest, OfHundredsOfOwnLogsAReplyNamesAsManyAsItHolds) {
  admit(sari);
  std::vector<Writing> logs;
  for (int i = 0; i < 660; ++i) {
    logs.emplace_back(school, sari, random);
    logs.back().frontier.emplace();  // what comes later is not known yet
  }
  for (std::size_t at = 0; at < logs.size(); at += 60) {
    std::vector<Bytes> enrolments;
    std::vector<sync::LogRun> runs;
    for (std::size_t i = at; i < at + 60; ++i) {
      enrolments.push_back(logs[i].enrolment);
      runs.push_back(run_of(logs[i].id, {logs[i].write()}));
    }
    const auto reply = send(sari, message_of({upload(school.id(), enrolments, runs)}));
    ASSERT_TRUE(reply.record_exceptions.empty());
    ASSERT_TRUE(reply.segment_exceptions.empty());
  }
  remove_sari(logs[0], {}, 0);
  const auto reply = send(sari, message_of({}));  // looks at its size, too
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_GT(reply.spaces[0].vector->entries.size(), 600U);
  EXPECT_LT(reply.spaces[0].vector->entries.size(), logs.size());
}

TEST_F(RemovedTest, WhoWasRemovedHearsOfOtherRecordsLikeAMember) {
  admit(sari);
  const Writing log = enrol(school, sari);
  remove_sari(log, {}, 0);
  EXPECT_EQ(offer(sari, school.id(), log.enrolment), Code::ok) << "it is here";
}

TEST_F(RemovedTest, WhoIsKnownByAnotherSpaceHearsItOfTheOneTheyWereRemovedFrom) {
  admit(sari);
  auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  Writing log = enrol(school, sari);
  std::vector<Bytes> written{log.write(), log.write()};
  remove_sari(log, {}, 0);
  ASSERT_EQ(write(sari, log, written[0]), Code::fenced);
  const auto reply = send(sari, message_of({}));
  EXPECT_EQ(reply.error, Code::ok);
  const auto part = std::find_if(reply.spaces.begin(), reply.spaces.end(),
                                 [&](const auto& one) { return one.space.id == school.id(); });
  ASSERT_NE(part, reply.spaces.end());
  EXPECT_EQ(part->space.index, 0U);
  EXPECT_TRUE(part->records.empty() && part->logs.empty());
  ASSERT_TRUE(part->vector);
  ASSERT_EQ(part->vector->entries.size(), 1U);
  EXPECT_EQ(part->vector->entries[0].count, 1U);
}

TEST_F(RemovedTest, ARevokedInviteAdmitsNobody) {
  const auto keys = invite(5);
  const auto join = join_of(budi, keys);
  const auto revoked =
      school.add(space::write_invite_revoked(admin.author(), school.membership, keys.sign.public_key()));
  ASSERT_EQ(offer(admin, school.id(), revoked), Code::ok);
  EXPECT_EQ(offer(budi, school.id(), join), Code::invite_revoked);
}

TEST_F(RemovedTest, ALostDeviceIsServedNothingOfAnySpaceThatKnows) {
  admit(sari);
  auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  const auto fresh = space::DeviceKeys::random(random);
  const auto certificate = space::certify(sari.identity.sign, fresh, 9);
  const space::Author author{&fresh, &certificate, 10};
  const auto added = diary.add(space::write_device(author, diary.membership, certificate));
  ASSERT_EQ(offer(sari, diary.id(), added), Code::ok);
  const auto removed =
      diary.add(space::write_device_removed(author, diary.membership, sari.certificate.device(), {}));
  ASSERT_EQ(offer(sari, diary.id(), removed), Code::ok);
  const auto set = *send(sari, message_of({})).set;
  EXPECT_EQ(std::count(set.begin(), set.end(), diary.id()), 0);
}

// Sari's phone is lost, and has made itself a companion.
class LostPhoneTest : public SchoolTest {
 protected:
  LostPhoneTest() {
    admit(sari);
    companion.certificate = certified_by(sari, companion);
    fresh.certificate = space::certify(sari.identity.sign, fresh.keys, 9);
    EXPECT_EQ(offer(sari, group.id(), group.add(genesis(sari, 1))), Code::ok);
    introduce(group, sari, companion);
    introduce(school, fresh, fresh);
  }
  static space::DeviceCertificate certified_by(const Person& by, const Person& device) {
    const auto half = space::certify_by_device(by.certificate, by.keys.sign, device.keys.sign.public_key(),
                                               device.device(), 1);
    return *space::take_possession(half, device.keys);
  }
  Bytes genesis(const Person& by, std::uint8_t salt) const {
    return space::write_genesis(by.author(), sari.identity.box.public_key(), space::SpaceKind::group, {salt});
  }
  base::SpaceId group_id(std::uint8_t salt) const {
    return space::space_id(sari.certificate.identity_key, space::SpaceKind::group, {salt});
  }
  void introduce(Community& in, const Person& by, const Person& device) {
    const auto record = in.add(space::write_device(by.author(), in.membership, device.certificate));
    EXPECT_EQ(offer(by, in.id(), record), Code::ok);
  }
  void remove_the_lost(Community& from) {
    const auto record =
        from.add(space::write_device_removed(fresh.author(), from.membership, sari.certificate.device(), {}));
    EXPECT_EQ(offer(fresh, from.id(), record), Code::ok);
  }
  bool is_served(const Person& device, const base::SpaceId& space) {
    const auto set = send(device, message_of({})).set.value_or(std::vector<base::SpaceId>());
    return std::count(set.begin(), set.end(), space) != 0;
  }
  Person companion{random};
  Person fresh{random};
  Community group{group_id(1)};
};

TEST_F(LostPhoneTest, WhatALostDeviceCertifiedIsServedNothingEither) {
  EXPECT_TRUE(is_served(companion, school.id())) << "as one of Sari's";
  static_cast<void>(carrier->take_changes());
  remove_the_lost(school);
  const auto cut = carrier->take_changes().cut;
  EXPECT_EQ(cut.count(sari.device()), 1U);
  EXPECT_EQ(cut.count(companion.device()), 1U) << "an open connection is to end";
  EXPECT_EQ(cut.count(fresh.device()), 0U);
  const auto after = [&] {
    for (const auto* lost : {&sari, &companion}) {
      EXPECT_FALSE(is_served(*lost, school.id()));
      EXPECT_TRUE(is_served(*lost, group.id())) << "where nobody removed it";
    }
    EXPECT_TRUE(is_served(fresh, school.id()));
    EXPECT_EQ(offer(companion, group_id(2), genesis(companion, 2)), Code::not_permitted);
    EXPECT_EQ(offer(sari, group_id(3), genesis(sari, 3)), Code::not_permitted);
  };
  after();
  open({});
  after();
  EXPECT_EQ(offer(fresh, group_id(4), genesis(fresh, 4)), Code::ok);
}

TEST_F(LostPhoneTest, WhatOnesOwnSpaceRemovedIsServedNoSpaceOfThePerson) {
  auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  introduce(diary, fresh, fresh);
  auto log = enrol(school, sari);
  static_cast<void>(carrier->take_changes());
  remove_the_lost(diary);
  const auto cut = carrier->take_changes().cut;
  EXPECT_EQ(cut.count(sari.device()), 1U);
  EXPECT_EQ(cut.count(companion.device()), 1U);
  const auto after = [&] {
    for (const auto* lost : {&sari, &companion}) {
      for (const auto& space : {school.id(), group.id(), diary.id()}) EXPECT_FALSE(is_served(*lost, space));
    }
    for (const auto& space : {school.id(), group.id(), diary.id()}) EXPECT_TRUE(is_served(fresh, space));
    EXPECT_EQ(write(sari, log, log.write()), Code::ok) << "what it wrote unaware is still taken";
  };
  after();
  open({});
  after();
}

}  // namespace
}  // namespace sejawat::carrier
