// Golden vectors (tests/vectors/README.md): each step between ops and sealed bytes, in both directions. Only
// the compressor is not held to its bytes, because another version of zstd may choose others.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "compress.h"
#include "crypto/hash.h"
#include "log_seal/attachment.h"
#include "log_seal/seal.h"
#include "op_codec.h"

namespace sejawat::log {
namespace {

using support::hex_at;
using support::id_at;
using support::load_vectors;
using support::u64_at;

Op op_of(const boost::json::value& vector) {
  Op op;
  op.object = id_at<base::ObjectId>(vector, "object");
  op.type = static_cast<std::uint32_t>(u64_at(vector, "type"));
  op.kind = static_cast<OpKind>(u64_at(vector, "kind"));
  op.lamport = u64_at(vector, "lamport");
  op.wall_ms = support::i64_at(vector, "wall_ms");
  for (const auto& one : vector.at("cells").as_array()) {
    Cell cell;
    cell.element = static_cast<std::uint32_t>(u64_at(one, "element"));
    cell.field = static_cast<std::uint32_t>(u64_at(one, "field"));
    if (!one.at("value").is_null()) cell.value = std::string(base::as_text(hex_at(one, "value")));
    op.cells.push_back(std::move(cell));
  }
  for (const auto& one : vector.at("supersedes").as_array()) {
    op.supersedes.push_back({id_at<base::LogId>(one, "branch"), u64_at(one, "position")});
  }
  return op;
}

std::vector<Op> ops_of(const boost::json::value& segment) {
  std::vector<Op> ops;
  for (const auto& one : segment.at("ops").as_array()) ops.push_back(op_of(one));
  return ops;
}

Head head_of(const boost::json::value& vector) {
  return {u64_at(vector, "count"), u64_at(vector, "next_op"), id_at<base::Hash32>(vector, "hash")};
}

// `of` holds the space and its epoch, `keys` the log.
void check(const boost::json::value& of, const boost::json::value& keys, const boost::json::value& vector) {
  const auto space = id_at<base::SpaceId>(of, "space");
  const base::Secret32 epoch_key(hex_at(of, "epoch_key"));
  const auto log = id_at<base::LogId>(keys, "log");
  const auto before = head_of(vector.at("before"));
  const auto ops = ops_of(vector);
  const auto header = decode_header(hex_at(vector, "header")).value();
  EXPECT_EQ(header.epoch, epoch_id(space, epoch_key));
  EXPECT_EQ(header.epoch, id_at<base::EpochId>(of, "epoch"));
  EXPECT_EQ(header.op_count, ops.size());

  // Upwards: the same bytes at each step.
  EXPECT_EQ(*encode_body(ops, log, header.deps), hex_at(vector, "body"));
  const auto packed = hex_at(vector, "compressed");
  base::Writer writer;
  writer.prefixed(packed);
  base::Bytes padded = writer.take();
  padded.resize(padded_size(padded.size()));
  EXPECT_EQ(padded, hex_at(vector, "padded"));
  base::Bytes context = base::to_bytes(space.view());
  base::append(context, log.view());
  const auto key = crypto::derive(crypto::label::kSegmentKey, epoch_key.view(), context);
  EXPECT_TRUE(base::equal(key.view(), hex_at(vector, "key")));
  const auto nonce = id_at<crypto::Nonce>(vector, "nonce");
  EXPECT_EQ(nonce, header.nonce);
  EXPECT_EQ(crypto::seal(key, nonce, padded, hex_at(vector, "associated")), hex_at(vector, "sealed_body"));

  // Downwards.
  EXPECT_EQ(*decompress(packed), hex_at(vector, "body"));
  EXPECT_EQ(*decompress(compress(hex_at(vector, "body"))), hex_at(vector, "body"));
  const auto segment = decode_segment(hex_at(vector, "segment")).value();
  const auto opened = open_segment(space, log, before, epoch_key, segment);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, ops);
  for (const auto& one : vector.at("ops").as_array()) {
    EXPECT_EQ(encode_op(op_of(one)), hex_at(one, "stored"));
    EXPECT_EQ(*decode_op(hex_at(one, "stored")), op_of(one));
  }
}

TEST(GoldenVectors, SegmentsOpenAndCloseStepByStep) {
  const auto vector = load_vectors("segment");
  for (const auto& one : vector.at("segments").as_array()) check(vector, vector, one);
}

TEST(GoldenVectors, AnOpSupersedesBothEndsOfAForkByTheNamesOfTheBranches) {
  const auto vector = load_vectors("fork");
  check(vector, vector, vector.at("common"));
  const auto& merge = vector.at("merge");
  check(vector, merge, merge.at("segment"));
  const auto merged = ops_of(merge.at("segment")).at(0);
  ASSERT_EQ(merged.supersedes.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& branch = vector.at("branches").as_array().at(i);
    check(vector, vector, branch.at("segment"));
    EXPECT_EQ(merged.supersedes[i], (Dot{id_at<base::LogId>(branch, "name"), 1}));
  }
}

TEST(GoldenVectors, AttachmentsOpenAndAreWrittenTheSame) {
  const auto vector = load_vectors("attachment");
  const auto space = id_at<base::SpaceId>(vector, "space");
  for (const auto& one : vector.at("attachments").as_array()) {
    const auto value = hex_at(one, "value");
    const auto attachment = decode_attachment(value);
    ASSERT_TRUE(attachment.ok());
    EXPECT_EQ(encode_attachment(*attachment), value);
    EXPECT_EQ(attachment->hash, id_at<base::Hash32>(one, "hash"));
    EXPECT_TRUE(base::equal(attachment->key.view(), hex_at(one, "key")));
    std::vector<base::Bytes> chunks;
    for (const auto& chunk : one.at("chunks").as_array()) {
      base::Bytes bytes;
      ASSERT_TRUE(base::from_hex(std::string(chunk.as_string()), bytes));
      ASSERT_LT(chunks.size(), attachment->chunks.size());
      EXPECT_EQ(chunk_id(bytes), attachment->chunks[chunks.size()]);
      chunks.push_back(std::move(bytes));
    }
    const auto content = hex_at(one, "content");
    EXPECT_EQ(*open_attachment(space, *attachment, chunks), content);
    // Upwards, with the same key: the random device gives nothing else.
    struct TheKey final : base::Random {
      void fill(std::span<std::uint8_t> out) override { std::copy_n(key.begin(), out.size(), out.begin()); }
      base::Bytes key;
    } random;
    random.key = hex_at(one, "key");
    const auto sealed = seal_attachment(space, content, attachment->media_type, random);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->chunks, chunks);
  }
}

TEST(GoldenVectors, PaddingFallsOnItsSizes) {
  const auto vector = load_vectors("padding");
  for (const auto& one : vector.at("sizes").as_array()) {
    EXPECT_EQ(padded_size(static_cast<std::size_t>(u64_at(one, "size"))), u64_at(one, "padded"))
        << u64_at(one, "size");
  }
}

}  // namespace
}  // namespace sejawat::log
