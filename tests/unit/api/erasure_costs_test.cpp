// What a member whose program is not ours can have an erasure cost others: counted in ops that are decoded.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "core_state.h"
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
      ASSERT_TRUE(id.ok()) << id.error().detail;
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
  // Ani's device, closed, with a count of what it decodes.
  struct Counted {
    Counted(ErasureCosts& of, const std::string& name) : state(of.clock, of.random) {
      state.store = of.store_of(name);
      state.codec = {[](const log::Op& op) { return log::encode_op(op); },
                     [this](base::ByteView bytes) {
                       ++decoded;
                       return log::decode_op(bytes);
                     }};
      state.journal = std::make_unique<cycle::Journal>(*state.store, state.codec);
      state.records = std::make_unique<cycle::Records>(*state.store, state.codec, state.roll, state.random);
      state.attachments =
          std::make_unique<cycle::Attachments>(*state.store, state.codec, state.roll, state.random);
      SJ_CHECK(state.load().ok());
      decoded = 0;
    }
    std::size_t decoded = 0;
    Core::State state;
  };
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
  Counted counted(*this, "Ani");
  auto& space = *counted.state.spaces.at(school);
  const auto plan = plan_of(counted.state, space, problem);
  ASSERT_TRUE(plan.ok());
  EXPECT_GE(plan->report.ops, kChain) << "all of them stand for hers in the end";
  EXPECT_LE(counted.decoded, kChain * 2);
}

}  // namespace
}  // namespace sejawat::api
#endif
