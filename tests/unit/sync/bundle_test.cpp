#include "sync/bundle.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "crypto/aead.h"
#include "support/fakes.h"

namespace sejawat::sync {
namespace {

struct Collected final : BundleReader::Sink {
  std::vector<ClientMessage> messages;
  std::vector<bool> parts;
  base::Status message(ClientMessage message) override {
    messages.push_back(std::move(message));
    return {};
  }
  base::Status part_end(bool opened) override {
    parts.push_back(opened);
    return {};
  }
};

class BundleTest : public ::testing::Test {
 protected:
  support::SeededRandom random{11};
  crypto::BoxKey member = crypto::BoxKey::random(random);
  crypto::BoxKey stranger = crypto::BoxKey::random(random);
  base::Secret32 epoch = base::Secret32::random(random);
  base::Secret32 other_epoch = base::Secret32::random(random);

  static ClientMessage message_of(std::uint8_t space, std::size_t segment_size) {
    ClientMessage message;
    SpaceUpload upload;
    upload.space.id.bytes[0] = space;
    upload.records.push_back(base::Bytes(100, 7));
    LogRun run;
    run.log = base::Bytes(16, 3);
    run.segments.push_back(base::Bytes(segment_size, space));
    upload.logs.push_back(std::move(run));
    message.spaces.push_back(std::move(upload));
    return message;
  }
  // Two spaces: one of the epoch and the member, one of somebody else.
  base::Bytes file() {
    BundleWriter writer(random);
    base::Bytes bytes;
    BundleLocks ours;
    ours.epochs = {&epoch};
    ours.boxes = {member.public_key()};
    base::append(bytes, writer.begin_part(ours));
    base::append(bytes, *writer.chunk(message_of(1, 5000), false));
    base::append(bytes, *writer.chunk(message_of(1, 60000), true));
    BundleLocks theirs;
    theirs.epochs = {&other_epoch};
    base::append(bytes, writer.begin_part(theirs));
    base::append(bytes, *writer.chunk(message_of(2, 900), true));
    base::append(bytes, writer.end());
    return bytes;
  }
  BundleReader::Keys epoch_keys() const {
    BundleReader::Keys keys;
    keys.epochs = {&epoch};
    return keys;
  }
  static base::Code read(base::ByteView bytes, BundleReader::Keys keys, Collected& into,
                         std::size_t piece = SIZE_MAX) {
    BundleReader reader(std::move(keys), into);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(piece, bytes.size() - at);
      auto fed = reader.feed(bytes.subspan(at, size));
      if (!fed.ok()) return fed.code();
      at += size;
    }
    return reader.finish().code();
  }
};

TEST_F(BundleTest, WhoHoldsTheEpochOrABoxReadsItsPartInPiecesOfAnySize) {
  const auto bytes = file();
  BundleReader::Keys box_only;
  box_only.boxes = {&member};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{77}, std::size_t{65536}, bytes.size()}) {
    for (const auto& keys : {epoch_keys(), box_only}) {
      Collected into;
      ASSERT_EQ(read(bytes, keys, into, piece), base::Code::ok);
      ASSERT_EQ(into.messages.size(), 2U);
      EXPECT_EQ(encode(into.messages[1]), encode(message_of(1, 60000)));
      EXPECT_EQ(into.parts, (std::vector<bool>{true, false}));
    }
  }
}

TEST_F(BundleTest, AFoundStickShowsSizesOnly) {
  const auto bytes = file();
  BundleReader::Keys keys;
  keys.boxes = {&stranger};
  Collected into;
  EXPECT_EQ(read(bytes, std::move(keys), into), base::Code::ok);
  EXPECT_TRUE(into.messages.empty());
  const std::string_view text = base::as_text(bytes);
  const base::Bytes space = message_of(1, 1).spaces[0].records[0];
  EXPECT_EQ(text.find(base::as_text(space)), std::string_view::npos);
  EXPECT_EQ(text.find(base::as_text(member.public_key().view())), std::string_view::npos);
  // How many can open it shows in powers of two only.
  BundleWriter writer(random);
  BundleLocks many;
  for (int i = 0; i < 9; ++i) many.boxes.push_back(crypto::BoxKey::random(random).public_key());
  const auto nine = writer.begin_part(many).size();
  for (int i = 0; i < 7; ++i) many.boxes.push_back(crypto::BoxKey::random(random).public_key());
  EXPECT_EQ(BundleWriter(random).begin_part(many).size(), nine);
}

