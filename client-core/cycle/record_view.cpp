#include "record_view.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "merge_values.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

bool earlier(const fold::DottedOp& a, const fold::DottedOp& b) {
  return a.op.lamport != b.op.lamport ? a.op.lamport < b.op.lamport : a.dot < b.dot;
}

// Everything one reading needs while it is made. Ops are in order of (lamport, dot).
class Reader {
 public:
  Reader(const base::SpaceId& space, const base::ObjectId& id, std::vector<fold::DottedOp> ops,
         const People& people)
      : space_(space), id_(id), ops_(std::move(ops)), people_(people) {
    std::sort(ops_.begin(), ops_.end(), earlier);
  }

  base::Result<RecordReading> read() {
    if (!find_origin()) return base::error(base::Code::not_found, "record");
    name_people();
    std::vector<fold::DottedOp> counting;
    std::vector<StepOp> steps;
    for (const auto& op : ops_) {
      if (op.op.kind == log::OpKind::append) {
        if (auto step = step_of(op)) steps.push_back(std::move(*step));
      } else if (may_write(op)) {
        counting.push_back(op);
      }
    }
    for (const auto& step : steps) reading_.step_dots.push_back(step.dot);
    reading_.state = fold::fold(counting);
    note_births(counting);
    stand_up(std::move(steps));
    show(counting);
    reading_.counting = std::move(counting);
    return std::move(reading_);
  }

 private:
  std::optional<base::PersonId> author(const log::Dot& dot) const {
    return people_.author_of(space_, dot.branch);
  }

  bool find_origin() {
    for (const auto& op : ops_) {
      if (op.op.kind != log::OpKind::write) continue;
      for (const auto& cell : op.op.cells) {
        if (cell.element != 0 || cell.field != kOriginField || !cell.value) continue;
        const auto by = author(op.dot);
        if (!by || !is_origin(space_, *by, id_, *cell.value)) continue;
        // One that calls itself something else is no beginning, whichever comes first.
        reading_.entity = entity(op.op.type);
        if (reading_.entity == nullptr) continue;
        reading_.origin = op.dot;
        reading_.view.owner = *by;
        reading_.view.begun_ms = op.op.wall_ms;
        return true;
      }
    }
    return false;
  }

  void name_people() {
    for (const auto& [name, bit] : {std::pair{"leader", Who::leader}, std::pair{"recorder", Who::recorder},
                                    std::pair{"asked", Who::asked}}) {
      const Field* field = reading_.entity->field(name);
      if (field == nullptr) continue;
      for (const auto& op : ops_) {
        if (op.op.kind != log::OpKind::write) continue;
        for (const auto& cell : op.op.cells) {
          if (cell.element != 0 || cell.field != field->number || !cell.value) continue;
          const auto person = base::PersonId::from(base::as_bytes(*cell.value));
          const auto by = author(op.dot);
          if (person && by && (bits_of(*by) & reading_.entity->edited_by) != 0)
            reading_.named[*person] |= bit;
        }
      }
    }
  }

  std::uint16_t bits_of(const base::PersonId& who) const { return relation(reading_, space_, people_, who); }

  bool may_write(const fold::DottedOp& op) const {
    const auto by = author(op.dot);
    if (!by) return false;
    if ((bits_of(*by) & reading_.entity->edited_by) != 0) return true;
    if (!(*by == reading_.view.owner)) return false;
    // What nobody edits was written once, by its owner, who may also take it away and bring it back.
    if (op.op.kind != log::OpKind::write || op.op.cells.empty()) return true;
    return std::any_of(op.op.cells.begin(), op.op.cells.end(), [this](const log::Cell& cell) {
      return cell.element == 0 && cell.field == kOriginField && cell.value &&
             is_origin(space_, reading_.view.owner, id_, *cell.value);
    });
  }

  void note_births(const std::vector<fold::DottedOp>& counting) {
    for (const auto& op : counting) {
      if (op.op.kind != log::OpKind::write) continue;
      for (const auto& cell : op.op.cells) births_.emplace(cell.element, births_.size());
      writers_[op.dot] = &op;
    }
  }

  void stand_up(std::vector<StepOp> steps) {
    reading_.standing = stand(
        reading_.entity->states, std::move(steps),
        [this](const StepOp& step, const Transition& transition) {
          const auto by = author(step.dot);
          return by && (bits_of(*by) & transition.who) != 0;
        },
        [this](const StepOp& dismissal, const StepOp& intent) {
          const auto by = author(dismissal.dot);
          return by && may_dismiss(*by, bits_of(*by), author(intent.dot));
        });
  }

