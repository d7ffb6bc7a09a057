// What every CarrierStore must do. An engine joins by naming itself:
//   struct Sqlite { Sqlite(); Result<unique_ptr<CarrierStore>> open(); };   one empty place; open() again
//   reopens INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreSuite, Sqlite);
#pragma once

#include <gtest/gtest.h>

#include "carrier/store.h"
#include "support/fakes.h"

namespace sejawat::storage {

using base::Bytes;
using base::Code;

template <class Engine>
class StoreSuite : public testing::Test {
 protected:
  StoreSuite() { reopen(); }
  void reopen() {
    store.reset();
    auto opened = engine.open();
    ASSERT_TRUE(opened.ok()) << opened.error().detail();
    store = std::move(opened).value();
  }
  struct Place {
    explicit Place(const base::SpaceId& at) : space(at) {}
    base::SpaceId space;
    carrier::SpaceTip tip;
    std::vector<base::Digest> digests;
    std::map<base::LogId, log::Head> heads;
    std::vector<Bytes> bytes;
  };
  // Random bytes stand for what a carrier has checked: a store looks into nothing.
  void put_record(Place& to, std::size_t size = 40) {
    const Bytes record = some(size);
    ++to.tip.position;
    ++to.tip.usage.records;
    to.tip.usage.record_bytes += size;
    to.tip.digest_state = some(64);
    to.digests.push_back(random.id<base::Digest>());
    to.bytes.push_back(record);
    ASSERT_TRUE(store->append_record(to.space, to.tip, to.digests.back(), record).ok());
  }
  void put_segment(Place& to, const base::LogId& log, std::size_t size = 150) {
    const Bytes segment = some(size);
    ++to.tip.position;
    to.tip.usage.segment_bytes += size;
    to.tip.digest_state = some(64);
    to.digests.push_back(random.id<base::Digest>());
    to.bytes.push_back(segment);
    log::Head& head = to.heads[log];
    head = {head.count + 1, head.next_op + 5, random.id<base::Hash32>()};
    ASSERT_TRUE(store->append_segment(to.space, to.tip, to.digests.back(), log, head, segment).ok());
  }
  Bytes some(std::size_t size) {
    Bytes bytes(size);
    random.fill(bytes);
    return bytes;
  }
  struct Collect final : carrier::CarrierStore::Taker {
    bool take(carrier::Arrival arrival) override {
      if (got.size() == limit) return false;
      got.push_back(std::move(arrival));
      return true;
    }
    std::vector<carrier::Arrival> got;
    std::size_t limit = SIZE_MAX;
  };
  std::vector<carrier::Arrival> arrivals(const base::SpaceId& space, std::uint64_t after,
                                         std::size_t limit = SIZE_MAX) {
    Collect collect;
    collect.limit = limit;
    EXPECT_TRUE(store->arrivals_after(space, after, collect).ok());
    return collect.got;
  }
  void expect_holds(const Place& place) {
    const auto tip = store->tip(place.space);
    ASSERT_TRUE(tip.ok() && tip->has_value());
    EXPECT_EQ((*tip)->position, place.tip.position);
    EXPECT_EQ((*tip)->digest_state, place.tip.digest_state);
    EXPECT_EQ((*tip)->usage, place.tip.usage);
    const auto all = arrivals(place.space, 0);
    ASSERT_EQ(all.size(), place.bytes.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i].position, i + 1) << "dense, from 1";
      EXPECT_EQ(all[i].bytes, place.bytes[i]);
      EXPECT_EQ(store->digest_at(place.space, i + 1).value(), place.digests[i]);
    }
    const auto heads = store->heads(place.space);
    ASSERT_TRUE(heads.ok());
    ASSERT_EQ(heads->size(), place.heads.size());
    std::size_t at = 0;
    for (const auto& [log, head] : place.heads) {
      EXPECT_EQ((*heads)[at].first, log) << "ascending";
      EXPECT_EQ((*heads)[at++].second, head);
      EXPECT_EQ(store->head(place.space, log).value(), head);
    }
  }
  // One transaction around `change`.
  template <class Change>
  void durably(Change change) {
    ASSERT_TRUE(store->begin().ok());
    change();
    ASSERT_TRUE(store->commit().ok());
  }

  support::SeededRandom random{31};
  Engine engine;
  std::unique_ptr<carrier::CarrierStore> store;
  Place school{random.id<base::SpaceId>()};
  Place diary{random.id<base::SpaceId>()};
  base::LogId first = random.id<base::LogId>();
  base::LogId second = random.id<base::LogId>();
};
TYPED_TEST_SUITE_P(StoreSuite);

