// Bounded cursor over untrusted bytes and its writing twin: LEB128 varints, little-endian integers,
// length-prefixed strings. Used for canonical transcripts and for stored blobs; frames use protobuf.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"

namespace sejawat::base {

class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void varint(std::uint64_t value);
  void raw(ByteView bytes) { append(out_, bytes); }
  void prefixed(ByteView bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  const Bytes& bytes() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

// Every read returns false when the bytes do not hold it, and then the reader stays failed.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  bool u8(std::uint8_t& value);
  bool u32(std::uint32_t& value);
  bool u64(std::uint64_t& value);
  bool varint(std::uint64_t& value);  // refuses encodings longer than needed and over 64 bits
  bool raw(std::size_t size, ByteView& out);
  bool prefixed(std::size_t cap, ByteView& out);
  template <class Tag, std::size_t N>
  bool id(Id<Tag, N>& out) {
    ByteView view;
    if (!raw(N, view)) return false;
    std::memcpy(out.bytes.data(), view.data(), N);
    return true;
  }
  bool at_end() const { return !failed_ && rest_.empty(); }
  bool failed() const { return failed_; }
  std::size_t remaining() const { return rest_.size(); }

 private:
  bool fail() {
    failed_ = true;
    rest_ = {};
    return false;
  }
  ByteView rest_;
  bool failed_ = false;
};

}  // namespace sejawat::base
