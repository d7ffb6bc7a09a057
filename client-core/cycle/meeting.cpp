#include "cycle/meeting.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/order.h"
#include "cycle/names.h"
#include "text_rules.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

// Of several that were written for one thing apart from each other everybody takes the same.
bool smaller_id(const RecordView& a, const RecordView& b) { return a.record.id < b.record.id; }

// Who may write minutes of a meeting: what others write as such steers nothing.
constexpr std::uint16_t kScribes = owner | leader | recorder | facilitator | principal;

// Who has a turn: a teacher, or a problem without a name; "": no turn, but a point of its own.
const std::string& whose(const RecordView& item) {
  const std::string& teacher = item.value("teacher");
  return teacher.empty() ? item.value("problem") : teacher;
}

// Whether `item` says nothing but what `other` says, who has the same turn. Its place says nothing.
bool says_no_more(const RecordView& item, const RecordView& other) {
  if (item.conflicted()) return false;
  for (const auto* field : {"kind", "problem", "minutes", "decision", "skipped", "title"}) {
    const std::string& value = item.value(field);
    const bool nothing = value.empty() || (std::string_view(field) == "skipped" && value == "no");
    if (!nothing && value != other.value(field)) return false;
  }
  return true;
}

// Turns that two hosts wrote apart from each other are one, as long as the other says all that is said: what
// was decided in either is told.
bool is_duplicate(const RecordView& item, const std::vector<RecordView>& items) {
  if (whose(item).empty()) return false;
  return std::any_of(items.begin(), items.end(), [&](const RecordView& other) {
    if (other.record.id == item.record.id || whose(other) != whose(item) || !says_no_more(item, other))
      return false;
    return smaller_id(other, item) || !says_no_more(other, item);
  });
}

// What was decided in it; where two wrote apart from each other and nobody has chosen yet, both.
std::vector<std::string> decisions_of(const RecordView& item) {
  std::vector<std::string> all;
  if (!item.value("decision").empty()) all.push_back(item.value("decision"));
  for (const auto& versions : item.versions) {
    if (versions.field != "decision" || versions.merged) continue;
    for (const auto& version : versions.versions) {
      if (!version.value.empty() && version.value != item.value("decision")) all.push_back(version.value);
    }
  }
  return all;
}

// A day at most: a turn takes no longer, whatever somebody writes.
std::int64_t minutes_in(const RecordView& item) {
  return std::clamp<std::int64_t>(number_of(item.value("minutes")), 0, 24 * 60);
}

}  // namespace

base::Result<RecordView> Meetings::shown(const base::ObjectId& meeting) {
  SJ_TRY(auto view, records_.show(meeting));
  if (view.record.type != kWeeklyDiscussion) return base::error(base::Code::not_found, "weekly_discussion");
  return view;
}

base::Status Meetings::make_agenda(const base::ObjectId& meeting) {
  SJ_TRY(auto view, shown(meeting));
  SJ_TRY(auto there, agenda(meeting));
  std::set<std::string> have;
  for (const auto& item : there.items) have.insert(whose(item));
  // Oldest first: lists are newest first, so the last one found of a teacher is the oldest.
  store::RecordFilter open;
  open.type = kProblem;
  open.space = view.space;
  open.ended = false;
  SJ_TRY(auto problems, records_.all(open));
  struct Turn {
    std::optional<base::PersonId> teacher;
    const RecordView* problem = nullptr;
  };
  std::vector<Turn> turns;
  // A problem without a name has a turn of its own: beside its teacher it would have one.
  std::set<base::ObjectId> unnamed;
  for (const auto& problem : problems) {
    SJ_TRY(const bool hidden, name_hidden(records_, problem));
    if (!hidden) continue;
    unnamed.insert(problem.record.id);
    if (problem.state == "postponed" || have.count(problem.record.id.hex()) != 0) continue;
    turns.push_back({std::nullopt, &problem});
  }
  for (const auto& person : desk_.members(view.space)) {
    if (have.count(person.hex()) != 0) continue;
    Turn turn{person, nullptr};
    for (const auto& problem : problems) {
      if (unnamed.count(problem.record.id) != 0 || problem.state == "postponed") continue;
      if (problem.owner == person) turn.problem = &problem;
    }
    turns.push_back(turn);
  }
  base::sort_stably(turns, [](const Turn& a, const Turn& b) {
    if ((a.problem == nullptr) != (b.problem == nullptr)) return a.problem != nullptr;
    return a.problem != nullptr && a.problem->date < b.problem->date;
  });
  std::int64_t place = static_cast<std::int64_t>(there.items.size());
  for (const auto& turn : turns) {
    Record item;
    item.type = kAgendaItem;
    item.values = {{"meeting", meeting.hex()}, {"kind", "problem"}, {"place", std::to_string(++place)}};
    if (turn.teacher) item.values["teacher"] = turn.teacher->hex();
    if (turn.problem != nullptr) item.values["problem"] = turn.problem->record.id.hex();
    SJ_TRY(auto id, cycle_.begin(view.space, item));
    static_cast<void>(id);
  }
  return {};
}

