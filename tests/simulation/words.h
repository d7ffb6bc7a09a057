// What people write in the simulator. Every text holds a word that occurs nowhere else, and all of those
// begin with the same marker: where the marker can be read, something leaked.
#pragma once

#include <string>
#include <string_view>

#include "cycle/journal.h"
#include "support/fakes.h"

namespace sejawat::simulation {

inline constexpr std::string_view kMarker = "zqkanari";

std::string unique_word(support::SeededRandom& random);
std::string sentence(support::SeededRandom& random, const std::string& word);
// A whole entry whose first event's `happened` holds `word`.
cycle::JournalEntry new_entry(support::SeededRandom& random, const std::string& word);
// Of an entry that was erased an edit may be left that was written unaware of it; whoever edits that fills in
// what is asked for.
void fill_in(cycle::JournalEntry& entry);
// Changes one of a few fields, so that two devices often change the same one; `word` stands in the result.
void edit_somewhere(support::SeededRandom& random, cycle::JournalEntry& entry, const std::string& word);

}  // namespace sejawat::simulation
