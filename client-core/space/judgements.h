// Judgements of the sets that were asked about last. Private to the room.
#pragma once

#include <array>

#include "judgement.h"

namespace sejawat::space {

// Most records come on top of what was judged a moment ago, so most sets are one of before and a record or
// two.
class Judgements {
 public:
  // Good until the next one is asked for.
  const Judgement& of(const Membership& membership, const Places& these);
  const Judgement& of_all(const Membership& membership);

 private:
  // What is here, and one or two branches that come in turns with it.
  std::array<std::unique_ptr<Judgement>, 4> kept_;  // asked for last first
};

}  // namespace sejawat::space
