// How a record lies in the registers of its object, and its steps in appended elements. Numbers are signed
// bytes: append only.
#pragma once

#include "cycle/record.h"

namespace sejawat::cycle {

enum class StepField : std::uint32_t { from = 1, to = 2, reason = 3, until = 4 };

inline std::uint32_t element_of(const Part& part, std::uint32_t identity) {
  return identity << kPartBits | part.number;
}
// nullptr: this version has no such part or field.
const Field* field_at(const Entity& entity, std::uint32_t element, std::uint32_t field);
// Identity of a value in an OR-set: the same on every device.
std::uint32_t set_identity(std::string_view bytes);
// Identity of a part added later: no other device hands it out at the same time.
std::uint32_t late_identity(const log::Dot& dot, std::size_t index);

// The random bytes from which the id of a record follows, and who may be its owner.
base::ObjectId record_id_for(const base::SpaceId&, const base::PersonId&, const OriginNonce&);
bool is_origin(const base::SpaceId&, const base::PersonId&, const base::ObjectId&, std::string_view cell);

log::Op step_op(const Entity& entity, const StepOp& step);
// nullopt: not a step that this version reads.
std::optional<StepOp> step_of(const fold::DottedOp& op);

}  // namespace sejawat::cycle
