#include "cycle_commands.h"

#include <algorithm>

#include "cycle/names.h"
#include "cycle_reader.h"
#include "door_messages.h"

namespace sejawat::api::door {
namespace {

using base::Code;
using Answer = decltype(CycleReply::result);
using Answered = base::Result<Answer>;

base::Error invalid(std::string what) { return base::error(Code::invalid_argument, std::move(what)); }

base::Result<const cycle::Entity*> kind_of(const std::string& name) {
  if (const auto* known = cycle::entity(std::string_view(name))) return known;
  return invalid("kind: unknown");
}

cycle::Record record_of(std::uint32_t type, Content& content) {
  cycle::Record record;
  record.type = type;
  record.values = std::move(content.values);
  record.parts = std::move(content.parts);
  return record;
}

struct Executor {
  Core& core;
  CycleReader& read;

  Answered whole(const base::ObjectId& id) {
    SJ_TRY(auto shown, read.whole(id));
    return Answer(std::move(shown));
  }
  Answered after(const base::Status& done, const base::ObjectId& id) {
    SJ_TRY_STATUS(base::Status(done));
    return whole(id);
  }
  Answered made(const base::Result<base::ObjectId>& id) {
    if (!id.ok()) return id.error();
    return whole(*id);
  }
  base::SpaceId home(const MaybeSpace& space) { return space ? *space : read.cycle().desk().personal(); }

  Answered operator()(std::monostate&) { return base::error(Code::version_unsupported, "command"); }
  Answered operator()(Describe&) { return Answer(KindsShown{}); }

  // --- Any record
  Answered operator()(RecordAdd& add) {
    SJ_TRY(const auto* kind, kind_of(add.kind));
    const auto space = home(add.space);
    const bool own = space == read.cycle().desk().personal();
    if (own ? kind->home == cycle::Home::circle || kind->home == cycle::Home::school
            : kind->home == cycle::Home::personal)
      return invalid(own ? "space: not a private kind of record" : "space: a private kind of record");
    return made(read.cycle().begin(space, record_of(kind->type, add.content)));
  }
  Answered operator()(RecordChange& change) {
    return after(
        read.cycle().change({change.id, std::move(change.content.values), std::move(change.content.parts)}),
        change.id);
  }
  Answered operator()(RecordStep& step) {
    return after(read.cycle().step({step.id, step.to, step.reason, step.until, std::nullopt}), step.id);
  }
  Answered operator()(RecordTrash& one) { return after(read.cycle().trash(one.id), one.id); }
  Answered operator()(RecordRestore& one) { return after(read.cycle().restore(one.id), one.id); }
  Answered operator()(RecordShow& one) { return whole(one.id); }
  Answered operator()(RecordUndo& one) { return after(read.cycle().undo(one.id, one.dot), one.id); }
  Answered operator()(RecordList& list) {
    auto& filter = list.filter;
    const cycle::Entity* kind = nullptr;
    if (!list.kind.empty()) {
      SJ_TRY(kind, kind_of(list.kind));
      filter.type = kind->type;
    }
    if (kind == nullptr && (!list.state.empty() || !list.link_field.empty()))
      return invalid("kind: needed for a state or a field");
    if (!list.state.empty()) {
      const auto* state = kind->states.by_name(list.state);
      if (state == nullptr) return invalid("state: unknown");
      filter.state = state->number;
    }
    if (!list.link_field.empty()) {
      const auto* field = kind->field(std::string_view(list.link_field));
      if (field == nullptr || field->kind != cycle::FieldKind::record) return invalid("link_field: unknown");
      filter.link_field = field->number;
    }
    if (list.mine) filter.owner = core.person();
    const std::size_t limit = filter.limit;
    ++filter.limit;  // whether there is more
    SJ_TRY(auto views, read.records().list(filter));
    ShownPage page;
    std::size_t size = 0;
    for (auto& view : views) {
      size += size_of(view);
      if (page.records.size() == limit || (size > kMaxPageBytes && !page.records.empty())) {
        page.next = cycle::key_of(page.records.back().view);
        break;
      }
      SJ_TRY(auto shown, read.shown(std::move(view)));
      page.records.push_back(std::move(shown));
    }
    return Answer(std::move(page));
  }
  Answered operator()(RecordRevisions& asked) {
    SJ_TRY(auto all, read.records().revisions(asked.id, asked.offset, asked.limit));
    SJ_TRY(auto now, read.records().show(asked.id));
    // Whether the name is hidden is a matter of now, not of what the record said then.
    SJ_TRY(const bool hidden, cycle::name_hidden(read.records(), now));
    ShownRevisions page;
    page.total = all.total;
    for (auto& one : all.page) {
      ShownRevisions::Row row;
      row.dot = one.dot;
      row.by = hidden && one.by && *one.by == now.owner ? std::nullopt : one.by;
      row.wall_ms = one.wall_ms;
      SJ_TRY(row.after, read.shown(std::move(one.after)));
      row.after.hidden = hidden;
      page.rows.push_back(std::move(row));
    }
    return Answer(std::move(page));
  }
  Answered operator()(RecordDecisions& asked) {
    SJ_TRY(auto shown, read.decisions(asked.id));
    return Answer(std::move(shown));
  }
  Answered operator()(IntentTake& take) {
    SJ_TRY(auto view, read.records().show(take.id));
    const auto intent = std::find_if(view.intents.begin(), view.intents.end(),
                                     [&](const auto& one) { return one.dot == take.dot; });
    if (intent == view.intents.end()) return base::error(Code::not_found, "intent");
    const auto& reason = take.reason.empty() ? intent->reason : take.reason;
    const auto& until = take.until.empty() ? intent->until : take.until;
    return after(read.cycle().step({take.id, intent->to, reason, until, take.dot}), take.id);
  }
  Answered operator()(IntentDismiss& one) { return after(read.cycle().dismiss(one.id, one.dot), one.id); }

