// What a carrier does with erased bodies, and what it lets nobody do by that name.
#include "fixture.h"
#include "space/receipt.h"

namespace sejawat::carrier {
namespace {

class ErasureTest : public SchoolTest {
 protected:
  ErasureTest() { carrier->sign_receipts(key); }
  static log::SegmentName name_of(const Writing& log) {  // of its newest segment
    return {log.id, log.head.count - 1, base::prefix_of<base::HeadTag>(log.head.hash)};
  }
  Code erase(const Person& by, std::vector<space::ErasedSegment> segments,
             std::vector<log::SegmentName> witnesses = {}) {
    last = space::write_erased(by.author(), school.membership, 0, std::move(segments), std::move(witnesses));
    school.add(last);
    return offer(by, school.id(), last);
  }
  bool bodiless(const Writing& log, std::uint64_t no) {
    const auto held = store->segment(school.id(), log.id, no);
    EXPECT_TRUE(held.ok() && *held);
    return log::decode_segment(**held)->erased.has_value();
  }
  std::vector<Bytes> receipts(const Person& by, base::ByteView record) {
    auto message = message_of({});
    message.receipts.push_back({school.id(), *space::record_id_of(record)});
    return send(by, message).receipts;
  }
  Bytes without_body(const Bytes& segment) { return log::without_body(*log::decode_segment(segment)); }
  base::Digest digest() {
    return log::SpaceDigest::from_state(school.id(), (*store->tip(school.id()))->digest_state)->value();
  }
  crypto::BoxKey key = crypto::BoxKey::random(random);
  Bytes last;
};

TEST_F(ErasureTest, ABodyGoesAtOnceWhenEverythingInItIsErased) {
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto name = name_of(log);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto bytes_before = carrier->survey().front().usage.segment_bytes;
  const auto heads = *store->heads(school.id());
  EXPECT_EQ(erase(admin, {{name, {{0, 2}}}}), Code::ok);
  EXPECT_FALSE(bodiless(log, 0)) << "the third op survives";
  EXPECT_TRUE(receipts(admin, last).empty());
  EXPECT_EQ(erase(admin, {{name, {{2, 1}}}}), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_FALSE(bodiless(log, 1));
  EXPECT_EQ(*store->heads(school.id()), heads);
  EXPECT_EQ(carrier->survey().front().usage.segment_bytes, bytes_before - 121 + 33);
  const auto given = receipts(admin, last);
  ASSERT_EQ(given.size(), 1U);
  const auto receipt = space::read_receipt(given.front());
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->carrier, key.public_key());
  EXPECT_EQ(receipt->wall_seconds, kNow);
  EXPECT_EQ(receipt->generation, carrier->generation());
  EXPECT_TRUE(receipts(stranger, last).empty());
}

TEST_F(ErasureTest, ABodyStaysUntilWhatSurvivesIsHereElsewhere) {
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto erased = name_of(log);
  const auto witness = log.write();
  EXPECT_EQ(erase(admin, {{erased, {{0, 1}}}}, {name_of(log)}), Code::ok);
  EXPECT_FALSE(bodiless(log, 0));
  EXPECT_TRUE(receipts(admin, last).empty());
  EXPECT_EQ(write(admin, log, witness), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(receipts(admin, last).size(), 1U);
}

TEST_F(ErasureTest, AnErasureMayComeBeforeWhatItErases) {
  auto log = enrol(school, admin);
  const auto segment = log.write();
  EXPECT_EQ(erase(admin, {{name_of(log), {{0, 3}}}}), Code::ok);
  EXPECT_TRUE(receipts(admin, last).empty()) << "it is not here: that says nothing yet";
  EXPECT_EQ(write(admin, log, segment), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(write(admin, log, segment), Code::ok) << "known, and not taken back";
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(write(admin, log, without_body(segment)), Code::ok);
}

TEST_F(ErasureTest, NobodyStripsABodyThatNoErasureNames) {
  auto log = enrol(school, admin);
  const auto segment = log.write();
  EXPECT_EQ(write(admin, log, without_body(segment)), Code::unknown_membership);
  auto forged = without_body(segment);
  forged[forged.size() - base::Signature::kSize - 1] ^= 1;  // another body's hash
  EXPECT_EQ(write(admin, log, forged), Code::bad_signature);
  EXPECT_EQ(write(admin, log, segment), Code::ok);
  EXPECT_FALSE(bodiless(log, 0));
}

TEST_F(ErasureTest, AMemberWithoutTheRightErasesNothing) {
  admit(sari);
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto record =
      space::write_erased(sari.author(), school.membership, 0, {{name_of(log), {{0, 3}}}}, {});
  EXPECT_EQ(offer(sari, school.id(), record), Code::not_permitted);
  EXPECT_FALSE(bodiless(log, 0));
}

TEST_F(ErasureTest, ABodyComesBackWhileSomethingOfItIsNowhereElse) {
  auto log = enrol(school, admin);
  const auto segment = log.write();
  EXPECT_EQ(erase(admin, {{name_of(log), {{0, 1}}}}), Code::ok);
  EXPECT_EQ(write(admin, log, without_body(segment)), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  const auto before = digest();
  EXPECT_EQ(write(admin, log, segment), Code::ok);
  EXPECT_FALSE(bodiless(log, 0));
  EXPECT_EQ(digest(), before);
}

TEST_F(ErasureTest, ABodyThatComesLaterFindsRoomOrStaysAway) {
  auto log = enrol(school, admin);
  const auto segment = log.write(1000);
  EXPECT_EQ(erase(admin, {{name_of(log), {{0, 1}}}}), Code::ok);
  EXPECT_EQ(write(admin, log, without_body(segment)), Code::ok);
  Limits limits;
  limits.community_bytes = segment.size() - 1;
  open(limits);
  const auto before = carrier->survey()[0].usage;
  EXPECT_EQ(write(admin, log, segment), Code::quota_exceeded);
  EXPECT_TRUE(bodiless(log, 0)) << "what is held stays";
  EXPECT_EQ(carrier->survey()[0].usage, before);
  EXPECT_EQ(write(admin, log, without_body(segment)), Code::ok);
  limits.community_bytes = segment.size();
  open(limits);
  EXPECT_EQ(write(admin, log, segment), Code::ok);
  EXPECT_FALSE(bodiless(log, 0));
  EXPECT_EQ(carrier->survey()[0].usage.segment_bytes, segment.size());
}

// What made it void falls, and it stands where it came: before one that was looked at since.
TEST_F(ErasureTest, AnErasureThatComesIntoForceBetweenOthersIsCarriedOut) {
  admit(sari, space::WireRole::admin);
  admit(budi, space::WireRole::admin);
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto of_budi = name_of(log);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto of_admin = name_of(log);
  const auto unaware = school.membership;
  const auto out = school.add(space::write_person_removed(sari.author(), unaware, budi.id(), {}));
  ASSERT_EQ(offer(sari, school.id(), out), Code::ok);
  const auto first = school.add(space::write_erased(budi.author(), unaware, 0, {{of_budi, {{0, 3}}}}, {}));
  ASSERT_EQ(offer(budi, school.id(), first), Code::ok);
  EXPECT_FALSE(bodiless(log, 0)) << "by somebody who was removed";
  ASSERT_EQ(erase(admin, {{of_admin, {{0, 3}}}}), Code::ok);
  EXPECT_TRUE(bodiless(log, 1));
  const auto senior = school.add(space::write_person_removed(admin.author(), unaware, sari.id(), {}));
  ASSERT_EQ(offer(admin, school.id(), senior), Code::ok);
  ASSERT_TRUE(school.membership.role_of(budi.id()));
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(receipts(budi, first).size(), 1U);
}

TEST_F(ErasureTest, WhatIsErasedInQuarantineMakesRoomThere) {
  Limits limits;
  limits.quarantine_bytes = 1500;
  open(limits);
  admit(sari);
  auto ours = enrol(school, admin);
  auto log = enrol(school, sari);
  EXPECT_EQ(write(admin, ours, ours.write()), Code::ok);
  const auto removal =
      school.add(space::write_person_removed(admin.author(), school.membership, sari.id(), {}));
  EXPECT_EQ(offer(admin, school.id(), removal), Code::ok);
  EXPECT_EQ(write(sari, log, log.write(1000)), Code::fenced);
  const auto name = name_of(log);
  const auto further = log.write(1000);
  EXPECT_EQ(write(sari, log, further), Code::quota_exceeded);
  const auto before = carrier->survey()[0].usage;
  EXPECT_EQ(erase(admin, {{name, {{0, 3}}}}), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(carrier->survey()[0].usage.segment_bytes, before.segment_bytes);
  EXPECT_LT(carrier->survey()[0].usage.quarantined_bytes, before.quarantined_bytes - 900);
  const auto after = carrier->survey()[0].usage;
  open(limits);
  EXPECT_EQ(carrier->survey()[0].usage, after);
  EXPECT_EQ(write(sari, log, further), Code::fenced);
}

TEST_F(ErasureTest, AReceiptIsForMembersOfThatSpaceAndNeedsAKey) {
  admit(sari);
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  EXPECT_EQ(erase(admin, {{name_of(log), {{0, 3}}}}), Code::ok);
  EXPECT_EQ(receipts(sari, last).size(), 1U);
  // Of a space that is not here, and of one that the asker is not in.
  const auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  auto message = message_of({});
  message.receipts = {{base::SpaceId{{9}}, *space::record_id_of(last)},
                      {diary.id(), *space::record_id_of(last)},
                      {school.id(), base::RecordId{{9}}}};
  EXPECT_TRUE(send(admin, message).receipts.empty());
  open({});  // without a key it signs nothing
  EXPECT_TRUE(receipts(sari, last).empty());
}

// A removal voids one erasure, and with it everything is looked at again.
TEST_F(ErasureTest, WhatFellWithARemovalIsLookedAtAgain) {
  admit(sari, space::WireRole::admin);
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto first = name_of(log);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto second = name_of(log);
  Community elsewhere = school;
  const auto by_sari =
      elsewhere.add(space::write_erased(sari.author(), elsewhere.membership, 0, {{first, {{0, 3}}}}, {}));
  const auto removal =
      school.add(space::write_person_removed(admin.author(), school.membership, sari.id(), {}));
  EXPECT_EQ(offer(admin, school.id(), by_sari), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(offer(admin, school.id(), removal), Code::ok);
  school.add(by_sari);
  EXPECT_EQ(erase(admin, {{second, {{0, 3}}}}), Code::ok);
  EXPECT_TRUE(bodiless(log, 1));
  EXPECT_EQ(receipts(admin, last).size(), 1U);
}

// What is stored no longer reads as what was taken: no exchange goes on over that.
TEST_F(ErasureTest, ADamagedSegmentEndsTheCarrierAndIsNoVerdict) {
  auto log = enrol(school, admin);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  const auto name = name_of(log);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(store->replace_segment(school.id(), **store->tip(school.id()), log.id, 0, Bytes(40, 1)).ok());
  ASSERT_TRUE(store->commit().ok());
  const auto ends = [&](const sync::ClientMessage& message) {
    EXPECT_TRUE(store->begin().ok());
    const auto code = carrier->ingest(admin.device(), message, kNow).code();
    EXPECT_TRUE(store->commit().ok());
    open({});
    return code;
  };
  const auto record = space::write_erased(admin.author(), school.membership, 0, {{name, {{0, 3}}}}, {});
  EXPECT_EQ(ends(message_of({upload(school.id(), {record})})), Code::storage_failed);
}

TEST_F(ErasureTest, AReopenedCarrierKnowsWhatIsErased) {
  auto log = enrol(school, admin);
  const auto segment = log.write();
  EXPECT_EQ(erase(admin, {{name_of(log), {{0, 3}}}}), Code::ok);
  open({});
  carrier->sign_receipts(key);
  EXPECT_EQ(write(admin, log, segment), Code::ok);
  EXPECT_TRUE(bodiless(log, 0));
  EXPECT_EQ(receipts(admin, last).size(), 1U);
}

}  // namespace
}  // namespace sejawat::carrier
