// What a member whose program is not ours can have an erasure cost others: counted in ops that are decoded.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "closed_state.h"
#include "erase_plan.h"
#include "log_seal/seal.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

class ErasureCosts : public World {
 protected:
  std::unique_ptr<Core> ani = founder("Ani");
  std::unique_ptr<Core> budi = member(*ani, "Budi");
  base::SpaceId school = community(status(*budi)).space;

  std::unique_ptr<store::Store> store_of(const std::string& name) {
    auto opened = store::Store::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), 0);
    SJ_CHECK(opened.ok());
    return std::move(opened).value();
  }
  // Ops of Budi's, as any program could write them; `make` is given the dot of each.
  using Make = std::function<log::Op(const log::Dot&)>;
  void budi_writes(std::size_t count, const Make& make) {
    budi.reset();
    {
      auto store = store_of("Budi");
      const auto own = store->own_log(school).value();
      ASSERT_TRUE(own.has_value());
      store::Store::Transaction transaction(*store);
      ASSERT_TRUE(transaction.begin().ok());
      auto position = store->next_position(school, own->log).value();
      for (std::size_t i = 0; i < count; ++i, ++position) {
        const log::Dot dot{own->log, position};
        const log::Op op = make(dot);
        const auto object = log::is_witness(op.kind) ? base::ObjectId{} : op.object;
        ASSERT_TRUE(store->put_op(school, object, {dot, log::encode_op(op)}, false).ok());
      }
      ASSERT_TRUE(transaction.commit().ok());
    }
    budi = open("Budi");
  }
  // A record of Budi's that erases the first op of each of these, whatever his program would say to it.
  void budi_erases(const std::vector<log::SegmentName>& names, std::vector<log::SegmentName> witnesses) {
    budi.reset();
    {
      auto store = store_of("Budi");
      const auto keys = space::DeviceKeys::parse(*store->setting("device").value());
      const auto certificate = space::parse_certificate(*store->setting("certificate").value());
      ASSERT_TRUE(keys.ok() && certificate.ok());
      const space::Author author{&*keys, &*certificate, 100};
      const auto records = store->records(school);
      ASSERT_TRUE(records.ok());
      auto membership = membership_of(school, *records);
      std::vector<space::ErasedSegment> erased;
      for (const auto& name : names) erased.push_back({name, {{0, 1}}});
      std::sort(witnesses.begin(), witnesses.end());
      const auto record = space::write_erased(author, membership, 0, erased, witnesses);
      const auto id = membership.add(record);
      ASSERT_TRUE(id.ok()) << id.error().detail();
      ASSERT_TRUE(store->put_record(school, *id, record).ok());
    }
    budi = open("Budi");
  }
  std::vector<store::StoredSegment> segments_of_budi() {
    budi.reset();
    std::vector<store::StoredSegment> all;
    {
      auto store = store_of("Budi");
      all = store->segments_from(school, store->own_log(school).value()->log, 0, SIZE_MAX / 2).value();
    }
    budi = open("Budi");
    return all;
  }
  static log::SegmentName name_of(const store::StoredSegment& segment) {
    return {segment.log, segment.segment_no, base::prefix_of<base::HeadTag>(segment.hash)};
  }
};

