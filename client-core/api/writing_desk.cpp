#include "writing_desk.h"

namespace sejawat::api {

base::PersonId WritingDesk::me() const {
  return core_.certificate ? core_.certificate->person() : base::PersonId{};
}

base::Result<cycle::Pen> WritingDesk::pen(const base::SpaceId& id) {
  SJ_TRY_STATUS(base::Status(core_.usable));
  if (!core_.device) return base::error(base::Code::not_found, "no person in this store yet");
  const auto space = core_.spaces.find(id);
  if (space == core_.spaces.end()) return base::error(base::Code::unknown_space);
  const auto role = space->second->membership.role_of(me());
  if (!role) return base::error(base::Code::not_permitted, "not a member");
  if (*role < space::WireRole::writer) return base::error(base::Code::not_permitted, "may only read");
  SJ_TRY(auto own, core_.store->own_log(id));
  if (!own) return base::error(base::Code::internal, "a writer without a log");
  return cycle::Pen{id, own->log, me(), wall_ms()};
}

void WritingDesk::changed(const base::ObjectId& id) {
  auto record = core_.store->records_of_cycle().get(id);
  if (record.ok() && *record) {
    core_.note_record((*record)->space, id, (*record)->type);
  } else {
    core_.note_entry(id);
  }
}

std::vector<base::PersonId> WritingDesk::members(const base::SpaceId& id) const {
  std::vector<base::PersonId> persons;
  const auto space = core_.spaces.find(id);
  if (space == core_.spaces.end()) return persons;
  for (const auto& [person, member] : space->second->membership.members()) {
    if (member.role >= space::WireRole::writer) persons.push_back(person);
  }
  return persons;
}

}  // namespace sejawat::api
