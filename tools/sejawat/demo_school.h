// A realistic school, made by using the core as people would: each teacher a store of their own, weeks of
// journal entries, problems, discussions, trials that helped and trials that did not. Dates come from a clock
// that is set; what is written follows from the seed alone. Keys and ids are drawn afresh each time, as for
// anybody: a school that can be guessed from a number would be no place to write.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "demo_words.h"
#include "session.h"

namespace sejawat::cli::demo {

struct Plan {
  std::size_t teachers = 12;
  std::size_t weeks = 8;
  std::uint64_t seed = 1;
  std::string to;
  std::string start = "2026-07-20";  // a Monday
  space::CarrierAddress carrier;
  std::optional<space::InviteLink> operator_link;
};

struct Member {
  const Person* person = nullptr;
  std::string home, role;
  std::unique_ptr<Session> session;
};
// A problem on its way, as its teacher sees it.
struct Walk {
  std::size_t owner = 0;
  const Matter* matter = nullptr;
  base::ObjectId problem;
  std::size_t whys = 0;
  std::size_t option = 0;    // the next one to try
  std::size_t patience = 3;  // rounds until the teacher closes it
  std::vector<base::ObjectId> menu;
  std::optional<base::ObjectId> trial;
  enum class Stage { told, asked, rooted, offered, planned, running, measured, ended } stage = Stage::told;
  bool helps = false;  // what the running trial will turn out to do
};

struct Tally {
  std::map<std::string, std::size_t> counts;
  std::size_t& operator[](const std::string& name) { return counts[name]; }
};

// The same numbers on every machine (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound);  // bound > 0
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <class List>
  const auto& of(const List& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

class School {
 public:
  using Progress = std::function<void(std::size_t week)>;  // after each week, from 0: the school is founded
  explicit School(const Plan& plan) : plan_(plan), dice_(plan.seed) {}  // borrowed
  // invalid_argument for a plan out of bounds; else what the core says. Existing stores are never touched.
  base::Status build(const Progress& progress);
  const std::vector<Member>& members() const { return members_; }
  const Tally& tally() const { return tally_; }

 private:
  base::Status found();
  base::Status join(std::size_t from, std::size_t until, const std::string& role);
  base::Status furnish();  // year, calendar, classes, groups, schedule, one category of their own
  base::Status week(std::size_t number);
  base::Status day(std::size_t number, std::size_t weekday);
  base::Status write_entry(std::size_t who);
  base::Status raise_problem(std::size_t who);
  base::Status ask_why(Walk& walk);
  base::Status meet(std::size_t number);
  base::Status weekly_turns(const base::ObjectId& meeting);
  base::Status move_trial(Walk& walk, std::size_t weekday);
  base::Status choose(Walk& walk);
  base::Status conclude(Walk& walk);
  base::Status after_verdict(Walk& walk, const std::string& verdict);
  base::Status training(std::size_t who);
  base::Status synchronise(bool everybody);
  void at(std::size_t who, std::int64_t minutes);  // that person's clock reads this time of the day
  cycle::Cycle& cycle(std::size_t who) { return members_[who].session->core().cycle(); }
  std::size_t colleague(std::size_t than);  // somebody else

  const Plan& plan_;
  Dice dice_;
  std::vector<Member> members_;
  base::SpaceId space_;
  std::vector<Walk> walks_;
  std::string today_;
  Tally tally_;
};

}  // namespace sejawat::cli::demo
