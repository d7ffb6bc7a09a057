// Quotas: content stops at its quota, membership has a cap of its own, and a flood comes again later.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

TEST_F(SchoolTest, AFullSpaceRefusesContentAndStillTakesMembership) {
  Writing log = enrol(school, admin);
  const auto first = log.write(1000);
  ASSERT_EQ(write(admin, log, first), Code::ok);
  Limits limits;
  limits.community_bytes = first.size() + 100;
  open(limits);
  EXPECT_EQ(write(admin, log, log.draft(1000)), Code::quota_exceeded);
  EXPECT_EQ(write(admin, log, first), Code::ok) << "what is held stays acknowledged";
  EXPECT_EQ(carrier->survey()[0].usage.segment_bytes, first.size());
  admit(sari);
  EXPECT_EQ(carrier->survey()[0].members, 2U);
  // The operator gives more room, and it goes on where it stopped.
  open({});
  EXPECT_EQ(write(admin, log, log.write(1000)), Code::ok);
}

TEST_F(SchoolTest, ADiaryHasAQuotaOfItsOwn) {
  admit(sari);
  Community diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  Writing in_diary = enrol(diary, sari);
  Writing in_school = enrol(school, sari);
  Limits limits;
  limits.personal_bytes = 2000;
  open(limits);
  EXPECT_EQ(write(sari, in_diary, in_diary.write(1000)), Code::ok);
  EXPECT_EQ(write(sari, in_diary, in_diary.draft(1000)), Code::quota_exceeded);
  EXPECT_EQ(write(sari, in_school, in_school.write(1000)), Code::ok);
  EXPECT_EQ(write(sari, in_school, in_school.write(1000)), Code::ok);
}

TEST_F(SchoolTest, AQuotaIsReachedToTheByte) {
  Writing log = enrol(school, admin);
  const auto segment = log.draft(500);
  Limits limits;
  limits.community_bytes = segment.size() - 1;
  open(limits);
  EXPECT_EQ(write(admin, log, segment), Code::quota_exceeded);
  limits.community_bytes = segment.size();
  open(limits);
  EXPECT_EQ(write(admin, log, segment), Code::ok);
}

TEST_F(SchoolTest, RecordsCannotBeAbusedEither) {
  Limits limits;
  limits.records = 4;
  open(limits);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(offer(admin, school.id(), Writing(school, admin, random).enrolment), Code::ok);
  }
  const auto more = Writing(school, admin, random).enrolment;
  EXPECT_EQ(offer(admin, school.id(), more), Code::quota_exceeded);
  EXPECT_EQ(offer(admin, school.id(), school.records().front()), Code::ok) << "a duplicate";
  limits.records = 1000;
  limits.record_bytes = carrier->survey()[0].usage.record_bytes + more.size() - 1;
  open(limits);
  EXPECT_EQ(offer(admin, school.id(), more), Code::quota_exceeded);
  open({});
  EXPECT_EQ(offer(admin, school.id(), more), Code::ok);
}

// However many devices, and whoever claims to have introduced them.
TEST_F(SchoolTest, OneMemberFillsTheirShareOfTheRecordsAndNobodyElses) {
  admit(sari);
  admit(budi);
  Limits limits;
  limits.records = 16 * 8;
  open(limits);
  const auto fill = [&](const Person& by) {
    Code code = Code::ok;
    for (int i = 0; i < 100 && code == Code::ok; ++i)
      code = offer(by, school.id(),
                   space::write_log(by.author(), school.membership,
                                    crypto::SigningKey::from_seed(base::Secret32::random(random))));
    return code;
  };
  EXPECT_EQ(fill(sari), Code::quota_exceeded);
  EXPECT_EQ(carrier->survey()[0].usage.records, 5U + 7U) << "the join was one of the eight";
  const auto keys = space::DeviceKeys::random(random);
  const auto other = space::certify(sari.identity.sign, keys, 1);
  EXPECT_EQ(offer(sari, school.id(), space::write_device(sari.author(), school.membership, other)),
            Code::quota_exceeded);
  EXPECT_EQ(offer(sari, school.id(), space::write_device({&keys, &other, 1}, school.membership, other)),
            Code::quota_exceeded)
      << "nor by the new device itself";
  EXPECT_EQ(fill(budi), Code::quota_exceeded);
  EXPECT_EQ(carrier->survey()[0].usage.records, 5U + 7U + 7U);
  // What is refused here is none the worse. An admin whom it reached brings it: theirs may stand on it.
  const auto reached = school.add(space::write_log(
      sari.author(), school.membership, crypto::SigningKey::from_seed(base::Secret32::random(random))));
  EXPECT_EQ(offer(sari, school.id(), reached), Code::quota_exceeded);
  const auto upon = Writing(school, admin, random).enrolment;
  EXPECT_EQ(offer(admin, school.id(), upon), Code::unknown_membership);
  EXPECT_TRUE(send(admin, message_of({upload(school.id(), {reached, upon})})).record_exceptions.empty());
  // With more room what waited comes in, also after a restart.
  open({});
  EXPECT_EQ(fill(sari), Code::ok);
}