  StepView step_view(const StepOp& step) const {
    StepView view;
    view.dot = step.dot;
    view.by = author(step.dot);
    const auto name = [this](std::uint8_t number) {
      const State* state = reading_.entity->states.by_number(number);
      return state == nullptr ? "#" + std::to_string(number) : std::string(state->name);
    };
    view.from = name(step.from);
    view.to = name(step.to);
    view.reason = step.reason;
    view.until = step.until;
    view.wall_ms = step.wall_ms;
    return view;
  }

  void show(const std::vector<fold::DottedOp>& counting) {
    RecordView& view = reading_.view;
    const fold::ObjectState& state = reading_.state;
    view.record.id = id_;
    view.record.type = reading_.entity->type;
    view.space = space_;
    if (reading_.entity->has_states()) {
      const State* stands = reading_.entity->states.by_number(reading_.standing.state);
      view.state = stands == nullptr ? "" : stands->name;
      view.ended = stands != nullptr && stands->ended;
    }
    show_steps();
    for (const auto& intent : reading_.standing.intents) {
      view.intents.push_back(step_view(intent.step));
      view.intents.back().unfit = intent.why;
      view.intents.back().dismissed = intent.dismissed;
    }
    date_changes(counting);
    judge_trash(counting);
    ValueMerge merge(counting, state);
    for (const auto& [key, values] : state.registers) show_register(key, values, merge);
    for (auto& [name, parts] : view.record.parts) {
      std::sort(parts.begin(), parts.end(), [this](const PartValues& a, const PartValues& b) {
        return births_.at(a.element) < births_.at(b.element);
      });
    }
  }

  // The chain, and behind each step of it what others said who took the same one apart from it.
  void show_steps() {
    using Words = std::pair<std::string_view, std::optional<base::PersonId>>;
    struct Between {
      std::size_t last = 0;  // of the chain
      std::set<Words> said;
    };
    const auto words_of = [this](const StepOp& step) { return Words{step.reason, author(step.dot)}; };
    const auto& chain = reading_.standing.steps;
    std::map<std::pair<std::uint8_t, std::uint8_t>, Between> between;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      Between& there = between[{chain[i].from, chain[i].to}];
      there.last = i;
      there.said.insert(words_of(chain[i]));
    }
    std::map<std::size_t, std::vector<const StepOp*>> beside;
    for (const auto& step : reading_.standing.agreed) {
      Between& there = between[{step.from, step.to}];
      // One person on two devices said it once.
      if (there.said.insert(words_of(step)).second) beside[there.last].push_back(&step);
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
      reading_.view.steps.push_back(step_view(chain[i]));
      const auto others = beside.find(i);
      if (others == beside.end()) continue;
      for (const auto* step : others->second) reading_.view.steps.push_back(step_view(*step));
    }
  }

  // Anybody may write into any record, and claim any number: what counts for nothing makes nothing newer.
  void date_changes(const std::vector<fold::DottedOp>& counting) {
    RecordView& view = reading_.view;
    log::Dot newest;
    const auto note = [&](const log::Dot& dot, std::uint64_t lamport, std::int64_t wall_ms) {
      if (lamport < view.lamport || (lamport == view.lamport && dot < newest)) return;
      newest = dot;
      view.lamport = lamport;
      view.changed_ms = wall_ms;
    };
    for (const auto& op : counting) note(op.dot, op.op.lamport, op.op.wall_ms);
    for (const auto* steps : {&reading_.standing.steps, &reading_.standing.agreed}) {
      for (const auto& step : *steps) note(step.dot, step.lamport, step.wall_ms);
    }
  }

  // A step is an edit too: whoever deletes without having seen it does not take it away.
  void judge_trash(const std::vector<fold::DottedOp>& counting) {
    RecordView& view = reading_.view;
    view.trashed = reading_.state.trashed;
    view.restored_by_edit = reading_.state.restored_by_edit;
    if (!view.trashed) return;
    std::set<log::Dot> covered;
    for (const auto& op : counting) {
      if (op.op.kind == log::OpKind::trash) covered.insert(op.op.supersedes.begin(), op.op.supersedes.end());
    }
    for (const auto* steps : {&reading_.standing.steps, &reading_.standing.agreed}) {
      for (const auto& step : *steps) {
        if (covered.count(step.dot) != 0) continue;
        view.trashed = false;
        view.restored_by_edit = true;
      }
    }
  }

  void show_register(const fold::RegisterKey& key, const fold::Register& values, ValueMerge& merge) {
    const auto& [element, number] = key;
    const Field* field = field_at(*reading_.entity, element, number);
    if (field == nullptr || values.empty()) return;
    RecordView& view = reading_.view;
    const Part* part = element == 0 ? nullptr : reading_.entity->part(element & ((1U << kPartBits) - 1));
    std::optional<std::string> merged;
    if (values.size() > 1 && field->kind == FieldKind::prose) merged = merge.merged(key, values);
    std::string shown = merged ? *merged : decode_value(*field, values.front().bytes);
    if (part == nullptr) {
      view.record.values[field->name] = std::move(shown);
    } else {
      auto& parts = view.record.parts[part->name];
      // Registers come in the order of their elements, so what is not of the last part begins another.
      if (parts.empty() || parts.back().element != element) parts.push_back({element, {}, false});
      parts.back().values[field->name] = std::move(shown);
    }
    // Two values of one element of a set are two with one hash, not two opinions.
    if (values.size() < 2 || (part != nullptr && part->set)) return;
    FieldVersions versions{element, part == nullptr ? "" : part->name, field->name, {}, merged.has_value()};
    for (const auto& value : values) {
      const auto writer = writers_.find(value.dots.front());
      versions.versions.push_back({decode_value(*field, value.bytes), author(value.dots.front()),
                                   writer == writers_.end() ? 0 : writer->second->op.wall_ms,
                                   value.dots.front()});
    }
    view.versions.push_back(std::move(versions));
  }

  const base::SpaceId space_;
  const base::ObjectId id_;
  std::vector<fold::DottedOp> ops_;
  const People& people_;
  RecordReading reading_;
  std::map<std::uint32_t, std::size_t> births_;  // element -> its place in the order of first writing
  std::map<log::Dot, const fold::DottedOp*> writers_;
};

}  // namespace

