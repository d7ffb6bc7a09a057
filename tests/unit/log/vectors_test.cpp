// Golden vectors (tests/vectors/README.md), as far as a carrier sees them: chain, signature, forks and
// digests.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include "log/digest.h"
#include "log/segment.h"

namespace sejawat::log {
namespace {

using support::hex_at;
using support::id_at;
using support::load_vectors;
using support::u64_at;

Head head_of(const boost::json::value& vector) {
  return {u64_at(vector, "count"), u64_at(vector, "next_op"), id_at<base::Hash32>(vector, "hash")};
}

void verify_vector(const boost::json::value& log, const base::SpaceId& space,
                   const boost::json::value& vector) {
  const auto key = id_at<base::PublicSignKey>(log, "log_key");
  const auto id = log_id(space, key);
  EXPECT_EQ(id, id_at<base::LogId>(log, "log"));
  const auto bytes = hex_at(vector, "segment");
  const auto segment = decode_segment(bytes);
  ASSERT_TRUE(segment.ok());
  EXPECT_EQ(encode_segment(*segment), bytes);
  EXPECT_EQ(segment->header, hex_at(vector, "header"));
  EXPECT_EQ(segment->body, hex_at(vector, "sealed_body"));
  EXPECT_EQ(segment->signature, id_at<base::Signature>(vector, "signature"));
  const auto header = decode_header(segment->header);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(encode_header(*header), segment->header);
  EXPECT_EQ(body_hash(segment->body), id_at<base::Hash32>(vector, "body_hash"));
  const auto verified = verify_next(space, id, key, head_of(vector.at("before")), *segment);
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->head, head_of(vector.at("after")));
  EXPECT_EQ(verified->head.hash, id_at<base::Hash32>(vector, "hash"));
  const auto seed = base::Secret32(hex_at(log, "log_seed"));
  EXPECT_EQ(crypto::SigningKey::from_seed(seed).sign(verified->head.hash.view()), segment->signature);
}

TEST(GoldenVectors, SegmentsVerify) {
  const auto vector = load_vectors("segment");
  const auto space = id_at<base::SpaceId>(vector, "space");
  ASSERT_EQ(vector.at("segments").as_array().size(), 3U);
  for (const auto& one : vector.at("segments").as_array()) verify_vector(vector, space, one);
}

TEST(GoldenVectors, BothBranchesOfAForkVerifyAndHaveTheirNames) {
  const auto vector = load_vectors("fork");
  const auto space = id_at<base::SpaceId>(vector, "space");
  verify_vector(vector, space, vector.at("common"));
  const auto point = head_of(vector.at("common").at("after"));
  ASSERT_EQ(vector.at("branches").as_array().size(), 2U);
  for (const auto& branch : vector.at("branches").as_array()) {
    const auto& segment = branch.at("segment");
    verify_vector(vector, space, segment);
    EXPECT_EQ(head_of(segment.at("before")), point);
    EXPECT_EQ(u64_at(branch, "fork_point"), point.count);
    EXPECT_EQ(fork_name(id_at<base::LogId>(vector, "log"), point.count, id_at<base::Hash32>(segment, "hash")),
              id_at<base::LogId>(branch, "name"));
  }
  verify_vector(vector.at("merge"), space, vector.at("merge").at("segment"));
}

TEST(GoldenVectors, DigestsFollowEachStep) {
  const auto vector = load_vectors("digest");
  SpaceDigest digest(id_at<base::SpaceId>(vector, "space"));
  EXPECT_EQ(digest.value(), id_at<base::Digest>(vector, "empty"));
  for (const auto& step : vector.at("steps").as_array()) {
    if (step.as_object().contains("record")) {
      digest.add_record(id_at<base::RecordId>(step, "record"));
    } else {
      digest.move_tip(head_of(step.at("from")), head_of(step.at("to")));
    }
    EXPECT_EQ(digest.state(), hex_at(step, "state"));
    EXPECT_EQ(digest.value(), id_at<base::Digest>(step, "digest"));
  }
  const auto& account = vector.at("account");
  std::vector<std::pair<base::SpaceId, base::Digest>> spaces;
  std::vector<base::SpaceId> ids;
  for (const auto& one : account.at("spaces").as_array()) {
    ids.push_back(id_at<base::SpaceId>(one, "space"));
    spaces.emplace_back(ids.back(), id_at<base::Digest>(one, "digest"));
  }
  EXPECT_EQ(account_digest(spaces), id_at<base::Digest>(account, "digest"));
  EXPECT_EQ(set_tag(ids), id_at<base::SetTag>(account, "set"));
}

}  // namespace
}  // namespace sejawat::log
