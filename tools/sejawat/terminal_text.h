// What other people wrote, made harmless for a terminal: a name that moves the cursor, sets the window's
// title or turns the reading direction round could show anything at all.
#pragma once

#include <streambuf>
#include <string>
#include <string_view>

namespace sejawat::cli {

// Control characters (all but newline and tab, in any of their spellings) and those that turn the direction
// of writing become U+FFFD; everything else stays as it is.
std::string harmless(std::string_view text);
// The same without newlines: a name is one line.
std::string one_line(std::string_view text);

// Passes on to `to` what is written, made harmless unless `as_it_is`, which is looked at when a line ends:
// programs read JSON as it is. Both are borrowed.
class TerminalText final : public std::streambuf {
 public:
  TerminalText(std::streambuf& to, const bool& as_it_is) : to_(to), as_it_is_(as_it_is) {}
  ~TerminalText() override { sync(); }
  TerminalText(const TerminalText&) = delete;
  TerminalText& operator=(const TerminalText&) = delete;

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool pass_on();

  std::streambuf& to_;
  const bool& as_it_is_;
  std::string line_;  // a character may come in pieces, a line does not
};

}  // namespace sejawat::cli
