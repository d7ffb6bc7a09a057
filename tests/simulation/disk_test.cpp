// The virtual disk itself: a simulator stands on what its disk forgets.
#include "disk.h"

#include <gtest/gtest.h>

#include <set>

namespace sejawat::simulation {
namespace {

base::Bytes content(Disk& disk, const std::string& name) {
  const auto file = disk.open(name, false);
  return file == nullptr ? base::Bytes() : file->seen;
}

class DiskAfterACrash : public testing::Test {
 protected:
  Witness witness_{1};
};

TEST_F(DiskAfterACrash, HasWhatWasSynced) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(witness_, seed, 0);
    const auto file = disk.open("f", true);
    ASSERT_EQ(disk.write(*file, 0, base::Bytes(1500, 1)), Disk::Outcome::ok);
    ASSERT_EQ(disk.sync(*file), Disk::Outcome::ok);
    ASSERT_EQ(disk.write(*file, 1500, base::Bytes(1500, 2)), Disk::Outcome::ok);
    disk.settle(Ending::power_cut);
    const auto left = content(disk, "f");
    ASSERT_GE(left.size(), 1500U);
    EXPECT_EQ(base::Bytes(left.begin(), left.begin() + 1500), base::Bytes(1500, 1));
  }
}

TEST_F(DiskAfterACrash, MayHaveAnyPartOfTheRestInWholeSectors) {
  std::set<base::Bytes> outcomes;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Disk disk(witness_, seed, 0);
    const auto file = disk.open("f", true);
    ASSERT_EQ(disk.write(*file, 0, base::Bytes(4 * kSector, 1)), Disk::Outcome::ok);
    ASSERT_EQ(disk.sync(*file), Disk::Outcome::ok);
    ASSERT_EQ(disk.write(*file, 0, base::Bytes(2 * kSector, 2)), Disk::Outcome::ok);
    ASSERT_EQ(disk.write(*file, 2 * kSector, base::Bytes(2 * kSector, 3)), Disk::Outcome::ok);
    disk.settle(Ending::power_cut);
    auto left = content(disk, "f");
    ASSERT_EQ(left.size(), 4 * kSector);
    base::Bytes heads;
    for (std::size_t at = 0; at < left.size(); at += kSector) {
      heads.push_back(left[at]);
      for (std::size_t i = at; i < at + kSector; ++i) ASSERT_EQ(left[i], left[at]) << "half a sector";
    }
    outcomes.insert(heads);
  }
  // Nothing, all, the first write alone, the second alone, and torn ones.
  for (const auto& heads : {base::Bytes{1, 1, 1, 1}, base::Bytes{2, 2, 3, 3}, base::Bytes{2, 2, 1, 1},
                            base::Bytes{1, 1, 3, 3}, base::Bytes{1, 2, 3, 1}}) {
    EXPECT_EQ(outcomes.count(heads), 1U) << base::to_hex(heads);
  }
}

TEST_F(DiskAfterACrash, OfTheProcessAloneHasEverything) {
  Disk disk(witness_, 1, 0);
  const auto file = disk.open("f", true);
  ASSERT_EQ(disk.write(*file, 0, base::Bytes(700, 1)), Disk::Outcome::ok);
  disk.settle(Ending::killed);
  EXPECT_EQ(content(disk, "f"), base::Bytes(700, 1));
}

TEST_F(DiskAfterACrash, MayBringBackAFileWhoseDeletionWasNotSynced) {
  int back = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk(witness_, seed, 0);
    const auto file = disk.open("f", true);
    ASSERT_EQ(disk.write(*file, 0, base::Bytes(10, 1)), Disk::Outcome::ok);
    ASSERT_EQ(disk.sync(*file), Disk::Outcome::ok);
    ASSERT_EQ(disk.remove("f", seed % 2 == 0), Disk::Outcome::ok);
    EXPECT_FALSE(disk.exists("f"));
    disk.settle(Ending::power_cut);
    EXPECT_FALSE(seed % 2 == 0 && disk.exists("f")) << "a synced deletion";
    back += disk.exists("f") ? 1 : 0;
  }
  EXPECT_GT(back, 0);
}

TEST_F(DiskAfterACrash, AnswersNothingUntilItIsSettled) {
  Disk disk(witness_, 1, 0);
  const auto file = disk.open("f", true);
  disk.end_process_at(2);
  EXPECT_EQ(disk.write(*file, 0, base::Bytes(10, 1)), Disk::Outcome::ok);
  EXPECT_EQ(disk.write(*file, 10, base::Bytes(10, 1)), Disk::Outcome::failed);
  EXPECT_TRUE(disk.ended());
  std::uint8_t byte = 0;
  EXPECT_EQ(disk.read(*file, 0, &byte, 1), Disk::Outcome::failed);
  EXPECT_EQ(disk.sync(*file), Disk::Outcome::failed);
  disk.settle(Ending::killed);
  EXPECT_EQ(disk.read(*file, 0, &byte, 1), Disk::Outcome::ok);
}

}  // namespace
}  // namespace sejawat::simulation