base::Result<AgendaView> Meetings::agenda(const base::ObjectId& meeting) {
  AgendaView result;
  SJ_TRY(auto items, records_.naming(meeting, kAgendaItem, "meeting"));
  std::sort(items.begin(), items.end(), smaller_id);
  std::vector<bool> again;
  for (const auto& item : items) again.push_back(is_duplicate(item, items));
  for (std::size_t i = 0; i < items.size(); ++i)
    (again[i] ? result.duplicates : result.items).push_back(std::move(items[i]));
  base::sort_stably(result.items, [](const RecordView& a, const RecordView& b) {
    return number_of(a.value("place")) < number_of(b.value("place"));
  });
  // Two hosts who timed one turn apart timed the same minutes.
  std::map<std::pair<std::string, std::string>, std::int64_t> of_turn;
  for (const auto& item : result.items) {
    const bool on_topic = item.value("kind").empty() || item.value("kind") == "problem";
    std::int64_t& sum = on_topic ? result.minutes_on_topic : result.minutes_other;
    if (whose(item).empty()) {
      sum += minutes_in(item);
      continue;
    }
    std::int64_t& counted = of_turn[{whose(item), item.value("kind") + "/" + item.value("problem")}];
    sum += std::max<std::int64_t>(0, minutes_in(item) - counted);
    counted = std::max(counted, minutes_in(item));
  }
  return result;
}

base::Result<base::ObjectId> Meetings::add_idea(const base::ObjectId& meeting, std::string_view text,
                                                const std::optional<base::ObjectId>& problem) {
  SJ_TRY(auto view, shown(meeting));
  Record idea;
  idea.type = kIdea;
  idea.values = {{"meeting", meeting.hex()}, {"text", std::string(text)}};
  if (problem) idea.values["problem"] = problem->hex();
  return cycle_.begin(view.space, idea);
}

base::Result<std::vector<IdeaView>> Meetings::ideas(const base::ObjectId& meeting) {
  SJ_TRY(auto view, shown(meeting));
  const bool hidden = view.state == "scheduled" || view.state == "turns" || view.state == "brainstorm";
  SJ_TRY(auto written, records_.naming(meeting, kIdea, "meeting"));
  SJ_TRY(auto groupings, records_.naming(meeting, kGrouping, "meeting"));
  std::vector<IdeaView> result;
  for (auto& idea : written) {
    IdeaView row;
    const RecordView* newest = nullptr;
    for (const auto& grouping : groupings) {
      if (grouping.value("idea") != idea.record.id.hex()) continue;
      if (newest == nullptr || newest->lamport < grouping.lamport ||
          (newest->lamport == grouping.lamport && smaller_id(*newest, grouping))) {
        newest = &grouping;
      }
    }
    if (newest != nullptr) row.cluster = newest->value("cluster");
    row.idea = std::move(idea);
    if (hidden && !(row.idea.owner == desk_.me())) {
      row.name_hidden = true;
      row.idea.owner = {};
    }
    result.push_back(std::move(row));
  }
  return result;
}

