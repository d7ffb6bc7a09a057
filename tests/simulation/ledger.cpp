#include "ledger.h"

#include "base/codec.h"
#include "device.h"

namespace sejawat::simulation {
namespace {

constexpr std::size_t kAll = 100000;

void put(base::Writer& writer, const std::string& text) { writer.prefixed(base::as_bytes(text)); }

void put(base::Writer& writer, const cycle::JournalEntry& entry) {
  writer.raw(entry.id.view());
  for (const auto* text : {&entry.date, &entry.class_name, &entry.subject, &entry.period, &entry.mood,
                           &entry.trial_id, &entry.kind}) {
    put(writer, *text);
  }
  writer.varint(entry.events.size());
  for (const auto& event : entry.events) {
    writer.varint(event.element);
    writer.u8(static_cast<std::uint8_t>(event.domain));
    for (const auto* text : {&event.happened, &event.expected, &event.gap}) put(writer, *text);
  }
  writer.varint(entry.tags.size());
  for (const auto& tag : entry.tags) put(writer, tag);
}

std::string text_of(const cycle::JournalEntry& entry) {
  std::string text = entry.subject + "\n" + entry.mood;
  for (const auto& event : entry.events)
    text += "\n" + event.happened + "\n" + event.expected + "\n" + event.gap;
  for (const auto& tag : entry.tags) text += "\n" + tag;
  return text;
}

}  // namespace

base::Result<std::map<log::Dot, std::string>> changes_of(api::Core& core, const base::ObjectId& object) {
  std::map<log::Dot, std::string> changes;
  auto revisions = core.revisions(object);
  if (revisions.code() == base::Code::not_found) return changes;
  if (!revisions.ok()) return std::move(revisions).error();
  for (const auto& revision : *revisions) changes[revision.dot] = text_of(revision.entry);
  return changes;
}

base::Result<Folded> fold_all(api::Core& core) {
  Folded folded;
  for (const bool trashed : {false, true}) {
    SJ_TRY(auto views, core.journal().list(trashed, 0, kAll));
    for (const auto& view : views) {
      FoldedEntry entry;
      base::Writer writer;
      put(writer, view.entry);
      writer.u8(view.trashed ? 1 : 0);
      writer.u8(view.restored_by_edit ? 1 : 0);
      writer.u64(static_cast<std::uint64_t>(view.wall_ms));
      for (const auto& conflict : view.conflicts) {
        writer.varint(conflict.element);
        put(writer, conflict.field);
        for (const auto& value : conflict.values) {
          put(writer, value);
          entry.values += value + "\n";
        }
      }
      SJ_TRY(auto revisions, core.revisions(view.entry.id));
      for (const auto& revision : revisions) {
        writer.raw(revision.dot.branch.view());
        writer.u64(revision.dot.position);
        writer.u64(static_cast<std::uint64_t>(revision.wall_ms));
        put(writer, revision.entry);
        entry.changes[revision.dot] = text_of(revision.entry);
      }
      entry.state = writer.take();
      entry.text = text_of(view.entry);
      entry.trashed = view.trashed;
      entry.conflicted = !view.conflicts.empty();
      entry.restored_by_edit = view.restored_by_edit;
      folded.emplace(view.entry.id, std::move(entry));
    }
  }
  return folded;
}

Person::Person() = default;
Person::~Person() = default;

std::vector<Device*> Person::alive() {
  std::vector<Device*> out;
  for (const auto& device : devices) {
    if (!device->lost()) out.push_back(device.get());
  }
  return out;
}

Expected expected_of(Person& person) {
  Expected expected;
  for (const auto& device : person.devices) {
    const Saved& saved = device->saved();
    const auto must = [&](const log::Dot& dot) {
      if (person.told_to_erase.count(dot) != 0) return false;
      // Late work: kept in quarantine, shown when it is readmitted. What the others may show: schedule.cpp.
      return !device->revoked || device->within.count(dot) != 0;
    };
    for (const auto& [dot, change] : saved.certain) {
      const bool safe = must(dot) && (!device->lost() || change.sent);
      (safe ? expected.must : expected.may).emplace(dot, change);
    }
    // What was seen after an unsure call is there as long as its device lives.
    for (const auto& [dot, change] : saved.seen)
      (device->lost() || !must(dot) ? expected.may : expected.must).emplace(dot, change);
    if (!device->lost() && !device->revoked) expected.erased.insert(saved.erased.begin(), saved.erased.end());
  }
  return expected;
}

std::map<base::ObjectId, std::set<std::string>> expected_words(Person& person, const Expected& expected) {
  std::map<base::ObjectId, std::set<std::string>> words;
  const auto add = [&](const Change& change) {
    if (!change.word.empty() && person.erased_words.count(change.word) == 0)
      words[change.object].insert(change.word);
  };
  for (const auto& [dot, change] : expected.must) add(change);
  for (const auto& change : person.gone) {
    if (change.sent) add(change);
  }
  return words;
}

std::map<base::ObjectId, Photo> expected_photos(Person& person) {
  std::map<base::ObjectId, Photo> photos;
  const auto add = [&](const base::ObjectId& id, const Photo& photo) {
    const bool gone = person.photos_told_to_remove.count(id) + person.erased_objects.count(photo.parent) != 0;
    if (!gone) photos.emplace(id, photo);
  };
  for (const auto& [id, photo] : person.photos_sent_before) add(id, photo);
  for (const auto& device : person.devices) {
    if (device->revoked) continue;
    for (const auto& [id, photo] : device->saved().photos) {
      if (!device->lost() || photo.sent) add(id, photo);
    }
  }
  return photos;
}

std::set<log::Dot> late_dots(Person& person) {
  std::set<log::Dot> late;
  for (const auto& device : person.devices) {
    if (!device->revoked || device->lost()) continue;
    for (const auto* changes : {&device->saved().certain, &device->saved().seen}) {
      for (const auto& [dot, change] : *changes) {
        if (device->within.count(dot) == 0 && person.told_to_erase.count(dot) == 0) late.insert(dot);
      }
    }
  }
  return late;
}

}  // namespace sejawat::simulation
