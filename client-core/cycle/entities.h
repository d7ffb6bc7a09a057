// The tables, one file a subject.
#pragma once

#include "cycle/schema.h"

namespace sejawat::cycle {

std::vector<Entity> entities_of_the_cycle();
std::vector<Entity> entities_of_meetings();
std::vector<Entity> entities_of_the_school();
std::vector<Entity> entities_of_observation();

}  // namespace sejawat::cycle
