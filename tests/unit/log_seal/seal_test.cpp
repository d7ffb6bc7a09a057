#include "log_seal/seal.h"

#include <gtest/gtest.h>

#include <set>

#include "base/codec.h"
#include "compress.h"
#include "crypto/hash.h"
#include "random_ops.h"

namespace sejawat::log {
namespace {

using base::Code;

struct Author {
  explicit Author(std::uint64_t seed = 1) : random(seed) {}
  SealContext context() {
    SealContext out;
    out.space = space;
    out.log = log;
    out.log_key = &key;
    out.epoch = epoch_id(space, epoch_key);
    out.epoch_key = &epoch_key;
    out.before = head;
    return out;
  }
  // What goes into one segment, checked, opened and taken.
  std::vector<Op> seal_and_open(const SealContext& context, std::span<const Op> ops) {
    const auto sealed = seal_segment(context, ops, random);
    EXPECT_TRUE(sealed.ok()) << sealed.error().detail();
    const auto segment = decode_segment(sealed->bytes);
    EXPECT_TRUE(segment.ok());
    const auto verified = verify_next(space, log, key.public_key(), context.before, *segment);
    EXPECT_TRUE(verified.ok());
    EXPECT_EQ(verified->head, sealed->head);
    const auto opened = open_segment(space, log, context.before, epoch_key, *segment);
    EXPECT_TRUE(opened.ok()) << opened.error().detail();
    EXPECT_EQ(opened->size(), sealed->ops);
    size = sealed->bytes.size();
    head = sealed->head;
    return *opened;
  }

