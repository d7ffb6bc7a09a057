// The web client's files under one folder, for GET and HEAD. Names are judged before the disk is touched, and
// opened step by step without following a symbolic link, so no name leads out of the folder or to a hidden
// file. Contents are kept in memory while they do not change. One thread.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace sejawat::net {

// Of a request target ("/assets/a%20b.js?x"): the names below the folder, "index.html" for a folder itself.
// nullopt for what no file of a web client is called: "..", hidden names, escapes that do not decode, control
// characters, backslashes, more than 16 levels.
std::optional<std::vector<std::string>> static_path(std::string_view target);
std::string_view content_type(std::string_view name);
// Whether the name holds its content's hash, as bundlers write it (assets/index-B7xQ_92a.js): such a file
// never changes.
bool is_hashed(const std::vector<std::string>& path);

class StaticFiles {
 public:
  struct File {
    std::string content;
    std::string etag;  // strong: a hash of the content, in quotes
  };
  struct Found {
    std::shared_ptr<const File> file;
    std::string_view type;
    std::string_view encoding;  // "", "br" or "gzip": a neighbour with that ending was there and accepted
    bool immutable = false;
  };
  static constexpr std::size_t kMaxFile = std::size_t{16} << 20;
  static constexpr std::size_t kMaxKept = std::size_t{64} << 20;

  explicit StaticFiles(std::string folder) : folder_(std::move(folder)) {}
  bool enabled() const { return !folder_.empty(); }
  // not_found: there is no such file, or none that is served; storage_failed: the system has no descriptor to
  // look with.
  base::Result<Found> find(std::string_view target, std::string_view accept_encoding);

 private:
  struct Kept {
    struct stat stat {};
    std::shared_ptr<const File> file;
  };
  base::Result<std::shared_ptr<const File>> load(const std::vector<std::string>& path);

  std::string folder_;
  std::unordered_map<std::string, Kept> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace sejawat::net
