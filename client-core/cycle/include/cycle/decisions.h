// Choices between versions: a change that replaced two or more values of one field which nobody had chosen
// between. Nothing of its own is written for it: who chose, when, and between which words stands in the ops,
// so every device tells the same, and whoever changes their mind takes that change back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "fold/object.h"

namespace sejawat::cycle {

struct Written {
  log::Dot dot;
  std::int64_t wall_ms = 0;  // display only
};
struct Decision {
  log::Dot dot;  // the change that decided
  std::optional<base::PersonId> by;
  std::int64_t wall_ms = 0;
  std::string part;  // of a record; empty: the record or entry itself
  std::uint32_t element = 0;
  std::string field;
  std::string chosen;  // "": taken away
  struct Choice {
    std::string value;
    std::optional<base::PersonId> by;
    Written written;
  };
  std::vector<Choice> choices;  // what stood before, newest first
  bool standing = false;        // nothing was written into that field since
};

// The same in registers; the rooms above name fields and read values.
struct RegisterDecision {
  log::Dot dot;
  std::int64_t wall_ms = 0;
  fold::RegisterKey key;
  std::optional<std::string> chosen;
  struct Choice {
    std::string bytes;
    Written written;
  };
  std::vector<Choice> choices;
  bool standing = false;
};
std::vector<RegisterDecision> decisions_in(std::vector<fold::DottedOp> ops);

// The change that takes `change` back; nullopt: there is no such change. The caller writes it.
std::optional<log::Op> undoing(const std::vector<fold::DottedOp>& ops, const log::Dot& change);

}  // namespace sejawat::cycle
