// Content of an attachment into chunks and back.
#include "log_seal/attachment.h"

#include <gtest/gtest.h>

#include <set>

#include "log_seal/seal.h"
#include "support/fakes.h"

namespace sejawat::log {
namespace {

using base::Bytes;
using base::Code;

class AttachmentTest : public testing::Test {
 protected:
  Bytes some(std::size_t size) {
    Bytes bytes(size);
    random.fill(bytes);
    return bytes;
  }
  SealedAttachment seal(const Bytes& content) {
    auto sealed = seal_attachment(space, content, "image/webp", random);
    EXPECT_TRUE(sealed.ok());
    return std::move(sealed).value();
  }
  support::SeededRandom random{50};
  base::SpaceId space = random.id<base::SpaceId>();
};

TEST_F(AttachmentTest, ContentOfAnySizeComesBack) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, kChunkPlain - 1, kChunkPlain,
                                 kChunkPlain + 1, std::size_t{150 * 1024}, kMaxAttachmentBytes}) {
    const Bytes content = some(size);
    const auto sealed = seal(content);
    ASSERT_EQ(sealed.chunks.size(), sealed.attachment.chunks.size());
    const auto sizes = chunk_sizes(size);
    ASSERT_EQ(sizes.size(), sealed.chunks.size());
    ASSERT_LE(sealed.chunks.size(), kMaxChunks);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_EQ(sealed.chunks[i].size(), sizes[i]);
      EXPECT_LE(sizes[i], kChunkMax);
      EXPECT_EQ(chunk_id(sealed.chunks[i]), sealed.attachment.chunks[i]);
    }
    const auto decoded = decode_attachment(encode_attachment(sealed.attachment));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->media_type, "image/webp");
    const auto opened = open_attachment(space, *decoded, sealed.chunks);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, content);
  }
}

TEST_F(AttachmentTest, WithoutContentOrWithAnotherKindThanAnyIsNotSealed) {
  const Bytes content = some(10);
  const auto code = [&](const Bytes& bytes, const std::string& type) {
    return seal_attachment(space, bytes, type, random).code();
  };
  EXPECT_EQ(code({}, "image/webp"), Code::invalid_argument);
  EXPECT_EQ(code(content, ""), Code::invalid_argument);
  EXPECT_EQ(code(content, std::string(kMaxMediaType, 'a')), Code::ok);
  EXPECT_EQ(code(content, std::string(kMaxMediaType + 1, 'a')), Code::invalid_argument);
  EXPECT_EQ(code(Bytes(kMaxAttachmentBytes + 1), "image/webp"), Code::too_large);
}

// Written by a member who has the key, so that only the numbers say that it is wrong.
TEST_F(AttachmentTest, ASizeThatItsChunksDoNotHoldIsRefused) {
  auto sealed = seal(some(2000));
  const auto decoded = [&](auto change) {
    Attachment attachment;
    attachment.key = sealed.attachment.key.clone();
    attachment.hash = sealed.attachment.hash;
    attachment.size = sealed.attachment.size;
    attachment.media_type = sealed.attachment.media_type;
    attachment.chunks = sealed.attachment.chunks;
    change(attachment);
    return decode_attachment(encode_attachment(attachment)).code();
  };
  EXPECT_EQ(decoded([](auto&) {}), Code::ok);
  EXPECT_EQ(decoded([](auto& a) { a.size = 0; }), Code::malformed);
  EXPECT_EQ(decoded([](auto& a) { a.size = kMaxAttachmentBytes + 1; }), Code::too_large);
  EXPECT_EQ(decoded([](auto& a) { a.chunks.resize(kMaxChunks + 1); }), Code::too_large);
  EXPECT_EQ(decoded([](auto& a) { a.chunks.resize(2); }), Code::malformed) << "more chunks than it needs";
  EXPECT_EQ(decoded([](auto& a) { a.media_type.clear(); }), Code::malformed);
  EXPECT_EQ(decoded([](auto& a) { a.media_type = std::string(kMaxMediaType + 1, 'a'); }), Code::malformed);
  sealed.attachment.size = 3000;  // beyond what the padding has
  EXPECT_EQ(open_attachment(space, sealed.attachment, sealed.chunks).code(), Code::cannot_decrypt);
  sealed.attachment.size = 1999;
  EXPECT_EQ(open_attachment(space, sealed.attachment, sealed.chunks).code(), Code::cannot_decrypt);
}