  support::SeededRandom random;
  base::SpaceId space = random.id<base::SpaceId>();
  crypto::SigningKey key = crypto::SigningKey::from_seed(base::Secret32::random(random));
  base::LogId log = log_id(space, key.public_key());
  base::Secret32 epoch_key = base::Secret32::random(random);
  Head head;
  std::size_t size = 0;
};

Op op_with_text(std::string text) {
  Op op;
  op.object.bytes[0] = 1;
  op.lamport = 1;
  op.cells.push_back({1, 2, std::move(text)});
  return op;
}

TEST(Seal, ReadsBackOpsInSegmentsThatChain) {
  for (std::size_t seed = 0; seed < 30; ++seed) {
    Author author(seed + 1);
    RandomOps random(seed, 3);
    auto context = author.context();
    context.deps = random.deps();
    context.frontier = {author.random.id<base::HeadTag>()};
    std::vector<Op> ops = random.some(seed * 20 + 1);
    for (auto& op : ops) {
      for (auto& dot : op.supersedes) {
        if (dot.branch == random.own()) dot.branch = author.log;
      }
    }
    std::vector<Op> opened;
    while (opened.size() < ops.size()) {
      context.before = author.head;
      const auto more = author.seal_and_open(context, std::span<const Op>(ops).subspan(opened.size()));
      ASSERT_FALSE(more.empty());
      EXPECT_LE(author.size, kFreshSegmentMax);
      opened.insert(opened.end(), more.begin(), more.end());
    }
    EXPECT_EQ(opened, ops);
    EXPECT_EQ(author.head.next_op, ops.size());
  }
}

TEST(Seal, SplitsALongImportIntoNearlyFullSegments) {
  Author author;
  RandomOps random(7, 0);
  std::vector<Op> ops;
  for (int i = 0; i < 300; ++i) ops.push_back(op_with_text(random.text(200)));
  std::size_t done = 0;
  while (done < ops.size()) {
    done += author.seal_and_open(author.context(), std::span<const Op>(ops).subspan(done)).size();
    EXPECT_LE(author.size, kFreshSegmentMax);
    if (done < ops.size()) {
      EXPECT_GE(author.size, kFreshSegmentMax * 7 / 10);
    }
  }
}

TEST(Seal, OneLargeOpTravelsAloneUpToTheLargestThatIsWritten) {
  RandomOps random(8, 0);
  // 16 bytes besides the text are well below what the op's own encoding adds.
  for (const std::size_t size :
       {kFreshSegmentMax, kFreshSegmentMax + 10 * std::size_t{1024}, kMaxOpBytes - 16}) {
    Author author;
    const std::vector<Op> ops = {op_with_text(random.text(size)), op_with_text("kecil")};
    const auto opened = author.seal_and_open(author.context(), ops);
    ASSERT_EQ(opened.size(), 1U);
    EXPECT_EQ(opened[0], ops[0]);
    EXPECT_GT(author.size, kFreshSegmentMax);
    EXPECT_LE(author.size, kSegmentMax);
  }
  Author author;
  const std::vector<Op> huge = {op_with_text(random.text(kSegmentMax))};
  EXPECT_EQ(seal_segment(author.context(), huge, author.random).code(), Code::too_large);
  const std::vector<Op> bomb = {op_with_text(std::string(2 * 1024 * 1024, 'a'))};
  EXPECT_EQ(seal_segment(author.context(), bomb, author.random).code(), Code::too_large);
}

// 4,096 small ops of 20 cells compress to almost nothing: the caps of a reader bind before the bytes do.
TEST(Seal, NeverMakesASegmentThatNoReaderTakes) {
  Author author;
  Op op;
  for (std::uint32_t i = 0; i < 20; ++i) op.cells.push_back({0, i % 15 + 1, std::string()});
  std::vector<Op> ops(kMaxOpsPerSegment, op);
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i].lamport = i + 1;
  std::vector<Op> opened;
  while (opened.size() < ops.size()) {
    const auto more = author.seal_and_open(author.context(), std::span<const Op>(ops).subspan(opened.size()));
    ASSERT_FALSE(more.empty());
    opened.insert(opened.end(), more.begin(), more.end());
  }
  EXPECT_EQ(opened, ops);
}

TEST(Seal, RefusesAHeaderThatNoReaderTakes) {
  Author author;
  const std::vector<Op> ops = {op_with_text("a")};
  const auto sealed = [&](auto change) {
    auto context = author.context();
    change(context);
    return seal_segment(context, ops, author.random).code();
  };
  EXPECT_EQ(sealed([](SealContext&) {}), Code::ok);
  EXPECT_EQ(sealed([](SealContext& c) { c.frontier.resize(kMaxFrontier + 1); }), Code::too_large);
  EXPECT_EQ(sealed([](SealContext& c) { c.before.count = UINT64_MAX; }), Code::too_large);
  EXPECT_EQ(sealed([](SealContext& c) { c.before.next_op = UINT64_MAX; }), Code::too_large);
  EXPECT_EQ(seal_segment(author.context(), {}, author.random).code(), Code::invalid_argument);
  const std::vector<Op> stranger = {[] {
    Op op;
    op.supersedes.push_back({base::LogId{{9}}, 0});
    return op;
  }()};
  EXPECT_EQ(seal_segment(author.context(), stranger, author.random).code(), Code::invalid_argument);
}

TEST(Seal, TakesNoMoreOpsThanASegmentHoldsHoweverSmallTheyAre) {
  Author author;
  std::vector<Op> ops(kMaxOpsPerSegment + 100);
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i].lamport = i + 1;
  EXPECT_EQ(author.seal_and_open(author.context(), ops).size(), kMaxOpsPerSegment);
}

TEST(Seal, ADotOfALogThatIsNotNamedIsRefusedAlsoInALongRun) {
  Author author;
  RandomOps random(14, 0);
  std::vector<Op> ops;
  for (int i = 0; i < 200; ++i) ops.push_back(op_with_text(random.text(500)));
  ops[3].supersedes.push_back({base::LogId{{9}}, 0});
  EXPECT_EQ(seal_segment(author.context(), ops, author.random).code(), Code::invalid_argument);
}

// A caller may say all heads that it knows: its own is no dependency, and one that no op names neither.
TEST(Seal, LeavesOutItsOwnLogAndThoseThatNoOpNames) {
  Author author;
  RandomOps random(15, 2);
  auto context = author.context();
  context.deps = {{author.log, 3, {}}, random.deps()[0], random.deps()[1]};
  std::vector<Op> ops = {op_with_text("a")};
  ops[0].supersedes = {{random.deps()[1].log, 5}, {author.log, 0}};
  const auto sealed = seal_segment(context, ops, author.random);
  ASSERT_TRUE(sealed.ok());
  const auto header = *decode_header(decode_segment(sealed->bytes)->header);
  ASSERT_EQ(header.deps.size(), 1U);
  EXPECT_EQ(header.deps[0], random.deps()[1]);
}

