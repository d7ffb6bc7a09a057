// What carriers of these tests answered to what was brought: verdicts_test.cpp holds them to the table of
// docs/PROTOCOL.md.
#pragma once

#include <set>
#include <utility>

#include "sync/frame.h"

namespace sejawat::carrier {

enum class On { record, segment, chunk, message };
using VerdictsGiven = std::set<std::pair<On, base::Code>>;

inline VerdictsGiven& verdicts_given() {
  static VerdictsGiven given;
  return given;
}

inline void note_verdicts(const sync::ServerMessage& reply) {
  for (const auto& exception : reply.record_exceptions) verdicts_given().emplace(On::record, exception.code);
  for (const auto& exception : reply.segment_exceptions)
    verdicts_given().emplace(On::segment, exception.code);
  for (const auto& state : reply.chunk_states) verdicts_given().emplace(On::chunk, state.code);
  verdicts_given().emplace(On::message, reply.error);
}

}  // namespace sejawat::carrier
