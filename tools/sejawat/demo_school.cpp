#include "demo_school.h"

#include <algorithm>
#include <ctime>

#include "cycle/calendar.h"
#include "cycle/meeting.h"
#include "sync_run.h"

namespace sejawat::cli::demo {
namespace {

using Stage = Walk::Stage;

std::string day_after(const std::string& date, int days) {
  std::tm parts{};
  ::strptime(date.c_str(), "%Y-%m-%d", &parts);
  parts.tm_hour = 12;
  parts.tm_mday += days;
  ::timegm(&parts);
  char text[16];
  std::strftime(text, sizeof(text), "%Y-%m-%d", &parts);
  return text;
}

}  // namespace

std::size_t Dice::below(std::size_t bound) {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
}

base::Status School::build(const Progress& progress) {
  SJ_TRY_STATUS(found());
  today_ = plan_.start;
  SJ_TRY_STATUS(furnish());
  SJ_TRY_STATUS(synchronise(true));
  progress(0);
  for (std::size_t number = 0; number < plan_.weeks; ++number) {
    SJ_TRY_STATUS(week(number));
    progress(number + 1);
  }
  SJ_TRY_STATUS(synchronise(true));
  return synchronise(true);
}

void School::at(std::size_t who, std::int64_t minutes) {
  Session& session = *members_[who].session;
  session.clock_reads(today_, minutes);
}

std::size_t School::colleague(std::size_t than) {
  const std::size_t other = dice_.below(members_.size() - 1);
  return other + (other >= than ? 1 : 0);
}

// Some have no signal: they go on writing, and catch up later.
base::Status School::synchronise(bool everybody) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!everybody && i != 0 && !dice_.chance(70)) continue;
    if (!members_[i].session->core().home_carrier()) continue;
    SJ_TRY(auto report, run_sync(*members_[i].session, plan_.carrier));
    static_cast<void>(report);
    ++tally_["syncs"];
  }
  return {};
}

base::Status School::week(std::size_t number) {
  for (std::size_t weekday = 0; weekday < 6; ++weekday) {
    today_ = day_after(plan_.start, static_cast<int>(number * 7 + weekday));
    SJ_TRY(auto days, cycle::SchoolDays::load(cycle(0).records(), {space_}));
    if (!days.effective(today_)) continue;
    SJ_TRY_STATUS(day(number, weekday));
  }
  return {};
}

base::Status School::day(std::size_t number, std::size_t weekday) {
  for (std::size_t who = 0; who < members_.size(); ++who) {
    if (dice_.chance(55)) SJ_TRY_STATUS(write_entry(who));
    const auto open = std::count_if(walks_.begin(), walks_.end(), [&](const Walk& walk) {
      return walk.owner == who && walk.stage != Stage::ended;
    });
    if (open == 0 && weekday < 3 && dice_.chance(30)) SJ_TRY_STATUS(raise_problem(who));
  }
  if (number == 2 && weekday == 2) SJ_TRY_STATUS(training(colleague(0)));
  if (weekday % 2 == 0) SJ_TRY_STATUS(synchronise(false));
  for (std::size_t i = 0; i < walks_.size(); ++i) {
    if (walks_[i].stage == Stage::told || walks_[i].stage == Stage::asked) SJ_TRY_STATUS(ask_why(walks_[i]));
  }
  if (weekday == 4) SJ_TRY_STATUS(meet(number));
  for (std::size_t i = 0; i < walks_.size(); ++i) SJ_TRY_STATUS(move_trial(walks_[i], weekday));
  return {};
}

base::Status School::write_entry(std::size_t who) {
  at(who, 12 * 60 + static_cast<std::int64_t>(dice_.below(120)));
  const Lesson& lesson = dice_.of(lessons());
  cycle::JournalEntry entry;
  entry.date = today_;
  entry.class_name = members_[who].person->class_name;
  entry.subject = lesson.subject;
  entry.period = std::to_string(1 + dice_.below(5));
  cycle::JournalEvent event;
  event.domain = *cycle::domain_from(lesson.domain);
  event.happened = lesson.happened;
  event.expected = lesson.expected;
  entry.events.push_back(event);
  if (dice_.chance(20)) entry.mood = dice_.chance(50) ? "lelah" : "senang";
  SJ_TRY(auto ids, members_[who].session->core().add_entries({entry}));
  tally_["entries"] += ids.size();
  return {};
}