  // --- Problems
  base::Result<cycle::ProblemDraft> draft_of(Draft& from) {
    cycle::ProblemDraft draft;
    if (from.entry && from.problem) return invalid("entry or problem, not both");
    if (from.problem) {
      SJ_TRY(draft, read.cycle().draft_from_problem(*from.problem));
    } else if (from.entry) {
      SJ_TRY(draft, read.cycle().draft_from_entry(*from.entry, from.event));
    }
    if (!from.content.parts.empty()) return invalid("parts: a problem has none");
    for (auto& [name, value] : from.content.values) {
      if (value.empty()) {
        draft.values.erase(name);
      } else {
        draft.values[name] = std::move(value);
      }
    }
    if (from.hide_name) draft.values["hide_name"] = "yes";
    if (draft.values.count("category") != 0 && draft.values.count("category_version") == 0)
      draft.values["category_version"] = std::to_string(cycle::kCategoriesVersion);
    if (draft.values["title"].empty()) return invalid("title: missing");
    if (draft.values.count("found") == 0) draft.values["found"] = read.today();
    return draft;
  }
  Answered operator()(ProblemPreview& asked) {
    if (!asked.draft.space) return invalid("space: with whom");
    SJ_TRY(auto draft, draft_of(asked.draft));
    PreviewShown preview;
    const auto hide = draft.values.find("hide_name");
    preview.hidden = hide != draft.values.end() && hide->second == "yes";
    draft.values.erase("category_version");
    draft.values.erase("hide_name");
    preview.values = std::move(draft.values);
    if (!preview.hidden) preview.by_name = core.name();
    preview.space = *asked.draft.space;
    for (const auto& space : core.spaces()) {
      if (space.space == preview.space) preview.space_name = space.name;
    }
    SJ_TRY(const auto readers, core.members(&preview.space));
    preview.readers = readers.size();
    return Answer(std::move(preview));
  }
  Answered operator()(ProblemKeep& keep) {
    SJ_TRY(auto draft, draft_of(keep.draft));
    return made(read.cycle().keep_problem(draft));
  }
  Answered operator()(ProblemShare& share) {
    if (!share.draft.space) return invalid("space: with whom");
    SJ_TRY(auto draft, draft_of(share.draft));
    return made(read.cycle().share_problem(draft, *share.draft.space));
  }
  Answered operator()(ProblemWithdraw& one) { return after(read.cycle().withdraw_problem(one.id), one.id); }
  Answered operator()(Contribute& given) {
    SJ_TRY(auto view, read.of_type(given.problem, cycle::kProblem));
    MaybeId discussion;
    if (given.kind != "me_too" && !(view.space == read.cycle().desk().personal())) {
      SJ_TRY(discussion, read.cycle().daily_discussion(view.space, read.date_or_today(given.date)));
    }
    return made(read.cycle().contribute(given.problem, given.kind, given.text, given.reply_to, discussion));
  }
  Answered operator()(FindRoot& given) {
    if (!given.content.parts.empty()) return invalid("parts: a root cause has none");
    if (given.content.values.count("found") == 0) given.content.values["found"] = read.today();
    return made(read.cycle().find_root(given.id, given.content.values));
  }
  Answered operator()(ListCategories& asked) {
    SJ_TRY(auto all, cycle::categories(read.records(), read.circles()));
    CategoriesShown shown;
    for (auto& one : all) {
      if (!one.retired || asked.retired) shown.rows.push_back(std::move(one));
    }
    return Answer(std::move(shown));
  }

