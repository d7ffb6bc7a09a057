#include "op_codec.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "log_seal/seal.h"
#include "random_ops.h"

namespace sejawat::log {
namespace {

using base::Code;

constexpr std::size_t kMostInABody = 65536;  // cells, and dots

base::Result<std::vector<Op>> read(base::ByteView body, std::size_t ops, const RandomOps& of) {
  return decode_body(body, static_cast<std::uint32_t>(ops), of.own(), of.deps());
}

Op op_with_cells(std::size_t cells) {
  Op op;
  op.cells.resize(cells);
  for (std::size_t i = 0; i < cells; ++i) op.cells[i].field = static_cast<std::uint32_t>(i % 15 + 1);
  return op;
}
Op op_with_dots(const base::LogId& branch, std::size_t dots) {
  Op op;
  op.supersedes.assign(dots, {branch, 1});
  return op;
}

TEST(Body, ReadsBackRandomOps) {
  for (std::size_t seed = 0; seed < 300; ++seed) {
    RandomOps random(seed, seed % 4);
    const auto ops = random.some(seed % 50);
    const auto body = encode_body(ops, random.own(), random.deps());
    ASSERT_TRUE(body.ok());
    const auto again = read(*body, ops.size(), random);
    ASSERT_TRUE(again.ok()) << seed << again.error().detail();
    EXPECT_EQ(*again, ops) << seed;
  }
}

TEST(Body, ReadsBackTheEndsOfEveryRange) {
  RandomOps random(1, 1);
  std::vector<Op> ops(6);
  ops[0].lamport = UINT64_MAX;
  ops[0].wall_ms = INT64_MIN;
  ops[1].lamport = 0;
  ops[1].wall_ms = INT64_MAX;
  ops[2].lamport = 1ULL << 63;
  ops[2].wall_ms = -1;
  ops[3].type = UINT32_MAX;
  ops[3].kind = static_cast<OpKind>(255);
  ops[4].cells = {{UINT32_MAX, UINT32_MAX, std::string(1, '\0')},
                  {0, 0, std::string()},
                  {UINT32_MAX, 15, std::nullopt},
                  {0, 16, std::string(300, 'x')}};
  ops[5].supersedes = {{random.own(), UINT64_MAX}, {random.deps()[0].log, 0}};
  const auto body = encode_body(ops, random.own(), random.deps());
  ASSERT_TRUE(body.ok());
  const auto again = read(*body, ops.size(), random);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, ops);
}

TEST(Body, WritesAFormAndAnObjectOnce) {
  RandomOps random(2, 0);
  std::vector<Op> ops(100, op_with_cells(12));
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i].lamport = i + 1;
  const auto body = encode_body(ops, random.own(), random.deps());
  ASSERT_TRUE(body.ok());
  // Once the form of 3 and 12 bytes and the id of 8; five bytes an op and the word about extensions.
  EXPECT_EQ(body->size(), 1U + 100 * 5 + 15 + 8);
  EXPECT_EQ(*read(*body, ops.size(), random), ops);
}

TEST(Body, KeepsKindsAndTypesThatAreNotKnownYet) {
  RandomOps random(3, 0);
  Op op = op_with_cells(2);
  op.kind = static_cast<OpKind>(77);
  op.type = 123456;
  op.cells[0].value = "nilai";
  const auto again = read(*encode_body(std::vector<Op>{op}, random.own(), {}), 1, random);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->front(), op);
  EXPECT_EQ(*decode_op(encode_op(op)), op);
}

TEST(Body, PassesOverWhatALaterVersionSaysOfTheWholeSegment) {
  RandomOps random(4, 2);
  const auto ops = random.some(5);
  const auto body = *encode_body(ops, random.own(), random.deps());
  ASSERT_EQ(body.front(), 0);
  const auto with_extension = [&](std::size_t size) {
    base::Writer writer;
    writer.prefixed(base::Bytes(size, 0xEE));
    writer.raw(base::ByteView(body).subspan(1));
    return writer.take();
  };
  for (const std::size_t size : {1, 127, 128, 1024}) {
    const auto again = read(with_extension(size), ops.size(), random);
    ASSERT_TRUE(again.ok()) << size;
    EXPECT_EQ(*again, ops);
  }
  EXPECT_EQ(read(with_extension(1025), ops.size(), random).code(), Code::malformed);
}

TEST(Body, RefusesEveryCutAndEveryMiscount) {
  RandomOps random(5, 2);
  const auto ops = random.some(12);
  auto body = *encode_body(ops, random.own(), random.deps());
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(read(base::ByteView(body).first(size), ops.size(), random).ok()) << size;
  }
  EXPECT_FALSE(read(body, ops.size() + 1, random).ok());
  EXPECT_FALSE(read(body, ops.size() - 1, random).ok());
  body.push_back(0);
  EXPECT_FALSE(read(body, ops.size(), random).ok());
  EXPECT_EQ(read(body, kMaxOpsPerSegment + 1, random).code(), Code::too_large);
}