base::Result<RecordReading> read_record(const base::SpaceId& space, const base::ObjectId& id,
                                        std::vector<fold::DottedOp> ops, const People& people) {
  return Reader(space, id, std::move(ops), people).read();
}

std::uint16_t relation(const RecordReading& reading, const base::SpaceId& space, const People& people,
                       const base::PersonId& who) {
  std::uint16_t bits = Who::anyone | people.roles_of(space, who);
  if (who == reading.view.owner) bits |= Who::owner;
  const auto found = reading.named.find(who);
  if (found != reading.named.end()) bits |= found->second;
  return bits;
}

bool may_dismiss(const base::PersonId& who, std::uint16_t bits,
                 const std::optional<base::PersonId>& author_of_intent) {
  return (author_of_intent && *author_of_intent == who) ||
         (bits & (Who::owner | Who::leader | Who::facilitator)) != 0;
}

std::string searchable_text(const RecordReading& reading) {
  std::string text;
  const auto add = [&text](const std::vector<Field>& fields, const Values& values) {
    for (const auto& field : fields) {
      if (field.kind != FieldKind::text && field.kind != FieldKind::prose) continue;
      const auto found = values.find(field.name);
      if (found != values.end() && !found->second.empty()) text += found->second + "\n";
    }
  };
  add(reading.entity->fields, reading.view.record.values);
  for (const auto& part : reading.entity->parts) {
    const auto found = reading.view.record.parts.find(part.name);
    if (found == reading.view.record.parts.end()) continue;
    for (const auto& one : found->second) add(part.fields, one.values);
  }
  for (const auto& versions : reading.view.versions) {
    for (const auto& version : versions.versions) text += version.value + "\n";
  }
  return text;
}

const std::string& RecordView::value(const std::string& field) const {
  static const std::string none;
  const auto found = record.values.find(field);
  return found == record.values.end() ? none : found->second;
}
bool RecordView::conflicted() const {
  return std::any_of(versions.begin(), versions.end(), [](const FieldVersions& one) { return !one.merged; });
}
std::uint32_t RecordView::open_intents() const {
  return static_cast<std::uint32_t>(
      std::count_if(intents.begin(), intents.end(), [](const StepView& one) { return !one.dismissed; }));
}

}  // namespace sejawat::cycle