// Found by reading: each look found one more of them, and decoded all.
TEST_F(ErasureCosts, AChainOfWitnessesIsDecodedOnce) {
  constexpr std::size_t kChain = 500;
  const auto problem = begin_problem(*ani, school, "satu");
  for (auto* core : {ani.get(), budi.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  std::size_t left = kChain;
  log::Dot anis;
  {
    budi.reset();
    const auto ops = store_of("Budi")->ops_of(school, problem);
    ASSERT_TRUE(ops.ok() && !ops->empty());
    anis = ops->front().dot;
    budi = open("Budi");
  }
  budi_writes(kChain, [&](const log::Dot& dot) {
    log::Op op;
    op.kind = static_cast<log::OpKind>(log::kWitnessStep);
    op.supersedes = {--left == 0 ? anis : log::Dot{dot.branch, dot.position + 1}};
    return op;
  });
  for (auto* core : {budi.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  ani.reset();
  ClosedState counted(folder.file("Ani"), clock, random);
  auto& space = *counted.state.spaces.at(school);
  const auto plan = plan_of(counted.state, space, problem);
  ASSERT_TRUE(plan.ok());
  EXPECT_GE(plan->report.ops, kChain) << "all of them stand for hers in the end";
  EXPECT_LE(counted.decoded, kChain * 2);
}

// Found by reading: whoever names one witness that never comes had all others read for each segment, at each
// sync.
TEST_F(ErasureCosts, WitnessesAreReadOnceAndNotBeforeTheLastIsHere) {
  constexpr std::size_t kWaiting = 8;
  constexpr std::size_t kWitnesses = 3;
  constexpr std::size_t kOps = 100;  // of a witness
  std::vector<std::pair<log::Dot, log::Op>> survive;
  const std::size_t before = segments_of_budi().size();
  for (std::size_t i = 0; i < kWaiting; ++i) {
    bool first = true;
    budi_writes(2, [&](const log::Dot& dot) {
      log::Op op;
      op.object = random.id<base::ObjectId>();
      op.type = cycle::kProblem;
      op.cells = {{0, 1, "catatan"}};
      if (!first) survive.emplace_back(dot, op);
      first = false;
      return op;
    });
    ASSERT_EQ(sync(*budi).code, Code::ok);
  }
  ASSERT_EQ(survive.size(), kWaiting);
  for (std::size_t i = 0; i < kWitnesses; ++i) {
    std::size_t next = i == 0 ? 0 : kWaiting;
    budi_writes(kOps, [&](const log::Dot&) {
      const std::size_t at = next++;
      if (at < kWaiting) return *log::witness_of(survive[at].first, survive[at].second);
      // Of what is erased.
      return *log::witness_of({survive[0].first.branch, survive[0].first.position - 1}, survive[0].second);
    });
    ASSERT_EQ(sync(*budi).code, Code::ok);
  }
  const auto all = segments_of_budi();
  ASSERT_EQ(all.size(), before + kWaiting + kWitnesses);
  std::vector<log::SegmentName> names;
  for (std::size_t i = before; i < all.size(); ++i) names.push_back(name_of(all[i]));
  const std::vector<log::SegmentName> waiting(names.begin(), names.begin() + kWaiting);
  std::vector<log::SegmentName> witnesses(names.begin() + kWaiting, names.end());
  auto with_a_missing_one = witnesses;
  with_a_missing_one.push_back({all[0].log, 1'000'000, random.id<base::HeadTag>()});
  budi_erases(waiting, with_a_missing_one);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  // To her they come without their bodies.
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      for (auto& run : space.logs) {
        for (auto& bytes : run.segments) {
          for (std::size_t i = before; i < before + kWaiting; ++i) {
            if (log::same_segment(bytes, all[i].bytes))
              bytes = log::without_body(*log::decode_segment(bytes));
          }
        }
      }
    }
  };
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server.on_reply = nullptr;
  ASSERT_EQ(community(status(*ani)).waiting_segments, kWaiting);
  ani.reset();
  {
    ClosedState counted(folder.file("Ani"), clock, random);
    std::vector<fold::Touched> touched;
    ASSERT_TRUE(counted.state.apply_waiting(*counted.state.spaces.at(school), touched).ok());
    EXPECT_LT(counted.decoded, kOps) << "the last is not here";
  }
  ani = open("Ani");
  budi_erases(waiting, witnesses);
  for (auto* core : {budi.get(), ani.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  ASSERT_EQ(community(status(*ani)).waiting_segments, 0U);
  ani.reset();
  {
    ClosedState counted(folder.file("Ani"), clock, random);
    auto& store = *counted.state.store;
    for (const auto& name : waiting) {
      ASSERT_TRUE(
          store.set_segment_state(school, name.log, name.segment_no, store::SegmentState::waiting_deps).ok());
    }
    std::vector<fold::Touched> touched;
    ASSERT_TRUE(counted.state.apply_waiting(*counted.state.spaces.at(school), touched).ok());
    EXPECT_LE(counted.decoded, kWitnesses * kOps) << "each witness once, for all that wait";
    for (const auto& [dot, op] : survive) {
      const auto rows = store.ops_between(school, dot.branch, dot.position - 1, 2);
      ASSERT_TRUE(rows.ok());
      ASSERT_EQ(rows->size(), 1U) << "what is erased has no place here, what survives has";
      EXPECT_EQ(rows->front().op.dot, dot);
      EXPECT_EQ(*log::decode_op(rows->front().op.bytes), op);
    }
  }
}

}  // namespace
}  // namespace sejawat::api
#endif
