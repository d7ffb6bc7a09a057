// The contract of api_cycle.proto as plain structures; cycle_codec_read.cpp and cycle_codec_write.cpp
// translate, cycle_commands.cpp acts.
#pragma once

#include <variant>

#include "api/core.h"
#include "cycle/asks.h"
#include "cycle/calendar.h"
#include "cycle/categories.h"
#include "cycle/daily.h"
#include "cycle/meeting.h"
#include "cycle/observation.h"
#include "cycle/story.h"

namespace sejawat::api::door {

using MaybeId = std::optional<base::ObjectId>;
using MaybeSpace = std::optional<base::SpaceId>;

struct Content {
  cycle::Values values;
  std::map<std::string, std::vector<cycle::PartValues>> parts;
};

// --- Commands
struct Describe {};
struct RecordAdd {
  MaybeSpace space;
  std::string kind;
  Content content;
};
struct RecordChange {
  base::ObjectId id;
  Content content;
};
struct RecordStep {
  base::ObjectId id;
  std::string to, reason, until;
};
struct RecordTrash {
  base::ObjectId id;
};
struct RecordRestore {
  base::ObjectId id;
};
struct RecordShow {
  base::ObjectId id;
};
struct RecordList {
  std::string kind, state, link_field;
  store::RecordFilter filter;  // but type, state, owner, link_field
  bool mine = false;
};
struct RecordRevisions {
  base::ObjectId id;
  std::size_t offset = 0, limit = 0;
};
struct RecordUndo {
  base::ObjectId id;
  log::Dot dot;
};
struct RecordDecisions {
  base::ObjectId id;
};
struct IntentTake {
  base::ObjectId id;
  log::Dot dot;
  std::string reason, until;
};
struct IntentDismiss {
  base::ObjectId id;
  log::Dot dot;
};
struct Draft {
  MaybeId entry, problem;
  std::uint32_t event = 0;
  MaybeSpace space;
  bool hide_name = false;
  Content content;
};
struct ProblemPreview {
  Draft draft;
};
struct ProblemKeep {
  Draft draft;
};
struct ProblemShare {
  Draft draft;
};
struct ProblemWithdraw {
  base::ObjectId id;
};
struct Contribute {
  base::ObjectId problem;
  std::string kind, text;
  MaybeId reply_to;
  std::string date;
};
struct FindRoot {
  base::ObjectId id;
  Content content;
};
struct ListCategories {
  bool retired = false;
};
struct DailyShow {
  base::SpaceId space;
  std::string date;
  bool begin = false;
};
struct AgendaMake {
  base::ObjectId id;
};
struct AgendaShow {
  base::ObjectId id;
};
struct AgendaAdd {
  base::ObjectId id;
  Content content;
};
struct IdeaAdd {
  base::ObjectId meeting;
  std::string text;
  MaybeId problem;
};
struct IdeasShow {
  base::ObjectId id;
};
struct IdeaGroup {
  base::ObjectId idea;
  std::string word;
};
struct Formulate {
  base::ObjectId id;
};
struct Attend {
  base::ObjectId meeting;
  std::optional<base::PersonId> person;
  std::string status, time;
};
struct AttendanceShow {
  base::ObjectId id;
};
struct MinutesShow {
  base::ObjectId id;
};
struct MinutesWrite {
  base::ObjectId id;
  Content content;
};
struct MinutesRatify {
  base::ObjectId id;
};
struct Propose {
  base::ObjectId id;
  Content content;
};
struct MenuShow {
  MaybeSpace space;
  MaybeId problem;
};
struct Endorse {
  base::ObjectId alternative;
  bool off = false;
};
struct Choose {
  base::ObjectId problem, alternative;
  Content content;
};
struct Training {
  MaybeSpace space;
  Content content;
};
struct TrialPrepare {
  base::ObjectId id;
  Content content;
};
struct TrialStart {
  base::ObjectId id;
  std::string date;
};
struct TrialImpact {
  base::ObjectId trial;
  cycle::JournalEntry entry;
  std::vector<cycle::Measured> measures;
};
struct TrialReflect {
  base::ObjectId id;
  Content content;
};
struct TrialConclude {
  base::ObjectId trial;
  cycle::Verdict verdict;
  std::string date;
};
struct TrialPractice {
  base::ObjectId id;
  Content content;
};
struct StoryShow {
  base::ObjectId id;
};
struct Walks {
  enum class Which : std::uint8_t { all, stalled, waiting };
  Which which = Which::all;
  MaybeSpace space;
  bool ended = false;
  std::size_t offset = 0, limit = 0;
};
struct DaysShow {
  std::string from, until;
};
struct AsksShow {
  MaybeId problem;
  std::size_t limit = 0;
};
struct InstrumentsShow {};
struct Observe {
  base::SpaceId space;
  std::string instrument;
  Content content;
};
struct ObservationShow {
  base::ObjectId id;
};
using CycleCommand =
    std::variant<std::monostate, Describe, RecordAdd, RecordChange, RecordStep, RecordTrash, RecordRestore,
                 RecordShow, RecordList, RecordRevisions, RecordUndo, RecordDecisions, IntentTake,
                 IntentDismiss, ProblemPreview, ProblemKeep, ProblemShare, ProblemWithdraw, Contribute,
                 FindRoot, ListCategories, DailyShow, AgendaMake, AgendaShow, AgendaAdd, IdeaAdd, IdeasShow,
                 IdeaGroup, Formulate, Attend, AttendanceShow, MinutesWrite, MinutesRatify, MinutesShow,
                 Propose, MenuShow, Endorse, Choose, Training, TrialPrepare, TrialStart, TrialImpact,
                 TrialReflect, TrialConclude, TrialPractice, StoryShow, Walks, DaysShow, AsksShow,
                 InstrumentsShow, Observe, ObservationShow>;
struct CycleRequest {
  std::int64_t utc_offset_ms = 0;
  CycleCommand command;
};

// --- Replies
struct Shown {
  cycle::RecordView view;
  bool hidden = false;  // its owner's name
  Delivery delivery = Delivery::saved_here;
  bool brief = false;  // only its title: the reply is full
  bool may_edit = false;
  std::vector<cycle::Transition> may_step;
  std::map<log::Dot, MadeOn> made_on;  // of each value of its versions
};
struct DecisionsShown {
  std::vector<cycle::Decision> rows;  // newest first
  std::map<log::Dot, MadeOn> made_on;
  std::optional<base::PersonId> hidden;  // whose name and device are not shown
};
struct ShownPage {
  std::vector<Shown> records;
  std::optional<store::RecordKey> next;
};
struct ShownRevisions {
  struct Row {
    log::Dot dot;
    std::optional<base::PersonId> by;
    std::int64_t wall_ms = 0;
    Shown after;
  };
  std::vector<Row> rows;
  std::size_t total = 0;
};
struct KindsShown {};
struct PreviewShown {
  cycle::Values values;
  std::string by_name;
  bool hidden = false;
  base::SpaceId space;
  std::string space_name;
  std::size_t readers = 0;
};
struct CategoriesShown {
  std::vector<cycle::Category> rows;
};
struct DailyShown {
  std::optional<Shown> discussion;
  std::string date, closes;
  bool closed = false;
  struct Problem {
    Shown problem;
    bool carried_over = false, rooted = false;
    std::size_t me_too = 0;
    bool me_too_own = false;
    std::vector<std::pair<Shown, bool>> contributions;  // and whether it was late
  };
  std::vector<Problem> problems;
};
struct AgendaShown {
  struct Item {
    Shown item;
    std::string title;
    std::optional<base::PersonId> teacher;
  };
  std::vector<Item> items;
  std::size_t duplicates = 0;
  std::int64_t on_topic = 0, other = 0;
};
struct IdeasShown {
  std::vector<std::pair<Shown, std::string>> rows;  // and the word it is grouped under
};
struct AttendanceShown {
  struct Row {
    base::PersonId person;
    std::vector<Shown> said;
    bool disputed = false;
  };
  std::vector<Row> rows;
};
struct MenuShown {
  std::vector<std::pair<Shown, cycle::MenuItem>> rows;  // `alternative` of the item is moved out
};
struct StoryShown {
  Shown problem;
  cycle::Story story;
};
struct WalksShown {
  struct Row {
    Shown problem;
    std::int64_t quiet_days = 0;
    bool stalled = false;
    std::size_t rounds = 1;
  };
  std::vector<Row> rows;
  bool more = false;
};
struct DaysShown {
  std::vector<std::pair<std::string, bool>> days;
};
struct AsksShown {
  struct Row {
    const char* kind = "";
    Shown record;
    MaybeId problem;
    std::string title;
    std::int64_t days = 0;
  };
  std::vector<Row> rows;
  std::size_t total = 0;
};
struct InstrumentsShown {
  std::vector<cycle::Instrument> rows;
};
struct CycleReply {
  std::variant<Shown, ShownPage, ShownRevisions, KindsShown, PreviewShown, CategoriesShown, DailyShown,
               AgendaShown, IdeasShown, AttendanceShown, MenuShown, StoryShown, WalksShown, DaysShown,
               AsksShown, InstrumentsShown, cycle::ObservationResult, DecisionsShown, std::monostate>
      result;
  std::map<base::PersonId, std::string> names;
  base::PersonId me;
};

}  // namespace sejawat::api::door
