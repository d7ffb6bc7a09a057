// Who may erase what, and what a set of records says is erased.
#include "space/erasure.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "person.h"
#include "space/membership.h"
#include "space/receipt.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

class ErasureTest : public testing::Test {
 protected:
  ErasureTest() : space(space_id(admin.certificate.identity_key, SpaceKind::group, {})), membership(space) {
    put(write_genesis(admin.author(), admin.identity.box.public_key(), SpaceKind::group, {}));
    admit(sari, WireRole::writer);
    admit(budi, WireRole::writer);
    for (const auto* person : {&admin, &sari, &budi})
      put(write_log(person->author(), membership, person->log));
  }
  void put(base::ByteView record) { ASSERT_EQ(membership.add(record).code(), Code::ok); }
  void admit(const Person& person, WireRole role) {
    const auto keys = InviteKeys::from_secret(base::Secret16::random(random));
    put(write_invite(admin.author(), membership, keys, role, 1, 0, {}));
    put(write_join(person.author(), space, keys.sign, membership.invites().at(keys.sign.public_key()).record,
                   person.identity.box.public_key(), {}));
  }
  log::SegmentName of(const Person& person, std::uint64_t no, std::uint8_t tag = 1) const {
    log::SegmentName name{log::log_id(space, person.log.public_key()), no, {}};
    name.tag.bytes[0] = tag;
    return name;
  }
  Code erase(const Person& by, std::vector<ErasedSegment> segments,
             std::vector<log::SegmentName> witnesses = {}, std::vector<log::ChunkId> chunks = {}) {
    return membership
        .add(write_erased(by.author(), membership, 0, std::move(segments), std::move(witnesses),
                          std::move(chunks)))
        .code();
  }
  static log::ChunkId chunk(std::uint8_t n) {
    log::ChunkId id;
    id.bytes[0] = n;
    return id;
  }

  support::SeededRandom random{12};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  base::SpaceId space;
  Membership membership;
};

TEST_F(ErasureTest, AuthorsEraseTheirOwnAndAdminsAnything) {
  EXPECT_EQ(erase(sari, {{of(sari, 0), {{0, 2}}}}), Code::ok);
  EXPECT_EQ(erase(budi, {{of(sari, 0), {{0, 1}}}}), Code::not_permitted);
  EXPECT_EQ(erase(admin, {{of(sari, 0), {{5, 1}}}}, {of(admin, 3)}), Code::ok);
  const auto erased = membership.erased_ops(of(sari, 0));
  EXPECT_TRUE(erased.has(0) && erased.has(1) && erased.has(5));
  EXPECT_FALSE(erased.has(2) || erased.has(6));
  EXPECT_FALSE(erased.all(6));
  EXPECT_TRUE(erased.all(2));
  EXPECT_EQ(membership.witnessed_by(of(admin, 3)).size(), 1U);
  EXPECT_FALSE(membership.erased_ops(of(sari, 0, 2)).any()) << "another segment of that number";
}

TEST_F(ErasureTest, ALogThatItsAuthorCannotHaveKnownIsNobodysToErase) {
  auto unknown = of(sari, 0);
  unknown.log.bytes[0] ^= 1;
  EXPECT_EQ(erase(admin, {{unknown, {{0, 1}}}}), Code::not_permitted);
  EXPECT_EQ(erase(admin, {{of(sari, 0), {{0, 1}}}}, {of(budi, 0)}), Code::not_permitted)
      << "survivors are quoted in one's own name";
}

TEST_F(ErasureTest, OneMixtureOfOwnAndOthersNeedsAnAdmin) {
  auto segments = std::vector<ErasedSegment>{{of(sari, 0), {{0, 1}}}, {of(budi, 0), {{0, 1}}}};
  std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  EXPECT_EQ(erase(sari, segments), Code::not_permitted);
  EXPECT_EQ(erase(admin, segments), Code::ok);
}

TEST_F(ErasureTest, EachSetOfOpsHasOneSpelling) {
  using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  for (const auto& runs : {Runs{}, Runs{{0, 0}}, Runs{{4096, 1}}, Runs{{0, 4097}}, Runs{{3, 1}, {1, 1}},
                           Runs{{0, 2}, {2, 1}}, Runs{{0, 2}, {1, 4}}, Runs{{UINT32_MAX, UINT32_MAX}}}) {
    EXPECT_EQ(erase(sari, {{of(sari, 0), runs}}), Code::malformed);
  }
  EXPECT_EQ(erase(sari, {{of(sari, 0), {{0, 4096}}}}), Code::ok);
  EXPECT_EQ(erase(sari, {}), Code::malformed);
  EXPECT_EQ(erase(sari, {{of(sari, 1), {{0, 1}}}, {of(sari, 0), {{0, 1}}}}), Code::malformed);
  EXPECT_EQ(erase(sari, {{of(sari, 1), {{0, 1}}}, {of(sari, 1), {{3, 1}}}}), Code::malformed);
  EXPECT_EQ(erase(sari, {{of(sari, 1), {{0, 1}}}}, {of(sari, 2), of(sari, 2)}), Code::malformed);
}

