// The demo school's Friday: reflections first, then turns, ideas without names, groups, a menu, minutes.
#include "cycle/meeting.h"
#include "demo_school.h"

namespace sejawat::cli::demo {
namespace {
using Stage = Walk::Stage;
}

base::Status School::meet(std::size_t number) {
  constexpr std::size_t kHost = 2;  // the facilitator
  SJ_TRY_STATUS(synchronise(true));
  SJ_TRY_STATUS(synchronise(true));
  for (auto& walk : walks_) {
    if (walk.stage == Stage::measured) SJ_TRY_STATUS(conclude(walk));
  }
  at(kHost, 13 * 60);
  cycle::Record record;
  record.type = cycle::kWeeklyDiscussion;
  record.values = {{"date", today_},
                   {"title", "Diskusi pekan ke-" + std::to_string(number + 1)},
                   {"place", "Ruang guru"},
                   {"starts", "13:00"},
                   {"ends", "14:30"},
                   {"leader", members_[kHost].session->core().person().hex()},
                   {"recorder", members_[0].session->core().person().hex()}};
  SJ_TRY(auto meeting, cycle(kHost).begin(space_, record));
  SJ_TRY_STATUS(weekly_turns(meeting));
  ++tally_["meetings"];

  // The principal answers what was asked for.
  at(1, 14 * 60 + 40);
  store::RecordFilter asked;
  asked.type = cycle::kSupportRequest;
  asked.space = space_;
  asked.ended = false;
  SJ_TRY(auto requests, cycle(1).records().list(asked));
  for (const auto& request : requests) {
    if (request.state != "requested") continue;
    // By who asked, not by the order of ids, which is another one each time.
    std::size_t who = 0;
    while (who + 1 < members_.size() && !(members_[who].session->core().person() == request.owner)) ++who;
    const bool can = (who + number) % 3 != 0;
    SJ_TRY_STATUS(cycle(1).step({request.record.id, can ? "fulfilled" : "not_yet",
                                 can ? "" : "Ruang dipakai sampai akhir bulan", "", std::nullopt}));
  }
  return synchronise(true);
}

base::Status School::weekly_turns(const base::ObjectId& meeting) {
  constexpr std::size_t kHost = 2;
  cycle::Meetings meetings(cycle(kHost), cycle(kHost).desk());
  SJ_TRY_STATUS(meetings.make_agenda(meeting));
  for (const auto* phase : {"turns", "brainstorm"})
    SJ_TRY_STATUS(cycle(kHost).step({meeting, phase, "", "", std::nullopt}));
  SJ_TRY(auto agenda, meetings.agenda(meeting));
  std::map<std::string, std::pair<std::size_t, bool>> turns;  // of each teacher: minutes, and whether skipped
  for (const auto& member : members_)
    turns[member.session->core().person().hex()] = {3 + dice_.below(6), dice_.chance(60)};
  for (const auto& item : agenda.items) {
    const auto turn = turns.find(item.value("teacher"));
    const bool known = turn != turns.end();
    cycle::Values values{{"minutes", std::to_string(known ? turn->second.first : 5)}};
    if (item.value("problem").empty() && known && turn->second.second) values["skipped"] = "yes";
    SJ_TRY_STATUS(cycle(kHost).change({item.record.id, values, {}}));
  }
  if (dice_.chance(50)) {
    cycle::Record other;
    other.type = cycle::kAgendaItem;
    other.values = {{"meeting", meeting.hex()},
                    {"kind", "school_progress"},
                    {"place", std::to_string(agenda.items.size() + 1)},
                    {"title", "Persiapan lomba literasi"},
                    {"minutes", "10"}};
    SJ_TRY(auto id, cycle(kHost).begin(space_, other));
    static_cast<void>(id);
  }
  // Everybody sits in one room with the school's own network.
  SJ_TRY_STATUS(synchronise(true));
  SJ_TRY_STATUS(synchronise(true));
  std::map<base::ObjectId, std::string> words;  // idea -> its group
  for (const auto& walk : walks_) {
    if (walk.stage != Stage::rooted) continue;
    for (const auto& option : walk.matter->options) {
      const std::size_t who = dice_.below(members_.size());
      at(who, 13 * 60 + 30);
      cycle::Meetings theirs(cycle(who), cycle(who).desk());
      SJ_TRY(auto idea,
             theirs.add_idea(meeting, std::string(option.title) + "\n" + option.steps[0], walk.problem));
      words.emplace(idea, option.title);
      ++tally_["ideas"];
    }
  }
  for (std::size_t who = 0; who < members_.size(); ++who) {
    at(who, 13 * 60);
    cycle::Meetings theirs(cycle(who), cycle(who).desk());
    const std::string status = dice_.chance(88) ? "present" : dice_.chance(50) ? "sick" : "excused";
    SJ_TRY(auto said, theirs.attend(meeting, members_[who].session->core().person(), status, "13:00"));
    static_cast<void>(said);
  }
  SJ_TRY_STATUS(synchronise(true));
  SJ_TRY_STATUS(synchronise(true));
  at(kHost, 14 * 60);
  SJ_TRY_STATUS(cycle(kHost).step({meeting, "grouping", "", "", std::nullopt}));
  for (const auto& [idea, word] : words) SJ_TRY_STATUS(meetings.group(idea, word));
  SJ_TRY(auto made, meetings.formulate(meeting));
  tally_["alternatives"] += made.size();
  SJ_TRY_STATUS(cycle(kHost).step({meeting, "choosing", "", "", std::nullopt}));
  SJ_TRY(auto minutes, meetings.write_minutes(meeting));
  static_cast<void>(minutes);
  if (dice_.chance(85)) SJ_TRY_STATUS(meetings.ratify(meeting));
  SJ_TRY_STATUS(synchronise(true));
  SJ_TRY_STATUS(synchronise(true));
  for (auto& walk : walks_) {
    if (walk.stage != Stage::rooted) continue;
    SJ_TRY(auto menu, cycle(walk.owner).menu(space_, walk.problem));
    for (const auto& option : walk.matter->options) {
      for (const auto& item : menu) {
        if (item.alternative.value("title") == option.title) walk.menu.push_back(item.alternative.record.id);
      }
    }
    if (!walk.menu.empty() && dice_.chance(40)) {
      const std::size_t who = colleague(walk.owner);
      SJ_TRY_STATUS(cycle(who).endorse(walk.menu.front(), true));
      ++tally_["endorsements"];
    }
    walk.stage = Stage::offered;
  }
  return {};
}

}  // namespace sejawat::cli::demo