TYPED_TEST_P(StoreSuite, ArrivalsAreDenseAndOrderedWithinTheirSpace) {
  this->durably([&] {
    this->put_record(this->school);
    this->put_record(this->diary);
    this->put_segment(this->school, this->first);
    this->put_segment(this->diary, this->second, 8000);
    this->put_segment(this->school, this->second);
    this->put_record(this->school);
    this->put_segment(this->school, this->first, 0);
  });
  this->expect_holds(this->school);
  this->expect_holds(this->diary);
  const auto after = this->arrivals(this->school.space, 2);
  ASSERT_EQ(after.size(), 3U);
  EXPECT_EQ(after[0].log, this->second);
  EXPECT_EQ(after[0].segment_no, 0U);
  EXPECT_FALSE(after[0].is_record);
  EXPECT_TRUE(after[1].is_record);
  EXPECT_EQ(after[2].segment_no, 1U);
  EXPECT_EQ(this->arrivals(this->school.space, 0, 2).size(), 2U) << "stops when told";
  EXPECT_TRUE(this->arrivals(this->school.space, 5).empty());
  EXPECT_TRUE(this->arrivals(this->school.space, UINT64_MAX >> 1).empty());
  EXPECT_TRUE(this->arrivals(base::SpaceId{}, 0).empty());
}

TYPED_TEST_P(StoreSuite, WhatIsNotThereIsNoErrorAndNothing) {
  EXPECT_FALSE(this->store->tip(this->school.space).value().has_value());
  EXPECT_FALSE(this->store->head(this->school.space, this->first).value().has_value());
  EXPECT_TRUE(this->store->heads(this->school.space).value().empty());
  EXPECT_TRUE(this->store->spaces().value().empty());
  EXPECT_TRUE(this->store->records(this->school.space).value().empty());
  EXPECT_FALSE(this->store->segment(this->school.space, this->first, 0).value().has_value());
  EXPECT_FALSE(this->store->digest_at(this->school.space, 1).value().has_value());
  EXPECT_FALSE(this->store->digest_at(this->school.space, UINT64_MAX).value().has_value());
  EXPECT_EQ(this->store->digest_at(this->school.space, 0).value(), base::Digest{}) << "before anything came";
  EXPECT_FALSE(this->store->meta("nothing").value().has_value());
  const auto rest = this->store->rest_after(this->school.space, 0);
  EXPECT_EQ(rest->bytes, 0U);
  EXPECT_EQ(rest->segments, 0U);
}

TYPED_TEST_P(StoreSuite, SpacesRecordsAndSegmentsAreFoundAgain) {
  this->durably([&] {
    this->put_record(this->school);
    this->put_segment(this->school, this->first);
    this->put_record(this->school);
    this->put_record(this->diary);
  });
  auto ids = std::vector<base::SpaceId>{this->school.space, this->diary.space};
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(this->store->spaces().value(), ids);
  const auto records = this->store->records(this->school.space).value();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0], this->school.bytes[0]);
  EXPECT_EQ(records[1], this->school.bytes[2]);
  EXPECT_EQ(*this->store->segment(this->school.space, this->first, 0).value(), this->school.bytes[1]);
  EXPECT_FALSE(this->store->segment(this->school.space, this->first, 1).value().has_value());
  EXPECT_FALSE(this->store->segment(this->diary.space, this->first, 0).value().has_value());
}

TYPED_TEST_P(StoreSuite, TheRestIsCountedAfterAPosition) {
  this->durably([&] {
    this->put_record(this->school, 100);
    this->put_segment(this->school, this->first, 200);
    this->put_segment(this->school, this->first, 3000);
    this->put_record(this->diary, 5000);
  });
  auto rest = this->store->rest_after(this->school.space, 0).value();
  EXPECT_EQ(rest.bytes, 3300U);
  EXPECT_EQ(rest.segments, 3U);
  rest = this->store->rest_after(this->school.space, 2).value();
  EXPECT_EQ(rest.bytes, 3000U);
  EXPECT_EQ(rest.segments, 1U);
  EXPECT_EQ(this->store->rest_after(this->school.space, 3).value().segments, 0U);
}

