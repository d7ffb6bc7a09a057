// The Range of a request: what of a file somebody asks for who has the rest already (RFC 9110, 14). One range
// only: what a client needs that goes on where its line was cut.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sejawat::net {

struct ByteRange {
  std::size_t first = 0;
  std::size_t size = 0;  // 0: nothing of it is in the file, which is an answer of its own (416)
};

// nullopt: none, several, or something else; then the whole file is meant.
std::optional<ByteRange> byte_range(std::string_view header, std::size_t file_size);

}  // namespace sejawat::net
