// An audit finds each way in which a store can say something else than what arrived, and names the place.
#include "carrier/audit.h"

#include <functional>

#include "fixture.h"

namespace sejawat::carrier {
namespace {

class AuditTest : public SchoolTest {
 protected:
  AuditTest() {
    log.emplace(enrol(school, admin));
    for (int i = 0; i < 2; ++i) {  // a second end from the first segment on, a third from the second
      Writing copy = *log;
      EXPECT_EQ(write(admin, *log, log->write()), Code::ok);
      EXPECT_EQ(write(admin, copy, copy.write()), Code::ok);
    }
    auto message = message_of({});
    message.chunks.push_back({{0, school.id()}, log::chunk_id(photo), 1'000, 0, photo});
    EXPECT_EQ(send(admin, message).chunk_states.at(0).code, Code::ok);
  }
  // What the audit says after `change`, which writes to the store what no carrier writes.
  std::string damage(const std::function<void()>& change) {
    EXPECT_TRUE(store->begin().ok());
    change();
    EXPECT_TRUE(store->commit().ok());
    const auto audited = audit(*store);
    EXPECT_EQ(audited.code(), Code::store_key_wrong);
    const auto& detail = audited.error().detail();
    return detail.substr(0, detail.find(" at position"));
  }
  SpaceTip next_tip() {
    auto tip = **store->tip(school.id());
    ++tip.position;
    return tip;
  }
  void append(const base::LogId& branch, const log::Head& head, base::ByteView bytes) {
    auto tip = next_tip();
    EXPECT_TRUE(store->append_segment(school.id(), tip, base::Digest{}, branch, head, bytes).ok());
  }
  std::optional<Writing> log;
  Bytes photo = Bytes(1'000, 3);
};

TEST_F(AuditTest, ASoundStorePasses) {
  const auto audited = audit(*store);
  ASSERT_TRUE(audited.ok()) << audited.error().detail();
  EXPECT_EQ(audited->spaces, 1U);
  EXPECT_EQ(audited->segments, 4U);
  EXPECT_EQ(audited->chunks, 1U);
  EXPECT_EQ(audited->generation, carrier->generation());
}

TEST_F(AuditTest, ARecordThatDoesNotCheckIsFound) {
  EXPECT_EQ(damage([&] {
              auto tip = next_tip();
              EXPECT_TRUE(store->append_record(school.id(), tip, base::Digest{}, Bytes(40, 1)).ok());
            }),
            "a record that does not check");
}

TEST_F(AuditTest, ASegmentThatIsNoSegmentIsFound) {
  EXPECT_EQ(damage([&] { append(log->id, {3, 9, {}}, Bytes(40, 1)); }), "a segment that does not parse");
}

TEST_F(AuditTest, ASegmentOfALogThatNobodyEnrolledIsFound) {
  EXPECT_EQ(damage([&] { append(base::LogId{{7}}, {1, 3, {}}, log->draft()); }), "a segment of no log");
}

TEST_F(AuditTest, ASegmentThatDoesNotFollowIsFound) {
  EXPECT_EQ(damage([&] {
              auto bytes = log->draft();
              bytes.back() ^= 1;
              append(log->id, {3, 9, {}}, bytes);
            }),
            "a segment that does not check");
}

TEST_F(AuditTest, ASegmentUnderAnotherNumberIsFound) {
  EXPECT_EQ(damage([&] { append(log->id, {5, 9, {}}, log->draft()); }), "a segment that does not check");
}

TEST_F(AuditTest, AnotherHashThanTheSegmentsIsFound) {
  EXPECT_EQ(damage([&] { append(log->id, {3, 9, base::Hash32{{1}}}, log->draft()); }), "another hash");
}

TEST_F(AuditTest, ABranchOfNothingIsFound) {
  EXPECT_EQ(damage([&] {
              const base::LogId name{{8}};
              EXPECT_TRUE(store->put_branch(school.id(), {name, log->id, base::LogId{{9}}, 1}).ok());
              append(name, {2, 6, {}}, log->draft());
            }),
            "a segment that does not check")
      << "what it goes off from is not there, so nothing follows it";
}

TEST_F(AuditTest, ABranchUnderANameThatTheForkDoesNotGiveIsFound) {
  EXPECT_EQ(damage([&] {
              const base::LogId name{{8}};
              EXPECT_TRUE(store->put_branch(school.id(), {name, log->id, log->id, 2}).ok());
              append(name, {3, 9, {}}, log->draft());
            }),
            "a branch of another name");
}

TEST_F(AuditTest, AnotherDigestIsFound) {
  EXPECT_EQ(damage([&] {
              auto tip = next_tip();
              Writing other(school, admin, random);
              EXPECT_TRUE(store->append_record(school.id(), tip, base::Digest{{1}}, other.enrolment).ok());
            }),
            "another digest");
}

TEST_F(AuditTest, AnEndThatIsNotTheLastArrivalIsFound) {
  EXPECT_EQ(damage([&] { EXPECT_TRUE(store->chunks().put_usage(school.id(), next_tip()).ok()); }),
            "another end");
}

TEST_F(AuditTest, AnEndWithAnotherDigestIsFound) {
  EXPECT_EQ(damage([&] {
              auto tip = **store->tip(school.id());
              tip.digest_state[0] ^= 1;
              EXPECT_TRUE(store->chunks().put_usage(school.id(), tip).ok());
            }),
            "another end");
}

TEST_F(AuditTest, AChunkOfOtherBytesIsFound) {
  EXPECT_EQ(
      damage([&] {
        const Bytes other(10, 4);
        EXPECT_TRUE(store->chunks().put_chunk(school.id(), log::chunk_id(other), Bytes(10, 5), {}).ok());
      }),
      "a chunk of other bytes");
}

TEST_F(AuditTest, ASumOfChunksThatIsNotTheirsIsFound) {
  EXPECT_EQ(damage([&] {
              auto tip = **store->tip(school.id());
              ++tip.usage.media_bytes;
              EXPECT_TRUE(store->chunks().put_usage(school.id(), tip).ok());
            }),
            "another sum of chunks");
}

// A server starts on none of it: it would say what is not so.
TEST_F(AuditTest, ACarrierDoesNotOpenARecordThatDoesNotCheck) {
  ASSERT_TRUE(store->begin().ok());
  auto tip = next_tip();
  ASSERT_TRUE(store->append_record(school.id(), tip, base::Digest{}, Bytes(40, 1)).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_EQ(Carrier::open(*store).code(), Code::storage_failed);
}

}  // namespace
}  // namespace sejawat::carrier
