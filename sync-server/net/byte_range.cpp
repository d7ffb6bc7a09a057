#include "byte_range.h"

#include <algorithm>
#include <charconv>

namespace sejawat::net {
namespace {

// Digits only. One that is beyond all files is as good as the greatest.
std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc::result_out_of_range ? SIZE_MAX : value;
}

}  // namespace

std::optional<ByteRange> byte_range(std::string_view header, std::size_t file_size) {
  constexpr std::string_view kUnit = "bytes=";
  if (header.substr(0, kUnit.size()) != kUnit) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto last = number(header.substr(dash + 1));
  if (dash == 0) {  // so many from the end
    if (!last) return std::nullopt;
    const std::size_t size = std::min(*last, file_size);
    return ByteRange{file_size - size, size};
  }
  const auto first = number(header.substr(0, dash));
  const bool open = dash + 1 == header.size();
  if (!first || (!open && (!last || *last < *first))) return std::nullopt;
  if (*first >= file_size) return ByteRange{};
  const std::size_t end = open ? file_size - 1 : std::min(*last, file_size - 1);
  return ByteRange{*first, end - *first + 1};
}

}  // namespace sejawat::net