TEST_F(AttachmentTest, EqualContentIsNoEqualChunk) {
  const Bytes content = some(5000);
  const auto one = seal(content);
  const auto other = seal(content);
  EXPECT_FALSE(one.attachment.chunks[0] == other.attachment.chunks[0]);
  EXPECT_EQ(one.attachment.hash, other.attachment.hash);
}

TEST_F(AttachmentTest, SizesAreFewAndAtMostAnEighthLarger) {
  std::set<std::size_t> sizes;
  for (std::size_t size = 1; size <= 150 * 1024; size += 97) {
    std::size_t sum = 0;
    for (const auto chunk : chunk_sizes(size)) sum += chunk;
    EXPECT_LE(sum, std::max<std::size_t>(size, 1024) * 112 / 100 + 16 * 5);
    EXPECT_GE(sum, size);
    sizes.insert(sum);
  }
  EXPECT_LT(sizes.size(), 150U);
}

TEST_F(AttachmentTest, ChunksHaveTheirPlaceAndSpaceAndNoByteMayChange) {
  const Bytes content = some(120'000);
  const auto sealed = seal(content);
  ASSERT_GE(sealed.chunks.size(), 3U);
  auto swapped = sealed.chunks;
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(open_attachment(space, sealed.attachment, swapped).code(), Code::cannot_decrypt);
  auto short_of_one = sealed.chunks;
  short_of_one.pop_back();
  EXPECT_EQ(open_attachment(space, sealed.attachment, short_of_one).code(), Code::cannot_decrypt);
  for (const std::size_t at : {std::size_t{0}, sealed.chunks[1].size() / 2, sealed.chunks[1].size() - 1}) {
    auto altered = sealed.chunks;
    altered[1][at] ^= 1;
    EXPECT_EQ(open_attachment(space, sealed.attachment, altered).code(), Code::cannot_decrypt);
  }
  EXPECT_EQ(open_attachment(random.id<base::SpaceId>(), sealed.attachment, sealed.chunks).code(),
            Code::cannot_decrypt);
  auto lying = std::move(decode_attachment(encode_attachment(sealed.attachment))).value();
  lying.hash.bytes[0] ^= 1;
  EXPECT_EQ(open_attachment(space, lying, sealed.chunks).code(), Code::cannot_decrypt);
}

TEST_F(AttachmentTest, WhatCannotBeIsRefused) {
  EXPECT_EQ(seal_attachment(space, {}, "image/webp", random).code(), Code::invalid_argument);
  EXPECT_EQ(seal_attachment(space, Bytes{1}, "", random).code(), Code::invalid_argument);
  EXPECT_EQ(seal_attachment(space, Bytes(kMaxAttachmentBytes + 1), "image/webp", random).code(),
            Code::too_large);
  const auto good = encode_attachment(seal(some(100'000)).attachment);
  ASSERT_TRUE(decode_attachment(good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_attachment(base::ByteView(good).first(size)).ok()) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(decode_attachment(longer).code(), Code::malformed);
  Bytes newer = good;
  newer[0] = 2;
  EXPECT_EQ(decode_attachment(newer).code(), Code::version_unsupported);
  auto small = seal(some(100));
  auto& more = small.attachment;
  more.chunks.push_back(more.chunks[0]);
  EXPECT_EQ(decode_attachment(encode_attachment(more)).code(), Code::malformed)
      << "chunks that its size does not have";
  more.size = kMaxAttachmentBytes + 1;
  EXPECT_EQ(decode_attachment(encode_attachment(more)).code(), Code::too_large);
}

}  // namespace
}  // namespace sejawat::log
