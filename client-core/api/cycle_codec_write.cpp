#include "codec_values.h"
#include "cycle/attachments.h"
#include "cycle/labels.h"
#include "cycle/prompts.h"
#include "cycle_codec.h"
#include "sejawat/v1/api_cycle.pb.h"

namespace sejawat::api::door {
namespace {

namespace wire = ::sejawat::v1::api::cycle;

// --- What records are made of

void write_label(std::string_view key, wire::Label& to) {
  to.set_indonesian(cycle::label(std::string(key), false));
  to.set_english(cycle::label(std::string(key), true));
}
void write_prompt(const cycle::Prompt* from, wire::Label& to) {
  if (from == nullptr) return;
  to.set_indonesian(from->indonesian);
  to.set_english(from->english);
}

template <class List>
void write_who(std::uint16_t who, List& to) {
  static constexpr std::pair<std::uint16_t, const char*> kNames[] = {{cycle::owner, "owner"},
                                                                     {cycle::leader, "leader"},
                                                                     {cycle::recorder, "recorder"},
                                                                     {cycle::asked, "asked"},
                                                                     {cycle::facilitator, "facilitator"},
                                                                     {cycle::principal, "principal"},
                                                                     {cycle::coordinator, "coordinator"},
                                                                     {cycle::anyone, "anyone"}};
  for (const auto& [bit, name] : kNames) {
    if ((who & bit) != 0) to.Add(name);
  }
}

void write_transition(const cycle::Transition& from, wire::Transition& to) {
  to.set_from(from.from);
  to.set_to(from.to);
  write_who(from.who, *to.mutable_who());
  to.set_needs_reason(from.needs_reason);
  to.set_needs_date(from.needs_date);
}

void write_field(const std::string& of, const cycle::Field& from, wire::Field& to) {
  to.set_name(from.name);
  to.set_type(cycle::kind_name(from.kind));
  write_label(from.name, *to.mutable_label());
  if (const auto* question = cycle::prompt(of + "." + from.name))
    write_prompt(question, *to.mutable_prompt());
  to.set_required(from.required);
  for (const auto& choice : from.choices) {
    auto* item = to.add_choices();
    item->set_name(choice.name);
    write_label(choice.name, *item->mutable_label());
  }
  if (const auto* named = cycle::entity(from.refers_to)) to.set_refers_to(named->name);
}

void write_kind(const cycle::Entity& from, wire::Kind& to) {
  to.set_name(from.name);
  write_label(from.name, *to.mutable_label());
  to.set_home(static_cast<wire::Home>(from.home));
  for (const auto& field : from.fields) write_field(from.name, field, *to.add_fields());
  for (const auto& part : from.parts) {
    auto* item = to.add_parts();
    item->set_name(part.name);
    write_label(part.name, *item->mutable_label());
    const std::string of = std::string(from.name) + "." + part.name;
    write_prompt(cycle::prompt(of), *item->mutable_prompt());
    for (const auto& field : part.fields) write_field(of, field, *item->add_fields());
    item->set_most(part.most);
    item->set_set(part.set);
  }
  for (const auto& state : from.states.states) {
    auto* item = to.add_states();
    item->set_name(state.name);
    write_label(std::string(from.name) + "." + state.name, *item->mutable_label());
    item->set_ended(state.ended);
  }
  for (const auto& transition : from.states.transitions) write_transition(transition, *to.add_transitions());
  write_who(from.edited_by, *to.mutable_edited_by());
  if (from.title != nullptr) to.set_title_field(from.title);
  if (from.date != nullptr) to.set_date_field(from.date);
}

// --- Decisions

struct DecisionWriter {
  const DecisionsShown& of;
  const Names& names;

  template <class Row>
  void maker(const std::optional<base::PersonId>& by, const log::Dot& dot, std::int64_t wall_ms,
             Row& to) const {
    to.set_written_ms(wall_ms);
    if (!by || by->is_zero() || (of.hidden && *by == *of.hidden)) return;
    to.mutable_by()->set_id(bytes_of(*by));
    const auto name = names.find(*by);
    if (name != names.end()) to.mutable_by()->set_name(text_of(name->second));
    const auto place = of.made_on.find(dot);
    if (place == of.made_on.end()) return;
    if (place->second.device) to.set_device(bytes_of(*place->second.device));
    to.set_here(place->second.here);
  }
  void write(const cycle::Decision& from, wire::Decision& to) const {
    to.mutable_dot()->set_branch(bytes_of(from.dot.branch));
    to.mutable_dot()->set_position(from.dot.position);
    maker(from.by, from.dot, from.wall_ms, to);
    to.set_part(from.part);
    to.set_element(from.element);
    to.set_field(from.field);
    to.set_chosen(text_of(from.chosen));
    to.set_standing(from.standing);
    for (const auto& choice : from.choices) {
      auto& row = *to.add_versions();
      row.set_text(text_of(choice.value));
      maker(choice.by, choice.written.dot, choice.written.wall_ms, row);
    }
  }
};

// --- Replies

class Writer {
 public:
  explicit Writer(const CycleReply& reply) : reply_(reply) {}

