// What a carrier does with a log that forked: it keeps every end of it and serves them all.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

base::HeadTag tag_of(const Writing& log) { return base::prefix_of<base::HeadTag>(log.head.hash); }

class Forks : public SchoolTest {
 protected:
  Forks() { admit(sari); }
  Code offer_segment(const Writing& log, const Bytes& segment) { return write(admin, log, segment); }
  std::vector<sync::VectorEntry> vector() {
    auto full = message_of({});
    full.hello->set = log::set_tag({school.id()});
    auto reply = send(sari, full);
    EXPECT_EQ(reply.spaces.size(), 1U);
    return reply.spaces.at(0).vector->entries;
  }
  // All segments that somebody gets who says to hold these ends.
  std::vector<Bytes> served(const std::vector<sync::VectorEntry>& entries) {
    Books books;
    exchange(sari, books);
    auto mine = upload(school.id());
    mine.vector.emplace();
    mine.vector->entries = entries;
    sync::ClientMessage message;
    message.hello = books.hello();
    message.hello->positions = {0};
    message.hello->base = log::account_digest({{school.id(), base::Digest{}}});
    message.spaces = {mine};
    std::vector<Bytes> all;
    for (const auto& part : send(sari, message).spaces) {
      for (const auto& run : part.logs) {
        EXPECT_EQ(run.log.size(), base::LogId::kSize);
        all.insert(all.end(), run.segments.begin(), run.segments.end());
      }
    }
    return all;
  }
};

TEST_F(Forks, ARivalSegmentIsStoredAndBothEndsGoOn) {
  Writing log = enrol(school, admin);
  EXPECT_EQ(offer_segment(log, log.write()), Code::ok);
  Writing copy = log;
  const auto ours = log.write();
  const auto theirs = copy.write();
  EXPECT_EQ(offer_segment(log, ours), Code::ok);
  EXPECT_EQ(offer_segment(log, theirs), Code::ok);
  EXPECT_EQ(offer_segment(log, theirs), Code::ok) << "a duplicate";
  EXPECT_EQ(offer_segment(log, ours), Code::ok);
  EXPECT_EQ(carrier->survey()[0].arrivals, school.records().size() + 3) << "and stored once each";
  EXPECT_EQ(offer_segment(log, log.write()), Code::ok);
  EXPECT_EQ(offer_segment(log, copy.write()), Code::ok);
  EXPECT_EQ(offer_segment(log, copy.write()), Code::ok);

  auto ends = vector();
  ASSERT_EQ(ends.size(), 2U);
  if (ends[0].count > ends[1].count) std::swap(ends[0], ends[1]);
  EXPECT_EQ(ends[0].log, log.id);
  EXPECT_EQ(ends[1].log, log.id) << "both go by the name of the log";
  EXPECT_EQ(ends[0].count, 3U);
  EXPECT_EQ(ends[0].head, tag_of(log));
  EXPECT_EQ(ends[1].count, 4U);
  EXPECT_EQ(ends[1].head, tag_of(copy));
}

TEST_F(Forks, TheDigestDoesNotSayWhichEndCameFirst) {
  Writing log = enrol(school, admin);
  std::vector<Bytes> ours{log.write()};
  Writing copy = log;
  std::vector<Bytes> theirs = ours;
  for (int i = 0; i < 3; ++i) ours.push_back(log.write());
  for (int i = 0; i < 2; ++i) theirs.push_back(copy.write());
  std::vector<base::Digest> digests;
  for (const bool first : {true, false}) {
    store = nullptr;
    open({});
    ASSERT_TRUE(found(admin, school).record_exceptions.empty());
    for (const auto& segment : first ? ours : theirs) ASSERT_EQ(offer_segment(log, segment), Code::ok);
    for (const auto& segment : first ? theirs : ours) ASSERT_EQ(offer_segment(log, segment), Code::ok);
    digests.push_back(
        log::SpaceDigest::from_state(school.id(), store->tip(school.id()).value()->digest_state)->value());
  }
  EXPECT_EQ(digests[0], digests[1]);
  log::SpaceDigest expected(school.id());
  for (const auto& record : school.records()) expected.add_record(*space::record_id_of(record));
  expected.move_tip({}, log.head);
  expected.move_tip({}, copy.head);
  EXPECT_EQ(digests[0], expected.value());
}

