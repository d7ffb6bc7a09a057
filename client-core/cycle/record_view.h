// From the ops of one record to what it says.
#pragma once

#include "record_cells.h"

namespace sejawat::cycle {

struct RecordReading {
  const Entity* entity = nullptr;
  log::Dot origin;          // the change that began it
  fold::ObjectState state;  // of the ops that count
  Standing standing;
  std::vector<fold::DottedOp> counting;  // all that are no steps, by whoever may write them, in order
  std::vector<log::Dot> step_dots;       // of every step, standing or not
  RecordView view;
  // Whoever was ever named leader, recorder or asked, by somebody who could name them: what they did in that
  // place stays done when another takes it.
  std::map<base::PersonId, std::uint16_t> named;
};

// not_found: nobody has begun it (yet), or no version of ours knows what it is.
base::Result<RecordReading> read_record(const base::SpaceId& space, const base::ObjectId& id,
                                        std::vector<fold::DottedOp> ops, const People& people);
// `bits` of the record that `who` holds.
std::uint16_t relation(const RecordReading& reading, const base::SpaceId& space, const People& people,
                       const base::PersonId& who);
// Whether `who`, who holds `bits` of the record, may put an intent aside: their own, or as its host.
bool may_dismiss(const base::PersonId& who, std::uint16_t bits,
                 const std::optional<base::PersonId>& author_of_intent);
std::string searchable_text(const RecordReading& reading);

}  // namespace sejawat::cycle
