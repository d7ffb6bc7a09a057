// Byte strings and views: the currency between rooms. No ownership tricks: `Bytes` owns, `ByteView` borrows.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sejawat::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }
inline void append(Bytes& to, ByteView more) { to.insert(to.end(), more.begin(), more.end()); }

// Not constant time: for public data only. Secrets compare through crypto/.
inline bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

// Lower-case hexadecimal, for diagnostics, vectors and JSON.
std::string to_hex(ByteView bytes);
// False when the text is not an even number of hexadecimal digits.
bool from_hex(std::string_view text, Bytes& out);

// URL-safe Base64 without padding (RFC 4648 section 5): invite links and server addresses.
std::string to_base64url(ByteView bytes);
// False on any character outside the alphabet, on an impossible length, or on non-zero spare bits, so that
// one value has exactly one spelling.
bool from_base64url(std::string_view text, Bytes& out);

}  // namespace sejawat::base
