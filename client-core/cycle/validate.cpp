#include <set>

#include "cycle/journal.h"
#include "text_rules.h"

namespace sejawat::cycle {
namespace {

constexpr std::size_t kMaxEvents = 64;
constexpr std::size_t kMaxTags = 32;

base::Error invalid(const char* what) { return base::error(base::Code::invalid_argument, what); }

}  // namespace

const char* domain_name(Domain domain) {
  switch (domain) {
    case Domain::pupils: return "pupils";
    case Domain::methods: return "methods";
    case Domain::teacher: return "teacher";
  }
  return "pupils";
}

std::optional<Domain> domain_from(std::string_view name) {
  for (const auto domain : {Domain::pupils, Domain::methods, Domain::teacher}) {
    if (name == domain_name(domain)) return domain;
  }
  return std::nullopt;
}

base::Status validate(const JournalEntry& entry) {
  if (!days_of(entry.date)) return invalid("date: a calendar day as YYYY-MM-DD");
  if (entry.kind != "daily" && entry.kind != "trial") return invalid("kind: daily or trial");
  SJ_TRY_STATUS(check_text(entry.class_name, kMaxShort, "class"));
  SJ_TRY_STATUS(check_text(entry.subject, kMaxShort, "subject"));
  SJ_TRY_STATUS(check_text(entry.period, kMaxShort, "period"));
  SJ_TRY_STATUS(check_text(entry.mood, kMaxShort, "mood"));
  SJ_TRY_STATUS(check_text(entry.trial_id, kMaxShort, "trial_id"));
  if (entry.events.empty()) return invalid("events: at least one");
  if (entry.events.size() > kMaxEvents) return invalid("events: at most 64");
  std::set<std::uint32_t> elements;
  for (const auto& event : entry.events) {
    if (event.element >= kEventElements) return invalid("element: out of range");
    if (event.element != 0 && !elements.insert(event.element).second) return invalid("element: twice");
    if (event.domain < Domain::pupils || event.domain > Domain::teacher) return invalid("domain: unknown");
    if (event.happened.empty()) return invalid("happened: empty");
    SJ_TRY_STATUS(check_text(event.happened, kMaxText, "happened"));
    SJ_TRY_STATUS(check_text(event.expected, kMaxText, "expected"));
    SJ_TRY_STATUS(check_text(event.gap, kMaxText, "gap"));
  }
  if (entry.tags.size() > kMaxTags) return invalid("tags: at most 32");
  for (const auto& tag : entry.tags) {
    if (tag.empty()) return invalid("tags: empty");
    SJ_TRY_STATUS(check_text(tag, kMaxShort, "tags"));
  }
  return {};
}

}  // namespace sejawat::cycle
