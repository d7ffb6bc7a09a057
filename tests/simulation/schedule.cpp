#include "schedule.h"

#include <algorithm>

#include "checks.h"
#include "known_crypto.h"

namespace sejawat::simulation {

std::string where(const Person& person, const Device& device) {
  return "person " + std::to_string(person.number) + ", device " + std::to_string(device.number());
}

namespace {

bool shows(const FoldedEntry& entry, const std::string& word) {
  return std::any_of(entry.changes.begin(), entry.changes.end(),
                     [&](const auto& change) { return change.second.find(word) != std::string::npos; });
}

// Where an old copy wrote on, dots are not names for ever; what somebody wrote is there all the same.
void check_words(World& world, Person& person, Device& device, const Folded& folded,
                 const Expected& expected) {
  for (const auto& [object, words] : expected_words(person, expected)) {
    const auto entry = folded.find(object);
    for (const auto& word : words) {
      const bool there = entry != folded.end() && shows(entry->second, word);
      world.witness.always(Always::nothing_is_lost, there,
                           where(person, device) + " lacks words that were saved");
      world.witness.sometimes(Sometimes::old_copy_comes_back, there);
    }
  }
}

void check_dots(World& world, Person& person, Device& device, const Folded& folded,
                const Expected& expected) {
  Witness& witness = world.witness;
  std::map<log::Dot, const std::string*> present;
  for (const auto& [id, entry] : folded) {
    for (const auto& [dot, text] : entry.changes) present[dot] = &text;
  }
  for (const auto& [dot, change] : expected.must) {
    const auto found = present.find(dot);
    const bool there = found != present.end() && found->second->find(change.word) != std::string::npos;
    witness.always(Always::nothing_is_lost, there, where(person, device) + " lacks a change that was saved");
  }
  for (const auto& [dot, object] : expected.erased) {
    witness.always(Always::erased_stays_erased, present.count(dot) == 0,
                   where(person, device) + " shows what was erased");
    witness.sometimes(Sometimes::edit_survives_an_erasure, folded.count(object) != 0);
  }
  for (const auto& [dot, text] : present) {
    witness.always(Always::nothing_is_invented, expected.must.count(dot) + expected.may.count(dot) != 0,
                   where(person, device) + " shows a change that nobody made");
  }
}

// What nobody changed who knew of it is in sight: in the entry itself or, where several wrote at one time,
// among the values of a conflict.
void check_last_words(World& world, Person& person, Device& device, const Folded& folded,
                      const Expected& expected) {
  std::set<log::Dot> changed;
  for (const auto* changes : {&expected.must, &expected.may}) {
    for (const auto& [dot, change] : *changes) changed.insert(change.knew.begin(), change.knew.end());
  }
  for (const auto& [dot, change] : expected.must) {
    const auto entry = folded.find(change.object);
    if (change.word.empty() || changed.count(dot) != 0 || entry == folded.end()) continue;
    const bool in_sight = entry->second.text.find(change.word) != std::string::npos ||
                          entry->second.values.find(change.word) != std::string::npos;
    world.witness.always(Always::last_words_are_in_sight, in_sight,
                         where(person, device) + " hides what nobody changed since");
  }
}

// What the device itself wrote must be there; what others wrote may be, and what they erased.
Expected own_part(const Expected& expected, const Device& device) {
  Expected own;
  own.may = expected.may;
  own.erased = device.saved().erased;
  for (const auto& [dot, change] : expected.must) {
    const Change* written = nullptr;
    for (const auto* changes : {&device.saved().certain, &device.saved().seen}) {
      const auto found = changes->find(dot);
      if (found != changes->end()) written = &found->second;
    }
    // Two copies of a device that no server told of each other call different changes the same.
    if (written != nullptr) {
      own.must.emplace(dot, *written);
    } else {
      own.may.emplace(dot, change);
    }
  }
  return own;
}

// One device of a person against everything that is known from outside.
void check_device(World& world, Person& person, Device& device, const Folded& folded,
                  const Expected& expected) {
  Witness& witness = world.witness;
  for (const auto& [id, entry] : folded) {
    witness.always(Always::private_stays_private, person.objects.count(id) != 0,
                   where(person, device) + " shows an entry of somebody else");
    witness.sometimes(Sometimes::concurrent_edit_keeps_both, entry.conflicted);
    witness.sometimes(Sometimes::edit_wins_over_delete, entry.restored_by_edit);
  }
  if (person.has_old_copies) {
    check_words(world, person, device, folded, expected);
  } else {
    check_dots(world, person, device, folded, expected);
    check_last_words(world, person, device, folded, expected);
  }
  auto status = device.status();
  std::size_t personal = 0;
  for (const auto& space : status.ok() ? status->spaces : std::vector<api::SpaceStatus>{}) {
    personal += space.kind == space::SpaceKind::personal ? 1U : 0U;
    // Of a community that one no longer belongs to something may wait for ever.
    if (person.membership_touched && space.kind != space::SpaceKind::personal) continue;
    witness.always(Always::settles, space.unsealed_ops == 0 && space.waiting_segments == 0,
                   where(person, device) + " has something that waits" + waiting_of(device));
  }
  witness.always(Always::private_stays_private, personal == 1,
                 where(person, device) + " has " + std::to_string(personal) + " diaries");
  witness.always(Always::device_disk_is_sealed, !device.disk().holds(kMarker),
                 where(person, device) + " has readable text on its disk");
}

// Full-text search finds an entry by a word that stands in it alone.
void check_search(World& world, Person& person, Device& device, const Folded& folded) {
  for (const auto& [id, entry] : folded) {
    const auto at = entry.text.rfind(kMarker);
    if (entry.trashed || at == std::string::npos) continue;
    // Moods are not searched.
    const std::string word = entry.text.substr(at, kMarker.size() + 12);
    const auto mood = entry.text.find('\n');
    if (mood != std::string::npos && entry.text.compare(mood + 1, word.size(), word) == 0) continue;
    auto found = device.core().journal().search(word, 10);
    const bool one = found.ok() && found->size() == 1 && found->front().entry.id == id;
    world.witness.always(Always::text_is_found, one, where(person, device) + " does not find a word");
  }
}

bool same_state(const Folded& a, const Folded& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& left, const auto& right) {
           return left.first == right.first && left.second.state == right.second.state;
         });
}

}  // namespace

