#include "match_words.h"

#include <algorithm>

namespace sejawat::store {

std::string match_of(std::string_view words) {
  std::string match;
  std::size_t at = 0;
  while (at < words.size()) {
    const std::size_t start = words.find_first_not_of(" \t\r\n", at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(words.find_first_of(" \t\r\n", start), words.size());
    if (!match.empty()) match += ' ';
    match += '"';
    for (const char c : words.substr(start, end - start)) {
      if (c == '\0') continue;
      if (c == '"') match += '"';
      match += c;
    }
    match += '"';
    at = end;
  }
  if (!match.empty()) match += '*';
  return match;
}

}  // namespace sejawat::store