  void person(const std::optional<base::PersonId>& from, wire::Person& to) const {
    if (!from || from->is_zero()) return;
    to.set_id(bytes_of(*from));
    const auto found = reply_.names.find(*from);
    if (found != reply_.names.end()) to.set_name(text_of(found->second));
  }
  // The hidden owner stays hidden wherever they stand.
  void person(const Shown& of, const std::optional<base::PersonId>& from, wire::Person& to) const {
    if (of.hidden && from && *from == of.view.owner) return;
    person(from, to);
  }

  static void dot(const log::Dot& from, wire::Dot& to) {
    to.set_branch(bytes_of(from.branch));
    to.set_position(from.position);
  }

  static void values(const cycle::Values& from, google::protobuf::RepeatedPtrField<wire::Value>& to) {
    for (const auto& [name, text] : from) {
      if (text.empty()) continue;
      auto* item = to.Add();
      item->set_field(name);
      item->set_text(text_of(text));
    }
  }

  void step(const Shown& of, const cycle::StepView& from, wire::Step& to) const {
    dot(from.dot, *to.mutable_dot());
    person(of, from.by, *to.mutable_by());
    to.set_from(from.from);
    to.set_to(from.to);
    to.set_reason(text_of(from.reason));
    to.set_until(text_of(from.until));
    to.set_written_ms(from.wall_ms);
    switch (from.unfit) {
      case cycle::Unfit::none: break;
      case cycle::Unfit::moved_on: to.set_why("moved_on"); break;
      case cycle::Unfit::not_permitted: to.set_why("not_permitted"); break;
      case cycle::Unfit::impossible: to.set_why("impossible"); break;
    }
    to.set_dismissed(from.dismissed);
  }

  void record(const Shown& from, wire::RecordView& to) const {
    const auto& view = from.view;
    const auto& entity = *cycle::entity(view.record.type);
    to.set_id(bytes_of(view.record.id));
    to.set_kind(entity.name);
    to.set_space(bytes_of(view.space));
    person(from, view.owner, *to.mutable_by());
    to.set_name_hidden(from.hidden);
    to.set_own(view.owner == reply_.me);
    to.set_state(view.state);
    to.set_ended(view.ended);
    to.set_trashed(view.trashed);
    to.set_restored_by_edit(view.restored_by_edit);
    values(view.record.values, *to.mutable_content()->mutable_values());
    for (const auto& part : entity.parts) {
      const auto found = view.record.parts.find(part.name);
      if (found == view.record.parts.end()) continue;
      for (const auto& one : found->second) {
        auto* item = to.mutable_content()->add_parts();
        item->set_part(part.name);
        item->set_element(one.element);
        values(one.values, *item->mutable_values());
      }
    }
    for (const auto& one : view.steps) step(from, one, *to.add_steps());
    for (const auto& one : view.intents) step(from, one, *to.add_intents());
    for (const auto& one : view.versions) {
      auto* item = to.add_versions();
      item->set_part(one.part);
      item->set_element(one.element);
      item->set_field(one.field);
      item->set_merged(one.merged);
      for (const auto& version : one.versions) {
        auto* row = item->add_versions();
        row->set_text(text_of(version.value));
        person(from, version.by, *row->mutable_by());
        row->set_written_ms(version.wall_ms);
        const auto place = from.made_on.find(version.dot);
        if (place == from.made_on.end() || (from.hidden && version.by && *version.by == view.owner)) continue;
        if (place->second.device) row->set_device(bytes_of(*place->second.device));
        row->set_here(place->second.here);
      }
    }
    to.set_begun_ms(view.begun_ms);
    to.set_changed_ms(view.changed_ms);
    to.set_date(text_of(view.date));
    to.set_delivery(static_cast<std::uint32_t>(from.delivery));
    to.set_may_edit(from.may_edit);
    for (const auto& one : from.may_step) write_transition(one, *to.add_may_step());
    to.set_brief(from.brief);
  }

