// The room that groups and diaries have, which anybody founds without being asked.
#include "costs.h"

namespace sejawat::carrier {
namespace {

TEST_F(CostTest, GroupsOfOneFounderShareWhatTheyMayTakeUp) {
  admit(sari);
  std::vector<Community> groups;
  std::vector<Writing> logs;
  for (std::uint8_t i = 0; i < 3; ++i) groups.push_back(group_of(sari, i));
  for (auto& group : groups) logs.push_back(enrol(group, sari));
  Writing in_school = enrol(school, sari);
  const auto segment = logs[0].draft(1000);
  Limits limits;
  std::uint64_t of_records = 0;
  for (const auto& group : groups) {
    for (const auto& record : group.records()) of_records += record.size();
  }
  limits.community_bytes = segment.size() + 100 + (of_records + 1) / 2;
  limits.group_quotas_per_person = 2;
  open(limits);
  EXPECT_EQ(write(sari, logs[0], segment), Code::ok);
  EXPECT_EQ(write(sari, logs[1], logs[1].draft(1000)), Code::ok);
  EXPECT_EQ(write(sari, logs[2], logs[2].draft(1000)), Code::quota_exceeded);
  Writing another = enrol(groups[2], sari);
  EXPECT_EQ(write(sari, logs[2], logs[2].draft(16)), Code::quota_exceeded) << "records take room as well";
  EXPECT_EQ(write(sari, in_school, in_school.draft(1000)), Code::ok) << "the school has its own";
}

// All records of all spaces are resident, and anybody is admin of groups of theirs.
TEST_F(CostTest, RecordsOfAllGroupsOfOneFounderShareTheRoomOfOneCommunity) {
  admit(sari);
  std::vector<Community> groups;
  for (std::uint8_t i = 0; i < 3; ++i) groups.push_back(group_of(sari, i));
  const auto budi_in = space::write_member(sari.author(), groups[0].membership, budi.certificate.identity_key,
                                           budi.identity.box.public_key(), space::WireRole::writer, {});
  ASSERT_EQ(offer(sari, groups[0].id(), groups[0].add(budi_in)), Code::ok);
  const Person wati(random);
  const auto wati_in = space::write_member(sari.author(), groups[0].membership, wati.certificate.identity_key,
                                           wati.identity.box.public_key(), space::WireRole::writer, {});
  ASSERT_EQ(offer(sari, groups[0].id(), groups[0].add(wati_in)), Code::ok);
  Limits limits;
  limits.records = 20;
  limits.records_part = 1;
  limits.records_removal_part = 20;
  open(limits);
  for (std::size_t i = 5; i < 19; ++i)
    ASSERT_EQ(offer(sari, groups[i % 3].id(), log_of(sari, groups[i % 3])), Code::ok) << i;
  for (const auto& group : groups)
    EXPECT_EQ(offer(sari, group.id(), log_of(sari, group)), Code::quota_exceeded);
  EXPECT_EQ(offer(sari, school.id(), log_of(sari, school)), Code::ok) << "the school has its own";
  EXPECT_EQ(offer(admin, school.id(), log_of(admin, school)), Code::ok);
  const auto remove = [&](const Person& who) {
    return offer(
        sari, groups[0].id(),
        groups[0].add(space::write_person_removed(sari.author(), groups[0].membership, who.id(), {})));
  };
  EXPECT_EQ(remove(budi), Code::ok) << "who takes somebody out has the last of it";
  EXPECT_EQ(remove(wati), Code::quota_exceeded);
  limits.records = 1000;
  std::uint64_t bytes = 0;
  for (const auto& one : carrier->survey()) {
    if (one.kind == space::SpaceKind::group) bytes += one.usage.record_bytes;
  }
  const auto next = log_of(sari, groups[2]);
  limits.records_removal_part = 1'000'000'000;
  limits.record_bytes = bytes + next.size() - 1;
  open(limits);
  EXPECT_EQ(offer(sari, groups[2].id(), next), Code::quota_exceeded) << "of their bytes as well";
  ++limits.record_bytes;
  open(limits);
  EXPECT_EQ(offer(sari, groups[2].id(), next), Code::ok);
}

TEST_F(CostTest, ADiaryAndAGroupHaveLessRoomForRecordsThanACommunity) {
  admit(sari);
  Community diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  const Community group = group_of(sari, 1);
  Limits limits;
  limits.personal_records = 4;
  limits.group_records = 3;
  open(limits);
  const auto room_left = [&](const Person& by, const Community& in) {
    int left = 0;
    while (left < 10 && offer(by, in.id(), log_of(by, in)) == Code::ok) ++left;
    return left;
  };
  EXPECT_EQ(room_left(sari, diary), 4 - static_cast<int>(diary.records().size()));
  EXPECT_EQ(room_left(sari, group), 2);
  EXPECT_EQ(room_left(admin, school), 10);
  limits = {};
  limits.personal_record_bytes = limits.group_record_bytes = 1;
  open(limits);
  EXPECT_EQ(room_left(sari, diary) + room_left(sari, group), 0) << "bytes likewise";
  EXPECT_EQ(room_left(admin, school), 10);
}

}  // namespace
}  // namespace sejawat::carrier
