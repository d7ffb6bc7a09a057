#include "compress.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

#include "dictionary_data.h"
#include "log_seal/seal.h"
#include "random_ops.h"

namespace sejawat::log {
namespace {

using base::Code;

TEST(PaddedSize, FallsOnBucketsAndThenOnPadme) {
  constexpr std::size_t kTag = crypto::kTagSize;
  std::set<std::size_t> sizes;
  for (std::size_t size = 0; size < 70000; ++size) {
    const std::size_t whole = padded_size(size) + kTag;
    ASSERT_GE(whole, size + kTag);
    ASSERT_EQ(padded_size(whole - kTag), whole - kTag) << "a padded size is its own";
    if (size + kTag > 896) {
      ASSERT_LE(static_cast<double>(whole), static_cast<double>(size + kTag) * 1.12) << size;
    }
    sizes.insert(whole);
  }
  const std::vector<std::size_t> first = {128, 160, 192, 224, 256, 320, 384,  448, 512,
                                          640, 768, 896, 928, 960, 992, 1024, 1088};
  auto at = sizes.begin();
  for (const std::size_t size : first) EXPECT_EQ(*at++, size);
  EXPECT_LT(sizes.size(), 120U) << "few sizes say little";
}

TEST(Dictionary, IsTheOneThatItsNumberNames) {
  EXPECT_EQ(kDictionaryId, 1U);
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> sum{};
  crypto_hash_sha256(sum.data(), kDictionaryV1, kDictionaryV1Size);
  EXPECT_EQ(base::to_hex(sum), "1e850b88a9625c90ba841aeba41e9d5288a959b4db187fd55bc12e6010da680c");
}

TEST(Compress, ReadsBackTextNoiseAndNothing) {
  RandomOps random(1, 0);
  for (const std::size_t size : {0, 1, 10, 1000, 50000, 300000}) {
    const auto noise = random.text(size);
    const std::string text(size, 'a');
    for (const auto* plain : {&noise, &text}) {
      const auto packed = compress(base::as_bytes(*plain));
      const auto again = decompress(packed);
      ASSERT_TRUE(again.ok()) << size;
      EXPECT_EQ(base::as_text(*again), *plain);
      EXPECT_LE(packed.size(), size + size / 128 + 16);
    }
  }
}

TEST(Compress, HasNoMagicNumberSizeOrChecksumInItsFrame) {
  const auto packed = compress(base::as_bytes("a"));
  // Frame header of RFC 8878: descriptor 0, window; then one last raw block of one byte.
  EXPECT_EQ(packed.size(), 2U + 3 + 1);
  EXPECT_EQ(packed[0], 0);
}

TEST(Compress, AKnownSentenceCostsAFewBytes) {
  const std::string sentence = "Murid-murid mengerjakan soal cerita bersama teman sebangku.";
  EXPECT_LT(compress(base::as_bytes(sentence)).size(), sentence.size() * 6 / 10);
}

TEST(Decompress, StopsAtItsCap) {
  const auto packed = compress(base::Bytes(kMaxBodyPlain, 'a'));
  EXPECT_LT(packed.size(), 200U);
  EXPECT_TRUE(decompress(packed).ok());
  EXPECT_EQ(decompress(compress(base::Bytes(kMaxBodyPlain + 1, 'a'))).code(), Code::too_large);
  const auto bomb = compress(base::Bytes(64 * 1024 * 1024, 'a'));
  EXPECT_LT(bomb.size(), 8U * 1024);
  EXPECT_EQ(decompress(bomb).code(), Code::too_large);
}

TEST(Decompress, RefusesEveryCutAndEverythingBehindTheFrame) {
  const auto packed = compress(base::as_bytes("Hari ini kelas tiga belajar pecahan dengan kertas lipat."));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(decompress(base::ByteView(packed).first(size)).code(), Code::malformed) << size;
  }
  auto more = packed;
  more.push_back(0);
  EXPECT_EQ(decompress(more).code(), Code::malformed);
  // One body, one frame: zstd itself would take two.
  auto two = packed;
  base::append(two, packed);
  EXPECT_EQ(decompress(two).code(), Code::malformed);
  auto skippable = base::Bytes{0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0};
  base::append(skippable, packed);
  EXPECT_EQ(decompress(skippable).code(), Code::malformed);
}

TEST(Decompress, SurvivesNoise) {
  RandomOps random(2, 0);
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto noise = random.text(i % 200);
    const auto out = decompress(base::as_bytes(noise));
    EXPECT_TRUE(out.ok() || out.code() == Code::malformed || out.code() == Code::too_large);
  }
}

}  // namespace
}  // namespace sejawat::log
