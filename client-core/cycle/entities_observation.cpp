// Observed lessons (F32): what is looked at is data with a version, and one sheet is one observer's.
#include "entities.h"

namespace sejawat::cycle {
namespace {

using K = FieldKind;

StateMachine observation_states() {
  // A final sheet is not touched any more; a correction goes back through the draft and says why.
  return {{{1, "draft"},
           {2, "final", false, true},
           {3, "discussed", false, true},
           {4, "acknowledged", true, true},
           {5, "responded", false, true},
           {6, "cancelled", true}},
          {{"draft", "final", owner},
           {"final", "draft", owner, true},
           {"final", "discussed", owner | asked},
           {"final", "acknowledged", asked},
           {"final", "responded", asked, true},
           {"discussed", "acknowledged", asked},
           {"discussed", "responded", asked, true},
           {"responded", "discussed", owner | asked},
           {"responded", "acknowledged", asked},
           {"draft", "cancelled", owner, true}}};
}

}  // namespace

std::vector<Entity> entities_of_observation() {
  return {
      {kInstrument,
       "instrument",
       Home::school,
       owner | facilitator | principal,
       {{1, "code", K::text, true},
        {2, "name", K::text, true},
        {3, "version", K::number, true},
        {4, "note", K::prose}},
       {{1,
         "items",
         {{1, "number", K::number, true},
          {2, "text", K::prose, true},
          {3, "max", K::number, true},
          {4, "rubric", K::prose}},
         64}},
       {{{1, "draft"}, {2, "valid", false, true}, {3, "retired", true, true}},
        {{"draft", "valid", owner | facilitator | principal},
         {"valid", "retired", owner | facilitator | principal}}},
       "name",
       nullptr},
      // Two observers of one lesson write two of them. The teacher who is observed is the one that is
      // `asked`.
      {kObservation,
       "observation",
       Home::circle,
       owner,
       {{1, "asked", K::person, true},
        {2, "instrument", K::text, true},
        {3, "version", K::number, true},
        {4, "date", K::date, true},
        {5, "class", K::text},
        {6, "band", K::choice, false, {{1, "low"}, {2, "high"}}},
        {7, "subject", K::text},
        {8, "occasion", K::text},
        {9, "summary", K::prose}},
       {{1,
         "scores",
         {{1, "number", K::number, true},
          {2, "score", K::number},
          {3, "max", K::number, true},
          {4, "not_applicable", K::yes_no},
          {5, "evidence", K::prose}},
         64},
        {2, "notes", {{1, "time", K::time, true}, {2, "text", K::prose, true}}, 128}},
       observation_states(),
       "occasion",
       "date"},
  };
}

}  // namespace sejawat::cycle