// After a fork the branches have other names here than the author knew.
TEST(Open, DotsComeOutByTheNamesThatTheBranchesHaveHere) {
  Author author;
  RandomOps random(16, 2);
  auto context = author.context();
  context.deps = random.deps();
  std::vector<Op> ops = {op_with_text("a")};
  ops[0].supersedes = {{author.log, 1}, {random.deps()[0].log, 5}, {random.deps()[1].log, 6}};
  const auto sealed = seal_segment(context, ops, author.random);
  ASSERT_TRUE(sealed.ok());
  const BranchNames names{base::LogId{{1}}, {base::LogId{{2}}, base::LogId{{3}}}};
  const auto opened =
      open_segment(author.space, author.log, {}, author.epoch_key, *decode_segment(sealed->bytes), &names);
  ASSERT_TRUE(opened.ok());
  const std::vector<Dot> expected = {{names.own, 1}, {names.deps[0], 5}, {names.deps[1], 6}};
  EXPECT_EQ(opened->front().supersedes, expected);
}

TEST(Seal, NamesOnlyTheLogsThatItsOpsReferTo) {
  Author author;
  RandomOps random(4, 2 * kMaxDeps);
  auto context = author.context();
  context.deps = random.deps();
  std::vector<Op> ops;
  for (const auto& dep : random.deps()) {
    ops.push_back(op_with_text(""));
    ops.back().supersedes = {{dep.log, 5}, {author.log, 0}};
  }
  std::vector<Op> opened;
  while (opened.size() < ops.size()) {
    context.before = author.head;
    const auto rest = std::span<const Op>(ops).subspan(opened.size());
    const auto sealed = *seal_segment(context, rest, author.random);
    const auto header = *decode_header(decode_segment(sealed.bytes)->header);
    ASSERT_EQ(header.deps.size(), header.op_count);
    EXPECT_EQ(header.deps[0], random.deps()[opened.size()]);
    const auto more = author.seal_and_open(context, rest);
    opened.insert(opened.end(), more.begin(), more.end());
  }
  EXPECT_EQ(opened, ops);
  // One op that names more logs than a header holds goes nowhere.
  Op wide;
  for (const auto& dep : random.deps()) wide.supersedes.push_back({dep.log, 1});
  EXPECT_EQ(seal_segment(context, std::vector<Op>{wide}, author.random).code(), Code::too_large);
}

TEST(Seal, TheSameOpsNeverMakeTheSameBytesTwice) {
  Author author;
  const std::vector<Op> ops = {op_with_text("sama")};
  const auto one = seal_segment(author.context(), ops, author.random);
  const auto two = seal_segment(author.context(), ops, author.random);
  EXPECT_EQ(one->bytes.size(), two->bytes.size());
  EXPECT_NE(decode_segment(one->bytes)->body, decode_segment(two->bytes)->body);
}

TEST(Seal, SizesTellOnlyTheBucket) {
  std::set<std::size_t> sizes;
  RandomOps random(9, 0);
  for (std::size_t length = 0; length < 60; ++length) {
    Author author;
    author.seal_and_open(author.context(), std::vector<Op>{op_with_text(random.text(length))});
    sizes.insert(author.size);
  }
  EXPECT_LE(sizes.size(), 2U);
}

TEST(Open, NoFlippedBitPassesBothSignatureAndKey) {
  Author author;
  const auto sealed =
      *seal_segment(author.context(), std::vector<Op>{op_with_text("rahasia")}, author.random);
  for (std::size_t bit = 0; bit < sealed.bytes.size() * 8; ++bit) {
    auto bad = sealed.bytes;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto segment = decode_segment(bad);
    if (!segment.ok()) continue;
    EXPECT_FALSE(verify_next(author.space, author.log, author.key.public_key(), {}, *segment).ok()) << bit;
    // Without the signature the AEAD alone holds all but the signature itself.
    const bool body_is_whole = bit / 8 >= bad.size() - 64;
    EXPECT_EQ(open_segment(author.space, author.log, {}, author.epoch_key, *segment).ok(), body_is_whole)
        << bit;
  }
}

