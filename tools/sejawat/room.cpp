#include "room.h"

#include <algorithm>
#include <ctime>

namespace sejawat::cli {
namespace {

base::Error invalid(const char* what) { return base::error(base::Code::invalid_argument, what); }

std::string folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

template <class AnyId>
std::optional<AnyId> id_of(const std::string& text) {
  base::Bytes bytes;
  if (!base::from_hex(text, bytes)) return std::nullopt;
  return AnyId::from(bytes);
}

}  // namespace

const std::string& Args::operator[](const std::string& name) const {
  static const std::string none;
  const auto found = text.find(name);
  return found == text.end() ? none : found->second;
}
bool Args::flag(const std::string& name) const {
  const auto found = flags.find(name);
  return found != flags.end() && found->second;
}

base::Status Room::open() {
  SJ_TRY_STATUS(session_.open(false));
  if (!core().has_person()) return base::error(base::Code::not_found, "no person in this store yet");
  SJ_TRY(auto status, core().status());
  spaces_ = std::move(status.spaces);
  for (const auto& space : spaces_) {
    if (space.kind == space::SpaceKind::personal) personal_ = space.space;
  }
  // Of every community and group: each person once, under a name if one has arrived anywhere.
  for (const auto& space : spaces_) {
    if (!space.shared()) continue;
    auto members = core().members(&space.space);
    if (!members.ok() && members.code() == base::Code::not_found) continue;  // not all of it is here yet
    if (!members.ok()) return std::move(members).error();
    for (auto& member : *members) {
      const auto known = std::find_if(members_.begin(), members_.end(), [&](const api::MemberInfo& one) {
        return one.person == member.person;
      });
      if (known == members_.end()) {
        members_.push_back(std::move(member));
      } else if (known->name.empty()) {
        known->name = member.name;
      }
    }
  }
  // What somebody wrote stays under their name after they left.
  SJ_TRY(const auto names, core().names());
  for (const auto& [person, name] : names) {
    const auto known = std::find_if(members_.begin(), members_.end(),
                                    [&id = person](const api::MemberInfo& one) { return one.person == id; });
    if (known != members_.end()) continue;
    api::MemberInfo left;
    left.person = person;
    left.name = name;
    members_.push_back(std::move(left));
  }
  return {};
}

std::int64_t Room::utc_offset_ms() {
  const std::time_t at = static_cast<std::time_t>(session_.now().wall_ms / 1000);
  std::tm parts{};
  localtime_r(&at, &parts);
  return static_cast<std::int64_t>(parts.tm_gmtoff) * 1000;
}
cycle::LocalMoment Room::now() { return cycle::local_moment(session_.now().wall_ms, utc_offset_ms()); }
std::string Room::today() { return now().date; }
std::string Room::date_of(std::int64_t wall_ms) { return cycle::local_moment(wall_ms, utc_offset_ms()).date; }

base::Result<base::SpaceId> Room::space(const std::string& given) {
  const std::string& wish = given.empty() ? session_.globals().space : given;
  if (wish == "personal" || wish == "pribadi") return personal_;
  std::optional<base::SpaceId> found;
  for (const auto& space : spaces_) {
    if (!space.shared()) continue;
    // Unless it is named, the community is meant and not a group inside it.
    if (wish.empty() && space.kind == space::SpaceKind::group) continue;
    // Nor one that was left: it can still be read, by its name.
    if (wish.empty() && !space.member) continue;
    if (!wish.empty() && space.space.hex() != wish && folded(space.name) != folded(wish)) continue;
    if (found) return invalid("space: several fit, name one with --space NAME or ID");
    found = space.space;
  }
  if (found) return *found;
  return base::error(base::Code::not_found, wish.empty() ? "space: you belong to no community yet" : "space");
}

base::Result<std::vector<base::SpaceId>> Room::communities() {
  if (!session_.globals().space.empty()) {
    SJ_TRY(auto one, space());
    return std::vector<base::SpaceId>{one};
  }
  std::vector<base::SpaceId> all;
  for (const auto& space : spaces_) {
    if (space.shared()) all.push_back(space.space);
  }
  return all;
}

std::string Room::space_name(const base::SpaceId& id) const {
  if (id == personal_) return say("pribadi", "private");
  for (const auto& space : spaces_) {
    if (space.space == id) return space.name;
  }
  return "";
}

base::Result<cycle::SchoolDays> Room::days() {
  std::vector<base::SpaceId> all;
  for (const auto& space : spaces_) all.push_back(space.space);
  return cycle::SchoolDays::load(records(), all);
}

std::string Room::name_of(const base::PersonId& person) const {
  for (const auto& member : members_) {
    if (member.person == person) return member.name;
  }
  return "";
}

base::Result<base::PersonId> Room::person(const std::string& text) const {
  if (text == "me" || text == "saya") return session_.me();
  if (const auto id = id_of<base::PersonId>(text)) return *id;
  std::optional<base::PersonId> found;
  for (const auto& member : members_) {
    if (folded(member.name) != folded(text)) continue;
    if (found) return invalid("person: several have that name, give the id that `member list` shows");
    found = member.person;
  }
  if (!found) return base::error(base::Code::not_found, "person: no member has that name");
  return *found;
}

base::Result<base::ObjectId> Room::object(const std::string& text) const {
  if (const auto id = id_of<base::ObjectId>(text)) return *id;
  return invalid("id: 16 hexadecimal digits, as the lists show it");
}

base::Result<cycle::RecordView> Room::shown(const std::string& text, cycle::Type type) {
  SJ_TRY(auto id, object(text));
  SJ_TRY(auto view, records().show(id));
  if (view.record.type != type) return base::error(base::Code::not_found, cycle::entity(type)->name);
  return view;
}

int in_room(const Globals& globals, const Args& args, const Work& work) {
  Room room(globals);
  if (!globals.today.empty() && !room.session().clock_reads(globals.today)) {
    return room.session().fail(no_such_day());
  }
  if (auto opened = room.open(); !opened.ok()) return room.session().fail(opened.error());
  if (auto done = work(room, args); !done.ok()) return room.session().fail(done.error());
  return 0;
}

}  // namespace sejawat::cli
