// Which ops of which segments go when somebody erases an entry or record, and what is attached to it.
#pragma once

#include "core_state.h"

namespace sejawat::api {

// Ops of one object that this person may erase, by where they are.
struct ErasePlan {
  std::vector<log::Dot> unsealed;
  struct Part {
    store::StoredSegment segment;
    std::vector<std::uint32_t> offsets;  // ascending
  };
  std::map<std::pair<base::LogId, std::uint64_t>, Part> parts;
  std::vector<base::ObjectId> objects;  // what was asked for, and what is attached to it
  std::set<log::ChunkId> chunks;        // that carriers may hold
  std::set<log::ChunkId> of_others;     // of those whom an admin erases
  std::vector<log::ChunkId> unsent;     // and those that never left
  EraseReport report;
};

// The author's person may, and an admin of the space.
bool may_erase(Core::State& core, const SpaceState& space, const base::LogId& branch);
// Adds one op, or counts it among those of others.
base::Status plan_dot(Core::State& core, SpaceState& space, const log::Dot& dot, ErasePlan& plan);
base::Result<ErasePlan> plan_of(Core::State& core, SpaceState& space, const base::ObjectId& object);

}  // namespace sejawat::api
