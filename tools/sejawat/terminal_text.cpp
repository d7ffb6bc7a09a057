#include "terminal_text.h"

#include <algorithm>

namespace sejawat::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kLineMax = 64 * 1024;

// How many bytes at the start of `text` are one character that may not reach a terminal; 0: none.
std::size_t harmful(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  if (at(0) < 0x20 && text[0] != '\n' && text[0] != '\t') return 1;
  if (at(0) == 0x7F) return 1;
  if (at(0) == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) return 2;  // C1
  if (at(0) != 0xE2) return 0;
  if (at(1) == 0x80 && ((at(2) >= 0xAA && at(2) <= 0xAE) || at(2) == 0x8E || at(2) == 0x8F)) return 3;
  if (at(1) == 0x80 && (at(2) == 0xA8 || at(2) == 0xA9)) return 3;  // line and paragraph separators
  return at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9 ? 3 : 0;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = harmful(text);
    if (size == 0) {
      out.push_back(text[0]);
      text.remove_prefix(1);
    } else {
      out.append(kReplacement);
      text.remove_prefix(size);
    }
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out = harmless(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

bool TerminalText::pass_on() {
  const std::string text = as_it_is_ ? std::move(line_) : harmless(line_);
  line_.clear();
  return to_.sputn(text.data(), static_cast<std::streamsize>(text.size())) ==
         static_cast<std::streamsize>(text.size());
}

TerminalText::int_type TerminalText::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char one = traits_type::to_char_type(c);
  return xsputn(&one, 1) == 1 ? c : traits_type::eof();
}

std::streamsize TerminalText::xsputn(const char* text, std::streamsize size) {
  line_.append(text, static_cast<std::size_t>(size));
  if (line_.back() != '\n' && line_.size() < kLineMax) return size;
  return pass_on() ? size : 0;
}

int TerminalText::sync() {
  const bool passed = line_.empty() || pass_on();
  return to_.pubsync() == 0 && passed ? 0 : -1;
}

}  // namespace sejawat::cli
