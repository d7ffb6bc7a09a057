// What every command needs: the global flags, the opened core, and one way to answer.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>

#include "api/core.h"
#include "crypto/system_random.h"
#include "messages.h"
#include "platform_posix/files.h"

namespace sejawat::cli {

struct Globals {
  std::string home;
  std::string lang;
  std::string space;  // of the commands of the cycle: a name or an id
  std::string today;  // for scripts: as if it were that day
  bool json = false;
  bool yes = false;
};

// The system's clock, moved by whole days for scripts that play several weeks.
class MovedClock final : public base::Clock {
 public:
  base::Now now() override {
    base::Now now = system_.now();
    now.wall_ms += by_ms;
    return now;
  }
  std::int64_t by_ms = 0;

 private:
  platform::SystemClock system_;
};

class Session {
 public:
  explicit Session(const Globals& globals) : globals_(globals), language_(choose_language(globals.lang)) {}

  // Opens the store of --home, making it when `create`; without `create` a missing store is not_found.
  base::Status open(bool create);
  api::Core& core() { return *core_; }
  base::PersonId me() const { return core_->person(); }
  base::Now now() { return clock_.now(); }
  // From now on it is this local day (YYYY-MM-DD), at the time of day it is or so many minutes after
  // midnight. false: no calendar day.
  bool clock_reads(const std::string& day, std::optional<std::int64_t> minutes = std::nullopt);
  const Globals& globals() const { return globals_; }
  Language language() const { return language_; }
  const char* say(const char* indonesian, const char* english) const {
    return language_ == Language::english ? english : indonesian;
  }
  // Prints the error (JSON object on standard error with --json) and gives the exit code.
  int fail(const base::Error& error) const;
  void print(const boost::json::value& value) const;  // one line
  void note(const std::string& text) const;           // standard error, for people
  std::uint32_t chance(std::uint32_t below);          // 0 <= result < below; below > 0

 private:
  Globals globals_;
  Language language_;
  crypto::SystemRandom random_;
  MovedClock clock_;
  std::unique_ptr<api::Core> core_;
};

std::string default_home();

base::Error no_such_day();  // what clock_reads did not take

}  // namespace sejawat::cli
