#include "support/vectors.h"

#include <fstream>
#include <iterator>

#include "base/check.h"

namespace sejawat::support {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

boost::json::value load_vectors(std::string_view name) {
  const std::string text =
      read_file(std::string(SEJAWAT_TESTS_DIR "/vectors/") + std::string(name) + ".json");
  boost::json::error_code failure;
  boost::json::value value = boost::json::parse(text, failure);
  SJ_CHECK(!failure);
  return value;
}

base::Bytes hex_at(const boost::json::value& object, std::string_view member) {
  const boost::json::value* found = object.as_object().if_contains(member);
  SJ_CHECK(found != nullptr && found->is_string());
  base::Bytes bytes;
  SJ_CHECK(base::from_hex(std::string_view(found->as_string()), bytes));
  return bytes;
}

}  // namespace sejawat::support
