// What was written, as the simulator knows it from outside: every change that a call reported as saved, by
// its dot, and what each device shows of it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/core.h"
#include "world.h"

namespace sejawat::simulation {

// A change of one object. `word` stands in its text, or is empty (deletions and their undoing have none).
struct Change {
  base::ObjectId object;
  std::string word;
  bool sent = false;             // this device said so: nothing was pending
  std::set<log::Dot> knew = {};  // what its object held where it was made
};
// What was attached to an entry.
struct Photo {
  base::ObjectId parent;
  base::Bytes content;
  bool sent = false;  // this device said so: its carrier holds all of it
};
// A record of the school.
struct Shared {
  std::string word;
  bool sent = false;  // this device said so: nothing was pending
};
using SharedTexts = std::map<base::ObjectId, std::string>;  // by record: what it says
// Of one device.
struct Saved {
  std::map<log::Dot, Change> certain;  // reported as saved
  // Seen after an unsure call; certain as soon as a later call reports success.
  std::map<log::Dot, Change> seen;
  // A call that failed or never returned: all of it may be there, or nothing. Even what failed visibly may be
  // back after a crash: its commit stands in the write-ahead log until the next one takes its place.
  struct Unsure {
    std::vector<Change> changes;
    std::set<log::Dot> before;  // what the objects held before
  };
  std::vector<Unsure> unsure;
  std::map<log::Dot, base::ObjectId> erased;  // reported as erased
  std::map<base::ObjectId, Photo> photos;     // reported as attached
  std::set<base::ObjectId> photos_removed;    // reported as removed, or as erased with their entry
  std::map<base::ObjectId, Shared> shared;    // reported as shared
  bool knows(const log::Dot& dot) const { return certain.count(dot) + seen.count(dot) != 0; }
};

// What a device shows of one entry.
struct FoldedEntry {
  base::Bytes state;                        // everything a person can see, in one canonical form
  std::map<log::Dot, std::string> changes;  // with the text of the entry as it stood after each
  std::string text;
  std::string values;  // of its conflicts
  bool trashed = false;
  bool conflicted = false;
  bool restored_by_edit = false;
};
using Folded = std::map<base::ObjectId, FoldedEntry>;
base::Result<Folded> fold_all(api::Core& core);
// The changes of one object, each with the text of the entry after it; none when it is not there.
base::Result<std::map<log::Dot, std::string>> changes_of(api::Core& core, const base::ObjectId& object);

class Device;

// Somebody with a card and devices.
struct Person {
  std::uint64_t number = 0;
  std::string name;
  std::optional<std::string> card;  // its text
  std::vector<std::unique_ptr<Device>> devices;
  std::set<base::ObjectId> objects;  // all that any device of this person was told to write
  bool founder = false;
  bool everything_lost = false;
  std::optional<base::PersonId> id;  // once there is a card
  // Somebody removed this person, changed the role or revoked the invite; what became of it the records say.
  bool membership_touched = false;
  // A device of this person wrote on from an old copy: dots may name something else by then, words do not.
  bool has_old_copies = false;
  std::vector<Change> gone;  // what a restored device had written after its backup
  // And of that what its carrier held, which comes back from there.
  std::map<base::ObjectId, Photo> photos_sent_before;
  std::map<base::ObjectId, Shared> shared_sent_before;
  bool readmitted = false;  // the late work of revoked devices
  // Somebody was told to erase these: they may be gone anywhere, or still be there where that is not known.
  std::set<log::Dot> told_to_erase;
  std::set<std::string> erased_words;
  std::set<base::ObjectId> erased_objects;
  std::set<std::string> shared_words;              // all that any device was told to share
  std::set<base::Bytes> pictures;                  // all that any device was told to attach
  std::set<base::ObjectId> photos_told_to_remove;  // gone, or still there where that is not known

  Person();
  ~Person();
  std::vector<Device*> alive();
};

// The dots that every device must show in the end, those that it may show as well, and what was erased for
// certain, by devices that live and may: nobody shows it in the end.
struct Expected {
  std::map<log::Dot, Change> must;
  std::map<log::Dot, Change> may;
  std::map<log::Dot, base::ObjectId> erased;
};
Expected expected_of(Person& person);
// By object: the words of that which must be there, whatever dots carry them.
std::map<base::ObjectId, std::set<std::string>> expected_words(Person& person, const Expected& expected);
// Photos that every device of the person must list in the end, and a new phone can show.
std::map<base::ObjectId, Photo> expected_photos(Person& person);
// Changes of revoked devices beyond what the fences let through.
std::set<log::Dot> late_dots(Person& person);

}  // namespace sejawat::simulation
