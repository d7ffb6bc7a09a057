#include "log/segment.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "log/op.h"
#include "support/fakes.h"

namespace sejawat::log {
namespace {

using base::Code;

struct Writer {
  explicit Writer(std::uint64_t seed = 1) : random(seed) {}

  SegmentHeader header(std::uint32_t ops) {
    SegmentHeader out;
    out.segment_no = head.count;
    out.first_op = head.next_op;
    out.op_count = ops;
    out.epoch = random.id<base::EpochId>();
    out.dictionary = 1;
    out.nonce = random.id<crypto::Nonce>();
    return out;
  }
  // Signs whatever the header says, also what no writer of ours would.
  Segment sign(const SegmentHeader& header, base::Bytes body) const {
    Segment out;
    out.header = encode_header(header);
    out.body = std::move(body);
    out.signature = key.sign(segment_hash(space, log, head.hash, out.header, body_hash(out.body)).view());
    return out;
  }
  Segment next(std::uint32_t ops = 1) { return sign(header(ops), base::Bytes(40, 7)); }
  base::Result<Verified> verify(const Segment& segment) const {
    return verify_next(space, log, key.public_key(), head, segment);
  }
  void take(const Segment& segment) {
    const auto verified = verify(segment);
    ASSERT_TRUE(verified.ok());
    head = verified->head;
  }

  support::SeededRandom random;
  base::SpaceId space = random.id<base::SpaceId>();
  crypto::SigningKey key = crypto::SigningKey::from_seed(base::Secret32::random(random));
  base::LogId log = log_id(space, key.public_key());
  Head head;
};

SegmentHeader full_header(Writer& writer, std::size_t frontier, std::size_t deps) {
  auto header = writer.header(4096);
  for (std::size_t i = 0; i < frontier; ++i) header.frontier.push_back(writer.random.id<base::HeadTag>());
  for (std::size_t i = 0; i < deps; ++i) {
    header.deps.push_back({writer.random.id<base::LogId>(), i, writer.random.id<base::HeadTag>()});
  }
  return header;
}

TEST(SegmentHeader, ReadsBackWhatItWrote) {
  Writer writer;
  for (const std::size_t many : {std::size_t{0}, std::size_t{1}, kMaxFrontier}) {
    auto header = full_header(writer, many, many * 32);
    header.segment_no = UINT64_MAX - 1;
    header.first_op = UINT64_MAX - header.op_count;
    header.dictionary = UINT32_MAX;
    const auto bytes = encode_header(header);
    const auto read = decode_header(bytes);
    ASSERT_TRUE(read.ok()) << read.error().detail();
    EXPECT_EQ(encode_header(*read), bytes);
    EXPECT_EQ(read->deps, header.deps);
    EXPECT_EQ(read->frontier, header.frontier);
    EXPECT_EQ(read->first_op, header.first_op);
    EXPECT_EQ(read->nonce, header.nonce);
  }
}

TEST(SegmentHeader, RefusesWhatIsBeyondItsCaps) {
  Writer writer;
  const auto refused = [&](auto change) {
    auto header = full_header(writer, 1, 1);
    change(header);
    return decode_header(encode_header(header)).code();
  };
  EXPECT_EQ(refused([](SegmentHeader&) {}), Code::ok);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.op_count = 0; }), Code::malformed);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.op_count = 4097; }), Code::malformed);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.segment_no = UINT64_MAX; }), Code::malformed);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.first_op = UINT64_MAX - h.op_count + 1; }), Code::malformed);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.frontier.resize(kMaxFrontier + 1); }), Code::malformed);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.deps.resize(kMaxDeps); }), Code::ok);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.deps.resize(kMaxDeps + 1); }), Code::malformed);
  EXPECT_EQ(refused([](SegmentHeader& h) { h.kind = static_cast<SegmentKind>(1); }),
            Code::version_unsupported);
  EXPECT_EQ(decode_header(base::Bytes(kMaxHeaderBytes + 1)).code(), Code::too_large);
  // Version, kind, segment, first op, ops and epoch stand before the dictionary, here in 13 bytes.
  auto wide = encode_header(writer.header(1));
  ASSERT_EQ(wide[13], 1);
  base::Writer dictionary;
  dictionary.varint(std::uint64_t{1} << 32);
  wide.erase(wide.begin() + 13);
  wide.insert(wide.begin() + 13, dictionary.bytes().begin(), dictionary.bytes().end());
  EXPECT_EQ(decode_header(wide).code(), Code::malformed);
  auto bytes = encode_header(writer.header(1));
  bytes[0] = 2;
  EXPECT_EQ(decode_header(bytes).code(), Code::version_unsupported);
}

