#include "words.h"

#include <array>

namespace sejawat::simulation {
namespace {

constexpr std::array kWords = {"murid", "kelompok", "belakang", "berhenti", "bekerja", "soal",   "cerita",
                               "papan", "tulis",    "terlalu",  "cepat",    "diam",    "gambar", "pecahan",
                               "kelas", "membaca",  "bertanya", "hujan",    "waktu",   "habis"};
constexpr std::array kSubjects = {"Matematika", "IPAS", "Bahasa Indonesia", "PJOK"};

template <class Array>
auto pick(support::SeededRandom& random, const Array& from) {
  return from[random.below(from.size())];
}

}  // namespace

std::string unique_word(support::SeededRandom& random) {
  std::array<std::uint8_t, 6> bytes{};
  random.fill(bytes);
  return std::string(kMarker) + base::to_hex(bytes);
}

std::string sentence(support::SeededRandom& random, const std::string& word) {
  std::string text;
  for (std::uint64_t left = 3 + random.below(12); left > 0; --left)
    text += std::string(pick(random, kWords)) + " ";
  return text + word;
}

cycle::JournalEntry new_entry(support::SeededRandom& random, const std::string& word) {
  cycle::JournalEntry entry;
  random.fill(entry.id.bytes);
  entry.date = "2026-11-" + std::to_string(10 + random.below(20));
  entry.class_name = std::to_string(1 + random.below(6)) + "A";
  entry.subject = pick(random, kSubjects);
  cycle::JournalEvent event;
  event.domain = static_cast<cycle::Domain>(1 + random.below(3));
  event.happened = sentence(random, word);
  if (random.below(2) == 0) event.expected = sentence(random, unique_word(random));
  entry.events.push_back(std::move(event));
  if (random.below(4) == 0) entry.tags.push_back(unique_word(random));
  return entry;
}

void fill_in(cycle::JournalEntry& entry) {
  if (entry.date.empty()) entry.date = "2026-11-26";
  if (entry.kind.empty()) entry.kind = "daily";
  if (entry.events.empty()) entry.events.emplace_back();
  for (auto& event : entry.events) {
    if (event.happened.empty()) event.happened = "lagi";
    if (event.domain < cycle::Domain::pupils || event.domain > cycle::Domain::teacher) {
      event.domain = cycle::Domain::teacher;
    }
  }
}

void edit_somewhere(support::SeededRandom& random, cycle::JournalEntry& entry, const std::string& word) {
  switch (random.below(4)) {
    case 0: entry.mood = word; break;
    case 1: entry.subject = pick(random, kSubjects) + (" " + word); break;
    case 2: {
      cycle::JournalEvent event;
      event.domain = cycle::Domain::teacher;
      event.happened = sentence(random, word);
      if (entry.events.size() < 8) {
        entry.events.push_back(std::move(event));
        break;
      }
      [[fallthrough]];
    }
    default:
      if (entry.events.empty()) {
        entry.mood = word;
      } else {
        entry.events.front().gap = sentence(random, word);
      }
  }
}

}  // namespace sejawat::simulation
