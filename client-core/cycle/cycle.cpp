#include "cycle/cycle.h"

#include <algorithm>
#include <set>

#include "base/order.h"
#include "cycle/categories.h"
#include "cycle/rounds.h"
#include "text_rules.h"
#include "together.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

base::Error invalid(std::string what) { return base::error(base::Code::invalid_argument, std::move(what)); }

}  // namespace

Cycle::Cycle(store::Store& store, Records& records, Journal& journal, Desk& desk)
    : store_(store), records_(records), journal_(journal), desk_(desk) {}

base::Result<Pen> Cycle::pen_of(const RecordView& view) { return desk_.pen(view.space); }

base::Result<base::ObjectId> Cycle::begin_at(const Pen& pen, const Record& record) {
  SJ_TRY(auto id, records_.begin(pen, record));
  changed_.push_back(id);
  return id;
}

base::Status Cycle::step_to(const RecordView& view, std::string_view to, std::string_view reason) {
  SJ_TRY(auto pen, pen_of(view));
  changed_.push_back(view.record.id);
  return records_.step(pen, {view.record.id, std::string(to), std::string(reason), "", std::nullopt});
}

base::Result<RecordView> Cycle::shown(const base::ObjectId& id, Type type) {
  SJ_TRY(auto view, records_.show(id));
  if (view.record.type != type) return base::error(base::Code::not_found, entity(type)->name);
  return view;
}

base::Result<std::optional<RecordView>> Cycle::if_here(const std::optional<base::ObjectId>& id, Type type) {
  if (!id) return std::optional<RecordView>();
  auto view = shown(*id, type);
  if (view.ok()) return std::optional<RecordView>(std::move(view).value());
  if (view.code() == base::Code::not_found) return std::optional<RecordView>();
  return std::move(view).error();
}

base::Result<bool> Cycle::may_step(const RecordView& view, std::string_view to) {
  const auto& machine = entity(view.record.type)->states;
  const State* from = machine.by_name(view.state);
  const State* target = machine.by_name(to);
  if (from == nullptr || target == nullptr) return false;
  const Transition* transition = machine.find(from->number, target->number);
  if (transition == nullptr) return false;
  const auto pen = pen_of(view);
  if (pen.code() == base::Code::not_found || pen.code() == base::Code::not_permitted) return false;
  if (!pen.ok()) return pen.error();
  SJ_TRY(const auto relation, records_.relation_of(view.record.id, desk_.me()));
  return (relation & transition->who) != 0;
}

base::Result<ProblemDraft> Cycle::draft_from_entry(const base::ObjectId& entry, std::uint32_t element) {
  SJ_TRY(auto view, journal_.show(entry));
  const auto& events = view.entry.events;
  const auto event = std::find_if(events.begin(), events.end(), [&](const JournalEvent& one) {
    return element == 0 || one.element == element;
  });
  if (event == events.end()) return base::error(base::Code::not_found, "event");
  ProblemDraft draft;
  draft.entry = entry;
  draft.event = event->element;
  const std::string& gap = event->gap.empty() ? event->happened : event->gap;
  draft.values["title"] = title_of(gap);
  draft.values["description"] = gap;
  if (!view.entry.subject.empty()) draft.values["subject"] = view.entry.subject;
  draft.values["found"] = view.entry.date;
  draft.values["category"] = event->domain == Domain::pupils    ? "pupil_behaviour"
                             : event->domain == Domain::methods ? "methods"
                                                                : "other";
  draft.values["category_version"] = std::to_string(kCategoriesVersion);
  return draft;
}

base::Result<ProblemDraft> Cycle::draft_from_problem(const base::ObjectId& problem) {
  SJ_TRY(auto view, shown(problem, kProblem));
  ProblemDraft draft;
  draft.values = view.record.values;
  draft.problem = problem;
  SJ_TRY(auto sources, records_.naming(problem, kProblemSource, "problem"));
  if (!sources.empty()) {
    draft.entry = object_of(sources.front().value("entry"));
    draft.event = static_cast<std::uint32_t>(number_of(sources.front().value("event")));
  }
  return draft;
}