TEST(SegmentHeader, BelievesNoCountBeforeTheBytesAreThere) {
  Writer writer;
  const auto bytes = encode_header(writer.header(1));
  // version, kind, three numbers, epoch, dictionary: then the count of the frontier, then that of the deps.
  const std::size_t frontier = 2 + 3 + 8 + 1;
  for (const std::size_t at : {frontier, frontier + 1}) {
    auto bad = bytes;
    bad[at] = 15;
    EXPECT_EQ(decode_header(bad).code(), Code::malformed) << at;
  }
}

TEST(SegmentHeader, RefusesEveryCutAndWhatIsLeftOver) {
  Writer writer;
  auto bytes = encode_header(full_header(writer, 2, 2));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_header(base::ByteView(bytes).first(size)).code(), Code::malformed) << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(decode_header(bytes).code(), Code::malformed);
}

TEST(Segment, ReadsBackWhatItWroteAndRefusesEveryCut) {
  Writer writer;
  const auto segment = writer.next();
  auto bytes = encode_segment(segment);
  const auto read = decode_segment(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->header, segment.header);
  EXPECT_EQ(read->body, segment.body);
  EXPECT_EQ(read->signature, segment.signature);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_segment(base::ByteView(bytes).first(size)).code(), Code::malformed) << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(decode_segment(bytes).code(), Code::malformed);
}

TEST(Segment, WithoutItsBodyReadsBackAndIsTheSameSegment) {
  Writer writer;
  const auto segment = writer.next();
  const auto whole = encode_segment(segment);
  const auto bytes = without_body(segment);
  const auto read = decode_segment(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->erased, body_hash(segment.body));
  EXPECT_TRUE(writer.verify(*read).ok()) << "the chain goes on over it";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_segment(base::ByteView(bytes).first(size)).code(), Code::malformed) << size;
  }
  EXPECT_TRUE(same_segment(whole, whole));
  EXPECT_TRUE(same_segment(whole, bytes));
  EXPECT_TRUE(same_segment(bytes, whole));
  const auto differs = [&](auto change) {
    auto other = *decode_segment(bytes);
    change(other);
    const auto encoded = encode_segment(other);
    return !same_segment(whole, encoded) && !same_segment(encoded, whole);
  };
  EXPECT_TRUE(differs([](Segment& s) { s.header.back() ^= 1; }));
  EXPECT_TRUE(differs([](Segment& s) { s.signature.bytes[0] ^= 1; }));
  EXPECT_TRUE(differs([](Segment& s) { s.erased->bytes[0] ^= 1; }));
  EXPECT_FALSE(same_segment(whole, encode_segment(writer.next()))) << "two bodies, two segments";
  EXPECT_FALSE(same_segment(whole, base::Bytes{1}));
  EXPECT_FALSE(same_segment(base::Bytes{1}, whole));
}

TEST(Segment, RefusesMoreThanItsCap) {
  Writer writer;
  auto segment = writer.next();
  segment.body.resize(kSegmentMax - segment.header.size() - 64 - 1 - 3);
  const auto most = encode_segment(segment);
  ASSERT_EQ(most.size(), kSegmentMax);
  EXPECT_TRUE(decode_segment(most).ok());
  segment.body.push_back(0);
  EXPECT_EQ(decode_segment(encode_segment(segment)).code(), Code::too_large);
  segment.body.clear();
  segment.header.resize(kMaxHeaderBytes + 1);
  EXPECT_EQ(decode_segment(encode_segment(segment)).code(), Code::malformed);
}

TEST(Segment, NoFlippedBitPassesDecodingAndSignature) {
  Writer writer;
  const auto good = encode_segment(writer.sign(full_header(writer, 2, 2), base::Bytes(60, 3)));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto segment = decode_segment(bad);
    EXPECT_FALSE(segment.ok() && writer.verify(*segment).ok()) << bit;
  }
  EXPECT_TRUE(writer.verify(*decode_segment(good)).ok());
}

TEST(Chain, GrowsBySegmentsThatFollowEachOther) {
  Writer writer;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    const auto segment = writer.next(i);
    const auto verified = writer.verify(segment);
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(verified->head.count, i);
    EXPECT_EQ(verified->head.next_op, i * (i + 1) / 2);
    EXPECT_EQ(verified->head.hash, segment_hash(writer.space, writer.log, writer.head.hash, segment.header,
                                                body_hash(segment.body)));
    writer.take(segment);
  }
}

