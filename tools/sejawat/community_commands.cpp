#include <ctime>
#include <iostream>

#include "card_output.h"
#include "commands.h"
#include "sync_run.h"

namespace sejawat::cli {
namespace {

base::Result<space::SpaceKind> kind_from(const std::string& name) {
  if (name == "school") return space::SpaceKind::school;
  if (name == "cluster") return space::SpaceKind::cluster;
  if (name == "district") return space::SpaceKind::district;
  return base::error(base::Code::invalid_argument, "kind");
}

std::string iso_time(std::int64_t seconds) {
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// "72h", "30m", "7d", "90s"
base::Result<std::int64_t> seconds_from(const std::string& text) {
  std::int64_t value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && value < 100000000) {
    value = value * 10 + (text[digits++] - '0');
  }
  const std::string unit = text.substr(digits);
  if (digits > 0 && unit == "s") return value;
  if (digits > 0 && unit == "m") return value * 60;
  if (digits > 0 && unit == "h") return value * 3600;
  if (digits > 0 && unit == "d") return value * 86400;
  return base::error(base::Code::invalid_argument, "ttl: a number and s, m, h or d, such as 72h");
}

int run_create(const Globals& globals, const std::string& name, const std::string& kind_name,
               const std::string& server, const std::string& operator_invite) {
  Session session(globals);
  auto kind = kind_from(kind_name);
  if (!kind.ok()) return session.fail(kind.error());
  auto address = space::CarrierAddress::parse(server);
  if (!address.ok()) return session.fail(address.error());
  std::optional<space::InviteLink> operator_link;
  if (!operator_invite.empty()) {
    auto parsed = space::InviteLink::parse(operator_invite);
    if (!parsed.ok()) return session.fail(parsed.error());
    if (parsed->kind != space::InviteKind::operator_token) {
      return session.fail(base::error(base::Code::invite_invalid, "this is no operator invite"));
    }
    operator_link = std::move(parsed).value();
  }
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto id = session.core().create_community(name, *kind, *address,
                                            operator_link ? &operator_link->secret : nullptr);
  if (!id.ok()) return session.fail(id.error());
  auto report = run_sync(session, *address);
  if (globals.json) {
    session.print(boost::json::object{{"space", id->hex()}, {"kind", kind_name}, {"on_server", report.ok()}});
  } else {
    std::cout << session.say("Komunitas dibuat: ", "Community created: ") << name << "\n";
  }
  if (!report.ok()) {
    session.note(
        session.say("Komunitas tersimpan di sini dan akan dibuat di server pada sinkronisasi berikutnya.",
                    "The community is saved here and will be created on the server at the next sync."));
    return session.fail(report.error());
  }
  return 0;
}

int run_invite(const Globals& globals, const std::string& role, const std::string& ttl, std::uint32_t uses,
               const std::string& group) {
  Session session(globals);
  auto seconds = seconds_from(ttl);
  if (!seconds.ok()) return session.fail(seconds.error());
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  // A group, or with --space any community, by name or id.
  const std::string& wish = group.empty() ? globals.space : group;
  std::optional<base::SpaceId> space;
  for (const auto& one : session.core().spaces()) {
    if (wish.empty() || (one.space.hex() != wish && one.name != wish)) continue;
    if (space)
      return session.fail(
          base::error(base::Code::invalid_argument, "group: several have that name, give its id"));
    space = one.space;
  }
  if (!wish.empty() && !space) return session.fail(base::error(base::Code::not_found, "group"));
  auto invite = session.core().invite(role, *seconds, uses, space ? &*space : nullptr);
  if (!invite.ok()) return session.fail(invite.error());
  auto report = run_sync(session, invite->link.carrier);
  if (globals.json) {
    session.print(boost::json::object{{"link", invite->link.url()},
                                      {"expires", iso_time(invite->expires_seconds)},
                                      {"role", role},
                                      {"on_server", report.ok()}});
  } else {
    std::cout << invite->link.url() << "\n";
    session.note(
        session.say("Siapa pun yang memegang tautan ini dapat bergabung dan membaca riwayat ruang ini.",
                    "Whoever holds this link can join and read the history of this space."));
  }
  if (!report.ok()) {
    session.note(session.say("Undangan berlaku setelah perangkat ini tersinkron.",
                             "The invite works once this device has synced."));
    return session.fail(report.error());
  }
  return 0;
}

int run_join(const Globals& globals, const std::string& url, const std::string& name,
             const std::string& card_file) {
  Session session(globals);
  auto link = space::InviteLink::parse(url);
  if (!link.ok()) return session.fail(link.error());
  if (auto free = check_card_file(card_file); !free.ok()) return session.fail(free.error());
  if (auto opened = session.open(true); !opened.ok()) return session.fail(opened.error());
  if (!session.core().has_person()) {
    if (name.empty()) {
      return session.fail(base::error(base::Code::invalid_argument, "--name is needed for a new person"));
    }
    auto card = session.core().init(name, {link->carrier});
    if (!card.ok()) return session.fail(card.error());
    if (auto given = hand_out_card(session, *card, name, card_file); !given.ok())
      return session.fail(given.error());
  }
  if (auto joined = session.core().join(*link); !joined.ok()) return session.fail(joined.error());
  auto report = run_sync(session, link->carrier);
  if (!report.ok()) return session.fail(report.error());
  if (auto state = session.core().join_state(); !state.ok()) return session.fail(state.error());
  if (!globals.json) std::cout << session.say("Anda sudah bergabung.\n", "You have joined.\n");
  return 0;
}

// A server that lost its disk does not know the community any more and takes it from a member again.
int run_host(const Globals& globals, const std::string& operator_invite, const std::string& space) {
  Session session(globals);
  auto link = space::InviteLink::parse(operator_invite);
  if (!link.ok()) return session.fail(link.error());
  if (link->kind != space::InviteKind::operator_token)
    return session.fail(base::error(base::Code::invite_invalid, "this is no operator invite"));
  if (auto opened = session.open(false); !opened.ok()) return session.fail(opened.error());
  auto status = session.core().status();
  if (!status.ok()) return session.fail(status.error());
  std::optional<base::SpaceId> id;
  for (const auto& row : status->spaces) {
    if (row.kind == space::SpaceKind::personal) continue;
    if (space.empty() ? !id : row.space.hex() == space) id = row.space;
  }
  if (!id) return session.fail(base::error(base::Code::not_found, "no such community here"));
  if (auto hosted = session.core().host_community(*id, link->carrier, link->secret); !hosted.ok())
    return session.fail(hosted.error());
  auto report = run_sync(session, link->carrier);
  if (!report.ok()) return session.fail(report.error());
  if (globals.json) session.print(boost::json::object{{"space", id->hex()}, {"sent", report->sent}});
  return 0;
}

}  // namespace

void add_community_commands(CLI::App& app, Context& context) {
  struct Options {
    std::string name, kind = "school", server, operator_invite, role, group, ttl = "72h", link, card_file;
    std::uint32_t uses = 1;
  };
  auto options = std::make_shared<Options>();
  auto* community = app.add_subcommand("community", "schools, clusters and districts");
  community->require_subcommand(1);
  community->fallthrough();
  auto* create = community->add_subcommand("create", "a new space with you as its admin");
  create->fallthrough();
  create->add_option("--name", options->name)->required();
  create->add_option("--kind", options->kind)
      ->check(CLI::IsMember({"school", "cluster", "district"}))
      ->required();
  create->add_option("--server", options->server, "sejawat://HOST:PORT/#SERVERKEY")->required();
  create->add_option("--operator-invite", options->operator_invite,
                     "printed by the server at its first start");
  create->callback([&context, options] {
    context.exit =
        run_create(context.globals, options->name, options->kind, options->server, options->operator_invite);
  });
  auto* host = community->add_subcommand(
      "host",
      "offers a community of yours to a server that does not have it: a new one, or one that lost its disk");
  host->fallthrough();
  host->add_option("--operator-invite", options->operator_invite, "printed by that server")->required();
  host->add_option("--space", options->name, "which one, as `status` names it; default: the first");
  host->callback([&context, options] {
    context.exit = run_host(context.globals, options->operator_invite, options->name);
  });
  auto* invite =
      app.add_subcommand("invite", "prints one invite link (with --role), or lists and revokes them");
  invite->fallthrough();
  invite->require_subcommand(0, 1);
  invite->add_option("--role", options->role)
      ->check(CLI::IsMember({"teacher", "principal", "operator", "facilitator", "expert", "coordinator"}));
  invite->add_option("--group", options->group,
                     "into this working group alone, by name or id: who joins sees nothing of the community");
  invite->add_option("--ttl", options->ttl, "how long it is valid: 72h, 7d, 30m");
  invite->add_option("--uses", options->uses, "how many may join with it")->check(CLI::Range(1U, 10000U));
  invite->callback([&context, options, invite] {
    if (!invite->get_subcommands().empty()) return;
    if (options->role.empty()) throw CLI::RequiredError("--role");
    context.exit = run_invite(context.globals, options->role, options->ttl, options->uses, options->group);
  });
  auto* join = app.add_subcommand("join", "joins with an invite link; works with no admin online");
  join->add_option("link", options->link)->required();
  join->add_option("--name", options->name, "for a new person");
  join->add_option("--card-file", options->card_file, "write the recovery card here");
  join->callback([&context, options] {
    context.exit = run_join(context.globals, options->link, options->name, options->card_file);
  });
}

}  // namespace sejawat::cli
