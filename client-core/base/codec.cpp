#include "base/codec.h"

namespace sejawat::base {

void Writer::u32(std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Writer::u64(std::uint64_t value) {
  for (int i = 0; i < 8; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Writer::varint(std::uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<std::uint8_t>(value));
}

bool Reader::u8(std::uint8_t& value) {
  if (rest_.empty()) return fail();
  value = rest_[0];
  rest_ = rest_.subspan(1);
  return true;
}

bool Reader::u32(std::uint32_t& value) {
  if (rest_.size() < 4) return fail();
  value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(rest_[i]) << (8 * i);
  rest_ = rest_.subspan(4);
  return true;
}

bool Reader::u64(std::uint64_t& value) {
  if (rest_.size() < 8) return fail();
  value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(rest_[i]) << (8 * i);
  rest_ = rest_.subspan(8);
  return true;
}

bool Reader::varint(std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0;; shift += 7) {
    std::uint8_t byte = 0;
    if (!u8(byte)) return false;
    if (shift == 63 && byte > 1) return fail();
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return byte != 0 || shift == 0 ? true : fail();
  }
}

bool Reader::raw(std::size_t size, ByteView& out) {
  if (rest_.size() < size) return fail();
  out = rest_.subspan(0, size);
  rest_ = rest_.subspan(size);
  return true;
}

bool Reader::prefixed(std::size_t cap, ByteView& out) {
  std::uint64_t size = 0;
  if (!varint(size)) return false;
  if (size > cap || size > rest_.size()) return fail();
  return raw(static_cast<std::size_t>(size), out);
}

}  // namespace sejawat::base
