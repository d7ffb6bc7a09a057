// What every command of the cycle needs: the opened store, the space meant, today, people by their names.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cycle/calendar.h"
#include "cycle/daily.h"
#include "cycle/meeting.h"
#include "cycle/story.h"
#include "session.h"

namespace sejawat::cli {

// Options of one command line, by name. References into it stay good.
struct Args {
  std::map<std::string, std::string> text;
  std::map<std::string, std::vector<std::string>> many;
  std::map<std::string, std::vector<std::vector<std::string>>> rows;
  std::map<std::string, bool> flags;
  std::map<std::string, std::string> fields;  // of the schema, as given
  const std::string& operator[](const std::string& name) const;
  bool flag(const std::string& name) const;
};

class Room {
 public:
  explicit Room(const Globals& globals) : session_(globals) {}
  base::Status open();

  Session& session() { return session_; }
  api::Core& core() { return session_.core(); }
  cycle::Cycle& cycle() { return core().cycle(); }
  cycle::Records& records() { return cycle().records(); }
  cycle::Meetings meetings() { return {cycle(), cycle().desk()}; }
  bool json() const { return session_.globals().json; }
  bool yes() const { return session_.globals().yes; }
  bool english() const { return session_.language() == Language::english; }
  const char* say(const char* indonesian, const char* english) const {
    return session_.say(indonesian, english);
  }

  // --today, else the local date.
  std::string today();
  std::int64_t utc_offset_ms();
  cycle::LocalMoment now();
  std::string date_of(std::int64_t wall_ms);
  // --space NAME|ID, "personal", or the only community.
  base::Result<base::SpaceId> space() { return space(session_.globals().space); }
  base::Result<base::SpaceId> space(const std::string& wish);  // "": as --space says
  // The spaces to look through: the one named by --space, else every community.
  base::Result<std::vector<base::SpaceId>> communities();
  base::SpaceId personal() const { return personal_; }
  std::string space_name(const base::SpaceId& space) const;
  base::Result<cycle::SchoolDays> days();

  // "" for a person whose name has not arrived; people are named by what they wrote themselves.
  std::string name_of(const base::PersonId& person) const;
  // A name as its member wrote it, "me", or an id. invalid_argument when several have it.
  base::Result<base::PersonId> person(const std::string& text) const;
  base::Result<base::ObjectId> object(const std::string& text) const;
  base::Result<cycle::RecordView> shown(const std::string& id, cycle::Type type);

 private:
  Session session_;
  std::vector<api::SpaceStatus> spaces_;
  std::vector<api::MemberInfo> members_;
  base::SpaceId personal_;
};

using Work = std::function<base::Status(Room&, const Args&)>;
// Opens the store, does the work, prints what failed. Gives the exit code.
int in_room(const Globals& globals, const Args& args, const Work& work);

}  // namespace sejawat::cli