// The link stays at home.
base::Status Cycle::link_source(const base::ObjectId& problem, const ProblemDraft& draft) {
  if (!draft.entry && !draft.problem) return {};
  Record source;
  source.type = kProblemSource;
  source.values["problem"] = problem.hex();
  if (draft.entry) source.values["entry"] = draft.entry->hex();
  if (draft.event != 0) source.values["event"] = std::to_string(draft.event);
  if (draft.problem) source.values["private_problem"] = draft.problem->hex();
  SJ_TRY(auto pen, desk_.pen(desk_.personal()));
  SJ_TRY(auto id, begin_at(pen, source));
  static_cast<void>(id);
  return {};
}

base::Result<base::ObjectId> Cycle::keep_problem(const ProblemDraft& draft) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto pen, desk_.pen(desk_.personal()));
    Record problem;
    problem.type = kProblem;
    problem.values = draft.values;
    SJ_TRY(auto id, begin_at(pen, problem));
    SJ_TRY_STATUS(link_source(id, draft));
    return id;
  });
}

base::Result<base::ObjectId> Cycle::share_problem(const ProblemDraft& draft, const base::SpaceId& with) {
  return together([&]() -> base::Result<base::ObjectId> {
    if (with == desk_.personal()) return invalid("space: your own is not shared");
    SJ_TRY(auto pen, desk_.pen(with));
    Record problem;
    problem.type = kProblem;
    problem.values = draft.values;
    SJ_TRY(auto id, begin_at(pen, problem));
    SJ_TRY(auto view, records_.show(id));
    SJ_TRY_STATUS(step_to(view, "shared"));
    SJ_TRY_STATUS(link_source(id, draft));
    if (draft.problem) {
      SJ_TRY(auto own, shown(*draft.problem, kProblem));
      if (own.state == "identified") SJ_TRY_STATUS(step_to(own, "shared"));
    }
    return id;
  });
}

base::Status Cycle::withdraw_problem(const base::ObjectId& problem) {
  return together([&]() -> base::Status {
    SJ_TRY(auto view, shown(problem, kProblem));
    SJ_TRY(auto pen, pen_of(view));
    // One that was solved or closed stays what it was: that was no wish to keep its words there for good.
    if (view.ended) {
      changed_.push_back(problem);
    } else {
      SJ_TRY_STATUS(step_to(view, "withdrawn"));
    }
    return records_.clear(pen, problem);
  });
}

base::Result<base::ObjectId> Cycle::daily_discussion(const base::SpaceId& space, std::string_view date) {
  return together([&]() -> base::Result<base::ObjectId> {
    store::RecordFilter today;
    today.type = kDailyDiscussion;
    today.space = space;
    today.from = today.until = std::string(date);
    SJ_TRY(auto found, records_.all(today));
    // Two who begin one on the same day apart from each other both did; everybody takes the same of the two.
    if (!found.empty()) {
      const auto first = std::min_element(
          found.begin(), found.end(),
          [](const RecordView& a, const RecordView& b) { return a.record.id < b.record.id; });
      return first->record.id;
    }
    SJ_TRY(auto pen, desk_.pen(space));
    Record discussion;
    discussion.type = kDailyDiscussion;
    discussion.values["date"] = std::string(date);
    return begin_at(pen, discussion);
  });
}

base::Result<base::ObjectId> Cycle::contribute(const base::ObjectId& problem, std::string_view kind,
                                               std::string_view text,
                                               const std::optional<base::ObjectId>& reply_to,
                                               const std::optional<base::ObjectId>& discussion) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(problem, kProblem));
    if (text.empty() && kind != "me_too") return invalid("text: missing");
    SJ_TRY(auto earlier, records_.naming(problem, kContribution, "problem"));
    Record contribution;
    contribution.type = kContribution;
    contribution.values = {{"problem", problem.hex()}, {"kind", std::string(kind)}};
    if (!text.empty()) contribution.values["text"] = std::string(text);
    if (reply_to) contribution.values["reply_to"] = reply_to->hex();
    if (discussion) contribution.values["discussion"] = discussion->hex();
    std::size_t rung = 1;
    for (const auto& one : earlier) {
      if (kind == "me_too" && one.value("kind") == "me_too" && one.owner == desk_.me()) return one.record.id;
      if (one.value("kind") == "why") ++rung;
    }
    if (kind == "why") contribution.values["step"] = std::to_string(rung);
    SJ_TRY(auto pen, pen_of(view));
    return begin_at(pen, contribution);
  });
}