  // --- Discussions
  Answered operator()(DailyShow& asked) {
    const std::string date = read.date_or_today(asked.date);
    if (asked.begin) {
      SJ_TRY(auto begun, read.cycle().daily_discussion(asked.space, date));
      static_cast<void>(begun);
    }
    SJ_TRY(auto days, read.days());
    SJ_TRY(auto view,
           cycle::daily_view(read.records(), days, asked.space, date, read.now(), read.utc_offset_ms()));
    DailyShown shown{std::nullopt, view.date, view.closes, view.closed, {}};
    if (view.discussion) {
      SJ_TRY(shown.discussion, read.shown(std::move(*view.discussion)));
    }
    for (auto& row : view.problems) {
      DailyShown::Problem problem;
      SJ_TRY(problem.problem, read.shown(std::move(row.problem)));
      problem.carried_over = row.carried_over;
      problem.rooted = row.rooted;
      problem.me_too = row.me_too;
      problem.me_too_own = row.me_too_persons.count(core.person()) != 0;
      for (auto& one : row.contributions) {
        SJ_TRY(auto contribution, read.shown(std::move(one.contribution)));
        problem.contributions.emplace_back(std::move(contribution), one.late);
      }
      shown.problems.push_back(std::move(problem));
    }
    return Answer(std::move(shown));
  }
  Answered agenda(const base::ObjectId& meeting) {
    SJ_TRY(auto checked, read.of_type(meeting, cycle::kWeeklyDiscussion));
    static_cast<void>(checked);
    SJ_TRY(auto view, read.meetings().agenda(meeting));
    AgendaShown shown{{}, view.duplicates.size(), view.minutes_on_topic, view.minutes_other};
    for (auto& item : view.items) {
      AgendaShown::Item row;
      row.title = item.value("title");
      base::Bytes bytes;
      if (base::from_hex(item.value("teacher"), bytes)) row.teacher = base::PersonId::from(bytes);
      if (row.title.empty() && base::from_hex(item.value("problem"), bytes)) {
        if (const auto id = base::ObjectId::from(bytes)) {
          auto problem = read.records().show(*id);
          if (problem.ok()) row.title = problem->value("title");
        }
      }
      SJ_TRY(row.item, read.shown(std::move(item)));
      shown.items.push_back(std::move(row));
    }
    return Answer(std::move(shown));
  }
  Answered operator()(AgendaMake& one) {
    SJ_TRY_STATUS(read.meetings().make_agenda(one.id));
    return agenda(one.id);
  }
  Answered operator()(AgendaShow& one) { return agenda(one.id); }
  Answered operator()(AgendaAdd& add) {
    SJ_TRY(auto meeting, read.of_type(add.id, cycle::kWeeklyDiscussion));
    SJ_TRY(auto there, read.meetings().agenda(add.id));
    auto item = record_of(cycle::kAgendaItem, add.content);
    item.values["meeting"] = add.id.hex();
    item.values["place"] = std::to_string(there.items.size() + 1);
    if (item.values.count("kind") == 0) item.values["kind"] = "problem";
    SJ_TRY(auto id, read.cycle().begin(meeting.space, item));
    static_cast<void>(id);
    return agenda(add.id);
  }
  Answered operator()(IdeaAdd& add) {
    return made(read.meetings().add_idea(add.meeting, add.text, add.problem));
  }
  Answered operator()(IdeasShow& asked) {
    SJ_TRY(auto all, read.meetings().ideas(asked.id));
    IdeasShown shown;
    for (auto& one : all) {
      const bool hidden = one.name_hidden;
      SJ_TRY(auto idea, read.shown(std::move(one.idea)));
      // Everybody knows their own.
      idea.hidden = hidden;
      shown.rows.emplace_back(std::move(idea), std::move(one.cluster));
    }
    return Answer(std::move(shown));
  }
  Answered operator()(IdeaGroup& group) {
    SJ_TRY_STATUS(read.meetings().group(group.idea, group.word));
    return Answer(std::monostate());
  }
  Answered operator()(Formulate& one) {
    SJ_TRY(auto made, read.meetings().formulate(one.id));
    ShownPage page;
    for (const auto& id : made) {
      SJ_TRY(auto view, read.records().show(id));
      SJ_TRY(auto shown, read.shown(std::move(view)));
      page.records.push_back(std::move(shown));
    }
    return Answer(std::move(page));
  }
  Answered operator()(Attend& attend) {
    return made(read.meetings().attend(attend.meeting, attend.person ? *attend.person : core.person(),
                                       attend.status.empty() ? "present" : attend.status, attend.time));
  }
  Answered operator()(AttendanceShow& asked) {
    SJ_TRY(auto rows, read.meetings().attendance(asked.id));
    AttendanceShown shown;
    for (auto& row : rows) {
      SJ_TRY(auto said, read.all_shown(std::move(row.records)));
      shown.rows.push_back({row.person, std::move(said), row.disputed});
    }
    return Answer(std::move(shown));
  }
  Answered operator()(MinutesWrite& write) {
    SJ_TRY(auto id, read.meetings().write_minutes(write.id));
    if (!write.content.values.empty() || !write.content.parts.empty()) {
      SJ_TRY_STATUS(read.cycle().change({id, write.content.values, write.content.parts}));
    }
    return whole(id);
  }
  Answered operator()(MinutesShow& asked) {
    SJ_TRY(auto checked, read.of_type(asked.id, cycle::kWeeklyDiscussion));
    static_cast<void>(checked);
    SJ_TRY(const auto minutes, read.meetings().minutes_of(asked.id));
    ShownPage page;
    if (minutes) {
      SJ_TRY(auto shown, read.whole(minutes->record.id));
      page.records.push_back(std::move(shown));
    }
    return Answer(std::move(page));
  }
  Answered operator()(MinutesRatify& one) { return after(read.meetings().ratify(one.id), one.id); }

