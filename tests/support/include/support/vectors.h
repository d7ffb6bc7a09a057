// Golden vectors: JSON files under tests/vectors, bytes as hexadecimal text.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/ids.h"

namespace sejawat::support {

// tests/vectors/<name>.json. A file that is missing or is not JSON stops the test program.
boost::json::value load_vectors(std::string_view name);

// The bytes of a hexadecimal member; a member that is missing or malformed stops the test program.
base::Bytes hex_at(const boost::json::value& object, std::string_view member);

// An id or a key of exactly its length; as above otherwise.
template <class AnyId>
AnyId id_at(const boost::json::value& object, std::string_view member) {
  const auto id = AnyId::from(hex_at(object, member));
  SJ_CHECK(id.has_value());
  return *id;
}

// Numbers of 64 bits stand as decimal text, which no JSON reader rounds; smaller ones may stand as numbers.
std::uint64_t u64_at(const boost::json::value& object, std::string_view member);
std::int64_t i64_at(const boost::json::value& object, std::string_view member);
std::string text_at(const boost::json::value& object, std::string_view member);

// A whole file, for vectors that are not JSON. Empty when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace sejawat::support