TYPED_TEST_P(StoreSuite, EndsAreSeenInsideTheTransactionThatMovesThem) {
  ASSERT_TRUE(this->store->begin().ok());
  this->put_segment(this->school, this->first, 200);
  this->put_segment(this->school, this->first, 300);
  this->put_segment(this->diary, this->second, 100);
  EXPECT_EQ(this->store->head(this->school.space, this->first).value()->count, 2U);
  EXPECT_EQ(this->store->heads(this->school.space).value().size(), 1U);
  EXPECT_EQ(this->store->tip(this->school.space).value()->position, 2U);
  EXPECT_EQ(this->store->spaces().value().size(), 2U);
  this->put_segment(this->school, this->first, 400);
  EXPECT_EQ(this->store->head(this->school.space, this->first).value()->count, 3U);
  ASSERT_TRUE(this->store->commit().ok());
  this->expect_holds(this->school);
  this->expect_holds(this->diary);
}

TYPED_TEST_P(StoreSuite, WhatWasCommittedIsThereAfterReopening) {
  const auto generation = this->store->generation().value();
  this->durably([&] {
    ASSERT_TRUE(this->store->put_meta("used", Bytes{1, 2}).ok());
    this->put_record(this->school);
    for (int i = 0; i < 20; ++i) this->put_segment(this->school, i % 2 == 0 ? this->first : this->second);
  });
  this->reopen();
  EXPECT_EQ(this->store->generation().value(), generation) << "the same store is the same generation";
  EXPECT_EQ(*this->store->meta("used").value(), (Bytes{1, 2}));
  this->expect_holds(this->school);
  this->durably([&] {
    this->put_segment(this->school, this->first);
    ASSERT_TRUE(this->store->put_meta("used", Bytes{3}).ok());
  });
  this->reopen();
  this->expect_holds(this->school);
  EXPECT_EQ(*this->store->meta("used").value(), Bytes{3});
}

TYPED_TEST_P(StoreSuite, WhatWasNotCommittedNeverWas) {
  this->durably([&] {
    this->put_record(this->school);
    this->put_segment(this->school, this->first);
  });
  const auto before = this->school;
  ASSERT_TRUE(this->store->begin().ok());
  this->put_segment(this->school, this->first);
  this->put_record(this->diary);
  ASSERT_TRUE(this->store->put_meta("half", Bytes{1}).ok());
  this->reopen();  // as after a failure: closed with its transaction open
  this->expect_holds(before);
  EXPECT_FALSE(this->store->tip(this->diary.space).value().has_value());
  EXPECT_FALSE(this->store->meta("half").value().has_value());
  this->school = before;
  this->durably([&] { this->put_segment(this->school, this->first); });
  this->expect_holds(this->school);
}