  // --- Options and trials
  Answered operator()(Propose& one) {
    return made(read.cycle().propose(one.id, record_of(cycle::kAlternative, one.content)));
  }
  Answered operator()(MenuShow& asked) {
    SJ_TRY(auto items, read.cycle().menu(home(asked.space), asked.problem));
    MenuShown shown;
    for (auto& item : items) {
      SJ_TRY(auto alternative, read.shown(std::move(item.alternative)));
      shown.rows.emplace_back(std::move(alternative), std::move(item));
    }
    return Answer(std::move(shown));
  }
  Answered operator()(Endorse& one) {
    SJ_TRY_STATUS(read.cycle().endorse(one.alternative, !one.off));
    return Answer(std::monostate());
  }
  Answered operator()(Choose& one) {
    return made(read.cycle().choose(one.problem, one.alternative, record_of(cycle::kTrial, one.content)));
  }
  Answered operator()(Training& one) {
    auto record = record_of(cycle::kTraining, one.content);
    if (record.values.count("date") == 0) record.values["date"] = read.today();
    return made(read.cycle().begin_training(home(one.space), record));
  }
  Answered operator()(TrialPrepare& one) {
    return after(read.cycle().prepare({one.id, std::move(one.content.values), std::move(one.content.parts)}),
                 one.id);
  }
  Answered operator()(TrialStart& one) {
    return after(read.cycle().start(one.id, read.date_or_today(one.date)), one.id);
  }
  Answered operator()(TrialImpact& impact) {
    SJ_TRY(auto trial, read.of_type(impact.trial, cycle::kTrial));
    impact.entry.date = read.date_or_today(impact.entry.date);
    if (impact.entry.class_name.empty()) impact.entry.class_name = trial.value("class");
    impact.entry.kind = "trial";
    SJ_TRY_STATUS(cycle::validate(impact.entry));
    auto written = read.cycle().record_impact(impact.trial, impact.entry, impact.measures);
    if (!written.ok()) return std::move(written).error();
    return whole(impact.trial);
  }
  Answered operator()(TrialReflect& one) {
    auto record = record_of(cycle::kReflection, one.content);
    if (record.values.count("date") == 0) record.values["date"] = read.today();
    return made(read.cycle().reflect(one.id, record));
  }
  Answered operator()(TrialConclude& one) {
    return after(read.cycle().conclude(one.trial, one.verdict, read.date_or_today(one.date)), one.trial);
  }
  Answered operator()(TrialPractice& one) {
    if (!one.content.parts.empty()) return invalid("parts: a practice has none");
    return made(read.cycle().offer_practice(one.id, one.content.values));
  }

