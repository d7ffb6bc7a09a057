#include "net/static_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/bytes.h"
#include "crypto/hash.h"

namespace sejawat::net {
namespace {

constexpr std::size_t kMaxLevels = 16;
constexpr std::size_t kMaxTarget = 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(-1); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode_percent(std::string_view from, std::string& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != '%') {
      to.push_back(from[i]);
      continue;
    }
    if (i + 2 >= from.size() || hex(from[i + 1]) < 0 || hex(from[i + 2]) < 0) return false;
    to.push_back(static_cast<char>(hex(from[i + 1]) * 16 + hex(from[i + 2])));
    i += 2;
  }
  return true;
}

bool plain_name(const std::string& name) {
  if (name.empty() || name.front() == '.') return false;  // hidden, "." and ".."
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || c == '/') return false;
  }
  return true;
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// The names of an Accept-Encoding, without "q=0".
bool accepts(std::string_view list, std::string_view encoding) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    const std::size_t end = item.find_first_of("; ");
    if (item.substr(0, end) != encoding) continue;
    const std::string_view weight = end == std::string_view::npos ? "" : item.substr(end);
    return weight.find("q=0") == std::string_view::npos || weight.find("q=0.") != std::string_view::npos;
  }
  return false;
}

// Why a file could not be opened. That the system has no descriptor left says nothing of whether it is there.
base::Error unopened() {
  const bool exhausted = errno == EMFILE || errno == ENFILE;
  return base::error(exhausted ? base::Code::storage_failed : base::Code::not_found);
}

bool read_all(int fd, std::size_t size, std::string& content) {
  content.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(fd, content.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;  // changed under our hands: the next request sees it whole
    done += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> static_path(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  if (target.empty() || target.front() != '/' || target.size() > kMaxTarget) return std::nullopt;
  std::string decoded;
  if (!decode_percent(target.substr(1), decoded)) return std::nullopt;
  std::vector<std::string> path;
  for (std::size_t at = 0; at <= decoded.size();) {
    const std::size_t slash = std::min(decoded.find('/', at), decoded.size());
    path.push_back(decoded.substr(at, slash - at));
    at = slash + 1;
  }
  if (path.back().empty()) path.back() = "index.html";
  if (path.size() > kMaxLevels) return std::nullopt;
  for (const auto& name : path) {
    if (!plain_name(name)) return std::nullopt;
  }
  return path;
}

std::string_view content_type(std::string_view name) {
  struct Type {
    std::string_view ending;
    std::string_view type;
  };
  static constexpr std::array<Type, 19> kTypes{{{".html", "text/html; charset=utf-8"},
                                                {".js", "text/javascript; charset=utf-8"},
                                                {".mjs", "text/javascript; charset=utf-8"},
                                                {".css", "text/css; charset=utf-8"},
                                                {".json", "application/json"},
                                                {".webmanifest", "application/manifest+json"},
                                                {".wasm", "application/wasm"},
                                                {".svg", "image/svg+xml"},
                                                {".png", "image/png"},
                                                {".jpg", "image/jpeg"},
                                                {".jpeg", "image/jpeg"},
                                                {".webp", "image/webp"},
                                                {".avif", "image/avif"},
                                                {".gif", "image/gif"},
                                                {".ico", "image/x-icon"},
                                                {".woff2", "font/woff2"},
                                                {".txt", "text/plain; charset=utf-8"},
                                                {".pdf", "application/pdf"},
                                                {".map", "application/json"}}};
  const std::size_t dot = name.rfind('.');
  for (const auto& type : kTypes) {
    if (dot != std::string_view::npos && name.substr(dot) == type.ending) return type.type;
  }
  return "application/octet-stream";
}

bool is_hashed(const std::vector<std::string>& path) {
  constexpr std::size_t kHash = 8;
  if (path.size() < 2 || path.front() != "assets") return false;
  const std::string_view name = path.back();
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  std::size_t mark = name.find_last_of("-.", dot - 1);
  // The hash is base64url and may hold the sign that stands before it: then it has its usual length.
  if (mark != std::string_view::npos && dot - mark - 1 < kHash && dot > kHash + 1 &&
      name[dot - kHash - 1] == '-') {
    mark = dot - kHash - 1;
  }
  if (mark == std::string_view::npos || dot - mark - 1 < kHash) return false;
  // A word of small letters is a word.
  return name.substr(mark + 1, dot - mark - 1).find_first_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") !=
         std::string_view::npos;
}

base::Result<std::shared_ptr<const StaticFiles::File>> StaticFiles::load(
    const std::vector<std::string>& path) {
  Descriptor at(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (at.get() < 0) return unopened();
  std::string key;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int kind = i + 1 < path.size() ? O_DIRECTORY : O_NONBLOCK;  // a pipe in the folder blocks nobody
    const int next = ::openat(at.get(), path[i].c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind);
    if (next < 0) return unopened();
    at.reset(next);
    key += "/" + path[i];
  }
  struct stat stat {};
  if (::fstat(at.get(), &stat) != 0 || !S_ISREG(stat.st_mode)) return base::error(base::Code::not_found);
  const auto size = static_cast<std::size_t>(stat.st_size);
  if (size > kMaxFile) return base::error(base::Code::not_found);
  const auto known = kept_.find(key);
  if (known != kept_.end() && same(known->second.stat, stat)) return known->second.file;

  auto file = std::make_shared<File>();
  if (!read_all(at.get(), size, file->content)) return base::error(base::Code::not_found);
  std::array<std::uint8_t, 16> hash{};
  crypto::Hasher(crypto::label::kFileTag, hash.size()).raw(base::as_bytes(file->content)).finish(hash);
  file->etag.append(1, '"').append(base::to_base64url(hash)).append(1, '"');
  if (kept_bytes_ + size > kMaxKept) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  kept_bytes_ += size;
  kept_.insert_or_assign(key, Kept{stat, file});
  return std::shared_ptr<const File>(std::move(file));
}

base::Result<StaticFiles::Found> StaticFiles::find(std::string_view target,
                                                   std::string_view accept_encoding) {
  auto path = enabled() ? static_path(target) : std::nullopt;
  if (!path) return base::error(base::Code::not_found);
  Found found;
  found.type = content_type(path->back());
  found.immutable = is_hashed(*path);
  struct Variant {
    std::string_view encoding;
    std::string_view ending;
  };
  static constexpr std::array<Variant, 2> kVariants{{{"br", ".br"}, {"gzip", ".gz"}}};
  const std::string name = path->back();
  for (const auto& variant : kVariants) {
    if (!accepts(accept_encoding, variant.encoding)) continue;
    path->back() = name + std::string(variant.ending);
    auto packed = load(*path);
    if (packed.code() == base::Code::not_found) continue;
    SJ_TRY(found.file, std::move(packed));
    found.encoding = variant.encoding;
    return found;
  }
  path->back() = name;
  SJ_TRY(found.file, load(*path));
  return found;
}

}  // namespace sejawat::net
