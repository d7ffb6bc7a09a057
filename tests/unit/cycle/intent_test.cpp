// A step taken offline on a record that moved on, with real stores and real ops: for every kind of record,
// every state of its table and every pair of steps from there. Nothing here names a kind; a new table is
// covered by itself.
#include <algorithm>

#include "record_fixture.h"

namespace sejawat::cycle {
namespace {

Record filled(const Entity& kind, const base::PersonId& me) {
  Record record;
  record.type = kind.type;
  for (const auto& field : kind.fields) {
    const std::string_view name = field.name;
    const bool named = name == "leader" || name == "recorder" || name == "asked";
    if (!field.required && !named) continue;
    std::string text = "kalimat";
    if (field.kind == FieldKind::choice) text = field.choices.front().name;
    if (field.kind == FieldKind::date) text = "2026-11-24";
    if (field.kind == FieldKind::time) text = "08:30";
    if (field.kind == FieldKind::number) text = "3";
    if (field.kind == FieldKind::yes_no) text = "yes";
    if (field.kind == FieldKind::person) text = me.hex();
    if (field.kind == FieldKind::record) text = "0102030405060708";
    record.values[field.name] = text;
  }
  return record;
}

// States on the way from the first one to each, the shortest way.
std::map<std::uint8_t, std::vector<std::uint8_t>> ways(const StateMachine& machine) {
  std::map<std::uint8_t, std::vector<std::uint8_t>> ways{{machine.states.front().number, {}}};
  for (bool more = true; more;) {
    more = false;
    for (const auto& from : machine.states) {
      for (const auto& to : machine.states) {
        if (ways.count(from.number) == 0 || ways.count(to.number) != 0) continue;
        if (machine.find(from.number, to.number) == nullptr) continue;
        auto way = ways[from.number];
        way.push_back(to.number);
        ways[to.number] = way;
        more = true;
      }
    }
  }
  return ways;
}

void walk(Teacher& who, const base::ObjectId& id, const StateMachine& machine, std::uint8_t to) {
  const auto done = who.step(id, machine.by_number(to)->name, "sebab", "2026-12-01");
  ASSERT_TRUE(done.ok()) << done.error().detail();
}

TEST(Intents, AStepOnARecordThatMovedOnIsKeptShownAndDecidedInEveryTableFromEveryState) {
  std::size_t kept = 0;
  std::size_t tables = 0;
  for (const auto& kind : entities()) {
    if (!kind.has_states()) continue;
    ++tables;
    const StateMachine& machine = kind.states;
    const auto way_to = ways(machine);
    EXPECT_EQ(way_to.size(), machine.states.size()) << kind.name << ": a state that nothing leads to";
    School school(1);
    school.give_role(0, Who::facilitator | Who::principal | Who::coordinator);
    auto& other = school.second_device_of(0);
    auto& here = school.desk(0);
    for (const auto& [state, way] : way_to) {
      std::vector<std::uint8_t> next;
      for (const auto& to : machine.states) {
        if (to.number != state && machine.find(state, to.number) != nullptr) next.push_back(to.number);
      }
      for (const auto a : next) {
        for (const auto b : next) {
          SCOPED_TRACE(std::string(kind.name) + ": " + machine.by_number(state)->name + " to " +
                       machine.by_number(a)->name + " | " + machine.by_number(b)->name);
          const auto id = here.begin(filled(kind, here.person()));
          for (const auto step : way) walk(here, id, machine, step);
          school.send(0, 1, id);
          // Here it moves on by two steps where the table has them; there somebody offline takes one.
          walk(here, id, machine, a);
          std::uint8_t stands = a;
          for (const auto& to : machine.states) {
            if (machine.find(a, to.number) == nullptr || to.number == a || to.number == b) continue;
            walk(here, id, machine, to.number);
            stands = to.number;
            break;
          }
          walk(other, id, machine, b);
          school.send(0, 1, id);
          school.send(1, 0, id);
          const auto seen = here.show(id);
          const auto also = other.show(id);
          EXPECT_EQ(seen.state, also.state);
          EXPECT_EQ(seen.open_intents(), also.open_intents());
          if (a == b) {
            EXPECT_EQ(seen.open_intents(), 0U) << "both wished the same";
            EXPECT_EQ(seen.state, machine.by_number(stands)->name);
            continue;
          }
          ASSERT_EQ(seen.open_intents(), 1U) << "never dropped";
          const auto& intent = seen.intents.front();
          if (stands != a) {
            EXPECT_EQ(seen.state, machine.by_number(stands)->name) << "what was built on stands";
            EXPECT_EQ(intent.to, machine.by_number(b)->name);
          }
          EXPECT_EQ(intent.unfit, Unfit::moved_on);
          store::RecordFilter undecided;
          undecided.undecided = true;
          undecided.limit = 1000;
          auto waiting = here.records().list(undecided);
          ASSERT_TRUE(waiting.ok());
          EXPECT_EQ(std::count_if(waiting->begin(), waiting->end(),
                                  [&id = id](const RecordView& one) { return one.record.id == id; }),
                    1)
              << "shown in the list of what waits";
          ASSERT_TRUE(here.records().dismiss(here.pen(), id, intent.dot).ok());
          school.send(0, 1, id);
          EXPECT_EQ(other.show(id).open_intents(), 0U);
          EXPECT_EQ(other.show(id).intents.size(), 1U) << "put aside, and still there";
          ++kept;
        }
      }
    }
  }
  EXPECT_GE(tables, 8U);
  EXPECT_GT(kept, 100U);
}

}  // namespace
}  // namespace sejawat::cycle
