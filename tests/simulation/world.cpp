#include "world.h"

namespace sejawat::simulation {

void World::after(std::int64_t milliseconds, std::function<void()> what) {
  events_.emplace(std::make_pair(now_ + milliseconds, sequence_++), std::move(what));
}

bool World::run_one() {
  if (events_.empty()) return false;
  auto event = events_.extract(events_.begin());
  now_ = event.key().first;
  event.mapped()();
  return true;
}

void World::run_until(std::int64_t moment) {
  while (!events_.empty() && events_.begin()->first.first <= moment) run_one();
  now_ = std::max(now_, moment);
}

}  // namespace sejawat::simulation
