// Chunks of attachments: who may bring and fetch them, how they go on where they were cut, and that text
// never pays for them.
#include "carrier/audit.h"
#include "fixture.h"
#include "space/receipt.h"

namespace sejawat::carrier {
namespace {

class ChunkTest : public SchoolTest {
 protected:
  Bytes some(std::size_t size) {
    Bytes bytes(size);
    random.fill(bytes);
    return bytes;
  }
  static sync::ChunkPiece piece(const base::SpaceId& space, const Bytes& of, std::size_t offset,
                                std::size_t size) {
    sync::ChunkPiece piece;
    piece.space.id = space;
    piece.chunk = log::chunk_id(of);
    piece.total = static_cast<std::uint32_t>(of.size());
    piece.offset = static_cast<std::uint32_t>(offset);
    piece.bytes = base::to_bytes(base::ByteView(of).subspan(offset, size));
    return piece;
  }
  sync::ServerMessage bring(const Person& by, std::vector<sync::ChunkPiece> pieces, std::int64_t now = kNow) {
    auto message = message_of({});
    message.chunks = std::move(pieces);
    auto reply = send(by, message, now);
    EXPECT_EQ(reply.chunk_states.size(), message.chunks.size());
    return reply;
  }
  Code bring_whole(const Person& by, const Bytes& chunk) {
    return bring(by, {piece(school.id(), chunk, 0, chunk.size())}).chunk_states.at(0).code;
  }
  sync::ServerMessage fetch(const Person& by, const log::ChunkId& chunk, std::uint32_t offset = 0,
                            std::uint32_t most = 60'000) {
    sync::ClientMessage message;
    message.hello.emplace();
    sync::ChunkWant want;
    want.space.id = school.id();
    want.chunk = chunk;
    want.offset = offset;
    want.most = most;
    message.wants.push_back(want);
    Peer peer(by.device());
    peer.greeted = true;
    EXPECT_TRUE(store->begin().ok());
    message.hello.reset();
    // All text was had before.
    peer.follow({school.id()}, carrier->survey()[0].arrivals);
    auto ingested = carrier->ingest(peer, message, kNow);
    EXPECT_TRUE(store->commit().ok());
    auto reply = carrier->answer(peer, message, std::move(ingested).value());
    EXPECT_TRUE(reply.ok());
    EXPECT_LE(sync::encode(*reply).size(), sync::kMessageMax);
    return std::move(reply).value();
  }
  Code erase(const Person& by, const std::vector<Bytes>& chunks) {
    std::vector<log::ChunkId> ids;
    for (const auto& chunk : chunks) ids.push_back(log::chunk_id(chunk));
    std::sort(ids.begin(), ids.end());
    last = school.add(space::write_erased(by.author(), school.membership, 0, {}, {}, ids));
    return offer(by, school.id(), last);
  }
  std::vector<Bytes> receipts(const Person& by, base::ByteView record) {
    auto message = message_of({});
    message.receipts.push_back({school.id(), *space::record_id_of(record)});
    return send(by, message).receipts;
  }
  Bytes last;
  std::uint64_t media() const { return carrier->survey()[0].usage.media_bytes; }
};

TEST_F(ChunkTest, AChunkComesInPiecesAndIsThereWhenItIsWhole) {
  const Bytes chunk = some(40'000);
  auto state = bring(admin, {piece(school.id(), chunk, 0, 15'000)}).chunk_states.at(0);
  EXPECT_EQ(state.code, Code::ok);
  EXPECT_EQ(state.held, 15'000U);
  EXPECT_EQ(media(), 0U);
  EXPECT_EQ(fetch(admin, log::chunk_id(chunk)).chunks.at(0).total, 0U) << "half of it is nobody's";
  // Asked, it says how far it is; from anywhere else it takes nothing and says the same.
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 0, 0)}).chunk_states.at(0).held, 15'000U);
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 0, 15'000)}).chunk_states.at(0).held, 15'000U);
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 30'000, 100)}).chunk_states.at(0).held, 15'000U);
  open({});  // a restart in between
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 15'000, 25'000)}).chunk_states.at(0).held, 40'000U);
  EXPECT_EQ(media(), 40'000U);
  EXPECT_EQ(bring_whole(admin, chunk), Code::ok) << "once more changes nothing";
  EXPECT_EQ(media(), 40'000U);
  open({});
  EXPECT_EQ(media(), 40'000U);
  const auto given = fetch(admin, log::chunk_id(chunk), 10'000, 5'000).chunks.at(0);
  EXPECT_EQ(given.total, 40'000U);
  EXPECT_LE(given.bytes.size(), 5'000U);
  EXPECT_TRUE(base::equal(given.bytes, base::ByteView(chunk).subspan(10'000, given.bytes.size())));
  EXPECT_EQ(fetch(admin, log::chunk_id(chunk)).chunks.at(0).bytes, chunk);
}

TEST_F(ChunkTest, BytesOfAnotherAddressAreNotKept) {
  const Bytes chunk = some(20'000);
  auto lie = piece(school.id(), chunk, 0, chunk.size());
  lie.bytes[7] ^= 1;
  EXPECT_EQ(bring(admin, {lie}).chunk_states.at(0).code, Code::malformed);
  EXPECT_EQ(media(), 0U);
  EXPECT_EQ(fetch(admin, log::chunk_id(chunk)).chunks.at(0).total, 0U);
  // Nobody else's beginning is spoilt by a lie about the same address.
  admit(sari);
  auto half = piece(school.id(), chunk, 0, 10'000);
  half.bytes[0] ^= 1;
  EXPECT_EQ(bring(sari, {half}).chunk_states.at(0).held, 10'000U);
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 0, 10'000)}).chunk_states.at(0).held, 10'000U);
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 10'000, 10'000)}).chunk_states.at(0).held, 20'000U);
  EXPECT_EQ(bring(sari, {piece(school.id(), chunk, 10'000, 10'000)}).chunk_states.at(0).held, 20'000U);
  EXPECT_EQ(fetch(sari, log::chunk_id(chunk)).chunks.at(0).bytes, chunk);
}

TEST_F(ChunkTest, WhoIsNotInASpaceNeitherBringsNorFetchesThere) {
  const Bytes chunk = some(1000);
  ASSERT_EQ(bring_whole(admin, chunk), Code::ok);
  EXPECT_EQ(bring(stranger, {piece(school.id(), some(1000), 0, 1000)}).chunk_states.at(0).code,
            Code::unknown_space);
  // Of somebody known here, but not in this space.
  admit(sari);
  Community diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  const Bytes private_one = some(2000);
  ASSERT_EQ(bring(sari, {piece(diary.id(), private_one, 0, 2000)}).chunk_states.at(0).code, Code::ok);
  EXPECT_EQ(bring(admin, {piece(diary.id(), private_one, 0, 2000)}).chunk_states.at(0).code,
            Code::unknown_space);
  EXPECT_EQ(fetch(admin, log::chunk_id(private_one)).chunks.at(0).total, 0U)
      << "an address of one space is none of another";
  EXPECT_EQ(fetch(sari, log::chunk_id(chunk)).chunks.at(0).total, 1000U);
  // Readers fetch and do not bring.
  admit(budi, space::WireRole::reader);
  EXPECT_EQ(bring(budi, {piece(school.id(), some(500), 0, 500)}).chunk_states.at(0).code,
            Code::not_permitted);
  EXPECT_EQ(fetch(budi, log::chunk_id(chunk)).chunks.at(0).total, 1000U);
}

TEST_F(ChunkTest, AFullQuotaBlocksThePhotoAndNotTheText) {
  Writing log = enrol(school, admin);
  Limits limits;
  limits.community_bytes = 10'000 + 4 * 256;  // and what is kept beside each of two
  open(limits);
  ASSERT_EQ(bring_whole(admin, some(4'000)), Code::ok);
  EXPECT_EQ(bring_whole(admin, some(1'001)), Code::quota_exceeded) << "half of it, to the byte";
  EXPECT_EQ(bring(admin, {piece(school.id(), some(1'001), 0, 0)}).chunk_states.at(0).code,
            Code::quota_exceeded)
      << "already when asked";
  EXPECT_EQ(bring_whole(admin, some(1'000)), Code::ok);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(write(admin, log, log.write(1000)), Code::ok) << i;
  const auto usage = carrier->survey()[0].usage;
  EXPECT_GT(usage.media_bytes + usage.segment_bytes, limits.community_bytes);
  EXPECT_LE(usage.segment_bytes, limits.community_bytes);
  // What text has taken is not there for photos.
  limits.media_part = 1;
  open(limits);
  EXPECT_EQ(bring_whole(admin, some(10)), Code::quota_exceeded);
}

TEST_F(ChunkTest, BeginningsAreFewAndAFloodComesAgainLater) {
  Limits limits;
  limits.begun_chunks = 2;
  open(limits);
  std::vector<Bytes> chunks;
  for (int i = 0; i < 3; ++i) {
    chunks.push_back(some(3000));
    EXPECT_EQ(bring(admin, {piece(school.id(), chunks.back(), 0, 1000)}).chunk_states.at(0).held, 1000U);
  }
  EXPECT_EQ(bring(admin, {piece(school.id(), chunks[0], 0, 0)}).chunk_states.at(0).held, 0U) << "the oldest";
  EXPECT_EQ(bring(admin, {piece(school.id(), chunks[2], 0, 0)}).chunk_states.at(0).held, 1000U);
  limits.segment_burst = 1;
  limits.segments_per_second = 1;
  open(limits);
  const auto reply =
      bring(admin, {piece(school.id(), chunks[2], 1000, 1000), piece(school.id(), chunks[2], 2000, 1000)});
  EXPECT_EQ(reply.chunk_states[0].code, Code::ok);
  EXPECT_EQ(reply.chunk_states[1].code, Code::timed_out);
}

TEST_F(ChunkTest, APieceOfNothingOrOfNoSpaceIsTold) {
  const Bytes chunk = some(1'000);
  auto empty = piece(school.id(), chunk, 0, 0);
  empty.total = 0;
  EXPECT_EQ(bring(admin, {empty}).chunk_states.at(0).code, Code::malformed);
  EXPECT_EQ(bring(admin, {piece(base::SpaceId{{9}}, chunk, 0, 100)}).chunk_states.at(0).code,
            Code::unknown_space);
  auto indexed = piece(school.id(), chunk, 0, 100);
  indexed.space.index = 1;  // in a set that this hello does not name
  EXPECT_EQ(bring(admin, {indexed}).chunk_states.at(0).code, Code::unknown_space);
  sync::ClientMessage message;
  message.wants = {{{7, {}}, log::chunk_id(chunk), 0, 500},
                   {{0, base::SpaceId{{9}}}, log::chunk_id(chunk), 0, 500}};
  Peer peer(admin.device());
  peer.greeted = true;
  peer.follow({school.id()}, carrier->survey()[0].arrivals);
  ASSERT_TRUE(store->begin().ok());
  auto ingested = carrier->ingest(peer, message, kNow);
  ASSERT_TRUE(store->commit().ok());
  const auto reply = carrier->answer(peer, message, std::move(ingested).value());
  ASSERT_TRUE(reply.ok());
  ASSERT_EQ(reply->chunks.size(), 2U);
  for (const auto& one : reply->chunks) EXPECT_EQ(one.total, 0U);
}

// Two phones may hold different bytes under one wish; who says another length begins anew.
TEST_F(ChunkTest, ABeginningOfAnotherLengthIsNotGoneOnWith) {
  const Bytes chunk = some(1'000);
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 0, 300)}).chunk_states.at(0).held, 300U);
  auto longer = piece(school.id(), chunk, 300, 100);
  longer.total = 2'000;
  EXPECT_EQ(bring(admin, {longer}).chunk_states.at(0).held, 0U);
  EXPECT_EQ(bring(admin, {piece(school.id(), chunk, 300, 700)}).chunk_states.at(0).held, 1'000U);
}

// Nobody goes on with it, and nobody could tell any more whose it was to erase.
TEST_F(ChunkTest, BeginningsGoWithTheDeviceThatBroughtThem) {
  admit(sari);
  admit(budi);
  const Bytes begun = some(4'000);
  for (const auto* person : {&sari, &budi})
    ASSERT_EQ(bring(*person, {piece(school.id(), begun, 0, 1'000)}).chunk_states.at(0).held, 1'000U);
  const auto removal =
      school.add(space::write_person_removed(admin.author(), school.membership, budi.id(), {}));
  ASSERT_EQ(offer(admin, school.id(), removal), Code::ok);
  EXPECT_EQ(store->chunks().begun_by(school.id(), log::chunk_id(begun)).value(),
            std::vector<base::PublicBoxKey>{sari.device()});
  EXPECT_TRUE(store->forgotten());
  // One that an older program left goes with what comes next.
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(store->chunks()
                  .put_begun_chunk(school.id(), budi.device(), log::chunk_id(begun), {4'000, some(9)}, 4)
                  .ok());
  ASSERT_TRUE(store->commit().ok());
  open({});
  EXPECT_EQ(store->chunks().begun_by(school.id(), log::chunk_id(begun))->size(), 2U);
  EXPECT_EQ(bring(sari, {piece(school.id(), begun, 1'000, 3'000)}).chunk_states.at(0).held, 4'000U);
  EXPECT_TRUE(store->chunks().begun_by(school.id(), log::chunk_id(begun))->empty());
}

TEST_F(ChunkTest, BeginningsTakeRoomAndSoDoesWhatIsKeptBesideAChunk) {
  admit(sari);
  const auto bring_begun = [&](const Person& by, const Bytes& chunk) {
    return bring(by, {piece(school.id(), chunk, 0, 2'000)}).chunk_states.at(0).code;
  };
  std::vector<Bytes> chunks;
  for (int i = 0; i < 3; ++i) chunks.push_back(some(3'000));
  Limits limits;
  limits.community_bytes = 2 * (2 * 2'256 + 3'255);
  open(limits);
  EXPECT_EQ(bring_begun(admin, chunks[0]), Code::ok);
  EXPECT_EQ(bring_begun(sari, chunks[0]), Code::ok);
  EXPECT_EQ(carrier->survey()[0].begun_bytes, 4'000U);
  EXPECT_EQ(bring_begun(admin, chunks[1]), Code::quota_exceeded);
  open(limits);
  EXPECT_EQ(bring_begun(admin, chunks[1]), Code::quota_exceeded) << "also after a restart";
  // What is whole is counted once, and the other beginning of it still.
  EXPECT_EQ(bring(admin, {piece(school.id(), chunks[0], 2'000, 1'000)}).chunk_states.at(0).held, 3'000U);
  EXPECT_EQ(bring_begun(admin, chunks[2]), Code::quota_exceeded);
  ASSERT_EQ(erase(admin, {chunks[0]}), Code::ok);
  EXPECT_EQ(bring_begun(admin, chunks[1]), Code::ok) << "erased, both are gone";
  limits.community_bytes = 20 * 2 * 300 + 2 * 3'256;
  open(limits);
  int tiny = 0;
  while (tiny < 100 && bring_whole(sari, some(3)) == Code::ok) ++tiny;
  EXPECT_LT(tiny, 30);
  EXPECT_TRUE(audit(*store).ok());
}

TEST_F(ChunkTest, NoChunkIsGivenWhileTextIsToCome) {
  const Bytes chunk = some(30'000);
  ASSERT_EQ(bring_whole(admin, chunk), Code::ok);
  Writing log = enrol(school, admin);
  for (int i = 0; i < 12; ++i) ASSERT_EQ(write(admin, log, log.write(8000)), Code::ok);
  admit(sari);
  Peer peer(sari.device());
  sync::ClientMessage message;
  message.hello.emplace();
  message.hello->full = true;
  sync::ChunkWant want;
  want.space.id = school.id();
  want.chunk = log::chunk_id(chunk);
  want.most = 50'000;
  message.wants.push_back(want);
  int without = 0;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(peer, message, kNow);
    ASSERT_TRUE(store->commit().ok());
    const auto reply = carrier->answer(peer, message, std::move(ingested).value()).value();
    message.hello.reset();
    EXPECT_LE(sync::encode(reply).size(), sync::kMessageMax);
    if (reply.bytes_to_come > 0) {
      EXPECT_TRUE(reply.chunks.empty());
      ++without;
    } else if (!reply.chunks.empty() && reply.chunks[0].bytes.size() == chunk.size()) {
      EXPECT_GE(without, 1);
      return;
    }
  }
  FAIL() << "the chunk never came";
}

TEST_F(ChunkTest, AChunkGoesWithTheWordOfWhoBroughtItAndIsNotTakenFromThemAgain) {
  admit(sari);
  const Bytes chunk = some(40'000);
  const Bytes kept = some(1'000);
  ASSERT_EQ(bring_whole(sari, chunk), Code::ok);
  ASSERT_EQ(bring_whole(sari, kept), Code::ok);
  EXPECT_EQ(erase(sari, {chunk}), Code::ok);
  EXPECT_EQ(fetch(admin, log::chunk_id(chunk)).chunks.at(0).total, 0U);
  EXPECT_EQ(fetch(admin, log::chunk_id(kept)).chunks.at(0).total, 1'000U);
  EXPECT_EQ(media(), 1'000U);
  EXPECT_EQ(bring_whole(sari, chunk), Code::not_found) << "gone is a verdict of its own, and no full quota";
  EXPECT_EQ(bring(sari, {piece(school.id(), chunk, 0, 0)}).chunk_states.at(0).code, Code::not_found);
  open({});
  EXPECT_EQ(bring_whole(sari, chunk), Code::not_found) << "also after a restart";
  EXPECT_EQ(media(), 1'000U);
  EXPECT_TRUE(audit(*store).ok());
}

TEST_F(ChunkTest, AnAdminErasesAnybodysChunkAndNobodyBringsItAgain) {
  admit(sari);
  const Bytes chunk = some(4'000);
  const Bytes begun = some(4'000);
  ASSERT_EQ(bring_whole(sari, chunk), Code::ok);
  ASSERT_EQ(bring(sari, {piece(school.id(), begun, 0, 1'000)}).chunk_states.at(0).held, 1'000U);
  EXPECT_EQ(erase(admin, {chunk, begun}), Code::ok);
  EXPECT_EQ(media(), 0U);
  EXPECT_TRUE(store->chunks().begun_by(school.id(), log::chunk_id(begun)).value().empty());
  for (const auto* person : {&sari, &admin}) {
    EXPECT_EQ(bring_whole(*person, chunk), Code::not_found);
    EXPECT_EQ(bring_whole(*person, begun), Code::not_found);
  }
}

TEST_F(ChunkTest, WhoNamesAnothersChunkTakesNothingAwayAndKeepsNothingOff) {
  admit(sari);
  admit(budi);
  const Bytes here = some(4'000);
  const Bytes begun = some(4'000);
  const Bytes later = some(4'000);
  ASSERT_EQ(bring_whole(sari, here), Code::ok);
  ASSERT_EQ(bring(sari, {piece(school.id(), begun, 0, 1'000)}).chunk_states.at(0).held, 1'000U);
  ASSERT_EQ(bring(budi, {piece(school.id(), begun, 0, 500)}).chunk_states.at(0).held, 500U);
  EXPECT_EQ(erase(budi, {here, begun, later}), Code::ok) << "a record like any other";
  EXPECT_EQ(media(), 4'000U);
  EXPECT_EQ(fetch(admin, log::chunk_id(here)).chunks.at(0).total, 4'000U);
  EXPECT_EQ(bring(sari, {piece(school.id(), begun, 1'000, 3'000)}).chunk_states.at(0).held, 4'000U);
  EXPECT_EQ(bring_whole(budi, later), Code::not_found) << "not from who named it";
  EXPECT_EQ(bring_whole(sari, later), Code::ok);
  EXPECT_EQ(store->chunks().begun_by(school.id(), log::chunk_id(begun)).value().size(), 0U);
  EXPECT_EQ(bring_whole(budi, here), Code::ok) << "that it is here may be known";
  // Theirs to erase it is still.
  EXPECT_EQ(erase(sari, {here, begun, later}), Code::ok);
  EXPECT_EQ(media(), 0U);
  EXPECT_TRUE(audit(*store).ok());
}

TEST_F(ChunkTest, WhatSomebodyGaveTheyMayTakeBackAndTheOwnerBringsItHimself) {
  admit(sari);
  admit(budi);
  const Bytes chunk = some(4'000);
  ASSERT_EQ(bring_whole(budi, chunk), Code::ok) << "fetched elsewhere, of Sari's";
  EXPECT_EQ(erase(budi, {chunk}), Code::ok);
  EXPECT_EQ(media(), 0U);
  EXPECT_EQ(bring_whole(budi, chunk), Code::not_found);
  EXPECT_EQ(bring_whole(sari, chunk), Code::ok);
  EXPECT_EQ(media(), 4'000U);
}

// Nobody proves to hold the box key that a certificate names.
TEST_F(ChunkTest, WhoClaimsAnothersPhoneErasesNothingThatItBrings) {
  admit(sari);
  admit(budi);
  const space::DeviceKeys claimed{space::DeviceKeys::random(random).sign, sari.keys.box.clone()};
  const auto certificate = space::certify(budi.identity.sign, claimed, 100);
  ASSERT_EQ(certificate.box_key, sari.device());
  const auto record = school.add(space::write_device(budi.author(), school.membership, certificate));
  ASSERT_EQ(offer(budi, school.id(), record), Code::ok);
  const Bytes chunk = some(4'000);
  const Bytes begun = some(4'000);
  ASSERT_EQ(bring_whole(sari, chunk), Code::ok);
  ASSERT_EQ(bring(sari, {piece(school.id(), begun, 0, 1'000)}).chunk_states.at(0).held, 1'000U);
  EXPECT_EQ(erase(budi, {chunk, begun}), Code::ok);
  EXPECT_EQ(media(), 4'000U);
  EXPECT_EQ(bring(sari, {piece(school.id(), begun, 1'000, 3'000)}).chunk_states.at(0).held, 4'000U);
  EXPECT_EQ(erase(admin, {chunk, begun}), Code::ok) << "only an admin can tell";
  EXPECT_EQ(media(), 0U);
}

// A record of a newer program that the one before this kept without knowing what it says of chunks.
TEST_F(ChunkTest, WhatAnOlderProgramDidNotUnderstandIsDoneWhenTheNewOneStarts) {
  admit(sari);
  const Bytes chunk = some(4'000);
  ASSERT_EQ(erase(sari, {chunk}), Code::ok);
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(store->chunks().put_chunk(school.id(), log::chunk_id(chunk), chunk, sari.id()).ok());
  auto tip = **store->tip(school.id());
  tip.usage.media_bytes = chunk.size();
  ASSERT_TRUE(store->chunks().put_usage(school.id(), tip).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_FALSE(audit(*store).ok());
  open({});
  EXPECT_EQ(media(), 0U);
  EXPECT_TRUE(audit(*store).ok());
}

TEST_F(ChunkTest, ARecordWithChunksIsSignedForOnceNoneOfThemIsHere) {
  const auto key = crypto::BoxKey::random(random);
  carrier->sign_receipts(key);
  admit(sari);
  admit(budi);
  const Bytes own = some(3'000);
  const Bytes lent = some(3'000);
  ASSERT_EQ(bring_whole(sari, own), Code::ok);
  ASSERT_EQ(bring_whole(budi, lent), Code::ok);
  ASSERT_EQ(erase(sari, {own, lent}), Code::ok);
  const auto record = last;
  EXPECT_EQ(media(), 3'000U) << "who brought it has not said so yet";
  EXPECT_TRUE(receipts(sari, record).empty());
  ASSERT_EQ(erase(budi, {lent}), Code::ok);
  ASSERT_EQ(receipts(sari, record).size(), 1U);
  EXPECT_TRUE(space::read_receipt(receipts(sari, record)[0]).ok());
}

TEST_F(ChunkTest, AMarkStandsForAllThatWasTakenBeforeItAndIsUnknownToAStoreThatWasNotThere) {
  const auto greeted_with = [&](const std::optional<base::ChunkMark>& mark) {
    sync::ClientMessage message;
    message.hello.emplace();
    message.hello->chunk_mark = mark;
    return send(admin, message);
  };
  const Bytes first = some(2'000);
  const auto mark = bring(admin, {piece(school.id(), first, 0, first.size())}).chunk_mark;
  ASSERT_TRUE(mark.has_value());
  const auto same = bring(admin, {piece(school.id(), first, 0, 0)}).chunk_mark;
  EXPECT_EQ(same, mark) << "a question is answered under the mark that the answer rests on";
  const auto next = bring(admin, {piece(school.id(), some(500), 0, 500)}).chunk_mark;
  EXPECT_NE(next, mark);
  for (const auto& known : {mark, next}) {
    const auto reply = greeted_with(known);
    EXPECT_FALSE(reply.chunks_unknown);
    EXPECT_FALSE(reply.chunk_mark.has_value()) << "who brings nothing is given none";
  }
  EXPECT_FALSE(greeted_with(std::nullopt).chunks_unknown);
  EXPECT_TRUE(greeted_with(random.id<base::ChunkMark>()).chunks_unknown);
}

TEST_F(ChunkTest, OnlyWhoAsksHearsThatChunksAreTaken) {
  auto message = message_of({});
  EXPECT_FALSE(send(admin, message).media);
  message.media = true;
  EXPECT_TRUE(send(admin, message).media);
  EXPECT_FALSE(send(stranger, message).media) << "nobody's carrier";
}

}  // namespace
}  // namespace sejawat::carrier
