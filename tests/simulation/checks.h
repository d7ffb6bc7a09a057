// What must be true in the end, once everybody has heard of everything (schedule.cpp, late_work.cpp,
// community.cpp).
#pragma once

#include "school.h"

namespace sejawat::simulation {

std::string waiting_of(Device& device);  // what is not sealed or not readable yet
std::string where(const Person& person, const Device& device);
// Nothing written in a space waits here for a segment or for a carrier.
bool has_brought_all(const api::Status& status, const base::SpaceId& space);
// Some server has the diary of this person.
bool is_held(School& school, Person& person);
// Everything of one person, on each device and on a new phone with only the card.
void check_person(School& school, Person& person);
// Work of revoked devices, before anybody readmits it: kept, and shown by nobody else.
void check_late(School& school, Person& person);
// Photos: on each device as a name, on a new phone (held by the card alone until now) as what they show.
void check_photos_listed(World& world, Person& person, Device& device, bool own_only);
void check_photos_come(School& school, Person& person, Device& fresh);
// What members share with each other.
void check_shared(School& school);
// And what of it was written by who is no member any more.
void check_late_shared(School& school);
// Servers against each other, and every space's keys and members.
void check_servers(School& school);

}  // namespace sejawat::simulation
