#include "codec_values.h"
#include "cycle_codec.h"
#include "door_messages.h"
#include "sejawat/v1/api_cycle.pb.h"

namespace sejawat::api::door {
namespace {

namespace wire = ::sejawat::v1::api::cycle;
using base::Code;

// --- Commands

base::Result<cycle::Values> read_values(const google::protobuf::RepeatedPtrField<wire::Value>& from) {
  cycle::Values values;
  for (const auto& value : from) {
    if (!values.emplace(value.field(), value.text()).second) return invalid_field("values: a field twice");
  }
  return values;
}

base::Result<Content> read_content(const wire::Content& from) {
  Content content;
  SJ_TRY(content.values, read_values(from.values()));
  for (const auto& part : from.parts()) {
    cycle::PartValues one;
    one.element = part.element();
    one.remove = part.remove();
    SJ_TRY(one.values, read_values(part.values()));
    content.parts[part.part()].push_back(std::move(one));
  }
  return content;
}

base::Result<base::ObjectId> record_id(const std::string& from) {
  return id_of<base::ObjectId>(from, "id: 8 bytes");
}
base::Result<MaybeId> maybe_record(const std::string& from) {
  return maybe_id_of<base::ObjectId>(from, "record: 8 bytes or none");
}
base::Result<MaybeSpace> maybe_space(const std::string& from) {
  return maybe_id_of<base::SpaceId>(from, "space: 16 bytes or none");
}
base::Result<log::Dot> read_dot(const wire::Dot& from) {
  SJ_TRY(auto branch, id_of<base::LogId>(from.branch(), "dot: branch of 16 bytes"));
  return log::Dot{branch, from.position()};
}

template <class Command>
base::Result<CycleCommand> on(const wire::RecordId& from) {
  SJ_TRY(auto id, record_id(from.id()));
  return CycleCommand(Command{id});
}
template <class Command>
base::Result<CycleCommand> on(const wire::OnRecord& from) {
  SJ_TRY(auto id, record_id(from.id()));
  SJ_TRY(auto content, read_content(from.content()));
  return CycleCommand(Command{id, std::move(content)});
}
template <class Command>
base::Result<CycleCommand> on(const wire::RecordDot& from) {
  SJ_TRY(auto id, record_id(from.id()));
  SJ_TRY(auto dot, read_dot(from.dot()));
  return CycleCommand(Command{id, dot});
}
template <class Command>
base::Result<CycleCommand> on(const wire::ProblemDraft& from) {
  Draft draft;
  SJ_TRY(draft.entry, maybe_record(from.entry()));
  SJ_TRY(draft.problem, maybe_record(from.problem()));
  SJ_TRY(draft.space, maybe_space(from.space()));
  draft.event = from.event();
  draft.hide_name = from.hide_name();
  SJ_TRY(draft.content, read_content(from.content()));
  return CycleCommand(Command{std::move(draft)});
}

base::Result<CycleCommand> read(const wire::RecordAdd& from, bool training) {
  SJ_TRY(auto space, maybe_space(from.space()));
  SJ_TRY(auto content, read_content(from.content()));
  if (training) return CycleCommand(Training{space, std::move(content)});
  return CycleCommand(RecordAdd{space, from.kind(), std::move(content)});
}
base::Result<CycleCommand> read(const wire::RecordChange& from) {
  SJ_TRY(auto id, record_id(from.id()));
  SJ_TRY(auto content, read_content(from.content()));
  return CycleCommand(RecordChange{id, std::move(content)});
}
base::Result<CycleCommand> read(const wire::RecordStep& from) {
  SJ_TRY(auto id, record_id(from.id()));
  return CycleCommand(RecordStep{id, from.to(), from.reason(), from.until()});
}
base::Result<CycleCommand> read(const wire::RecordList& from) {
  RecordList list;
  list.kind = from.kind();
  list.state = from.state();
  list.link_field = from.link_field();
  list.mine = from.mine();
  auto& filter = list.filter;
  SJ_TRY(filter.space, maybe_space(from.space()));
  if (from.open_only()) filter.ended = false;
  SJ_TRY(filter.links_to, maybe_record(from.linked_to()));
  filter.from = from.from();
  filter.until = from.until();
  filter.trashed = from.trashed();
  filter.undecided = from.undecided();
  filter.words = from.words();
  SJ_TRY(filter.limit, read_limit(from.limit()));
  SJ_TRY(filter.after, read_place<store::RecordKey>(from.after()));
  return CycleCommand(std::move(list));
}
base::Result<CycleCommand> read(const wire::RecordRevisions& from) {
  SJ_TRY(auto id, record_id(from.id()));
  SJ_TRY(auto limit, read_limit(from.limit()));
  return CycleCommand(RecordRevisions{id, from.offset(), limit});
}
base::Result<CycleCommand> read(const wire::IntentTake& from) {
  SJ_TRY(auto id, record_id(from.id()));
  SJ_TRY(auto dot, read_dot(from.dot()));
  return CycleCommand(IntentTake{id, dot, from.reason(), from.until()});
}
base::Result<CycleCommand> read(const wire::Contribute& from) {
  SJ_TRY(auto problem, record_id(from.problem()));
  SJ_TRY(auto reply_to, maybe_record(from.reply_to()));
  return CycleCommand(Contribute{problem, from.kind(), from.text(), reply_to, from.date()});
}
base::Result<CycleCommand> read(const wire::DailyShow& from) {
  SJ_TRY(auto space, id_of<base::SpaceId>(from.space(), "space: 16 bytes"));
  return CycleCommand(DailyShow{space, from.date(), from.begin()});
}
base::Result<CycleCommand> read(const wire::IdeaAdd& from) {
  SJ_TRY(auto meeting, record_id(from.meeting()));
  SJ_TRY(auto problem, maybe_record(from.problem()));
  return CycleCommand(IdeaAdd{meeting, from.text(), problem});
}
base::Result<CycleCommand> read(const wire::IdeaGroup& from) {
  SJ_TRY(auto idea, record_id(from.idea()));
  return CycleCommand(IdeaGroup{idea, from.word()});
}
base::Result<CycleCommand> read(const wire::Attend& from) {
  SJ_TRY(auto meeting, record_id(from.meeting()));
  SJ_TRY(auto person, maybe_id_of<base::PersonId>(from.person(), "person: 16 bytes or none"));
  return CycleCommand(Attend{meeting, person, from.status(), from.time()});
}
base::Result<CycleCommand> read(const wire::MenuOf& from) {
  SJ_TRY(auto space, maybe_space(from.space()));
  SJ_TRY(auto problem, maybe_record(from.problem()));
  return CycleCommand(MenuShow{space, problem});
}
base::Result<CycleCommand> read(const wire::Endorse& from) {
  SJ_TRY(auto alternative, record_id(from.alternative()));
  return CycleCommand(Endorse{alternative, from.off()});
}
base::Result<CycleCommand> read(const wire::Choose& from) {
  SJ_TRY(auto problem, record_id(from.problem()));
  SJ_TRY(auto alternative, record_id(from.alternative()));
  SJ_TRY(auto content, read_content(from.content()));
  return CycleCommand(Choose{problem, alternative, std::move(content)});
}
base::Result<CycleCommand> read(const wire::OnDay& from) {
  SJ_TRY(auto id, record_id(from.id()));
  return CycleCommand(TrialStart{id, from.date()});
}
base::Result<CycleCommand> read(const wire::Impact& from) {
  TrialImpact impact;
  SJ_TRY(impact.trial, record_id(from.trial()));
  impact.entry.date = from.date();
  impact.entry.class_name = from.class_name();
  impact.entry.subject = from.subject();
  for (const auto& item : from.events()) {
    if (item.domain() > 3) return invalid_field("domain: unknown");
    cycle::JournalEvent event;
    if (item.domain() != 0) event.domain = static_cast<cycle::Domain>(item.domain());
    event.happened = item.happened();
    event.expected = item.expected();
    event.gap = item.gap();
    impact.entry.events.push_back(std::move(event));
  }
  for (const auto& item : from.measures())
    impact.measures.push_back({item.name(), item.after(), item.effect()});
  return CycleCommand(std::move(impact));
}
base::Result<CycleCommand> read(const wire::Conclude& from) {
  SJ_TRY(auto trial, record_id(from.trial()));
  return CycleCommand(TrialConclude{trial, {from.verdict(), from.reason(), from.next()}, from.date()});
}
base::Result<CycleCommand> read(const wire::Walks& from, Walks::Which which) {
  constexpr std::uint32_t kFar = 100'000;
  Walks walks;
  walks.which = which;
  SJ_TRY(walks.space, maybe_space(from.space()));
  walks.ended = from.ended();
  if (from.offset() > kFar) return invalid_field("offset: too far");
  walks.offset = from.offset();
  SJ_TRY(walks.limit, read_limit(from.limit()));
  return CycleCommand(std::move(walks));
}

base::Result<CycleCommand> read(const wire::AsksOf& from) {
  AsksShow asks;
  SJ_TRY(asks.problem, maybe_record(from.problem()));
  SJ_TRY(asks.limit, read_limit(from.limit()));
  return CycleCommand(std::move(asks));
}

base::Result<CycleCommand> read(const wire::Observe& from) {
  Observe observe;
  SJ_TRY(observe.space, id_of<base::SpaceId>(from.space(), "space: 16 bytes"));
  observe.instrument = from.instrument();
  SJ_TRY(observe.content, read_content(from.content()));
  return CycleCommand(std::move(observe));
}

base::Result<CycleCommand> read_command(const wire::CycleRequest& from) {
  using W = wire::CycleRequest;
  switch (from.command_case()) {
    case W::kDescribe: return CycleCommand(Describe{});
    case W::kRecordAdd: return read(from.record_add(), false);
    case W::kRecordChange: return read(from.record_change());
    case W::kRecordStep: return read(from.record_step());
    case W::kRecordTrash: return on<RecordTrash>(from.record_trash());
    case W::kRecordRestore: return on<RecordRestore>(from.record_restore());
    case W::kRecordShow: return on<RecordShow>(from.record_show());
    case W::kRecordList: return read(from.record_list());
    case W::kRecordRevisions: return read(from.record_revisions());
    case W::kRecordUndo: return on<RecordUndo>(from.record_undo());
    case W::kRecordDecisions: return on<RecordDecisions>(from.record_decisions());
    case W::kIntentTake: return read(from.intent_take());
    case W::kIntentDismiss: return on<IntentDismiss>(from.intent_dismiss());
    case W::kProblemPreview: return on<ProblemPreview>(from.problem_preview());
    case W::kProblemKeep: return on<ProblemKeep>(from.problem_keep());
    case W::kProblemShare: return on<ProblemShare>(from.problem_share());
    case W::kProblemWithdraw: return on<ProblemWithdraw>(from.problem_withdraw());
    case W::kContribute: return read(from.contribute());
    case W::kFindRoot: return on<FindRoot>(from.find_root());
    case W::kCategories: return CycleCommand(ListCategories{from.categories().retired()});
    case W::kDaily: return read(from.daily());
    case W::kAgendaMake: return on<AgendaMake>(from.agenda_make());
    case W::kAgenda: return on<AgendaShow>(from.agenda());
    case W::kAgendaAdd: return on<AgendaAdd>(from.agenda_add());
    case W::kIdeaAdd: return read(from.idea_add());
    case W::kIdeas: return on<IdeasShow>(from.ideas());
    case W::kIdeaGroup: return read(from.idea_group());
    case W::kFormulate: return on<Formulate>(from.formulate());
    case W::kAttend: return read(from.attend());
    case W::kAttendance: return on<AttendanceShow>(from.attendance());
    case W::kMinutesWrite: return on<MinutesWrite>(from.minutes_write());
    case W::kMinutesRatify: return on<MinutesRatify>(from.minutes_ratify());
    case W::kMinutes: return on<MinutesShow>(from.minutes());
    case W::kPropose: return on<Propose>(from.propose());
    case W::kMenu: return read(from.menu());
    case W::kEndorse: return read(from.endorse());
    case W::kChoose: return read(from.choose());
    case W::kTraining: return read(from.training(), true);
    case W::kTrialPrepare: return on<TrialPrepare>(from.trial_prepare());
    case W::kTrialStart: return read(from.trial_start());
    case W::kTrialImpact: return read(from.trial_impact());
    case W::kTrialReflect: return on<TrialReflect>(from.trial_reflect());
    case W::kTrialConclude: return read(from.trial_conclude());
    case W::kTrialPractice: return on<TrialPractice>(from.trial_practice());
    case W::kStory: return on<StoryShow>(from.story());
    case W::kWalks: return read(from.walks(), Walks::Which::all);
    case W::kStalled: return read(from.stalled(), Walks::Which::stalled);
    case W::kWaiting: return read(from.waiting(), Walks::Which::waiting);
    case W::kDays: return CycleCommand(DaysShow{from.days().from(), from.days().until()});
    case W::kAsks: return read(from.asks());
    case W::kInstruments: return CycleCommand(InstrumentsShow{});
    case W::kObserve: return read(from.observe());
    case W::kObservationResult: return on<ObservationShow>(from.observation_result());
    case W::COMMAND_NOT_SET: break;
  }
  return CycleCommand(std::monostate{});
}

}  // namespace

base::Result<CycleRequest> read_cycle(const wire::CycleRequest& from) {
  constexpr std::int32_t kMostMinutes = 16 * 60;
  CycleRequest request;
  if (from.utc_offset_minutes() < -kMostMinutes || from.utc_offset_minutes() > kMostMinutes)
    return invalid_field("utc_offset_minutes: no place on earth");
  request.utc_offset_ms = std::int64_t{from.utc_offset_minutes()} * 60 * 1000;
  SJ_TRY(request.command, read_command(from));
  return request;
}

}  // namespace sejawat::api::door
