#include "net/static_files.h"
#include "support/temporary_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sejawat::net {
namespace {

namespace fs = std::filesystem;
using Path = std::vector<std::string>;

TEST(StaticPath, NamesAFileBelowTheFolder) {
  EXPECT_EQ(static_path("/"), Path{"index.html"});
  EXPECT_EQ(static_path("/assets/a-1.js"), (Path{"assets", "a-1.js"}));
  EXPECT_EQ(static_path("/sub/"), (Path{"sub", "index.html"}));
  EXPECT_EQ(static_path("/a%20b.txt?v=1#x"), Path{"a b.txt"});
  EXPECT_EQ(static_path("/%E2%9C%93"), Path{"\xE2\x9C\x93"});
}

TEST(StaticPath, RefusesWhatClimbsHidesOrDoesNotDecode) {
  for (const char* target :
       {"",        "index.html",  "http://x/",   "//etc", "/a//b",  "/..",    "/../x",
        "/a/../b", "/%2e%2e/x",   "/%2E./x",     "/.",    "/./x",   "/.env",  "/a/.git/config",
        "/%2egit", "/a%2fb/../c", "/a%2f..%2fb", "/a\\b", "/a%5cb", "/a%00b", "/a%0ab",
        "/%7f",    "/%",          "/%4",         "/%zz",  "/%%41"}) {
    EXPECT_FALSE(static_path(target).has_value()) << target;
  }
  EXPECT_EQ(static_path("/a%2fb"), (Path{"a", "b"})) << "a slash is a slash, however it is written";
  EXPECT_FALSE(static_path("/" + std::string(1100, 'a')).has_value());
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "/a";
  EXPECT_FALSE(static_path(deep).has_value());
}

TEST(StaticPath, HashedAssetsAreKnownByTheirName) {
  EXPECT_TRUE(is_hashed({"assets", "index-B7xQ_92a.js"}));
  EXPECT_TRUE(is_hashed({"assets", "fonts", "inter.0a1b2c3d.woff2"}));
  for (const char* name : {"Settings-Dot521-E.js", "CardScreen--w0Za4iu.css", "worker-tfk-zxCb.js"})
    EXPECT_TRUE(is_hashed({"assets", name})) << "a hash may hold a dash: " << name;
  EXPECT_FALSE(is_hashed({"assets", "inter.woff2"}));
  EXPECT_FALSE(is_hashed({"assets", "my-holidays.jpg"}));
  EXPECT_FALSE(is_hashed({"assets", "index.js"}));
  EXPECT_FALSE(is_hashed({"assets", "index-old.js"}));
  EXPECT_FALSE(is_hashed({"index-B7xQ_92a.js"}));
  EXPECT_FALSE(is_hashed({"assets", "B7xQ_92a"}));
}

TEST(ContentType, IsByEnding) {
  EXPECT_EQ(content_type("a.wasm"), "application/wasm");
  EXPECT_EQ(content_type("a.b.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type("a.webmanifest"), "application/manifest+json");
  EXPECT_EQ(content_type("a.exe"), "application/octet-stream");
  EXPECT_EQ(content_type("js"), "application/octet-stream");
}

class Folder : public testing::Test {
 protected:
  Folder() {
    fs::create_directories(root / "web/assets");
    write("web/index.html", "halo");
    write("secret.txt", "rahasia");
    files.emplace((root / "web").string());
  }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(root / name, std::ios::binary) << content;
  }
  std::string content(const std::string& target, const std::string& accept = "") {
    const auto found = files->find(target, accept);
    return found.ok() ? found->file->content : "(none)";
  }
  support::TemporaryFolder own_folder;
  fs::path root = own_folder.path();
  std::optional<StaticFiles> files;
};

TEST_F(Folder, GivesContentAndATagThatFollowsIt) {
  const auto first = files->find("/", "");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->file->content, "halo");
  EXPECT_EQ(files->find("/index.html", "")->file, first->file) << "kept while it does not change";
  write("web/index.html", "lebih panjang");
  const auto second = files->find("/", "");
  EXPECT_EQ(second->file->content, "lebih panjang");
  EXPECT_NE(second->file->etag, first->file->etag);
  EXPECT_EQ(first->file->content, "halo") << "whoever is still sending it has it";
  write("web/copy.html", "lebih panjang");
  EXPECT_EQ(files->find("/copy.html", "")->file->etag, second->file->etag);
  fs::remove(root / "web/index.html");
  EXPECT_EQ(content("/"), "(none)");
}

TEST_F(Folder, FollowsNoLinkInIt) {
  fs::create_symlink(root / "secret.txt", root / "web/link.txt");
  fs::create_symlink("index.html", root / "web/inside.html");
  fs::create_directory_symlink(root, root / "web/up");
  EXPECT_EQ(content("/link.txt"), "(none)");
  EXPECT_EQ(content("/inside.html"), "(none)");
  EXPECT_EQ(content("/up/secret.txt"), "(none)");
}

TEST_F(Folder, MayItselfBeALink) {
  fs::create_directory_symlink(root / "web", root / "current");
  files.emplace((root / "current").string());
  EXPECT_EQ(content("/"), "halo");
}

TEST_F(Folder, ServesFilesOnly) {
  EXPECT_EQ(content("/assets"), "(none)");
  ASSERT_EQ(::mkfifo((root / "web/pipe").c_str(), 0600), 0);
  EXPECT_EQ(content("/pipe"), "(none)") << "and does not wait for a writer";
  fs::resize_file(root / "web/index.html", StaticFiles::kMaxFile + 1);
  EXPECT_EQ(content("/"), "(none)");
}

TEST_F(Folder, PrefersThePackedNeighbourThatIsAccepted) {
  write("web/a.js", "plain");
  write("web/a.js.br", "brotli");
  write("web/a.js.gz", "gzip");
  EXPECT_EQ(content("/a.js"), "plain");
  EXPECT_EQ(content("/a.js", "gzip, deflate, br"), "brotli");
  EXPECT_EQ(content("/a.js", "gzip;q=0.5"), "gzip");
  EXPECT_EQ(content("/a.js", "br;q=0, gzip"), "gzip");
  EXPECT_EQ(content("/a.js", "brx, xgzip"), "plain");
  const auto found = files->find("/a.js", "br");
  EXPECT_EQ(found->type, "text/javascript; charset=utf-8");
  EXPECT_EQ(found->encoding, "br");
}

// Whoever asks would take "there is none" for the truth, and a browser may keep it.
TEST_F(Folder, IsNotSaidToLackWhatThereIsNoDescriptorToLookFor) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{std::min<rlim_t>(before.rlim_cur, 64), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> taken;
  for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY))
    taken.push_back(fd);
  const auto plain = files->find("/", "");
  const auto packed = files->find("/", "br");
  ::close(taken.back());  // the folder can be looked into, and nothing in it
  taken.pop_back();
  const auto half = files->find("/", "br");
  for (const int fd : taken) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(plain.code(), base::Code::storage_failed);
  EXPECT_EQ(packed.code(), base::Code::storage_failed);
  EXPECT_EQ(half.code(), base::Code::storage_failed);
  EXPECT_EQ(files->find("/nowhere", "br").code(), base::Code::not_found);
}

TEST(StaticFilesOff, FindsNothing) {
  StaticFiles none("");
  EXPECT_FALSE(none.enabled());
  EXPECT_EQ(none.find("/etc/passwd", "").code(), base::Code::not_found);
}

}  // namespace
}  // namespace sejawat::net