TEST_F(ErasureTest, MoreThanARecordMayHoldIsRefused) {
  std::vector<ErasedSegment> segments;
  for (std::uint64_t no = 0; no < 301; ++no) segments.push_back({of(sari, no), {{0, 1}}});
  EXPECT_EQ(erase(sari, segments), Code::too_large);
  segments.resize(300);
  EXPECT_EQ(erase(sari, segments), Code::ok);
  std::vector<log::SegmentName> witnesses;
  for (std::uint64_t no = 0; no < 65; ++no) witnesses.push_back(of(sari, no));
  EXPECT_EQ(erase(sari, {{of(sari, 0), {{0, 1}}}}, witnesses), Code::too_large);
}

TEST_F(ErasureTest, WhatARemovedAdminErasedOfOthersFallsWithTheRemovalAndTheirOwnStaysErased) {
  admit(sari, WireRole::admin);
  Membership elsewhere(space);
  for (const auto& [id, bytes] : membership.records()) ASSERT_TRUE(elsewhere.add(bytes).ok());
  const auto others = write_erased(sari.author(), elsewhere, 0, {{of(budi, 0), {{0, 1}}}}, {});
  ASSERT_TRUE(elsewhere.add(others).ok());
  const auto own = write_erased(sari.author(), elsewhere, 0, {{of(sari, 0), {{0, 1}}}}, {});
  put(write_person_removed(admin.author(), membership, sari.id(), {}));
  put(others);
  put(own);
  EXPECT_FALSE(membership.erased_ops(of(budi, 0)).any());
  EXPECT_TRUE(membership.erased_ops(of(sari, 0)).any());
  ASSERT_TRUE(elsewhere.add(own).ok());
  ASSERT_TRUE(elsewhere.add(membership.records()[membership.records().size() - 3].second).ok());
  EXPECT_FALSE(elsewhere.erased_ops(of(budi, 0)).any()) << "in any order";
  EXPECT_TRUE(elsewhere.erased_ops(of(sari, 0)).any());
}

TEST_F(ErasureTest, AChunkIsGoneForWhoNamedItAndByAnAdminForEverybody) {
  EXPECT_EQ(erase(sari, {{of(sari, 0), {{0, 1}}}}, {}, {chunk(1), chunk(2)}), Code::ok);
  EXPECT_TRUE(membership.chunk_erased(chunk(1), sari.id()));
  EXPECT_FALSE(membership.chunk_erased(chunk(1), budi.id())) << "it may be Budi's, and Sari's word is void";
  EXPECT_FALSE(membership.chunk_erased(chunk(1), std::nullopt));
  EXPECT_FALSE(membership.chunk_erased(chunk(3), sari.id()));
  EXPECT_EQ(erase(admin, {}, {}, {chunk(1)}), Code::ok) << "alone in a record";
  EXPECT_TRUE(membership.chunk_erased(chunk(1), budi.id()));
  EXPECT_TRUE(membership.chunk_erased(chunk(1), std::nullopt));
  EXPECT_FALSE(membership.chunk_erased(chunk(2), budi.id()));
  ASSERT_EQ(membership.erasures_of(chunk(1)).size(), 2U);
  EXPECT_EQ(membership.erasures()[membership.erasures_of(chunk(1))[0]].author, sari.id());
  EXPECT_FALSE(membership.erasures()[membership.erasures_of(chunk(1))[0]].by_admin);
  EXPECT_TRUE(membership.erasures()[membership.erasures_of(chunk(1))[1]].by_admin);
}

TEST_F(ErasureTest, EachSetOfChunksHasOneSpellingAndACap) {
  EXPECT_EQ(erase(sari, {}, {}, {chunk(2), chunk(1)}), Code::malformed);
  EXPECT_EQ(erase(sari, {}, {}, {chunk(1), chunk(1)}), Code::malformed);
  EXPECT_EQ(erase(sari, {}, {of(sari, 0)}, {chunk(1)}), Code::malformed) << "witnesses of nothing";
  std::vector<log::ChunkId> many(401);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].bytes[0] = static_cast<std::uint8_t>(i >> 8U);
    many[i].bytes[1] = static_cast<std::uint8_t>(i);
  }
  EXPECT_EQ(erase(sari, {}, {}, many), Code::too_large);
  many.pop_back();
  EXPECT_EQ(erase(sari, {}, {}, many), Code::ok);
}

