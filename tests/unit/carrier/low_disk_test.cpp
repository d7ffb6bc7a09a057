// What a carrier still takes when its disk runs low.
#include "costs.h"

namespace sejawat::carrier {
namespace {

class LowDisk : public CostTest {
 protected:
  LowDisk() { limits.reserve_bytes = 1'000'000; }
  ~LowDisk() override { carrier.reset(); }
  void open_with(std::uint64_t free) {
    watched.disk.free = free;
    watched.disk.held = 50'000;
    carrier = std::move(Carrier::open(watched, limits)).value();
  }
  FailingStore watched{*store};
  Limits limits;
};

TEST_F(LowDisk, BodiesAreRefusedAndRecordsAndErasuresStillGo) {
  Writing log = enrol(school, admin);
  const auto first = log.write();
  ASSERT_EQ(write(admin, log, first), Code::ok);
  const log::SegmentName name{log.id, 0, base::prefix_of<base::HeadTag>(log.head.hash)};
  open_with(limits.reserve_bytes - 1);
  EXPECT_EQ(write(admin, log, log.draft()), Code::quota_exceeded);
  EXPECT_EQ(write(admin, log, first), Code::ok) << "what is held stays acknowledged";
  auto photo = message_of({});
  const Bytes chunk(1'000, 3);
  photo.chunks.push_back({{0, school.id()}, log::chunk_id(chunk), 1'000, 0, chunk});
  EXPECT_EQ(send(admin, photo).chunk_states.at(0).code, Code::quota_exceeded);
  admit(sari);
  // What survives is written once more by who erases: that comes in, and the body goes.
  const auto witness = log.write();
  const log::SegmentName named{log.id, 1, base::prefix_of<base::HeadTag>(log.head.hash)};
  const auto record = space::write_erased(admin.author(), school.membership, 0, {{name, {{0, 1}}}}, {named});
  EXPECT_EQ(offer(admin, school.id(), record), Code::ok);
  EXPECT_EQ(write(admin, log, witness), Code::ok);
  EXPECT_TRUE(log::decode_segment(**store->segment(school.id(), log.id, 0))->erased.has_value());
  const auto next = log.write();
  EXPECT_EQ(write(admin, log, next), Code::quota_exceeded);
  watched.disk.free = limits.reserve_bytes;
  EXPECT_EQ(write(admin, log, next), Code::ok) << "it goes on where it stopped";
  EXPECT_EQ(send(admin, photo).chunk_states.at(0).code, Code::ok);
}

// What makes room takes some first, and an erasure costs nothing to invent: a full disk ends the server.
TEST_F(LowDisk, OfTheLastOfItOnlyWhatAnAdminOfTheCommunityBringsIsTaken) {
  admit(sari);
  Writing log = enrol(school, sari);
  Writing of_admin = enrol(school, admin);
  const auto erased_by = [&](const Person& by, Writing& of) {
    const auto first = of.write();
    EXPECT_EQ(write(by, of, first), Code::ok);
    const log::SegmentName name{of.id, 0, base::prefix_of<base::HeadTag>(of.head.hash)};
    const auto witness = of.write();
    const log::SegmentName named{of.id, 1, base::prefix_of<base::HeadTag>(of.head.hash)};
    EXPECT_EQ(offer(by, school.id(),
                    school.add(
                        space::write_erased(by.author(), school.membership, 0, {{name, {{0, 1}}}}, {named}))),
              Code::ok);
    return witness;
  };
  const auto witness = erased_by(sari, log);
  const auto of_office = erased_by(admin, of_admin);
  const std::array<std::uint8_t, 16> salt{3};
  Community group(space::space_id(sari.certificate.identity_key, space::SpaceKind::group, salt));
  group.add(
      space::write_genesis(sari.author(), sari.identity.box.public_key(), space::SpaceKind::group, salt));
  ASSERT_EQ(offer(sari, group.id(), group.records().front()), Code::ok);
  const auto in_group = Writing(group, sari, random).enrolment;
  const auto record = space::write_log(sari.author(), school.membership,
                                       crypto::SigningKey::from_seed(base::Secret32::random(random)));
  const auto diary = support::diary_of(sari);

  open_with(limits.reserve_bytes / 4 - 1);
  EXPECT_EQ(offer(sari, school.id(), record), Code::timed_out) << "no verdict: to be offered again";
  EXPECT_EQ(write(sari, log, witness), Code::timed_out);
  EXPECT_EQ(offer(sari, group.id(), in_group), Code::timed_out) << "anybody is admin of groups of theirs";
  EXPECT_EQ(offer(sari, diary.id(), diary.records().front()), Code::timed_out);
  EXPECT_EQ(offer(sari, school.id(), log.enrolment), Code::ok) << "what is held stays acknowledged";
  EXPECT_EQ(write(admin, of_admin, of_office), Code::ok);
  EXPECT_EQ(offer(admin, school.id(), Writing(school, admin, random).enrolment), Code::ok);
  watched.disk.free = limits.reserve_bytes / 4;
  EXPECT_EQ(offer(sari, school.id(), record), Code::ok);
  EXPECT_EQ(write(sari, log, witness), Code::ok);
}

TEST_F(LowDisk, WhoWantsToWriteBesideTheStoreIsToldBefore) {
  open_with(limits.reserve_bytes + 100);
  EXPECT_FALSE(carrier->runs_low());
  EXPECT_FALSE(carrier->runs_low(100));
  EXPECT_TRUE(carrier->runs_low(101));
  limits.reserve_bytes = 0;
  open_with(0);
  EXPECT_FALSE(carrier->runs_low(1'000)) << "nobody asked for a reserve";
}

}  // namespace
}  // namespace sejawat::carrier