  // --- Observed lessons
  base::Result<std::vector<cycle::Instrument>> sheets() {
    return cycle::instruments(read.records(), read.circles());
  }
  Answered operator()(InstrumentsShow&) {
    InstrumentsShown shown;
    SJ_TRY(shown.rows, sheets());
    return Answer(std::move(shown));
  }
  Answered operator()(Observe& one) {
    SJ_TRY(const auto all, sheets());
    const auto sheet = std::find_if(
        all.begin(), all.end(), [&](const cycle::Instrument& known) { return known.code == one.instrument; });
    if (sheet == all.end()) return invalid("instrument: unknown");
    auto record = record_of(cycle::kObservation, one.content);
    if (record.values.count("date") == 0) record.values["date"] = read.today();
    return made(cycle::begin_observation(read.cycle(), one.space, *sheet, std::move(record)));
  }
  Answered operator()(ObservationShow& asked) {
    SJ_TRY(auto view, read.of_type(asked.id, cycle::kObservation));
    return Answer(cycle::observation_result(view));
  }

  // --- The whole walk
  Answered operator()(StoryShow& asked) {
    SJ_TRY(auto days, read.days());
    cycle::Stories stories(read.records(), core.journal(), days, read.utc_offset_ms());
    StoryShown shown;
    SJ_TRY(shown.story, stories.tell(asked.id, read.today()));
    SJ_TRY(shown.problem, read.shown(std::move(shown.story.problem)));
    return Answer(std::move(shown));
  }
  base::Result<std::vector<WalksShown::Row>> walks(Walks& asked) {
    SJ_TRY(auto days, read.days());
    cycle::Stories stories(read.records(), core.journal(), days, read.utc_offset_ms());
    const std::string today = read.today();
    std::vector<WalksShown::Row> rows;
    const auto fits = [&] { return rows.size() <= asked.limit; };
    if (asked.which != Walks::Which::all) {
      const bool stalled = asked.which == Walks::Which::stalled;
      SJ_TRY(auto waiting,
             stalled ? stories.stalled(asked.space, today) : stories.without_follow_up(asked.space, today));
      for (std::size_t i = asked.offset; i < waiting.size() && fits(); ++i) {
        SJ_TRY(auto problem, read.shown(std::move(waiting[i].problem)));
        rows.push_back({std::move(problem), waiting[i].days, stalled, 1});
      }
      return rows;
    }
    store::RecordFilter filter;
    filter.type = cycle::kProblem;
    filter.space = asked.space;
    if (!asked.ended) filter.ended = false;
    filter.limit = asked.offset + asked.limit + 1;
    SJ_TRY(auto views, read.records().list(filter));
    for (std::size_t i = asked.offset; i < views.size() && fits(); ++i) {
      SJ_TRY(auto story, stories.tell(views[i].record.id, today));
      SJ_TRY(auto problem, read.shown(std::move(views[i])));
      rows.push_back({std::move(problem), story.quiet_days, story.stalled, story.rounds});
    }
    return rows;
  }
  Answered operator()(Walks& asked) {
    WalksShown shown;
    SJ_TRY(shown.rows, walks(asked));
    shown.more = shown.rows.size() > asked.limit;
    if (shown.more) shown.rows.pop_back();
    return Answer(std::move(shown));
  }
  Answered operator()(DaysShow& asked) {
    constexpr std::size_t kMost = 400;
    SJ_TRY(auto days, read.days());
    SJ_TRY(auto dates, cycle::dates_between(asked.from, asked.until, kMost));
    DaysShown shown;
    for (auto& date : dates) {
      const bool effective = days.effective(date);
      shown.days.emplace_back(std::move(date), effective);
    }
    return Answer(std::move(shown));
  }
  Answered operator()(AsksShow& asked) {
    SJ_TRY(auto days, read.days());
    cycle::Asks asks(read.records(), days, core.person(), read.today(), read.utc_offset_ms());
    SJ_TRY(auto all, asks.of(asked.problem));
    AsksShown shown;
    shown.total = all.size();
    for (auto& one : all) {
      if (shown.rows.size() == asked.limit) break;
      AsksShown::Row row{cycle::ask_name(one.kind), {}, one.problem, std::move(one.title), one.days};
      SJ_TRY(row.record, read.shown(std::move(one.record)));
      shown.rows.push_back(std::move(row));
    }
    return Answer(std::move(shown));
  }
};

}  // namespace

base::Result<CycleReply> execute_cycle(Core& core, CycleRequest& request) {
  // The tables are there before anybody is.
  if (std::holds_alternative<Describe>(request.command)) return CycleReply{KindsShown{}, {}, {}};
  if (!core.has_person()) return base::error(Code::not_found, "no person in this store yet");
  CycleReader reader(core, request.utc_offset_ms);
  SJ_TRY(auto answer, std::visit(Executor{core, reader}, request.command));
  CycleReply reply;
  reply.result = std::move(answer);
  SJ_TRY(reply.names, core.names());
  reply.me = core.person();
  return reply;
}

}  // namespace sejawat::api::door