TEST(Chain, AReplayOrASegmentInsteadOfAnotherIsAFork) {
  Writer writer;
  const auto first = writer.next();
  const auto rival = writer.next();
  writer.take(first);
  EXPECT_EQ(writer.verify(first).code(), Code::chain_fork);
  EXPECT_EQ(writer.verify(rival).code(), Code::chain_fork);
}

TEST(Chain, ASegmentThatComesTooEarlyIsAGap) {
  Writer writer;
  Writer ahead;
  ahead.take(ahead.next());
  EXPECT_EQ(writer.verify(ahead.next()).code(), Code::chain_gap);
}

TEST(Chain, BreaksWhenTheSegmentBeforeIsAnother) {
  Writer writer;
  Writer forked;
  writer.take(writer.next());
  forked.take(forked.sign(forked.header(1), base::Bytes(40, 8)));
  EXPECT_EQ(writer.verify(forked.next()).code(), Code::bad_signature);
}

TEST(Chain, RefusesOpsThatDoNotContinueTheLog) {
  Writer writer;
  writer.take(writer.next(3));
  for (const std::uint64_t first : {0, 2, 4}) {
    auto header = writer.header(1);
    header.first_op = first;
    EXPECT_EQ(writer.verify(writer.sign(header, {})).code(), Code::malformed) << first;
  }
}

TEST(Chain, BelongsToItsSpaceItsLogAndItsKey) {
  Writer writer;
  Writer other(2);
  const auto segment = writer.next();
  const auto key = writer.key.public_key();
  EXPECT_TRUE(verify_next(writer.space, writer.log, key, {}, segment).ok());
  EXPECT_EQ(verify_next(other.space, writer.log, key, {}, segment).code(), Code::bad_signature);
  EXPECT_EQ(verify_next(writer.space, other.log, key, {}, segment).code(), Code::bad_signature);
  EXPECT_EQ(verify_next(writer.space, writer.log, other.key.public_key(), {}, segment).code(),
            Code::bad_signature);
}

TEST(Chain, AHeaderCannotLendABoundaryByteToTheBody) {
  Writer writer;
  const base::Hash32 previous;
  const auto hash = [&](const base::Bytes& header) {
    return segment_hash(writer.space, writer.log, previous, header, body_hash({}));
  };
  EXPECT_NE(hash({1}).hex(), hash({1, 0}).hex());
  EXPECT_NE(hash({}).hex(), hash({0}).hex());
}

TEST(Witness, HoldsTheOpAndItsDotAndIsNotMadeWithoutEnd) {
  Op op;
  op.kind = OpKind::append;
  op.supersedes = {{base::LogId{{1}}, 4}};
  const Dot dot{base::LogId{{2}}, 7};
  auto witness = witness_of(dot, op);
  ASSERT_TRUE(witness.has_value());
  EXPECT_TRUE(is_witness(witness->kind));
  const auto back = original_of(*witness);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->first, dot);
  EXPECT_EQ(back->second, op);
  // A witness can be erased and quoted too, until its kind is used up.
  int times = 1;
  for (auto next = witness; next; ++times) {
    witness = std::move(next);
    next = witness_of(dot, *witness);
  }
  EXPECT_EQ(times, 1 + 255 / kWitnessStep);
  op.supersedes.assign(kMaxSupersedesPerOp, dot);
  EXPECT_FALSE(witness_of(dot, op).has_value()) << "one dot more than an op holds";
  op.supersedes.pop_back();
  EXPECT_TRUE(witness_of(dot, op).has_value());
}

TEST(Witness, OfNothingIsNone) {
  Op op;
  EXPECT_FALSE(original_of(op).has_value());
  op.kind = static_cast<OpKind>(kWitnessStep);
  EXPECT_FALSE(original_of(op).has_value()) << "it names no dot";
}

TEST(ForkName, FollowsFromLogPlaceAndFirstSegmentAlone) {
  support::SeededRandom random;
  const auto log = random.id<base::LogId>();
  const auto hash = random.id<base::Hash32>();
  const auto name = fork_name(log, 3, hash);
  EXPECT_EQ(name, fork_name(log, 3, hash));
  EXPECT_NE(name, fork_name(log, 4, hash));
  EXPECT_NE(name, fork_name(log, 3, random.id<base::Hash32>()));
  EXPECT_NE(name, fork_name(random.id<base::LogId>(), 3, hash));
  EXPECT_NE(name, log);
}

}  // namespace
}  // namespace sejawat::log