TEST_F(SchoolTest, TheLastRecordsAreForNewcomersAndAdmins) {
  admit(sari);
  Limits limits;
  limits.records = 64;
  limits.records_part = 1;  // that a single member may come so far
  limits.records_newcomer_part = 32;
  open(limits);
  const auto log_of = [&](const Person& by) {
    return space::write_log(by.author(), school.membership,
                            crypto::SigningKey::from_seed(base::Secret32::random(random)));
  };
  Code code = Code::ok;
  for (int i = 0; i < 100 && code == Code::ok; ++i) code = offer(sari, school.id(), log_of(sari));
  EXPECT_EQ(code, Code::quota_exceeded);
  EXPECT_EQ(carrier->survey()[0].usage.records, 56U) << "seven of eight";
  admit(budi);
  EXPECT_EQ(offer(budi, school.id(), log_of(budi)), Code::ok) << "with a log to write to";
  EXPECT_EQ(offer(sari, school.id(), log_of(sari)), Code::quota_exceeded);
  EXPECT_EQ(offer(admin, school.id(),
                  school.add(space::write_person_removed(admin.author(), school.membership, sari.id(), {}))),
            Code::ok);
  // To the very last one but that of who takes somebody out, and then whoever comes by a link hears why it
  // does not open.
  const auto keys = invite(5);
  const auto stands_on = school.membership.invites().at(keys.sign.public_key()).record;
  while (carrier->survey()[0].usage.records < limits.records - 1)
    ASSERT_EQ(offer(admin, school.id(), log_of(admin)), Code::ok);
  EXPECT_EQ(offer(admin, school.id(), log_of(admin)), Code::quota_exceeded);
  const Person late(random);
  EXPECT_EQ(offer(late, school.id(),
                  space::write_join(late.author(), school.id(), keys.sign, stands_on,
                                    late.identity.box.public_key(), {})),
            Code::quota_exceeded);
  EXPECT_EQ(offer(admin, school.id(),
                  school.add(space::write_person_removed(admin.author(), school.membership, budi.id(), {}))),
            Code::ok);
}

TEST_F(SchoolTest, AFloodOfSegmentsGetsNoVerdictAndComesAgainLater) {
  Writing log = enrol(school, admin);
  Limits limits;
  limits.segment_burst = 3;
  limits.segments_per_second = 2;
  open(limits);
  std::vector<Bytes> segments;
  for (int i = 0; i < 5; ++i) segments.push_back(log.write());
  const auto message = message_of({upload(school.id(), {}, {run_of(log.id, segments)})});
  auto reply = send(admin, message);
  ASSERT_EQ(reply.segment_exceptions.size(), 2U);
  EXPECT_EQ(verdict(reply.segment_exceptions, 3), Code::timed_out);
  EXPECT_EQ(verdict(reply.segment_exceptions, 4), Code::timed_out);
  EXPECT_EQ(verdict(send(admin, message, kNow - 1000).segment_exceptions, 0), Code::timed_out)
      << "a clock set back gives nothing";
  EXPECT_TRUE(send(admin, message, kNow - 999).segment_exceptions.empty())
      << "two more a second, and what is here already costs nothing";
  // Others are not slowed down by it.
  admit(sari);
  EXPECT_EQ(write(sari, log, segments[0]), Code::ok);
}

// Anybody on the way may send once more what they saw.
TEST_F(SchoolTest, ReplayingWhatADeviceSentUsesUpNothingOfWhatItMayBring) {
  Writing log = enrol(school, admin);
  Limits limits;
  limits.segment_burst = 3;
  limits.segments_per_second = 1;
  open(limits);
  const auto seen = message_of({upload(school.id(), {}, {run_of(log.id, {log.write(), log.write()})})});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(send(admin, seen).segment_exceptions.empty());
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
}

