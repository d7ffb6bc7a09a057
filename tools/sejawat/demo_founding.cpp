// The demo school before its first day: stores, a community, members, the calendar, classes and groups.
#include <sys/stat.h>

#include "demo_school.h"
#include "sync_run.h"

namespace sejawat::cli::demo {
namespace {

constexpr std::int64_t kInviteSeconds = 3600;

base::Status start(Member& member) {
  Globals globals;
  globals.home = member.home;
  globals.json = true;  // quiet
  if (platform::file_exists(member.home + "/store.db"))
    return base::error(base::Code::already_exists, "a store in " + member.home);
  member.session = std::make_unique<Session>(globals);
  return member.session->open(true);
}

base::Status make_person(Member& member, const space::CarrierAddress& carrier) {
  SJ_TRY(auto card, member.session->core().init(member.person->name, {carrier}));
  std::string text = card.text(member.person->name);
  auto written = platform::write_new_private_file(member.home + "/card.txt", base::as_bytes(text));
  base::wipe(text.data(), text.size());
  return written;
}

}  // namespace

base::Status School::found() {
  const auto& everybody = people();
  if (plan_.teachers < 3 || plan_.teachers > everybody.size())
    return base::error(base::Code::invalid_argument, "teachers: 3 to " + std::to_string(everybody.size()));
  if (plan_.weeks < 1 || plan_.weeks > 52) return base::error(base::Code::invalid_argument, "weeks: 1 to 52");
  SJ_TRY_STATUS(platform::make_private_directory(plan_.to));
  for (std::size_t i = 0; i < plan_.teachers; ++i) {
    Member member;
    member.person = &everybody[i];
    const std::string number = std::to_string(i + 1);
    member.home = plan_.to + "/guru-" + (number.size() < 2 ? "0" : "") + number;
    member.role = i == 0 ? "operator" : i == 1 ? "principal" : i == 2 ? "facilitator" : "teacher";
    SJ_TRY_STATUS(start(member));
    SJ_TRY_STATUS(make_person(member, plan_.carrier));
    members_.push_back(std::move(member));
  }
  auto& office = members_.front().session->core();
  SJ_TRY(space_, office.create_community("SD Negeri Cemara", space::SpaceKind::school, plan_.carrier,
                                         plan_.operator_link ? &plan_.operator_link->secret : nullptr));
  SJ_TRY_STATUS(synchronise(false));
  SJ_TRY_STATUS(join(1, 2, "principal"));
  SJ_TRY_STATUS(join(2, 3, "facilitator"));
  SJ_TRY_STATUS(join(3, plan_.teachers, "teacher"));
  SJ_TRY_STATUS(synchronise(true));
  return synchronise(true);
}

base::Status School::join(std::size_t from, std::size_t until, const std::string& role) {
  if (from >= until) return {};
  Session& office = *members_.front().session;
  SJ_TRY(auto invite, office.core().invite(role, kInviteSeconds, static_cast<std::uint32_t>(until - from)));
  SJ_TRY(auto told, run_sync(office, plan_.carrier));
  static_cast<void>(told);
  for (std::size_t i = from; i < until; ++i) {
    Session& session = *members_[i].session;
    SJ_TRY_STATUS(session.core().join(invite.link));
    SJ_TRY(auto report, run_sync(session, plan_.carrier));
    static_cast<void>(report);
    SJ_TRY_STATUS(session.core().join_state());
  }
  return {};
}

base::Status School::furnish() {
  const auto add = [this](std::uint32_t type, cycle::Values values) -> base::Status {
    cycle::Record record;
    record.type = type;
    record.values = std::move(values);
    SJ_TRY(auto id, cycle(0).begin(space_, record));
    static_cast<void>(id);
    ++tally_["records"];
    return {};
  };
  at(0, 7 * 60);
  const std::string year = plan_.start.substr(0, 4);
  const std::string following = std::to_string(std::atoi(year.c_str()) + 1);
  SJ_TRY_STATUS(add(cycle::kSchoolYear, {{"name", year + "/" + following},
                                         {"starts", year + "-07-13"},
                                         {"ends", following + "-06-26"},
                                         {"days_a_week", "6"},
                                         {"term", "first"}}));
  SJ_TRY_STATUS(add(cycle::kCalendarDay,
                    {{"date", year + "-08-17"}, {"kind", "holiday"}, {"note", "Hari Kemerdekaan"}}));
  SJ_TRY_STATUS(add(cycle::kCalendarDay, {{"date", year + "-09-21"},
                                          {"until", year + "-09-24"},
                                          {"kind", "exam"},
                                          {"note", "Penilaian tengah semester"}}));
  SJ_TRY_STATUS(
      add(cycle::kCategory, {{"key", "local_reading"}, {"name", "Gerakan membaca pagi"}, {"version", "1"}}));
  for (const auto* kind : {"daily", "weekly"}) {
    cycle::Values schedule{
        {"kind", kind}, {"starts", "12:45"}, {"place", "Ruang guru"}, {"from", plan_.start}};
    if (std::string_view(kind) == "weekly") schedule["weekday"] = "5";
    SJ_TRY_STATUS(add(cycle::kRecurrence, schedule));
  }
  for (const auto* band : {"low", "high"}) {
    cycle::Record group;
    group.type = cycle::kGroup;
    const bool low = std::string_view(band) == "low";
    group.values = {
        {"name", low ? "Kelompok kelas rendah" : "Kelompok kelas tinggi"}, {"kind", band}, {"band", band}};
    for (const auto& member : members_) {
      if (std::string_view(member.person->band) != band) continue;
      group.parts["members"].push_back(
          {0, {{"person", member.session->core().person().hex()}, {"from", plan_.start}}, false});
    }
    SJ_TRY(auto id, cycle(0).begin(space_, group));
    static_cast<void>(id);
    ++tally_["records"];
  }
  for (const auto& member : members_) {
    const std::string name = member.person->class_name;
    SJ_TRY_STATUS(
        add(cycle::kClass,
            {{"name", name}, {"grade", name.substr(0, 1)}, {"pupils", std::to_string(22 + dice_.below(8))}}));
  }
  return {};
}

}  // namespace sejawat::cli::demo
