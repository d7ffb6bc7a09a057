// What a carrier says to segments.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

TEST_F(SchoolTest, SegmentsAreStoredInOrderAndKnownAgain) {
  Writing log = enrol(school, admin);
  const auto first = log.write();
  const auto second = log.write();
  EXPECT_EQ(write(admin, log, second), Code::chain_gap);
  EXPECT_EQ(write(admin, log, first), Code::ok);
  EXPECT_EQ(write(admin, log, first), Code::ok) << "a duplicate";
  EXPECT_EQ(write(admin, log, second), Code::ok);
  EXPECT_EQ(write(admin, log, first), Code::ok);
  EXPECT_EQ(carrier->survey()[0].usage.segment_bytes, first.size() + second.size());
}

TEST_F(SchoolTest, BadSegmentsAreToldApartAndStoreNothing) {
  Writing log = enrol(school, admin);
  auto altered = log.draft();
  altered.back() ^= 1;
  EXPECT_EQ(write(admin, log, altered), Code::bad_signature);
  altered = log.draft();
  altered[altered.size() / 2] ^= 1;
  EXPECT_EQ(write(admin, log, altered), Code::bad_signature);
  EXPECT_EQ(write(admin, log, {}), Code::malformed);
  EXPECT_EQ(write(admin, log, Bytes(100, 0xFF)), Code::malformed);
  auto newer = log.draft();
  newer[1] = 9;  // the version, first byte of the header
  EXPECT_EQ(write(admin, log, newer), Code::version_unsupported);
  EXPECT_EQ(carrier->survey()[0].usage.segment_bytes, 0U);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  Writing other(school, admin, random);
  EXPECT_EQ(write(admin, other, other.draft()), Code::unknown_log);
}

// Whatever is taken must fit into a reply, or it would stand before everything that follows it for ever.
TEST_F(SchoolTest, ASegmentThatNoReplyCouldHoldIsTooLarge) {
  Writing log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.draft(60'000)), Code::too_large);
  EXPECT_EQ(write(admin, log, log.write(57'000)), Code::ok);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  admit(sari);
  Books books;
  for (int i = 0; i < 6; ++i) exchange(sari, books);
  EXPECT_EQ(books.at(school.id()).segments.size(), 2U);
}

TEST_F(SchoolTest, AFrontierThatIsNotKnownMeansLater) {
  Writing log = enrol(school, admin);
  Writing ahead(school, admin, random);  // a record that the carrier does not have yet
  const auto segment = log.write();
  EXPECT_EQ(write(admin, log, segment), Code::unknown_membership);
  EXPECT_EQ(write(admin, log, segment), Code::unknown_membership) << "as often as it is asked";
  EXPECT_EQ(offer(admin, school.id(), ahead.enrolment), Code::ok);
  EXPECT_EQ(write(admin, log, segment), Code::ok);
}

TEST_F(SchoolTest, OnlyWritersWrite) {
  admit(sari, space::WireRole::writer);
  Writing log = enrol(school, sari);
  EXPECT_EQ(write(sari, log, log.write()), Code::ok);
  admit(budi, space::WireRole::reader);
  // A reader carries what others wrote, but has no log of its own to write in.
  EXPECT_EQ(write(budi, log, log.write()), Code::ok);
  Writing own = Writing(school, admin, random);
  EXPECT_EQ(write(budi, own, own.draft()), Code::unknown_log);
}

TEST_F(SchoolTest, WhoIsNoMemberNeitherWritesNorReads) {
  admit(sari);
  const auto diary_records = support::diary_of(sari);
  Community diary = diary_records;
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  Writing log = enrol(diary, sari);
  const auto segment = log.write();
  // The admin of the school is a stranger to a teacher's diary.
  EXPECT_EQ(write(admin, log, segment), Code::unknown_space);
  EXPECT_EQ(write(sari, log, segment), Code::ok);
  Books books;
  for (int i = 0; i < 3; ++i) exchange(admin, books);
  EXPECT_EQ(books.set, std::vector<base::SpaceId>{school.id()});
  EXPECT_EQ(books.spaces.count(diary.id()), 0U);
  auto asking = message_of({upload(diary.id())});
  asking.spaces[0].vector.emplace();
  const auto reply = send(admin, asking);
  for (const auto& part : reply.spaces) EXPECT_EQ(reply.set->at(part.space.index - 1), school.id());
}

TEST_F(SchoolTest, OneBadSegmentNeverStopsTheRest) {
  Writing log = enrol(school, admin);
  Writing other = enrol(school, admin);
  const auto one = log.write();
  const auto two = log.write();
  auto bad = other.draft();
  bad.back() ^= 1;
  const auto reply =
      send(admin, message_of({upload(school.id(), {},
                                     {run_of(other.id, {bad, Bytes{}}), run_of(log.id, {one, one, two}),
                                      run_of(other.id, {other.write()})})}));
  EXPECT_EQ(reply.segments_taken, 6U);
  ASSERT_EQ(reply.segment_exceptions.size(), 2U);
  EXPECT_EQ(verdict(reply.segment_exceptions, 0), Code::bad_signature);
  EXPECT_EQ(verdict(reply.segment_exceptions, 1), Code::malformed);
}

TEST_F(SchoolTest, VerdictsCountOverAllSpacesOfAMessage) {
  admit(sari);
  Community diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  Writing in_diary = enrol(diary, sari);
  Writing in_school = enrol(school, sari);
  const auto a = in_diary.write();
  const auto b = in_diary.write();
  const auto reply =
      send(sari, message_of({upload(diary.id(), {}, {run_of(in_diary.id, {b})}),
                             upload(base::SpaceId{}, {}, {run_of(in_diary.id, {a, b})}),
                             upload(school.id(), {}, {run_of(in_school.id, {in_school.write()})}),
                             upload(diary.id(), {}, {run_of(in_diary.id, {a, b})})}));
  EXPECT_EQ(reply.segments_taken, 6U);
  EXPECT_EQ(verdict(reply.segment_exceptions, 0), Code::chain_gap);
  EXPECT_EQ(verdict(reply.segment_exceptions, 1), Code::unknown_space);
  EXPECT_EQ(verdict(reply.segment_exceptions, 2), Code::unknown_space);
  for (std::uint32_t place = 3; place < 6; ++place)
    EXPECT_EQ(verdict(reply.segment_exceptions, place), Code::ok);
}

TEST_F(SchoolTest, ALogIsNamedByItsFirstEightBytesToo) {
  Writing log = enrol(school, admin);
  auto message = message_of({upload(school.id(), {}, {run_of(log.id, {log.write()})})});
  message.spaces[0].logs[0].log.resize(base::HeadTag::kSize);
  EXPECT_TRUE(send(admin, message).segment_exceptions.empty());
}

TEST_F(SchoolTest, AMessageOfAnotherVersionOrWithoutAHelloStoresNothing) {
  Writing log = enrol(school, admin);
  const auto before = carrier->survey()[0].arrivals;
  auto newer = message_of({upload(school.id(), {}, {run_of(log.id, {log.draft()})})});
  newer.hello->version = 9;
  EXPECT_EQ(send(admin, newer).error, Code::version_unsupported);
  auto mute = newer;
  mute.hello.reset();
  EXPECT_EQ(send(admin, mute).error, Code::protocol_violation);
  EXPECT_EQ(carrier->survey()[0].arrivals, before);
}

}  // namespace
}  // namespace sejawat::carrier
