// What the records of the cycle are made of, as data (product A.1, A.2, B.2, B.3). One table names every
// entity, field, part and state; writing, checking, merging, listing, JSON and the door read it. Adding an
// entity or a field touches its table in entities_*.cpp and its test, nothing else.
//
// Numbers (types, fields, parts, choices, states) are signed bytes: append only, never reused. Names are the
// stable English keys of JSON and of the command line.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sejawat::cycle {

// Types of records. 1 is the journal entry (cycle/journal.h), 2 and 3 are the core's own.
enum Type : std::uint32_t {
  kProblem = 10,
  kRound = 11,
  kRootCause = 12,
  kAlternative = 13,
  kTrial = 14,
  kReflection = 15,
  kPractice = 16,
  kContribution = 17,
  kEndorsement = 18,
  kProblemSource = 19,
  kTraining = 20,
  kDailyDiscussion = 30,
  kWeeklyDiscussion = 31,
  kAgendaItem = 32,
  kIdea = 33,
  kAttendance = 34,
  kMinutes = 35,
  kRecurrence = 36,
  kGrouping = 37,
  kGroup = 50,
  kSchoolYear = 51,
  kCalendarDay = 52,
  kClass = 53,
  kCategory = 54,
  kSupportRequest = 55,
  kCluster = 56,
  kInstrument = 70,
  kObservation = 71,
};

enum class FieldKind : std::uint8_t {
  text,    // one line; concurrent edits are kept side by side
  prose,   // paragraphs; concurrent edits of different paragraphs merge (B.5)
  date,    // YYYY-MM-DD
  time,    // HH:MM, local
  number,  // integer
  yes_no,  // "yes" or "no"
  choice,  // one of a list
  person,  // 32 hexadecimal digits
  record,  // id of another record, 16 hexadecimal digits; it may not be here, or not for us
};

struct Choice {
  std::uint8_t number;
  const char* name;
};
struct Field {
  std::uint32_t number;  // 1 ... ; 15 is taken by the origin of the record
  const char* name;
  FieldKind kind;
  bool required = false;
  std::vector<Choice> choices = {};
  std::uint32_t refers_to = 0;  // of `record`: the type it should have; 0: any
};
// A repeated part of a record with an identity of its own: the measures of a trial, the decisions of minutes.
struct Part {
  std::uint32_t number;  // 1 ... 31
  const char* name;
  std::vector<Field> fields;
  std::uint32_t most = 32;
  // An OR-set: the identity is a hash of the (only) field's value, so the same value added twice is one.
  bool set = false;
};

// Who, in relation to a record. A set of bits; `anyone` is every writer of the space.
enum Who : std::uint16_t {
  nobody = 0,
  owner = 1,         // who began the record
  leader = 2,        // named in its field `leader`
  recorder = 4,      // named in its field `recorder`
  asked = 8,         // named in its field `asked`
  facilitator = 16,  // by role in the space; its admin counts as one
  principal = 32,
  coordinator = 64,
  anyone = 1024,
};

struct State {
  std::uint8_t number;  // the first of the list is where a record begins
  const char* name;
  bool ended = false;  // nothing is expected to follow
  bool fixed = false;  // its fields cannot be changed while it stands here
};
struct Transition {
  const char* from;  // "*": from any that is not ended
  const char* to;
  std::uint16_t who;
  bool needs_reason = false;
  bool needs_date = false;  // until when
};
struct StateMachine {
  std::vector<State> states;
  std::vector<Transition> transitions;
  const State* by_name(std::string_view name) const;
  const State* by_number(std::uint8_t number) const;
  // nullptr: the table does not have it.
  const Transition* find(std::uint8_t from, std::uint8_t to) const;
};

// Where its records live (docs/PROTOCOL.md, "Types of records").
enum class Home : std::uint8_t {
  personal,  // the teacher alone
  circle,    // a working group, or a school or cluster as a whole
  either,    // private or in a circle: a cycle may be walked alone
  school,    // a school or cluster, not a group
};

struct Entity {
  std::uint32_t type;
  const char* name;
  Home home;
  std::uint16_t edited_by;  // who may change fields after it was begun
  std::vector<Field> fields;
  std::vector<Part> parts = {};
  StateMachine states = {};     // empty: it has none
  const char* title = nullptr;  // the field a list shows
  const char* date = nullptr;   // the field that orders lists; else the day it was written
  bool has_states() const { return !states.states.empty(); }
  const Field* field(std::string_view name) const;
  const Field* field(std::uint32_t number) const;
  const Part* part(std::string_view name) const;
  const Part* part(std::uint32_t number) const;
};

// Every entity this version knows, ascending by type. Program lifetime.
const std::vector<Entity>& entities();
const Entity* entity(std::uint32_t type);
const Entity* entity(std::string_view name);

inline constexpr std::uint32_t kOriginField = 15;
inline constexpr std::uint32_t kPartBits =
    5;  // element = identity << 5 | part number; 0 is the record itself

}  // namespace sejawat::cycle
