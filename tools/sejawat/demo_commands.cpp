// demo: a school to look at, to try things on, and to test with.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cycle_commands.h"
#include "demo_school.h"
#include "demo_server.h"
#include "verb.h"

namespace sejawat::cli {
namespace {

struct Options {
  demo::Plan plan;
  std::string server, operator_invite;
};

base::Status choose_server(Options& options, demo::OwnServer& own) {
  std::string address = options.server;
  std::string invite = options.operator_invite;
  if (address.empty()) {
    SJ_TRY_STATUS(platform::make_private_directory(options.plan.to));
    SJ_TRY_STATUS(own.start(options.plan.to + "/server"));
    address = own.address();
    invite = own.operator_invite();
  }
  SJ_TRY(options.plan.carrier, space::CarrierAddress::parse(address));
  if (invite.empty()) return {};
  SJ_TRY(auto link, space::InviteLink::parse(invite));
  if (link.kind != space::InviteKind::operator_token)
    return base::error(base::Code::invite_invalid, "this is no operator invite");
  options.plan.operator_link = std::move(link);
  return {};
}

int run_school(const Globals& globals, Options& options) {
  Session session(globals);
  demo::OwnServer own;
  const auto began = session.now().monotonic_ms;
  if (platform::file_exists(options.plan.to + "/guru-01/store.db")) {
    return session.fail(
        base::error(base::Code::already_exists, "a school is there already; it is left alone"));
  }
  if (auto chosen = choose_server(options, own); !chosen.ok()) return session.fail(chosen.error());
  demo::School school(options.plan);
  const auto progress = [&](std::size_t week) {
    if (globals.json) return;
    session.note(week == 0 ? std::string(session.say("Sekolah berdiri: ", "The school stands: ")) +
                                 std::to_string(options.plan.teachers) + session.say(" guru", " teachers")
                           : std::string(session.say("Pekan ", "Week ")) + std::to_string(week) + "/" +
                                 std::to_string(options.plan.weeks));
  };
  if (auto built = school.build(progress); !built.ok()) return session.fail(built.error());
  boost::json::array homes;
  for (const auto& member : school.members()) {
    homes.push_back(boost::json::object{{"home", member.home},
                                        {"name", member.person->name},
                                        {"role", member.role},
                                        {"class", member.person->class_name}});
  }
  boost::json::object counts;
  for (const auto& [name, count] : school.tally().counts) counts[name] = count;
  const auto took = session.now().monotonic_ms - began;
  const std::string address = options.plan.carrier.url();
  if (globals.json) {
    session.print(boost::json::object{
        {"homes", std::move(homes)}, {"counts", std::move(counts)}, {"server", address}, {"took_ms", took}});
    return 0;
  }
  for (const auto& member : school.members())
    std::cout << member.home << "  " << member.person->name << "  " << member.role << "\n";
  for (const auto& [name, count] : school.tally().counts) std::cout << name << " " << count << "\n";
  std::cout << session.say("Selesai dalam ", "Done in ") << took / 1000 << "," << took / 100 % 10 << " s\n";
  if (options.server.empty()) {
    std::cout << session.say("Jalankan lagi servernya: ", "Run its server again: ")
              << "sejawat-server serve --data " << options.plan.to << "/server --listen "
              << options.plan.carrier.host << ":" << options.plan.carrier.port << "\n";
  }
  return 0;
}

}  // namespace

void add_demo_commands(CLI::App& app, Context& context) {
  auto* group = subject(app, "demo", "invented schools to look at and to test with");
  auto options = std::make_shared<Options>();
  auto* school = group->add_subcommand(
      "school",
      "a school that has worked for some weeks: a store for each teacher, made as people make them");
  school->fallthrough();
  school->add_option("--teachers", options->plan.teachers, "how many stores (3 to 24)")
      ->capture_default_str();
  school->add_option("--weeks", options->plan.weeks, "how long (1 to 52)")->capture_default_str();
  school->add_option("--seed", options->plan.seed, "the same number, the same school")->capture_default_str();
  school->add_option("--start", options->plan.start, "its first Monday, YYYY-MM-DD")->capture_default_str();
  school->add_option("--to", options->plan.to, "a folder that has no school in it yet")->required();
  school->add_option("--server", options->server,
                     "sejawat://HOST:PORT/#SERVERKEY; default: one of its own in the folder");
  school->add_option("--operator-invite", options->operator_invite,
                     "printed by that server at its first start");
  school->callback([&context, options] { context.exit = run_school(context.globals, *options); });
}

}  // namespace sejawat::cli