TYPED_TEST_P(StoreSuite, ChunksLieInTheirSpaceAndGoWhenTheyAreErased) {
  const auto device = this->random.template id<base::PublicBoxKey>();
  const auto other = this->random.template id<base::PublicBoxKey>();
  const Bytes chunk = this->some(5000);
  const auto id = log::chunk_id(chunk);
  const auto second = this->random.template id<log::ChunkId>();
  const auto person = this->random.template id<base::PersonId>();
  const auto second_person = this->random.template id<base::PersonId>();
  const auto& space = this->school.space;
  EXPECT_EQ(this->store->chunks().chunk_size(space, id).value(), 0U);
  EXPECT_TRUE(this->store->chunks().chunk(space, id, 0, 100).value().empty());
  EXPECT_FALSE(this->store->chunks().begun_chunk(space, device, id).value().has_value());
  this->durably([&] {
    this->put_record(this->school);
    ASSERT_TRUE(this->store->chunks().put_begun_chunk(space, device, id, {5000, this->some(10)}, 2).ok());
    ASSERT_TRUE(this->store->chunks().put_begun_chunk(space, device, id, {5000, this->some(20)}, 2).ok());
    ASSERT_TRUE(this->store->chunks().put_begun_chunk(space, other, id, {5000, this->some(7)}, 2).ok());
    ASSERT_TRUE(this->store->chunks().put_chunk(space, second, Bytes(300, 1), {}).ok());
    ASSERT_TRUE(this->store->chunks().put_chunk(space, id, chunk, person).ok());
    ASSERT_TRUE(this->store->chunks().put_chunk(space, id, chunk, second_person).ok()) << "once more";
    this->school.tip.usage.media_bytes = 5300;
    ASSERT_TRUE(this->store->chunks().put_usage(space, this->school.tip).ok());
  });
  this->reopen();
  this->expect_holds(this->school);
  EXPECT_EQ(this->store->chunks().begun_chunk(space, device, id).value()->bytes.size(), 20U);
  EXPECT_EQ(this->store->chunks().begun_chunk(space, other, id).value()->total, 5000U);
  EXPECT_EQ(this->store->chunks().chunk_size(space, id).value(), 5000U);
  EXPECT_EQ(this->store->chunks().chunk_size(this->diary.space, id).value(), 0U) << "of this space only";
  EXPECT_EQ(this->store->chunks().chunk(space, id, 0, UINT32_MAX >> 1).value(), chunk);
  EXPECT_EQ(this->store->chunks().chunk(space, id, 4990, 100).value(), Bytes(chunk.end() - 10, chunk.end()));
  EXPECT_TRUE(this->store->chunks().chunk(space, id, 5000, 100).value().empty());
  auto ids = std::vector<log::ChunkId>{id, second};
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(this->store->chunks().chunk_ids(space).value(), ids);
  EXPECT_EQ(this->store->chunks().brought_by(space, id).value(), person) << "who came first";
  EXPECT_EQ(this->store->chunks().brought_by(space, second).value(), std::nullopt);
  EXPECT_EQ(this->store->chunks().brought_by(this->diary.space, id).value(), std::nullopt);
  auto devices = std::vector<base::PublicBoxKey>{device, other};
  std::sort(devices.begin(), devices.end());
  EXPECT_EQ(this->store->chunks().begun_by(space, id).value(), devices);
  EXPECT_TRUE(this->store->chunks().begun_by(space, second).value().empty());
  // Of the beginnings of a device the newest stay.
  this->durably([&] {
    for (int i = 0; i < 3; ++i) {
      const auto more = this->random.template id<log::ChunkId>();
      ASSERT_TRUE(this->store->chunks().put_begun_chunk(space, device, more, {9, {}}, 2).ok());
    }
    ASSERT_TRUE(this->store->chunks().drop_begun_chunk(space, other, second).ok()) << "what is not there";
  });
  EXPECT_FALSE(this->store->chunks().begun_chunk(space, device, id).value().has_value());
  EXPECT_TRUE(this->store->chunks().begun_chunk(space, other, id).value().has_value());
  this->durably([&] {
    const auto nothing = this->random.template id<log::ChunkId>();
    EXPECT_EQ(this->store->chunks().drop_chunks(space, {id, nothing}).value(), 5000U);
    EXPECT_FALSE(this->store->forgotten()) << "not before the files are without them";
  });
  EXPECT_TRUE(this->store->forgotten());
  this->durably([&] {
    ASSERT_TRUE(this->store->chunks().put_begun_chunk(space, other, second, {300, this->some(7)}, 2).ok());
  });
  this->durably([&] {
    ASSERT_TRUE(this->store->chunks().forget_begun_chunk(space, other, second).ok());
    EXPECT_FALSE(this->store->forgotten());
  });
  EXPECT_FALSE(this->store->chunks().begun_chunk(space, other, second).value().has_value());
  this->reopen();
  EXPECT_EQ(this->store->chunks().chunk_size(space, id).value(), 0U);
  EXPECT_FALSE(this->store->chunks().begun_chunk(space, other, id).value().has_value());
  EXPECT_EQ(this->store->chunks().chunk_ids(space).value(), std::vector<log::ChunkId>{second});
}