base::Status Cycle::name_round(const RecordView& problem, Record& record) {
  SJ_TRY(const auto rounds, rounds_of(records_, problem));
  if (!rounds.empty()) record.values["round"] = rounds.back().record.record.id.hex();
  return {};
}

base::Result<base::ObjectId> Cycle::find_root(const base::ObjectId& problem, const Values& values) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(problem, kProblem));
    Record root;
    root.type = kRootCause;
    root.values = values;
    root.values["problem"] = problem.hex();
    SJ_TRY_STATUS(name_round(view, root));
    SJ_TRY(auto pen, pen_of(view));
    SJ_TRY(auto id, begin_at(pen, root));
    SJ_TRY_STATUS(step_to(view, "rooted"));
    return id;
  });
}

base::Result<base::ObjectId> Cycle::propose(const base::ObjectId& problem, const Record& given) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(problem, kProblem));
    Record alternative = given;
    alternative.type = kAlternative;
    alternative.values["problem"] = problem.hex();
    if (alternative.values.count("root_cause") == 0) {
      SJ_TRY(auto roots, records_.naming(problem, kRootCause, "problem"));
      for (const auto& root : roots) {
        SJ_TRY(const bool found, may_root(records_, view, root.owner));
        if (found) alternative.values["root_cause"] = root.record.id.hex();
      }
    }
    SJ_TRY(auto pen, pen_of(view));
    SJ_TRY(auto id, begin_at(pen, alternative));
    SJ_TRY(auto begun, records_.show(id));
    SJ_TRY_STATUS(step_to(begun, "available"));
    // Whoever may say so moves the problem on; others' proposals wait on the menu all the same.
    SJ_TRY(const bool moves, may_step(view, "alternatives"));
    if (moves) SJ_TRY_STATUS(step_to(view, "alternatives"));
    return id;
  });
}

base::Status Cycle::endorse(const base::ObjectId& alternative, bool yes) {
  return together([&]() -> base::Status {
    SJ_TRY(auto view, shown(alternative, kAlternative));
    SJ_TRY(auto pen, pen_of(view));
    SJ_TRY(auto given, records_.naming(alternative, kEndorsement, "alternative"));
    for (const auto& one : given) {
      if (!(one.owner == desk_.me())) continue;
      if (yes) return {};
      changed_.push_back(one.record.id);
      SJ_TRY_STATUS(records_.trash(pen, one.record.id));
    }
    if (!yes) return {};
    Record endorsement;
    endorsement.type = kEndorsement;
    endorsement.values["alternative"] = alternative.hex();
    SJ_TRY(auto id, begin_at(pen, endorsement));
    static_cast<void>(id);
    return {};
  });
}

base::Result<std::vector<MenuItem>> Cycle::menu(const base::SpaceId& space,
                                                const std::optional<base::ObjectId>& problem) {
  std::vector<RecordView> alternatives;
  if (problem) {
    SJ_TRY(alternatives, records_.naming(*problem, kAlternative, "problem"));
  } else {
    store::RecordFilter filter;
    filter.type = kAlternative;
    filter.space = space;
    SJ_TRY(alternatives, records_.all(filter));
  }
  std::vector<MenuItem> items;
  for (auto& alternative : alternatives) {
    if (alternative.state == "withdrawn") continue;
    MenuItem item;
    SJ_TRY(auto trials, records_.naming(alternative.record.id, kTrial, "alternative"));
    for (const auto& trial : trials) {
      const std::string& verdict = trial.value("verdict");
      if (verdict.empty() || trial.state == "cancelled") continue;
      ++item.tried;
      item.effective += verdict == "effective" ? 1 : 0;
      item.partly += verdict == "partly" ? 1 : 0;
    }
    SJ_TRY(auto endorsements, records_.naming(alternative.record.id, kEndorsement, "alternative"));
    // Once a person, however often they said so.
    std::set<base::PersonId> endorsed_by;
    for (const auto& one : endorsements) endorsed_by.insert(one.owner);
    item.endorsements = endorsed_by.size();
    item.alternative = std::move(alternative);
    items.push_back(std::move(item));
  }
  base::sort_stably(items, [](const MenuItem& a, const MenuItem& b) {
    if (a.effective != b.effective) return a.effective > b.effective;
    return a.endorsements > b.endorsements;
  });
  return items;
}