base::Status Meetings::group(const base::ObjectId& idea, std::string_view cluster) {
  SJ_TRY(auto view, records_.show(idea));
  if (view.record.type != kIdea) return base::error(base::Code::not_found, "idea");
  Record grouping;
  grouping.type = kGrouping;
  grouping.values = {
      {"meeting", view.value("meeting")}, {"idea", idea.hex()}, {"cluster", std::string(cluster)}};
  SJ_TRY(auto id, cycle_.begin(view.space, grouping));
  static_cast<void>(id);
  return {};
}

base::Result<std::vector<base::ObjectId>> Meetings::formulate(const base::ObjectId& meeting) {
  SJ_TRY(auto view, shown(meeting));
  SJ_TRY(auto all, ideas(meeting));
  SJ_TRY(auto there, records_.naming(meeting, kAlternative, "meeting"));
  std::set<std::pair<std::string, std::string>> have;
  for (const auto& one : there) have.insert({one.value("problem"), one.value("title")});
  // Ideas of one problem under one word belong together; one without a word stands for itself.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> groups;
  for (const auto& one : all) {
    const std::string& text = one.idea.value("text");
    groups[{one.idea.value("problem"), title_of(one.cluster.empty() ? text : one.cluster)}].push_back(text);
  }
  std::vector<base::ObjectId> made;
  for (const auto& [key, texts] : groups) {
    if (have.count(key) != 0) continue;
    Record alternative;
    alternative.type = kAlternative;
    alternative.values = {{"title", key.second}, {"meeting", meeting.hex()}, {"source", "peer"}};
    std::string description;
    for (const auto& text : texts) description += (description.empty() ? "" : "\n") + text;
    alternative.values["description"] = fitting(description);
    const auto problem = object_of(key.first);
    if (problem) {
      SJ_TRY(auto id, cycle_.propose(*problem, alternative));
      made.push_back(id);
      continue;
    }
    SJ_TRY(auto id, cycle_.begin(view.space, alternative));
    SJ_TRY_STATUS(cycle_.step({id, "available", "", "", std::nullopt}));
    made.push_back(id);
  }
  return made;
}

base::Result<base::ObjectId> Meetings::attend(const base::ObjectId& meeting, const base::PersonId& person,
                                              std::string_view status, std::string_view time) {
  SJ_TRY(auto view, shown(meeting));
  const bool self = person == desk_.me();
  SJ_TRY(auto there, records_.naming(meeting, kAttendance, "meeting"));
  for (const auto& one : there) {
    if (!(one.owner == desk_.me()) || one.value("person") != person.hex()) continue;
    SJ_TRY_STATUS(
        cycle_.change({one.record.id, {{"status", std::string(status)}, {"time", std::string(time)}}, {}}));
    return one.record.id;
  }
  Record attendance;
  attendance.type = kAttendance;
  attendance.values = {{"meeting", meeting.hex()},
                       {"person", person.hex()},
                       {"status", std::string(status)},
                       {"way", self ? "self" : "recorded"}};
  if (!time.empty()) attendance.values["time"] = std::string(time);
  return cycle_.begin(view.space, attendance);
}

base::Result<std::vector<AttendanceView>> Meetings::attendance(const base::ObjectId& meeting) {
  SJ_TRY(auto view, shown(meeting));
  SJ_TRY(auto records, records_.naming(meeting, kAttendance, "meeting"));
  std::map<base::PersonId, AttendanceView> by_person;
  for (const auto& person : desk_.members(view.space)) by_person[person].person = person;
  for (auto& one : records) {
    base::Bytes bytes;
    if (!base::from_hex(one.value("person"), bytes)) continue;
    const auto person = base::PersonId::from(bytes);
    if (!person) continue;
    auto& row = by_person[*person];
    row.person = *person;
    if (!row.records.empty())
      row.disputed = row.disputed || row.records.front().value("status") != one.value("status");
    row.records.insert(row.records.begin(), std::move(one));
  }
  std::vector<AttendanceView> rows;
  for (auto& [person, row] : by_person) rows.push_back(std::move(row));
  return rows;
}

