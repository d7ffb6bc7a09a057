#include <iostream>

#include "carry_out.h"
#include "commands.h"
#include "quarantine_commands.h"
#include "terminal_text.h"

namespace sejawat::cli {
namespace {

const char* role_name(space::WireRole role) {
  switch (role) {
    case space::WireRole::carrier: return "carrier";
    case space::WireRole::reader: return "reader";
    case space::WireRole::writer: return "writer";
    case space::WireRole::admin: return "admin";
  }
  return "reader";
}

// --space by name or id; none: the core chooses.
base::Result<std::optional<base::SpaceId>> meant(Session& session) {
  const std::string& wish = session.globals().space;
  if (wish.empty()) return std::optional<base::SpaceId>();
  std::optional<base::SpaceId> found;
  for (const auto& space : session.core().spaces()) {
    if (space.space.hex() != wish && space.name != wish) continue;
    if (found) return base::error(base::Code::invalid_argument, "space: several have that name, give its id");
    found = space.space;
  }
  if (!found) return base::error(base::Code::not_found, "space");
  return found;
}
const base::SpaceId* pointer(const std::optional<base::SpaceId>& space) { return space ? &*space : nullptr; }

int run_members(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto space = meant(session);
  if (!space.ok()) return session.fail(space.error());
  auto members = session.core().members(pointer(*space));
  if (!members.ok()) return session.fail(members.error());
  for (const auto& member : *members) {
    if (globals.json) {
      session.print(boost::json::object{{"person", member.person.hex()},
                                        {"name", member.name},
                                        {"role", member.domain_role},
                                        {"wire_role", role_name(member.role)},
                                        {"devices", member.devices},
                                        {"self", member.self},
                                        {"provisional", member.provisional}});
      continue;
    }
    std::cout << member.person.hex() << "  " << (member.name.empty() ? "-" : one_line(member.name)) << "  "
              << (member.domain_role.empty() ? role_name(member.role) : member.domain_role)
              << (member.self ? session.say("  (Anda)", "  (you)") : "")
              << (member.provisional ? session.say("  [menunggu konfirmasi]", "  [awaits confirmation]") : "")
              << "\n";
  }
  return 0;
}

int with_person(
    const Globals& globals, const std::string& text, const char* indonesian, const char* english,
    const std::function<base::Status(api::Core&, const base::PersonId&, const base::SpaceId*)>& change) {
  Session session(globals);
  auto id = id_from<base::PersonId>(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto space = meant(session);
  if (!space.ok()) return session.fail(space.error());
  return carry_out(
      session, indonesian, english, [&] { return change(session.core(), *id, pointer(*space)); },
      pointer(*space));
}

int run_leave(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto space = meant(session);
  if (!space.ok()) return session.fail(space.error());
  if (!*space) return session.fail(base::error(base::Code::invalid_argument, "--space: which one"));
  return carry_out(
      session,
      "Anda akan keluar: yang sudah dibagikan tetap di sana, yang baru tertutup bagi Anda, catatan "
      "pribadi ikut Anda.",
      "You would leave: what was shared stays there, what is new is closed to you, your own "
      "journal goes with you.",
      [&] { return session.core().remove_member(session.me(), &**space); }, &**space);
}

int run_invites(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto space = meant(session);
  if (!space.ok()) return session.fail(space.error());
  auto invites = session.core().invites(pointer(*space));
  if (!invites.ok()) return session.fail(invites.error());
  for (const auto& invite : *invites) {
    if (globals.json) {
      session.print(boost::json::object{{"id", invite.id.hex()},
                                        {"role", invite.domain_role},
                                        {"uses", invite.uses},
                                        {"joined", invite.joined},
                                        {"expires", invite.expires_seconds},
                                        {"revoked", invite.revoked}});
      continue;
    }
    std::cout << invite.id.hex() << "  " << invite.domain_role << "  " << invite.joined << "/" << invite.uses
              << (invite.revoked ? session.say("  [dicabut]", "  [revoked]") : "") << "\n";
  }
  return 0;
}

int run_revoke_invite(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from<base::HeadTag>(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  return carry_out(session, "Undangan akan dicabut; yang bergabung tanpa mengetahuinya menunggu konfirmasi.",
                   "The invite would be revoked; who joins unaware of it awaits confirmation.",
                   [&] { return session.core().revoke_invite(*id); });
}

const char* why_text(const Session& session, api::Late why) {
  switch (why) {
    case api::Late::removed:
      return session.say("penulisnya sudah bukan anggota", "its writer is no member any more");
    case api::Late::device_removed: return session.say("perangkatnya dikeluarkan", "its device was removed");
    case api::Late::reader: return session.say("penulisnya kini hanya membaca", "its writer only reads now");
    case api::Late::unconfirmed:
      return session.say("bergabungnya belum dikonfirmasi", "the joining is not confirmed yet");
    case api::Late::other: break;
  }
  return session.say("ditulis sesudah batas yang diterima", "written beyond what was accepted");
}

int run_quarantine(const Globals& globals) {
  Session session(globals);
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto waiting = session.core().quarantine();
  if (!waiting.ok()) return session.fail(waiting.error());
  for (const auto& row : *waiting) {
    if (globals.json) {
      session.print(boost::json::object{{"log", row.log.hex()},
                                        {"space", row.space.hex()},
                                        {"person", row.person.hex()},
                                        {"name", row.name},
                                        {"own", row.own},
                                        {"reason", api::late_name(row.why)},
                                        {"may_readmit", row.may_readmit},
                                        {"segments", row.segments},
                                        {"changes", row.ops},
                                        {"bytes", row.bytes}});
      continue;
    }
    std::cout << row.log.hex() << "  " << (row.name.empty() ? row.person.hex() : one_line(row.name)) << "  "
              << row.ops << session.say(" perubahan menunggu", " changes wait") << "  ("
              << why_text(session, row.why) << ")\n";
  }
  return 0;
}

int run_readmit(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from<base::LogId>(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  return carry_out(session, "Perubahan yang menunggu dari log ini akan diterima untuk semua anggota.",
                   "What waits of this log would be taken for all members.",
                   [&] { return session.core().readmit(*id); });
}

int run_rotate(const Globals& globals, const std::string& text) {
  Session session(globals);
  auto id = id_from<base::SpaceId>(text);
  if (!id.ok()) return session.fail(id.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  return carry_out(session, "Kunci baru akan dibuat untuk ruang ini.",
                   "A new key would be made for this space.", [&] { return session.core().rotate(*id); });
}

}  // namespace

void add_member_commands(CLI::App& app, Context& context) {
  struct Options {
    std::string id, role;
  };
  auto options = std::make_shared<Options>();
  const auto group = [&app](const char* name, const char* text) {
    auto* command = app.add_subcommand(name, text);
    command->require_subcommand(1);
    command->fallthrough();
    return command;
  };
  const auto list = [&context](CLI::App* under, const char* text, int (*run)(const Globals&)) {
    auto* command = under->add_subcommand("list", text);
    command->fallthrough();
    command->callback([&context, run] { context.exit = run(context.globals); });
  };
  const auto with_id = [&context, options](CLI::App* under, const char* name, const char* text,
                                           std::function<int(const Globals&, const std::string&)> run) {
    auto* command = under->add_subcommand(name, text);
    command->fallthrough();
    command->add_option("id", options->id, "as the list shows it")->required();
    command->callback(
        [&context, options, run = std::move(run)] { context.exit = run(context.globals, options->id); });
    return command;
  };

  auto* member = group("member", "who belongs to the community");
  list(member, "members, and who awaits confirmation", run_members);
  with_id(member, "remove", "ends membership: for everybody, whatever the order in which they hear of it",
          [](const Globals& globals, const std::string& id) {
            return with_person(globals, id, "Anggota akan dikeluarkan dan kunci diganti.",
                               "The member would be removed and the key changed.",
                               [](api::Core& core, const base::PersonId& person, const base::SpaceId* space) {
                                 return core.remove_member(person, space);
                               });
          });
  auto* leave = member->add_subcommand("leave", "you leave the community or group that --space names");
  leave->fallthrough();
  leave->callback([&context] { context.exit = run_leave(context.globals); });
  with_id(member, "confirm", "admits who joined by an invite that was being revoked",
          [](const Globals& globals, const std::string& id) {
            return with_person(globals, id, "Anggota akan diterima.", "The member would be admitted.",
                               [](api::Core& core, const base::PersonId& person, const base::SpaceId* space) {
                                 return core.confirm_member(person, space);
                               });
          });
  auto* role =
      with_id(member, "role", "gives a member another role",
              [options](const Globals& globals, const std::string& id) {
                return with_person(
                    globals, id, "Peran anggota akan diganti.", "The member's role would change.",
                    [options](api::Core& core, const base::PersonId& person, const base::SpaceId* space) {
                      return core.change_role(person, options->role, space);
                    });
              });
  role->add_option("role", options->role)
      ->check(CLI::IsMember(
          {"teacher", "principal", "operator", "facilitator", "expert", "coordinator", "reader"}))
      ->required();

  auto* quarantine = group("quarantine", "late work of members who were removed, demoted or not confirmed");
  list(quarantine, "what waits", run_quarantine);
  with_id(quarantine, "readmit", "takes what waits of a log", run_readmit);
  add_quarantine_reading(*quarantine, context);

  auto* space = group("space", "the spaces you belong to or left, and their keys");
  with_id(space, "rotate", "a new key for what is written from now on", run_rotate);

  auto* invite = app.get_subcommand("invite");
  list(invite, "invites and how often they were used", run_invites);
  with_id(invite, "revoke", "ends an invite", run_revoke_invite);
}

}  // namespace sejawat::cli
