#include "cycle/schema.h"

#include <algorithm>

#include "entities.h"

namespace sejawat::cycle {
namespace {

template <class List, class Matches>
auto first_of(const List& list, Matches matches) -> decltype(list.data()) {
  const auto found = std::find_if(list.begin(), list.end(), matches);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const State* StateMachine::by_name(std::string_view name) const {
  return first_of(states, [&](const State& state) { return name == state.name; });
}
const State* StateMachine::by_number(std::uint8_t number) const {
  return first_of(states, [&](const State& state) { return number == state.number; });
}
const Transition* StateMachine::find(std::uint8_t from, std::uint8_t to) const {
  const State* source = by_number(from);
  const State* target = by_number(to);
  if (source == nullptr || target == nullptr) return nullptr;
  return first_of(transitions, [&](const Transition& one) {
    const std::string_view wanted = one.from;
    const bool any = wanted == "*" && !source->ended && source != target;
    return std::string_view(one.to) == target->name && (wanted == source->name || any);
  });
}

const Field* Entity::field(std::string_view wanted) const {
  return first_of(fields, [&](const Field& field) { return wanted == field.name; });
}
const Field* Entity::field(std::uint32_t number) const {
  return first_of(fields, [&](const Field& field) { return number == field.number; });
}
const Part* Entity::part(std::string_view wanted) const {
  return first_of(parts, [&](const Part& part) { return wanted == part.name; });
}
const Part* Entity::part(std::uint32_t number) const {
  return first_of(parts, [&](const Part& part) { return number == part.number; });
}

const std::vector<Entity>& entities() {
  static const std::vector<Entity> all = [] {
    std::vector<Entity> list = entities_of_the_cycle();
    for (auto& more : {entities_of_meetings(), entities_of_the_school(), entities_of_observation()}) {
      list.insert(list.end(), more.begin(), more.end());
    }
    std::sort(list.begin(), list.end(), [](const Entity& a, const Entity& b) { return a.type < b.type; });
    return list;
  }();
  return all;
}
const Entity* entity(std::uint32_t type) {
  return first_of(entities(), [&](const Entity& one) { return one.type == type; });
}
const Entity* entity(std::string_view name) {
  return first_of(entities(), [&](const Entity& one) { return name == one.name; });
}

}  // namespace sejawat::cycle