TEST_F(SchoolTest, AFloodOfRecordsGetsNoVerdictAndComesAgainLater) {
  admit(sari);
  const auto theirs = Writing(school, sari, random).enrolment;
  ASSERT_EQ(offer(sari, school.id(), theirs), Code::ok);
  Limits limits;
  limits.record_burst = 3;
  limits.records_per_second = 2;
  open(limits);
  std::vector<Bytes> records;
  for (int i = 0; i < 5; ++i) records.push_back(Writing(school, admin, random).enrolment);
  const auto message = message_of({upload(school.id(), records)});
  auto reply = send(admin, message);
  EXPECT_EQ(reply.record_exceptions.size(), 2U);
  EXPECT_EQ(verdict(reply.record_exceptions, 3), Code::timed_out);
  EXPECT_EQ(verdict(reply.record_exceptions, 4), Code::timed_out);
  EXPECT_EQ(send(admin, message).record_exceptions.size(), 2U) << "what is held costs nothing";
  // Nobody else is slowed down by it.
  const auto late = Writing(school, sari, random).enrolment;
  EXPECT_EQ(offer(sari, school.id(), late), Code::unknown_membership) << "it stands on those that wait";
  EXPECT_TRUE(send(admin, message, kNow + 1).record_exceptions.empty()) << "two more a second";
  EXPECT_EQ(offer(sari, school.id(), late), Code::ok);
}

TEST_F(SchoolTest, AFloodOfStrangersRecordsKeepsNoNewcomerOut) {
  const auto keys = invite();
  Limits limits;
  limits.record_burst = 1;
  limits.records_per_second = 1;
  open(limits);
  const auto first = Writing(school, admin, random).enrolment;
  const auto second = Writing(school, admin, random).enrolment;
  EXPECT_EQ(offer(stranger, school.id(), first), Code::ok);
  EXPECT_EQ(offer(stranger, school.id(), second), Code::unknown_space) << "and hears nothing of the space";
  EXPECT_EQ(offer(Person(random), school.id(), second), Code::unknown_space) << "with another key as well";
  EXPECT_EQ(offer(sari, school.id(), join_of(sari, keys)), Code::ok);
  EXPECT_EQ(offer(admin, school.id(), second), Code::ok);
}

// Each founding costs signatures to look at, and making keys costs a stranger nothing.
TEST_F(SchoolTest, AFloodOfStrangersFoundingsIsNotLookedAt) {
  Limits limits;
  limits.record_burst = 1;
  limits.records_per_second = 1;
  open(limits);
  const auto found_diary = [&] {
    const Person anybody(random);
    const auto diary = support::diary_of(anybody);
    return offer(anybody, diary.id(), diary.records().front());
  };
  EXPECT_EQ(found_diary(), Code::not_permitted);
  EXPECT_EQ(found_diary(), Code::timed_out);
  EXPECT_EQ(found_diary(), Code::timed_out);
}

TEST_F(SchoolTest, TheDefaultsAreBeyondHonestUse) {
  const Limits limits;
  EXPECT_EQ(limits.personal_bytes, 256U << 20);
  EXPECT_EQ(limits.community_bytes, std::uint64_t{4} << 30);
  // A thousand entries a year of 600 bytes each, for forty years of service.
  EXPECT_GT(limits.personal_bytes, 600ULL * 1000 * 40);
  // A school of 100 people with 10 devices each: a device, a log, a join and boxes apiece.
  EXPECT_GT(limits.records, 100ULL * 10 * 4);
  EXPECT_GT(limits.record_burst, 100U * 10 * 4);
  // Of one person ten devices a year for forty years, each with a log and boxes; and who joins with a phone.
  EXPECT_GT(limits.records / limits.records_part, 10ULL * 40 * 4);
  EXPECT_GT(limits.records / limits.records_newcomer_part, 20U);
  EXPECT_GE(limits.record_bytes / limits.records_newcomer_part, 4 * space::kMaxRecordBytes);
  // Of a group of 60 with two phones each: newcomers, phones and logs of 500 bytes, and 240 keys in ten
  // years, each boxed (62 bytes) for every phone and every card.
  EXPECT_GT(limits.group_records, 4 * (60U * 20 + 240 * 2));
  EXPECT_GT(limits.group_record_bytes, 4 * (60ULL * 20 * 500 + 240ULL * 180 * 62));
  EXPECT_GT(limits.group_records / limits.records_newcomer_part, 8U);
  // Of a person a phone, its log and its removal a year, four keys and 144 erasures.
  EXPECT_GT(limits.personal_records, 40U * (3 + 4 * 2 + 144));
  EXPECT_GT(limits.personal_record_bytes, 40U * (11 * 500 + 144 * 1000));
}

}  // namespace
}  // namespace sejawat::carrier