TEST_F(Forks, EachGetsWhatItsOwnEndDoesNotHave) {
  Writing log = enrol(school, admin);
  const auto common = log.write();
  Writing copy = log;
  const auto first = log.write();
  const auto second = log.write();
  const auto other = copy.write();
  for (const auto* segment : {&common, &first, &second, &other})
    ASSERT_EQ(offer_segment(log, *segment), Code::ok);
  using All = std::vector<Bytes>;
  EXPECT_EQ(served({{log.id, 3, tag_of(log)}}), All{other});
  EXPECT_EQ(served({{log.id, 2, tag_of(copy)}}), (All{first, second}));
  EXPECT_EQ(served({{log.id, 3, tag_of(log)}, {log.id, 2, tag_of(copy)}}), All{});
  EXPECT_EQ(served({{log.id, 9, {}}}).size(), 4U) << "a tag that nobody knows says nothing";
  EXPECT_EQ(served({}).size(), 4U);
}

TEST_F(Forks, BranchesForkAgainAndAllIsKnownAfterARestart) {
  Writing log = enrol(school, admin);
  Writing copy = log;
  std::vector<Bytes> all{log.write(), copy.write()};  // from the very first segment on
  Writing twig = copy;
  all.push_back(copy.write());
  all.push_back(twig.write());
  all.push_back(log.write());
  for (const auto& segment : all) ASSERT_EQ(offer_segment(log, segment), Code::ok);
  EXPECT_EQ(vector().size(), 3U);
  open({});
  EXPECT_EQ(vector().size(), 3U);
  for (const auto& segment : all) EXPECT_EQ(offer_segment(log, segment), Code::ok) << "held";
  EXPECT_EQ(offer_segment(log, twig.write()), Code::ok);
  EXPECT_EQ(offer_segment(log, copy.write()), Code::ok);
  EXPECT_EQ(vector().size(), 3U);
}

TEST_F(Forks, OnlyTheLogsOwnKeyMakesABranch) {
  Writing log = enrol(school, admin);
  Writing copy = log;
  ASSERT_EQ(offer_segment(log, log.write()), Code::ok);
  auto forged = copy.draft();
  forged.back() ^= 1;
  EXPECT_EQ(offer_segment(log, forged), Code::chain_fork);
  copy.head = {1, 3, random.id<base::Hash32>()};
  EXPECT_EQ(offer_segment(log, copy.draft()), Code::bad_signature) << "follows nothing that is here";
  copy.head = {2, 6, random.id<base::Hash32>()};
  EXPECT_EQ(offer_segment(log, copy.draft()), Code::chain_gap);
  EXPECT_EQ(vector().size(), 1U);
}