base::Result<base::ObjectId> Cycle::choose(const base::ObjectId& problem, const base::ObjectId& alternative,
                                           const Record& given) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto view, shown(problem, kProblem));
    SJ_TRY(auto option, shown(alternative, kAlternative));
    if (option.state == "withdrawn") return invalid("alternative: withdrawn");
    Record trial = given;
    trial.type = kTrial;
    trial.values["problem"] = problem.hex();
    trial.values["alternative"] = alternative.hex();
    SJ_TRY_STATUS(name_round(view, trial));
    SJ_TRY(auto pen, pen_of(view));
    SJ_TRY(auto id, begin_at(pen, trial));
    // Somebody else's problem may be one's own as well: then the trial is one's own, the problem stays
    // theirs.
    if (view.owner == desk_.me()) SJ_TRY_STATUS(step_to(view, "chosen"));
    return id;
  });
}

base::Result<base::ObjectId> Cycle::begin_training(const base::SpaceId& space, const Record& given) {
  return together([&]() -> base::Result<base::ObjectId> {
    Record training = given;
    training.type = kTraining;
    SJ_TRY(auto pen, desk_.pen(space));
    SJ_TRY(auto id, begin_at(pen, training));
    const auto plans = training.parts.find("plans");
    if (plans == training.parts.end()) return id;
    for (const auto& plan : plans->second) {
      Record alternative;
      alternative.type = kAlternative;
      alternative.values = {{"title", title_of(plan.values.at("text"))},
                            {"description", plan.values.at("text")},
                            {"source", "training"},
                            {"training", id.hex()}};
      const auto by = plan.values.find("by");
      if (by != plan.values.end() && !by->second.empty()) alternative.values["planned"] = by->second;
      SJ_TRY(auto option, begin_at(pen, alternative));
      SJ_TRY(auto begun, records_.show(option));
      SJ_TRY_STATUS(step_to(begun, "available"));
    }
    return id;
  });
}

base::Result<base::ObjectId> Cycle::begin(const base::SpaceId& space, const Record& record) {
  return together([&]() -> base::Result<base::ObjectId> {
    SJ_TRY(auto pen, desk_.pen(space));
    return begin_at(pen, record);
  });
}

template <class Work>
base::Status Cycle::on(const base::ObjectId& id, Work work) {
  return together([&]() -> base::Status {
    SJ_TRY(auto view, records_.show(id));
    SJ_TRY(auto pen, pen_of(view));
    changed_.push_back(id);
    return work(pen);
  });
}

base::Status Cycle::change(const Change& change) {
  return on(change.id, [&](const Pen& pen) { return records_.change(pen, change); });
}
base::Status Cycle::step(const StepWish& wish) {
  return on(wish.id, [&](const Pen& pen) { return records_.step(pen, wish); });
}
base::Status Cycle::dismiss(const base::ObjectId& id, const log::Dot& intent) {
  return on(id, [&](const Pen& pen) { return records_.dismiss(pen, id, intent); });
}
base::Status Cycle::trash(const base::ObjectId& id) {
  return on(id, [&](const Pen& pen) { return records_.trash(pen, id); });
}
base::Status Cycle::restore(const base::ObjectId& id) {
  return on(id, [&](const Pen& pen) { return records_.restore(pen, id); });
}
base::Status Cycle::undo(const base::ObjectId& id, const log::Dot& change) {
  return on(id, [&](const Pen& pen) { return records_.undo(pen, id, change); });
}

}  // namespace sejawat::cycle
