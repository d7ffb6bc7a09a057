#include "fold/state_hash.h"

#include <algorithm>

namespace sejawat::fold {
namespace {

base::ByteView view_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

StateHash::StateHash(base::ByteView key, const base::SpaceId& space)
    : hasher_(crypto::label::kStateHash, base::Digest::kSize, key) {
  hasher_.u8(kFoldVersion).raw(space.view());
}

void StateHash::add(const base::ObjectId& object, const ObjectState& state) {
  hasher_.raw(object.view()).u64(state.type).u8(state.trashed ? 1 : 0);
  hasher_.u64(state.registers.size());
  for (const auto& [place, values] : state.registers) {
    // Which of two concurrent values stands first follows from names that need not be the same everywhere.
    std::vector<const std::string*> sorted;
    for (const auto& value : values) sorted.push_back(&value.bytes);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return *a < *b; });
    hasher_.u64(place.first).u64(place.second).u64(sorted.size());
    for (const auto* bytes : sorted) hasher_.prefixed(view_of(*bytes));
  }
  hasher_.u64(state.counters.size());
  for (const auto& [place, count] : state.counters) {
    hasher_.u64(place.first).u64(place.second).u64(static_cast<std::uint64_t>(count));
  }
  hasher_.u64(state.list.size());
  for (const auto& [dot, cells] : state.list) {
    hasher_.u64(cells.size());
    for (const auto& cell : cells) {
      hasher_.u64(cell.element).u64(cell.field).u8(cell.value ? 1 : 0);
      if (cell.value) hasher_.prefixed(view_of(*cell.value));
    }
  }
}

}  // namespace sejawat::fold