// What a rival would go off from does not read as what was taken: that is no verdict on the rival.
TEST_F(Forks, ADamagedSegmentUnderAForkEndsTheCarrier) {
  Writing log = enrol(school, admin);
  const auto first = log.write();
  ASSERT_EQ(offer_segment(log, first), Code::ok);
  Writing copy = log;
  for (int i = 0; i < 2; ++i) ASSERT_EQ(offer_segment(log, log.write()), Code::ok);
  const auto rival = copy.write();
  auto no_header = *log::decode_segment(first);
  no_header.header = Bytes(3, 9);
  for (const auto& damaged : {Bytes(40, 1), log::encode_segment(no_header)}) {
    ASSERT_TRUE(store->begin().ok());
    ASSERT_TRUE(store->replace_segment(school.id(), **store->tip(school.id()), log.id, 0, damaged).ok());
    const auto message = message_of({upload(school.id(), {}, {run_of(log.id, {rival})})});
    EXPECT_EQ(carrier->ingest(admin.device(), message, kNow).code(), Code::storage_failed);
    ASSERT_TRUE(store->commit().ok());
    open({});
  }
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(store->replace_segment(school.id(), **store->tip(school.id()), log.id, 0, first).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_EQ(offer_segment(log, rival), Code::ok) << "it was the store, not the segment";
}

TEST_F(Forks, AFloodOfBranchesEndsAtTheCapAndTheOthersGoOn) {
  Writing log = enrol(school, admin);
  const Writing start = log;
  std::vector<Writing> ends;
  for (std::size_t i = 0; i < log::kMaxBranches + 20; ++i) {
    Writing end = start;
    const auto verdict = offer_segment(log, end.write());
    EXPECT_EQ(verdict, i < log::kMaxBranches ? Code::ok : Code::chain_fork) << i;
    if (verdict == Code::ok) ends.push_back(end);
  }
  EXPECT_EQ(vector().size(), log::kMaxBranches);
  for (auto& end : ends) EXPECT_EQ(offer_segment(log, end.write()), Code::ok);
}

TEST_F(Forks, AFenceNamesTheBranchesThatCount) {
  Writing log = enrol(school, sari);
  const auto common = log.write();
  Writing copy = log;
  Writing third = log;
  const auto ours = log.write();
  const auto theirs = copy.write();
  for (const auto* segment : {&common, &ours, &theirs}) ASSERT_EQ(offer_segment(log, *segment), Code::ok);
  std::vector<space::Fence> fences{{log.id, 2, tag_of(log)}, {log.id, 2, tag_of(copy)}};
  space::sort_fences(fences);
  const auto removal = school.add(
      space::write_person_removed(admin.author(), school.membership, sari.certificate.person(), fences));
  ASSERT_EQ(offer(admin, school.id(), removal), Code::ok);
  for (const auto* segment : {&common, &ours, &theirs}) EXPECT_EQ(offer_segment(log, *segment), Code::ok);
  EXPECT_EQ(offer_segment(log, log.write()), Code::fenced) << "beyond one end";
  EXPECT_EQ(offer_segment(log, copy.write()), Code::fenced) << "beyond the other";
  EXPECT_EQ(offer_segment(log, third.write()), Code::fenced) << "a branch that the fence does not name";
}

TEST_F(Forks, AFenceOfOneBranchQuarantinesTheOther) {
  Writing log = enrol(school, sari);
  const auto common = log.write();
  Writing copy = log;
  const auto ours = log.write();
  const auto theirs = copy.write();
  ASSERT_EQ(offer_segment(log, common), Code::ok);
  ASSERT_EQ(offer_segment(log, ours), Code::ok);
  const auto removal = school.add(space::write_person_removed(
      admin.author(), school.membership, sari.certificate.person(), {{log.id, 2, tag_of(copy)}}));
  ASSERT_EQ(offer(admin, school.id(), removal), Code::ok);
  EXPECT_EQ(offer_segment(log, ours), Code::ok) << "as long as the named branch is not here";
  EXPECT_EQ(carrier->survey()[0].usage.quarantined_bytes, 0U);
  EXPECT_EQ(offer_segment(log, theirs), Code::ok);
  EXPECT_EQ(offer_segment(log, ours), Code::fenced);
  const auto usage = carrier->survey()[0].usage;
  EXPECT_EQ(usage.quarantined_bytes, ours.size()) << "it is counted where it stands now";
  EXPECT_EQ(usage.segment_bytes, common.size() + theirs.size());
  open({});
  EXPECT_EQ(carrier->survey()[0].usage, usage);
  EXPECT_EQ(offer_segment(log, common), Code::ok) << "what both share counts";
}

}  // namespace
}  // namespace sejawat::carrier
