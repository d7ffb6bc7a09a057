// Questions that help to write (F2, F3): beside the fields of records and of a journal entry. After the
// instrument of the paper: clarity, variety, being on task, pupils taking part.
#pragma once

#include <string_view>
#include <vector>

namespace sejawat::cycle {

struct Prompt {
  const char* of;  // "KIND.FIELD"; of a journal entry "journal.pupils", "journal.expected" ...
  const char* indonesian;
  const char* english;
};
const std::vector<Prompt>& prompts();  // program lifetime
const Prompt* prompt(std::string_view of);

}  // namespace sejawat::cycle