TEST(Body, RefusesADotOfALogThatTheHeaderDoesNotName) {
  RandomOps random(6, 1);
  const RandomOps stranger(7, 0);
  const std::vector<Op> ops = {op_with_dots(stranger.own(), 1)};
  EXPECT_EQ(encode_body(ops, random.own(), random.deps()).code(), Code::invalid_argument);
  // The reader sees a place in the list that is not there.
  const auto body =
      *encode_body(std::vector<Op>{op_with_dots(random.deps()[0].log, 1)}, random.own(), random.deps());
  EXPECT_EQ(decode_body(body, 1, random.own(), {}).code(), Code::malformed);
}

// What is sealed stays as it is for ever: a body that no reader takes would be words lost.
TEST(Body, IsNotWrittenBeyondTheCapsOfAReader) {
  RandomOps random(8, 0);
  const auto written = [&](const std::vector<Op>& ops) {
    const auto body = encode_body(ops, random.own(), {});
    if (body.ok()) {
      EXPECT_TRUE(read(*body, ops.size(), random).ok());
    }
    return body.code();
  };
  EXPECT_EQ(written({op_with_cells(kMaxCellsPerOp)}), Code::ok);
  EXPECT_EQ(written({op_with_cells(kMaxCellsPerOp + 1)}), Code::too_large);
  EXPECT_EQ(written({op_with_dots(random.own(), kMaxSupersedesPerOp)}), Code::ok);
  EXPECT_EQ(written({op_with_dots(random.own(), kMaxSupersedesPerOp + 1)}), Code::too_large);
  EXPECT_EQ(written(std::vector<Op>(4096, op_with_cells(kMostInABody / 4096))), Code::ok);
  EXPECT_EQ(written(std::vector<Op>(4096, op_with_cells(kMostInABody / 4096 + 1))), Code::too_large);
  EXPECT_EQ(written(std::vector<Op>(16, op_with_dots(random.own(), kMostInABody / 16))), Code::ok);
  EXPECT_EQ(written(std::vector<Op>(17, op_with_dots(random.own(), kMostInABody / 16))), Code::too_large);
  EXPECT_EQ(written(std::vector<Op>(kMaxOpsPerSegment)), Code::ok);
  EXPECT_EQ(written(std::vector<Op>(kMaxOpsPerSegment + 1)), Code::too_large);
}

// Some 40 bytes that ask for gigabytes.
TEST(Body, BelievesNoCountBeforeTheBytesAreThere) {
  RandomOps random(9, 0);
  const auto hostile = [&](std::uint64_t type, std::uint64_t cells, std::uint64_t dots) {
    base::Writer writer;
    writer.varint(0);  // extension
    writer.varint(0);  // a new shape
    writer.varint(type);
    writer.u8(0);
    writer.varint(cells);
    for (int i = 0; i < 4; ++i) writer.u8(0x03);
    writer.varint(0);  // a new object
    writer.varint(0);
    writer.varint(0);
    writer.varint(dots);
    return writer.take();
  };
  for (const std::uint64_t many :
       {std::uint64_t{100}, std::uint64_t{4097}, std::uint64_t{1} << 32, UINT64_MAX / 2, UINT64_MAX}) {
    EXPECT_FALSE(read(hostile(1, many, 0), 1, random).ok()) << many;
    EXPECT_FALSE(read(hostile(1, 4, many), 1, random).ok()) << many;
  }
  EXPECT_FALSE(read(hostile(std::uint64_t{1} << 32, 4, 0), 1, random).ok());
  EXPECT_EQ(read(base::Bytes(4, 0xFF), 1, random).code(), Code::malformed);
}

// One form and two bytes an op, or two bytes a dot: the work and the memory that they ask for are capped all
// the same.
TEST(Body, CountsCellsAndDotsOverTheWholeSegment) {
  RandomOps random(12, 0);
  const auto repeated = [&](std::size_t ops, std::size_t cells, std::size_t dots) {
    base::Writer writer;
    writer.varint(0);  // extension
    for (std::size_t i = 0; i < ops; ++i) {
      writer.varint(i == 0 ? 0 : 1);
      if (i == 0) {
        writer.varint(1);
        writer.u8(0);
        writer.varint(cells);
        for (std::size_t cell = 0; cell < cells; ++cell) writer.u8(0x02);  // no value
      }
      writer.varint(i == 0 ? 0 : 1);
      writer.varint(0);
      writer.varint(0);
      writer.varint(dots);
      for (std::size_t dot = 0; dot < dots; ++dot) {
        writer.varint(0);
        writer.varint(1);
      }
    }
    writer.raw(base::Bytes(8, 1));
    return writer.take();
  };
  EXPECT_EQ(read(repeated(16, kMaxCellsPerOp, 0), 16, random).code(), Code::ok);
  EXPECT_EQ(read(repeated(17, kMaxCellsPerOp, 0), 17, random).code(), Code::too_large);
  EXPECT_EQ(read(repeated(16, 0, kMaxSupersedesPerOp), 16, random).code(), Code::ok);
  EXPECT_EQ(read(repeated(17, 0, kMaxSupersedesPerOp), 17, random).code(), Code::too_large);
}