TEST_F(ErasureTest, WhatAWriterPutsIntoARecordAtMostFits) {
  std::vector<ErasedSegment> segments;
  std::vector<log::SegmentName> witnesses;
  std::vector<log::ChunkId> chunks(kErasedChunksAtOnce);
  for (std::uint64_t no = 0; no < 40; ++no) {
    segments.push_back({of(sari, (UINT64_MAX >> 1U) + no), {}});
    for (std::uint32_t run = 0; run < 5; ++run) segments.back().runs.emplace_back(4000 + 2 * run, 1);
  }
  for (std::uint64_t no = 0; no < kWitnessesAtOnce; ++no)
    witnesses.push_back(of(sari, (UINT64_MAX >> 1U) + no));
  for (std::size_t i = 0; i < chunks.size(); ++i) chunks[i].bytes[0] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(erase(sari, segments, witnesses, chunks), Code::ok);
}

TEST_F(ErasureTest, ChunksThatARemovedAdminNamedStayThoseOfOthers) {
  admit(sari, WireRole::admin);
  Membership elsewhere(space);
  for (const auto& [id, bytes] : membership.records()) ASSERT_TRUE(elsewhere.add(bytes).ok());
  const auto named = write_erased(sari.author(), elsewhere, 0, {}, {}, {chunk(1)});
  ASSERT_TRUE(elsewhere.add(named).ok());
  EXPECT_TRUE(elsewhere.chunk_erased(chunk(1), budi.id()));
  const auto removal = write_person_removed(admin.author(), membership, sari.id(), {});
  put(removal);
  put(named);
  ASSERT_TRUE(elsewhere.add(removal).ok());
  for (const auto* one : {&membership, &elsewhere}) {  // in any order
    EXPECT_FALSE(one->chunk_erased(chunk(1), budi.id()));
    EXPECT_TRUE(one->chunk_erased(chunk(1), sari.id())) << "their own stay erased";
  }
}

TEST_F(ErasureTest, WhatSeveralErasuresNameOfASegmentAddsUp) {
  EXPECT_EQ(erase(sari, {{of(sari, 0), {{4, 3}}}}), Code::ok);
  EXPECT_EQ(erase(sari, {{of(sari, 0), {{0, 2}}}}), Code::ok);
  const auto erased = membership.erased_ops(of(sari, 0));
  for (std::uint64_t op = 0; op < 8; ++op) EXPECT_EQ(erased.has(op), op < 2 || (op >= 4 && op < 7)) << op;
  EXPECT_FALSE(erased.all(7));
}

// In a space where something was taken from somebody all erasures are judged together; who was an admin when
// they erased is one there too.
TEST_F(ErasureTest, WhatAnAdminErasedIsGoneForEverybodyAlsoAfterALaterRemoval) {
  EXPECT_EQ(erase(admin, {}, {}, {chunk(1)}), Code::ok);
  EXPECT_EQ(erase(sari, {}, {}, {chunk(2)}), Code::ok);
  put(write_person_removed(admin.author(), membership, budi.id(), {}));
  EXPECT_TRUE(membership.chunk_erased(chunk(1), budi.id()));
  EXPECT_FALSE(membership.chunk_erased(chunk(2), budi.id()));
  EXPECT_TRUE(membership.chunk_erased(chunk(2), sari.id()));
}

TEST_F(ErasureTest, AReceiptIsReadAsItWasSignedAndNotOtherwise) {
  const auto carrier = crypto::BoxKey::random(random);
  Receipt receipt{space, {}, carrier.public_key(), {}, 1'795'000'000, 3};
  const auto bytes = write_receipt(receipt_key(carrier), receipt);
  const auto read = read_receipt(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->segments, 3U);
  EXPECT_EQ(read->wall_seconds, 1'795'000'000);
  EXPECT_EQ(read->carrier, carrier.public_key());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto changed = bytes;
    changed[at] ^= 1;
    EXPECT_FALSE(read_receipt(changed).ok()) << at;
    EXPECT_FALSE(read_receipt(base::ByteView(bytes).first(at)).ok()) << at;
    EXPECT_FALSE(stored_receipt(base::ByteView(bytes).first(at)).ok()) << at;
  }
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(read_receipt(longer).code(), Code::malformed);
  EXPECT_EQ(stored_receipt(bytes)->segments, 3U) << "one's own was checked when it came";
}

}  // namespace
}  // namespace sejawat::space