TEST_F(BundleTest, EveryAlteredByteRefusesTheWholeFile) {
  const auto bytes = file();
  for (std::size_t at = 0; at < bytes.size(); at += at < 600 || at + 60 > bytes.size() ? 1 : 211) {
    auto altered = bytes;
    altered[at] ^= 0x20;
    Collected into;
    EXPECT_NE(read(altered, epoch_keys(), into), base::Code::ok) << at;
  }
}

TEST_F(BundleTest, AFileCutAnywhereOrWithMoreBehindItIsRefused) {
  auto bytes = file();
  for (std::size_t size = 0; size < bytes.size(); size += size < 600 || size + 60 > bytes.size() ? 1 : 211) {
    Collected into;
    EXPECT_EQ(read(base::ByteView(bytes).first(size), epoch_keys(), into), base::Code::malformed) << size;
  }
  bytes.push_back(0);
  Collected into;
  EXPECT_EQ(read(bytes, epoch_keys(), into), base::Code::malformed);
  EXPECT_EQ(read(bytes, epoch_keys(), into, bytes.size() - 1), base::Code::malformed);
}

// With the hash at the end made anew, as whoever alters a stick on purpose would.
base::Bytes rehashed(base::Bytes bytes) {
  bytes.resize(bytes.size() - base::Hash32::kSize);
  const auto hash = crypto::Hasher(crypto::label::kBundle, base::Hash32::kSize).raw(bytes).id<base::Hash32>();
  base::append(bytes, hash.view());
  return bytes;
}

TEST_F(BundleTest, ChunksThatWereMovedAlteredOrLeftOutDoNotOpenEvenUnderARightHash) {
  BundleWriter writer(random);
  BundleLocks ours;
  ours.epochs = {&epoch};
  const auto part = writer.begin_part(ours);
  const auto one = *writer.chunk(message_of(1, 500), false);
  const auto two = *writer.chunk(message_of(1, 500), false);
  const auto three = *writer.chunk(message_of(1, 500), true);
  const base::Bytes greeting_and_part = part;
  const auto end = writer.end();
  const auto together = [&](std::initializer_list<const base::Bytes*> chunks) {
    base::Bytes bytes = greeting_and_part;
    for (const auto* chunk : chunks) base::append(bytes, *chunk);
    base::append(bytes, end);
    return rehashed(std::move(bytes));
  };
  Collected into;
  EXPECT_EQ(read(together({&one, &two, &three}), epoch_keys(), into), base::Code::ok);
  EXPECT_EQ(read(together({&two, &one, &three}), epoch_keys(), into), base::Code::cannot_decrypt);
  EXPECT_EQ(read(together({&one, &three}), epoch_keys(), into), base::Code::cannot_decrypt);
  base::Bytes cut = two;
  cut[0] = 3;  // called the last one
  EXPECT_EQ(read(together({&one, &cut}), epoch_keys(), into), base::Code::cannot_decrypt);
  base::Bytes altered = two;
  altered.back() ^= 1;
  EXPECT_EQ(read(together({&one, &altered, &three}), epoch_keys(), into), base::Code::cannot_decrypt);
}

