// When the body of a segment may go: the same on every device and carrier, since one that keeps what others
// dropped loses nothing, and one that drops what others still need loses text (docs/PROTOCOL.md, "Erasure").
#pragma once

#include "space/membership.h"

namespace sejawat::space {

// All of its ops are erased, or every segment that an erasure says holds the others is here.
// `holds(const log::SegmentName&)` gives Result<bool>; its errors are passed on.
template <class Holds>
base::Result<bool> body_may_go(const Membership& of, const log::SegmentName& name, std::uint64_t op_count,
                               Holds holds) {
  if (of.erased_ops(name).all(op_count)) return true;
  for (const std::size_t place : of.erasures_of(name)) {
    const auto& witnesses = of.erasures()[place].witnesses;
    bool held = !witnesses.empty();
    for (std::size_t i = 0; held && i < witnesses.size(); ++i) {
      SJ_TRY(held, holds(witnesses[i]));
    }
    if (held) return true;
  }
  return false;
}

}  // namespace sejawat::space