base::Result<MinutesDraft> Meetings::draft(const RecordView& meeting) {
  MinutesDraft draft;
  SJ_TRY(auto turns, agenda(meeting.record.id));
  std::set<std::string> lines, decided;
  for (const auto& item : turns.items) {
    std::string title = item.value("title");
    if (const auto problem = object_of(item.value("problem")); title.empty() && problem) {
      auto about = records_.show(*problem);
      if (about.ok()) title = about->value("title");
    }
    if (title.empty()) title = "-";
    const std::string line =
        item.value("place") + ". " + title + (item.value("skipped") == "yes" ? " (–)" : "") + "\n";
    if (lines.insert(line).second) draft.agenda += line;
    for (const auto& decision : decisions_of(item)) {
      if (decided.insert(decision).second) draft.decisions.push_back(fitting(decision));
    }
  }
  SJ_TRY(auto options, records_.naming(meeting.record.id, kAlternative, "meeting"));
  for (const auto& option : options) draft.proceedings += "• " + option.value("title") + "\n";
  // What does not fit stays where it was written; whoever writes the minutes sees that there is more.
  draft.agenda = fitting(draft.agenda);
  draft.proceedings = fitting(draft.proceedings);
  const std::size_t most = entity(kMinutes)->part("decisions")->most;
  if (draft.decisions.size() > most) {
    draft.decisions.resize(most);
    draft.decisions.back() = "…";
  }
  return draft;
}

base::Result<base::ObjectId> Meetings::write_minutes(const base::ObjectId& meeting) {
  SJ_TRY(auto view, shown(meeting));
  SJ_TRY(const auto there, minutes_of(meeting));
  // Asked before anything is written: minutes of whoever may not write any would be nobody's.
  SJ_TRY(const auto relation, records_.relation_of(meeting, desk_.me()));
  if (!there && (relation & kScribes) == 0) return base::error(base::Code::not_permitted, "minutes");
  if (view.state != "minutes_draft" && view.state != "ratified" && view.state != "archived")
    SJ_TRY_STATUS(cycle_.step({meeting, "minutes_draft", "", "", std::nullopt}));
  if (there) return there->record.id;
  SJ_TRY(auto written, draft(view));
  Record record;
  record.type = kMinutes;
  record.values = {{"meeting", meeting.hex()}};
  if (!written.agenda.empty()) record.values["agenda"] = written.agenda;
  if (!written.proceedings.empty()) record.values["proceedings"] = written.proceedings;
  for (const auto* field : {"leader", "recorder"}) {
    if (!view.value(field).empty()) record.values[field] = view.value(field);
  }
  for (const auto& decision : written.decisions)
    record.parts["decisions"].push_back({0, {{"text", decision}}});
  return cycle_.begin(view.space, record);
}

base::Result<std::optional<RecordView>> Meetings::minutes_of(const base::ObjectId& meeting) {
  SJ_TRY(auto written, records_.naming(meeting, kMinutes, "meeting"));
  std::sort(written.begin(), written.end(), smaller_id);
  for (auto& one : written) {
    SJ_TRY(const auto relation, records_.relation_of(meeting, one.owner));
    if ((relation & kScribes) != 0) return std::optional<RecordView>(std::move(one));
  }
  return std::optional<RecordView>();
}

base::Status Meetings::ratify(const base::ObjectId& meeting) {
  SJ_TRY(const auto minutes, minutes_of(meeting));
  if (!minutes) return base::error(base::Code::not_found, "minutes");
  if (minutes->state == "draft")
    SJ_TRY_STATUS(cycle_.step({minutes->record.id, "ratified", "", "", std::nullopt}));
  return cycle_.step({meeting, "ratified", "", "", std::nullopt});
}

}  // namespace sejawat::cycle