TYPED_TEST_P(StoreSuite, BeginningsAreCountedByDevice) {
  const auto& space = this->school.space;
  const auto device = base::PublicBoxKey{{1}};
  const auto other = base::PublicBoxKey{{2}};
  auto& chunks = this->store->chunks();
  const auto put = [&](const base::PublicBoxKey& by, std::size_t size) {
    const auto id = this->random.template id<log::ChunkId>();
    ASSERT_TRUE(chunks.put_begun_chunk(space, by, id, {5000, this->some(size)}, 2).ok());
  };
  this->durably([&] {
    this->put_record(this->school);
    for (const std::size_t size : {10, 20, 30}) put(device, size);
    put(other, 7);
    ASSERT_TRUE(chunks.put_chunk(space, this->random.template id<log::ChunkId>(), Bytes(300, 1), {}).ok());
  });
  using Begun = carrier::ChunkStore::Begun;
  const std::vector<std::pair<base::PublicBoxKey, Begun>> all{{device, Begun{2, 50}}, {other, Begun{1, 7}}};
  EXPECT_EQ(chunks.begun(space).value(), all);
  EXPECT_EQ(chunks.begun(space, device).value(), (Begun{2, 50}));
  EXPECT_EQ(chunks.begun(this->diary.space, device).value(), Begun{});
  EXPECT_EQ(chunks.chunk_count(space).value(), 1U);
  EXPECT_EQ(chunks.chunk_count(this->diary.space).value(), 0U);
  this->durably([&] {
    ASSERT_TRUE(chunks.forget_begun(space, device).ok());
    EXPECT_FALSE(this->store->forgotten());
    ASSERT_TRUE(chunks.forget_begun(space, device).ok()) << "what is not there";
  });
  EXPECT_EQ(chunks.begun(space).value().size(), 1U);
}

// Whoever finds a chunk whose mark is an older one's must not end the server by it.
TYPED_TEST_P(StoreSuite, AMarkThatComesAgainIsTheNewest) {
  const auto first = this->random.template id<base::ChunkMark>();
  const auto second = this->random.template id<base::ChunkMark>();
  auto& chunks = this->store->chunks();
  this->durably([&] {
    ASSERT_TRUE(chunks.put_chunk_mark(first).ok());
    ASSERT_TRUE(chunks.put_chunk_mark(second).ok());
    EXPECT_TRUE(chunks.put_chunk_mark(first).ok());
  });
  EXPECT_EQ(chunks.last_chunk_mark().value(), first);
  EXPECT_TRUE(chunks.has_chunk_mark(second).value());
}

TYPED_TEST_P(StoreSuite, APlaceIsNeverTakenTwice) {
  this->durably([&] {
    this->put_record(this->school);
    this->put_segment(this->school, this->first);
  });
  const auto tip = this->school.tip;
  ASSERT_TRUE(this->store->begin().ok());
  EXPECT_FALSE(this->store->append_record(this->school.space, tip, base::Digest{}, Bytes{1}).ok())
      << "a position";
  auto next = tip;
  ++next.position;
  EXPECT_FALSE(this->store
                   ->append_segment(this->school.space, next, base::Digest{}, this->first,
                                    this->school.heads[this->first], Bytes{1})
                   .ok())
      << "a number of a log";
}

TYPED_TEST_P(StoreSuite, BranchesAndHashesAreKept) {
  const carrier::Branch branch{this->random.template id<base::LogId>(), this->first, this->first, 1};
  const carrier::Branch twig{this->random.template id<base::LogId>(), this->first, branch.name, 3};
  this->durably([&] {
    this->put_segment(this->school, this->first);
    ASSERT_TRUE(this->store->put_branch(this->school.space, branch).ok());
    ASSERT_TRUE(this->store->put_branch(this->school.space, twig).ok());
    this->put_segment(this->school, branch.name);
  });
  this->reopen();
  auto expected = std::vector<carrier::Branch>{branch, twig};
  if (twig.name < branch.name) std::swap(expected[0], expected[1]);
  EXPECT_EQ(this->store->branches(this->school.space).value(), expected) << "ascending";
  EXPECT_TRUE(this->store->branches(this->diary.space).value().empty());
  EXPECT_EQ(this->store->hash_of(this->school.space, this->first, 0).value(),
            this->school.heads[this->first].hash);
  EXPECT_EQ(this->store->hash_of(this->school.space, branch.name, 0).value(),
            this->school.heads[branch.name].hash);
  EXPECT_FALSE(this->store->hash_of(this->school.space, this->first, 1).value().has_value());
  EXPECT_FALSE(this->store->put_branch(this->school.space, branch).ok()) << "a name is never taken twice";
}