base::Status School::raise_problem(std::size_t who) {
  at(who, 13 * 60);
  const Matter& matter = dice_.of(matters());
  cycle::JournalEntry entry;
  entry.date = today_;
  entry.class_name = members_[who].person->class_name;
  entry.subject = matter.subject;
  cycle::JournalEvent event;
  event.domain = *cycle::domain_from(matter.domain);
  event.happened = matter.happened;
  event.expected = matter.expected;
  event.gap = matter.gap;
  entry.events.push_back(event);
  SJ_TRY(auto ids, members_[who].session->core().add_entries({entry}));
  ++tally_["entries"];
  SJ_TRY(auto draft, cycle(who).draft_from_entry(ids.front(), 0));
  draft.values["category"] = matter.category;
  draft.values["band"] = members_[who].person->band;
  draft.values["frequency"] = dice_.chance(60) ? "often" : "daily";
  if (dice_.chance(15)) draft.values["hide_name"] = "yes";
  if (dice_.chance(15)) {
    SJ_TRY(auto kept, cycle(who).keep_problem(draft));
    static_cast<void>(kept);
    ++tally_["private_problems"];
    return {};
  }
  Walk walk;
  walk.owner = who;
  walk.matter = &matter;
  SJ_TRY(walk.problem, cycle(who).share_problem(draft, space_));
  walks_.push_back(std::move(walk));
  ++tally_["problems"];
  return {};
}

// One rung a day at most, from whoever has the problem on their device; then its owner names the root.
base::Status School::ask_why(Walk& walk) {
  if (dice_.chance(25)) return {};  // a busy day
  const std::size_t who = walk.whys == 0     ? colleague(walk.owner)
                          : dice_.chance(50) ? walk.owner
                                             : colleague(walk.owner);
  if (!cycle(who).records().show(walk.problem).ok()) return {};  // has not arrived there
  at(who, 12 * 60 + 50);
  if (walk.whys < 3) {
    SJ_TRY(auto discussion, cycle(who).daily_discussion(space_, today_));
    SJ_TRY(auto why, cycle(who).contribute(walk.problem, "why", walk.matter->whys[walk.whys], std::nullopt,
                                           discussion));
    static_cast<void>(why);
    ++walk.whys;
    walk.stage = Stage::asked;
    ++tally_["contributions"];
    if (dice_.chance(40) && who != walk.owner) {
      SJ_TRY(auto met, cycle(who).contribute(walk.problem, "me_too", "", std::nullopt, std::nullopt));
      static_cast<void>(met);
      ++tally_["contributions"];
    } else if (dice_.chance(40)) {
      SJ_TRY(auto reply,
             cycle(who).contribute(walk.problem, "reply", dice_.of(replies()), std::nullopt, discussion));
      static_cast<void>(reply);
      ++tally_["contributions"];
    }
    return {};
  }
  if (dice_.chance(8)) {  // some are talked about and left there
    walk.stage = Stage::ended;
    ++tally_["left_without_follow_up"];
    return {};
  }
  at(walk.owner, 13 * 60 + 5);
  SJ_TRY(auto root, cycle(walk.owner)
                        .find_root(walk.problem, {{"statement", walk.matter->root},
                                                  {"kind", walk.matter->root_kind},
                                                  {"found", today_}}));
  static_cast<void>(root);
  walk.stage = Stage::rooted;
  ++tally_["root_causes"];
  return {};
}

base::Status School::choose(Walk& walk) {
  if (walk.option >= walk.menu.size()) {
    SJ_TRY_STATUS(
        cycle(walk.owner).step({walk.problem, "closed", "Semua pilihan sudah dicoba", "", std::nullopt}));
    walk.stage = Stage::ended;
    ++tally_["closed"];
    return {};
  }
  at(walk.owner, 14 * 60);
  cycle::Record trial;
  trial.values = {{"class", members_[walk.owner].person->class_name}, {"planned", day_after(today_, 3)}};
  SJ_TRY(auto id, cycle(walk.owner).choose(walk.problem, walk.menu[walk.option], trial));
  walk.trial = id;
  cycle::Change change{id, {{"plan", walk.matter->plan}}, {}};
  change.parts["measures"].push_back(
      {0,
       {{"name", walk.matter->measure}, {"before", walk.matter->before}, {"target", walk.matter->target}},
       false});
  if (dice_.chance(40)) {
    const auto observer = members_[colleague(walk.owner)].session->core().person();
    change.parts["collaborators"].push_back({0, {{"person", observer.hex()}, {"role", "observer"}}, false});
  }
  SJ_TRY_STATUS(cycle(walk.owner).prepare(change));
  walk.stage = Stage::planned;
  walk.helps = dice_.chance(45);
  ++tally_["trials"];
  if (!dice_.chance(20)) return {};
  cycle::Record request;
  request.type = cycle::kSupportRequest;
  request.values = {{"kind", dice_.chance(50) ? "observer" : "material"},
                    {"trial", id.hex()},
                    {"asked", members_[1].session->core().person().hex()},
                    {"need", "Mohon dukungan untuk uji coba di kelas pekan depan."},
                    {"date", day_after(today_, 3)}};
  SJ_TRY(auto asked, cycle(walk.owner).begin(space_, request));
  static_cast<void>(asked);
  ++tally_["support_requests"];
  return {};
}

