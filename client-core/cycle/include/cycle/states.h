// How a record stands: the chain of its steps as a function of the set of steps, whatever the order of
// arrival (cycle.md, "States"; product B.3). A step names the one it saw last. Where two followed the same
// one, what others built on stands: the longer chain, of equally long ones the first by (lamport, dot). What
// does not stand is kept as an intent and shown, never dropped; taking it is a new step, or it is dismissed.
// Whoever wished the same as one that stands got it; what they said with it is kept beside.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cycle/schema.h"
#include "log/op.h"

namespace sejawat::cycle {

// One op of kind append on the record (record_cells.h has the fields).
struct StepOp {
  log::Dot dot;
  std::vector<log::Dot> saw;  // the last step, and intents that this one answers
  std::uint8_t from = 0;
  std::uint8_t to = 0;  // 0: this op only dismisses the intents it saw
  std::string reason;
  std::string until;  // YYYY-MM-DD
  std::uint64_t lamport = 0;
  std::int64_t wall_ms = 0;
};

enum class Unfit : std::uint8_t {
  none,
  moved_on,       // the record had gone elsewhere
  not_permitted,  // by whom it is not for
  impossible,     // the table has no such step
};

struct Standing {
  std::uint8_t state = 0;
  std::vector<StepOp> steps;  // that stand, in order
  // Taken apart from one of these, between the same states, with words of their own: two answers to one
  // question are both answers. By (lamport, dot).
  std::vector<StepOp> agreed;
  struct Intent {
    StepOp step;
    Unfit why = Unfit::none;
    bool dismissed = false;
  };
  std::vector<Intent> intents;   // by (lamport, dot); wishes that came true are not among them
  std::optional<log::Dot> last;  // what the next step follows
};

// Whether the author of this step may take it, by the one who asks.
using MayStep = std::function<bool(const StepOp&, const Transition&)>;
// Whether the author of the first, which has no cells, may put the second aside.
using MayDismiss = std::function<bool(const StepOp&, const StepOp&)>;
Standing stand(const StateMachine& machine, std::vector<StepOp> ops, const MayStep& may,
               const MayDismiss& may_dismiss);

}  // namespace sejawat::cycle