TYPED_TEST_P(StoreSuite, TheBytesOfALogAreCountedFromANumberOn) {
  this->durably([&] {
    this->put_segment(this->school, this->first, 400);
    this->put_segment(this->school, this->first, 300);
    this->put_record(this->school);
  });
  EXPECT_EQ(this->store->position_of(this->school.space, this->first, 1).value(), 2U);
  EXPECT_EQ(this->store->position_of(this->school.space, this->first, 2).value(), std::nullopt);
  EXPECT_EQ(this->store->position_of(this->diary.space, this->first, 0).value(), std::nullopt);
  EXPECT_EQ(this->store->record_positions(this->school.space).value(), std::vector<std::uint64_t>{3});
  EXPECT_TRUE(this->store->record_positions(this->diary.space).value().empty());
  const auto from = [&](std::uint64_t no) {
    return this->store->bytes_from(this->school.space, this->first, no).value();
  };
  EXPECT_EQ(from(0), 700U);
  EXPECT_EQ(from(1), 300U);
  EXPECT_EQ(from(2), 0U);
  EXPECT_EQ(from(UINT64_MAX), 0U);
  EXPECT_EQ(this->store->bytes_from(this->diary.space, this->first, 0).value(), 0U);
}

TYPED_TEST_P(StoreSuite, AReplacedSegmentKeepsItsPlaceAndIsForgottenWithTheCommit) {
  this->durably([&] {
    this->put_record(this->school);
    this->put_segment(this->school, this->first, 400);
    this->put_segment(this->school, this->first);
  });
  const auto all = this->store->rest_after(this->school.space, 0).value();
  EXPECT_TRUE(this->store->forgotten());
  ASSERT_TRUE(this->store->begin().ok());
  const Bytes less = this->some(100);
  this->school.tip.usage.segment_bytes -= 300;
  ASSERT_TRUE(this->store->replace_segment(this->school.space, this->school.tip, this->first, 0, less).ok());
  EXPECT_FALSE(this->store->forgotten());
  ASSERT_TRUE(this->store->commit().ok());
  EXPECT_TRUE(this->store->forgotten());
  this->school.bytes[1] = less;
  this->expect_holds(this->school);
  EXPECT_EQ(this->store->rest_after(this->school.space, 0).value().bytes, all.bytes - 300);
  EXPECT_EQ(this->store->rest_after(this->school.space, 2).value().bytes, 150U);
  this->reopen();
  this->expect_holds(this->school);
  ASSERT_TRUE(this->store->begin().ok());
  EXPECT_FALSE(this->store->replace_segment(this->school.space, this->school.tip, this->first, 7, less).ok());
}

TYPED_TEST_P(StoreSuite, OneOwnerAtATime) {
  EXPECT_EQ(this->engine.open().code(), Code::store_locked);
  this->durably([&] { this->put_record(this->school); });
  this->expect_holds(this->school);
  this->store.reset();
  EXPECT_TRUE(this->engine.open().ok());
}

TYPED_TEST_P(StoreSuite, TwoStoresAreTwoGenerations) {
  TypeParam other;
  EXPECT_NE(other.open().value()->generation().value(), this->store->generation().value());
}

REGISTER_TYPED_TEST_SUITE_P(StoreSuite, ArrivalsAreDenseAndOrderedWithinTheirSpace,
                            WhatIsNotThereIsNoErrorAndNothing, SpacesRecordsAndSegmentsAreFoundAgain,
                            TheRestIsCountedAfterAPosition, EndsAreSeenInsideTheTransactionThatMovesThem,
                            WhatWasCommittedIsThereAfterReopening, WhatWasNotCommittedNeverWas,
                            ChunksLieInTheirSpaceAndGoWhenTheyAreErased, BeginningsAreCountedByDevice,
                            AMarkThatComesAgainIsTheNewest, APlaceIsNeverTakenTwice, BranchesAndHashesAreKept,
                            TheBytesOfALogAreCountedFromANumberOn,
                            AReplacedSegmentKeepsItsPlaceAndIsForgottenWithTheCommit, OneOwnerAtATime,
                            TwoStoresAreTwoGenerations);

}  // namespace sejawat::storage
