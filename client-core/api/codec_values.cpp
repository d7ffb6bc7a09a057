#include "codec_values.h"

#include "door_messages.h"

namespace sejawat::api::door {
namespace {

// Length of the UTF-8 character at `at`, 0 when there is none.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
      (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

}  // namespace

std::string text_of(std::string_view from) {
  std::string out;
  out.reserve(from.size());
  for (std::size_t at = 0; at < from.size();) {
    const std::size_t length = character_at(from, at);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out.append(from.substr(at, length));
      at += length;
    }
  }
  return out;
}

base::Result<std::size_t> read_limit(std::uint32_t limit) {
  if (limit > kMaxPage) return invalid_field("limit: at most 500");
  return limit == 0 ? kDefaultPage : static_cast<std::size_t>(limit);
}

}  // namespace sejawat::api::door
