// Which concurrent texts of a record go together by themselves (docs/PROTOCOL.md, "Records").
#pragma once

#include <map>
#include <vector>

#include "fold/object.h"

namespace sejawat::cycle {

// Of one reading: `ops` are those that count, `state` what is made of them. Both are borrowed. Hostile ops
// have thousands of cells and name thousands of dots: what a register was given is looked up once for all.
class ValueMerge {
 public:
  ValueMerge(const std::vector<fold::DottedOp>& ops, const fold::ObjectState& state)
      : ops_(ops), state_(state) {}
  // nullopt: they do not, and people decide.
  std::optional<std::string> merged(const fold::RegisterKey& key, const fold::Register& values);

 private:
  struct Written {
    log::Dot dot;
    const std::string* text;
  };
  void look_up();
  bool saw(const log::Dot& by, const log::Dot& dot) const;
  std::optional<std::string> ancestor(const fold::RegisterKey& key, const fold::Register& values) const;
  const std::vector<fold::DottedOp>& ops_;
  const fold::ObjectState& state_;
  bool looked_up_ = false;
  std::map<fold::RegisterKey, std::vector<Written>> written_;  // of those that may merge
  std::map<log::Dot, std::vector<log::Dot>> seen_;             // by who wrote what stands there, in order
};

}  // namespace sejawat::cycle