  void operator()(const DecisionsShown& from) {
    write_decisions(from, reply_.names, *to->mutable_decisions());
  }
  void operator()(const Shown& from) { record(from, *to->mutable_record()); }
  void operator()(const ShownPage& from) {
    auto& page = *to->mutable_records();
    for (const auto& one : from.records) record(one, *page.add_records());
    if (from.next) page.set_next(encode_place(*from.next));
  }
  void operator()(const ShownRevisions& from) {
    auto& page = *to->mutable_revisions();
    for (const auto& row : from.rows) {
      auto* item = page.add_revisions();
      dot(row.dot, *item->mutable_dot());
      person(row.by, *item->mutable_by());
      item->set_written_ms(row.wall_ms);
      record(row.after, *item->mutable_after());
    }
    page.set_total(static_cast<std::uint32_t>(from.total));
  }
  void operator()(const KindsShown&) {
    auto& kinds = *to->mutable_kinds();
    for (const auto& entity : cycle::entities()) write_kind(entity, *kinds.add_kinds());
    constexpr std::string_view kJournal = "journal.";
    for (const auto& one : cycle::prompts()) {
      const std::string_view of = one.of;
      if (of.substr(0, kJournal.size()) != kJournal) continue;
      auto* item = kinds.add_journal_prompts();
      item->set_key(std::string(of.substr(kJournal.size())));
      write_prompt(&one, *item->mutable_text());
    }
  }
  void operator()(const PreviewShown& from) {
    auto& preview = *to->mutable_preview();
    values(from.values, *preview.mutable_content()->mutable_values());
    preview.set_by_name(text_of(from.by_name));
    preview.set_name_hidden(from.hidden);
    preview.set_space(bytes_of(from.space));
    preview.set_space_name(text_of(from.space_name));
    preview.set_readers(static_cast<std::uint32_t>(from.readers));
  }
  void operator()(const CategoriesShown& from) {
    auto& list = *to->mutable_categories();
    for (const auto& one : from.rows) {
      auto* item = list.add_categories();
      item->set_key(text_of(one.key));
      item->mutable_label()->set_indonesian(text_of(one.indonesian));
      item->mutable_label()->set_english(text_of(one.english));
      item->set_version(one.version);
      item->set_retired(one.retired);
      item->set_own(one.own);
    }
  }
  void operator()(const DailyShown& from) {
    auto& daily = *to->mutable_daily();
    if (from.discussion) record(*from.discussion, *daily.mutable_discussion());
    daily.set_date(from.date);
    daily.set_closes(from.closes);
    daily.set_closed(from.closed);
    for (const auto& row : from.problems) {
      auto* item = daily.add_problems();
      record(row.problem, *item->mutable_problem());
      item->set_carried_over(row.carried_over);
      item->set_rooted(row.rooted);
      item->set_me_too(static_cast<std::uint32_t>(row.me_too));
      item->set_me_too_own(row.me_too_own);
      for (const auto& [one, late] : row.contributions) {
        auto* said = item->add_contributions();
        record(one, *said->mutable_contribution());
        said->set_late(late);
      }
    }
  }
  void operator()(const AgendaShown& from) {
    auto& agenda = *to->mutable_agenda();
    for (const auto& row : from.items) {
      auto* item = agenda.add_items();
      record(row.item, *item->mutable_item());
      item->set_title(text_of(row.title));
      if (row.teacher) person(row.teacher, *item->mutable_teacher());
    }
    agenda.set_duplicates(static_cast<std::uint32_t>(from.duplicates));
    agenda.set_minutes_on_topic(from.on_topic);
    agenda.set_minutes_other(from.other);
  }
  void operator()(const IdeasShown& from) {
    auto& ideas = *to->mutable_ideas();
    for (const auto& [one, word] : from.rows) {
      auto* item = ideas.add_ideas();
      record(one, *item->mutable_idea());
      item->set_cluster(text_of(word));
    }
  }
  void operator()(const AttendanceShown& from) {
    auto& list = *to->mutable_attendance();
    for (const auto& row : from.rows) {
      auto* item = list.add_rows();
      person(row.person, *item->mutable_person());
      for (const auto& one : row.said) record(one, *item->add_said());
      item->set_disputed(row.disputed);
    }
  }
  void operator()(const MenuShown& from) {
    auto& menu = *to->mutable_menu();
    for (const auto& [alternative, row] : from.rows) {
      auto* item = menu.add_items();
      record(alternative, *item->mutable_alternative());
      item->set_tried(static_cast<std::uint32_t>(row.tried));
      item->set_effective(static_cast<std::uint32_t>(row.effective));
      item->set_partly(static_cast<std::uint32_t>(row.partly));
      item->set_endorsements(static_cast<std::uint32_t>(row.endorsements));
    }
  }
  void operator()(const StoryShown& from) {
    auto& story = *to->mutable_story();
    record(from.problem, *story.mutable_problem());
    for (const auto& line : from.story.lines) {
      auto* item = story.add_lines();
      item->set_chapter(cycle::chapter_name(line.chapter));
      write_label(cycle::chapter_name(line.chapter), *item->mutable_label());
      item->set_date(text_of(line.date));
      item->set_record(bytes_of(line.record));
      person(line.by, *item->mutable_by());
      item->set_text(text_of(line.text));
      item->set_state(text_of(line.state));
      item->set_round(static_cast<std::uint32_t>(line.round));
      item->set_days_since(line.days_since);
    }
    story.set_quiet_days(from.story.quiet_days);
    story.set_stalled(from.story.stalled);
    story.set_rounds(static_cast<std::uint32_t>(from.story.rounds));
  }
  void operator()(const WalksShown& from) {
    auto& page = *to->mutable_walks();
    for (const auto& row : from.rows) {
      auto* item = page.add_walks();
      record(row.problem, *item->mutable_problem());
      item->set_quiet_days(row.quiet_days);
      item->set_stalled(row.stalled);
      item->set_rounds(static_cast<std::uint32_t>(row.rounds));
    }
    page.set_more(from.more);
  }
  void operator()(const DaysShown& from) {
    to->mutable_days();
    for (const auto& [date, effective] : from.days) {
      auto* item = to->mutable_days()->add_days();
      item->set_date(date);
      item->set_effective(effective);
    }
  }
  void operator()(const AsksShown& from) {
    auto& asks = *to->mutable_asks();
    for (const auto& row : from.rows) {
      auto* item = asks.add_asks();
      item->set_what(row.kind);
      record(row.record, *item->mutable_record());
      if (row.problem) item->set_problem(bytes_of(*row.problem));
      item->set_title(text_of(row.title));
      item->set_days(row.days);
    }
    asks.set_total(static_cast<std::uint32_t>(from.total));
  }
  void operator()(const InstrumentsShown& from) {
    auto& list = *to->mutable_instruments();
    for (const auto& one : from.rows) {
      auto* item = list.add_instruments();
      item->set_code(text_of(one.code));
      item->set_version(one.version);
      item->mutable_name()->set_indonesian(text_of(one.indonesian));
      item->mutable_name()->set_english(text_of(one.english));
      item->set_provisional(one.provisional);
      item->set_own(one.own);
      for (const auto& line : one.items) {
        auto* row = item->add_items();
        row->set_number(line.number);
        row->mutable_text()->set_indonesian(text_of(line.indonesian));
        row->mutable_text()->set_english(text_of(line.english));
        row->set_max(line.max);
      }
    }
  }
  void operator()(const cycle::ObservationResult& from) {
    auto& result = *to->mutable_result_of_observation();
    result.set_items(static_cast<std::uint32_t>(from.items));
    result.set_scored(static_cast<std::uint32_t>(from.scored));
    result.set_not_applicable(static_cast<std::uint32_t>(from.not_applicable));
    result.set_counted(from.counted);
    result.set_sum(from.sum);
    result.set_max(from.max);
    result.set_percent(from.percent);
  }
  void operator()(const std::monostate&) { to->mutable_done(); }

  wire::CycleReply* to = nullptr;

 private:
  const CycleReply& reply_;
};

}  // namespace

void write_decisions(const DecisionsShown& from, const Names& names, wire::Decisions& to) {
  for (const auto& one : from.rows) DecisionWriter{from, names}.write(one, *to.add_decisions());
}

std::string kind_text(std::uint32_t type) {
  if (type == cycle::kJournalEntryType) return "journal_entry";
  if (type == cycle::kAttachmentType) return "attachment";
  const auto* entity = cycle::entity(type);
  return entity == nullptr ? "" : entity->name;
}

void write_cycle(const CycleReply& from, wire::CycleReply& to) {
  Writer writer(from);
  writer.to = &to;
  std::visit(writer, from.result);
}

}  // namespace sejawat::api::door
