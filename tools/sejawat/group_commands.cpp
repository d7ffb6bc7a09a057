// group: working groups (F17), spaces of their own inside a community. Who reads is decided by keys.
#include <iostream>

#include "cycle_commands.h"
#include "sync_run.h"
#include "terminal_text.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

using base::Code;

base::Result<base::SpaceId> group_of(Room& room, const std::string& wish) {
  SJ_TRY(auto space, room.space(wish));
  SJ_TRY(const auto status, room.core().status());
  for (const auto& one : status.spaces) {
    if (one.space == space && one.kind == space::SpaceKind::group) return space;
  }
  return base::error(Code::not_found, "group");
}

base::Status create(Room& room, const Args& args) {
  SJ_TRY(auto community, room.space());
  SJ_TRY(auto group, room.core().create_group(args["name"], &community));
  for (const auto& text :
       args.many.count("member") != 0 ? args.many.at("member") : std::vector<std::string>()) {
    SJ_TRY(auto person, room.person(text));
    SJ_TRY_STATUS(room.core().add_member(group, person, "teacher"));
  }
  if (room.json()) {
    room.session().print(boost::json::object{{"space", group.hex()}, {"name", args["name"]}});
  } else {
    std::cout << group.hex() << "  " << one_line(args["name"]) << "\n";
  }
  return {};
}

base::Status list(Room& room, const Args&) {
  SJ_TRY(const auto status, room.core().status());
  for (const auto& one : status.spaces) {
    if (one.kind != space::SpaceKind::group) continue;
    SJ_TRY(const auto members, room.core().members(&one.space));
    if (room.json()) {
      boost::json::array people;
      for (const auto& member : members) {
        people.push_back({{"person", member.person.hex()},
                          {"name", room.name_of(member.person)},
                          {"role", member.domain_role},
                          {"self", member.self}});
      }
      room.session().print(boost::json::object{{"space", one.space.hex()},
                                               {"name", one.name},
                                               {"admin", one.admin},
                                               {"members", std::move(people)}});
      continue;
    }
    std::cout << one.space.hex() << "  " << one_line(one.name)
              << (one.admin ? room.say("  (Anda pengelolanya)", "  (you look after it)") : "") << "\n";
    for (const auto& member : members) {
      const std::string name = room.name_of(member.person);
      std::cout << "    " << (name.empty() ? member.person.hex() : one_line(name)) << "\n";
    }
  }
  return {};
}

base::Status add(Room& room, const Args& args) {
  SJ_TRY(auto group, group_of(room, args["group"]));
  SJ_TRY(auto person, room.person(args["person"]));
  SJ_TRY_STATUS(room.core().add_member(group, person, args["role"].empty() ? "teacher" : args["role"]));
  room.session().note(
      room.say("Ditambahkan. Ia membaca kelompok ini, juga yang lama, setelah sinkronisasi berikutnya.",
               "Added. They read this group, what is old as well, after the next sync."));
  return {};
}

base::Status remove(Room& room, const Args& args) {
  SJ_TRY(auto group, group_of(room, args["group"]));
  SJ_TRY(auto person, room.person(args["person"]));
  if (!room.yes()) {
    room.session().note(room.say(
        "Akan dikeluarkan dari kelompok: yang sudah dibaca tetap padanya, yang baru tertutup. Ulangi dengan "
        "--yes.",
        "Would be removed from the group: what they read stays with them, what is new is closed. Repeat with "
        "--yes."));
    return {};
  }
  return room.core().remove_member(person, &group);
}

}  // namespace

void add_group_commands(CLI::App& app, Context& context) {
  auto* group = subject(app, "group", "working groups: what is written there only its members can read");
  Verb(group, context, "create", "a group of this community; you look after it")
      .id("name", "its name")
      .many("--member", "somebody of the community, by name or id; may be repeated")
      .runs(create);
  Verb(group, context, "list", "the groups you belong to, with their members").runs(list);
  Verb(group, context, "add", "adds somebody of the community; they need do nothing")
      .id("group", "its name or id")
      .id("person", "a name as `member list` shows it, or an id")
      .one_of("--role", "in the group", {"teacher", "facilitator", "principal", "expert", "reader", "admin"})
      .runs(add);
  Verb(group, context, "remove", "takes somebody out; shows what it would do unless --yes")
      .id("group", "its name or id")
      .id("person", "a name, or an id")
      .runs(remove);
}

}  // namespace sejawat::cli
