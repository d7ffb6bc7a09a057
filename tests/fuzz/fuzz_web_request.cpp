// What a browser asks for, as far as our own code reads it (Beast the rest): the target and the Range.
// needs: net
#include <cstdlib>

#include "byte_range.h"
#include "net/static_files.h"

namespace {

bool leads_out(const std::string& name) {
  if (name.empty() || name.front() == '.') return true;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f || letter == '/' || letter == '\\') return true;
  }
  return false;
}

}  // namespace

// The size of the file (a byte: its power of two), the target, a line's end, the header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t file = (std::size_t{1} << (data[0] % 64)) - (data[0] < 128 ? 1 : 0);
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto end = text.find('\n');
  const auto target = text.substr(0, end);
  if (const auto path = sejawat::net::static_path(target)) {
    if (path->empty() || path->size() > 16) std::abort();
    for (const auto& name : *path) {
      if (leads_out(name)) std::abort();
    }
    static_cast<void>(sejawat::net::is_hashed(*path));
    if (sejawat::net::content_type(path->back()).empty()) std::abort();
  }
  const auto header = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  if (const auto range = sejawat::net::byte_range(header, file)) {
    if (range->size != 0 && (range->first >= file || range->size > file - range->first)) std::abort();
  }
  return 0;
}
