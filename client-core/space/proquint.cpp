#include "proquint.h"

namespace sejawat::space {
namespace {

constexpr std::string_view kConsonants = "bdfghjklmnprstvz";
constexpr std::string_view kVowels = "aiou";

}  // namespace

std::string proquint(std::uint32_t value) {
  return {kConsonants[value >> 12 & 15], kVowels[value >> 10 & 3], kConsonants[value >> 6 & 15],
          kVowels[value >> 4 & 3], kConsonants[value & 15]};
}

bool from_proquint(std::string_view text, std::uint32_t& value) {
  if (text.size() != 5) return false;
  value = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const bool vowel = i % 2 == 1;
    const std::size_t at = (vowel ? kVowels : kConsonants).find(text[i]);
    if (at == std::string_view::npos) return false;
    value = (value << (vowel ? 2 : 4)) | static_cast<std::uint32_t>(at);
  }
  return true;
}

}  // namespace sejawat::space
