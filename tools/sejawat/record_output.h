// Records on the screen and as JSON, told by the schema alone. Names that are to stay hidden stay hidden
// here.
#pragma once

#include "room.h"

namespace sejawat::cli {

// {id, record, space, by, own, state, ended, date, values, parts, steps, intents, conflicts, …}: keys of the
// schema, times as seconds since 1970.
base::Result<boost::json::object> record_json(Room& room, const cycle::RecordView& view);
// One line of a list.
base::Result<std::string> record_line(Room& room, const cycle::RecordView& view);
base::Status print_record(Room& room, const cycle::RecordView& view, bool whole);
base::Status print_records(Room& room, const std::vector<cycle::RecordView>& views);
// The name of who wrote it; null (JSON) or a dash when hidden or not known yet.
base::Result<boost::json::value> by_json(Room& room, const cycle::RecordView& view);
std::string named_or_hidden(Room& room, const base::PersonId& person);

// {"id": …} or the id alone: what commands that make something print.
base::Status print_made(Room& room, const base::ObjectId& id);
// A category by its name in the language of the session.
base::Result<std::string> category_name(Room& room, const std::string& key);
std::string dot_text(const log::Dot& dot);
base::Result<log::Dot> dot_from(const std::string& text);
// Every page of a list; stops at `limit` when it is not 0.
base::Result<std::vector<cycle::RecordView>> all_records(Room& room, store::RecordFilter filter,
                                                         std::size_t limit = 0);

}  // namespace sejawat::cli