TEST(Open, NeedsTheRightSpaceLogKeyAndPlaceInTheChain) {
  Author author;
  Author other(2);
  author.seal_and_open(author.context(), std::vector<Op>{op_with_text("satu")});
  const auto before = author.head;
  const auto sealed = *seal_segment(author.context(), std::vector<Op>{op_with_text("dua")}, author.random);
  const auto segment = *decode_segment(sealed.bytes);
  const auto code = [&](const base::SpaceId& space, const base::LogId& log, const Head& at,
                        const base::Secret32& key) {
    return open_segment(space, log, at, key, segment).code();
  };
  EXPECT_EQ(code(author.space, author.log, before, author.epoch_key), Code::ok);
  EXPECT_EQ(code(other.space, author.log, before, author.epoch_key), Code::cannot_decrypt);
  EXPECT_EQ(code(author.space, other.log, before, author.epoch_key), Code::cannot_decrypt);
  EXPECT_EQ(code(author.space, author.log, {}, author.epoch_key), Code::cannot_decrypt);
  EXPECT_EQ(code(author.space, author.log, before, other.epoch_key), Code::cannot_decrypt);
}

// What only the author can make: a body whose seal is right and whose content is not.
class Rubbish : public testing::Test {
 protected:
  Code open(std::uint32_t dictionary, base::ByteView padded, std::uint32_t ops = 1) {
    SegmentHeader header;
    header.op_count = ops;
    header.epoch = epoch_id(author.space, author.epoch_key);
    header.dictionary = dictionary;
    Segment segment;
    segment.header = encode_header(header);
    base::Bytes context = base::to_bytes(author.space.view());
    base::append(context, author.log.view());
    const auto key = crypto::derive(crypto::label::kSegmentKey, author.epoch_key.view(), context);
    context.resize(64);
    base::append(context, segment.header);
    segment.body = crypto::seal(key, header.nonce, padded, context);
    return open_segment(author.space, author.log, {}, author.epoch_key, segment).code();
  }
  Author author;
};

// extension, new shape, type, kind, no cells, new object, lamport, wall, no dots; id
const base::Bytes kSmallestBody = {17, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};

TEST_F(Rubbish, ABodyThatIsNotCompressedIsFine) {
  auto padded = kSmallestBody;
  EXPECT_EQ(open(0, padded), Code::ok);
  padded.resize(100);
  EXPECT_EQ(open(0, padded), Code::ok);
  padded.back() = 1;  // nobody looks at the padding
  EXPECT_EQ(open(0, padded), Code::ok);
}

TEST_F(Rubbish, ADictionaryThatIsNotHereIsNamed) {
  EXPECT_EQ(open(2, kSmallestBody), Code::dictionary_unknown);
  EXPECT_EQ(open(UINT32_MAX, kSmallestBody), Code::dictionary_unknown);
}

// By a member who has the key and means harm: some KiB that would be 64 MiB, or one op told a million times.
TEST_F(Rubbish, ABombByItsAuthorStopsAtTheCap) {
  const auto bomb = [&](std::size_t size) {
    base::Writer padded;
    padded.prefixed(compress(base::Bytes(size, 'a')));
    EXPECT_LT(padded.bytes().size(), 16U * 1024);
    return padded.bytes();
  };
  EXPECT_EQ(open(1, bomb(64 << 20)), Code::too_large);
  EXPECT_EQ(open(1, bomb(kMaxBodyPlain)), Code::malformed);
  EXPECT_EQ(open(1, bomb(kMaxBodyPlain), 4096), Code::malformed);
}

TEST_F(Rubbish, IsMalformedAndStopsNothing) {
  EXPECT_EQ(open(0, {}), Code::malformed);
  EXPECT_EQ(open(0, base::Bytes{0}), Code::malformed);
  EXPECT_EQ(open(1, base::Bytes{0}), Code::malformed);
  EXPECT_EQ(open(1, kSmallestBody), Code::malformed);  // no frame
  EXPECT_EQ(open(0, kSmallestBody, 2), Code::malformed);
  auto longer = kSmallestBody;
  longer[0] = 18;
  EXPECT_EQ(open(0, longer), Code::malformed);
  EXPECT_EQ(open(0, base::Bytes(20, 0xFF)), Code::malformed);
}

TEST(EpochId, FollowsFromSpaceAndKey) {
  Author author;
  Author other(2);
  EXPECT_NE(epoch_id(author.space, author.epoch_key), epoch_id(other.space, author.epoch_key));
  EXPECT_NE(epoch_id(author.space, author.epoch_key), epoch_id(author.space, other.epoch_key));
}

}  // namespace
}  // namespace sejawat::log
