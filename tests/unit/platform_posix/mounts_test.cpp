#include "platform_posix/mounts.h"

#include <gtest/gtest.h>

namespace sejawat::platform {
namespace {

TEST(Mounts, NetworkFileSystemsAreKnownByTheirNumbers) {
  EXPECT_STREQ(network_file_system(0x6969, "nfs4"), "NFS");
  EXPECT_STREQ(network_file_system(0x517B, "smb"), "SMB");
  EXPECT_STREQ(network_file_system(0xFF534D42, "cifs"), "CIFS");
  EXPECT_STREQ(network_file_system(0xFFFFFFFFFE534D42, "smb3"), "SMB2") << "sign-extended by some kernels";
  EXPECT_STREQ(network_file_system(0x01021997, "9p"), "9P");
}

TEST(Mounts, DisksOfThisMachineAreNot) {
  EXPECT_EQ(network_file_system(0xEF53, "ext4"), nullptr);
  EXPECT_EQ(network_file_system(0x58465342, "xfs"), nullptr);
  EXPECT_EQ(network_file_system(0x9123683E, "btrfs"), nullptr);
  EXPECT_EQ(network_file_system(0x01021994, "tmpfs"), nullptr);
  EXPECT_EQ(network_file_system(0x794C7630, "overlay"), nullptr);
}

TEST(Mounts, FuseIsJudgedByWhatStandsBehindIt) {
  EXPECT_STREQ(network_file_system(0x65735546, "fuse.sshfs"), "sshfs");
  EXPECT_STREQ(network_file_system(0x65735546, "fuse.rclone"), "rclone");
  EXPECT_EQ(network_file_system(0x65735546, "fuseblk"), nullptr) << "a local NTFS disk";
}

TEST(Mounts, APathIsLookedUp) {
  const auto here = network_file_system_of(".");
  ASSERT_TRUE(here.ok());
  EXPECT_EQ(*here, "") << "tests run on a local disk";
  EXPECT_EQ(network_file_system_of("/no/such/folder").code(), base::Code::storage_failed);
}

}  // namespace
}  // namespace sejawat::platform
