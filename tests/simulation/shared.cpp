// What people write for each other: problems of the school and what others add to them. Whoever belongs reads
// all of it; what somebody wrote who did not belong any more waits until an admin takes it.
#include <algorithm>

#include "checks.h"
#include "device.h"

namespace sejawat::simulation {
namespace {

constexpr std::size_t kAll = 100000;

store::RecordFilter all_of(const base::SpaceId& space, cycle::Type type) {
  store::RecordFilter filter;
  filter.space = space;
  filter.type = type;
  filter.limit = kAll;
  return filter;
}

std::string text_of(const cycle::RecordView& view) {
  std::string text = view.state;
  for (const auto& [field, value] : view.record.values) text += "\n" + value;
  return text;
}

base::Result<SharedTexts> shared_of(api::Core& core, const base::SpaceId& space) {
  SharedTexts shown;
  for (const cycle::Type type : {cycle::kProblem, cycle::kContribution}) {
    SJ_TRY(auto views, core.cycle().records().list(all_of(space, type)));
    for (const auto& view : views) shown[view.record.id] = text_of(view);
  }
  return shown;
}

bool shows(const SharedTexts& shown, const base::ObjectId& id, const std::string& word) {
  const auto found = shown.find(id);
  return found != shown.end() && found->second.find(word) != std::string::npos;
}

// Somebody who belongs in the end, with a device that reads on.
bool reads(const space::Membership& membership, const Person& person, const Device& device) {
  const auto role = person.id ? membership.role_of(*person.id) : std::nullopt;
  return role && *role >= space::WireRole::reader && !person.membership_touched && !device.revoked &&
         device.id && membership.devices().count(*device.id) != 0;
}

// Whoever was removed, demoted or never admitted, and has brought all that they wrote for the school. A
// server that lost it since asks them again, so that it counts for as long as they live.
bool has_brought_shared(Device& device, const base::SpaceId& school) {
  auto status = device.status();
  return status.ok() && has_brought_all(*status, school) &&
         std::all_of(status->carriers.begin(), status->carriers.end(),
                     [](const auto& carrier) { return carrier.refusals.empty(); });
}

// What waits in quarantine here of the school: words that can be read, and how many segments cannot.
struct Waiting {
  std::string words;
  std::uint64_t unreadable = 0;
};
base::Result<Waiting> waiting_in_quarantine(api::Core& core, const base::SpaceId& school) {
  Waiting waiting;
  SJ_TRY(const auto rows, core.quarantine());
  for (const auto& row : rows) {
    if (!(row.space == school)) continue;
    SJ_TRY(const auto work, core.quarantined_work(row.log));
    waiting.unreadable += work.unreadable;
    for (const auto& change : work.changes) {
      for (const auto& field : change.fields) waiting.words += field.value.value_or("") + "\n";
    }
  }
  return waiting;
}

}  // namespace

// Not there: no member yet, or no more; or the keys have not come.
void Device::share() {
  const auto school = community();
  if (!school || !has_person()) return;
  const std::string word = unique_word(words_);
  std::optional<base::ObjectId> of;
  if (words_.below(2) == 0) {
    auto problems = core_->cycle().records().list(all_of(*school, cycle::kProblem));
    if (!settle_call("problems", problems.code())) return;
    if (!problems->empty()) of = (*problems)[words_.below(problems->size())].record.id;
  }
  did(1);
  person_.shared_words.insert(word);
  cycle::ProblemDraft draft;
  draft.values["title"] = sentence(words_, word);
  auto made = of ? core_->cycle().contribute(*of, "why", sentence(words_, word))
                 : core_->cycle().share_problem(draft, *school);
  if (!settle_call("share", made.code(), {base::Code::not_found, base::Code::not_permitted})) return;
  now_durable();
  saved_.shared[*made] = {word, false};
  world_.witness.sometimes(Sometimes::something_is_shared);
  tell_live();
}

void Device::check_shared_saved() {
  if (saved_.shared.empty()) return;
  const auto school = community();
  auto shown = school ? shared_of(*core_, *school) : base::Result<SharedTexts>(SharedTexts());
  if (disk_.met_error() || disk_.ended()) return;
  for (const auto& [id, shared] : saved_.shared) {
    world_.witness.always(Always::saved_is_durable, shown.ok() && shows(*shown, id, shared.word),
                          "device " + std::to_string(number_) + " came back without what it had shared");
  }
}

// Of all members who can still be asked: what they share all of them show, and nothing else.
void check_shared(School& school) {
  Witness& witness = school.world().witness;
  const auto* membership = school.community() ? school.home().membership(*school.community()) : nullptr;
  if (membership == nullptr) return;
  std::map<base::ObjectId, std::string> must;
  std::set<std::string> may;
  for (const auto& person : school.people()) {
    may.insert(person->shared_words.begin(), person->shared_words.end());
    if (!person->membership_touched) {
      for (const auto& [id, shared] : person->shared_sent_before) must[id] = shared.word;
    }
    for (const auto& device : person->devices) {
      if (person->membership_touched || device->revoked) continue;
      for (const auto& [id, shared] : device->saved().shared) {
        if (!device->lost() || shared.sent) must[id] = shared.word;
      }
    }
  }
  std::optional<SharedTexts> first;
  for (const auto& person : school.people()) {
    for (Device* device : person->alive()) {
      if (!device->has_person() || !reads(*membership, *person, *device)) continue;
      auto shown = shared_of(device->core(), *school.community());
      if (!witness.always(Always::codes_are_expected, shown.ok(), "shared records cannot be listed")) return;
      for (const auto& [id, word] : must) {
        witness.always(Always::nothing_is_lost, shows(*shown, id, word),
                       where(*person, *device) + " lacks what was shared");
      }
      for (const auto& [id, text] : *shown) {
        const auto at = text.find(kMarker);
        const bool known = at == std::string::npos || may.count(text.substr(at, kMarker.size() + 12)) != 0;
        witness.always(Always::nothing_is_invented, known,
                       where(*person, *device) + " shows what nobody shared");
      }
      witness.sometimes(Sometimes::shared_words_are_read, first && !must.empty());
      if (first) {
        witness.always(Always::devices_converge, *first == *shown,
                       where(*person, *device) + " shows another school");
      } else {
        first = std::move(*shown);
      }
    }
  }
}

// What somebody wrote for the school who was removed or given another role meanwhile: it counts, or it waits
// where members see it and an admin can take it.
void check_late_shared(School& school) {
  Witness& witness = school.world().witness;
  const auto* membership = school.community() ? school.home().membership(*school.community()) : nullptr;
  if (membership == nullptr) return;
  const base::SpaceId id = *school.community();
  std::map<base::ObjectId, std::string> brought;
  for (const auto& person : school.people()) {
    for (Device* device : person->alive()) {
      if (!person->membership_touched && !device->revoked) continue;
      if (!device->has_person() || !has_brought_shared(*device, id)) continue;
      for (const auto& [object, shared] : device->saved().shared) brought[object] = shared.word;
    }
  }
  if (brought.empty()) return;
  for (const auto& person : school.people()) {
    for (Device* device : person->alive()) {
      if (!device->has_person() || !reads(*membership, *person, *device)) continue;
      auto shown = shared_of(device->core(), id);
      auto waiting = waiting_in_quarantine(device->core(), id);
      if (!witness.always(Always::codes_are_expected, shown.ok() && waiting.ok(),
                          "late work of members cannot be listed")) {
        return;
      }
      for (const auto& [object, word] : brought) {
        const bool waits = waiting->words.find(word) != std::string::npos;
        witness.sometimes(Sometimes::late_shared_work_waits, waits);
        witness.always(Always::late_work_is_kept,
                       shows(*shown, object, word) || waits || waiting->unreadable > 0,
                       where(*person, *device) + " lacks what a former member had shared");
      }
    }
  }
}

}  // namespace sejawat::simulation
