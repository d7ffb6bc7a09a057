#include "cycle/names.h"

#include <algorithm>

namespace sejawat::cycle {
namespace {

bool says_so(const RecordView& problem) {
  if (problem.state == "withdrawn" || problem.value("hide_name") == "yes") return true;
  // Whose words were taken back once it had ended, or while a step elsewhere won.
  if (problem.record.values.empty()) return true;
  for (const auto& versions : problem.versions) {
    if (versions.field != "hide_name") continue;
    for (const auto& version : versions.versions) {
      if (version.value == "yes") return true;
    }
  }
  return false;
}

// What `field` of `view` names, when it is here.
base::Result<std::optional<RecordView>> named(Records& records, const RecordView& view, const char* field) {
  base::Bytes bytes;
  const std::string& hex = view.value(field);
  std::optional<base::ObjectId> id;
  if (!hex.empty() && base::from_hex(hex, bytes)) id = base::ObjectId::from(bytes);
  if (!id) return std::optional<RecordView>();
  auto found = records.show(*id);
  if (found.ok()) return std::optional<RecordView>(std::move(found).value());
  if (found.code() == base::Code::not_found) return std::optional<RecordView>();
  return std::move(found).error();
}

}  // namespace

base::Result<bool> name_hidden(Records& records, const RecordView& view) {
  switch (view.record.type) {
    case kProblem: return says_so(view);
    case kIdea: {
      SJ_TRY(auto meeting, named(records, view, "meeting"));
      return !meeting || meeting->state == "scheduled" || meeting->state == "rescheduled" ||
             meeting->state == "turns" || meeting->state == "brainstorm";
    }
    case kContribution:
      if (view.value("kind") == "me_too") return true;
      break;
    case kReflection:
    case kPractice: {
      SJ_TRY(auto trial, named(records, view, "trial"));
      if (!trial || !(trial->owner == view.owner)) return false;
      return name_hidden(records, *trial);
    }
    default: break;
  }
  const Entity* known = entity(view.record.type);
  if (known == nullptr || known->field("problem") == nullptr) return false;
  SJ_TRY(auto problem, named(records, view, "problem"));
  return problem && problem->owner == view.owner && says_so(*problem);
}

}  // namespace sejawat::cycle