bool is_held(School& school, Person& person) {
  std::optional<base::SpaceId> personal;
  for (Device* device : person.alive()) {
    if (!personal) personal = device->personal_space();
  }
  return personal && std::any_of(school.servers().begin(), school.servers().end(),
                                 [&](const auto& server) { return server->hosts(*personal); });
}

void check_person(School& school, Person& person) {
  World& world = school.world();
  Witness& witness = world.witness;
  const Expected expected = expected_of(person);
  // Of whoever was removed before any server took their diary, or whose server was wiped since: nobody there
  // vouches for them. Each device keeps its own, and no server brings it to the others.
  const bool held = !person.membership_touched || is_held(school, person);
  std::optional<Folded> first;
  for (Device* device : person.alive()) {
    if (device->revoked) continue;
    auto folded = device->folded();
    if (!witness.always(Always::codes_are_expected, folded.ok(),
                        where(person, *device) + " cannot be shown: " + base::code_name(folded.code()))) {
      return;
    }
    check_device(world, person, *device, *folded, held ? expected : own_part(expected, *device));
    check_photos_listed(world, person, *device, !held);
    if (first && !held) continue;
    if (first) {
      witness.always(Always::devices_converge, same_state(*first, *folded),
                     where(person, *device) + " shows something else");
    } else {
      check_search(world, person, *device, *folded);
      first = std::move(*folded);
    }
  }
  witness.sometimes(Sometimes::all_devices_lost_and_recovered,
                    person.everything_lost && !expected.must.empty());
  if (!person.card || !first || witness.failed()) return;

  // What no carrier holds no card brings back.
  if (!held) return;

  // The phone is lost, the card in hand: a new phone has all that any carrier holds.
  Device& fresh = school.add_device(person);
  if (!witness.always(Always::card_brings_all_back, fresh.recover() && school.sync_now(fresh),
                      "recovery failed")) {
    return;
  }
  for (std::size_t site = 1; person.membership_touched && site < school.servers().size(); ++site) {
    school.go(fresh, site);
    school.sync_now(fresh);
  }
  auto folded = fresh.folded();
  witness.always(Always::card_brings_all_back, folded.ok() && same_state(*first, *folded),
                 where(person, fresh) +
                     " has not everything: " + std::to_string(folded.ok() ? folded->size() : 0) +
                     " entries of " + std::to_string(first->size()) + waiting_of(fresh));
  check_photos_come(school, person, fresh);
}

namespace {

constexpr std::array<std::pair<Shape, const char*>, 6> kShapes = {{{Shape::everything, "everything"},
                                                                   {Shape::text, "text"},
                                                                   {Shape::first, "first"},
                                                                   {Shape::cheats, "cheats"},
                                                                   {Shape::thefts, "thefts"},
                                                                   {Shape::copies, "copies"}}};

}  // namespace

const char* name_of(Shape shape) {
  for (const auto& [one, name] : kShapes) {
    if (one == shape) return name;
  }
  SJ_CHECK(false);
  return "";
}
std::optional<Shape> shape_of(std::string_view name) {
  for (const auto& [shape, one] : kShapes) {
    if (name == one) return shape;
  }
  return std::nullopt;
}

std::uint64_t nth_seed(std::uint64_t first, std::uint64_t n) {
  if (n == 0) return first;
  support::SeededRandom random(first ^ (n * 0xd1342543de82ef95ULL));
  return random.next() >> 16;  // short enough to be typed
}

ScheduleResult run_schedule(std::uint64_t seed, const std::string& folder, const ScheduleOptions& options) {
  const Planting planting(options.planted);
  const KnownCrypto known(options.look_up_crypto);
  install_vfs();
  seed_sqlite(seed);
  World world(seed);
  {
    School school(world, folder, options);
    school.bad_days();
    if (!world.witness.failed() && school.quiet_phase()) {
      check_servers(school);
      check_shared(school);
      check_late_shared(school);
      for (const auto& person : school.people()) check_person(school, *person);
    }
    for (const auto& server : school.servers()) {
      world.witness.always(Always::server_holds_no_plaintext, !server->disk().holds(kMarker),
                           "a server's disk shows what somebody wrote");
    }
  }
  ScheduleResult result;
  result.seed = seed;
  result.violation = world.witness.violation();
  result.counts = world.witness.counts();
  result.trace = world.witness.trace_hash();
  return result;
}

}  // namespace sejawat::simulation
