#include "support/vectors.h"

#include <charconv>
#include <fstream>
#include <iterator>

namespace sejawat::support {
namespace {

const boost::json::value& member_of(const boost::json::value& object, std::string_view member) {
  const boost::json::value* found = object.as_object().if_contains(member);
  SJ_CHECK(found != nullptr);
  return *found;
}

template <class Number>
Number number_at(const boost::json::value& object, std::string_view member) {
  const auto& found = member_of(object, member);
  if (!found.is_string()) return found.to_number<Number>();
  const std::string_view text = found.as_string();
  Number number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  SJ_CHECK(failure == std::errc() && end == text.data() + text.size());
  return number;
}

}  // namespace

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
  base::Bytes bytes;
  SJ_CHECK(base::from_hex(text_at(object, member), bytes));
  return bytes;
}

std::uint64_t u64_at(const boost::json::value& object, std::string_view member) {
  return number_at<std::uint64_t>(object, member);
}
std::int64_t i64_at(const boost::json::value& object, std::string_view member) {
  return number_at<std::int64_t>(object, member);
}
std::string text_at(const boost::json::value& object, std::string_view member) {
  return std::string(std::string_view(member_of(object, member).as_string()));
}

}  // namespace sejawat::support