// 16 ops that name one dot 4,096 times each are some 300 sealed bytes, and were megabytes for all who read
// them.
TEST(Body, HoldsADotThatAnOpNamesAgainOnce) {
  RandomOps random(14, 1);
  const Dot one{random.own(), 1};
  const Dot two{random.deps()[0].log, 1};
  std::vector<Op> ops(16, op_with_dots(random.own(), kMostInABody / 16));
  ops[1].supersedes = {two, one, two, one, one};
  ops[2].supersedes = {two, one};
  const auto again = read(*encode_body(ops, random.own(), random.deps()), ops.size(), random);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)[1].supersedes, (std::vector<Dot>{two, one})) << "as they came first";
  EXPECT_EQ((*again)[2].supersedes, ops[2].supersedes);
  std::size_t held = 0;
  for (const auto& op : *again) held += op.supersedes.capacity();
  EXPECT_LE(held, 2 * ops.size());
  const auto stored = decode_op(encode_op(ops[0]));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->supersedes, std::vector<Dot>{one}) << "stores hold what was opened before";
}

// Or what is read from a witness would not be what was written.
TEST(Body, HoldsTheOwnDotsOfAWitnessBesideWhatItSupersedes) {
  RandomOps random(15, 0);
  const Dot itself{random.own(), 1};
  Op op;
  op.supersedes = {itself};
  const auto once = witness_of(itself, op);
  ASSERT_TRUE(once.has_value());
  auto twice = witness_of({random.own(), 2}, *once);
  ASSERT_TRUE(twice.has_value());
  twice->supersedes.push_back(itself);
  const auto read_back = [&](const Op& one) {
    return read(*encode_body(std::vector<Op>{one}, random.own(), {}), 1, random)->front();
  };
  EXPECT_EQ(read_back(*once), *once);
  const auto original = original_of(original_of(read_back(*twice))->second);
  ASSERT_TRUE(original.has_value());
  EXPECT_EQ(*original, std::make_pair(itself, op));
}

TEST(Body, RefusesPartsAndFieldsThatNoNumberOfOursHolds) {
  RandomOps random(13, 0);
  const auto cell_of = [&](std::uint64_t packed, std::optional<std::uint64_t> field) {
    base::Writer writer;
    writer.varint(0);
    writer.varint(0);
    writer.varint(1);
    writer.u8(0);
    writer.varint(1);
    writer.varint(packed);
    if (field) writer.varint(*field);
    writer.varint(0);
    writer.varint(0);
    writer.varint(0);
    writer.varint(0);
    writer.raw(base::Bytes(8, 1));
    return read(writer.take(), 1, random).code();
  };
  const auto element = [](std::uint64_t zigzag) { return zigzag << 5; };
  EXPECT_EQ(cell_of(element(0), UINT32_MAX), Code::ok);
  EXPECT_EQ(cell_of(element(0), std::uint64_t{UINT32_MAX} + 1), Code::malformed);
  EXPECT_EQ(cell_of(element(std::uint64_t{UINT32_MAX} * 2), 7), Code::ok);
  EXPECT_EQ(cell_of(element((std::uint64_t{UINT32_MAX} + 1) * 2), 7), Code::malformed);
  EXPECT_EQ(cell_of(element(1), 7), Code::malformed) << "-1";
  EXPECT_EQ(cell_of(element(1) | (3U << 1), std::nullopt), Code::malformed);
}

TEST(Body, RefusesReferencesThatPointNowhere) {
  RandomOps random(10, 0);
  const auto body = *encode_body(std::vector<Op>(2), random.own(), {});
  // extension; new shape, type, kind, no cells; new object; lamport, wall, dots; then the second op by
  // reference
  const base::Bytes expected = {0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  ASSERT_EQ(body.size(), expected.size());
  ASSERT_EQ(base::to_hex(base::ByteView(body).subspan(9, 2)), "0101");
  for (const std::size_t at : {9, 10}) {
    auto bad = body;
    bad[at] = 2;
    EXPECT_EQ(read(bad, 2, random).code(), Code::malformed) << at;
  }
}

TEST(StoredOp, ReadsBackAndRefusesEveryCut) {
  RandomOps random(11, 3);
  for (int i = 0; i < 200; ++i) {
    const auto op = random.one();
    auto bytes = encode_op(op);
    const auto again = decode_op(bytes);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, op);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_EQ(decode_op(base::ByteView(bytes).first(size)).code(), Code::malformed) << size;
    }
    bytes.push_back(0);
    EXPECT_EQ(decode_op(bytes).code(), Code::malformed);
  }
}

TEST(StoredOp, RefusesMoreCellsOrDotsThanItsCaps) {
  EXPECT_TRUE(decode_op(encode_op(op_with_cells(kMaxCellsPerOp))).ok());
  EXPECT_EQ(decode_op(encode_op(op_with_cells(kMaxCellsPerOp + 1))).code(), Code::malformed);
  EXPECT_TRUE(decode_op(encode_op(op_with_dots({}, kMaxSupersedesPerOp))).ok());
  EXPECT_EQ(decode_op(encode_op(op_with_dots({}, kMaxSupersedesPerOp + 1))).code(), Code::malformed);
}

}  // namespace
}  // namespace sejawat::log