TEST_F(BundleTest, WhatAMessageMayNotHoldIsRefused) {
  const auto with = [&](ClientMessage first, ClientMessage second) {
    BundleWriter writer(random);
    BundleLocks ours;
    ours.epochs = {&epoch};
    base::Bytes bytes = writer.begin_part(ours);
    base::append(bytes, *writer.chunk(first, false));
    base::append(bytes, *writer.chunk(second, true));
    base::append(bytes, writer.end());
    Collected into;
    return read(bytes, epoch_keys(), into);
  };
  EXPECT_EQ(with(message_of(1, 10), message_of(1, 10)), base::Code::ok);
  EXPECT_EQ(with(message_of(1, 10), message_of(2, 10)), base::Code::malformed);
  auto greeting = message_of(1, 10);
  greeting.hello.emplace();
  EXPECT_EQ(with(greeting, message_of(1, 10)), base::Code::malformed);
  auto indexed = message_of(1, 10);
  indexed.spaces[0].space.index = 1;
  EXPECT_EQ(with(indexed, message_of(1, 10)), base::Code::malformed);
  auto two = message_of(1, 10);
  two.spaces.push_back(two.spaces[0]);
  EXPECT_EQ(with(two, message_of(1, 10)), base::Code::malformed);
  EXPECT_EQ(BundleWriter(random).chunk(message_of(1, 70000), true).code(), base::Code::too_large);
}

// A part made by somebody who has the epoch's key and keeps to no format inside of it.
TEST_F(BundleTest, AChunkThatOpensMayStillBeRubbish) {
  const auto ephemeral = crypto::BoxKey::random(random).public_key();
  const auto part_key = base::Secret32::random(random);
  const auto lock = crypto::label::kBundleLock;
  const auto with = [&](base::ByteView plain) {
    base::Writer file;
    file.raw(base::as_bytes("sejawat-bundle\n"));
    file.u8(1);
    file.u8(1);  // a part
    file.raw(ephemeral.view());
    file.u32(8);
    file.raw(crypto::seal(crypto::derive(lock, epoch.view(), ephemeral.view()), {}, part_key.view(),
                          base::as_bytes(lock)));
    for (int i = 1; i < 8; ++i) file.raw(base::Bytes(48));
    base::Writer place;
    place.u64(0);
    place.u8(1);
    const auto key = crypto::derive(crypto::label::kBundlePart, part_key.view(), place.bytes());
    const auto sealed = crypto::seal(key, {}, plain, {});
    file.u8(3);  // the last chunk
    file.u32(static_cast<std::uint32_t>(sealed.size()));
    file.raw(sealed);
    file.u8(0);
    file.raw(base::Bytes(base::Hash32::kSize));
    Collected into;
    const auto code = read(rehashed(file.take()), epoch_keys(), into);
    EXPECT_EQ(into.messages.size(), code == base::Code::ok ? 1U : 0U);
    return code;
  };
  base::Writer good;
  good.prefixed(encode(message_of(1, 10)));
  EXPECT_EQ(with(good.bytes()), base::Code::ok);
  EXPECT_EQ(with({}), base::Code::malformed);
  EXPECT_EQ(with(base::Bytes{20, 1, 2}), base::Code::malformed) << "a length that is not there";
  EXPECT_EQ(with(base::Bytes{2, 0x0A, 0x7F}), base::Code::malformed) << "no message";
  EXPECT_EQ(with(base::Bytes{0}), base::Code::malformed) << "a message of no space";
}

TEST_F(BundleTest, WhatTheSinkRefusesEndsTheReadingWithItsCode) {
  struct Full final : BundleReader::Sink {
    explicit Full(bool at_message) : at_message_(at_message) {}
    base::Status message(ClientMessage /*message*/) override {
      return at_message_ ? base::Status(base::error(base::Code::disk_full)) : base::Status();
    }
    base::Status part_end(bool /*opened*/) override { return base::error(base::Code::storage_failed); }
    bool at_message_;
  };
  for (const bool at_message : {true, false}) {
    Full full(at_message);
    BundleReader reader(epoch_keys(), full);
    EXPECT_EQ(reader.feed(file()).code(), at_message ? base::Code::disk_full : base::Code::storage_failed);
    EXPECT_FALSE(reader.finish().ok());
  }
}

