#include "session.h"

#include <cstdlib>
#include <ctime>
#include <iostream>

namespace sejawat::cli {

std::string default_home() {
  if (const char* home = std::getenv("SEJAWAT_HOME"); home != nullptr && *home != '\0') return home;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return std::string(data) + "/sejawat";
  }
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.local/share/sejawat";
}

base::Status Session::open(bool create) {
  constexpr int kLockWaitMs = 10000;
  const std::string key_path = globals_.home + "/store.key";
  const std::string store_path = globals_.home + "/store.db";
  if (!create && !platform::file_exists(store_path)) {
    return base::error(base::Code::not_found, "no store in " + globals_.home + ": init or join first");
  }
  SJ_TRY_STATUS(platform::make_private_directory(globals_.home));
  if (platform::file_exists(store_path) && !platform::file_exists(key_path)) {
    // A new key beside an old store would only look like damage.
    return base::error(base::Code::store_key_wrong, "store.key is missing");
  }
  SJ_TRY(auto key, platform::load_or_create_key(key_path, random_));
  SJ_TRY(auto core, api::Core::open(store_path, key, clock_, random_, kLockWaitMs));
  core_ = std::move(core);
  return {};
}

bool Session::clock_reads(const std::string& day, std::optional<std::int64_t> minutes) {
  std::tm wanted{};
  const char* end = ::strptime(day.c_str(), "%Y-%m-%d", &wanted);
  if (end == nullptr || *end != '\0' || day.size() != 10) return false;
  const std::int64_t wall_ms = clock_.now().wall_ms;
  const std::time_t at = static_cast<std::time_t>(wall_ms / 1000);
  std::tm moved{};
  localtime_r(&at, &moved);
  moved.tm_year = wanted.tm_year;
  moved.tm_mon = wanted.tm_mon;
  moved.tm_mday = wanted.tm_mday;
  if (minutes) {
    moved.tm_hour = static_cast<int>(*minutes / 60);
    moved.tm_min = static_cast<int>(*minutes % 60);
    moved.tm_sec = 0;
  }
  const std::time_t then = std::mktime(&moved);
  // The 31st of a month of thirty days becomes another day.
  if (then == -1 || moved.tm_mday != wanted.tm_mday || moved.tm_mon != wanted.tm_mon) return false;
  clock_.by_ms += (static_cast<std::int64_t>(then) - static_cast<std::int64_t>(at)) * 1000;
  return true;
}

base::Error no_such_day() {
  return base::error(base::Code::invalid_argument, "today: a calendar day as YYYY-MM-DD");
}

int Session::fail(const base::Error& error) const {
  if (globals_.json) {
    boost::json::object object{{"error", base::code_name(error.code)},
                               {"message", sentence(error.code, language_)},
                               {"detail", error.detail()}};
    std::cerr << boost::json::serialize(object) << "\n";
  } else {
    std::cerr << "sejawat: " << sentence(error.code, language_);
    if (!error.detail().empty()) std::cerr << " (" << error.detail() << ")";
    std::cerr << "\n";
  }
  return exit_code(error.code);
}

void Session::print(const boost::json::value& value) const {
  std::cout << boost::json::serialize(value) << "\n";
}
std::uint32_t Session::chance(std::uint32_t below) {
  std::array<std::uint8_t, 4> bytes{};
  random_.fill(bytes);
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value % below;
}
void Session::note(const std::string& text) const { std::cerr << text << "\n"; }

}  // namespace sejawat::cli
