// What a problem is about (F3): a list seeded from the paper, as data with a version, and what the school
// added. Results never mix versions: a problem names the version of the list that it chose from.
#pragma once

#include <string>
#include <vector>

#include "cycle/record.h"

namespace sejawat::cycle {

inline constexpr std::int64_t kCategoriesVersion = 1;

struct Category {
  std::string key;  // stable; what problems hold
  std::string indonesian, english;
  std::int64_t version = kCategoriesVersion;
  bool retired = false;  // readable in old problems, not offered for new ones
  bool own = false;      // of the school
};

const std::vector<Category>& built_in_categories();
// The built-in list in its order, then what the schools of `spaces` added, by key. A school's record with the
// key of a built-in category renames or retires it there.
base::Result<std::vector<Category>> categories(Records& records, const std::vector<base::SpaceId>& spaces);

}  // namespace sejawat::cycle