TEST_F(BundleTest, MoreReadersThanAPartHasLocksForAreLeftOutLastFirst) {
  std::vector<base::Secret32> epochs;
  BundleLocks locks;
  for (std::size_t i = 0; i < kMaxBundleLocks + 3; ++i) epochs.push_back(base::Secret32::random(random));
  for (const auto& one : epochs) locks.epochs.push_back(&one);
  locks.boxes = {member.public_key()};
  const auto opens = [&](const BundleLocks& for_whom, BundleReader::Keys keys) {
    BundleWriter writer(random);
    base::Bytes bytes = writer.begin_part(for_whom);
    base::append(bytes, *writer.chunk(message_of(1, 10), true));
    base::append(bytes, writer.end());
    Collected into;
    EXPECT_EQ(read(bytes, std::move(keys), into), base::Code::ok);
    return into.messages.size() == 1;
  };
  BundleReader::Keys last_in;
  last_in.epochs = {&epochs[kMaxBundleLocks - 1]};
  BundleReader::Keys first_out;
  first_out.epochs = {&epochs[kMaxBundleLocks]};
  BundleReader::Keys box;
  box.boxes = {&member};
  EXPECT_TRUE(opens(locks, last_in));
  EXPECT_FALSE(opens(locks, first_out));
  EXPECT_FALSE(opens(locks, box)) << "epochs go first";
  // A key that is no point, as a damaged record may hold it, takes no lock from anybody.
  locks.epochs.clear();
  locks.boxes = {base::PublicBoxKey{}, member.public_key()};
  EXPECT_TRUE(opens(locks, box));
  locks.boxes.clear();
  for (std::size_t i = 0; i < kMaxBundleLocks; ++i) {
    locks.boxes.push_back(crypto::BoxKey::random(random).public_key());
  }
  locks.boxes.push_back(member.public_key());
  EXPECT_FALSE(opens(locks, box));
}

TEST_F(BundleTest, SizesAndNumbersAreJudgedBeforeAnythingIsHeld) {
  const auto head = [](std::initializer_list<std::uint8_t> more) {
    base::Bytes bytes = base::to_bytes(base::as_bytes("sejawat-bundle\n"));
    bytes.push_back(1);
    bytes.insert(bytes.end(), more);
    return bytes;
  };
  Collected into;
  auto part = head({1});
  part.resize(part.size() + 32);
  for (const std::uint32_t count : {0U, 7U, 1025U, 0xFFFFFFFFU}) {
    auto bytes = part;
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(count >> shift));
    EXPECT_EQ(read(bytes, {}, into), base::Code::malformed) << count;
  }
  auto chunk = part;
  chunk.insert(chunk.end(), {8, 0, 0, 0});
  chunk.resize(chunk.size() + 8 * 48);
  for (const std::uint32_t size : {0U, 15U, 70000U, 0xFFFFFFFFU}) {
    auto bytes = chunk;
    bytes.push_back(2);
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(size >> shift));
    EXPECT_EQ(read(bytes, {}, into), base::Code::malformed) << size;
  }
  EXPECT_EQ(read(head({9}), {}, into), base::Code::malformed);
  auto newer = head({0});
  newer[15] = 2;
  EXPECT_EQ(read(newer, {}, into), base::Code::version_unsupported);
  base::Bytes many = head({});
  for (std::size_t i = 0; i <= kMaxBundleParts; ++i) {
    base::Bytes one(1 + 32 + 4 + 8 * 48 + 5 + 16, 0);
    one[0] = 1;
    one[33] = 8;
    one[37 + 8 * 48] = 3;
    one[38 + 8 * 48] = 16;
    base::append(many, one);
  }
  EXPECT_EQ(read(many, {}, into), base::Code::too_large);
  // Few parts with as many locks as each may have are as much work.
  base::Bytes wide = head({});
  for (std::size_t i = 0; i <= kMaxBundleLocksInAll / kMaxBundleLocks; ++i) {
    base::Bytes one(1 + 32 + 4 + kMaxBundleLocks * 48 + 5 + 16, 0);
    one[0] = 1;
    one[34] = kMaxBundleLocks >> 8;
    one[37 + kMaxBundleLocks * 48] = 3;
    one[38 + kMaxBundleLocks * 48] = 16;
    base::append(wide, one);
  }
  EXPECT_EQ(read(wide, {}, into), base::Code::too_large);
}

}  // namespace
}  // namespace sejawat::sync