base::Status School::move_trial(Walk& walk, std::size_t weekday) {
  const std::size_t who = walk.owner;
  if (walk.stage == Stage::offered && weekday == 5) return choose(walk);
  if (walk.stage == Stage::planned && weekday == 1) {
    at(who, 9 * 60);
    if (dice_.chance(10)) {
      SJ_TRY_STATUS(
          cycle(who).step({*walk.trial, "cancelled", "Kelas dipakai kegiatan lain", "", std::nullopt}));
      SJ_TRY_STATUS(cycle(who).step(
          {walk.problem, "postponed", "Menunggu jadwal", day_after(today_, 14), std::nullopt}));
      walk.stage = Stage::ended;
      ++tally_["cancelled"];
      return {};
    }
    SJ_TRY_STATUS(cycle(who).start(*walk.trial, today_));
    walk.stage = Stage::running;
    return {};
  }
  if (walk.stage == Stage::running && weekday == 3) {
    at(who, 12 * 60 + 30);
    const Matter& matter = *walk.matter;
    cycle::JournalEntry entry;
    entry.date = today_;
    entry.class_name = members_[who].person->class_name;
    entry.subject = matter.subject;
    cycle::JournalEvent event;
    event.domain = cycle::Domain::pupils;
    event.happened = walk.helps ? matter.impact_good : matter.impact_weak;
    event.expected = matter.expected;
    entry.events.push_back(event);
    SJ_TRY(auto written,
           cycle(who).record_impact(*walk.trial, entry,
                                    {{matter.measure, walk.helps ? matter.after_good : matter.after_weak,
                                      walk.helps ? "solved" : "better"}}));
    static_cast<void>(written);
    ++tally_["entries"];
    walk.stage = Stage::measured;
  }
  return {};
}

// Colleagues add what they saw; the owner's verdict stands.
base::Status School::conclude(Walk& walk) {
  const std::size_t peer = colleague(walk.owner);
  cycle::Record reflection;
  reflection.values = {{"date", today_},
                       {"findings", walk.helps ? walk.matter->reflection_good : walk.matter->reflection_weak},
                       {"proposed", walk.helps ? "effective" : "partly"}};
  if (cycle(peer).records().show(*walk.trial).ok()) {
    at(peer, 13 * 60 + 20);
    SJ_TRY(auto written, cycle(peer).reflect(*walk.trial, reflection));
    static_cast<void>(written);
    ++tally_["reflections"];
  }
  at(walk.owner, 13 * 60 + 30);
  const std::string verdict = walk.helps         ? "effective"
                              : dice_.chance(45) ? "partly"
                              : dice_.chance(70) ? "not_yet"
                                                 : "inconclusive";
  SJ_TRY_STATUS(
      cycle(walk.owner)
          .conclude(*walk.trial,
                    {verdict, walk.helps ? walk.matter->reflection_good : walk.matter->reflection_weak,
                     verdict == "effective"      ? "done"
                     : verdict == "inconclusive" ? "repeat"
                                                 : "modify"},
                    today_));
  ++tally_[verdict];
  return after_verdict(walk, verdict);
}

base::Status School::after_verdict(Walk& walk, const std::string& verdict) {
  if (dice_.chance(60)) {  // what failed is worth telling as well
    SJ_TRY(auto practice,
           cycle(walk.owner)
               .offer_practice(*walk.trial, {{"title", walk.matter->options[walk.option].title},
                                             {"context", walk.matter->gap},
                                             {"root_cause", walk.matter->root},
                                             {"steps", walk.matter->plan},
                                             {"topic", walk.matter->category},
                                             {"band", members_[walk.owner].person->band}}));
    static_cast<void>(practice);
    ++tally_["practices"];
  }
  walk.trial.reset();
  if (verdict == "effective") {
    walk.stage = Stage::ended;
    ++tally_["solved"];
    return {};
  }
  if (verdict != "inconclusive") ++walk.option;
  --walk.patience;
  if (walk.patience == 0) {
    SJ_TRY_STATUS(
        cycle(walk.owner).step({walk.problem, "closed", "Dilanjutkan semester depan", "", std::nullopt}));
    walk.stage = Stage::ended;
    ++tally_["closed"];
    return {};
  }
  walk.stage = Stage::offered;
  return {};
}

base::Status School::training(std::size_t who) {
  at(who, 15 * 60);
  cycle::Record record;
  record.values = {{"title", "Pelatihan asesmen formatif"}, {"date", today_}, {"organiser", "KKG gugus"}};
  record.parts["plans"].push_back(
      {0, {{"text", "Kartu keluar di akhir pelajaran"}, {"by", day_after(today_, 7)}}, false});
  record.parts["plans"].push_back({0, {{"text", "Jempol tiga warna untuk memeriksa pemahaman"}}, false});
  SJ_TRY(auto id, cycle(who).begin_training(space_, record));
  static_cast<void>(id);
  ++tally_["trainings"];
  return {};
}

}  // namespace sejawat::cli::demo
